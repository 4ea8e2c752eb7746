"""Public holidays of France, of Alsace-Moselle and overseas, by their French names."""

import subprocess
import sys
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.desk import calendar
from comptoir.desk.calendar import holiday

# The law's list (Code du travail, article L3133-1) with the dates of 2026.
FRANCE_2026 = {
    "2026-01-01": "Jour de l'an",
    "2026-04-06": "Lundi de Pâques",
    "2026-05-01": "Fête du Travail",
    "2026-05-08": "Fête de la Victoire",
    "2026-05-14": "Ascension",
    "2026-05-25": "Lundi de Pentecôte",
    "2026-07-14": "Fête nationale",
    "2026-08-15": "Assomption",
    "2026-11-01": "Toussaint",
    "2026-11-11": "Armistice",
    "2026-12-25": "Noël",
}
ALSACE_MOSELLE_2026 = {**FRANCE_2026, "2026-04-03": "Vendredi saint", "2026-12-26": "Saint-Étienne"}


def year(number: int, region: str) -> dict[str, str]:
    first = date(number, 1, 1)
    days = [first + timedelta(ahead) for ahead in range((date(number + 1, 1, 1) - first).days)]
    return {day.isoformat(): name for day in days if (name := holiday(day, region))}


def easter(number: int) -> date:
    """Give Easter Sunday of the Gregorian calendar (the computus of Meeus, Jones and Butcher)."""
    a, (b, c) = number % 19, divmod(number, 100)
    (d, e), f = divmod(b, 4), (b + 8) // 25
    h = (19 * a + b - d - (b - f + 1) // 3 + 15) % 30
    i, k = divmod(c, 4)
    ell = (32 + 2 * e + 2 * i - h - k) % 7
    month, day = divmod(h + ell - 7 * ((a + 11 * h + 22 * ell) // 451) + 114, 31)
    return date(number, month, day + 1)


@pytest.mark.parametrize("region", ["FR", "fr", " FR "])
def test_the_holidays_of_2026_in_france(region: str) -> None:
    assert year(2026, region) == FRANCE_2026


@pytest.mark.parametrize("region", ["FR-57", "FR-67", "FR-68", "FR-6AE", "fr-6ae", "FR-Moselle", "FR-alsace"])
def test_alsace_and_moselle_have_two_more(region: str) -> None:
    assert year(2026, region) == ALSACE_MOSELLE_2026


@pytest.mark.parametrize(
    ("region", "day", "name"),
    [
        ("FR-971", "2026-05-27", "Abolition de l'esclavage"),
        ("FR-GP", "2026-05-27", "Abolition de l'esclavage"),
        ("FR-972", "2026-05-22", "Abolition de l'esclavage"),
        ("FR-973", "2026-06-10", "Abolition de l'esclavage"),
        ("FR-974", "2026-12-20", "Abolition de l'esclavage"),
        ("FR-La Réunion", "2026-12-20", "Abolition de l'esclavage"),
        ("FR-la reunion", "2026-12-20", "Abolition de l'esclavage"),
        ("FR-976", "2026-04-27", "Abolition de l'esclavage"),
        ("FR-NC", "2026-09-24", "Fête de la Citoyenneté"),
    ],
)
def test_overseas_each_has_its_own(region: str, day: str, name: str) -> None:
    assert holiday(date.fromisoformat(day), region) == name
    assert holiday(date.fromisoformat(day), "FR") == ""
    assert set(year(2026, region)) >= set(FRANCE_2026)


@given(st.integers(2009, 2099))
def test_a_year_has_the_eleven_of_the_law(number: int) -> None:
    fixed = {date(number, m, d) for m, d in ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))}
    moving = {easter(number) + timedelta(after) for after in (1, 39, 50)}
    assert set(year(number, "FR")) == {day.isoformat() for day in fixed | moving}
    good_friday = easter(number) - timedelta(2)
    assert holiday(good_friday, "FR-57") == "Vendredi saint"


def test_a_day_of_two_holidays_has_both_names() -> None:
    assert holiday(date(2008, 5, 1), "FR") == "Ascension, Fête du Travail"


@pytest.mark.parametrize("region", ["", " ", "none", "None", "NONE"])
def test_no_region_has_no_holiday(region: str) -> None:
    assert year(2026, region) == {}


@pytest.mark.parametrize(
    "region",
    ["FR-", "FR-75", "FR-XX", "DE", "DE-BY", "57", "FRANCE", "FR 57", "FR-Zone A", "FR-57-1", "-", "-57", "non"],
)  # fmt: skip
def test_an_unknown_region_is_refused_with_those_that_are_known(region: str) -> None:
    with pytest.raises(ValueError) as refused:
        holiday(date(2026, 6, 1), region)
    for known in ("FR,", "FR-57,", "FR-6AE", "FR-974", "none"):
        assert known in str(refused.value)
    assert "Zone" not in str(refused.value)


def test_a_region_that_is_told_as_known_is_one() -> None:
    with pytest.raises(ValueError) as refused:
        holiday(date(2026, 6, 1), "nowhere")
    known = [word for word in str(refused.value).replace(",", " ").split() if word.startswith("FR")]
    assert len(known) > 10
    for region in known:
        assert holiday(date(2026, 12, 25), region) == "Noël"


@pytest.mark.parametrize("day", [date.min, date.max, date(1900, 7, 14)])
def test_a_day_far_away_is_answered(day: date) -> None:
    assert holiday(day, "FR") in {"", "Fête nationale"}


def test_a_year_of_a_region_is_drawn_once() -> None:
    calendar._holidays.cache_clear()
    for region in ("FR", "fr", "FR-57", "FR-Moselle"):
        for day in FRANCE_2026:
            assert holiday(date.fromisoformat(day), region)
    assert calendar._holidays.cache_info().misses == 2


NAMED = (
    "import sys; from datetime import date; from comptoir.desk.calendar import holiday\n"
    "print(ascii(holiday(date(2026, 5, 8), sys.argv[1])), 'holidays' in sys.modules)"
)


@pytest.mark.parametrize(
    ("region", "language", "told"),
    [
        ("FR", "en_US", "'F\\xeate de la Victoire' True"),
        ("FR", "fr", "'F\\xeate de la Victoire' True"),
        ("none", "fr", "'' False"),  # and the library, which is long to load, is left where it is
    ],
)
def test_names_are_french_whatever_the_language_and_nothing_is_loaded_for_none(
    region: str, language: str, told: str
) -> None:
    environment = {"PATH": "/usr/bin:/bin", "LANGUAGE": language, "LANG": f"{language}.UTF-8"}
    done = subprocess.run(
        [sys.executable, "-c", NAMED, region], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == told
