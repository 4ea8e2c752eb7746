"""A station in front of a person: scans typed by a scanner, seen in large, heard, and ended as people end things."""

import csv
import json
import shutil
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from io import StringIO
from pathlib import Path

import pytest

from comptoir.scanning.commands import CALIBRATION, Command, code
from comptoir.scanning.layouts import garble, layout

from .conftest import Shop, environment

EAN = "4006381333931"
NOTES = f"""\
note_number,delivery_date,customer,line,reference,ean,designation,quantity,unit_price
200000001,2026-11-10,Atelier du Réemploi,1,12342XV+S2,{EAN},Disque de frein,2,45.90
200000002,2026-11-12,Garage Nord,1,AB-12.34/56,,Plaquettes,1,12.50
200000003,2026-11-12,Garage Nord,1,200000002,,Une pièce nommée comme un bon,1,12.50
"""
PERSON = 0.13  # seconds a key
BEATS = 0.8  # seconds in which three sounds are over, and a code is no echo


@pytest.fixture(scope="module")
def notes(tmp_path_factory) -> Path:
    """A database with delivery notes."""
    folder = tmp_path_factory.mktemp("notes")
    shop = Shop(folder, environment(folder), {})
    (folder / "notes.csv").write_text(NOTES, encoding="utf-8")
    shop.run("delivery", "import", "notes.csv")
    return shop.database


@pytest.fixture
def delivered(shop, notes) -> Shop:
    """A shop that has delivery notes."""
    shutil.copy(notes, shop.database)
    return shop


@pytest.fixture
def station(delivered, counter) -> Callable[..., object]:
    """Give what opens a station, and waits until it is ready."""

    def sit(line: str = "scan", **more: object) -> object:
        terminal = counter(line, **more)
        terminal.sees("SCANNEZ")
        return terminal

    return sit


