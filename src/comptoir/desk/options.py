"""Commands as they are declared: a plain function whose annotations say what is typed on the line.

Typer explains them (help pages, errors, completion) and `direct` reads the plain cases without it. Neither
dataclasses nor inspect are imported here: they would weigh on every start.
"""

from collections.abc import Callable, Mapping
from types import UnionType
from typing import Any, NamedTuple, cast, get_args, get_origin

Completer = Callable[[str], list[str]]
Body = Callable[..., int | None]
REQUIRED = object()


class Opt(NamedTuple):
    """How a parameter is typed: under these option names, or without any as an argument."""

    names: tuple[str, ...]
    help: str
    metavar: str | None = None
    minimum: int | None = None
    complete: Completer | None = None


def option(
    *names: str, help: str, metavar: str | None = None, minimum: int | None = None, complete: Completer | None = None
) -> Opt:
    """Declare an option; without a name it takes the parameter's, `dry_run` becoming `--dry-run`."""
    return Opt(names or ("",), help, metavar, minimum, complete)


def argument(metavar: str, help: str, complete: Completer | None = None) -> Opt:
    """Declare an argument."""
    return Opt((), help, metavar, None, complete)


class Parameter(NamedTuple):
    """One thing typed on the line: its type (str, int, bool or a StrEnum), and the bundle it belongs to."""

    name: str
    type: type
    many: bool
    default: Any
    opt: Opt
    bundle: str

    @property
    def required(self) -> bool:
        """Tell whether the command cannot run without it."""
        return self.default is REQUIRED

    @property
    def names(self) -> tuple[str, ...]:
        """Give the option's names, none for an argument."""
        return tuple(name or "--" + self.name.replace("_", "-") for name in self.opt.names)


class Verb(NamedTuple):
    """A command: its name, its line of help, the function that does it."""

    name: str
    help: str
    body: Body

    def parameters(self) -> list[Parameter]:
        """List what is typed, bundles of options (named tuples) spread out; the desk is not typed."""
        found: list[Parameter] = []
        defaults = _defaults(self.body)
        for name, hint in self.body.__annotations__.items():
            if hasattr(hint, "__metadata__"):
                found.append(_parameter(name, hint, defaults.get(name, REQUIRED), ""))
            elif hasattr(hint, "_field_defaults"):
                kept = hint._field_defaults
                found += [
                    _parameter(key, each, kept.get(key, REQUIRED), name) for key, each in hint.__annotations__.items()
                ]
        return found

    def call(self, desk: object, values: Mapping[str, Any]) -> int | None:
        """Do the command with parsed values, gathered into their bundles; give its exit code, None for 0."""
        given: dict[str, Any] = {}
        bundles: dict[str, dict[str, Any]] = {}
        for parameter in self.parameters():
            place = bundles.setdefault(parameter.bundle, {}) if parameter.bundle else given
            place[parameter.name] = values[parameter.name]
        given |= {name: self.body.__annotations__[name](**inside) for name, inside in bundles.items()}
        return self.body(desk, **given)


class Feature:
    """The commands of one feature, in the order they are declared."""

    def __init__(self) -> None:
        self.verbs: dict[str, Verb] = {}

    def below(self, name: str) -> dict[str, Verb]:
        """Give the commands typed after the feature's name: all but the one that has it."""
        return {key: verb for key, verb in self.verbs.items() if key != name}

    def verb(self, name: str, help: str) -> Callable[[Body], Body]:
        """Register a command under its name."""

        def register(body: Body) -> Body:
            """Keep the function that does the command."""
            self.verbs[name] = Verb(name, help, body)
            return body

        return register


def _defaults(body: Body) -> dict[str, Any]:
    function = cast("Any", body)
    code, values = function.__code__, function.__defaults__ or ()
    names = code.co_varnames[: code.co_argcount]
    return dict(zip(names[len(names) - len(values) :], values, strict=True)) | (function.__kwdefaults__ or {})


def _parameter(name: str, hint: Any, default: Any, bundle: str) -> Parameter:  # noqa: ANN401 - an annotation, a default
    kind = hint.__origin__
    if get_origin(kind) is UnionType:
        kind = next(each for each in get_args(kind) if each is not type(None))
    many = get_origin(kind) is list
    return Parameter(name, get_args(kind)[0] if many else kind, many, default, hint.__metadata__[0], bundle)
