"""The return basket under a scanner: what an operator sees and hears, and what is kept however the station ends."""

import random
import shutil
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from comptoir.scanning.commands import Command, code, lettered
from comptoir.scanning.layouts import garble, layout

from .conftest import Shop, Terminal, environment
from .test_scan import BEATS, hits, looks, rings

AT = "2021-12-10T10:00"  # a Friday, and returns are open
ORMES, LELONG = "GARAGE DES ORMES", "CARROSSERIE LELONG"
OLD, NEW, OTHER = 255000100, 255000200, 255000300
FILTER, RADIATOR, CORE, VALVE = "4009026010631", "4082858376007", "3333933452200", "3221080966049"
NOTES = f"""\
note_number,delivery_date,customer,line,reference,ean,designation,quantity,unit_price,core_deposit
{OLD},2021-11-10,{ORMES},1,8MK376,{RADIATOR},RADIATEUR MOTEUR,2,93.54,
{NEW},2021-12-03,{ORMES},1,OC 1063,{FILTER},FILTRE A HUILE,900,7.48,
{NEW},2021-12-03,{ORMES},2,RTE4522-C,{CORE},CARDAN AV DROIT ECHANGE STANDARD,2,64.90,45.00
{NEW},2021-12-03,{ORMES},3,096 604 3,{VALVE},VALVE CAOUTCHOUC TR413,900,0.54,
{OTHER},2021-12-06,{LELONG},1,OC 1063,{FILTER},FILTRE A HUILE,3,7.48,
"""
MANY = [f"{NEW},2021-12-03,{ORMES},{line},PIECE-{line},,PIECE NUMERO {line},1,1.00," for line in range(10, 30)]
VALIDATE, CANCEL, PLUS, MINUS, REST, UNDO, QUIT = (
    code(Command(name)) for name in ("validate", "cancel", "plus", "minus", "all", "undo", "quit")
)
MISTAKE, DEFECT, DEPOSIT = (lettered(letters) for letters in ("ERCD", "DFCT", "CORE"))
READY, TOTAL = "SCANNEZ UNE PIÈCE", "au panier"
GOOD, BAD, ASK = "green", "red", "brown"
APART = 0.9  # seconds after which a code is read again and is no echo
SIZES = pytest.mark.parametrize("size", [(80, 24), (40, 20)], ids=["80x24", "40x20"])


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with delivery notes."""
    folder = tmp_path_factory.mktemp("delivered")
    shop = Shop(folder, environment(folder), {})
    (folder / "notes.csv").write_text("\n".join([NOTES.rstrip(), *MANY]), encoding="utf-8")
    shop.run("delivery", "import", "notes.csv")
    with closing(sqlite3.connect(shop.database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    return shop.database


@pytest.fixture
def shop(delivered: Path, tmp_path: Path) -> Shop:
    """A shop that has delivery notes."""
    shutil.copy(delivered, tmp_path / "shop.db")
    return Shop(tmp_path, environment(tmp_path) | {"COMPTOIR_AT": AT}, {})


@pytest.fixture
def station(counter: Callable[..., Terminal]) -> Callable[..., Terminal]:
    """Give what opens a station that builds a return basket, and waits until it is ready."""

    def sit(size: tuple[int, int] = (80, 24), **variables: str) -> Terminal:
        terminal = counter("scan --into returns", columns=size[0], rows=size[1], **variables)
        terminal.sees(READY)
        return terminal

    return sit


def reads(shop: Shop, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(shop.database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return connection.execute(sql).fetchall()


def basket(shop: Shop) -> list[tuple[object, ...]]:
    """Give note, line, reason and quantity of each line."""
    return reads(shop, "SELECT note, line, reason, quantity FROM return_item WHERE basket = '' ORDER BY note, line")


def scans(terminal: Terminal, *given: str) -> None:
    for each in given:
        terminal.types(f"{each}\r")


def large(terminal: Terminal) -> str:
    """Give the large line, wherever it is broken."""
    rows = [row for row in range(terminal.screen.lines) if terminal.cells(row)[0].bg in {GOOD, BAD, ASK}]
    return " ".join(terminal.lines[row].strip() for row in rows if row < len(terminal.lines)).strip()


def still(terminal: Terminal) -> Terminal:
    """Wait until the screen is whole: what is seen first may stand on what is left of the one before."""
    terminal.ever_sees("no such text", within=0.3)
    return terminal


# --- each act, seen and heard


@SIZES
def test_each_act_is_seen_in_large_with_its_basket_and_heard_its_own_way(station, size):
    terminal, rung = station(size), 0
    for keys, headline, colour, sounds, shown in (
        (FILTER, f"REFUSÉ {FILTER}", BAD, 3, ["plusieurs clients"]),
        (str(NEW), f"BON {NEW}", GOOD, 1, ["scannez maintenant ses pièces"]),
        (FILTER, "1 x OC 1063", GOOD, 1, ["FILTRE A HUILE", f"bon {NEW}", "motif à scanner", "au panier : 1 pièce"]),
        (PLUS, "2 x OC 1063", GOOD, 1, ["au panier : 2 pièces"]),
        (MISTAKE, "2 x OC 1063", GOOD, 1, ["Erreur commande", "14,96 €"]),
        (DEPOSIT, "REFUSÉ", BAD, 3, ["aucune consigne", "14,96 €"]),
        (CORE, "1 x RTE4522-C", GOOD, 1, ["CARDAN AV DROIT", "79,86 €"]),
        (DEPOSIT, "1 x RTE4522-C", GOOD, 1, ["Consigne", "59,96 €"]),
        (REST, "2 x RTE4522-C", GOOD, 1, ["au panier : 4 pièces", "104,96 €"]),
        (MINUS, "1 x RTE4522-C", GOOD, 1, ["au panier : 3 pièces", "59,96 €"]),
        (UNDO, "DÉFAIT - 2 x RTE4522-C", GOOD, 1, ["104,96 €"]),
        (lettered("XXXX"), "ORDRE INCONNU", BAD, 3, ["104,96 €"]),
        (CANCEL, "TOUT ANNULER ? SCANNEZ ENCORE", ASK, 2, ["104,96 €"]),
        (VALIDATE, "ENVOYER 4 PIÈCES ? SCANNEZ ENCORE", ASK, 2, ["1 bon de livraison", "104,96 €"]),
    ):
        scans(terminal, keys)
        rung += sounds
        if size == (80, 24) and sounds > 1:  # they sound the same on a small screen, and listening takes its time
            assert rings(terminal, rung) == rung, headline
        terminal.sees(headline, *shown)
        assert large(still(terminal)) == headline
        assert {background for background, _reverse in looks(terminal, headline.split(" ?")[0])} == {colour}
        assert len(terminal.lines) <= size[1]
    assert rings(terminal, rung) == rung
    scans(terminal, VALIDATE)
    terminal.sees("ENVOYÉ - dossier 20000011", "liste de ramassage", but=TOTAL)
    assert rings(terminal, rung + 1) == rung + 1


@SIZES
def test_the_basket_stands_below_the_line_scanned_last_first(station, size):
    terminal = station(size)
    scans(terminal, MISTAKE, RADIATOR, VALVE)
    terminal.sees("1 x 096 604 3", "au panier : 2 pièces", "94,08 €")
    (title,) = [row for row, line in enumerate(still(terminal).lines) if line.startswith("Quantité")]
    first, second = terminal.lines[title + 2 : title + 4]
    assert first.split()[:4] == ["1", "096", "604", "3"]
    assert second.split()[:2] == ["1", "8MK376"]
    assert all("Erreur commande" in line for line in (first, second))


@SIZES
def test_a_large_basket_says_how_many_lines_have_no_room(station, size):
    terminal = station(size)
    scans(terminal, MISTAKE, *(f"PIECE-{line}" for line in range(10, 30)))
    terminal.sees("1 x PIECE-29", "au panier : 20 pièces", "20,00 €", "de plus")
    assert len(still(terminal).lines) == size[1]
    (hidden,) = [line for line in terminal.lines if "de plus" in line]
    shown = sum(line.split()[:1] == ["1"] and "PIECE-" in line for line in terminal.lines if " x " not in line)
    assert int(hidden.split()[2]) == 20 - shown


@SIZES
def test_a_refusal_of_many_lines_leaves_the_total_on_the_screen(station, size):
    terminal = station(size)
    scans(terminal, *(f"PIECE-{line}" for line in range(10, 30)), VALIDATE)
    terminal.sees("REFUSÉ", "motif")
    assert still(terminal).ever_sees("au panier : 20 pièces", within=0.5)


@SIZES
def test_a_code_that_nobody_knows_leaves_the_basket_on_the_screen(station, size):
    terminal = station(size)
    scans(terminal, MISTAKE, RADIATOR, "NOWHERE-12")
    terminal.sees("INCONNU NOWHERE-12")
    assert still(terminal).ever_sees("au panier : 1 pièce", "1 8MK376", within=0.5)


@SIZES
def test_a_basket_that_was_begun_elsewhere_is_shown_at_once(shop, station, size):
    shop.run("returns", "add", str(NEW), "1", "-q", "3", "-r", "defective")
    terminal = station(size)
    terminal.sees("au panier : 3 pièces", "22,44 €", "OC 1063", "Pièce défectueuse")
    scans(terminal, VALVE)
    terminal.sees("1 x 096 604 3", "au panier : 4 pièces", "OC 1063")


def test_a_window_that_changes_its_size_keeps_the_basket(station):
    terminal = station((100, 40))
    scans(terminal, MISTAKE, RADIATOR)
    terminal.sees("1 x 8MK376", "RADIATEUR MOTEUR", "93,54 €")
    terminal.resize(40, 20)
    terminal.sees("1 x 8MK376", "au panier : 1 pièce", "Erreur commande", but="Bon de livraison")


def test_what_another_counter_changes_is_seen_at_the_next_scan_and_is_not_undone(shop, station):
    terminal = station()
    scans(terminal, MISTAKE, RADIATOR)
    terminal.sees("1 x 8MK376")
    shop.run("returns", "set", "1", "--quantity", "2")
    scans(terminal, UNDO)
    terminal.sees("REFUSÉ", "a changé entre-temps", "au panier : 2 pièces", "187,08 €")
    assert basket(shop) == [(OLD, 1, "ordered_by_mistake", 2)]


def test_without_colour_and_where_nothing_can_be_drawn_over_the_words_are_the_same(shop, station):
    terminal = station(NO_COLOR="1")
    scans(terminal, VALVE)
    terminal.sees("1 x 096 604 3")
    assert looks(terminal, "1 x 096 604 3") == {("default", True)}
    terminal.leaves()
    terminal = station(TERM="dumb")
    terminal.sees("au panier : 1 pièce")
    scans(terminal, VALVE)
    terminal.sees("2 x 096 604 3", "au panier : 2 pièces")
    assert "\x1b" not in terminal.written


# --- a scanner, and a keyboard


def test_a_code_that_is_read_twice_at_once_adds_one_and_later_one_more(shop, station):
    terminal = station()
    scans(terminal, VALVE, VALVE)
    terminal.sees("1 x 096 604 3")
    time.sleep(APART)
    scans(terminal, VALVE)
    terminal.sees("2 x 096 604 3")
    assert reads(shop, "SELECT outcome FROM scan ORDER BY id") == [("found",), ("echo",), ("found",)]
    assert basket(shop) == [(NEW, 3, "", 2)]


def test_the_order_to_send_read_twice_at_once_sends_nothing(shop, station):
    terminal = station()
    scans(terminal, MISTAKE, VALVE, VALIDATE, VALIDATE, VALIDATE)
    terminal.sees("ENVOYER 1 PIÈCE ?")
    assert not terminal.ever_sees("ENVOYÉ", within=BEATS)
    time.sleep(APART)
    scans(terminal, VALIDATE)
    terminal.sees("ENVOYÉ - dossier 20000011")
    assert basket(shop) == []


@pytest.mark.parametrize("name", ["fr", "be", "mac", "fr+caps", "fr+lock"])
def test_a_scanner_set_to_us_on_a_french_keyboard_builds_the_same_basket(shop, station, name):
    terminal = station()
    board = layout(name)
    scans(terminal, *(garble(each, board) for each in (f"00{NEW}", VALVE, MISTAKE, REST)))
    terminal.sees("900 x 096 604 3", "Erreur commande")
    assert basket(shop) == [(NEW, 3, "ordered_by_mistake", 900)]


def test_an_operator_types_what_no_scanner_reads(shop, station):
    terminal = station()
    hits(terminal, "096 604 3\r")
    terminal.sees("1 x 096 604 3")
    hits(terminal, "plus\r")
    terminal.sees("2 x 096 604 3")
    assert basket(shop) == [(NEW, 3, "", 2)]


# --- the end


@pytest.mark.parametrize(
    ("keys", "ending"),
    [(f"{QUIT}\r", 0), ("QUITTER\r", 0), ("\x04", 0), ("\x03", 130)],
    ids=["code", "word", "Ctrl-D", "Ctrl-C"],
)
def test_a_station_that_is_left_keeps_the_basket_and_the_next_one_shows_it(shop, station, keys, ending):
    terminal = station()
    scans(terminal, MISTAKE, RADIATOR)
    terminal.sees("1 x 8MK376")
    terminal.types(keys)
    assert terminal.ends() == ending
    assert terminal.is_left_clean()
    assert basket(shop) == [(OLD, 1, "ordered_by_mistake", 1)]
    again = station()
    again.sees("au panier : 1 pièce", "8MK376", "93,54 €")


def test_the_station_does_not_open_where_returns_are_closed(shop, counter):
    terminal = counter("scan --into returns", COMPTOIR_AT="2021-12-12T10:00")  # a Sunday
    assert terminal.ends() == 4
    terminal.sees("Lundi", "05:00 - 22:00", "returns list")
    assert terminal.is_left_clean()


def test_a_kill_in_the_middle_loses_no_scan_that_was_shown(shop, station):
    chance, shown = random.Random(20211210), 0
    for _round in range(6):
        before = {line: count for _note, line, _reason, count in basket(shop)}
        terminal = station()
        for turn in range(chance.randint(8, 30)):
            scans(terminal, (VALVE, FILTER)[turn % 2])
        terminal.ever_sees("no such text", within=chance.uniform(0.05, 0.4))
        terminal.process.kill(signal.SIGKILL)
        terminal.ends()
        kept = {line: count for _note, line, _reason, count in basket(shop)}
        for line, reference in ((3, "096 604 3"), (1, "OC 1063")):
            told = terminal.written.split(f" x {reference}")[:-1]
            largest = max([int(text.split()[-1].rpartition("m")[2]) for text in told], default=0)
            assert kept.get(line, 0) >= largest, "a scan that was shown is lost"
            shown += max(largest - before.get(line, 0), 0)
        # A scan is in the journal and in the basket, or in neither.
        found = reads(shop, "SELECT raw, count(*) FROM scan WHERE outcome = 'found' GROUP BY raw")
        by_code = {raw.decode(): count for raw, count in found}
        assert (by_code.get(VALVE, 0), by_code.get(FILTER, 0)) == (kept.get(3, 0), kept.get(1, 0))
    assert shown > 20, "too few scans to prove anything"


def test_a_kill_while_a_request_is_sent_sends_all_of_it_or_nothing(shop, station):
    chance, endings = random.Random(20211211), set()
    for turn in range(5):
        terminal = station()
        scans(terminal, MISTAKE, VALVE, FILTER, VALIDATE)
        terminal.sees("ENVOYER")
        time.sleep(APART)
        scans(terminal, VALIDATE)
        terminal.ever_sees("ENVOYÉ", within=chance.uniform(0, 0.4) if turn else 5)
        told = "ENVOYÉ" in terminal.text
        terminal.process.kill(signal.SIGKILL)
        terminal.ends()
        ((cases, lines),) = reads(shop, "SELECT count(*), (SELECT count(*) FROM return_line) FROM return_case")
        ((papers, ledger),) = reads(shop, "SELECT count(*), (SELECT count(*) FROM delivery_return) FROM document")
        assert (lines, papers, ledger) == (2 * cases, 2 * cases, 2 * cases)
        sent = not basket(shop)
        assert sent or not told, "a request that was shown is lost"
        endings.add(sent)
        if not sent:
            shop.run("returns", "clear", "--yes")
    assert True in endings
