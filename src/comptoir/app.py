"""The program: a plain line is run at once, any other goes through Typer; an error becomes a line and an exit code."""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from itertools import pairwise, product, takewhile
from typing import NamedTuple, TextIO, cast

from comptoir import __version__
from comptoir.core.clock import Clock
from comptoir.core.errors import (
    BUG,
    INTERRUPTED,
    PIPE_CLOSED,
    USAGE,
    ComptoirError,
    OutsideFailure,
    UsageProblem,
    reason_of,
)
from comptoir.core.i18n import _
from comptoir.core.later import later
from comptoir.desk import Desk, completion, direct
from comptoir.desk.options import Feature, Verb
from comptoir.desk.output import Output, standard

paris = later("comptoir.core.paris")
tree = later("comptoir.tree")
usage = later("comptoir.desk.usage")
traceback = later("traceback")

FEATURES = {
    "catalog": "comptoir.catalog",
    "buyback": "comptoir.buyback",
    "delivery": "comptoir.deliveries",
    "scan": "comptoir.scanning",
    "returns": "comptoir.returns",
    "repair": "comptoir.repairs",
    "repair parts": "comptoir.parts",
    "repair fiche": "comptoir.fiches",
    "repair technician": "comptoir.technicians",
    "repair library": "comptoir.attachments",
    "repair survey": "comptoir.surveys",
    "qualirepar": "comptoir.qualirepar",
    "qualirepar payments": "comptoir.payments",
    "outbox": "comptoir.outbox",
    "reseller": "comptoir.parties",
    "config": "comptoir.config",
}
# Features that are typed after the name of the one they belong to have both words in theirs.
# Features that are a command by themselves, whether or not they have others.
COMMANDS = {"scan": "comptoir.scanning", "doctor": "comptoir.doctor", "demo": "comptoir.demo"}
# The program's own options may stand anywhere on the line: their name, and whether a value follows.
ANYWHERE = {"--lang": True, "--database": True, "--operator": True, "--at": True, "--no-input": False}


class Own(NamedTuple):
    """The program's own options."""

    lang: str | None = None
    database: str | None = None
    operator: str | None = None
    at: str | None = None
    no_input: bool = False


class OutputBroken(OutsideFailure):
    """The standard output cannot take more."""

    def __init__(self, reason: str) -> None:
        super().__init__(_("cannot write the output: {reason}").format(reason=reason))


class BadOption(UsageProblem):
    """An option of the program that lacks its value, or has one too many."""

    def __init__(self, message: str) -> None:
        super().__init__(message, _("`comptoir --help` lists the program's options"))


class Interrupted(ComptoirError):
    """The person left."""

    exit_code = INTERRUPTED

    def __init__(self) -> None:
        super().__init__(_("interrupted: what was recorded stays so, and nothing is half done"))


class Bug(ComptoirError):
    """A failure that nobody foresaw."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(
            _("this is a bug in comptoir: {error}").format(error=f"{type(error).__name__}: {error}"),
            _("set COMPTOIR_DEBUG=1 and run it again to see where"),
        )


def feature(name: str) -> Feature:
    """Load the commands of a feature."""
    package = FEATURES.get(name) or COMMANDS[name]
    return cast("Feature", import_module(f"{package}.cli").app)


def inside(name: str) -> dict[str, Verb]:
    """Give the commands typed after a feature's name, none where there is no such feature."""
    return feature(name).below(name) if name in FEATURES else {}


def opened(own: Own, out: Output) -> Desk:
    """Make the desk of one run; raise BadMoment."""
    flags = {"database": own.database, "operator": own.operator}
    at = own.at or os.environ.get("COMPTOIR_AT")
    return Desk(flags, Clock(paris.moment_asked(at) if at else None), out, no_input=own.no_input)


def run(arguments: Sequence[str]) -> int:
    """Run one command line; give its exit code. Nothing but a bug leaves a trace."""
    out = standard()
    try:
        code = _run(*hoisted(arguments), out)
        out.data.flush()
    except SystemExit as left:
        return left.code if completion.ASKED in os.environ and isinstance(left.code, int) else _unheard()
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the one place where every failure ends
        if completion.ASKED in os.environ:
            return BUG  # nothing may be written over the line that is being typed
        try:
            return _ended(error, out, arguments)
        except BrokenPipeError:
            return _unheard()
    return _failed(Interrupted(), out, arguments) if code == INTERRUPTED else code or 0


