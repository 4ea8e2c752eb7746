"""Commands on the settings."""

import os
from typing import Annotated

import typer

from comptoir.core.i18n import _
from comptoir.desk.output import Column, View
from comptoir.desk.settings import settings_file
from comptoir.desk.usage import Feature

app = Feature()

COLUMNS = (Column("name", _("Setting")), Column("value", _("Value")))
ORIGIN = Column("origin", _("Origin"))


@app.verb("show", help=_("List every setting; --origin adds where it comes from."))
def show(
    ctx: typer.Context,
    view: View,
    origin: Annotated[bool, typer.Option("--origin", help=_("Say where each value comes from."))] = False,  # noqa: FBT002 - a flag
) -> None:
    """List the settings."""
    columns = (*COLUMNS, ORIGIN) if origin else COLUMNS
    ctx.obj.out.rows(columns, ctx.obj.settings.resolved.values(), view)


@app.verb("path", help=_("Give the path of the settings file."))
def path(ctx: typer.Context) -> None:
    """Give the path of the settings file."""
    ctx.obj.out.line(str(settings_file(os.environ)))
