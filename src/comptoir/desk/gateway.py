"""The door of the SMS gateway: one exchange over HTTP, each of its waits bounded, and what its answer means."""

import re
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from functools import cached_property
from html import unescape
from json import dumps, loads
from threading import Timer
from time import monotonic
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import quote, urlsplit

from comptoir import __version__
from comptoir.core.clock import Clock
from comptoir.core.i18n import _
from comptoir.core.later import later
from comptoir.core.text import tidy
from comptoir.desk.http import failure, trusted
from comptoir.desk.mailing import PATIENCE, OutOfOrder, Patience, Postponed, RefusedByServer, TextMessage, Unreachable
from comptoir.desk.places import masked
from comptoir.desk.sms import Access, composed
from comptoir.desk.smtp import MOST_WORDS, looked_up
from comptoir.desk.wire import asked_pause

if TYPE_CHECKING:
    import httpx
else:
    httpx = later("httpx")

LONGEST_ANSWER = 1 << 16  # bytes of an answer that are read
LONGEST_WORDS = 1 << 13  # characters of an answer that its words are looked for in
# RFC 9110, 15, and RFC 6585: what is about the settings or the account, and would be the same for every message.
NOT_LET_IN = frozenset({401, 402, 403, 405, 407, 415, 421, 426, 501, 505, 511})
MOVED = frozenset({301, 307, 308})  # where nothing was done: after 302 or 303 something may have been
NOT_NOW = frozenset({408, 425})
NOBODY_NOW = frozenset({429, 503})
CONFLICT = 409  # for an idempotency key: the same message is being sent, or was
TEXTS = ("utf-8", "iso-8859-1", "iso-8859-15", "windows-1252")


class Watch:
    """Cuts a connection when its time is over: httpx bounds each wait, and not the whole."""

    def __init__(self, seconds: float) -> None:
        self.over = False
        self._held: socket.socket | None = None
        self.until(seconds)

    def until(self, seconds: float) -> None:
        """Count from now on."""
        self._ends = monotonic() + seconds
        self._timer = Timer(seconds, self._end)
        self._timer.daemon = True
        self._timer.start()

    def stop(self) -> None:
        """Count no more."""
        self._timer.cancel()

    @property
    def left(self) -> float:
        """Give the seconds that are left."""
        return max(self._ends - monotonic(), 0.01)

    def see(self, event: str, told: Mapping[str, Any]) -> None:
        """Take hold of a connection as soon as it stands, before TLS takes it over; this is httpx's `trace`."""
        if event == "connection.connect_tcp.complete":
            self.let_go()
            self._held = told["return_value"].get_extra_info("socket").dup()
            self._held.settimeout(0)
            if self.over:
                self._cut()

    def hung_up(self) -> bool:
        """Tell whether the other end is seen to have left, or we cut the connection."""
        try:
            return self._held is not None and not self._held.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        except OSError:
            return True

    def let_go(self) -> None:
        """Close our hold of the connection."""
        if self._held:
            self._held.close()

    def close(self) -> None:
        """Count no more, and close our hold of the connection."""
        self.stop()
        self.let_go()

    def _end(self) -> None:
        self.over = True
        self._cut()

    def _cut(self) -> None:
        if self._held:
            with suppress(OSError):
                self._held.shutdown(socket.SHUT_RDWR)


class Call:
    """One message handed to the gateway, or not: `handed` tells, and it is written down before its body leaves."""

    def __init__(self, access: Access, content: bytes, handing: Callable[[], None], patience: Patience) -> None:
        self.handed = False
        self.watch = Watch(patience.whole)
        self._access = access
        self._content = content
        self._handing = handing
        self._patience = patience

    def close(self) -> None:
        """End what watches over it."""
        self.watch.close()

    def places(self, url: "httpx.URL") -> list[str]:
        """List the addresses of the gateway; raise httpx.ConnectError where nobody knows it, or knows it in time."""
        wait = min(self._patience.connect, self.watch.left)
        port = url.port or {"https": 443}.get(url.scheme, 80)
        try:
            found = looked_up(url.raw_host.decode("ascii"), port, wait)
        except OSError as error:
            raise httpx.ConnectError("") from error
        return list(dict.fromkeys(where[0] for _family, _kind, _protocol, _name, where in found))

    def answered(self, transport: "httpx.HTTPTransport", reference: str) -> "httpx.Response":
        """Give the answer, its body yet to be read; raise httpx.HTTPError and httpx.InvalidURL where there is none."""
        url = httpx.URL(self._access.url)
        places = self.places(url)
        for place, address in enumerate(places, 1):
            try:
                return transport.handle_request(self._request(url, address, reference, 1 + len(places) - place))
            except (httpx.ConnectError, httpx.ConnectTimeout):
                if place == len(places):
                    raise
        raise httpx.ConnectError("")

    def _request(self, url: "httpx.URL", place: str, reference: str, share: int) -> "httpx.Request":
        patience = self._patience
        kind = "application/json" if self._access.is_json else "application/x-www-form-urlencoded"
        headers = httpx.Headers({"User-Agent": f"comptoir/{__version__}", "Accept": "*/*", "Content-Type": kind})
        headers.update(
            {
                **dict(self._access.headers),
                "Host": url.netloc.decode("ascii"),
                "Content-Length": str(len(self._content)),
                "Accept-Encoding": "identity",  # what is not compressed cannot burst
                "Connection": "close",
                "Idempotency-Key": quote(reference, safe="/:@+,=~"),
            }
        )
        waits = {
            "connect": max(min(patience.connect, self.watch.left) / share, 0.1),
            "write": patience.answer,
            "read": patience.verdict,
            "pool": patience.connect,
        }
        told = {"timeout": waits, "trace": self.watch.see, "sni_hostname": url.raw_host.decode("ascii")}
        return httpx.Request("POST", url.copy_with(host=place), headers=headers, content=self._body(), extensions=told)

    def _body(self) -> Iterator[bytes]:
        """Give the body when all that stands before it was sent, once it is written down that it goes.

        Without its body a request is worth nothing (RFC 9112, 8): what breaks before this was not handed over.
        """
        self.watch.stop()
        if self.watch.hung_up():
            raise httpx.WriteError("")
        self._handing()
        self.handed = True
        self.watch.until(self._patience.verdict)
        yield self._content

    def words(self, answer: "httpx.Response") -> str:
        """Read an answer, as far as it comes in a short time and in 64 kB, as one line without our secret."""
        self.watch.stop()
        self.watch.until(min(self._patience.answer, self.watch.left))
        read = bytearray()
        with suppress(httpx.HTTPError):
            for part in answer.iter_raw():
                read += part
                if len(read) >= LONGEST_ANSWER:
                    break
        if answer.headers.get("content-encoding", "identity").lower() != "identity":
            return ""  # nobody asked for it, and nothing is unpacked
        charset = answer.charset_encoding or ""
        return read[:LONGEST_WORDS].decode(charset if charset.lower() in TEXTS else "utf-8", "replace")


