"""Days as people type them and moments as Paris sees them, changes of hour included."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from comptoir.core.errors import USAGE
from comptoir.core.paris import BadDay, BadMoment, bound, day_asked, in_paris, moment_asked, moment_of

TODAY = date(2026, 11, 22)
days = st.dates(date(1970, 1, 2), date(2037, 12, 31))


@pytest.mark.parametrize(
    ("utc", "hour", "day"),
    [
        (datetime(2026, 1, 15, 12, tzinfo=UTC), 13, 15),
        (datetime(2026, 7, 15, 12, tzinfo=UTC), 14, 15),
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), 1, 29),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), 3, 29),  # two o'clock does not exist
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), 2, 25),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), 2, 25),  # half past two comes twice
        (datetime(2026, 6, 30, 22, 0, tzinfo=UTC), 0, 1),
        (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), 0, 1),
    ],
)
def test_screens_show_the_hour_and_the_day_of_paris(utc: datetime, hour: int, day: int) -> None:
    assert (in_paris(utc).hour, in_paris(utc).day) == (hour, day)


@given(days)
@example(date(2026, 3, 29))
@example(date(2026, 10, 25))
def test_a_list_is_kept_from_the_beginning_of_a_day_to_the_end_of_another(day: date) -> None:
    now = datetime(2026, 11, 22, 9, tzinfo=UTC)
    assert bound("since", day.isoformat(), now) == moment_of(day)
    assert bound("until", day.isoformat(), now) == moment_of(day + timedelta(days=1))


@pytest.mark.parametrize("key", ["since", "until"])
def test_the_last_day_of_the_calendar_bounds_a_list_too(key: str) -> None:
    assert bound(key, "9999-12-31", datetime(2026, 11, 22, 9, tzinfo=UTC)) == moment_of(date.max)


@pytest.mark.parametrize("key", ["since", "until"])
def test_a_bound_that_is_no_day_is_refused_with_its_flag(key: str) -> None:
    with pytest.raises(BadDay) as refused:
        bound(key, "hier", datetime(2026, 11, 22, 9, tzinfo=UTC))
    assert f"`--{key} hier`" in refused.value.message


@given(days)
@example(date(2026, 3, 29))
@example(date(2026, 10, 25))
def test_a_day_begins_at_midnight_in_paris(day: date) -> None:
    moment = moment_of(day)
    assert moment.utcoffset() == timedelta(0)
    assert in_paris(moment).date() == day
    assert in_paris(moment - timedelta(seconds=1)).date() == day - timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-11-22T10:05", datetime(2026, 11, 22, 9, 5, tzinfo=UTC)),
        ("2026-07-14", datetime(2026, 7, 13, 22, tzinfo=UTC)),
        ("2026-07-14T08:00:00", datetime(2026, 7, 14, 6, tzinfo=UTC)),
        ("2026-11-22T10:05Z", datetime(2026, 11, 22, 10, 5, tzinfo=UTC)),
        ("2026-11-22T10:05+05:30", datetime(2026, 11, 22, 4, 35, tzinfo=UTC)),
    ],
)
def test_a_moment_is_of_paris_unless_it_names_its_zone(text: str, utc: datetime) -> None:
    assert moment_asked(text) == utc
    assert moment_asked(text).utcoffset() == timedelta(0)


@pytest.mark.parametrize("text", ["", "hier", "22/11/2026", "2026-13-01", "2026-02-29", "2026-11-22T25:00", "12:00"])
def test_what_is_no_moment_is_refused_as_bad_usage_that_quotes_it(text: str) -> None:
    with pytest.raises(BadMoment) as refused:
        moment_asked(text)
    assert refused.value.exit_code == USAGE
    assert f"`{text}`" in refused.value.message


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-22", TODAY),
        ("22/11/2026", TODAY),
        ("22/11/26", TODAY),
        ("22/11", TODAY),
        ("1/2", date(2026, 2, 1)),
        ("29/02/2028", date(2028, 2, 29)),
        ("0d", TODAY),
        ("7d", date(2026, 11, 15)),
        ("7j", date(2026, 11, 15)),
        ("2w", date(2026, 11, 8)),
        ("2s", date(2026, 11, 8)),
        ("007d", date(2026, 11, 15)),
        ("365d", date(2025, 11, 22)),
    ],
)
def test_a_day_is_read_in_each_way_that_is_promised(text: str, day: date) -> None:
    assert day_asked("--since", text, TODAY) == day


@given(days, st.integers(0, 5000))
def test_days_written_come_back(day: date, ago: int) -> None:
    for written in (day.isoformat(), f"{day:%d/%m/%Y}", f"{day.day}/{day.month}/{day.year}"):
        assert day_asked("--since", written, TODAY) == day
    assert day_asked("--since", f"{day:%d/%m}", day) == day
    assert day_asked("--since", f"{ago}d", TODAY) == TODAY - timedelta(days=ago)


@pytest.mark.parametrize(
    "text",
    [
        "", "d", "j", "-1d", "7D", "7J", "7 d", "1.5d", "٣d", "²d", "7days", "/", "//", "22/", "/11", "22/11/",
        "22/11/2026/1", "11/22/2026", "29/02/2026", "29/02", "31/04", "0/1", "22-11-2026", "2026/11/22", "32/1",
        "demain", "2026-02-30", "22/11/0", "22/11/10000", "9" * 5000 + "d",
    ],
)  # fmt: skip
def test_what_is_no_day_is_refused_with_its_flag_and_its_text(text: str) -> None:
    with pytest.raises(BadDay) as refused:
        day_asked("--since", text, TODAY)
    assert refused.value.exit_code == USAGE
    assert f"`--since {text}`" in refused.value.message
    assert refused.value.hint


@given(st.text(st.sampled_from("0123456789/-d_ +٣."), max_size=12))
def test_whatever_is_typed_is_a_day_or_refused(text: str) -> None:
    with suppress(BadDay):
        assert isinstance(day_asked("--until", text, TODAY), date)


@pytest.mark.parametrize("text", ["2_2/11", "+22/11", "22/ 11", "２２/11", "22/1_1/2_026", "22/11/-5"])
def test_a_day_is_written_with_plain_figures(text: str) -> None:
    with pytest.raises(BadDay):
        day_asked("--since", text, TODAY)


@pytest.mark.parametrize("text", ["22/11/026", "22/11/6", "22/11/226"])
def test_a_mistyped_year_is_refused_and_not_one_of_antiquity(text: str) -> None:
    with pytest.raises(BadDay):
        day_asked("--since", text, TODAY)


@pytest.mark.parametrize("text", ["0001-01-01", "9999-12-31T23:59:59-12:00"])
def test_a_moment_out_of_the_calendar_is_refused_like_any_other(text: str) -> None:
    with pytest.raises(BadMoment):
        moment_asked(text)


@pytest.mark.parametrize("text", ["9999999d", "0001-01-01", "1/1/1000", "1899-12-31", "99999999999999d"])
def test_a_day_before_any_counter_is_refused(text: str) -> None:
    with pytest.raises(BadDay):
        day_asked("--since", text, TODAY)


@pytest.mark.parametrize("text", ["1900-01-01", "9999-12-31"])
def test_every_day_that_is_taken_has_a_moment(text: str) -> None:
    assert in_paris(moment_of(day_asked("--since", text, TODAY))).date().isoformat() == text
