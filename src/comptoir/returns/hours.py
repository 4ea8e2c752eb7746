"""When returns are declared: the hours of a week, what is open, what opens next; a public holiday closes."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise, takewhile
from typing import NamedTuple

from comptoir.core.errors import Refused
from comptoir.core.i18n import _, mark
from comptoir.core.paris import PARIS, in_paris
from comptoir.core.text import fold

HORIZON = 60  # days that are looked through for an opening: the longest summer closing, and more
WEEKDAYS = (
    mark("Monday"),
    mark("Tuesday"),
    mark("Wednesday"),
    mark("Thursday"),
    mark("Friday"),
    mark("Saturday"),
    mark("Sunday"),
)
ALWAYS = ("always", "toujours")
SHORTEST = 3  # letters of a day's name: the fourteen names below differ in their first three
_FRENCH = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_DAY = 24 * 60  # minutes
_TIME = re.compile(r"(\d{1,2})(?::(\d{2})|h(\d{2})?)", re.ASCII)
_CLOCKS_CHANGE = time(1, tzinfo=UTC)  # everywhere in the Union at once: directive 2000/84/EC, articles 2 and 3

Range = tuple[int, int]  # minutes since midnight, the last one excluded


class Hours(NamedTuple):
    """The ranges of each day of a week, Monday first; `always` opens on public holidays too."""

    week: tuple[tuple[Range, ...], ...]
    always: bool = False

    def is_open(self, moment: datetime, holiday: str) -> bool:
        """Tell whether returns are declared at an aware moment, given the name of its day's public holiday or none."""
        if self.always:
            return True
        here = in_paris(moment)
        minute = here.hour * 60 + here.minute
        return not holiday and any(start <= minute < end for start, end in self.week[here.weekday()])

    def next_opening(self, moment: datetime, holiday: Callable[[date], str]) -> datetime | None:
        """Give the first moment, in Paris, from this one on, when it is open; None where none comes within 60 days."""
        now, today = moment.astimezone(UTC), in_paris(moment).date()
        for ahead in range(HORIZON + 1):
            day = today + timedelta(ahead)
            turns = [at for at in (now, *self._turns(day)) if at >= now and in_paris(at).date() == day]
            found = [at for at in turns if self.is_open(at, "")]
            if found and (self.always or not holiday(day)):
                return in_paris(min(found))
        return None

    def check_open(self, moment: datetime, holiday: Callable[[date], str]) -> None:
        """Raise Closed where returns are not declared at an aware moment."""
        if self.always:
            return
        name = holiday(in_paris(moment).date())
        if not self.is_open(moment, name):
            raise Closed(self, name, self.next_opening(moment, holiday))

    def table(self) -> list[tuple[int, tuple[tuple[str, str], ...]]]:
        """Give each weekday, 0 for Monday, with its ranges as texts such as `05:00` and `22:00`."""
        return [
            (weekday, tuple((_clock(start), _clock(end)) for start, end in ranges))
            for weekday, ranges in enumerate(self.week)
        ]

    def _turns(self, day: date) -> list[datetime]:
        """Give the moments, in UTC, at which a closed day may open: its ranges begin, or the clocks change."""
        # An hour comes twice in October: both are here. One is jumped over in March: what began in it opens after it.
        starts = [
            time(start // 60, start % 60, tzinfo=PARIS, fold=second)
            for start, _end in self.week[day.weekday()]
            for second in (0, 1)
        ]
        return [datetime.combine(day, at).astimezone(UTC) for at in (*starts, _CLOCKS_CHANGE)]


class Closed(Refused):
    """Returns are not declared now."""

    def __init__(self, hours: Hours, holiday: str, opens: datetime | None) -> None:
        told = (
            _("declaring returns is closed today, {holiday}; its hours:").format(holiday=holiday)
            if holiday
            else _("declaring returns is closed now; its hours:")
        )
        super().__init__("\n".join([told, *_lines(hours)]), _hint(opens))


@lru_cache(maxsize=8)
def parse(text: str) -> Hours:
    """Read hours such as `mon-fri 08:00-12:00 14:00-18:30; sam 8h-12h`, or `always`; raise ValueError with a reason.

    Days are English or French, whole or from three letters on. A range ends at 24:00 at the latest: one that passes
    midnight is refused, for it would leave open whether the second half belongs to a public holiday.
    """
    written = re.sub(r"\s*([-,;])\s*", r"\1", fold(text).replace("–", "-")).strip(" ;")
    if written in ALWAYS:
        return Hours((((0, _DAY),),) * 7, always=True)
    week: list[list[Range]] = [[] for _weekday in WEEKDAYS]
    for part in written.split(";"):
        days, ranges = _part(part)
        for weekday in days:
            week[weekday] += ranges
    return Hours(tuple(_apart(weekday, ranges) for weekday, ranges in enumerate(week)))


def _part(part: str) -> tuple[set[int], list[Range]]:
    words = re.findall(r"[^,\s]+", part)
    days = list(takewhile(lambda word: not word[0].isdigit(), words))
    hours = words[len(days) :]
    if not days or not hours:
        raise ValueError(
            _("`{text}` is not days, then hours: write it like `{like}`").format(text=part, like="mon-sat 05:00-22:00")
        )
    return {weekday for word in days for weekday in _days(word)}, [_range(word) for word in hours]


def _days(word: str) -> list[int]:
    """Give the weekdays that `mon` or `sat-mon` names."""
    first, dash, last = word.partition("-")
    start = _weekday(first or word)
    count = (_weekday(last or word) - start) % 7 if dash else 0
    return [(start + ahead) % 7 for ahead in range(count + 1)]


def _weekday(word: str) -> int:
    name = word.removesuffix(".")
    for weekday, names in enumerate(zip(map(fold, WEEKDAYS), _FRENCH, strict=True)):
        if len(name) >= SHORTEST and any(known.startswith(name) for known in names):
            return weekday
    raise ValueError(_("`{text}` is not a day of the week").format(text=word))


def _range(word: str) -> Range:
    first, _dash, last = word.partition("-")
    if not (first and last):
        raise ValueError(_("`{text}` is not a range such as `{like}`").format(text=word, like="05:00-22:00"))
    start, end = _minutes(first), _minutes(last)
    if end <= start:
        raise ValueError(
            _("`{text}` does not end after it begins: what passes midnight is two ranges, `{like}`").format(
                text=word, like="fri 22:00-24:00; sat 00:00-02:00"
            )
        )
    return start, end


def _minutes(word: str) -> int:
    written = _TIME.fullmatch(word)
    if written is None:
        raise ValueError(_("`{text}` is not an hour such as `{like}`").format(text=word, like="08:30"))
    minutes = int(written[2] or written[3] or 0)
    total = int(written[1]) * 60 + minutes
    if total > _DAY or minutes >= 60:  # noqa: PLR2004 - minutes of an hour
        raise ValueError(_("no clock shows `{text}`").format(text=word))
    return total


def _apart(weekday: int, ranges: Sequence[Range]) -> tuple[Range, ...]:
    ordered = sorted(ranges)
    for one, other in pairwise(ordered):
        if other[0] < one[1]:
            raise ValueError(
                _("{day}: `{first}` and `{second}` overlap").format(
                    day=_(WEEKDAYS[weekday]), first="-".join(map(_clock, one)), second="-".join(map(_clock, other))
                )
            )
    return tuple(ordered)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _lines(hours: Hours) -> list[str]:
    names = [_(name) for name in WEEKDAYS]
    width = max(map(len, names))
    return [
        f"{names[weekday].capitalize():{width}}  "
        + (", ".join(f"{start} - {end}" for start, end in ranges) or _("closed all day"))
        for weekday, ranges in hours.table()
    ]


def _hint(opens: datetime | None) -> str:
    if opens is None:
        return _("tracking stays open: `comptoir returns list`; nothing opens within {count} days").format(
            count=HORIZON
        )
    return _("tracking stays open: `comptoir returns list`; declaring opens on {weekday} {day} at {hour}").format(
        weekday=_(WEEKDAYS[opens.weekday()]), day=opens.strftime("%d/%m/%Y"), hour=opens.strftime("%H:%M")
    )
