"""Files on their way in, all checked before one is kept, and on their way out."""

from collections.abc import Iterable, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from comptoir.attachments import formats, nameplates
from comptoir.attachments.refusals import FileChanged, NeedsPicture
from comptoir.attachments.rules import MOST_BYTES, Document, Kind, Media, distinct, original, safe_name
from comptoir.core.errors import ComptoirError, OutsideFailure, noted, raise_all
from comptoir.core.i18n import _
from comptoir.core.later import later
from comptoir.desk import Desk
from comptoir.desk.output import replacing

if TYPE_CHECKING:
    from comptoir.attachments.queries import AttachmentRow
    from comptoir.desk import files
    from comptoir.store import blobs
else:
    files, blobs = later("comptoir.desk.files"), later("comptoir.store.blobs")


class Checked(NamedTuple):
    """A file that may be kept, as it was when it was checked; `serials` are what its bars say, the likeliest first."""

    path: Path
    document: Document
    serials: tuple[str, ...] = ()


class ExtractedRow(NamedTuple):
    """A document written out: the path of its file, and whether it was written, there already, or left as it was."""

    id: int
    kind: str
    file: str
    state: str


def checked(desk: Desk, paths: Iterable[Path], kind: Kind) -> list[Checked]:
    """Check files before any is kept, and read the bars of nameplates; raise every problem at once."""
    found: list[Checked] = []
    problems: list[ComptoirError] = []
    for path in paths:
        with noted(problems):
            found.append(_checked(desk, path, kind))
    raise_all(problems)
    return found


def kept(desk: Desk, found: Sequence[Checked]) -> list[Document]:
    """Copy checked files into the folder beside the database; raise FileChanged where one is no longer what it was.

    What is kept and then named by no row is in nobody's way, and is the same file when it comes again.
    """
    folder = blobs.folder_of(desk.settings.database)
    for each in found:
        try:
            with files.plain(each.path, MOST_BYTES) as file:
                copy = blobs.keep(folder, file, MOST_BYTES)
        except (blobs.ContentTooLong, files.TooBig, files.EmptyFile) as error:
            raise FileChanged(each.path) from error
        if copy.digest != each.document.digest:
            raise FileChanged(each.path)
    return [each.document for each in found]


def serials(path: Path) -> list[str]:
    """List what the bars of a picture may say is its serial number, the likeliest first.

    Raises what is wrong with the picture, and NoCameraLibrary.
    """
    return nameplates.serials(files.codes(path))


def extracted(desk: Desk, rows: "Sequence[AttachmentRow]", folder: Path, *, yes: bool) -> list[ExtractedRow]:
    """Write documents into a folder under safe names, after a yes for what stands there and differs.

    Every content is checked before the first is written. Raises Lost, Damaged, NeedsYes and Unwritable.
    """
    kept_in = blobs.folder_of(desk.settings.database)
    _check_whole(kept_in, rows)
    taken: set[str] = set()
    places = [(row, _place(folder, row, taken)) for row in rows]
    states = [_state(place, row) for row, place in places]
    differing = [str(place) for (_row, place), state in zip(places, states, strict=True) if state == "left"]
    question = _("Write over {names}?").format(names=", ".join(differing))
    if differing and desk.agreed(question, yes=yes):
        states = ["written" if state == "left" else state for state in states]
    for (row, place), state in zip(places, states, strict=True):
        if state == "written":
            with blobs.opened(kept_in, row.digest) as content, replacing(place) as file:
                file.write(content.read())
    return [
        ExtractedRow(row.id, row.kind, str(place), state) for (row, place), state in zip(places, states, strict=True)
    ]


def _checked(desk: Desk, path: Path, kind: Kind) -> Checked:
    content = files.content(path, MOST_BYTES)
    finding = formats.examined(content, path)
    if kind is Kind.NAMEPLATE and finding.size is None:
        raise NeedsPicture(path)
    digest = blobs.digest_of(BytesIO(content))
    document = Document(kind, original(path.name), finding.media_type, len(content), digest)
    read = _read_off(desk, path, finding.media_type) if kind is Kind.NAMEPLATE else ()
    return Checked(path, document._replace(serial=read[0] if read else ""), read)


def _read_off(desk: Desk, path: Path, media_type: str) -> tuple[str, ...]:
    """Read the serial numbers of a nameplate; a machine that cannot does not keep it from being attached."""
    if media_type == Media.HEIC:  # nothing here decodes it
        desk.out.say(_("the bars of a HEIC picture cannot be read: a JPEG would tell the serial number"))
        return ()
    try:
        return tuple(serials(path))
    except OutsideFailure as error:
        desk.out.warn(error.message)
        return ()


def _check_whole(kept_in: Path, rows: "Sequence[AttachmentRow]") -> None:
    problems: list[ComptoirError] = []
    for row in rows:
        with noted(problems), blobs.opened(kept_in, row.digest):
            pass
    raise_all(problems)


def _place(folder: Path, row: "AttachmentRow", taken: set[str]) -> Path:
    """Give where a document is written: never through a link, into a pipe, or over a folder."""
    name = safe_name(row.name, row.media_type)
    place = folder / distinct(name, taken)
    while place.is_symlink() or (place.exists() and not place.is_file()):
        place = folder / distinct(name, taken)
    return place


def _state(place: Path, row: "AttachmentRow") -> str:
    try:
        if place.stat().st_size != row.size:
            return "left"
        with place.open("rb") as file:
            return "unchanged" if blobs.digest_of(file) == row.digest else "left"
    except FileNotFoundError:
        return "written"
    except OSError:  # what cannot be read differs, for all we know
        return "left"
