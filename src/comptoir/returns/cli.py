"""Commands on returns."""

from typing import TYPE_CHECKING, Annotated, NamedTuple

from comptoir.core.i18n import _
from comptoir.core.later import later
from comptoir.desk import Desk
from comptoir.desk.completion import from_database
from comptoir.desk.importing import CORRECTED, CsvFile, Strict, report
from comptoir.desk.options import Feature, argument, option
from comptoir.desk.output import Format, Section, View
from comptoir.returns import columns
from comptoir.returns.statuses import CaseStatus, PaperKind

if TYPE_CHECKING:
    from comptoir.deliveries import queries as deliveries
    from comptoir.desk import printing
    from comptoir.returns import cases, exports, prompts, queries, remaining
else:
    deliveries, printing = later("comptoir.deliveries.queries"), later("comptoir.desk.printing")
    cases, exports = later("comptoir.returns.cases"), later("comptoir.returns.exports")
    prompts = later("comptoir.returns.prompts")
    queries, remaining = later("comptoir.returns.queries"), later("comptoir.returns.remaining")

app = Feature()

Number = Annotated[
    str,
    argument(
        metavar=_("CASE"),
        help=_("Case number, or its last figures."),
        complete=from_database(lambda *asked: queries.numbers(*asked)),  # noqa: PLW0108 - loaded when TAB is pressed
    ),
]
Name = Annotated[
    str | None,
    argument(
        metavar=_("[NAME]"),
        help=_("Name of a saved basket."),
        complete=from_database(lambda *asked: queries.saved_names(*asked)),  # noqa: PLW0108 - loaded when TAB is pressed
    ),
]
Yes = Annotated[bool, option("--yes", "-y", help=_("Do not ask for a confirmation."))]
Why = Annotated[str, option(metavar=_("TEXT"), help=_("Why parts are refused; the customer reads it."))]
Amount = Annotated[
    str | None, option(metavar=_("AMOUNT"), help=_("What is credited excl. tax, where it is not what the terms give."))
]


class Filters(NamedTuple):
    """Which cases a list keeps."""

    open: Annotated[bool, option(help=_("Only cases under way."))] = False
    closed: Annotated[bool, option(help=_("Only cases that are closed, refused or cancelled."))] = False
    status: Annotated[CaseStatus | None, option(help=_("Only this status."))] = None
    customer: Annotated[str, option(metavar=_("TEXT"), help=_("Customer whose name holds this."))] = ""
    since: Annotated[str, option(metavar=_("DAY"), help=_("Sent from this day: 2026-11-22, 22/11/2026, 7d or 2w."))] = (
        ""
    )


class Wanted(NamedTuple):
    """How many parts go back, and why."""

    quantity: Annotated[int | None, option("--quantity", "-q", metavar=_("N"), help=_("How many parts."))] = None
    reason: Annotated[
        str | None, option("--reason", "-r", metavar=_("REASON"), help=_("Why: see `comptoir returns reasons`."))
    ] = None


class Found(NamedTuple):
    """What the check found of a line."""

    accepted: Annotated[int | None, option(minimum=0, help=_("Parts accepted; the rest by default."))] = None
    refused: Annotated[int | None, option(minimum=0, help=_("Parts refused and sent back."))] = None
    damaged: Annotated[int | None, option(minimum=0, help=_("Parts that arrived damaged."))] = None
    missing: Annotated[int | None, option(minimum=0, help=_("Parts that are not in the parcel."))] = None
    why: Why = ""


@app.verb("add", help=_("Put parts of a delivery note into the return basket."))
def add(
    desk: Desk,
    note: Annotated[
        str,
        argument(
            metavar=_("NOTE"),
            help=_("Number of the delivery note."),
            complete=from_database(lambda *asked: deliveries.numbers(*asked)),  # noqa: PLW0108 - loaded when TAB is pressed
        ),
    ],
    wanted: Wanted,
    view: View,
    references: Annotated[
        list[str] | None,
        argument(metavar=_("[REFERENCE]..."), help=_("References or EANs of the parts, or numbers of their lines.")),
    ] = None,
    *,
    every: Annotated[bool, option("--all", "-a", help=_("Every part that may still go back."))] = False,
) -> None:
    """Put parts into the basket, all or none."""
    desk.out.rows(prompts.item_columns(desk), prompts.added(desk, note, references or [], wanted, every=every), view)
    desk.out.say(prompts.summed(desk, prompts.held(desk)))


@app.verb("basket", help=_("Show the return basket: each part, its reason, the credit to expect."))
def basket(desk: Desk, view: View) -> None:
    """List the basket."""
    held = prompts.held(desk)
    desk.out.rows(prompts.item_columns(desk), held, view)
    desk.out.say(prompts.summed(desk, held))


@app.verb("set", help=_("Change the quantity or the reason of a line of the basket."))
def set_(
    desk: Desk,
    position: Annotated[int, argument(metavar=_("NO."), help=_("Its number in the basket."))],
    wanted: Wanted,
    view: View,
) -> None:
    """Change a line of the basket."""
    held = prompts.changed(desk, position, *wanted)
    desk.out.rows(prompts.item_columns(desk), held, view)
    desk.out.say(prompts.summed(desk, held))


