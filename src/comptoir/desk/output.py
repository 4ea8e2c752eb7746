"""The only writer of stdout (data) and stderr (talk)."""

import os
import re
import sys
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from errno import EISDIR
from io import TextIOWrapper
from pathlib import Path
from stat import S_IMODE
from typing import IO, TYPE_CHECKING, Annotated, Any, NamedTuple

from comptoir.core.errors import ComptoirError, UsageProblem, reason_of
from comptoir.core.i18n import _
from comptoir.core.later import later
from comptoir.core.text import shown
from comptoir.desk import table
from comptoir.desk.options import option

if TYPE_CHECKING:
    import json
    import shutil

    from comptoir.desk import export, eyes
else:
    json, shutil, export, eyes = map(later, ("json", "shutil", "comptoir.desk.export", "comptoir.desk.eyes"))

_KEPT = "(\\r?\\n|\\t|\ufeff)"  # ends of lines, tabs, and the mark that Excel reads first
_HELD = "\ue000"  # stands for a blank where a line may not end
CHUNK = 1 << 16  # characters kept before a write: one system call a row would cost a third more


class Format(StrEnum):
    """How data is written."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    TSV = "tsv"


class TwoFormats(UsageProblem):
    """Two options ask for different formats."""

    def __init__(self) -> None:
        super().__init__(_("`--format`, `--json` and `--excel` ask for different formats"), _("keep one of them"))


class Unwritable(UsageProblem):
    """The output file cannot be written."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            _("cannot write `{path}`: {reason}").format(path=path, reason=reason),
            _("name another file with -o; `-` is the standard output"),
        )


class View(NamedTuple):
    """How the person wants the data."""

    format: Annotated[Format | None, option("--format", "-f", help=_("How data is written."))] = None
    json: Annotated[bool, option("--json", help=_("Short for --format json."))] = False
    excel: Annotated[bool, option("--excel", help=_("CSV that French Excel opens right: `;`, decimal comma."))] = False
    output: Annotated[
        str, option("--output", "-o", metavar=_("FILE"), help=_("Write into a file; `-` is the standard output."))
    ] = "-"

    def chosen(self) -> Format:
        """Give the one format asked for; raise TwoFormats."""
        asked = {self.format} if self.format else set()
        if self.json:
            asked.add(Format.JSON)
        if self.excel:
            asked.add(Format.CSV)
        if len(asked) > 1:
            raise TwoFormats
        named = self.output.rpartition(".")[2].lower()
        return asked.pop() if asked else Format(named) if named in set(Format) else Format.TABLE

    def otherwise(self, usual: Format) -> "View":
        """Give the view in its usual format where no option and no file's name asks for one; raise TwoFormats."""
        is_open = self.chosen() is Format.TABLE and self.format is None
        return self._replace(format=usual) if is_open else self


class Column(NamedTuple):
    """A field of a row: its stable key, its title for eyes, and the words shown for its values."""

    key: str
    title: str
    words: Mapping[Any, str] | None = None


class Section(NamedTuple):
    """Rows that belong to a record: shown under it, nested in JSON under the key."""

    key: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Any]


