"""Reads for another system: the cases, a row for each of their lines."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from comptoir.store.read import Reader


class ExportRow(NamedTuple):
    """A line of a case as another system reads it."""

    case: str
    request: str
    status: str
    sent_at: datetime
    moved_at: datetime
    customer: str
    note: str
    position: int
    line: int
    reference: str
    designation: str
    reason: str
    quantity: int
    unit_credit: Decimal
    fee: str
    estimated: Decimal
    accepted: int | None
    refused: int | None
    damaged: int | None
    missing: int | None
    why: str
    credited: Decimal | None
    credit_note: str


def exported(reader: "Reader", first: str) -> Iterator[ExportRow]:
    """Stream the lines of the cases that moved from a moment on, in the order of their numbers."""
    sql = (
        "SELECT c.number, c.request, c.status, c.sent_at, c.moved_at, c.customer, cast(c.note AS text), r.position, "
        "r.line, r.reference, r.designation, r.reason, r.quantity, r.unit_credit, r.fee, r.estimated, r.accepted, "
        "r.refused, r.damaged, r.missing, r.why, c.credited, c.credit_note "
        "FROM return_case AS c CROSS JOIN return_line AS r ON r.number = c.number "
        "WHERE c.moved_at >= :first ORDER BY c.number, r.position"
    )
    return reader.rows(sql, ExportRow, first=first)
