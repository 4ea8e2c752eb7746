"""What commands on questionnaires gather, ask and tell."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from comptoir.core import paris
from comptoir.core.errors import ComptoirError, raise_all
from comptoir.core.i18n import _, in_use, ngettext
from comptoir.core.later import later
from comptoir.core.refs import typed
from comptoir.core.text import tidy
from comptoir.desk import Desk
from comptoir.desk.output import Format, View
from comptoir.repairs.notice_refusals import NoWay
from comptoir.store.sending import Channel
from comptoir.surveys import queries, rules
from comptoir.surveys.queries import ReportRow, SurveyRow
from comptoir.surveys.refusals import (
    AskedAlready,
    DayBesideCases,
    NothingDone,
    NotToAsk,
    OpenAndAnswered,
)
from comptoir.surveys.statuses import Cut, Outcome, Source

if TYPE_CHECKING:
    from comptoir.outbox import prompts as outbox
    from comptoir.repairs import documents, notices
    from comptoir.repairs import prompts as repairing
    from comptoir.repairs import queries as repairs
    from comptoir.store.read import Reader
    from comptoir.surveys import services
else:
    outbox = later("comptoir.outbox.prompts")
    documents, notices = later("comptoir.repairs.documents"), later("comptoir.repairs.notices")
    repairing, repairs = later("comptoir.repairs.prompts"), later("comptoir.repairs.queries")
    services = later("comptoir.surveys.services")


class AskedRow(NamedTuple):
    """A customer who is asked, or would be."""

    number: str
    closed_at: object
    customer: str
    product: str
    device: str
    channel: Channel
    recipient: str


def planned(desk: Desk, named: Sequence[str], since: str, channel: Channel | None) -> list[AskedRow]:
    """List who is to be asked: the customers of these repairs, else all those who may be and were not.

    Those whom no message reaches are told and left out; for repairs that were named, raises every problem. Raises
    BadDay, and DayBesideCases for a day that would choose among repairs that were named.
    """
    if named and since:
        raise DayBesideCases
    with desk.reading() as reader:
        devices = _named(reader, named) if named else queries.to_ask(reader, since, desk.clock.now())
    rows: list[AskedRow] = []
    unreached: list[NoWay] = []
    for each in devices:
        try:
            rows.append(AskedRow(*each[:5], *notices.way(desk, each, channel)))
        except NoWay as problem:
            unreached.append(problem)
    if named:
        raise_all(unreached)
    for each_one in unreached:
        desk.out.warn(each_one.message)
    for hint in dict.fromkeys(each_one.hint for each_one in unreached):
        desk.out.say(_("hint: {text}").format(text=hint))
    return rows


def asked(desk: Desk, rows: Sequence[AskedRow], *, yes: bool) -> list[AskedRow]:
    """Ask customers, after a yes: all in one transaction with their messages, then sent; give those who were asked."""
    question = ngettext("Ask {count} customer what they think?", "Ask {count} customers what they think?", len(rows))
    if not rows or not desk.agreed(question.format(count=len(rows)), yes=yes):
        desk.out.say(_("nobody was asked"))
        return []
    askings = [services.Asking(row.number, row.channel, row.recipient) for row in rows]
    with desk.writing() as session:
        done = services.ask(session, askings, _writer(desk, rows), desk.by())
    outbox.send_at_once(desk)
    if len(done) < len(rows):
        desk.out.say(_("the others were asked meanwhile by another command"))
    return [row for row in rows if row.number in done]


def answered(desk: Desk, text: str, score: int, comment: str, *, again: bool) -> list[SurveyRow]:
    """Record what a customer says at the counter, under a reply code or the number of a repair."""
    number = _found(desk, text)
    given = services.Answer(rules.score(score), tidy(comment), Source.COUNTER)
    with desk.writing() as session:
        outcome = services.answer(session, number, given, desk.by(), again=again)
    if outcome is Outcome.UNCHANGED:
        desk.out.say(_("this answer is known already: nothing was changed"))
    return [_row(desk, number)]


def acted(desk: Desk, text: str, action: str) -> list[SurveyRow]:
    """Record what was done about an answer; raise NothingDone."""
    number = _found(desk, text)
    if not tidy(action):
        raise NothingDone
    with desk.writing() as session:
        new = services.act(session, number, tidy(action), desk.by())
    if not new:
        desk.out.say(_("this action is known already: nothing was changed"))
    return [_row(desk, number)]


def filters(desk: Desk, since: str, until: str, below: int | None, *, waits: bool, done: bool) -> dict[str, object]:
    """Give what a list keeps; raise BadDay and OpenAndAnswered."""
    if waits and done:
        raise OpenAndAnswered
    kept: dict[str, object] = dict(queries.bounds(since, until, desk.clock.now()))
    named = {"open": waits, "answered": done}
    kept |= {key: True for key, wanted in named.items() if wanted}
    return kept | ({} if below is None else {"below": below})


def tell_complaints(desk: Desk) -> None:
    """Tell how many complaints wait for an action, and how many of them are late."""
    with desk.reading() as reader:
        found = queries.complaints(reader, desk.today())
    if not found.open:
        return
    told = ngettext(
        "{count} complaint without an action: `comptoir repair survey act CASE TEXT`",
        "{count} complaints without an action: `comptoir repair survey act CASE TEXT`",
        found.open,
    )
    desk.out.say(told.format(count=found.open))
    late = ngettext(
        "{count} of them should have been answered in writing within 8 working days",
        "{count} of them should have been answered in writing within 8 working days",
        found.late,
    )
    if found.late:
        desk.out.warn(late.format(count=found.late))


def report(desk: Desk, since: str, until: str, cut: Cut | None, view: View) -> list[ReportRow]:
    """Sum up what customers think, figures written as the format wants them; raise BadDay."""
    with desk.reading() as reader:
        rows = queries.report(reader, queries.bounds(since, until, desk.clock.now()), cut, desk.today())
    comma = view.excel or (view.chosen() is Format.TABLE and in_use() == "fr")
    return [row._replace(rate=_figure(row.rate, comma), mean=_figure(row.mean, comma)) for row in rows]


def _figure(text: str | None, comma: bool) -> str | None:  # noqa: FBT001 - how a figure is written
    return text.replace(".", ",") if text and comma else text


def _named(reader: "Reader", named: Sequence[str]) -> list[queries.Device]:
    """Give the devices of repairs; raise every reason why their customers are not asked."""
    problems: list[ComptoirError] = []
    found: list[queries.Device] = []
    for number in dict.fromkeys(repairs.resolved(reader, text) for text in named):
        device, before = queries.device(reader, number), queries.asked_at(reader, number)
        if before:
            problems.append(AskedAlready(number, f"{paris.in_paris(before):%d/%m/%Y}"))
        elif device is None:
            problems.append(NotToAsk(number))
        else:
            found.append(device)
    raise_all(problems)
    return found


def _writer(desk: Desk, rows: Sequence[AskedRow]) -> "services.Write":
    """Make the function that writes a questionnaire, in the shop's own words where there are some."""
    with desk.reading() as reader:
        known = {row.number: repairs.case(reader, row.number) for row in rows}
    shop = repairing.shop(desk)

    def write(asking: "services.Asking", code: str) -> tuple[str, str]:
        """Write one questionnaire; raise BadLetter."""
        values = documents.letter_values(known[asking.number], None, shop, code)
        return notices.letter(desk, asking.channel, "survey", values)

    return write


def _found(desk: Desk, text: str) -> str:
    """Give the repair that a reply code or a number names; raise what each finds wrong."""
    with desk.reading() as reader:
        if typed(text).isdigit():
            return repairs.resolved(reader, text)
        return queries.of_code(reader, rules.code(text))


def _row(desk: Desk, number: str) -> SurveyRow:
    with desk.reading() as reader:
        return queries.survey(reader, number, desk.today())
