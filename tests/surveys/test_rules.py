"""Codes that no slip of the finger turns into another, scores, and the days of a complaint."""

from datetime import date
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.surveys import rules
from comptoir.surveys.refusals import BadScore, MistypedCode
from comptoir.surveys.rules import SIGNS, is_code, new_code
from comptoir.surveys.statuses import Standing

CODES = st.integers(0, 10**9).map(lambda seed: new_code(Random(seed).choice))
GIVEN = st.lists(st.none() | st.integers(0, 10), max_size=40)


def test_the_signs_are_those_that_nobody_takes_for_another():
    assert not set(SIGNS) & set("01OIL")
    assert len(SIGNS) == len(set(SIGNS)) == 31


@given(CODES)
def test_a_code_mixes_letters_and_digits_and_is_read_however_it_is_typed(code):
    assert is_code(code)
    assert any(map(str.isalpha, code))
    assert any(map(str.isdigit, code))
    assert rules.code(f" {code[:3].lower()} {code[3:]} ") == code


@given(CODES, st.integers(0, 5), st.sampled_from(SIGNS))
def test_one_sign_read_wrong_is_caught(code, place, sign):
    typed = code[:place] + sign + code[place + 1 :]
    assert is_code(typed) == (typed == code)


@given(CODES, st.integers(0, 5), st.integers(0, 5))
def test_two_signs_that_changed_places_are_caught(code, one, other):
    signs = list(code)
    signs[one], signs[other] = signs[other], signs[one]
    assert is_code("".join(signs)) == ("".join(signs) == code)


@given(CODES, st.integers(0, 5), st.sampled_from("01OIL"))
def test_a_sign_that_no_code_has_is_caught(code, place, sign):
    with pytest.raises(MistypedCode):
        rules.code(code[:place] + sign + code[place + 1 :])


@pytest.mark.parametrize("text", ["", "K7Q4X", "K7Q4X22", "ÉÉÉÉÉÉ", "２３４５６７", "ABCDEF", "234567"])
def test_what_is_no_code_is_none(text):
    with pytest.raises(MistypedCode):
        rules.code(text)


def test_codes_are_drawn_from_all_of_them():
    chance = Random(5)
    drawn = {new_code(chance.choice) for _each in range(2_000)}
    assert len(drawn) > 1_990
    assert all({code[place] for code in drawn} == set(SIGNS) for place in range(6))


@pytest.mark.parametrize("value", [-1, 11, 100])
def test_a_score_goes_from_0_to_10(value):
    assert (rules.score(0), rules.score(10)) == (0, 10)
    with pytest.raises(BadScore):
        rules.score(value)


@given(GIVEN)
def test_the_net_promoter_score_is_exact(given_scores):
    found = rules.scores(given_scores)
    told = [score for score in given_scores if score is not None]
    assert (found.asked, found.answered) == (len(given_scores), len(told))
    if not told:
        assert (found.nps, found.mean) == (None, None)
        return
    high, low = sum(score >= 9 for score in told), sum(score <= 6 for score in told)
    exact = Fraction(100 * (high - low), len(told))
    assert -100 <= found.nps <= 100
    assert abs(found.nps - exact) <= Fraction(1, 2)
    assert abs(Fraction(found.mean) - Fraction(sum(told), len(told))) <= Fraction(1, 20)
    assert abs(Fraction(found.rate) - Fraction(100 * len(told), len(given_scores))) <= Fraction(1, 20)


@pytest.mark.parametrize(
    ("given_scores", "nps", "mean", "rate"),
    [
        ([10, 9, 8, 6, None], 25, "8.3", "80.0"),
        ([6], -100, "6.0", "100.0"),
        ([9], 100, "9.0", "100.0"),
        ([7, 8], 0, "7.5", "100.0"),
        ([10, 8, 8, 8, 8, 8, 8, 8], 13, "8.3", "100.0"),  # 12.5 and 8.25: halves go up
        ([0, 8, 8, 8, 8, 8, 8, 8], -13, "7.0", "100.0"),  # and away from zero
        ([None, None, 10], 100, "10.0", "33.3"),
    ],
)
def test_scores_are_summed_up(given_scores, nps, mean, rate):
    found = rules.scores(given_scores)
    assert (found.nps, found.mean, found.rate) == (nps, mean, rate)


@pytest.mark.parametrize(
    ("answered", "due"),
    [("2026-11-20", "2026-12-02"), ("2026-11-21", "2026-12-02"), ("2026-11-22", "2026-12-02"),
     ("2026-11-23", "2026-12-03"), ("2026-12-24", "2027-01-05")],
)  # fmt: skip
def test_a_complaint_is_answered_within_8_working_days(answered, due):
    assert rules.due(date.fromisoformat(answered)) == date.fromisoformat(due)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_the_last_day_has_8_working_days_behind_it(day):
    due = rules.due(day)
    between = [date.fromordinal(each) for each in range(day.toordinal() + 1, due.toordinal() + 1)]
    assert sum(each.weekday() < 5 for each in between) == 8
    assert due.weekday() < 5


@pytest.mark.parametrize(
    ("score", "acted", "today", "standing"),
    [
        (None, None, date(2026, 12, 31), Standing.WAITING),
        (6, None, date(2026, 12, 2), Standing.COMPLAINT),
        (6, None, date(2026, 12, 3), Standing.LATE),
        (6, date(2026, 12, 9), date(2026, 12, 10), Standing.HANDLED),
        (7, None, date(2026, 12, 31), Standing.ANSWERED),
        (7, date(2026, 12, 9), date(2026, 12, 10), Standing.HANDLED),
    ],
)
def test_a_low_score_is_a_complaint_until_something_is_done(score, acted, today, standing):
    answered = None if score is None else date(2026, 11, 20)
    assert rules.standing(score, answered, acted, today) is standing


def test_actions_are_told_one_after_the_other_and_never_twice():
    once = rules.joined("", "Appelée")
    assert (once, rules.joined(once, "Appelée")) == ("Appelée", "Appelée")
    assert rules.joined(once, "Remboursée") == "Appelée ; Remboursée"
