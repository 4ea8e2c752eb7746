"""What is to be sent outside: written in the transaction that decides it, sent afterwards, once."""

from datetime import datetime
from secrets import token_hex
from typing import Any

from sqlmodel import CheckConstraint, Field, Session, SQLModel, col, select

from comptoir.core.text import tidy
from comptoir.store.sending import Channel, Sending
from comptoir.store.types import STRICT, Choice, Json, Utc, one_of

LONGEST_SUBJECT = 60  # characters of a text message that stand for it in a list


class Outgoing(SQLModel, table=True):
    """A message to be sent; `key` says what it is about, and stands once.

    Whoever sends it holds its lease, a token, until a moment. The content is the text, the Message-ID (for a text
    message the reference by which the gateway knows twice the same one) and the papers that go with it, by reference
    and kind.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        CheckConstraint(one_of("state", Sending), name="outbox_state"),
        CheckConstraint(one_of("channel", Channel), name="outbox_channel"),
        STRICT,
    )
    id: int | None = Field(default=None, primary_key=True)
    channel: Channel = Field(sa_type=Choice(Channel), sa_column_kwargs={"server_default": Channel.EMAIL.value})
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
    row = Outgoing(
        channel=Channel.EMAIL, key=key, recipient=recipient, subject=letter["subject"], content=content,
        state=Sending.WAITING, created_at=moment, next_try=moment,
    )  # fmt: skip
    session.add(row)


def post_sms(session: Session, key: str, number: str, text: str, *, moment: datetime) -> None:
    """Put a text message into the outbox, in the transaction under way; its number is in E.164, such as +33612345678.

    Its reference is the key and a token: shops that share a gateway may have the same keys.
    """
    content = {"text": text, "message_id": f"{key}-{token_hex(4)}", "papers": []}
    row = Outgoing(
        channel=Channel.SMS, key=key, recipient=number, subject=_beginning(text), content=content,
        state=Sending.WAITING, created_at=moment, next_try=moment,
    )  # fmt: skip
    session.add(row)


def _beginning(text: str) -> str:
    line = tidy(text)
    return line if len(line) <= LONGEST_SUBJECT else f"{line[: LONGEST_SUBJECT - 1].rstrip()}…"


def forget(session: Session, start: str) -> None:
    """Drop the messages whose key begins so and that nobody has begun to send, in the transaction under way."""
    waiting = (Outgoing.state == Sending.WAITING, Outgoing.lease == "", col(Outgoing.key).startswith(start))
    for row in session.exec(select(Outgoing).where(*waiting)):
        row.state = Sending.DROPPED
        session.add(row)
