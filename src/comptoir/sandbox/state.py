"""The claims of the sandbox: in memory, and in a SQLite file when one is given.

Every change of a claim is one row written and synced before the answer leaves, so that a `kill -9` loses nothing
that was answered. One process at a time holds the file.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from threading import RLock
from typing import Any

from comptoir.core.errors import DatabaseTrouble
from comptoir.core.i18n import _, mark
from comptoir.sandbox.reference import same_number

# What SQLite answers most often as a file is opened, word for word: named here to be translated.
SQLITE_WORDS = (
    mark("database is locked"),
    mark("file is not a database"),
    mark("unable to open database file"),
)
FIRST_CLAIM = 700_001  # Ecologic's ClaimId
FIRST_ORDER = 5_000_000_001  # ecosystem's SapServiceOrder: ten digits


class StateTrouble(DatabaseTrouble):
    """The file of the sandbox cannot be opened or written."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            _("the sandbox cannot keep its claims in `{path}`: {reason}").format(path=path, reason=_(reason)),
            _("give another file, or stop the sandbox that holds this one"),
        )


class Stage(StrEnum):
    """Where a claim stands, whatever its organism calls it."""

    DRAFT = "draft"
    INCOMPLETE = "incomplete"
    SENT = "sent"
    APPROVED = "approved"
    PAID = "paid"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    DELETED = "deleted"


OPEN = {Stage.DRAFT, Stage.INCOMPLETE}
FREED = {Stage.REFUSED, Stage.CANCELLED, Stage.DELETED}
MOVING = {Stage.SENT, Stage.APPROVED}


@dataclass
class Piece:
    """A file of a claim: announced (`token` until `expires`, a Unix time) then received, when it has a SHA-256."""

    kind: str
    name: str
    size: int = 0
    sha256: str = ""
    token: str = ""
    expires: float = 0.0


@dataclass
class Claim:
    """A claim of either organism; `asked` is what was sent, `reference` the invoice or order number of the shop."""

    organism: str
    id: str
    reference: str
    quote: str
    serial: str
    asked: dict[str, Any]
    created: str
    stage: Stage = Stage.DRAFT
    order: str = ""
    amount: str = "0.00"
    submitted: bool = False
    fate: str = ""
    reason: str = ""
    paid_on: str = ""
    moved: float = 0.0
    stages: list[str] = field(default_factory=lambda: [str(Stage.DRAFT)])
    pieces: list[Piece] = field(default_factory=list)

    @property
    def subject(self) -> str:
        """Name what the claim is about, the same for every attempt at it."""
        return subject(self.organism, self.reference or self.id)

    def move(self, stage: Stage) -> None:
        """Stand somewhere else."""
        if stage != self.stage:
            self.stage = stage
            self.stages.append(str(stage))


def subject(organism: str, reference: str) -> str:
    """Name what a claim is about: the organism and the shop's reference."""
    return f"{organism}:{same_number(reference)}"


class Book:
    """Every claim, under one lock; `path` names the file they are kept in, or None."""

    def __init__(self, path: Path | None = None) -> None:
        self.lock = RLock()
        self._claims: dict[str, Claim] = {}
        self._path = path
        self._base = None if path is None else _opened(path)
        if self._base is not None:
            for (held,) in self._base.execute("SELECT held FROM claims ORDER BY rank"):
                claim = _read(held)
                self._claims[claim.id] = claim

    def __iter__(self) -> Iterator[Claim]:
        return iter(list(self._claims.values()))

    def __len__(self) -> int:
        return len(self._claims)

    def of(self, organism: str) -> list[Claim]:
        """Give the claims of one organism, oldest first."""
        return [claim for claim in self if claim.organism == organism]

    def find(self, organism: str, number: str) -> Claim | None:
        """Find a claim by its id or its service order."""
        claim = self._claims.get(number) or next((c for c in self if number and c.order == number), None)
        return claim if claim is not None and claim.organism == organism else None

    def keep(self, claim: Claim) -> None:
        """Keep a claim as it stands now, new or changed; raise StateTrouble."""
        self._claims[claim.id] = claim
        self._write("INSERT INTO claims (id, held) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET held = excluded.held",
                    claim.id, json.dumps(asdict(claim)))  # fmt: skip

    def clear(self) -> None:
        """Forget every claim."""
        self._claims.clear()
        self._write("DELETE FROM claims")

    def close(self) -> None:
        """Let go of the file."""
        with self.lock:
            if self._base is not None:
                self._base.close()
                self._base = None

    def _write(self, statement: str, *values: str) -> None:
        if self._base is None or self._path is None:
            return
        try:
            self._base.execute(statement, values)
        except sqlite3.Error as error:
            raise StateTrouble(self._path, str(error)) from error


def _opened(path: Path) -> sqlite3.Connection:
    try:
        path.touch(mode=0o600)  # people train with the names of real customers, whatever they are told
        base = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=0.5)
    except (OSError, sqlite3.Error) as error:
        raise StateTrouble(path, getattr(error, "strerror", None) or str(error)) from error
    try:
        # Exclusive: a second sandbox on the same file is told so, instead of two memories that overwrite each other.
        for statement in ("PRAGMA locking_mode=EXCLUSIVE", "PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL"):
            with closing(base.execute(statement)) as cursor:
                cursor.fetchall()
        base.execute(
            "CREATE TABLE IF NOT EXISTS claims (rank INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, held TEXT NOT NULL)"
        )
    except sqlite3.Error as error:
        base.close()
        raise StateTrouble(path, str(error)) from error
    return base


def _read(held: str) -> Claim:
    told = json.loads(held)
    pieces = [Piece(**each) for each in told.pop("pieces")]
    stage = Stage(told.pop("stage"))
    return Claim(**told, stage=stage, pieces=pieces)
