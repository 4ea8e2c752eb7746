"""Reads of the outbox."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from json import dumps
from typing import TYPE_CHECKING, Any, NamedTuple

from comptoir.outbox.rules import UnknownMail, latest, lease_end
from comptoir.store.sending import Sending

if TYPE_CHECKING:
    from comptoir.store.read import Reader


class MailRow(NamedTuple):
    """An e-mail in a list; the next try is that of one that waits."""

    id: int
    created_at: datetime
    state: str
    recipient: str
    subject: str
    attempts: int
    next_try: datetime | None
    error: str
    key: str


class MailDetail(NamedTuple):
    """An e-mail whole; whoever sends it holds its lease, until a moment."""

    id: int
    created_at: datetime
    state: str
    recipient: str
    subject: str
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
        """Give the letter's text."""
        return str(self.content["text"])

    @property
    def message_id(self) -> str:
        """Give the Message-ID, by which mail programs know twice the same e-mail."""
        return str(self.content["message_id"])

    @property
    def papers(self) -> "tuple[PaperName, ...]":
        """List the papers that go with it."""
        return tuple(PaperName(*paper) for paper in self.content["papers"])


class PaperName(NamedTuple):
    """A paper that goes with an e-mail, by reference and kind, and the name of its file."""

    reference: str
    kind: str
    file: str


class Paper(NamedTuple):
    """A paper as issued."""

    content: dict[str, Any]


_LISTED = "id, created_at, state, recipient, subject, attempts, CASE state WHEN 'waiting' THEN next_try END, error, key"
_WHOLE = f"{_LISTED}, sent_at, lease, leased_until, content"
# A lease counts until its end, unless it ends later than any could: the clock went back since.
_HELD = "lease <> '' AND leased_until > :now AND leased_until <= :lease_end"
_DUE = (
    f"state = 'waiting' AND (next_try <= :now OR next_try > :latest) AND NOT ({_HELD}) "
    "AND id NOT IN (SELECT value FROM json_each(:tried))"
)


def mails(reader: "Reader", state: str) -> Iterator[MailRow]:
    """Stream the e-mails of a state, all without one, the latest first."""
    where = "WHERE state = :state" if state else ""
    return reader.rows(f"SELECT {_LISTED} FROM outbox {where} ORDER BY id DESC", MailRow, state=state)


def mail(reader: "Reader", number: int) -> MailDetail:
    """Give an e-mail whole; raise UnknownMail."""
    found = reader.one(f"SELECT {_WHOLE} FROM outbox WHERE id = :id", MailDetail, id=min(number, 2**63 - 1))
    if found is None:
        raise UnknownMail(number)
    return found


def due(reader: "Reader", now: datetime, tried: Sequence[int] = ()) -> MailDetail | None:
    """Give the e-mail to send first: waiting, due, and held by nobody; those tried before are left out."""
    return reader.one(
        f"SELECT {_WHOLE} FROM outbox WHERE {_DUE} ORDER BY next_try, id LIMIT 1",
        MailDetail,
        **_moments(now),
        tried=dumps(list(tried)),
    )


def all_due(reader: "Reader", now: datetime) -> list[MailRow]:
    """List the e-mails to send, in the order they would leave."""
    sql = f"SELECT {_LISTED} FROM outbox WHERE {_DUE} ORDER BY next_try, id"
    return list(reader.rows(sql, MailRow, **_moments(now), tried="[]"))


def unanswered(reader: "Reader", now: datetime) -> list[int]:
    """List the numbers of the e-mails handed over whose answer nobody waits for any more."""
    sql = f"SELECT id FROM outbox WHERE state = 'handed' AND NOT ({_HELD}) ORDER BY id"
    return [int(each) for each in reader.values(sql, **_moments(now))]


def waiting(reader: "Reader") -> int:
    """Count the e-mails that wait."""
    return int(sum(reader.values("SELECT count(*) FROM outbox WHERE state = 'waiting'")))


def is_held(row: MailDetail, now: datetime) -> bool:
    """Tell whether a process is sending an e-mail."""
    until = row.leased_until
    return row.lease != "" and until is not None and now < until <= lease_end(now)


def paper(reader: "Reader", name: PaperName) -> dict[str, Any] | None:
    """Give a paper's content as it was issued, None where there is none."""
    sql = "SELECT content FROM document WHERE reference = :reference AND kind = :kind"
    found = reader.one(sql, Paper, reference=name.reference, kind=name.kind)
    return found.content if found else None


def numbers(reader: "Reader", beginning: str, most: int) -> list[str]:
    """List the numbers that begin so, of e-mails that did not leave, the latest first."""
    sql = (
        "SELECT CAST(id AS TEXT) FROM outbox WHERE substr(CAST(id AS TEXT), 1, length(:beginning)) = :beginning "
        "ORDER BY state IN ('sent', 'dropped'), id DESC LIMIT :most"
    )
    return [str(each) for each in reader.values(sql, beginning=beginning, most=most)]


def state_of(row: MailDetail) -> Sending:
    """Give an e-mail's state."""
    return Sending(row.state)


def _moments(now: datetime) -> dict[str, str]:
    return {"now": now.isoformat(), "latest": latest(now).isoformat(), "lease_end": lease_end(now).isoformat()}
