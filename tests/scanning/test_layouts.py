"""Keyboards that garble: what each makes of a code, exactly, and the way back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.scanning.layouts import ALL, BASES, CAPPED, LABELS, RIGHT, Layout, dead_keys, garble, layout, repair

ASCII = "".join(map(chr, range(0x20, 0x7F)))
CONTROLS = "\x1d\x1e\x04\t\r"


def typeable(board: Layout) -> str:
    return "".join(c for c in ASCII + CONTROLS if c not in board.dead and c not in board.lost)


@pytest.mark.parametrize("name", [*ALL, RIGHT])
def test_every_character_of_ascii_is_mapped_dead_or_known_to_be_lost(name: str) -> None:
    board = layout(name)
    for c in ASCII[1:]:
        assert (ord(c) in board.image) or c in board.dead or c in board.lost, c
    assert len(set(board.image.values())) + len(board.lost) >= len(board.image)


@pytest.mark.parametrize("name", [*ALL, RIGHT])
@given(data=st.data())
def test_what_is_garbled_is_repaired_exactly(name: str, data: st.DataObject) -> None:
    board = layout(name)
    text = data.draw(st.text(typeable(board)))
    assert repair(garble(text, board), board) == text


@pytest.mark.parametrize(
    ("name", "digits"),
    [
        ("fr", "&é\"'(-è_çà"),
        ("be", "&é\"'(§è!çà"),
        ("mac", "&é\"'(§è!çà"),
        ("afnor", "àéèê()‘’«»"),
        ("reverse", "!@#$%^&*()"),
        ("digits", "&é\"'(-è_çà"),
        ("fr+caps", "&É\"'(-È_ÇÀ"),
        ("fr+lock", "1234567890"),
    ],
)
def test_the_digit_row_is_seen_as_each_keyboard_writes_it(name: str, digits: str) -> None:
    assert garble("1234567890", layout(name)) == digits


# What moves on each keyboard beside the digits; `~` stands for a dead key.
FR = dict(zip("aqzwAQZWmM;:-_=+,<.>/?'\"]}\\|`!@#$%^&*()", "qawzQAWZ,?mM)°=+;.:/!§ù%$£*µ²1234567890", strict=True))
BELGIAN = FR | {"=": "-", "+": "_", "/": "=", "?": "+", "}": "*", "\\": "µ", "|": "£", "~": "³"}
MAC = BELGIAN | {"`": "@", "~": "#"}
AFNOR = dict(
    zip("aqzwAQZWmM;:-_,<.>/?'\"[{]}\\|`~!@#$%^&*()", "qawzQAWZ.?mM'\",!:…;=/\\-–+±*½@#1234567890", strict=True)
)


@pytest.mark.parametrize(("name", "moved"), [("fr", FR), ("be", BELGIAN), ("mac", MAC), ("afnor", AFNOR)])
def test_letters_and_signs_move_as_the_keyboard_says_and_the_others_stay(name: str, moved: dict[str, str]) -> None:
    board = layout(name)
    for c in ASCII:
        if c not in board.dead and not c.isdigit() and not (name == "mac" and c == "\\"):
            assert garble(c, board) == moved.get(c, c), c


@pytest.mark.parametrize(
    ("code", "seen"),
    [
        ("4006381333931", '\'àà-"_&"""ç"&'),
        ("BL-2024/0153", "BL)éàé'!à&(\""),
        ("REF.12_A", "REF:&é°Q"),
        ("(01)03245678901231", '9à&0à"é\'(-è_çà&é"&'),
        ("]C1", "$C&"),
        ("]E0", "$Eà"),
        ("]e0", "$eà"),
        ("]d2", "$dé"),
        ("]Q3", '$A"'),
        ("]A0", "$Qà"),
        ("O-BTN.validate", "O)BTN:vqlidqte"),
        ("BBUDDY-P", "BBUDDY)P"),
        ("grcy:p:13", 'grcyMpM&"'),
    ],
)
def test_codes_seen_on_a_french_pc_are_those_that_people_report(code: str, seen: str) -> None:
    assert garble(code, layout("fr")) == seen
    assert repair(seen, layout("fr")) == code


def test_other_garbled_codes_that_people_report() -> None:
    assert garble("0013748911", layout("be")) == "àà&\"è'!ç&&"
    assert garble("HA112", layout("digits")) == "HA&&é"
    assert garble("HA112", layout("fr")) == "HQ&&é"


def test_a_dead_key_marks_the_next_letter_and_is_told_never_guessed() -> None:
    board = layout("fr")
    assert garble("[e", board) == "ê"
    assert garble("{U", board) == "Ü"
    assert garble('{"part":1}', board) == "¨%pqrt%M&£"
    for seen, told in (("ê", (("ê", "[e"),)), ("xÜ", (("Ü", "{U"),)), ("¨%", (("¨", "{"),)), ("â&", (("â", "[q"),))):
        assert repair(seen, board) is None
        assert dead_keys(seen, board) == told
    assert dead_keys("HA112", board) == ()
    assert dead_keys("ê日", board) == ()  # no key of this keyboard at all
    assert dead_keys("ñ", board) == ()


@pytest.mark.parametrize("name", ["fr", "be", "mac", "afnor"])
@given(data=st.data())
def test_no_dead_key_is_ever_repaired_in_silence(name: str, data: st.DataObject) -> None:
    board = layout(name)
    before, after = data.draw(st.text("bcdfg")), data.draw(st.text("bdfgh"))
    key = data.draw(st.sampled_from(sorted(board.dead)))
    seen = garble(before + key + after, board)
    if board.dead[key] != "`":  # the grave accent of a Mac makes à and è, which are digits there
        assert repair(seen, board) is None
        assert dead_keys(seen, board)


@pytest.mark.parametrize("name", BASES)
def test_control_characters_and_blanks_pass(name: str) -> None:
    assert garble(CONTROLS + " ", layout(name)) == repair(CONTROLS + " ", layout(name)) == CONTROLS + " "


def test_caps_lock_turns_the_case_of_letters_on_x11_and_shifts_every_key_on_windows() -> None:
    assert garble("Ab27", layout("us+caps")) == "aB27"
    assert garble("HA112-7", layout("fr+caps")) == "hq&&É)È"
    assert garble("HA112-7", layout("fr+lock")) == "hq112°7"


def test_a_character_that_is_not_of_the_keyboard_refuses_the_layout() -> None:
    assert repair("HA112é", layout("fr+caps")) is None
    assert repair("日本", layout("fr")) is None
    assert repair("é", layout("reverse")) is None


def test_every_layout_has_its_name_in_words_and_an_unknown_one_is_a_key_error() -> None:
    assert {name.partition("+")[0] for name in (*ALL, RIGHT)} == set(LABELS)
    assert set(CAPPED) < set(ALL)
    for name in ("dvorak", "fr+", "mac+lock", ""):
        with pytest.raises(KeyError):
            layout(name)
