"""What the tests of the clients stand on: a claim, documents, and both clients over real connections on loopback."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import httpx
import pytest

from comptoir.core.clock import Clock
from comptoir.desk.http import Wire
from comptoir.desk.wire import Exchange
from comptoir.organisms.access import EcologicAccess, EcosystemAccess
from comptoir.organisms.ecologic import Ecologic
from comptoir.organisms.ecosystem import Ecosystem
from comptoir.organisms.protocol import Billed, Claimant, File, Form, Repaired, Used
from comptoir.organisms.statuses import Piece
from comptoir.sandbox.reference import API_KEY, PASSWORD, USERNAME
from comptoir.sandbox.server import Options, Sandbox, Served

from ...desk.web_server import Came, WebServer, said  # noqa: TID252 - one server for the door and for who uses it

TODAY = Clock().now().date()
CONSUMER = Claimant(
    "Mme", "Noël", "Zoé", "3 rue de l'Orme", "Bât. B", "42000", "Saint-Étienne", "zoe@exemple.fr", "0612345678"
)
PHONE = Repaired("EEE.M6.060", "243", "Apple", "iPhone 12", "356938035643809", "", "E7", "EHS", "écran « noir »")
BILL = Billed("F-2026-17", *map(Decimal, ("120.00", "100.00", "60.00", "40.00", "0.00", "25.00")))
ECOLOGIC_SITE = "5b1f3c7e-0000-4000-8000-000000000001"
FORM = Form("Q-17", TODAY - timedelta(days=3), ECOLOGIC_SITE, "", False, CONSUMER, PHONE, BILL, Used())
OTHER = FORM._replace(
    site="2000101", repairer="2000101", device=PHONE._replace(product="3016", brand="SAMSUNG", brand_name="Samsung",
    symptom="", repair_code="01"), parts=Used(1, 0, 0),
)  # fmt: skip
INVOICE = File(Piece.INVOICE, "facture F-2026/17.pdf", "application/pdf", b"%PDF-1.7 facture")
CONSENT = File(Piece.CONSENT, "accord.pdf", "application/pdf", b"%PDF-1.7 accord")
NAMEPLATE = File(Piece.NAMEPLATE, "plaque.jpg", "image/jpeg", b"\xff\xd8\xff plaque")
PAPERS = (INVOICE, CONSENT, NAMEPLATE)


Does = Callable[[Any, Callable[[Exchange], None]], Awaitable[Any]]


class Told(NamedTuple):
    """What came of a call: what it gave or raised, and every exchange."""

    given: Any
    exchanges: list[Exchange]


def over(made: Callable[[Wire], Any], url: str, does: Does) -> Told:
    """Open a wire, do something with a client over it; an error is given, and not raised."""
    exchanges: list[Exchange] = []

    async def done() -> Any:
        async with Wire(Clock(), url) as wire:
            return await does(made(wire), exchanges.append)

    try:
        return Told(asyncio.run(done()), exchanges)
    except Exception as error:  # noqa: BLE001 - the test says which it expects
        return Told(error, exchanges)


def scripted(given: Any, **more: Any) -> WebServer:
    """Make a server that answers the same thing each time, or one thing by path."""

    def answers(came: Came) -> bytes | None:
        answer = given.get(came.path.rpartition("/")[2], said(404)) if isinstance(given, dict) else given
        return answer(came) if callable(answer) else answer

    return WebServer(answers, **more)


def ecologic(url: str, does: Does, key: str = API_KEY, claims: str = "") -> Told:
    return over(lambda wire: Ecologic(wire, EcologicAccess(url, claims, key)), url, does)


def ecosystem(url: str, does: Does, password: str = PASSWORD) -> Told:
    return over(lambda wire: Ecosystem(wire, EcosystemAccess(url, USERNAME, password)), url, does)


@dataclass
class Counter:
    """The sandbox as a test sees it."""

    served: Served

    @property
    def ecologic(self) -> str:
        return f"{self.served.ecologic}/api/v1/ecosupport"

    @property
    def claims(self) -> str:
        return f"{self.served.ecologic}/api/v2/repair/getwarrantyclaims"

    @property
    def ecosystem(self) -> str:
        return self.served.ecosystem

    def admin(self, method: str, path: str, **body: Any) -> Any:
        answer = httpx.request(method, f"{self.served.admin}/{path}", json=body or None)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def fault(self, step: str, kind: str, **more: Any) -> None:
        self.admin("POST", "faults", step=step, kind=kind, **more)

    def requests(self) -> dict[str, int]:
        return dict(self.admin("GET", "state")["requests"])

    @property
    def claimed(self) -> list[dict[str, Any]]:
        return list(self.admin("GET", "state")["claims"])


@pytest.fixture(scope="session")
def _sandbox() -> Iterator[Counter]:
    with Sandbox(Options(pace=None)).running() as served:
        yield Counter(served)


@pytest.fixture
def sandbox(_sandbox: Counter) -> Counter:
    """The sandbox, with no claim and no fault; nothing walks on by itself."""
    _sandbox.admin("POST", "reset")
    return _sandbox
