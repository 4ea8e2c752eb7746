"""The rows of documents: those of cases, and those of the library."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from comptoir.attachments.rules import Kind, Scope, Source
from comptoir.store.types import STRICT, Choice, Utc, one_of

_NUMBERED = {**STRICT, "sqlite_autoincrement": True}  # a number shown and then taken out never stands for another
_THERE = text("removed_at IS NULL")


class Attachment(SQLModel, table=True):
    """A document of a case; taken out, it stays with the moment, and the same content may be attached again."""

    __tablename__ = "attachment"
    __table_args__ = (
        CheckConstraint(one_of("kind", Kind), name="attachment_kind"),
        CheckConstraint(one_of("source", Source), name="attachment_source"),
        Index(
            "attachment_once",
            "case_number",
            "kind",
            "digest",
            unique=True,
            sqlite_where=_THERE,
            postgresql_where=_THERE,
        ),
        _NUMBERED,
    )
    id: int | None = Field(default=None, primary_key=True)
    case_number: str = Field(index=True)
    kind: Kind = Field(sa_type=Choice(Kind))
    name: str
    media_type: str
    size: int
    digest: str
    source: Source = Field(sa_type=Choice(Source))
    serial: str
    added_at: datetime = Field(sa_type=Utc)
    operator: str
    removed_at: datetime | None = Field(default=None, sa_type=Utc)


class LibraryDocument(SQLModel, table=True):
    """A document of a product, a family or a model, copied onto their cases; the target is folded."""

    __tablename__ = "library_document"
    __table_args__ = (
        CheckConstraint(one_of("kind", Kind), name="library_document_kind"),
        CheckConstraint(one_of("scope", Scope), name="library_document_scope"),
        UniqueConstraint("scope", "target", "digest", name="library_document_once"),
        _NUMBERED,
    )
    id: int | None = Field(default=None, primary_key=True)
    scope: Scope = Field(sa_type=Choice(Scope))
    target: str
    kind: Kind = Field(sa_type=Choice(Kind))
    title: str
    name: str
    media_type: str
    size: int
    digest: str
    added_at: datetime = Field(sa_type=Utc)
    operator: str
