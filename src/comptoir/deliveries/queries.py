"""Reads of delivery notes: the latest ones, one whole, and those that hold an article."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from comptoir.core.later import later
from comptoir.core.refs import gtin
from comptoir.deliveries.rules import (
    HISTORY,
    NUMBER_DIGITS,
    BadNumber,
    UnknownNote,
    eligible,
    note_number,
    reference_key,
)

if TYPE_CHECKING:
    from comptoir.store.read import Reader

paris = later("comptoir.core.paris")

MOST = 50  # lines given at once, the newest


class NoteRow(NamedTuple):
    """A delivery note in a list; its total excludes tax."""

    number: str
    delivered_on: date
    customer: str
    lines: int
    total: Decimal


class LineRow(NamedTuple):
    """A line of a note: what was delivered, what may still go back, what already did."""

    line: int
    reference: str
    designation: str
    ean: str
    delivered: int
    returned: int
    unit_price: Decimal
    total: Decimal
    core_deposit: Decimal

    @property
    def eligible(self) -> int:
        """Give the quantity that may still go back."""
        return eligible(self.delivered, self.returned)


class FoundRow(NamedTuple):
    """A line that holds what was looked for, and the note it stands on."""

    number: str
    delivered_on: date
    customer: str
    line: int
    reference: str
    designation: str
    ean: str
    delivered: int
    returned: int
    unit_price: Decimal

    @property
    def eligible(self) -> int:
        """Give the quantity that may still go back."""
        return eligible(self.delivered, self.returned)


class ExportRow(NamedTuple):
    """A line as the import reads it; the database writes its amounts: a million Decimals would double the time."""

    note_number: int
    delivery_date: str
    customer: str
    line: int
    reference: str
    ean: str
    designation: str
    quantity: int
    unit_price: str
    core_deposit: str


_NOTE = (
    "SELECT cast(number AS text), delivered_on, customer, "
    "(SELECT count(*) FROM delivery_line WHERE note = number), "
    "(SELECT coalesce(sum(quantity * unit_price), 0) FROM delivery_line WHERE note = number) FROM delivery_note "
)
# An article's number as its box has it: an EAN-13 or an EAN-8 without the zeros that make it a GTIN-14.
_EAN = "CASE WHEN l.ean LIKE '000000%' THEN substr(l.ean, 7) WHEN l.ean LIKE '0%' THEN substr(l.ean, 2) ELSE l.ean END"
_RETURNED = (
    "(SELECT coalesce(sum(back.quantity), 0) FROM delivery_return AS back "
    "WHERE back.note = l.note AND back.line = l.line)"
)
_QUANTITIES = f"l.quantity, {_RETURNED}, l.unit_price"
# The line is found first: the customer of each is then read by the note's number.
_FOUND = (
    f"SELECT cast(l.note AS text), l.delivered_on, n.customer, l.line, l.reference, l.designation, {_EAN}, "
    f"{_QUANTITIES} FROM delivery_line AS l CROSS JOIN delivery_note AS n ON n.number = l.note "
)
# The end of an index on the article: the newest lines come first, however many there are.
_NEWEST = "ORDER BY l.delivered_on DESC, l.note DESC, l.line DESC LIMIT :limit"


def _written(amount: str) -> str:
    return f"printf('%d%s%02d', l.{amount} / 100, :point, l.{amount} % 100)"


def since(text: str, now: datetime) -> str:
    """Give the ISO day that `--since` names, the last week's first one where it names none; raise BadDay."""
    today = paris.in_paris(now).date()
    day: date = paris.day_asked("--since", text, today) if text else today - timedelta(HISTORY)
    return day.isoformat()


def notes(reader: "Reader", first: str, customer: str) -> Iterator[NoteRow]:
    """Stream the notes delivered from an ISO day on, the newest first; a customer is found by a part of its name."""
    where = "WHERE delivered_on >= :first "
    if customer:
        where += "AND instr(fold(customer), fold(:customer)) "
    order = "ORDER BY delivered_on DESC, number DESC"
    return reader.rows(f"{_NOTE}{where}{order}", NoteRow, first=first, customer=customer)


def note(reader: "Reader", number: int) -> NoteRow:
    """Give a note by its number; raise UnknownNote."""
    found = reader.one(f"{_NOTE}WHERE number = :number", NoteRow, number=number)
    if found is None:
        raise UnknownNote(number)
    return found


