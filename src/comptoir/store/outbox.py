"""What is to be sent outside: written in the transaction that decides it, sent afterwards, once."""

from datetime import datetime
from typing import Any

from sqlmodel import CheckConstraint, Field, Session, SQLModel

from comptoir.store.sending import Sending
from comptoir.store.types import STRICT, Choice, Json, Utc, one_of


class Outgoing(SQLModel, table=True):
    """An e-mail to be sent; `key` says what it is about, and stands once.

    Whoever sends it holds its lease, a token, until a moment. The content is the letter's text, its Message-ID and the
    papers that go with it, by reference and kind.
    """

    __tablename__ = "outbox"
    __table_args__ = (CheckConstraint(one_of("state", Sending), name="outbox_state"), STRICT)
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    recipient: str
    subject: str
    content: dict[str, Any] = Field(sa_type=Json)
    state: Sending = Field(sa_type=Choice(Sending), index=True)
    attempts: int = 0
    created_at: datetime = Field(sa_type=Utc)
    next_try: datetime = Field(sa_type=Utc)
    lease: str = ""
    leased_until: datetime | None = Field(default=None, sa_type=Utc)
    error: str = ""
    sent_at: datetime | None = Field(default=None, sa_type=Utc)


def post(session: Session, key: str, recipient: str, letter: dict[str, Any], *, moment: datetime) -> None:
    """Put an e-mail into the outbox, in the transaction under way; the letter has a subject, a text and papers."""
    content = {name: value for name, value in letter.items() if name != "subject"}
    session.add(
        Outgoing(
            key=key,
            recipient=recipient,
            subject=letter["subject"],
            content=content,
            state=Sending.WAITING,
            created_at=moment,
            next_try=moment,
        )
    )
