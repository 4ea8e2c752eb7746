"""Writers take turns, first come first served: SQLite's own busy handler starves one of them under load."""

import os
import struct
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path

from comptoir.store.sqlite import BUSY_SECONDS, DatabaseBusy, unusable

try:
    import fcntl
except ImportError:  # Windows has no flock: SQLite's busy handler is left alone to arbitrate there
    fcntl = None  # type: ignore[assignment]  # the module stands or is None

# A place in the line is a byte of the lock file: its number is the nanosecond one came at. The lock itself is the
# whole file's: the line only tells who asks for it next, for whoever lets a turn go would else be the first to ask
# again. Locks of an open file belong to it and not to the process (fcntl_locking(2)); where there are none, no line.
_HAS_LINE = hasattr(fcntl, "F_OFD_SETLK")


@contextmanager
def turn(path: Path, seconds: float = BUSY_SECONDS) -> Generator[None]:
    """Hold the database's turn to write; raise DatabaseBusy when it does not come in time."""
    if fcntl is None:
        yield
        return
    try:
        descriptor = os.open(_lock_of(path), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise unusable(path, error) from error
    try:
        place = _place(descriptor)
        if not _taken(descriptor, place) and not _waited(descriptor, place, seconds):
            raise DatabaseBusy(path)
        yield
    finally:
        _range(descriptor, fcntl.F_UNLCK, 0, 0)  # a thread that still waits keeps a copy: leave the line by name
        os.close(descriptor)  # which also lets the turn go, kill -9 included


@lru_cache(maxsize=4)
def _lock_of(path: Path) -> Path:
    # A database has one lock, whichever link it is opened by.
    target = path.resolve()
    return target.with_name(target.name + ".lock")


def _place(descriptor: int) -> int:
    while True:
        place = time.monotonic_ns()
        # Stopped between the two, one finds that somebody who came later is looking at that stretch of the line
        # already: one has come now.
        with suppress(BlockingIOError):
            _range(descriptor, fcntl.F_WRLCK, place, 1)
            return place


def _range(descriptor: int, kind: int, start: int, length: int, *, wait: bool = False) -> None:
    """Lock a range of the file, or let it go; a length of 0 is up to the end. Raise BlockingIOError."""
    if _HAS_LINE:
        command = fcntl.F_OFD_SETLKW if wait else fcntl.F_OFD_SETLK
        fcntl.fcntl(descriptor, command, struct.pack("hhqqi0q", kind, os.SEEK_SET, start, length, 0))


def _take(descriptor: int, place: int, *, wait: bool) -> None:
    """Take the turn once every earlier place of the line is free; raise BlockingIOError where it is not."""
    _range(descriptor, fcntl.F_RDLCK, 0, place, wait=wait)
    _range(descriptor, fcntl.F_UNLCK, 0, place)
    fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))


def _taken(descriptor: int, place: int) -> bool:
    try:
        _take(descriptor, place, wait=False)
    except BlockingIOError:
        return False
    return True


def _waited(descriptor: int, place: int, seconds: float) -> bool:
    # The kernel wakes who is next and polling does not, but a lock that blocks knows no time-out: a thread waits.
    # It waits on a copy, so that giving up closes nothing under it, and it lets go if the turn comes too late.
    copy = os.dup(descriptor)
    given_up = threading.Event()

    def wait() -> None:
        """Take the turn when it comes, and let it go if it comes too late."""
        _take(copy, place, wait=True)
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
