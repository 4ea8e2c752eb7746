"""Commands on the outbox."""

from typing import TYPE_CHECKING, Annotated, NamedTuple

from comptoir.core.i18n import _
from comptoir.core.later import later
from comptoir.core.text import shown
from comptoir.desk import Desk
from comptoir.desk.completion import from_database
from comptoir.desk.options import Feature, argument, option
from comptoir.desk.output import Column, Format, Section, View
from comptoir.outbox import queries
from comptoir.outbox.rules import CHANNEL_WORDS, OUTCOME_WORDS, SENDING_WORDS
from comptoir.store.sending import Channel, Sending

if TYPE_CHECKING:
    from comptoir.outbox import prompts
    from comptoir.outbox.services import Trial
else:
    prompts = later("comptoir.outbox.prompts")

app = Feature()

NUMBER = Column("id", _("No."))
STATE = Column("state", _("State"), SENDING_WORDS)
TO = (
    Column("recipient", _("Recipient")),
    Column("subject", _("Subject")),
    Column("channel", _("Channel"), CHANNEL_WORDS),
)
NEXT = Column("next_try", _("Next try"))
ERROR = Column("error", _("Why"))
LISTED = (
    NUMBER,
    Column("created_at", _("Date")),
    STATE,
    *TO,
    Column("attempts", _("Tries")),
    NEXT,
    ERROR,
    Column("key", _("About")),
)
WHOLE = (*LISTED[:7], NEXT, Column("sent_at", _("Sent on")), ERROR, LISTED[-1], Column("message_id", "Message-ID"))
PAPER = (Column("reference", _("Reference")), Column("kind", _("Document")), Column("file", _("File")))
TRIED = (NUMBER, *TO, Column("outcome", _("Outcome"), OUTCOME_WORDS), NEXT, ERROR)
MOVED = (NUMBER, STATE, *TO[:2])

Number = Annotated[
    int, argument(metavar=_("NO."), help=_("Number of a message."), complete=from_database(queries.numbers))
]
Numbers = Annotated[
    list[int], argument(metavar=_("NO...."), help=_("Numbers of messages."), complete=from_database(queries.numbers))
]
Yes = Annotated[bool, option("--yes", "-y", help=_("Do not ask for a confirmation."))]


class Line(NamedTuple):
    """A line of a letter."""

    line: str


@app.verb("list", help=_("List the messages of the outbox, the latest first."))
def list_(
    desk: Desk,
    view: View,
    state: Annotated[Sending | None, option(help=_("Only this state."))] = None,
    channel: Annotated[Channel | None, option(help=_("Only this channel."))] = None,
) -> None:
    """List messages."""
    with desk.reading() as reader:
        desk.out.rows(LISTED, queries.messages(reader, state or "", channel or ""), view)
    prompts.tell_unanswered(desk)


@app.verb("show", help=_("Show a message: where it stands, its text, the papers that go with it."))
def show(desk: Desk, number: Number, view: View) -> None:
    """Show one message."""
    with desk.reading() as reader:
        found = queries.message(reader, number)
    papers = Section("papers", _("Documents"), PAPER, found.papers)
    if view.chosen() is Format.TABLE:
        text = Section(
            "text", _("Letter"), (Column("line", shown(found.subject)),), [*map(Line, found.text.split("\n"))]
        )
        desk.out.record(WHOLE, found, view, [papers, text])
    else:
        desk.out.record((*WHOLE, Column("text", _("Text"))), found, view, [papers])


@app.verb("send", help=_("Send all that is due, each message once; for cron."))
def send(
    desk: Desk,
    view: View,
    *,
    dry_run: Annotated[bool, option("--dry-run", help=_("Show what would be sent and send nothing."))] = False,
) -> int | None:
    """Send what is due; exit with 5 where something could not leave."""
    view.chosen()
    trials: list[Trial] = []
    try:
        problems = (prompts.rehearse if dry_run else prompts.send)(desk, trials.append)
    except BaseException:
        if trials:
            desk.out.rows(TRIED, trials, view)
        raise
    if trials or not problems:
        desk.out.rows(TRIED, trials, view)
    return prompts.conclude(desk, trials, problems)


@app.verb("retry", help=_("Put messages back among those to send: refused, put off, or handed over without an answer."))
def retry(
    desk: Desk,
    numbers: Numbers,
    view: View,
    to: Annotated[
        str | None, option("--to", "--email", help=_("The right address or number, where it was wrong."))
    ] = None,
    *,
    yes: Yes = False,
) -> None:
    """Put messages back among those to send."""
    moved = prompts.retried(desk, numbers, to, yes=yes)
    desk.out.rows(MOVED, moved, view)
    desk.out.say(_("next: `comptoir outbox send`") if moved else _("nothing was changed"))


@app.verb("drop", help=_("Give messages up: they never leave."))
def drop(desk: Desk, numbers: Numbers, view: View, *, yes: Yes = False) -> None:
    """Give messages up."""
    moved = prompts.dropped(desk, numbers, yes=yes)
    desk.out.rows(MOVED, moved, view)
    if not moved:
        desk.out.say(_("nothing was changed"))
