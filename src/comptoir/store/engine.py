"""Writes: one session, one transaction that has its turn from its first word, rolled back by default."""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool
from sqlmodel import Session

from comptoir.store.sqlite import troubles
from comptoir.store.turn import turn
from comptoir.store.write import connect


@lru_cache(maxsize=4)
def engine(path: Path) -> Engine:
    """Make the engine of a database file; its transactions begin IMMEDIATE and are synced in full."""
    made = create_engine("sqlite://", creator=lambda: connect(path), hide_parameters=True, poolclass=QueuePool)
    # A deferred BEGIN that writes after reading fails at once under load, busy handler or not.
    event.listen(made, "begin", _begin_immediate)
    return made


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


@contextmanager
def transaction(path: Path) -> Generator[Session]:
    """Write in one transaction: committed at the end, rolled back on any exception."""
    with troubles(path), turn(path), Session(engine(path), expire_on_commit=False) as session:
        yield session
        session.commit()


def driver(session: Session) -> sqlite3.Connection:
    """Give the driver's connection of a session's transaction, for bulk work inside it."""
    connection = session.connection().connection.driver_connection
    if not isinstance(connection, sqlite3.Connection):
        raise TypeError(connection)
    return connection
