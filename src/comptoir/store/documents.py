"""Documents as they were issued: their content is kept and never edited."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, Session, SQLModel, UniqueConstraint

from comptoir.store.types import STRICT, Json, Utc


class IssuedDocument(SQLModel, table=True):
    """The content of one paper, frozen when it was issued."""

    __tablename__ = "document"
    __table_args__ = (UniqueConstraint("reference", "kind", name="document_once"), STRICT)
    id: int | None = Field(default=None, primary_key=True)
    reference: str
    kind: str
    issued_at: datetime = Field(sa_type=Utc)
    content: dict[str, Any] = Field(sa_type=Json)


def issue(session: Session, reference: str, kind: str, content: dict[str, Any], *, moment: datetime) -> None:
    """Keep a document's content under its reference and kind, in the transaction under way."""
    session.add(IssuedDocument(reference=reference, kind=kind, issued_at=moment, content=content))
