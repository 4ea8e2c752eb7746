"""Writers take turns on a lock file: SQLite's own busy handler starves one of them under load."""

import os
import threading
from collections.abc import Generator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from comptoir.core.errors import reason_of
from comptoir.store.sqlite import BUSY_SECONDS, DatabaseBusy, DatabaseUnusable

try:
    import fcntl
except ImportError:  # Windows has no flock: SQLite's busy handler is left alone to arbitrate there
    fcntl = None  # type: ignore[assignment]  # the module stands or is None


@contextmanager
def turn(path: Path, seconds: float = BUSY_SECONDS) -> Generator[None]:
    """Hold the database's turn to write; raise DatabaseBusy when it does not come in time."""
    if fcntl is None:
        yield
        return
    try:
        descriptor = os.open(_lock_of(path), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise DatabaseUnusable(path, reason_of(error)) from error
    try:
        if not _taken(descriptor) and not _waited(descriptor, seconds):
            raise DatabaseBusy(path)
        yield
    finally:
        os.close(descriptor)  # which also lets the turn go, kill -9 included


@lru_cache(maxsize=4)
def _lock_of(path: Path) -> Path:
    # A database has one lock, whichever link it is opened by.
    target = path.resolve()
    return target.with_name(target.name + ".lock")


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _waited(descriptor: int, seconds: float) -> bool:
    # The kernel's queue is fair and polling is not, but a blocking flock knows no time-out: a thread waits.
    # It waits on a copy, so that giving up closes nothing under it, and it lets go if the turn comes too late.
    copy = os.dup(descriptor)
    given_up = threading.Event()

    def wait() -> None:
        """Take the turn when it comes, and let it go if it comes too late."""
        fcntl.flock(copy, fcntl.LOCK_EX)
        if given_up.is_set():
            fcntl.flock(copy, fcntl.LOCK_UN)
        os.close(copy)

    waiter = threading.Thread(target=wait, daemon=True)
    waiter.start()
    waiter.join(seconds)
    if waiter.is_alive():
        given_up.set()
        return False
    return True
