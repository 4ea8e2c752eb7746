"""The shop's own TOML files: read, checked against a form, and refused with the reason."""

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from comptoir.core.errors import ComptoirError, reason_of
from comptoir.core.i18n import _
from comptoir.core.later import later

if TYPE_CHECKING:
    import tomllib
else:
    tomllib = later("tomllib")

Made = TypeVar("Made")
_KEY = re.compile(r"[a-z0-9_]{1,40}", re.ASCII)


class Kind(NamedTuple):
    """What a key holds: a type, of which type its elements are where they are told, and whether it may be absent."""

    of: type
    inside: type | None = None
    optional: bool = False


Form = Mapping[str, Kind]


def read(path: Path) -> dict[str, Any]:
    """Read a file; raise OSError and ValueError."""
    return tomllib.loads(path.read_text("utf-8"))


def made_of(own: str, make: Callable[[dict[str, Any]], Made], refused: Callable[[Path, str], ComptoirError]) -> Made:
    """Give what is made of the shop's file; raise what `refused` makes of its path and of what is wrong with it.

    `make` raises ValueError or a ComptoirError, or KeyError with the name of what is missing or unknown.
    """
    path = Path(own)
    try:
        path = path.expanduser()
        return make(read(path))
    except OSError as error:
        raise refused(path, reason_of(error)) from error
    except KeyError as error:
        raise refused(path, _("`{name}` is missing or unknown").format(name=error.args[0])) from error
    except (ValueError, RuntimeError, ComptoirError) as error:
        raise refused(path, str(error)) from error


def formed(place: str, entry: object, form: Form) -> dict[str, Any]:
    """Give a table that has its form; raise ValueError where something is not of its kind, else KeyError."""
    table: dict[str, Any] = of_its_kind(place, entry, Kind(dict))
    for name in (*(name for name, kind in form.items() if not kind.optional), *table):
        if name not in form or name not in table:
            raise KeyError(f"{place}.{name}")
        of_its_kind(f"{place}.{name}", table[name], form[name])
    return table


def of_its_kind(name: str, value: Any, kind: Kind) -> Any:  # noqa: ANN401 - what TOML may hold
    """Give a value back; raise ValueError where it, or one of its elements, is not of its kind."""
    elements = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if type(value) is not kind.of or (kind.inside and any(type(each) is not kind.inside for each in elements)):
        raise ValueError(_("`{name}` is not of its kind").format(name=name))
    return value


def check_key(name: str, key: str) -> None:
    """Raise ValueError for a key that cannot be typed or stored as it is."""
    if not _KEY.fullmatch(key):
        raise ValueError(
            _("`{name}` is no key: it takes lower-case letters, digits and _, 40 at most").format(name=name)
        )


def check_choice(name: str, value: object, choices: Iterable[object]) -> None:
    """Raise ValueError for a value that is none of these."""
    known = list(choices)
    if value not in known:
        raise ValueError(
            _("`{name}` takes one of these: {choices}").format(name=name, choices=", ".join(map(str, known)))
        )


def filled(name: str, value: str) -> str:
    """Give a text without the blanks around it; raise ValueError where nothing is left."""
    if not value.strip():
        raise ValueError(_("`{name}` is empty").format(name=name))
    return value.strip()
