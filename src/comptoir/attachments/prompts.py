"""What commands on documents do, one call each, and what they ask and tell."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from comptoir.attachments import files, queries
from comptoir.attachments.files import Checked, ExtractedRow
from comptoir.attachments.queries import AttachmentRow, LibraryRow
from comptoir.attachments.refusals import NoShelf
from comptoir.attachments.rules import KIND_WORDS, Kind, Media, Scope, shelf
from comptoir.core.errors import MissingValue
from comptoir.core.i18n import _
from comptoir.core.later import later
from comptoir.core.text import tidy
from comptoir.desk import Desk
from comptoir.fiches import book
from comptoir.fiches.rules import UnknownProduct, find_product, plain

if TYPE_CHECKING:
    from comptoir.attachments import services
    from comptoir.store import blobs
else:
    services, blobs = later("comptoir.attachments.services"), later("comptoir.store.blobs")


def attached(desk: Desk, case_number: str, paths: Sequence[str], kind: Kind | None) -> list[AttachmentRow]:
    """Attach files to a case that exists, all or none, and tell what nameplates say; give their rows.

    Raises MissingValue and every problem of the files at once.
    """
    found = received(desk, paths, kind)
    documents = files.kept(desk, found)
    with desk.writing() as session:
        numbers = {row.id for row in services.attach(session, case_number, documents, desk.by())}
    tell_serials(desk, found)
    with desk.reading() as reader:
        return [row for row in queries.of_case(reader, case_number) if row.id in numbers]


def received(desk: Desk, paths: Sequence[str], kind: Kind | None) -> list[Checked]:
    """Check the files that a person named, each once, their kind asked for where it is missing; nothing is kept yet."""
    kind = kind or _asked_kind(desk)
    return files.checked(desk, [Path(path) for path in dict.fromkeys(paths)], kind)


def listed(desk: Desk, case_number: str) -> list[AttachmentRow]:
    """List the documents of a case, and warn of those whose file is gone."""
    with desk.reading() as reader:
        rows = queries.of_case(reader, case_number)
    _warn_of_missing(desk, rows)
    return rows


def extracted(desk: Desk, case_number: str, folder: str, *, yes: bool) -> list[ExtractedRow]:
    """Write the documents of a case into a folder, after a yes for what would be written over."""
    with desk.reading() as reader:
        rows = queries.of_case(reader, case_number)
    return files.extracted(desk, rows, Path(folder), yes=yes)


def detached(desk: Desk, case_number: str, number: int, *, yes: bool) -> list[AttachmentRow]:
    """Take a document out of a case, after a yes; give it, nothing where the person says no. Raises NoAttachment."""
    with desk.reading() as reader:
        row = queries.attachment(reader, case_number, number)
    question = _("Take `{name}` out of case {case}?").format(name=row.name, case=case_number)
    if not desk.agreed(question, yes=yes):
        return []
    with desk.writing() as session:
        services.detach(session, case_number, number, desk.by())
    return [row]


def shelved(desk: Desk, place: tuple[Scope, str], path: str, kind: Kind | None, title: str | None) -> list[LibraryRow]:
    """Put a file into the library, about a product, a family or a `brand model`; give its row."""
    where = shelf(place[0], _named(desk, *place))
    [found] = files.checked(desk, [Path(path)], kind or Kind.OTHER)
    [document] = files.kept(desk, [found])
    with desk.writing() as session:
        made = services.keep_library(session, where, document, tidy(title or document.name), desk.by())
    with desk.reading() as reader:
        return [row for row in queries.on_shelf(reader, where) if row.id == made.id]


def _named(desk: Desk, scope: Scope, text: str) -> str:
    """Give what a document of the library is about, as cases look it up; raise UnknownProduct, NoShelf."""
    known = book.load(desk.settings["repair_points"]).products
    match scope:
        case Scope.PRODUCT:
            return find_product(text, known).key
        case Scope.FAMILY:
            families = dict.fromkeys(product.family for product in known.values())
            same = [family for family in families if plain(family) == plain(text)]
            if not same:
                raise NoShelf(text, _("known families: {names}").format(names=", ".join(families)))
            return same[0]
        case _ if len(text.split()) > 1:
            return text
        case _:
            raise NoShelf(text, _("write the brand, then the model: `BRAND MODEL`"))


def library(desk: Desk, scope: Scope | None, target: str | None) -> list[LibraryRow]:
    """List the documents of the library, and warn of those whose file is gone."""
    targets = _targets(desk, scope, target) if target else [None]
    with desk.reading() as reader:
        rows = [row for each in targets for row in queries.library(reader, scope, each)]
    _warn_of_missing(desk, rows)
    return rows


def _targets(desk: Desk, scope: Scope | None, text: str) -> Sequence[str]:
    """List what a text may name as rows keep it: what it says itself, a product, and a family; of one scope, the one.

    Raises UnknownProduct and NoShelf where a scope has no such thing.
    """
    if scope:
        return [shelf(scope, _named(desk, scope, text)).target]
    found = [shelf(Scope.MODEL, text).target]
    for each in (Scope.PRODUCT, Scope.FAMILY):
        with suppress(UnknownProduct, NoShelf):
            found.append(shelf(each, _named(desk, each, text)).target)
    return list(dict.fromkeys(found))


def dropped(desk: Desk, number: int, *, yes: bool) -> list[LibraryRow]:
    """Take a document out of the library, after a yes; give it, nothing where it is no. Raises NoLibraryDocument."""
    with desk.reading() as reader:
        row = queries.library_document(reader, number)
    question = _("Take `{name}` out of the library? Cases that have it keep it.").format(name=row.title)
    if not desk.agreed(question, yes=yes):
        return []
    with desk.writing() as session:
        services.drop_library(session, number, desk.by())
    return [row]


def tell_serials(desk: Desk, found: Sequence[Checked]) -> None:
    """Tell what the bars of nameplates say, or that they say nothing."""
    for each in found:
        if each.document.kind is not Kind.NAMEPLATE or each.document.media_type == Media.HEIC:
            continue
        name, read = each.document.name, ", ".join(each.serials)
        if read:
            desk.out.say(_("`{name}`: serial number read: {read}").format(name=name, read=read))
        else:
            desk.out.say(_("`{name}`: no serial number could be read from its bars").format(name=name))


def _asked_kind(desk: Desk) -> Kind:
    if not desk.can_ask:
        raise MissingValue("--kind")
    return Kind(desk.ask.choose(_("What do the files show?"), [(kind, _(KIND_WORDS[kind]), "") for kind in Kind]))


def _warn_of_missing(desk: Desk, rows: "Sequence[AttachmentRow | LibraryRow]") -> None:
    folder = blobs.folder_of(desk.settings.database)
    gone = set(blobs.missing(folder, [row.digest for row in rows]))
    for row in rows:
        if row.digest in gone:
            desk.out.warn(
                _("the file of document {number} (`{name}`) is not in `{folder}`").format(
                    number=row.id, name=row.name, folder=folder
                )
            )
