"""Parts: where they come from, what their purchase must tell, and what is refused."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from shlex import quote
from typing import TYPE_CHECKING, NamedTuple

from comptoir.core import money
from comptoir.core.errors import ComptoirError, NotFound, Refused, UsageProblem, raise_all
from comptoir.core.i18n import _, mark
from comptoir.core.later import later
from comptoir.core.refs import typed
from comptoir.core.text import REPLACEMENT, fold, tidy

if TYPE_CHECKING:
    from comptoir.core import paris
else:
    paris = later("comptoir.core.paris")

LONGEST = 200  # characters of a text
MOST = 999_999  # parts of a purchase, or of a use
CASE_DIGITS = 8
SHORTEST_END = 2  # digits of the end of a case's number
_WHOLE = re.compile(r"(\d{1,6})(?:[.,]0{1,2})?", re.ASCII)
_WHOLE_DAY = re.compile(r"\d{4}-\d\d-\d\d|\d\d?/\d\d?/\d{4}", re.ASCII)


class Origin(StrEnum):
    """Where a part comes from; `circular` is a part of the circular economy (PIEC, Code de la consommation L224-67)."""

    NEW = "new"
    USED = "used"
    CIRCULAR = "circular"


ORIGIN_WORDS: Mapping[str, str] = {
    Origin.NEW: mark("new"),
    Origin.USED: mark("second-hand"),
    Origin.CIRCULAR: mark("circular economy (PIEC)"),
}
# How suppliers' files write them, besides the keys and the words above.
SPELLINGS = {"neuf": Origin.NEW, "neuve": Origin.NEW, "occasion": Origin.USED, "piec": Origin.CIRCULAR}
# What a purchase is told by: the column of a file, and how it is typed.
FLAGS = {
    "reference": mark("REFERENCE"),
    "designation": "--designation",
    "origin": "--origin",
    "supplier": "--supplier",
    "invoice": "--invoice",
    "bought_on": "--on",
    "quantity": "--quantity",
    "unit_cost": "--cost",
    "donor": "--donor",
    "note": "--note",
}
TEXTS = ("reference", "designation", "supplier", "invoice", "donor", "note")


class Purchase(NamedTuple):
    """Parts bought; the unit cost excludes VAT.

    The donor is the used device that the part was taken from: its serial number, or the number of its case.
    """

    reference: str
    designation: str
    origin: Origin
    supplier: str
    invoice: str
    bought_on: date
    quantity: int
    unit_cost: Decimal
    donor: str = ""
    note: str = ""

    @property
    def key(self) -> str:
        """Give the reference as it is looked up."""
        return typed(self.reference)

    @property
    def provenance(self) -> tuple[str, str, str]:
        """Give what tells where it comes from, in any spelling: supplier, invoice, donor."""
        return provenance(self.supplier, self.invoice, self.donor)


class BadPart(UsageProblem):
    """A field of a purchase that cannot be taken, with the reason."""

    def __init__(self, field: str, reason: str, hint: str | None = None) -> None:
        super().__init__(f"`{_(FLAGS[field])}`: {reason}", hint)
        self.field = field
        self.reason = reason


class BadPartQuantity(BadPart):
    """A quantity that is no number of parts."""

    def __init__(self, quantity: int | str) -> None:
        told = _("`{quantity}` is no quantity of parts: whole, from 1 to {most}")
        super().__init__("quantity", told.format(quantity=quantity, most=MOST))


class UnknownOrigin(BadPart):
    """A word that names no origin."""

    def __init__(self, text: str) -> None:
        known = ", ".join(f"{key} = {_(word)}" for key, word in ORIGIN_WORDS.items())
        told = _("`{text}` is no origin; there are: {known}")
        super().__init__("origin", told.format(text=text, known=known))


class FutureDay(Refused):
    """A purchase of a day that has not come."""

    def __init__(self, day: date) -> None:
        super().__init__(
            _("the parts were bought on {day}, after today").format(day=day.strftime("%d/%m/%Y")),
            _("give the day of the invoice with `--on`"),
        )


class MissingProvenance(Refused):
    """A part that does not say where it comes from."""

    def __init__(self, origin: Origin) -> None:
        if origin is Origin.NEW:
            told = _("a new part is told with its supplier and their invoice")
            hint = _("add `--supplier` and `--invoice`")
        else:
            told = _("a part that is not new says where it comes from: its supplier and their invoice, or its donor")
            hint = _("add `--supplier` and `--invoice`, or `--donor` with the serial number or the case of the device")
        super().__init__(told, hint)


class ToldOtherwise(Refused):
    """A purchase that is recorded already, with something else than what is told of it now."""

    def __init__(self, number: int, kept: Mapping[str, str]) -> None:
        options = ", ".join(f"`{FLAGS[name]} {quote(text)}`" for name, text in kept.items())
        told = _("purchase {number}, of the same origin, day and quantity, was recorded with {options}")
        super().__init__(
            told.format(number=number, options=options),
            _("`--again` records another one; `comptoir repair parts import` corrects the one that is there"),
        )


class NotEnoughParts(Refused):
    """More parts are to be used than there are left."""

    def __init__(self, reference: str, asked: int, left: Mapping[Origin, int], wanted: Origin | None) -> None:
        self.left = dict(left)
        held = ", ".join(f"{_(ORIGIN_WORDS[origin])} {count}" for origin, count in left.items() if count) or "0"
        kind = f" ({_(ORIGIN_WORDS[wanted])})" if wanted else ""
        told = _("{reference}: {asked} asked, left: {left}")
        super().__init__(
            told.format(reference=reference, asked=f"{asked}{kind}", left=held),
            _("record the purchase first: `comptoir repair parts buy '{reference}'`").format(reference=reference),
        )


class NotUsed(Refused):
    """More parts are put back than a case used."""

    def __init__(self, reference: str, case_number: str, asked: int, used: int) -> None:
        told = _("{reference}: {asked} to put back, case {number} used {used}")
        super().__init__(
            told.format(reference=reference, asked=asked, number=case_number, used=used),
            _("`comptoir repair parts trace {number}` lists what it used").format(number=case_number),
        )


class NothingTraced(NotFound):
    """No purchase and no case answer to a text."""

    def __init__(self, text: str) -> None:
        super().__init__(
            _("no part, invoice, supplier, donor nor case answers to `{text}`").format(text=text),
            _("`comptoir repair parts purchases` lists what was bought"),
        )


def provenance(supplier: str, invoice: str, donor: str) -> tuple[str, str, str]:
    """Give what tells where a part comes from, as it is compared: capitals, accents, blanks and dashes aside."""
    return fold(supplier), fold(typed(invoice)), fold(typed(donor))


def differing(kept: Purchase, told: Purchase) -> list[str]:
    """List the fields of the same purchase that are told otherwise now, its cost and its note; no note tells nothing.

    A part has many names: another designation is no other purchase.
    """
    differs = {
        "unit_cost": told.unit_cost != kept.unit_cost,
        "note": bool(told.note) and told.note != kept.note,
    }
    return [name for name, is_so in differs.items() if is_so]


def checked(given: Purchase, today: date) -> Purchase:
    """Give a purchase with its texts tidied; raise every problem of it at once.

    A part of any origin is traceable to a supplier's invoice, a used one to its donor as well (Qualirépar, 6.2.2).
    """
    texts = {name: tidy(getattr(given, name)) for name in TEXTS}
    purchase = given._replace(**texts)  # type: ignore[arg-type]  # these fields are all texts
    faults = {name: _fault(name, text) for name, text in texts.items()}
    found: list[ComptoirError] = [BadPart(name, reason) for name, reason in faults.items() if reason]
    if not 1 <= purchase.quantity <= MOST:
        found.append(BadPartQuantity(purchase.quantity))
    if purchase.unit_cost < 0:
        found.append(BadPart("unit_cost", _("a cost is not negative")))
    if purchase.bought_on > today:
        found.append(FutureDay(purchase.bought_on))
    if not _says_where(purchase):
        found.append(MissingProvenance(purchase.origin))
    raise_all(found)
    return purchase


def read(form: Mapping[str, str], today: date) -> Purchase:
    """Read a purchase from texts, by the names of its fields; raise everything that is wrong with them at once."""
    found: list[ComptoirError] = []

    def taken(read_one: Callable[[str], object], name: str, otherwise: object) -> object:
        """Give what a text says, or keep what is wrong with it."""
        try:
            return read_one(form[name])
        except ComptoirError as problem:
            found.append(problem)
            return otherwise

    where = taken(origin, "origin", None)
    values = {
        **{name: form.get(name, "") for name in TEXTS},
        "origin": where or Origin.NEW,
        "bought_on": taken(lambda text: day(text, today), "bought_on", today),
        "quantity": taken(quantity, "quantity", 1),
        "unit_cost": money.ZERO if _is_free(form, where) else taken(cost, "unit_cost", money.ZERO),
    }
    try:
        purchase = checked(Purchase(**values), today)  # type: ignore[arg-type]  # each of its own kind
    except ComptoirError as problem:
        # An origin that was not read asks for nothing.
        blind = any(isinstance(each, UnknownOrigin) for each in found)
        found += [each for each in problem.problems() if not (blind and isinstance(each, MissingProvenance))]
    raise_all(found)
    return purchase


def origin(text: str) -> Origin:
    """Give the origin that a key or a word names, in any spelling; raise UnknownOrigin."""
    known = {str(key): key for key in Origin} | {fold(_(ORIGIN_WORDS[key])): key for key in Origin} | SPELLINGS
    found = known.get(fold(text.strip()))
    if found is None:
        raise UnknownOrigin(text)
    return found


def quantity(text: str) -> int:
    """Read a whole number of parts; raise BadPartQuantity."""
    found = _WHOLE.fullmatch(text.strip())
    if found is None or not int(found[1]):
        raise BadPartQuantity(text)
    return int(found[1])


def cost(text: str) -> Decimal:
    """Read the cost of one part, in euros excluding VAT; raise BadPart."""
    try:
        amount = money.parse(text)
    except money.BadAmount as error:
        raise BadPart("unit_cost", error.message, error.hint) from error
    if amount < 0:
        raise BadPart("unit_cost", _("a cost is not negative"))
    return amount


def day(text: str, today: date) -> date:
    """Read the day of a purchase: `2026-11-22`, `22/11/2026`, `22/11`, `7d`; raise BadDay, and FutureDay."""
    found = paris.day_asked("--on", text.strip(), today)
    if found > today:
        raise FutureDay(found)
    return found


def is_whole_day(text: str) -> bool:
    """Tell whether a day is written with its year: a file is not read on the day it was written."""
    return bool(_WHOLE_DAY.fullmatch(text.strip()))


def line(name: str) -> Callable[[str], str]:
    """Give what checks a text of a purchase, tidied; it raises BadPart."""

    def check(text: str) -> str:
        """Give the text tidied; raise BadPart."""
        tidied = tidy(text)
        if reason := _fault(name, tidied):
            raise BadPart(name, reason)
        return tidied

    return check


def needed(name: str) -> Callable[[str], str]:
    """Give what checks a text of a purchase that must hold something; it raises BadPart."""

    def check(text: str) -> str:
        """Give the text tidied; raise BadPart."""
        tidied = line(name)(text)
        if not typed(tidied):
            raise BadPart(name, _("it is empty"))
        return tidied

    return check


def check_quantity(quantity: int) -> None:
    """Raise BadPartQuantity for none, less, or more than anybody has."""
    if not 1 <= quantity <= MOST:
        raise BadPartQuantity(quantity)


def shared(wanted: int, lots: Sequence[int]) -> list[int]:
    """Give how many to take from each lot, the first ones first; what lacks is taken from none."""
    taken: list[int] = []
    for left in lots:
        taken.append(min(left, wanted - sum(taken)))
    return taken


def case_end(text: str) -> str:
    """Give the digits of a case's number or of its end, nothing where a text is none."""
    digits = typed(text)
    good = digits.isascii() and digits.isdigit() and SHORTEST_END <= len(digits) <= CASE_DIGITS
    return digits if good else ""


def _is_free(form: Mapping[str, str], where: object) -> bool:
    # What is taken from a device costs nothing, unless it is told; what is new was paid for, whatever is noted with it.
    return not form.get("unit_cost", "").strip() and bool(form.get("donor")) and where is not Origin.NEW


def _fault(name: str, text: str) -> str:
    if REPLACEMENT in text:
        return _("it holds characters that cannot be read")
    if len(text) > LONGEST:
        return _("it is longer than {most} characters").format(most=LONGEST)
    if name == "reference" and not typed(text):
        return _("it holds no letter and no digit")
    return _("it is empty") if name == "designation" and not text else ""


def _says_where(purchase: Purchase) -> bool:
    billed = bool(purchase.supplier and typed(purchase.invoice))
    return billed or (purchase.origin is not Origin.NEW and bool(typed(purchase.donor)))