class Gateway:
    """Hands text messages to the gateway, each over its own connection."""

    def __init__(self, access: Access, clock: Clock) -> None:
        self.access = access
        self._clock = clock

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        return trusted(self.access.url)

    def deliver(self, message: TextMessage, handing: Callable[[], None], patience: Patience = PATIENCE) -> None:
        """Hand a text message over; `handing` is called when only the body of the request is left to be sent.

        From then on nobody else knows whether it left: it must be written down before this goes on, and what `handing`
        raises stops it there. Raises Postponed (Unreachable for the gateway itself) and Undeliverable, where it did not
        leave for certain, and Unknown. It goes straight to the gateway: no proxy, no redirect.
        """
        content = composed(message, self.access)
        with (
            closing(Call(self.access, content, handing, patience)) as call,
            closing(httpx.HTTPTransport(verify=self._trust)) as transport,
        ):
            try:
                answer = call.answered(transport, message.reference)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                reason = self._told(failure(TimeoutError() if call.watch.over else error))
                raise OutOfOrder(reason) if call.handed else Unreachable(reason) from error
            with closing(answer):
                self._judge(answer, call)

    def _judge(self, answer: "httpx.Response", call: Call) -> None:
        """Return where the answer means that the message left; else raise what it means."""
        status = answer.status_code
        text = call.words(answer)
        words = self._words(answer, text)
        if not call.handed:
            raise Unreachable(self._told(words))
        if answer.is_success:
            if _is_page(text):
                raise OutOfOrder(self._told(_("it answers with a web page, see sms_url: {words}").format(words=words)))
            return
        after = asked_pause(answer.headers, self._clock.now())
        if status in NOT_NOW:
            raise Postponed(_("the SMS gateway puts it off: {words}").format(words=words), after)
        if status in NOBODY_NOW or (answer.is_server_error and after):
            raise Unreachable(self._told(words), after)
        self._refuse(status, words)

    def _refuse(self, status: int, words: str) -> NoReturn:
        if status in MOVED:
            raise Unreachable(self._told(_("it has moved, see sms_url: {words}").format(words=words)))
        if status in NOT_LET_IN:
            told = _("it does not let us in, see sms_url, sms_headers and the secret: {words}")
            raise Unreachable(self._told(told.format(words=words)))
        if status // 100 == 4 and status != CONFLICT:  # noqa: PLR2004 - RFC 9110, 15.5: it is not right as it is
            raise RefusedByServer(_("the SMS gateway refuses it: {words}").format(words=words))
        raise OutOfOrder(self._told(words))

    def _told(self, reason: str) -> str:
        return _("SMS gateway `{host}`: {reason}").format(host=urlsplit(self.access.url).hostname, reason=reason)

    def _words(self, answer: "httpx.Response", text: str) -> str:
        """Give the gateway's own words, bounded, tidied, and without our secret."""
        said = _readable(text) or answer.reason_phrase
        if answer.has_redirect_location:
            said = answer.headers["location"]
        return f"{answer.status_code} {tidy(masked(said, [self.access.secret]))[:MOST_WORDS]}".strip()


def _is_page(text: str) -> bool:
    return re.match(r"\s*(<!doctype html|<html|<head|<body)", text, re.IGNORECASE) is not None


def _readable(text: str) -> str:
    """Give what an answer says to a person: a page without its tags, JSON with its letters."""
    if text.lstrip()[:1] == "<":
        bare = re.sub(r"<(script|style)\b.{0,2000}?</\1>", " ", text, flags=re.DOTALL | re.IGNORECASE)
        return unescape(re.sub(r"<[^<>]{0,500}>", " ", bare)).strip()
    try:
        return dumps(loads(text), ensure_ascii=False)
    except (ValueError, RecursionError):
        return text.strip()
