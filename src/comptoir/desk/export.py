"""Rows written for programs: JSON, JSON lines, CSV, TSV, and the CSV that French Excel opens right."""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import StringIO
from itertools import islice
from typing import Any

from comptoir.core.money import rounded

BOM = "\ufeff"
# What a spreadsheet would run as a formula (OWASP, "CSV Injection").
_RUN = ("=", "+", "-", "@", "\t", "\r")
TOGETHER = 512  # rows written at once: cell by cell would take three times longer

Values = Sequence[Any]


def plain(value: Any) -> Any:  # noqa: ANN401 - any field of a row
    """Give a value as JSON holds it: money as text with two decimals, moments in ISO, rows as objects."""
    match value:
        case Decimal():
            return f"{rounded(value):.2f}"
        case datetime() | date():
            return value.isoformat()
        case tuple() if hasattr(value, "_asdict"):
            return {key: plain(each) for key, each in value._asdict().items()}
        case tuple():
            return [plain(each) for each in value]
        case _:
            return value


def as_json(keys: Sequence[str], rows: Iterable[Values]) -> Iterator[str]:
    """Write a JSON array, an object a line."""
    opening = "["
    for row in rows:
        yield f"{opening}\n  {_object(keys, row)}"
        opening = ","
    yield "[]\n" if opening == "[" else "\n]\n"


def as_json_lines(keys: Sequence[str], rows: Iterable[Values]) -> Iterator[str]:
    """Write a JSON object a line."""
    return (_object(keys, row) + "\n" for row in rows)


def as_one_json(keys: Sequence[str], row: Values) -> Iterator[str]:
    """Write one JSON object, indented."""
    record = {key: plain(value) for key, value in zip(keys, row, strict=True)}
    yield json.dumps(record, ensure_ascii=False, indent=2) + "\n"


def as_csv(keys: Sequence[str], rows: Iterable[Values], together: int = 1) -> Iterator[str]:
    """Write CSV: commas, UTF-8, a decimal point."""
    return _separated(keys, rows, delimiter=",", end="\n", comma=False, together=together)


def as_excel(keys: Sequence[str], rows: Iterable[Values], together: int = 1) -> Iterator[str]:
    """Write the CSV that French Excel opens by itself: byte order mark, `;`, decimal comma, CRLF."""
    yield BOM
    yield from _separated(keys, rows, delimiter=";", end="\r\n", comma=True, together=together)


def as_tsv(keys: Sequence[str], rows: Iterable[Values]) -> Iterator[str]:
    """Write a header and rows with tabs between; blanks inside cells become single spaces."""
    yield "\t".join(keys) + "\n"
    for row in rows:
        yield "\t".join(_one_line(value) for value in row) + "\n"


def _one_line(value: Any) -> str:  # noqa: ANN401 - any field of a row
    squeezed = " ".join(value.split()) if isinstance(value, str) else value
    return " ".join(str(_cell(squeezed, comma=False)).split())


def _object(keys: Sequence[str], row: Values) -> str:
    record = {key: plain(value) for key, value in zip(keys, row, strict=True)}
    return json.dumps(record, ensure_ascii=False)


def _separated(
    keys: Sequence[str], rows: Iterable[Values], *, delimiter: str, end: str, comma: bool, together: int
) -> Iterator[str]:
    yield _quoted([keys], delimiter, end)
    left = iter(rows)
    while batch := list(islice(left, together)):
        columns = [_column(values, comma=comma) for values in zip(*batch, strict=True)]
        yield _unquoted(columns, delimiter, end) or _quoted(
            [[_cell(value, comma=comma) for value in row] for row in batch], delimiter, end
        )


def _column(values: Values, *, comma: bool) -> Values:
    """Give the cells of a column as text, formulas among its texts left as they are."""
    kinds = set(map(type, values))
    if kinds == {str}:
        return values
    return list(map(str, values)) if kinds == {int} else [str(_cell(value, comma=comma)) for value in values]


def _unquoted(columns: Sequence[Values], delimiter: str, end: str) -> str:
    """Write rows whose cells need neither quotes nor a sign before them, at once; nothing where one does."""
    text = "\n".join(map(delimiter.join, zip(*columns, strict=True)))
    width, count = len(columns), len(columns[0]) if columns else 0
    even = text.count(delimiter) == (width - 1) * count and text.count("\n") == count - 1
    # A lone empty cell is quoted too: its line would be blank.
    if width == 1 or not even or '"' in text or "\r" in text or text.startswith(_RUN):
        return ""
    if any(sign in text and (delimiter + sign in text or "\n" + sign in text) for sign in _RUN):
        return ""
    return text.replace("\n", end) + end


def _quoted(rows: Iterable[Values], delimiter: str, end: str) -> str:
    text = StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator=end)
    # Before Python 3.12, a lone carriage return is not quoted, and cuts the row.
    careful = csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    for row in rows:
        (careful if any("\r" in str(cell) for cell in row) else writer).writerow(row)
    return text.getvalue()


def _cell(value: Any, *, comma: bool) -> str | int:  # noqa: ANN401 - any field of a row
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int():
            return value
        case Decimal():
            return plain(value).replace(".", ",") if comma else str(plain(value))
        case dict() | list() | tuple():
            return json.dumps(plain(value), ensure_ascii=False)
        case str():
            return f"'{value}" if value.startswith(_RUN) else value
        case _:
            return str(plain(value))