def lines(reader: "Reader", number: int) -> list[LineRow]:
    """List the lines of a note, in their order."""
    sql = (
        f"SELECT l.line, l.reference, l.designation, {_EAN}, {_QUANTITIES}, "
        "l.quantity * l.unit_price, l.core_deposit FROM delivery_line AS l WHERE l.note = :number ORDER BY l.line"
    )
    return list(reader.rows(sql, LineRow, number=number))


def of_reference(reader: "Reader", key: str, limit: int = MOST) -> list[FoundRow]:
    """List the newest lines of a reference, given by its key (`rules.reference_key`)."""
    return list(reader.rows(f"{_FOUND}WHERE l.reference_key = :key {_NEWEST}", FoundRow, key=key, limit=limit))


def of_ean(reader: "Reader", ean: str, limit: int = MOST) -> list[FoundRow]:
    """List the newest lines of an article, given by its GTIN-14."""
    return list(reader.rows(f"{_FOUND}WHERE l.ean = :ean {_NEWEST}", FoundRow, ean=ean, limit=limit))


def among(reader: "Reader", article: tuple[str, str], whose: tuple[str, str], limit: int = MOST) -> list[FoundRow]:
    """List the newest lines of an article, by `ean` or `reference_key`, on a `note` or on those of a `customer`."""
    column, value = article
    where = {"note": "l.note = cast(:whose AS integer)", "customer": "n.customer = :whose"}[whose[0]]
    sql = f"{_FOUND}WHERE l.{column} = :value AND {where} {_NEWEST}"
    return list(reader.rows(sql, FoundRow, value=value, whose=whose[1], limit=limit))


def customers(reader: "Reader", article: tuple[str, str], limit: int) -> list[str]:
    """List the first customers of an article, by `ean` or `reference_key`."""
    column, value = article
    sql = (
        "SELECT DISTINCT n.customer FROM delivery_line AS l CROSS JOIN delivery_note AS n ON n.number = l.note "
        f"WHERE l.{column} = :value LIMIT :limit"
    )
    return reader.values(sql, value=value, limit=limit)


def of_note(reader: "Reader", number: int, limit: int = MOST) -> list[FoundRow]:
    """List the lines of a note, in their order."""
    sql = f"{_FOUND}WHERE l.note = :number ORDER BY l.line LIMIT :limit"
    return list(reader.rows(sql, FoundRow, number=number, limit=limit))


def holding(reader: "Reader", text: str, limit: int = MOST) -> list[FoundRow]:
    """List the newest lines that a text names: a reference in any spelling, an EAN of any length, a note's number."""
    digits = "".join(text.split())
    key, ean = reference_key(text), gtin(digits)
    found = of_reference(reader, key, limit) if key else []
    found += of_ean(reader, ean, limit) if ean else []
    with suppress(BadNumber):  # most references and EANs are no number of a note
        found += of_note(reader, note_number(text), limit)
    newest = sorted(dict.fromkeys(found), key=lambda row: row.delivered_on, reverse=True)
    return newest[:limit]


def exported(reader: "Reader", first: str, point: str) -> Iterator[ExportRow]:
    """Stream every line delivered from an ISO day on, as the import reads them; `point` parts euros from cents."""
    sql = (
        f"SELECT l.note, l.delivered_on, n.customer, l.line, l.reference, {_EAN}, l.designation, l.quantity, "
        f"{_written('unit_price')}, {_written('core_deposit')} "
        "FROM delivery_note AS n CROSS JOIN delivery_line AS l ON l.note = n.number "
        "WHERE n.delivered_on >= :first ORDER BY n.number, l.line"
    )
    return reader.rows(sql, ExportRow, first=first, point=point)


def numbers(reader: "Reader", start: str, limit: int) -> list[str]:
    """List the latest numbers that begin so, for completion."""
    try:
        begun = note_number(start or "0")
    except BadNumber:
        return []
    sql = (
        "SELECT cast(number AS text) FROM delivery_note WHERE number BETWEEN :low AND :high "
        "ORDER BY number DESC LIMIT :limit"
    )
    found: list[str] = []
    # Numbers that begin so stand side by side among those as long: one range for each length.
    for more in range(NUMBER_DIGITS - len(str(begun)), -1, -1) if begun else [NUMBER_DIGITS]:
        low, high = begun * 10**more, (begun + 1) * 10**more - 1
        found += reader.values(sql, low=low, high=high, limit=limit - len(found))
    return found
