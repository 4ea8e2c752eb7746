"""Durable writes and papers."""

import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from comptoir.store.engine import transaction
from comptoir.store.history import record
from comptoir.store.migrations import upgrade

from .conftest import child_environment, p50

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(300)]


def test_a_durable_row_costs_at_most_twice_an_append_and_its_sync(tmp_path, report):
    database = tmp_path / "shop.db"
    upgrade(database)
    file = os.open(tmp_path / "append", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def append() -> None:
        os.write(file, b"x" * 4096)
        os.fdatasync(file)

    def write() -> None:
        with transaction(database) as session:
            record(session, "2000000000015", "test", moment=datetime.now(UTC), operator="bench")

    write()
    turns = [(p50(append, 25), p50(write, 25)) for _turn in range(48)]  # the quietest one counts
    ratio = min(ours / theirs for theirs, ours in turns)
    report("one durable row / append and fdatasync, p50", ratio, 2)
    assert ratio <= 2


PDF = """
import sys, time
sys.path[:0] = sys.argv[1:]
start = time.perf_counter()
import fpdf
imported = time.perf_counter() - start
from comptoir.desk.paper import *
from comptoir.desk.pdf import drawn
facts = Facts(tuple((f'Libellé {n}', 'Valeur déclarée : 188,00 €') for n in range(12)), 'La reprise')
table = Table(('N°', 'Produit', 'Prix'), tuple((str(n), 'ThinkPad', '188,00 €') for n in range(10)), (10, 60, 30), (2,))
paper = Paper('Bon de cession', 'Comptoir', '2026-11-22T10:00:00+00:00', (Barcode('2000000000015'), facts, table))
drawn(paper)
times = []
for _turn in range(15):
    start = time.perf_counter()
    drawn(paper)
    times.append(time.perf_counter() - start)
print(min(times) / imported)
"""


def test_a_warm_paper_takes_at_most_a_quarter_of_importing_fpdf(tmp_path, report):
    environment = child_environment(tmp_path / "shop.db")
    ratios = []
    for _turn in range(5):
        done = subprocess.run([sys.executable, "-c", PDF], env=environment, check=True, capture_output=True, text=True)
        ratios.append(float(done.stdout))
    ratio = sorted(ratios)[2]
    report("one warm paper / import fpdf", ratio, 0.25)
    assert ratio <= 0.25
