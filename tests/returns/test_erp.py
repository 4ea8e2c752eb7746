"""Files of another system: what they say is brought in once, what they cannot say is told, line by line."""

import csv
import json
import re
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from comptoir.core.errors import DONE, MISSING, REFUSED, USAGE
from comptoir.core.refs import check_digit

from .conftest import column, dump, whole

HEADER = "case,status,position,accepted,refused,damaged,missing,why,credited,credit_note"
FIRST, SECOND = "20000011", "20000028"
Bring = Callable[..., tuple[int, dict[str, int], str]]


def tally(updated: int = 0, unchanged: int = 0, refused: int = 0) -> dict[str, int]:
    """Write a tally as the command gives it."""
    return {"updated": updated, "unchanged": unchanged, "refused": refused}


@pytest.fixture
def two(sent) -> None:
    """Two cases: the first of two lines (2 and 3 parts), the second of one part."""
    assert sent(_1=2, _3=3) == FIRST
    assert sent(_2=1) == SECOND


@pytest.fixture
def bring(cli, two) -> Bring:
    """Give the function that imports lines; their code, the tally, and what was told."""

    def imported(*lines: str, header: str = HEADER, flags: str = "", coded: str = "utf-8") -> tuple[int, Any, str]:
        content = "\n".join([header, *lines, ""]).encode(coded)
        ran = cli(f"returns import - --json {flags}", input=content)
        return ran.code, json.loads(ran.out)[0] if ran.out else {}, ran.err

    return imported


@pytest.fixture
def status(done) -> Callable[[str], str]:
    """Give the function that reads the status of a case."""
    return lambda number: str(done(f"returns show {number} --json")["status"])


BAD = {
    "a status that does not exist": f"{FIRST},parti,,,,,,,,",
    "no status": f"{FIRST},,,,,,,,,",
    "a case that does not exist": "20000035,received,,,,,,,,",
    "a wrong check digit": "20000012,received,,,,,,,,",
    "the end of a number": "11,received,,,,,,,,",
    "no case": ",received,,,,,,,,",
    "a letter": "dossier,received,,,,,,,,",
    "a count that is none": f"{FIRST},checking,1,deux,,,,,,",
    "a negative count": f"{FIRST},checking,1,3,-1,,,,,",
    "too few parts": f"{FIRST},checking,1,1,,,,,,",
    "too many parts": f"{FIRST},closed,1,2,,,1,,,",
    "a line that is not there": f"{FIRST},checking,3,1,,,,,,",
    "a line without its number": f"{FIRST},checking,,2,,,,,,",
    "refused without a word": f"{FIRST},checking,1,,2,,,,,",
    "judged before it arrived": f"{FIRST},received,1,2,,,,,,",
    "an amount that is none": f"{FIRST},closed,,,,,,,douze,",
    "a negative amount": f"{FIRST},closed,,,,,,,-1.00,",
    "a credit note that is none": f"{FIRST},closed,,,,,,,,AV 12",
    "closed and all refused": f"{FIRST},closed,1,,2,,,casse,,\n{FIRST},closed,2,,3,,,casse,,",
    "refused and something accepted": f"{FIRST},refused,1,2,,,,,,\n{FIRST},refused,2,,3,,,casse,,",
    "closed, its lines apart": f"{FIRST},closed,1,2,,,,,,\n20000035,received,,,,,,,,\n{FIRST},closed,2,,3,,,casse,,",
    "two statuses": f"{FIRST},received,,,,,,,,\n{FIRST},closed,,,,,,,,",
    "two amounts": f"{FIRST},closed,,,,,,,1.00,\n{FIRST},closed,,,,,,,2.00,",
    "two credit notes": f"{FIRST},closed,,,,,,,,AV-1\n{FIRST},closed,,,,,,,,AV-2",
    "a line twice": f"{FIRST},checking,1,2,,,,,,\n{FIRST},checking,1,1,,1,,,,",
    "cancelled once it was judged": f"{FIRST},cancelled,1,2,,,,,,",
    "a credit note of a case that is not closed": f"{FIRST},received,,,,,,,,AV-1",
    "too many cells": f"{FIRST},received,,,,,,,,,,,",
}


