"""Documents attached to a case, a product or a family, by the hash of their content."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

STRICT = {"sqlite_strict": True}
KINDS = "kind IN ('nameplate', 'invoice', 'signed-quote', 'signed-slip', 'declaration', 'picture', 'other')"


def upgrade() -> None:
    """Create the tables of the documents of cases and of the library."""
    _attachments()
    _library()


def _attachments() -> None:
    op.create_table(
        "attachment",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("case_number", sa.Text, nullable=False, index=True),
        sa.Column("kind", sa.Text, sa.CheckConstraint(KINDS, name="attachment_kind"), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column(
            "source",
            sa.Text,
            sa.CheckConstraint("source IN ('case', 'product', 'family', 'model')", name="attachment_source"),
            nullable=False,
        ),
        sa.Column("serial", sa.Text, nullable=False),
        sa.Column("added_at", sa.Text, nullable=False),
        sa.Column("operator", sa.Text, nullable=False),
        sa.Column("removed_at", sa.Text),
        sqlite_autoincrement=True,
        **STRICT,
    )
    # What was taken out may be attached again: only what is there is there once.
    there = sa.text("removed_at IS NULL")
    op.create_index(
        "attachment_once",
        "attachment",
        ["case_number", "kind", "digest"],
        unique=True,
        sqlite_where=there,
        postgresql_where=there,
    )


def _library() -> None:
    op.create_table(
        "library_document",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column(
            "scope",
            sa.Text,
            sa.CheckConstraint("scope IN ('product', 'family', 'model')", name="library_document_scope"),
            nullable=False,
        ),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, sa.CheckConstraint(KINDS, name="library_document_kind"), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("added_at", sa.Text, nullable=False),
        sa.Column("operator", sa.Text, nullable=False),
        sa.UniqueConstraint("scope", "target", "digest", name="library_document_once"),
        sqlite_autoincrement=True,
        **STRICT,
    )
