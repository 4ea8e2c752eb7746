"""Commands on eco-organisms: who pays for a repair, what their catalogues hold, what the shop matches to them."""

from typing import TYPE_CHECKING, Annotated

from comptoir.core.i18n import _
from comptoir.core.later import later
from comptoir.desk import Desk
from comptoir.desk.options import Feature, argument, option
from comptoir.desk.output import Section, View
from comptoir.organisms import columns, lookup, prompts, queries
from comptoir.organisms.lookup import Asked
from comptoir.organisms.prompts import Told
from comptoir.organisms.statuses import Organism

if TYPE_CHECKING:
    from comptoir.organisms import catalogues
else:
    catalogues = later("comptoir.organisms.catalogues")

app = Feature()


@app.verb("eligible", help=_("Say which eco-organism pays for a device, how much, and what it asks for."))
def eligible(desk: Desk, asked: Asked, view: View) -> None:
    """Say who pays."""
    found = lookup.eligible(desk, asked)
    sections = [
        Section("documents", _("Documents"), columns.PIECE, found.pieces),
        Section("codes", _("Codes"), columns.CODED, found.codes),
        Section("why", _("Why"), columns.REASON, found.reasons),
    ]
    desk.out.record(columns.ELIGIBLE, found.row, view, sections)


@app.verb("products", help=_("List what the eco-organisms support, and what it is called here."))
def products(
    desk: Desk,
    view: View,
    words: Annotated[list[str] | None, argument(metavar=_("[WORDS]..."), help=_("Words of a name, or a code."))] = None,
) -> None:
    """List the catalogues."""
    with desk.reading() as reader:
        desk.out.rows(columns.PRODUCT, catalogues.catalogue(desk, reader, words or []), view)


@app.verb("brands", help=_("List the brands that the eco-organisms cover, and their codes."))
def brands(
    desk: Desk,
    view: View,
    words: Annotated[list[str] | None, argument(metavar=_("[WORDS]..."), help=_("Words of a brand."))] = None,
    organism: Annotated[Organism | None, option(help=_("Only this eco-organism."))] = None,
) -> None:
    """List brands."""
    with desk.reading() as reader:
        desk.out.rows(columns.BRANDS, queries.brands(reader, " ".join(words or []), organism or ""), view)


@app.verb("codes", help=_("List the symptom and repair codes of a product."))
def codes(
    desk: Desk,
    view: View,
    product: Annotated[
        str | None, option("--product", "-p", metavar=_("PRODUCT"), help=_("A key, a name, or an organism's code."))
    ] = None,
    organism: Annotated[Organism | None, option(help=_("Only this eco-organism."))] = None,
) -> None:
    """List the codes of a product."""
    asked = desk.value("--product", product, _("Kind of device"), str)
    desk.out.rows(columns.CODES, catalogues.codes(desk, asked, organism), view)


@app.verb("match", help=_("Tell what an eco-organism calls a product or a brand, where its name does not say."))
def match(desk: Desk, told: Told, view: View) -> None:
    """Match a product or a brand."""
    desk.out.rows(columns.MATCH, prompts.matched(desk, told), view)


@app.verb("organisms", help=_("Say when each eco-organism's data were fetched, and what they hold; show one whole."))
def organisms(
    desk: Desk,
    view: View,
    organism: Annotated[
        Organism | None, argument(metavar=_("[ORGANISM]"), help=_("`ecologic` or `ecosystem`: its account, whole."))
    ] = None,
) -> None:
    """Show the accounts."""
    with desk.reading() as reader:
        rows = queries.syncs(reader)
        if organism is None:
            desk.out.rows(columns.ACCOUNT, rows, view)
            return
        sections = [
            Section("sites", _("Sites"), columns.SITE, queries.sites(reader, organism)),
            Section("sheets", _("Fiches"), columns.SHEET, queries.sheets(reader, organism)),
            Section("matches", _("Matches"), columns.MATCH, list(queries.matches(reader, organism))),
        ]
    desk.out.record(columns.ACCOUNT, next(row for row in rows if row.organism == organism), view, sections)
