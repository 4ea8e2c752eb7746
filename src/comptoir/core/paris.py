"""Days and hours as the clocks of Paris show them, and as people type them."""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from comptoir.core.errors import UsageProblem
from comptoir.core.i18n import _

PARIS = ZoneInfo("Europe/Paris")
ONE_DAY = timedelta(days=1)
SHORT_YEAR = 2  # digits of a year typed short
YEARS = range(1900, 10_000)  # no counter is older, and the first days of the calendar have no moment in UTC
_AGO = re.compile(r"(\d{1,6})([djws])", re.ASCII)
_DAYS = {"d": 1, "j": 1, "w": 7, "s": 7}  # days and weeks, in English and in French
_WRITTEN = re.compile(r"(\d{1,2})/(\d{1,2})(?:/(\d{2}|\d{4}))?", re.ASCII)


class BadMoment(UsageProblem):
    """`--at` names no moment."""

    def __init__(self, text: str) -> None:
        super().__init__(_("`{text}` is not a moment").format(text=text), _("write it like 2026-11-22T10:05"))


class BadDay(UsageProblem):
    """An option that names no day."""

    def __init__(self, flag: str, text: str) -> None:
        super().__init__(
            _("`{flag} {text}` is not a day").format(flag=flag, text=text),
            _("write it like 2026-11-22, 22/11/2026, 22/11, or 7d for seven days ago"),
        )


def in_paris(moment: datetime) -> datetime:
    """Give an aware moment as the clocks of Paris show it."""
    return moment.astimezone(PARIS)


def moment_of(day: date) -> datetime:
    """Give the moment, in UTC, at which a day begins in Paris."""
    return datetime(day.year, day.month, day.day, tzinfo=PARIS).astimezone(UTC)


def moment_asked(text: str) -> datetime:
    """Read an ISO date or moment, Paris time unless it names a zone, into UTC; raise BadMoment."""
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=PARIS)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadMoment(text) from error


def day_asked(flag: str, text: str, today: date) -> date:
    """Read the day that an option gives: `2026-11-22`, `22/11/2026`, `22/11`, `7d`, `7j`, or `2w`; raise BadDay."""
    try:
        day = _day(text, today)
    except (ValueError, OverflowError) as error:
        raise BadDay(flag, text) from error
    if day.year not in YEARS:
        raise BadDay(flag, text)
    return day


def bound(key: str, text: str, now: datetime) -> datetime:
    """Give the moment, in UTC, at which the day of `--since` begins, or that of `--until` ends; raise BadDay."""
    day = day_asked(f"--{key}", text, in_paris(now).date())
    # The calendar has no day after its last one, which stands for no end at all.
    return moment_of(min(day, date.max - ONE_DAY) + ONE_DAY if key == "until" else day)


def _day(text: str, today: date) -> date:
    if ago := _AGO.fullmatch(text):
        return date.fromordinal(today.toordinal() - int(ago[1]) * _DAYS[ago[2]])
    if written := _WRITTEN.fullmatch(text):
        day, month, year = written.groups()
        return date(_year(year, today), int(month), int(day))
    return date.fromisoformat(text)


def _year(written: str | None, today: date) -> int:
    if written is None:
        return today.year
    return int(written) + (2000 if len(written) == SHORT_YEAR else 0)
