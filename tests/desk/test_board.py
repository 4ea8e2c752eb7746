"""The board: what a terminal shows after it was drawn, and what it never lets through."""

import time
from io import StringIO

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.desk.board import Board, Line, cut
from comptoir.desk.table import wide


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "20")
    monkeypatch.setenv("LINES", "5")
    return StringIO()


def seen(talk: StringIO, columns: int = 20, lines: int = 5) -> pyte.Screen:
    screen = pyte.Screen(columns, lines)
    pyte.Stream(screen).feed(talk.getvalue())
    return screen


def test_a_board_is_drawn_over_the_last_one(talk):
    board = Board(talk)
    board.draw([Line("a long first line"), Line("second"), Line("third")])
    board.draw([Line("short"), Line("other")])
    assert [line.rstrip() for line in seen(talk).display] == ["short", "other", "", "", ""]


def test_what_does_not_fit_is_left_out_and_nothing_scrolls(talk):
    Board(talk).draw([Line(f"line {number} and much more than fits") for number in range(9)])
    shown = [line.rstrip() for line in seen(talk).display]
    assert shown[0] == "line 0 and much mor…"
    assert shown[4] == "line 4 and much mor…"


def test_a_large_line_is_painted_across_the_whole_width(talk, monkeypatch):
    monkeypatch.delenv("NO_COLOR")
    Board(talk).draw([Line("FOUND", "good"), Line("plain")])
    screen = seen(talk)
    assert {screen.buffer[0][column].bg for column in range(20)} == {"green"}
    assert {screen.buffer[1][column].bg for column in range(20)} == {"default"}


def test_where_colours_are_unwelcome_it_is_reversed(talk):
    Board(talk).draw([Line("UNKNOWN", "bad")])
    screen = seen(talk)
    assert all(screen.buffer[0][column].reverse and screen.buffer[0][column].bg == "default" for column in range(20))


@given(st.text(max_size=60))
def test_no_text_ever_speaks_to_the_terminal(text):
    talk = StringIO()
    board = Board(talk)
    board.still = False
    board.draw([Line(text, "good"), Line(text)])
    left = talk.getvalue()
    for ours in ("\x1b[2J", "\x1b[H", "\x1b[K", "\x1b[J", "\x1b[0m", "\x1b[1;7m", "\x1b[1;30;42m", "\r\n"):
        left = left.replace(ours, "")
    assert not any(ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 for c in left)


def test_a_terminal_that_cannot_be_drawn_over_gets_plain_lines(talk, monkeypatch):
    monkeypatch.setenv("TERM", "dumb")
    board = Board(talk)
    board.draw([Line(""), Line("FOUND", "good"), Line("then")])
    board.leave()
    assert talk.getvalue() == "FOUND\nthen\n"


def test_sounds_are_counted_apart_and_nobody_waits_for_them(talk):
    began = time.monotonic()
    Board(talk).sound(3)
    assert time.monotonic() - began < 0.1
    assert talk.getvalue() == "\a"
    deadline = time.monotonic() + 10
    while talk.getvalue() != "\a\a\a" and time.monotonic() < deadline:
        time.sleep(0.02)
    assert talk.getvalue() == "\a\a\a"


def test_no_sound_is_silent(talk):
    Board(talk).sound(0)
    assert talk.getvalue() == ""


@given(st.text(max_size=40), st.integers(1, 30))
def test_a_text_is_cut_to_its_columns_and_no_shorter_than_needed(text, width):
    made = cut(text, width)
    assert wide(made) <= width
    assert made == text or made.endswith("…")
