"""A labelled repairer with telephones to claim for at both organisms, a sandbox for each test, and what looks at both.

The odd ones of the base, `00000017` first, are Apple's and Ecologic's; the even ones are Samsung's and ecosystem's.
"""

import json
import os
import shlex
import shutil
import sqlite3
import struct
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from http.client import HTTPConnection
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from comptoir.core.clock import Clock
from comptoir.core.errors import DONE, REFUSED
from comptoir.core.paris import PARIS
from comptoir.desk import http
from comptoir.fiches import book
from comptoir.sandbox import reference
from comptoir.sandbox.faults import parse
from comptoir.sandbox.server import Options, Sandbox, Served
from comptoir.store.engine import engine

START = datetime(2026, 3, 10, 10)  # noqa: DTZ001 - Paris, as `--at` reads it
CLOCK = Clock(START.replace(tzinfo=PARIS).astimezone(UTC))
ECOLOGIC, ECOSYSTEM = "ecologic", "ecosystem"
ORGANISMS = (ECOLOGIC, ECOSYSTEM)
EACH = 6  # repairs of each organism
SIDE = 64  # pixels of a picture
SILENT = {"hang", "deaf", "drip"}  # the faults that a request waits for
SHORT = 0.3  # seconds that it may last then
SECRETS = (reference.API_KEY, reference.PASSWORD)
SETTINGS = {
    "COMPTOIR_AT": START.isoformat(),
    "COMPTOIR_OPERATOR": "marie",
    "COMPTOIR_REPAIR_FICHES": "1,3,7",
    "COMPTOIR_REPAIR_SIRET": "73282932000074",
    "COMPTOIR_REPAIR_ADDRESS": "3 quai du Canal; 35000 Rennes",
    "COMPTOIR_SHOP_NAME": "Atelier du Canal",
}
_LOADED = cache(book.load)
_BEFORE = "diagnosis=ok nameplate=ok condition=ok imei=ok data_consent=ok lock=ok battery_in=ok"
# What a repair lives, up to its paid invoice.
_STEPS = (
    "assign {case} karim",
    "check {case} {before}",
    "line {case} labour Écran --price 120",
    "set {case} --symptom {symptom} --repair-code {code}",
    "start {case}",
    "check {case} {after}",
    "finish {case}",
    "invoice {case} --yes",
    "pay {case} --means card --receipt T-{case}",
    "attach {case} {folder}/declaration.png --kind declaration",
    "attach {case} {folder}/nameplate.png --kind nameplate",
    "attach {case} {folder}/picture.png --kind picture",
)


def png(color: int) -> bytes:
    """Give a picture of one color."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 0, 0, 0, 0)
    pixels = zlib.compress((b"\0" + bytes([color]) * SIDE) * SIDE)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def imei(rank: int) -> str:
    """Give a good IMEI."""
    digits = f"3569380356{rank:04d}"
    doubled = (int(each) * (1 + place % 2) for place, each in enumerate(digits))
    return f"{digits}{-sum(sum(divmod(each, 10)) for each in doubled) % 10}"


def run(line: str | Sequence[str], **environment: str) -> tuple[int, str, str]:
    """Run a command line outside of any test's environment."""
    from comptoir.app import run as ran

    out, err = BytesIO(), BytesIO()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        patch.setattr(sys, "stdin", TextIOWrapper(BytesIO(), "utf-8"))
        patch.setattr(sys, "stdout", TextIOWrapper(out, "utf-8"))
        patch.setattr(sys, "stderr", TextIOWrapper(err, "utf-8"))
        code = ran(shlex.split(line) if isinstance(line, str) else list(line))
        sys.stdout.flush()
        sys.stderr.flush()
        return code, out.getvalue().decode(), err.getvalue().decode()


def done(line: str | Sequence[str], **environment: str) -> str:
    """Run a command line that must succeed."""
    code, out, err = run(line, **environment)
    assert code == DONE, (line, err)
    return out


def pointed(served: Served) -> dict[str, str]:
    """Give the settings that point a shop at a sandbox."""
    known = reference.reference()
    return {
        "COMPTOIR_ECOLOGIC_URL": f"{served.ecologic}/api/v1/ecosupport",
        "COMPTOIR_ECOLOGIC_CLAIMS_URL": f"{served.ecologic}/api/v2/repair/getwarrantyclaims",
        "COMPTOIR_ECOLOGIC_KEY": reference.API_KEY,
        "COMPTOIR_ECOLOGIC_SITE": known.sites[0]["id"],
        "COMPTOIR_ECOSYSTEM_URL": served.ecosystem,
        "COMPTOIR_ECOSYSTEM_USER": reference.USERNAME,
        "COMPTOIR_ECOSYSTEM_PASSWORD": reference.PASSWORD,
        "COMPTOIR_ECOSYSTEM_REPAIRER": known.partners[0]["id"],
    }


