"""Commands on the settings."""

import os
from typing import Annotated

from comptoir.core.i18n import _, mark
from comptoir.desk import Desk
from comptoir.desk.options import Feature, option
from comptoir.desk.output import Column, View
from comptoir.desk.settings import settings_file

app = Feature()

COLUMNS = (Column("name", _("Setting")), Column("value", _("Value")))
ORIGIN = Column("origin", _("Origin"), {"default": mark("default")})


@app.verb("show", help=_("List every setting; --origin adds where it comes from."))
def show(
    desk: Desk,
    view: View,
    origin: Annotated[bool, option("--origin", help=_("Say where each value comes from."))] = False,  # noqa: FBT002 - a flag
) -> None:
    """List the settings."""
    columns = (*COLUMNS, ORIGIN) if origin else COLUMNS
    desk.out.rows(columns, desk.settings.resolved.values(), view)


@app.verb("path", help=_("Give the path of the settings file."))
def path(desk: Desk) -> None:
    """Give the path of the settings file."""
    desk.out.line(str(settings_file(os.environ)))
