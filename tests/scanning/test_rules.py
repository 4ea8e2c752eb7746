"""What a scan means: its readings with their proofs, and when one of them may be followed."""

import os
import time
from collections.abc import Callable

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from comptoir.core.refs import check_digit, in_store_number
from comptoir.deliveries.rules import reference_key
from comptoir.scanning import codes
from comptoir.scanning.cli import KIND_WORDS
from comptoir.scanning.commands import CALIBRATION, Command, Profile, code
from comptoir.scanning.gs1 import GS
from comptoir.scanning.layouts import ALL, BASES, LABELS, RIGHT, garble, layout
from comptoir.scanning.rules import (
    LONGEST_SCAN,
    Decision,
    Kind,
    Outcome,
    Proof,
    Reading,
    decide,
    layout_label,
    readings,
)

EAN, SSCC = "4006381333931", "340123451234567895"
DIGITS = "0123456789"


def on_record(*records: tuple[Kind, str]) -> Callable[[Reading], bool]:
    return lambda reading: (reading.kind, reading.value) in records


def decided(text: str | bytes, *records: tuple[Kind, str], profile: Profile | None = None) -> Decision:
    raw = text if isinstance(text, bytes) else text.encode()
    return decide(readings(raw, profile), on_record(*records))


def kinds(text: str, profile: Profile | None = None) -> list[tuple[Kind, str]]:
    return [(reading.kind, reading.value) for reading in readings(text.encode(), profile)]


def seen(text: str, name: str = "fr") -> str:
    return garble(text, layout(name))


eans = st.text(DIGITS, min_size=12, max_size=12).map(lambda body: body + check_digit(body))
proved_codes = (
    st.sampled_from([7, 11, 12, 13, 17])
    .flatmap(lambda size: st.text(DIGITS, min_size=size, max_size=size))
    .map(lambda body: body + check_digit(body))
    .filter(lambda text: text.strip("0"))
)


# --- what a text may be


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (EAN, [(Kind.GTIN, "0" + EAN), (Kind.REFERENCE, EAN)]),
        ("036000291452", [(Kind.GTIN, "00036000291452"), (Kind.REFERENCE, "036000291452")]),
        ("14006381333938", [(Kind.GTIN, "14006381333938"), (Kind.REFERENCE, "14006381333938")]),
        ("2000000000015",
         [(Kind.BUYBACK, "2000000000015"), (Kind.GTIN, "02000000000015"), (Kind.REFERENCE, "2000000000015")]),
        (SSCC, [(Kind.SSCC, SSCC), (Kind.REFERENCE, SSCC)]),
        ("00" + SSCC, [(Kind.SSCC, SSCC), (Kind.REFERENCE, "00" + SSCC)]),
        ("490154203237518", [(Kind.IMEI, "490154203237518"), (Kind.REFERENCE, "490154203237518")]),
        ("00250001106", [(Kind.DELIVERY_NOTE, "250001106"), (Kind.REFERENCE, "00250001106")]),
        ("250001106", [(Kind.DELIVERY_NOTE, "250001106"), (Kind.REFERENCE, "250001106")]),
        ("0986424707", [(Kind.REFERENCE, "0986424707")]),  # ten digits: no note
        ("96385074",
         [(Kind.GTIN, "00000096385074"), (Kind.DELIVERY_NOTE, "96385074"), (Kind.ARTICLE_CODE, "96385074"),
          (Kind.REFERENCE, "96385074")]),
        ("]E496385074", [(Kind.GTIN, "00000096385074"), (Kind.REFERENCE, "96385074")]),
        ("04252614",
         [(Kind.GTIN, "00042100005264"), (Kind.DELIVERY_NOTE, "04252614"), (Kind.ARTICLE_CODE, "04252614"),
          (Kind.REFERENCE, "04252614")]),
        ("9kzct73k", [(Kind.ARTICLE_CODE, "9KZCT73K"), (Kind.REFERENCE, "9KZCT73K")]),
        ("12342XV+S2", [(Kind.REFERENCE, "12342XVS2")]),
        (" 0 986 424-707.a\r\n", [(Kind.REFERENCE, "0986424707A")]),
        (f"01{'0' + EAN}10AB", [(Kind.GTIN, "0" + EAN), (Kind.REFERENCE, f"010{EAN}10AB")]),
        (f"]C100{SSCC}", [(Kind.SSCC, SSCC)]),
        (f"01{'0' + EAN}241HA112{GS}21490154203237518",
         [(Kind.GTIN, "0" + EAN), (Kind.REFERENCE, "HA112"), (Kind.IMEI, "490154203237518")]),
        ("]C110LOT", [(Kind.REFERENCE, "10LOT")]),
    ],
)  # fmt: skip
def test_a_text_is_read_in_every_way_that_it_can_be_proved_ones_first(text: str, found: list[tuple[Kind, str]]) -> None:
    assert kinds(text) == found


