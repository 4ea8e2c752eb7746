"""Bytes and moments in, scans out: line ends, silences, pace, bounds and echoes."""

import tracemalloc
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.desk.framing import ECHO, LINE_END, PACE, PAUSE, Echoes, Framing
from comptoir.desk.scanner import LONGEST, Scan

EAN = b"4006381333931"
SCANNED, TYPED = 0.008, 0.15  # seconds a key: a USB scanner, a person
LINE = st.binary(min_size=1, max_size=40).filter(lambda line: not set(line) & set(b"\r\n\t"))


def keys(framing: Framing, data: bytes, pace: float, start: float = 10.0) -> list[Scan]:
    """Hit keys one by one at a pace in seconds, silences told as a reader does; give what this closes."""
    scans = []
    for place in range(len(data)):
        scans += framing.feed(data[place : place + 1], start + place * pace)
        if pace > PAUSE:
            scans += framing.silence()
    return scans


def codes(scans: Iterable[Scan]) -> list[bytes]:
    return [scan.data for scan in scans]


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n", b"\t"])
def test_each_line_end_closes_a_scan_and_is_told(end):
    assert Framing("keyboard", keyboard=True).feed(EAN + end, 2.5) == [Scan(EAN, 2.5, "keyboard", end)]


def test_a_carriage_return_and_a_line_feed_in_two_reads_are_one_end():
    framing = Framing("keyboard", keyboard=True)
    keys(framing, b"12", TYPED)
    assert codes(framing.feed(EAN + b"\r", 20.0)) == [EAN]
    assert framing.feed(b"\n", 20.1) == []
    assert framing.typed == b"12"


def test_an_empty_line_is_nothing():
    assert Framing("stdin").feed(b"\r\n\n\r\r\n\t\t", 1.0) == []


@given(lines=st.lists(st.tuples(LINE, st.sampled_from([b"\r", b"\n", b"\r\n", b"\t"]))), data=st.data())
def test_nothing_is_lost_nor_changed_however_the_bytes_are_read(lines, data):
    sent = b"".join(line + end for line, end in lines)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(sent)), max_size=12)))
    framing = Framing("serial:/dev/ttyACM0")
    scans: list[Scan] = []
    for start, end in zip([0, *cuts], [*cuts, len(sent)], strict=True):
        scans += framing.feed(sent[start:end], 1.0)
    assert codes(scans) == [line for line, _end in lines]
    assert framing.silence() == []


def test_a_burst_that_nothing_ends_is_closed_by_the_silence_after_it():
    framing = Framing("keyboard", keyboard=True)
    assert keys(framing, EAN, SCANNED, start=4.0) == []
    (scan,) = framing.silence()
    assert scan == Scan(EAN, pytest.approx(4.0 + 12 * SCANNED), "keyboard")
    assert framing.silence() == []


def test_what_a_person_types_is_closed_by_a_line_end_alone():
    framing = Framing("keyboard", keyboard=True)
    assert keys(framing, b"0986424707", TYPED) == []
    assert framing.silence() == []
    assert framing.under_way == b"0986424707"
    (scan,) = framing.feed(b"\r", 99.0)
    assert (scan.data, scan.typed, scan.suffix) == (b"0986424707", True, b"\r")
    assert framing.under_way == b""


@pytest.mark.parametrize(("pace", "typed"), [(0.001, False), (0.034, False), (0.036, True), (0.09, True)])
def test_the_pace_of_the_keys_tells_who_hit_them(pace, typed):
    framing = Framing("keyboard", keyboard=True)
    (scan,) = keys(framing, b"98765432\r", pace)
    assert scan.typed is typed


@pytest.mark.parametrize(("code", "typed"), [(b"12345\r", True), (b"123456\r", False)])
def test_a_pace_is_told_of_six_keys_at_least(code, typed):
    (scan,) = Framing("keyboard", keyboard=True).feed(code, 1.0)
    assert scan.typed is typed


def test_an_accented_letter_is_one_key():
    five, six = "àéèçù", "àéèçù&"
    for text, typed in ((five, True), (six, False)):
        (scan,) = Framing("keyboard", keyboard=True).feed(text.encode() + b"\r", 1.0)
        assert scan.typed is typed


