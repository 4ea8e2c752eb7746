"""Reads of claims."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from comptoir.organisms.statuses import Organism, Piece
from comptoir.qualirepar.refusals import NoClaim
from comptoir.qualirepar.rules import LONGEST_PAUSE, FileState, Position
from comptoir.qualirepar.statuses import AWAITED, OVER, UNSENT, ClaimStatus, Step
from comptoir.repairs.queries import NAME

if TYPE_CHECKING:
    from comptoir.store.read import Reader


class ClaimRow(NamedTuple):
    """A claim in a list, or an invoice with a bonus that nobody has claimed yet (to create).

    `number` is the one to quote to the organism: the service order, else the claim's.
    """

    case_number: str
    created_at: datetime
    status: str
    organism: str
    customer: str
    product_label: str
    invoice: str
    bonus: Decimal
    paid: Decimal
    number: str
    confirmed_at: datetime | None
    error: str


class ClaimDetail(NamedTuple):
    """A claim whole; `remote` and `service_order` are the organism's numbers, `said` its own word for the status."""

    id: int
    case_number: str
    organism: str
    invoice: str
    reference: str
    status: str
    remote: str
    service_order: str
    said: str
    reason: str
    bonus: Decimal
    total: Decimal
    form: dict[str, Any]
    pending: str
    pending_at: datetime | None
    attempts: int
    next_try: datetime | None
    stale: int
    error: str
    lease: str
    leased_until: datetime | None
    operator: str
    created_at: datetime
    confirmed_at: datetime | None
    asked_at: datetime | None
    decided_at: datetime | None
    paid: Decimal
    paid_at: datetime | None


class FileRow(NamedTuple):
    """A document of a claim; the size is in bytes."""

    position: int
    piece: str
    name: str
    media_type: str
    digest: str
    size: int
    sent_at: datetime | None


class ExchangeRow(NamedTuple):
    """An exchange with an organism; the status is that of HTTP, 0 where no answer came."""

    moment: datetime
    step: str
    status: int
    millis: int
    error: str
    request: str
    answer: str


class RefusedRow(NamedTuple):
    """A claim that its organism refused, and its reason."""

    case_number: str
    decided_at: datetime | None
    organism: str
    customer: str
    product_label: str
    invoice: str
    bonus: Decimal
    reason: str


class AlikeRow(NamedTuple):
    """A claim of the same device under another repair."""

    case_number: str
    status: str


_JOINED = "JOIN repair_case r ON r.number = c.case_number JOIN consumer o ON o.id = r.consumer_id"
_CLAIMED = (
    f"SELECT c.case_number, c.created_at, c.status, c.organism, {NAME} AS customer, r.product_label, c.invoice, "
    "c.bonus, c.paid, coalesce(nullif(c.service_order, ''), c.remote) AS number, c.confirmed_at, "
    f"CASE WHEN c.reason <> '' THEN c.reason ELSE c.error END AS error FROM claim c {_JOINED}"
)
_INVOICED = (
    "b.kind = 'invoice' AND b.bonus > 0 AND NOT EXISTS (SELECT 1 FROM repair_bill a WHERE a.cancels = b.number) "
    "AND NOT EXISTS (SELECT 1 FROM claim d WHERE d.invoice = b.number "
    "OR (d.case_number = b.case_number AND d.status IN ('to_create', 'created', 'to_complete')))"
)
_UNCLAIMED = (
    f"SELECT c.case_number, c.issued_at, 'to_create', r.organism, {NAME}, r.product_label, c.number, c.bonus, "
    "0, '', NULL, '' FROM repair_bill c "
    f"{_JOINED} WHERE {_INVOICED.replace('b.', 'c.')}"
)
_LAST = "NOT EXISTS (SELECT 1 FROM claim d WHERE d.case_number = c.case_number AND d.id > c.id)"
_WHOLE = (
    "SELECT id, case_number, organism, invoice, reference, status, remote, service_order, said, reason, bonus, total, "
    "form, pending, pending_at, attempts, next_try, stale, error, lease, leased_until, operator, created_at, "
    "confirmed_at, asked_at, decided_at, paid, paid_at FROM claim"
)
_OVER = ", ".join(f"'{status}'" for status in sorted(OVER))
_UNSENT = ", ".join(f"'{status}'" for status in sorted(UNSENT))
_AWAITED = ", ".join(f"'{status}'" for status in sorted(AWAITED))


