"""Satisfaction: what was asked, what was answered, what was done about it."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

STRICT = {"sqlite_strict": True}


def upgrade() -> None:
    """Create the table of questionnaires."""
    op.create_table(
        "survey",
        sa.Column("case_number", sa.Text, sa.ForeignKey("repair_case.number"), primary_key=True),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("asked_at", sa.Text, nullable=False, index=True),
        sa.Column("score", sa.Integer),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("answered_at", sa.Text),
        sa.Column("answered_by", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("acted_at", sa.Text),
        sa.UniqueConstraint("code"),
        sa.CheckConstraint("channel IN ('email', 'sms')", name="survey_channel"),
        sa.CheckConstraint("score BETWEEN 0 AND 10", name="survey_score"),
        sa.CheckConstraint("answered_by = '' OR answered_by IN ('email', 'sms', 'counter')", name="survey_answered_by"),
        sa.CheckConstraint(
            "(score IS NULL) = (answered_at IS NULL) AND (score IS NULL) = (answered_by = '')", name="survey_answered"
        ),
        sa.CheckConstraint("(action = '') = (acted_at IS NULL)", name="survey_acted"),
        **STRICT,
    )
