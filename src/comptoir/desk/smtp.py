"""The door of SMTP: one conversation with the mail server, each of its waits bounded."""

import re
import smtplib
import socket
import ssl
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from typing import Any, NoReturn

from comptoir.core.errors import reason_of
from comptoir.core.i18n import _, mark
from comptoir.core.text import shown
from comptoir.desk.mailing import Patience, Postponed, RefusedByServer, Undeliverable, Unknown, Unreachable, domain_name

# What the system answers most often about a network, word for word: named here to be translated.
NETWORK_WORDS = (
    mark("Connection refused"),
    mark("Connection reset by peer"),
    mark("Broken pipe"),
    mark("Network is unreachable"),
    mark("No route to host"),
    mark("Name or service not known"),
    mark("Temporary failure in name resolution"),
    mark("self-signed certificate"),
    mark("self-signed certificate in certificate chain"),
    mark("unable to get local issuer certificate"),
    mark("certificate has expired"),
)
LONGEST_REPLY = 1 << 16  # bytes of an answer; what is longer is no SMTP
MOST_WORDS = 300  # characters of an answer that are kept
PIECE = 1 << 14  # bytes sent at once
READY, ENTERED, DONE, GO_ON, DATA_GOES, GOOD_BYE = 220, 235, 250, 334, 354, 421  # RFC 5321, 4.2.3; RFC 4954, 6
LET_IN_FIRST = frozenset({530, 534, 535, 538})  # RFC 4954, 6: it is about us and not about the e-mail

Reply = tuple[int, bytes]