def claims(reader: "Reader", status: str, organism: str) -> Iterator[ClaimRow]:
    """Stream the last claim of each repair and what is to be claimed, of a status and an organism, the latest first."""
    sql = (
        f"SELECT * FROM ({_CLAIMED} WHERE {_LAST} UNION ALL {_UNCLAIMED}) AS found "
        "WHERE (:status = '' OR status = :status) AND (:organism = '' OR organism = :organism) "
        "ORDER BY created_at DESC, case_number DESC"
    )
    return reader.rows(sql, ClaimRow, status=status, organism=organism)


def to_take_up(reader: "Reader", before: datetime, since: datetime | None) -> list[ClaimRow]:
    """List what waits for somebody, the oldest first: not filed to its end since a moment, or refused after another."""
    sql = (
        f"{_CLAIMED} WHERE (c.status IN ({_UNSENT}) AND c.created_at < :before) "
        f"OR (c.status = 'refused' AND c.decided_at > :since AND {_LAST}) "
        f"UNION ALL {_UNCLAIMED} AND c.issued_at < :before ORDER BY 2, 1"
    )
    return list(reader.rows(sql, ClaimRow, before=before.isoformat(), since=since.isoformat() if since else ""))


def credited(reader: "Reader") -> list[str]:
    """List the repairs whose claim is alive, and whose invoice a credit note has cancelled since."""
    sql = (
        "SELECT c.case_number FROM claim c WHERE c.status IN ('confirmed', 'approved') AND EXISTS "
        "(SELECT 1 FROM repair_bill a WHERE a.cancels = c.invoice) ORDER BY c.id"
    )
    return reader.values(sql)


def row(reader: "Reader", number: str) -> ClaimRow:
    """Give the last claim of a repair as lists show it; raise NoClaim."""
    sql = f"{_CLAIMED} WHERE c.case_number = :number ORDER BY c.id DESC LIMIT 1"
    found = reader.one(sql, ClaimRow, number=number)
    if found is None:
        raise NoClaim(number)
    return found


def claim(reader: "Reader", number: str) -> ClaimDetail:
    """Give the last claim of a repair whole; raise NoClaim."""
    found = last(reader, number)
    if found is None:
        raise NoClaim(number)
    return found


def last(reader: "Reader", number: str) -> ClaimDetail | None:
    """Give the last claim of a repair, None where it had none."""
    return reader.one(f"{_WHOLE} WHERE case_number = :number ORDER BY id DESC LIMIT 1", ClaimDetail, number=number)


def by_id(reader: "Reader", number: int) -> ClaimDetail:
    """Give a claim that is known to be there."""
    return next(reader.rows(f"{_WHOLE} WHERE id = :id", ClaimDetail, id=number))


def attempts(reader: "Reader", number: str) -> int:
    """Count the claims that a repair has had."""
    return int(reader.values("SELECT count(*) FROM claim WHERE case_number = :number", number=number)[0])


def files(reader: "Reader", claim_id: int) -> list[FileRow]:
    """List the documents of a claim, in the order they are sent."""
    sql = (
        "SELECT position, piece, name, media_type, digest, size, sent_at FROM claim_file WHERE claim_id = :claim_id "
        "ORDER BY position"
    )
    return list(reader.rows(sql, FileRow, claim_id=claim_id))


def position(claim: ClaimDetail, documents: Sequence[FileRow]) -> Position:
    """Give where a claim stands, as far as it decides what is next."""
    return Position(
        Organism(claim.organism),
        ClaimStatus(claim.status),
        Step(claim.pending),
        claim.remote,
        tuple(FileState(each.position, Piece(each.piece), each.sent_at is not None) for each in documents),
        bool(claim.stale),
    )


def exchanges(reader: "Reader", number: str) -> Iterator[ExchangeRow]:
    """Stream the exchanges about a repair's claims, in order."""
    sql = (
        "SELECT e.moment, e.step, e.status, e.millis, e.error, e.request, e.answer FROM claim_exchange e "
        "JOIN claim c ON c.id = e.claim_id WHERE c.case_number = :number ORDER BY e.id"
    )
    for row in reader.rows(sql, ExchangeRow, number=number):
        yield row._replace(request=" ".join(row.request.split("\n")))  # its parts, a line each


