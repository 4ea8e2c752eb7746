"""What the commands answer on the organisms, from the base alone: who pays, what their catalogues hold."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, NamedTuple

from comptoir.core import money, paris
from comptoir.core.errors import MissingValue, UsageProblem, raise_all
from comptoir.core.i18n import _, ngettext
from comptoir.desk import Desk
from comptoir.desk.options import option
from comptoir.fiches import book
from comptoir.fiches.rules import Product
from comptoir.organisms import queries, rules
from comptoir.organisms.published import CodeRow
from comptoir.organisms.statuses import (
    BASIS_WORDS,
    CODE_WORDS,
    ORGANISM_NAMES,
    ROUTED_WORDS,
    WHY_WORDS,
    Basis,
    Organism,
    Piece,
    Routed,
)


class Asked(NamedTuple):
    """What the command that says who pays is asked."""

    brand: Annotated[str | None, option("--brand", "-b", metavar=_("BRAND"), help=_("Brand of the device."))] = None
    product: Annotated[
        str | None, option("--product", "-p", metavar=_("PRODUCT"), help=_("Kind of device: a key, a name."))
    ] = None
    date: Annotated[
        str, option(metavar=_("DAY"), help=_("Day of the invoice: 2026-11-22, 22/11/2026; today by default."))
    ] = ""
    amount: Annotated[str, option(metavar=_("AMOUNT"), help=_("Total of the invoice incl. tax, before the bonus."))] = (
        ""
    )
    circular: Annotated[bool, option(help=_("With parts of the circular economy."))] = False
    organism: Annotated[Organism | None, option(help=_("The eco-organism, where it cannot be told."))] = None


class EligibleRow(NamedTuple):
    """Who pays for a repair and how much; `organism` is empty where it cannot be told."""

    product_label: str
    brand: str
    day: date
    amount: Decimal | None
    circular: bool
    organism: str
    certain: bool
    bonus: Decimal | None
    threshold: Decimal | None
    basis: Basis
    product: str
    product_code: str
    product_name: str
    brand_code: str
    synced_at: datetime | None
    source: str


class PieceRow(NamedTuple):
    """A document that a claim may carry."""

    piece: Piece
    required: bool


class Reason(NamedTuple):
    """Something that the answer stands on: what it is about, a stable key, a sentence."""

    about: str
    key: str
    told: str


class Eligible(NamedTuple):
    """The whole answer: its record, its documents, its codes, its reasons."""

    row: EligibleRow
    pieces: list[PieceRow]
    codes: list[CodeRow]
    reasons: list[Reason]


def eligible(desk: Desk, asked: Asked) -> Eligible:
    """Answer who pays for a repair, how much, and what is asked for; raise what cannot be read, all of it at once.

    What is missing is asked for where a person is there. Warns of data that are old.
    """
    brand, name = _device(desk, asked)
    ours = product_called(desk, name)
    day = paris.day_asked("--date", asked.date, desk.today()) if asked.date else desk.today()
    amount = _amount(asked.amount)
    with desk.reading() as reader:
        known = queries.snapshot(reader, ours, brand)
    found = rules.answer(known, day, amount, circular=asked.circular, organism=asked.organism)
    for told in _old(desk, known):
        desk.out.warn(told)
    row = EligibleRow(
        product_label=ours.label,
        brand=brand,
        day=day,
        amount=amount,
        circular=asked.circular,
        organism=str(found.organism or ""),
        certain=found.certain,
        product=ours.key,
        **{name: getattr(found, name) for name in EligibleRow._fields if name in _SAME},
    )
    pieces = [PieceRow(*each) for each in found.pieces]
    return Eligible(row, pieces, [*found.symptoms, *found.repairs], reasons(desk, known, found))


def expected(desk: Desk, ours: Product, brand: str) -> rules.Answer:
    """Answer for a device that comes in today, whose repair has no amount yet."""
    with desk.reading() as reader:
        known = queries.snapshot(reader, ours, brand)
    return rules.answer(known, desk.today(), None, circular=False)


def product_called(desk: Desk, text: str) -> Product:
    """Find a product of ours; raise UnknownProduct and BadPoints."""
    return book.product_called(text, desk.settings["repair_points"])


def reasons(desk: Desk, known: rules.Snapshot, found: rules.Answer) -> list[Reason]:
    """Tell what an answer stands on, and what to do where it does not tell everything."""
    name = ORGANISM_NAMES.get(found.organism or "", "")
    routed = _(ROUTED_WORDS[found.routed])
    told = [
        Reason("organism", found.routed, _("{host}: {reason}").format(host=name, reason=routed) if name else routed),
        Reason("bonus", found.why, _(WHY_WORDS[found.why])),
        Reason("data", found.basis, _source(desk, found)),
    ]
    other, because = rules.route(known)
    if other and other is not found.organism:
        says = _("the catalogues say that {organism} pays: {why}")
        because_told = says.format(organism=ORGANISM_NAMES[other], why=_(ROUTED_WORDS[because]))
        told.append(Reason("organism", "contradicted", because_told))
    if found.routed is Routed.NOT_FETCHED:
        told.append(Reason("data", "not_fetched", _("`comptoir qualirepar sync` fetches the catalogues")))
    if (found.synced_at and not found.product_code) or found.routed is Routed.NO_PRODUCT:
        told.append(Reason("product", "unknown_product", _unknown_product(known, found)))
    elif found.routed is Routed.NO_BRAND or (found.organism and _brandless(known, found.organism)):
        told.append(Reason("brand", "unknown_brand", _unknown_brand(known, found)))
    if found.needs:
        needed = ", ".join(_(CODE_WORDS[kind]) for kind in found.needs)
        told.append(Reason("codes", "needed", _("a claim needs these: {codes}").format(codes=needed)))
    return told


_SAME = frozenset(
    {"bonus", "threshold", "basis", "product_code", "product_name", "brand_code", "synced_at", "source"}
)  # in an answer and in its row


def _device(desk: Desk, asked: Asked) -> tuple[str, str]:
    """Give the brand and the product, asked for where a person is there; raise MissingValue for both at once."""
    told = {"--brand": asked.brand, "--product": asked.product}
    if not desk.can_ask:
        raise_all([MissingValue(flag) for flag, value in told.items() if not (value or "").strip()])
    questions = {"--brand": _("Brand"), "--product": _("Kind of device")}
    brand, product = (desk.value(flag, told[flag], questions[flag], _filled) for flag in told)
    return brand.strip(), product


def _filled(text: str) -> None:
    if not text.strip():
        raise UsageProblem(_("it is empty"))


def _amount(text: str) -> Decimal | None:
    amount = money.parse(text) if text.strip() else None
    if amount is not None and amount < 0:
        raise money.BadAmount(text)
    return amount


def _old(desk: Desk, known: rules.Snapshot) -> Iterator[str]:
    """Write a warning for each catalogue that is old."""
    told = _("the catalogue of {organism} is {days} days old: `comptoir qualirepar sync` fetches it again")
    for held in known.held:
        if rules.is_old(held.synced_at, desk.clock.now()):
            yield told.format(organism=ORGANISM_NAMES[held.organism], days=_age(desk, held.synced_at))


def _age(desk: Desk, fetched: datetime | None) -> int:
    """Give the age of data in days of Paris."""
    return (desk.today() - paris.in_paris(fetched).date()).days if fetched else 0


def _source(desk: Desk, found: rules.Answer) -> str:
    """Say where the amount comes from, and how old what was fetched is."""
    basis = _(BASIS_WORDS[found.basis])
    if found.basis is Basis.PUBLIC_SCALE:
        basis = _("{scale}: an estimate, the organism's answer decides").format(scale=basis)
    if not (found.organism and found.synced_at):
        return basis
    days = _age(desk, found.synced_at)
    fetched = ngettext(
        "fetched {days} day ago from {organism}, {day}", "fetched {days} days ago from {organism}, {day}", days
    )
    if not days:
        fetched = _("fetched today from {organism}")
    day = paris.in_paris(found.synced_at).strftime("%d/%m/%Y")
    return f"{basis}; {fetched.format(day=day, days=days, organism=ORGANISM_NAMES[found.organism])}"


def _brandless(known: rules.Snapshot, organism: Organism) -> bool:
    held = known.of(organism)
    return held.synced_at is not None and held.brand is None


def _unknown_product(known: rules.Snapshot, found: rules.Answer) -> str:
    told = [_("no product of the catalogue goes with `{product}`").format(product=known.product.label)]
    if found.near:
        told.append(_("the nearest are: {names}").format(names=", ".join(found.near)))
    told.append(
        _("`comptoir qualirepar match --product {key} --organism {organism} --code CODE` tells which it is").format(
            key=known.product.key, organism=found.organism or _("ORGANISM")
        )
    )
    return "; ".join(told)


def _unknown_brand(known: rules.Snapshot, found: rules.Answer) -> str:
    told = [_("the brand `{brand}` is not in the catalogue").format(brand=known.brand)]
    if found.near_brands:
        told.append(_("the nearest are: {names}").format(names=", ".join(found.near_brands)))
    if found.brand_code:
        told.append(_("it is filed under {code}, with its name").format(code=found.brand_code))
    elif not found.organism:
        told.append(_("if it is the right one, choose with `--organism`"))
    return "; ".join(told)
