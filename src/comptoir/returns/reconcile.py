"""What was estimated beside what was credited, case by case, and why they differ."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from comptoir.core import money, paris
from comptoir.core.i18n import _, ngettext
from comptoir.returns.exports import ExportRow
from comptoir.returns.reasons import parse_fee
from comptoir.returns.rules import NOT_INVOICED, credit
from comptoir.returns.statuses import CaseStatus


class Credit(NamedTuple):
    """A case: what was estimated and credited excluding tax, its age in days, and why they differ."""

    number: str
    sent_at: datetime
    age: int
    note: str
    customer: str
    status: str
    estimated: Decimal
    credited: Decimal | None
    difference: Decimal | None
    credit_note: str
    why: tuple[str, ...]

    @property
    def is_due(self) -> bool:
        """Tell whether a credit is still to come."""
        return self.credit_note == NOT_INVOICED and self.status not in {CaseStatus.REFUSED, CaseStatus.CANCELLED}


def compared(rows: Iterable[ExportRow], today: date) -> Iterator[Credit]:
    """Compare what was estimated with what was credited, case by case; cancelled cases are left out."""
    for _case, together in groupby(rows, key=lambda row: row.case):
        lines = list(together)
        if lines[0].status != CaseStatus.CANCELLED:
            yield _compared(lines, today)


def _compared(lines: Sequence[ExportRow], today: date) -> Credit:
    first = lines[0]
    estimated = sum((line.estimated for line in lines), money.ZERO)
    difference = None if first.credited is None else first.credited - estimated
    return Credit(
        first.case,
        first.sent_at,
        max((today - paris.in_paris(first.sent_at).date()).days, 0),
        first.note,
        first.customer,
        first.status,
        estimated,
        first.credited,
        difference,
        first.credit_note,
        tuple(_why(lines, first.credited)),
    )


def _why(lines: Sequence[ExportRow], credited: Decimal | None) -> Iterator[str]:
    """Say what makes the credit another than the estimate, or what it waits for."""
    for line in lines:
        yield from _found(line)
    if credited is None:
        yield _("the distributor has not decided yet")
        return
    by_terms = sum((credit(line.unit_credit, parse_fee(line.fee), line.accepted or 0) for line in lines), money.ZERO)
    if credited != by_terms:
        yield _("the distributor gives {credited}, the terms give {terms}").format(
            credited=money.spoken(credited), terms=money.spoken(by_terms)
        )
    if lines[0].credit_note == NOT_INVOICED and lines[0].status == CaseStatus.CLOSED:
        yield _("accepted, the credit note is not invoiced yet")


def _found(line: ExportRow) -> Iterator[str]:
    if line.refused:
        told = ngettext("{count} {reference} refused: {why}", "{count} {reference} refused: {why}", line.refused)
        yield told.format(count=line.refused, reference=line.reference, why=line.why)
    if line.damaged:
        told = ngettext("{count} {reference} damaged", "{count} {reference} damaged", line.damaged)
        yield told.format(count=line.damaged, reference=line.reference)
    if line.missing:
        told = ngettext("{count} {reference} missing", "{count} {reference} missing", line.missing)
        yield told.format(count=line.missing, reference=line.reference)