@app.verb("remove", help=_("Take lines out of the basket."))
def remove(
    desk: Desk,
    view: View,
    positions: Annotated[
        list[int] | None, argument(metavar=_("[NO.]..."), help=_("Their numbers in the basket."))
    ] = None,
    *,
    yes: Yes = False,
) -> None:
    """Take lines out of the basket."""
    desk.out.rows(prompts.item_columns(desk), prompts.removed(desk, positions or [], yes=yes), view)
    desk.out.say(prompts.summed(desk, prompts.held(desk)))


@app.verb("clear", help=_("Empty the basket."))
def clear(desk: Desk, *, yes: Yes = False) -> None:
    """Empty the basket."""
    prompts.cleared(desk, yes=yes)
    desk.out.say(prompts.summed(desk, prompts.held(desk)))


@app.verb("save", help=_("Put the basket aside under a name, to finish it later, here or on another machine."))
def save(desk: Desk, name: Annotated[str, argument(metavar=_("NAME"), help=_("Name of the basket."))]) -> None:
    """Put the basket aside."""
    kept = prompts.saved(desk, name)
    desk.out.say(_("the basket is saved: `comptoir returns open '{name}'` takes it up again").format(name=kept))


@app.verb("saved", help=_("List the saved baskets."))
def saved(desk: Desk, view: View) -> None:
    """List the saved baskets."""
    with desk.reading() as reader:
        desk.out.rows(columns.SAVED, queries.saved(reader), view)


@app.verb("open", help=_("Take a saved basket up again, whoever saved it."))
def open_(desk: Desk, view: View, name: Name = None) -> None:
    """Take a saved basket up again."""
    held = prompts.reopened(desk, name)
    desk.out.rows(prompts.item_columns(desk), held, view)
    desk.out.say(prompts.summed(desk, held))


@app.verb("send", help=_("Send the basket: one case for each delivery note, its papers, the e-mail."))
def send(
    desk: Desk,
    view: View,
    email: Annotated[
        str | None, option(metavar=_("EMAIL"), help=_("Where the pre-agreement goes; `returns_email` by default."))
    ] = None,
    *,
    dry_run: Annotated[bool, option("--dry-run", help=_("Show the recap and change nothing."))] = False,
    yes: Yes = False,
) -> None:
    """Turn the basket into cases."""
    draft = prompts.draft(desk, email)
    desk.out.say(prompts.recap(draft))
    if dry_run:
        desk.out.rows(prompts.item_columns(desk), draft.items, view)
    if dry_run or not desk.agreed(_("Send this request?"), yes=yes):
        desk.out.say(_("nothing was sent"))
        return
    made = prompts.sent(desk, draft)
    desk.out.rows(columns.LISTED, made, view)
    desk.out.say(prompts.what_next(made))
    if draft.email:
        prompts.mailed(desk)


@app.verb("reasons", help=_("List the reasons for a return, and their terms."))
def reasons(desk: Desk, view: View) -> None:
    """List the reasons."""
    desk.out.rows(columns.REASON, cases.terms(prompts.known(desk)), view)


@app.verb("eligible", help=_("Say what may still go back of a reference, an EAN or a delivery note."))
def eligible(
    desk: Desk,
    text: Annotated[str, argument(metavar=_("TEXT"), help=_("Reference in any spelling, EAN, or number of a note."))],
    view: View,
    *,
    explain: Annotated[
        bool, option("--explain", help=_("Every line beside every reason: the rule and the day that decide."))
    ] = False,
) -> None:
    """List what may still go back."""
    known, today = prompts.known(desk), desk.today()
    with desk.reading() as reader:
        lines = remaining.holding(reader, text)
        if explain:
            rows = remaining.explained(reader, lines, known, today)
            desk.out.rows(columns.explained(prompts.words(known)), rows, view)
        else:
            desk.out.rows(columns.eligible(prompts.words(known)), remaining.eligible(lines, known, today), view)


@app.verb("list", help=_("Follow the cases, the latest first."))
def list_(desk: Desk, filters: Filters, view: View) -> None:
    """List the cases."""
    kept = queries.conditions(filters._asdict(), desk.clock.now())
    with desk.reading() as reader:
        desk.out.rows(columns.LISTED, queries.cases(reader, kept), view)
        count = queries.counts(reader, kept)
    desk.out.say(_("under way: {open} - closed: {closed}").format(open=count.open, closed=count.closed))


@app.verb("show", help=_("Show a case: each part, what the check found, its history."))
def show(desk: Desk, number: Number, view: View) -> None:
    """Show one case."""
    with desk.reading() as reader:
        found = queries.case(reader, queries.resolved(reader, number))
        lines, done = queries.lines(reader, found.number), queries.history(reader, found.number)
    sections = [
        Section("lines", _("Lines"), columns.LINE, lines),
        Section("history", _("History"), columns.HISTORY, done),
    ]
    desk.out.record(columns.WHOLE, found, view, sections)