@pytest.mark.parametrize("flags", ["", "--strict"])
@pytest.mark.parametrize("what", BAD)
def test_a_line_that_means_nothing_is_refused_and_the_others_go_in(
    bring: Bring, status, shop: Path, what: str, flags: str
) -> None:
    lines = BAD[what].split("\n")
    before = dump(shop)
    code, found, told = bring(*lines, f"{SECOND},received,,,,,,,,", flags=flags)
    assert code == REFUSED
    for number in range(2, 2 + len(lines)):
        assert f" {number} :" in told or f" {number}:" in told or f" {number} " in told
    failure = json.loads(told.splitlines()[-1])
    assert failure["exit_code"] == REFUSED
    if flags:
        assert failure["errors"][0]["error"] == "nothing_imported"
        assert dump(shop) == before
        return
    assert failure["errors"][0]["error"] == "lines_refused"
    assert found == tally(updated=1, refused=len(lines))
    assert (status(FIRST), status(SECOND)) == ("sent", "received")
    whole(shop)


@pytest.mark.parametrize(
    "header",
    ["", "case", "status,position", "case,status,statut", "case,status,status", "note_number,delivery_date", "\0"],
)
def test_a_file_that_holds_no_cases_is_none(cli, two, shop: Path, header: str) -> None:
    before = dump(shop)
    ran = cli("returns import - --json", input=f"{header}\n{FIRST},received\n".encode())
    assert ran.code == REFUSED
    assert ran.failure["errors"][0]["error"] == "not_cases"
    assert dump(shop) == before


def test_a_file_that_is_not_there_is_missing(cli, two, tmp_path: Path) -> None:
    assert cli(f"returns import {tmp_path / 'none.csv'}").code == MISSING
    assert cli(f"returns import {tmp_path}").code == USAGE


