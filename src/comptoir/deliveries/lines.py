"""The lines of deliveries: what each must hold, and the reason when it cannot go in.

A million of them go through here: a block of lines is checked column by column, each check done at once on all of its
cells; only where one of these fails is each line of the block looked at.
"""

import re
from collections.abc import Callable, Hashable, Sequence
from itertools import repeat
from typing import Any, NamedTuple

from comptoir.core import money
from comptoir.core.errors import Refused
from comptoir.core.i18n import _
from comptoir.core.refs import GTIN, GTIN_LENGTHS, gtin
from comptoir.core.sheet import BadLine, Block, NotASheet, Refuse, check_header, freed, tidied
from comptoir.deliveries import rules
from comptoir.deliveries.rules import reference_key

REQUIRED = (
    *("note_number", "delivery_date", "customer", "line", "reference", "ean", "designation", "quantity", "unit_price"),
)
DEPOSIT = "core_deposit"  # many a file does not tell it
COLUMNS = (*REQUIRED, DEPOSIT)
MOST = 999_999  # of a quantity, and of a line's number
KEPT = 4_096  # values remembered, of those that repeat from line to line
_WHOLE = re.compile(r"(\d{1,6})(?:[.,]0{1,2})?", re.ASCII)
_PRICES = re.compile(r"(?:\d{1,9}\.\d\d\n)*\d{1,9}\.\d\d", re.ASCII)
_NO_SIGNS = {code: None for code in range(128) if not chr(code).isalnum() and chr(code) != "\n"} | {
    ord(c): c.upper() for c in "abcdefghijklmnopqrstuvwxyz"
}
_LANES = bytes(max(code - ord("0"), 0) for code in range(256))
_TENS = bytes(range(0, 256, 10))


class NotDeliveries(Refused):
    """A file whose first line does not name the columns of deliveries."""

    def __init__(self, reason: str) -> None:
        known = ", ".join(COLUMNS)
        super().__init__(
            _("these are not deliveries: {reason}").format(reason=reason), _("columns: {known}").format(known=known)
        )


class Lines(NamedTuple):
    """Checked lines, column by column: whole numbers, ISO days, GTIN-14 or nothing, cents.

    The core deposits are left empty where the file has no column of them.
    """

    customer: Sequence[str]
    note: Sequence[int]
    line: Sequence[int]
    delivered_on: Sequence[str]
    reference: Sequence[str]
    reference_key: Sequence[str]
    ean: Sequence[str]
    designation: Sequence[str]
    quantity: Sequence[int]
    unit_price: Sequence[int]
    core_deposit: Sequence[int] = ()


class _Remembered(dict[Any, Any]):
    """What a function gave for the texts that came last; the function raises ValueError for those it refuses."""

    def __init__(self, function: Callable[[str], Hashable]) -> None:
        super().__init__()
        self._function = function

    def __missing__(self, text: str) -> Hashable:
        if len(self) >= KEPT:
            self.clear()
        self[text] = value = self._function(text)
        return value


class Checker:
    """Turns the cells of a file into checked lines."""

    def __init__(self, header: Sequence[str]) -> None:
        """Find the columns; raise NotDeliveries."""
        try:
            check_header(header, COLUMNS, REQUIRED)
        except NotASheet as error:
            raise NotDeliveries(str(error)) from error
        self.has_deposits = DEPOSIT in header
        self._places = [header.index(name) for name in COLUMNS if name in header]
        self._notes, self._days, self._customers = _Remembered(_note), _Remembered(_day), _Remembered(_customer)
        self._numbers, self._quantities = _Remembered(_line_number), _Remembered(_quantity)
        self._prices, self._deposits = _Remembered(_price), _Remembered(_deposit)

    def checked(self, block: Block, refuse: Refuse) -> tuple[Sequence[int], Lines]:
        """Give the good lines of a block, each with its line of the file; refuse the others."""
        columns = [block.columns[place] for place in self._places]
        try:
            return block.lines, self._at_once(*columns)
        except ValueError:
            return self._one_by_one(block.lines, [tidied(column) for column in columns], refuse)

    def _at_once(self, *columns: list[str]) -> Lines:
        """Check all lines together; raise ValueError where one of them must be looked at."""
        notes, days, customers, numbers, references, eans, designations, quantities, prices, *deposits = columns
        references, designations = _texts(references), _texts(designations)
        return Lines(
            list(map(self._customers.__getitem__, customers)),
            list(map(self._notes.__getitem__, notes)),
            list(map(self._numbers.__getitem__, numbers)),
            list(map(self._days.__getitem__, days)),
            references,
            _keys(references),
            _gtins(eans),
            designations,
            list(map(self._quantities.__getitem__, quantities)),
            _cents(prices, self._prices),
            *(_cents(cells, self._deposits) for cells in deposits),
        )

    def _one_by_one(
        self, lines: Sequence[int], columns: list[Sequence[str]], refuse: Refuse
    ) -> tuple[Sequence[int], Lines]:
        good: list[int] = []
        kept: list[tuple[Any, ...]] = []
        for number, cells in zip(lines, zip(*columns, strict=True), strict=True):
            try:
                kept.append(self._line(*cells))
                good.append(number)
            except ValueError as error:
                refuse(BadLine(number, str(error)))
        return good, Lines(*zip(*kept, strict=True)) if kept else Lines(*[()] * len(Lines._fields))

    def _line(self, *cells: str) -> tuple[Any, ...]:
        note, day, customer, number, reference, ean, designation, quantity, price, *deposits = cells
        reference, designation = freed(reference), freed(designation)
        key = reference_key(reference)
        if not key:
            raise ValueError(_("the reference `{reference}` holds no letter and no digit").format(reference=reference))
        return (
            self._customers[customer],
            self._notes[note],
            self._numbers[number],
            self._days[day],
            reference,
            key,
            _gtin(ean),
            designation,
            self._quantities[quantity],
            self._prices[price],
            *(self._deposits[deposit] for deposit in deposits),
        )


