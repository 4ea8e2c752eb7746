"""A mail server on loopback that fails where it is told to, byte by byte, and keeps what it took."""

import re
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from io import BufferedReader

from .loopback import SILENT, Loopback

EHLO = b"250-loopback\r\n250-SIZE 10000000\r\n250 SMTPUTF8\r\n"
# What it answers at each step when all is well.
ANSWERS = {
    "greeting": b"220 loopback\r\n",
    "EHLO": EHLO,
    "MAIL": b"250 ok\r\n",
    "RCPT": b"250 ok\r\n",
    "DATA": b"354 go\r\n",
    "end": b"250 taken\r\n",
}

Fault = Callable[["Line"], None]


class Gone(ConnectionError):
    """The connection is over."""


@dataclass
class Line:
    """One connection, as a fault sees it."""

    connection: socket.socket
    last: bytes = b""

    def say(self, text: bytes) -> None:
        """Send bytes."""
        self.last = text
        with suppress(OSError):
            self.connection.sendall(text)


def answer(text: bytes) -> Fault:
    """Answer something else."""
    return lambda line: line.say(text)


def drop(line: Line) -> None:
    """Hang up."""
    raise Gone


def silence(_line: Line) -> None:
    """Say nothing and read nothing, for longer than those who are tested wait."""
    time.sleep(SILENT)
    raise Gone


def drip(line: Line) -> None:
    """Send a byte now and then, an answer that never ends."""
    with suppress(OSError):
        while True:
            line.connection.sendall(b"2")
            time.sleep(0.02)
    raise Gone


def flood(text: bytes) -> Fault:
    """Send the same bytes for ever."""

    def pours(line: Line) -> None:
        """Pour until the other end hangs up."""
        with suppress(OSError):
            while True:
                line.connection.sendall(text)
        raise Gone

    return pours


def answer_and_drop(text: bytes) -> Fault:
    """Answer, then hang up."""

    def both(line: Line) -> None:
        """Answer and hang up."""
        line.say(text)
        raise Gone

    return both


def in_turn(*faults: Fault) -> Fault:
    """Do one thing the first time, another the second."""
    left = iter(faults)

    def does(line: Line) -> None:
        """Do what comes next."""
        next(left)(line)

    return does


@dataclass
class MailServer(Loopback):
    """Takes e-mails; `faults` says what happens at a step instead of the usual answer.

    Steps: greeting, EHLO, MAIL, RCPT, DATA, body (after its first bytes), end (after the final dot). An e-mail is taken
    when its final dot came and the step `end` has no fault, or `takes_before_fault` says so.
    """

    faults: Mapping[str, Fault] = field(default_factory=dict)
    takes_before_fault: bool = False
    pause: Callable[[], float] = lambda: 0.0
    puts_off: Callable[[], bool] = lambda: False
    mails: list[bytes] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    bodies: int = 0

    @property
    def host(self) -> str:
        """Give the setting that names this server."""
        return f"127.0.0.1:{self.port}"

    @property
    def letters(self) -> list[EmailMessage]:
        """Read the e-mails taken."""
        return [message_from_bytes(mail, policy=default) for mail in self.mails]  # type: ignore[misc]

    @property
    def ids(self) -> list[str]:
        """List the Message-IDs of the e-mails taken."""
        return [re.search(rb"(?im)^Message-ID: (\S+)", mail)[1].decode() for mail in self.mails]

    def _serve(self, connection: socket.socket) -> None:
        line = Line(connection)
        self._step("greeting", line)
        with connection.makefile("rb") as stream:
            while order := stream.readline():
                self._obey(order.decode("utf-8", "replace").strip(), stream, line)

    def _obey(self, order: str, stream: BufferedReader, line: Line) -> None:
        self.said.append(order)
        word = order.partition(" ")[0].upper()
        if word == "QUIT":
            raise Gone
        if word not in ANSWERS:
            line.say(b"502 what?\r\n")
            return
        self._step(word, line)
        if word == "DATA" and line.last.startswith(b"354"):
            self._take(stream, line)

    def _step(self, step: str, line: Line) -> None:
        time.sleep(self.pause())
        if step in self.faults:
            self.faults[step](line)
        else:
            line.say(ANSWERS[step])

    def _take(self, stream: BufferedReader, line: Line) -> None:
        body = bytearray()
        self.bodies += 1
        if "body" in self.faults:
            stream.read(10)
            self._step("body", line)
        while (part := stream.readline()) != b".\r\n":
            if not part:
                raise Gone
            body += part[1:] if part.startswith(b".") else part
        if self.puts_off():
            line.say(b"450 later\r\n")
            return
        if "end" not in self.faults or self.takes_before_fault:
            self.mails.append(bytes(body))
        self._step("end", line)
