"""Writes of the catalogue: the import."""

import csv
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from sqlite3 import Connection
from typing import BinaryIO

from sqlmodel import Session

from comptoir.catalog.diagnosis import Categories
from comptoir.catalog.lines import STORED, BadHeader, BadLine, Values, WrongWidth, line_checker
from comptoir.core.errors import Refused
from comptoir.core.i18n import _, ngettext
from comptoir.store.engine import driver

_UPSERT = (
    f"INSERT INTO device ({', '.join(STORED)}) VALUES ({', '.join('?' * len(STORED))}) "
    f"ON CONFLICT (article_code) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in STORED[1:])} "
    f"WHERE ({', '.join(f'device.{name}' for name in STORED[1:])}) "
    f"IS NOT ({', '.join(f'excluded.{name}' for name in STORED[1:])})"
)
_SEPARATORS = ",;\t"
CACHE = 4_096  # KiB of pages kept while a catalogue comes in, however large it is
_UTF_16 = (BOM_UTF16_LE, BOM_UTF16_BE)


@dataclass
class Tally:
    """What an import did, in lines."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    legacy: int = 0  # lines that were not UTF-8, read as cp1252


class NothingImported(Refused):
    """A strict import met lines that cannot go in."""

    def __init__(self, refused: int) -> None:
        super().__init__(
            ngettext(
                "{count} line was refused: nothing was imported",
                "{count} lines were refused: nothing was imported",
                refused,
            ).format(count=refused),
            _("mend the lines above, or import the good ones without --strict"),
        )


def import_catalogue(
    session: Session, file: BinaryIO, categories: Categories, report: Callable[[BadLine], None], *, strict: bool
) -> Tally:
    """Bring a CSV catalogue in by article code; lines that cannot go in are reported and left out.

    Streams: memory does not grow with the file. Raises BadHeader where the file is no catalogue, and, when
    strict, NothingImported where a line was refused.
    """
    lines = _Lines(file)
    try:
        first = next(lines, "")
        separator = max(_SEPARATORS, key=first.count)
        header = next(csv.reader([first], delimiter=separator), [])
    except csv.Error as error:
        raise BadHeader(str(error)) from error
    if not any(header):
        raise BadHeader(_("the file is empty"))
    tally = Tally()
    _store(session, _checked(lines, separator, line_checker(header, categories), report), tally)
    tally.legacy = lines.legacy
    if strict and tally.refused:
        raise NothingImported(tally.refused)
    return tally


class _Lines:
    """The lines of a file, decoded; those of a record that went wrong can be given back."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._back: list[str] = []
        self.taken: list[str] = []  # by the record under way
        self.number = 0  # of the last line taken
        self.legacy = 0  # lines that were not UTF-8, read as cp1252

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._back.pop() if self._back else self._decoded(next(self._file))
        self.number += 1
        self.taken.append(line)
        return line

    def give_back(self) -> None:
        """Give back every line of the record under way but its first."""
        again = self.taken[1:]
        self.number -= len(again)
        self._back += reversed(again)

    def _decoded(self, line: bytes) -> str:
        if self.number == 0 and line.startswith(_UTF_16):
            raise BadHeader(_("it is in UTF-16: save it as CSV UTF-8"))
        try:
            return line.decode("utf-8" if self.number else "utf-8-sig")
        except UnicodeDecodeError:
            self.legacy += 1
            return line.decode("cp1252", errors="replace")


def _checked(
    lines: _Lines, separator: str, check: Callable[[list[str]], Values], report: Callable[[BadLine], None]
) -> Iterator[Values | None]:
    """Give the values of each good line, None for each one refused and reported; blank lines do not count."""
    records = csv.reader(lines, delimiter=separator, strict=True)
    while True:
        lines.taken.clear()
        begins = lines.number + 1
        try:
            cells = next(records, None)
            if cells is None:
                return
            if cells:
                yield check(cells)
        except (ValueError, csv.Error) as error:
            report(BadLine(begins, str(error)))
            if isinstance(error, WrongWidth | csv.Error):
                # A quote left open takes the lines after it for its own: they get another chance.
                lines.give_back()
            records = csv.reader(lines, delimiter=separator, strict=True)
            yield None


def _store(session: Session, lines: Iterator[Values | None], tally: Tally) -> None:
    connection = driver(session)
    connection.execute(f"PRAGMA cache_size = {-CACHE}")

    def good() -> Iterator[Values]:
        """Give the values that go in, counted."""
        for values in lines:
            if values is None:
                tally.refused += 1
            else:
                tally.unchanged += 1
                yield values

    before = _count(connection)
    changed = connection.executemany(_UPSERT, good()).rowcount
    tally.added = _count(connection) - before
    tally.updated = changed - tally.added
    tally.unchanged -= changed
    if changed:
        _index(connection)


def _count(connection: Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM device").fetchone()[0])


def _index(connection: Connection) -> None:
    # Built anew and whole: half a second for 200,000 devices, three times less than line by line.
    connection.execute("INSERT INTO device_search (device_search) VALUES ('rebuild')")
    connection.execute("DELETE FROM device_word")
    connection.execute("INSERT INTO device_word (word) SELECT term FROM device_term")
