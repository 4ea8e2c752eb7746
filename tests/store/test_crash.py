"""Crashes: what was acknowledged is there, what was not is there whole or not at all."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from resource import RLIMIT_FSIZE, setrlimit

import pytest

from comptoir.buyback import queries
from comptoir.core.errors import BUG, DATABASE, DONE
from comptoir.core.i18n import _
from comptoir.store.engine import engine
from comptoir.store.migrations import upgrade
from comptoir.store.read import reading
from comptoir.store.sqlite import DatabaseUnusable

PAPERS = {"label", "deed", "list", "instructions"}
CATALOGUE = (
    "article_code,category,brand,name,price_a,price_b,price_c\n"
    "AAAA0001,Smartphone,APPLE,iPhone 15,420.00,315.00,168.00\n"
    "AAAA0002,PC portable,LENOVO,ThinkPad,188.00,141.00,75.00\n"
)
ADD = ["buyback", "add", "AAAA0001", "--answer", "works=no", "--no-input"]
VALIDATE = [
    *("buyback", "validate", "--yes", "--no-input", "--name", "Atelier du Réemploi", "--siret", "73282932000074"),
    *("--email", "a@b.fr", "--phone", "0102030405", "--line", "1 rue de la Paix", "--postcode", "75002"),
    *("--town", "Paris"),
]

# One process imports everything and opens nothing; each trial is a child of it, killed at its moment. A child adds
# three devices, validates them, and starts again; it writes a line after each commit.
CRASHES = """
import json, os, random, select, signal, sys, time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from comptoir.buyback import queries, services
from comptoir.buyback.queries import Draft, Shop
from comptoir.buyback.rules import By, Item
from comptoir.catalog import categories
from comptoir.store.engine import driver, transaction
from comptoir.store.read import reading
import alembic.autogenerate, sqlalchemy.dialects.sqlite, sqlmodel
path, trials, chance = Path(sys.argv[1]), int(sys.argv[2]), random.Random(int(sys.argv[3]))
known = categories.load("")
item = Item("AAAA0001", "Smartphone", "APPLE", "iPhone 15", (), "A", Decimal("420.00"), "transport", "payment")
who = {"name": "Atelier", "siret": "73282932000074", "email": "a@b.fr", "phone": "+33102030405"}
where = {"line": "1 rue", "complement": "", "postcode": "75002", "town": "Paris", "country": "France"}
def works(operator, end):
    by = By(operator, datetime(2026, 11, 22, tzinfo=UTC))
    while True:
        for _each in range(3):
            with transaction(path) as session:
                services.add(session, item, by)
            os.write(end, b"add\\n")
        with reading(path) as reader:
            shown = queries.basket(reader, operator)
        draft = Draft(items=tuple(shown), identity=who, place=where, categories=known, shop=Shop("S", "s@b.fr"))
        with transaction(path) as session:
            made = services.validate(session, draft, by)
        os.write(end, (" ".join(["validate", *(each.number for each in made)]) + "\\n").encode())
for trial in range(trials):
    told, end = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            works(f"operator {trial}", end)
        finally:
            os._exit(1)
    os.close(end)
    if trial % 5:  # four times out of five, the moment is counted from the first commit
        select.select([told], [], [], 30)
    time.sleep(chance.uniform(0, 0.12))
    os.kill(pid, signal.SIGKILL)
    killed = os.WIFSIGNALED(os.waitpid(pid, 0)[1])
    with os.fdopen(told) as lines:
        done = [line.split() for line in lines if line.endswith("\\n")]
    print(json.dumps({"killed": killed, "done": done}), flush=True)
