"""When returns are declared: what is written is what is open, to the minute, across holidays and changes of hour."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from comptoir.core.errors import REFUSED
from comptoir.core.i18n import _
from comptoir.core.paris import PARIS, in_paris
from comptoir.returns.hours import ALWAYS, HORIZON, WEEKDAYS, Closed, Hours, parse

DEFAULT = "mon-sat 05:00-22:00"
ENGLISH = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
FRENCH = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONDAY = datetime(2026, 6, 1, tzinfo=PARIS)
DAY = 24 * 60
Week = list[list[tuple[int, int]]]


def none(day: date) -> str:
    return ""


def fete(day: date) -> str:
    return "fête"


def never_asked(day: date) -> str:
    pytest.fail("a holiday was looked up, and changes nothing")


def paris(text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS, fold=fold)


def opens(hours: Hours) -> list[tuple[tuple[str, str], ...]]:
    return [ranges for _weekday, ranges in hours.table()]


def clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


# --- weeks, and the ways to write them


def weeks(step: int) -> st.SearchStrategy[Week]:
    """Draw for each day up to three ranges that do not overlap, in minutes, multiples of a step."""
    edges = st.lists(st.integers(0, DAY // step), unique=True, max_size=6).map(sorted)
    day = edges.map(lambda found: [(a * step, b * step) for a, b in zip(found[::2], found[1::2], strict=False)])
    return st.lists(day, min_size=7, max_size=7)


@st.composite
def times(draw: st.DrawFn, minutes: int) -> str:
    hour, minute = divmod(minutes, 60)
    written = [f"{hour:02}:{minute:02}", f"{hour}:{minute:02}", f"{hour}h{minute:02}", f"{hour:02}H{minute:02}"]
    return draw(st.sampled_from(written if minute else [*written, f"{hour}h", f"{hour:02}h"]))


@st.composite
def names(draw: st.DrawFn, weekday: int) -> str:
    name = draw(st.sampled_from([ENGLISH[weekday], FRENCH[weekday]]))
    short = name[: draw(st.integers(3, len(name)))]
    dot = draw(st.sampled_from(["", "."])) if short != name else ""
    return draw(st.sampled_from([str.lower, str.upper, str.capitalize]))(short) + dot


@st.composite
def settings(draw: st.DrawFn, week: Week) -> str:
    """Write a week, one part for each day, in any order and spelling."""
    parts = []
    for weekday in draw(st.permutations(range(7))):
        dash = draw(st.sampled_from(["-", " - ", "–"]))
        ranges = [draw(times(start)) + dash + draw(times(end)) for start, end in draw(st.permutations(week[weekday]))]
        if ranges:
            between = draw(st.sampled_from([" ", ",", ", "]))
            parts.append(f"{draw(names(weekday))}{draw(st.sampled_from([' ', '  ']))}{between.join(ranges)}")
    return draw(st.sampled_from([";", "; ", " ; "])).join(parts)


@given(st.data())
def test_a_week_is_open_at_its_minutes_and_at_no_other(data: st.DataObject) -> None:
    week = data.draw(weeks(1).filter(any))
    hours = parse(data.draw(settings(week)))
    model = {
        weekday * DAY + m for weekday, ranges in enumerate(week) for start, end in ranges for m in range(start, end)
    }
    found = {m for m in range(7 * DAY) if hours.is_open(MONDAY + timedelta(minutes=m), "")}
    assert found == model
    assert opens(hours) == [tuple((clock(start), clock(end)) for start, end in sorted(ranges)) for ranges in week]
    assert [weekday for weekday, _ranges in hours.table()] == list(range(7))


@given(weeks(1).filter(any), st.integers(0, 7 * DAY - 1))
def test_a_table_can_be_written_as_a_setting_again(week: Week, minute: int) -> None:
    written = "; ".join(
        f"{ENGLISH[weekday]} " + " ".join(f"{clock(start)}-{clock(end)}" for start, end in ranges)
        for weekday, ranges in enumerate(week)
        if ranges
    )
    hours = parse(written)
    again = "; ".join(
        f"{FRENCH[weekday]} " + ",".join("-".join(each) for each in ranges)
        for weekday, ranges in hours.table()
        if ranges
    )
    assert parse(again) == hours


@given(st.data(), st.integers(0, 6), st.integers(0, 6))
def test_a_range_of_days_goes_on_to_its_last_around_the_week(data: st.DataObject, first: int, last: int) -> None:
    hours = parse(f"{data.draw(names(first))}-{data.draw(names(last))} 8h-12h")
    days, expected = first, {first}
    while days != last:
        days = (days + 1) % 7
        expected.add(days)
    assert {weekday for weekday, ranges in hours.table() if ranges} == expected


@given(st.sets(st.integers(0, 6), min_size=1), st.data())
def test_a_list_of_days_is_those_days(days: set[int], data: st.DataObject) -> None:
    between = data.draw(st.sampled_from([",", ", ", " , ", " "]))
    hours = parse(between.join(data.draw(names(day)) for day in sorted(days)) + " 8h-12h")
    assert {weekday for weekday, ranges in hours.table() if ranges} == days


MORNING = (("08:00", "12:00"),)


@pytest.mark.parametrize(
    ("text", "table"),
    [
        (DEFAULT, [(("05:00", "22:00"),)] * 6 + [()]),
        ("lun-sam 05:00-22:00", [(("05:00", "22:00"),)] * 6 + [()]),
        ("Lundi - Samedi 05:00 - 22:00", [(("05:00", "22:00"),)] * 6 + [()]),
        ("LUN-SAM 5H-22H", [(("05:00", "22:00"),)] * 6 + [()]),
        ("  lun-sam\t05:00-22:00 ;", [(("05:00", "22:00"),)] * 6 + [()]),
        (
            "mon-fri 08:00-12:00 14:00-18:30; sat 8h-12h",
            [(("08:00", "12:00"), ("14:00", "18:30"))] * 5 + [MORNING, ()],
        ),
        ("mon,wed-fri 8h-12h", [MORNING, (), MORNING, MORNING, MORNING, (), ()]),
        ("sat-mon 8h-12h", [MORNING, (), (), (), (), MORNING, MORNING]),
        ("lun 14h-18h; lun 8h-12h", [(("08:00", "12:00"), ("14:00", "18:00")), (), (), (), (), (), ()]),
        ("dim 00:00-24:00", [(), (), (), (), (), (), (("00:00", "24:00"),)]),
        ("dim 22h-24h; lun 0h-2h", [(("00:00", "02:00"),), (), (), (), (), (), (("22:00", "24:00"),)]),
        ("mon 8h-12h 12h-14h", [(("08:00", "12:00"), ("12:00", "14:00")), (), (), (), (), (), ()]),
        ("mon-mon 8h-12h", [MORNING, (), (), (), (), (), ()]),
        ("mon,lundi 8h-12h", [MORNING, (), (), (), (), (), ()]),
    ],
)
def test_a_setting_is_read_in_each_way_that_is_promised(text: str, table: list[tuple[tuple[str, str], ...]]) -> None:
    assert opens(parse(text)) == table


@pytest.mark.parametrize("text", [*ALWAYS, "ALWAYS", " Toujours "])
def test_always_is_every_minute_of_every_day_even_of_holidays(text: str) -> None:
    hours = parse(text)
    assert opens(hours) == [(("00:00", "24:00"),)] * 7
    for moment in (paris("2026-12-25T03:00"), paris("2026-11-01T23:59:59"), paris("2026-03-29T03:00")):
        assert hours.is_open(moment, "Noël")
        assert hours.next_opening(moment, fete) == moment
        hours.check_open(moment, never_asked)


# --- what is refused


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", ""), (";", ""), ("; ;", ""), ("mon", "mon"), ("mon-fri", "mon-fri"), ("8h-12h", "8h-12h"),
        ("8h-12h mon", "8h-12h mon"), ("mon 8h-12h; sat", "sat"), ("mon 8h-12h;; sat 8h-12h", ""),
        (", 8h-12h", "8h-12h"),
        ("mo 8h-12h", "mo"), ("funday 8h-12h", "funday"), ("mondays 8h-12h", "mondays"), ("mon- 8h-12h", "mon-8h-12h"),
        ("mon-tue-wed 8h-12h", "tue-wed"), ("-mon 8h-12h", "-mon"), ("always mon 8h-12h", "always"),
        ("mon 8h-12h tue 8h-12h", "tue"), ("dim fermé", "dim ferme"), ("mon ٨h-12h", "٨h"),
        ("mon 8h", "8h"), ("mon 8-12", "8"), ("mon 8h12h", "8h12h"), ("mon 8h-12h-14h", "12h-14h"), ("mon 8h-", "8h-"),
        ("mon 8:0-12:00", "8:0"), ("mon 8h5-12h", "8h5"), ("mon 008:00-12:00", "008:00"), ("mon 8h-12h00m", "12h00m"),
        ("mon 8h-24h01", "24h01"), ("mon 8h-25:00", "25:00"), ("mon 8h60-12h", "8h60"), ("mon 8h-99h", "99h"),
        ("mon 22:00-02:00", "22:00-02:00"),
        ("mon 8h-8h", "8h-8h"), ("mon 24h-24h", "24h-24h"), ("mon 12h-8h", "12h-8h"),
        ("mon 8h-12h 11h-13h", "08:00-12:00"), ("mon-fri 8h-18h; wed 8h-12h", "08:00-12:00"),
        ("mon 8h-12h; lun 8h-12h", "08:00-12:00"), ("mon 8h-20h 9h-10h", "09:00-10:00"),
    ],
)  # fmt: skip
def test_what_is_no_setting_is_refused_with_what_is_wrong(text: str, named: str) -> None:
    with pytest.raises(ValueError) as refused:
        parse(text)
    reason = str(refused.value)
    assert named in reason
    assert len(reason) > len(named) + 8


def test_an_overlap_names_its_day() -> None:
    with pytest.raises(ValueError) as refused:
        parse("mon-fri 8h-18h; jeu 17h30-19h")
    assert _(WEEKDAYS[3]) in str(refused.value)


@given(st.text(st.sampled_from("monsatlundi -,;:h0123456789é–.\n"), max_size=24))
@example("mon 8h-12h")
def test_whatever_is_typed_is_hours_or_refused(text: str) -> None:
    with suppress(ValueError):
        hours = parse(text)
        assert any(hours.week)
        assert all(0 <= start < end <= DAY for ranges in hours.week for start, end in ranges)


# --- what is open


def test_the_closing_minute_is_closed_and_the_second_before_is_open() -> None:
    hours = parse(DEFAULT)
    for moment, open_ in (
        ("2026-06-01T04:59:59", False),
        ("2026-06-01T05:00:00", True),
        ("2026-06-01T21:59:59", True),
        ("2026-06-01T22:00:00", False),
        ("2026-05-31T12:00:00", False),  # a Sunday
    ):
        assert hours.is_open(paris(moment), "") is open_


def test_midnight_belongs_to_the_next_day() -> None:
    hours = parse("sun 20h-24h")
    assert hours.is_open(paris("2026-05-31T23:59:59"), "")
    assert not hours.is_open(paris("2026-06-01T00:00"), "")


def test_a_holiday_closes_the_whole_day() -> None:
    hours = parse("mon-sun 00:00-24:00")
    for hour in range(24):
        moment = paris("2026-07-14").replace(hour=hour)
        assert hours.is_open(moment, "")
        assert not hours.is_open(moment, "Fête nationale")


def test_a_moment_is_read_on_the_clocks_of_paris() -> None:
    hours = parse("mon 08:00-09:00")
    assert hours.is_open(datetime(2026, 6, 1, 6, tzinfo=UTC), "")
    assert not hours.is_open(datetime(2026, 6, 1, 8, tzinfo=UTC), "")
    assert hours.is_open(datetime(2026, 1, 5, 7, tzinfo=UTC), "")
    assert hours.next_opening(datetime(2026, 5, 31, 22, 30, tzinfo=UTC), none) == paris("2026-06-01T08:00")


# --- the days of 23 and 25 hours


def minutes_open(hours: Hours, day: date) -> int:
    first = datetime(day.year, day.month, day.day, tzinfo=PARIS).astimezone(UTC)
    moments = [in_paris(first + timedelta(minutes=m)) for m in range(25 * 60)]
    return sum(hours.is_open(moment, "") for moment in moments if moment.date() == day)


@pytest.mark.parametrize(
    ("day", "text", "minutes"),
    [
        ("2026-03-29", "sun 00:00-24:00", 23 * 60),
        ("2026-03-29", "sun 01:30-03:30", 60),
        ("2026-03-29", "sun 02:00-03:00", 0),
        ("2026-10-25", "sun 00:00-24:00", 25 * 60),
        ("2026-10-25", "sun 01:30-03:30", 180),
        ("2026-10-25", "sun 02:00-03:00", 120),
        ("2026-10-24", "sat 00:00-24:00", 24 * 60),
    ],
)
def test_a_day_whose_clocks_change_is_open_as_its_clocks_say(day: str, text: str, minutes: int) -> None:
    assert minutes_open(parse(text), date.fromisoformat(day)) == minutes


@pytest.mark.parametrize(
    ("text", "moment", "opening"),
    [
        ("sun 02:30-05:00", paris("2026-03-29T00:00"), "2026-03-29T01:00+00:00"),  # 03:00: half past two is no hour
        ("sun 02:15-02:45", paris("2026-03-29T00:00"), "2026-04-05T00:15+00:00"),  # never this Sunday
        ("sun 08:00-09:00", paris("2026-03-28T12:00"), "2026-03-29T06:00+00:00"),
        ("sun 08:00-09:00", paris("2026-10-24T12:00"), "2026-10-25T07:00+00:00"),
        ("sun 02:30-02:45", paris("2026-10-25T00:00"), "2026-10-25T00:30+00:00"),
        ("sun 02:30-02:45", paris("2026-10-25T02:50"), "2026-10-25T01:30+00:00"),  # the same hour again
        ("sun 01:00-02:10", paris("2026-10-25T02:50"), "2026-10-25T01:00+00:00"),  # the clocks open it again
        ("sun 02:30-02:45", paris("2026-10-25T02:50", fold=1), "2026-11-01T01:30+00:00"),
    ],
)
def test_the_next_opening_is_right_on_the_days_whose_clocks_change(text: str, moment: datetime, opening: str) -> None:
    found = parse(text).next_opening(moment, none)
    assert found is not None
    assert found.astimezone(UTC) == datetime.fromisoformat(opening)


# --- what opens next


@pytest.mark.parametrize(
    ("moment", "holidays", "opening"),
    [
        ("2026-06-01T03:00", [], "2026-06-01T05:00"),
        ("2026-06-01T22:00", [], "2026-06-02T05:00"),
        ("2026-05-30T22:00", [], "2026-06-01T05:00"),
        ("2026-06-01T12:00:30", [], "2026-06-01T12:00:30"),  # open already
        ("2026-06-01T12:00", ["2026-06-01"], "2026-06-02T05:00"),
        ("2026-04-04T22:00", ["2026-04-06"], "2026-04-07T05:00"),
        ("2026-04-30T23:00", ["2026-05-01", "2026-05-02"], "2026-05-04T05:00"),
    ],
)
def test_the_next_opening_leaps_over_nights_sundays_and_holidays(
    moment: str, holidays: list[str], opening: str
) -> None:
    found = parse(DEFAULT).next_opening(paris(moment), lambda day: "fête" if day.isoformat() in holidays else "")
    assert found == paris(opening)
    assert found.tzinfo is PARIS


def test_nothing_opens_where_every_day_is_a_holiday() -> None:
    asked: list[date] = []
    assert parse(DEFAULT).next_opening(MONDAY, lambda day: asked.append(day) or "fête") is None
    assert max(asked) <= MONDAY.date() + timedelta(HORIZON)


@pytest.mark.parametrize(("shut", "found"), [(HORIZON, True), (HORIZON + 1, False)])
def test_an_opening_is_looked_for_during_sixty_days(shut: int, found: bool) -> None:
    reopens = MONDAY.date() + timedelta(shut)
    opening = parse("mon-sun 8h-12h").next_opening(MONDAY, lambda day: "congés" if day < reopens else "")
    assert (opening is not None) is found


STEP = 30  # minutes


@given(
    weeks(STEP).filter(any),
    st.sampled_from(
        [datetime(2026, 3, 26, tzinfo=UTC), datetime(2026, 10, 22, tzinfo=UTC), datetime(2026, 12, 20, tzinfo=UTC)]
    ),
    st.integers(0, 10 * DAY // STEP),
    st.sets(st.integers(0, 12)),
)
def test_the_next_opening_is_the_first_moment_that_is_open(
    week: Week, start: datetime, later: int, closed: set[int]
) -> None:
    hours = Hours(tuple(map(tuple, week)))
    moment = in_paris(start + timedelta(minutes=STEP * later))

    def holiday(day: date) -> str:
        return "fête" if (day - start.date()).days in closed else ""

    now, expected = moment.astimezone(UTC), None
    for ahead in range((HORIZON + 2) * DAY // STEP):
        there = in_paris(now + timedelta(minutes=STEP * ahead))
        if hours.is_open(there, holiday(there.date())):
            expected = there
            break
    found = hours.next_opening(moment, holiday)
    assert (found and found.astimezone(UTC)) == (expected and expected.astimezone(UTC))


# --- what a person is told


def refusal(text: str, moment: str, **holidays: str) -> Closed:
    with pytest.raises(Closed) as refused:
        parse(text).check_open(paris(moment), lambda day: holidays.get(f"d{day:%Y%m%d}", ""))
    return refused.value


def test_an_open_counter_is_told_nothing() -> None:
    parse(DEFAULT).check_open(paris("2026-06-01T12:00"), none)


def test_a_refusal_shows_the_hours_of_the_seven_days() -> None:
    told = refusal("mon-fri 08:00-12:00 14:00-18:30; sat 8h-12h", "2026-06-01T12:30")
    assert told.exit_code == REFUSED
    assert told.kind == "closed"
    _first, *lines = told.message.split("\n")
    assert [line.split()[0] for line in lines] == [_(name).capitalize() for name in WEEKDAYS]
    assert lines[0].endswith(" 08:00 - 12:00, 14:00 - 18:30")
    assert lines[5].endswith(" 08:00 - 12:00")
    assert lines[6].split()[1:] == [_("closed all day")]


def test_a_refusal_says_that_tracking_stays_open_and_when_declaring_does() -> None:
    told = refusal(DEFAULT, "2026-05-30T22:00")
    assert "`comptoir returns list`" in (told.hint or "")
    for part in (_(WEEKDAYS[0]), "01/06/2026", "05:00"):
        assert part in (told.hint or "")


def test_a_refusal_names_the_holiday_when_that_is_why() -> None:
    told = refusal(DEFAULT, "2026-11-11T10:00", d20261111="Armistice")
    assert "Armistice" in told.message.split("\n")[0]
    assert "12/11/2026" in (told.hint or "")
    assert "Armistice" not in refusal(DEFAULT, "2026-11-10T23:00", d20261111="Armistice").message


def test_a_refusal_without_an_opening_says_for_how_long_it_looked() -> None:
    with pytest.raises(Closed) as refused:
        parse(DEFAULT).check_open(MONDAY, fete)
    assert str(HORIZON) in (refused.value.hint or "")
    assert "`comptoir returns list`" in (refused.value.hint or "")
