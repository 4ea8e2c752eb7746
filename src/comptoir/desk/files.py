"""Files that a person names: read when they are plain files of the size that is taken, and never waited for.

A pipe has nothing to give before somebody writes to it, a device may have no end, and a link in a folder that others
write to may lead to what nobody meant to hand over.
"""

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from stat import S_ISBLK, S_ISCHR, S_ISDIR, S_ISFIFO, S_ISREG, S_ISSOCK
from typing import IO, TYPE_CHECKING, NamedTuple

from comptoir.core.errors import NotFound, Refused, UsageProblem, reason_of
from comptoir.core.i18n import _, mark
from comptoir.core.later import later
from comptoir.core.text import shown

if TYPE_CHECKING:
    from comptoir.desk import camera
else:
    camera = later("comptoir.desk.camera")

MEGABYTE = 1_000_000
AIM_LENGTH = 3  # characters of the mark that a camera writes first
_OTHERS = (
    (S_ISDIR, mark("a folder")),
    (S_ISFIFO, mark("a pipe")),
    (S_ISSOCK, mark("a socket")),
    (S_ISCHR, mark("a device")),
    (S_ISBLK, mark("a device")),
)
# Nothing of these is there on Windows, where a name opens a plain file or nothing.
_HOW = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_CLOEXEC", 0)
_HOW |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


class FileMissing(NotFound):
    """The named file does not exist."""

    def __init__(self, path: Path) -> None:
        super().__init__(_("there is no file `{path}`").format(path=shown(str(path))))


class NotAFile(Refused):
    """What is named is a folder, a pipe, a socket or a device."""

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(_("`{path}` is {what}, not a file").format(path=shown(str(path)), what=_(what)))


class LeadsOut(Refused):
    """A link leads out of the folder that it is in."""

    def __init__(self, path: Path, target: Path) -> None:
        super().__init__(
            _("`{path}` is a link out of its folder, to `{target}`").format(
                path=shown(str(path)), target=shown(str(target))
            ),
            _("name the file that it leads to, if that is the one you mean"),
        )


class FileUnreadable(UsageProblem):
    """The file cannot be opened or read."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(_("cannot read `{path}`: {reason}").format(path=shown(str(path)), reason=reason))


class EmptyFile(Refused):
    """The file holds nothing."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            _("`{path}` is empty").format(path=shown(str(path))), _("copy it again: what was copied was cut short")
        )


class TooBig(Refused):
    """The file is larger than is taken; sizes are in bytes."""

    def __init__(self, path: Path, size: int, limit: int) -> None:
        super().__init__(
            _("`{path}` has {size} MB: {limit} at most").format(
                path=shown(str(path)), size=-(-size // MEGABYTE), limit=limit // MEGABYTE
            ),
            _("scan it in grey, or save it smaller"),
        )


class Code(NamedTuple):
    """A barcode of a picture: the AIM identifier of its symbology (`]E0` is an EAN-13), and its text."""

    symbology: str
    text: str


@contextmanager
def plain(path: Path, limit: int) -> Generator[IO[bytes]]:
    """Open a plain file that is not empty, of `limit` bytes at most.

    Raises FileMissing, NotAFile, LeadsOut, FileUnreadable, EmptyFile and TooBig.
    """
    descriptor = _opened(path)
    try:
        kept = os.fstat(descriptor)  # of what was opened: the name may be another file's by now
        _check_plain(path, kept.st_mode)
        if not kept.st_size:
            raise EmptyFile(path)
        if kept.st_size > limit:
            raise TooBig(path, kept.st_size, limit)
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            yield file
    except OSError as error:
        raise FileUnreadable(path, reason_of(error)) from error
    finally:
        os.close(descriptor)


def content(path: Path, limit: int) -> bytes:
    """Read a plain file whole, `limit` bytes at most; raise what `plain` does."""
    with plain(path, limit) as file:
        read = file.read(limit + 1)
    if len(read) > limit:  # it grew
        raise TooBig(path, len(read), limit)
    return read


def codes(path: Path) -> list[Code]:
    """Read the barcodes of a picture, each once.

    Raises what `sight_files` finds wrong with the picture, and NoCameraLibrary.
    """
    # The whole path: a number alone would be a camera's.
    with camera.Camera(str(path.absolute())) as scanner:
        texts = [scan.data.decode("utf-8", "replace") for scan in scanner.scans()]
    return [Code(text[:AIM_LENGTH], text[AIM_LENGTH:]) for text in texts]


def _opened(path: Path) -> int:
    try:
        behind = _behind(path)
        _check_plain(path, behind.stat().st_mode)  # before it is opened, which some devices take for an order
        return os.open(behind, _HOW)
    except FileNotFoundError as error:
        raise FileMissing(path) from error
    except (OSError, ValueError, RuntimeError) as error:  # a NUL in its name; links that go round
        raise FileUnreadable(path, reason_of(error)) from error


def _behind(path: Path) -> Path:
    """Give what a name stands for, its folder's links followed; raise LeadsOut, OSError and RuntimeError."""
    here = path.absolute()
    if not here.is_symlink():
        return here
    folder, target = here.parent.resolve(), here.resolve()
    if not target.is_relative_to(folder):
        raise LeadsOut(path, target)
    return target


def _check_plain(path: Path, mode: int) -> None:
    if not S_ISREG(mode):
        raise NotAFile(path, next((what for is_it, what in _OTHERS if is_it(mode)), mark("a device")))
