"""The screen of a station, laid out: what stands on it whatever its size, and whatever was scanned."""

import time
from io import StringIO

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.desk.board import Board
from comptoir.desk.table import table, wide
from comptoir.scanning.screen import PAST, Card, drawn, waiting

SIZES = [(80, 24), (40, 20), (20, 5), (200, 60)]
TITLES = ("N°", "Date", "Référence", "Désignation", "Éligible", "Retournée", "Prix")
WIDE = "デ・ディスク 漢字"


def row(number: int, designation: str = "Disque de frein avant ventilé"):
    return (
        (f"2{number:08}", False),
        ("12/11/2026", False),
        ("12342XV+S2", False),
        (designation, False),
        ("1", True),
        ("0", True),
        ("45,90 €", True),
    )


def card(headline: str, rows: int = 0, designation: str = "Disque de frein avant ventilé", why: tuple[str, ...] = ()):
    return Card(headline, "good", why, TITLES, tuple(row(number, designation) for number in range(rows)))


def texts(cards, size=(80, 24), typed: str = "") -> list[str]:
    return [line.text for line in drawn(cards or [waiting()], typed, size)]


def on_terminal(cards, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch, typed: str = "") -> list[str]:
    """Give what a terminal of that size shows."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", str(size[0]))
    monkeypatch.setenv("LINES", str(size[1]))
    talk = StringIO()
    Board(talk).draw(drawn(cards or [waiting()], typed, size))
    screen = pyte.Screen(*size)
    pyte.Stream(screen).feed(talk.getvalue())
    assert screen.cursor.y < size[1]
    return ["".join(screen.buffer[y][x].data for x in range(size[0])).rstrip() for y in range(size[1])]


def squeezed(lines: list[str]) -> str:
    return "".join("".join(lines).split())


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("rows", [0, 1, 5, 50])
@pytest.mark.parametrize("before", [0, 1, 5, 9])
def test_a_screen_has_its_lines_and_no_more_and_says_the_last_scan(size, rows, before):
    cards = [card(f"TROUVÉ {number}") for number in range(before)] + [card("TROUVÉ 4006381333931", rows)]
    lines = texts(cards, size)
    assert len(lines) <= size[1]
    assert "TROUVÉ4006381333931" in squeezed(lines)


@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_wider_than_a_terminal_of_that_size(size, monkeypatch):
    cards = [card(f"WAS {WIDE * 3}"), card(f"TROUVÉ {WIDE * 6}", 12, WIDE * 9, (WIDE * 5,))]
    for typed in ("", WIDE * 20):
        shown = on_terminal(cards, size, monkeypatch, typed)
        assert squeezed([WIDE])[:3] in squeezed(shown)  # nothing wrapped nor scrolled the large line away


@pytest.mark.parametrize("size", SIZES)
def test_what_is_laid_out_above_the_past_scans_is_no_wider_than_the_screen(size):
    cards = [card(f"TROUVÉ {WIDE * 6}", 12, WIDE * 9, (WIDE * 5, "a b c " * 60))]
    lines = texts(cards, size)
    assert all(wide(line) <= size[0] for line in (lines[:-1] if len(lines) > 1 else lines))


def test_the_scans_before_stand_below_the_newest_first():
    cards = [card(f"SCAN{number}", 50) for number in range(9)]
    below = [line for line in texts(cards) if line.startswith("SCAN")]
    assert below == [f"SCAN{number}" for number in range(7, 7 - PAST, -1)]


def test_the_lines_that_do_not_fit_are_counted():
    lines = texts([card("TROUVÉ", 50)], (200, 24))
    shown = sum(line.startswith("2000") for line in lines)
    (told,) = [line for line in lines if line.startswith("... ")]
    assert 0 < shown < 50
    assert str(50 - shown) in told


def test_what_fits_is_shown_whole():
    lines = texts([card("TROUVÉ", 5)], (200, 24))
    assert sum(line.startswith("2000") for line in lines) == 5
    assert not any(line.startswith("... ") for line in lines)


def test_a_typed_line_stands_last_on_the_screen():
    for size in ((80, 24), (40, 20)):
        assert texts([card("TROUVÉ", 50)], size, "2000")[-1].endswith(": 2000")


def test_a_typed_line_is_seen_on_the_smallest_screen():
    cards = [card("TROUVÉ 4006381333931 - 2 réponses")] * 4
    assert any("2000" in text for text in texts(cards, (20, 5), "2000"))


def test_the_end_of_a_long_typed_line_is_what_is_seen(monkeypatch):
    shown = on_terminal([], (40, 20), monkeypatch, "0123456789" * 5 + "LAST")
    assert "LAST" in squeezed(shown)


def test_before_the_first_scan_it_says_what_to_do():
    lines = texts([])
    assert "SCANNEZ" in lines[0]
    assert any(line for line in lines[1:])


@given(
    st.lists(
        st.builds(card, st.text(max_size=80), st.integers(0, 7), st.text(min_size=1, max_size=60)).flatmap(
            lambda made: st.lists(st.text(max_size=90), max_size=6).map(lambda why: made._replace(why=tuple(why)))
        ),
        max_size=8,
    ),
    st.text(max_size=60),
    st.integers(20, 120),
    st.integers(5, 60),
)
def test_no_scan_breaks_the_layout(cards, typed, width, height):
    lines = drawn(cards or [waiting()], typed, (width, height))
    assert 0 < len(lines) <= height


@given(st.integers(1, 25), st.integers(1, 8), st.integers(0, 3))
def test_a_window_of_any_size_is_survived(width, height, rows):
    assert len(drawn([card("TROUVÉ 4006381333931", rows), card("X")], "typed", (width, height))) <= height


def test_fifty_records_take_no_longer_than_a_few_tables_of_them():
    shown = card("TROUVÉ", 50)
    whole = min(timed(lambda: list(table(shown.titles, shown.cells, 80))) for _turn in range(3))
    assert min(timed(lambda: drawn([shown], "", (80, 24))) for _turn in range(3)) < 6 * whole


def timed(function) -> float:
    began = time.process_time()
    function()
    return time.process_time() - began
