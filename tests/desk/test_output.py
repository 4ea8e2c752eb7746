"""The two streams: data on one, talk on the other, the same rows whatever the look."""

import csv
import json
import os
import stat
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.core import money
from comptoir.core.errors import MissingValue, NotFound, Refused, Several, UsageProblem
from comptoir.desk import eyes, output
from comptoir.desk.output import Column, Format, Output, Section, TwoFormats, Unwritable, View


class Row(NamedTuple):
    name: str
    price: Decimal | None
    count: int
    fit: bool
    day: date | None
    moment: datetime


COLUMNS = tuple(Column(key, key.upper()) for key in Row._fields)
ROW = Row('Écran, 24"', Decimal("1234.50"), 3, True, date(2026, 11, 2), datetime(2026, 7, 14, 22, 30, tzinfo=UTC))
BARE = Row("=1+1", None, -1, False, None, datetime(2026, 1, 5, 9, 5, tzinfo=UTC))
ANY_ESCAPE = "\x1b[2Jx\x9b31my\u202ez\x07"


class Stream(StringIO):
    """A text stream that may say it is a terminal."""

    def __init__(self, *, terminal: bool = False) -> None:
        super().__init__(newline="")
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


class Desk(NamedTuple):
    out: Output
    data: Stream
    talk: Stream


def desk(*, terminal: bool = False) -> Desk:
    data, talk = Stream(terminal=terminal), Stream(terminal=terminal)
    return Desk(Output(data, talk, {}), data, talk)


