"""Deliveries as an ERP hands them over: what can be read is kept, what cannot is told with its line."""

import csv
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from codecs import BOM_UTF8, BOM_UTF16_LE
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from io import StringIO
from pathlib import Path
from unicodedata import category

import pytest

from comptoir.core.errors import DONE, MISSING, REFUSED, USAGE
from comptoir.core.refs import check_digit
from comptoir.deliveries.lines import COLUMNS, DEPOSIT, REQUIRED

HEADER = ",".join(REQUIRED)
GOOD = "255101988,2021-12-03,CADICAL,1,0986424707,4047024615823,PLAQ FREIN BP420,1,19.13"
SECOND = "255101988,2021-12-03,CADICAL,2,0986479113,4047024639119,PRX UNIT DISQ,2,46.16"
OTHER = "255087226,2021-12-03,CADICAL,1,12342XV+S2,8727900350128,H4 X-TREMEVISION,1,17.27"
EXAMPLE = Path(__file__).parents[2] / "examples" / "deliveries.csv"
DESIGNATION = "PLAQ FREIN BP420"


def lines(*texts: str, header: str = HEADER) -> bytes:
    """Write a file: the header, then these lines."""
    return "\n".join([header, *texts, ""]).encode()


def tally(added: int = 0, updated: int = 0, unchanged: int = 0, refused: int = 0) -> dict[str, int]:
    """Write a tally as the command gives it."""
    return {"added": added, "updated": updated, "unchanged": unchanged, "refused": refused}


@pytest.fixture
def bring(cli) -> Callable[..., tuple[int, dict[str, int], list[str]]]:
    """Import bytes through the command line; give the exit code, the tally, and what was told."""

    def imported(content: bytes, *options: str) -> tuple[int, dict[str, int], list[str]]:
        ran = cli(["delivery", "import", "-", "--json", *options], input=content)
        return ran.code, ran.data[0] if ran.out else {}, ran.err.splitlines()

    return imported


@pytest.fixture
def shelf(cli) -> Callable[[], list[str]]:
    """Read every line back as the export writes it, without its header and without a deposit where it has none."""

    def read() -> list[str]:
        ran = cli("delivery export")
        assert ran.code == DONE
        return [line.removesuffix(",0.00") for line in ran.out.splitlines()[1:]]

    return read


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """Where the database stands."""
    return tmp_path / "shop.db"


def kept(line: str) -> str:
    """Write a line as the export does."""
    return ",".join(next(csv.reader([line])))


def sound(base: Path) -> bool:
    """Tell whether SQLite finds nothing wrong, indexes included."""
    with closing(sqlite3.connect(base)) as connection:
        checks = [connection.execute(f"PRAGMA {name}").fetchall() for name in ("integrity_check", "foreign_key_check")]
        indexes = connection.execute("SELECT name FROM sqlite_master WHERE name LIKE 'delivery_line_%' ORDER BY 1")
        return checks == [[("ok",)], []] and indexes.fetchall() == [
            ("delivery_line_ean",),
            ("delivery_line_reference",),
        ]


# --- what goes in


def written(rows: Iterable[Sequence[str]], **form: object) -> str:
    """Write rows as CSV."""
    made = StringIO()
    csv.writer(made, **{"lineterminator": "\r\n", **form}).writerows(rows)
    return made.getvalue()


