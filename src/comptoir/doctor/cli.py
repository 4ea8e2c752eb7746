"""The command that looks at the machine."""

from comptoir.core.errors import DATABASE, DONE
from comptoir.core.i18n import _, mark
from comptoir.desk import Desk
from comptoir.desk.options import Feature
from comptoir.desk.output import Column, View

app = Feature()

PARTS = {
    "database": mark("database"),
    "language": mark("language"),
    "terminal": mark("terminal"),
    "camera library": mark("camera library"),
    "cameras": mark("cameras"),
    "display": mark("display"),
    "serial ports": mark("serial ports"),
}
FOUND = (
    Column("part", _("Part"), PARTS),
    Column("health", _("State"), {"good": mark("good"), "absent": mark("absent"), "bad": mark("bad")}),
    Column("seen", _("Seen")),
    Column("advice", _("What to do")),
)


@app.verb("doctor", help=_("Say what this machine has and lacks: decoders, cameras, ports, database, terminal."))
def doctor(desk: Desk, view: View) -> int:
    """Look at the machine; exit with 6 where the database cannot be used."""
    found = desk.equipment()
    desk.out.rows(FOUND, found, view)
    return DATABASE if any(each.health == "bad" for each in found) else DONE
