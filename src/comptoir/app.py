"""The command tree: features loaded when they are named; an error becomes a line and an exit code."""

import os
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.main import get_command_from_info, get_command_name, get_group_from_info
from typer.models import TyperInfo

from comptoir import __version__
from comptoir.core.clock import Clock, parse_moment
from comptoir.core.errors import BUG, INTERRUPTED, PIPE_CLOSED, ComptoirError, OutsideFailure, UsageProblem
from comptoir.core.i18n import _
from comptoir.desk import Desk
from comptoir.desk.output import Output, standard
from comptoir.desk.settings import load
from comptoir.desk.usage import SETTINGS, Feature, Group, told

FEATURES = {
    "catalog": "comptoir.catalog",
    "buyback": "comptoir.buyback",
    "reseller": "comptoir.parties",
    "config": "comptoir.config",
    "demo": "comptoir.demo",
}
# The program's own options may stand anywhere on the line: their name, and whether a value follows.
ANYWHERE = {"--lang": True, "--database": True, "--operator": True, "--at": True, "--no-input": False}


class BadMoment(UsageProblem):
    """`--at` names no moment."""

    def __init__(self, text: str) -> None:
        super().__init__(_("`{text}` is not a moment").format(text=text), _("write it like 2026-11-22T10:05"))


class OutputBroken(OutsideFailure):
    """The standard output cannot take more."""

    def __init__(self, reason: str) -> None:
        super().__init__(_("cannot write the output: {reason}").format(reason=reason))


class LazyGroup(Group):
    """A feature: known by its package's docstring, its commands built one by one as they are named."""

    def __init__(self, name: str, package: str) -> None:
        help_line = _(import_module(package).__doc__ or "")
        super().__init__(
            name=name, help=help_line, no_args_is_help=True, rich_markup_mode=None, context_settings=SETTINGS
        )
        self.package = package

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401, ARG002 - Typer's private types
        """Give the names of the feature's commands, in their own order."""
        return list(self._registered())

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401, ARG002 - Typer's private types
        """Build the command of this name, or give None."""
        info = self._registered().get(cmd_name)
        return info and get_command_from_info(info, pretty_exceptions_short=True, rich_markup_mode=None)

    def _registered(self) -> dict[str, Any]:
        app: Feature = import_module(f"{self.package}.cli").app
        named = (
            (info.name or get_command_name(info.callback.__name__), info)
            for info in app.registered_commands
            if info.callback
        )
        return dict(named)


class Root(Group):
    """The program."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401, ARG002 - Typer's private types
        """Give the names of the features."""
        return list(FEATURES)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401, ARG002 - Typer's private types
        """Give the feature of this name, or None."""
        return LazyGroup(cmd_name, FEATURES[cmd_name]) if cmd_name in FEATURES else None


root = Feature()


@root.callback(help=_("The counter of those who give equipment a second life."))
def _set_up(  # noqa: PLR0913 - the program's own options
    ctx: typer.Context,
    *,
    lang: Annotated[str | None, typer.Option(metavar="fr|en", help=_("Language of screens."))] = None,
    database: Annotated[str | None, typer.Option(metavar="FILE", help=_("Database file."))] = None,
    operator: Annotated[str | None, typer.Option(metavar="NAME", help=_("Name kept in the history."))] = None,
    no_input: Annotated[bool, typer.Option("--no-input", help=_("Never ask: a missing value is an error."))] = False,
    at: Annotated[str | None, typer.Option(hidden=True)] = None,
    version: Annotated[bool, typer.Option("--version", "-V", help=_("Show the version."))] = False,
) -> None:
    if version:
        ctx.obj.line(f"comptoir {__version__}")
        raise typer.Exit
    settings = load({"lang": lang, "database": database, "operator": operator}, os.environ)
    ctx.obj = Desk(settings, Clock(_moment(at)), ctx.obj, no_input=no_input)


def _moment(text: str | None) -> Any:  # noqa: ANN401 - a moment, or None for the real one
    try:
        return parse_moment(text) if text else None
    except ValueError as error:
        raise BadMoment(text or "") from error


def tree() -> Group:
    """Build the command tree, its features still unloaded."""
    solved = TyperInfo(root, cls=Root, name="comptoir", context_settings=SETTINGS, no_args_is_help=True)
    group = get_group_from_info(solved, pretty_exceptions_short=True, suggest_commands=False, rich_markup_mode=None)
    assert isinstance(group, Group)  # noqa: S101 - the class asked for above
    return group


def run(arguments: Sequence[str]) -> int:
    """Run one command line; give its exit code. Nothing but a bug leaves a trace."""
    out = standard()
    try:
        left = tree().main(args=hoisted(arguments), prog_name="comptoir", standalone_mode=False, obj=out)
        out.data.flush()
    except Exception as error:  # noqa: BLE001 - the one place where every failure ends
        return _ended(error, out, as_json=_wants_json(arguments))
    if left == INTERRUPTED:
        return _interrupted(out)
    return left if isinstance(left, int) else 0


def hoisted(arguments: Sequence[str]) -> list[str]:
    """Move the program's own options to the front of the line, wherever they were typed."""
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
    return front + rest


def _ended(error: Exception, out: Output, *, as_json: bool) -> int:
    match error:
        case ComptoirError():
            out.fail(error, as_json=as_json)
            return error.exit_code
        case typer.Abort() | EOFError():
            return _interrupted(out)
        case BrokenPipeError():
            # The reader went away: nothing to say, and nobody to say it to.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return PIPE_CLOSED
        case OSError():
            return _ended(OutputBroken(error.strerror or str(error)), out, as_json=as_json)
        case _ if type(error).__name__ == "NoArgsIsHelpError":
            out.say(str(error))
            return UsageProblem.exit_code
        case _ if hasattr(error, "format_message"):
            return _ended(told(error), out, as_json=as_json)
        case _:
            return _bug(error, out)


def _interrupted(out: Output) -> int:
    out.say(_("interrupted: what was not confirmed is not recorded"))
    return INTERRUPTED


def _bug(error: Exception, out: Output) -> int:
    out.say(_("this is a bug in comptoir: {error}").format(error=f"{type(error).__name__}: {error}"))
    if os.environ.get("COMPTOIR_DEBUG"):
        traceback.print_exception(error)
    else:
        out.say(_("hint: {text}").format(text=_("set COMPTOIR_DEBUG=1 and run it again to see where")))
    return BUG


def _wants_json(arguments: Sequence[str]) -> bool:
    return "--json" in arguments or any(
        argument in {"--format=json", "--format=jsonl", "-fjson", "-fjsonl"}
        or (argument in {"json", "jsonl"} and arguments[place - 1] in {"--format", "-f"})
        for place, argument in enumerate(arguments)
    )