@pytest.fixture(params=["fr", "en"])
def language(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(money, "in_use", lambda: request.param)
    monkeypatch.setattr(eyes, "in_use", lambda: request.param)
    return str(request.param)


# --- which format


@pytest.mark.parametrize(
    ("view", "chosen"),
    [
        (View(), Format.TABLE),
        (View(json=True), Format.JSON),
        (View(excel=True), Format.CSV),
        (View(format=Format.JSON, json=True), Format.JSON),
        (View(format=Format.CSV, excel=True), Format.CSV),
        *((View(format=form), form) for form in Format),
        (View(output="x.json"), Format.JSON),
        (View(output="a.b/x.JSONL"), Format.JSONL),
        (View(output="x.csv"), Format.CSV),
        (View(output="x.tsv"), Format.TSV),
        (View(output="x.txt"), Format.TABLE),
        (View(output="x"), Format.TABLE),
        (View(output="x.csv/y"), Format.TABLE),
        (View(output="x.csv", json=True), Format.JSON),
        (View(output="x.json", format=Format.TABLE), Format.TABLE),
    ],
)
def test_the_format_is_the_one_asked_for_else_that_of_the_files_name_else_a_table(view: View, chosen: Format) -> None:
    assert view.chosen() is chosen


@pytest.mark.parametrize(
    "view",
    [
        View(json=True, excel=True),
        View(format=Format.CSV, json=True),
        View(format=Format.JSONL, json=True),
        View(format=Format.TABLE, excel=True),
        View(format=Format.TSV, excel=True),
    ],
)
def test_two_formats_at_once_are_bad_usage_and_nothing_is_written(view: View) -> None:
    made = desk()
    for act in (made.out.rows, made.out.record):
        with pytest.raises(TwoFormats) as refused:
            act(COLUMNS, ROW if act == made.out.record else [ROW], view)
        assert refused.value.exit_code == 2
    assert made.data.getvalue() == ""


# --- rows


@pytest.mark.parametrize(
    "view",
    [
        View(json=True),
        View(format=Format.CSV),
        View(format=Format.TSV),
        View(excel=True),
    ],
)
def test_a_terminal_never_changes_the_data(view: View) -> None:
    made, piped = desk(terminal=True), desk()
    made.out.rows(COLUMNS, [ROW, BARE], view)
    piped.out.rows(COLUMNS, [ROW, BARE], view)
    assert made.data.getvalue() == piped.data.getvalue()
    assert made.talk.getvalue() == ""


def test_json_has_the_keys_of_the_columns_in_their_order_and_values_for_programs() -> None:
    made = desk()
    made.out.rows(COLUMNS, [ROW], View(json=True))
    (told,) = json.loads(made.data.getvalue())
    assert list(told.items()) == [
        ("name", 'Écran, 24"'),
        ("price", "1234.50"),
        ("count", 3),
        ("fit", True),
        ("day", "2026-11-02"),
        ("moment", "2026-07-14T22:30:00+00:00"),
    ]


def test_the_excel_file_has_a_mark_semicolons_commas_and_crlf_to_the_byte() -> None:
    kept = BytesIO()
    data = TextIOWrapper(kept, "utf-8", newline="")
    Output(data, Stream(), {}).rows(COLUMNS, [ROW, BARE], View(excel=True))
    assert kept.getvalue() == (
        b"\xef\xbb\xbfname;price;count;fit;day;moment\r\n"
        b'"\xc3\x89cran, 24""";1234,50;3;true;2026-11-02;2026-07-14T22:30:00+00:00\r\n'
        b"'=1+1;;-1;false;;2026-01-05T09:05:00+00:00\r\n"
    )


def test_a_table_speaks_to_eyes_in_their_language_and_in_the_hour_of_paris(language: str) -> None:
    made = desk()
    made.out.rows(COLUMNS, [ROW], View())
    told = made.data.getvalue()
    shown = {
        "fr": ("1\u202f234,50\u00a0€", "02/11/2026", "15/07/2026\u00a000:30"),
        "en": ("1,234.50\u00a0€", "2026-11-02", "2026-07-15\u00a000:30"),
    }
    assert all(text in told for text in shown[language])


def test_the_words_of_a_value_are_shown_to_eyes_and_its_key_to_programs() -> None:
    columns = (Column("name", "Nom", {"out_of_order": "no such translation"}),)
    row = ROW._replace(name="out_of_order")
    eyes, program = desk(), desk()
    eyes.out.rows(columns, [row], View())
    program.out.rows(columns, [row], View(json=True))
    assert "no such translation" in eyes.data.getvalue()
    assert json.loads(program.data.getvalue()) == [{"name": "out_of_order"}]


def test_no_rows_are_an_empty_list_for_programs_and_nothing_for_eyes() -> None:
    told = {}
    for form in Format:
        made = desk()
        made.out.rows(COLUMNS[:2], [], View(format=form))
        told[form] = made.data.getvalue()
    assert told == {"table": "", "json": "[]\n", "jsonl": "", "csv": "name,price\n", "tsv": "name\tprice\n"}


def test_a_table_fits_the_terminal_and_is_whole_in_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    long = ROW._replace(name="mot " * 60)
    eyes, pipe = desk(terminal=True), desk()
    for made in (eyes, pipe):
        made.out.rows(COLUMNS, [long], View())
    assert max(map(len, eyes.data.getvalue().splitlines())) <= 60
    assert ("mot " * 60).rstrip() in pipe.data.getvalue()


@pytest.mark.parametrize("form", [Format.JSON, Format.JSONL, Format.CSV, Format.TSV])
def test_rows_are_written_while_they_are_read(form: Format) -> None:
    made = desk()
    seen: list[int] = []

    def rows() -> Iterator[Row]:
        for number in range(3000):
            seen.append(len(made.data.getvalue()))
            yield ROW._replace(count=number, name="x" * 50)

    made.out.rows(COLUMNS, rows(), View(format=form))
    assert 0 < seen[-1] < len(made.data.getvalue())


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), max_size=6))
def test_no_control_character_of_the_data_reaches_a_table(names: list[str]) -> None:
    made = desk(terminal=True)
    made.out.rows(COLUMNS[:1], [ROW._replace(name=name) for name in names], View())
    assert all(c.isprintable() or c in "\n\u00a0" or c.isspace() for c in made.data.getvalue())
    assert not set(made.data.getvalue()) & set("\x1b\x9b\x07\r\x85\u2028")


@pytest.mark.parametrize("form", [Format.TABLE, Format.JSON])
def test_no_escape_of_a_record_or_its_sections_reaches_a_table_nor_a_raw_one_json(form: Format) -> None:
    made = desk(terminal=True)
    row = ROW._replace(name="\x1b[2J\x07")
    made.out.record(COLUMNS, row, View(format=form), [Section("more", "Plus", COLUMNS, [row])])
    assert not set(made.data.getvalue()) & set("\x1b\x07")


@pytest.mark.parametrize("form", [Format.JSON, Format.JSONL, Format.CSV, Format.TSV])
def test_no_control_character_of_the_data_reaches_a_terminal_in_any_format(form: Format) -> None:
    made = desk(terminal=True)
    made.out.rows(COLUMNS[:1], [ROW._replace(name=ANY_ESCAPE)], View(format=form))
    assert not set(made.data.getvalue()) & set("\x1b\x9b\x07\u202e")