def unfinished(reader: "Reader", organism: str, now: datetime) -> list[str]:
    """List the repairs to file: invoiced with a bonus and not claimed, or whose claim did not go to its end.

    One that was put off waits for its moment, unless that is so far away that the clock went back since.
    """
    sql = (
        "SELECT case_number FROM (SELECT b.case_number AS case_number, b.issued_at AS since, r.organism AS organism "
        f"FROM repair_bill b JOIN repair_case r ON r.number = b.case_number WHERE {_INVOICED} "
        "UNION ALL SELECT case_number, created_at, organism FROM claim "
        "WHERE status IN ('to_create', 'created', 'to_complete') "
        "AND (next_try IS NULL OR next_try <= :now OR next_try > :latest)) AS found "
        "WHERE (:organism = '' OR organism = :organism OR organism = '') ORDER BY since, case_number"
    )
    latest = now + LONGEST_PAUSE
    return reader.values(sql, organism=organism, now=now.isoformat(), latest=latest.isoformat())


def awaited(reader: "Reader", organism: str) -> list[str]:
    """List the repairs whose claim its organism has to decide or to pay, the oldest first."""
    sql = (
        f"SELECT case_number FROM claim WHERE status IN ({_AWAITED}) AND (:organism = '' OR organism = :organism) "
        "ORDER BY confirmed_at, id"
    )
    return reader.values(sql, organism=organism)


def refused(reader: "Reader", organism: str) -> Iterator[RefusedRow]:
    """Stream the claims that were refused, and that no other took the place of, the latest first."""
    sql = (
        f"SELECT c.case_number, c.decided_at, c.organism, {NAME}, r.product_label, c.invoice, c.bonus, c.reason "
        f"FROM claim c {_JOINED} WHERE c.status = 'refused' AND {_LAST} AND (:organism = '' OR c.organism = :organism) "
        "ORDER BY c.decided_at DESC, c.id DESC"
    )
    return reader.rows(sql, RefusedRow, organism=organism)


def alike(reader: "Reader", number: str, serial_key: str) -> list[AlikeRow]:
    """List the claims of a device under other repairs that are alive."""
    sql = (
        "SELECT c.case_number, c.status FROM claim c JOIN repair_case r ON r.number = c.case_number "
        "WHERE r.serial_key = :key AND r.serial_key <> '' AND c.case_number <> :number "
        f"AND c.status NOT IN ({_OVER}) ORDER BY c.id"
    )
    return list(reader.rows(sql, AlikeRow, key=serial_key, number=number))


def serial_key(reader: "Reader", number: str) -> str:
    """Give the serial number of a repair as it is compared."""
    return str(reader.values("SELECT serial_key FROM repair_case WHERE number = :number", number=number)[0])


class _Number(NamedTuple):
    reference: str
    remote: str


def numbers_of(reader: "Reader", organism: str) -> dict[str, str]:
    """Give the organism's number of each claim that has one, by our reference; empty for one cancelled without."""
    sql = "SELECT reference, remote FROM claim WHERE organism = :organism AND (remote <> '' OR status = 'cancelled')"
    return {row.reference: row.remote for row in reader.rows(sql, _Number, organism=organism)}


class Paper(NamedTuple):
    """A paper as issued."""

    content: dict[str, Any]


def invoice_paper(reader: "Reader", bill: str) -> dict[str, Any] | None:
    """Give the paper of an invoice as it was issued: the paid one, else the one before; None where there is none."""
    sql = (
        "SELECT content FROM document WHERE reference = :bill AND kind IN ('paid_invoice', 'invoice') "
        "ORDER BY kind = 'paid_invoice' DESC, id DESC LIMIT 1"
    )
    found = reader.one(sql, Paper, bill=bill)
    return found.content if found else None


def numbers(reader: "Reader", start: str, limit: int) -> list[str]:
    """List the repairs with a claim whose number begins so, for completion."""
    sql = (
        "SELECT DISTINCT case_number FROM claim WHERE case_number >= :start AND case_number < :start || '~' "
        "ORDER BY case_number DESC LIMIT :limit"
    )
    return reader.values(sql, start=start, limit=limit)
