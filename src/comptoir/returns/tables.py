"""The rows of return baskets and cases."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from comptoir.returns.statuses import CaseStatus
from comptoir.store.types import STRICT, Cents, Choice, Utc, one_of

_COUNTED = "quantity > 0 AND coalesce(accepted + refused + damaged + missing, quantity) = quantity"


class ReturnItem(SQLModel, table=True):
    """A quantity of a delivery line in a basket: the operator's own (no name), or one saved under a name."""

    __tablename__ = "return_item"
    __table_args__ = (
        ForeignKeyConstraint(["note", "line"], ["delivery_line.note", "delivery_line.line"]),
        UniqueConstraint("operator", "basket", "note", "line", "reason", name="return_item_once"),
        CheckConstraint("quantity > 0", name="return_item_some"),
        # A number is never given twice: what was shown and then taken out must not stand for another line.
        {**STRICT, "sqlite_autoincrement": True},
    )
    id: int | None = Field(default=None, primary_key=True)
    operator: str
    basket: str
    note: int
    line: int
    reason: str
    quantity: int
    added_at: datetime = Field(sa_type=Utc)


class ReturnCase(SQLModel, table=True):
    """What goes back of one delivery note, under its number; amounts exclude tax.

    `request` is the number of the first case sent in the same gesture. The credit note's number is 0 until invoiced.
    """

    __tablename__ = "return_case"
    __table_args__ = (CheckConstraint(one_of("status", CaseStatus), name="return_case_status"), STRICT)
    number: str = Field(primary_key=True)
    request: str = Field(index=True)
    note: int = Field(foreign_key="delivery_note.number", index=True)
    customer: str
    operator: str
    email: str
    status: CaseStatus = Field(sa_type=Choice(CaseStatus), index=True)
    sent_at: datetime = Field(sa_type=Utc, index=True)
    moved_at: datetime = Field(sa_type=Utc)
    closed_at: datetime | None = Field(default=None, sa_type=Utc)
    estimated: Decimal = Field(sa_type=Cents)
    credited: Decimal | None = Field(default=None, sa_type=Cents)
    credit_note: str = "0"


class ReturnLine(SQLModel, table=True):
    """A line of a case, its terms frozen when it was sent; what the check found is empty until then."""

    __tablename__ = "return_line"
    __table_args__ = (
        ForeignKeyConstraint(["note", "line"], ["delivery_line.note", "delivery_line.line"]),
        CheckConstraint(_COUNTED, name="return_line_counted"),
        STRICT | {"sqlite_with_rowid": False},
    )
    number: str = Field(primary_key=True, foreign_key="return_case.number")
    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    note: int
    line: int
    reference: str
    designation: str
    reason: str
    label: str
    quantity: int
    unit_credit: Decimal = Field(sa_type=Cents)
    fee: str
    at_once: int
    unopened: int
    estimated: Decimal = Field(sa_type=Cents)
    accepted: int | None = None
    refused: int | None = None
    damaged: int | None = None
    missing: int | None = None
    why: str = ""
