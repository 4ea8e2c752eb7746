"""Migrations: what they make is what the tables say, all or nothing, whatever happens meanwhile."""

import json
import os
import re
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Connection, inspect
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel

from comptoir.store import migrations, sqlite
from comptoir.store.engine import driver, engine, transaction
from comptoir.store.migrations import upgrade
from comptoir.store.migrations.__main__ import script
from comptoir.store.read import reading
from comptoir.store.sqlite import SCHEMA, DatabaseUnusable, State, state
from comptoir.store.write import connect

SOURCES = Path(import_module("comptoir").__path__[0])
HERE = Path(migrations.__file__).parent
SEARCH = ("device_search", "device_term", "device_word")  # SQLite alone has them: no table of ours stands for them
SELLER = (
    "INSERT INTO reseller (siret, name, email, phone, created_at) "
    "VALUES ('{siret}', 'Atelier', 'a@b.fr', '+33102030405', '2026-11-22T10:00:00+00:00')"
)


def sold(path: Path, siret: str = "73282932000074") -> None:
    """Write one reseller."""
    with transaction(path) as session:
        driver(session).execute(SELLER.format(siret=siret))


def sirets(path: Path) -> list[str]:
    """Read the resellers' SIRETs."""
    with reading(path) as reader:
        return reader.values("SELECT siret FROM reseller ORDER BY siret")


def content(path: Path) -> tuple[list[str], int, int]:
    """Give all that a database holds as SQL, its schema and its identity."""
    with closing(sqlite3.connect(path)) as connection:
        kept = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("user_version", "application_id")]
        return list(connection.iterdump()), kept[0], kept[1]


def sound(path: Path) -> bool:
    """Tell whether SQLite finds nothing wrong."""
    with closing(sqlite3.connect(path)) as connection:
        checks = [connection.execute(f"PRAGMA {name}").fetchall() for name in ("integrity_check", "foreign_key_check")]
        return checks == [[("ok",)], []]


def litter(path: Path) -> list[str]:
    """List what stands beside the database and is neither its log nor its lock."""
    own = {path.name + end for end in ("", "-wal", "-shm", ".lock")}
    return sorted(file.name for file in path.parent.iterdir() if file.name not in own)


# --- what is made is what the tables say


@pytest.fixture
def made(shop: Path) -> Iterator[Connection]:
    """A connection to a database just migrated, every table of the program known."""
    for file in SOURCES.glob("*/tables.py"):
        import_module(f"comptoir.{file.parent.name}.tables")
    for name in ("history", "documents", "outbox"):
        import_module(f"comptoir.store.{name}")
    with engine(shop).connect() as connection:
        yield connection


def test_migrations_make_what_the_tables_say_and_nothing_more(made: Connection) -> None:
    def ours(name: str | None, kind: str, _parents: object) -> bool:
        return not (kind == "table" and name is not None and name.startswith(SEARCH))

    def differs(context: MigrationContext, _column: object, _asked: object, kept: Any, asked: Any) -> bool:
        # A STRICT table knows no VARCHAR, which is what SQLModel makes of a str: TEXT is the same thing.
        names = [kind.compile(context.dialect).replace("VARCHAR", "TEXT") for kind in (kept, asked)]
        return names[0] != names[1]

    context = MigrationContext.configure(
        made, opts={"compare_type": differs, "compare_server_default": True, "include_name": ours}
    )
    assert compare_metadata(context, SQLModel.metadata) == []


def test_the_checks_of_the_database_are_those_of_the_tables(made: Connection) -> None:
    def plain(text: object) -> str:
        return re.sub(r"\s+", " ", str(text)).strip()

    found = inspect(made)
    for table in SQLModel.metadata.sorted_tables:
        asked = {c.name: plain(c.sqltext) for c in table.constraints if isinstance(c, CheckConstraint)}
        kept = {c["name"]: plain(c["sqltext"]) for c in found.get_check_constraints(table.name)}
        assert kept == asked, table.name


def test_every_column_has_the_type_and_the_key_that_its_table_says(made: Connection) -> None:
    found = inspect(made)
    for table in SQLModel.metadata.sorted_tables:
        kept = {c["name"]: (c["type"].__class__.__name__, c["nullable"]) for c in found.get_columns(table.name)}
        assert set(kept) == set(table.columns.keys())
        assert {kind for kind, _nullable in kept.values()} <= {"INTEGER", "TEXT", "BLOB"}
        assert {name: nullable for name, (_kind, nullable) in kept.items() if name not in table.primary_key} == {
            c.name: c.nullable for c in table.columns if not c.primary_key
        }


