"""A CSV file that someone hands over: its lines decoded, its header, its records, the lines it refuses."""

import csv
import os
import shutil
import sys
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from io import StringIO, UnsupportedOperation
from pathlib import Path
from stat import S_ISREG
from tempfile import SpooledTemporaryFile
from typing import IO, NamedTuple
from unicodedata import is_normalized

from comptoir.core.errors import NotFound, OutsideFailure, Refused, UsageProblem, reason_of
from comptoir.core.i18n import _, ngettext
from comptoir.core.text import tidy

SIZE = 1 << 16  # bytes read at once: some hundred lines, which stay in the processor's cache
LONGEST = 1 << 18  # bytes of a line that are kept; csv takes no cell of half as many
IN_MEMORY = 1 << 20  # bytes of a pipe kept without a file
# What an export writes before a text that a spreadsheet would run.
NEUTRALISED = ("'=", "'+", "'-", "'@")
_SEPARATORS = ",;\t"
_UTF_16 = (BOM_UTF16_LE, BOM_UTF16_BE)

Refuse = Callable[["BadLine"], None]


class NoSuchFile(NotFound):
    """The file to import does not exist."""

    def __init__(self, name: str) -> None:
        super().__init__(_("there is no file `{name}`").format(name=name))


class UnreadableFile(UsageProblem):
    """The file to import cannot be read."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(_("cannot read `{name}`: {reason}").format(name=name, reason=reason))


class NotKept(OutsideFailure):
    """What comes from a pipe cannot be written down until its end."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            _("cannot keep what comes in until its end: {reason}").format(reason=reason),
            _("free some space where temporary files stand, or import a file"),
        )


class BadLine(Refused):
    """A line of a file that cannot go in."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(_("line {line}: {reason}").format(line=line, reason=reason))
        self.line = line
        self.reason = reason


class LinesRefused(Refused):
    """The good lines went in, others did not."""

    def __init__(self, refused: int) -> None:
        super().__init__(
            ngettext(
                "{count} line was refused; the others are in",
                "{count} lines were refused; the others are in",
                refused,
            ).format(count=refused),
            _("mend the lines above and import them again; --strict takes all or nothing"),
        )


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


class NotASheet(ValueError):
    """The first line of a file does not name its columns, for this reason."""


class WrongWidth(ValueError):
    """A line that has not the cells of its header: a quote may stand open."""


@dataclass
class Tally:
    """What an import did, in lines."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    legacy: int = 0  # lines that were not UTF-8, read as cp1252

    def check(self) -> None:
        """Raise LinesRefused where lines were left out."""
        if self.refused:
            raise LinesRefused(self.refused)


