"""A JSON schema as strict as ecosystem's: what is required, of which type, and nothing that is not named."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

TEXT: Final = "string"
NUMBER: Final = "number"


@dataclass(frozen=True)
class Member:
    """A member of an object: its type, or the members it has in turn, and whether it must be there."""

    kind: "str | Mapping[str, Member]"
    required: bool = True


def wrong(spec: Mapping[str, Member], value: object) -> Iterator[str]:
    """Give what is wrong in a value, in the words of a JSON schema's check."""
    if not isinstance(value, Mapping):
        yield f"{_shown(value)} is not of type 'object'"
        return
    for name in value:
        if name not in spec:
            yield f"Additional properties are not allowed ('{name}' was unexpected)"
    for name, member in spec.items():
        if name in value:
            yield from _member(member, value[name])
        elif member.required:
            yield f"'{name}' is a required property"


def _member(member: Member, value: object) -> Iterator[str]:
    if isinstance(member.kind, Mapping):
        yield from wrong(member.kind, value)
    elif not _is(member.kind, value):
        yield f"{_shown(value)} is not of type '{member.kind}'"


def _is(kind: str, value: object) -> bool:
    if kind == NUMBER:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, str)


def _shown(value: object) -> str:
    return repr(value)[:80]


def required(*names: str) -> dict[str, Member]:
    """Give members that are texts and must be there."""
    return dict.fromkeys(names, Member(TEXT))


def optional(*names: str, kind: Any = TEXT) -> dict[str, Member]:  # noqa: ANN401 - a type or members
    """Give members that may be missing."""
    return dict.fromkeys(names, Member(kind, required=False))