def test_a_label_keeps_its_elements_and_is_written_as_people_write_it() -> None:
    (reading,) = readings(f"]C1010{EAN}10AB{GS}3712".encode())
    assert reading.text == f"(01)0{EAN}(10)AB(37)12"
    assert reading.elements == {"gtin": "0" + EAN, "batch": "AB", "content_count": "12"}
    assert reading.proof is Proof.CHECK_DIGIT


@pytest.mark.parametrize("text", ["]C10104006381333930", "(01)04006381333930", f"01{EAN}{GS}10A"])
def test_a_label_with_a_wrong_check_digit_is_a_reference_and_nothing_more_with_the_reason(text: str) -> None:
    (reading,) = readings(text.encode())
    assert reading.kind is Kind.REFERENCE
    assert reading.proof is Proof.NONE
    assert reading.why
    assert reading.text.isprintable()


def test_a_wrong_check_digit_is_told() -> None:
    (reading,) = readings(b"4006381333930")
    assert "1" in reading.why[-1]


def test_each_reading_has_its_kind_in_words_and_each_layout_its_label() -> None:
    assert set(KIND_WORDS) == set(Kind)
    assert len({layout_label(name) for name in (*ALL, RIGHT)}) == len(LABELS) * 2
    assert reference_key("BL-2024/0153 é") == "BL20240153E"


# --- repairs


@pytest.mark.parametrize(
    ("code", "value"),
    [
        (EAN, (Kind.GTIN, "0" + EAN)),
        ("BL-2024/0153", (Kind.REFERENCE, "BL20240153")),
        ("REF.12_A", (Kind.REFERENCE, "REF12A")),
        ("HA112", (Kind.REFERENCE, "HA112")),
        (f"(01)0{EAN}", (Kind.GTIN, "0" + EAN)),
        (f"]C1010{EAN}10QA", (Kind.GTIN, "0" + EAN)),
        (f"]E0{EAN}", (Kind.GTIN, "0" + EAN)),
        ("]A0HA112", (Kind.REFERENCE, "HA112")),
        ("]Q3010" + EAN, (Kind.GTIN, "0" + EAN)),
        (SSCC, (Kind.SSCC, SSCC)),
        ("00250001106", (Kind.DELIVERY_NOTE, "250001106")),
        ("9KZCT73K", (Kind.ARTICLE_CODE, "9KZCT73K")),
        ("490154203237518", (Kind.IMEI, "490154203237518")),
    ],
)
@pytest.mark.parametrize("name", ["fr", "be", "mac", "afnor"])
def test_a_garbled_code_that_is_on_record_is_found(code: str, value: tuple[Kind, str], name: str) -> None:
    assert value in kinds(seen(code, name))
    found = decided(seen(code, name), value)
    assert found.outcome is Outcome.FOUND
    assert found.chosen
    assert (found.chosen.kind, found.chosen.value) == value
    assert found.chosen.layout


