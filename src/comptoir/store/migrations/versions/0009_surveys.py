"""Satisfaction: what was asked, what was answered."""

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Create the tables."""
