"""A million delivery lines brought in and out, ten million looked into."""

import csv
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from comptoir.core.refs import check_digit
from comptoir.deliveries import queries, services
from comptoir.deliveries.lines import COLUMNS, REQUIRED
from comptoir.store.migrations import upgrade
from comptoir.store.read import reading
from comptoir.store.write import writing

from .conftest import child_environment, cold, p50

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(600)]
BIN = Path(sys.executable).parent
EXAMPLE = Path(__file__).parents[2] / "examples" / "deliveries.csv"
MILLION = 1_000_000
ARTICLES = 40_000
WORDS = ("FILTRE", "HUILE", "AIR", "PLAQ", "FREIN", "DISQUE", "BOUGIE", "COURROIE", "AMORT", "POMPE", "KIT", "ROTULE")
FIRST, APART = 250_000_000, 3  # the numbers of notes
# What sqlite3 keeps of the same file: the same columns behind the same indexes, the line's key among them.
BASELINE = """
CREATE TABLE line (note_number INTEGER, delivery_date TEXT, customer TEXT, line INTEGER, reference TEXT, ean TEXT,
                   designation TEXT, quantity INTEGER, unit_price REAL);
.import --csv --skip 1 {file} line
CREATE UNIQUE INDEX line_once ON line (note_number, line);
CREATE INDEX line_reference ON line (reference, delivery_date);
CREATE INDEX line_ean ON line (ean, delivery_date);
CREATE INDEX line_date ON line (delivery_date);
"""


@pytest.fixture(scope="module")
def sqlite3_shell() -> str:
    """The yardstick: sqlite3's own shell."""
    found = shutil.which("sqlite3")
    if found is None:
        pytest.skip("the sqlite3 shell is not installed: nothing to measure against")
    return found


