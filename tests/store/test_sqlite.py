"""The database file: what is ours and what is not, what a failure says, what no SQL may undo."""

import os
import shutil
import sqlite3
import stat
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from comptoir.core.errors import DATABASE, DatabaseTrouble
from comptoir.store.engine import driver, engine, transaction
from comptoir.store.migrations import upgrade
from comptoir.store.read import reading
from comptoir.store.sqlite import APPLICATION_ID, SCHEMA, DatabaseUnusable, Newer, NotOurs, State, opened, state
from comptoir.store.write import connect

TABLES = ("device", "reseller", "address", "basket_item", "buyback_request", "buyback", "document", "history")
SELLER = (
    "INSERT INTO reseller (id, siret, name, email, phone, created_at) "
    "VALUES ({id}, '{siret}', '{name}', 'a@b.fr', '+33102030405', '2026-11-22T10:00:00+00:00')"
)
REQUEST = (
    "INSERT INTO address (id, reseller_id, line, complement, postcode, town, country) "
    "VALUES (1, 1, '1 rue', '', '75001', 'Paris', 'France');"
    "INSERT INTO buyback_request (id, reseller_id, address_id, operator, validated_at) "
    "VALUES (1, 1, 1, 'ana', '2026-11-22T10:00:00+00:00')"
)


@dataclass(frozen=True)
class Seller:
    """A name, read back."""

    name: str


def names(path: Path) -> list[str]:
    """Read the resellers' names, the shortest read there is."""
    with reading(path) as reader:
        return [row.name for row in reader.rows("SELECT name FROM reseller ORDER BY id", Seller)]


def sold(path: Path, number: int = 1) -> None:
    """Write one reseller through the program's own door."""
    with transaction(path) as session:
        driver(session).execute(SELLER.format(id=number, siret=f"{number:014}", name=f"n{number}"))