def test_the_schema_that_the_program_knows_is_the_last_migration(shop: Path) -> None:
    config = Config()
    config.set_main_option("script_location", str(HERE))
    heads = ScriptDirectory.from_config(config).get_heads()
    assert [int(head) for head in heads] == [SCHEMA]
    with closing(sqlite3.connect(shop)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(heads[0],)]
        assert connection.execute("PRAGMA user_version").fetchone() == (SCHEMA,)


# --- again, together, killed


def test_a_second_upgrade_changes_nothing_and_makes_no_copy(shop: Path) -> None:
    sold(shop)
    engine(shop).dispose()
    before = shop.read_bytes()
    assert upgrade(shop) is None
    engine(shop).dispose()
    assert shop.read_bytes() == before
    assert litter(shop) == []


CREATE_TOGETHER = """
import sys
from pathlib import Path
from comptoir.store.engine import driver, transaction
from comptoir.store.migrations import upgrade
print("ready", flush=True)
for line in sys.stdin:
    path = Path(line.strip())
    try:
        upgrade(path)
        with transaction(path) as session:
            driver(session).execute(
                "INSERT INTO reseller (siret, name, email, phone, created_at) VALUES (?, '', '', '', '')", [sys.argv[1]]
            )
        print("done", flush=True)
    except Exception as error:
        print(repr(error), flush=True)
"""


def test_processes_that_create_the_same_database_at_once_all_succeed_and_lose_nothing(spawn, tmp_path: Path) -> None:
    children = [spawn(CREATE_TOGETHER, number) for number in range(3)]
    assert [child.stdout.readline() for child in children] == ["ready\n"] * 3
    for turn in range(8):
        path = tmp_path / f"{turn}" / "shop.db"
        for child in children:
            child.stdin.write(f"{path}\n")
            child.stdin.flush()
        assert [child.stdout.readline() for child in children] == ["done\n"] * 3
        assert sirets(path) == ["0", "1", "2"]
        assert litter(path) == []


# A process that has imported everything and opened nothing makes one child a trial, and kills it.
KILLED = """
import json, os, random, signal, sys, time
from pathlib import Path
from comptoir.store.migrations import upgrade
folder, wanted, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
chance = random.Random(seed)
def child(path):
    pid = os.fork()
    if pid == 0:
        try:
            upgrade(path)
        finally:
            os._exit(0)
    return pid
begun = time.monotonic()
os.waitpid(child(folder / "whole" / "shop.db"), 0)
whole = time.monotonic() - begun
ended = []
while sum(ended) < wanted and len(ended) < 20 * wanted:
    pid = child(folder / str(len(ended)) / "shop.db")
    time.sleep(whole * chance.random())
    os.kill(pid, signal.SIGKILL)
    ended.append(os.WIFSIGNALED(os.waitpid(pid, 0)[1]))
print(json.dumps(ended))
"""


def test_a_creation_killed_at_any_moment_leaves_a_path_that_the_next_command_can_use(spawn, tmp_path: Path) -> None:
    killed = json.loads(spawn(KILLED, tmp_path, 15, 20261122).communicate(timeout=60)[0])
    assert sum(killed) == 15, "the kills came too late to prove anything"
    for trial in range(len(killed)):
        path = tmp_path / str(trial) / "shop.db"
        assert state(path) in {State.MISSING, State.CURRENT}
        assert sirets(path) == []
        upgrade(path)
        sold(path)
        assert sirets(path) == ["73282932000074"]
        assert sound(path)


def test_what_a_killed_creation_left_under_the_same_process_number_does_no_harm(path: Path) -> None:
    draft = path.with_name(f"{path.name}.new-{os.getpid()}")
    other = path.with_name("other.db")
    upgrade(other)
    with closing(connect(other)) as connection:
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute(SELLER.format(siret="1"))
        shutil.copy(other.with_name("other.db-wal"), draft.with_name(draft.name + "-wal"))
        shutil.copy(other.with_name("other.db-shm"), draft.with_name(draft.name + "-shm"))
    draft.write_bytes(os.urandom(5000))
    upgrade(path)
    sold(path)
    assert sirets(path) == ["73282932000074"]
    assert sound(path)


def test_the_log_of_a_deleted_database_never_gets_into_the_new_one(path: Path) -> None:
    before = path.parent / "before" / path.name
    upgrade(before)
    with closing(connect(before)) as connection:
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        for number in range(50):
            connection.execute(SELLER.format(siret=number))
        for end in ("-wal", "-shm"):  # all that a killed process and `rm shop.db` leave
            shutil.copy(before.with_name(before.name + end), path.with_name(path.name + end))
    upgrade(path)
    assert sirets(path) == []
    sold(path)
    assert sirets(path) == ["73282932000074"]
    assert sound(path)


