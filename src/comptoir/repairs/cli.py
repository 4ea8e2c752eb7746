"""Commands on repairs: take devices in, follow them, give them back."""

from typing import TYPE_CHECKING, Annotated, NamedTuple

from comptoir.core.i18n import _
from comptoir.core.later import later
from comptoir.desk import Desk
from comptoir.desk.options import Feature, argument, option
from comptoir.desk.output import Format, Section, View
from comptoir.parties.prompts import Customer
from comptoir.repairs import columns, refusals, till, workshop
from comptoir.repairs.forms import Agreement, Correction, Device, Going, Telling, Till, Work
from comptoir.repairs.statuses import CaseStatus, Notice, PaperKind
from comptoir.repairs.workshop import Despite, Number, Yes

if TYPE_CHECKING:
    from comptoir.attachments import columns as attached
    from comptoir.attachments import queries as attachments
    from comptoir.desk import printing
    from comptoir.repairs import billed, cases, deeds, notices, prompts, queries
else:
    attached, attachments = later("comptoir.attachments.columns"), later("comptoir.attachments.queries")
    printing, cases, notices = map(
        later, ("comptoir.desk.printing", "comptoir.repairs.cases", "comptoir.repairs.notices")
    )
    prompts, queries = later("comptoir.repairs.prompts"), later("comptoir.repairs.queries")
    billed, deeds = later("comptoir.repairs.billed"), later("comptoir.repairs.deeds")

app = Feature()

Folder = Annotated[
    str, option("--output", "-o", metavar=_("FOLDER"), help=_("Folder of the files; `-` sends one paper to a pipe."))
]


class Filters(NamedTuple):
    """Which repairs a list keeps."""

    open: Annotated[bool, option(help=_("Only devices that are still here."))] = False
    status: Annotated[CaseStatus | None, option(help=_("Only this status."))] = None
    fiche: Annotated[int | None, option(metavar=_("NUMBER"), help=_("Only this fiche métier."))] = None
    customer: Annotated[str, option(metavar=_("TEXT"), help=_("Customer whose name, e-mail or phone holds this."))] = ""
    device: Annotated[str, option(metavar=_("TEXT"), help=_("Product, brand, model or serial number: holds this."))] = (
        ""
    )
    technician: Annotated[str, option(metavar=_("TEXT"), help=_("Technician whose name holds this."))] = ""
    since: Annotated[str, option(metavar=_("DAY"), help=_("Taken in from this day: 2026-11-22, 22/11/2026 or 7d."))] = (
        ""
    )
    until: Annotated[str, option(metavar=_("DAY"), help=_("Taken in up to this day, included."))] = ""


@app.verb("intake", help=_("Take a device in: its case number and its slip."))
def intake(  # noqa: PLR0913, PLR0917 - the parts of the form
    desk: Desk,
    customer: Customer,
    device: Device,
    work: Work,
    till: Till,
    agreement: Agreement,
    view: View,
    going: Going,
) -> None:
    """Take one device in."""
    draft = prompts.draft(desk, customer, device, work, till, agreement)
    if not prompts.agreed(desk, draft, going):
        desk.out.say(_("nothing was taken in"))
        return
    desk.out.rows(columns.LISTED, [prompts.taken(desk, draft)], view)


@app.verb("list", help=_("Follow the repairs, the latest first."))
def list_(desk: Desk, filters: Filters, view: View) -> None:
    """List the repairs."""
    kept = queries.conditions(filters._asdict(), desk.clock.now())
    with desk.reading() as reader:
        desk.out.rows(columns.LISTED, queries.cases(reader, kept), view)


