"""The rows of payments: what the bank shows, and the claims that it pays."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from comptoir.organisms.statuses import Organism
from comptoir.payments.statuses import MatchedBy
from comptoir.qualirepar.tables import Claim
from comptoir.store.types import STRICT, Cents, Choice, Utc, one_of


class Payment(SQLModel, table=True):
    """A credit of a bank statement that comes from an organism; `line_key` stands once, whichever file brings it again.

    `day` is the ISO day the bank booked it. An amount taken back is negative; `reverses` is the payment it takes back,
    where that is known: neither of the two pays anything any more. `by_hand` is 1 once a person has undone a match:
    only persons match it from then on.
    """

    __tablename__ = "payment"
    __table_args__ = (
        CheckConstraint(one_of("organism", Organism), name="payment_organism"),
        UniqueConstraint("line_key", name="payment_line"),
        UniqueConstraint("reverses", name="payment_reversed_once"),
        STRICT,
    )
    id: int | None = Field(default=None, primary_key=True)
    organism: Organism = Field(sa_type=Choice(Organism))
    day: str = Field(index=True)
    amount: Decimal = Field(sa_type=Cents)
    label: str
    line_key: str
    source: str
    operator: str
    imported_at: datetime = Field(sa_type=Utc)
    reverses: int | None = Field(default=None, foreign_key="payment.id")
    by_hand: int = 0


class PaymentShare(SQLModel, table=True):
    """What a payment pays of a claim."""

    __tablename__ = "payment_share"
    __table_args__ = (
        CheckConstraint(one_of("matched_by", MatchedBy), name="payment_share_by"),
        STRICT | {"sqlite_with_rowid": False},
    )
    payment_id: int = Field(primary_key=True, foreign_key="payment.id")
    claim_id: int = Field(primary_key=True, foreign_key=f"{Claim.__tablename__}.id", index=True)
    amount: Decimal = Field(sa_type=Cents)
    matched_by: MatchedBy = Field(sa_type=Choice(MatchedBy))
    operator: str
    matched_at: datetime = Field(sa_type=Utc)
