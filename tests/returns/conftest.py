"""A small shop with deliveries, and what it takes to look at a whole base."""

import json
import shlex
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from comptoir.core.errors import DONE
from comptoir.deliveries.lines import COLUMNS
from comptoir.deliveries.services import import_deliveries
from comptoir.store.engine import engine
from comptoir.store.migrations import upgrade
from comptoir.store.write import writing

AT = "2021-12-10T10:00"  # a Friday, the shop is open, and what was delivered this month may go back
ORMES, LELONG = "GARAGE DES ORMES", "CARROSSERIE LELONG"
OLD, NEW, OTHER, FUTURE = 255000100, 255000200, 255000300, 255000400
DELIVERED = f"""\
{",".join(COLUMNS)}
{OLD},2021-11-10,{ORMES},1,8MK376,4082858376007,RADIATEUR MOTEUR,2,93.54,
{NEW},2021-12-03,{ORMES},1,OC 1063,4009026010631,FILTRE A HUILE,12,7.48,
{NEW},2021-12-03,{ORMES},2,RTE4522-C,3333933452200,CARDAN AV DROIT ECHANGE STANDARD,2,64.90,45.00
{NEW},2021-12-03,{ORMES},3,096 604 3,3221080966049,VALVE CAOUTCHOUC TR413,5,0.54,
{NEW},2021-12-03,{ORMES},4,OC 1063,4009026010631,FILTRE A HUILE,1,7.48,
{OTHER},2021-12-06,{LELONG},1,OC 1063,4009026010631,FILTRE A HUILE,3,7.48,
{FUTURE},2022-01-15,{ORMES},1,KC 221,4082858376007,FILTRE A GASOIL,1,22.88,
"""
Dump = dict[str, list[tuple[Any, ...]]]


