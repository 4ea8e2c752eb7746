"""Reads: SQL over the driver's own connection, rows as named tuples, streamed."""

import sqlite3
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from itertools import starmap
from json import loads
from pathlib import Path
from typing import Any, TypeVar

from comptoir.core.money import from_cents
from comptoir.store.sqlite import State, opened, state, troubles

Row = TypeVar("Row")
Value = str | int | None

# By the annotation of the row's field: what the database keeps, made what Python wants.
_DECODERS: dict[Any, Callable[[Any], Any]] = {
    Decimal: from_cents,
    Decimal | None: lambda cents: None if cents is None else from_cents(cents),
    datetime: datetime.fromisoformat,
    datetime | None: lambda text: None if text is None else datetime.fromisoformat(text),
    date: date.fromisoformat,
    dict[str, str]: loads,
    dict[str, Any]: loads,
    tuple[str, ...]: lambda text: tuple(loads(text)),
    list[dict[str, Any]]: loads,
    list[dict[str, str]]: loads,
}


class Reader:
    """Answers queries written with named parameters (`:name`); on no database at all, with no row."""

    def __init__(self, connection: sqlite3.Connection | None) -> None:
        self._connection = connection

    def rows(self, sql: str, into: type[Row], **parameters: Value) -> Iterator[Row]:
        """Stream the rows of a query, its columns in the order of the row's fields."""
        if self._connection is None:
            return
        kinds = into.__annotations__.values()
        decoders = [(place, _DECODERS[kind]) for place, kind in enumerate(kinds) if kind in _DECODERS]
        found = self._connection.execute(sql, _sendable(parameters))
        if not decoders:
            yield from starmap(into, found)
        for kept in found:
            values = list(kept)
            for place, decode in decoders:
                values[place] = decode(values[place])
            yield into(*values)

    def one(self, sql: str, into: type[Row], **parameters: Value) -> Row | None:
        """Give the first row of a query, or None."""
        return next(self.rows(sql, into, **parameters), None)

    def values(self, sql: str, **parameters: Value) -> list[Any]:
        """Give the first column of a query, whole."""
        if self._connection is None:
            return []
        return [row[0] for row in self._connection.execute(sql, _sendable(parameters))]


def reachable(number: int) -> int:
    """Give a number, or the nearest that SQLite takes: no row ever has that one (64 bits, "Datatypes", 2)."""
    return max(-(1 << 63), min(number, (1 << 63) - 1))


def _sendable(parameters: dict[str, Value]) -> dict[str, Value]:
    return {key: _sent(value) for key, value in parameters.items()}


def _sent(value: Value) -> Value:
    if isinstance(value, str):
        # Bytes of the command line that are no text come as lone surrogates, which no database takes.
        return value.encode("utf-8", "replace").decode("utf-8")
    return value if value is None else reachable(value)


@contextmanager
def reading(path: Path) -> Generator[Reader]:
    """Open the database to read it in one snapshot; a missing file reads as an empty database."""
    if state(path) is State.MISSING:
        yield Reader(None)
        return
    with troubles(path), opened(path) as connection:
        yield Reader(connection)