class Block(NamedTuple):
    """Records that follow each other: the line where each begins, and their cells by column of the header."""

    lines: Sequence[int]
    columns: list[list[str]]

    def records(self) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Give each record with its line, its cells tidied."""
        return zip(self.lines, zip(*map(tidied, self.columns), strict=True), strict=True)


@contextmanager
def opened(name: str) -> Generator[IO[bytes]]:
    """Open a file to import it, `-` being the standard input; raise NoSuchFile, UnreadableFile or NotKept.

    What is no file on a disk is read to its end first: nobody has to wait until somebody has typed or sent it all.
    """
    with ExitStack() as left:
        try:
            file: IO[bytes] = sys.stdin.buffer if name == "-" else left.enter_context(Path(name).open("rb"))
        except FileNotFoundError as error:
            raise NoSuchFile(name) from error
        except OSError as error:
            raise UnreadableFile(name, reason_of(error)) from error
        if not _stands_still(file):
            file = _kept(file, left.enter_context(SpooledTemporaryFile(IN_MEMORY)))
        yield file


def _kept(coming: IO[bytes], whole: IO[bytes]) -> IO[bytes]:
    try:
        shutil.copyfileobj(coming, whole)
    except OSError as error:
        raise NotKept(reason_of(error)) from error
    whole.seek(0)
    return whole


def _stands_still(file: IO[bytes]) -> bool:
    try:
        return S_ISREG(os.fstat(file.fileno()).st_mode)
    except UnsupportedOperation:
        return False


def tidied(cells: Sequence[str]) -> Sequence[str]:
    """Tidy many cells at the price of one test where none needs it."""
    # One space between the cells and at both ends: two in a row are a blank too many, wherever it stands.
    line = f" {' '.join(filter(None, cells))} " if any(cells) else ""
    if "  " in line or not line.isprintable() or not is_normalized("NFC", line):
        return [tidy(cell) for cell in cells]
    return cells


def freed(cell: str) -> str:
    """Give a text without what an export writes before it lest a spreadsheet run it."""
    return cell[1:] if cell.startswith(NEUTRALISED) else cell


def check_header(header: Sequence[str], columns: Sequence[str], required: Sequence[str]) -> None:
    """Raise NotASheet for an unknown, a double or a missing column."""
    for name in header:
        if name not in columns:
            near = get_close_matches(name, columns, 1)
            meant = _(", did you mean `{near}`?").format(near=near[0]) if near else ""
            raise NotASheet(_("unknown column `{name}`").format(name=name) + meant)
        if header.count(name) > 1:
            raise NotASheet(_("column `{name}` stands twice").format(name=name))
    for name in required:
        if name not in header:
            raise NotASheet(_("column `{name}` is missing").format(name=name))


class Sheet:
    """A CSV file read once, in blocks: memory does not grow with it."""

    def __init__(self, file: IO[bytes]) -> None:
        """Read the header; raise NotASheet."""
        self._file = file
        self.legacy = 0  # lines that were not UTF-8, read as cp1252
        self.number = 1  # of the last line read
        first = self._line()
        if first.startswith(_UTF_16):
            raise NotASheet(_("it is in UTF-16: save it as CSV UTF-8"))
        text = self._decoded(first).removeprefix("\ufeff")
        self._separator = max(_SEPARATORS, key=text.count)
        try:
            cells = next(self._reader([text]), [])
        except csv.Error as error:
            raise NotASheet(reason_of(error)) from error
        if not any(cells):
            raise NotASheet(_("the file is empty"))
        self.header = [cell.strip().lower() for cell in cells]

    def blocks(self, refuse: Refuse) -> Iterator[Block]:
        """Give the records in order, refusing each line that is none; blank lines do not count."""
        while block := self._file.read(SIZE):
            text = self._text(block if block.endswith(b"\n") else block + self._line())
            columns = self._split(text)
            if columns is None:
                yield from self._with_care(text, refuse)
            else:
                count = len(columns[0])
                yield Block(range(self.number + 1, self.number + 1 + count), columns)
                self.number += count

    def _split(self, text: str) -> list[list[str]] | None:
        """Cut lines into columns at once; None where a line needs more care."""
        width, separator = len(self.header), self._separator
        if '"' in text or len(text) > csv.field_size_limit():
            return self._parsed(text)
        plain = text.replace("\r\n", "\n").removesuffix("\n")
        count = plain.count("\n") + 1
        # The end of each line becomes a cell, which stands after each record and nowhere else if they are all as wide.
        cells = plain.replace("\n", f"{separator}\n{separator}").split(separator)
        even = len(cells) == count * (width + 1) - 1 and cells[width :: width + 1].count("\n") == count - 1
        return [cells[place :: width + 1] for place in range(width)] if even and "\r" not in plain else None

    def _parsed(self, text: str) -> list[list[str]] | None:
        """Let csv cut lines that have quotes; None where a record is not one line, or is none."""
        try:
            records = list(self._reader(StringIO(text, newline="\n")))
        except csv.Error:
            return None
        lines = text.count("\n") + (not text.endswith("\n"))
        if len(records) != lines or set(map(len, records)) != {len(self.header)}:
            return None
        return [list(column) for column in zip(*records, strict=True)]

    def _with_care(self, text: str, refuse: Refuse) -> Iterator[Block]:
        lines = _Lines(StringIO(text, newline="\n"), lambda: self._text(self._line()), self.number)
        records = self._reader(lines)
        begun: list[int] = []
        kept: list[list[str]] = []
        while lines.waiting:
            lines.taken.clear()
            begins = lines.number + 1
            try:
                if cells := self._record(records):
                    begun.append(begins)
                    kept.append(cells)
            except (WrongWidth, csv.Error) as error:
                yield from _gathered(begun, kept)
                begun, kept = [], []
                refuse(BadLine(begins, reason_of(error)))
                # A quote left open takes the lines after it for its own: they get another chance.
                lines.give_back()
                records = self._reader(lines)
        self.number = lines.number
        yield from _gathered(begun, kept)

    def _record(self, records: Iterator[list[str]]) -> list[str]:
        cells = next(records)
        if cells and len(cells) != len(self.header):
            told = _("{found} cells instead of {width}").format(found=len(cells), width=len(self.header))
            raise WrongWidth(told)
        return cells

    def _reader(self, lines: Iterable[str]) -> Iterator[list[str]]:
        return csv.reader(lines, delimiter=self._separator, strict=True)

    def _text(self, block: bytes) -> str:
        try:
            return block.decode()
        except UnicodeDecodeError:
            return "".join(self._decoded(line + b"\n") for line in block.removesuffix(b"\n").split(b"\n"))

    def _line(self) -> bytes:
        line = self._file.readline(LONGEST)
        if len(line) < LONGEST or line.endswith(b"\n"):
            return line
        # Too long to be a line: it is passed over to its end, and stands for a cell that csv refuses.
        while len(rest := self._file.readline(LONGEST)) == LONGEST and not rest.endswith(b"\n"):
            pass
        return b"_" * LONGEST + b"\n"

    def _decoded(self, line: bytes) -> str:
        try:
            return line.decode()
        except UnicodeDecodeError:
            self.legacy += 1
            return line.decode("cp1252", errors="replace")


class _Lines:
    """Lines that csv takes one by one; those of a record that went wrong can be given back."""

    def __init__(self, text: Iterable[str], more: Callable[[], str], number: int) -> None:
        self.waiting = list(text)[::-1]
        self.taken: list[str] = []  # by the record under way
        self.number = number  # of the last line taken
        self._more = more

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self.waiting.pop() if self.waiting else self._more()
        if not line:
            raise StopIteration
        self.number += 1
        self.taken.append(line)
        return line

    def give_back(self) -> None:
        """Give back every line of the record under way but its first."""
        again = self.taken[1:]
        self.number -= len(again)
        self.waiting += reversed(again)


def _gathered(begun: list[int], kept: list[list[str]]) -> Iterator[Block]:
    if kept:
        yield Block(begun, [list(column) for column in zip(*kept, strict=True)])
