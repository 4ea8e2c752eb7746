"""From a scan to a credit note: core deposits, return baskets, cases and their lines, what is to be sent."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

STRICT = {"sqlite_strict": True}
CENTS = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables of returns and the outbox; a delivery line gets its core deposit."""
    op.add_column("delivery_line", sa.Column("core_deposit", CENTS, nullable=False, server_default=sa.text("0")))
    _baskets()
    _cases()
    _case_lines()
    _outbox()
    if op.get_bind().dialect.name == "sqlite":
        _guard()


def _baskets() -> None:
    op.create_table(
        "return_item",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("operator", sa.Text, nullable=False),
        sa.Column("basket", sa.Text, nullable=False),
        sa.Column("note", sa.Integer, nullable=False),
        sa.Column("line", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("quantity", sa.Integer, sa.CheckConstraint("quantity > 0", name="return_item_some"), nullable=False),
        sa.Column("added_at", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["note", "line"], ["delivery_line.note", "delivery_line.line"]),
        sa.UniqueConstraint("operator", "basket", "note", "line", "reason", name="return_item_once"),
        sqlite_autoincrement=True,
        **STRICT,
    )


def _cases() -> None:
    op.create_table(
        "return_case",
        sa.Column("number", sa.Text, primary_key=True),
        sa.Column("request", sa.Text, nullable=False, index=True),
        sa.Column("note", sa.Integer, sa.ForeignKey("delivery_note.number"), nullable=False, index=True),
        sa.Column("customer", sa.Text, nullable=False),
        sa.Column("operator", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column(
            "status",
            sa.Text,
            sa.CheckConstraint(
                "status IN ('sent', 'received', 'checking', 'closed', 'refused', 'cancelled')",
                name="return_case_status",
            ),
            nullable=False,
            index=True,
        ),
        sa.Column("sent_at", sa.Text, nullable=False, index=True),
        sa.Column("moved_at", sa.Text, nullable=False),
        sa.Column("closed_at", sa.Text),
        sa.Column("estimated", CENTS, nullable=False),
        sa.Column("credited", CENTS),
        sa.Column("credit_note", sa.Text, nullable=False),
        **STRICT,
    )


def _case_lines() -> None:
    op.create_table(
        "return_line",
        sa.Column("number", sa.Text, sa.ForeignKey("return_case.number"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("note", sa.Integer, nullable=False),
        sa.Column("line", sa.Integer, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("designation", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("quantity", sa.Integer, nullable=False),
        sa.Column("unit_credit", CENTS, nullable=False),
        sa.Column("fee", sa.Text, nullable=False),
        sa.Column("at_once", sa.Integer, nullable=False),
        sa.Column("unopened", sa.Integer, nullable=False),
        sa.Column("estimated", CENTS, nullable=False),
        sa.Column("accepted", sa.Integer),
        sa.Column("refused", sa.Integer),
        sa.Column("damaged", sa.Integer),
        sa.Column("missing", sa.Integer),
        sa.Column("why", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["note", "line"], ["delivery_line.note", "delivery_line.line"]),
        sa.CheckConstraint(
            "quantity > 0 AND coalesce(accepted + refused + damaged + missing, quantity) = quantity",
            name="return_line_counted",
        ),
        sqlite_with_rowid=False,
        **STRICT,
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column(
            "state",
            sa.Text,
            sa.CheckConstraint(
                "state IN ('waiting', 'handed', 'sent', 'refused', 'dropped')",
                name="outbox_state",
            ),
            nullable=False,
            index=True,
        ),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("created_at", sa.Text, nullable=False),
        sa.Column("next_try", sa.Text, nullable=False),
        sa.Column("lease", sa.Text, nullable=False),
        sa.Column("leased_until", sa.Text),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("sent_at", sa.Text),
        sa.UniqueConstraint("key"),
        **STRICT,
    )


def _guard() -> None:
    # Whoever writes, and whatever they forgot: no line ever takes back more than it delivered, nor less than nothing.
    op.execute(
        "CREATE TRIGGER delivery_return_within BEFORE INSERT ON delivery_return "
        "WHEN NEW.quantity + (SELECT coalesce(sum(quantity), 0) FROM delivery_return "
        "WHERE note = NEW.note AND line = NEW.line) "
        "NOT BETWEEN 0 AND (SELECT quantity FROM delivery_line WHERE note = NEW.note AND line = NEW.line) "
        "BEGIN SELECT RAISE(ABORT, 'a line takes back what it delivered, no more and no less'); END"
    )