@app.verb("show", help=_("Show a repair: the device, its controls, its lines, its bills, its documents, its history."))
def show(desk: Desk, number: Number, view: View) -> None:
    """Show one repair."""
    with desk.reading() as reader:
        found = queries.case(reader, queries.resolved(reader, number))
        named = found.number
        sections = [
            Section("checks", _("Controls"), columns.POINT, queries.checks(reader, named)),
            Section("lines", _("Lines"), columns.LINE, queries.lines(reader, named)),
            Section("bills", _("Quotes and invoices"), columns.BILL, billed.bills(reader, named)),
            Section("documents", _("Documents"), attached.LISTED, attachments.of_case(reader, named)),
            Section("history", _("History"), columns.HISTORY, deeds.history(reader, named)),
        ]
    desk.out.record(columns.WHOLE, found, view, sections)


@app.verb("export", help=_("Write the repairs whole, the oldest first, in CSV unless told otherwise."))
def export(desk: Desk, filters: Filters, view: View) -> None:
    """Export the repairs."""
    kept = queries.conditions(filters._asdict(), desk.clock.now())
    if view.format is None and view.chosen() is Format.TABLE:
        view = view._replace(format=Format.CSV)
    with desk.reading() as reader:
        desk.out.rows(columns.WHOLE, queries.exported(reader, kept), view)


@app.verb("comebacks", help=_("Report the repaired devices that came back within three months."))
def comebacks(desk: Desk, filters: Filters, view: View) -> None:
    """Report the comebacks."""
    kept = queries.conditions(filters._asdict(), desk.clock.now())
    with desk.reading() as reader:
        desk.out.rows(columns.COMEBACK, queries.comebacks(reader, kept), view)


@app.verb("set", help=_("Correct what was told of a device, or add what the customer agreed to."))
def set_(desk: Desk, number: Number, correction: Correction, view: View) -> None:
    """Correct a case."""
    desk.out.rows(columns.LISTED, cases.changed(desk, number, correction), view)


@app.verb("slip", help=_("Print the intake slip again; the same bytes as the first time."))
def slip(desk: Desk, number: Number, output: Folder = ".") -> None:
    """Print the slip of a repair."""
    _printed(desk, number, PaperKind.SLIP, output)


@app.verb("documents", help=_("Print the papers of a repair as PDF files; again gives the same bytes."))
def documents(
    desk: Desk,
    number: Number,
    kind: Annotated[PaperKind | None, option(help=_("Only this paper."))] = None,
    output: Folder = ".",
) -> None:
    """Print the papers of a repair."""
    _printed(desk, number, kind, output)


@app.verb("notify", help=_("Tell the customer, by e-mail or text message: it is ready, come then, parts arrived."))
def notify(
    desk: Desk,
    number: Number,
    notice: Annotated[Notice, argument(metavar=_("NOTICE"), help=_("`ready`, `appointment` or `parts`."))],
    view: View,
    how: Telling,
    *,
    yes: Yes = False,
) -> None:
    """Tell the customer."""
    desk.out.rows(notices.COLUMNS, notices.told(desk, number, notice, how, yes=yes), view)


@app.verb("handover", help=_("Give a device back: paid for, or with nothing to pay."))
def handover(desk: Desk, number: Number, view: View, despite: Despite = "") -> None:
    """Give one device back."""
    desk.out.rows(columns.LISTED, cases.handed_over(desk, number, despite), view)


@app.verb("cancel", help=_("Cancel a repair that is not done."))
def cancel(
    desk: Desk,
    number: Number,
    view: View,
    why: Annotated[str, option(metavar=_("TEXT"), help=_("Why; it stays in the history."))] = "",
    *,
    yes: Yes = False,
) -> None:
    """Cancel one repair."""
    desk.out.rows(columns.LISTED, cases.cancelled(desk, number, why, yes=yes), view)


app.verbs |= workshop.app.verbs | till.app.verbs


def _printed(desk: Desk, text: str, kind: PaperKind | None, output: str) -> None:
    with desk.reading() as reader:
        number = queries.resolved(reader, text)
        papers = queries.papers(reader, number, kind)
    if not papers:
        raise refusals.NoPaper(number)
    if output == "-":
        printing.into_pipe(desk, papers)
    else:
        desk.out.rows(columns.FILES, printing.into_files(desk, papers, output), View())
