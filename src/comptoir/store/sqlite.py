"""The embedded database file: what it is, how it is opened, what its failures mean."""

import os
import shutil
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from enum import Enum
from errno import EDQUOT, EISDIR, ENOSPC
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from urllib.parse import quote

from comptoir.core.errors import DatabaseTrouble, reason_of
from comptoir.core.i18n import _
from comptoir.core.text import fold

APPLICATION_ID = 0x434D5054  # "CMPT" in the file's header
SCHEMA = 10  # the number of the last migration, kept in PRAGMA user_version
BUSY_SECONDS = 30.0
ROOM = 1 << 16  # bytes: the smallest log's index does not fit in less


class State(Enum):
    """What stands at the path of the database."""

    MISSING = "missing"
    OLD = "old"
    CURRENT = "current"


class NotOurs(DatabaseTrouble):
    """The file is something else than a comptoir database."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            _("`{path}` is not a comptoir database").format(path=path),
            _("name another file with --database or COMPTOIR_DATABASE; this one was left as it is"),
        )


class Newer(DatabaseTrouble):
    """The database was written by a later version of the program."""

    def __init__(self, path: Path, version: int) -> None:
        super().__init__(
            _("`{path}` is of schema {version}, this program knows up to {known}").format(
                path=path, version=version, known=SCHEMA
            ),
            _("install the latest comptoir; nothing was changed"),
        )


class DatabaseBusy(DatabaseTrouble):
    """Another process keeps the database."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            _("`{path}` is kept busy by another command").format(path=path),
            _("try again in a moment; nothing was changed"),
        )


class DatabaseUnusable(DatabaseTrouble):
    """The file cannot be read or written."""

    def __init__(self, path: Path, reason: str, hint: str | None = None) -> None:
        told = _("cannot use `{path}`: {reason}").format(path=path, reason=reason)
        super().__init__(
            told, hint or _("check the rights of the file and of its folder, or choose it with --database")
        )


def state(path: Path) -> State:
    """Tell what stands at the path; raise NotOurs, Newer or DatabaseUnusable.

    Asks SQLite and never opens the file itself: closing it would let go of every POSIX lock that this process holds on
    it, and another process would fold the log back under our feet (SQLite, "How To Corrupt", 2.2).
    """
    try:
        kept = path.stat()
    except FileNotFoundError:
        return State.MISSING
    except OSError as error:
        raise DatabaseUnusable(path, reason_of(error)) from error
    if not S_ISREG(kept.st_mode):
        reason = os.strerror(EISDIR) if S_ISDIR(kept.st_mode) else None
        raise DatabaseUnusable(path, _(reason) if reason else _("it is not a file"))
    if not kept.st_size:
        return State.MISSING
    with troubles(path), opened(path) as connection:
        identity = connection.execute("PRAGMA application_id").fetchone()[0]
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if identity != APPLICATION_ID:
        raise NotOurs(path)
    if version > SCHEMA:
        raise Newer(path, version)
    return State.CURRENT if version == SCHEMA else State.OLD


@contextmanager
def opened(path: Path) -> Generator[sqlite3.Connection]:
    """Open the file to read it, in one snapshot; a folder that cannot be written to is read as it stands."""
    connection = _connect_to_read(path)
    try:
        connection.create_function("fold", 1, lambda text: fold(text or ""), deterministic=True)
        connection.execute("BEGIN")
        yield connection
    finally:
        connection.close()


def _connect_to_read(path: Path) -> sqlite3.Connection:
    path = path.resolve()  # a link's log stands beside what it points to
    address = f"file:{quote(str(path))}?mode=ro"
    connection = sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        connection.execute("PRAGMA schema_version").fetchone()
    except sqlite3.OperationalError:
        connection.close()
        # Read as it stands only where nobody can be writing: what a writer does meanwhile would not be seen.
        still = _is_full(path) or not _can_write(path.parent)
        if not still or _size(path.with_name(path.name + "-wal")):
            raise
        return sqlite3.connect(f"{address}&immutable=1", uri=True, isolation_level=None)
    return connection


@contextmanager
def troubles(path: Path) -> Generator[None]:
    """Turn the driver's errors into sentences: busy, full, read-only, damaged, not a database."""
    try:
        yield
    except Exception as error:
        # SQLAlchemy wraps the driver's error, and is not imported here.
        cause = error if isinstance(error, sqlite3.Error) else getattr(error, "orig", None)
        told = _explained(path, cause) if isinstance(cause, sqlite3.Error) else cause
        if told is None or told is cause:
            raise
        raise told from error


def _explained(path: Path, error: sqlite3.Error) -> Exception:
    """Give the sentence for an error of the driver, or the error itself where it is a bug of ours."""
    # The extended code keeps the primary one in its low byte (SQLite, "Result and Error Codes").
    match getattr(error, "sqlite_errorcode", 0) & 0xFF:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return DatabaseBusy(path)
        case sqlite3.SQLITE_FULL:
            return _disk_full(path)
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            return _disk_full(path) if _is_full(path) else DatabaseUnusable(path, _("it cannot be written to"))
        case sqlite3.SQLITE_NOTADB:
            return NotOurs(path)
        case sqlite3.SQLITE_IOERR:
            told = DatabaseUnusable(path, reason_of(error), _("check the disk; nothing was changed"))
            return _disk_full(path) if _is_full(path) else told
        case sqlite3.SQLITE_CORRUPT:  # what a full disk did not take reads as damage, and is whole in the log
            told = DatabaseUnusable(path, reason_of(error), _("restore the last copy, and check the disk"))
            return _disk_full(path) if _is_full(path) else told
        case _:
            return error


def unusable(path: Path, error: OSError) -> DatabaseUnusable:
    """Give the sentence for what the system refuses to do with the file or beside it."""
    return _disk_full(path) if error.errno in {ENOSPC, EDQUOT} else DatabaseUnusable(path, reason_of(error))


def synced(folder: Path) -> None:
    """Put the names of a folder on the disk, where the system opens folders; raise OSError."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _disk_full(path: Path) -> DatabaseUnusable:
    return DatabaseUnusable(path, _("the disk is full"), _("free some space; nothing was changed"))


def _is_full(path: Path) -> bool:
    # SQLite says only that a file could not be made to grow: the disk itself knows why.
    try:
        return shutil.disk_usage(path.parent).free < ROOM
    except OSError:
        return False


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _can_write(folder: Path) -> bool:
    return os.access(folder, os.W_OK, effective_ids=os.access in os.supports_effective_ids)
