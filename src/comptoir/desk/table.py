"""Rows laid out for eyes: aligned columns that wrap to the terminal, or one field a line where it is narrow."""

import unicodedata
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from comptoir.core.later import later

if TYPE_CHECKING:
    import textwrap
else:
    textwrap = later("textwrap")

NARROWEST = 9  # characters a wrapped column keeps
GAP = "  "

Cell = tuple[str, bool]  # what is shown, and whether it is a figure (aligned right)


def wide(text: str) -> int:
    """Count the terminal columns that a text takes."""
    if text.isascii():
        return len(text)
    return sum(_columns(c) for c in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def table(titles: Sequence[str], rows: Sequence[Sequence[Cell]], width: int | None) -> Iterator[str]:
    """Lay rows out under their titles in `width` columns (None: as wide as they are); lines end in newlines."""
    natural = [max([wide(title), *(wide(row[place][0]) for row in rows)]) for place, title in enumerate(titles)]
    widths = _fitted(natural, width)
    if widths is None:
        yield from _one_field_a_line(titles, rows, width or 0)
        return
    figures = [any(row[place][1] for row in rows) for place in range(len(titles))]
    yield from _lines(titles, widths, figures)
    yield GAP.join("─" * each for each in widths) + "\n"
    for row in rows:
        yield from _lines([text for text, _figure in row], widths, figures)


def facts(titles: Sequence[str], cells: Sequence[Cell], width: int | None) -> Iterator[str]:
    """Lay one record out, a field a line, its titles aligned."""
    margin = max(wide(title) for title in titles) + len(GAP)
    if width is not None and width < margin + NARROWEST * 2:
        yield from _one_field_a_line(titles, [cells], width)
        return
    for title, (text, _figure) in zip(titles, cells, strict=True):
        first, *more = _wrapped(text, width - margin if width else None)
        yield (_padded(title, margin, right=False) + first).rstrip() + "\n"
        yield from (" " * margin + line + "\n" for line in more)


def _fitted(natural: list[int], width: int | None) -> list[int] | None:
    widths = list(natural)
    room = None if width is None else width - len(GAP) * (len(widths) - 1)
    while room is not None and sum(widths) > room:
        widest = max(range(len(widths)), key=lambda place: widths[place])
        if widths[widest] <= NARROWEST:
            return None
        widths[widest] -= 1
    return widths


def _lines(texts: Sequence[str], widths: Sequence[int], figures: Sequence[bool]) -> Iterator[str]:
    wrapped = [_wrapped(text, each) for text, each in zip(texts, widths, strict=True)]
    for line in range(max(map(len, wrapped))):
        parts = [
            _padded(part[line] if line < len(part) else "", each, right=figure)
            for part, each, figure in zip(wrapped, widths, figures, strict=True)
        ]
        yield GAP.join(parts).rstrip() + "\n"


def _wrapped(text: str, width: int | None) -> list[str]:
    if width is None or wide(text) <= width:
        return [text]
    return textwrap.wrap(text, max(width, 1)) or [""]


def _padded(text: str, width: int, *, right: bool) -> str:
    blank = " " * (width - wide(text))
    return blank + text if right else text + blank


def _one_field_a_line(titles: Sequence[str], rows: Sequence[Sequence[Cell]], width: int) -> Iterator[str]:
    for position, row in enumerate(rows):
        if position:
            yield "\n"
        for title, (text, _figure) in zip(titles, row, strict=True):
            for line in _wrapped(f"{title} : {text}", width):
                yield line + "\n"