@contextmanager
def written(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the file as the program does, for raw SQL."""
    with closing(connect(path)) as connection:
        yield connection


def everything(path: Path) -> dict[str, bytes]:
    """Give every file of the folder but the lock, with its bytes."""
    return {file.name: file.read_bytes() for file in path.parent.iterdir() if file.is_file() and file.suffix != ".lock"}


# --- nothing there, or next to nothing


def test_a_missing_file_reads_as_an_empty_database_and_is_not_created(path: Path) -> None:
    assert state(path) is State.MISSING
    assert names(path) == []
    with reading(path) as reader:
        assert reader.values("SELECT count(*) FROM device") == []
        assert reader.one("SELECT name FROM reseller", Seller) is None
    assert list(path.parent.iterdir()) == []


def test_a_read_makes_no_folder_either(tmp_path: Path) -> None:
    assert names(tmp_path / "none" / "deeper" / "shop.db") == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["catalog search thinkpad", "buyback list", "reseller list", "buyback basket"])
def test_a_list_of_a_missing_database_is_done_empty_and_creates_nothing(cli, path: Path, command: str) -> None:
    done = cli(f"{command} --format jsonl")
    assert (done.code, done.out) == (0, "")
    assert list(path.parent.iterdir()) == []


def test_a_0_byte_file_reads_as_an_empty_database_and_keeps_its_0_bytes(path: Path) -> None:
    path.touch()
    assert names(path) == []
    assert everything(path) == {"shop.db": b""}


def test_a_0_byte_file_becomes_a_database_when_it_is_first_written(path: Path) -> None:
    path.touch(mode=0o644)
    upgrade(path)
    sold(path)
    assert names(path) == ["n1"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


# --- somebody else's file


def _other_application(path: Path, identity: int) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            f"PRAGMA application_id = {identity}; CREATE TABLE note (text); INSERT INTO note VALUES (1)"
        )


FOREIGN: dict[str, Callable[[Path], object]] = {
    "a_word": lambda path: path.write_text("a"),
    "a_text": lambda path: path.write_text("Liste des clients à rappeler\n" * 400, "utf-8"),
    "bytes": lambda path: path.write_bytes(bytes(range(256)) * 64),
    "zeros": lambda path: path.write_bytes(bytes(8192)),
    "the_first_half_of_a_header": lambda path: path.write_bytes(b"SQLite format 3\0" + bytes(34)),
    "a_header_and_no_more": lambda path: path.write_bytes(b"SQLite format 3\0" + bytes(84)),
    "sqlite_without_an_identity": lambda path: _other_application(path, 0),
    "sqlite_of_another_identity": lambda path: _other_application(path, 0x47504B47),  # GeoPackage
}


@pytest.mark.parametrize("kind", FOREIGN)
@pytest.mark.parametrize("door", [state, names, upgrade])
def test_a_file_of_another_program_is_refused_and_left_byte_identical(path: Path, kind: str, door) -> None:
    FOREIGN[kind](path)
    before = everything(path)
    with pytest.raises(NotOurs):
        door(path)
    assert everything(path) == before


@pytest.mark.parametrize("kind", FOREIGN)
def test_no_command_touches_a_file_of_another_program(cli, tmp_path: Path, path: Path, kind: str) -> None:
    FOREIGN[kind](path)
    catalogue = tmp_path / "catalogue.csv"
    catalogue.write_text("article_code,category,brand,name,price_a,price_b,price_c\nAAAA0001,Smartphone,A,B,3,2,1\n")
    before = everything(path)
    for command in (f"catalog import '{catalogue}'", "buyback list", "buyback cancel 12 --yes", "buyback basket"):
        assert cli(command).code == DATABASE
    assert everything(path) == before


def test_the_refusal_of_a_foreign_file_is_told_once_as_json(cli, path: Path) -> None:
    path.write_text("not a database")
    failure = cli("buyback list --json").failure
    assert failure["exit_code"] == DATABASE
    assert [problem["error"] for problem in failure["errors"]] == ["not_ours"]


# --- a later program's file


@pytest.mark.parametrize("door", [state, names, upgrade])
def test_a_database_of_a_later_program_is_refused_and_left_byte_identical(shop: Path, door) -> None:
    with written(shop) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    before = shop.read_bytes()
    with pytest.raises(Newer):
        door(shop)
    assert shop.read_bytes() == before


def test_a_later_schema_that_still_stands_in_the_log_is_seen(shop: Path) -> None:
    with written(shop) as connection:
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute(f"PRAGMA user_version = {SCHEMA + 1}")
        assert struct.unpack(">I", shop.read_bytes()[60:64]) == (SCHEMA,)
        with pytest.raises(Newer):
            names(shop)


# --- not a file at all


@pytest.mark.parametrize("door", [state, names, upgrade])
def test_a_folder_is_refused_with_a_sentence(path: Path, door) -> None:
    path.mkdir()
    with pytest.raises(DatabaseUnusable):
        door(path)
    assert list(path.iterdir()) == []


@pytest.mark.parametrize("door", [state, names, upgrade])
def test_a_path_through_a_file_is_refused_with_a_sentence(tmp_path: Path, door) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(DatabaseUnusable):
        door(tmp_path / "file" / "shop.db")


def test_a_device_is_refused_and_stays_a_device(path: Path) -> None:
    try:
        os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, 3))
    except PermissionError:
        pytest.skip("making a device node is not permitted here")
    with pytest.raises(DatabaseTrouble):
        upgrade(path)
    assert stat.S_ISCHR(path.stat().st_mode)


def test_a_link_to_a_database_that_is_not_there_yet_is_followed(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    link = tmp_path / "shop.db"
    link.symlink_to(tmp_path / "shared" / "shop.db")
    upgrade(link)
    assert link.is_symlink()
    assert state(tmp_path / "shared" / "shop.db") is State.CURRENT


STATE = """
import sys
from pathlib import Path
from comptoir.core.errors import ComptoirError
from comptoir.store.sqlite import state
try:
    print(state(Path(sys.argv[1])))
except ComptoirError as error:
    print(type(error).__name__)
"""


def test_a_pipe_is_refused_and_nobody_waits_for_it(spawn, path: Path) -> None:
    os.mkfifo(path)
    assert spawn(STATE, path).communicate(timeout=3)[0] == "DatabaseUnusable\n"


@pytest.mark.parametrize("name", ["é à.db", "a b?mode=rw#x.db", "50%.db", "'q\".db", "&immutable=1.db", "-wal"])
def test_any_name_that_the_system_takes_is_written_and_read_back(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    upgrade(path)
    sold(path)
    assert names(path) == ["n1"]


# --- damaged, or closed to us


@pytest.mark.parametrize("left", [99, 100, 4095, 4096, 0.5, -4096])
def test_a_truncated_database_is_told_as_such_and_left_as_it_is(shop: Path, left: float) -> None:
    sold(shop)
    engine(shop).dispose()
    whole = shop.stat().st_size
    os.truncate(shop, int(whole * left) if isinstance(left, float) else left % whole)
    before = shop.read_bytes()
    for door in (names, upgrade, sold):
        with pytest.raises(DatabaseTrouble):
            door(shop)
    assert shop.read_bytes() == before


def test_a_page_of_garbage_is_told_as_damage_and_never_as_rows(shop: Path) -> None:
    sold(shop)
    with written(shop) as connection:
        root = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'reseller'").fetchone()[0]
    engine(shop).dispose()
    with shop.open("r+b") as file:
        file.seek((root - 1) * 4096)
        file.write(b"\xaa" * 4096)
    with pytest.raises(DatabaseUnusable):
        names(shop)
    with pytest.raises(DatabaseUnusable):
        sold(shop, 2)


@pytest.mark.parametrize("door", ["state", "names", "upgrade"])
def test_a_file_that_this_user_may_not_read_is_told_as_such(spawn, open_folder: Path, door: str) -> None:
    path = open_folder / "shop.db"
    upgrade(path)
    path.chmod(0o000)
    assert as_nobody(spawn, path, door) == "DatabaseUnusable"


@pytest.mark.parametrize("log", ["folded back", "left behind"])
def test_a_folder_that_this_user_may_not_write_to_can_still_be_read(spawn, open_folder: Path, log: str) -> None:
    path = open_folder / "shop.db"
    upgrade(path)
    with written(path) as connection:
        connection.execute(SELLER.format(id=1, siret="1", name="n1"))
        if log == "left behind":
            shutil.copytree(open_folder, open_folder / "copy")
    path = open_folder / "copy" / "shop.db" if log == "left behind" else path
    for file in path.parent.iterdir():
        file.chmod(0o644)
    path.parent.chmod(0o555)
    assert as_nobody(spawn, path, "names") == "n1"
    assert as_nobody(spawn, path, "sold") == "DatabaseUnusable"


def test_a_log_that_cannot_be_read_is_told_through_a_link_too_and_never_left_out(spawn, open_folder: Path) -> None:
    path = open_folder / "shop.db"
    upgrade(path)
    sold(path)
    engine(path).dispose()
    with written(path) as connection:
        connection.execute("UPDATE reseller SET name = 'later'")
        shutil.copytree(open_folder, open_folder / "copy")
    (open_folder / "copy" / "shop.db-shm").unlink()
    for file in (open_folder / "copy").iterdir():
        file.chmod(0o644)
    (open_folder / "copy").chmod(0o555)
    link = open_folder / "link.db"
    link.symlink_to(open_folder / "copy" / "shop.db")
    assert as_nobody(spawn, open_folder / "copy" / "shop.db", "names") in {"DatabaseUnusable", "later"}
    assert as_nobody(spawn, link, "names") in {"DatabaseUnusable", "later"}


AS_NOBODY = """
import os, sys
from pathlib import Path
from comptoir.core.errors import ComptoirError
from comptoir.store.engine import driver, transaction
from comptoir.store.migrations import upgrade
from comptoir.store.read import reading
from comptoir.store.sqlite import state
def names(path):
    with reading(path) as reader:
        return "".join(reader.values("SELECT name FROM reseller"))
def sold(path):
    with transaction(path) as session:
        driver(session).execute("DELETE FROM reseller")
if os.geteuid() == 0:
    os.setegid(65534)
    os.seteuid(65534)
try:
    print({"state": state, "names": names, "upgrade": upgrade, "sold": sold}[sys.argv[2]](Path(sys.argv[1])) or "done")
except ComptoirError as error:
    print(type(error).__name__)
"""


def as_nobody(spawn, path: Path, door: str) -> str:
    """Go through a door as a user without rights; give what it says, or the class of its refusal."""
    return spawn(AS_NOBODY, path, door).communicate(timeout=30)[0].strip()


def test_a_disk_mounted_read_only_can_be_read_and_a_write_is_refused_with_6(cli, small_disk, monkeypatch) -> None:
    disk = small_disk("size=4m")
    path = disk / "shop.db"
    upgrade(path)
    with written(path) as connection:
        connection.execute(SELLER.format(id=1, siret="73282932000074", name="Atelier"))
    monkeypatch.setenv("COMPTOIR_DATABASE", str(path))
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    listed = cli("reseller list --json")
    assert (listed.code, listed.data[0]["name"]) == (0, "Atelier")
    assert cli("catalog import /dev/null").code == DATABASE


# --- how it is opened


def test_a_write_connection_has_each_rule_of_the_house_switched_on(shop: Path) -> None:
    with transaction(shop) as session:
        for connection in (driver(session), connect(shop)):
            found = {
                name: connection.execute(f"PRAGMA {name}").fetchone()[0]
                for name in ("journal_mode", "synchronous", "foreign_keys", "recursive_triggers")
            }
            assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "recursive_triggers": 1}
        connection.close()


def test_a_file_says_whose_it_is_and_of_which_schema(shop: Path) -> None:
    header = shop.read_bytes()[:100]
    assert struct.unpack(">I", header[68:72]) == (APPLICATION_ID,)
    assert struct.unpack(">I", header[60:64]) == (SCHEMA,)


def test_every_file_of_the_database_is_for_its_owner_alone_whatever_the_umask(tmp_path: Path) -> None:
    path = tmp_path / "made" / "deeper" / "shop.db"
    before = os.umask(0)
    try:
        upgrade(path)
        with written(path) as connection:
            connection.execute(SELLER.format(id=1, siret="1", name="n"))
            sold(path, 2)
            modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    finally:
        os.umask(before)
    assert modes == dict.fromkeys(("shop.db", "shop.db-wal", "shop.db-shm", "shop.db.lock"), 0o600)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_read_sees_one_snapshot_whatever_is_written_meanwhile(shop: Path) -> None:
    sold(shop)
    with reading(shop) as reader:
        assert reader.values("SELECT count(*) FROM reseller") == [1]
        sold(shop, 2)
        assert reader.values("SELECT count(*) FROM reseller") == [1]
    assert names(shop) == ["n1", "n2"]


def test_a_read_cannot_write(shop: Path) -> None:
    with opened(shop) as connection, pytest.raises(sqlite3.OperationalError):
        connection.execute(SELLER.format(id=1, siret="1", name="n"))


def test_what_was_written_before_an_exception_is_rolled_back(shop: Path) -> None:
    with pytest.raises(ZeroDivisionError), transaction(shop) as session:  # noqa: PT012 - the fault is in the block
        driver(session).execute(SELLER.format(id=1, siret="1", name="n"))
        raise ZeroDivisionError
    assert names(shop) == []
    sold(shop)
    assert names(shop) == ["n1"]


# --- what no SQL may do


@pytest.fixture
def kept(shop: Path) -> Iterator[sqlite3.Connection]:
    """A database that holds one reseller, one request, one history row and one document; raw SQL on it."""
    with written(shop) as connection:
        connection.executescript(
            f"{SELLER.format(id=1, siret='73282932000074', name='Atelier')};{REQUEST};"
            "INSERT INTO history (id, reference, moment, operator, verb, data) "
            "VALUES (1, '2000000000015', '2026-11-22', 'ana', 'validate', '{}');"
            "INSERT INTO document (id, reference, kind, issued_at, content) "
            "VALUES (1, '2000000000015', 'label', '2026-11-22', '{}')"
        )
        yield connection


COLUMNS = {"history": "reference, moment, operator, verb, data", "document": "reference, kind, issued_at, content"}


@pytest.mark.parametrize("table", COLUMNS)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {table} SET reference = 'x'",
        "UPDATE OR REPLACE {table} SET id = 1 WHERE id = 1",
        "UPDATE OR IGNORE {table} SET reference = 'x'",
        "DELETE FROM {table}",
        "DELETE FROM {table} WHERE id = 1",
        "INSERT OR REPLACE INTO {table} (id, {columns}) SELECT id, {columns} FROM {table}",
        "REPLACE INTO {table} (id, {columns}) SELECT id, {columns} FROM {table}",
        "INSERT INTO {table} SELECT * FROM {table} WHERE 1 ON CONFLICT (id) DO UPDATE SET reference = 'x'",
    ],
)
def test_what_is_kept_can_be_added_to_and_nothing_else(kept: sqlite3.Connection, table: str, statement: str) -> None:
    before = kept.execute(f"SELECT * FROM {table}").fetchall()
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        kept.execute(statement.format(table=table, columns=COLUMNS[table]))
    assert kept.execute(f"SELECT * FROM {table}").fetchall() == before


def test_a_document_replaced_by_its_reference_and_kind_is_refused_too(kept: sqlite3.Connection) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        kept.execute(
            "REPLACE INTO document (reference, kind, issued_at, content) VALUES ('2000000000015','label','','')"
        )
    assert kept.execute("SELECT id, content FROM document").fetchall() == [(1, "{}")]


TEXTS = (
    *("article_code", "category", "family", "brand", "name", "characteristics", "workshop", "answers"),
    *("grade", "transport", "payment"),
)
BUYBACK = {
    "number": "'2000000000015'",
    "request_id": "1",
    **dict.fromkeys(TEXTS, "'x'"),
    "declared": "1200",
    "status": "'waiting_shipment'",
    "device_status": "'waiting_shipment'",
    "created_at": "'2026-11-22T10:00:00+00:00'",
}


def bought(kept: sqlite3.Connection, **changed: str) -> None:
    """Insert one buyback by raw SQL, some of its values changed."""
    values = BUYBACK | changed
    kept.execute(f"INSERT INTO buyback ({', '.join(values)}) VALUES ({', '.join(values.values())})")


def test_the_buyback_that_the_next_tests_spoil_is_good(kept: sqlite3.Connection) -> None:
    bought(kept)
    assert kept.execute("SELECT count(*) FROM buyback").fetchone() == (1,)


@pytest.mark.parametrize(
    ("column", "garbage"),
    [
        ("status", "'lost'"),
        ("status", "''"),
        ("status", "'Waiting_Shipment'"),
        ("status", "NULL"),
        ("device_status", "'processing'"),
        ("device_status", "NULL"),
        ("declared", "'twelve'"),
        ("declared", "12.5"),
        ("declared", "NULL"),
        ("declared", "x'00'"),
        ("controlled", "'12,50'"),
        ("request_id", "2"),
        ("request_id", "'one'"),
        ("number", "NULL"),
        ("number", "x'00'"),
        ("created_at", "NULL"),
        ("answers", "NULL"),
    ],
)
def test_a_buyback_with_garbage_is_refused_by_the_database_itself(kept, column: str, garbage: str) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        bought(kept, **{column: garbage})
    assert kept.execute("SELECT count(*) FROM buyback").fetchone() == (0,)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE buyback SET status = 'gone'",
        "UPDATE buyback SET device_status = status || 'x'",
        "UPDATE buyback SET declared = 'much'",
        "UPDATE buyback SET request_id = 77",
        "DELETE FROM buyback_request",
        "DELETE FROM reseller",
        SELLER.format(id=2, siret="73282932000074", name="Twice"),
        SELLER.format(id=1, siret="2", name="Twice"),
        "INSERT INTO reseller (siret) VALUES ('1')",
        "INSERT INTO address (reseller_id, line, complement, postcode, town, country) VALUES (9, '', '', '', '', '')",
        "INSERT INTO document (reference, kind, issued_at, content) VALUES ('2000000000015', 'label', '', '')",
        "INSERT INTO history (id, reference, moment, operator, verb, data) VALUES ('x', '', '', '', '', '')",
    ],
)
def test_garbage_by_raw_sql_is_refused_wherever_it_comes(kept: sqlite3.Connection, statement: str) -> None:
    bought(kept)
    before = _rows(kept)
    with pytest.raises(sqlite3.IntegrityError):
        kept.execute(statement)
    assert _rows(kept) == before


def _rows(connection: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    return {table: connection.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES}


def test_every_table_is_strict(kept: sqlite3.Connection) -> None:
    strict = dict(kept.execute("SELECT name, strict FROM pragma_table_list WHERE type = 'table' AND schema = 'main'"))
    assert {table: strict[table] for table in TABLES} == dict.fromkeys(TABLES, 1)


LEAVE_THE_LOG = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=0)
print(connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0])
"""


def test_asking_what_stands_there_never_lets_go_of_the_locks_of_this_process(path: Path) -> None:
    upgrade(path)
    with written(path) as connection:
        connection.execute("SELECT count(*) FROM device").fetchone()
        assert state(path) is State.CURRENT
        # Another process may only fold the log back for good when nobody else holds the file.
        words = [sys.executable, "-c", LEAVE_THE_LOG, str(path)]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert "locked" in done.stderr, done.stdout
