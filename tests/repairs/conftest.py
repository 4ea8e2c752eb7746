"""A labelled repairer, a washing machine at each step of its repair, and what it takes to look at a whole base."""

import json
import shlex
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import cache
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest

from comptoir.core.errors import DONE
from comptoir.fiches import book
from comptoir.store.engine import engine

AT = "2026-03-10T10:00"  # Paris
CASE = "00000017"
SETTINGS = {
    "COMPTOIR_AT": AT,
    "COMPTOIR_OPERATOR": "marie",
    "COMPTOIR_REPAIR_FICHES": "1,3,7",
    "COMPTOIR_REPAIR_SIRET": "73282932000074",
    "COMPTOIR_REPAIR_ADDRESS": "3 quai du Canal; 35000 Rennes",
    "COMPTOIR_SHOP_NAME": "Atelier du Canal",
    "COMPTOIR_SHOP_EMAIL": "contact@atelier.example",
}
FORM: Mapping[str, object] = {
    "title": "Mme",
    "last_name": "Durand",
    "first_name": "Léa",
    "email": "lea@example.fr",
    "phone": "06 12 34 56 78",
    "line": "1 rue Haute",
    "postcode": "35000",
    "town": "Rennes",
    "product": "lave-linge",
    "brand": "Bosch",
    "model": "WAN28",
    "serial": "FD 9901-00123",
    "warranty": "none",
    "service": "Réparation",
    "fault": "Ne vidange plus",
    "consent": ["data"],
}
# The other devices that tests take in, and other people.
OTHER = {"last_name": "Petit", "email": "petit@example.fr", "serial": "FD 9901-00456"}
LAPTOP = {**OTHER, "product": "ordinateur portable", "brand": "Dell", "model": "XPS", "serial": "SN 7788"}
PHONE = {**OTHER, "product": "smartphone", "brand": "Apple", "model": "iPhone 12", "serial": "490154203237518"}
BEFORE = "diagnosis=ok nameplate=ok condition=ok cord=ok"  # required points of the fiche 1, for a washing machine
AFTER = "earth=ok insulation=ok water_leak=ok door_lock=ok operation=ok reassembly=ok"
BUY = "parts buy {0} --designation {0} --origin {1} --quantity {2} --cost 30 --on 2026-03-01"
# What a case lives, step by step: 144.90 euros in the end, under what must be quoted.
STEPS: Mapping[str, Sequence[str]] = {
    "open": (
        "technician add 'Karim Benali' --fiche 1 --fiche 7 --since 2024-01-01",
        "technician add 'Nadia Martin' --fiche 3 --since 2024-01-01",
        "technician add 'Paul Morin' --fiche 1 --since 2024-01-01",
        BUY.format("PUMP", "new", 5) + " --supplier ASWO --invoice F-1",
        BUY.format("DOOR", "used", 2) + " --donor SN-9",
        BUY.format("BATTERY", "circular", 2) + " --donor SN-10",
    ),
    "received": (),  # the form, taken in
    "ready": (
        f"assign {CASE} karim",
        f"check {CASE} {BEFORE}",
        f"line {CASE} labour Dépose --price 65",
        f"line {CASE} part Pompe --reference PUMP --price 79,90",
    ),
    "repairing": (f"start {CASE}",),
    "repaired": (f"use {CASE} PUMP", f"check {CASE} {AFTER}", f"finish {CASE}"),
    "invoiced": (f"invoice {CASE} --yes",),
    "paid": (f"pay {CASE} --means card --receipt T-204",),
    "over": (f"handover {CASE}",),
}
_LOADED = cache(book.load)  # the same fiches every time, and a third of the time of a command
Dump = dict[str, list[tuple[Any, ...]]]


