"""Commands on parts."""

from typing import TYPE_CHECKING, Annotated

from comptoir.core.i18n import _
from comptoir.core.later import later
from comptoir.desk import Desk
from comptoir.desk.completion import from_database
from comptoir.desk.importing import CsvFile, Strict, report
from comptoir.desk.options import Feature, argument, option
from comptoir.desk.output import Column, View
from comptoir.parts import queries
from comptoir.parts.prompts import Told
from comptoir.parts.rules import ORIGIN_WORDS, Origin

if TYPE_CHECKING:
    from comptoir.parts import prompts
else:
    prompts = later("comptoir.parts.prompts")

app = Feature()

REFERENCE = Column("reference", _("Reference"))
DESIGNATION = Column("designation", _("Designation"))
ORIGIN = Column("origin", _("Origin"), ORIGIN_WORDS)
SUPPLIER = (Column("supplier", _("Supplier")), Column("invoice", _("Invoice")))
BOUGHT_ON = Column("bought_on", _("Purchase date"))
USED = Column("used", _("Used"))
DONOR = Column("donor", _("Donor device"))
BY = Column("operator", _("By"))
STOCK = (REFERENCE, DESIGNATION, ORIGIN, Column("bought", _("Bought")), USED, Column("left", _("Left")))
PURCHASE = (
    Column("id", _("No.")),
    BOUGHT_ON,
    REFERENCE,
    DESIGNATION,
    ORIGIN,
    *SUPPLIER,
    Column("quantity", _("Quantity")),
    USED,
    Column("unit_cost", _("Unit cost excl. tax")),
    DONOR,
    Column("note", _("Note")),
    BY,
    Column("created_at", _("Recorded on")),
)
TRACE = (
    *SUPPLIER,
    BOUGHT_ON,
    REFERENCE,
    DESIGNATION,
    ORIGIN,
    Column("bought", _("Bought")),
    DONOR,
    Column("case_number", _("Case")),
    USED,
    Column("moment", _("Used on")),
    BY,
)

Part = Annotated[
    str,
    argument(
        metavar=_("TEXT"),
        help=_("Part of a reference or of a designation."),
        complete=from_database(queries.references),
    ),
]


@app.verb("buy", help=_("Record parts bought, or taken from a used device; what is missing is asked for."))
def buy(
    desk: Desk,
    reference: Annotated[
        str,
        argument(metavar=_("REFERENCE"), help=_("Reference of the part."), complete=from_database(queries.references)),
    ],
    told: Told,
    view: View,
    *,
    again: Annotated[bool, option("--again", help=_("Record it even if the same purchase is known."))] = False,
) -> None:
    """Record a purchase."""
    view.chosen()
    desk.out.record(PURCHASE, prompts.bought(desk, reference, told, again=again), view)


@app.verb("import", help=_("Bring purchases in from a CSV file; known ones are corrected."))
def import_(
    desk: Desk,
    file: CsvFile,
    view: View,
    *,
    strict: Strict = False,
) -> None:
    """Import purchases; exit with 4 where lines were refused."""
    report(desk, prompts.imported(desk, file, strict=strict), view)


@app.verb("stock", help=_("Tell what was bought, used and is left, by reference and origin."))
def stock(
    desk: Desk,
    view: View,
    text: Part = "",
    origin: Annotated[Origin | None, option(help=_("Only this origin."))] = None,
) -> None:
    """List what is left."""
    with desk.reading() as reader:
        desk.out.rows(STOCK, queries.stock(reader, text, origin), view)


@app.verb("purchases", help=_("List the purchases, the newest first."))
def purchases(
    desk: Desk,
    view: View,
    text: Annotated[
        str,
        argument(
            metavar=_("TEXT"),
            help=_("Part of a reference, a designation, a supplier, an invoice or a donor."),
            complete=from_database(queries.references),
        ),
    ] = "",
    since: Annotated[str, option(metavar=_("DAY"), help=_("From this day: 2026-11-22, 22/11/2026, 7d or 2w."))] = "",
    until: Annotated[str, option(metavar=_("DAY"), help=_("Up to this day, included."))] = "",
) -> None:
    """List purchases."""
    days = prompts.days(desk, since, until)
    with desk.reading() as reader:
        desk.out.rows(PURCHASE, queries.purchases(reader, text, days), view)


@app.verb("trace", help=_("Follow parts both ways: from a purchase to the repairs, from a repair to the purchases."))
def trace(
    desk: Desk,
    text: Annotated[
        str,
        argument(
            metavar=_("TEXT"),
            help=_("Reference, supplier's invoice, supplier, donor, or case by its number or its end."),
            complete=from_database(queries.references),
        ),
    ],
    view: View,
) -> None:
    """Follow parts; exit with 3 where nothing answers."""
    with desk.reading() as reader:
        desk.out.rows(TRACE, queries.trace(reader, text), view)
