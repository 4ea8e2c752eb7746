"""Reads of scanning: the records that answer a code, the journal, how each scanner is set."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from comptoir.buyback import queries as buybacks
from comptoir.catalog import queries as devices
from comptoir.core import paris
from comptoir.core.errors import NotFound
from comptoir.core.refs import is_imei, typed
from comptoir.deliveries import queries as deliveries
from comptoir.deliveries.queries import FoundRow
from comptoir.repairs import queries as repairs
from comptoir.returns import queries as returns
from comptoir.scanning.commands import Profile
from comptoir.scanning.rules import Kind

if TYPE_CHECKING:
    from comptoir.store.read import Reader


MOST = 50  # lines given for an article, the newest
MOST_OF_A_NOTE = 200


class Record(NamedTuple):
    """Something that bears the code that was scanned: a delivery line, a buyback, a return, a repair, a device.

    `line` and `customer` are those of a delivery note.
    """

    number: str
    type: str
    day: date | None
    customer: str
    line: int | None
    reference: str
    designation: str
    eligible: int | None
    returned: int | None
    amount: Decimal


class JournalRow(NamedTuple):
    """A scan as it came, its bytes in hexadecimal, and what it was taken for."""

    moment: datetime
    operator: str
    source: str
    raw: str
    outcome: str
    kind: str
    value: str
    layout: str


class ScannerRow(NamedTuple):
    """How the scanner of a machine is set."""

    host: str
    source: str
    layout: str
    aim: bool
    separator: str
    suffix: str
    saved_at: datetime


def records(reader: "Reader", kind: Kind, value: str) -> list[Record]:
    """List what bears a code, the latest first; nothing for what no record holds yet."""
    found = _FINDERS.get(kind)
    return found(reader, value) if found else []


def delivered(reader: "Reader", kind: Kind, value: str, customer: str, note: str) -> list[Record]:
    """List the newest lines of an article that a note holds, then those of a customer, where either is named."""
    wanted = [(key, each) for key, each in (("note", note), ("customer", customer)) if each]
    return [
        record
        for key, each in wanted
        for record in _delivered(deliveries.among(reader, (_COLUMNS[kind], value), (key, each), MOST))
    ]


def customers(reader: "Reader", kind: Kind, value: str) -> list[str]:
    """List two of the customers that an article was delivered to, or the one."""
    return deliveries.customers(reader, (_COLUMNS[kind], value), 2)


def since(text: str, now: datetime) -> datetime | None:
    """Give the moment, in UTC, from which `--since` keeps scans; None where it names no day. Raise BadDay."""
    return paris.bound("since", text, now) if text else None


def journal(reader: "Reader", first: datetime | None) -> Iterator[JournalRow]:
    """List the scans, the oldest first, from a moment on where one is given."""
    sql = (
        "SELECT moment, operator, source, lower(hex(raw)), outcome, kind, value, layout "
        "FROM scan WHERE moment >= :first ORDER BY id"
    )
    return reader.rows(sql, JournalRow, first=first.isoformat() if first else "")


def scanners(reader: "Reader") -> Iterator[ScannerRow]:
    """List how each scanner is set."""
    sql = "SELECT host, source, layout, aim, separator, suffix, saved_at FROM scanner ORDER BY host, source"
    return reader.rows(sql, ScannerRow)


def profiles(reader: "Reader", host: str) -> dict[str, Profile]:
    """Give how each scanner of a machine is set, by source."""
    return {
        row.source: Profile(row.layout, row.aim, row.separator, row.suffix)
        for row in scanners(reader)
        if row.host == host
    }


def _delivered(found: list[FoundRow]) -> list[Record]:
    return [
        Record(
            row.number,
            "delivery",
            row.delivered_on,
            row.customer,
            row.line,
            row.reference,
            row.designation,
            row.eligible,
            row.returned,
            row.unit_price,
        )
        for row in found
    ]


def _bought_back(reader: "Reader", number: str) -> list[Record]:
    try:
        found = buybacks.buyback(reader, number)
    except NotFound:
        return []
    day = paris.in_paris(found.created_at).date()
    name = f"{found.brand} {found.name}"
    return [Record(found.number, "buyback", day, "", None, found.article_code, name, None, None, found.declared)]


def _sent_back(reader: "Reader", number: str) -> list[Record]:
    return [
        Record(
            row.number,
            "return",
            paris.in_paris(row.sent_at).date(),
            row.customer,
            None,
            row.note,
            row.articles,
            None,
            None,
            row.estimated,
        )
        for row in returns.cases(reader, {"number": number})
    ]


def _in_repair(reader: "Reader", number: str) -> list[Record]:
    return [_repair(row) for row in repairs.cases(reader, repairs.Kept("WHERE c.number = :number", {"number": number}))]


def _repaired(reader: "Reader", serial: str) -> list[Record]:
    kept = repairs.Kept("WHERE c.serial_key = :serial", {"serial": serial})
    return [_repair(row) for row in repairs.cases(reader, kept)]


def _serial(reader: "Reader", value: str) -> list[Record]:
    """Find the repairs of a device by its serial number; an IMEI is a kind of its own."""
    return [] if is_imei(value) else _repaired(reader, typed(value))


def _repair(row: repairs.CaseRow) -> Record:
    day = paris.in_paris(row.opened_at).date()
    name = " ".join(part for part in (row.product_label, row.brand, row.model) if part)
    return Record(row.number, "repair", day, row.customer, None, row.serial, name, None, None, row.amount)


def _in_catalogue(reader: "Reader", code: str) -> list[Record]:
    return [
        Record(
            row.article_code,
            "device",
            None,
            "",
            None,
            row.article_code,
            f"{row.brand} {row.name}",
            None,
            None,
            row.price_a,
        )
        for row in devices.by_codes(reader, [code]).values()
    ]


_COLUMNS = {Kind.GTIN: "ean", Kind.REFERENCE: "reference_key"}
_FINDERS: dict[Kind, Callable[["Reader", str], list[Record]]] = {
    Kind.GTIN: lambda reader, value: _delivered(deliveries.of_ean(reader, value, MOST)),
    Kind.REFERENCE: lambda reader, value: (
        _delivered(deliveries.of_reference(reader, value, MOST)) or _serial(reader, value)
    ),
    Kind.DELIVERY_NOTE: lambda reader, value: _delivered(deliveries.of_note(reader, int(value), MOST_OF_A_NOTE)),
    Kind.BUYBACK: _bought_back,
    Kind.RETURN: _sent_back,
    Kind.REPAIR: _in_repair,
    Kind.IMEI: _repaired,
    Kind.ARTICLE_CODE: _in_catalogue,
}
