"""Reads of the documents of cases and of the library."""

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from comptoir.attachments.refusals import NoAttachment, NoLibraryDocument
from comptoir.attachments.rules import Shelf

if TYPE_CHECKING:
    from comptoir.store.read import Reader


class AttachmentRow(NamedTuple):
    """A document of a case; the size is in bytes, `serial` was read off a nameplate."""

    id: int
    case_number: str
    kind: str
    name: str
    media_type: str
    size: int
    source: str
    serial: str
    added_at: datetime
    operator: str
    digest: str


class LibraryRow(NamedTuple):
    """A document of the library; the size is in bytes, the target folded."""

    id: int
    scope: str
    target: str
    kind: str
    title: str
    name: str
    media_type: str
    size: int
    added_at: datetime
    operator: str
    digest: str


_ATTACHMENT = (
    "SELECT id, case_number, kind, name, media_type, size, source, serial, added_at, operator, digest "
    "FROM attachment WHERE removed_at IS NULL AND case_number = :case_number"
)
_LIBRARY = (
    "SELECT id, scope, target, kind, title, name, media_type, size, added_at, operator, digest FROM library_document"
)


def of_case(reader: "Reader", case_number: str) -> list[AttachmentRow]:
    """List the documents of a case that were not taken out, as they came."""
    return list(reader.rows(f"{_ATTACHMENT} ORDER BY id", AttachmentRow, case_number=case_number))


def attachment(reader: "Reader", case_number: str, number: int) -> AttachmentRow:
    """Give a document of a case by its number; raise NoAttachment."""
    sql = f"{_ATTACHMENT} AND id = :number"
    found = reader.one(sql, AttachmentRow, case_number=case_number, number=number)
    if found is None:
        raise NoAttachment(case_number, number)
    return found


def library(reader: "Reader", scope: str | None = None, target: str | None = None) -> list[LibraryRow]:
    """List the documents of the library: all, those of a scope, or those of one target (folded, as in `Shelf`)."""
    sql = (
        f"{_LIBRARY} WHERE (:scope IS NULL OR scope = :scope) AND (:target IS NULL OR target = :target) "
        "ORDER BY scope, target, id"
    )
    return list(reader.rows(sql, LibraryRow, scope=scope, target=target))


def on_shelf(reader: "Reader", place: Shelf) -> list[LibraryRow]:
    """List the documents of one place of the library."""
    return library(reader, place.scope, place.target)


def library_document(reader: "Reader", number: int) -> LibraryRow:
    """Give a document of the library by its number; raise NoLibraryDocument."""
    found = reader.one(f"{_LIBRARY} WHERE id = :number", LibraryRow, number=number)
    if found is None:
        raise NoLibraryDocument(number)
    return found


def digests(reader: "Reader") -> list[str]:
    """List the digest of every file that a row names, taken out or not."""
    return reader.values("SELECT digest FROM attachment UNION SELECT digest FROM library_document ORDER BY 1")
