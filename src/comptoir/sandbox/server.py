"""The server: HTTP/1.1 on the loopback, kept connections, and the misbehaviours that were asked for."""

import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import SHUT_RDWR, socket
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from comptoir.core.clock import Clock
from comptoir.core.errors import OutsideFailure
from comptoir.core.i18n import _, mark
from comptoir.sandbox import faults
from comptoir.sandbox.admin import Admin
from comptoir.sandbox.ecologic import Ecologic
from comptoir.sandbox.ecosystem import Ecosystem
from comptoir.sandbox.lifecycle import Life
from comptoir.sandbox.line import Line, busy, page
from comptoir.sandbox.reference import reference
from comptoir.sandbox.state import Book
from comptoir.sandbox.traffic import Traffic
from comptoir.sandbox.wire import Answer, Asked, Visit

HOST = "127.0.0.1"
LARGEST = 40_000_000  # bytes of a request
IDLE = 120  # seconds that a kept connection may stay silent
_log = logging.getLogger(__name__)


class SandboxPortTaken(OutsideFailure):
    """Another program listens there already."""

    def __init__(self, port: int, reason: str) -> None:
        mark("Address already in use")
        super().__init__(
            _("the sandbox cannot listen on port {port}: {reason}").format(port=port, reason=_(reason)),
            _("give another port, or 0 for any that is free"),
        )


@dataclass(frozen=True)
class Options:
    """How the sandbox behaves.

    `port` 0 is any free one; `state` is the file that keeps the claims, None for memory; `delay` is in seconds before
    each answer; `pace` is in seconds between two steps of a claim that was sent, 0 for a step at each status told, None
    for none by itself; one claim in `verdict` is refused, 0 for none; `faults` are texts as `faults.parse` reads them;
    `token_life` is in seconds; `told` is given a line for each request.
    """

    port: int = 0
    state: Path | None = None
    delay: float = 0.0
    pace: float | None = 0.0
    verdict: int = 0
    faults: Sequence[str] = ()
    token_life: float = 3600
    clock: Clock = field(default_factory=Clock)
    told: Callable[[str], None] | None = None


@dataclass(frozen=True)
class Served:
    """Where the sandbox answers: the base addresses of both organisms and of the admin API."""

    base: str

    @property
    def ecologic(self) -> str:
        """Give the base of Ecologic's methods, up to `/api/v1/ecosupport/`."""
        return f"{self.base}/ecologic"

    @property
    def ecosystem(self) -> str:
        """Give the base of ecosystem's paths."""
        return f"{self.base}/ecosystem"

    @property
    def admin(self) -> str:
        """Give the base of the admin API."""
        return f"{self.base}/admin"


class Sandbox:
    """A counter to train on, served in a thread of this process while `running` is open."""

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or Options()
        self.plan = faults.Plan(map(faults.parse, self.options.faults))
        self.traffic = Traffic()
        self.stopping = threading.Event()
        self.houses: dict[str, Callable[[Asked], Visit]] = {}

    @contextmanager
    def running(self) -> Iterator[Served]:
        """Serve until the block ends; raise SandboxPortTaken, StateTrouble."""
        options, known = self.options, reference()
        server = _Server(options.port, self)
        book: Book | None = None
        try:
            book = Book(options.state)
            life = Life(book, options.clock, options.pace, options.verdict)
            ecosystem = Ecosystem(book, life, known, options.token_life)
            self.houses |= {
                "ecologic": Ecologic(book, life, known).visit,
                "ecosystem": ecosystem.visit,
                "storage": ecosystem.store,
                "admin": Admin(life, known, self.plan, self.traffic).visit,
            }
            thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
            thread.start()
            try:
                yield Served(server.base)
            finally:
                self.stopping.set()
                server.shutdown()
                thread.join()
        finally:
            server.server_close()
            if book is not None:
                book.close()


