"""Typer's side of the commands: help pages, usage errors and completion, in the language in use."""

import inspect
from collections.abc import Sequence
from difflib import get_close_matches
from itertools import takewhile
from typing import Annotated, Any, cast

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command_from_info
from typer.models import CommandInfo

from comptoir.core.errors import UsageProblem
from comptoir.core.i18n import _
from comptoir.desk.options import Parameter, Verb

VALUES = {str: _("TEXT"), int: _("COUNT")}  # what people type, where an option does not name it
SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class UnknownCommand(UsageProblem):
    """No command has this name."""

    def __init__(self, name: str, path: str, known: list[str]) -> None:
        near = get_close_matches(name, known, 2)
        super().__init__(
            _("`{path}` has no command `{name}`").format(path=path, name=name),
            _("did you mean `{near}`?").format(near="`, `".join(near)) if near else _see_help(path),
        )


class BadUsage(UsageProblem):
    """The command line does not fit the command."""

    def __init__(self, message: str, path: str) -> None:
        super().__init__(message, _see_help(path))


class Command(TyperCommand):
    """A command whose help page is in the language in use."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - Typer's private types
        """Write the usage line."""
        _write_usage(self, ctx, formatter)

    def get_help_option(self, ctx: Any) -> Any:  # noqa: ANN401 - Typer's private types
        """Give the help option with its own help translated."""
        return _help_option(super().get_help_option(ctx))


class Group(TyperGroup):
    """A group of commands whose help page and refusals are in the language in use."""

    def __init__(self, **given: Any) -> None:  # noqa: ANN401 - Typer's own
        metavar = _("COMMAND [ARGS]...")
        optional = f"[{metavar}]" if given.get("invoke_without_command") else metavar
        super().__init__(**{**given, "subcommand_metavar": optional})

    def format_usage(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - Typer's private types
        """Write the usage line."""
        _write_usage(self, ctx, formatter)

    def get_help_option(self, ctx: Any) -> Any:  # noqa: ANN401 - Typer's private types
        """Give the help option with its own help translated."""
        return _help_option(super().get_help_option(ctx))

    def lines(self) -> list[tuple[str, str]]:
        """Give the name and the line of help of each command, without building any."""
        raise NotImplementedError

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401, ARG002 - Typer's private types
        """Write the list of commands."""
        with formatter.section(_("Commands")):
            formatter.write_dl(self.lines())

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401 - Typer's private types
        """Find the command; raise UnknownCommand with the nearest names."""
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            raise UnknownCommand(args[0], ctx.command_path, self.list_commands(ctx))
        return super().resolve_command(ctx, args)


def command(verb: Verb) -> Any:  # noqa: ANN401 - Typer's private types
    """Make Typer's command of a verb; the desk is what its context holds."""
    parameters = sorted(verb.parameters(), key=lambda parameter: not parameter.required)

    def body(ctx: typer.Context, **values: Any) -> int | None:  # noqa: ANN401 - whatever Typer parsed
        """Do the command with what Typer parsed, unless another of its feature was named after it."""
        return None if ctx.invoked_subcommand else verb.call(ctx.obj, values)

    typed = [inspect.Parameter("ctx", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)]
    typed += [_for_typer(parameter) for parameter in parameters]
    body.__signature__ = inspect.Signature(typed)  # type: ignore[attr-defined]  # what inspect looks for
    body.__annotations__ = {parameter.name: parameter.annotation for parameter in typed}
    info = CommandInfo(name=verb.name, cls=Command, callback=body, help=verb.help, context_settings=SETTINGS)
    return get_command_from_info(info, pretty_exceptions_short=True, rich_markup_mode=None)


def told(error: Exception, typed: Sequence[str]) -> UsageProblem:
    """Say a usage error of Typer in our own words; what was typed names the command where Typer does not."""
    context = getattr(error, "ctx", None)
    names = ["comptoir", *takewhile(lambda word: not word.startswith("-"), typed[:2])]
    path = context.command_path if context else " ".join(names)
    return BadUsage(_sentence(error), path)


def _for_typer(parameter: Parameter) -> inspect.Parameter:
    opt = parameter.opt
    kind = list[parameter.type] if parameter.many else parameter.type  # type: ignore[name-defined]  # built as it runs
    metavar = opt.metavar or VALUES.get(parameter.type)
    shared: dict[str, Any] = {"help": opt.help, "metavar": metavar, "autocompletion": opt.complete}
    declared = typer.Option(*parameter.names, min=opt.minimum, **shared) if opt.names else typer.Argument(**shared)
    return inspect.Parameter(
        parameter.name,
        inspect.Parameter.KEYWORD_ONLY,
        default=inspect.Parameter.empty if parameter.required else parameter.default,
        annotation=Annotated[kind if parameter.default is not None else kind | None, declared],
    )


def _sentence(error: Any) -> str:  # noqa: ANN401 - Typer's private exception types
    # By class name: the classes live in a private package of Typer.
    match type(error).__name__:
        case "MissingParameter":
            return _("`{name}` is missing").format(name=_typed_name(error.param))
        case "NoSuchOption":
            near = error.possibilities or []
            more = _("; did you mean `{near}`?").format(near="`, `".join(sorted(near))) if near else ""
            return _("there is no option `{name}`").format(name=error.option_name) + more
        case "BadOptionUsage" if "does not take" in error.message:
            return _("option `{name}` takes no value").format(name=error.option_name)
        case "BadOptionUsage":
            return _("option `{name}` needs a value").format(name=error.option_name)
        case "BadParameter":
            return _bad_value(error)
        case _ if error.message.startswith("Got unexpected"):
            extra = error.message.partition(") (")[2].removesuffix(")")
            return _("too many arguments: `{extra}`").format(extra=extra)
        case _:
            return cast("str", error.message)


def _bad_value(error: Any) -> str:  # noqa: ANN401 - Typer's private types
    name = _typed_name(error.param)
    choices = getattr(error.param.type, "choices", None)
    if choices:
        listed = ", ".join(str(getattr(choice, "value", choice)) for choice in choices)
        return _("`{name}` takes one of: {listed}").format(name=name, listed=listed)
    if getattr(error.param.type, "name", "") in {"int", "int range"}:
        return _("`{name}` takes a whole number in its range").format(name=name)
    return _("`{name}`: {reason}").format(name=name, reason=error.message)


def _typed_name(parameter: Any) -> str:  # noqa: ANN401 - Typer's private types
    if parameter.param_type_name == "option":
        return "/".join(parameter.opts)
    return str(parameter.human_readable_name)


def _see_help(path: str) -> str:
    return _("`{path} --help` shows what it takes").format(path=path)


def _write_usage(command: Any, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - Typer's private types
    formatter.write_usage(ctx.command_path, " ".join(command.collect_usage_pieces(ctx)), prefix=_("Usage: "))


def _help_option(option: Any) -> Any:  # noqa: ANN401 - Typer's private types
    if option is not None:
        option.help = _("Show this page.")
    return option