def test_no_control_character_reaches_a_terminal_through_a_line() -> None:
    made = desk(terminal=True)
    made.out.line(ANY_ESCAPE)
    assert not set(made.data.getvalue()) & set("\x1b\x9b\x07\u202e")


# --- records


def test_a_record_is_one_object_with_its_sections_nested_in_json() -> None:
    made = desk()
    made.out.record(COLUMNS[:2], ROW, View(json=True), [Section("lines", "Lignes", COLUMNS[:3], [BARE, ROW])])
    assert json.loads(made.data.getvalue()) == {
        "name": 'Écran, 24"',
        "price": "1234.50",
        "lines": [
            {"name": "=1+1", "price": None, "count": -1},
            {"name": 'Écran, 24"', "price": "1234.50", "count": 3},
        ],
    }


@pytest.mark.parametrize("form", [Format.JSONL, Format.CSV, Format.TSV])
def test_a_record_is_one_row_with_its_sections_as_json_in_a_cell(form: Format) -> None:
    made = desk()
    made.out.record(COLUMNS[:2], ROW, View(format=form), [Section("lines", "Lignes", COLUMNS[:2], [BARE])])
    text = made.data.getvalue()
    nested = [{"name": "=1+1", "price": None}]
    if form is Format.JSONL:
        assert json.loads(text)["lines"] == nested
        return
    header, cells = csv.reader(StringIO(text), delimiter="\t" if form is Format.TSV else ",", quoting=0)
    assert header == ["name", "price", "lines"]
    if form is Format.CSV:
        assert json.loads(cells[2]) == nested


def test_a_record_shows_its_titles_its_values_and_only_the_sections_that_hold_something() -> None:
    made = desk()
    sections = [Section("a", "PLEINE", COLUMNS[:1], [BARE]), Section("b", "VIDE", COLUMNS[:1], [])]
    made.out.record(COLUMNS[:1], ROW, View(), sections)
    assert made.data.getvalue().splitlines() == ['NAME  Écran, 24"', "", "PLEINE", "NAME", "────", "=1+1"]


# --- files


