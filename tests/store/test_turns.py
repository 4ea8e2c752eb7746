"""Turns to write: no update is lost, nobody starves, and who is gone keeps nothing."""

import json
import os
import signal
import sqlite3
import threading
import time
from contextlib import closing, suppress
from functools import partial
from pathlib import Path

import pytest

from comptoir.core.errors import DATABASE
from comptoir.store import engine, write
from comptoir.store import turn as turns
from comptoir.store.engine import driver, transaction
from comptoir.store.read import reading
from comptoir.store.sqlite import DatabaseBusy
from comptoir.store.turn import turn
from comptoir.store.write import connect

SELLER = "INSERT INTO reseller (siret, name, email, phone, created_at) VALUES ('{siret}', '0', '', '', '2026-11-22')"
SOON = 5.0  # seconds: what a free turn may cost on a loaded machine, far under the 30 of a full wait


def names(path: Path) -> list[str]:
    """Read the resellers' names."""
    with reading(path) as reader:
        return reader.values("SELECT name FROM reseller ORDER BY id")


def sold(path: Path, siret: str) -> None:
    """Write one reseller in a transaction."""
    with transaction(path) as session:
        driver(session).execute(SELLER.format(siret=siret))


# --- many at once


COUNTS = """
import json, sys, time
from pathlib import Path
from sqlmodel import select
from comptoir.parties.tables import Reseller
from comptoir.store.engine import transaction
path = Path(sys.argv[1])
print("ready", flush=True)
until = float(sys.stdin.readline())
done = 0
while time.monotonic() < until:
    with transaction(path) as session:
        row = session.exec(select(Reseller)).one()
        row.name = str(int(row.name) + 1)
        session.add(row)
    done += 1
print(json.dumps(done), flush=True)
"""


def test_six_processes_that_count_together_lose_no_update_and_none_is_starved(spawn, shop: Path) -> None:
    sold(shop, "1")
    children = [spawn(COUNTS, shop) for _each in range(6)]
    assert [child.stdout.readline() for child in children] == ["ready\n"] * 6
    until = time.monotonic() + 3.2  # one clock for every process
    for child in children:
        child.stdin.write(f"{until}\n")
        child.stdin.flush()
    done = [json.loads(child.stdout.readline()) for child in children]
    assert names(shop) == [str(sum(done))]
    assert sum(done) >= 120, f"too few turns to tell who starves: {done}"
    assert min(done) / max(done) >= 0.3, done


