"""The command tree as Typer sees it: features loaded when they are named."""

from importlib import import_module
from typing import Annotated, Any

import typer
from typer.completion import completion_init  # type: ignore[attr-defined]  # public in the docs, not in its stubs
from typer.main import get_group_from_info
from typer.models import TyperInfo

from comptoir import __version__
from comptoir.app import COMMANDS, FEATURES, Own, feature, opened
from comptoir.core.i18n import _
from comptoir.desk.usage import SETTINGS, Group, command


def _help_line(package: str) -> str:
    return _(import_module(package).__doc__ or "")


def _below(name: str) -> dict[str, str]:
    """Give the features typed after a feature's name, by their own word: the name of each."""
    return {full.removeprefix(f"{name} "): full for full in FEATURES if full.startswith(f"{name} ")}


class LazyGroup(Group):
    """A feature: known by its package's docstring, its commands built one by one as they are named."""

    def __init__(self, name: str) -> None:
        self.full = name
        own = command(feature(name).verbs[name]) if name in COMMANDS else None
        super().__init__(
            name=name.rsplit(maxsplit=1)[-1],
            help=_help_line(FEATURES[name]),
            params=own and own.params,
            callback=own and own.callback,
            invoke_without_command=bool(own),
            no_args_is_help=not own,
            rich_markup_mode=None,
            context_settings=SETTINGS,
        )

    def lines(self) -> list[tuple[str, str]]:
        """Give the name and the line of help of each command."""
        own = [(verb.name, verb.help) for verb in feature(self.full).below(self.full).values()]
        return own + [(word, _help_line(FEATURES[full])) for word, full in _below(self.full).items()]

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401, ARG002 - Typer's private types
        """Give the names of the feature's commands, in their own order."""
        return [*feature(self.full).below(self.full), *_below(self.full)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401, ARG002 - Typer's private types
        """Build the command of this name, or give None."""
        if cmd_name in _below(self.full):
            return LazyGroup(_below(self.full)[cmd_name])
        verb = feature(self.full).below(self.full).get(cmd_name)
        return verb and command(verb)


class Root(Group):
    """The program."""

    def lines(self) -> list[tuple[str, str]]:
        """Give the name and the line of help of each feature."""
        return [(name, _help_line(package)) for name, package in (FEATURES | COMMANDS).items() if " " not in name]

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401, ARG002 - Typer's private types
        """Give the names of the features."""
        return [name for name in FEATURES | COMMANDS if " " not in name]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401, ARG002 - Typer's private types
        """Give the feature of this name, or None."""
        if cmd_name in FEATURES:
            return LazyGroup(cmd_name)
        return command(feature(cmd_name).verbs[cmd_name]) if cmd_name in COMMANDS else None


def _set_up(  # noqa: PLR0913 - the program's own options
    ctx: typer.Context,
    *,
    lang: Annotated[str | None, typer.Option(metavar="fr|en", help=_("Language of screens."))] = None,
    database: Annotated[str | None, typer.Option(metavar=_("FILE"), help=_("Database file."))] = None,
    operator: Annotated[str | None, typer.Option(metavar=_("NAME"), help=_("Name kept in the history."))] = None,
    no_input: Annotated[bool, typer.Option("--no-input", help=_("Never ask: a missing value is an error."))] = False,
    at: Annotated[str | None, typer.Option(hidden=True)] = None,
    version: Annotated[bool, typer.Option("--version", "-V", help=_("Show the version."))] = False,
) -> None:
    if version:
        ctx.obj.line(f"comptoir {__version__}")
        raise typer.Exit
    ctx.obj = opened(Own(lang=lang, database=database, operator=operator, at=at, no_input=no_input), ctx.obj)


def tree() -> Group:
    """Build the command tree, its features still unloaded."""
    completion_init()
    root = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    root.callback(help=_("The counter of those who give equipment a second life."))(_set_up)
    solved = TyperInfo(root, cls=Root, name="comptoir", context_settings=SETTINGS, no_args_is_help=True)
    group = get_group_from_info(solved, pretty_exceptions_short=True, suggest_commands=False, rich_markup_mode=None)
    assert isinstance(group, Group)  # noqa: S101 - the class asked for above
    return group
