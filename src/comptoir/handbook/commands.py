"""The command tree as plain values: what a page says of each command."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import typer

from comptoir.tree import tree

PROGRAM = "comptoir"


@dataclass(frozen=True)
class Parameter:
    """An argument or an option; `key` is its name in the code; arguments and flags have no metavar after theirs."""

    key: str
    names: tuple[str, ...]
    metavar: str
    help: str
    choices: tuple[str, ...]
    default: str
    least: int | None
    required: bool
    several: bool
    is_option: bool


@dataclass(frozen=True)
class Command:
    """A command, or a group and its commands; `path` is what is typed, arguments stand before options.

    `runs` tells whether it does something by itself.
    """

    path: str
    help: str
    parameters: tuple[Parameter, ...]
    commands: tuple["Command", ...]
    runs: bool

    @property
    def page(self) -> str:
        """Give the name of the command's own page, `comptoir-catalog`."""
        return self.path.replace(" ", "-")

    @property
    def arguments(self) -> list[Parameter]:
        """Give the arguments, in the order they are typed."""
        return [parameter for parameter in self.parameters if not parameter.is_option]

    def groups(self) -> Iterator["Command"]:
        """Give every command that has a page: this one, and those below it that are features."""
        yield self
        for command in self.commands:
            if command.is_feature:
                yield from command.groups()

    @property
    def is_feature(self) -> bool:
        """Tell whether this is a feature: a group of commands, or one typed right after the program's name."""
        return bool(self.commands) or self.path.count(" ") == 1

    def leaves(self) -> Iterator["Command"]:
        """Give every command that does something: this one, those below it."""
        if self.runs:
            yield self
        for command in self.commands:
            yield from command.leaves()


def program() -> Command:
    """Walk the whole tree, every feature loaded."""
    return _read(tree(), None, PROGRAM)


def _read(command: Any, parent: Any, name: str) -> Command:  # noqa: ANN401 - Typer's private types
    context = typer.Context(command, parent=parent, info_name=name, **command.context_settings)
    listed = command.list_commands(context) if hasattr(command, "list_commands") else []
    parameters = [_parameter(each) for each in command.get_params(context) if not each.hidden]
    return Command(
        path=context.command_path,
        help=command.help or "",
        parameters=tuple(sorted(parameters, key=lambda parameter: parameter.is_option)),
        commands=tuple(_read(command.get_command(context, each), context, each) for each in listed),
        runs=not listed or command.invoke_without_command,
    )


def _parameter(parameter: Any) -> Parameter:  # noqa: ANN401 - Typer's private types
    is_option = parameter.param_type_name == "option"
    return Parameter(
        key=parameter.name,
        names=tuple(sorted(parameter.opts, key=len)) if is_option else (_bare(parameter.human_readable_name),),
        metavar="" if not is_option or parameter.is_flag else str(parameter.metavar or "CHOIX"),
        help=parameter.help or "",
        choices=_choices(parameter.type),
        default=_default(parameter),
        least=getattr(parameter.type, "min", None),
        required=parameter.required,
        several=parameter.nargs == -1 or getattr(parameter, "multiple", False),
        is_option=is_option,
    )


def _bare(metavar: str) -> str:
    # `[NO.]...` says what the page says with signs of its own.
    return metavar.removesuffix("...").strip("[]")


def _choices(kind: Any) -> tuple[str, ...]:  # noqa: ANN401 - Typer's private types
    return tuple(str(getattr(choice, "value", choice)) for choice in getattr(kind, "choices", ()))


def _default(parameter: Any) -> str:  # noqa: ANN401 - Typer's private types
    given = parameter.default
    return "" if given is None or isinstance(given, bool) else str(getattr(given, "value", given))