@pytest.fixture(autouse=True)
def _settled(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(book, "load", _LOADED)
    yield
    engine.cache_clear()


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The base of each step; never written again."""
    folder = tmp_path_factory.mktemp("repairs")
    made: dict[str, Path] = {}
    for name, lines in STEPS.items():
        play(folder / "shop.db", *([intake()] if name == "received" else []), *lines)
        column(folder / "shop.db", "PRAGMA wal_checkpoint(TRUNCATE)")
        made[name] = Path(shutil.copy(folder / "shop.db", folder / f"{name}.db"))
    engine.cache_clear()
    return made


@pytest.fixture
def step(lived: dict[str, Path], tmp_path: Path) -> Callable[[str], Path]:
    """Give the function that puts the base of a step where the commands of this test look."""

    def put(name: str) -> Path:
        engine.cache_clear()
        for suffix in ("", "-wal", "-shm"):  # of the step before it, in the same test
            (tmp_path / f"shop.db{suffix}").unlink(missing_ok=True)
        return Path(shutil.copy(lived[name], tmp_path / "shop.db"))

    return put


@pytest.fixture
def done(cli: Callable[..., Any]) -> Callable[..., Any]:
    """Give the function that runs a line of `repair` that must succeed, and gives its data where it has any."""

    def ran(line: str | Sequence[str]) -> Any:
        made = cli(["repair", *words(line)])
        assert made.code == DONE, made.err
        return json.loads(made.out) if "--json" in words(line) else made

    return ran


@pytest.fixture
def refuses(cli: Callable[..., Any], tmp_path: Path) -> Callable[..., list[dict[str, Any]]]:
    """Give the function that sees a line refused: its code, its kinds, and that the base is as it was."""

    def refused(line: str | Sequence[str], code: int, *kinds: str) -> list[dict[str, Any]]:
        before = dump(tmp_path / "shop.db")
        ran = cli(["repair", *words(line), "--json"])
        assert (ran.code, ran.out) == (code, ""), ran.err
        assert ran.failure["exit_code"] == code
        told = ran.failure["errors"]
        assert [each["error"] for each in told] == list(kinds)
        assert all(each["message"] and "{" not in each["message"] + (each["hint"] or "") for each in told)
        assert dump(tmp_path / "shop.db") == before
        return told

    return refused


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Give the function that sets the clock, as Paris reads it."""
    return lambda text: monkeypatch.setenv("COMPTOIR_AT", text)


def intake(**changes: object) -> list[str]:
    """Give the line that takes a device in, with other answers; None or False leaves one out, True is a flag alone."""
    line = ["intake"]
    for key, value in {**FORM, **changes}.items():
        flag = "--" + key.replace("_", "-")
        if value is True:
            line.append(flag)
        elif isinstance(value, list):
            line += [part for each in value for part in (flag, each)]
        elif value is not None and value is not False:
            line.append(f"{flag}={value}")
    return line


def words(line: str | Sequence[str]) -> list[str]:
    """Give the words of a line as a shell does."""
    return shlex.split(line) if isinstance(line, str) else list(line)


def play(path: Path, *lines: str | Sequence[str], **environment: str) -> None:
    """Run lines of `repair` that must succeed on a base, outside of any test's environment."""
    from comptoir.app import run

    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**SETTINGS, "COMPTOIR_DATABASE": str(path), **environment}.items():
            patch.setenv(name, value)
        for line in lines:
            out, err = BytesIO(), BytesIO()
            patch.setattr(sys, "stdin", TextIOWrapper(BytesIO(), "utf-8"))
            patch.setattr(sys, "stdout", TextIOWrapper(out, "utf-8"))
            patch.setattr(sys, "stderr", TextIOWrapper(err, "utf-8"))
            code = run(["repair", *words(line)])
            sys.stderr.flush()
            assert code == DONE, (line, err.getvalue().decode())


def dump(path: Path) -> Dump:
    """Give every row of every table."""
    with closing(sqlite3.connect(path)) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: connection.execute(f'SELECT * FROM "{name}"').fetchall() for name in sorted(names)}


def column(path: Path, sql: str, *values: object) -> list[Any]:
    """Give the first column of a query."""
    with closing(sqlite3.connect(path)) as connection:
        return [row[0] for row in connection.execute(sql, values)]


