"""Rows for programs: what is read back is what was written, and no spreadsheet runs it."""

import csv
import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from comptoir.desk import export

RUN = ("=", "+", "-", "@", "\t", "\r")
FORMULAS = [
    '=HYPERLINK("http://x")',
    "+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "=1",
    "=cmd|' /C calc'!A0",
    "-",
    "=",
    "+33612345678",
]

nasty = st.sampled_from(
    [*FORMULAS, "", '"', "'", ",", ";", "\n", "a\nb", '"",', "été", "1,5", "1;5", "null", "漢", "\x1b[0m"]
)
texts = nasty | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=20)
money = st.integers(-(10**12), 10**12).map(lambda cents: Decimal(cents).scaleb(-2))
values = st.one_of(
    texts,
    money,
    st.integers(-(10**6), 10**6),
    st.booleans(),
    st.none(),
    st.dates(),
    st.datetimes(timezones=st.just(UTC)),
)
rows = st.integers(1, 5).flatmap(
    lambda width: st.tuples(
        st.just([f"key_{place}" for place in range(width)]),
        st.lists(st.lists(values, min_size=width, max_size=width), max_size=6),
    )
)


def read_back(chunks: Iterable[str], **form: Any) -> list[list[str]]:
    return list(csv.reader(StringIO("".join(chunks), newline=""), strict=True, **form))


def in_json(value: Any) -> Any:
    match value:
        case Decimal():
            return str(value)
        case date():
            return value.isoformat()
    return value


def in_cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case str():
            return "'" + value if value[:1] in RUN and value else value
    return str(in_json(value))


@given(rows)
def test_csv_reads_back_to_the_same_rows(made: tuple[list[str], list[list[Any]]]) -> None:
    keys, given_rows = made
    assert read_back(export.as_csv(keys, given_rows)) == [keys, *([in_cell(v) for v in row] for row in given_rows)]


@given(rows)
def test_the_csv_of_french_excel_reads_back_to_the_same_rows(made: tuple[list[str], list[list[Any]]]) -> None:
    keys, given_rows = made
    first, *rest = export.as_excel(keys, given_rows)
    assert first == "\ufeff"
    expected = [[in_cell(v).replace(".", ",") if isinstance(v, Decimal) else in_cell(v) for v in r] for r in given_rows]
    assert read_back(rest, delimiter=";") == [keys, *expected]


@given(rows, st.sampled_from([export.as_csv, export.as_excel]), st.integers(2, 7))
@example((["a", "b"], [["x", "y"], ["-1", -1], ["1", None]]), export.as_csv, 3)
@example((["a"], [[""], ["x"]]), export.as_csv, 2)
def test_rows_written_together_are_written_as_each_is_alone(made: Any, form: Any, together: int) -> None:
    keys, given_rows = made
    assert "".join(form(keys, given_rows, together)) == "".join(form(keys, given_rows))


@pytest.mark.parametrize("text", FORMULAS)
@pytest.mark.parametrize("form", [export.as_csv, export.as_excel])
def test_no_text_of_rows_written_together_is_a_formula_in_a_spreadsheet(form: Any, text: str) -> None:
    for row in ([text, "x"], ["x", text]):
        written = "".join(form(["a", "b"], [["x", "y"], row], 2)).splitlines()[-1]
        assert "'" + text[0] in written


@given(rows)
def test_lines_of_french_excel_end_in_crlf(made: tuple[list[str], list[list[Any]]]) -> None:
    keys, given_rows = made
    text = "".join(export.as_excel(keys, given_rows))
    assert text.endswith("\r\n")
    breaks_of_data = sum(v.count("\n") for row in given_rows for v in row if isinstance(v, str))
    assert text.count("\r\n") == len(given_rows) + 1 + sum(
        v.count("\r\n") for row in given_rows for v in row if isinstance(v, str)
    )
    assert text.count("\n") == len(given_rows) + 1 + breaks_of_data


@pytest.mark.parametrize("text", FORMULAS)
@pytest.mark.parametrize("form", [export.as_csv, export.as_excel, export.as_tsv])
def test_no_text_is_a_formula_in_a_spreadsheet(form: Any, text: str) -> None:
    written = "".join(form(["a", "b"], [["x", text]])).splitlines()[-1]
    cell = written[2:].lstrip('"')
    assert cell.startswith("'")


@pytest.mark.parametrize("value", [-1, -0.5, Decimal("-12.50"), Decimal(0), 0, True])
def test_numbers_stay_numbers(value: Any) -> None:
    (_, (cell,)) = read_back(export.as_csv(["a"], [[value]]))
    assert not cell.startswith("'")
    if value is not True:
        assert Decimal(cell) == Decimal(str(value))


def test_a_decimal_has_a_point_for_programs_and_a_comma_for_french_excel() -> None:
    row = [[Decimal("1234567.5")]]
    assert "".join(export.as_csv(["a"], row)) == "a\n1234567.50\n"
    assert "".join(export.as_excel(["a"], row)) == "\ufeffa\r\n1234567,50\r\n"
    assert "".join(export.as_tsv(["a"], row)) == "a\n1234567.50\n"


