"""Commands as they are declared: what is typed, and how bundles of options are gathered again."""

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any, NamedTuple

import pytest

from comptoir.app import COMMANDS, FEATURES, feature
from comptoir.desk.options import Feature, Parameter, Verb, argument, option
from comptoir.desk.usage import command


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Look(NamedTuple):
    """A bundle."""

    colour: Annotated[Colour | None, option("--colour", "-c", help="c")] = None
    bright_one: Annotated[bool, option(help="b")] = False
    size: Annotated[int, option(help="s", minimum=1)] = 3


class Place(NamedTuple):
    """A bundle with an option that must be given."""

    town: Annotated[str, option(help="t")]
    line: Annotated[str, option(help="l")] = "-"


def verb(body: Callable[..., int | None]) -> Verb:
    return Verb("try", "A try.", body)


def everything(
    desk: object,
    look: Look,
    code: Annotated[str, argument("CODE", help="c")],
    place: Place,
    others: Annotated[list[int] | None, argument("[NO.]...", help="o")] = None,
    *,
    yes: Annotated[bool, option("--yes", "-y", help="y")] = False,
    note: Annotated[list[str] | None, option("--note", help="n")] = None,
) -> int | None:
    assert desk == "desk"
    CALLS.append((look, code, place, others, yes, note))
    return 4


CALLS: list[tuple[Any, ...]] = []
GIVEN = {
    "colour": Colour.RED,
    "bright_one": True,
    "size": 7,
    "code": "A",
    "town": "Brest",
    "line": "x",
    "others": [1, 2],
    "yes": True,
    "note": ["n"],
}


def by_name(declared: Verb) -> dict[str, Parameter]:
    return {parameter.name: parameter for parameter in declared.parameters()}


def test_bundles_are_spread_in_their_place_and_the_desk_is_not_typed() -> None:
    assert list(by_name(verb(everything))) == [
        "colour", "bright_one", "size", "code", "town", "line", "others", "yes", "note",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "kind", "many", "names", "bundle"),
    [
        ("colour", Colour, False, ("--colour", "-c"), "look"),
        ("bright_one", bool, False, ("--bright-one",), "look"),
        ("size", int, False, ("--size",), "look"),
        ("code", str, False, (), ""),
        ("town", str, False, ("--town",), "place"),
        ("others", int, True, (), ""),
        ("yes", bool, False, ("--yes", "-y"), ""),
        ("note", str, True, ("--note",), ""),
    ],
)
def test_each_parameter_knows_its_type_its_names_and_its_bundle(
    name: str, kind: type, many: bool, names: tuple[str, ...], bundle: str
) -> None:
    parameter = by_name(verb(everything))[name]
    assert (parameter.type, parameter.many, parameter.names, parameter.bundle) == (kind, many, names, bundle)


def test_defaults_are_those_declared_and_what_has_none_is_required() -> None:
    found = by_name(verb(everything))
    assert {name for name, parameter in found.items() if parameter.required} == {"code", "town"}
    assert {name: parameter.default for name, parameter in found.items() if not parameter.required} == {
        "colour": None, "bright_one": False, "size": 3, "line": "-", "others": None, "yes": False, "note": None,
    }  # fmt: skip


def test_calling_gathers_the_bundles_and_gives_the_exit_code() -> None:
    CALLS.clear()
    assert verb(everything).call("desk", GIVEN) == 4
    assert [(Look(Colour.RED, True, 7), "A", Place("Brest", "x"), [1, 2], True, ["n"])] == CALLS
    assert isinstance(CALLS[0][0], Look)


def test_a_value_that_was_not_parsed_is_an_error_and_never_a_default() -> None:
    with pytest.raises(KeyError):
        verb(everything).call("desk", {"code": "A"})


def test_typer_gets_every_parameter_with_its_names_its_default_and_whether_it_is_required() -> None:
    built = {parameter.name: parameter for parameter in command(verb(everything)).params}
    assert set(built) == set(GIVEN)
    assert built["colour"].opts == ["--colour", "-c"]
    assert built["bright_one"].opts == ["--bright-one"]
    assert not built["bright_one"].secondary_opts
    assert {name for name, parameter in built.items() if parameter.required} == {"code", "town"}
    assert built["size"].default == 3
    assert built["note"].multiple
    assert built["others"].nargs == -1
    assert [name for name, parameter in built.items() if parameter.param_type_name == "argument"] == ["code", "others"]


def test_typer_calls_the_verb_with_what_was_typed() -> None:
    CALLS.clear()
    line = ["--colour", "blue", "A", "1", "2", "--town", "Brest", "--bright-one", "--note", "x", "--note", "y", "-y"]
    left = command(verb(everything)).main(line, standalone_mode=False, obj="desk")
    assert left == 4
    assert [(Look(Colour.BLUE, True, 3), "A", Place("Brest", "-"), [1, 2], True, ["x", "y"])] == CALLS


def test_the_names_and_help_of_a_feature_keep_their_order() -> None:
    app = Feature()
    for name in ("b", "a"):
        assert app.verb(name, help=f"help of {name}")(everything) is everything
    assert [(each.name, each.help) for each in app.verbs.values()] == [("b", "help of b"), ("a", "help of a")]


VERBS = [(name, each) for name in FEATURES | COMMANDS for each in feature(name).verbs.values()]


@pytest.mark.parametrize("declared", [each for _, each in VERBS], ids=[f"{name}-{each.name}" for name, each in VERBS])
def test_no_two_parameters_of_a_command_share_a_name_and_all_have_help(declared: Verb) -> None:
    parameters = declared.parameters()
    typed = [name for parameter in parameters for name in parameter.names]
    assert len(typed) == len(set(typed))
    assert len({parameter.name for parameter in parameters}) == len(parameters)
    assert all(parameter.opt.help for parameter in parameters)
    assert declared.help
    assert not set(typed) & {"--lang", "--database", "--operator", "--at", "--no-input", "--help", "-h"}
    assert all(len(name) == 2 or (name.startswith("--") and len(name) > 3) for name in typed)
