"""What a server on loopback that fails on purpose stands on: it listens, serves each caller apart, and hangs up."""

import socket
import threading
from abc import ABC, abstractmethod
from contextlib import suppress
from typing import Self

SILENT = 8.0  # seconds
LONGEST = 30.0  # seconds that a client may take


class Loopback(ABC):
    """Listens at a free port of loopback for as long as it is entered; its callers are cut when it is left."""

    port: int

    def __enter__(self) -> Self:
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listening.getsockname()[1]
        self._lines: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for line in list(self._lines):
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                connection, _where = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._call, args=(connection,), daemon=True).start()

    def _call(self, connection: socket.socket) -> None:
        self._lines.add(connection)
        with connection, suppress(OSError):
            connection.settimeout(LONGEST)
            self._serve(connection)
        self._lines.discard(connection)

    @abstractmethod
    def _serve(self, connection: socket.socket) -> None:
        """Speak with one caller."""