def reads(shop, sql: str = "SELECT raw FROM scan ORDER BY id") -> list[object]:
    with closing(sqlite3.connect(shop.database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return [value for (value,) in connection.execute(sql)]


def hits(terminal, keys: str) -> None:
    """Hit keys as a person does."""
    for key in keys:
        terminal.types(key)
        time.sleep(PERSON)


def rings(terminal, wanted: int) -> int:
    """Count the sounds once so many came, and a moment after."""
    until = time.monotonic() + 10
    while terminal.raw.count(b"\a") < wanted and time.monotonic() < until:
        terminal.ever_sees("no such text", within=0.1)
    terminal.ever_sees("no such text", within=BEATS)
    return terminal.raw.count(b"\a")


def looks(terminal, text: str) -> set[tuple[str, bool]]:
    """Give the backgrounds of the whole line that shows a text, and whether it is reversed."""
    (row,) = [row for row, line in enumerate(terminal.lines) if text in line][:1]
    return {(cell.bg, cell.reverse) for cell in terminal.cells(row)}


# --- seen and heard


def test_each_outcome_is_painted_in_large_and_heard_its_own_way(station, shop):
    terminal = station()
    rung = 0
    for keys, headline, colour, more in (
        (f"{EAN}\r", f"TROUVÉ {EAN}", "green", 1),
        ("NOWHERE-12\r", "INCONNU NOWHERE-12", "red", 2),
        ("200000002\r", "LEQUEL", "brown", 3),
        (f"{EAN}\r{EAN}\r", f"TROUVÉ {EAN}", "green", 1),  # the second one is an echo
    ):
        terminal.types(keys)
        terminal.sees(headline)
        rung += more
        assert rings(terminal, rung) == rung
        assert {background for background, _reverse in looks(terminal, headline)} == {colour}
    assert reads(shop, "SELECT outcome FROM scan ORDER BY id") == ["found", "not_found", "ambiguous", "found", "echo"]


def test_what_it_is_found_in_stands_below_and_ambiguous_codes_show_every_candidate(station):
    terminal = station()
    terminal.types("12342xv s2\r")
    terminal.sees("200000001", "12342XV+S2", "Disque de frein", "45,90 €")
    terminal.types("200000002\r")
    terminal.sees("200000003", "nommée comme", "AB-12.34/56", but="Disque de frein")


def test_a_garbled_scan_is_found_and_says_which_keyboard_is_at_fault(station, shop):
    terminal = station()
    terminal.types(garble(EAN, layout("fr")) + "\r")
    terminal.sees(f"TROUVÉ {EAN}", "réglée en américain sur un clavier français de PC")
    assert reads(shop) == [garble(EAN, layout("fr")).encode()]


def test_the_sheet_of_codes_sets_a_scanner(station, shop):
    terminal = station()
    terminal.types(garble(CALIBRATION, layout("be")) + "\r")
    terminal.sees("DOUCHETTE RECONNUE", "belge")
    assert reads(shop, "SELECT layout || ' ' || source FROM scanner") == ["be keyboard"]


def test_the_scans_before_stay_on_the_screen_the_newest_first(station):
    terminal = station()
    for number in range(8):
        terminal.types(f"NOWHERE-{number}\r")
    terminal.sees("INCONNU NOWHERE-7", but="NOWHERE-1")  # the lowest line is painted last
    shown = [line for line in terminal.lines if "NOWHERE" in line]
    assert [line[-1] for line in shown] == ["7", "6", "5", "4", "3", "2"]


def test_five_hundred_scans_at_full_speed_are_all_in_the_journal_in_their_order(station, shop):
    terminal = station()
    wanted = [f"SCAN-{number:04}" for number in range(500)]
    for start in range(0, 500, 50):
        terminal.types("".join(f"{each}\r" for each in wanted[start : start + 50]))
        terminal.ever_sees("no such text", within=0.05)
    terminal.sees("INCONNU SCAN-0499", "INCONNU SCAN-0498")
    terminal.types("\x04")
    assert terminal.ends() == 0
    assert reads(shop) == [each.encode() for each in wanted]
    terminal.sees("500 lectures")


@pytest.mark.parametrize("suffix", ["\r", "\n", "\r\n", "\t", ""])
def test_a_scan_ends_as_its_scanner_is_set(station, suffix):
    terminal = station()
    terminal.types(EAN + suffix)
    terminal.sees(f"TROUVÉ {EAN}")


# --- a person types


def test_what_a_person_types_is_shown_and_taken_at_enter(station, shop):
    terminal = station()
    hits(terminal, "20000000x\b1")
    terminal.sees("200000001", but="TROUVÉ")
    assert reads(shop) == []
    hits(terminal, "\r")
    terminal.sees("TROUVÉ 200000001", "Disque de frein", "Ctrl-D")
    assert reads(shop) == [b"200000001"]


def test_a_line_under_way_goes_on_after_a_scan(station, shop):
    terminal = station()
    hits(terminal, "2000")
    terminal.types(f"{EAN}\r")
    terminal.sees(f"TROUVÉ {EAN}")
    hits(terminal, "00001\r")
    terminal.sees("TROUVÉ 200000001")
    assert reads(shop) == [EAN.encode(), b"200000001"]


def test_a_line_under_way_is_still_seen_after_a_scan(station):
    terminal = station()
    hits(terminal, "2000")
    terminal.types(f"{EAN}\r")
    terminal.sees(f"TROUVÉ {EAN}")
    assert terminal.ever_sees("clavier : 2000", within=2)


# --- orders and ends


def test_the_code_to_undo_takes_the_last_scan_off_the_screen(station):
    terminal = station()
    for keys in (f"{EAN}\r", "NOWHERE-1\r"):
        terminal.types(keys)
    terminal.sees("INCONNU NOWHERE-1")
    terminal.types(code(Command.UNDO) + "\r")
    terminal.sees(f"TROUVÉ {EAN}", "Disque de frein", "défait : INCONNU NOWHERE-1")
    assert sum("NOWHERE" in line for line in terminal.lines) == 1
    terminal.types(code(Command.UNDO) + "\r")
    terminal.ever_sees("no such text", within=1)
    terminal.types(f"{EAN}\r")
    terminal.sees(f"TROUVÉ {EAN}")


@pytest.mark.parametrize("keys", [code(Command.QUIT), garble(code(Command.QUIT), layout("fr+caps")), "QUITTER"])
def test_the_code_to_quit_ends_the_station_with_its_sum(station, shop, keys):
    terminal = station()
    terminal.types(f"{EAN}\r")
    terminal.sees(f"TROUVÉ {EAN}")
    terminal.types(f"{keys}\r")
    assert terminal.ends() == 0
    terminal.sees("2 lectures ; trouvées : 1")
    assert terminal.is_left_clean()
    assert len(reads(shop)) == 2


def test_ctrl_d_ends_the_station_and_ctrl_d_after_letters_does_not(station):
    terminal = station()
    hits(terminal, "A")
    hits(terminal, "\x04")
    assert not terminal.ever_sees("lectures", within=0.5)
    hits(terminal, "\b\x04")
    assert terminal.ends() == 0
    assert terminal.is_left_clean()


def test_ctrl_c_leaves_with_130_and_the_terminal_as_it_was(station, shop):
    terminal = station()
    terminal.types(f"{EAN}\r")
    terminal.sees(f"TROUVÉ {EAN}")
    terminal.types("\x03")
    assert terminal.ends() == 130
    assert terminal.is_left_clean()
    assert reads(shop) == [EAN.encode()]


def test_ctrl_c_says_its_word_on_a_line_of_its_own(station):
    terminal = station()
    terminal.types(f"{EAN}\r")
    terminal.sees(f"TROUVÉ {EAN}")
    terminal.types("\x03")
    terminal.ends()
    (said,) = [line for line in terminal.lines if "interrompu" in line]
    assert said.startswith("interrompu")


def test_a_station_that_is_ended_leaves_the_terminal_as_it_was(station, shop):
    terminal = station()
    terminal.types(f"{EAN}\r")
    terminal.sees(f"TROUVÉ {EAN}")
    terminal.process.kill(signal.SIGTERM)
    assert terminal.ends() == 128 + signal.SIGTERM
    assert terminal.is_left_clean()
    assert reads(shop) == [EAN.encode()]


def test_a_window_that_is_closed_ends_the_station(station, shop):
    terminal = station()
    terminal.types(f"{EAN}\r")
    terminal.sees(f"TROUVÉ {EAN}")
    terminal.hangs_up()
    assert reads(shop) == [EAN.encode()]


def test_control_characters_of_a_scan_are_data_and_reach_no_terminal(station, shop):
    terminal = station()
    scan = "AB\x03\x04\x1a\x07\x9b31m-12"
    terminal.types(f"{scan}\r")
    terminal.sees("INCONNU")
    terminal.types("2000\x9b00002\x07\r")
    terminal.sees("LEQUEL")
    assert reads(shop) == [scan.encode(), "2000\x9b00002\x07".encode()]
    assert "\x9b" not in terminal.written
    assert not {"\x03", "\x04", "\x1a"} & set(terminal.written)


# --- terminals of every kind


def test_a_small_terminal_shows_the_same(station):
    terminal = station(columns=40, rows=20)
    terminal.types("200000002\r")
    terminal.sees("LEQUEL", "200000003")
    for _turn in range(3):
        terminal.types("NOWHERE-1\r")
        terminal.types(f"{EAN}\r")
    terminal.sees("TROUVÉ", "Disque de frein", times=1)
    assert len(terminal.lines) <= 20
    assert "TROUVÉ" in terminal.text.split("\n")[1]


def test_without_colour_the_large_line_is_reversed(station):
    terminal = station(NO_COLOR="1")
    terminal.types(f"{EAN}\r")
    terminal.sees(f"TROUVÉ {EAN}")
    assert looks(terminal, f"TROUVÉ {EAN}") == {("default", True)}
    assert not any(code_ in terminal.written for code_ in ("\x1b[1;30;42m", "\x1b[1;97;41m"))


def test_a_terminal_that_cannot_be_drawn_over_gets_lines(station):
    terminal = station(TERM="dumb")
    terminal.types(f"{EAN}\r")
    terminal.sees(f"TROUVÉ {EAN}", "Disque de frein")
    assert "\x1b" not in terminal.written
    terminal.types("\x04")
    assert terminal.ends() == 0


def test_a_terminal_that_cannot_be_drawn_over_is_not_told_the_last_scan_at_each_key(station):
    terminal = station(TERM="dumb")
    terminal.types(f"{EAN}\r")
    terminal.sees(f"TROUVÉ {EAN}")
    hits(terminal, "2000")
    terminal.sees("clavier : 2000")
    assert terminal.written.count(f"TROUVÉ {EAN}") == 1


def test_a_window_may_change_its_size_between_two_scans(station):
    terminal = station(columns=100, rows=40)
    terminal.types(f"{EAN}\r")
    terminal.sees(f"TROUVÉ {EAN}")
    terminal.resize(40, 20)
    terminal.sees(f"TROUVÉ {EAN}", "Disque de frein")  # drawn anew at once
    terminal.types("NOWHERE-12\r")
    terminal.sees("INCONNU NOWHERE-12", f"TROUVÉ {EAN}")
    assert terminal.lines[1].strip() == "INCONNU NOWHERE-12"
    assert len(terminal.lines) <= 20


# --- rows elsewhere


def test_rows_go_to_a_file_while_the_screen_shows(station, shop):
    terminal = station("comptoir scan --format csv >out.csv")
    out = shop.folder / "out.csv"
    terminal.types(f"{EAN}\r")
    terminal.sees(f"TROUVÉ {EAN}", "Disque de frein")
    until = time.monotonic() + 10  # the screen shows first
    while len(rows := list(csv.reader(StringIO(out.read_text(encoding="utf-8"))))) < 2:
        assert time.monotonic() < until
    _header, row = rows
    assert row[2:4] == [EAN, "found"]
    terminal.types("\x04")
    assert terminal.ends() == 0
    assert "\x1b" not in out.read_text(encoding="utf-8")
    terminal.sees("1 lecture")


def test_rows_go_to_the_terminal_where_they_are_asked_for(counter, delivered):
    terminal = counter("scan --format jsonl")
    time.sleep(1)
    terminal.types(f"{EAN}\r")
    terminal.sees('"outcome": "found"')
    assert "\x1b[H" not in terminal.written
    terminal.types("\x04")
    assert terminal.ends() == 0
    assert terminal.is_left_clean()


def test_the_screen_has_the_size_of_its_own_terminal_where_the_rows_go_to_a_file(delivered, counter):
    terminal = counter("comptoir scan --format csv >out.csv", columns=40, rows=20)
    terminal.types(f"{EAN}\r")
    assert terminal.ever_sees("TROUVÉ", within=3)
    assert "TROUVÉ" in terminal.lines[1]


def test_a_file_of_rows_is_whole_when_the_station_ends(station, shop):
    terminal = station("scan -o out.jsonl")
    terminal.types(f"{EAN}\r")
    terminal.sees(f"TROUVÉ {EAN}")
    terminal.types("\x04")
    assert terminal.ends() == 0
    assert json.loads((shop.folder / "out.jsonl").read_text(encoding="utf-8"))["outcome"] == "found"


def test_a_file_of_rows_keeps_what_was_scanned_before_ctrl_c(station, shop):
    terminal = station("scan -o out.jsonl")
    terminal.types(f"{EAN}\r")
    terminal.sees(f"TROUVÉ {EAN}")
    terminal.types("\x03")
    assert terminal.ends() == 130
    assert (shop.folder / "out.jsonl").exists()


def test_no_scan_is_lost_that_came_before_the_station_was_ready(delivered, counter):
    terminal = counter("scan")
    terminal.types(f"{EAN}\r")
    terminal.sees(f"TROUVÉ {EAN}")
