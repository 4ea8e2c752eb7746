"""What commands on deliveries read and tell."""

import sys
from typing import TYPE_CHECKING

from comptoir.core.i18n import _
from comptoir.core.later import later
from comptoir.desk import Desk

if TYPE_CHECKING:
    from comptoir.core import sheet
    from comptoir.deliveries import services
else:
    services, sheet = later("comptoir.deliveries.services"), later("comptoir.core.sheet")

OFTEN = 100_000  # lines between two counts told to who waits


class Progress:
    """Tells now and then how far an import is, where a person may be waiting."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._next = OFTEN if sys.stderr.isatty() else sys.maxsize

    def __call__(self, lines: int) -> None:
        """Tell the count of lines when enough have come since the last time."""
        if lines >= self._next:
            self._next = lines + OFTEN
            self._desk.out.say(_("{count} lines read").format(count=lines))


def imported(desk: Desk, name: str, *, strict: bool) -> "sheet.Tally":
    """Import a file or the standard input, each refused line told as it comes."""
    with sheet.opened(name) as file, desk.bulk() as connection:
        return services.import_deliveries(
            connection, file, lambda problem: desk.out.say(problem.message), Progress(desk), strict=strict
        )
