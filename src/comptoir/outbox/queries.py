"""Reads of the outbox."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from json import dumps
from typing import TYPE_CHECKING, Any, NamedTuple

from comptoir.outbox.rules import UnknownMail, latest, lease_end
from comptoir.store.sending import Channel, Sending

if TYPE_CHECKING:
    from comptoir.store.read import Reader


class MessageRow(NamedTuple):
    """A message in a list; the next try is that of one that waits."""

    id: int
    created_at: datetime
    state: str
    recipient: str
    subject: str
    channel: str
    attempts: int
    next_try: datetime | None
    error: str
    key: str


class MessageDetail(NamedTuple):
    """A message whole; whoever sends it holds its lease, until a moment."""

    id: int
    created_at: datetime
    state: str
    recipient: str
    subject: str
    channel: str
    attempts: int
    next_try: datetime | None
    error: str
    key: str
    sent_at: datetime | None
    lease: str
    leased_until: datetime | None
    content: dict[str, Any]

    @property
    def text(self) -> str:
        """Give its text."""
        return str(self.content["text"])

    @property
    def message_id(self) -> str:
        """Give the Message-ID, or the reference of a text message, by which twice the same one is known."""
        return str(self.content["message_id"])

    @property
    def papers(self) -> "tuple[PaperName, ...]":
        """List the papers that go with it."""
        return tuple(PaperName(*paper) for paper in self.content["papers"])


class PaperName(NamedTuple):
    """A paper that goes with a message, by reference and kind, and the name of its file."""

    reference: str
    kind: str
    file: str


class Paper(NamedTuple):
    """A paper as issued."""

    content: dict[str, Any]


_LISTED = (
    "id, created_at, state, recipient, subject, channel, attempts, "
    "CASE state WHEN 'waiting' THEN next_try END, error, key"
)
_WHOLE = f"{_LISTED}, sent_at, lease, leased_until, content"
# A lease counts until its end, unless it ends later than any could: the clock went back since.
_HELD = "lease <> '' AND leased_until > :now AND leased_until <= :lease_end"
_DUE = (
    f"state = 'waiting' AND (next_try <= :now OR next_try > :latest) AND NOT ({_HELD}) "
    "AND id NOT IN (SELECT value FROM json_each(:tried))"
)


def messages(reader: "Reader", state: str, channel: str) -> Iterator[MessageRow]:
    """Stream the messages of a state and a channel, all without one, the latest first."""
    where = "(:state = '' OR state = :state) AND (:channel = '' OR channel = :channel)"
    sql = f"SELECT {_LISTED} FROM outbox WHERE {where} ORDER BY id DESC"
    return reader.rows(sql, MessageRow, state=state, channel=channel)


def message(reader: "Reader", number: int) -> MessageDetail:
    """Give a message whole; raise UnknownMail."""
    found = reader.one(f"SELECT {_WHOLE} FROM outbox WHERE id = :id", MessageDetail, id=number)
    if found is None:
        raise UnknownMail(number)
    return found


def due(reader: "Reader", channel: Channel, now: datetime, tried: Sequence[int] = ()) -> MessageDetail | None:
    """Give the message of a channel to send first: waiting, due, held by nobody; those tried before are left out."""
    return reader.one(
        f"SELECT {_WHOLE} FROM outbox WHERE channel = :channel AND {_DUE} ORDER BY next_try, id LIMIT 1",
        MessageDetail,
        **_moments(now),
        channel=channel.value,
        tried=dumps(list(tried)),
    )


def channels_due(reader: "Reader", now: datetime) -> list[Channel]:
    """List the channels that have something to send, e-mails first."""
    sql = f"SELECT DISTINCT channel FROM outbox WHERE {_DUE} ORDER BY channel"
    return [Channel(each) for each in reader.values(sql, **_moments(now), tried="[]")]


def all_due(reader: "Reader", now: datetime) -> list[MessageRow]:
    """List the messages to send, in the order they would leave."""
    sql = f"SELECT {_LISTED} FROM outbox WHERE {_DUE} ORDER BY channel, next_try, id"
    return list(reader.rows(sql, MessageRow, **_moments(now), tried="[]"))


def unanswered(reader: "Reader", now: datetime) -> list[int]:
    """List the numbers of the messages handed over whose answer nobody waits for any more."""
    sql = f"SELECT id FROM outbox WHERE state = 'handed' AND NOT ({_HELD}) ORDER BY id"
    return [int(each) for each in reader.values(sql, **_moments(now))]


def waiting(reader: "Reader") -> int:
    """Count the messages that wait."""
    return int(sum(reader.values("SELECT count(*) FROM outbox WHERE state = 'waiting'")))


def is_held(row: MessageDetail, now: datetime) -> bool:
    """Tell whether a process is sending a message."""
    until = row.leased_until
    return row.lease != "" and until is not None and now < until <= lease_end(now)


def paper(reader: "Reader", name: PaperName) -> dict[str, Any] | None:
    """Give a paper's content as it was issued, None where there is none."""
    sql = "SELECT content FROM document WHERE reference = :reference AND kind = :kind"
    found = reader.one(sql, Paper, reference=name.reference, kind=name.kind)
    return found.content if found else None


def numbers(reader: "Reader", beginning: str, most: int) -> list[str]:
    """List the numbers that begin so, of messages that did not leave first, then the latest."""
    sql = (
        "SELECT CAST(id AS TEXT) FROM outbox WHERE substr(CAST(id AS TEXT), 1, length(:beginning)) = :beginning "
        "ORDER BY state IN ('sent', 'dropped'), id DESC LIMIT :most"
    )
    return [str(each) for each in reader.values(sql, beginning=beginning, most=most)]


def state_of(row: MessageDetail) -> Sending:
    """Give a message's state."""
    return Sending(row.state)


def _moments(now: datetime) -> dict[str, str]:
    return {"now": now.isoformat(), "latest": latest(now).isoformat(), "lease_end": lease_end(now).isoformat()}