def serve(options: Options, ready: Callable[[Served], None]) -> None:
    """Serve in the foreground until Ctrl-C or SIGTERM; `ready` is told where. Raise SandboxPortTaken, StateTrouble."""
    ended = threading.Event()
    asked = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(each, lambda *_: ended.set()) for each in asked]
    try:
        with Sandbox(options).running() as served:
            ready(served)
            ended.wait()
    finally:
        for each, handler in zip(asked, before, strict=True):
            signal.signal(each, handler)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.open: set[socket] = set()
        try:
            super().__init__((HOST, port), _Handler)
        except OSError as error:
            raise SandboxPortTaken(port, error.strerror or str(error)) from error
        self.base = f"http://{HOST}:{self.server_address[1]}"

    def server_bind(self) -> None:
        """Take the port."""
        # The standard one asks the name service who this is.
        super(ThreadingHTTPServer, self).server_bind()

    def server_close(self) -> None:
        """Let the port go, and end the connections that are kept."""
        super().server_close()
        for connection in list(self.open):
            try:
                connection.shutdown(SHUT_RDWR)
            except OSError:
                continue

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401, ARG002 - as the base class has it
        """Write down what nobody foresaw."""
        _log.exception("a request of the sandbox failed")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = IDLE
    server: _Server

    def setup(self) -> None:
        """Note the connection, to end it when the server ends."""
        super().setup()
        self.server.open.add(self.connection)

    def finish(self) -> None:
        """Forget the connection."""
        self.server.open.discard(self.connection)
        super().finish()

    def handle(self) -> None:
        """Answer the requests of a connection until its client leaves."""
        try:
            super().handle()
        except OSError:  # the client left: its own business
            return

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 - as the base class has it
        """Say nothing: requests are told through `Options.told`."""

    def _asked(self) -> tuple[str, Asked] | Answer:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return page(411)
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal():
            return page(400)
        if int(length) > LARGEST:
            return page(413)
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            raise ConnectionError
        parts = urlsplit(self.path)
        house, slash, rest = parts.path.lstrip("/").partition("/")
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        path = unquote(slash + rest)
        return house, Asked(self.command, path, query, dict(self.headers.items()), body, self.server.base)

    def _handle(self) -> None:
        sandbox, read = self.server.sandbox, self._asked()
        if isinstance(read, Answer):
            passage = sandbox.traffic.enter("unknown", "", self.connection)
            Line(self.connection, passage, sandbox.stopping).send(read)
            self.close_connection = True
            return
        house, asked = read
        recognise = sandbox.houses.get(house.lower())
        visit = recognise(asked) if recognise else _nowhere()
        passage = sandbox.traffic.enter(visit.step or "admin", visit.subject, self.connection)
        line = Line(self.connection, passage, sandbox.stopping)
        try:
            self._answer(line, visit)
        finally:
            passage.leave()
            self.close_connection |= line.closing

    def _answer(self, line: Line, visit: Visit) -> None:
        sandbox = self.server.sandbox
        fault = sandbox.plan.next(visit.step) if visit.step else None
        if fault and fault.kind in {"reset", "deaf"}:
            self._tell(visit, fault, None)
            return line.reset() if fault.kind == "reset" else line.ignore()
        started = time.monotonic()
        answer = _worked(visit, fault)
        self._tell(visit, fault, answer)
        if visit.step:
            slow = fault.number if fault and fault.kind == "slow" else 0.0
            line.wait(sandbox.options.delay + slow - (time.monotonic() - started))
        if fault and fault.kind in {"lost", "hang", "half", "drip", "gzip", "huge"}:
            return line.spoil(answer, fault)
        answer.then()
        return line.send(
            page(500 if fault.kind == "500" else 200) if fault and fault.kind in {"500", "html"} else answer
        )

    def _tell(self, visit: Visit, fault: faults.Fault | None, answer: Answer | None) -> None:
        if self.server.sandbox.options.told and visit.step:
            words = [self.command, self.path.partition("?")[0], str(answer.status) if answer else "-"]
            self.server.sandbox.options.told(" ".join([*words, f"({fault.kind})"] if fault else words))

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _handle  # noqa: N815 - the names that the base class looks for


def _worked(visit: Visit, fault: faults.Fault | None) -> Answer:
    match fault.kind if fault else "":
        case "refuse" if fault:
            return visit.refused(fault.detail)
        case "expire":
            return visit.expired()
        case "503" if fault:
            return busy(fault.number)
    try:
        return visit.work()
    except Exception:  # noqa: BLE001 - a bug of ours must not look like a fault that was asked for
        _log.exception("the sandbox has a bug")
        return page(500)


def _nowhere() -> Visit:
    absent = Answer(404, {"Message": "Not Found"})
    return Visit("unknown", "", lambda: absent, lambda _: absent, lambda: absent)
