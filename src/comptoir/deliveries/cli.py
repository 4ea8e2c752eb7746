"""Commands on delivery notes."""

from typing import TYPE_CHECKING, Annotated

from comptoir.core.i18n import _
from comptoir.core.later import later
from comptoir.deliveries import queries
from comptoir.deliveries.rules import HISTORY, NothingHolds, note_number
from comptoir.desk import Desk
from comptoir.desk.completion import from_database
from comptoir.desk.importing import CsvFile, Strict, report
from comptoir.desk.options import Feature, argument, option
from comptoir.desk.output import Column, Format, Section, View

if TYPE_CHECKING:
    from comptoir.deliveries import prompts
else:
    prompts = later("comptoir.deliveries.prompts")

app = Feature()

NOTE = (
    Column("number", _("Delivery note")),
    Column("delivered_on", _("Delivery date")),
    Column("customer", _("Customer")),
    Column("lines", _("Lines")),
    Column("total", _("Total excl. tax")),
)
ARTICLE = (
    Column("line", _("Line")),
    Column("reference", _("Reference")),
    Column("designation", _("Designation")),
    Column("ean", _("EAN")),
    Column("delivered", _("Delivered")),
    Column("eligible", _("Eligible")),
    Column("returned", _("Already returned")),
    Column("unit_price", _("Unit price excl. tax")),
)
LINE = (*ARTICLE, Column("total", _("Total excl. tax")), Column("core_deposit", _("Core deposit excl. tax")))
FOUND = (*NOTE[:3], *ARTICLE)
EXPORTED = tuple(
    Column(key, title)
    for key, title in (
        ("note_number", _("Delivery note")),
        ("delivery_date", _("Delivery date")),
        ("customer", _("Customer")),
        ("line", _("Line")),
        ("reference", _("Reference")),
        ("ean", _("EAN")),
        ("designation", _("Designation")),
        ("quantity", _("Quantity")),
        ("unit_price", _("Unit price excl. tax")),
        ("core_deposit", _("Core deposit excl. tax")),
    )
)

Since = Annotated[str, option(metavar=_("DAY"), help=_("From this day: 2026-11-22, 22/11/2026, 7d or 2w."))]


@app.verb("import", help=_("Bring delivery notes in from a CSV file; known lines are updated."))
def import_(
    desk: Desk,
    file: CsvFile,
    view: View,
    *,
    strict: Strict = False,
) -> None:
    """Import delivery notes; exit with 4 where lines were refused."""
    report(desk, prompts.imported(desk, file, strict=strict), view)


@app.verb("list", help=_("List delivery notes, the newest first; those of the last week unless told otherwise."))
def list_(
    desk: Desk,
    view: View,
    *,
    since: Since = "",
    customer: Annotated[str, option(metavar=_("TEXT"), help=_("Customer whose name holds this."))] = "",
) -> None:
    """List the notes of some days."""
    first = queries.since(since, desk.clock.now())
    with desk.reading() as reader:
        desk.out.rows(NOTE, queries.notes(reader, first, customer), view)
    if not since:
        desk.out.say(_("the last {days} days only: --since 30d shows earlier ones").format(days=HISTORY))


@app.verb("show", help=_("Show a delivery note: each line, what may still go back and what already did."))
def show(
    desk: Desk,
    number: Annotated[
        str,
        argument(
            metavar=_("NUMBER"),
            help=_("Number of the note: 9 digits at most, the two zeros before it on the paper left out or not."),
            complete=from_database(queries.numbers),
        ),
    ],
    view: View,
) -> None:
    """Show one note."""
    wanted = note_number(number)
    with desk.reading() as reader:
        note, lines = queries.note(reader, wanted), queries.lines(reader, wanted)
    desk.out.record((*NOTE[:3], NOTE[4]), note, view, [Section("lines", _("Lines"), LINE, lines)])


@app.verb("find", help=_("Find the delivery notes that hold a reference or an EAN, the newest first."))
def find(
    desk: Desk,
    text: Annotated[
        str,
        argument(
            metavar=_("TEXT"),
            help=_("Reference in any spelling, EAN of any length, or number of a note."),
            complete=from_database(queries.numbers),
        ),
    ],
    view: View,
    limit: Annotated[int, option("--limit", "-n", minimum=1, help=_("How many at most."))] = queries.MOST,
) -> None:
    """List the lines that hold an article; exit with 3 where none does."""
    with desk.reading() as reader:
        found = queries.holding(reader, text, limit + 1)
    if not found:
        raise NothingHolds(text)
    desk.out.rows(FOUND, found[:limit], view)
    if len(found) > limit:
        desk.out.say(_("the newest {limit} only: --limit shows more").format(limit=limit))


@app.verb("export", help=_("Write delivery lines as the import reads them, in CSV unless told otherwise."))
def export(desk: Desk, view: View, *, since: Since = "") -> None:
    """Write every line, or those from a day on."""
    first = queries.since(since, desk.clock.now()) if since else ""
    view = view.otherwise(Format.CSV)
    with desk.reading() as reader:
        desk.out.rows(EXPORTED, queries.exported(reader, first, "," if view.excel else "."), view)
