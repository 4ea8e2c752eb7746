"""The line of one client: answers written on its socket, well or badly."""

import select
import socket
import struct
import zlib
from collections.abc import Iterator, Mapping
from email.utils import formatdate
from functools import cache
from http import HTTPStatus
from threading import Event

from comptoir.sandbox.faults import Fault
from comptoir.sandbox.traffic import Passage
from comptoir.sandbox.wire import Answer

HTML = "text/html; charset=utf-8"
SORRY = "<!DOCTYPE html>\n<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>\n"
BLANKS = b" " * 65_536
MEGABYTE = 1_000_000
LISTEN = 0.1  # seconds between two looks at whether the server stops


def page(status: int) -> Answer:
    """Give an answer in HTML, as a proxy in front of the service makes one."""
    told = SORRY.format(status=f"{status} {HTTPStatus(status).phrase}")
    return Answer(status, told.encode(), kind=HTML)


def busy(seconds: float) -> Answer:
    """Give the answer of a service that asks to come back later."""
    told = page(503)
    return Answer(503, told.content, kind=HTML, headers={"Retry-After": f"{seconds:g}"})


class Line:
    """A client's connection, while one request of it is answered."""

    def __init__(self, connection: socket.socket, passage: Passage, stopping: Event) -> None:
        self.connection, self._passage, self._stopping = connection, passage, stopping
        self.closing = False

    def wait(self, seconds: float) -> None:
        """Let time pass; the end of the server cuts it short."""
        if seconds > 0:
            self._stopping.wait(seconds)

    def send(self, answer: Answer) -> None:
        """Answer."""
        body = answer.body()
        self._passage.leave()
        self.connection.sendall(_head(answer, {"Content-Length": str(len(body))}) + body)

    def spoil(self, answer: Answer, fault: Fault) -> None:
        """Answer, or not, as the fault has it; the connection is of no use afterwards."""
        self.closing = True
        match fault.kind:
            case "half":
                self._half(answer)
            case "drip":
                self._drip(answer, fault.number)
            case "gzip":
                self._bomb(answer, int(fault.number))
            case "huge":
                self._flood(answer, int(fault.number))
            case "hang":
                self.ignore()
            case _:
                self.cut()

    def ignore(self) -> None:
        """Never answer: until the client leaves, or the server."""
        self.closing = True
        while not self._stopping.is_set() and not self._passage.gone():
            if select.select([self.connection], [], [], LISTEN)[0]:
                self._stopping.wait(LISTEN / 10)  # more requests came down the line: it is not the end of it
        self._passage.leave()

    def reset(self) -> None:
        """Cut the connection so that the client's system says `reset by peer`."""
        self.closing = True
        self._passage.leave()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        socket.socket(fileno=self.connection.detach()).close()

    def cut(self) -> None:
        """Close the connection without a word."""
        self.closing = True
        self._passage.leave()

    def _half(self, answer: Answer) -> None:
        body = answer.body()
        head = _head(answer, {"Content-Length": str(len(body))})
        whole = head + body
        self._passage.leave()
        self.connection.sendall(whole[: len(head) + len(body) // 2] if body else head[: len(head) // 2])

    def _drip(self, answer: Answer, seconds: float) -> None:
        body = answer.body()
        self.connection.sendall(_head(answer, {"Content-Length": str(len(body))}))
        for position in range(len(body)):
            self.wait(seconds)
            if self._stopping.is_set():
                return
            if position == len(body) - 1:
                self._passage.leave()
            self.connection.sendall(body[position : position + 1])

    def _bomb(self, answer: Answer, megabytes: int) -> None:
        packed = _packed(megabytes, answer.body())
        self._passage.leave()
        self.connection.sendall(
            _head(answer, {"Content-Encoding": "gzip", "Content-Length": str(len(packed))}) + packed
        )

    def _flood(self, answer: Answer, megabytes: int) -> None:
        self._passage.leave()
        self.connection.sendall(_head(answer, {"Transfer-Encoding": "chunked"}))
        for part in (*_blanks(megabytes), answer.body(), b""):
            self.connection.sendall(b"%x\r\n%b\r\n" % (len(part), part))


def _blanks(megabytes: int) -> Iterator[bytes]:
    # Blanks before JSON are JSON: a client that swallows it all finds the answer at the end.
    for _ in range(megabytes * MEGABYTE // len(BLANKS)):
        yield BLANKS


@cache
def _packed(megabytes: int, body: bytes) -> bytes:
    pack = zlib.compressobj(1, wbits=31)
    return b"".join([*(pack.compress(part) for part in (*_blanks(megabytes), body)), pack.flush()])


def _head(answer: Answer, more: Mapping[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}", f"Date: {formatdate(usegmt=True)}"]
    if answer.content is not None:
        lines.append(f"Content-Type: {answer.kind}")
    length = {} if answer.status == HTTPStatus.NO_CONTENT else more
    lines += [f"{name}: {value}" for name, value in {**answer.headers, **length}.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")