@pytest.fixture(scope="module")
def big_file(tmp_path_factory) -> Path:
    """Write a million plausible lines, ten to a note."""
    chance = random.Random(3)
    articles = []
    for number in range(ARTICLES):
        body = f"4{chance.randrange(10**11):011}"
        reference = f"{chance.randrange(10**10):010}" if number % 2 else f"LX {number}/{chance.randrange(99)}"
        price = f"{chance.randrange(100, 90_000) / 100:.2f}"
        articles.append((reference, body + check_digit(body), " ".join(chance.choices(WORDS, k=4)), price))
    path = tmp_path_factory.mktemp("deliveries") / "big.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(REQUIRED)
        for line in range(MILLION):
            note, place = divmod(line, 10)
            day = date(2019, 1, 1) + timedelta(note * 1000 // (MILLION // 10))
            reference, ean, designation, price = articles[chance.randrange(ARTICLES)]
            head = (FIRST + note * APART, day, f"GARAGE {note * 7919 % 5000}", place + 1)
            writer.writerow((*head, reference, ean, designation, chance.randint(1, 9), price))
    return path


def imported(database: Path, file: Path) -> float:
    """Import a file into a new base with the command; give the seconds."""
    upgrade(database)
    start = time.perf_counter()
    command = [BIN / "comptoir", "delivery", "import", file, "--strict"]
    subprocess.run(command, env=child_environment(database), check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def shelled(shell: str, database: Path, commands: str, out: Path = Path(os.devnull)) -> float:
    """Give commands to sqlite3's shell; give the seconds."""
    with out.open("wb") as sink:
        start = time.perf_counter()
        subprocess.run([shell, "-csv", database], input=commands.encode(), stdout=sink, check=True)
        return time.perf_counter() - start


@pytest.fixture(scope="module")
def million(big_file, tmp_path_factory) -> Path:
    """A base that holds the million lines."""
    database = tmp_path_factory.mktemp("million") / "shop.db"
    imported(database, big_file)
    return database


def test_an_import_takes_at_most_1_6_of_sqlite3_s_own_into_the_same_indexes(sqlite3_shell, big_file, tmp_path, report):
    ours, theirs = [], []
    for turn in range(8):  # the least of four still moved by a tenth from run to run
        bare, full = tmp_path / f"bare{turn}.db", tmp_path / f"full{turn}.db"
        theirs.append(shelled(sqlite3_shell, bare, BASELINE.format(file=big_file)))
        ours.append(imported(full, big_file))
        bare.unlink()
        full.unlink()
    ratio = min(ours) / min(theirs)
    report("import of 1,000,000 lines / sqlite3 .import into the same indexes", ratio, 1.6)
    assert ratio <= 1.6


PEAK = """
import runpy, sys
sys.argv = ["comptoir", *sys.argv[1:]]
try:
    runpy.run_module("comptoir", run_name="__main__")
finally:
    # VmHWM and not ru_maxrss, which a child takes over from its parent.
    lines = open("/proc/self/status").read().splitlines()
    sys.stderr.write("peak " + next(line.split()[1] for line in lines if line.startswith("VmHWM")))
"""


def peak(database: Path, *words: object) -> float:
    """Run a command; give the most memory it had, in MiB."""
    done = subprocess.run(
        [sys.executable, "-c", PEAK, *map(str, words)],
        env=child_environment(database),
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    return int(done.stderr.rpartition("peak ")[2]) / 1024


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read in /proc")
def test_the_memory_of_an_import_is_at_most_40_mib_and_does_not_grow_with_the_file(big_file, tmp_path, report):
    small = tmp_path / "small.csv"
    with big_file.open(encoding="utf-8") as file:
        small.write_text("".join(next(file) for _line in range(MILLION // 10 + 1)), "utf-8")
    peaks = []
    for name, source in (("small", small), ("big", big_file)):
        upgrade(tmp_path / f"{name}.db")
        peaks.append(peak(tmp_path / f"{name}.db", "delivery", "import", source))
    report("peak memory of an import of 1,000,000 lines, MiB", peaks[1], 40)
    report("the same / of 100,000 lines", peaks[1] / peaks[0], 1.15)
    assert peaks[1] <= 40
    assert peaks[1] / peaks[0] <= 1.15


EXPORTED = """SELECT l.note, l.delivered_on, n.customer, l.line, l.reference,
CASE WHEN l.ean LIKE '000000%' THEN substr(l.ean, 7) WHEN l.ean LIKE '0%' THEN substr(l.ean, 2) ELSE l.ean END,
l.designation, l.quantity,
printf('%d.%02d', l.unit_price / 100, l.unit_price % 100), printf('%d.%02d', l.core_deposit / 100, l.core_deposit % 100)
FROM delivery_note AS n CROSS JOIN delivery_line AS l ON l.note = n.number ORDER BY n.number, l.line;"""


def test_an_export_takes_at_most_3_times_sqlite3_s_own_in_at_most_40_mib(sqlite3_shell, million, tmp_path, report):
    ours, theirs = [], []
    mine, its = tmp_path / "mine.csv", tmp_path / "its.csv"
    for _turn in range(4):
        theirs.append(shelled(sqlite3_shell, million, EXPORTED, its))
        start = time.perf_counter()
        command = [BIN / "comptoir", "delivery", "export", "-o", mine]
        subprocess.run(command, env=child_environment(million), check=True)
        ours.append(time.perf_counter() - start)
    # Their shell quotes every text with a blank: what the cells hold is compared.
    with mine.open(newline="", encoding="utf-8") as left, its.open(newline="", encoding="utf-8") as right:
        rows = csv.reader(left)
        assert next(rows) == list(COLUMNS)
        assert all(a == b for a, b in zip(rows, csv.reader(right), strict=True))
    ratio = min(ours) / min(theirs)
    report("export of 1,000,000 lines / sqlite3 -csv of the same rows", ratio, 3)
    most = peak(million, "delivery", "export")
    report("peak memory of the export, MiB", most, 40)
    assert ratio <= 3
    assert most <= 40


def test_finding_an_article_starts_within_7_bare_pythons(million, report):
    environment = child_environment(million)
    with reading(million) as reader:
        (reference,) = reader.values("SELECT reference FROM delivery_line LIMIT 1")
    least = cold(
        {
            "pass": lambda _turn: ([sys.executable, "-c", "pass"], environment),
            "find": lambda _turn: ([str(BIN / "comptoir"), "delivery", "find", reference], environment),
            "show": lambda _turn: ([str(BIN / "comptoir"), "delivery", "show", "250000000"], environment),
        },
        rounds=15,
    )
    for command in ("find", "show"):
        ratio = least[command] / least["pass"]
        report(f"delivery {command} / pass", ratio, 7)
        assert ratio <= 7


# The same million lines ten times over, each time under other numbers and other articles: as many lines an article.
STEP = 40_000_000
GROWN = f"""
INSERT INTO delivery_note SELECT number + {{step}} * {STEP}, delivered_on, customer FROM first.delivery_note;
INSERT INTO delivery_line SELECT note + {{step}} * {STEP}, line, delivered_on, reference, reference_key || '{{step}}',
    '{{step}}' || substr(ean, 2), designation, quantity, unit_price, core_deposit FROM first.delivery_line;
"""
UNINDEXED = ("delivery_line_reference", "delivery_line_ean")


@pytest.fixture(scope="module")
def ten_millions(million, tmp_path_factory):
    """A base that holds ten millions, made by the database alone; removed at the end, for its size."""
    database = tmp_path_factory.mktemp("millions") / "shop.db"
    upgrade(database)
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.executescript("PRAGMA synchronous = OFF; PRAGMA cache_size = -200000; PRAGMA journal_mode = OFF;")
        indexes = [
            connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", (name,)).fetchone()[0]
            for name in UNINDEXED
        ]
        for name in UNINDEXED:
            connection.execute(f"DROP INDEX {name}")
        connection.execute("ATTACH ? AS first", (str(million),))
        connection.executescript("".join(GROWN.format(step=step) for step in range(10)))
        for sql in indexes:
            connection.execute(sql)
        connection.execute("PRAGMA journal_mode = WAL")
    yield database
    for file in database.parent.iterdir():
        file.unlink()


def look_ups(database: Path, steps: int, chance: random.Random) -> float:
    """Look articles up by reference and by EAN, and notes by number; give the median time, in seconds."""
    notes = [FIRST + chance.randrange(MILLION // 10) * APART + chance.randrange(steps) * STEP for _each in range(2500)]
    with reading(database) as reader:
        sql = (
            "SELECT reference_key || '|' || ean || '|' || note FROM delivery_line "
            "WHERE note IN (SELECT value FROM json_each(:notes)) AND line = 5"
        )
        asked = [text.split("|") for text in reader.values(sql, notes=str(notes))]
        chance.shuffle(asked)

        def one() -> None:
            """Look one line's article and note up."""
            key, ean, note = asked.pop()
            assert queries.of_reference(reader, key)
            assert queries.of_ean(reader, ean)
            assert queries.of_note(reader, int(note))

        return p50(one, 2000)


def test_a_look_up_among_ten_millions_takes_at_most_twice_one_among_a_million(million, ten_millions, report):
    times = [
        (look_ups(million, 1, random.Random(turn)), look_ups(ten_millions, 10, random.Random(turn)))
        for turn in range(3)
    ]
    ratio = min(ten for _one, ten in times) / min(one for one, _ten in times)
    report("look-up of an article and a note among 10,000,000 / among 1,000,000, p50", ratio, 2)
    assert ratio <= 2


def test_an_article_of_very_many_lines_is_found_as_fast_as_another(million, tmp_path, report):
    database = tmp_path / "shop.db"
    shutil.copy(million, database)
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("UPDATE delivery_line SET reference_key = 'OIL', ean = '0' WHERE note % 2")
        connection.commit()
        (usual,) = connection.execute("SELECT reference_key FROM delivery_line WHERE note % 2 = 0").fetchone()
    with reading(database) as reader:
        many, few = (p50(lambda key=key: queries.of_reference(reader, key), 300) for key in ("OIL", usual))
        per_row = many / queries.MOST / (few / len(queries.of_reference(reader, usual)))
    report("a found line of an article with 500,000 lines / of one with 25", per_row, 2)
    assert per_row <= 2


def test_importing_the_same_million_again_takes_at_most_1_5_of_the_first_time(big_file, million, tmp_path, report):
    database = tmp_path / "shop.db"
    shutil.copy(million, database)
    start = time.perf_counter()
    with big_file.open("rb") as file, writing(database) as connection:
        tally = services.import_deliveries(connection, file, lambda _problem: None, lambda _lines: None, strict=True)
    again = time.perf_counter() - start
    assert tally.unchanged == MILLION
    ratio = again / imported(tmp_path / "first.db", big_file)
    report("import of 1,000,000 known lines / of as many new ones", ratio, 1.5)
    assert ratio <= 1.5
