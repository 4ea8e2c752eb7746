"""Eight counters that send for a while, and fifty thousand cases listed."""

import csv
import json
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from comptoir.core.refs import check_digit
from comptoir.store.migrations import upgrade

from .conftest import child_environment
from .test_deliveries import peak, shelled

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(300)]
BIN = Path(sys.executable).parent
COUNTERS, SECONDS = 8, 8.0
MANY, FEW = 50_000, 5_000
NOTE, AT = 255_000_000, "2021-12-10T10:00"
# A counter with everything loaded: it puts a part into its basket and sends it, again and again, until a moment.
COUNTER = """
import json, sys, time
from io import BytesIO, TextIOWrapper
from comptoir.app import run
from comptoir.outbox import prompts
from comptoir.returns import basket, cases, prompts, services

def ran(line):
    sys.stdout, sys.stderr = TextIOWrapper(BytesIO(), "utf-8"), TextIOWrapper(BytesIO(), "utf-8")
    return run(line.split())

answers = sys.stdout
print("ready", flush=True)
ends = float(sys.stdin.readline())
codes = []
while time.monotonic() < ends:
    codes.append(ran(f"returns add {sys.argv[1]} {len(codes) % 9 + 1} -r defective"))
    codes.append(ran("returns send --yes"))
print(json.dumps(codes), file=answers, flush=True)
"""
LISTED = """SELECT c.number, c.sent_at, c.note, c.customer, c.status,
CASE c.status WHEN 'sent' THEN 1 WHEN 'received' THEN 2 WHEN 'checking' THEN 3 ELSE 4 END,
(SELECT sum(quantity) FROM return_line AS r WHERE r.number = c.number),
(SELECT group_concat(reference || ' ' || designation, ' · ') FROM return_line AS r WHERE r.number = c.number),
printf('%d.%02d', c.estimated / 100, c.estimated % 100),
CASE WHEN c.credited IS NULL THEN '' ELSE printf('%d.%02d', c.credited / 100, c.credited % 100) END, c.credit_note
FROM return_case AS c ORDER BY c.number DESC;"""


@pytest.fixture
def busy(tmp_path) -> Path:
    """A base whose lines are never used up."""
    database, file = tmp_path / "shop.db", tmp_path / "deliveries.csv"
    upgrade(database)
    header = "note_number,delivery_date,customer,line,reference,ean,designation,quantity,unit_price"
    lines = [f"{NOTE},2021-12-03,GARAGE,{line},REF-{line},,PIECE {line},999999,1.10" for line in range(1, 10)]
    file.write_text("\n".join([header, *lines, ""]), "utf-8")
    command = [BIN / "comptoir", "delivery", "import", file, "--strict"]
    subprocess.run(command, env=child_environment(database), check=True, stdout=subprocess.DEVNULL)
    return database


