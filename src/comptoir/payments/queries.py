"""Reads of payments: what the bank shows, which claims it pays, what is late."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from json import dumps
from typing import TYPE_CHECKING, Any, NamedTuple

from comptoir.core import paris
from comptoir.core.money import ZERO
from comptoir.organisms.statuses import Organism
from comptoir.payments.refusals import NoClaimToPay, UnknownPayment
from comptoir.payments.rules import Funds, Owed, Share, is_late
from comptoir.payments.statuses import MatchedBy, Standing
from comptoir.qualirepar.statuses import AWAITED, OVER, ClaimStatus

if TYPE_CHECKING:
    from comptoir.store.read import Reader


class PaymentRow(NamedTuple):
    """A payment: what of it is matched to claims, what is left, and the repairs it pays.

    Nothing is left of a payment taken back, nor of the one that takes it back: `other` is the other one of the two.
    """

    id: int
    day: date
    organism: str
    amount: Decimal
    matched: Decimal
    left: Decimal
    standing: Standing
    cases: tuple[str, ...]
    label: str
    other: int | None
    source: str
    operator: str
    imported_at: datetime


class ShareRow(NamedTuple):
    """What a payment pays of a claim, and where that claim stands now."""

    case_number: str
    invoice: str
    service_order: str
    amount: Decimal
    matched_by: str
    bonus: Decimal
    paid: Decimal
    status: str
    operator: str
    matched_at: datetime


class LateRow(NamedTuple):
    """The claims of an organism that it should have paid: how many, what they leave unpaid, the oldest of them."""

    organism: str
    claims: int
    at_risk: Decimal
    oldest_case: str
    confirmed_on: date
    days: int


class PaidRow(NamedTuple):
    """What a payment pays of a claim, for a letter."""

    payment: int
    day: date
    organism: str
    label: str
    claim: int
    case_number: str
    amount: Decimal
    bonus: Decimal
    paid: Decimal

    @property
    def key(self) -> tuple[int, int, str]:
        """Give what tells this from anything else that was told."""
        return self.payment, self.claim, str(self.amount)


class ClaimRow(NamedTuple):
    """A claim as a person matches money to it; a moment where it was confirmed."""

    id: int
    case_number: str
    organism: str
    status: str
    bonus: Decimal
    paid: Decimal


class _Letter(NamedTuple):
    content: dict[str, Any]


class _Kept(NamedTuple):
    id: int
    day: date
    organism: str
    amount: Decimal
    matched: Decimal
    cases: tuple[str, ...]
    label: str
    reverses: int | None
    reversed_by: int | None
    source: str
    operator: str
    imported_at: datetime


class _Fund(NamedTuple):
    id: int
    organism: str
    day: date
    amount: Decimal
    label: str
    matched: Decimal
    by_hand: int
    twins: tuple[str, ...]


class _Claim(NamedTuple):
    id: int
    case_number: str
    organism: str
    status: str
    bonus: Decimal
    paid: Decimal
    since: datetime
    service_order: str
    remote: str
    reference: str
    invoice: str


class _Share(NamedTuple):
    payment_id: int
    claim_id: int
    amount: Decimal
    matched_by: str


class _Waiting(NamedTuple):
    organism: str
    case_number: str
    confirmed_at: datetime
    left: Decimal


OVERLAP = timedelta(days=1)
_MATCHED = "(SELECT coalesce(sum(s.amount), 0) FROM payment_share s WHERE s.payment_id = p.id)"
_CASES = (
    "(SELECT json_group_array(case_number) FROM (SELECT c.case_number FROM payment_share s "
    "JOIN claim c ON c.id = s.claim_id WHERE s.payment_id = p.id ORDER BY c.case_number))"
)
_BACK = "(SELECT r.id FROM payment r WHERE r.reverses = p.id)"
_PAYMENT = (
    f"SELECT p.id, p.day, p.organism, p.amount, {_MATCHED}, {_CASES}, p.label, p.reverses, {_BACK}, p.source, "
    "p.operator, p.imported_at FROM payment p"
)
_TWINS = (
    "(SELECT json_group_array(q.label) FROM payment q WHERE q.day = p.day AND q.organism = p.organism "
    "AND q.amount = p.amount AND (q.imported_at, q.source) <> (p.imported_at, p.source))"
)
# Two payments that cancel each other out leave nothing to match.
_OPEN = f"p.reverses IS NULL AND {_BACK} IS NULL AND p.amount <> {_MATCHED}"
_CONDITIONS = {
    "unmatched": _OPEN,
    "organism": "p.organism = :organism",
    "since": "p.day >= :since",
    "until": "p.day <= :until",
}
_VALUED = ("organism", "since", "until")
_LISTED_STATUSES = ", ".join(f"'{status}'" for status in sorted(AWAITED))
_CLAIM = "SELECT id, case_number, organism, status, bonus, paid"


def payments(reader: "Reader", filters: Mapping[str, Any]) -> Iterator[PaymentRow]:
    """Stream the payments that every filter keeps, the latest first."""
    where = " AND ".join(_CONDITIONS[key] for key in filters)
    values = {key: filters[key] for key in _VALUED if key in filters}
    order = " ORDER BY p.day DESC, p.id DESC"
    return map(_row, reader.rows(f"{_PAYMENT}{f' WHERE {where}' if where else ''}{order}", _Kept, **values))


def payment(reader: "Reader", number: int) -> PaymentRow:
    """Give a payment; raise UnknownPayment."""
    found = reader.one(f"{_PAYMENT} WHERE p.id = :id", _Kept, id=max(min(number, 2**63 - 1), 0))
    if found is None:
        raise UnknownPayment(number)
    return _row(found)


def shares(reader: "Reader", number: int) -> list[ShareRow]:
    """List what a payment pays."""
    sql = (
        "SELECT c.case_number, c.invoice, c.service_order, s.amount, s.matched_by, c.bonus, c.paid, c.status, "
        "s.operator, s.matched_at FROM payment_share s JOIN claim c ON c.id = s.claim_id "
        "WHERE s.payment_id = :id ORDER BY c.case_number, c.id"
    )
    return list(reader.rows(sql, ShareRow, id=number))


def late(reader: "Reader", today: date, days: int) -> list[LateRow]:
    """Sum up, by organism, the claims confirmed for more than so many days and not paid whole."""
    sql = (
        "SELECT organism, case_number, confirmed_at, bonus - paid FROM claim "
        f"WHERE status IN ({_LISTED_STATUSES}) AND confirmed_at IS NOT NULL AND paid < bonus ORDER BY confirmed_at, id"
    )
    found: dict[str, list[_Waiting]] = {}
    for row in reader.rows(sql, _Waiting):
        if is_late(paris.in_paris(row.confirmed_at).date(), today, days):
            found.setdefault(row.organism, []).append(row)
    return [_late(organism, found[organism], today) for organism in sorted(found)]


def last_digest(reader: "Reader", start: str) -> datetime | None:
    """Give when the last letter whose key begins so was written, None where none was."""
    sql = "SELECT max(created_at) FROM outbox WHERE substr(key, 1, length(:start)) = :start AND state <> 'dropped'"
    latest = next(iter(reader.values(sql, start=start)), None)
    return datetime.fromisoformat(latest) if latest else None


def untold(reader: "Reader", start: str) -> list[PaidRow]:
    """List what was matched since the last letter whose key begins so, and that none has told.

    A match may carry a moment somewhat before that of a letter that was written without it: they may have waited for
    each other.
    """
    latest = last_digest(reader, start)
    since = (latest - OVERLAP).isoformat() if latest else ""
    letters = (
        "SELECT content FROM outbox WHERE substr(key, 1, length(:start)) = :start AND state <> 'dropped' "
        "AND created_at >= :since"
    )
    told = {
        tuple(each) for row in reader.rows(letters, _Letter, start=start, since=since) for each in row.content["told"]
    }
    sql = (
        "SELECT p.id, p.day, p.organism, p.label, c.id, c.case_number, s.amount, c.bonus, c.paid FROM payment_share s "
        "JOIN payment p ON p.id = s.payment_id JOIN claim c ON c.id = s.claim_id "
        "WHERE s.matched_at >= :since ORDER BY p.day, p.id, c.case_number"
    )
    return [row for row in reader.rows(sql, PaidRow, since=since) if row.key not in told]


def is_posted(reader: "Reader", key: str) -> bool:
    """Tell whether the outbox has a letter of this key."""
    return bool(reader.values("SELECT 1 FROM outbox WHERE key = :key", key=key))


def funds(reader: "Reader") -> list[Funds]:
    """List the payments that are not matched whole, and those that an amount taken back may be of."""
    taken = f"SELECT -p.amount FROM payment p WHERE p.amount < 0 AND {_OPEN}"
    sql = (
        f"SELECT p.id, p.organism, p.day, p.amount, p.label, {_MATCHED}, p.by_hand, {_TWINS} FROM payment p "
        f"WHERE ({_OPEN}) "
        f"OR (p.amount > 0 AND {_BACK} IS NULL AND p.amount IN ({taken})) ORDER BY p.id"
    )
    return [
        Funds(row.id, Organism(row.organism), *row[2:6], by_hand=bool(row.by_hand), twins=row.twins)
        for row in reader.rows(sql, _Fund)
    ]


def standing(reader: "Reader", numbers: list[int]) -> list[Share]:
    """List what payments pay."""
    sql = (
        "SELECT payment_id, claim_id, amount, matched_by FROM payment_share "
        "WHERE payment_id IN (SELECT value FROM json_each(:numbers))"
    )
    found = reader.rows(sql, _Share, numbers=dumps(numbers))
    return [Share(row.payment_id, row.claim_id, row.amount, MatchedBy(row.matched_by)) for row in found]


def owed(reader: "Reader") -> list[Owed]:
    """List every claim as money looks for it."""
    names = "service_order, remote, reference, invoice"
    sql = f"{_CLAIM}, coalesce(confirmed_at, created_at), {names} FROM claim ORDER BY id"
    return [_owed(row) for row in reader.rows(sql, _Claim)]


def keys(reader: "Reader", asked: list[str]) -> set[str]:
    """Give those keys of movements that are known."""
    sql = "SELECT line_key FROM payment WHERE line_key IN (SELECT value FROM json_each(:asked))"
    return {str(key) for key in reader.values(sql, asked=dumps(asked))}


def claim(reader: "Reader", case: str, organism: str) -> ClaimRow:
    """Give the claim of a repair with an organism, the one that is alive where there are several.

    Raises NoClaimToPay.
    """
    over = ", ".join(f"'{status}'" for status in sorted(OVER))
    sql = f"{_CLAIM} FROM claim WHERE case_number = :case AND organism = :organism ORDER BY status IN ({over}), id DESC"
    found = reader.one(sql, ClaimRow, case=case, organism=organism)
    if found is None:
        raise NoClaimToPay(case)
    return found


def status_before(reader: "Reader", case: str, number: int) -> str:
    """Give where a claim stood before it was paid, from the history; empty where it tells nothing."""
    sql = (
        "SELECT json_extract(data, '$.was') FROM history WHERE reference = :case AND verb = 'payment' "
        "AND json_extract(data, '$.claim') = :claim AND json_extract(data, '$.was') IS NOT NULL "
        "ORDER BY id DESC LIMIT 1"
    )
    return str(next(iter(reader.values(sql, case=case, claim=str(number))), ""))


def last_day(reader: "Reader", number: int) -> date | None:
    """Give the day of the last payment that pays a claim and was not taken back."""
    sql = (
        f"SELECT max(p.day) FROM payment p JOIN payment_share s ON s.payment_id = p.id "
        f"WHERE s.claim_id = :claim AND s.amount > 0 AND {_BACK} IS NULL"
    )
    found = next(iter(reader.values(sql, claim=number)), None)
    return date.fromisoformat(found) if found else None


def paid(reader: "Reader", number: int) -> int:
    """Give the cents that payments pay of a claim."""
    return int(sum(reader.values("SELECT amount FROM payment_share WHERE claim_id = :claim", claim=number)))


def numbers(reader: "Reader", start: str, limit: int) -> list[str]:
    """List the payments whose number begins so, those with money left first, for completion."""
    sql = (
        "SELECT CAST(p.id AS TEXT) FROM payment p WHERE substr(CAST(p.id AS TEXT), 1, length(:start)) = :start "
        f"ORDER BY NOT ({_OPEN}), p.id DESC LIMIT :limit"
    )
    return [str(each) for each in reader.values(sql, start=start, limit=limit)]


def _row(kept: _Kept) -> PaymentRow:
    other = kept.reverses or kept.reversed_by
    left = ZERO if other else kept.amount - kept.matched
    where = (
        Standing.TAKEN_BACK if kept.reversed_by
        else Standing.MATCHED if not left
        else Standing.PARTLY if kept.matched
        else Standing.UNMATCHED
    )  # fmt: skip
    return PaymentRow(
        *kept[:5], left, where, kept.cases, kept.label, other, kept.source, kept.operator, kept.imported_at
    )


def _late(organism: str, rows: list[_Waiting], today: date) -> LateRow:
    day = paris.in_paris(rows[0].confirmed_at).date()
    at_risk = sum((row.left for row in rows), ZERO)
    return LateRow(organism, len(rows), at_risk, rows[0].case_number, day, (today - day).days)


def _owed(row: _Claim) -> Owed:
    status = ClaimStatus(row.status)
    awaited = status in AWAITED or status is ClaimStatus.PAID  # which money taken back opens again
    numbers = (row.service_order, row.remote)
    return Owed(
        row.id,
        row.case_number,
        Organism(row.organism),
        row.bonus - row.paid,
        row.paid,
        awaited,
        status in OVER,
        paris.in_paris(row.since).date(),
        numbers,
        (*numbers, row.reference, row.invoice, row.case_number),
    )
