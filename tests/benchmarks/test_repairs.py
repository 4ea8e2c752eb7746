"""Fifty thousand repairs listed, exported and sold."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from comptoir.core.refs import check_digit
from comptoir.store.migrations import upgrade

from .test_deliveries import peak

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(300)]
MANY, FEW = 50_000, 5_000
MOMENT = "2026-03-10T09:00:00+00:00"


@pytest.fixture(scope="module")
def bases(tmp_path_factory) -> dict[int, Path]:
    """Bases of many and of few repairs, each invoiced."""
    made = {count: tmp_path_factory.mktemp("repairs") / f"{count}.db" for count in (FEW, MANY)}
    for count, database in made.items():
        upgrade(database)
        filled(database, count)
    return made


def filled(database: Path, count: int) -> None:
    """Write repairs into a base, each with a line and an invoice."""
    numbers = [f"{place:07}" + check_digit(f"{place:07}") for place in range(1, count + 1)]
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(
            "INSERT INTO consumer VALUES (1, 'Mme', 'Durand', 'Léa', 'lea@example.fr', '+33612345678', '1 rue Haute', "
            "'', '35000', 'Rennes', 'France', ?)",
            (MOMENT,),
        )
        connection.executemany(
            "INSERT INTO repair_case (number, consumer_id, status, place, product, product_label, fiche, brand, model, "
            "serial, serial_key, bought_on, warranty, bonus, service, fault, condition, deposit, deposit_means, "
            "deposit_receipt, consents, far_why, organism, symptom, repair_code, operator, opened_at, moved_at) "
            "VALUES (?, 1, 'invoiced', 'workshop', 'washing_machine', 'Lave-linge', 1, 'Bosch', 'WAN28', ?, ?, '', "
            "'none', 1, 'Réparation', 'Ne vidange plus', '', 0, '', '', '[\"data\"]', '', '', '', '', 'bench', ?, ?)",
            [(n, n, n, MOMENT, MOMENT) for n in numbers],
        )
        connection.executemany(
            "INSERT INTO repair_line (number, kind, designation, reference, origin, quantity, price, vat) "
            "VALUES (?, 'labour', 'Main-d''œuvre', '', '', 1, 9000, 200)",
            [(n,) for n in numbers],
        )
        connection.executemany(
            "INSERT INTO repair_bill (number, kind, case_number, issued_at, operator, lines, total, vat, bonus, "
            "circular, deposit, due, answer, means, receipt, why) "
            "VALUES (?, 'invoice', ?, ?, 'bench', '[]', 9000, 1500, 5000, 0, 0, 4000, '', '', '', '')",
            [(f"F2026-{place:05}", n, MOMENT) for place, n in enumerate(numbers, 1)],
        )


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read in /proc")
@pytest.mark.parametrize("command", ["list", "export", "sales"])
def test_the_memory_of_a_list_does_not_grow_with_its_repairs(bases, report, command):
    few, many = (peak(bases[count], "repair", command, "--format", "csv") for count in (FEW, MANY))
    report(f"peak memory of repair {command} of 50,000 repairs / of 5,000 ({many:.0f} MiB)", many / few, 1.1)
    assert many / few <= 1.1