def test_the_codes_that_people_report_are_repaired() -> None:
    assert (Kind.REFERENCE, "HA112") in kinds("HA&&é")
    assert readings("àà&\"è'!ç&&".encode())[0].text == "0013748911"
    assert readings("àà&\"è'!ç&&".encode())[0].layout == "be"
    assert readings(b"$))^#*!###(#!")[0].layout == "reverse"


@given(proved_codes, st.sampled_from(ALL))
@example("50575725", "fr")
def test_a_garbled_number_is_always_recovered_and_proved(number: str, name: str) -> None:
    assume(name not in {"fr+lock", "be+lock", "us+caps"})  # digits come out right there
    found = [r for r in readings(seen(number, name).encode()) if r.text == number and r.proof]
    assert found
    assert found[0].proof is Proof.CHECK_DIGIT
    assert found[0].layout
    assert found[0].why


@given(proved_codes, st.sampled_from(BASES))
def test_two_keyboards_that_give_two_right_numbers_are_never_chosen_between_in_silence(number: str, name: str) -> None:
    found = readings(seen(number, name).encode())
    texts = {r.text for r in found if r.proof}
    decision = decide(found, lambda _reading: False)
    assert decision.outcome is (Outcome.AMBIGUOUS if len(texts) > 1 else Outcome.NOT_FOUND)
    if len(texts) > 1:
        assert decision.chosen is None
        assert texts == {r.text for r in decision.candidates}