def test_threads_of_one_process_take_turns_too(shop: Path) -> None:
    inside: list[int] = []
    most: list[int] = []

    def work(number: int) -> None:
        for _each in range(5):
            with turn(shop):
                inside.append(number)
                most.append(len(inside))
                time.sleep(0.001)
                inside.remove(number)

    threads = [threading.Thread(target=work, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert max(most) == 1
    assert len(most) == 20


@pytest.mark.skipif(not turns._HAS_LINE, reason="this system has no locks that belong to an open file")
def test_who_comes_first_is_served_first_and_who_let_go_waits_behind_them(shop: Path) -> None:
    served: list[int] = []

    def work(number: int) -> None:
        with turn(shop):
            served.append(number)
            time.sleep(0.002)

    threads = [threading.Thread(target=work, args=[number]) for number in range(8)]
    with turn(shop):
        for thread in threads:
            thread.start()
            time.sleep(0.02)
    while len(served) < len(threads):  # asks again and again, and would slip in between two of them
        with suppress(DatabaseBusy), turn(shop, 0):
            served.append(-1)
    for thread in threads:
        thread.join(30)
    assert served[:8] == list(range(8))


# --- one that keeps it


HOLDS = """
import os, subprocess, sys
from pathlib import Path
from comptoir.store.engine import driver, transaction
from comptoir.store.turn import turn
path = Path(sys.argv[1])
match sys.argv[2]:
    case "turn":
        with turn(path):
            print("held", flush=True)
            sys.stdin.readline()
    case "transaction":
        with transaction(path) as session:
            driver(session).execute("DELETE FROM reseller")
            print("held", flush=True)
            sys.stdin.readline()
            os._exit(9)
    case "child":
        with turn(path):
            left = subprocess.Popen(["sleep", "60"], stdout=subprocess.DEVNULL, close_fds=False)
            print(left.pid, flush=True)
            sys.stdin.readline()
    case "leaves":
        with turn(path):
            print("held", flush=True)
            os._exit(0)
print("let go", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def holder(spawn, shop: Path):
    """A process that holds the turn until it is told a line."""
    child = spawn(HOLDS, shop, "turn")
    assert child.stdout.readline() == "held\n"
    return child


def let_go(child) -> None:
    """Have the holder leave its turn; it stays alive."""
    child.stdin.write("\n")
    child.stdin.flush()
    assert child.stdout.readline() == "let go\n"


@pytest.mark.skipif(not turns._HAS_LINE, reason="this system has no locks of an open file: there is no line")
def test_who_was_stopped_on_the_way_into_the_line_joins_it_where_it_is_now(shop: Path, monkeypatch) -> None:
    # Somebody who came later looks at the whole line before it, the place that was about to be taken included.
    begun = time.monotonic_ns()
    late = os.open(turns._lock_of(shop), os.O_RDWR | os.O_CREAT, 0o600)
    turns._range(late, turns.fcntl.F_RDLCK, 0, begun + 1)
    clock, came = time.monotonic_ns, [begun]
    monkeypatch.setattr(turns.time, "monotonic_ns", lambda: came.pop() if came else clock())
    threading.Timer(0.2, os.close, [late]).start()
    with turn(shop, SOON):
        assert not came


def test_a_turn_held_by_another_process_raises_busy_after_the_time_out_and_not_before(holder, shop: Path) -> None:
    begun = time.monotonic()
    with pytest.raises(DatabaseBusy), turn(shop, 0.4):
        pytest.fail("the turn was taken twice")
    assert 0.4 <= time.monotonic() - begun < SOON


def test_who_waits_in_time_gets_the_turn_when_it_is_left(holder, shop: Path) -> None:
    later = threading.Timer(0.3, let_go, [holder])
    later.start()
    begun = time.monotonic()
    with turn(shop, 20):
        assert 0.2 < time.monotonic() - begun < SOON
    later.join()


def test_those_who_gave_up_never_keep_the_turn_that_comes_too_late(spawn, holder, shop: Path) -> None:
    before = threading.active_count()
    for _each in range(5):
        with pytest.raises(DatabaseBusy), turn(shop, 0.05):
            pytest.fail("the turn was taken twice")
    let_go(holder)
    # This process is alive, and so are the five that waited in it: a third one must get its turn all the same.
    other = spawn(HOLDS, shop, "turn")
    begun = time.monotonic()
    assert other.stdout.readline() == "held\n"
    let_go(other)
    with turn(shop, SOON):
        pass
    assert time.monotonic() - begun < SOON + 5
    deadline = time.monotonic() + SOON
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threading.active_count() == before


def test_a_command_that_gets_no_turn_ends_with_6_and_changes_nothing(cli, holder, shop: Path, monkeypatch) -> None:
    monkeypatch.setattr(engine, "turn", partial(turn, seconds=0.2))
    before = shop.read_bytes()
    refused = cli("catalog import - --json", input=b"article_code,category,brand,name,price_a,price_b,price_c\n")
    assert refused.code == DATABASE
    assert [problem["error"] for problem in refused.failure["errors"]] == ["database_busy"]
    assert shop.read_bytes() == before
    let_go(holder)
    assert cli("catalog import -", input=b"article_code,category,brand,name,price_a,price_b,price_c\n").code == 0


def test_a_reader_needs_no_turn(cli, holder, shop: Path) -> None:
    begun = time.monotonic()
    assert cli("buyback list --json").data == []
    assert time.monotonic() - begun < SOON


def test_a_program_that_knows_no_turns_and_holds_the_file_raises_busy_too(shop: Path, monkeypatch) -> None:
    monkeypatch.setattr(write, "BUSY_SECONDS", 0.2)
    with closing(sqlite3.connect(shop, isolation_level=None)) as browser:
        browser.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseBusy):
            sold(shop, "1")
        assert names(shop) == []
        browser.execute("ROLLBACK")
    sold(shop, "1")
    assert names(shop) == ["0"]


def test_a_writer_that_waits_for_nothing_but_a_long_read_is_not_held_up(shop: Path) -> None:
    with reading(shop) as reader:
        assert reader.values("SELECT count(*) FROM reseller") == [0]
        begun = time.monotonic()
        sold(shop, "1")
        assert time.monotonic() - begun < SOON


# --- one that dies with it


@pytest.mark.parametrize("way", ["turn", "transaction"])
def test_kill_9_of_a_holder_frees_the_turn_and_undoes_what_it_had_begun(spawn, shop: Path, way: str) -> None:
    sold(shop, "1")
    child = spawn(HOLDS, shop, way)
    assert child.stdout.readline() == "held\n"
    with pytest.raises(DatabaseBusy), turn(shop, 0.1):
        pytest.fail("the turn was taken twice")
    child.kill()
    begun = time.monotonic()
    sold(shop, "2")
    assert time.monotonic() - begun < SOON
    assert names(shop) == ["0", "0"]


def test_leaving_without_a_word_frees_the_turn(spawn, shop: Path) -> None:
    child = spawn(HOLDS, shop, "leaves")
    assert child.stdout.readline() == "held\n"
    with turn(shop, SOON):
        pass


def test_what_a_holder_started_does_not_inherit_its_turn(spawn, shop: Path) -> None:
    child = spawn(HOLDS, shop, "child")
    started = int(child.stdout.readline())
    child.kill()
    child.wait()
    try:
        assert Path(f"/proc/{started}").exists() or not Path("/proc").exists()
        with turn(shop, SOON):
            pass
    finally:
        os.kill(started, signal.SIGKILL)


def test_an_exception_inside_a_turn_frees_it(spawn, shop: Path) -> None:
    with pytest.raises(ZeroDivisionError), turn(shop):
        raise ZeroDivisionError
    child = spawn(HOLDS, shop, "turn")
    assert child.stdout.readline() == "held\n"


def test_the_transaction_sees_what_was_committed_while_it_waited_for_its_turn(spawn, shop: Path) -> None:
    sold(shop, "1")
    holder = spawn(HOLDS, shop, "turn")
    assert holder.stdout.readline() == "held\n"
    seen: list[str] = []

    def waits() -> None:
        with transaction(shop) as session:
            seen.extend(row[0] for row in driver(session).execute("SELECT name FROM reseller"))

    thread = threading.Thread(target=waits)
    thread.start()
    time.sleep(0.2)
    with closing(connect(shop)) as other:
        other.execute("UPDATE reseller SET name = 'meanwhile'")
    let_go(holder)
    thread.join(30)
    assert seen == ["meanwhile"]
