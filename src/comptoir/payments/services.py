"""Writes of payments: brought in from statements, matched to claims, taken away from them; claims follow.

Every movement of money writes one line in the history of its repair. What claims are paid is always what the shares of
payments sum up to, counted in the transaction that changes them.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from email.utils import make_msgid
from typing import Any, NamedTuple

from sqlmodel import Session, SQLModel

from comptoir.core.acting import By
from comptoir.core.i18n import _
from comptoir.core.money import from_cents
from comptoir.core.paris import moment_of
from comptoir.organisms.statuses import Organism
from comptoir.payments import queries
from comptoir.payments.movements import Movement, Runs, keyed
from comptoir.payments.refusals import (
    ClaimPaidAlready,
    MoreThanPayment,
    NotAwaited,
    NotMatched,
    NotPaidByIt,
    PaymentSpent,
    TakenAfter,
    TakenBack,
    WholeReversal,
)
from comptoir.payments.rules import Share, Sources
from comptoir.payments.rules import match as matched
from comptoir.payments.statuses import MatchedBy, Standing, Why
from comptoir.payments.tables import Payment, PaymentShare
from comptoir.qualirepar.statuses import AWAITED, CLAIM_WORDS, FLOWS, ClaimStatus
from comptoir.qualirepar.tables import Claim
from comptoir.store import outbox
from comptoir.store.engine import driver
from comptoir.store.history import record
from comptoir.store.read import Reader

DOMAIN = "comptoir.invalid"  # of Message-IDs, which name no machine
DIGESTS = "payments-digest-"  # what the keys of the letters begin with, the day after it
# Through the table and not as an object: a file may bring thousands in, and the unit of work triples their cost.
_ADD = SQLModel.metadata.tables[Payment.__tablename__].insert()


class MatchRow(NamedTuple):
    """What a payment pays of a claim since now."""

    payment: int
    case_number: str
    amount: Decimal
    matched_by: str
    over: Decimal  # what the claim has had beyond its bonus


class Settled(NamedTuple):
    """What was matched, and why money of the other payments waits."""

    rows: list[MatchRow]
    reversals: dict[int, int]
    why: dict[int, Why]


class Brought(NamedTuple):
    """What a statement brought: movements in all, payments added, known before, movements of others."""

    lines: int
    added: list[int]
    known: int
    left_out: int
    settled: Settled


def bring(
    session: Session, movements: Sequence[Movement], payers: Mapping[Organism, Sequence[Runs]], source: str, by: By
) -> Brought:
    """Bring the payments of a statement in, each once whatever brings it again, and match all that waits."""
    reader = reading(session)
    sources = Sources(payers, queries.owed(reader))
    found = zip(movements, keyed(movements), strict=True)
    kept = [(each, key, organism) for each, key in found if (organism := sources.of(each)) is not None]
    known = queries.keys(reader, [key for _each, key, _organism in kept])
    first = int(reader.values("SELECT coalesce(max(id), 0) FROM payment")[0]) + 1
    told = {"source": source, "operator": by.operator, "imported_at": by.moment, "by_hand": 0}
    rows = [_columns(each, key, organism) | told for each, key, organism in kept if key not in known]
    numbered = [row | {"id": first + at} for at, row in enumerate(rows)]
    if numbered:
        session.connection().execute(_ADD, numbered)
    added = [first + at for at in range(len(rows))]
    return Brought(len(movements), added, len(kept) - len(rows), len(movements) - len(kept), settle(session, by))


def settle(session: Session, by: By) -> Settled:
    """Match what waits, as far as nothing has to be guessed; again changes nothing."""
    reader = reading(session)
    funds = queries.funds(reader)
    found = matched(funds, queries.owed(reader), queries.standing(reader, [fund.id for fund in funds]))
    for taken, origin in found.reversals.items():
        row = session.get_one(Payment, taken)
        row.reverses = origin
        session.add(row)
    rows = [_give(session, share, by) for share in found.shares]
    return Settled(rows, found.reversals, found.why)


def match(session: Session, number: int, case: str, amount: Decimal | None, by: By) -> MatchRow:
    """Match money of a payment to the claim of a repair, as a person says; all that fits where no amount is given.

    Of money taken back, the amount is what is taken from the claim. Raises UnknownPayment, NoClaimToPay, PaymentSpent,
    NotAwaited, ClaimPaidAlready, NotPaidByIt and MoreThanPayment.
    """
    reader = reading(session)
    payment = queries.payment(reader, number)
    if not payment.left:
        raise PaymentSpent(number)
    claim = queries.claim(reader, case, payment.organism)
    back = payment.left < 0
    if back and claim.paid < (amount or Decimal("0.01")):
        raise NotPaidByIt(case, claim.paid)
    if not back:
        _check_awaited(claim, amount)
    fits = min(abs(payment.left), claim.paid if back else claim.bonus - claim.paid)
    asked = fits if amount is None else amount
    if not 0 < asked <= abs(payment.left):
        raise MoreThanPayment(number, asked, abs(payment.left))
    return _give(session, Share(number, claim.id, -asked if back else asked, MatchedBy.HAND), by)


def unmatch(session: Session, number: int, case: str, by: By) -> list[MatchRow]:
    """Undo what a payment is matched to, or only its match to a repair; it is matched by hand only from then on.

    Raises UnknownPayment, TakenBack, WholeReversal, NotMatched and TakenAfter.
    """
    reader = reading(session)
    payment = queries.payment(reader, number)
    if payment.standing is Standing.TAKEN_BACK and payment.other:
        raise TakenBack(number, payment.other)
    if payment.other and case:
        raise WholeReversal(number)
    kept = [(share, session.get_one(Claim, share.claim)) for share in queries.standing(reader, [number])]
    undone = [(share, claim) for share, claim in kept if claim.case_number == case or not case]
    if not undone and not payment.other:
        raise NotMatched(number, case)
    row = session.get_one(Payment, number)
    row.reverses, row.by_hand = None, 1
    session.add(row)
    return [_undo(session, share, claim, by) for share, claim in undone]


def post_digest(session: Session, day: str, recipient: str, letter: dict[str, Any], by: By) -> bool:
    """Put the letter of a day into the outbox; tell whether it was not there yet."""
    key = f"{DIGESTS}{day}"
    if queries.is_posted(reading(session), key):
        return False
    outbox.post(session, key, recipient, letter | {"message_id": make_msgid(key, DOMAIN)}, moment=by.moment)
    return True


def _columns(movement: Movement, key: str, organism: Organism) -> dict[str, Any]:
    told = {"day": movement.day.isoformat(), "amount": movement.amount, "label": movement.label}
    return told | {"line_key": key, "organism": organism}


def _check_awaited(claim: queries.ClaimRow, amount: Decimal | None) -> None:
    status = ClaimStatus(claim.status)
    if status not in AWAITED | {ClaimStatus.PAID}:
        raise NotAwaited(claim.case_number, _(CLAIM_WORDS[status]))
    if amount is None and claim.paid >= claim.bonus:
        raise ClaimPaidAlready(claim.case_number)


def _give(session: Session, share: Share, by: By) -> MatchRow:
    """Write a share down, over what the payment pays of the claim already, and let the claim follow."""
    row = session.get(PaymentShare, (share.payment, share.claim))
    if row is None:
        row = PaymentShare(
            payment_id=share.payment, claim_id=share.claim, amount=Decimal(), matched_by=share.by,
            operator=by.operator, matched_at=by.moment,
        )  # fmt: skip
    row.amount, row.matched_by = row.amount + share.amount, share.by
    row.operator, row.matched_at = by.operator, by.moment
    session.add(row)
    claim = session.get_one(Claim, share.claim)
    _follow(session, claim, share, by)
    return MatchRow(share.payment, claim.case_number, share.amount, share.by, max(claim.paid - claim.bonus, Decimal()))


def _undo(session: Session, share: Share, claim: Claim, by: By) -> MatchRow:
    if claim.paid < share.amount:
        raise TakenAfter(claim.case_number)
    session.delete(session.get_one(PaymentShare, (share.payment, share.claim)))
    undone = share._replace(amount=-share.amount, by=MatchedBy.HAND)
    _follow(session, claim, undone, by)
    return MatchRow(
        share.payment, claim.case_number, undone.amount, undone.by, max(claim.paid - claim.bonus, Decimal())
    )


def _follow(session: Session, claim: Claim, share: Share, by: By) -> None:
    """Count what a claim is paid anew, move it where that leaves it, and tell the history of its repair."""
    reader, was, number = reading(session), claim.status, share.claim
    day = queries.last_day(reader, number)
    claim.paid = from_cents(queries.paid(reader, number))
    claim.paid_at = moment_of(day) if day and claim.paid > 0 else None
    flow = FLOWS[claim.organism]
    if was in AWAITED and claim.paid >= claim.bonus:
        claim.status = flow.move(was, ClaimStatus.PAID)
    elif was is ClaimStatus.PAID and claim.paid < claim.bonus:
        before = queries.status_before(reader, claim.case_number, number)
        claim.status = flow.move(was, ClaimStatus(before or ClaimStatus.CONFIRMED))
    session.add(claim)
    moved = {"was": was} if claim.status is ClaimStatus.PAID and was is not ClaimStatus.PAID else {}
    record(
        session, claim.case_number, "payment" if share.amount > 0 else "payment_undone", moment=by.moment,
        operator=by.operator, payment=share.payment, amount=share.amount, claim=number, **moved,
    )  # fmt: skip


def reading(session: Session) -> Reader:
    """Read what the transaction under way has written so far."""
    session.flush()
    return Reader(driver(session))
