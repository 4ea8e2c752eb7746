"""What would make an organism refuse a claim, field by field, before anything is sent.

Sources: the label's rules (public page of ecosystem, support of e-reparateur), the reasons of rejection that working
clients show. What only one third party says is a doubt, and stops nothing.
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from comptoir.attachments.rules import Kind, Media
from comptoir.core import money
from comptoir.core.i18n import _, mark
from comptoir.core.paris import in_paris
from comptoir.organisms.statuses import (
    ORGANISM_NAMES,
    PIECE_WORDS,
    ROUTED_WORDS,
    WHY_WORDS,
    Basis,
    CodeKind,
    Organism,
    Piece,
    Why,
)
from comptoir.repairs.statuses import Consent, Warranty

if TYPE_CHECKING:
    from comptoir.attachments.queries import AttachmentRow
    from comptoir.organisms.rules import Answer
    from comptoir.qualirepar.rules import Account
    from comptoir.repairs.billed import BillRow
    from comptoir.repairs.queries import CaseDetail

OLDEST = 6  # months between a repair and its claim: a third party's mock, and no text
SEEN_LONGEST = 3_000_000  # bytes: what a working client takes; no organism publishes its limit
LONGEST = 10_000_000  # bytes: the largest that any client or mock takes
_DIGITS = 10  # of a telephone number
# Which documents of a case may stand for each piece, the best first.
SOURCES = {
    Piece.CONSENT: (Kind.DECLARATION, Kind.SIGNED_QUOTE, Kind.SIGNED_SLIP),
    Piece.NAMEPLATE: (Kind.NAMEPLATE,),
    Piece.PICTURE: (Kind.PICTURE,),
}
TAKEN = frozenset({Media.PDF, Media.JPEG, Media.PNG})


class Weight(StrEnum):
    """Whether a point stops the claim, or may only be looked at."""

    STOPS = "stops"
    DOUBT = "doubt"


WEIGHT_WORDS = {Weight.STOPS: mark("To mend"), Weight.DOUBT: mark("To look at")}


class Trouble(NamedTuple):
    """A point that would, or may, make the organism refuse: which field, why, what to do."""

    field: str
    weight: Weight
    message: str
    advice: str


class Dossier(NamedTuple):
    """All that is known of a repair that is to be claimed.

    `doubles` are the other repairs whose claim has the same serial number and is alive; `siret` tells whether the
    invoice bears one. `scale` tells that the amounts are those of the public scale and not the organism's own.
    """

    case: "CaseDetail"
    bill: "BillRow | None"
    files: "tuple[AttachmentRow, ...]"
    answer: "Answer"
    account: "Account"
    doubles: tuple[str, ...]
    siret: bool
    today: date


def troubles(dossier: Dossier) -> list[Trouble]:
    """List what would make the organism refuse, in the order a person mends it."""
    if dossier.bill is None:
        number = dossier.case.number
        todo = _("`comptoir repair invoice {number}`").format(number=number)
        return [_stops("invoice", _("the repair is not invoiced"), todo)]
    organism = dossier.answer.organism
    if organism is None:
        todo = f"{_sync()}; {_set(dossier.case.number, '--organism ecologic|ecosystem')}"
        return [_stops("organism", _(ROUTED_WORDS[dossier.answer.routed]), todo)]
    found = [_consumer, _agreement, _device, _codes, _invoice, _bonus, _pieces, _account, _again]
    return [each for rule in found for each in rule(dossier, dossier.bill, organism)]


def stopping(found: Iterable[Trouble]) -> list[Trouble]:
    """Give those that stop the claim."""
    return [each for each in found if each.weight is Weight.STOPS]


def chosen(piece: Piece, files: "Iterable[AttachmentRow]") -> "AttachmentRow | None":
    """Give the document of a case that stands for a piece: of the best kind, the last one attached."""
    for kind in SOURCES.get(piece, ()):
        found = [each for each in files if each.kind == kind]
        if found:
            return found[-1]
    return None


def _stops(field: str, message: str, advice: str) -> Trouble:
    return Trouble(field, Weight.STOPS, message, advice)


def _doubt(field: str, message: str, advice: str) -> Trouble:
    return Trouble(field, Weight.DOUBT, message, advice)


def _sync() -> str:
    return _("`comptoir qualirepar sync` fetches the lists of the organisms")


def _set(number: str, option: str) -> str:
    return _("`comptoir repair set {number} {option}`").format(number=number, option=option)


def _consumer(dossier: Dossier, _bill: "BillRow", organism: Organism) -> Iterator[Trouble]:
    case = dossier.case
    wanted = {
        "last_name": (case.last_name, _("the customer's last name is missing"), "--last-name"),
        "first_name": (case.first_name, _("the customer's first name is missing"), "--first-name"),
        "email": (case.email, _("the customer's e-mail is missing: both organisms want it"), "--email"),
        "address": (case.line, _("the customer's address is missing"), "--address"),
        "postcode": (case.postcode, _("the customer's postcode is missing"), "--postcode"),
        "town": (case.town, _("the customer's town is missing"), "--town"),
    }
    for field, (value, message, option) in wanted.items():
        if not value.strip():
            yield _stops(field, message, _set(case.number, option))
    if organism is Organism.ECOSYSTEM and not case.title:
        yield _stops("title", _("ecosystem wants the customer's civility"), _set(case.number, "--title Mme"))
    digits = sum(character.isdigit() for character in case.phone)
    if digits < _DIGITS:
        yield _stops("phone", _("the customer's phone number is missing or short"), _set(case.number, "--phone"))


def _agreement(dossier: Dossier, bill: "BillRow", _organism: Organism) -> Iterator[Trouble]:
    case = dossier.case
    if Consent.DATA not in case.consents:
        yield _stops(
            "data_consent",
            _("the customer did not agree that their data go to the organism"),
            _set(case.number, "--consent data"),
        )
    if bill.circular and Consent.CIRCULAR not in case.consents:
        yield _stops(
            "circular_consent",
            _("the bonus is raised for parts of the circular economy: the customer did not agree to them (reject 14)"),
            _set(case.number, "--consent circular-parts"),
        )
    if case.warranty != Warranty.NONE:
        yield _stops(
            "warranty",
            _("the device is under a warranty: its repair gets no bonus"),
            _set(case.number, "--warranty none"),
        )


def _device(dossier: Dossier, _bill: "BillRow", organism: Organism) -> Iterator[Trouble]:
    case, answer = dossier.case, dossier.answer
    match = _("`comptoir qualirepar match` says what {organism} calls it").format(organism=ORGANISM_NAMES[organism])
    if not answer.product_code:
        told = _("{organism} is not known to support the product `{product}`")
        yield _stops("product", told.format(organism=ORGANISM_NAMES[organism], product=case.product_label), match)
    if not answer.brand_code:
        told = _("{organism} does not list the brand `{brand}`")
        yield _stops("brand", told.format(organism=ORGANISM_NAMES[organism], brand=case.brand), match)
    if not case.serial.strip():
        yield _stops("serial", _("the serial number or IMEI is missing"), _set(case.number, "--serial"))
    if not case.model.strip():
        yield _doubt("model", _("the model is missing"), _set(case.number, "--model"))


def _codes(dossier: Dossier, _bill: "BillRow", _organism: Organism) -> Iterator[Trouble]:
    case, answer = dossier.case, dossier.answer
    kinds = {
        CodeKind.REPAIR: (case.repair_code, answer.repairs, _("the repair code"), "--repair-code"),
        CodeKind.SYMPTOM: (case.symptom, answer.symptoms, _("the symptom code"), "--symptom"),
    }
    listed = _("`comptoir qualirepar codes --product {product}` lists them").format(product=f'"{case.product_label}"')
    for kind in answer.needs:
        code, known, name, option = kinds[kind]
        field = "repair_code" if kind is CodeKind.REPAIR else "symptom"
        if not code:
            yield _stops(field, _("{name} is missing").format(name=name), f"{_set(case.number, option)}; {listed}")
        elif not known:
            yield _doubt(field, _("{name} cannot be checked: no list was fetched").format(name=name), _sync())
        elif code not in {each.code for each in known}:
            told = _("{name} `{code}` is not one of this product: it would be refused").format(name=name, code=code)
            yield _stops(field, told, f"{_set(case.number, option)}; {listed}")


def _invoice(dossier: Dossier, bill: "BillRow", _organism: Organism) -> Iterator[Trouble]:
    case, today = dossier.case, dossier.today
    if bill.paid_at is None:
        yield _stops(
            "paid",
            _("the invoice {invoice} is not paid: the law reimburses a paid invoice").format(invoice=bill.number),
            _("`comptoir repair pay {number}`").format(number=case.number),
        )
    if not dossier.siret:
        yield _stops(
            "siret",
            _("the invoice bears no SIRET (reject 01)"),
            _("set `repair_siret`, then `comptoir repair credit {number}` and invoice it again").format(
                number=case.number
            ),
        )
    repaired = in_paris(case.repaired_at or bill.issued_at).date()
    if repaired > today:
        yield _stops("repaired_on", _("the day of repair is in the future"), _("look at the clock of this machine"))
    elif repaired < _months_before(today, OLDEST):
        told = _("the repair is more than {months} months old: ecosystem may refuse it").format(months=OLDEST)
        yield _doubt("repaired_on", told, _("file it now"))


def _bonus(dossier: Dossier, bill: "BillRow", organism: Organism) -> Iterator[Trouble]:
    answer, number = dossier.answer, dossier.case.number
    again = _("`comptoir repair credit {number}`, then invoice it with the right bonus").format(number=number)
    if not bill.bonus:
        yield _stops("bonus", _("the invoice takes no bonus off (reject 08)"), again)
        return
    if answer.why in {Why.OUT_OF_PERIOD, Why.NOT_IN_SHEETS}:
        yield _stops("product", _(WHY_WORDS[answer.why]), _("look at `comptoir qualirepar organisms`"))
    if answer.threshold is not None and bill.total < answer.threshold:
        told = _("the total is {total}, and the bonus begins at {threshold}")
        filled = told.format(total=money.spoken(bill.total), threshold=money.spoken(answer.threshold))
        yield _stops("total", filled, again)
    elif answer.bonus is not None and answer.bonus != bill.bonus:
        told = _("the invoice takes {ours} off, and {organism} gives {theirs} (reject 06)").format(
            ours=money.spoken(bill.bonus), theirs=money.spoken(answer.bonus), organism=ORGANISM_NAMES[organism]
        )
        yield (_stops if answer.basis is Basis.ORGANISM else _doubt)("bonus", told, again)


def _pieces(dossier: Dossier, _bill: "BillRow", _organism: Organism) -> Iterator[Trouble]:
    for piece, required in dossier.answer.pieces:
        if piece is Piece.INVOICE:
            continue  # drawn from what was issued
        file = chosen(piece, dossier.files)
        if file is None:
            if required:
                yield _stops(
                    piece.value, _("missing: {piece}").format(piece=_(PIECE_WORDS[piece])), _attach(dossier, piece)
                )
            continue
        yield from _file(dossier, piece, file)


def _attach(dossier: Dossier, piece: Piece) -> str:
    kind = SOURCES[piece][0]
    told = _("`comptoir repair attach {number} FILE --kind {kind}`").format(number=dossier.case.number, kind=kind)
    if piece is Piece.CONSENT:
        paper = _("`comptoir repair documents {number} --kind declaration` prints what is to be signed")
        return f"{paper.format(number=dossier.case.number)}; {told}"
    return told


def _file(dossier: Dossier, piece: Piece, file: "AttachmentRow") -> Iterator[Trouble]:
    name = file.name
    if file.media_type not in TAKEN:
        told = _("`{name}` is neither PDF, JPEG nor PNG").format(name=name)
        yield _stops(piece.value, told, _("save it as JPEG; ") + _attach(dossier, piece))
    if file.size > LONGEST:
        told = _("`{name}` is larger than 10 MB").format(name=name)
        yield _stops(piece.value, told, _("make it smaller; ") + _attach(dossier, piece))
    elif file.size > SEEN_LONGEST:
        yield _doubt(piece.value, _("`{name}` is larger than 3 MB").format(name=name), _("it may be refused"))


def _account(dossier: Dossier, _bill: "BillRow", organism: Organism) -> Iterator[Trouble]:
    account, answer = dossier.account, dossier.answer
    if not account.site:
        setting = "ecologic_site" if organism is Organism.ECOLOGIC else "ecosystem_repairer"
        known = ", ".join(f"{site.code} ({site.name})" for site in answer.sites)
        todo = _("give it in the setting `{setting}`").format(setting=setting)
        told = _("which place of repair claims is not known")
        yield _stops("site", told, f"{todo} : {known}" if known else todo)
    elif answer.sites and account.site not in {site.code for site in answer.sites} | {account.repairer}:
        told = _("`{site}` is not one of the places of repair of this account").format(site=account.site)
        yield _stops("site", told, ", ".join(f"{site.code} ({site.name})" for site in answer.sites))


def _again(dossier: Dossier, _bill: "BillRow", _organism: Organism) -> Iterator[Trouble]:
    if dossier.doubles:
        yield _stops(
            "double",
            _("this device is claimed already under {others}").format(others=", ".join(dossier.doubles)),
            _("a device gets one bonus at a time: `comptoir qualirepar show {other}`").format(other=dossier.doubles[0]),
        )


def _months_before(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
