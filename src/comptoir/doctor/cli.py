"""The command that looks at the machine."""

from comptoir.attachments import queries
from comptoir.core.errors import DATABASE, DONE, MISSING
from comptoir.core.i18n import _, mark, ngettext
from comptoir.desk import Desk
from comptoir.desk.equipment import Finding, Health
from comptoir.desk.options import Feature
from comptoir.desk.output import Column, View
from comptoir.store import blobs
from comptoir.store.sqlite import State, state

app = Feature()

PARTS = {
    "database": mark("database"),
    "files": mark("attached files"),
    "language": mark("language"),
    "terminal": mark("terminal"),
    "camera library": mark("camera library"),
    "cameras": mark("cameras"),
    "display": mark("display"),
    "serial ports": mark("serial ports"),
}
STATES = {"good": mark("good"), "absent": mark("absent"), "incomplete": mark("incomplete"), "bad": mark("bad")}
CODES = {Health.BAD: DATABASE, Health.INCOMPLETE: MISSING}  # the worst first
FOUND = (
    Column("part", _("Part"), PARTS),
    Column("health", _("State"), STATES),
    Column("seen", _("Seen")),
    Column("advice", _("What to do")),
)


@app.verb("doctor", help=_("Say what this machine has and lacks: decoders, cameras, ports, database, terminal."))
def doctor(desk: Desk, view: View) -> int:
    """Look at the machine; exit with 6 where the database cannot be used, with 3 where it names files that are gone."""
    found = desk.equipment()
    if all(each.health is not Health.BAD for each in found) and state(desk.settings.database) is State.CURRENT:
        found.insert(2, _files(desk))
    desk.out.rows(FOUND, found, view)
    seen = {each.health for each in found}
    return next((code for health, code in CODES.items() if health in seen), DONE)


def _files(desk: Desk) -> Finding:
    """Look for the files of the documents that the database names."""
    with desk.reading() as reader:
        known = queries.digests(reader)
    folder = blobs.folder_of(desk.settings.database)
    gone = blobs.missing(folder, known)
    if not gone:
        told = ngettext("{count} file", "{count} files", len(known)).format(count=len(known))
        return Finding("files", Health.GOOD, told)
    told = ngettext("{count} file is not in `{folder}`", "{count} files are not in `{folder}`", len(gone))
    advice = _("restore this folder from the same copy as the database")
    health = Health.INCOMPLETE if folder.is_dir() else Health.BAD  # without its folder, the base was moved alone
    return Finding("files", health, told.format(count=len(gone), folder=folder), advice)
