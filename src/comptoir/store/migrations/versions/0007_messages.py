"""The outbox also holds text messages."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Say by which channel each message leaves: those that are there are e-mails."""
    known = sa.CheckConstraint("channel IN ('email', 'sms')", name="outbox_channel")
    op.add_column("outbox", sa.Column("channel", sa.Text, known, nullable=False, server_default="email"))
