"""A scan, from its bytes to its line of the journal on the disk."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from statistics import median

import pytest

from comptoir.core.clock import Clock
from comptoir.core.refs import check_digit
from comptoir.desk.calendar import holiday
from comptoir.desk.scanner import Scan
from comptoir.returns.hours import parse
from comptoir.returns.reasons import load
from comptoir.scanning.commands import lettered
from comptoir.scanning.lookup import Lookup, Scanned
from comptoir.scanning.returning import Act, Counter, Returning
from comptoir.scanning.rules import Outcome
from comptoir.store.migrations import upgrade
from comptoir.store.write import Store

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(300)]

LINES, A_NOTE, ARTICLES = 1_000_000, 10, 40_000  # 25 lines an article
FILL = f"""
PRAGMA synchronous = OFF;
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {LINES // A_NOTE} - 1)
INSERT INTO delivery_note (number, delivered_on, customer)
SELECT 200000000 + i, date('2021-01-01', (i / 60) || ' days'), 'Garage ' || (i % 900) FROM n;
CREATE TEMP TABLE article (id INTEGER PRIMARY KEY, ean TEXT, reference TEXT, key TEXT);
"""
FILL_LINES = f"""
BEGIN;
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {LINES} - 1)
INSERT INTO delivery_line
(note, line, delivered_on, reference, reference_key, ean, designation, quantity, unit_price)
SELECT 200000000 + i / {A_NOTE}, 1 + i % {A_NOTE}, date('2021-01-01', (i / {A_NOTE * 60}) || ' days'),
a.reference, a.key, a.ean, 'Disque de frein avant ventilé', 1 + i % 3, 1250 + i % 9000
FROM n JOIN article AS a ON a.id = (i * 7919) % {ARTICLES};
COMMIT;
PRAGMA wal_checkpoint(TRUNCATE);
ANALYZE;
"""


def ean(article: int) -> str:
    digits = f"3{article:011}"
    return digits + check_digit(digits)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a million delivery lines."""
    path = tmp_path_factory.mktemp("scans") / "shop.db"
    upgrade(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(FILL)
        articles = ((n, ean(n).zfill(14), f"REF-{n:06}.X", f"REF{n:06}X") for n in range(ARTICLES))
        connection.executemany("INSERT INTO article VALUES (?, ?, ?, ?)", articles)
        connection.executescript(FILL_LINES)
        assert connection.execute("SELECT count(*) FROM delivery_line").fetchone() == (LINES,)
    return path


def codes(kind: str) -> list[bytes]:
    """Give codes that are on record, spread over the articles."""
    spread = [(n * 104_729) % ARTICLES for n in range(ARTICLES)]
    return [ean(n).encode() if kind == "ean" else f"ref {n:06} x".encode() for n in spread]


def timed(function: Callable[[], object]) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def least(pairs: list[tuple[float, float]]) -> float:
    """Give the least p50 ratio of the second time to the first, of a hundred pairs in a row.

    What else runs on the machine slows the one that computes, and not the one that waits for the disk.
    """
    ratios = []
    for start in range(0, len(pairs), 100):
        appended, taken = (median(times) for times in zip(*pairs[start : start + 100], strict=True))
        ratios.append(taken / appended)
    return min(ratios)


@contextmanager
def appends(path: Path) -> Iterator[Callable[[], None]]:
    """Give what appends a page to a file and syncs it: the least that keeps anything."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def append() -> None:
        os.write(file, b"x" * 4096)
        os.fdatasync(file)

    yield append
    os.close(file)


@pytest.mark.parametrize("kind", ["ean", "reference"])
def test_a_scan_and_its_look_up_cost_at_most_three_appends_and_their_sync(shop, tmp_path, report, kind):
    given, turn = codes(kind), count()
    with Store.open(shop) as store, appends(tmp_path / "append") as append:
        lookup = Lookup(store, Clock(datetime(2026, 11, 22, tzinfo=UTC)), "bench", "till-1")

        def take() -> None:
            done = lookup.take(Scan(given[next(turn)], 0.0, "stdin"))
            assert done.outcome is Outcome.FOUND
            assert len(done.records) == LINES // ARTICLES

        take()
        # One after the other: what slows the disk for a while slows both, and no lucky moment is chosen.
        pairs = [(timed(append), timed(take)) for _turn in range(500)]
    ratio = least(pairs)
    report(f"one scan by {kind} in a million lines / append and fdatasync, p50", ratio, 3)
    assert ratio <= 3


GARAGE, LAST = "Garage 7", datetime(2025, 7, 31, 10, tzinfo=UTC)
OF_GARAGE = """
SELECT l.note, l.ean FROM delivery_line AS l JOIN delivery_note AS n ON n.number = l.note
WHERE n.customer = ? AND l.delivered_on > date(?, '-700 days') GROUP BY l.ean ORDER BY l.note
"""


def test_a_part_scanned_into_the_basket_costs_at_most_four_appends_and_their_sync(shop, tmp_path, report):
    with closing(sqlite3.connect(shop)) as connection:
        lines = connection.execute(OF_GARAGE, (GARAGE, LAST.date().isoformat())).fetchall()
    parts = iter([ean.lstrip("0").encode() for _note, ean in lines])
    reasons = load("")
    hours = parse("mon-sat 05:00-22:00")
    counter = Counter(lambda: hours.check_open(LAST, lambda day: holiday(day, "FR")), lambda: None, list)
    acts: list[Act] = []
    with Store.open(shop) as store, appends(tmp_path / "append") as append:
        lookup = Lookup(store, Clock(LAST), "bench", "till-1")
        returning = Returning(reasons, "bench", lambda: LAST, counter)

        def act(connection: sqlite3.Connection, scanned: Scanned) -> None:
            acts.append(returning.act(connection, scanned))

        def take(code: bytes) -> None:
            lookup.take(Scan(code, 0.0, "stdin"), act)

        take(f"00{lines[0][0]}".encode())
        take(lettered(reasons["defective"].code).encode())
        pairs = [(timed(append), timed(lambda: take(next(parts)))) for _turn in range(300)]
    assert not [act for act in acts if act.done == "refused"]
    assert [act.done for act in acts] == ["note", "reason", *["added"] * 300]
    ratio = least(pairs)
    report("one part scanned into a basket, a million lines / append and fdatasync, p50", ratio, 4)
    assert ratio <= 4
