"""Bring a database to the schema of this program: a copy first, then one transaction, all or nothing.

A new database is made from `schema.sql`, which is what the migrations do to an empty one, written down: Alembic would
take a second and thirty megabytes of the first command, even of one that goes without SQLAlchemy.
"""

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from comptoir.core.i18n import _
from comptoir.core.later import later
from comptoir.store.sqlite import APPLICATION_ID, SCHEMA, State, state, synced, troubles, unusable
from comptoir.store.turn import turn
from comptoir.store.write import connect

if TYPE_CHECKING:
    from alembic import command
    from alembic import config as settings
    from sqlalchemy import Connection

    from comptoir.store import engine as engines
else:
    command, settings = later("alembic.command"), later("alembic.config")
    engines = later("comptoir.store.engine")


def upgrade(path: Path) -> Path | None:
    """Create or migrate the database; give the copy made first, or None. Safe to run from two processes."""
    path = path.resolve()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with turn(path), troubles(path):
            return _brought_up_to_date(path)
    except OSError as error:
        raise unusable(path, error) from error


def _brought_up_to_date(path: Path) -> Path | None:
    match state(path):
        case State.CURRENT:
            return None
        case State.MISSING:
            _create(path)
            return None
        case State.OLD:
            copy = _copied(path)
            _migrate(path)
            return copy


def _create(path: Path) -> None:
    # Built beside and moved into place: killed half-way, it leaves no file that looks like somebody else's.
    draft = path.with_name(f"{path.name}.new-{os.getpid()}")
    try:
        os.close(os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))
        _make(draft)
        _set_aside(path)
        draft.replace(path)
        _settled(path.parent)
    finally:
        for end in ("", "-wal", "-shm"):
            draft.with_name(draft.name + end).unlink(missing_ok=True)


def _make(path: Path) -> None:
    # Without a log: a full disk takes the log and not what is folded back, which is told to nobody, and the move would
    # leave the log behind. No journal either: a draft that fails is thrown away. The last word only marks the file.
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        named = f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {SCHEMA};"
        begun = "PRAGMA synchronous = FULL; PRAGMA journal_mode = OFF; BEGIN IMMEDIATE;"
        connection.executescript(f"{begun} {schema()} {named} COMMIT; PRAGMA journal_mode = WAL")


def _settled(folder: Path) -> None:
    # A name is on the disk once its folder is. Where a folder cannot be opened, SQLite does without too.
    with suppress(OSError):
        synced(folder)


def schema() -> str:
    """Give the SQL that makes every table of an empty database."""
    return Path(__file__).with_name("schema.sql").read_text("utf-8")


def _set_aside(path: Path) -> None:
    # The log of a database that was deleted would be folded into the new one.
    log = path.with_name(path.name + "-wal")
    if log.exists():
        log.replace(path.with_name(path.name + "-wal.left"))
    path.with_name(path.name + "-shm").unlink(missing_ok=True)


def _copied(path: Path) -> Path:
    copy = path.with_name(f"{path.name}.before-schema-{SCHEMA}")
    os.close(os.open(copy, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))
    try:
        with closing(connect(path)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
    except BaseException:
        copy.unlink()  # it looks like a copy, and keeps the room that is wanting
        raise
    _settled(copy.parent)
    return copy


def _migrate(path: Path) -> None:
    made = engines.engine(path)
    try:
        with made.begin() as connection:
            command.upgrade(config(connection), "head")
            connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA}")
    finally:
        made.dispose()
        engines.engine.cache_clear()


def config(connection: "Connection") -> "settings.Config":
    """Give Alembic's settings for a connection whose transaction is already open."""
    made = settings.Config()
    made.set_main_option("script_location", str(Path(__file__).parent))
    made.attributes["connection"] = connection
    return made


def told(copy: Path) -> str:
    """Say where the copy of the old database stands."""
    return _("database brought up to date; a copy of the old one stands in `{path}`").format(path=copy)