"""


@dataclass
class Base:
    """What a database holds, read whole."""

    requests: dict[str, list[list[str]]] = field(default_factory=dict)  # of each operator, the numbers of each
    baskets: dict[str, int] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> "Base":
        """Read a database, checking everything that a half-done request would break."""
        read = cls()
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
            rows = connection.execute(
                "SELECT r.operator, r.id, group_concat(b.number, ' ') FROM buyback_request AS r "
                "LEFT JOIN buyback AS b ON b.request_id = r.id GROUP BY r.id ORDER BY r.id"
            ).fetchall()
            read.baskets = dict(connection.execute("SELECT operator, count(*) FROM basket_item GROUP BY operator"))
            papers = connection.execute("SELECT count(*) FROM document").fetchone()[0]
        numbers = []
        for operator, request, made in rows:
            assert made, f"request {request} holds no buyback"
            read.requests.setdefault(operator, []).append(made.split())
            numbers += made.split()
        with reading(path) as reader:
            for number in numbers:
                issued = [kind for kind, _name, _content in queries.papers(reader, number, None)]
                assert sorted(issued) == sorted(PAPERS), number
                assert [row.verb for row in queries.history(reader, number)] == ["validate"], number
        assert papers == 2 * len(numbers) + 2 * len(rows)  # every device here goes to one workshop: one parcel
        return read


def test_kill_9_at_any_moment_loses_nothing_acknowledged_and_leaves_no_half_request(spawn, shop: Path, cli) -> None:
    assert cli("catalog import -", input=CATALOGUE.encode()).code == 0
    engine(shop).dispose()
    told = spawn(CRASHES, shop, 25, 20261122).communicate(timeout=100)[0]
    trials = [json.loads(line) for line in told.splitlines()]
    assert [trial["killed"] for trial in trials] == [True] * 25
    assert sum(len(trial["done"]) for trial in trials) >= 60, "too few commits to prove anything"
    base = Base.read(shop)
    for place, trial in enumerate(trials):
        _agrees(base, f"operator {place}", trial["done"])


def _agrees(base: Base, operator: str, done: list[list[str]]) -> None:
    """Hold what one killed process told against what stands: all of it, and at most the one step after it."""
    acknowledged = [step[1:] for step in done if step[0] == "validate"]
    in_basket = len(done) % 4  # three adds, one validation
    requests = base.requests.get(operator, [])
    basket = base.baskets.get(operator, 0)
    assert requests[: len(acknowledged)] == acknowledged
    if len(requests) == len(acknowledged):
        more = basket - in_basket
        assert more == 0 or (more == 1 and in_basket < 3), (operator, basket, in_basket)
    else:
        assert [len(numbers) for numbers in requests[len(acknowledged) :]] == [3]
        assert (in_basket, basket) == (3, 0)


# --- no room left


Comptoir = Callable[..., "subprocess.CompletedProcess[str]"]


def comptoir(*arguments: str, text: str | None = None, most: int | None = None) -> "subprocess.CompletedProcess[str]":
    """Run a command line in a process of its own, its files bounded to so many bytes."""
    return subprocess.run(
        [sys.executable, "-m", "comptoir", *arguments],
        input=text,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=os.environ | {"COMPTOIR_LANG": "fr"},
        preexec_fn=None if most is None else partial(setrlimit, RLIMIT_FSIZE, (most, most)),
    )


def import_(most: int | None = None) -> "subprocess.CompletedProcess[str]":
    """Import the catalogue."""
    return comptoir("catalog", "import", "-", "--json", text=CATALOGUE, most=most)


def refused(done: "subprocess.CompletedProcess[str]") -> list[str]:
    """Give the kinds of the problems told, once sure that it ended with 6 and told nothing else."""
    assert done.returncode == DATABASE, done.stderr
    assert done.stdout == ""
    told = json.loads(done.stderr.splitlines()[-1])
    assert told["exit_code"] == DATABASE
    return [problem["error"] for problem in told["errors"]]


@pytest.fixture
def rested(cli, tmp_path: Path) -> Path:
    """A database with a catalogue and three devices in a basket, at rest."""
    path = tmp_path / "shop.db"
    assert cli("catalog import -", input=CATALOGUE.encode()).code == 0
    for _each in range(3):
        assert cli(ADD).code == 0
    engine(path).dispose()
    assert not path.with_name("shop.db-wal").exists()
    return path


@pytest.fixture
def full(rested: Path, small_disk, monkeypatch) -> Path:
    """The same on a small disk, where `fill` takes all of the rest."""
    path = small_disk("size=1000k") / "shop.db"
    shutil.copy(rested, path)
    monkeypatch.setenv("COMPTOIR_DATABASE", str(path))
    fill(path.with_name("fill"))
    return path


def fill(file: Path) -> None:
    """Write until the disk takes no more."""
    with pytest.raises(OSError, match="No space"), file.open("wb", buffering=0) as taken:  # noqa: PT012 - until it fails
        while True:
            taken.write(bytes(4096))


def free(file: Path, size: int) -> None:
    """Give so many bytes back to the disk."""
    with file.open("r+b") as taken:
        taken.truncate(max(0, file.stat().st_size - size))


@pytest.mark.parametrize("kilobytes", [0, 33, 64])
def test_a_full_disk_is_one_clear_trouble_with_nothing_half_done_and_works_once_freed(
    cli, rested: Path, full: Path, kilobytes: int
) -> None:
    free(full.with_name("fill"), kilobytes * 1024)

    assert refused(comptoir(*VALIDATE, "--json")) == ["database_unusable"]
    full.with_name("fill").unlink()
    assert Base.read(full) == Base.read(rested) == Base(baskets={"test": 3})
    assert cli(VALIDATE).code == 0
    after = Base.read(full)
    assert [len(numbers) for numbers in after.requests["test"]] == [3]
    assert after.baskets == {}


@pytest.mark.parametrize("kilobytes", [0, 52])
def test_a_full_disk_is_told_as_a_full_disk_and_never_as_damage(full: Path, kilobytes: int) -> None:
    free(full.with_name("fill"), kilobytes * 1024)
    assert DatabaseUnusable(full, _("the disk is full")).message in comptoir(*VALIDATE).stderr


def test_a_full_disk_can_still_be_read(full: Path) -> None:
    done = comptoir("buyback", "basket", "--json")
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)) == 3


@pytest.mark.parametrize("kilobytes", [0, 40])
def test_a_disk_too_full_to_create_on_is_one_clear_trouble(small_disk, monkeypatch, kilobytes: int) -> None:
    path = small_disk("size=900k") / "shop.db"
    monkeypatch.setenv("COMPTOIR_DATABASE", str(path))
    fill(path.with_name("fill"))
    free(path.with_name("fill"), kilobytes * 1024)
    assert refused(import_()) == ["database_unusable"]


def test_a_disk_too_full_to_create_on_leaves_no_database_and_works_once_freed(small_disk, monkeypatch) -> None:
    path = small_disk("size=900k") / "shop.db"
    monkeypatch.setenv("COMPTOIR_DATABASE", str(path))
    fill(path.with_name("fill"))
    free(path.with_name("fill"), 40 * 1024)
    assert import_().returncode != 0
    assert not path.exists()
    path.with_name("fill").unlink()
    assert import_().returncode == 0
    assert Base.read(path) == Base()


def test_a_first_write_is_whole_or_refused_whatever_room_is_left_and_no_database_is_born_damaged(
    cli, small_disk, monkeypatch
) -> None:
    folder = small_disk("size=2m")
    path = folder / "shop.db"
    monkeypatch.setenv("COMPTOIR_DATABASE", str(path))
    codes = []
    for kilobytes in range(300, 1200, 20):
        fill(folder / "fill")
        free(folder / "fill", kilobytes * 1024)
        done = cli("catalog import -", input=CATALOGUE.encode())
        codes.append(done.code)
        assert done.code == DONE or DatabaseUnusable(path, _("the disk is full")).message in done.err, kilobytes
        (folder / "fill").unlink()
        assert done.code == DONE or cli("catalog import -", input=CATALOGUE.encode()).code == DONE, kilobytes
        assert Base.read(path) == Base()
        with reading(path) as reader:
            assert reader.values("SELECT article_code FROM device ORDER BY id") == ["AAAA0001", "AAAA0002"]
        engine(path).dispose()
        for file in folder.iterdir():
            file.unlink()
    assert set(codes) == {DATABASE, DONE}
    assert codes == sorted(codes, reverse=True), "more room, and it is refused"


def test_a_disk_that_holds_no_more_files_is_told_as_a_full_disk(small_disk) -> None:
    path = small_disk("size=2m,nr_inodes=2") / "shop.db"  # itself and the lock
    with pytest.raises(DatabaseUnusable, match=_("the disk is full")) as refused:
        upgrade(path)
    assert refused.value.hint == _("free some space; nothing was changed")
    assert not path.exists()


@pytest.mark.parametrize("most", [0, 40_000])
def test_a_limit_on_the_size_of_files_is_one_clear_trouble_with_nothing_half_done(cli, rested: Path, most: int) -> None:
    assert refused(comptoir(*VALIDATE, "--json", most=most)) == ["database_unusable"]
    assert Base.read(rested) == Base(baskets={"test": 3})
    assert cli(VALIDATE).code == 0
    assert [len(numbers) for numbers in Base.read(rested).requests["test"]] == [3]


@pytest.mark.parametrize("most", [0, 40_000])
def test_a_limit_met_at_creation_is_one_clear_trouble(most: int) -> None:
    assert refused(import_(most)) == ["database_unusable"]


@pytest.mark.parametrize("most", [0, 60_000])
def test_a_limit_met_at_creation_leaves_a_path_that_the_next_command_can_use(tmp_path: Path, most: int) -> None:
    assert import_(most).returncode in {DATABASE, BUG}
    assert import_().returncode == 0
    assert Base.read(tmp_path / "shop.db") == Base()


# --- a disk that lies


FAULTS = [
    "pwrite64:error=EIO:when=3+",  # while the log is opened
    "pwrite64:error=ENOSPC:when=20",  # while it is written
    "fdatasync:error=EIO:when=1+",
    "fdatasync:error=EIO:when=3",  # when the commit is synced
]


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace, which makes system calls fail, is not installed")
@pytest.mark.parametrize("fault", FAULTS)
def test_a_disk_that_fails_in_the_middle_leaves_all_or_nothing(rested: Path, fault: str) -> None:
    if subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True, check=False).returncode:
        pytest.skip("tracing a process is not permitted here")
    call = fault.partition(":")[0]
    traced = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={fault}", sys.executable]
    done = subprocess.run(
        [*traced, "-m", "comptoir", *VALIDATE, "--json"], capture_output=True, text=True, check=False, timeout=60
    )
    after = Base.read(rested)  # which holds no half request
    made = [len(numbers) for numbers in after.requests.get("test", [])]
    if done.returncode == DONE:  # the fault came after the commit, while the log was folded back
        assert (made, after.baskets) == ([3], {})
        return
    assert refused(done) == ["database_unusable"]
    assert (made, after.baskets) in [([], {"test": 3}), ([3], {})]
