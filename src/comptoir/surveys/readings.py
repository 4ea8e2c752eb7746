"""What becomes of replies that are read: kept under their code, or refused and told."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from comptoir.core.acting import By
from comptoir.core.errors import ComptoirError
from comptoir.core.i18n import _
from comptoir.core.later import later
from comptoir.desk import Desk
from comptoir.surveys import incoming, queries
from comptoir.surveys.incoming import Came, Refuse
from comptoir.surveys.refusals import RepliesRefused, ReplyRefused
from comptoir.surveys.replies import Reply, codes, prepared, read, without
from comptoir.surveys.statuses import Outcome

if TYPE_CHECKING:
    from sqlmodel import Session

    from comptoir.repairs import ledger
    from comptoir.store.read import Reader
    from comptoir.surveys import services
else:
    ledger, services = later("comptoir.repairs.ledger"), later("comptoir.surveys.services")


class ReadRow(NamedTuple):
    """A reply that is kept, where it stands in a file, and what came of it."""

    file: str
    line: int | None
    number: str
    code: str
    score: int
    comment: str
    outcome: Outcome


@dataclass
class Readings:
    """What came of replies: those that are kept, and why the others were refused."""

    rows: list[ReadRow] = field(default_factory=list)
    refused: list[ReplyRefused] = field(default_factory=list)

    def check(self) -> None:
        """Raise RepliesRefused where replies were left out."""
        if self.refused:
            raise RepliesRefused(len(self.refused))


def taken(desk: Desk, names: Sequence[str], *, again: bool) -> Readings:
    """Record the replies of files in one transaction, each refused one told; the good ones are kept.

    Raises NoSuchFile and UnreadableFile before anything is recorded.
    """
    readings = Readings()

    def refuse(problem: ReplyRefused) -> None:
        """Keep and tell why a reply is not kept."""
        readings.refused.append(problem)
        desk.out.say(problem.message)

    replies = [reply for name in names for reply in incoming.replies(name, refuse)]
    if replies:
        with desk.writing() as session:
            for came in replies:
                readings.rows += _recorded(session, came, desk.by(), refuse, again=again)
    for hint in dict.fromkeys(problem.hint for problem in readings.refused if problem.hint):
        desk.out.say(_("hint: {text}").format(text=hint))
    return readings


def _recorded(session: "Session", came: Came, by: By, refuse: Refuse, *, again: bool) -> Iterator[ReadRow]:
    """Record the replies of one message; those that cannot be are refused."""
    try:
        found = _read(ledger.reader(session), came)
    except ComptoirError as problem:
        refuse(ReplyRefused(came.where, problem))
        return
    for number, reply in found:
        try:
            yield _kept(session, number, came, reply, by, again=again)
        except ComptoirError as problem:
            refuse(ReplyRefused(came.where, problem))


def _read(reader: "Reader", came: Came) -> list[tuple[str, Reply]]:
    """Find the replies of a message in what its author wrote, and not in what they copied from ours.

    Each comes with the number of its repair.
    """
    text = prepared(came.text)
    numbers = {code: number for code in codes(text) if (number := queries.given(reader, code))}
    for number in numbers.values():
        text = without(text, prepared(queries.sent(reader, services.key(number))))
    return [(numbers[reply.code], reply) for reply in read(text, numbers.__contains__)]


def _kept(session: "Session", number: str, came: Came, reply: Reply, by: By, *, again: bool) -> ReadRow:
    """Record one reply; raise NoScore, BadScore and AnsweredOtherwise."""
    answer = services.Answer(reply.checked(), reply.comment, came.source, came.moment)
    outcome = services.answer(session, number, answer, by, again=again)
    return ReadRow(came.file, came.line, number, reply.code, answer.score, answer.comment, outcome)
