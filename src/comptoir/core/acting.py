"""Who acts, and when: what every record of the house is signed with."""

from datetime import datetime, timedelta
from typing import NamedTuple

from comptoir.core.errors import Refused
from comptoir.core.i18n import _
from comptoir.core.paris import in_paris

SKEW = timedelta(hours=1)  # by how much the clocks of two counters may differ


class By(NamedTuple):
    """Who acts, and when."""

    operator: str
    moment: datetime


class ClockBack(Refused):
    """The clock is well behind what is recorded."""

    def __init__(self, last: str) -> None:
        super().__init__(
            _("the clock of this machine is behind: something was recorded at {last} already").format(last=last),
            _("set the clock, then try again; nothing was changed"),
        )


def at(moment: datetime, last: datetime) -> datetime:
    """Give the moment to record after another: never before it; raise ClockBack where the clock is well behind."""
    if last - moment > SKEW:
        raise ClockBack(in_paris(last).strftime("%d/%m/%Y %H:%M"))
    return max(moment, last)
