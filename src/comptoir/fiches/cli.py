"""Commands on fiches."""

from typing import Annotated

from comptoir.core.i18n import _
from comptoir.desk import Desk
from comptoir.desk.options import Feature, argument, option
from comptoir.desk.output import Column, Section, View
from comptoir.fiches import book, rules
from comptoir.fiches.rules import FICHES, IDENTIFIER_WORDS, MOMENT_WORDS

app = Feature()

FICHE = (Column("number", _("No.")), Column("name", _("Name")))
LABELLED = Column("labelled", _("Labelled"))
LISTED = (*FICHE, Column("before", _("Points before")), Column("after", _("Points after")), LABELLED)
SHOWN = (*FICHE, LABELLED, Column("risks", _("Risks told when a quote is refused")))
POINTS = (
    Column("moment", _("Moment"), MOMENT_WORDS),
    Column("key", _("Key")),
    Column("label", _("What is checked")),
    Column("required", _("Required")),
    Column("safety", _("Safety")),
    Column("products", _("Products")),
)
PRODUCTS = (
    Column("key", _("Key")),
    Column("label", _("Product")),
    Column("family", _("Family")),
    Column("fiche", _("Fiche")),
    Column("bonus", _("Bonus")),
    Column("threshold", _("Threshold")),
    Column("circular", _("+20 %")),
    Column("identifier", _("Told by"), IDENTIFIER_WORDS),
)


def numbers(incomplete: str) -> list[str]:
    """List the numbers of fiches that what was typed may become."""
    return [str(number) for number in FICHES if str(number).startswith(incomplete)]


@app.verb("list", help=_("List the fiches métier, and those that the shop is labelled for."))
def list_(desk: Desk, view: View) -> None:
    """List the fiches."""
    known = book.load(desk.settings["repair_points"])
    desk.out.rows(LISTED, rules.overview(known.fiches.values(), desk.settings["repair_fiches"]), view)


@app.verb("show", help=_("Show a fiche: its control points before and after, and the risks told to the consumer."))
def show(
    desk: Desk,
    number: Annotated[int, argument(metavar=_("NO."), help=_("Number of a fiche, 1 to 10."), complete=numbers)],
    view: View,
    product: Annotated[
        str | None, option(metavar=_("PRODUCT"), help=_("Only what concerns this product: a key, a name."))
    ] = None,
) -> None:
    """Show one fiche."""
    known = book.load(desk.settings["repair_points"])
    fiche = rules.find_fiche(number, known.fiches)
    asked = None if product is None else rules.covered(rules.find_product(product, known.products), fiche)
    (overview,) = rules.overview([fiche], desk.settings["repair_fiches"])
    desk.out.record(SHOWN, overview, view, [Section("points", _("Points"), POINTS, rules.points(fiche, asked))])


@app.verb("products", help=_("List the kinds of devices: their fiche, the bonus of the public scale, its threshold."))
def products(
    desk: Desk,
    view: View,
    words: Annotated[
        list[str] | None, argument(metavar=_("[WORDS]..."), help=_("Words of a name or of a family."))
    ] = None,
) -> None:
    """List products."""
    known = book.load(desk.settings["repair_points"])
    desk.out.rows(PRODUCTS, rules.look_up(words or [], known.products.values()), view)
    desk.out.say(_("amounts of the public scale of 1 January 2024: the eco-organism's answer decides"))
