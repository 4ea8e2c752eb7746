"""Catalogues as people send them: what can be read is read, and what cannot is told with its line."""

import csv
import json
import os
import subprocess
import sys
import zipfile
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from io import StringIO
from pathlib import Path

import pytest

from comptoir.catalog import categories, services
from comptoir.catalog.lines import COLUMNS, REQUIRED, BadHeader
from comptoir.core.errors import DONE, MISSING, REFUSED, USAGE
from comptoir.core.sheet import BadLine, Tally
from comptoir.store.engine import engine, transaction
from comptoir.store.migrations import upgrade

HEADER = "article_code,category,brand,name,price_a,price_b,price_c"
GOOD = "AAAA0001,Smartphone,APPLE,iPhone 15,420.00,315.00,168.00"
ALSO_GOOD = "AAAA0002,PC portable,LENOVO,ThinkPad,188.00,141.00,75.00"


def lines(*texts: str) -> bytes:
    """Write a catalogue: the usual header, then these lines."""
    return "\n".join([HEADER, *texts, ""]).encode()


@pytest.fixture
def bring(cli) -> Callable[..., tuple[int, dict[str, int], str]]:
    """Import bytes through the command line; give the exit code, the tally, and what was told."""

    def imported(content: bytes, *options: str) -> tuple[int, dict[str, int], str]:
        ran = cli(["catalog", "import", "-", "--json", *options], input=content)
        return ran.code, ran.data[0] if ran.out else {}, ran.err

    return imported


@pytest.fixture
def shelf(cli) -> Callable[[], dict[str, dict[str, str]]]:
    """Read the whole catalogue back through the command line, by article code."""

    def read() -> dict[str, dict[str, str]]:
        found = cli("catalog search --limit 1000 --json").data
        return {row["article_code"]: cli(["catalog", "show", row["article_code"], "--json"]).data for row in found}

    return read


@pytest.fixture
def told() -> Iterator[Callable[..., tuple[Tally, list[BadLine]]]]:
    """Import lines through the service; give the tally and the lines refused, as data."""
    with ExitStack() as opened:

        def imported(path: Path, content: bytes) -> tuple[Tally, list[BadLine]]:
            problems: list[BadLine] = []
            source = path.with_name("source.csv")
            source.write_bytes(content)
            upgrade(path)
            with source.open("rb") as file, transaction(path) as session:
                tally = services.import_catalogue(session, file, categories.load(""), problems.append, strict=False)
            return tally, problems

        yield imported
        opened.close()
        engine.cache_clear()


def tally(added: int = 0, updated: int = 0, unchanged: int = 0, refused: int = 0) -> dict[str, int]:
    """Write a tally as the command gives it."""
    return {"added": added, "updated": updated, "unchanged": unchanged, "refused": refused}


# --- the ways a catalogue is written


PRINTER = {
    "article_code": "K3J2H1G0",
    "category": "Imprimantes > Date d'achat : moins de 3 ans",
    "brand": "KYOCERA",
    "name": "Écosys à reflets",
    "function": "Multifonction Laser",
    "colour": "Noir & Blanc",
    "paper": "A4",
    "age": "<3ans",
    "price_a": "50.00",
    "price_b": "40.00",
    "price_c": "26.50",
    "price_out_of_order": "10.00",
}


def written(rows: Iterable[dict[str, str]], names: Sequence[str], **form: str) -> str:
    """Write rows as CSV."""
    made = StringIO()
    writer = csv.DictWriter(made, names, **{"lineterminator": "\r\n", **form})  # type: ignore[arg-type]
    writer.writeheader()
    writer.writerows(rows)
    return made.getvalue()