def test_of_eight_counters_that_send_the_least_busy_does_at_least_0_3_of_the_busiest(busy, report):
    settled = child_environment(busy) | {"COMPTOIR_AT": AT}
    with ExitStack() as started:
        counters = []
        for place in range(COUNTERS):
            child = subprocess.Popen(
                [sys.executable, "-c", COUNTER, str(NOTE)],
                env=settled | {"COMPTOIR_OPERATOR": f"counter{place}"},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            started.enter_context(child)
            started.callback(child.kill)
            counters.append(child)
        for child in counters:
            assert child.stdout.readline() == "ready\n"
        ends = time.monotonic() + SECONDS
        for child in counters:
            child.stdin.write(f"{ends}\n")
            child.stdin.flush()
        codes = [json.loads(child.stdout.readline()) for child in counters]
    assert {code for each in codes for code in each} == {0}
    with closing(sqlite3.connect(busy)) as connection:
        rows = connection.execute("SELECT operator, count(*) FROM return_case GROUP BY operator").fetchall()
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    done = [count for _operator, count in rows]
    assert sorted(done) == sorted(len(each) // 2 for each in codes)
    assert sum(done) >= 10 * COUNTERS, "too little was done to tell"
    ratio = max(done) / min(done)
    report(f"the busiest of 8 counters / the least busy, {sum(done)} requests in {SECONDS:.0f} s", ratio, 1 / 0.3)
    assert min(done) >= 0.3 * max(done)


@pytest.fixture(scope="module")
def bases(tmp_path_factory) -> dict[int, Path]:
    """Bases of many and of few cases, two lines each, most of them closed."""
    made = {count: tmp_path_factory.mktemp("cases") / f"{count}.db" for count in (FEW, MANY)}
    for count, database in made.items():
        upgrade(database)
        filled(database, count)
    return made


def filled(database: Path, count: int) -> None:
    """Write cases into a base."""
    day = "2021-12-03"
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("INSERT INTO delivery_note VALUES (?, ?, 'GARAGE DES ORMES')", (NOTE, day))
        connection.executemany(
            "INSERT INTO delivery_line (note, line, delivered_on, reference, reference_key, ean, designation, "
            "quantity, unit_price) VALUES (?, ?, ?, ?, ?, '', ?, 999999, 1234)",
            [(NOTE, line, day, f"REF-{line}", f"REF{line}", f"FILTRE A HUILE {line}") for line in range(1, 100)],
        )
        numbers = [f"2{place:06}" + check_digit(f"2{place:06}") for place in range(1, count + 1)]
        moment = "2021-12-10T09:00:00+00:00"
        cases = [
            (n, n, NOTE, "closed" if place % 5 else "sent", moment, moment, 2468 if place % 5 else None)
            for place, n in enumerate(numbers)
        ]
        connection.executemany(
            "INSERT INTO return_case (number, request, note, customer, operator, email, status, sent_at, moved_at, "
            "estimated, credited, credit_note) "
            "VALUES (?, ?, ?, 'GARAGE DES ORMES', 'bench', '', ?, ?, ?, 2468, ?, '0')",
            cases,
        )
        lines = [(n, at, NOTE, (place + at) % 99 + 1) for place, n in enumerate(numbers) for at in (1, 2)]
        connection.executemany(
            "INSERT INTO return_line (number, position, note, line, reference, designation, reason, label, quantity, "
            "unit_credit, fee, at_once, unopened, estimated, why) SELECT ?, ?, note, line, reference, designation, "
            "'defective', 'Pièce défectueuse', 1, unit_price, '', 0, 0, unit_price, '' "
            "FROM delivery_line WHERE note = ? AND line = ?",
            lines,
        )


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read in /proc")
@pytest.mark.parametrize("command", ["list", "export", "reconcile"])
def test_the_memory_of_a_list_does_not_grow_with_its_cases(bases, report, command):
    few, many = (peak(bases[count], "returns", command, "--format", "csv") for count in (FEW, MANY))
    report(f"peak memory of returns {command} of 50,000 cases / of 5,000 ({many:.0f} MiB)", many / few, 1.1)
    assert many / few <= 1.1


def test_a_list_of_50_000_cases_takes_at_most_5_times_sqlite3_s_own(bases, tmp_path, report):
    shell = shutil.which("sqlite3")
    if shell is None:
        pytest.skip("the sqlite3 shell is not installed: nothing to measure against")
    mine, its = tmp_path / "mine.csv", tmp_path / "its.csv"
    ours, theirs = [], []
    for _turn in range(5):
        theirs.append(shelled(shell, bases[MANY], LISTED, its))
        start = time.perf_counter()
        command = [BIN / "comptoir", "returns", "list", "-o", mine]
        subprocess.run(command, env=child_environment(bases[MANY]), check=True, stderr=subprocess.DEVNULL)
        ours.append(time.perf_counter() - start)
    with mine.open(newline="", encoding="utf-8") as left, its.open(newline="", encoding="utf-8") as right:
        rows = csv.reader(left)
        assert len(next(rows)) == 11
        assert all(a == b for a, b in zip(rows, csv.reader(right), strict=True))
    ratio = min(ours) / min(theirs)
    report("list of 50,000 cases / sqlite3 -csv of the same rows", ratio, 5)
    assert ratio <= 5
    assert mine.stat().st_size > 1_000_000