@pytest.fixture(autouse=True)
def _settled(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("COMPTOIR_AT", AT)
    monkeypatch.setenv("COMPTOIR_SHOP_EMAIL", "comptoir@exemple.fr")
    yield
    engine.cache_clear()


@pytest.fixture(scope="session")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A base that holds the deliveries and nothing else; never written again."""
    path = tmp_path_factory.mktemp("delivered") / "shop.db"
    upgrade(path)
    file = path.with_suffix(".csv")
    file.write_text(DELIVERED, "utf-8")
    with file.open("rb") as content, writing(path) as connection:
        import_deliveries(connection, content, lambda _problem: None, lambda _lines: None, strict=True)
    return path


@pytest.fixture
def shop(delivered: Path, tmp_path: Path) -> Path:
    """A base with the deliveries, where the commands of this test look."""
    path = tmp_path / "shop.db"
    shutil.copy(delivered, path)
    return path


@pytest.fixture
def done(cli) -> Callable[..., Any]:
    """Give the function that runs a line that must succeed, and gives its data where it has any."""

    def ran(line: str | Sequence[str], input: bytes = b"") -> Any:  # noqa: A002 - as `cli`
        words = shlex.split(line) if isinstance(line, str) else list(line)
        made = cli(words, input=input)
        assert made.code == DONE, made.err
        return json.loads(made.out) if "--json" in words else made

    return ran


@pytest.fixture
def sent(shop: Path, done) -> Callable[..., str]:
    """Give the function that sends some lines of a note and gives the number of the case."""

    def send(note: int = NEW, **quantities: int) -> str:
        for line, quantity in (quantities or {"1": 4}).items():
            done(f"returns add {note} {line.strip('_')} -q {quantity} -r ordered_by_mistake")
        return done("returns send --yes --json")[0]["number"]

    return send


@pytest.fixture
def refuses(cli, shop: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[dict[str, Any]]]:
    """Give the function that sees a line refused: its code, its kinds, and that the base is as it was."""

    def refused(line: str, code: int, *kinds: str, at: str = "") -> list[dict[str, Any]]:
        before = dump(shop)
        with monkeypatch.context() as patch:
            if at:
                patch.setenv("COMPTOIR_AT", at)
            ran = cli(f"{line} --json")
        assert ran.code == code, ran.err
        assert ran.failure["exit_code"] == code
        told = ran.failure["errors"]
        assert [each["error"] for each in told] == list(kinds)
        assert all(each["message"] and "{" not in each["message"] for each in told)
        assert dump(shop) == before
        assert ran.out == ""
        return told

    return refused


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Give the function that sets the clock, as Paris reads it."""
    return lambda text: monkeypatch.setenv("COMPTOIR_AT", text)


@pytest.fixture
def operator(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Give the function that sets who stands at the counter."""
    return lambda name: monkeypatch.setenv("COMPTOIR_OPERATOR", name)


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
    """Check that a base is sound, and that its requests are each there whole: cases, ledger, papers, letter."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        torn = {name: connection.execute(sql).fetchall() for name, sql in TORN.items()}
    assert {name: found for name, found in torn.items() if found} == {}


# What a request cut in two would leave: each query finds nothing in a whole base.
TORN = {
    "cases without lines": "SELECT number FROM return_case WHERE number NOT IN (SELECT number FROM return_line)",
    "lines and ledger apart": (
        "SELECT r.number, r.note, r.line FROM return_case AS c JOIN return_line AS r ON r.number = c.number "
        "GROUP BY r.number, r.note, r.line HAVING sum(CASE WHEN c.status IN ('cancelled', 'refused') THEN 0 "
        "WHEN c.status = 'closed' THEN r.accepted ELSE r.quantity END) <> (SELECT sum(b.quantity) "
        "FROM delivery_return AS b WHERE b.reference = r.number AND b.note = r.note AND b.line = r.line)"
    ),
    "ledger without a case": (
        "SELECT reference FROM delivery_return WHERE reference NOT IN (SELECT number FROM return_case)"
    ),
    "more back than delivered, or less than nothing": (
        "SELECT l.note, l.line FROM delivery_line AS l JOIN delivery_return AS b "
        "ON b.note = l.note AND b.line = l.line GROUP BY l.note, l.line "
        "HAVING sum(b.quantity) NOT BETWEEN 0 AND l.quantity"
    ),
    "cases without their pre-agreement": (
        "SELECT number FROM return_case AS c WHERE 1 <> (SELECT count(*) FROM document AS d "
        "WHERE d.reference = c.number AND d.kind = 'pre_agreement')"
    ),
    "requests without their pick list": (
        "SELECT DISTINCT request FROM return_case AS c WHERE 1 <> (SELECT count(*) FROM document AS d "
        "WHERE d.reference = 'return-' || c.request AND d.kind = 'pick_list')"
    ),
    "papers of nothing": (
        "SELECT reference FROM document WHERE reference NOT IN (SELECT number FROM return_case) "
        "AND reference NOT IN (SELECT 'return-' || request FROM return_case)"
    ),
    "letters and requests apart": (
        "SELECT DISTINCT request FROM return_case AS c WHERE (email <> '') <> "
        "EXISTS (SELECT 1 FROM outbox AS o WHERE o.key = 'return-' || c.request AND o.recipient = c.email)"
    ),
    "letters of nothing": "SELECT key FROM outbox WHERE key NOT IN (SELECT 'return-' || request FROM return_case)",
    "cases without the word that they were sent": (
        "SELECT number FROM return_case AS c WHERE 1 <> (SELECT count(*) FROM history AS h "
        "WHERE h.reference = c.number AND h.verb = 'send')"
    ),
    "a word of history before an earlier one": (
        "SELECT b.id FROM history AS a JOIN history AS b ON b.reference = a.reference AND b.id > a.id "
        "WHERE b.moment < a.moment"
    ),
    "amounts that their lines do not give": (
        "SELECT number FROM return_case AS c WHERE estimated <> "
        "(SELECT sum(estimated) FROM return_line AS r WHERE r.number = c.number)"
    ),
}
