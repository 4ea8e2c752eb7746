"""How the import commands are typed, and how each tells what it did."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from comptoir.core.i18n import _
from comptoir.desk.options import argument, option
from comptoir.desk.output import Column, View

if TYPE_CHECKING:
    from comptoir.core.sheet import Tally
    from comptoir.desk import Desk

CsvFile = Annotated[str, argument(metavar=_("FILE"), help=_("CSV file; `-` is the standard input."))]
Strict = Annotated[bool, option("--strict", help=_("All lines or none."))]

CORRECTED = (
    Column("updated", _("Updated")),
    Column("unchanged", _("Unchanged")),
    Column("refused", _("Refused")),
)
TALLY = (Column("added", _("Added")), *CORRECTED)


def report(desk: "Desk", tally: "Tally", view: View, columns: Sequence[Column] = TALLY) -> None:
    """Tell what an import did, and warn of a file that was not in UTF-8; raise LinesRefused where lines were."""
    if tally.legacy:
        desk.out.warn(_("the file is not in UTF-8: it was read as cp1252, look at its accents"))
    desk.out.rows(columns, [tally], view)
    tally.check()