SPELLINGS: dict[str, bytes] = {
    "utf-8": written([PRINTER], list(PRINTER)).encode(),
    "utf-8 with its mark": BOM_UTF8 + written([PRINTER], list(PRINTER)).encode(),
    "cp1252": written([PRINTER], list(PRINTER)).encode("cp1252"),
    "semicolons": written([PRINTER], list(PRINTER), delimiter=";").encode(),
    "semicolons and the mark": BOM_UTF8 + written([PRINTER], list(PRINTER), delimiter=";").encode(),
    "semicolons in cp1252": written([PRINTER], list(PRINTER), delimiter=";").encode("cp1252"),
    "tabs": written([PRINTER], list(PRINTER), delimiter="\t").encode(),
    "columns backwards": written([PRINTER], list(PRINTER)[::-1]).encode(),
    "every column": written([PRINTER], COLUMNS).encode(),
    "every cell quoted": written([PRINTER], list(PRINTER), quoting=csv.QUOTE_ALL).encode(),
    "unix lines": written([PRINTER], list(PRINTER), lineterminator="\n").encode(),
    "no end to the last line": written([PRINTER], list(PRINTER)).rstrip().encode(),
    "blank lines": written([PRINTER], list(PRINTER)).replace("\r\n", "\r\n\r\n\r\n").encode(),
    "capitals and blanks in the header": written([PRINTER], list(PRINTER)).replace("brand", " Brand ").encode(),
    "a small article code": written([PRINTER | {"article_code": " k3j2h1g0 "}], list(PRINTER)).encode(),
    "blanks around cells": written([{k: f" {v} " for k, v in PRINTER.items()}], list(PRINTER)).encode(),
    "a category without accents": written(
        [PRINTER | {"category": "IMPRIMANTES>Date d'achat : moins de 3 ans"}], list(PRINTER)
    ).encode(),
    "decimal commas": written(
        [PRINTER | {k: v.replace(".", ",") for k, v in PRINTER.items() if k.startswith("price")}], list(PRINTER)
    ).encode(),
    "euro signs": written([PRINTER | {"price_a": "50,00 €"}], list(PRINTER), delimiter=";").encode(),
    "euro signs in cp1252": written([PRINTER | {"price_a": "50 €"}], list(PRINTER), delimiter=";").encode("cp1252"),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_catalogue_is_read_the_same_however_it_is_written(bring, shelf, spelling: str) -> None:
    code, done, _err = bring(SPELLINGS[spelling])
    assert (code, done) == (DONE, tally(added=1))
    kept = shelf()["K3J2H1G0"]
    wanted = PRINTER | {"category": "Imprimantes", "family": "Date d'achat : moins de 3 ans"}
    assert {key: kept[key] for key in wanted} == wanted


def test_a_line_in_cp1252_among_lines_in_utf_8_is_read_too(bring, shelf) -> None:
    text = lines(GOOD.replace("iPhone 15", "Téléphone")) + ALSO_GOOD.replace("ThinkPad", "Idéal").encode("cp1252")
    assert bring(text)[:2] == (DONE, tally(added=2))
    assert {row["name"] for row in shelf().values()} == {"Téléphone", "Idéal"}


def test_a_quoted_cell_may_hold_the_separator_quotes_and_a_new_line(bring, shelf) -> None:
    text = lines('AAAA0001,Smartphone,"AC,ME ""&"" Co","un\ndeux\r\ntrois",1,1,1', ALSO_GOOD)
    assert bring(text)[:2] == (DONE, tally(added=2))
    assert (shelf()["AAAA0001"]["brand"], shelf()["AAAA0001"]["name"]) == ('AC,ME "&" Co', "un deux trois")


def test_control_characters_in_cells_never_reach_the_shelf(bring, shelf) -> None:
    assert bring(lines(GOOD.replace("iPhone 15", "iP\x1b[31mhone\x07 \u202e15")))[0] == DONE
    assert shelf()["AAAA0001"]["name"].isprintable()


def test_a_file_is_read_like_the_standard_input(cli, tmp_path: Path, shelf) -> None:
    file = tmp_path / "catalogue à lire.csv"
    file.write_bytes(lines(GOOD, ALSO_GOOD))
    assert cli(["catalog", "import", str(file), "--json"]).data == [tally(added=2)]
    assert set(shelf()) == {"AAAA0001", "AAAA0002"}


def test_a_header_alone_is_a_catalogue_of_nothing(bring) -> None:
    assert bring(lines())[:2] == (DONE, tally())


# --- what is no catalogue


def _without(name: str) -> str:
    return ",".join(column for column in REQUIRED if column != name)


NOT_CATALOGUES: dict[str, bytes] = {
    "nothing": b"",
    "an end of line": b"\n",
    "the mark alone": BOM_UTF8,
    "blanks": b"   \n\n",
    "an unknown column": f"{HEADER},price_d\n{GOOD},1\n".encode(),
    "a column twice": f"{HEADER},brand\n{GOOD},x\n".encode(),
    "a column twice, in capitals": f"{HEADER}, BRAND \n{GOOD},x\n".encode(),
    "a column without a name": f"{HEADER},\n{GOOD},\n".encode(),
    "no header": f"{GOOD}\n{ALSO_GOOD}\n".encode(),
    "utf-16, little end": BOM_UTF16_LE + f"{HEADER}\n{GOOD}\n".encode("utf-16-le"),
    "utf-16, big end": BOM_UTF16_BE + f"{HEADER}\n{GOOD}\n".encode("utf-16-be"),
    "utf-16 without its mark": f"{HEADER}\n{GOOD}\n".encode("utf-16-le"),
    "pipes": f"{HEADER}\n{GOOD}\n".replace(",", "|").encode(),
    "json": json.dumps([{"article_code": "AAAA0001"}]).encode(),
    "an image": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    **{f"no {name}": f"{_without(name)}\n".encode() for name in REQUIRED},
}


@pytest.mark.parametrize("kind", NOT_CATALOGUES)
def test_what_is_no_catalogue_is_refused_and_nothing_of_it_goes_in(cli, shelf, kind: str) -> None:
    ran = cli("catalog import - --json", input=NOT_CATALOGUES[kind])
    assert ran.code == REFUSED
    assert [problem["error"] for problem in ran.failure["errors"]] == ["bad_header"]
    assert ran.out == ""
    assert shelf() == {}


def _workbook(path: Path) -> bytes:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as book:
        book.writestr("xl/worksheets/sheet1.xml", "\r".join(["<c/>"] * 1000))
    return path.read_bytes()


@pytest.mark.parametrize("kind", ["a workbook", "old mac lines", "one endless line"])
def test_a_first_line_that_csv_itself_refuses_is_no_catalogue_and_no_bug(cli, tmp_path: Path, kind: str) -> None:
    content = {
        "a workbook": _workbook(tmp_path / "book.xlsx"),
        "old mac lines": f"{HEADER}\r{GOOD}\r".encode(),
        "one endless line": b"a" * 200_000,
    }[kind]
    assert cli("catalog import -", input=content).code == REFUSED


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("pricea", "price_a"), ("brnd", "brand"), ("article", "article_code"), ("color", "colour")],
)
def test_an_unknown_column_is_told_with_the_nearest_known_one(cli, typed: str, meant: str) -> None:
    ran = cli("catalog import - --json", input=f"{HEADER},{typed}\n".encode())
    (problem,) = ran.failure["errors"]
    assert f"`{typed}`" in problem["message"]
    assert f"`{meant}`" in problem["message"]


