"""An SMS gateway on loopback that answers what it is told to, byte by byte, and keeps what it was asked."""

import json
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from email.policy import HTTP
from http import HTTPStatus
from urllib.parse import parse_qs

from .loopback import SILENT, Loopback

Answer = Callable[["Asked"], None]


@dataclass
class Asked:
    """One request, as what answers it sees it; its body is empty as long as it has not come."""

    connection: socket.socket
    line: str = ""
    headers: Message = field(default_factory=Message)
    body: bytes = b""

    @property
    def form(self) -> dict[str, str]:
        """Read the body as a form."""
        return {key: values[0] for key, values in parse_qs(self.body.decode(), keep_blank_values=True).items()}

    @property
    def json(self) -> object:
        """Read the body as JSON."""
        return json.loads(self.body)

    def say(self, text: bytes) -> None:
        """Send bytes."""
        self.connection.sendall(text)


def answer(status: int, body: bytes | str = b"", **headers: str) -> Answer:
    """Answer a status, a body and headers (`retry_after` is Retry-After)."""
    content = body.encode() if isinstance(body, str) else body
    named = {"content-length": str(len(content)), **{name.replace("_", "-"): value for name, value in headers.items()}}
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    reason = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Odd"
    return raw(f"HTTP/1.1 {status} {reason}\r\n{head}\r\n".encode() + content)


def raw(text: bytes) -> Answer:
    """Answer bytes as they are, and hang up."""
    return lambda asked: asked.say(text)


def drop(_asked: Asked) -> None:
    """Hang up without a word."""


def silence(_asked: Asked) -> None:
    """Say nothing, for longer than those who are tested wait."""
    time.sleep(SILENT)


def drip(asked: Asked) -> None:
    """Send a header that never ends, a byte now and then."""
    asked.say(b"HTTP/1.1 200 OK\r\nx: ")
    while True:
        asked.say(b"y")
        time.sleep(0.02)


def flood(head: bytes, part: bytes) -> Answer:
    """Send the same bytes for ever."""

    def pours(asked: Asked) -> None:
        """Pour until the other end hangs up."""
        asked.say(head)
        while True:
            asked.say(part)

    return pours


def in_turn(*answers: Answer) -> Answer:
    """Do one thing the first time, another the second."""
    left = iter(answers)

    def does(asked: Asked) -> None:
        """Do what comes next."""
        next(left)(asked)

    return does


OK = answer(200, '{"id": 1}')


@dataclass
class GatewayServer(Loopback):
    """Takes text messages; what it answers, and what it does as soon as the headers are there, may be changed.

    A request is kept in `asked` once its body came whole: only that could send a text message.
    """

    answers: Answer = OK
    at_headers: Answer | None = None
    at_connection: Callable[[socket.socket], None] | None = None
    secure: ssl.SSLContext | None = None
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        """Give the setting that names this gateway."""
        return f"http{'s' if self.secure else ''}://127.0.0.1:{self.port}/send?lang=fr"

    @property
    def numbers(self) -> list[str]:
        """List the numbers of the text messages that came, by the usual form."""
        return [asked.form["to"] for asked in self.asked]

    @property
    def references(self) -> list[str]:
        """List the references of the text messages that came."""
        return [str(asked.headers["Idempotency-Key"]) for asked in self.asked]

    def _serve(self, connection: socket.socket) -> None:
        self.connections += 1
        if self.at_connection:
            self.at_connection(connection)
        elif self.secure:
            with self.secure.wrap_socket(connection, server_side=True) as wrapped:
                self._hear(wrapped)
        else:
            self._hear(connection)
            # What is left unread would make a reset of the end, and lose the answer.
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(1 << 16):
                pass

    def _hear(self, connection: socket.socket) -> None:
        with connection.makefile("rb") as stream:
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                line = stream.readline()
                if not line:
                    return
                head += line
            first, _end, rest = head.partition(b"\r\n")
            asked = Asked(connection, first.decode(), message_from_bytes(rest, policy=HTTP))
            if self.at_headers:
                self.at_headers(asked)
                return
            length = int(asked.headers["Content-Length"])
            asked.body = stream.read(length)
            if len(asked.body) == length:
                self.asked.append(asked)
                self.answers(asked)