WAYS = {
    "received": (f"{FIRST},received,,,,,,,,", "received", None),
    "in French": (f"{FIRST},Prise en charge sur site,,,,,,,,", "received", None),
    "in capitals": (f"{FIRST}, RECEIVED ,,,,,,,,", "received", None),
    "checked": (f"{FIRST},checking,1,1,,1,,,,", "checking", None),
    "closed at once": (f"{FIRST},closed,,,,,,,,", "closed", "16.58"),
    "closed in part": (f"{FIRST},closed,1,1,1,,,casse,,AV-1\n{FIRST},closed,2,3,,,,,,AV-1", "closed", "9.10"),
    "closed for another amount": (f'{FIRST},Clôturé,,,,,,,"15,00",AV-1', "closed", "15.00"),
    "closed, the other line being good": (f"{FIRST},closed,1,1,,1,,,,\n{FIRST},closed,2,3,,,,,,", "closed", "9.10"),
    "refused": (f"{FIRST},refusé,,,,,,,,", "refused", "0.00"),
    "refused once checked": (f"{FIRST},refused,1,,2,,,casse,,\n{FIRST},refused,2,,,3,,,,", "refused", "0.00"),
    "cancelled": (f"{FIRST},annulé,,,,,,,,", "cancelled", None),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_case_goes_where_the_file_says_by_every_step_and_the_same_file_again_changes_nothing(
    bring: Bring, done, shop: Path, way: str
) -> None:
    text, reached, credited = WAYS[way]
    lines = text.split("\n")
    assert bring(*lines)[:2] == (DONE, tally(updated=len(lines)))
    found = done(f"returns show {FIRST} --json")
    assert (found["status"], found["credited"]) == (reached, credited)
    assert found["credit_note"] == (text.rpartition(",")[2] or "0")
    whole(shop)
    before = dump(shop)
    assert bring(*lines)[:2] == (DONE, tally(unchanged=len(lines)))
    assert dump(shop) == before


def test_an_older_file_after_a_newer_one_takes_nothing_back(bring: Bring, done, shop: Path) -> None:
    files = []
    for line in (f"{FIRST},received,,,,,,,,", f"{FIRST},checking,1,1,,1,,,,", f"{FIRST},closed,2,3,,,,,,"):
        assert bring(line)[0] == DONE
        files.append(done("returns export").raw)
    assert bring(f"{FIRST},closed,,,,,,,,AV-1")[0] == DONE
    before = dump(shop)
    for file in [*files, *reversed(files)]:
        assert done("returns import - --json", input=file) == [tally(unchanged=3)]
        assert dump(shop) == before


def test_an_older_file_after_another_amount_takes_nothing_back(bring: Bring, done, shop: Path) -> None:
    assert bring(f"{FIRST},closed,,,,,,,,")[0] == DONE
    older = done("returns export").raw
    assert bring(f"{FIRST},closed,,,,,,,9.00,AV-1")[0] == DONE
    before = dump(shop)
    assert done("returns import - --json", input=older) == [tally(unchanged=3)]
    assert dump(shop) == before


@pytest.mark.parametrize("note", ["AV-2", "0"])
def test_another_credit_note_or_amount_never_replaces_what_is_known(bring: Bring, shop: Path, note: str) -> None:
    assert bring(f"{FIRST},closed,,,,,,,9.00,AV-1")[0] == DONE
    before = dump(shop)
    line = f"{FIRST},closed,,,,,,,9.00,{note}"
    assert bring(line)[:2] == ((REFUSED, tally(refused=1)) if note == "AV-2" else (DONE, tally(unchanged=1)))
    assert dump(shop) == before


def test_a_verdict_on_a_closed_case_is_refused(bring: Bring, shop: Path) -> None:
    assert bring(f"{FIRST},closed,,,,,,,,")[0] == DONE
    before = dump(shop)
    assert bring(f"{FIRST},closed,1,1,,1,,,,")[:2] == (REFUSED, tally(refused=1))
    assert dump(shop) == before


WHYS = ["=1+1", "+33 1", "-", "- carton ouvert", "@moi", "'", "\"a\", 'b'; c", "é à œ €", "a,b;c", "l1 l2", "0"]


@pytest.mark.parametrize("excel", ["", "--excel"])
@pytest.mark.parametrize("why", WHYS)
def test_what_the_base_says_of_itself_is_all_known(cli, two, done, shop: Path, why: str, excel: str) -> None:
    done(f"returns receive {FIRST}")
    done(["returns", "check", FIRST, "--line", "1", "--refused", "1", "--why", why])
    for _turn in range(2):
        before = dump(shop)
        file = done(f"returns export {excel}").raw
        assert done("returns import - --json", input=file) == [tally(unchanged=3)]
        assert dump(shop) == before
        if not _turn:
            done(f"returns check {FIRST} --line 2")
            done(f"returns close {FIRST} --credit-note AV-1 --amount 1234,50 --yes")


def test_a_credit_note_that_a_spreadsheet_would_run_is_refused_or_known_again(bring: Bring, done) -> None:
    code, _found, _told = bring(f"{FIRST},closed,,,,,,,,-1")
    assert code == REFUSED or done("returns import - --json", input=done("returns export").raw) == [tally(unchanged=3)]


ROWS = [HEADER.split(","), [FIRST, "Clôturé", "1", "1", "1", "", "", "abîmé", "9.10", "AV-1"]]
ROWS.append([FIRST, "CLÔTURÉ", "2", "3", "0", "", "", "", "9.10", "AV-1"])
FRENCH = [[cell.replace("9.10", "9,10 €") for cell in row] for row in ROWS]
SPELLINGS = {
    "semicolons and decimal commas": (";", FRENCH, "utf-8"),
    "cp1252": (";", FRENCH, "cp1252"),
    "utf-8 with its mark": (",", ROWS, "utf-8-sig"),
    "tabs": ("\t", FRENCH, "utf-8"),
    "other order": (",", [row[::-1] for row in ROWS], "utf-8"),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_file_is_read_the_same_however_it_is_written(bring: Bring, done, spelling: str) -> None:
    separator, rows, coded = SPELLINGS[spelling]
    header, *lines = [separator.join(row) for row in rows]
    code, found, told = bring(*lines, header=header, coded=coded)
    assert (code, found) == (DONE, tally(updated=2)), told
    shown = done(f"returns show {FIRST} --json")
    assert (shown["status"], shown["credited"], shown["credit_note"]) == ("closed", "9.10", "AV-1")
    assert [(line["refused"], line["why"]) for line in shown["lines"]] == [(1, "abîmé"), (0, "")]
    assert ("cp1252" in told) == (coded == "cp1252")


def test_a_file_never_comes_in_by_halves_where_it_is_strict(bring: Bring, shop: Path) -> None:
    before = dump(shop)
    lines = [f"{FIRST},closed,,,,,,,,AV-1", f"{SECOND},received,,,,,,,,", "20000035,received,,,,,,,,"]
    code, found, told = bring(*lines, flags="--strict")
    assert (code, found) == (REFUSED, {})
    assert dump(shop) == before
    assert "20000035" in told


@pytest.mark.parametrize(
    "said",
    [
        f"{FIRST},closed,1,2,,,,,,\n",  # the other line did not come
        f"{SECOND},received,,,,,,,,\n{FIRST},closed,1,2,,,,,,\n{FIRST},closed,2,3,,,,,9.1",  # nor the end of the last
    ],
)
def test_a_file_that_was_cut_credits_nothing_of_the_case_it_was_cut_in(cli, two, done, said: str) -> None:
    before = done(f"returns show {FIRST} --json")
    ran = cli("returns import -", input=f"{HEADER}\n{said}".encode())
    assert ran.code == REFUSED
    assert done(f"returns show {FIRST} --json") == before


def test_a_case_refused_inside_a_file_leaves_nothing_of_itself(bring: Bring, shop: Path) -> None:
    """Its first steps are done before its last one is refused: they are undone with it."""
    assert bring(f"{FIRST},closed,1,,2,,,casse,,", f"{FIRST},closed,2,,3,,,casse,,")[0] == REFUSED
    assert column(shop, "SELECT DISTINCT verb FROM history") == ["send"]
    assert column(shop, "SELECT DISTINCT status FROM return_case") == ["sent"]
    assert column(shop, "SELECT count(*) FROM delivery_return") == [3]


def test_one_amount_written_in_two_ways_is_one(bring: Bring, status) -> None:
    assert bring(f"{FIRST},closed,1,2,,,,,9.1,", f"{FIRST},closed,2,3,,,,,9.10,")[0] == DONE
    assert status(FIRST) == "closed"


def test_a_thousand_unknown_cases_are_told_each(bring: Bring) -> None:
    numbers = [f"2{number:06}" for number in range(1000, 2000)]
    lines = [f"{number}{check_digit(number)},received,,,,,,,," for number in numbers]
    code, found, told = bring(*lines, f"{SECOND},received,,,,,,,,")
    assert (code, found) == (REFUSED, tally(updated=1, refused=1000))
    assert sum(f"{number}{check_digit(number)}" in told for number in numbers) == 1000


# --- every list, in every format


LISTS = [
    "returns list",
    "returns basket",
    "returns saved",
    "returns reasons",
    "returns export",
    "returns reconcile",
    "returns eligible 255000200",
    "returns eligible 255000200 --explain",
    "returns check 20000011 --line 1",
]


@pytest.mark.parametrize("line", LISTS)
def test_a_list_holds_the_same_rows_in_every_format(cli, two, done, line: str) -> None:
    done("returns add 255000200 1 -r ordered_by_mistake")
    done("returns save lundi")
    done("returns add 255000200 3 2")
    done(f"returns receive {FIRST}")
    done(["returns", "check", FIRST, "--line", "2", "--refused", "2", "--why", '=1;"2,\t3'])
    rows = done(f"{line} --json")
    assert rows
    assert done(f"{line} --format json --json") == rows
    flat = [[cell(value) for value in row.values()] for row in rows]
    lines = cli(f"{line} --format jsonl").out.splitlines()
    assert [json.loads(each) for each in lines] == rows
    for name, form in {"csv": {}, "tsv": {"delimiter": "\t", "quoting": csv.QUOTE_NONE}}.items():
        keys, *found = csv.reader(StringIO(cli(f"{line} --format {name}").out), **form)
        assert keys == list(rows[0])
        assert found == [[" ".join(text.split()) if name == "tsv" else text for text in row] for row in flat]
    ran = cli(f"{line} --excel")
    assert ran.raw.startswith(b"\xef\xbb\xbf")
    keys, *found = csv.reader(StringIO(ran.out.removeprefix("\ufeff"), newline=""), delimiter=";")
    assert keys == list(rows[0])
    assert [[text.replace(",", ".") for text in row] for row in found] == [
        [text.replace(",", ".") for text in row] for row in flat
    ]
    if line != "returns export":  # CSV unless told otherwise
        shown = cli(line)
        assert shown.code == DONE
        assert len(shown.out.splitlines()) >= len(rows) + 2


def cell(value: object) -> str:
    """Write a value of JSON as a cell."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case list():
            return json.dumps(value, ensure_ascii=False)
        case str() if value.startswith(("=", "+", "-", "@")) and not re.fullmatch(r"-\d+\.\d\d", value):
            return f"'{value}"
        case _:
            return str(value)
