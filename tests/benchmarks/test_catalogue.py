"""The catalogue at 200,000 devices."""

import csv
import random
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from comptoir.catalog import categories, queries, services
from comptoir.store.engine import engine, transaction
from comptoir.store.migrations import upgrade
from comptoir.store.read import reading

from .conftest import HEADER, child_environment, p50

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(300)]


def filled(database: Path, catalogue: Path) -> float:
    """Import a catalogue into a new base; give the seconds of the import alone."""
    upgrade(database)
    known = categories.load("")
    start = time.perf_counter()
    with catalogue.open("rb") as file, transaction(database) as session:
        tally = services.import_catalogue(session, file, known, lambda _problem: None, strict=True)
    taken = time.perf_counter() - start
    assert tally.added == 200_000
    engine(database).dispose()
    return taken


def bare(database: Path, catalogue: Path) -> float:
    """Bring the same rows in with csv and one executemany, under the same unique key, synced; give the seconds."""
    start = time.perf_counter()
    connection = sqlite3.connect(database)
    connection.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")
    connection.execute(f"CREATE TABLE device (id INTEGER PRIMARY KEY, {', '.join(f'{name} TEXT' for name in HEADER)})")
    connection.execute("CREATE UNIQUE INDEX device_code ON device (article_code)")
    with catalogue.open(newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        next(rows)
        marks = ", ".join("?" * len(HEADER))
        connection.executemany(f"INSERT INTO device ({', '.join(HEADER)}) VALUES ({marks})", rows)
    connection.commit()
    connection.close()
    return time.perf_counter() - start


def test_an_import_takes_at_most_twice_csv_and_one_executemany(big_catalogue, tmp_path, report):
    ours, theirs = [], []
    for turn in range(7):
        theirs.append(bare(tmp_path / f"bare{turn}.db", big_catalogue))
        ours.append(filled(tmp_path / f"ours{turn}.db", big_catalogue))
    ratio = min(ours) / min(theirs)
    report("import of 200,000 devices / csv and executemany under the same key", ratio, 2)
    assert ratio <= 2


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read in /proc")
def test_the_memory_of_an_import_does_not_grow_with_the_file(big_catalogue, tmp_path, report):
    small = tmp_path / "small.csv"
    with big_catalogue.open(encoding="utf-8") as file:
        small.write_text("".join(next(file) for _line in range(20_001)), "utf-8")
    peaks = {}
    for name, catalogue in (("small", small), ("big", big_catalogue)):
        # VmHWM and not ru_maxrss, which a child takes over from its parent.
        code = (
            "import runpy, sys\n"
            "sys.argv = ['comptoir', 'catalog', 'import', sys.argv[1]]\n"
            "try:\n runpy.run_module('comptoir', run_name='__main__')\n"
            "finally:\n"
            " lines = open('/proc/self/status').read().splitlines()\n"
            " sys.stderr.write('peak ' + next(line.split()[1] for line in lines if line.startswith('VmHWM')))\n"
        )
        environment = child_environment(tmp_path / f"{name}.db")
        done = subprocess.run(
            [sys.executable, "-c", code, str(catalogue)], env=environment, check=True, capture_output=True, text=True
        )
        peaks[name] = int(done.stderr.rpartition("peak ")[2])
    ratio = peaks["big"] / peaks["small"]
    report(f"peak memory at 200,000 / at 20,000 devices ({peaks['big'] // 1024} MiB)", ratio, 1.3)
    assert ratio <= 1.3


def test_a_search_of_two_words_is_far_below_a_scan(big_catalogue, tmp_path, report):
    database = tmp_path / "search.db"
    filled(database, big_catalogue)
    chance = random.Random(3)
    with big_catalogue.open(encoding="utf-8", newline="") as file:
        rows = chance.sample(list(csv.DictReader(file)), 400)
    pairs = [(row["brand"], row["name"].split()[0]) for row in rows[:200]]
    pairs += [
        (row["name"].split()[chance.randint(0, 1)], row[chance.choice(("screen", "ram"))].split()[1])
        for row in rows[200:]
    ]
    times = []
    with reading(database) as reader:
        for pair in pairs:
            start = time.perf_counter()
            found = list(queries.search(reader, pair, {}, 20))
            times.append(time.perf_counter() - start)
            assert found, pair
    scan = sqlite3.connect(database)
    sql = "SELECT id FROM device WHERE name LIKE ? AND brand LIKE ?"
    scanned = p50(lambda: scan.execute(sql, ("%zzz%", "%yyy%")).fetchall(), 20)
    p99 = sorted(times)[int(len(times) * 0.99)]
    report("search of two words, p99 / LIKE scan of name and brand, p50", p99 / scanned, 0.35)
    assert p99 / scanned <= 0.35
