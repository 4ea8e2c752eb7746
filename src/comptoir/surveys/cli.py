"""Commands on surveys."""

from typing import TYPE_CHECKING, Annotated, NamedTuple

from comptoir.core.i18n import _
from comptoir.core.later import later
from comptoir.desk import Desk
from comptoir.desk.completion import from_database
from comptoir.desk.options import Feature, argument, option
from comptoir.desk.output import View
from comptoir.store.sending import Channel
from comptoir.surveys import queries
from comptoir.surveys.statuses import Cut

if TYPE_CHECKING:
    from comptoir.repairs import queries as repairs
    from comptoir.surveys import columns, prompts, readings
else:
    repairs, columns = later("comptoir.repairs.queries"), later("comptoir.surveys.columns")
    prompts, readings = later("comptoir.surveys.prompts"), later("comptoir.surveys.readings")

app = Feature()

CASE = from_database(lambda *asked: repairs.numbers(*asked))  # noqa: PLW0108 - loaded when TAB is pressed
Code = Annotated[
    str,
    argument(
        metavar=_("CODE"),
        help=_("Reply code that the customer was given, or number of the repair."),
        complete=from_database(queries.codes),
    ),
]
Number = Annotated[
    str,
    argument(
        metavar=_("CASE"),
        help=_("Number of the repair, or its last figures; or its reply code."),
        complete=from_database(queries.numbers),
    ),
]
Again = Annotated[bool, option("--again", help=_("Take the new answer where the customer gave another one before."))]


class Period(NamedTuple):
    """When customers were asked."""

    since: Annotated[
        str, option(metavar=_("DAY"), help=_("Asked from this day: 2026-11-22, 22/11/2026, 7d or 2w."))
    ] = ""
    until: Annotated[str, option(metavar=_("DAY"), help=_("Asked up to this day, included."))] = ""


class Kept(NamedTuple):
    """Which questionnaires a list keeps."""

    open: Annotated[bool, option(help=_("Only those that are not answered."))] = False
    answered: Annotated[bool, option(help=_("Only those that are answered."))] = False
    below: Annotated[int | None, option(metavar=_("SCORE"), help=_("Only scores below it; 7 for complaints."))] = None


class Going(NamedTuple):
    """What is shown before it is done."""

    dry_run: Annotated[bool, option("--dry-run", help=_("Show who would be asked and ask nobody."))] = False
    yes: Annotated[bool, option("--yes", "-y", help=_("Do not ask for a confirmation."))] = False


@app.verb("ask", help=_("Ask customers what they think; without a case, all whose device was given back; for cron."))
def ask(
    desk: Desk,
    going: Going,
    view: View,
    cases: Annotated[
        list[str] | None,
        argument(metavar=_("[CASE]..."), help=_("Numbers of repairs, or their last figures."), complete=CASE),
    ] = None,
    since: Annotated[
        str, option(metavar=_("DAY"), help=_("Without a case: given back from this day; 30 days ago by default."))
    ] = "",
    by: Annotated[Channel | None, option("--by", help=_("By e-mail or by text message."))] = None,
) -> None:
    """Ask customers."""
    view.chosen()
    rows = prompts.planned(desk, cases or [], since, by)
    desk.out.rows(columns.ASKED, rows if going.dry_run else prompts.asked(desk, rows, yes=going.yes), view)


@app.verb("answer", help=_("Record what a customer says at the counter or by telephone."))
def answer(
    desk: Desk,
    code: Code,
    score: Annotated[int, argument(metavar=_("SCORE"), help=_("From 0 to 10."))],
    view: View,
    comment: Annotated[str, option(metavar=_("TEXT"), help=_("What the customer says besides."))] = "",
    *,
    again: Again = False,
) -> None:
    """Record one answer."""
    view.chosen()
    desk.out.rows(columns.LISTED, prompts.answered(desk, code, score, comment, again=again), view)


@app.verb("read", help=_("Read the replies that come back: e-mails, or a CSV of text messages."))
def read(
    desk: Desk,
    files: Annotated[
        list[str],
        argument(metavar=_("FILE..."), help=_("E-mails, or CSV of number, text and date; `-` is the standard input.")),
    ],
    view: View,
    *,
    again: Again = False,
) -> None:
    """Read replies; exit with 4 where some were refused."""
    view.chosen()
    found = readings.taken(desk, files, again=again)
    desk.out.rows(columns.READ, found.rows, view)
    found.check()


@app.verb("list", help=_("List who was asked and what they answered, the latest first; complaints are marked."))
def list_(desk: Desk, kept: Kept, period: Period, view: View) -> None:
    """List questionnaires."""
    filters = prompts.filters(desk, *period, kept.below, waits=kept.open, done=kept.answered)
    with desk.reading() as reader:
        desk.out.rows(columns.LISTED, queries.surveys(reader, filters, desk.today()), view)
    prompts.tell_complaints(desk)


@app.verb("act", help=_("Record what the shop did about an answer: the reply to a complaint, a suggestion followed."))
def act(
    desk: Desk,
    number: Number,
    text: Annotated[str, argument(metavar=_("TEXT"), help=_("What was done."))],
    view: View,
) -> None:
    """Record one action."""
    view.chosen()
    desk.out.rows(columns.LISTED, prompts.acted(desk, number, text), view)


@app.verb("report", help=_("Report what customers think: rate of answer, mean score, net promoter score, complaints."))
def report(
    desk: Desk,
    period: Period,
    view: View,
    by: Annotated[Cut | None, option("--by", help=_("A line for each of these."))] = None,
) -> None:
    """Report what customers think."""
    desk.out.rows(columns.report(by), prompts.report(desk, *period, by, view), view)