@pytest.mark.parametrize("name", ["rows.json", "deep/er/rows.json"])
def test_a_file_holds_the_data_and_the_stream_nothing(name: str, tmp_path: Path) -> None:
    made = desk()
    path = tmp_path / name
    made.out.rows(COLUMNS[:1], [ROW], View(output=str(path)))
    assert json.loads(path.read_bytes()) == [{"name": 'Écran, 24"'}]
    assert made.data.getvalue() == made.talk.getvalue() == ""
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_an_excel_file_keeps_its_bytes_on_disk(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    desk().out.rows(COLUMNS[1:2], [ROW], View(output=str(path), excel=True))
    assert path.read_bytes() == b"\xef\xbb\xbfprice\r\n1234,50\r\n"


def test_a_table_in_a_file_is_as_wide_as_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    made = desk(terminal=True)
    made.out.rows(COLUMNS[:1], [ROW._replace(name="mot " * 40)], View(output=str(tmp_path / "x.txt")))
    assert ("mot " * 40).rstrip() in (tmp_path / "x.txt").read_text()


@pytest.mark.parametrize("error", [ValueError("x"), KeyboardInterrupt(), NotFound("x")], ids=repr)
def test_a_failure_half_way_leaves_the_old_file_and_no_draft(error: BaseException, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("old")

    def rows() -> Iterator[Row]:
        yield from [ROW] * 5000
        raise error

    with pytest.raises(type(error)):
        desk().out.rows(COLUMNS, rows(), View(output=str(path)))
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_new_file_has_the_rights_that_the_person_gives_to_new_files(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        desk().out.rows(COLUMNS, [ROW], View(output=str(tmp_path / "x.csv")))
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "x.csv").stat().st_mode) == 0o640


@pytest.mark.parametrize("name", ["", ".", "folder", "file/x.csv", "x" * 300])
def test_a_file_that_cannot_be_written_is_bad_usage_and_leaves_nothing(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("kept")
    with pytest.raises(Unwritable) as refused:
        desk().out.rows(COLUMNS, [ROW], View(output=f"{tmp_path}/{name}"))
    assert refused.value.exit_code == 2
    assert refused.value.hint
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file", "folder"]
    assert list((tmp_path / "folder").iterdir()) == []
    assert (tmp_path / "file").read_text() == "kept"


def test_a_link_that_leads_nowhere_is_bad_usage(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(Unwritable):
        desk().out.rows(COLUMNS, [ROW], View(output=str(tmp_path / "loop")))


def test_a_link_to_a_file_that_is_not_there_yet_makes_it(tmp_path: Path) -> None:
    (tmp_path / "link.csv").symlink_to("target.csv")
    desk().out.rows(COLUMNS[:1], [ROW], View(output=str(tmp_path / "link.csv")))
    assert (tmp_path / "target.csv").read_text().startswith("name")
    assert (tmp_path / "link.csv").is_symlink()


def test_a_pipe_or_a_device_is_written_into_and_stays_one(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        desk().out.rows(COLUMNS[:1], [ROW], View(format=Format.CSV, output=str(path)))
        assert stat.S_ISFIFO(path.stat().st_mode)
        assert os.read(reader, 100)
    finally:
        os.close(reader)


def test_a_link_stays_a_link_and_its_target_is_written(tmp_path: Path) -> None:
    target, link = tmp_path / "target.csv", tmp_path / "link.csv"
    target.write_text("old")
    link.symlink_to(target)
    desk().out.rows(COLUMNS[:1], [ROW], View(output=str(link)))
    assert link.is_symlink()
    assert target.read_text() != "old"


def test_a_private_file_stays_private_when_it_is_written_again(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.touch(0o600)
    desk().out.rows(COLUMNS, [ROW], View(output=str(path)))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_raw_bytes_come_after_the_text_already_written() -> None:
    kept = BytesIO()
    out = Output(TextIOWrapper(kept, "utf-8"), Stream(), {})
    out.line("before")
    out.raw(b"%PDF\x00\xff")
    assert kept.getvalue() == b"before\n%PDF\x00\xff"


# --- talk


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_what_is_said_is_on_the_other_stream_line_by_line_and_safe(text: str) -> None:
    made = desk()
    made.out.say(text)
    assert made.data.getvalue() == ""
    told = made.talk.getvalue()
    assert told.count("\n") == text.count("\n") + 1
    assert not set(told) & set("\x1b\x9b\x07\r\x85\u2028\u202e")


def failing(problem: Any, *, as_json: bool) -> Sequence[str]:
    made = desk()
    made.out.fail(problem, as_json=as_json)
    assert made.data.getvalue() == ""
    return made.talk.getvalue().splitlines()


def test_every_problem_is_told_and_the_same_hint_once() -> None:
    found = [MissingValue("--siret"), MissingValue("--email"), Refused("non"), NotFound("où", "là")]
    lines = failing(Several(found), as_json=False)
    assert len(lines) == 6
    for line, problem in zip(lines, found, strict=False):
        assert problem.message in line
    assert found[0].hint in lines[4]
    assert "là" in lines[5]


def test_every_problem_is_told_as_one_line_of_json() -> None:
    found = [MissingValue("--siret"), Refused('non "\x1b[2J" \n')]
    (line,) = failing(Several(found), as_json=True)
    told = json.loads(line)
    assert told["exit_code"] == 2
    assert [each["error"] for each in told["errors"]] == ["missing_value", "refused"]
    assert told["errors"][0]["message"] == found[0].message
    assert told["errors"][0]["hint"] == found[0].hint
    assert told["errors"][1] == {"error": "refused", "message": 'non "\x1b[2J" \n', "hint": None}


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_no_text_in_an_error_breaks_its_line_nor_its_json(text: str) -> None:
    (line,) = failing(UsageProblem(text, text), as_json=True)
    assert set(json.loads(line)) == {"exit_code", "errors"}
    assert not any("\x1b" in each for each in failing(UsageProblem(text, text), as_json=False))


def test_a_warning_is_talk() -> None:
    made = desk()
    made.out.warn("attention")
    assert "attention" in made.talk.getvalue()
    assert made.data.getvalue() == ""


def test_an_old_console_gets_a_question_mark_and_not_a_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = BytesIO()
    monkeypatch.setattr(sys, "stdout", TextIOWrapper(kept, "ascii"))
    monkeypatch.setattr(sys, "stderr", TextIOWrapper(BytesIO(), "ascii"))
    out = output.standard()
    out.line("é€\n")
    out.data.flush()
    assert kept.getvalue() == b"??\n\n"


def test_a_bundle_of_the_view_is_what_every_list_takes() -> None:
    assert View._fields == ("format", "json", "excel", "output")
