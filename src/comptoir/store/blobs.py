"""Files kept beside the database under the SHA-256 of their content: whole or not at all, each content once.

They stand in `<database>.files/ab/cdef…`. A name that is there is a file that was on the disk whole before it had it.
"""

import os
import re
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

from comptoir.core.errors import DatabaseTrouble, Refused
from comptoir.core.i18n import _
from comptoir.core.later import later
from comptoir.store.sqlite import synced, unusable

if TYPE_CHECKING:
    import hashlib
    import tempfile
else:
    hashlib, tempfile = later("hashlib"), later("tempfile")

CHUNK = 1 << 20  # bytes
FANNED = 2  # digits of the digest that name the folder
DRAFT = ".draft-"
ABANDONED = 86_400.0  # seconds after which a draft is that of a process that died
_DIGEST = "[0-9a-f]{64}"


class Kept(NamedTuple):
    """What a content is known by: its SHA-256 in hexadecimal, its size in bytes."""

    digest: str
    size: int


class ContentTooLong(Refused):
    """There is more than may be kept."""

    def __init__(self, limit: int) -> None:
        super().__init__(_("there are more than {limit} bytes").format(limit=limit))


class Lost(DatabaseTrouble):
    """A file is named and is not there."""

    def __init__(self, folder: Path, digest: str) -> None:
        super().__init__(
            _("`{folder}` does not hold the file {digest}").format(folder=folder, digest=digest),
            _("restore this folder from the same copy as the database"),
        )


class Damaged(DatabaseTrouble):
    """A file is not what was kept."""

    def __init__(self, folder: Path, digest: str) -> None:
        super().__init__(
            _("the file {digest} of `{folder}` is damaged").format(folder=folder, digest=digest),
            _("restore it from the last copy, and check the disk; attaching the same file again mends it too"),
        )


def folder_of(database: Path) -> Path:
    """Give the folder of the files of a database, whichever link it is opened by."""
    target = database.resolve()
    return target.with_name(target.name + ".files")


def keep(folder: Path, source: IO[bytes], limit: int) -> Kept:
    """Copy a stream of `limit` bytes at most into the folder; on the disk when this returns.

    What is there already is written over, so that a damaged file is mended. Raises ContentTooLong, DatabaseUnusable for
    the folder, and the OSError of the source.
    """
    with _troubles(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=DRAFT, dir=folder)  # mode 0600
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "wb", buffering=0) as file:
            kept = _copied(folder, source, file, limit)
        with _troubles(folder):
            _swept(folder, draft.stat().st_mtime - ABANDONED)
            _placed(folder, draft, kept.digest)
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
    return kept


@contextmanager
def opened(folder: Path, digest: str) -> Generator[IO[bytes]]:
    """Open a kept file, its content checked first; raise Lost, Damaged and DatabaseUnusable."""
    with _troubles(folder):
        try:
            file = _path(folder, digest).open("rb")
        except FileNotFoundError:
            raise Lost(folder, digest) from None
    with file:
        with _troubles(folder):
            if digest_of(file) != digest:
                raise Damaged(folder, digest)
            file.seek(0)
        yield file


def missing(folder: Path, digests: Iterable[str]) -> list[str]:
    """List the digests, each once, whose file is not in the folder; their content is not looked at."""
    return [digest for digest in dict.fromkeys(digests) if not _stands(folder, digest)]


def digest_of(file: IO[bytes]) -> str:
    """Give the SHA-256 of the rest of a stream, in hexadecimal."""
    seen = hashlib.sha256()
    for chunk in _chunks(file):
        seen.update(chunk)
    return seen.hexdigest()


def _stands(folder: Path, digest: str) -> bool:
    with suppress(Lost, OSError):
        return _path(folder, digest).is_file()
    return False


def _path(folder: Path, digest: str) -> Path:
    # A database may come from anywhere: what it holds is no path.
    if not re.fullmatch(_DIGEST, digest):
        raise Lost(folder, digest)
    return folder / digest[:FANNED] / digest[FANNED:]


def _copied(folder: Path, source: IO[bytes], target: IO[bytes], limit: int) -> Kept:
    seen, size = hashlib.sha256(), 0
    for chunk in _chunks(source):
        size += len(chunk)
        if size > limit:
            raise ContentTooLong(limit)
        seen.update(chunk)
        with _troubles(folder):
            _written(target, chunk)
    with _troubles(folder):
        os.fsync(target.fileno())
    return Kept(seen.hexdigest(), size)


def _chunks(source: IO[bytes]) -> Iterator[bytes]:
    while chunk := source.read(CHUNK):
        yield chunk


def _written(target: IO[bytes], chunk: bytes) -> None:
    left = memoryview(chunk)
    while left:  # a disk that fills up takes a part, and refuses the rest
        left = left[target.write(left) :]


def _placed(folder: Path, draft: Path, digest: str) -> None:
    target = _path(folder, digest)
    target.parent.mkdir(mode=0o700, exist_ok=True)
    draft.replace(target)
    # A name is on the disk once its folder is; each folder may have been made by a process that then died.
    for place in (target.parent, folder, folder.parent):
        synced(place)


def _swept(folder: Path, before: float) -> None:
    """Take away the drafts that processes left when they died; the moment is one of the disk's own clock."""
    for left in folder.glob(f"{DRAFT}*"):
        with suppress(OSError):
            if left.stat().st_mtime < before:
                left.unlink()


@contextmanager
def _troubles(folder: Path) -> Generator[None]:
    """Turn what the system says of the folder into a sentence."""
    try:
        yield
    except OSError as error:
        raise unusable(folder, error) from error
