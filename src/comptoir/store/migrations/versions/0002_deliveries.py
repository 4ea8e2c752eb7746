"""The scanner finds the delivery note: notes and their lines, the journal of scans, how each scanner is set."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

STRICT = {"sqlite_strict": True}
CENTS = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables of deliveries and of scans."""
    _deliveries()
    _scans()


def _deliveries() -> None:
    op.create_table(
        "delivery_note",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("delivered_on", sa.Text, nullable=False, index=True),
        sa.Column("customer", sa.Text, nullable=False),
        **STRICT,
    )
    op.create_table(
        "delivery_line",
        sa.Column("note", sa.Integer, sa.ForeignKey("delivery_note.number"), primary_key=True),
        sa.Column("line", sa.Integer, primary_key=True),
        sa.Column("delivered_on", sa.Text, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("reference_key", sa.Text, nullable=False),
        sa.Column("ean", sa.Text, nullable=False),
        sa.Column("designation", sa.Text, nullable=False),
        sa.Column("quantity", sa.Integer, nullable=False),
        sa.Column("unit_price", CENTS, nullable=False),
        sa.Index("delivery_line_reference", "reference_key", "delivered_on"),
        sa.Index("delivery_line_ean", "ean", "delivered_on"),
        sqlite_with_rowid=False,
        **STRICT,
    )
    op.create_table(
        "delivery_return",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("note", sa.Integer, nullable=False),
        sa.Column("line", sa.Integer, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("quantity", sa.Integer, nullable=False),
        sa.Column("moment", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["note", "line"], ["delivery_line.note", "delivery_line.line"]),
        sa.Index("delivery_return_line", "note", "line"),
        **STRICT,
    )


def _scans() -> None:
    op.create_table(
        "scan",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("moment", sa.Text, nullable=False),
        sa.Column("operator", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("raw", sa.LargeBinary, nullable=False),
        sa.Column(
            "outcome",
            sa.Text,
            sa.CheckConstraint(
                "outcome IN ('found', 'not_found', 'ambiguous', 'unreadable', 'command', 'calibration', 'echo')",
                name="scan_outcome",
            ),
            nullable=False,
        ),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("layout", sa.Text, nullable=False),
        **STRICT,
    )
    op.create_table(
        "scanner",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("layout", sa.Text, nullable=False),
        sa.Column("aim", sa.Integer, nullable=False),
        sa.Column("separator", sa.Text, nullable=False),
        sa.Column("suffix", sa.Text, nullable=False),
        sa.Column("saved_at", sa.Text, nullable=False),
        sa.UniqueConstraint("host", "source", name="scanner_once"),
        **STRICT,
    )
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            for table in ("scan", "delivery_return"):
                op.execute(
                    f"CREATE TRIGGER {table}_never_{verb.lower()} BEFORE {verb} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )
