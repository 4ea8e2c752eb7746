"""What people type, and what may reach a terminal."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from comptoir.core.text import REPLACEMENT, fold, shown, tidy

ATTACKS = [
    "\x1b[31mred",
    "\x1b]0;title\x07",
    "\x1b]8;;http://evil\x1b\\link",
    "\x9b31m",  # CSI in one C1 character
    "\x9d0;title\x9c",  # OSC in C1
    "\x90q\x9c",  # DCS
    "a\rb",
    "a\bb",
    "\x07",
    "\x7f",
    "\x00",
    "a\u202egpj.exe",  # right-to-left override
    "\u2066a\u2069",
    "\u061c",
    "\u200b\u200d\ufeff",
    "\u00ad",
    "\u2028\u2029",
    "\ue000",
    "\ud800",
    "\U000e0041",  # a tag character
    "\u0378",  # unassigned
]
anything = st.text(st.characters(), max_size=40) | st.text(
    st.sampled_from("\x1b[]0;m\x07\x9b\u202e a\tÉé"), max_size=12
)


def harmless(text: str) -> bool:
    return all(unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} for c in text)


@pytest.mark.parametrize("attack", ATTACKS, ids=ascii)
def test_no_attack_on_a_terminal_gets_through(attack: str) -> None:
    for safe in (shown(attack), tidy(attack)):
        assert harmless(safe)
    assert REPLACEMENT in shown(attack)
    assert len(shown(attack)) == len(attack)


@given(anything)
def test_what_is_shown_holds_no_control_character(text: str) -> None:
    assert harmless(shown(text))


@given(anything)
def test_showing_replaces_character_by_character_and_touches_nothing_else(text: str) -> None:
    assert len(shown(text)) == len(text)
    assert all(after in {before, REPLACEMENT} for before, after in zip(text, shown(text), strict=True))
    assert shown(shown(text)) == shown(text)


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Mn", "Mc", "Me", "Zs"]), max_size=30))
def test_what_is_harmless_is_shown_as_it_is(text: str) -> None:
    assert shown(text) == text


@given(anything)
def test_tidied_text_is_one_safe_line_in_nfc(text: str) -> None:
    clean = tidy(text)
    assert harmless(clean)
    assert clean == clean.strip()
    assert "  " not in clean
    assert unicodedata.is_normalized("NFC", clean)
    assert len(clean.splitlines()) <= 1


@given(anything)
def test_tidying_twice_changes_nothing(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)


def test_tidying_makes_every_run_of_blanks_one_space() -> None:
    assert tidy("\u00a0 Rue\t de \u2003la\r\n Paix\u202f") == "Rue de la Paix"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Écran", "ecran"),
        ("E\u0301CRAN", "ecran"),
        ("PC Portable", "pc portable"),
        ("Œuvre", "oeuvre"),
        ("ex æquo", "ex aequo"),
        ("Straße", "strasse"),
        ("Ørsted", "orsted"),
        ("ﬁn", "fin"),
        ("Ｌｅｎｏｖｏ", "lenovo"),
        ("", ""),
    ],
)
def test_accents_ligatures_and_capitals_do_not_count(typed: str, meant: str) -> None:
    assert fold(typed) == meant


@given(st.text(st.characters(max_codepoint=0x17F), max_size=30) | st.text(st.characters(categories=["L"]), max_size=9))
@example("ﬆ İ ſ K Å")
def test_folding_twice_changes_nothing(text: str) -> None:
    once = fold(text)
    if once != once.lower():  # the defect of signs, below
        return
    assert fold(once) == once


@given(st.text(st.characters(max_codepoint=0x17F), max_size=20))
def test_composed_and_decomposed_letters_fold_alike(text: str) -> None:
    composed, decomposed = unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)
    assert fold(composed) == fold(decomposed)


@pytest.mark.parametrize(("one", "other"), [("STRAẞE", "strasse"), ("Ǿ", "o"), ("Ǽ", "ae")])
def test_ligatures_under_an_accent_or_in_capitals_fold_too(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("Core™", "coretm"), ("№ 5", "no 5"), ("3,2 ㎓", "3,2 ghz"), ("ℋ", "h")])
def test_letters_that_stand_inside_a_sign_are_put_in_small_ones_too(one: str, other: str) -> None:
    assert fold(one) == other
    assert fold(fold(one)) == fold(one)


@given(st.text(st.characters(max_codepoint=0x7F), max_size=30))
def test_plain_letters_fold_to_their_small_ones(text: str) -> None:
    assert fold(text) == text.lower()
