"""Two hundred claims filed with servers that answer as distant ones do, beside the same filed one at a time."""

import json
import os
import random
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO
from itertools import count
from pathlib import Path
from urllib.request import urlopen

import pytest
from stdnum import luhn

from comptoir.core.clock import Clock
from comptoir.core.refs import check_digit
from comptoir.desk import Desk
from comptoir.desk.output import Output
from comptoir.desk.paper import Paper, Paragraph, to_content
from comptoir.qualirepar import fetching, filing, prompts
from comptoir.qualirepar.prompts import Picked
from comptoir.store import blobs
from comptoir.store.engine import engine
from comptoir.store.migrations import upgrade

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(400)]
CLAIMS, ALONE = 200, 8
DELAY = 150  # milliseconds before each answer
PHOTO = 100_000  # bytes
MOST = 1 / 5  # of the time of one after the other
MOMENT = (datetime.now(UTC) - timedelta(days=3)).isoformat(timespec="seconds")  # the servers refuse what is old
KINDS = ("declaration", "nameplate", "picture")  # beside the invoice


@pytest.fixture
def distant() -> Iterator[dict[str, str]]:
    """The sandbox in a process of its own; what points a shop at it."""
    line = [sys.executable, "-m", "comptoir", "qualirepar", "sandbox", "--port", "0", "--delay", str(DELAY)]
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout
        told = [server.stdout.readline() for _line in range(8)]
        yield dict(re.fullmatch(r"export (\w+)=(.*)\n", line).groups() for line in told)
        server.terminate()


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, distant: dict[str, str]) -> Iterator[Desk]:
    """A counter with phones repaired and paid, half of them for each organism."""
    database = tmp_path / "shop.db"
    for name, value in distant.items():
        monkeypatch.setenv(name, value)
    upgrade(database)
    desk = Desk({"database": str(database)}, Clock(), Output(StringIO(), StringIO(), os.environ), no_input=True)
    fetching.fetched(desk, None, again=False)
    filled(database, CLAIMS + ALONE)
    yield desk
    engine.cache_clear()


def filled(database: Path, phones: int) -> None:
    """Write phones that were repaired, invoiced and paid, with their documents."""
    chance = random.Random(6)
    numbers = [f"{place:07}" + check_digit(f"{place:07}") for place in range(1, phones + 1)]
    folder = blobs.folder_of(database)
    paper = json.dumps(to_content(Paper("Facture", "Atelier", MOMENT, (Paragraph("SIRET 732 829 320 00074"),))))
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(
            "INSERT INTO consumer VALUES (1, 'Mme', 'Durand', 'Léa', 'lea@example.fr', '+33612345678', '1 rue Haute', "
            "'', '35000', 'Rennes', 'France', ?)",
            (MOMENT,),
        )
        for place, number in zip(count(1), numbers):
            brand = ("Apple", "Samsung")[place % 2]
            code = ("CAS", "01")[place % 2]
            serial = f"35693803{place:06}"
            serial += luhn.calc_check_digit(serial)
            _insert(
                connection, "repair_case",
                number=number, consumer_id=1, status="handed_over", place="workshop", product="mobile_phone",
                product_label="Téléphone portable", fiche=7, brand=brand, model="X", serial=serial, serial_key=serial,
                bought_on="", warranty="none", bonus=1, service="Réparation", fault="Écran cassé", condition="",
                deposit=0, deposit_means="", deposit_receipt="", consents='["data"]', far_why="", organism="",
                symptom="E7", repair_code=code, operator="bench", opened_at=MOMENT, moved_at=MOMENT,
                repaired_at=MOMENT, closed_at=MOMENT,
            )  # fmt: skip
            bill = f"F2026-{place:05}"
            _insert(
                connection, "repair_bill",
                number=bill, kind="invoice", case_number=number, issued_at=MOMENT, operator="bench", lines="[]",
                total=14090, vat=2348, bonus=2500, circular=0, deposit=0, due=11590, answer="", paid_at=MOMENT,
                means="card", receipt="T-1", why="",
            )  # fmt: skip
            _insert(
                connection, "document", reference=bill, kind="paid_invoice", issued_at=MOMENT, content=paper
            )  # fmt: skip
            for kind in KINDS:
                kept = blobs.keep(folder, BytesIO(b"\x89PNG" + chance.randbytes(PHOTO)), 1 << 20)
                _insert(
                    connection, "attachment",
                    case_number=number, kind=kind, name=f"{kind}.png", media_type="image/png", size=kept.size,
                    digest=kept.digest, source="case", serial="", added_at=MOMENT, operator="bench",
                )  # fmt: skip


def _insert(connection: sqlite3.Connection, table: str, **values: object) -> None:
    names = ", ".join(values)
    connection.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(values))})", [*values.values()])


def filed(desk: Desk, numbers: Sequence[str]) -> float:
    """File claims; give how many a second."""
    plan = prompts.planned(desk, Picked(numbers, False, None))
    assert len(plan.found) == len(numbers)
    begun = time.perf_counter()
    done: list[filing.Filed] = []
    assert prompts.filed(desk, plan.found, done.append, yes=True) == []
    taken = time.perf_counter() - begun
    assert [each.result for each in done] == [filing.Result.CONFIRMED] * len(numbers), done[-1]
    return len(numbers) / taken


def test_many_claims_are_filed_at_once(shop, distant, report, monkeypatch):
    with shop.reading() as reader:
        numbers = reader.values("SELECT number FROM repair_case ORDER BY number")
    with monkeypatch.context() as patch:
        patch.setattr(filing, "AT_ONCE", 1)
        alone = filed(shop, numbers[:ALONE])
    together = filed(shop, numbers[ALONE:])
    told = f"a claim among {CLAIMS} at once ({1000 / together:.0f} ms) / one after the other ({1000 / alone:.0f} ms)"
    report(told, alone / together, MOST)
    admin = distant["COMPTOIR_ECOSYSTEM_URL"].removesuffix("/ecosystem") + "/admin/state"
    with urlopen(admin) as answer:  # noqa: S310 - on loopback
        state = json.load(answer)
    assert state["in_flight_max"] == 1
    assert alone / together <= MOST
