"""What can be refused: one base class; each failure carries its exit code and builds its own sentence."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager

from comptoir.core.i18n import _, mark

DONE, BUG, USAGE, MISSING, REFUSED, OUTSIDE, DATABASE, INTERRUPTED, PIPE_CLOSED = 0, 1, 2, 3, 4, 5, 6, 130, 141
# What the system, SQLite and the csv module answer most often, word for word: named here to be translated.
SYSTEM_WORDS = (
    mark("No such file or directory"),
    mark("Permission denied"),
    mark("Operation not permitted"),
    mark("Is a directory"),
    mark("Not a directory"),
    mark("File exists"),
    mark("File name too long"),
    mark("No space left on device"),
    mark("Disk quota exceeded"),
    mark("Read-only file system"),
    mark("Input/output error"),
    mark("All connection attempts failed"),
    mark("Too many open files"),
    mark("database disk image is malformed"),
    mark("disk I/O error"),
    mark("field larger than field limit (131072)"),
    mark("new-line character seen in unquoted field - do you need to open the file in universal-newline mode?"),
    mark("unexpected end of data"),
    mark("line contains NUL"),
)


class ComptoirError(Exception):
    """A failure that a person can read: `message`, an optional `hint`, an exit code, a stable `kind`."""

    exit_code = BUG

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    @property
    def kind(self) -> str:
        """Give the stable key of this failure, the class's name in snake_case."""
        name = type(self).__name__
        return "".join(f"_{c.lower()}" if c.isupper() and i else c.lower() for i, c in enumerate(name))

    def problems(self) -> "Sequence[ComptoirError]":
        """Give every failure to tell, this one alone by default."""
        return (self,)


class UsageProblem(ComptoirError):
    """The command was not well typed."""

    exit_code = USAGE


class MissingValue(UsageProblem):
    """A value is missing and nobody can be asked."""

    def __init__(self, flag: str) -> None:
        super().__init__(_("`{flag}` is missing").format(flag=flag), _("give it on the command line"))


class NotFound(ComptoirError):
    """The named thing does not exist."""

    exit_code = MISSING


class Refused(ComptoirError):
    """A rule of the trade says no."""

    exit_code = REFUSED


class OutsideFailure(ComptoirError):
    """A service or a device outside the program failed; trying again may help."""

    exit_code = OUTSIDE


class DatabaseTrouble(ComptoirError):
    """The database is busy, full, damaged, foreign or newer than the program."""

    exit_code = DATABASE


class Several(ComptoirError):
    """Several failures told at once; the first one gives the exit code."""

    def __init__(self, found: Sequence[ComptoirError]) -> None:
        super().__init__("\n".join(problem.message for problem in found))
        self.found = tuple(found)
        self.exit_code = found[0].exit_code

    def problems(self) -> Sequence[ComptoirError]:
        """Give each failure in the order it was found."""
        return self.found


def reason_of(error: Exception) -> str:
    """Give what the system says of a failure, in the language in use where the words are known."""
    told = getattr(error, "strerror", None) or str(error)
    return _(told) if told else type(error).__name__


@contextmanager
def noted(problems: list[ComptoirError]) -> Generator[None]:
    """Note what is raised among problems, for `raise_all` to raise all of them at once."""
    try:
        yield
    except ComptoirError as problem:
        problems += problem.problems()


def raise_all(found: Sequence[ComptoirError]) -> None:
    """Raise what was found: nothing, the one failure, or all of them together."""
    if len(found) == 1:
        raise found[0]
    if found:
        raise Several(found)