def test_a_held_key_is_no_scanner():
    framing = Framing("keyboard", keyboard=True)
    assert keys(framing, b"aaaaaaaaaa", PACE - 0.005) == []
    assert framing.under_way == b"aaaaaaaaaa"
    assert framing.silence() == []


def test_a_scan_in_the_middle_of_a_typed_line_leaves_the_line_as_it_was():
    framing = Framing("keyboard", keyboard=True)
    keys(framing, b"BL-20", TYPED)
    assert codes(keys(framing, EAN + b"\r", SCANNED, start=50.0)) == [EAN]
    keys(framing, b"24", TYPED, start=60.0)
    keys(framing, EAN, SCANNED, start=70.0)
    assert codes(framing.silence()) == [EAN]
    assert framing.under_way == b"BL-2024"
    assert codes(framing.feed(b"\r", 80.0)) == [b"BL-2024"]


def test_a_burst_under_way_is_not_shown_as_typed():
    framing = Framing("keyboard", keyboard=True)
    keys(framing, b"12", TYPED)
    keys(framing, EAN, SCANNED, start=50.0)
    assert framing.under_way == b"12"


def test_away_from_a_keyboard_nobody_types_and_any_silence_closes():
    framing = Framing("serial:COM3")
    assert keys(framing, b"A1", 0.05) == []
    assert framing.silence() == [Scan(b"A1", pytest.approx(10.05), "serial:COM3")]


def test_a_file_has_no_tab_for_a_line_end():
    assert codes(Framing("stdin", ends=LINE_END).feed(b"A\t2\rB\t\n", 1.0)) == [b"A\t2", b"B\t"]


@pytest.mark.parametrize("source", ["keyboard", "stdin"])
def test_what_is_too_long_is_cut_and_told_and_the_next_scan_is_whole(source):
    framing = Framing(source, keyboard=source == "keyboard")
    scans: list[Scan] = []
    for _ in range(64):
        scans += framing.feed(b"0123456789abcdef" * 1_024, 1.0)
    scans += framing.feed(b"\r" + EAN + b"\r", 1.0)
    assert [(len(scan.data), scan.cut) for scan in scans] == [(LONGEST, True), (len(EAN), False)]


def test_a_scan_of_the_longest_length_is_whole():
    (scan,) = Framing("stdin").feed(b"01" * (LONGEST // 2) + b"\n", 1.0)
    assert (len(scan.data), scan.cut) == (LONGEST, False)


def test_a_typed_line_is_bounded_too():
    framing = Framing("keyboard", keyboard=True)
    for _ in range(LONGEST):
        framing.feed(b"aaa", 1.0)
        framing.silence()
    assert len(framing.under_way) == LONGEST + 1
    (scan,) = framing.feed(b"\r", 1.0)
    assert (len(scan.data), scan.cut, scan.typed) == (LONGEST, True, True)


def test_memory_does_not_grow_with_what_never_ends():
    framing = Framing("keyboard", keyboard=True)
    noise = bytes(byte for byte in range(256) if byte not in b"\r\n\t") * 16
    tracemalloc.start()
    for _ in range(2_000):
        framing.feed(noise, 1.0)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20 * LONGEST


@pytest.mark.parametrize(("after", "echo"), [(0.0, True), (ECHO - 0.01, True), (ECHO + 0.01, False)])
def test_the_same_code_again_at_once_is_an_echo(after, echo):
    echoes = Echoes()
    assert not echoes.is_echo(Scan(EAN, 5.0, "keyboard"))
    assert echoes.is_echo(Scan(EAN, 5.0 + after, "keyboard")) is echo


def test_a_code_left_before_the_scanner_stays_one_scan():
    echoes = Echoes()
    heard = [echoes.is_echo(Scan(EAN, 0.5 * turn, "keyboard")) for turn in range(10)]
    assert heard == [False] + [True] * 9


def test_another_code_or_another_scanner_is_no_echo():
    echoes = Echoes()
    assert not echoes.is_echo(Scan(EAN, 1.0, "keyboard"))
    assert not echoes.is_echo(Scan(EAN, 1.1, "camera:0"))
    assert not echoes.is_echo(Scan(b"BL", 1.2, "keyboard"))
    assert not echoes.is_echo(Scan(EAN, 1.3, "keyboard"))