def _run(front: list[str], rest: list[str], out: Output) -> int | None:
    own = _own(front)
    if rest in (["--version"], ["-V"]):
        out.line(f"comptoir {__version__}")
        return None
    if completion.ASKED in os.environ:
        words = _offered()
        if words is not None:
            out.line("\n".join(words))
            return None
    else:
        verb, typed = _named(rest)
        values = direct.read(verb, typed) if verb else None
        if verb and values is not None:
            return verb.call(opened(own, out), values)
    left = tree.tree().main(args=[*front, *rest], prog_name="comptoir", standalone_mode=False, obj=out)
    return left if isinstance(left, int) else None


def _offered() -> list[str] | None:
    line = completion.typed(os.environ)
    front, rest = hoisted(line[0]) if line else ([], [])
    own = _own(front)
    verb, words = _named(rest)
    if not (line and verb):
        return None
    if own.database:
        os.environ["COMPTOIR_DATABASE"] = own.database  # where completers look
    return completion.offered(verb, words, line[1])


def _named(words: Sequence[str]) -> tuple[Verb | None, Sequence[str]]:
    """Find the command that the first words name, and what is left of the line."""
    match words:
        case [name, below, verb, *rest] if verb in inside(f"{name} {below}"):
            return feature(f"{name} {below}").verbs[verb], rest
        case [name, verb, *rest] if verb in inside(name):
            return feature(name).verbs[verb], rest
        case [name, *rest] if name in COMMANDS:
            return feature(name).verbs[name], rest
        case _:
            return None, words


def hoisted(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Take the program's own options out of the line, wherever they were typed; give them, then the rest."""
    front: list[str] = []
    rest: list[str] = []
    left = iter(arguments)
    for argument in left:
        name, equals, _value = argument.partition("=")
        if argument == "--":
            rest += [argument, *left]
        elif name in ANYWHERE:
            front.append(argument)
            if ANYWHERE[name] and not equals:
                front += [value for value in [next(left, None)] if value is not None]
        else:
            rest.append(argument)
    return front, rest


def _own(front: Sequence[str]) -> Own:
    """Read the program's own options; raise BadOption where a value lacks or is one too many."""
    given: dict[str, str | bool] = {}
    left = iter(front)
    for argument in left:
        name, equals, value = argument.partition("=")
        found = value if equals else next(left, None) if ANYWHERE[name] else ""
        if found is None:
            raise BadOption(_("option `{name}` needs a value").format(name=name))
        if equals and not ANYWHERE[name]:
            raise BadOption(_("option `{name}` takes no value").format(name=name))
        given[name[2:].replace("-", "_")] = found if ANYWHERE[name] else True
    return Own(**given)  # type: ignore[arg-type]  # the keys are those of ANYWHERE


def _ended(error: BaseException, out: Output, arguments: Sequence[str]) -> int:
    match error:
        case ComptoirError():
            return _failed(error, out, arguments)
        case BrokenPipeError():
            return _unheard()
        case OSError():
            _let_go(sys.stdout)
            return _failed(OutputBroken(reason_of(error)), out, arguments)
        case _ if type(error).__name__ == "NoArgsIsHelpError":
            out.say(str(error))
            return USAGE
        case _ if isinstance(error, KeyboardInterrupt | EOFError) or type(error).__name__ == "Abort":
            return _failed(Interrupted(), out, arguments)
        case _ if hasattr(error, "format_message"):
            return _failed(usage.told(error, hoisted(arguments)[1]), out, arguments)
        case _:
            if os.environ.get("COMPTOIR_DEBUG"):
                traceback.print_exception(error)
            return _failed(Bug(error), out, arguments)


def _failed(error: ComptoirError, out: Output, arguments: Sequence[str]) -> int:
    as_json = _wants_json(arguments)
    if isinstance(error, Interrupted) and not as_json:
        out.say(error.message)
    else:
        out.fail(error, as_json=as_json)
    return error.exit_code


def _unheard() -> int:
    # The reader went away: nothing to say, and nobody to say it to.
    for stream in (sys.stdout, sys.stderr):
        _let_go(stream)
    return PIPE_CLOSED


def _let_go(stream: TextIO) -> None:
    # What could not be written would be tried again by Python when it leaves, and fail again (exit code 120).
    with suppress(OSError):  # a stream without a file
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _wants_json(arguments: Sequence[str]) -> bool:
    words = list(takewhile(lambda word: word != "--", hoisted(arguments)[1]))
    if not {"--json", "--format=json", "--format=jsonl"}.isdisjoint(words):
        return True
    return not set(pairwise(words)).isdisjoint(product(("--format", "-f"), ("json", "jsonl")))
