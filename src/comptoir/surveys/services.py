"""Writes of questionnaires: asked, answered, acted upon; each tells the history of its repair."""

from collections.abc import Callable, Sequence
from datetime import datetime
from secrets import choice
from typing import NamedTuple

from sqlmodel import Session

from comptoir.core.acting import By
from comptoir.repairs import ledger
from comptoir.repairs.services import Message, post
from comptoir.store.history import record
from comptoir.store.sending import Channel
from comptoir.surveys import queries, rules
from comptoir.surveys.refusals import AnsweredOtherwise, NotAnswered, NotAsked
from comptoir.surveys.statuses import Outcome, Source
from comptoir.surveys.tables import Survey


class Asking(NamedTuple):
    """Who is to be asked, and how: about a repair, at an address or a telephone number."""

    number: str
    channel: Channel
    recipient: str


class Answer(NamedTuple):
    """What a customer says, how it came, and when they said it, None where nobody knows."""

    score: int
    comment: str
    source: Source
    moment: datetime | None = None


Write = Callable[[Asking, str], tuple[str, str]]  # the subject and the text of a message, with this code


def ask(session: Session, askings: Sequence[Asking], write: Write, by: By) -> list[str]:
    """Put a questionnaire into the outbox for each customer who was not asked meanwhile; give their repairs."""
    asked: list[str] = []
    for asking in askings:
        reader = ledger.reader(session)
        if queries.asked_at(reader, asking.number) or queries.device(reader, asking.number) is None:
            continue
        code = _free_code(session)
        subject, text = write(asking, code)
        post(session, key(asking.number), Message(asking.channel, asking.recipient, subject, text), by)
        session.add(
            Survey(
                case_number=asking.number,
                code=code,
                channel=asking.channel,
                recipient=asking.recipient,
                asked_at=by.moment,
            )
        )
        _tell(session, asking.number, "survey_ask", by, way=asking.channel, to=asking.recipient)
        asked.append(asking.number)
    return asked


def answer(session: Session, number: str, given: Answer, by: By, *, again: bool) -> Outcome:
    """Record what the customer of a repair answered; the same answer twice changes nothing.

    A comment completes an answer that had none. Raises NotAsked, BadScore, and AnsweredOtherwise for another answer,
    unless it is taken `again`.
    """
    row = _kept(session, number)
    score = rules.score(given.score)
    same = row.score == score and given.comment in {"", row.comment}
    completes = row.score == score and not row.comment
    if row.score is not None and same:
        return Outcome.UNCHANGED
    if row.score is not None and not (completes or again):
        raise AnsweredOtherwise(row.code, row.score, score)
    before = {"before": row.score} if row.score is not None and row.score != score else {}
    outcome = Outcome.RECORDED if row.score is None else Outcome.COMPLETED if completes else Outcome.CHANGED
    complained = row.score is not None and rules.is_complaint(row.score) and rules.is_complaint(score)
    still = complained and row.acted_at is None
    if row.score != score and not still:  # the time to answer a complaint runs from the first time it was heard
        row.answered_at, row.answered_by = _heard(row, given, by), given.source
    row.score, row.comment = score, given.comment
    session.add(row)
    _tell(session, number, "survey_answer", by, score=score, comment=given.comment, **before)
    return outcome


def act(session: Session, number: str, action: str, by: By) -> bool:
    """Record what the shop did about an answer, after what it did before; tell whether it was new.

    Raises NotAsked and NotAnswered.
    """
    row = _kept(session, number)
    if row.answered_at is None:
        raise NotAnswered(number)
    since = row.acted_at if row.acted_at and row.acted_at >= row.answered_at else None
    actions = rules.joined(row.action, action)
    if since and actions == row.action:
        return False
    row.action, row.acted_at = actions, since or max(by.moment, row.answered_at)
    session.add(row)
    _tell(session, number, "survey_act", by, action=action)
    return True


def key(number: str) -> str:
    """Give the key that the questionnaire of a repair has in the outbox."""
    return f"repair-{number}-survey"


def _kept(session: Session, number: str) -> Survey:
    row = session.get(Survey, number)
    if row is None:
        raise NotAsked(number)
    return row


def _free_code(session: Session) -> str:
    reader = ledger.reader(session)
    while True:
        code = rules.new_code(choice)
        if queries.given(reader, code) is None:
            return code


def _heard(row: Survey, given: Answer, by: By) -> datetime:
    """Give when an answer was given: what a message says of itself counts between the question and now."""
    said = given.moment
    return said if said and row.asked_at <= said <= by.moment else max(by.moment, row.asked_at)


def _tell(session: Session, number: str, verb: str, by: By, **data: object) -> None:
    told = {name: value for name, value in data.items() if value != ""}
    record(session, number, verb, moment=by.moment, operator=by.operator, **told)
