"""A shop where parts are bought and used."""

import json
import shlex
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from comptoir.core.acting import By
from comptoir.core.errors import DONE
from comptoir.parts import services
from comptoir.parts.rules import Origin, Purchase
from comptoir.store.engine import engine, transaction
from comptoir.store.migrations import upgrade

AT = "2026-03-10T10:00"
BY = By("test", datetime(2026, 3, 10, 9, tzinfo=UTC))
CASE, OTHER = "00000017", "00000024"
PUMP = Purchase("PV-100", "Pompe de vidange", Origin.NEW, "ASWO", "F-2026-1", date(2026, 1, 5), 3, Decimal("24.90"))
OLDER = PUMP._replace(invoice="F-2025-9", bought_on=date(2025, 12, 1), quantity=1, unit_cost=Decimal("22.00"))
TAKEN = PUMP._replace(
    origin=Origin.CIRCULAR, supplier="", invoice="", donor="SN 7788", bought_on=date(2026, 2, 1), quantity=1
)


@pytest.fixture(autouse=True)
def _settled(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("COMPTOIR_AT", AT)
    yield
    engine.cache_clear()


@pytest.fixture(scope="session")
def created(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A base without a row; never written again."""
    path = tmp_path_factory.mktemp("created") / "shop.db"
    upgrade(path)
    return path


@pytest.fixture
def shop(created: Path, tmp_path: Path) -> Path:
    """An empty base, where the commands of this test look."""
    return Path(shutil.copy(created, tmp_path / "shop.db"))


@pytest.fixture
def stocked(shop: Path) -> Path:
    """A base with three purchases of one pump: 1 old new, 3 new, 1 circular."""
    with transaction(shop) as session:
        for purchase in (PUMP, OLDER, TAKEN):
            services.buy(session, purchase, BY)
    return shop


@pytest.fixture
def done(cli) -> Callable[..., Any]:
    """Give the function that runs a line that must succeed, and gives its data where it has any."""

    def ran(line: str | Sequence[str], input: bytes = b"") -> Any:  # noqa: A002 - as `cli`
        words = shlex.split(line) if isinstance(line, str) else list(line)
        made = cli(["repair", "parts", *words], input=input)
        assert made.code == DONE, made.err
        return json.loads(made.out) if "--json" in words else made

    return ran


@pytest.fixture
def refuses(cli, shop: Path) -> Callable[..., list[dict[str, Any]]]:
    """Give the function that sees a line refused: its code, its kinds, and that the base is as it was."""

    def refused(line: str | Sequence[str], code: int, *kinds: str) -> list[dict[str, Any]]:
        words = shlex.split(line) if isinstance(line, str) else list(line)
        before = dump(shop)
        ran = cli(["repair", "parts", *words, "--json"])
        assert (ran.code, ran.out) == (code, ""), ran.err
        told = ran.failure["errors"]
        assert [each["error"] for each in told] == list(kinds)
        assert all(each["message"] and "{" not in each["message"] for each in told)
        assert dump(shop) == before
        return told

    return refused


def dump(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Give every row of parts, and the history."""
    with closing(sqlite3.connect(path)) as connection:
        return {
            name: connection.execute(f"SELECT * FROM {name}").fetchall()
            for name in ("part_purchase", "part_use", "history")
        }