def test_a_number_right_on_two_keyboards_is_shown_twice_and_the_record_chooses() -> None:
    # à é è ( are 0 2 7 5 on a French PC and 1 2 3 5 on an AFNOR keyboard.
    both = next(
        text
        for place in range(4**7)
        for body in ["".join("0275"[place // 4**n % 4] for n in range(7))]
        for text in [body + check_digit(body)]
        if set(text) <= set("0275") and text.strip("0") and codes.gtin(text.translate(str.maketrans("0275", "1235")))
    )
    other = both.translate(str.maketrans("0275", "1235"))
    assert decided(seen(both)).outcome is Outcome.AMBIGUOUS
    for number in (both, other):
        assert decided(seen(both), (Kind.GTIN, number.zfill(14))).chosen.text == number  # type: ignore[union-attr]
    ask = decided(seen(both), (Kind.GTIN, both.zfill(14)), (Kind.GTIN, other.zfill(14)))
    assert ask.outcome is Outcome.AMBIGUOUS
    assert {r.text for r in ask.candidates} == {both, other}


def test_what_proves_itself_comes_before_what_does_not() -> None:
    found = readings(seen("11111115", "afnor").encode())
    assert (found[0].text, found[0].proof) == ("11111115", Proof.CHECK_DIGIT)
    assert "00000005" in {r.text for r in found[1:]}  # what a French PC would have made so, tried before


def test_a_repair_without_a_proof_or_a_record_is_shown_as_a_guess() -> None:
    guess = decided(seen("HA112"))
    assert guess.outcome is Outcome.NOT_FOUND
    assert guess.chosen
    assert guess.chosen.text == "HA112"
    assert guess.chosen.layout == "fr"
    assert layout_label("fr") in guess.why[0]


def test_accents_that_stand_for_digits_make_the_repair_the_first_guess() -> None:
    assert [r.text for r in readings(seen("REF27").encode())] == ["REF27", "REF23", "REFéè"]  # AFNOR: 3 for 7


def test_a_repair_that_holds_signs_of_no_part_code_is_not_offered() -> None:
    assert {r.text for r in readings(seen(EAN).encode())} == {EAN, seen(EAN)}  # Belgian: `400=3+1333931`


def test_an_aim_identifier_that_came_whole_forbids_every_repair() -> None:
    assert [r.layout for r in readings(b"]C0FARM")] == [""]
    assert [r.layout for r in readings(b"FARM")] == ["", "fr"]


def test_digits_that_came_whole_forbid_every_repair() -> None:
    for text in ("HA112", "QB100", "AP26U-X1", "1-2", EAN):
        assert {r.layout for r in readings(text.encode())} == {""}


def test_raw_and_repaired_both_on_record_ask() -> None:
    ask = decided("FARM", (Kind.REFERENCE, "FARM"), (Kind.REFERENCE, "FQR"))
    assert ask.outcome is Outcome.AMBIGUOUS
    assert ask.chosen is None
    assert [r.text for r in ask.candidates] == ["FARM", "FQR:"]
    assert decided("FARM", (Kind.REFERENCE, "FARM")).outcome is Outcome.FOUND
    assert decided("FARM", (Kind.REFERENCE, "FQR")).outcome is Outcome.FOUND


def test_what_is_left_of_a_garbled_reference_is_no_proof_even_when_a_record_has_that_name() -> None:
    # `GDB1345` is seen `GDB&"'(`: its letters alone may be another reference.
    text = seen("GDB1345")
    ask = decided(text, (Kind.REFERENCE, "GDB"))
    assert ask.outcome is Outcome.AMBIGUOUS
    assert ask.candidates[0].doubtful
    assert [r.text for r in ask.candidates] == [text, "GDB1345"]
    assert decided(text, (Kind.REFERENCE, "GDB1345")).outcome is Outcome.FOUND
    assert decided(text, (Kind.REFERENCE, "GDB1345"), (Kind.REFERENCE, "GDB")).outcome is Outcome.AMBIGUOUS


def test_a_dead_key_is_told_and_nothing_is_guessed() -> None:
    (reading,) = readings("¨%pqrt%M&£".encode())
    assert reading.layout == ""
    assert "`¨` ← `{`" in reading.why[0]
    assert decided("¨%pqrt%M&£", (Kind.REFERENCE, "PQRTM")).outcome is Outcome.AMBIGUOUS


# --- a scanner whose setting is known


def test_the_repair_of_a_known_scanner_comes_first_and_still_needs_a_reason() -> None:
    known = Profile(layout="fr")
    assert [r.layout for r in readings(b"FARM", known)] == ["fr", ""]
    assert readings(seen("BL-2024/0153", "be").encode(), Profile(layout="be"))[0].text == "BL-2024/0153"
    assert decided("FARM", profile=known).outcome is Outcome.NOT_FOUND
    ask = decided("FARM", (Kind.REFERENCE, "FARM"), (Kind.REFERENCE, "FQR"), profile=known)
    assert ask.outcome is Outcome.AMBIGUOUS
    assert decided("FARM", (Kind.REFERENCE, "FARM"), profile=known).outcome is Outcome.AMBIGUOUS
    assert decided(EAN, (Kind.GTIN, "0" + EAN), profile=known).outcome is Outcome.FOUND


@pytest.mark.parametrize("name", ["fr+lock", "be+lock", "fr+caps", "us+caps"])
def test_caps_lock_is_undone_for_a_scanner_known_to_have_it(name: str) -> None:
    record = (Kind.REFERENCE, "QB100")
    found = decided(seen("QB100", name), record, profile=Profile(layout=name))
    assert found.outcome is Outcome.FOUND
    assert found.chosen
    assert found.chosen.value == "QB100"


@pytest.mark.parametrize("name", [RIGHT, "fr", "be", "us+caps"])
@pytest.mark.parametrize("separator", ["029", "#", "$"])
def test_what_a_scanner_types_for_a_separator_is_put_back_in_a_label_and_nowhere_else(
    name: str, separator: str
) -> None:
    profile = Profile(layout=name, aim=True, separator=separator)
    text = seen("]C110AB12", name) + separator + seen("21S1", name)
    assert readings(text.encode(), profile)[0].elements == {"batch": "AB12", "serial": "S1"}
    assert (Kind.REFERENCE, "REF02912") in kinds("REF02912", profile)


def test_a_setting_that_this_version_does_not_know_changes_nothing() -> None:
    strange = Profile(layout="dvorak", separator="#")
    assert kinds(EAN, strange) == kinds(EAN)


# --- orders and calibration


@pytest.mark.parametrize("command", Command)
@pytest.mark.parametrize("before", ["", "]C0", "]Q1"])
def test_an_order_is_followed_without_a_record(command: Command, before: str) -> None:
    found = decided(before + code(command) + "\r")
    assert found.outcome is Outcome.COMMAND
    assert found.chosen
    assert found.chosen.value == command


def test_a_french_word_is_an_order_unless_a_record_has_that_name() -> None:
    assert decided("VALIDER").outcome is Outcome.COMMAND
    assert decided("vqlider").outcome is Outcome.COMMAND
    assert decided("PLUS", (Kind.REFERENCE, "PLUS")).outcome is Outcome.AMBIGUOUS
    assert decided("moin").outcome is Outcome.NOT_FOUND


@given(proved_codes | st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-./ ", max_size=12))
def test_no_code_of_a_product_is_an_order(text: str) -> None:
    words = {"VALIDER", "ANNULER", "PLUS", "MOINS", "DEFAIRE", "QUITTER", *map(code, Command)}
    assume(text.strip() not in words)
    assert Kind.COMMAND not in {r.kind for r in readings(text.encode())}


@pytest.mark.parametrize("name", [*ALL, RIGHT])
def test_the_calibration_code_is_known_garbled_or_not(name: str) -> None:
    found = decided(seen("]Q1" + CALIBRATION, name))
    assert found.outcome is Outcome.CALIBRATION
    assert found.chosen
    assert found.chosen.value == name


# --- several records


def test_a_number_and_a_reference_of_one_text_are_one_thing() -> None:
    found = decided(EAN, (Kind.GTIN, "0" + EAN), (Kind.REFERENCE, EAN))
    assert found.outcome is Outcome.FOUND
    assert found.chosen
    assert found.chosen.kind is Kind.GTIN
    assert len(found.candidates) == 2


def test_the_elements_of_a_label_are_of_one_thing() -> None:
    text = f"]C1010{EAN}241HA112"
    assert decided(text, (Kind.GTIN, "0" + EAN), (Kind.REFERENCE, "HA112")).outcome is Outcome.FOUND
    assert decided(text, (Kind.REFERENCE, "HA112")).chosen.value == "HA112"  # type: ignore[union-attr]
    parcel = f"]C100{SSCC}020{EAN}3712"
    assert decided(parcel, (Kind.GTIN, "0" + EAN), (Kind.SSCC, SSCC)).outcome is Outcome.FOUND


@pytest.mark.parametrize(
    ("text", "records"),
    [
        ("96385074", [(Kind.GTIN, "00000096385074"), (Kind.DELIVERY_NOTE, "96385074")]),
        ("250001106", [(Kind.DELIVERY_NOTE, "250001106"), (Kind.REFERENCE, "250001106")]),
        ("2000000000015", [(Kind.BUYBACK, "2000000000015"), (Kind.GTIN, "02000000000015")]),
        ("9KZCT73K", [(Kind.ARTICLE_CODE, "9KZCT73K"), (Kind.REFERENCE, "9KZCT73K")]),
        ("01234558", [(Kind.GTIN, "00000001234558"), (Kind.GTIN, "00012345000058")]),
    ],
)
def test_different_things_with_one_code_ask(text: str, records: list[tuple[Kind, str]]) -> None:
    ask = decided(text, *records)
    assert ask.outcome is Outcome.AMBIGUOUS
    assert ask.chosen is None
    assert [(r.kind, r.value) for r in ask.candidates] == records
    for record in records:
        alone = decided(text, record)
        assert alone.outcome is Outcome.FOUND
        assert alone.chosen
        assert (alone.chosen.kind, alone.chosen.value) == record


def test_a_number_that_is_right_and_not_on_record_is_not_found() -> None:
    found = decided(EAN)
    assert found.outcome is Outcome.NOT_FOUND
    assert found.chosen
    assert found.chosen.value == "0" + EAN
    assert found.why


def test_a_buyback_number_is_found_from_its_label() -> None:
    number = in_store_number(12, 345)
    for text in (number, f"]C0{number}", f"]E0{number}", seen(number), seen(number, "afnor")):
        assert decided(text, (Kind.BUYBACK, number)).outcome is Outcome.FOUND


# --- noise


@pytest.mark.parametrize(
    "raw",
    [b"", b"\r\n", b" \t", b"\x00" * 50, b"+++", b"\xff\xfe\x00\x01", bytes(range(256)), b"A" * (LONGEST_SCAN + 1)],
)
def test_noise_is_unreadable_and_says_why(raw: bytes) -> None:
    found = decided(raw, (Kind.REFERENCE, ""))
    assert found.outcome is Outcome.UNREADABLE
    assert found.chosen is None
    assert found.why


def test_text_that_is_not_utf_8_is_read_as_windows_writes_it() -> None:
    assert "PIECE" in {reading.value for reading in readings("pièce".encode("cp1252"))}
    assert readings(seen(EAN).encode("cp1252"))[0].value == "0" + EAN


def test_control_characters_are_left_out_and_nothing_shown_can_move_a_cursor() -> None:
    assert kinds("HA\x1b[2J112\x07") == [(Kind.REFERENCE, "HA2J112")]
    for reading in readings("\u202eHA\x1d\x9b112".encode()):
        assert reading.text.isprintable()


raws = (
    st.binary(max_size=300)
    | st.text().map(lambda text: text.encode("utf-8", "surrogatepass"))
    | st.text("]C1E0Qde3(01)240\x1d&é\"'(-è_çà!@#$%^*)ABM?,;:.=+ê¨^«»‘’", max_size=40).map(str.encode)
)
profiles = st.none() | st.builds(
    Profile, st.sampled_from([*ALL, RIGHT, "?"]), st.booleans(), st.sampled_from([GS, "", "029", "$"]), st.just("\r")
)


@given(raws, profiles)
def test_no_bytes_make_the_rules_fail_and_the_same_give_the_same(raw: bytes, profile: Profile | None) -> None:
    found = readings(raw, profile)
    assert found == readings(raw, profile)
    assert 1 <= len(found) <= 12
    assert len({(r.kind, r.value) for r in found}) == len(found)
    strength = [Proof.CODE, Proof.CHECK_DIGIT, Proof.AIM, Proof.NONE]
    assert [r.proof for r in found] == sorted((r.proof for r in found), key=strength.index)
    for reading in found:
        assert reading.text.isprintable()
        assert all(line.isprintable() for line in reading.why)
        assert reading.value or reading.kind in {Kind.NOISE, Kind.CALIBRATION}


@given(raws, profiles, st.data())
def test_no_decision_moves_where_different_things_answer(
    raw: bytes, profile: Profile | None, data: st.DataObject
) -> None:
    found = readings(raw, profile)
    answers = data.draw(st.lists(st.booleans(), min_size=len(found), max_size=len(found)))
    known = [r for r, answered in zip(found, answers, strict=True) if answered]
    decision = decide(found, lambda reading: reading in known)
    assert decision.why
    if decision.outcome is Outcome.FOUND:
        assert decision.chosen in known
        assert decision.chosen
        assert not decision.chosen.doubtful
        assert {r.text for r in known} == {decision.chosen.text}
    elif decision.outcome in {Outcome.AMBIGUOUS, Outcome.UNREADABLE}:
        assert decision.chosen is None
    elif decision.outcome is Outcome.NOT_FOUND:
        assert not known


def test_long_scans_cost_no_more_than_their_length() -> None:
    def cost(raw: bytes) -> float:
        laps = []
        for _lap in range(5):
            start = time.perf_counter()
            readings(raw)
            laps.append(time.perf_counter() - start)
        return min(laps)

    for unit in (b"&", b"\x1d10A", os.urandom(16), "é(".encode(), b"(10)A", b"[e"):
        readings(unit * 64)
        assert cost(unit * 16_384) < 64 * cost(unit * 512) + 0.01