def test_a_column_that_resembles_none_is_told_with_the_list_of_them_all(cli) -> None:
    (problem,) = cli("catalog import - --json", input=f"{HEADER},zzzz\n".encode()).failure["errors"]
    assert "`zzzz`" in problem["message"]
    assert all(name in problem["hint"] for name in COLUMNS)


@pytest.mark.parametrize("name", REQUIRED)
def test_a_missing_column_is_named(cli, name: str) -> None:
    (problem,) = cli("catalog import - --json", input=f"{_without(name)}\n".encode()).failure["errors"]
    assert f"`{name}`" in problem["message"]


def test_a_missing_file_ends_with_3_and_creates_no_database(cli, tmp_path: Path) -> None:
    ran = cli(["catalog", "import", str(tmp_path / "none.csv"), "--json"])
    assert ran.code == MISSING
    assert not (tmp_path / "shop.db").exists()


def test_a_folder_is_refused_as_a_wrong_argument_and_creates_no_database(cli, tmp_path: Path) -> None:
    assert cli(["catalog", "import", str(tmp_path), "--json"]).code == USAGE
    assert not (tmp_path / "shop.db").exists()


def test_a_file_name_that_is_no_text_is_missing_and_no_bug() -> None:
    done = subprocess.run(
        [sys.executable.encode(), b"-m", b"comptoir", b"catalog", b"import", b"/nowhere/\xe9\xff.csv"],
        capture_output=True,
        check=False,
    )
    assert done.returncode == MISSING


