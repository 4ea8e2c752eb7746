"""A device heard in a thread of its own: what waits for the caller, what is a silence, and how it ends."""

import threading
import time
from collections.abc import Callable
from itertools import islice

import pytest

from comptoir.desk import listening
from comptoir.desk.listening import Listener


class Notes:
    """Gives back what it is fed, and a dot for a silence."""

    def feed(self, data: bytes, moment: float) -> list[str]:
        assert abs(moment - time.monotonic()) < 1
        return [data.decode()] if data else []

    def silence(self) -> list[str]:
        return ["."]


def plays(*script: bytes | Exception | None) -> Callable[[float], bytes | None]:
    """Give what reads a script, each piece once, and the end after it."""
    left = list(script)

    def read(wait: float) -> bytes | None:
        piece = left.pop(0) if left else EOFError()
        if isinstance(piece, Exception):
            raise piece
        return piece

    return read


def test_bytes_that_come_late_are_no_silence():
    """The first look finds nothing, and the thread waits its turn; the second one finds what came meanwhile."""
    assert list(Listener(plays(b"4006", None, b"3813", None, None, b"BL"), Notes()).heard()) == [
        "4006",
        "3813",
        ".",
        "BL",
        ".",
    ]


def test_events_that_say_nothing_are_no_silence():
    assert list(Listener(plays(b"40", b"", b"", b"06"), Notes()).heard()) == ["40", "06", "."]


def test_what_breaks_it_off_is_raised_after_what_came_before_and_again():
    listener = Listener(plays(b"4006", ZeroDivisionError()), Notes())
    heard = listener.heard()
    assert list(islice(heard, 2)) == ["4006", "."]
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            next(listener.heard())


def test_the_end_stays_the_end():
    listener = Listener(plays(b"4006"), Notes())
    assert list(listener.heard()) == ["4006", "."]
    assert list(listener.heard()) == []


def test_what_waits_is_bounded_and_then_the_device_waits(monkeypatch):
    monkeypatch.setattr(listening, "MOST_WAITING", 10)
    read = 0

    def endless(wait: float) -> bytes:
        nonlocal read
        read += 1
        return b"%d" % read

    listener = Listener(endless, Notes())
    time.sleep(0.2)
    assert read == 10
    assert list(islice(listener.heard(), 30)) == [str(number) for number in range(1, 31)]
    listener.stop()


def test_it_stops_at_once_and_whoever_waits_is_told():
    listener = Listener(time.sleep, Notes())
    others: list[str] = []
    waiter = threading.Thread(target=lambda: others.extend(listener.heard()), daemon=True)
    waiter.start()
    started = time.monotonic()
    listener.stop()
    waiter.join(5)
    assert not waiter.is_alive()
    assert time.monotonic() - started < 2