class Output:
    """Writes data and talk, each to its own stream."""

    def __init__(self, data: IO[str], talk: IO[str], environment: Mapping[str, str]) -> None:
        self.data = data
        self.talk = talk
        self.environment = environment

    def rows(self, columns: Sequence[Column], rows: Iterable[Any], view: View, *, live: bool = False) -> None:
        """Write rows, streamed unless they are laid out as a table; `live` ones leave as soon as they come."""
        chosen = view.chosen()
        with self._sink(view.output, whole=not live) as sink:
            if chosen is Format.TABLE:
                cells = [[eyes.cell(column, row) for column in columns] for row in rows]
                self._tell(sink, table.table([c.title for c in columns], cells, self._width(sink)) if cells else ())
                return
            keys = [column.key for column in columns]
            self._tell(sink, _written(chosen, keys, _values(keys, rows), excel=view.excel, live=live), live=live)

    def record(self, columns: Sequence[Column], row: Any, view: View, sections: Sequence[Section] = ()) -> None:  # noqa: ANN401 - any dataclass
        """Write one record and what belongs to it."""
        chosen = view.chosen()
        with self._sink(view.output) as sink:
            if chosen is Format.TABLE:
                self._tell(sink, self._laid_out(columns, row, sections, self._width(sink)))
                return
            keys = [column.key for column in columns] + [section.key for section in sections]
            values = [getattr(row, column.key) for column in columns] + [_nested(section) for section in sections]
            one = chosen is Format.JSON
            self._tell(
                sink,
                export.as_one_json(keys, values) if one else _written(chosen, keys, [values], excel=view.excel),
            )

    def raw(self, content: bytes) -> None:
        """Write bytes to the standard output: a document for another program."""
        self.data.flush()
        self.data.buffer.write(content)  # type: ignore[attr-defined]  # a text stream over bytes
        self.data.buffer.flush()  # type: ignore[attr-defined]  # a text stream over bytes

    def line(self, text: str) -> None:
        """Write one line of data."""
        self.data.write((_harmless(text) if self.data.isatty() else text) + "\n")

    def say(self, text: str = "") -> None:
        """Tell the person something."""
        lines = [shown(line) for line in text.split("\n")]
        if self.talk.isatty():
            width = shutil.get_terminal_size().columns
            lines = [part for line in lines for part in _in_width(line, width)]
        self.talk.write("\n".join(lines) + "\n")
        self.talk.flush()

    def warn(self, text: str) -> None:
        """Tell the person something they should look at."""
        self.say(_("warning: {text}").format(text=text))

    def fail(self, error: ComptoirError, *, as_json: bool = False) -> None:
        """Tell every problem of a failure, with what to do next."""
        if as_json:
            told = [
                {"error": problem.kind, "message": problem.message, "hint": problem.hint}
                for problem in error.problems()
            ]
            self.say(json.dumps({"exit_code": error.exit_code, "errors": told}, ensure_ascii=False))
            return
        hints = []
        for problem in error.problems():
            self.say(_("error: {text}").format(text=problem.message))
            if problem.hint and problem.hint not in hints:
                hints.append(problem.hint)
        for hint in hints:
            self.say(_("hint: {text}").format(text=hint))

    def _laid_out(
        self,
        columns: Sequence[Column],
        row: Any,  # noqa: ANN401 - any dataclass
        sections: Sequence[Section],
        width: int | None,
    ) -> Iterator[str]:
        yield from table.facts([c.title for c in columns], [eyes.cell(c, row) for c in columns], width)
        for section in sections:
            if section.rows:
                cells = [[eyes.cell(column, each) for column in section.columns] for each in section.rows]
                yield f"\n{section.title}\n"
                yield from table.table([c.title for c in section.columns], cells, width)

    def _width(self, sink: IO[str]) -> int | None:
        return shutil.get_terminal_size().columns if sink.isatty() else None

    @contextmanager
    def _sink(self, path: str, *, whole: bool = True) -> Generator[IO[str]]:
        if path == "-":
            yield self.data
            self.data.flush()
            return
        with replacing(Path(path), whole=whole) as file:
            text = TextIOWrapper(file, "utf-8", newline="", write_through=True)
            yield text
            text.detach()

    def _tell(self, sink: IO[str], chunks: Iterable[str], *, live: bool = False) -> None:
        kept: list[str] = []
        size = 0
        for chunk in map(_harmless, chunks) if sink.isatty() else chunks:
            kept.append(chunk)
            size += len(chunk)
            if live or size > CHUNK:
                sink.write("".join(kept))
                kept, size = [], 0
                if live:
                    sink.flush()
        sink.write("".join(kept))


def _in_width(line: str, width: int) -> list[str]:
    """Cut a line between its words where the terminal ends, its margin kept; no line begins with what ends a phrase."""
    text = line.lstrip(" ")
    margin = " " * (len(line) - len(text))
    held = re.sub(r" (?=[:;?!»])", _HELD, text)
    return [margin + part.replace(_HELD, " ") for part in table.wrapped(held, max(width - len(margin), 1))]


def _harmless(text: str) -> str:
    """Give the text without what a terminal would obey; ends of lines and tabs stay."""
    return "".join(part if re.fullmatch(_KEPT, part) else shown(part) for part in re.split(_KEPT, text))


@contextmanager
def replacing(path: Path, *, whole: bool = True) -> Generator[IO[bytes]]:
    """Write a file whole or not at all: beside it first, then moved into its place, its rights and links kept.

    A pipe or a device is written into, and so is what never is `whole`: rows that come all day. Raises Unwritable.
    """
    try:
        target = path.resolve()
        if target.is_dir() or not target.name:
            raise IsADirectoryError(EISDIR, os.strerror(EISDIR))
        target.parent.mkdir(parents=True, exist_ok=True)
        if not whole or (target.exists() and not target.is_file()):
            with target.open("wb", buffering=0) as pipe:
                yield pipe
            return
        draft = target.with_name(f".{target.name}.{os.getpid()}")
        try:
            with draft.open("wb") as file:
                if target.exists():
                    draft.chmod(S_IMODE(target.stat().st_mode))
                yield file
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise Unwritable(path, reason_of(error)) from error
    except RuntimeError as error:  # links that go round
        raise Unwritable(path, str(error)) from error


def standard() -> Output:
    """Give the output of this process."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by the shell
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - as long as the process
        getattr(sys, name).reconfigure(errors="replace", newline="")  # an old console must not crash us
    return Output(sys.stdout, sys.stderr, os.environ)


def _values(keys: Sequence[str], rows: Iterable[Any]) -> Iterator[Sequence[Any]]:
    left = iter(rows)
    for first in left:
        if getattr(first, "_fields", None) == tuple(keys):  # a row that is its own values, and so are the next
            yield first
            yield from left
        else:
            yield [getattr(first, key) for key in keys]


def _nested(section: Section) -> list[dict[str, Any]]:
    return [{c.key: export.plain(getattr(row, c.key)) for c in section.columns} for row in section.rows]


def _written(
    chosen: Format, keys: Sequence[str], rows: Iterable[Sequence[Any]], *, excel: bool, live: bool = False
) -> Iterable[str]:
    match chosen:
        case Format.JSON:
            return export.as_json(keys, rows)
        case Format.JSONL:
            return export.as_json_lines(keys, rows)
        case Format.TSV:
            return export.as_tsv(keys, rows)
        case _:
            together = 1 if live else export.TOGETHER
            return export.as_excel(keys, rows, together) if excel else export.as_csv(keys, rows, together)
