"""Writes of documents: their content is in the folder of files before any of these is called."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from comptoir.attachments.refusals import NoAttachment, NoLibraryDocument
from comptoir.attachments.rules import Device, Document, Shelf, Source
from comptoir.attachments.tables import Attachment, LibraryDocument
from comptoir.core.acting import By
from comptoir.store.history import record


def attach(session: Session, case_number: str, files: Sequence[Document], by: By) -> list[Attachment]:
    """Attach kept documents to a case; what it has already under the same kind is given back as it is."""
    return [_attached(session, case_number, file, Source.CASE, by) for file in files]


def detach(session: Session, case_number: str, number: int, by: By) -> Attachment:
    """Take a document out of a case; its row and its file stay. Raises NoAttachment."""
    kept = session.get(Attachment, number)
    if kept is None or kept.case_number != case_number or kept.removed_at is not None:
        raise NoAttachment(case_number, number)
    kept.removed_at = by.moment
    session.add(kept)
    told = {"document": number, "kind": kept.kind, "name": kept.name}
    record(session, case_number, "detach", moment=by.moment, operator=by.operator, **told)
    return kept


def attach_library(session: Session, case_number: str, device: Device, by: By) -> list[Attachment]:
    """Copy onto a case the documents of its model, product and family; give those that are new.

    Again it copies only what the library got since; what a person took out of the case does not come back.
    """
    known = select(Attachment.kind, Attachment.digest).where(col(Attachment.case_number) == case_number)
    seen = set(session.exec(known).all())
    made: list[Attachment] = []
    for place in device.shelves():
        for held in _on_shelf(session, place):
            if (held.kind, held.digest) in seen:
                continue
            seen.add((held.kind, held.digest))
            file = Document(held.kind, held.name, held.media_type, held.size, held.digest)
            made.append(_attached(session, case_number, file, Source(held.scope), by))
    return made


def keep_library(session: Session, place: Shelf, file: Document, title: str, by: By) -> LibraryDocument:
    """Put a kept document into the library under a title; the same content there takes the new title and kind."""
    same = (
        col(LibraryDocument.scope) == place.scope,
        col(LibraryDocument.target) == place.target,
        col(LibraryDocument.digest) == file.digest,
    )
    kept = session.exec(select(LibraryDocument).where(*same)).first()
    if kept is None:
        described = {key: value for key, value in file._asdict().items() if key != "serial"}
        kept = LibraryDocument(**place._asdict(), **described, title=title, added_at=by.moment, operator=by.operator)
    elif (kept.title, kept.kind) == (title, file.kind):
        return kept
    kept.title, kept.kind = title, file.kind
    session.add(kept)
    session.flush()
    told = {"document": kept.id, "kind": file.kind, "title": title, "name": file.name}
    record(session, _reference(place), "shelve", moment=by.moment, operator=by.operator, **told)
    return kept


def drop_library(session: Session, number: int, by: By) -> LibraryDocument:
    """Take a document out of the library; the cases that have it keep it. Raises NoLibraryDocument."""
    kept = session.get(LibraryDocument, number)
    if kept is None:
        raise NoLibraryDocument(number)
    told = {"document": number, "title": kept.title, "name": kept.name, "digest": kept.digest}
    place = Shelf(kept.scope, kept.target)
    record(session, _reference(place), "drop", moment=by.moment, operator=by.operator, **told)
    session.delete(kept)
    return kept


def _attached(session: Session, case_number: str, file: Document, source: Source, by: By) -> Attachment:
    same = (
        col(Attachment.case_number) == case_number,
        col(Attachment.kind) == file.kind,
        col(Attachment.digest) == file.digest,
        col(Attachment.removed_at).is_(None),
    )
    kept = session.exec(select(Attachment).where(*same)).first()
    if kept is not None:
        return kept
    kept = Attachment(
        case_number=case_number, source=source, added_at=by.moment, operator=by.operator, **file._asdict()
    )
    session.add(kept)
    session.flush()
    told = {"document": kept.id, "kind": file.kind, "name": file.name, "source": source}
    told |= {"serial": file.serial} if file.serial else {}
    record(session, case_number, "attach", moment=by.moment, operator=by.operator, **told)
    return kept


def _on_shelf(session: Session, place: Shelf) -> Sequence[LibraryDocument]:
    there = select(LibraryDocument).where(
        col(LibraryDocument.scope) == place.scope, col(LibraryDocument.target) == place.target
    )
    return session.exec(there.order_by(col(LibraryDocument.id))).all()


def _reference(place: Shelf) -> str:
    return f"library-{place.scope}-{place.target}"
