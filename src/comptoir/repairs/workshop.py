"""Commands of the workshop: who repairs, what is checked, which parts go in, which documents are attached."""

from typing import TYPE_CHECKING, Annotated

from comptoir.attachments.rules import Kind
from comptoir.core.i18n import _
from comptoir.core.later import later
from comptoir.desk import Desk
from comptoir.desk.completion import from_database
from comptoir.desk.options import Feature, argument, option
from comptoir.desk.output import View
from comptoir.fiches.rules import Moment
from comptoir.repairs import columns

if TYPE_CHECKING:
    from comptoir.attachments import columns as attached
    from comptoir.attachments import prompts as attachments
    from comptoir.repairs import cases, queries
else:
    attached, attachments = later("comptoir.attachments.columns"), later("comptoir.attachments.prompts")
    cases, queries = later("comptoir.repairs.cases"), later("comptoir.repairs.queries")

app = Feature()


Number = Annotated[
    str,
    argument(
        metavar=_("CASE"),
        help=_("Number of the repair, or its last figures."),
        complete=from_database(lambda *asked: queries.numbers(*asked)),  # noqa: PLW0108 - loaded when TAB is pressed
    ),
]
Despite = Annotated[
    str, option(metavar=_("REASON"), help=_("Go on all the same, and say why: it is kept, and printed."))
]
Yes = Annotated[bool, option("--yes", "-y", help=_("Do not ask for a confirmation."))]


@app.verb("assign", help=_("Give a repair to a technician qualified for its fiche."))
def assign(
    desk: Desk,
    number: Number,
    name: Annotated[str, argument(metavar=_("NAME"), help=_("The technician, or part of the name."))],
    view: View,
    despite: Despite = "",
) -> None:
    """Give one repair to a technician."""
    desk.out.rows(columns.LISTED, cases.assigned(desk, number, name, despite), view)


@app.verb("checklist", help=_("Show the control points of a repair, and what was found."))
def checklist(
    desk: Desk,
    number: Number,
    view: View,
    moment: Annotated[Moment | None, option("--when", help=_("Only those before, or after the repair."))] = None,
) -> None:
    """Show the control points of a repair."""
    desk.out.rows(columns.POINT, cases.checklist(desk, number, moment), view)


@app.verb("check", help=_("Record what was found at control points; without any, they are asked for one by one."))
def check(
    desk: Desk,
    number: Number,
    view: View,
    results: Annotated[
        list[str] | None,
        argument(metavar=_("[POINT=RESULT]..."), help=_("A point and `ok`, `bad` or `na`, such as cord=ok.")),
    ] = None,
    note: Annotated[str, option(metavar=_("TEXT"), help=_("What was seen, kept with these points."))] = "",
) -> None:
    """Check points of one repair."""
    desk.out.rows(columns.POINT, cases.checked(desk, number, results or [], note), view)


@app.verb("start", help=_("Begin a repair: checked in, given to a technician, its quote accepted where it needs one."))
def start(desk: Desk, number: Number, view: View, despite: Despite = "") -> None:
    """Begin one repair."""
    desk.out.rows(columns.LISTED, cases.started(desk, number, despite), view)


@app.verb("finish", help=_("End a repair: checked out, its parts traced; its control report is kept."))
def finish(desk: Desk, number: Number, view: View, despite: Despite = "") -> None:
    """End one repair."""
    desk.out.rows(columns.LISTED, cases.finished(desk, number, despite), view)


@app.verb("attach", help=_("Attach files to a repair: nameplate, invoice, signed quote, pictures."))
def attach(
    desk: Desk,
    number: Number,
    files: Annotated[list[str], argument(metavar=_("FILE..."), help=_("Pictures or PDF files."))],
    view: View,
    kind: Annotated[Kind | None, option("--kind", "-k", help=_("What the files show."))] = None,
) -> None:
    """Attach files to one repair, all or none."""
    desk.out.rows(attached.LISTED, cases.attached(desk, number, files, kind), view)


@app.verb("files", help=_("List the files attached to a repair."))
def files(desk: Desk, number: Number, view: View) -> None:
    """List the files of one repair."""
    desk.out.rows(attached.LISTED, attachments.listed(desk, cases.resolved(desk, number).number), view)


@app.verb("extract", help=_("Write the files attached to a repair into a folder."))
def extract(
    desk: Desk,
    number: Number,
    view: View,
    folder: Annotated[str, option("--into", metavar=_("FOLDER"), help=_("Folder of the files."))] = ".",
    *,
    yes: Yes = False,
) -> None:
    """Write the files of one repair out."""
    rows = attachments.extracted(desk, cases.resolved(desk, number).number, folder, yes=yes)
    desk.out.rows(attached.EXTRACTED, rows, view)


@app.verb("detach", help=_("Take a file out of a repair."))
def detach(
    desk: Desk,
    number: Number,
    document: Annotated[int, argument(metavar=_("NO."), help=_("Its number in `repair files`."))],
    view: View,
    *,
    yes: Yes = False,
) -> None:
    """Take one file out of a repair."""
    rows = attachments.detached(desk, cases.resolved(desk, number).number, document, yes=yes)
    desk.out.rows(attached.LISTED, rows, view)
