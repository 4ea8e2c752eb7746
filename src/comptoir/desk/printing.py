"""Papers written as PDF files, or sent to another program."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from comptoir.core.errors import UsageProblem
from comptoir.core.i18n import _
from comptoir.desk import Desk
from comptoir.desk.output import replacing
from comptoir.desk.paper import from_content


class PrintedRow(NamedTuple):
    """A paper and the file it was written into."""

    kind: str
    file: str


class SeveralPapers(UsageProblem):
    """The standard output takes one paper."""

    def __init__(self) -> None:
        super().__init__(_("`--output -` takes one paper"), _("choose it with --kind"))


def into_files(desk: Desk, papers: Sequence[tuple[str, str, dict[str, Any]]], folder: str) -> Iterator[PrintedRow]:
    """Draw papers (kind, file name, content as issued) into a folder, made when it is missing."""
    for kind, name, content in papers:
        path = Path(folder) / name
        drawn = desk.pdf(from_content(content))
        with replacing(path) as file:
            file.write(drawn)
        yield PrintedRow(kind, str(path))


def into_pipe(desk: Desk, papers: Sequence[tuple[str, str, dict[str, Any]]]) -> None:
    """Draw one paper on the standard output; raise SeveralPapers."""
    if len(papers) != 1:
        raise SeveralPapers
    desk.out.raw(desk.pdf(from_content(papers[0][2])))
