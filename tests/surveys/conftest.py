"""A shop on a Friday morning, with devices that were repaired and given back."""

import json
import shlex
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from comptoir.core.errors import DONE
from comptoir.repairs.rules import next_number
from comptoir.store.engine import engine
from comptoir.store.migrations import upgrade

from ..outbox.gateway_server import GatewayServer  # noqa: TID252 - one server for all who send
from ..outbox.mail_server import MailServer  # noqa: TID252 - one server for all who send

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
TABLES = ("survey", "outbox", "history", "repair_case")
CASE = {
    "status": "handed_over", "place": "workshop", "product": "washing-machine", "product_label": "Lave-linge",
    "fiche": 1, "brand": "Brandt", "model": "WTC", "serial": "SN1", "serial_key": "SN1", "bought_on": "",
    "warranty": "none", "bonus": 1, "service": "Réparation", "fault": "Fuit", "condition": "", "deposit": 0,
    "deposit_means": "", "deposit_receipt": "", "consents": "[]", "far_why": "", "organism": "", "symptom": "",
    "repair_code": "", "operator": "test",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _settled(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("COMPTOIR_AT", NOW.isoformat())
    monkeypatch.setenv("COMPTOIR_SHOP_EMAIL", "comptoir@exemple.fr")
    monkeypatch.setenv("COMPTOIR_SMTP_SECURITY", "none")
    yield
    engine.cache_clear()


@pytest.fixture(scope="session")
def created(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A base with two technicians and one customer; never written again."""
    path = tmp_path_factory.mktemp("created") / "shop.db"
    upgrade(path)
    for number, name in ((1, "Nadia Martin"), (2, "Éric Dupont")):
        insert(path, "technician", id=number, key=name.lower(), name=name, email="", active=1, created_at=iso())
    return path


@pytest.fixture
def shop(created: Path, tmp_path: Path) -> Path:
    """A base without a repair, where the commands of this test look."""
    return Path(shutil.copy(created, tmp_path / "shop.db"))


@pytest.fixture
def given_back(shop: Path) -> Callable[..., str]:
    """Give the function that writes a repair given back some days ago, and gives its number."""
    last: list[str | None] = [None]

    def write(days: float = 3, **given: Any) -> str:
        number = last[0] = next_number(last[0])
        who = {"email": "jeanne@exemple.fr", "phone": "+33102030405", "last_name": "Petit"}
        who |= {key: given.pop(key) for key in who if key in given}
        insert(
            shop, "consumer", id=int(number), title="Mme", first_name="Jeanne", line="1 rue A", complement="",
            postcode="77090", town="Collégien", country="France", created_at=iso(), **who,
        )  # fmt: skip
        moments = {name: iso(days) for name in ("opened_at", "moved_at", "repaired_at", "closed_at")}
        insert(shop, "repair_case", number=number, consumer_id=int(number), **(CASE | moments | given))
        return number

    return write


@pytest.fixture
def done(cli) -> Callable[..., Any]:
    """Give the function that runs a line that must succeed, and gives its data where it has any."""

    def ran(line: str | Sequence[str], input: bytes = b"") -> Any:  # noqa: A002 - as `cli`
        words = shlex.split(line) if isinstance(line, str) else list(line)
        made = cli(["repair", "survey", *words], input=input)
        assert made.code == DONE, made.err
        return json.loads(made.out) if "--json" in words else made

    return ran


@pytest.fixture
def asked(done, given_back, shop: Path) -> Callable[..., tuple[str, str]]:
    """Give the function that asks a customer, and gives the repair and its code."""

    def ask(days: float = 3, **given: Any) -> tuple[str, str]:
        number = given_back(days, **given)
        done(f"ask {number} --yes")
        return number, column(shop, "code", f"case_number = '{number}'")[0]

    return ask


@pytest.fixture
def refuses(cli, shop: Path) -> Callable[..., list[dict[str, Any]]]:
    """Give the function that sees a line refused: its code, its kinds, and that the base is as it was."""

    def refused(line: str | Sequence[str], code: int, *kinds: str) -> list[dict[str, Any]]:
        words = shlex.split(line) if isinstance(line, str) else list(line)
        before = dump(shop)
        ran = cli(["repair", "survey", *words, "--json"])
        assert (ran.code, ran.out) == (code, ""), ran.err
        told = ran.failure["errors"]
        assert [each["error"] for each in told] == list(kinds)
        assert all(each["message"] and "{" not in each["message"] + (each["hint"] or "") for each in told)
        assert dump(shop) == before
        return told

    return refused


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    """A mail server that the settings name."""
    with MailServer() as server:
        monkeypatch.setenv("COMPTOIR_SMTP_HOST", f"127.0.0.1:{server.port}")
        yield server


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Iterator[GatewayServer]:
    """An SMS gateway that the settings name."""
    with GatewayServer() as gateway:
        monkeypatch.setenv("COMPTOIR_SMS_URL", gateway.url)
        yield gateway


def iso(days: float = 0) -> str:
    """Give the moment some days ago, as kept."""
    return (NOW - timedelta(days=days)).isoformat()


def insert(path: Path, table: str, **values: Any) -> None:
    """Write a row."""
    names, places = ", ".join(values), ", ".join("?" * len(values))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", tuple(values.values()))


def column(path: Path, name: str, where: str = "1", table: str = "survey") -> list[Any]:
    """Read a column of a table."""
    with closing(sqlite3.connect(path)) as connection:
        return [row[0] for row in connection.execute(f"SELECT {name} FROM {table} WHERE {where} ORDER BY rowid")]


def verbs(path: Path, number: str) -> list[tuple[str, dict[str, str]]]:
    """Read what the history says of a repair."""
    sql = "SELECT verb, data FROM history WHERE reference = ? ORDER BY id"
    with closing(sqlite3.connect(path)) as connection:
        return [(verb, json.loads(data)) for verb, data in connection.execute(sql, (number,))]


def dump(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Give every row of the tables that questionnaires may touch."""
    with closing(sqlite3.connect(path)) as connection:
        return {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in TABLES}
