"""The columns of what commands on technicians show, declared once for every format."""

from comptoir.core.i18n import _, mark
from comptoir.desk.output import Column
from comptoir.fiches.rules import FICHES
from comptoir.technicians.statuses import PROGRESS_WORDS, STANDING_WORDS

NAME = Column("name", _("Technician"))
NUMBER = Column("id", _("No."))
TITLE = Column("title", _("Topic"))
PLANNED = (
    Column("planned_on", _("Planned on")),
    Column("done_on", _("Done on")),
    Column("state", _("State"), PROGRESS_WORDS),
)
NOTE = Column("note", _("Remark"))
TECHNICIAN = (
    NAME,
    Column("email", _("E-mail")),
    Column("active", _("Works here")),
    Column("created_at", _("Known since")),
)
CERTIFICATE = Column("certificate", _("Certificate"))
IN_FORCE = (
    Column("fiche", _("Fiche")),
    Column("title", _("Name of the fiche")),
    Column("standing", _("Standing"), STANDING_WORDS),
    Column("since", _("Since")),
    Column("until", _("Until")),
    Column("days_left", _("Days left")),
)
QUALIFICATION = (*IN_FORCE, Column("withdrawn_on", _("Withdrawn on")), CERTIFICATE)
COUNTING = (NAME, *IN_FORCE, CERTIFICATE)
STANDING = (NAME, *QUALIFICATION)
EVERYONE = (NAME, TECHNICIAN[2], *QUALIFICATION)
TRAINING = (
    NUMBER,
    NAME,
    TITLE,
    Column("provider", _("Provider")),
    Column("fiches", _("Fiches"), {number: str(number) for number in FICHES}),
    *PLANNED,
    NOTE,
)
WATCH = (
    NUMBER,
    TITLE,
    Column("source", _("Source")),
    *PLANNED,
    Column("by_whom", _("By")),
    NOTE,
)
HISTORY = (
    Column("moment", _("Date")),
    Column(
        "verb",
        _("What"),
        {
            "add": mark("technician added"),
            "return": mark("came back"),
            "qualify": mark("qualified"),
            "withdraw": mark("qualification withdrawn"),
            "leave": mark("no longer works here"),
            "train": mark("training planned"),
            "trained": mark("training done"),
        },
    ),
    Column("operator", _("By")),
    Column("told", _("Details")),
)
