"""Writes over the driver's own connection, without SQLAlchemy: what comes in by the million, and every scan."""

import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

from comptoir.store.read import Reader
from comptoir.store.sqlite import BUSY_SECONDS, troubles
from comptoir.store.turn import turn


def connect(path: Path) -> sqlite3.Connection:
    """Open the file to write it, each rule of the house switched on."""
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    connection.executescript(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON;"
    )
    return connection


@contextmanager
def writing(path: Path) -> Generator[sqlite3.Connection]:
    """Write in one transaction: committed at the end, rolled back on any exception."""
    with Store.open(path) as store, store.transaction() as connection:
        yield connection


class Store:
    """A database kept open by a loop: it reads as of now, and each of its writes is a transaction."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path = path
        self._connection = connection

    @classmethod
    @contextmanager
    def open(cls, path: Path) -> Generator["Store"]:
        """Open the database, and close it at the end."""
        with troubles(path), closing(connect(path)) as connection:
            yield cls(path, connection)

    @property
    def reader(self) -> Reader:
        """Give what answers queries."""
        return Reader(self._connection)

    @contextmanager
    def transaction(self) -> Generator[sqlite3.Connection]:
        """Write in one transaction that has its turn from its first word, rolled back on any exception."""
        with troubles(self._path), turn(self._path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
