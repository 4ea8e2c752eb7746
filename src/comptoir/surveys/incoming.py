"""Replies as they come back: e-mails that a mail filter pipes, sheets of text messages."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import IO, NamedTuple

from comptoir.core import paris
from comptoir.core.errors import Refused, reason_of
from comptoir.core.i18n import _
from comptoir.core.paris import PARIS
from comptoir.core.sheet import BadLine, NoSuchFile, NotASheet, Sheet, UnreadableFile, freed
from comptoir.core.text import fold
from comptoir.surveys import mail
from comptoir.surveys.refusals import Automatic, NotReplies, RepliesTooBig, ReplyRefused, Unreadable, told
from comptoir.surveys.statuses import Source

LIMIT = 5_000_000  # bytes of a file: an e-mail with its pictures, or some 50,000 text messages
# Folded: as gateways name the columns that matter. The others are passed over.
_COLUMNS: Mapping[str, Sequence[str]] = {
    "number": ("number", "from", "numero", "expediteur", "sender"),
    "text": ("text", "texte", "message"),
    "date": ("date", "received_at", "moment"),
}
_WRITTEN = ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y")

Refuse = Callable[[ReplyRefused], None]


class Came(NamedTuple):
    """A reply that came: where it stands, who sent it, its text, how and when it came, where that is known."""

    file: str
    line: int | None
    sender: str
    text: str
    source: Source
    moment: datetime | None

    @property
    def where(self) -> str:
        """Say where it stands."""
        return _where(self.file, self.line, self.sender)


def replies(name: str, refuse: Refuse) -> Iterator[Came]:
    """Give the replies of a file, `-` being the standard input; those that are none are refused one by one.

    Raises NoSuchFile and UnreadableFile.
    """
    try:
        data = _content(name)
        sheet, columns = _sheet(data)
    except Refused as problem:
        refuse(ReplyRefused(_where(name, None), problem))
        return
    if sheet is None:
        yield from _letters(name, data, refuse)
    else:
        yield from _texts(name, sheet, columns, refuse)


def _content(name: str) -> bytes:
    """Read a file whole; raise RepliesTooBig, NoSuchFile and UnreadableFile."""
    try:
        if name == "-":
            return _bounded(sys.stdin.buffer)
        with Path(name).open("rb") as file:
            return _bounded(file)
    except FileNotFoundError as error:
        raise NoSuchFile(name) from error
    except (OSError, ValueError) as error:  # a NUL in its name
        raise UnreadableFile(name, reason_of(error)) from error


def _bounded(file: IO[bytes]) -> bytes:
    data = file.read(LIMIT + 1)
    if len(data) > LIMIT:
        raise RepliesTooBig(LIMIT)
    return data


def _sheet(data: bytes) -> tuple[Sheet | None, Mapping[str, int]]:
    """Open a sheet and find its columns, None for an e-mail; raise NotReplies."""
    try:
        sheet = Sheet(BytesIO(data))
        header = [fold(name) for name in sheet.header]
    except NotASheet as error:
        if mail.is_mail(data):
            return None, {}
        raise NotReplies(str(error)) from error
    places = {key: [header.index(each) for each in names if each in header] for key, names in _COLUMNS.items()}
    found = {key: place[0] for key, place in places.items() if place}
    for name in ("number", "text"):
        if name not in found:
            if mail.is_mail(data):
                return None, {}
            raise NotReplies(_("column `{name}` is missing").format(name=name))
    return sheet, found


def _letters(name: str, data: bytes, refuse: Refuse) -> Iterator[Came]:
    for message in mail.messages(data):
        found = mail.letter(message)
        if found is None or found.automatic:
            where = _where(name, None, told(found.sender) if found else "")
            refuse(ReplyRefused(where, Automatic() if found else Unreadable()))
        else:
            yield Came(name, None, told(found.sender), found.text, Source.EMAIL, found.moment)


def _texts(name: str, sheet: Sheet, columns: Mapping[str, int], refuse: Refuse) -> Iterator[Came]:
    kept: list[BadLine] = []
    for block in sheet.blocks(kept.append):
        for problem in kept:
            refuse(ReplyRefused(_where(name, problem.line), Refused(problem.reason)))
        kept.clear()
        for line, cells in block.records():
            moment = _moment(cells[columns["date"]]) if "date" in columns else None
            sender, text = (freed(cells[columns[key]]) for key in ("number", "text"))
            yield Came(name, line, told(sender), text, Source.SMS, moment)
    for problem in kept:
        refuse(ReplyRefused(_where(name, problem.line), Refused(problem.reason)))


def _moment(text: str) -> datetime | None:
    """Read a moment as gateways write it, Paris time where it names no zone; None where it is none."""
    for form in _WRITTEN:
        try:
            return datetime.strptime(text, form).replace(tzinfo=PARIS).astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    try:
        return paris.moment_asked(text)
    except paris.BadMoment:
        return None


def _where(file: str, line: int | None, sender: str = "") -> str:
    found = f"`{file}`" if line is None else _("`{file}`, line {line}").format(file=file, line=line)
    return _("{where}, from {sender}").format(where=found, sender=sender) if sender else found
