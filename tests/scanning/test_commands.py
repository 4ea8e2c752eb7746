"""Orders that no keyboard changes, and the code that shows how a scanner is set."""

import string
from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.scanning.codes import AIM
from comptoir.scanning.commands import (
    CALIBRATION,
    LABELS,
    SAFE,
    Command,
    Profile,
    calibrated,
    check_letter,
    code,
    coded,
    worded,
)
from comptoir.scanning.gs1 import GS
from comptoir.scanning.layouts import ALL, BASES, RIGHT, garble, layout

CODES = [code(command) for command in Command]


def test_the_safe_letters_are_those_that_no_keyboard_changes() -> None:
    assert (
        "".join(
            c
            for c in string.ascii_uppercase
            if all(garble(c + c.lower(), layout(name)) == c + c.lower() for name in BASES)
        )
        == SAFE
    )
    assert len(SAFE) == 21


@pytest.mark.parametrize("name", [*ALL, RIGHT])
@pytest.mark.parametrize("command", Command)
def test_an_order_is_understood_whatever_the_keyboard_and_caps_lock(command: Command, name: str) -> None:
    assert coded(garble(code(command), layout(name))) is command


@pytest.mark.parametrize("text", CODES)
def test_an_order_is_nine_letters_that_no_other_code_of_a_counter_is_made_of(text: str) -> None:
    assert len(text) == 9
    assert set(text) <= set(SAFE)
    assert text[-1] == check_letter(text[:-1])


def test_two_orders_are_far_from_each_other() -> None:
    for one, other in combinations(CODES, 2):
        assert sum(a != b for a, b in zip(one, other, strict=True)) >= 3


@given(st.sampled_from(CODES), st.integers(0, 7), st.sampled_from(SAFE))
def test_a_wrong_letter_changes_the_check_letter(text: str, place: int, letter: str) -> None:
    wrong = text[:place] + letter + text[place + 1 : -1]
    assert (check_letter(wrong) == text[-1]) == (letter == text[place])


@pytest.mark.parametrize("text", ["", "CPTRVLDT", "CPTRVLDTX", " CPTRVLDTG", "CPTRVLDTGG", "VLDT", "PLUS"])
def test_nothing_else_is_an_order(text: str) -> None:
    assert coded(text) is None


WORDS = {
    "VALIDER": "validate", "ANNULER": "cancel", "PLUS": "plus", "MOINS": "minus", "DEFAIRE": "undo", "QUITTER": "quit",
}  # fmt: skip


@pytest.mark.parametrize("name", [*ALL, RIGHT])
@pytest.mark.parametrize("word", WORDS)
def test_the_french_words_are_orders_in_capitals_or_not_and_garbled(word: str, name: str) -> None:
    for spelled in (word, word.lower()):
        assert worded(garble(spelled, layout(name))) == WORDS[word]


@pytest.mark.parametrize("text", ["", "VALIDE", "VALIDERA", "Plus", " PLUS", "PLUS1", "VALIDER ", "OINS"])
def test_a_word_that_is_not_exact_is_no_order(text: str) -> None:
    assert worded(text) is None


def test_every_order_has_its_name() -> None:
    assert set(LABELS) == set(Command)


# --- calibration

HEAD, TAIL = CALIBRATION.split(GS)
ROUTES = (GS, "", "029", "\x1b0\x1b2\x1b9", "#", "<GS>")  # kept, lost, typed with Alt, in a terminal, replaced


def test_the_calibration_code_holds_what_keyboards_move() -> None:
    assert set(string.digits + "AQMWZaqmwz-_/]." + GS) <= set(CALIBRATION)
    assert CALIBRATION.isascii()


@pytest.mark.parametrize("name", [*ALL, RIGHT])
@pytest.mark.parametrize("aim", ["", "]Q1", "]C0", "]d1"])
def test_one_scan_tells_how_a_scanner_is_set(name: str, aim: str) -> None:
    board = layout(name)
    for route, suffix in product(ROUTES, ["\r", "\n", "\r\n", "\t", ""]):
        seen = garble(aim + HEAD, board) + route + garble(TAIL, board) + suffix
        assert calibrated(seen.encode()) == Profile(name, bool(aim), route.replace("\x1b", ""), suffix)


@pytest.mark.parametrize(("name", "tail"), [("reverse", "-7FIN"), ("reverse+caps", "-7fin")])
def test_a_french_scanner_on_a_us_keyboard_is_known_where_altgr_types_the_plain_key(name: str, tail: str) -> None:
    seen = "-A!" if name == "reverse" else "-a!"
    seen += garble(HEAD, layout(name)) + GS + tail + "\r"
    assert calibrated(seen.encode()) == Profile(name, True, GS, "\r")


def test_no_two_settings_make_the_same_image_of_the_calibration_code() -> None:
    images = {garble(HEAD, layout(name)) + "\0" + garble(TAIL, layout(name)) for name in (*ALL, RIGHT)}
    assert len(images) == len(ALL) + 1


@pytest.mark.parametrize(
    "text",
    ["", "4006381333931", HEAD, HEAD + GS, TAIL, TAIL + HEAD, "X" + CALIBRATION, "]??" + CALIBRATION, CALIBRATION[1:]],
)
def test_other_scans_are_no_calibration(text: str) -> None:
    assert calibrated(text.encode()) is None


@given(st.binary(max_size=200))
def test_no_bytes_make_the_calibration_fail(raw: bytes) -> None:
    assert calibrated(raw) is None
    noisy = calibrated(HEAD.encode() + raw + TAIL.encode())
    assert noisy is not None
    assert noisy.layout == RIGHT


def test_every_aim_identifier_is_taken_off() -> None:
    for aim in AIM:
        assert calibrated((aim + CALIBRATION).encode()) == Profile(aim=True, suffix="")
