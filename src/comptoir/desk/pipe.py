"""Codes from a pipe or a file, one a line: each is given as soon as its line has ended.

CR, LF and CR LF end a line. Tab does not, as it does at a keyboard: in a file it parts the columns of a table, and a
quantity beside a code must not become a second code.
"""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Self

from comptoir.core.errors import NotFound, OutsideFailure, UsageProblem, reason_of
from comptoir.core.i18n import _
from comptoir.core.later import later
from comptoir.core.text import shown
from comptoir.desk.framing import LINE_END, Framing
from comptoir.desk.scanner import Scan

if TYPE_CHECKING:
    import time
else:
    time = later("time")

AT_ONCE = 65_536  # bytes of one read
STDIN = "-"


class NoSuchList(NotFound):
    """The file of codes does not exist."""

    def __init__(self, name: str) -> None:
        super().__init__(_("there is no file `{name}`").format(name=shown(name)))


class UnreadableList(UsageProblem):
    """The file of codes cannot be opened, or holds no bytes of its own, as a folder."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(_("cannot read `{name}`: {reason}").format(name=shown(name), reason=reason))


class ListBrokenOff(OutsideFailure):
    """Reading failed before the end: a disk, a share or a pipe went away."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(
            _("`{name}` broke off: {reason}").format(name=shown(name), reason=reason),
            _("what was read before it counts; send the rest again"),
        )


class Pipe:
    """Codes from a file, or from the standard input where its name is `-`; memory does not grow with what comes.

    Raises NoSuchList and UnreadableList when it is entered, ListBrokenOff while it is read. Bytes come untouched.
    """

    warning = ""

    def __init__(self, name: str = STDIN) -> None:
        self._name = name
        self._descriptor = 0

    def __enter__(self) -> Self:
        try:
            if self._name != STDIN:
                self._descriptor = os.open(self._name, os.O_RDONLY | getattr(os, "O_BINARY", 0))
            os.read(self._descriptor, 0)  # a folder opens, and a closed standard input has no bytes either
        except FileNotFoundError as error:
            raise NoSuchList(self._name) from error
        except (OSError, ValueError) as error:
            self._close()
            raise UnreadableList(self._name, reason_of(error)) from error
        return self

    def __exit__(self, *failure: object) -> None:
        self._close()

    def scans(self) -> Iterator[Scan]:
        """Give each line that is not empty, its last one too where no line end closes it."""
        framing = Framing("stdin" if self._name == STDIN else f"file:{self._name}", ends=LINE_END)
        while data := self._read():
            yield from framing.feed(data, time.monotonic())
        yield from framing.silence()

    def _read(self) -> bytes:
        try:
            return os.read(self._descriptor, AT_ONCE)
        except OSError as error:
            raise ListBrokenOff(self._name, reason_of(error)) from error

    def _close(self) -> None:
        opened, self._descriptor = self._descriptor, 0
        if opened:
            os.close(opened)
