"""Who is qualified for which fiche on a day, until when, and what of the plan is late."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from comptoir.core.i18n import _
from comptoir.core.text import REPLACEMENT, tidy
from comptoir.fiches.rules import FICHES, UnknownFiche
from comptoir.technicians.refusals import (
    LONGEST_NAME,
    AlreadyQualified,
    BadTechnicianName,
    BadText,
    NotDoneYet,
    NotQualified,
    PlannedInThePast,
    UntilBeforeSince,
    written,
)
from comptoir.technicians.statuses import Progress, Standing

WARNED = timedelta(60)  # how long before its last day a qualification is told to end soon
LONGEST_TEXT = 200  # characters of a title, a certificate, a note
ONE_DAY = timedelta(1)


class Period(NamedTuple):
    """A qualification for a fiche, its last day included, None without an end; what was withdrawn counts until then."""

    fiche: int
    since: date
    until: date | None = None
    withdrawn_on: date | None = None
    certificate: str = ""

    @property
    def last(self) -> date | None:
        """Give the last day it counts, None without an end; it never counted where that is before its first day."""
        ends = [self.until, self.withdrawn_on and self.withdrawn_on - ONE_DAY]
        return min((end for end in ends if end), default=None)

    def covers(self, day: date) -> bool:
        """Tell whether it counts on a day."""
        return self.since <= day and (self.last is None or day <= self.last)

    def counts_from(self, day: date) -> bool:
        """Tell whether it counts on a day or on a later one."""
        return self.last is None or self.last >= max(day, self.since)


class Qualification(NamedTuple):
    """Where somebody stands with a fiche: from its first day to its last, None without an end."""

    standing: Standing
    since: date
    until: date | None
    withdrawn_on: date | None
    certificate: str


def name(text: str) -> str:
    """Give a technician's name, tidied; raise BadTechnicianName."""
    found = tidy(text)
    if not any(map(str.isalpha, found)) or len(found) > LONGEST_NAME or REPLACEMENT in found:
        raise BadTechnicianName
    return found


def line(flag: str, text: str) -> str:
    """Give a text that may be empty, tidied; raise BadText over 200 characters."""
    found = tidy(text)
    if len(found) > LONGEST_TEXT:
        raise BadText(flag, LONGEST_TEXT)
    return found


def title(flag: str, text: str) -> str:
    """Give a text that may not be empty, tidied; raise BadText."""
    found = line(flag, text)
    if not found:
        raise BadText(flag, LONGEST_TEXT)
    return found


def check_fiche(number: int) -> None:
    """Raise UnknownFiche for a number that is none of the label's."""
    if number not in FICHES:
        raise UnknownFiche(number)


def check_order(since: date | None, until: date | None) -> None:
    """Raise UntilBeforeSince where a period ends before it begins; one day is a period."""
    if since and until and until < since:
        raise UntilBeforeSince(since, until)


def check_done(day: date, today: date) -> None:
    """Raise NotDoneYet for a day that has not come."""
    if day > today:
        raise NotDoneYet(day)


def check_planned(day: date, today: date) -> None:
    """Raise PlannedInThePast for a day that is over."""
    if day < today:
        raise PlannedInThePast(day)


def held(periods: Iterable[Period], day: date) -> Period | None:
    """Give the qualification that counts on a day, the one that lasts longest where several do; None without one."""
    return max((period for period in periods if period.covers(day)), key=lambda one: one.last or date.max, default=None)


def last_day(periods: Iterable[Period], day: date) -> date | None:
    """Give the last day that periods cover from a covered day on without a gap, None where it never ends."""
    reached = day
    for period in sorted(periods, key=lambda one: one.since):
        if period.since.toordinal() > reached.toordinal() + 1:
            break
        if period.last is None:
            return None
        reached = max(reached, period.last)
    return reached


def stand(periods: Sequence[Period], today: date) -> Qualification:
    """Say where somebody stands with one fiche, from all of their periods of it, one at least."""
    if found := held(periods, today):
        until = last_day(periods, today)
        soon = until is not None and until - today <= WARNED
        since = min(period.since for period in periods if period.covers(today))
        return Qualification(Standing.EXPIRING if soon else Standing.QUALIFIED, since, until, None, found.certificate)
    if coming := [period for period in periods if period.counts_from(today)]:
        first = min(coming, key=lambda one: one.since)
        return Qualification(Standing.TO_COME, first.since, last_day(coming, first.since), None, first.certificate)
    over = max(periods, key=lambda one: one.last or date.max)
    ended = Standing.ENDED if over.last == over.until else Standing.WITHDRAWN
    return Qualification(ended, over.since, over.until, over.withdrawn_on, over.certificate)


def check_qualified(name: str, fiche: int, day: date, periods: Sequence[Period], others: Sequence[str] = ()) -> Period:
    """Give the qualification that somebody has for a fiche on a day, from their periods of any fiche.

    `others` are the names of those who are qualified that day, told where they are not. Raises UnknownFiche and
    NotQualified.
    """
    check_fiche(fiche)
    mine = [period for period in periods if period.fiche == fiche]
    found = held(mine, day)
    if found is None:
        raise NotQualified(name, fiche, why_not(mine, day), others)
    return found


def why_not(periods: Sequence[Period], day: date) -> str:
    """Say why periods of one fiche, perhaps none, do not cover a day."""
    if not periods:
        return _("they never were")
    stands = stand(periods, day)
    if stands.standing is Standing.TO_COME:
        return _("not before {day}").format(day=written(stands.since))
    if stands.standing is Standing.WITHDRAWN and stands.withdrawn_on:
        return _("it was withdrawn on {day}").format(day=written(stands.withdrawn_on))
    return _("it ended on {day}").format(day=written(stands.until or day))


def check_adds(name: str, periods: Sequence[Period], new: Period) -> None:
    """Raise AlreadyQualified where a period adds nothing to those that somebody has."""
    if not adds(periods, new):
        mine = [period for period in periods if period.fiche == new.fiche]
        raise AlreadyQualified(name, new.fiche, last_day(mine, new.since))


def adds(periods: Sequence[Period], new: Period) -> bool:
    """Tell whether a period adds days or a certificate to those of the same fiche.

    One without an end adds no days to what counts on its first one: typed again by mistake, it would never end.
    """
    mine = [period for period in periods if period.fiche == new.fiche]
    if held(mine, new.since) is None:
        return True
    last = last_day(mine, new.since)
    longer = last is not None and new.until is not None and new.until > last
    return longer or new.certificate not in {"", *(period.certificate for period in mine)}


def progress(planned_on: date, done_on: date | None, today: date) -> Progress:
    """Say where something planned stands: late from the day after on."""
    if done_on is not None:
        return Progress.DONE
    return Progress.LATE if planned_on < today else Progress.PLANNED
