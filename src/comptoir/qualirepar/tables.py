"""The rows of claims: what is filed, which documents go along, what was said on the wire."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from comptoir.organisms.statuses import Organism, Piece
from comptoir.qualirepar.statuses import OVER, ClaimStatus, Step
from comptoir.repairs.tables import RepairBill, RepairCase
from comptoir.store.types import STRICT, Cents, Choice, Json, Utc, one_of

_OVER = ", ".join(f"'{status}'" for status in sorted(OVER))
_LIVE = text(f"status NOT IN ({_OVER})")


class Claim(SQLModel, table=True):
    """A claim for the bonus of a repair; a repair has one at a time, another once that one is refused or cancelled.

    `reference` is ours and goes to the organism. `remote` is the organism's own number, `service_order` the one it
    pays under. `form` is what is filed, frozen; `stale` tells that the organism has an earlier one. `pending` is the
    step that was asked and whose answer is not known, since `pending_at`. Whoever works on it holds its lease, a token,
    until a moment. `paid` is what the bank has seen.
    """

    __tablename__ = "claim"
    __table_args__ = (
        CheckConstraint(one_of("organism", Organism), name="claim_organism"),
        CheckConstraint(one_of("status", ClaimStatus), name="claim_status"),
        CheckConstraint(one_of("pending", Step), name="claim_pending"),
        CheckConstraint("(pending = '') = (pending_at IS NULL)", name="claim_pending_since"),
        UniqueConstraint("reference", name="claim_reference"),
        Index("claim_alive", "case_number", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
        STRICT,
    )
    id: int | None = Field(default=None, primary_key=True)
    case_number: str = Field(foreign_key=f"{RepairCase.__tablename__}.number", index=True)
    organism: Organism = Field(sa_type=Choice(Organism))
    invoice: str = Field(foreign_key=f"{RepairBill.__tablename__}.number", index=True)
    reference: str
    status: ClaimStatus = Field(sa_type=Choice(ClaimStatus), index=True)
    remote: str = Field(default="", index=True)
    service_order: str = Field(default="", index=True)
    said: str = ""
    reason: str = ""
    bonus: Decimal = Field(sa_type=Cents)
    total: Decimal = Field(sa_type=Cents)
    form: dict[str, Any] = Field(sa_type=Json)
    pending: Step = Field(default=Step.NONE, sa_type=Choice(Step))
    pending_at: datetime | None = Field(default=None, sa_type=Utc)
    attempts: int = 0
    next_try: datetime | None = Field(default=None, sa_type=Utc)
    stale: int = 0
    error: str = ""
    lease: str = ""
    leased_until: datetime | None = Field(default=None, sa_type=Utc)
    operator: str
    created_at: datetime = Field(sa_type=Utc, index=True)
    confirmed_at: datetime | None = Field(default=None, sa_type=Utc)
    asked_at: datetime | None = Field(default=None, sa_type=Utc)
    decided_at: datetime | None = Field(default=None, sa_type=Utc)
    paid: Decimal = Field(default=Decimal(), sa_type=Cents)
    paid_at: datetime | None = Field(default=None, sa_type=Utc)


class ClaimFile(SQLModel, table=True):
    """A document of a claim: kept under its digest, sent or not yet."""

    __tablename__ = "claim_file"
    __table_args__ = (
        CheckConstraint(one_of("piece", Piece), name="claim_file_piece"),
        STRICT | {"sqlite_with_rowid": False},
    )
    claim_id: int = Field(primary_key=True, foreign_key="claim.id")
    position: int = Field(primary_key=True)
    piece: Piece = Field(sa_type=Choice(Piece))
    name: str
    media_type: str
    digest: str
    size: int
    sent_at: datetime | None = Field(default=None, sa_type=Utc)


class ClaimExchange(SQLModel, table=True):
    """An exchange with an organism, secrets and contents of files taken out; of no claim where it is about the account.

    The status is that of HTTP, 0 where no answer came.
    """

    __tablename__ = "claim_exchange"
    __table_args__ = (CheckConstraint(one_of("organism", Organism), name="claim_exchange_organism"), STRICT)
    id: int | None = Field(default=None, primary_key=True)
    claim_id: int | None = Field(default=None, foreign_key="claim.id", index=True)
    organism: Organism = Field(sa_type=Choice(Organism))
    moment: datetime = Field(sa_type=Utc)
    step: str
    request: str
    status: int
    answer: str
    millis: int
    error: str
