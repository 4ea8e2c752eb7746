"""Reads of what may still go back: each line, what came back of it, and the reasons that are open."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from comptoir.deliveries import queries as deliveries
from comptoir.deliveries.rules import NothingHolds
from comptoir.returns.reasons import Reason
from comptoir.returns.rules import Standing, credit, standing
from comptoir.returns.statuses import OPEN, Place

if TYPE_CHECKING:
    from comptoir.store.read import Reader

Reasons = Mapping[str, Reason]
MOST = 200  # lines looked at for one article or one note, the newest


class Held(NamedTuple):
    """A delivery line and what came back of it: `taken` by every case, `pending` by those under way."""

    note: int
    line: int
    delivered_on: date
    customer: str
    reference: str
    designation: str
    ean: str
    delivered: int
    taken: int
    pending: int
    unit_price: Decimal
    core_deposit: Decimal

    @property
    def place(self) -> Place:
        """Give the note and the line."""
        return Place(self.note, self.line)

    @property
    def remaining(self) -> int:
        """Give the quantity that may still go back."""
        return max(self.delivered - self.taken, 0)

    def unit_credit(self, reason: Reason) -> Decimal:
        """Give what one part is credited for a reason, before its fee: its price, or its deposit."""
        return self.core_deposit if reason.credits == "deposit" else self.unit_price

    def standing(self, reason: Reason, today: date) -> Standing:
        """Tell whether the line may go back today for a reason."""
        return standing(self.delivered_on, self.remaining, self.unit_credit(reason), reason, today)


class EligibleRow(NamedTuple):
    """A line of a note, what may still go back of it, and for which reasons."""

    note: str
    delivered_on: date
    customer: str
    line: int
    reference: str
    designation: str
    delivered: int
    returned: int
    pending: int
    remaining: int
    reasons: tuple[str, ...]


class ExplainedRow(NamedTuple):
    """A line of a note and one reason: whether it is open, until which day, and the rule that decides."""

    note: str
    line: int
    reference: str
    delivered_on: date
    delivered: int
    returned: int
    pending: int
    remaining: int
    cases: tuple[str, ...]
    reason: str
    open: bool
    until: date
    credit: Decimal
    why: str


_OPEN = ", ".join(f"'{status}'" for status in OPEN)
_TAKEN = "(SELECT coalesce(sum(b.quantity), 0) FROM delivery_return AS b WHERE b.note = l.note AND b.line = l.line)"
_PENDING = (
    "(SELECT coalesce(sum(b.quantity), 0) FROM delivery_return AS b JOIN return_case AS c ON c.number = b.reference "
    f"WHERE b.note = l.note AND b.line = l.line AND c.status IN ({_OPEN}))"
)
_HELD = (
    "SELECT l.note, l.line, l.delivered_on, n.customer, l.reference, l.designation, l.ean, l.quantity, "
    f"{_TAKEN}, {_PENDING}, l.unit_price, l.core_deposit "
    "FROM delivery_line AS l CROSS JOIN delivery_note AS n ON n.number = l.note "
)


def held(reader: "Reader", place: Place) -> Held | None:
    """Give a delivery line and what came back of it, by its note and line."""
    return reader.one(f"{_HELD}WHERE l.note = :note AND l.line = :line", Held, note=place.note, line=place.line)


def of_note(reader: "Reader", note: int) -> list[Held]:
    """List the lines of a note, in their order; raise UnknownNote."""
    deliveries.note(reader, note)
    return list(reader.rows(f"{_HELD}WHERE l.note = :note ORDER BY l.line", Held, note=note))


def holding(reader: "Reader", text: str) -> list[Held]:
    """List the newest lines that a reference, an EAN or a note's number names; raise NothingHolds."""
    found = deliveries.holding(reader, text, MOST)
    if not found:
        raise NothingHolds(text)
    places = [Place(int(row.number), row.line) for row in found]
    return [line for line in (held(reader, place) for place in places) if line]


def eligible(lines: list[Held], reasons: Reasons, today: date) -> Iterator[EligibleRow]:
    """Give each line of which something may still go back today, with the reasons that are open."""
    for each in lines:
        names = tuple(r.key for r in reasons.values() if each.standing(r, today).open)
        if names:
            yield EligibleRow(
                str(each.note),
                each.delivered_on,
                each.customer,
                each.line,
                each.reference,
                each.designation,
                each.delivered,
                each.taken - each.pending,
                each.pending,
                each.remaining,
                names,
            )


def cases(reader: "Reader", place: Place) -> tuple[str, ...]:
    """Give the numbers of the cases that take something of a line."""
    sql = (
        "SELECT reference FROM delivery_return WHERE note = :note AND line = :line "
        "GROUP BY reference HAVING sum(quantity) > 0 ORDER BY reference"
    )
    return tuple(reader.values(sql, note=place.note, line=place.line))


def explained(reader: "Reader", lines: list[Held], reasons: Reasons, today: date) -> Iterator[ExplainedRow]:
    """Give each line beside each reason, with the cases that took of it, the rule and the day that decide."""
    for each in lines:
        taken = cases(reader, each.place)
        for reason in reasons.values():
            decided = each.standing(reason, today)
            yield ExplainedRow(
                str(each.note),
                each.line,
                each.reference,
                each.delivered_on,
                each.delivered,
                each.taken - each.pending,
                each.pending,
                each.remaining,
                taken,
                reason.key,
                decided.open,
                decided.until,
                credit(each.unit_credit(reason), reason.fee, 1),
                decided.why,
            )
