"""Grades, and how a device is described and looked for."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from comptoir.core.errors import NotFound
from comptoir.core.i18n import _, mark
from comptoir.core.text import fold

# Letters to Python, and to SQLite, whose tables are older, none: a word of theirs would be two in the index.
_NEW_TAI_LUE = frozenset(map(chr, range(0x1980, 0x19E0)))
CHARACTERISTICS = ("disk", "ram", "cpu", "generation", "screen", "function", "colour", "paper", "age")


class Grade(StrEnum):
    """What a device is worth, best to worst."""

    A = "A"
    B = "B"
    C = "C"
    OUT_OF_ORDER = "out_of_order"


GRADE_WORDS: Mapping[str, str] = {Grade.OUT_OF_ORDER: mark("Out of order")}


class UnknownDevice(NotFound):
    """No device has this article code."""

    def __init__(self, code: str, near: Sequence[str] = ()) -> None:
        super().__init__(
            _("no device has the article code `{code}`").format(code=code),
            _("did you mean `{near}`?").format(near="`, `".join(near))
            if near
            else _("look it up with `comptoir catalog search WORDS`"),
        )


def price_column(grade: Grade) -> str:
    """Name the price of a grade: `price_a` for A."""
    return f"price_{grade.value.lower()}"


def described(characteristics: Mapping[str, str]) -> str:
    """Write a model in full: its characteristics in their order."""
    return " ".join(characteristics[key] for key in CHARACTERISTICS if characteristics.get(key))


def words(text: str) -> list[str]:
    """Split a text into words as the search index does: folded runs of letters and digits."""
    return "".join(c if c.isalnum() else " " for c in fold(text) if c not in _NEW_TAI_LUE).split()