def _texts(cells: list[str]) -> list[str]:
    """Tidy texts, and take off what kept a spreadsheet from running them."""
    texts = list(tidied(cells))
    return [freed(text) for text in texts] if "'" in "".join(texts) else texts


def _cents(cells: list[str], one_by_one: _Remembered) -> list[int]:
    joined = "\n".join(cells).replace(",", ".")
    if _PRICES.fullmatch(joined):
        return list(map(int, joined.replace(".", "").split("\n")))
    return list(map(one_by_one.__getitem__, cells))


def _keys(references: list[str]) -> list[str]:
    joined = "\n".join(references)
    keys = joined.translate(_NO_SIGNS).split("\n") if joined.isascii() else [reference_key(each) for each in references]
    if "" in keys:
        raise ValueError
    return keys


def _gtins(eans: list[str]) -> list[str]:
    """Give GTIN-14s; raise ValueError where one is not right."""
    if not set(map(len, eans)) <= {0, *GTIN_LENGTHS}:
        raise ValueError
    given = list(map(str.zfill, filter(None, eans), repeat(GTIN)))
    if given and not _all_right("".join(given)):
        raise ValueError
    return given if len(given) == len(eans) else [ean and ean.zfill(GTIN) for ean in eans]


def _all_right(joined: str) -> bool:
    """Tell whether GTIN-14s written one after the other are digits, none is zero, and each check digit is right.

    Sums the digits of all of them at once: one large whole number holds a digit of each in a byte of its own, and no
    sum goes over 252.
    """
    if not (joined.isascii() and joined.isdigit()):
        return False
    digits = joined.encode().translate(_LANES)
    places = [int.from_bytes(digits[place::GTIN], "little") for place in range(GTIN)]
    sums = (3 * sum(places[0::2]) + sum(places[1::2])).to_bytes(len(joined) // GTIN, "little")
    return b"\0" not in sums and not sums.translate(None, _TENS)


def _note(cell: str) -> int:
    try:
        number = rules.note_number(cell)
    except rules.BadNumber as error:
        told = _("`{number}` is no number of a delivery note: {reason}").format(number=cell, reason=error.message)
        raise ValueError(told) from None
    if not number:
        raise ValueError(_("the number of the delivery note is zero"))
    return number


def _day(cell: str) -> str:
    try:
        return rules.day(cell.strip())
    except ValueError:
        told = _("`{day}` is not a day: write it like 2021-12-03 or 03/12/2021").format(day=cell)
        raise ValueError(told) from None


def _customer(cell: str) -> str:
    (customer,) = _texts([cell])
    if not customer:
        raise ValueError(_("the customer is empty"))
    return customer


def _line_number(cell: str) -> int:
    return _counted(cell, _("`{number}` is no line number: whole, from 1 to {most}"))


def _quantity(cell: str) -> int:
    return _counted(cell, _("`{number}` is no quantity: whole, from 1 to {most}"))


def _counted(cell: str, told: str) -> int:
    found = _WHOLE.fullmatch(cell.strip())
    if not found or not int(found[1]):
        raise ValueError(told.format(number=cell, most=MOST))
    return int(found[1])


def _gtin(cell: str) -> str:
    found = gtin(cell)
    if not found and cell.strip("0"):
        raise ValueError(_("`{ean}` is not an EAN, or its check digit is wrong").format(ean=cell))
    return found


def _price(cell: str) -> int:
    return _amount(cell, _("the price {written} is negative"))


def _deposit(cell: str) -> int:
    return _amount(cell, _("the core deposit {written} is negative")) if cell.strip() else 0


def _amount(cell: str, negative: str) -> int:
    try:
        amount = money.parse(cell)
    except money.BadAmount as error:
        raise ValueError(error.message) from None
    if amount < 0:
        raise ValueError(negative.format(written=cell))
    return money.to_cents(amount)
