"""Fiches métier: what is checked of a device, which product a fiche covers, and the bonus it may earn."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from comptoir.core import money
from comptoir.core.errors import NotFound, Refused, UsageProblem
from comptoir.core.i18n import _, mark
from comptoir.core.later import later
from comptoir.core.text import fold

if TYPE_CHECKING:
    import difflib
else:
    difflib = later("difflib")

# The fiches of the label Qualirépar, named as the label names them.
FICHES: Mapping[int, str] = {
    1: "GEM - Sans fluides",
    2: "GEM - Avec fluides",
    3: "PEM – Sans fluides",
    4: "TV",
    5: "Tout EGP – Hors TV et optique non intégrée et JELS – Hors mobilité",
    6: "Appareil photo",
    7: "EI & T",
    8: "Gros outillage électrique",
    9: "Petit Outillage électrique",
    10: "JELS – Mobilité",
}
EVERY = "all"
SCALE_DAY = date(2024, 1, 1)  # the first day of the scale that the amounts come from
_CIRCULAR = Decimal("1.2")  # +20 % where the repair takes parts of the circular economy
_NEAR = 5


class Moment(StrEnum):
    """When a point is checked: as the device comes in, or once it is repaired."""

    BEFORE = "before"
    AFTER = "after"


class Result(StrEnum):
    """What the technician found at a point."""

    OK = "ok"
    BAD = "bad"
    NOT_APPLICABLE = "na"


class Identifier(StrEnum):
    """What tells one device from another of its kind: a serial number, an IMEI, or one of the two."""

    SERIAL = "serial"
    IMEI = "imei"
    EITHER = "either"


class Why(StrEnum):
    """What decided of a bonus."""

    GRANTED = "granted"
    CIRCULAR = "circular"
    NOT_LISTED = "not_listed"
    BEFORE_SCALE = "before_scale"
    UNDER_THRESHOLD = "under_threshold"
    UNDER_BONUS = "under_bonus"


MOMENT_WORDS: Mapping[str, str] = {Moment.BEFORE: mark("Before"), Moment.AFTER: mark("After")}
RESULT_WORDS: Mapping[str, str] = {
    Result.OK: mark("Good"),
    Result.BAD: mark("Bad"),
    Result.NOT_APPLICABLE: mark("Not applicable"),
}
IDENTIFIER_WORDS: Mapping[str, str] = {
    Identifier.SERIAL: mark("Serial number"),
    Identifier.IMEI: mark("IMEI"),
    Identifier.EITHER: mark("IMEI or serial number"),
}
WHY_WORDS: Mapping[str, str] = {
    Why.GRANTED: mark("Bonus of the scale"),
    Why.CIRCULAR: mark("Bonus of the scale, with 20 % more for parts of the circular economy"),
    Why.NOT_LISTED: mark("The scale has no bonus for this product"),
    Why.BEFORE_SCALE: mark("Before the first day of the scale"),
    Why.UNDER_THRESHOLD: mark("The total is under the threshold of this product"),
    Why.UNDER_BONUS: mark("The total is under the bonus"),
}


class Point(NamedTuple):
    """What the technician checks; `products` are the keys of those it concerns alone, none for all of the fiche."""

    key: str
    label: str
    moment: Moment
    required: bool
    safety: bool = False
    products: tuple[str, ...] = ()


class Fiche(NamedTuple):
    """A fiche: its points in order, and what the consumer is told in writing when a quote is refused."""

    number: int
    risks: str
    points: tuple[Point, ...]

    @property
    def name(self) -> str:
        """Give the name that the label gives it."""
        return FICHES[self.number]


class Overview(NamedTuple):
    """A fiche in short: how many points it has before and after, and whether the shop is labelled for it."""

    number: int
    name: str
    before: int
    after: int
    labelled: bool
    risks: str


class Product(NamedTuple):
    """A kind of device; `bonus` and `threshold` in euros, None where the scale has none.

    `ecologic` and `ecosystem` are the codes that these organisms are known to have for it, empty for none known.
    """

    key: str
    label: str
    family: str
    fiche: int
    aliases: tuple[str, ...] = ()
    identifier: Identifier = Identifier.SERIAL
    circular: bool = False
    bonus: Decimal | None = None
    threshold: Decimal | None = None
    ecologic: str = ""
    ecosystem: str = ""

    @property
    def imei(self) -> bool:
        """Tell whether its IMEI must be known."""
        return self.identifier is Identifier.IMEI


class Book(NamedTuple):
    """The fiches by number, the products by key."""

    fiches: Mapping[int, Fiche]
    products: Mapping[str, Product]


class Bonus(NamedTuple):
    """Euros of a bonus and what decided; the amount is None where no scale tells, zero where the scale gives none."""

    amount: Decimal | None
    why: Why


class UnknownFiche(NotFound):
    """No fiche has this number."""

    def __init__(self, number: int) -> None:
        super().__init__(
            _("there is no fiche {number}").format(number=number),
            _("list them with `comptoir repair fiche list`"),
        )


class UnknownProduct(NotFound):
    """No product has this name, or several have it."""

    def __init__(self, name: str, near: Sequence[str] = ()) -> None:
        super().__init__(
            _("no product is called `{name}`").format(name=name),
            _("did you mean `{near}`?").format(near="`, `".join(near))
            if near
            else _("look it up with `comptoir repair fiche products`"),
        )


class OtherFiche(UsageProblem):
    """A product that another fiche covers."""

    def __init__(self, product: Product, number: int) -> None:
        super().__init__(
            _("the fiche {number} does not cover `{product}`").format(number=number, product=product.label),
            _("the fiche {number} does: {name}").format(number=product.fiche, name=FICHES[product.fiche]),
        )


class BadFiches(UsageProblem):
    """The setting `repair_fiches` cannot be read."""

    def __init__(self, written: str) -> None:
        super().__init__(
            _("`{written}` does not say which fiches the shop is labelled for").format(written=written),
            _("write numbers of 1 to {most} in the setting `repair_fiches`, such as 1,3,5, or `{every}`").format(
                most=max(FICHES), every=EVERY
            ),
        )


class FicheNotLabelled(Refused):
    """The shop is not labelled for a fiche: no bonus can be asked for its products."""

    def __init__(self, number: int) -> None:
        super().__init__(
            _("the shop is not labelled for the fiche {number} ({name})").format(number=number, name=FICHES[number]),
            _("`--no-bonus` opens the case without a bonus; the setting `repair_fiches` says what the label covers"),
        )


def labelled(setting: str) -> frozenset[int]:
    """Read the setting `repair_fiches`, `1, 3,5` or `all`, nothing for no label; raise BadFiches."""
    if fold(setting.strip()) == EVERY:
        return frozenset(FICHES)
    written = setting.replace(",", " ").replace(";", " ").split()
    known = {str(number): number for number in FICHES}
    if not set(written) <= set(known) or (setting.strip() and not written):
        raise BadFiches(setting)
    return frozenset(known[each] for each in written)


def check_labelled(number: int, setting: str) -> None:
    """Refuse a fiche that the setting `repair_fiches` leaves out: raise FicheNotLabelled, or BadFiches."""
    if number not in labelled(setting):
        raise FicheNotLabelled(number)


def find_fiche(number: int, fiches: Mapping[int, Fiche]) -> Fiche:
    """Find a fiche by its number; raise UnknownFiche."""
    if number not in fiches:
        raise UnknownFiche(number)
    return fiches[number]


def overview(fiches: Iterable[Fiche], setting: str) -> list[Overview]:
    """Sum each fiche up, beside the setting `repair_fiches`; raise BadFiches."""
    ours = labelled(setting)
    return [
        Overview(
            number=fiche.number,
            name=fiche.name,
            before=len(points(fiche, moment=Moment.BEFORE)),
            after=len(points(fiche, moment=Moment.AFTER)),
            labelled=fiche.number in ours,
            risks=fiche.risks,
        )
        for fiche in fiches
    ]


def points(fiche: Fiche, product: Product | None = None, moment: Moment | None = None) -> tuple[Point, ...]:
    """Give the points of a fiche in order: those of one product when it is known, of one moment when it is named."""
    return tuple(
        point
        for point in fiche.points
        if (moment is None or point.moment is moment)
        and (product is None or not point.products or product.key in point.products)
    )


def open_points(points: Iterable[Point], results: Mapping[str, Result]) -> list[Point]:
    """Give the required points that have no result yet; `not applicable` is a result."""
    return [point for point in points if point.required and point.key not in results]


def bad_points(points: Iterable[Point], results: Mapping[str, Result]) -> list[Point]:
    """Give the points, required or of safety, that were found bad: after the repair, the device cannot leave so."""
    return [point for point in points if (point.required or point.safety) and results.get(point.key) is Result.BAD]


def find_product(text: str, products: Mapping[str, Product]) -> Product:
    """Find a product by its key, label or alias in any spelling, or by a beginning that is its own.

    Raises UnknownProduct, which names those that are near.
    """
    asked = plain(text)
    named: dict[str, Product] = {}
    for product in products.values():
        named |= dict.fromkeys(names(product), product)
        if asked in named:
            return product
    begun = {product.key: product for name, product in named.items() if asked and name.startswith(asked)}
    if len(begun) == 1:
        return next(iter(begun.values()))
    near = begun or {named[name].key: named[name] for name in difflib.get_close_matches(asked, named, _NEAR)}
    raise UnknownProduct(text, [product.label for product in near.values()][:_NEAR])


def covered(product: Product, fiche: Fiche) -> Product:
    """Give the product back where this fiche covers it; raise OtherFiche."""
    if product.fiche != fiche.number:
        raise OtherFiche(product, fiche.number)
    return product


def look_up(words: Iterable[str], products: Iterable[Product]) -> list[Product]:
    """Give the products whose names or family hold every word, in any spelling; all of them without a word."""
    asked = plain(" ".join(words)).split()
    return [
        product
        for product in products
        if all(word in f"{plain(product.family)} {' '.join(names(product))}" for word in asked)
    ]


def names(product: Product) -> list[str]:
    """Give the plain spellings that a product is found by: its key, its label, its aliases."""
    return list(dict.fromkeys(map(plain, (product.key, product.label, *product.aliases))))


def plain(text: str) -> str:
    """Give a name without accents, capitals or signs, words a space apart: `Lave-linge` as `lave linge`."""
    folded = fold(text)
    return folded if folded.isalnum() else " ".join("".join(c if c.isalnum() else " " for c in folded).split())


def bonus_of(product: Product, total: Decimal, day: date, *, circular: bool = False) -> Bonus:
    """Give the bonus of a repair invoiced that day for so many euros including VAT, before the bonus.

    The public scale of 1 January 2024: flat amounts, some from a threshold on, 20 % more with parts of the circular
    economy for some products, nothing where the total does not reach the bonus. The organism's answer decides.
    """
    if product.bonus is None:
        return Bonus(None, Why.NOT_LISTED)
    if day < SCALE_DAY:
        return Bonus(None, Why.BEFORE_SCALE)
    return due(product, total, circular=circular)


def due(product: Product, total: Decimal, *, circular: bool) -> Bonus:
    """Give what a product's own amount and threshold come to, for so many euros including VAT."""
    if product.bonus is None:
        return Bonus(None, Why.NOT_LISTED)
    if product.threshold is not None and total < product.threshold:
        return Bonus(money.ZERO, Why.UNDER_THRESHOLD)
    raised = circular and product.circular
    amount = money.rounded(product.bonus * _CIRCULAR if raised else product.bonus)
    if total < amount:
        return Bonus(money.ZERO, Why.UNDER_BONUS)
    return Bonus(amount, Why.CIRCULAR if raised else Why.GRANTED)