ROWS = [list(REQUIRED), *(line.split(",") for line in (GOOD, SECOND))]
BACKWARDS = [row[::-1] for row in ROWS]
FRENCH = [ROWS[0], *([f"00{r[0]}", "03/12/2021", *r[2:7], f"{r[7]},0", r[8].replace(".", ",")] for r in ROWS[1:])]
SPELLINGS = {
    "utf-8": written(ROWS).encode(),
    "utf-8 with its mark": BOM_UTF8 + written(ROWS).encode(),
    "semicolons": written(ROWS, delimiter=";").encode(),
    "tabs": written(ROWS, delimiter="\t").encode(),
    "columns backwards": written(BACKWARDS).encode(),
    "every cell quoted": written(ROWS, quoting=csv.QUOTE_ALL).encode(),
    "French Excel": BOM_UTF8 + written(FRENCH, delimiter=";").encode(),
    "unix lines": written(ROWS, lineterminator="\n").encode(),
    "no end to the last line": written(ROWS).rstrip().encode(),
    "blank lines": written(ROWS).replace("\r\n", "\r\n\r\n").encode(),
    "capitals and blanks in the header": written(ROWS).replace("customer", " Customer ").encode(),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_deliveries_are_read_the_same_however_they_are_written(bring, shelf, spelling: str) -> None:
    assert bring(SPELLINGS[spelling]) == (DONE, tally(added=2), [])
    assert shelf() == [kept(GOOD), kept(SECOND)]


def test_a_file_in_cp1252_is_read_and_told(bring, shelf) -> None:
    code, done, told = bring(lines(GOOD.replace("PLAQ", "Étrier")).decode().encode("cp1252"))
    assert (code, done) == (DONE, tally(added=1))
    assert "cp1252" in told[0]
    assert "Étrier" in shelf()[0]


def test_the_sample_goes_in_whole_and_its_export_goes_in_again_without_a_change(cli, tmp_path: Path) -> None:
    first = cli(["delivery", "import", str(EXAMPLE), "--json"])
    assert (first.code, first.err) == (DONE, "")
    count = first.data[0]["added"]
    assert first.data == [tally(added=count)]
    for options in ([], ["--excel"], ["--format", "tsv"]):
        exported = cli(["delivery", "export", *options])
        again = cli("delivery import - --json", input=exported.raw)
        assert (again.code, again.data) == (DONE, [tally(unchanged=count)])
    assert cli("delivery export").out.splitlines()[0] == ",".join(COLUMNS)


@pytest.mark.parametrize("nasty", ["=1+1", "-PLAQ", "+PLAQ", "@PLAQ", "'=PLAQ", "''=", '"', 'a,b;c"d', "'"])
def test_a_text_that_a_spreadsheet_would_run_is_exported_safe_and_read_back_as_it_was(bring, shelf, nasty: str) -> None:
    cells = [*GOOD.split(",")[:6], nasty, "1", "19.13"]
    assert bring(written([REQUIRED, cells]).encode())[1] == tally(added=1)
    exported = "\n".join([HEADER, *shelf(), ""])
    assert not any(cell.startswith(("=", "-", "+", "@")) for cell in next(csv.reader([shelf()[0]])))
    assert bring(exported.encode())[1] == tally(unchanged=1)


def test_control_characters_never_reach_a_terminal(bring, cli) -> None:
    assert bring(lines(GOOD.replace("PLAQ", "PL\x1b[31mAQ\x07\u202e")))[0] == DONE
    for command in ("delivery show 255101988", "delivery find 0986424707", "delivery export"):
        assert {c for c in cli(command).out if category(c) in {"Cc", "Cf"}} == {"\n"}


def test_a_file_is_read_like_the_standard_input(cli, tmp_path: Path) -> None:
    file = tmp_path / "livraisons à lire.csv"
    file.write_bytes(lines(GOOD, SECOND))
    assert cli(["delivery", "import", str(file), "--json"]).data == [tally(added=2)]


# --- what is no file of deliveries


NOT_DELIVERIES = {
    "nothing": b"",
    "blanks": b"  \n\n",
    "an unknown column": f"{HEADER},colour\n".encode(),
    "a column twice": f"{HEADER},line\n".encode(),
    "the deposit twice": f"{HEADER},{DEPOSIT},{DEPOSIT}\n".encode(),
    "a column missing": f"{HEADER.replace(',line', '')}\n".encode(),
    "no header": f"{GOOD}\n{SECOND}\n".encode(),
    "utf-16": BOM_UTF16_LE + f"{HEADER}\n{GOOD}\n".encode("utf-16-le"),
    "utf-16 without its mark": f"{HEADER}\n{GOOD}\n".encode("utf-16-le"),
    "binary noise": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40,
    "a line of 1 MB": b"x" * 1_000_000,
}


@pytest.mark.parametrize("kind", NOT_DELIVERIES)
def test_what_is_no_file_of_deliveries_is_refused_and_nothing_of_it_goes_in(cli, shelf, kind: str) -> None:
    ran = cli("delivery import - --json", input=NOT_DELIVERIES[kind])
    assert (ran.code, ran.out) == (REFUSED, "")
    assert [problem["error"] for problem in ran.failure["errors"]] == ["not_deliveries"]
    assert shelf() == []


def test_a_missing_file_ends_with_3_and_a_folder_with_2_and_neither_creates_a_database(cli, tmp_path, base) -> None:
    assert cli(["delivery", "import", str(tmp_path / "none.csv")]).code == MISSING
    assert cli(["delivery", "import", str(tmp_path)]).code == USAGE
    assert not base.exists()


def test_noise_between_good_lines_costs_only_its_own_lines(bring, shelf) -> None:
    noise = bytes(range(256)).replace(b"\n", b"").replace(b"\r", b"").replace(b'"', b"") + b"\n"
    endless = b"y" * 1_000_000 + b"\n"
    code, done, _told = bring(lines(GOOD) + noise + endless + f"{SECOND}\n".encode() + noise)
    assert (code, done) == (REFUSED, tally(added=2, refused=3))
    assert shelf() == [kept(GOOD), kept(SECOND)]


# --- lines that cannot go in


def test_bad_lines_end_with_4_and_are_told_by_their_numbers_and_the_good_ones_are_in(bring, shelf) -> None:
    bad = [GOOD.replace(",1,19.13", ",0,19.13"), GOOD.replace("823,", "824,"), "", GOOD.replace("2021-12-03", "hier")]
    code, done, told = bring(lines(SECOND, *bad, OTHER))
    assert (code, done) == (REFUSED, tally(added=2, refused=3))
    assert [line.split()[1] for line in told[:3]] == ["3", "4", "6"]
    assert json.loads(told[-1])["errors"][0]["error"] == "lines_refused"
    assert shelf() == [kept(OTHER), kept(SECOND)]


@pytest.mark.parametrize("before", [(), (OTHER,), (GOOD,)])
def test_a_line_that_stands_twice_goes_in_once_as_it_first_stood(bring, shelf, before: tuple[str, ...]) -> None:
    bring(lines(*before))
    first = GOOD.replace("19.13", "20.00")
    code, done, told = bring(lines(first, SECOND, GOOD, first, OTHER))
    assert (code, done["refused"]) == (REFUSED, 2)
    assert [line.split()[1] for line in told[:2]] == ["4", "5"]
    assert "255101988" in told[0]
    assert shelf() == [kept(OTHER), kept(first), kept(SECOND)]


@pytest.mark.parametrize("other", ["2021-12-04,CADICAL", "2021-12-03,LELONG"])
@pytest.mark.parametrize("before", [(), (OTHER,)])
def test_a_note_with_two_days_or_two_customers_keeps_the_first(
    bring, shelf, other: str, before: tuple[str, ...]
) -> None:
    bring(lines(*before))
    second = SECOND.replace("2021-12-03,CADICAL", other)
    code, done, told = bring(lines(GOOD, second, OTHER))
    assert (code, done["refused"]) == (REFUSED, 1)
    assert told[0].split()[1] == "3"
    assert shelf() == [kept(OTHER), kept(GOOD)]


def test_a_line_that_came_far_before_is_still_seen_to_stand_twice(bring) -> None:
    many = [GOOD.replace("255101988,", f"{number},") for number in range(300_000_000, 300_006_000)]
    code, done, told = bring(
        lines(*many, many[0].replace("19.13", "1.00"), many[1].replace("CADICAL", "LELONG"), OTHER)
    )
    assert (code, done) == (REFUSED, tally(added=6001, refused=2))
    assert [line.split()[1] for line in told[:2]] == ["6002", "6003"]
    assert bring(lines(*many, many[0]))[1] == tally(unchanged=6000, refused=1)


def test_strict_takes_all_or_nothing(bring, shelf) -> None:
    bring(lines(GOOD))
    code, done, told = bring(
        lines(GOOD.replace("19.13", "20.00"), SECOND, OTHER.replace(",1,17.27", ",0,1")), "--strict"
    )
    assert (code, done) == (REFUSED, {})
    assert json.loads(told[-1])["errors"][0]["error"] == "nothing_imported"
    assert shelf() == [kept(GOOD)]
    assert bring(lines(GOOD.replace("19.13", "20.00"), SECOND), "--strict")[:2] == (DONE, tally(added=1, updated=1))


def returned(base: Path, note: int, line: int, quantity: int) -> None:
    """Write a quantity that went back into the ledger."""
    with closing(sqlite3.connect(base)) as connection:
        connection.execute(
            "INSERT INTO delivery_return (note, line, reference, quantity, moment) VALUES (?, ?, 'R1', ?, ?)",
            (note, line, quantity, "2021-12-10T09:00:00+00:00"),
        )
        connection.commit()


def test_a_quantity_is_never_lowered_below_what_went_back(bring, shelf, base: Path) -> None:
    bring(lines(GOOD, SECOND.replace(",2,46.16", ",4,46.16")))
    returned(base, 255101988, 2, 2)
    returned(base, 255101988, 2, 1)
    code, done, told = bring(lines(GOOD, SECOND))
    assert (code, done) == (REFUSED, tally(unchanged=1, refused=1))
    assert "3" in told[0].partition(":")[2]
    assert shelf()[1].endswith(",4,46.16")
    assert bring(lines(SECOND.replace(",2,46.16", ",3,46.16")))[:2] == (DONE, tally(updated=1))


# --- again


def test_the_same_file_twice_changes_nothing(bring, base: Path) -> None:
    content = lines(GOOD, SECOND, OTHER)
    bring(content)
    before = _rows(base)
    assert bring(content)[:2] == (DONE, tally(unchanged=3))
    assert _rows(base) == before


def _rows(base: Path) -> list[list[tuple[object, ...]]]:
    with closing(sqlite3.connect(base)) as connection:
        return [connection.execute(f"SELECT * FROM {table}").fetchall() for table in ("delivery_note", "delivery_line")]


@pytest.mark.parametrize(
    ("was", "now", "counts"),
    [
        ("19.13", "19.14", tally(updated=1, unchanged=1)),
        ("0986424707", "0 986 424 707", tally(updated=1, unchanged=1)),
        ("4047024615823", "", tally(updated=1, unchanged=1)),
        ("4047024615823", "04047024615823", tally(unchanged=2)),
        ("19.13", '"19,13 €"', tally(unchanged=2)),
        ("2021-12-03", "03/12/2021", tally(unchanged=2)),
        ("2021-12-03", "2021-12-04", tally(updated=2)),
        ("CADICAL", "CADICAL SARL", tally(updated=2)),
    ],
)
def test_a_line_is_updated_where_it_or_its_note_changed_and_only_there(
    bring, base: Path, was: str, now: str, counts: dict[str, int]
) -> None:
    bring(lines(GOOD, SECOND, OTHER))
    assert bring(lines(GOOD.replace(was, now), SECOND.replace(was, now)))[:2] == (DONE, counts)
    notes, kept_lines = _rows(base)
    assert {(note, day) for note, _line, day, *_rest in kept_lines} == {(note, day) for note, day, _customer in notes}
    assert sound(base)


def test_lines_of_a_note_that_are_not_in_the_file_stay_and_follow_its_day(bring, base: Path) -> None:
    bring(lines(GOOD, SECOND))
    bring(lines(GOOD.replace("2021-12-03", "2021-12-06")))
    assert [row[2] for row in _rows(base)[1]] == ["2021-12-06", "2021-12-06"]


def test_a_large_file_into_a_base_that_holds_some_leaves_its_indexes_whole(bring, cli, base: Path) -> None:
    bring(lines(GOOD, SECOND))
    many = [OTHER.replace("255087226,", f"{number},") for number in range(300_000_000, 300_003_000)]
    assert bring(lines(*many, GOOD.replace("19.13", "1.00")))[1] == tally(added=3000, updated=1)
    assert sound(base)
    assert len(cli("delivery find 12342XV+S2 -n 5000 --json").data) == 3000


# --- core deposits


WITH_DEPOSIT = f"{HEADER},{DEPOSIT}"


@pytest.fixture
def deposits(base: Path) -> Callable[[], list[int]]:
    """Read the deposit of each line, in cents."""

    def read() -> list[int]:
        with closing(sqlite3.connect(base)) as connection:
            return [cents for (cents,) in connection.execute("SELECT core_deposit FROM delivery_line")]

    return read


@pytest.mark.parametrize("before", [(), (OTHER,)])
def test_a_deposit_that_a_file_tells_is_kept_and_an_empty_cell_is_none(
    bring, deposits, before: tuple[str, ...]
) -> None:
    bring(lines(*before))
    content = lines(f"{GOOD},", f"{SECOND},45.00", header=WITH_DEPOSIT)
    assert bring(content) == (DONE, tally(added=2), [])
    assert deposits()[-2:] == [0, 4500]
    assert bring(content) == (DONE, tally(unchanged=2), [])


def test_a_file_that_tells_no_deposit_never_changes_one(bring, deposits) -> None:
    bring(lines(f"{GOOD},15.00", f"{SECOND},45.00", header=WITH_DEPOSIT))
    assert bring(lines(GOOD, SECOND)) == (DONE, tally(unchanged=2), [])
    dearer = [line.replace("19.13", "20.00").replace("46.16", "50.00") for line in (GOOD, SECOND)]
    assert bring(lines(*dearer, OTHER)) == (DONE, tally(added=1, updated=2), [])
    moved = [line.replace("2021-12-03,CADICAL", "2021-12-06,LELONG") for line in dearer]
    assert bring(lines(*moved)) == (DONE, tally(updated=2), [])
    assert deposits() == [0, 1500, 4500]


@pytest.mark.parametrize(
    ("was", "now", "counts"),
    [
        ("45.00", "45.01", tally(updated=1, unchanged=1)),
        ("45.00", "", tally(updated=1, unchanged=1)),
        ("", "45.00", tally(updated=1, unchanged=1)),
        ("45.00", '"45,00 €"', tally(unchanged=2)),
        ("45.00", "45", tally(unchanged=2)),
        ("", "0.00", tally(unchanged=2)),
    ],
)
def test_a_line_is_updated_where_its_deposit_changed_and_only_there(
    bring, deposits, was: str, now: str, counts: dict[str, int]
) -> None:
    bring(lines(f"{GOOD},15.00", f"{SECOND},{was}", header=WITH_DEPOSIT))
    assert bring(lines(f"{GOOD},15.00", f"{SECOND},{now}", header=WITH_DEPOSIT)) == (DONE, counts, [])
    assert deposits() == [1500, {"45.01": 4501, "": 0, "0.00": 0}.get(now, 4500)]


def test_bad_deposits_end_with_4_and_are_told_by_their_numbers_and_the_good_ones_are_in(bring, deposits) -> None:
    bring(lines(f"{OTHER},60.00", header=WITH_DEPOSIT))
    bad = [f"{GOOD},-15.00", f"{GOOD},cher", f"{OTHER},1.234", GOOD]
    code, done, told = bring(lines(f"{SECOND},45.00", *bad, header=WITH_DEPOSIT))
    assert (code, done) == (REFUSED, tally(added=1, refused=4))
    assert [line.split()[1] for line in told[:4]] == ["3", "4", "5", "6"]
    assert "-15.00" in "".join(told)
    assert deposits() == [6000, 4500]


def test_exported_deposits_go_in_again_whole_and_into_an_empty_base(bring, cli, deposits, base: Path) -> None:
    bring(lines(f"{OTHER},1234.05", f"{GOOD},", f"{SECOND},45.00", header=WITH_DEPOSIT))
    exports = [cli(["delivery", "export", *options]).raw for options in ([], ["--excel"], ["--format", "tsv"])]
    assert b";1234,05\r\n" in exports[1]
    for exported in exports:
        assert bring(exported) == (DONE, tally(unchanged=3), [])
        for file in base.parent.glob(f"{base.name}*"):
            file.unlink()
        assert bring(exported) == (DONE, tally(added=3), [])
        assert deposits() == [123405, 0, 4500]


def test_deposits_of_a_large_file_are_each_kept_with_their_line_whatever_the_base_held(bring, deposits) -> None:
    def told(number: int, cents: int) -> str:
        """Write a line of a note, and its deposit."""
        return f"{GOOD.replace('255101988', str(number))},{cents // 100}.{cents % 100:02}"

    bring(lines(*(told(300_000_000 + n, n) for n in range(3000)), header=WITH_DEPOSIT))
    assert deposits() == list(range(3000))
    content = lines(*(told(300_000_000 + n, n + n % 2) for n in range(6000)), header=WITH_DEPOSIT)
    assert bring(content)[:2] == (DONE, tally(added=3000, updated=1500, unchanged=1500))
    assert deposits() == [n + n % 2 for n in range(6000)]


# --- others at the same time


def _many(first: int, count: int) -> bytes:
    return lines(*(GOOD.replace("255101988,", f"{number},") for number in range(first, first + count)))


def test_two_imports_at_once_lose_nothing(tmp_path: Path, base: Path) -> None:
    imports = []
    for turn in range(2):
        file = tmp_path / f"{turn}.csv"
        file.write_bytes(_many(200_000_000 + turn * 500, 1000))
        imports.append(
            subprocess.Popen(
                [sys.executable, "-m", "comptoir", "delivery", "import", file, "--json"], stdout=subprocess.PIPE
            )
        )
    tallies = [json.loads(done.communicate(timeout=60)[0])[0] for done in imports]
    assert [done.returncode for done in imports] == [DONE, DONE]
    assert sorted((t["added"], t["unchanged"]) for t in tallies) == [(500, 500), (1000, 0)]
    assert len(_rows(base)[1]) == 1500
    assert sound(base)


def test_who_waits_for_a_slow_sender_keeps_nobody_from_writing(bring, shelf) -> None:
    bring(lines(OTHER))
    slow = subprocess.Popen(
        [sys.executable, "-m", "comptoir", "delivery", "import", "-", "--json"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert slow.stdin is not None
    with slow:
        slow.stdin.write(lines(GOOD))
        slow.stdin.flush()
        time.sleep(0.4)
        assert bring(lines(SECOND))[:2] == (DONE, tally(added=1))
        done, _err = slow.communicate(timeout=60)
    assert json.loads(done) == [tally(added=1)]
    assert len(shelf()) == 3


KILLED = """
import os, sys
from pathlib import Path
from comptoir.deliveries import services
from comptoir.store.write import writing

def progress(lines):
    if lines > 1500:
        print("under way", flush=True)
        sys.stdin.read()

with open(sys.argv[2], "rb") as file, writing(Path(sys.argv[1])) as connection:
    services.import_deliveries(connection, file, print, progress, strict=False)
"""


@pytest.mark.parametrize("before", [(), (GOOD, SECOND)])
def test_an_import_killed_half_way_leaves_what_stood_before(
    bring, shelf, tmp_path, base, before: tuple[str, ...]
) -> None:
    bring(lines(*before))
    file = tmp_path / "many.csv"
    file.write_bytes(_many(300_000_000, 4000))
    coming = subprocess.Popen(
        [sys.executable, "-c", KILLED, base, file], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with coming:
        assert coming.stdout is not None
        assert coming.stdout.readline() == "under way\n"
        coming.send_signal(signal.SIGKILL)
    assert shelf() == [kept(line) for line in before]
    assert sound(base)
    assert bring(file.read_bytes())[:2] == (DONE, tally(added=4000))


def test_an_import_killed_at_any_moment_leaves_the_old_or_the_new_state(bring, tmp_path: Path, base: Path) -> None:
    bring(lines(GOOD))
    file = tmp_path / "many.csv"
    file.write_bytes(_many(300_000_000, 4000))
    for turn in range(6):
        coming = subprocess.Popen(
            [sys.executable, "-m", "comptoir", "delivery", "import", file], stdout=subprocess.DEVNULL
        )
        time.sleep(0.08 + 0.04 * turn)
        coming.kill()
        coming.wait()
        assert len(_rows(base)[1]) in {1, 4001}
        assert sound(base)


@pytest.mark.skipif(sys.platform == "win32", reason="a terminal of Unix")
def test_progress_is_told_to_a_person_who_waits_and_to_nobody_else(tmp_path: Path) -> None:
    file = tmp_path / "many.csv"
    file.write_bytes(_many(300_000_000, 120_000))
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "comptoir", "delivery", "import", file, "--json"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=theirs, check=True)
    os.close(theirs)
    assert json.loads(done.stdout) == [tally(added=120_000)]
    told = [int("".join(c for c in line if c.isdigit())) for line in os.read(ours, 4096).decode().splitlines()]
    os.close(ours)
    assert len(told) == 1
    assert 100_000 <= told[0] <= 120_001
    assert subprocess.run(command, capture_output=True, check=True).stderr == b""


def test_an_ean_that_is_right_in_each_length_is_kept_the_same(bring, shelf) -> None:
    bodies = ["9638507", "40470246158", "404702461582", "1404702461582"]
    eans = [body + check_digit(body) for body in bodies]
    told = [GOOD.replace(",1,0986", f",{n},0986", 1).replace("4047024615823", ean) for n, ean in enumerate(eans, 1)]
    assert bring(lines(*told))[0] == DONE
    # A UPC-A is the EAN-13 that begins with a zero.
    assert [row.split(",")[5] for row in shelf()] == [eans[0], "0" + eans[1], *eans[2:]]
