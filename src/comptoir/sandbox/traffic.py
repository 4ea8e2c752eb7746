"""What goes on: how many requests each step had, and how many were in flight at once for one claim."""

import select
import socket
from collections import Counter, defaultdict
from collections.abc import Mapping
from threading import Lock
from typing import Any


class Passage:
    """A request in flight; `leave` is called as its answer goes, so that the client's next one meets nobody."""

    def __init__(self, traffic: "Traffic", subject: str, connection: socket.socket) -> None:
        self._traffic, self.subject, self.connection = traffic, subject, connection

    def leave(self) -> None:
        """Be in flight no more."""
        self._traffic.leave(self)

    def gone(self) -> bool:
        """Tell whether the client has closed its end: it has given this request up."""
        try:
            told = bool(select.select([self.connection], [], [], 0)[0])
            return told and self.connection.recv(1, socket.MSG_PEEK) == b""
        except (OSError, ValueError):  # reset, or closed on this side already
            return True


class Traffic:
    """The requests of each step, and those in flight by claim."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._requests: Counter[str] = Counter()
        self._inside: dict[str, list[Passage]] = defaultdict(list)
        self._most: Counter[str] = Counter()

    def enter(self, step: str, subject: str, connection: socket.socket) -> Passage:
        """Count a request that begins."""
        passage = Passage(self, subject, connection)
        with self._lock:
            self._requests[step] += 1
            if subject:
                inside = [each for each in self._inside[subject] if not each.gone()]
                self._inside[subject] = [*inside, passage]
                self._most[subject] = max(self._most[subject], len(inside) + 1)
        return passage

    def leave(self, passage: Passage) -> None:
        """Count a request that ends."""
        with self._lock:
            inside = self._inside.get(passage.subject, [])
            if passage in inside:
                inside.remove(passage)
            if not inside:
                self._inside.pop(passage.subject, None)

    def clear(self) -> None:
        """Count from zero."""
        with self._lock:
            self._requests.clear()
            self._inside.clear()
            self._most.clear()

    def told(self) -> Mapping[str, Any]:
        """Give the counts: by step, and the greatest number in flight, for all and for each claim."""
        with self._lock:
            most = dict(sorted(self._most.items()))
            return {
                "requests": dict(sorted(self._requests.items())),
                "in_flight_max": max(most.values(), default=0),
                "in_flight": most,
            }