# --- lines that cannot go in


BAD = {
    "a code too short": GOOD.replace("AAAA0001", "AAAA001"),
    "a code too long": GOOD.replace("AAAA0001", "AAAA00011"),
    "a code with a sign": GOOD.replace("AAAA0001", "AAAA-001"),
    "a code with an accent": GOOD.replace("AAAA0001", "ÉAAA0001"),
    "a code with other digits": GOOD.replace("AAAA0001", "AAAA000١"),
    "no code": GOOD.replace("AAAA0001", ""),
    "an unknown category": GOOD.replace("Smartphone", "Grille-pain"),
    "no category": GOOD.replace("Smartphone", ""),
    "no brand": GOOD.replace("APPLE", " "),
    "no name": GOOD.replace("iPhone 15", ""),
    "a price in letters": GOOD.replace("420.00", "cher"),
    "not a number": GOOD.replace("420.00", "NaN"),
    "infinity": GOOD.replace("420.00", "inf"),
    "a negative price": GOOD.replace("420.00", "-1"),
    "a price with two commas": GOOD.replace("420.00", '"12,5,0"'),
    "a price with three decimals": GOOD.replace("420.00", "12.505"),
    "a price in powers of ten": GOOD.replace("420.00", "1e3"),
    "a price in python": GOOD.replace("420.00", "1_000"),
    "a price with other digits": GOOD.replace("420.00", "٤٢٠"),
    "a price in dollars": GOOD.replace("420.00", "$420"),
    "a formula": GOOD.replace("420.00", "=1+1"),
    "a price too large": GOOD.replace("420.00", "9" * 13),
    "a cell too few": GOOD.rpartition(",")[0],
    "a cell too many": GOOD + ",",
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_line_is_refused_by_its_number_and_the_good_ones_are_in(tmp_path: Path, told, kind: str) -> None:
    done, problems = told(tmp_path / "shop.db", lines(ALSO_GOOD, BAD[kind], GOOD.replace("AAAA0001", "AAAA0003")))
    assert done == Tally(added=2, refused=1)
    assert [problem.line for problem in problems] == [3]
    assert problems[0].reason


def test_bad_lines_end_with_4_are_told_with_their_numbers_and_the_tally_is_right(bring, shelf) -> None:
    content = lines(*BAD.values(), GOOD, ALSO_GOOD)
    code, done, err = bring(content)
    assert (code, done) == (REFUSED, tally(added=2, refused=len(BAD)))
    assert set(shelf()) == {"AAAA0001", "AAAA0002"}
    numbers = [int("".join(c for c in line.partition(":")[0] if c.isdigit())) for line in err.splitlines()[: len(BAD)]]
    assert numbers == list(range(2, 2 + len(BAD)))
    assert json.loads(err.splitlines()[-1])["errors"][0]["error"] == "lines_refused"


def test_line_numbers_are_those_of_an_editor_blank_lines_included(tmp_path: Path, told) -> None:
    _tally, problems = told(tmp_path / "shop.db", lines("", "", BAD["no name"], "", ALSO_GOOD, "", BAD["no brand"]))
    assert [problem.line for problem in problems] == [4, 8]


def test_a_line_after_a_quoted_new_line_keeps_its_number(tmp_path: Path, told) -> None:
    _tally, problems = told(tmp_path / "shop.db", lines(GOOD.replace("iPhone 15", '"a\nb\nc"'), BAD["no name"]))
    assert [problem.line for problem in problems] == [5]


def test_a_line_with_a_stray_carriage_return_is_told_with_its_own_number(tmp_path: Path, told) -> None:
    done, problems = told(tmp_path / "shop.db", lines(GOOD, ALSO_GOOD.replace("ThinkPad", "Think\rPad")))
    assert done == Tally(added=1, refused=1)
    assert [problem.line for problem in problems] == [3]


def test_a_bad_record_over_several_lines_is_told_once_where_it_begins(tmp_path: Path, told) -> None:
    done, problems = told(tmp_path / "shop.db", lines(GOOD, '"BAD",Smartphone,A,"a\nb\nc",1,1,1', ALSO_GOOD))
    assert [problem.line for problem in problems] == [3]
    assert done == Tally(added=2, refused=1)


def test_a_text_inside_a_quoted_cell_never_becomes_a_device(bring, shelf) -> None:
    bring(lines(GOOD, f'"BAD",Smartphone,A,"a\n{ALSO_GOOD}\nc",1,1,1'))
    assert set(shelf()) == {"AAAA0001"}


def test_a_quote_left_open_never_swallows_good_lines_in_silence(tmp_path: Path, told) -> None:
    good = [GOOD.replace("AAAA0001", f"AAAA{number:04}") for number in range(10, 30)]
    done, problems = told(tmp_path / "shop.db", lines(GOOD.replace("iPhone", '"iPhone'), *good))
    assert done.added + done.refused == 21
    assert problems[0].line == 2


def test_a_quote_left_open_and_closed_by_a_later_line_swallows_nothing_in_silence(tmp_path: Path, told) -> None:
    quoted = GOOD.replace("AAAA0001", "AAAA0009").replace("iPhone 15", '"iPhone 15"')
    done, problems = told(tmp_path / "shop.db", lines(GOOD.replace("iPhone", '"iPhone'), ALSO_GOOD, quoted))
    assert [problem.line for problem in problems] == [2]
    assert done == Tally(added=2, refused=1)


def test_reasons_are_told_apart(tmp_path: Path, told) -> None:
    _tally, problems = told(
        tmp_path / "shop.db",
        lines(*(BAD[kind] for kind in ("no code", "no category", "no brand", "not a number", "a cell too few"))),
    )
    assert len({problem.reason for problem in problems}) == 5
    assert "`NaN`" in problems[3].reason


def test_strict_takes_all_or_nothing(bring, shelf) -> None:
    assert bring(lines(GOOD))[0] == DONE
    before = shelf()
    code, done, err = bring(lines(GOOD.replace("420", "430"), ALSO_GOOD, BAD["no name"], BAD["no brand"]), "--strict")
    assert (code, done) == (REFUSED, {})
    assert [problem["error"] for problem in json.loads(err.splitlines()[-1])["errors"]] == ["nothing_imported"]
    assert shelf() == before
    assert bring(lines(GOOD.replace("420", "430"), ALSO_GOOD), "--strict")[:2] == (DONE, tally(added=1, updated=1))


def test_after_a_refused_strict_import_the_search_finds_what_it_found_before(cli, bring) -> None:
    bring(lines(GOOD))
    bring(lines(ALSO_GOOD, BAD["no name"]), "--strict")
    assert cli("catalog search thinkpad --json").data == []
    assert [row["article_code"] for row in cli("catalog search iphone --json").data] == ["AAAA0001"]


# --- again


def test_the_same_file_twice_changes_nothing(bring, shelf) -> None:
    content = lines(GOOD, ALSO_GOOD)
    bring(content)
    before = shelf()
    assert bring(content)[:2] == (DONE, tally(unchanged=2))
    assert shelf() == before


@pytest.mark.parametrize(
    ("was", "now", "changed"),
    [
        ("420.00", "420.01", True),
        ("168.00", "0", True),
        ("APPLE", "Apple", True),
        ("iPhone 15", "iPhone 15 ", False),
        ("420.00", "420", False),
    ],
)
def test_a_line_counts_as_updated_when_something_of_it_changed_and_only_then(
    bring, was: str, now: str, changed
) -> None:
    bring(lines(GOOD, ALSO_GOOD))
    wanted = tally(updated=1, unchanged=1) if changed else tally(unchanged=2)
    assert bring(lines(GOOD.replace(was, now), ALSO_GOOD))[:2] == (DONE, wanted)


def test_a_changed_price_is_the_one_shown_and_words_that_changed_are_the_ones_found(cli, bring, shelf) -> None:
    bring(lines(GOOD))
    bring(lines(GOOD.replace("420.00", '"399,90"').replace("iPhone", "Ordiphone")))
    assert shelf()["AAAA0001"]["price_a"] == "399.90"
    assert [row["article_code"] for row in cli("catalog search ordiphone --json").data] == ["AAAA0001"]
    assert cli("catalog search iphone --json").data == []


def test_the_same_code_twice_in_one_file_keeps_the_last_line(bring, shelf) -> None:
    code, done, _err = bring(lines(GOOD, GOOD.replace("420.00", "1.00"), GOOD.replace("420.00", "2.00")))
    assert code == DONE
    assert (done["added"], sum(done.values())) == (1, 3)
    assert shelf()["AAAA0001"]["price_a"] == "2.00"


# --- large


MANY = """
import os, sys
from pathlib import Path
from comptoir.catalog import categories, services
from comptoir.store.engine import transaction
from comptoir.store.migrations import upgrade
def made(count):
    yield b"article_code,category,brand,name,disk,ram,cpu,price_a,price_b,price_c\\n"
    for n in range(count):
        yield (f"{n:08},PC portable > famille {n % 40},MARQUE{n % 60},Portable {n % 700} serie{n % 1300},"
               f"DD {n % 9}To,Ram {n % 64}Go,CPU i{n % 9},{n % 900}.50,{n % 500},{n % 90}\\n").encode()
path = Path(os.environ["COMPTOIR_DATABASE"])
upgrade(path)
source = path.with_suffix(".csv")
with source.open("wb") as file:
    file.writelines(made(int(sys.argv[1])))
with source.open("rb") as file, transaction(path) as session:
    tally = services.import_catalogue(session, file, categories.load(""), print, strict=False)
# Not getrusage: its peak is that of the process that started this one, where that was higher.
(peak,) = [line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")]
print(tally.added, peak)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read in /proc")
def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    peaks = {}
    for count in (20_000, 100_000):
        done = subprocess.run(
            [sys.executable, "-c", MANY, str(count)],
            capture_output=True,
            text=True,
            check=True,
            env=os.environ | {"COMPTOIR_DATABASE": str(tmp_path / f"{count}.db")},
        )
        added, peaks[count] = map(int, done.stdout.split())
        assert added == count
    assert peaks[100_000] < 1.15 * peaks[20_000], peaks


def test_readers_go_on_while_a_catalogue_comes_in_and_see_the_old_one_until_it_is_whole(cli, bring) -> None:
    bring(lines(*(GOOD.replace("AAAA0001", f"AAAA{number:04}") for number in range(50))))
    coming = subprocess.Popen(
        [sys.executable, "-m", "comptoir", "catalog", "import", "-", "--json"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert coming.stdin is not None
    with coming:
        coming.stdin.write(f"{HEADER}\n".encode())
        for number in range(3000):  # far more than a pipe and a reader's buffer hold: the import is under way
            coming.stdin.write(GOOD.replace("AAAA0001", f"BBBB{number:04}").encode() + b"\n")
        coming.stdin.flush()
        for _each in range(5):
            seen = cli("catalog search --limit 5000 --json").data
            assert {row["article_code"][:4] for row in seen} == {"AAAA"}
            assert len(seen) == 50
            assert cli("catalog show BBBB0001").code == MISSING
        done, _err = coming.communicate(timeout=60)
    assert json.loads(done) == [tally(added=3000)]
    assert len(cli("catalog search --limit 5000 --json").data) == 3050


def test_an_import_killed_half_way_leaves_the_old_catalogue(cli, bring) -> None:
    bring(lines(GOOD))
    coming = subprocess.Popen([sys.executable, "-m", "comptoir", "catalog", "import", "-"], stdin=subprocess.PIPE)
    assert coming.stdin is not None
    with coming:
        coming.stdin.write(f"{HEADER}\n".encode())
        for number in range(3000):
            coming.stdin.write(GOOD.replace("AAAA0001", f"BBBB{number:04}").encode() + b"\n")
        coming.stdin.flush()
        coming.kill()
    assert [row["article_code"] for row in cli("catalog search --json").data] == ["AAAA0001"]
    assert bring(lines(GOOD, ALSO_GOOD))[:2] == (DONE, tally(added=1, unchanged=1))


def test_the_service_refuses_a_bad_header_before_it_reads_on(tmp_path: Path, told) -> None:
    with pytest.raises(BadHeader):
        told(tmp_path / "shop.db", b"not,a,catalogue\n" + b"x" * 1000)