class Security(StrEnum):
    """How a mail server is spoken to."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@dataclass(frozen=True)
class Account:
    """Who sends, and by which server; the password is in no trace."""

    host: str
    port: int
    security: Security
    user: str
    password: str = field(repr=False)
    sender: str
    name: str = ""


class Talk(smtplib.SMTP):
    """One conversation with the server: each wait has its end, and so has the whole."""

    def __init__(self, account: Account, patience: Patience) -> None:
        super().__init__(local_hostname="localhost")  # given, or the network would be asked for it
        self._account = account
        self._patience = patience
        self._wait = patience.answer
        self._until = monotonic() + patience.whole
        self._heard = b""

    @contextmanager
    def until_handed(self) -> Iterator[None]:
        """Tell what breaks as a server that cannot be used: the e-mail did not leave."""
        try:
            yield
        except (OSError, ValueError) as error:  # smtplib's own errors are OSErrors
            raise self._fails(network_reason(error)) from error

    def open(self) -> None:
        """Connect, as privately as the account says, and log in; raise Unreachable."""
        security = self._account.security
        self.sock = _connected(self._account.host, self._account.port, min(self._patience.connect, self._left()))
        self.local_hostname = _own_name(self.sock)
        if security is Security.TLS:
            self._secure()
        self._admitted(self.getreply(), READY)
        self._greet()
        if security is Security.STARTTLS:
            if not self.has_extn("starttls"):
                raise self._fails(_("it offers no TLS, and smtp_security asks for it"))
            self._admitted(self.docmd("STARTTLS"), READY)
            self._secure()
            self._greet()
        if self._account.user:
            self._log_in()

    def offer(self, recipient: str, size: int) -> None:
        """Say who sends to whom, and that the e-mail comes; raise Postponed and Undeliverable."""
        sender = self._account.sender
        options = [f"SIZE={size}"] if self.has_extn("size") else []
        if not (sender + recipient).isascii():
            if not self.has_extn("smtputf8"):
                raise Undeliverable(
                    _("the mail server knows no address such as `{text}`, which is not ASCII").format(
                        text=sender if recipient.isascii() else recipient
                    )
                )
            options += ["SMTPUTF8", "BODY=8BITMIME"]
        self._taken(self.mail(sender, options), DONE)
        self._taken(self.rcpt(recipient), DONE, DONE + 1)
        self._taken(self.docmd("DATA"), DATA_GOES)

    def pour(self, written: bytes) -> None:
        """Send an e-mail without its last word, and see that the server is still there and has said nothing yet."""
        self.send(written)
        assert self.sock is not None  # noqa: S101 - `open` came first
        self.sock.settimeout(0)
        with suppress(BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            self._heard += self.sock.recv(PIECE) or _dropped()
        if self._heard:
            self._taken(self.getreply())

    def end(self) -> None:
        """Say the last word, and hear whether the e-mail was taken; raise Unknown where nothing tells."""
        self._wait = self._patience.verdict
        self._until = monotonic() + self._wait
        try:
            self.send(b".\r\n")
            code, words = self.getreply()
        except (OSError, ValueError) as error:
            raise Unknown(network_reason(error)) from error
        if code // 100 not in {2, 4, 5}:
            raise Unknown(_words((code, words)))
        if code // 100 != DONE // 100:
            self._taken((code, words))
        self._until = monotonic() + 1
        with suppress(OSError):
            self.send(b"QUIT\r\n")  # whatever it answers, the e-mail is taken

    def send(self, s: Any) -> None:  # noqa: ANN401 - smtplib's: bytes, or the text of an order
        """Send within the time that is left."""
        left = memoryview(s.encode(self.command_encoding) if isinstance(s, str) else s)
        while left:
            left = left[self._waiting().send(left[:PIECE]) :]

    def getreply(self) -> Reply:
        """Hear one answer, whole; raise OSError where it does not come, ValueError where it is no SMTP."""
        ends = monotonic() + self._wait
        size = 0
        lines: list[bytes] = []
        while True:
            line = self._line(ends)
            size += len(line)
            found = re.fullmatch(rb"([2-5]\d\d)(?:([ -])(.*))?", line.rstrip(), re.DOTALL)
            if found is None or size > LONGEST_REPLY:
                raise ValueError(_("it does not speak SMTP"))
            lines.append(found[3] or b"")
            if found[2] != b"-":
                return int(found[1]), b"\n".join(lines)

    def _line(self, ends: float) -> bytes:
        while b"\n" not in self._heard:
            if len(self._heard) > LONGEST_REPLY:
                raise ValueError(_("it does not speak SMTP"))
            self._heard += self._waiting(ends).recv(PIECE) or _dropped()
        line, _end, self._heard = self._heard.partition(b"\n")
        return line

    def _left(self) -> float:
        return max(self._until - monotonic(), 0)

    def _waiting(self, ends: float | None = None) -> socket.socket:
        """Give the socket, its patience set to what is left of it."""
        left = min(self._wait, self._left(), self._wait if ends is None else ends - monotonic())
        if left <= 0:
            raise TimeoutError
        if self.sock is None:
            _dropped()
        self.sock.settimeout(left)
        return self.sock

    def _secure(self) -> None:
        if self._heard:  # said by whoever stands between (RFC 3207, 5)
            raise self._fails(_("it spoke out of turn"))
        context = ssl.create_default_context()
        self.sock = context.wrap_socket(self._waiting(), server_hostname=self._account.host)
        self.does_esmtp = False

    def _greet(self) -> None:
        reply = self.ehlo()
        if reply[0] // 100 == 5:  # noqa: PLR2004 - a server from before 1995 has no EHLO
            reply = self.helo()
        self._admitted(reply, DONE)

    def _log_in(self) -> None:
        user, password = self._account.user, self._account.password
        ways = self.esmtp_features.get("auth", "").upper().split()
        if "PLAIN" in ways:
            reply = self.docmd("AUTH", "PLAIN " + _base64(f"\0{user}\0{password}"))  # RFC 4616
        elif "LOGIN" in ways:
            self._admitted(self.docmd("AUTH", "LOGIN"), GO_ON)
            self._admitted(self.docmd(_base64(user)), GO_ON)
            reply = self.docmd(_base64(password))
        else:
            raise self._fails(_("it takes no user and password: smtp_user must be empty"))
        if reply[0] != ENTERED:
            raise self._fails(_("it does not let `{user}` in: {words}").format(user=user, words=_words(reply)))

    def _admitted(self, reply: Reply, wanted: int) -> None:
        if reply[0] != wanted:
            raise self._fails(_words(reply))

    def _taken(self, reply: Reply, *wanted: int) -> None:
        """Go on where the answer is the one wanted; else say what it means for the e-mail."""
        code = reply[0]
        if code in wanted:
            return
        if code != GOOD_BYE and code not in LET_IN_FIRST:
            if code // 100 == 4:  # noqa: PLR2004 - RFC 5321, 4.2.1: not now
                raise Postponed(_("the mail server puts it off: {words}").format(words=_words(reply)))
            if code // 100 == 5:  # noqa: PLR2004 - RFC 5321, 4.2.1: no
                raise RefusedByServer(_("the mail server refuses it: {words}").format(words=_words(reply)))
        raise self._fails(_words(reply))

    def _fails(self, reason: str) -> Unreachable:
        return Unreachable(_("mail server `{host}`: {reason}").format(host=self._account.host, reason=reason))


def _dropped() -> NoReturn:
    raise ConnectionError(_("it dropped the connection"))


def _words(reply: Reply) -> str:
    text = " ".join(reply[1].decode("utf-8", "replace").split())
    return f"{reply[0]} {shown(text[:MOST_WORDS])}".strip()


def network_reason(error: Exception) -> str:
    """Say in a few words why a connection failed."""
    match error:
        case TimeoutError():
            return _("it does not answer in time")
        case ssl.SSLCertVerificationError():
            return _("its certificate is not trusted: {reason}").format(reason=_(error.verify_message))
        case ssl.SSLError():
            return _("TLS does not start: {reason}").format(reason=error.reason or reason_of(error))
        case _:
            return reason_of(error)


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()


def _own_name(connected: socket.socket) -> str:
    """Give the name this machine greets with: its own where it is whole, else its address (RFC 5321, 4.1.3)."""
    name = socket.gethostname()
    if "." in name and domain_name(name):
        return domain_name(name)
    numbers = connected.getsockname()[0].partition("%")[0]
    return f"[IPv6:{numbers}]" if ":" in numbers else f"[{numbers}]"


def _connected(host: str, port: int, seconds: float) -> socket.socket:
    """Connect to the first address of a server that answers, each having its share of the time."""
    ends = monotonic() + seconds
    error: OSError = TimeoutError()
    found = looked_up(host, port, seconds)
    for place, (family, kind, protocol, _name, where) in enumerate(found):
        one = socket.socket(family, kind, protocol)
        try:
            one.settimeout(max((ends - monotonic()) / (len(found) - place), 0.1))
            one.connect(where)
        except OSError as failed:
            error = failed
            one.close()
        else:
            return one
    raise error


def looked_up(host: str, port: int, seconds: float) -> list[Any]:
    """Give the addresses of a host, as the socket module tells them; raise what the resolver does, or TimeoutError."""
    # The system's resolver knows no time-out: a thread waits for it.
    answers: SimpleQueue[list[Any] | OSError] = SimpleQueue()

    def ask() -> None:
        """Ask for the addresses of the server."""
        try:
            answers.put(list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
        except OSError as error:
            answers.put(error)

    Thread(target=ask, daemon=True).start()
    try:
        found = answers.get(timeout=seconds)
    except Empty:
        raise TimeoutError from None
    if isinstance(found, OSError):
        raise found
    return found
