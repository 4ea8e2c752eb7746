"""A shop on a Sunday, with claims that were filed and await their money."""

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

from ..outbox.mail_server import MailServer  # noqa: TID252 - one server for all who send

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
FILES = Path(__file__).parent / "statements"
TABLES = ("payment", "payment_share", "claim", "history", "outbox")
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
    """A base with one customer; never written again."""
    path = tmp_path_factory.mktemp("created") / "shop.db"
    upgrade(path)
    insert(
        path, "consumer", id=1, title="Mme", first_name="Jeanne", last_name="Petit", email="jeanne@exemple.fr",
        phone="+33102030405", line="1 rue A", complement="", postcode="77090", town="Collégien", country="France",
        created_at=iso(),
    )  # fmt: skip
    return path


@pytest.fixture
def shop(created: Path, tmp_path: Path) -> Path:
    """A base without a claim, where the commands of this test look."""
    return Path(shutil.copy(created, tmp_path / "shop.db"))


@pytest.fixture
def claimed(shop: Path) -> Callable[..., str]:
    """Give the function that writes a claim confirmed some days ago, and gives the number of its repair.

    Its invoice is F2026-00001 for the first one, its service order 4500000001, its number with the organism RC-900001.
    """
    last: list[str | None] = [None]

    def write(bonus: float = 25, organism: str = "ecosystem", days: float = 10, **given: Any) -> str:
        number = last[0] = given.pop("case", None) or next_number(last[0])
        rank = int(number[:-1])
        if not column(shop, "number", f"number = '{number}'", "repair_case"):
            moments = {name: iso(days) for name in ("opened_at", "moved_at", "repaired_at", "closed_at")}
            insert(shop, "repair_case", number=number, consumer_id=1, **(CASE | moments))
            insert(
                shop, "repair_bill", number=f"F2026-{rank:05}", kind="invoice", case_number=number,
                issued_at=iso(days), operator="test", lines="[]", total=9900, vat=1650, bonus=int(bonus * 100),
                circular=0, deposit=0, due=9900 - int(bonus * 100), answer="", means="card", receipt="", why="",
            )  # fmt: skip
        told = {
            "case_number": number, "organism": organism, "invoice": f"F2026-{rank:05}", "status": "confirmed",
            "reference": f"R{rank:07}", "remote": f"RC-9{rank:05}", "service_order": f"45{rank:08}", "said": "",
            "reason": "", "bonus": int(bonus * 100), "total": 9900, "form": "{}", "pending": "", "attempts": 0,
            "stale": 0, "error": "", "lease": "",
            "operator": "test", "created_at": iso(days), "confirmed_at": iso(days), "paid": 0,
        }  # fmt: skip
        insert(shop, "claim", **(told | given))
        return number

    return write


@pytest.fixture
def done(cli) -> Callable[..., Any]:
    """Give the function that runs a line that must succeed, and gives its data where it has any."""

    def ran(line: str | Sequence[str], input: bytes = b"") -> Any:  # noqa: A002 - as `cli`
        words = shlex.split(line) if isinstance(line, str) else list(line)
        made = cli(["qualirepar", "payments", *words], input=input)
        assert made.code == DONE, made.err
        return json.loads(made.out) if "--json" in words else made

    return ran


@pytest.fixture
def refuses(cli, shop: Path) -> Callable[..., list[dict[str, Any]]]:
    """Give the function that sees a line refused: its code, its kinds, and that the base is as it was."""

    def refused(
        line: str | Sequence[str],
        code: int,
        *kinds: str,
        input: bytes = b"",  # noqa: A002 - as `cli`
    ) -> list[dict[str, Any]]:
        words = shlex.split(line) if isinstance(line, str) else list(line)
        before = dump(shop)
        ran = cli(["qualirepar", "payments", *words, "--json"], input=input)
        assert (ran.code, ran.out) == (code, ""), ran.err
        told = ran.failure["errors"]
        assert [each["error"] for each in told] == list(kinds)
        assert all(each["message"] and "{" not in each["message"] + (each["hint"] or "") for each in told)
        assert dump(shop) == before
        return told

    return refused


@pytest.fixture
def brings(done, shop: Path) -> Callable[..., dict[str, Any]]:
    """Give the function that imports lines (day, label, amount) as a CSV, and gives what the import tells."""

    def bring(*lines: tuple[str, str, str], **given: Any) -> dict[str, Any]:
        return done("import - --json", input=sheet(*lines), **given)[0]

    return bring


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    """A mail server that the settings name."""
    with MailServer() as server:
        monkeypatch.setenv("COMPTOIR_SMTP_HOST", f"127.0.0.1:{server.port}")
        yield server


def sheet(*lines: tuple[str, str, str]) -> bytes:
    """Write a statement as many banks do."""
    return ("Date;Libellé;Montant\r\n" + "".join(";".join(line) + "\r\n" for line in lines)).encode()


def iso(days: float = 0) -> str:
    """Give the moment some days ago, as kept."""
    return (NOW - timedelta(days=days)).isoformat()


def insert(path: Path, table: str, **values: Any) -> None:
    """Write a row."""
    names, places = ", ".join(values), ", ".join("?" * len(values))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", tuple(values.values()))


def column(path: Path, name: str, where: str = "1", table: str = "claim") -> list[Any]:
    """Read a column of a table."""
    with closing(sqlite3.connect(path)) as connection:
        return [row[0] for row in connection.execute(f"SELECT {name} FROM {table} WHERE {where}")]


def claim(path: Path, number: str) -> tuple[str, int]:
    """Read where the claim of a repair stands, and the cents it was paid."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT status, paid FROM claim WHERE case_number = ?", (number,)).fetchone()


def verbs(path: Path, number: str) -> list[tuple[str, str, str | None]]:
    """Read what the history says of a repair: the verb, the amount, where its claim stood before."""
    sql = "SELECT verb, data FROM history WHERE reference = ? ORDER BY id"
    with closing(sqlite3.connect(path)) as connection:
        told = [(verb, json.loads(data)) for verb, data in connection.execute(sql, (number,))]
    return [(verb, data["amount"], data.get("was")) for verb, data in told]


def sound(path: Path) -> None:
    """Check that no money appeared or vanished, whatever was done."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute(
            "SELECT p.amount, coalesce(sum(s.amount), 0) FROM payment p "
            "LEFT JOIN payment_share s ON s.payment_id = p.id GROUP BY p.id"
        ).fetchall()
        claims = connection.execute(
            "SELECT paid, bonus, status, (SELECT coalesce(sum(s.amount), 0) FROM payment_share s "
            "WHERE s.claim_id = c.id) FROM claim c"
        ).fetchall()
    assert all(0 <= used <= amount or amount <= used <= 0 for amount, used in rows), rows
    assert all(paid == shares >= 0 for paid, _bonus, _status, shares in claims), claims
    waiting = {"confirmed", "approved", "reimbursed"}
    assert not [1 for paid, bonus, status, _shares in claims if status in waiting and paid >= bonus], claims
    assert not [1 for paid, bonus, status, _shares in claims if status == "paid" and paid < bonus], claims


def dump(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Give every row of the tables that payments may touch."""
    with closing(sqlite3.connect(path)) as connection:
        return {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in TABLES}
