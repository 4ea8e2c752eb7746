"""Commands on resellers."""

from typing import Annotated

import typer

from comptoir.core.i18n import _
from comptoir.desk.completion import from_database
from comptoir.desk.output import Column, Section, View
from comptoir.desk.usage import Feature
from comptoir.parties import queries

app = Feature()

RESELLER = (
    Column("siret", _("SIRET")),
    Column("name", _("Company")),
    Column("email", _("E-mail")),
    Column("phone", _("Phone")),
)
ADDRESS = (
    Column("id", _("Number")),
    Column("line", _("Address")),
    Column("complement", _("Complement")),
    Column("postcode", _("Postcode")),
    Column("town", _("Town")),
    Column("country", _("Country")),
)


@app.verb("list", help=_("List the resellers already known."))
def list_(ctx: typer.Context, view: View) -> None:
    """List the resellers."""
    with ctx.obj.reading() as reader:
        ctx.obj.out.rows(RESELLER, queries.resellers(reader), view)


@app.verb("show", help=_("Show a reseller and its pickup addresses."))
def show(
    ctx: typer.Context,
    reseller: Annotated[
        str,
        typer.Argument(
            metavar="RESELLER", help=_("SIRET, or part of the name."), autocompletion=from_database(queries.sirets)
        ),
    ],
    view: View,
) -> None:
    """Show one reseller."""
    with ctx.obj.reading() as reader:
        row = queries.single(reader, reseller)
        places = queries.addresses(reader, row.id)
    ctx.obj.out.record(RESELLER, row, view, [Section("addresses", _("Pickup addresses"), ADDRESS, places)])