def test_a_date_is_in_iso_and_a_text_with_a_point_keeps_it_in_french_excel() -> None:
    row = [[date(2026, 11, 22), "3.5"]]
    assert "".join(export.as_excel(["a", "b"], row)) == "\ufeffa;b\r\n2026-11-22;3.5\r\n"


@pytest.mark.parametrize("text", ["a\rb", "\r=1", "Rue\r"])
def test_a_carriage_return_inside_a_cell_does_not_cut_the_row(text: str) -> None:
    (_, (cell, other)) = read_back(export.as_csv(["a", "b"], [[text, "z"]]))
    assert cell.lstrip("'") == text
    assert other == "z"


def test_a_carriage_return_inside_a_cell_of_french_excel_does_not_cut_the_row() -> None:
    first, *rest = export.as_excel(["a", "b"], [["a\rb", "z"]])
    assert read_back(rest, delimiter=";")[1] == ["a\rb", "z"]
    assert first == export.BOM


@given(rows)
@example((["a"], [["a\rb\n\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029\tc"]]))
def test_tsv_has_one_line_a_row_and_one_tab_between_cells_whatever_the_data(
    made: tuple[list[str], list[list[Any]]],
) -> None:
    keys, given_rows = made
    text = "".join(export.as_tsv(keys, given_rows))
    assert text.endswith("\n")
    lines = text[:-1].split("\n")
    assert len(lines) == len(given_rows) + 1
    assert all(len(line.split("\t")) == len(keys) for line in lines)
    assert all(len(line.splitlines()) <= 1 for line in lines)


@given(rows)
def test_tsv_keeps_the_words_of_every_cell(made: tuple[list[str], list[list[Any]]]) -> None:
    keys, given_rows = made
    lines = "".join(export.as_tsv(keys, given_rows))[:-1].split("\n")[1:]
    for line, row in zip(lines, given_rows, strict=True):
        squeezed = [" ".join(value.split()) if isinstance(value, str) else value for value in row]
        assert line.split("\t") == [in_cell(value) for value in squeezed]


@pytest.mark.parametrize("text", [" =1+1", "\n=1+1", "\u00a0@SUM(A1)", "  -1+1"])
def test_blanks_before_a_formula_do_not_bring_it_back_in_tsv(text: str) -> None:
    cell = "".join(export.as_tsv(["a"], [[text]])).splitlines()[1]
    assert not cell.startswith(RUN)


@given(rows)
def test_json_reads_back_to_the_same_values(made: tuple[list[str], list[list[Any]]]) -> None:
    keys, given_rows = made
    expected = [dict(zip(keys, map(in_json, row), strict=True)) for row in given_rows]
    assert json.loads("".join(export.as_json(keys, given_rows))) == expected
    lines = list(export.as_json_lines(keys, given_rows))
    assert [json.loads(line) for line in lines] == expected
    assert all(line.endswith("\n") and line.count("\n") == 1 for line in lines)
    for row, told in zip(given_rows, expected, strict=True):
        assert json.loads("".join(export.as_one_json(keys, row))) == told


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (Decimal("12.5"), "12.50"),
        (Decimal("1E+3"), "1000.00"),
        (Decimal(0), "0.00"),
        (Decimal("-12.50"), "-12.50"),
        (date(2026, 11, 22), "2026-11-22"),
        (datetime(2026, 11, 22, 9, 5, tzinfo=UTC), "2026-11-22T09:05:00+00:00"),
        (None, None),
        (True, True),
        (7, 7),
        ({"a": 1}, {"a": 1}),
        (["x"], ["x"]),
    ],
)
def test_json_holds_money_as_text_with_two_decimals_and_days_in_iso(value: Any, kept: Any) -> None:
    assert export.plain(value) == kept
    assert type(export.plain(value)) is type(kept)


def test_json_of_no_rows_is_an_empty_array_and_nothing_in_lines() -> None:
    assert json.loads("".join(export.as_json(["a"], []))) == []
    assert "".join(export.as_json_lines(["a"], [])) == ""
    assert "".join(export.as_csv(["a", "b"], [])) == "a,b\n"
    assert "".join(export.as_excel(["a", "b"], [])) == "\ufeffa;b\r\n"


@pytest.mark.parametrize("form", [export.as_json, export.as_json_lines, export.as_csv, export.as_tsv, export.as_excel])
def test_rows_are_written_as_they_come_and_not_kept(form: Any) -> None:
    taken = []

    def endless() -> Any:
        for number in range(10**9):
            taken.append(number)
            yield [number]

    chunks = form(["a"], endless())
    for _ in range(20):
        next(chunks)
    assert len(taken) <= 21


def test_a_list_in_a_cell_is_json() -> None:
    nested = [{"question": "works", "answer": 'oui, "bien"'}]
    for form, mark in ((export.as_csv, ","), (export.as_excel, ";")):
        written = "".join(form(["a", "b"], [[nested, "z"]])).removeprefix("\ufeff")
        (_, (cell, other)) = read_back([written], delimiter=mark)
        assert json.loads(cell) == nested
        assert other == "z"


def test_an_unrounded_amount_is_written_with_the_one_rounding_of_the_house() -> None:
    assert export.plain(Decimal("0.125")) == "0.13"
