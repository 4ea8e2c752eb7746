"""Hear a device in a thread of its own: the kernel keeps 4 KiB for whoever is busy, and drops what follows."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from comptoir.core.later import later
from comptoir.desk.framing import PAUSE

if TYPE_CHECKING:
    import queue
    import threading
    import time
else:
    queue, threading, time = later("queue"), later("threading"), later("time")

MOST_WAITING = 16_384  # scans kept for a caller who is busy; then the device waits
FULL = 0.01  # seconds between two looks at whether the caller took some

Heard = TypeVar("Heard")


class Cutter(Protocol[Heard]):
    """What cuts bytes into what is heard, as `Framing` does."""

    def feed(self, data: bytes, moment: float) -> "list[Heard]":
        """Take bytes; give what they close."""

    def silence(self) -> "list[Heard]":
        """Take it that nothing came for PAUSE; give what this closes."""


class Listener(Generic[Heard]):
    """Reads a device until it ends or `stop` is called; what it hears waits for the caller.

    `read` takes seconds to wait; it gives bytes (none where what came says nothing), or None where nothing came, and
    raises EOFError at the end. Whatever else it raises, the caller of `heard` gets.
    """

    def __init__(self, read: Callable[[float], bytes | None], cutter: Cutter[Heard]) -> None:
        self._read = read
        self._cutter = cutter
        self._waiting: queue.SimpleQueue[Heard | BaseException] = queue.SimpleQueue()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="scanner", daemon=True)
        self._thread.start()

    def heard(self) -> Iterator[Heard]:
        """Give what is heard as it comes; end with the device, and raise what breaks it off."""
        while True:
            item = self._waiting.get()
            if isinstance(item, BaseException):
                self._waiting.put(item)  # it has ended for whoever asks again
                if isinstance(item, EOFError):
                    return
                raise item
            yield item

    def stop(self) -> None:
        """Read no more; the thread has let go of the device when this returns, in PAUSE at most."""
        self._stopped.set()
        self._thread.join()

    def _listen(self) -> None:
        try:
            while not self._stopped.is_set():
                self._hear()
            self._waiting.put(EOFError())
        except BaseException as end:  # noqa: BLE001 - told where the scans are read, whatever it is
            for item in self._cutter.silence():
                self._waiting.put(item)
            self._waiting.put(end)

    def _hear(self) -> None:
        if self._waiting.qsize() >= MOST_WAITING:
            self._stopped.wait(FULL)
            return
        data = self._read(PAUSE)
        if data is None:
            # This thread may have been kept waiting itself: only a second look tells a silence from a late one.
            data = self._read(0)
        items = self._cutter.silence() if data is None else self._cutter.feed(data, time.monotonic())
        for item in items:
            self._waiting.put(item)
