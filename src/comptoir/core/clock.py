"""The only place that asks the system what time it is."""

from datetime import UTC, datetime
from typing import NamedTuple


class Clock(NamedTuple):
    """Tell the time; `at` stops it at one moment, for rehearsal and tests."""

    at: datetime | None = None

    def now(self) -> datetime:
        """Give the moment, aware, in UTC, to the second."""
        return (self.at or datetime.now(UTC)).replace(microsecond=0)
