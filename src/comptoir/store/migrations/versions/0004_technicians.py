"""Technicians: their fiches métier, trainings and legal watch."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

STRICT = {"sqlite_strict": True}


def upgrade() -> None:
    """Create the tables."""
    _technicians()
    _trainings()


def _technicians() -> None:
    op.create_table(
        "technician",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column(
            "active", sa.Integer, sa.CheckConstraint("active IN (0, 1)", name="technician_active"), nullable=False
        ),
        sa.Column("created_at", sa.Text, nullable=False),
        sa.UniqueConstraint("key"),
        sa.CheckConstraint("active IN (0, 1)", name="technician_active"),
        **STRICT,
    )
    op.create_table(
        "technician_fiche",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("technician_id", sa.Integer, sa.ForeignKey("technician.id"), nullable=False, index=True),
        sa.Column("fiche", sa.Integer, nullable=False),
        sa.Column("since", sa.Text, nullable=False),
        sa.Column("until", sa.Text, nullable=False),
        sa.Column("withdrawn_on", sa.Text, nullable=False),
        sa.Column("certificate", sa.Text, nullable=False),
        sa.CheckConstraint("fiche BETWEEN 1 AND 10", name="technician_fiche_known"),
        sa.CheckConstraint("until = '' OR until >= since", name="technician_fiche_lasts"),
        **STRICT,
    )


def _trainings() -> None:
    op.create_table(
        "training",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("technician_id", sa.Integer, sa.ForeignKey("technician.id"), nullable=False, index=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("fiches", sa.Text, nullable=False),
        sa.Column("planned_on", sa.Text, nullable=False),
        sa.Column("done_on", sa.Text),
        sa.Column("note", sa.Text, nullable=False),
        **STRICT,
    )
    op.create_table(
        "legal_watch",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("planned_on", sa.Text, nullable=False),
        sa.Column("done_on", sa.Text),
        sa.Column("by_whom", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        **STRICT,
    )