@app.verb("documents", help=_("Print the papers of a case as PDF files; again gives the same bytes."))
def documents(
    desk: Desk,
    number: Number,
    kind: Annotated[PaperKind | None, option(help=_("Only this paper."))] = None,
    output: Annotated[
        str,
        option("--output", "-o", metavar=_("FOLDER"), help=_("Folder of the files; `-` sends one paper to a pipe.")),
    ] = ".",
) -> None:
    """Print the papers of a case."""
    with desk.reading() as reader:
        case = queries.case(reader, queries.resolved(reader, number))
        papers = queries.papers(reader, case.number, kind)
    cases.warn_gone(desk, case)
    if output == "-":
        printing.into_pipe(desk, papers)
    else:
        desk.out.rows(columns.FILES, printing.into_files(desk, papers, output), View())


@app.verb("cancel", help=_("Cancel a case whose parts have not arrived."))
def cancel(desk: Desk, number: Number, view: View, *, yes: Yes = False) -> None:
    """Cancel one case."""
    desk.out.rows(columns.LISTED, cases.cancelled(desk, number, yes=yes), view)


@app.verb("receive", help=_("Distributor: record that the parts of cases arrived."))
def receive(
    desk: Desk,
    view: View,
    numbers: Annotated[
        list[str],
        argument(
            metavar=_("CASE..."),
            help=_("Case numbers, or their last figures."),
            complete=from_database(lambda *asked: queries.numbers(*asked)),  # noqa: PLW0108 - loaded when TAB is pressed
        ),
    ],
) -> None:
    """Record that parts arrived, all or none."""
    desk.out.rows(columns.LISTED, cases.received(desk, numbers), view)


@app.verb("check", help=_("Distributor: record what the check found of a line, or of every line."))
def check(
    desk: Desk,
    number: Number,
    found: Found,
    view: View,
    line: Annotated[
        int | None, option("--line", "-l", metavar=_("NO."), help=_("Number of the line in the case."))
    ] = None,
    *,
    every: Annotated[bool, option("--all", "-a", help=_("Accept every line that was not judged."))] = False,
) -> None:
    """Record what the check found."""
    whole = cases.judged(desk, number, line, found, every=every)
    with desk.reading() as reader:
        desk.out.rows(columns.LINE, queries.lines(reader, whole), view)


@app.verb("refuse", help=_("Distributor: refuse a request before its parts leave."))
def refuse(desk: Desk, number: Number, view: View, why: Why = "", *, yes: Yes = False) -> None:
    """Refuse one case."""
    desk.out.rows(columns.LISTED, cases.refused(desk, number, why, yes=yes), view)


@app.verb("close", help=_("Distributor: close a checked case; what was accepted is credited."))
def close(
    desk: Desk,
    number: Number,
    view: View,
    credit_note: Annotated[
        str, option("--credit-note", metavar=_("NUMBER"), help=_("Number of the credit note; 0 until it is invoiced."))
    ] = "0",
    amount: Amount = None,
    *,
    yes: Yes = False,
) -> None:
    """Close one case."""
    desk.out.rows(columns.LISTED, cases.closed(desk, number, (credit_note, amount), yes=yes), view)


@app.verb("invoice", help=_("Distributor: give a closed case the number of its credit note."))
def invoice(
    desk: Desk,
    number: Number,
    credit_note: Annotated[str, argument(metavar=_("NUMBER"), help=_("Number of the credit note."))],
    view: View,
    amount: Amount = None,
    *,
    yes: Yes = False,
) -> None:
    """Give a closed case its credit note."""
    desk.out.rows(columns.LISTED, cases.invoiced(desk, number, (credit_note, amount), yes=yes), view)


@app.verb("export", help=_("Write the cases for another system, a row for each line, in CSV unless told otherwise."))
def export(
    desk: Desk,
    view: View,
    since: Annotated[str, option(metavar=_("DAY"), help=_("Cases that moved from this day on: 2026-11-22, 7d."))] = "",
) -> None:
    """Write cases as the import reads them."""
    first = queries.since(since, desk.clock.now()) if since else ""
    view = view.otherwise(Format.CSV)
    with desk.reading() as reader:
        desk.out.rows(columns.EXPORTED, exports.exported(reader, first), view)


@app.verb("import", help=_("Read statuses, checks and credit notes that come back; a file may come twice."))
def import_(
    desk: Desk,
    file: CsvFile,
    view: View,
    *,
    strict: Strict = False,
) -> None:
    """Import what the distributor says; exit with 4 where lines were refused."""
    report(desk, cases.imported(desk, file, strict=strict), view, CORRECTED)


@app.verb("reconcile", help=_("Set the estimate of each case beside its credit, and say why they differ."))
def reconcile(
    desk: Desk,
    view: View,
    *,
    due: Annotated[bool, option("--due", help=_("Only what was sent and never credited, the oldest first."))] = False,
) -> None:
    """Compare estimates and credits."""
    with desk.reading() as reader:
        found = cases.compared(desk, reader, due=due)
        desk.out.rows(columns.COMPARED, found.rows(), view)
    desk.out.say(found.told())
