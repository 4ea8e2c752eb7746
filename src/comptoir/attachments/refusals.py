"""What is not taken as a document, and why."""

from pathlib import Path

from comptoir.core.errors import NotFound, OutsideFailure, Refused, UsageProblem
from comptoir.core.i18n import _, mark
from comptoir.core.text import shown

MILLION = 1_000_000
TAKEN = mark("PDF, JPEG, PNG, WebP and HEIC files are taken: scan the document, or photograph it")


class WrongType(Refused):
    """The content of a file is of a type that is not taken, whatever its name says."""

    def __init__(self, path: Path, truth: str) -> None:
        super().__init__(
            _("`{path}` is {truth}, whatever its name says").format(path=shown(str(path)), truth=_(truth)), _(TAKEN)
        )
        self.truth = truth


class TwoTypes(Refused):
    """A file is an archive besides what it shows."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            _("`{path}` is two files in one: an archive hides in it").format(path=shown(str(path))),
            _("open it, print it into a new PDF or save the picture again, and attach that"),
        )


class BrokenDocument(Refused):
    """A file begins as a document and does not go on as one."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            _("`{path}` is damaged, or was cut short").format(path=shown(str(path))),
            _("take the picture again, or copy the file again"),
        )


class TooManyPixels(Refused):
    """A picture is larger than any camera's."""

    def __init__(self, path: Path, size: tuple[int, int], most: int) -> None:
        width, height = size
        super().__init__(
            _("`{path}` has {width} × {height} pixels, over {most} million: it is not opened").format(
                path=shown(str(path)), width=width, height=height, most=most // MILLION
            ),
            _("save it smaller"),
        )


class NeedsPicture(Refused):
    """A nameplate is a picture, for its bars to be read."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            _("`{path}` is a PDF, and a nameplate is a photograph").format(path=shown(str(path))),
            _("photograph the nameplate, or attach the file with --kind other"),
        )


class FileChanged(OutsideFailure):
    """A file was written to between its check and its copy."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            _("`{path}` changed while it was read: nothing was attached").format(path=shown(str(path))),
            _("wait until it is written, and try again"),
        )


class NoAttachment(NotFound):
    """A case has no document of this number."""

    def __init__(self, case_number: str, number: int) -> None:
        super().__init__(
            _("case {case} has no document {number}").format(case=case_number, number=number),
            _("`comptoir repair files {case}` lists them").format(case=case_number),
        )


class NoLibraryDocument(NotFound):
    """The library has no document of this number."""

    def __init__(self, number: int) -> None:
        super().__init__(
            _("the library has no document {number}").format(number=number),
            _("`comptoir repair library list` lists them"),
        )


class NoShelf(UsageProblem):
    """A document of the library is about nothing that a case could look up."""

    def __init__(self, text: str, hint: str) -> None:
        super().__init__(_("`{text}` names no family and no model").format(text=text), hint)
