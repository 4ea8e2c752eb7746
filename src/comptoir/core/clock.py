"""The only place that asks the system what time it is."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from comptoir.core.errors import UsageProblem
from comptoir.core.i18n import _

PARIS = "Europe/Paris"


class BadDay(UsageProblem):
    """An option that names no day."""

    def __init__(self, flag: str, text: str) -> None:
        super().__init__(
            _("`{flag} {text}` is not a day").format(flag=flag, text=text),
            _("write it like 2026-11-22, 22/11/2026, 22/11, or 7d for seven days ago"),
        )


@dataclass(frozen=True)
class Clock:
    """Tell the time; `at` stops it at one moment, for rehearsal and tests."""

    at: datetime | None = None

    def now(self) -> datetime:
        """Give the moment, aware, in UTC, to the second."""
        return (self.at or datetime.now(UTC)).replace(microsecond=0)  # the one place that may ask

    def today(self) -> date:
        """Give the day it is in Paris."""
        return in_paris(self.now()).date()


def in_paris(moment: datetime) -> datetime:
    """Give an aware moment as the clocks of Paris show it."""
    return moment.astimezone(ZoneInfo(PARIS))


def parse_moment(text: str) -> datetime:
    """Read an ISO date or moment, Paris time unless it names a zone, into UTC; raise ValueError."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(PARIS))).astimezone(UTC)


def moment_of(day: date) -> datetime:
    """Give the moment, in UTC, at which a day begins in Paris."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(PARIS)).astimezone(UTC)


def day_asked(flag: str, text: str, today: date) -> date:
    """Read the day that an option gives; raise BadDay."""
    try:
        return parse_day(text, today)
    except ValueError as error:
        raise BadDay(flag, text) from error


def parse_day(text: str, today: date) -> date:
    """Read `2026-11-22`, `22/11/2026`, `22/11`, or `7d` (days before today); raise ValueError."""
    if text.endswith("d") and text[:-1].isascii() and text[:-1].isdigit():
        return date.fromordinal(max(1, today.toordinal() - int(text[:-1])))
    if "/" in text:
        day, month, *year = text.split("/")
        return date(_year(year, today), int(month), int(day))
    return date.fromisoformat(text)


def _year(written: list[str], today: date) -> int:
    if not written:
        return today.year
    (year,) = written
    return int(year) + 2000 if len(year) == 2 else int(year)  # noqa: PLR2004 - two digits mean this century
