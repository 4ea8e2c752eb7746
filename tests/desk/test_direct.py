"""A line read directly means what Typer says it means, for every command of the tree."""

from enum import StrEnum
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer import Context, Exit
from typer.exceptions import TyperException

from comptoir.app import COMMANDS, FEATURES, feature
from comptoir.desk import direct
from comptoir.desk.options import Parameter, Verb
from comptoir.desk.usage import command

VERBS = [
    pytest.param(verb, id=f"{name} {verb.name}")
    for name in FEATURES | COMMANDS
    for verb in feature(name).verbs.values()
]
WORDS = st.text("abcé0123456789=-. ", max_size=6)


def by_typer(verb: Verb, line: list[str]) -> dict[str, object] | None:
    """Give what the command receives when Typer reads the line, or None where it refuses it."""
    built = command(verb)
    found: dict[str, object] = {}
    with patch.object(Verb, "call", lambda _verb, _desk, values: found.update(values)):
        try:
            context = built.make_context(verb.name, list(line), parent=Context(built))
            built.invoke(context)
        except (TyperException, Exit):
            return None
    return found


def lines(verb: Verb) -> st.SearchStrategy[list[str]]:
    """Make lines that are nearly right: known and unknown options, values of every kind, arguments."""
    pieces: list[st.SearchStrategy[list[str]]] = [st.lists(WORDS, min_size=1, max_size=2)]
    for parameter in verb.parameters():
        values = value_of(parameter)
        for name in parameter.names:
            if parameter.type is bool:
                pieces.append(st.just([name]))
            else:
                pieces += [
                    values.map(lambda value, name=name: [name, value]),
                    values.map(lambda v, n=name: [f"{n}={v}"]),
                ]
        if not parameter.names:
            pieces.append(values.map(lambda value: [value]))
    pieces.append(st.sampled_from([["--"], ["-"], ["--help"], ["-h"], ["--unknown"], ["-xy"]]))
    return st.lists(st.one_of(pieces), max_size=6).map(lambda parts: [word for part in parts for word in part])


def value_of(parameter: Parameter) -> st.SearchStrategy[str]:
    if issubclass(parameter.type, StrEnum):
        return st.sampled_from([*(member.value for member in parameter.type), "unknown"])
    if parameter.type is int:
        return st.one_of(st.integers(-2, 30).map(str), WORDS)
    return WORDS


@pytest.mark.parametrize("verb", VERBS)
@given(data=st.data())
@settings(max_examples=15, deadline=None)  # for each of more than a hundred verbs
def test_what_is_read_directly_is_what_typer_reads(verb, data):
    line = data.draw(lines(verb))
    read = direct.read(verb, line)
    if read is not None:
        assert by_typer(verb, line) == read, line


@pytest.mark.parametrize("verb", VERBS)
def test_plain_lines_are_read_directly(verb):
    line: list[str] = []
    for parameter in verb.parameters():
        if parameter.required:
            line += [*parameter.names[:1], str(next(iter(getattr(parameter.type, "__members__", {"": "9"}).values())))]
    assert direct.read(verb, line) is not None
    assert direct.read(verb, [*line, "--help"]) is None
    assert direct.read(verb, [*line, "--no-such-option"]) is None
