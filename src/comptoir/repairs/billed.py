"""Reads of quotes, invoices and credit notes."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from comptoir.repairs.bill_refusals import NoInvoice, NoQuote
from comptoir.repairs.queries import NAME
from comptoir.repairs.statuses import Answer, BillKind

if TYPE_CHECKING:
    from comptoir.store.read import Reader


class BillRow(NamedTuple):
    """A quote, an invoice or a credit note; amounts include tax, `due` is what is left to pay."""

    number: str
    kind: str
    case_number: str
    issued_at: datetime
    total: Decimal
    vat: Decimal
    bonus: Decimal
    circular: int
    deposit: Decimal
    due: Decimal
    answer: str
    answered_at: datetime | None
    paid_at: datetime | None
    means: str
    receipt: str
    cancels: str
    why: str
    lines: list[dict[str, Any]]


class SaleRow(NamedTuple):
    """An invoice or a credit note, for the accountant: a credit note's amounts are negative."""

    number: str
    kind: str
    issued_at: datetime
    case_number: str
    customer: str
    net: Decimal
    vat: Decimal
    total: Decimal
    bonus: Decimal
    deposit: Decimal
    due: Decimal
    paid_at: datetime | None
    means: str
    receipt: str
    cancels: str
    lines: list[dict[str, Any]]


_BILL = (
    "SELECT b.number, b.kind, b.case_number, b.issued_at, b.total, b.vat, b.bonus, b.circular, b.deposit, b.due, "
    "b.answer, b.answered_at, b.paid_at, b.means, b.receipt, coalesce(b.cancels, ''), b.why, b.lines FROM repair_bill b"
)
_STANDING = "NOT EXISTS (SELECT 1 FROM repair_bill a WHERE a.cancels = b.number)"


def bills(reader: "Reader", number: str) -> list[BillRow]:
    """List the quotes, invoices and credit notes of a repair, in the order they were issued."""
    return list(
        reader.rows(f"{_BILL} WHERE b.case_number = :number ORDER BY b.issued_at, b.rowid", BillRow, number=number)
    )


def quote(reader: "Reader", number: str) -> BillRow:
    """Give the quote of a repair that waits for its answer; raise NoQuote."""
    found = [bill for bill in bills(reader, number) if bill.kind == BillKind.QUOTE and bill.answer == Answer.WAITING]
    if not found:
        raise NoQuote(number)
    return found[-1]


def agreed(reader: "Reader", number: str) -> Decimal | None:
    """Give the total of the quote that was accepted last, None where none was."""
    found = accepted(reader, number)
    return found.total if found else None


def accepted(reader: "Reader", number: str) -> BillRow | None:
    """Give the quote that was accepted last, None where none was."""
    sql = f"{_BILL} WHERE b.case_number = :number AND b.answer = 'accepted' ORDER BY b.issued_at DESC, b.rowid DESC"
    return reader.one(sql, BillRow, number=number)


def invoice(reader: "Reader", number: str) -> BillRow:
    """Give the invoice of a repair that no credit note cancels; raise NoInvoice."""
    found = standing(reader, number)
    if found is None:
        raise NoInvoice(number)
    return found


def standing(reader: "Reader", number: str) -> BillRow | None:
    """Give the invoice of a repair that no credit note cancels, None where there is none."""
    sql = f"{_BILL} WHERE b.case_number = :number AND b.kind = 'invoice' AND {_STANDING}"
    return reader.one(sql, BillRow, number=number)


def bill(reader: "Reader", number: str) -> BillRow:
    """Give a quote, an invoice or a credit note that was issued, by its own number."""
    found = reader.one(f"{_BILL} WHERE b.number = :number", BillRow, number=number)
    assert found is not None  # noqa: S101 - what is issued stays
    return found


def sales(reader: "Reader", since: str, until: str) -> Iterator[SaleRow]:
    """Stream invoices and credit notes issued from one moment up to another, in the order of their numbers."""
    sign = "CASE b.kind WHEN 'credit_note' THEN -1 ELSE 1 END"
    sql = (
        f"SELECT b.number, b.kind, b.issued_at, b.case_number, {NAME}, {sign} * (b.total - b.vat), {sign} * b.vat, "
        f"{sign} * b.total, {sign} * b.bonus, {sign} * b.deposit, {sign} * b.due, b.paid_at, b.means, b.receipt, "
        "coalesce(b.cancels, ''), b.lines FROM repair_bill b JOIN repair_case c ON c.number = b.case_number "
        "JOIN consumer o ON o.id = c.consumer_id WHERE b.kind <> 'quote' AND (:since = '' OR b.issued_at >= :since) "
        "AND (:until = '' OR b.issued_at < :until) ORDER BY b.issued_at, b.rowid"
    )
    return reader.rows(sql, SaleRow, since=since, until=until)
