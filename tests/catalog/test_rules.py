"""Grades, and how a device is described and looked for."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.catalog.lines import PRICES
from comptoir.catalog.rules import CHARACTERISTICS, Grade, UnknownDevice, described, price_column, words


@pytest.mark.parametrize("grade", Grade)
def test_every_grade_has_its_price_in_the_catalogue(grade: Grade) -> None:
    assert price_column(grade) in PRICES


def test_two_grades_never_share_a_price() -> None:
    assert len({price_column(grade) for grade in Grade}) == len(Grade) == len(PRICES)


@given(st.dictionaries(st.sampled_from(CHARACTERISTICS), st.text("ab1", max_size=3)))
def test_a_model_is_written_in_the_order_of_its_characteristics_without_the_empty_ones(
    characteristics: dict[str, str],
) -> None:
    assert described(characteristics).split() == [characteristics[k] for k in CHARACTERISTICS if characteristics.get(k)]
    assert "  " not in described(characteristics)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Latitude 5420", ["latitude", "5420"]),
        ("i7-10510U (10ᵉ gén.)", ["i7", "10510u", "10e", "gen"]),
        ('Écran_24"', ["ecran", "24"]),
        ("l'œuvre", ["l", "oeuvre"]),
        ("<3ans", ["3ans"]),
        ("", []),
        (" -_'\"*^:() ", []),
        ('a AND b* OR "c', ["a", "and", "b", "or", "c"]),
    ],
)
def test_words_are_folded_runs_of_letters_and_figures(text: str, found: list[str]) -> None:
    assert words(text) == found


@given(st.text(max_size=30))
def test_no_word_holds_anything_that_a_search_would_obey(text: str) -> None:
    for word in words(text):
        assert word
        assert all(unicodedata.category(c)[0] in "LN" for c in word)


def test_an_unknown_device_is_not_found_and_the_nearest_codes_are_told() -> None:
    near = UnknownDevice("AAAA", ["AAAB", "AAAC"])
    assert near.exit_code == 3
    assert "`AAAA`" in near.message
    assert "`AAAB`, `AAAC`" in (near.hint or "")
    assert UnknownDevice("AAAA").hint
