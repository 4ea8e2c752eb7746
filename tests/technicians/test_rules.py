"""Qualifications: day by day, what counts, until when, and what adds nothing."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.core.errors import REFUSED
from comptoir.fiches.rules import FICHES, UnknownFiche
from comptoir.technicians.refusals import AlreadyQualified, BadTechnicianName, BadText, NotQualified, named
from comptoir.technicians.rules import (
    LONGEST_TEXT,
    WARNED,
    Period,
    check_adds,
    check_qualified,
    held,
    last_day,
    line,
    name,
    progress,
    stand,
    title,
)
from comptoir.technicians.statuses import IN_FORCE, Progress, Standing

FIRST = date(2026, 11, 1)
SPAN = 24  # days that a test looks at, one by one
DAYS = st.integers(0, SPAN).map(lambda number: FIRST + timedelta(number))
CALENDAR = [FIRST + timedelta(number) for number in range(-1, SPAN + 2)]
CERTIFICATES = st.sampled_from(["", "A 1", "B 2"])


@st.composite
def _periods(draw: Callable) -> Period:
    since = draw(DAYS)
    until = draw(st.none() | DAYS.filter(lambda day: day >= since))
    return Period(3, since, until, draw(st.none() | DAYS), draw(CERTIFICATES))


PERIODS = st.lists(_periods(), max_size=5)


def counts(period: Period, day: date) -> bool:
    """Say by itself whether a period counts on a day."""
    begun = day >= period.since
    return (
        begun and (not period.until or day <= period.until) and (not period.withdrawn_on or day < period.withdrawn_on)
    )


def covered(periods: Sequence[Period], day: date) -> bool:
    return any(counts(period, day) for period in periods)


@given(PERIODS)
def test_a_day_is_covered_where_a_period_counts_and_the_one_that_lasts_longest_is_given(periods: list[Period]) -> None:
    for day in CALENDAR:
        found = held(periods, day)
        assert (found is not None) == covered(periods, day)
        if found:
            assert counts(found, day)
            rivals = [period.last or date.max for period in periods if counts(period, day)]
            assert (found.last or date.max) == max(rivals)


@given(PERIODS, DAYS)
def test_the_last_day_is_the_one_before_the_first_that_nothing_covers(periods: list[Period], day: date) -> None:
    if not covered(periods, day):
        return
    gaps = [each for each in CALENDAR if each > day and not covered(periods, each)]
    endless = covered(periods, date.max) and not gaps
    last = last_day(periods, day)
    assert (last is None) == endless
    if last:
        assert last == gaps[0] - timedelta(1)


@given(PERIODS.filter(bool), st.sampled_from(CALENDAR))
def test_where_somebody_stands_agrees_with_every_day_of_the_calendar(periods: list[Period], today: date) -> None:
    found = stand(periods, today)
    ahead = [day for day in (*CALENDAR, date.max) if day > today and covered(periods, day)]
    if covered(periods, today):
        assert found.standing in IN_FORCE
        assert found.until == last_day(periods, today)
        assert (found.standing is Standing.EXPIRING) == (found.until is not None)
        assert found.since == min(period.since for period in periods if counts(period, today))
    elif ahead:
        assert (found.standing, found.since) == (Standing.TO_COME, ahead[0])
    else:
        assert found.standing in {Standing.ENDED, Standing.WITHDRAWN}
        assert (found.standing is Standing.WITHDRAWN) <= (found.withdrawn_on is not None)


@given(_periods(), DAYS)
def test_what_is_withdrawn_counts_until_the_day_before_and_no_longer(period: Period, day: date) -> None:
    plain = period._replace(withdrawn_on=None)
    cut = period._replace(withdrawn_on=day)
    assert [each for each in CALENDAR if cut.covers(each)] == [
        each for each in CALENDAR if plain.covers(each) and each < day
    ]
    assert cut.counts_from(day) is False
    assert plain.counts_from(day) == any(plain.covers(each) for each in (*CALENDAR, date.max) if each >= day)


@given(PERIODS, _periods().map(lambda period: period._replace(withdrawn_on=None)))
def test_a_period_adds_a_day_or_a_certificate_or_it_is_refused(periods: list[Period], new: Period) -> None:
    own = [day for day in CALENDAR if counts(new, day)] if new.until else [new.since]
    brings = not all(covered(periods, day) for day in own)
    proves = new.certificate not in {"", *(period.certificate for period in periods)}
    if brings or proves:
        check_adds("Nadia", periods, new)
    else:
        with pytest.raises(AlreadyQualified) as refused:
            check_adds("Nadia", periods, new)
        assert refused.value.exit_code == REFUSED


def test_another_fiche_neither_qualifies_nor_stands_in_the_way() -> None:
    other = Period(4, FIRST)
    check_adds("Nadia", [other], Period(3, FIRST))
    with pytest.raises(NotQualified):
        check_qualified("Nadia", 3, FIRST, [other])
    assert check_qualified("Nadia", 4, FIRST, [Period(3, FIRST), other]) == other


@given(PERIODS, st.sampled_from(CALENDAR))
def test_one_who_is_not_qualified_is_refused_by_name_and_fiche(periods: list[Period], day: date) -> None:
    if covered(periods, day):
        assert counts(check_qualified("Nadia", 3, day, periods), day)
        return
    with pytest.raises(NotQualified) as refused:
        check_qualified("Nadia", 3, day, periods, ["Éric"])
    assert refused.value.exit_code == REFUSED
    for told in ("Nadia", "3", FICHES[3]):
        assert told in refused.value.message
    hint = refused.value.hint or ""
    assert 'comptoir repair technician qualify "Nadia" 3' in hint
    assert "Éric" in hint


@pytest.mark.parametrize(
    ("period", "day"),
    [
        (Period(3, FIRST), "01/11/2026"),
        (Period(3, date(2026, 9, 1), date(2026, 10, 2)), "02/10/2026"),
        (Period(3, date(2026, 9, 1), None, date(2026, 10, 3)), "03/10/2026"),
        (Period(3, date(2026, 9, 1), date(2027, 1, 1), date(2026, 8, 3)), "03/08/2026"),
    ],
)
def test_why_somebody_is_not_qualified_tells_the_day(period: Period, day: str) -> None:
    with pytest.raises(NotQualified) as refused:
        check_qualified("Nadia", 3, date(2026, 10, 31), [period])
    assert day in refused.value.message


def test_a_short_period_inside_a_long_one_does_not_cut_it() -> None:
    inside = [Period(3, FIRST, date(2026, 12, 31)), Period(3, date(2026, 11, 3), date(2026, 11, 5))]
    assert last_day(inside, FIRST) == date(2026, 12, 31)


def test_a_qualification_without_an_end_reaches_the_end_of_the_calendar() -> None:
    until = [Period(3, FIRST, date.max)]
    assert last_day(until, FIRST) == date.max
    assert stand(until, FIRST).standing is Standing.QUALIFIED


@pytest.mark.parametrize(
    ("days", "expected"), [(WARNED.days, Standing.EXPIRING), (WARNED.days + 1, Standing.QUALIFIED)]
)
def test_sixty_days_before_its_last_one_a_qualification_is_told_to_end(days: int, expected: Standing) -> None:
    assert stand([Period(3, FIRST, FIRST + timedelta(days))], FIRST).standing is expected


@pytest.mark.parametrize("number", [0, 11, -1, 10**30])
def test_a_fiche_that_the_label_has_not_is_told(number: int) -> None:
    with pytest.raises(UnknownFiche):
        check_qualified("Nadia", number, FIRST, [])


@pytest.mark.parametrize("text", ["", "  ", "12", "--", "x" * 61, "Nadia\x1b[31m"])
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(BadTechnicianName):
        name(text)


def test_texts_are_tidied_and_bounded() -> None:
    assert (name("  nadia   martin "), title("x", " a  b "), line("x", " ")) == ("nadia martin", "a b", "")
    for bad in ("", " ", "x" * (LONGEST_TEXT + 1)):
        with pytest.raises(BadText):
            title("x", bad)


@given(DAYS, st.none() | DAYS, DAYS)
def test_what_is_planned_is_late_from_the_day_after_until_it_is_done(
    planned: date, done: date | None, day: date
) -> None:
    state = progress(planned, done, day)
    assert state is (Progress.DONE if done else Progress.LATE if day > planned else Progress.PLANNED)


def test_names_are_told_but_not_without_end() -> None:
    assert [named(list("abcdefgh")[:count]) for count in (0, 1, 6, 7)] == [
        "", "a", "a, b, c, d, e, f", "a, b, c, d, e, f, ...",
    ]  # fmt: skip
