"""The door of JSON over HTTP: many requests at once over kept connections, each bounded in time and in size."""

import asyncio
import re
import ssl
from collections.abc import Iterable, Iterator
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from comptoir import __version__
from comptoir.core.clock import Clock
from comptoir.core.i18n import _
from comptoir.core.later import later
from comptoir.core.text import tidy
from comptoir.desk.places import MASKED, is_here, masked
from comptoir.desk.smtp import network_reason
from comptoir.desk.wire import Asked, Exchange, Heard, Log, Unheard, Unsent, written

if TYPE_CHECKING:
    import httpx
else:
    httpx = later("httpx")

AT_ONCE = 16  # requests in flight, and connections kept
CONNECT = 10.0  # seconds
LONGEST = 180.0  # seconds of a request, whatever it asks for
IDLE = 20.0  # seconds that a connection is kept without a request
LONGEST_TEXT = 200  # characters of a text of a request that are kept: what is longer is a file
LONGEST_KEPT = 20_000  # characters of an answer that are kept


class Wire:
    """Connections to one service, kept from one request to the next."""

    def __init__(self, clock: Clock, url: str, at_once: int = AT_ONCE) -> None:
        self.clock = clock
        self._secrets: set[str] = set()
        self._turns = asyncio.Semaphore(at_once)
        here = is_here(urlsplit(url).hostname or "")
        self._client = httpx.AsyncClient(
            headers={"User-Agent": f"comptoir/{__version__}", "Accept-Encoding": "identity"},
            limits=httpx.Limits(max_connections=at_once, max_keepalive_connections=at_once, keepalive_expiry=IDLE),
            trust_env=not here,  # the proxy of the shop, unless it is this machine that is asked
            verify=trusted(url),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    def hide(self, secret: str) -> None:
        """Keep a secret out of every exchange from now on."""
        if secret:
            self._secrets.add(secret)

    async def ask(self, asked: Asked, log: Log) -> Heard:
        """Send a request and give the answer, whatever its status; tell the log of it, once.

        Raises Unsent where nothing was done for certain (a request that only reads does nothing), and Unheard.
        """
        async with self._turns:  # the time of a question is not spent in the queue
            return await self._asked(asked, log)

    async def _asked(self, asked: Asked, log: Log) -> Heard:
        begun, moment = monotonic(), self.clock.now()
        left = _Left(whole=asked.content is None and asked.json is None)
        heard: Heard | None = None
        told = _("interrupted")
        try:
            async with asyncio.timeout(min(asked.whole, LONGEST)):
                heard = await self._heard(asked, left)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, TooLong, TimeoutError, ValueError, ExceptionGroup) as error:
            told = _("{host}: {reason}").format(host=urlsplit(asked.url).hostname, reason=failure(error))
            raise Unheard(told) if left.done and not asked.reads else Unsent(told) from error
        finally:
            answer = self._bare(_text(heard.body), asked) if heard else ""
            status, said = (heard.status, "") if heard else (0, told)
            millis = int((monotonic() - begun) * 1000)
            log(Exchange(moment, asked.step, self._bare(_request(asked), asked), status, answer, millis, said))
        return heard

    async def _heard(self, asked: Asked, left: "_Left") -> Heard:
        body = asked.content if asked.json is None else written(asked.json).encode("utf-8", "replace")
        kind = "application/json" if asked.json is not None else asked.media_type
        headers = {"Accept": "application/json", **({"Content-Type": kind} if kind else {}), **dict(asked.headers)}
        request = self._client.build_request(
            asked.method, asked.url, params=asked.parameters or None, content=body, headers=headers,
            timeout=httpx.Timeout(None, connect=min(CONNECT, asked.whole / 2)),  # TLS cut from outside leaks a socket
            extensions={"trace": left.see},
        )  # fmt: skip
        answer = await self._client.send(request, stream=True)
        try:
            return Heard(answer.status_code, dict(answer.headers), await _read(answer, asked.most))
        finally:
            await answer.aclose()

    def _bare(self, text: str, asked: Asked) -> str:
        """Give what is kept of a text, its secrets out of it."""
        for name in asked.hide:
            text = re.sub(rf'("{name}"\s*:\s*)"(?:[^"\\]|\\.?)*"?', rf'\1"{MASKED}"', text, flags=re.IGNORECASE)
        return self.masked(text, asked.secrets)

    def masked(self, text: str, secrets: Iterable[str] = ()) -> str:
        """Give a text without what must not be shown: what is hidden, and these."""
        return masked(text, self._secrets.union(secrets))


class TooLong(Exception):
    """An answer that nobody reads to its end."""


class _Left:
    """Whether a request left whole; this is httpx's `trace`."""

    def __init__(self, *, whole: bool) -> None:
        self.done = False
        self._last = "http11.send_request_headers.started" if whole else "http11.send_request_body.started"

    async def see(self, event: str, _told: Any) -> None:  # noqa: ANN401 - httpx's signature
        """Note that the last of it begins to leave: before that, nobody can act on it."""
        self.done = self.done or event == self._last


async def _read(answer: "httpx.Response", most: int) -> bytes:
    if answer.headers.get("content-encoding", "identity").lower() != "identity":
        raise TooLong(_("its answer is compressed, and nobody asked for that"))  # what is unpacked could burst
    read = bytearray()
    async for part in answer.aiter_raw():
        read += part
        if len(read) > most:
            raise TooLong(_("its answer has no end: more than {most} bytes").format(most=most))
    return bytes(read)


def trusted(url: str) -> ssl.SSLContext:
    """Give the authorities that are trusted at an address.

    The system's take a while to read, and on loopback nothing is encrypted: nobody is trusted there.
    """
    return ssl.create_default_context() if url.startswith("https:") else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def failure(error: BaseException) -> str:
    """Say why there is no answer."""
    if isinstance(error, TooLong):
        return str(error)
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        return network_reason(TimeoutError())
    for under in _chain(error):  # httpx's own layers hide what the system said
        if isinstance(under, OSError):
            return network_reason(under)
    if isinstance(error, httpx.NetworkError) or "disconnected" in str(error) or "closed" in str(error):
        return _("it dropped the connection")
    return _("it does not speak HTTP")


def _chain(error: BaseException) -> Iterator[BaseException]:
    under: BaseException | None = error
    while under is not None:
        yield under
        under = under.__cause__ or under.__context__


def _request(asked: Asked) -> str:
    """Write what was asked: no header, no query of an address that was given to us, no content of a file."""
    where = urlsplit(asked.url)._replace(query="", fragment="").geturl()
    lines = [f"{asked.method} {where}", *(f"{name}={value}" for name, value in asked.parameters)]
    if asked.content is not None:
        lines.append(f"<{len(asked.content)} bytes>")
    if asked.json is not None:
        lines.append(written(_shortened(asked.json)))
    return "\n".join(lines)


def _shortened(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    match value:
        case str() if len(value) > LONGEST_TEXT:
            return f"<{len(value)} characters>"
        case dict():
            return {key: _shortened(each) for key, each in value.items()}
        case list():
            return [_shortened(each) for each in value]
        case _:
            return value


def _text(body: bytes) -> str:
    return tidy(body[:LONGEST_KEPT].decode("utf-8", "replace"))
