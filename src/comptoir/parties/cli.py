"""Commands on resellers."""

from typing import Annotated

from comptoir.core.i18n import _
from comptoir.desk import Desk
from comptoir.desk.completion import from_database
from comptoir.desk.options import Feature, argument
from comptoir.desk.output import Column, Section, View
from comptoir.parties import queries

app = Feature()

RESELLER = (
    Column("siret", _("SIRET")),
    Column("name", _("Company")),
    Column("email", _("E-mail")),
    Column("phone", _("Phone")),
)
ADDRESS = (
    Column("id", _("No.")),
    Column("line", _("Address")),
    Column("complement", _("Complement")),
    Column("postcode", _("Postcode")),
    Column("town", _("Town")),
    Column("country", _("Country")),
)


@app.verb("list", help=_("List the resellers already known."))
def list_(desk: Desk, view: View) -> None:
    """List the resellers."""
    with desk.reading() as reader:
        desk.out.rows(RESELLER, queries.resellers(reader), view)


@app.verb("show", help=_("Show a reseller and its pickup addresses."))
def show(
    desk: Desk,
    reseller: Annotated[
        str,
        argument(metavar=_("RESELLER"), help=_("SIRET, or part of the name."), complete=from_database(queries.sirets)),
    ],
    view: View,
) -> None:
    """Show one reseller."""
    with desk.reading() as reader:
        row = queries.single(reader, reseller)
        places = queries.addresses(reader, row.id)
    desk.out.record(RESELLER, row, view, [Section("addresses", _("Pickup addresses"), ADDRESS, places)])
