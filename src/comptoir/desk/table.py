"""Rows laid out for eyes: aligned columns that wrap or go on below in a narrow terminal."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from comptoir.core.later import later

if TYPE_CHECKING:
    import textwrap
    import unicodedata

    import wcwidth
else:
    textwrap, unicodedata, wcwidth = map(later, ("textwrap", "unicodedata", "wcwidth"))

NARROWEST = 14  # characters a wrapped column keeps
MOST_BANDS = 3
GAP = "  "
INDENT = "    "

WIDEST_WORD = 24


class Measure(NamedTuple):
    """The width of a column in characters: whole, and the least it is wrapped to."""

    whole: int
    least: int


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
    """Lay rows out under their titles in `width` columns (None: as wide as they are); lines end in newlines.

    Where the columns are too many for the width, they go on in bands, one below the other; where even bands are too
    many, each field has its line.
    """
    measures = [_measured([title, *(row[place][0] for row in rows)]) for place, title in enumerate(titles)]
    bands = _bands(measures, width)
    if len(bands) > MOST_BANDS:
        yield from _one_field_a_line(titles, rows, width or 0)
        return
    figures = [any(row[place][1] for row in rows) for place in range(len(titles))]
    widths = [_fitted([measures[place] for place in band], _room(number, width)) for number, band in enumerate(bands)]
    yield from _banded(titles, bands, widths, figures)
    yield GAP.join("─" * each for each in widths[0]) + "\n"
    for row in rows:
        yield from _banded([text for text, _figure in row], bands, widths, figures)


def facts(titles: Sequence[str], cells: Sequence[Cell], width: int | None) -> Iterator[str]:
    """Lay one record out, a field a line, its titles aligned."""
    margin = max(wide(title) for title in titles) + len(GAP)
    if width is not None and width < margin + NARROWEST:
        yield from _one_field_a_line(titles, [cells], width)
        return
    for title, (text, _figure) in zip(titles, cells, strict=True):
        first, *more = wrapped(text, width - margin if width else None)
        yield (_padded(title, margin, right=False) + first).rstrip() + "\n"
        yield from (" " * margin + line + "\n" for line in more)


def _room(band: int, width: int | None) -> int | None:
    return width if width is None or band == 0 else width - len(INDENT)


def _measured(texts: Sequence[str]) -> Measure:
    """Measure a column: whole, and the least that wraps it without cutting its words, short ones kept together."""
    whole = max(map(wide, texts))
    word = max((wide(word) for text in texts for word in text.split(" ")), default=0)
    return Measure(whole, min(whole, max(NARROWEST, min(word, WIDEST_WORD))))


def _bands(measures: Sequence[Measure], width: int | None) -> list[list[int]]:
    """Share columns between bands, each wide enough for its columns once they are wrapped."""
    bands: list[list[int]] = [[]]
    used = 0
    for place, measure in enumerate(measures):
        room = _room(len(bands) - 1, width)
        if room is not None and bands[-1] and used + measure.least > room:
            bands.append([])
            used = 0
        bands[-1].append(place)
        used += measure.least + len(GAP)
    return bands


def _fitted(measures: Sequence[Measure], width: int | None) -> list[int]:
    """Take from the widest columns until the width holds them all, from what can be wrapped first."""
    widths = [measure.whole for measure in measures]
    room = None if width is None else max(width - len(GAP) * (len(widths) - 1), len(widths))
    while room is not None and sum(widths) > room:
        places = [place for place, measure in enumerate(measures) if widths[place] > measure.least]
        widths[max(places or range(len(widths)), key=lambda place: widths[place])] -= 1
    return widths


def _banded(
    texts: Sequence[str], bands: Sequence[Sequence[int]], widths: Sequence[Sequence[int]], figures: Sequence[bool]
) -> Iterator[str]:
    for number, (band, wide_enough) in enumerate(zip(bands, widths, strict=True)):
        margin = INDENT if number else ""
        for line in _lines([texts[place] for place in band], wide_enough, [figures[place] for place in band]):
            yield (margin + line).rstrip() + "\n"


def _lines(texts: Sequence[str], widths: Sequence[int], figures: Sequence[bool]) -> Iterator[str]:
    cells = [wrapped(text, each) for text, each in zip(texts, widths, strict=True)]
    for line in range(max(map(len, cells))):
        parts = [
            _padded(part[line] if line < len(part) else "", each, right=figure)
            for part, each, figure in zip(cells, widths, figures, strict=True)
        ]
        yield GAP.join(parts).rstrip() + "\n"


def wrapped(text: str, width: int | None) -> list[str]:
    """Cut a text in lines of at most `width` columns, between words where they fit."""
    if width is None or wide(text) <= width:
        return [text]
    if wide(text) == len(text):
        return textwrap.wrap(text, max(width, 1), break_on_hyphens=False) or [""]
    return list(wcwidth.wrap(text, max(width, 2), break_on_hyphens=False)) or [""]


def _padded(text: str, width: int, *, right: bool) -> str:
    blank = " " * (width - wide(text))
    return blank + text if right else text + blank


def _one_field_a_line(titles: Sequence[str], rows: Sequence[Sequence[Cell]], width: int) -> Iterator[str]:
    for position, row in enumerate(rows):
        if position:
            yield "\n"
        for title, (text, _figure) in zip(titles, row, strict=True):
            for line in wrapped(f"{title} : {text}", width):
                yield line + "\n"
