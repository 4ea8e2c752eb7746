"""The rows of the repair desk."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from comptoir.parties.tables import Consumer
from comptoir.repairs.statuses import Answer, BillKind, CaseStatus, LineKind, Means, Place, Warranty
from comptoir.store.types import STRICT, Cents, Choice, Json, Utc, one_of
from comptoir.technicians.tables import Technician

_NUMBERED = {**STRICT, "sqlite_autoincrement": True}  # a number shown and then taken out never stands for another


class RepairCase(SQLModel, table=True):
    """A device taken in, under its number; amounts include tax.

    Days are ISO texts, empty where nobody knows. `comeback_of` is the case whose repair it comes back from. The
    deposit is what the till recorded: its receipt is named here, and no payment is kept.
    """

    __tablename__ = "repair_case"
    __table_args__ = (
        CheckConstraint(one_of("status", CaseStatus), name="repair_case_status"),
        CheckConstraint(one_of("place", Place), name="repair_case_place"),
        CheckConstraint(one_of("warranty", Warranty), name="repair_case_warranty"),
        STRICT,
    )
    number: str = Field(primary_key=True)
    consumer_id: int = Field(foreign_key=f"{Consumer.__tablename__}.id", index=True)
    status: CaseStatus = Field(sa_type=Choice(CaseStatus), index=True)
    place: Place = Field(sa_type=Choice(Place))
    product: str
    product_label: str
    fiche: int
    brand: str
    model: str
    serial: str
    serial_key: str = Field(index=True)
    bought_on: str
    warranty: Warranty = Field(sa_type=Choice(Warranty))
    bonus: int
    service: str
    fault: str
    condition: str
    deposit: Decimal = Field(sa_type=Cents)
    deposit_means: str
    deposit_receipt: str
    consents: list[str] = Field(sa_type=Json)
    distance: int | None = None
    far_why: str
    technician_id: int | None = Field(default=None, foreign_key=f"{Technician.__tablename__}.id")
    comeback_of: str | None = Field(default=None, foreign_key="repair_case.number")
    organism: str
    symptom: str
    repair_code: str
    appointment: datetime | None = Field(default=None, sa_type=Utc)
    operator: str
    opened_at: datetime = Field(sa_type=Utc, index=True)
    moved_at: datetime = Field(sa_type=Utc)
    repaired_at: datetime | None = Field(default=None, sa_type=Utc)
    closed_at: datetime | None = Field(default=None, sa_type=Utc)


class RepairCheck(SQLModel, table=True):
    """A control point of a case, as its fiche had it when it was looked at, and what was found."""

    __tablename__ = "repair_check"
    __table_args__ = STRICT | {"sqlite_with_rowid": False}
    number: str = Field(primary_key=True, foreign_key="repair_case.number")
    moment: str = Field(primary_key=True)
    point: str = Field(primary_key=True)
    label: str
    required: int
    safety: int
    result: str
    note: str
    checked_at: datetime = Field(sa_type=Utc)
    operator: str


class RepairLine(SQLModel, table=True):
    """A line of the quote or invoice to come: the price of one includes tax, the VAT is in tenths of a percent."""

    __tablename__ = "repair_line"
    __table_args__ = (
        CheckConstraint(one_of("kind", LineKind), name="repair_line_kind"),
        CheckConstraint("quantity > 0", name="repair_line_some"),
        _NUMBERED,
    )
    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(foreign_key="repair_case.number", index=True)
    kind: LineKind = Field(sa_type=Choice(LineKind))
    designation: str
    reference: str
    origin: str
    quantity: int
    price: Decimal = Field(sa_type=Cents)
    vat: int


class RepairBill(SQLModel, table=True):
    """A quote, an invoice or a credit note as issued; never edited, but for the answer or the payment it gets.

    `total` includes tax and `vat` is the tax in it; the bonus and the deposit are taken off to give `due`. The receipt
    is that of the till. A credit note names the invoice that it `cancels`.
    """

    __tablename__ = "repair_bill"
    __table_args__ = (
        CheckConstraint(one_of("kind", BillKind), name="repair_bill_kind"),
        CheckConstraint(f"answer = '' OR {one_of('answer', Answer)}", name="repair_bill_answer"),
        CheckConstraint(f"means = '' OR {one_of('means', Means)}", name="repair_bill_means"),
        CheckConstraint("total - bonus - deposit = due", name="repair_bill_due"),
        UniqueConstraint("cancels", name="repair_bill_cancels"),
        STRICT,
    )
    number: str = Field(primary_key=True)
    kind: BillKind = Field(sa_type=Choice(BillKind))
    case_number: str = Field(foreign_key="repair_case.number", index=True)
    issued_at: datetime = Field(sa_type=Utc, index=True)
    operator: str
    lines: list[dict[str, Any]] = Field(sa_type=Json)
    total: Decimal = Field(sa_type=Cents)
    vat: Decimal = Field(sa_type=Cents)
    bonus: Decimal = Field(sa_type=Cents)
    circular: int
    deposit: Decimal = Field(sa_type=Cents)
    due: Decimal = Field(sa_type=Cents)
    answer: str = ""
    answered_at: datetime | None = Field(default=None, sa_type=Utc)
    paid_at: datetime | None = Field(default=None, sa_type=Utc)
    means: str = ""
    receipt: str = ""
    cancels: str | None = Field(default=None, foreign_key="repair_bill.number")
    why: str = ""
