"""A shop on a day, its technicians, and what it takes to see that nothing changed."""

import json
import shlex
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from comptoir.core.errors import DONE
from comptoir.store.engine import engine

AT = "2026-11-22T10:00"
TABLES = ("technician", "technician_fiche", "training", "legal_watch", "history")


@pytest.fixture(autouse=True)
def _settled(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("COMPTOIR_AT", AT)
    yield
    engine.cache_clear()


@pytest.fixture
def done(cli: Callable) -> Callable[..., Any]:
    """Give the function that runs a command on technicians that must succeed, and gives its data."""

    def ran(line: str | Sequence[str]) -> Any:
        words = shlex.split(line) if isinstance(line, str) else list(line)
        made = cli(["repair", "technician", *words, "--json"])
        assert made.code == DONE, made.err
        return json.loads(made.out)

    return ran


@pytest.fixture
def team(done: Callable) -> None:
    """Three technicians: one with two fiches, one with one to come, one without any."""
    done("add 'Nadia Martin' --email nadia@exemple.fr --fiche 3 --fiche 4 --until 31/12/2026 --certificate 'C 12'")
    done("add 'Éric Dupont' --fiche 3 --since 2026-12-01")
    done("add 'Jean Dupont'")


@pytest.fixture
def refuses(cli: Callable, tmp_path: Path) -> Callable[..., list[dict[str, Any]]]:
    """Give the function that sees a command refused: its code, its kinds, and that the base is as it was."""

    def refused(line: str, code: int, *kinds: str) -> list[dict[str, Any]]:
        before = dump(tmp_path / "shop.db")
        ran = cli(f"repair technician {line} --json")
        assert ran.code == code, ran.err
        told = ran.failure["errors"]
        assert [each["error"] for each in told] == list(kinds)
        assert all(each["message"] and "{" not in each["message"] + (each["hint"] or "") for each in told)
        assert dump(tmp_path / "shop.db") == before
        assert ran.out == ""
        return told

    return refused


def dump(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Give every row of every table on technicians."""
    if not path.exists():
        return {}
    with closing(sqlite3.connect(path)) as connection:
        return {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in TABLES}
