"""Parts: what was bought, and in which repair it went."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

STRICT = {"sqlite_strict": True}
CENTS = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables of parts."""
    _purchases()
    _uses()
    if op.get_bind().dialect.name == "sqlite":
        _guard()


def _purchases() -> None:
    op.create_table(
        "part_purchase",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("reference_key", sa.Text, nullable=False),
        sa.Column("designation", sa.Text, nullable=False),
        sa.Column(
            "origin",
            sa.Text,
            sa.CheckConstraint("origin IN ('new', 'used', 'circular')", name="part_purchase_origin"),
            nullable=False,
        ),
        sa.Column("supplier", sa.Text, nullable=False),
        sa.Column("invoice", sa.Text, nullable=False),
        sa.Column("bought_on", sa.Text, nullable=False, index=True),
        sa.Column(
            "quantity", sa.Integer, sa.CheckConstraint("quantity > 0", name="part_purchase_some"), nullable=False
        ),
        sa.Column("unit_cost", CENTS, nullable=False),
        sa.Column("donor", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("operator", sa.Text, nullable=False),
        sa.Column("created_at", sa.Text, nullable=False),
        sa.Index("part_purchase_reference", "reference_key", "bought_on"),
        **STRICT,
    )


def _uses() -> None:
    op.create_table(
        "part_use",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("purchase_id", sa.Integer, sa.ForeignKey("part_purchase.id"), nullable=False, index=True),
        sa.Column("case_number", sa.Text, nullable=False, index=True),
        sa.Column("quantity", sa.Integer, sa.CheckConstraint("quantity <> 0", name="part_use_some"), nullable=False),
        sa.Column("moment", sa.Text, nullable=False),
        sa.Column("operator", sa.Text, nullable=False),
        **STRICT,
    )


def _guard() -> None:
    # Whoever writes, and whatever they forgot: no more is used than was bought, and no case puts back what it never
    # took. What was recorded stays, or its trace would lead nowhere.
    used = "(SELECT coalesce(sum(quantity), 0) FROM part_use WHERE purchase_id = {purchase}{more})"
    bought = "(SELECT coalesce(max(quantity), 0) FROM part_purchase WHERE id = NEW.purchase_id)"
    of_all = used.format(purchase="NEW.purchase_id", more="")
    of_case = used.format(purchase="NEW.purchase_id", more=" AND case_number = NEW.case_number")
    op.execute(
        "CREATE TRIGGER part_use_within BEFORE INSERT ON part_use "
        f"WHEN NEW.quantity + {of_all} > {bought} OR NEW.quantity + {of_case} < 0 "
        "BEGIN SELECT RAISE(ABORT, 'a repair uses what was bought, and puts back what it took'); END"
    )
    op.execute(
        "CREATE TRIGGER part_purchase_covers BEFORE UPDATE ON part_purchase "
        f"WHEN NEW.id <> OLD.id OR NEW.quantity < {used.format(purchase='OLD.id', more='')} "
        "BEGIN SELECT RAISE(ABORT, 'a purchase covers what was used of it'); END"
    )
    for table, verb in (("part_use", "UPDATE"), ("part_use", "DELETE"), ("part_purchase", "DELETE")):
        op.execute(
            f"CREATE TRIGGER {table}_never_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} keeps what it was told'); END"
        )
