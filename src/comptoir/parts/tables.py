"""The rows of parts: what was bought, and what was used of it."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from comptoir.parts.rules import Origin
from comptoir.store.types import STRICT, Cents, Choice, Utc, one_of


class PartPurchase(SQLModel, table=True):
    """Parts bought together; the cost of one excludes VAT, the day is ISO, the donor is empty where there is none."""

    __tablename__ = "part_purchase"
    __table_args__ = (
        CheckConstraint(one_of("origin", Origin), name="part_purchase_origin"),
        CheckConstraint("quantity > 0", name="part_purchase_some"),
        Index("part_purchase_reference", "reference_key", "bought_on"),
        STRICT,
    )
    id: int | None = Field(default=None, primary_key=True)
    reference: str
    reference_key: str
    designation: str
    origin: Origin = Field(sa_type=Choice(Origin))
    supplier: str
    invoice: str
    bought_on: str = Field(index=True)
    quantity: int
    unit_cost: Decimal = Field(sa_type=Cents)
    donor: str
    note: str
    operator: str
    created_at: datetime = Field(sa_type=Utc)


class PartUse(SQLModel, table=True):
    """A quantity of a purchase that a repair took, or put back where it is negative; append-only."""

    __tablename__ = "part_use"
    __table_args__ = (CheckConstraint("quantity <> 0", name="part_use_some"), STRICT)
    id: int | None = Field(default=None, primary_key=True)
    purchase_id: int = Field(foreign_key="part_purchase.id", index=True)
    case_number: str = Field(index=True)
    quantity: int
    moment: datetime = Field(sa_type=Utc)
    operator: str
