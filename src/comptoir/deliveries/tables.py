"""The rows of deliveries."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import ForeignKeyConstraint, Index, text
from sqlmodel import Field, SQLModel

from comptoir.store.types import STRICT, Cents, Utc

# A line is known by its note and its place on it: the table is kept in that order, without a number of its own.
ORDERED = STRICT | {"sqlite_with_rowid": False}


class DeliveryNote(SQLModel, table=True):
    """A delivery note: its number without the zeros of the paper, the day of the delivery (ISO), the customer."""

    __tablename__ = "delivery_note"
    __table_args__ = STRICT
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    delivered_on: str = Field(index=True)
    customer: str


class DeliveryLine(SQLModel, table=True):
    """A line of a delivery note; amounts exclude tax, the EAN is kept as a GTIN-14 or empty.

    The day is the note's, kept here too: the newest lines of an article are read off its index, however many there are.
    """

    __tablename__ = "delivery_line"
    __table_args__ = (
        Index("delivery_line_reference", "reference_key", "delivered_on"),
        Index("delivery_line_ean", "ean", "delivered_on"),
        ORDERED,
    )
    note: int = Field(foreign_key="delivery_note.number", primary_key=True)
    line: int = Field(primary_key=True)
    delivered_on: str
    reference: str
    reference_key: str
    ean: str
    designation: str
    quantity: int
    unit_price: Decimal = Field(sa_type=Cents)
    core_deposit: Decimal = Field(default=Decimal(0), sa_type=Cents, sa_column_kwargs={"server_default": text("0")})


class DeliveryReturn(SQLModel, table=True):
    """A quantity of a line that went back, under the reference of what took it back; append-only."""

    __tablename__ = "delivery_return"
    __table_args__ = (
        ForeignKeyConstraint(["note", "line"], ["delivery_line.note", "delivery_line.line"]),
        Index("delivery_return_line", "note", "line"),
        STRICT,
    )
    id: int | None = Field(default=None, primary_key=True)
    note: int
    line: int
    reference: str
    quantity: int
    moment: datetime = Field(sa_type=Utc)
