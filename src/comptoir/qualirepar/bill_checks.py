"""What would make an organism refuse a claim, on its invoice and its documents, by the account and by other claims."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING

from comptoir.attachments.rules import Kind, Media
from comptoir.core import money
from comptoir.core.i18n import _
from comptoir.core.paris import in_paris
from comptoir.core.refs import typed
from comptoir.organisms import rules as eligibility
from comptoir.organisms.statuses import ORGANISM_NAMES, PIECE_WORDS, WHY_WORDS, Basis, Organism, Piece, Why
from comptoir.qualirepar.statuses import AWAITED, CLAIM_WORDS, UNSENT, ClaimStatus, Step
from comptoir.qualirepar.troubles import Dossier, Trouble, also, credit, doubt, fetch, invoice, line, stops, then
from comptoir.repairs.rules import after_months

if TYPE_CHECKING:
    from comptoir.attachments.queries import AttachmentRow
    from comptoir.repairs.billed import BillRow

OLDEST = 6  # months between a repair and its claim: a third party's mock of ecosystem, and no text
SEEN_LONGEST = 3_000_000  # bytes: what a working client takes; no organism publishes its limit
LONGEST = 10_000_000  # bytes: the largest that any client or mock takes
# Which documents of a case may stand for each piece, the best first.
SOURCES = {
    Piece.CONSENT: (Kind.DECLARATION, Kind.SIGNED_QUOTE, Kind.SIGNED_SLIP),
    Piece.NAMEPLATE: (Kind.NAMEPLATE,),
    Piece.PICTURE: (Kind.PICTURE,),
}
TAKEN = frozenset({Media.PDF, Media.JPEG, Media.PNG})
PICTURES = frozenset({Piece.NAMEPLATE, Piece.PICTURE})
PAID = frozenset({ClaimStatus.REIMBURSED, ClaimStatus.PAID})


def standing(dossier: Dossier) -> Iterator[Trouble]:
    """Look at whether the repair is where it may be claimed: invoiced, and not claimed yet."""
    number, claim, bill = dossier.case.number, dossier.claim, dossier.bill
    if bill is None:
        yield stops("invoice", _("the repair is not invoiced"), invoice(number))
    if claim is None:
        return
    if claim.status in AWAITED or claim.status == ClaimStatus.PAID:
        told = _("claimed already with {organism}, for the invoice {invoice}: {status}")
        filled = told.format(
            organism=ORGANISM_NAMES[claim.organism],
            invoice=claim.invoice,
            status=_(CLAIM_WORDS[claim.status]).lower(),
        )
        yield stops("claim", filled, line("qualirepar show", number))
    elif claim.status in UNSENT and dossier.organism not in {None, claim.organism}:
        told = _("a claim is begun with {organism}").format(organism=ORGANISM_NAMES[claim.organism])
        yield stops("claim", told, then(line("qualirepar cancel", number), line("qualirepar claim", number)))
    elif claim.pending == Step.CREATE and not dossier.account.searchable:
        told = _("its creation got no answer, and {organism} has no list to look in")
        todo = then(_("look on its portal"), line("qualirepar found", number, "--number", _("NUMBER")))
        yield doubt("claim", told.format(organism=ORGANISM_NAMES[claim.organism]), todo)
    elif claim.status in UNSENT and claim.error:
        told = _("what stopped it last: {reason}").format(reason=claim.error)
        yield doubt("claim", told, _("see that it is mended"))
    elif claim.status == ClaimStatus.REFUSED:
        yield _refused_before(dossier, claim.reason)


def _refused_before(dossier: Dossier, reason: str) -> Trouble:
    told = _("the claim before was refused: {reason}").format(reason=reason)
    todo = _("see that it is mended: `comptoir qualirepar refused`")
    if dossier.claim and dossier.claim.organism == Organism.ECOLOGIC:
        more = _("Ecologic may say that its invoice and its device are used already: cancel it on its portal first")
        todo = also(todo, more)
    return doubt("claim", told, todo)


def troubles(dossier: Dossier) -> Iterator[Trouble]:
    """List what would make the organism refuse, in the order a person mends it."""
    if dossier.bill:
        yield from _invoice(dossier, dossier.bill)
        yield from _bonus(dossier, dossier.bill)
    yield from _pieces(dossier)
    yield from _account(dossier)
    yield from _doubles(dossier)


def chosen(piece: Piece, files: "Iterable[AttachmentRow]") -> "AttachmentRow | None":
    """Give the document of a case that stands for a piece: of the best kind, the last one attached."""
    for kind in SOURCES.get(piece, ()):
        found = [each for each in files if each.kind == kind]
        if found:
            return found[-1]
    return None


def _invoice(dossier: Dossier, bill: "BillRow") -> Iterator[Trouble]:
    case, today = dossier.case, in_paris(dossier.now).date()
    if bill.paid_at is None:
        yield stops(
            "paid",
            _("the invoice {invoice} is not paid: the law reimburses a paid invoice").format(invoice=bill.number),
            line("repair pay", case.number, "--means card --receipt", _("NUMBER")),
        )
    if not dossier.siret:
        todo = then(_("set `repair_siret`"), credit(case.number), invoice(case.number))
        yield stops("siret", _("the invoice bears no SIRET (reject 01)"), todo)
    repaired = in_paris(case.repaired_at or bill.issued_at).date()
    if repaired > today:
        yield stops("repaired_on", _("the day of repair is in the future"), _("look at the clock of this machine"))
    elif dossier.organism is Organism.ECOSYSTEM and _is_late(repaired, today):
        told = _("the repair is more than {months} months old: ecosystem may refuse it").format(months=OLDEST)
        yield doubt("repaired_on", told, _("claim it today"))


def _is_late(repaired: date, today: date) -> bool:
    return after_months(repaired, OLDEST) < today


def _bonus(dossier: Dossier, bill: "BillRow") -> Iterator[Trouble]:
    answer, number = dossier.answer, dossier.case.number
    again = then(credit(number), invoice(number))
    if not bill.bonus:
        yield _none(dossier, again)
    elif answer.why in {Why.OUT_OF_PERIOD, Why.NOT_IN_SHEETS} and dossier.organism:
        todo = _("look at `comptoir qualirepar organisms {organism}`").format(organism=dossier.organism)
        yield stops("product", _(WHY_WORDS[answer.why]), todo)
    elif answer.threshold is not None and bill.total < answer.threshold:
        told = _("the total is {total}, and the bonus begins at {threshold}")
        yield (stops if answer.basis is Basis.ORGANISM else doubt)(
            "total", told.format(total=money.spoken(bill.total), threshold=money.spoken(answer.threshold)), again
        )
    elif bill.total < bill.bonus or answer.why is Why.UNDER_BONUS:
        yield stops("total", _("the total of the invoice is under the bonus"), again)
    elif answer.bonus is None:
        told = _("no amount is known for this product on that day: the bonus cannot be checked")
        yield doubt("bonus", told, fetch())
    elif answer.bonus != bill.bonus:
        yield _wrong(dossier, bill)
    elif bill.circular and dossier.organism is Organism.ECOLOGIC:
        told = _("nobody knows whether Ecologic pays the 20 % more for parts of the circular economy")
        yield doubt("circular", told, _("ask Ecologic before you claim it"))


def _none(dossier: Dossier, again: str) -> Trouble:
    if not dossier.case.bonus:
        return stops("bonus", _("the device was taken in without the bonus"), _("there is nothing to claim"))
    return stops("bonus", _("the invoice takes no bonus off (reject 08)"), again)


def _wrong(dossier: Dossier, bill: "BillRow") -> Trouble:
    answer = dossier.answer
    own = answer.basis is Basis.ORGANISM and dossier.organism
    who = ORGANISM_NAMES[dossier.organism] if own and dossier.organism else _("the public scale of 2024")
    told = _("the invoice takes {ours} off, and {who} gives {theirs} (reject 06)")
    filled = told.format(ours=money.spoken(bill.bonus), theirs=money.spoken(answer.bonus or money.ZERO), who=who)
    number = dossier.case.number
    again = invoice(number, "--bonus", str(answer.bonus)) if answer.bonus else invoice(number, "--no-bonus")
    return (stops if own else doubt)("bonus", filled, then(credit(number), again))


def _pieces(dossier: Dossier) -> Iterator[Trouble]:
    for piece, required in dossier.answer.pieces:
        if piece is Piece.INVOICE:
            continue  # drawn from what was issued
        file = chosen(piece, dossier.files)
        if file:
            yield from _file(dossier, piece, file)
            yield from _read(dossier, piece, file)
        elif required:
            told = _("missing: {piece}").format(piece=_(PIECE_WORDS[piece]))
            yield stops(piece.value, told, _attach(dossier, piece))


def _attach(dossier: Dossier, piece: Piece) -> str:
    number = dossier.case.number
    told = line("repair attach", number, _("FILE"), "--kind", SOURCES[piece][0])
    if piece is Piece.CONSENT and dossier.bill and dossier.bill.bonus:
        paper = line("repair documents", number, "--kind declaration")
        return also(_("{paper} prints what is to be signed").format(paper=paper), told)
    return told


def _file(dossier: Dossier, piece: Piece, file: "AttachmentRow") -> Iterator[Trouble]:
    name, field = file.name, piece.value
    if file.media_type not in TAKEN:
        told = _("`{name}` is neither PDF, JPEG nor PNG").format(name=name)
        yield stops(field, told, _("save it as JPEG, then {attach}").format(attach=_attach(dossier, piece)))
    elif file.media_type == Media.PDF and piece in PICTURES and dossier.organism is Organism.ECOSYSTEM:
        told = _("`{name}` is a PDF: ecosystem may want a photograph").format(name=name)
        yield doubt(field, told, _("save it as JPEG, then {attach}").format(attach=_attach(dossier, piece)))
    smaller = _("make it smaller, then {attach}").format(attach=_attach(dossier, piece))
    if file.size > LONGEST:
        yield stops(field, _("`{name}` is larger than 10 MB").format(name=name), smaller)
    elif file.size > SEEN_LONGEST:
        yield doubt(field, _("`{name}` is larger than 3 MB: it may be refused").format(name=name), smaller)


def _read(dossier: Dossier, piece: Piece, file: "AttachmentRow") -> Iterator[Trouble]:
    """Compare what the bars of the nameplate say with the serial number that is claimed for."""
    serial = dossier.case.serial
    if piece is Piece.NAMEPLATE and file.serial and typed(file.serial) != typed(serial):
        told = _("`{name}` bears {read}, and the device is {serial}: it may be the plate of another").format(
            name=file.name, read=file.serial, serial=serial
        )
        yield doubt(piece.value, told, _attach(dossier, piece))


def _account(dossier: Dossier) -> Iterator[Trouble]:
    account, answer, organism = dossier.account, dossier.answer, dossier.organism
    if organism is None:
        return
    known = ", ".join(f"{site.code} ({site.name})" for site in answer.sites)
    if organism is Organism.ECOSYSTEM and not account.repairer:
        yield _unset(_("which repairer claims is not known"), "ecosystem_repairer", known)
    elif not account.site:
        yield _unset(_("which place of repair claims is not known"), "ecologic_site", known)
    elif answer.sites:
        ours = {site.code for site in answer.sites} | {site.repairer for site in answer.sites} - {""}
        for told in {account.site, account.repairer} - {""} - ours:
            yield stops(
                "site",
                _("`{site}` is not one of the places of repair of this account").format(site=told),
                _("one of these: {known}").format(known=known),
            )
    if eligibility.is_old(answer.synced_at, dossier.now):
        yield doubt("lists", _("the lists of the organism were fetched more than two days ago"), fetch())


def _unset(told: str, setting: str, known: str) -> Trouble:
    todo = _("give it in the setting `{setting}`").format(setting=setting)
    return stops("site", told, _("{todo}: {known}").format(todo=todo, known=known) if known else todo)


def _doubles(dossier: Dossier) -> Iterator[Trouble]:
    """Look at the other claims of the same device: what was paid some day is no bar that anybody has published."""
    for other in dossier.doubles:
        shown = line("qualirepar show", other.case_number)
        if other.status in PAID:
            told = _("a bonus was paid for this device already, under {other}: the organism may refuse another one")
            yield doubt("double", told.format(other=other.case_number), shown)
        else:
            told = _("this device is claimed already under {other}: wait for its end")
            yield stops("double", told.format(other=other.case_number), shown)