def whole(path: Path) -> None:
    """Check that a base is sound, and that its repairs are each there whole: status, history, bills, papers."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        torn = {name: connection.execute(sql).fetchall() for name, sql in TORN.items()}
    assert {name: found for name, found in torn.items() if found} == {}


_MOVED = "('intake', 'quoted', 'agreed', 'refused', 'repairing', 'repaired', 'invoiced', 'credit', 'handed_over', "
_MOVED += "'cancelled')"
_LAST = f"SELECT verb FROM history AS h WHERE h.reference = c.number AND h.verb IN {_MOVED} ORDER BY h.id DESC LIMIT 1"
_OVER = "EXISTS (SELECT 1 FROM history AS h WHERE h.reference = c.number AND h.verb = 'handed_over')"
# What something cut in two would leave, or a rule broken: each query finds nothing in a whole base.
TORN = {
    "statuses and history apart": (
        f"SELECT number, status FROM repair_case AS c WHERE status <> CASE WHEN {_OVER} THEN 'handed_over' "
        f"ELSE replace(replace(({_LAST}), 'intake', 'received'), 'credit', 'repaired') END"
    ),
    "bills and the word of history apart": (
        "SELECT number FROM repair_bill AS b WHERE 1 <> (SELECT count(*) FROM history AS h WHERE h.reference = "
        "b.case_number AND h.verb IN ('quoted', 'invoiced', 'credit') AND json_extract(h.data, '$.bill') = b.number)"
    ),
    "bills without their paper": (
        "SELECT number FROM repair_bill AS b WHERE 1 <> (SELECT count(*) FROM document AS d "
        "WHERE d.reference = b.number AND d.kind = b.kind)"
    ),
    "paid invoices and papers that say so apart": (
        "SELECT number FROM repair_bill AS b WHERE b.kind = 'invoice' AND (paid_at IS NOT NULL) <> "
        "(SELECT count(*) FROM document AS d WHERE d.reference = b.number AND d.kind = 'paid_invoice')"
    ),
    "bonuses and declarations apart": (
        "SELECT number FROM repair_bill AS b WHERE b.kind = 'invoice' AND (bonus > 0) <> "
        "(SELECT count(*) FROM document AS d WHERE d.reference = b.number AND d.kind = 'declaration')"
    ),
    "refused quotes and risks told apart": (
        "SELECT number FROM repair_bill AS b WHERE (answer = 'refused') <> "
        "(SELECT count(*) FROM document AS d WHERE d.reference = b.number AND d.kind = 'risks')"
    ),
    "cases without their slip": (
        "SELECT number FROM repair_case WHERE number NOT IN (SELECT reference FROM document WHERE kind = 'slip')"
    ),
    "numbers with a hole, or taken twice": (
        "SELECT number FROM (SELECT number, row_number() OVER (PARTITION BY substr(number, 1, 5) ORDER BY "
        "length(number), number) AS place FROM repair_bill) WHERE CAST(substr(number, 7) AS INTEGER) <> place"
    ),
    "numbers that do not follow time": (
        "SELECT b.number FROM repair_bill AS a JOIN repair_bill AS b ON a.kind = b.kind AND a.rowid < b.rowid "
        "WHERE b.issued_at < a.issued_at"
    ),
    "numbers of another year": (
        "SELECT number FROM repair_bill WHERE substr(number, 2, 4) <> substr(datetime(issued_at, '+1 hour'), 1, 4) "
        "AND substr(issued_at, 6, 2) IN ('01', '12')"
    ),
    "two invoices that stand": (
        "SELECT case_number FROM repair_bill AS b WHERE kind = 'invoice' AND NOT EXISTS (SELECT 1 FROM repair_bill "
        "AS a WHERE a.cancels = b.number) GROUP BY case_number HAVING count(*) > 1"
    ),
    "two quotes that wait": (
        "SELECT case_number FROM repair_bill WHERE kind = 'quote' AND answer = 'waiting' GROUP BY case_number "
        "HAVING count(*) > 1"
    ),
    "credit notes that do not undo": (
        "SELECT a.number FROM repair_bill AS a LEFT JOIN repair_bill AS b ON b.number = a.cancels WHERE "
        "a.kind = 'credit_note' AND (b.kind IS NOT 'invoice' OR a.case_number <> b.case_number OR a.total <> b.total "
        "OR a.vat <> b.vat OR a.bonus <> b.bonus OR a.deposit <> b.deposit OR a.due <> b.due)"
    ),
    "amounts that do not add up": (
        "SELECT number FROM repair_bill WHERE total - bonus - deposit <> due OR total <> (SELECT "
        "coalesce(sum(round(json_extract(value, '$.price') * 100) * json_extract(value, '$.quantity')), 0) "
        "FROM json_each(lines)) OR total - vat <> (SELECT coalesce(sum(round(json_extract(value, '$.net') * 100)), 0) "
        "FROM json_each(lines))"
    ),
    "a word of history before an earlier one": (
        "SELECT b.id FROM history AS a JOIN history AS b ON b.reference = a.reference AND b.id > a.id "
        "WHERE b.moment < a.moment"
    ),
}