def test_a_new_database_is_on_the_disk_under_its_name_before_anything_is_written_in_it(path: Path, monkeypatch) -> None:
    synced = []

    def fsync(descriptor: int) -> None:
        if os.path.samestat(os.fstat(descriptor), path.parent.stat()):
            synced.append(path.exists())

    monkeypatch.setattr(os, "fsync", fsync)
    upgrade(path)
    assert synced == [True]


def _failing(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    whole = migrations.schema
    monkeypatch.setattr(migrations, "schema", lambda: f"{whole()} SELECT no_such_thing();")
    return lambda: monkeypatch.setattr(migrations, "schema", whole)


def test_a_creation_that_fails_leaves_no_database(path: Path, monkeypatch) -> None:
    _failing(monkeypatch)
    with pytest.raises(sqlite3.OperationalError):
        upgrade(path)
    assert state(path) is State.MISSING
    assert not path.exists()


def test_a_creation_that_fails_leaves_nothing_at_all(path: Path, monkeypatch) -> None:
    _failing(monkeypatch)
    with pytest.raises(sqlite3.OperationalError):
        upgrade(path)
    assert litter(path) == []


def test_a_creation_that_failed_can_be_tried_again_in_the_same_process(path: Path, monkeypatch) -> None:
    mended = _failing(monkeypatch)
    with pytest.raises(sqlite3.OperationalError):
        upgrade(path)
    mended()
    upgrade(path)
    assert state(path) is State.CURRENT


def test_the_schema_written_down_is_what_the_migrations_do(shop: Path, tmp_path: Path) -> None:
    assert migrations.schema() == script(), "python -m comptoir.store.migrations writes it anew"
    migrated = tmp_path / "migrated.db"
    migrations._migrate(migrated)
    (kept, *identity), (made, *asked) = content(migrated), content(shop)
    assert identity == asked
    assert sorted("".join(line.split()) for line in kept) == sorted("".join(line.split()) for line in made)


# --- a database of an earlier program


SECOND = '''
"""The next migration."""
import os, time
import sqlalchemy as sa
from alembic import op
revision = "{revision}"
down_revision = "{before}"
def upgrade():
    op.add_column("reseller", sa.Column("note", sa.Text, nullable=False, server_default="seen"))
    op.create_table("parcel", sa.Column("id", sa.Integer, primary_key=True), sqlite_strict=True)
    op.execute("UPDATE reseller SET name = 'moved'")
    op.execute("DROP TABLE basket_item")
    if os.environ.get("COMPTOIR_TEST_FAULT") == "raise":
        raise ZeroDivisionError
    if os.environ.get("COMPTOIR_TEST_FAULT") == "sql":
        op.execute("INSERT INTO parcel (id) VALUES ('not a number')")
    if os.environ.get("COMPTOIR_TEST_FAULT") == "wait":
        os.write(1, b"half done\\n")
        time.sleep(60)
'''


@pytest.fixture
def next_program(tmp_path: Path) -> Path:
    """The migrations of a program one schema ahead of this one, in a folder of their own."""
    folder = tmp_path / "next"
    shutil.copytree(HERE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    written = SECOND.format(revision=f"{SCHEMA + 1:04}", before=f"{SCHEMA:04}")
    (folder / "versions" / f"{SCHEMA + 1:04}_next.py").write_text(written, "utf-8")
    return folder


@pytest.fixture
def old(path: Path) -> Path:
    """A database as this program makes it, with a reseller, at rest."""
    upgrade(path)
    sold(path)
    engine(path).dispose()
    return path


@pytest.fixture
def ahead(old: Path, next_program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make this process that program, once the old database stands."""
    assert state(old) is State.CURRENT

    def config(connection: Connection) -> Config:
        made = Config()
        made.set_main_option("script_location", str(next_program))
        made.attributes["connection"] = connection
        return made

    monkeypatch.setattr(migrations, "config", config)
    monkeypatch.setattr(migrations, "SCHEMA", SCHEMA + 1)
    monkeypatch.setattr(sqlite, "SCHEMA", SCHEMA + 1)


@pytest.mark.usefixtures("ahead")
def test_an_old_database_is_copied_whole_then_migrated_with_all_its_rows(old: Path) -> None:
    before = content(old)
    assert state(old) is State.OLD
    copy = upgrade(old)
    assert copy is not None
    assert content(copy) == before
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert sound(copy)
    assert state(old) is State.CURRENT
    with reading(old) as reader:
        assert reader.values("SELECT name || ' ' || note FROM reseller") == ["moved seen"]
    assert upgrade(old) is None


@pytest.mark.usefixtures("ahead")
def test_what_only_stands_in_the_log_is_in_the_copy_too(old: Path) -> None:
    with closing(connect(old)) as connection:
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute(SELLER.format(siret="2"))
        copy = upgrade(old)
    assert copy is not None
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT count(*) FROM reseller").fetchone() == (2,)


@pytest.mark.usefixtures("ahead")
@pytest.mark.parametrize(
    ("fault", "raised"), [("raise", (ZeroDivisionError,)), ("sql", (sqlite3.IntegrityError, IntegrityError))]
)
def test_a_migration_that_fails_half_way_changes_nothing_and_can_be_tried_again(
    old: Path, fault: str, raised: tuple[type[Exception], ...], monkeypatch
) -> None:
    before = content(old)
    monkeypatch.setenv("COMPTOIR_TEST_FAULT", fault)
    with pytest.raises(raised):
        upgrade(old)
    assert state(old) is State.OLD
    assert content(old) == before
    assert sound(old)
    assert litter(old) == ["next", f"shop.db.before-schema-{SCHEMA + 1}"]
    monkeypatch.delenv("COMPTOIR_TEST_FAULT")
    copy = upgrade(old)
    assert copy is not None
    assert content(copy) == before
    assert state(old) is State.CURRENT


@pytest.mark.usefixtures("ahead")
def test_a_disk_too_full_to_migrate_on_changes_nothing_keeps_no_half_copy_and_works_once_freed(
    old: Path, small_disk
) -> None:
    before = content(old)
    folder = small_disk("size=2m")
    path, fill = folder / old.name, folder / "fill"
    copy = path.with_name(f"{path.name}.before-schema-{SCHEMA + 1}")
    size = old.stat().st_size
    ended = []
    for room in (40_000, size // 2, size - 4_096, size + 8_192, size + 40_000, 3 * size):
        shutil.copy(old, path)
        fill.write_bytes(bytes(shutil.disk_usage(folder).free - room))
        with suppress(DatabaseUnusable):
            upgrade(path)
        ended.append((state(path), copy.exists()))
        fill.unlink()
        assert not copy.exists() or content(copy) == before, room
        assert state(path) is State.CURRENT or content(path) == before, room
        upgrade(path)
        assert (content(copy), state(path), sound(path)) == (before, State.CURRENT, True), room
        engine(path).dispose()
        for file in folder.iterdir():
            file.unlink()
    # In this order: no room for the copy, none for the migration, enough for both.
    assert list(dict.fromkeys(ended)) == [(State.OLD, False), (State.OLD, True), (State.CURRENT, True)]


MIGRATE = """
import sys
from pathlib import Path
from comptoir.store import migrations, sqlite
from alembic.config import Config
def config(connection):
    made = Config()
    made.set_main_option("script_location", sys.argv[2])
    made.attributes["connection"] = connection
    return made
migrations.config = config
migrations.SCHEMA = sqlite.SCHEMA = int(sys.argv[3])
migrations.upgrade(Path(sys.argv[1]))
print("done", flush=True)
"""


@pytest.mark.usefixtures("ahead")
def test_a_migration_killed_half_way_changes_nothing_and_can_be_tried_again(
    spawn, old: Path, next_program: Path, monkeypatch
) -> None:
    before = content(old)
    monkeypatch.setenv("COMPTOIR_TEST_FAULT", "wait")
    child = spawn(MIGRATE, old, next_program, SCHEMA + 1)
    assert child.stdout.readline() == "half done\n"
    child.kill()
    child.wait()
    assert state(old) is State.OLD
    assert content(old) == before
    monkeypatch.delenv("COMPTOIR_TEST_FAULT")
    copy = upgrade(old)
    assert copy is not None
    assert content(copy) == before
    assert state(old) is State.CURRENT


def test_two_processes_that_migrate_at_once_migrate_once_and_keep_the_copy_of_the_old_one(
    spawn, old: Path, next_program: Path
) -> None:
    before = content(old)
    children = [spawn(MIGRATE, old, next_program, SCHEMA + 1) for _each in range(3)]
    assert [child.communicate(timeout=60)[0] for child in children] == ["done\n"] * 3
    assert content(old.with_name(f"shop.db.before-schema-{SCHEMA + 1}")) == before
    assert content(old)[1] == SCHEMA + 1


@pytest.mark.usefixtures("ahead")
def test_a_command_that_only_reads_brings_an_old_database_up_to_date_and_says_where_the_copy_is(cli, old: Path) -> None:
    done = cli("reseller list --json")
    assert (done.code, done.data[0]["name"]) == (0, "moved")
    assert f"shop.db.before-schema-{SCHEMA + 1}" in done.err
    assert state(old) is State.CURRENT
