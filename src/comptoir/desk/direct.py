"""Command lines read without Typer, whose import costs four bare Python starts.

Only the plain and right ones: for a help page, an error or anything unusual, this gives None and Typer takes over.
"""

from collections.abc import Sequence
from typing import Any

from comptoir.desk.options import Parameter, Verb

Values = dict[str, Any]
Typed = dict[str, list[str]]


class _Unusual(Exception):
    """A line that only Typer can judge."""


def read(verb: Verb, arguments: Sequence[str]) -> Values | None:
    """Give the value of every parameter of a command, or None where Typer must look at the line."""
    parameters = verb.parameters()
    try:
        typed = _sorted(parameters, list(arguments))
        return {parameter.name: _value(parameter, typed.get(parameter.name)) for parameter in parameters}
    except (_Unusual, ValueError):
        return None


def _sorted(parameters: Sequence[Parameter], words: list[str]) -> Typed:
    """Sort the words of a line by parameter."""
    options = {name: parameter for parameter in parameters for name in parameter.names}
    typed: Typed = {}
    loose: list[str] = []
    while words:
        word = words.pop(0)
        if not word.startswith("-") or word == "-":
            loose.append(word)
            continue
        name, equals, value = word.partition("=") if word.startswith("--") else (word, "", "")
        if name not in options:
            raise _Unusual
        given = typed.setdefault(options[name].name, [])
        given.append(value if equals else _next(options[name], words))
        if equals and options[name].type is bool:
            raise _Unusual
    _place(parameters, loose, typed)
    return typed


def _next(option: Parameter, words: list[str]) -> str:
    """Take the value that follows an option; a flag has none, and what looks like an option is for Typer to judge."""
    if option.type is bool:
        return ""
    if not words or (words[0].startswith("-") and words[0] != "-"):
        raise _Unusual
    return words.pop(0)


def _place(parameters: Sequence[Parameter], loose: list[str], typed: Typed) -> None:
    """Give the words that are not options to the arguments, in order; the last one may take many."""
    for parameter in parameters:
        if not parameter.names and loose:
            typed[parameter.name], loose = (loose, []) if parameter.many else (loose[:1], loose[1:])
    if loose:
        raise _Unusual


def _value(parameter: Parameter, words: list[str] | None) -> Any:  # noqa: ANN401 - a value of the parameter's type
    if words is None:
        if parameter.required:
            raise _Unusual
        return parameter.default
    values = [_converted(parameter, word) for word in words]
    return values if parameter.many else values[-1]


def _converted(parameter: Parameter, word: str) -> Any:  # noqa: ANN401 - a value of the parameter's type
    if parameter.type is bool:
        return True
    if parameter.type is int and not (word.isascii() and word.isdigit()):
        raise _Unusual
    value = parameter.type(word)
    if parameter.opt.minimum is not None and value < parameter.opt.minimum:
        raise _Unusual
    return value
