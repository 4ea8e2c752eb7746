"""Where a qualification stands on a day, and where something planned stands."""

from enum import StrEnum

from comptoir.core.i18n import mark


class Standing(StrEnum):
    """Where somebody stands with a fiche on a day."""

    QUALIFIED = "qualified"
    EXPIRING = "expiring"
    TO_COME = "to_come"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"
    NONE = "none"


class Progress(StrEnum):
    """Where a training or an action of legal watch stands on a day."""

    PLANNED = "planned"
    LATE = "late"
    DONE = "done"


STANDING_WORDS = {
    Standing.QUALIFIED: mark("Qualified"),
    Standing.EXPIRING: mark("Qualified, ends soon"),
    Standing.TO_COME: mark("Not yet qualified"),
    Standing.ENDED: mark("Qualification ended"),
    Standing.WITHDRAWN: mark("Qualification withdrawn"),
    Standing.NONE: mark("No qualification"),
}
PROGRESS_WORDS = {
    Progress.PLANNED: mark("To come"),
    Progress.LATE: mark("Late"),
    Progress.DONE: mark("Carried out"),
}
IN_FORCE = (Standing.QUALIFIED, Standing.EXPIRING)
