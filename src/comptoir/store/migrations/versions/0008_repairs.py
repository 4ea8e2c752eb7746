"""The repair desk: consumers, cases, checks, lines, bills."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

STRICT = {"sqlite_strict": True}
CENTS = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STATUSES = "'received', 'quoted', 'agreed', 'refused', 'repairing', 'repaired', 'invoiced', 'handed_over', 'cancelled'"


def upgrade() -> None:
    """Create the tables of the repair desk."""
    _consumers()
    _cases()
    _checks()
    _lines()
    _bills()


def _consumers() -> None:
    texts = ("title", "last_name", "first_name", "phone", "line", "complement", "postcode", "town", "country")
    op.create_table(
        "consumer",
        sa.Column("id", sa.Integer, primary_key=True),
        *_texts(*texts[:3]),
        sa.Column("email", sa.Text, nullable=False, index=True),
        *_texts(*texts[3:], "created_at"),
        **STRICT,
    )


def _cases() -> None:
    op.create_table(
        "repair_case",
        sa.Column("number", sa.Text, primary_key=True),
        sa.Column("consumer_id", sa.Integer, sa.ForeignKey("consumer.id"), nullable=False, index=True),
        sa.Column("status", sa.Text, nullable=False, index=True),
        *_texts("place", "product", "product_label"),
        sa.Column("fiche", sa.Integer, nullable=False),
        *_texts("brand", "model", "serial"),
        sa.Column("serial_key", sa.Text, nullable=False, index=True),
        *_texts("bought_on", "warranty"),
        sa.Column("bonus", sa.Integer, nullable=False),
        *_texts("service", "fault", "condition"),
        sa.Column("deposit", CENTS, nullable=False),
        *_texts("deposit_means", "deposit_receipt", "consents"),
        sa.Column("distance", sa.Integer),
        *_texts("far_why"),
        sa.Column("technician_id", sa.Integer, sa.ForeignKey("technician.id")),
        sa.Column("comeback_of", sa.Text, sa.ForeignKey("repair_case.number")),
        *_texts("organism", "symptom", "repair_code"),
        sa.Column("appointment", sa.Text),
        *_texts("operator"),
        sa.Column("opened_at", sa.Text, nullable=False, index=True),
        *_texts("moved_at"),
        sa.Column("repaired_at", sa.Text),
        sa.Column("closed_at", sa.Text),
        sa.CheckConstraint(f"status IN ({STATUSES})", name="repair_case_status"),
        sa.CheckConstraint("place IN ('workshop', 'on-site', 'drop-off')", name="repair_case_place"),
        sa.CheckConstraint("warranty IN ('none', 'legal', 'manufacturer', 'insurance')", name="repair_case_warranty"),
        **STRICT,
    )


def _checks() -> None:
    op.create_table(
        "repair_check",
        sa.Column("number", sa.Text, sa.ForeignKey("repair_case.number"), primary_key=True),
        sa.Column("moment", sa.Text, primary_key=True),
        sa.Column("point", sa.Text, primary_key=True),
        *_texts("label"),
        sa.Column("required", sa.Integer, nullable=False),
        sa.Column("safety", sa.Integer, nullable=False),
        *_texts("result", "note", "checked_at", "operator"),
        sqlite_with_rowid=False,
        **STRICT,
    )


def _lines() -> None:
    op.create_table(
        "repair_line",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("number", sa.Text, sa.ForeignKey("repair_case.number"), nullable=False, index=True),
        *_texts("kind", "designation", "reference", "origin"),
        sa.Column("quantity", sa.Integer, nullable=False),
        sa.Column("price", CENTS, nullable=False),
        sa.Column("vat", sa.Integer, nullable=False),
        sa.CheckConstraint("kind IN ('labour', 'part', 'travel', 'other')", name="repair_line_kind"),
        sa.CheckConstraint("quantity > 0", name="repair_line_some"),
        sqlite_autoincrement=True,
        **STRICT,
    )


def _bills() -> None:
    op.create_table(
        "repair_bill",
        sa.Column("number", sa.Text, primary_key=True),
        *_texts("kind"),
        sa.Column("case_number", sa.Text, sa.ForeignKey("repair_case.number"), nullable=False, index=True),
        sa.Column("issued_at", sa.Text, nullable=False, index=True),
        *_texts("operator", "lines"),
        *(sa.Column(name, CENTS, nullable=False) for name in ("total", "vat", "bonus")),
        sa.Column("circular", sa.Integer, nullable=False),
        *(sa.Column(name, CENTS, nullable=False) for name in ("deposit", "due")),
        *_texts("answer"),
        sa.Column("answered_at", sa.Text),
        sa.Column("paid_at", sa.Text),
        *_texts("means", "receipt"),
        sa.Column("cancels", sa.Text, sa.ForeignKey("repair_bill.number")),
        *_texts("why"),
        sa.CheckConstraint("kind IN ('quote', 'invoice', 'credit_note')", name="repair_bill_kind"),
        sa.CheckConstraint(
            "answer = '' OR answer IN ('waiting', 'accepted', 'refused', 'replaced')", name="repair_bill_answer"
        ),
        sa.CheckConstraint("means = '' OR means IN ('card', 'cash', 'cheque', 'transfer')", name="repair_bill_means"),
        sa.CheckConstraint("total - bonus - deposit = due", name="repair_bill_due"),
        sa.UniqueConstraint("cancels", name="repair_bill_cancels"),
        **STRICT,
    )


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]
