"""A web server on loopback that answers bytes as it is told to, over connections that it keeps, and notes what came."""

import json
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from email.policy import HTTP
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from ..outbox.loopback import Loopback  # noqa: TID252 - the servers that fail stand on one loopback


@dataclass(frozen=True)
class Came:
    """A request that came whole."""

    method: str
    target: str
    headers: Message
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Answers = Callable[[Came], bytes | None]


def said(status: int, body: object = b"", **headers: str) -> bytes:
    """Write an answer: bytes as they are, a text, or JSON."""
    written = body if isinstance(body, bytes | str) else json.dumps(body)
    content = written.encode() if isinstance(written, str) else written
    named = {"content-length": str(len(content)), **{name.replace("_", "-"): value for name, value in headers.items()}}
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    reason = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Odd"
    return f"HTTP/1.1 {status} {reason}\r\n{head}\r\n".encode() + content


@dataclass
class WebServer(Loopback):
    """Answers each request with what `answers` gives for it: some bytes, or nothing and the connection is closed."""

    answers: Answers = lambda _came: said(200, {})
    drip: bool = False
    came: list[Came] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _serve(self, connection: socket.socket) -> None:
        self.connections += 1
        with connection.makefile("rb") as stream:
            while (came := _read(stream)) is not None:
                self.came.append(came)
                answer = self.answers(came)
                if answer is None:
                    return
                if self.drip:
                    for byte in answer:
                        connection.sendall(bytes([byte]))
                        time.sleep(0.05)
                connection.sendall(answer)
                if b"connection: close" in answer.lower():
                    return


def _read(stream: Any) -> Came | None:
    first = stream.readline().decode().split()
    if not first:
        return None
    head = b""
    while not head.endswith(b"\r\n\r\n") and head != b"\r\n":
        line = stream.readline()
        if not line:
            return None
        head += line
    headers = message_from_bytes(head, policy=HTTP)
    length = int(headers.get("Content-Length", "0"))
    body = stream.read(length)
    return Came(first[0], first[1], headers, body) if len(body) == length else None