@dataclass(frozen=True)
class Paid:
    """The base of a shop whose repairs are paid, never written again, and their numbers by organism."""

    folder: Path
    cases: Mapping[str, Sequence[str]]


@pytest.fixture(scope="session")
def paid(tmp_path_factory: pytest.TempPathFactory) -> Paid:
    """Play repairs up to their paid invoice, documents attached, catalogues fetched."""
    folder = tmp_path_factory.mktemp("qualirepar")
    for color, name in enumerate(("declaration", "nameplate", "picture")):
        (folder / f"{name}.png").write_bytes(png(color))
    environment = {**SETTINGS, "COMPTOIR_DATABASE": str(folder / "shop.db"), "COMPTOIR_CONFIG": str(folder / "none")}
    cases: dict[str, list[str]] = {name: [] for name in ORGANISMS}
    with pytest.MonkeyPatch.context() as patch, Sandbox(Options(clock=CLOCK)).running() as served:
        patch.setattr(book, "load", _LOADED)
        environment |= pointed(served)
        done("repair technician add 'Karim Benali' --fiche 7 --since 2024-01-01", **environment)
        done("qualirepar sync", **environment)
        for rank in range(2 * EACH):
            organism = ORGANISMS[rank % 2]
            cases[organism].append(_played(organism, rank, folder, environment))
    engine.cache_clear()
    with closing(sqlite3.connect(folder / "shop.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return Paid(folder, cases)


def _played(organism: str, rank: int, folder: Path, environment: Mapping[str, str]) -> str:
    brand, model = ("Apple", "iPhone 12") if organism == ECOLOGIC else ("Samsung", "Galaxy A52")
    taken = done(
        f"repair intake -p smartphone -b {brand} -m '{model}' -s {imei(rank)} --warranty none --service Écran "
        f"--fault 'Écran cassé' --title Mme --last-name Durand --first-name Léa --email lea{rank}@example.fr "
        "--phone '06 12 34 56 78' --line '1 rue Haute' --postcode 35000 --town Rennes --consent data --json",
        **environment,
    )
    case = json.loads(taken)[0]["number"] if taken.startswith("[") else json.loads(taken)["number"]
    listed = done(f"repair checklist {case} --when after --format jsonl", **environment)
    after = " ".join(f"{json.loads(line)['point']}=ok" for line in listed.splitlines())
    symptom, code = ("E7", "CAS") if organism == ECOLOGIC else ("E7", "01")
    for step in _STEPS:
        told = step.format(case=case, before=_BEFORE, after=after, symptom=symptom, code=code, folder=folder)
        done(f"repair {told}", **environment)
    return case


@pytest.fixture(autouse=True)
def _settled(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(book, "load", _LOADED)
    yield
    engine.cache_clear()


class Counter:
    """A shop before a sandbox: commands, the clock, and what both sides have."""

    def __init__(self, served: Served, sandbox: Sandbox, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.served, self.sandbox, self.folder, self._patch = served, sandbox, folder, patch
        self.now = START

    def later(self, **time: float) -> None:
        """Move the clock."""
        self.now += timedelta(**time)
        self._patch.setenv("COMPTOIR_AT", self.now.isoformat())

    def qualirepar(self, line: str) -> tuple[int, str, str]:
        """Run a command of `qualirepar`."""
        ran = run(f"qualirepar {line}")
        assert ran[0] in {0, 3, 4, 5}, ran
        return ran

    def fault(self, *faults: str) -> None:
        """Have faults come; where one never answers, no request is long from now on."""
        for each in map(parse, faults):
            self.sandbox.plan.add(each)
            if each.kind in SILENT:
                self._patch.setattr(http, "LONGEST", SHORT)

    def behave(self) -> None:
        """Have no more faults come."""
        self.sandbox.plan.clear()

    def admin(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Ask the admin API."""
        connection = HTTPConnection(urlsplit(self.served.base).netloc, timeout=10)
        try:
            connection.request(method, f"/admin{path}", None if body is None else json.dumps(body))
            answer = connection.getresponse()
            read = answer.read()
        finally:
            connection.close()
        return answer.status, json.loads(read) if read else None

    def call(self, method: str, path: str) -> int:
        """Do by hand what a person does on Ecologic's portal; give the status."""
        connection = HTTPConnection(urlsplit(self.served.base).netloc, timeout=10)
        try:
            connection.request(method, path, "{}", {"api_key": reference.API_KEY})
            return connection.getresponse().status
        finally:
            connection.close()

    @property
    def state(self) -> Any:
        """Give what the sandbox has."""
        return self.admin("GET", "/state")[1]

    def there(self, case: str) -> list[dict[str, Any]]:
        """List the claims of a case that the sandbox holds and that are not over."""
        over = {"deleted", "refused", "cancelled"}
        return [
            each for each in self.state["claims"]
            if each["stage"] not in over and f"{case}-" in f"{each['quote']} {each['reference']}"
        ]  # fmt: skip

    def rows(self, sql: str, *values: object) -> list[dict[str, Any]]:
        """Query the base of the shop."""
        with closing(sqlite3.connect(self.folder / "shop.db")) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(sql, values)]

    def write(self, sql: str, *values: object) -> None:
        """Change the base of the shop behind its back."""
        with closing(sqlite3.connect(self.folder / "shop.db")) as connection, connection:
            connection.execute(sql, values)

    def here(self, case: str) -> dict[str, Any]:
        """Give the last claim of a case as the shop has it."""
        return self.rows("SELECT * FROM claim WHERE case_number = ? ORDER BY id DESC LIMIT 1", case)[0]

    def settled(self, case: str, runs: int = 8) -> dict[str, Any]:
        """Claim again and again as cron would, the clock moved past every pause, until nothing moves."""
        before: Any = None
        for _run in range(runs):
            code, _out, _err = self.qualirepar(f"claim {case} --yes")
            claim = self.here(case)
            now = {key: claim[key] for key in ("status", "remote", "pending", "error")}
            if claim["status"] not in {"to_create", "created", "to_complete"} or (code == REFUSED and now == before):
                return claim
            before = now
            self.later(minutes=5)
        return self.here(case)

    def whole(self, case: str, status: str = "confirmed") -> dict[str, Any]:
        """Check that a case has one claim, the same here and there, submitted with its documents; give it."""
        (there,) = self.there(case)
        here = self.here(case)
        assert (here["status"], here["pending"], here["lease"]) == (status, "", ""), here
        assert there["submitted"]
        assert (here["remote"], here["service_order"]) == (there["id"], there["service_order"])
        digests = [row["digest"] for row in self.rows(
            "SELECT digest FROM claim_file WHERE claim_id = ? AND sent_at IS NOT NULL", here["id"])]  # fmt: skip
        assert {each["sha256"] for each in there["files"]} == set(digests)
        assert len(digests) == 4
        assert self.rows("SELECT * FROM claim_file WHERE claim_id = ? AND sent_at IS NULL", here["id"]) == []
        self.told_nothing()
        assert self.state["in_flight_max"] <= 1, self.state["in_flight"]
        return there

    def told_nothing(self) -> None:
        """Check that no exchange kept a secret."""
        kept = json.dumps(self.rows("SELECT request, answer, error FROM claim_exchange"))
        assert not [secret for secret in (*SECRETS, "X-Amz-Signature=", "Bearer ey") if secret in kept]


def copied(paid: Paid, folder: Path) -> None:
    """Copy the base of the shop: files are kept under their digests and never written again, so they are shared."""
    folder.mkdir(exist_ok=True)
    for suffix in ("", "-wal", "-shm"):
        (folder / f"shop.db{suffix}").unlink(missing_ok=True)
    shutil.rmtree(folder / "shop.db.files", ignore_errors=True)
    shutil.copy(paid.folder / "shop.db", folder / "shop.db")
    shutil.copytree(paid.folder / "shop.db.files", folder / "shop.db.files", copy_function=os.link)


@pytest.fixture
def counter(paid: Paid, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Counter]]:
    """Give the function that opens a shop before a sandbox with options."""
    with ExitStack() as stack:

        def opened(**options: Any) -> Counter:
            stack.close()  # the one before it, in the same test
            engine.cache_clear()
            sandbox = Sandbox(Options(**{"clock": CLOCK, "pace": None, **options}))
            served = stack.enter_context(sandbox.running())
            copied(paid, tmp_path)
            monkeypatch.setenv("COMPTOIR_AT", START.isoformat())
            for name, value in pointed(served).items():
                monkeypatch.setenv(name, value)
            return Counter(served, sandbox, tmp_path, monkeypatch)

        yield opened


@pytest.fixture
def shop(counter: Callable[..., Counter]) -> Counter:
    """Give a shop before a sandbox that behaves."""
    return counter()
