"""The screen of a station: the last scan in large, what it was found in, the scans before it."""

from collections.abc import Sequence
from typing import NamedTuple

from comptoir.core.i18n import _
from comptoir.desk.board import Line
from comptoir.desk.table import Cell, table, wrapped

PAST = 5  # scans kept on the screen below the last one
TALL = 16  # lines from which the large line is three high
REASONS = 4  # lines that say why, at most


class Card(NamedTuple):
    """What one scan shows: its large line and how it looks, why, and the table of what it was found in."""

    headline: str
    look: str
    why: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    cells: tuple[tuple[Cell, ...], ...] = ()


def drawn(cards: Sequence[Card], typed: str, size: tuple[int, int]) -> list[Line]:
    """Lay out a screen of so many columns and lines: the last card whole, the ones before it a line each."""
    width, height = size
    last, before = (cards[-1], cards[-1 - PAST : -1]) if cards else (_waiting(), ())
    head = _head(last, width, height)
    foot = _foot(before, typed)
    room = height - len(head) - len(foot)
    return [*head, *_body(last, width, room), *foot][:height]


def _waiting() -> Card:
    return Card(_("SCAN A PART, A BOX, A DELIVERY NOTE"), "title")


def _head(card: Card, width: int, height: int) -> list[Line]:
    large = [Line(f" {part}", card.look) for part in wrapped(card.headline, max(width - 2, 1))]
    edge = [Line("", card.look)] if height >= TALL and card.look != "title" else []
    why = [Line(part) for reason in card.why for part in wrapped(reason, width)]
    return [*edge, *large, *edge, *why[:REASONS], Line("")]


def _body(card: Card, width: int, room: int) -> list[Line]:
    """Give what fits of the table, the number of what does not fit in its last line, then blank lines."""
    shown = list(card.cells)
    lines = _laid_out(card.titles, shown, width)
    while len(lines) > max(room, 0) and shown:
        shown.pop()
        lines = [
            *_laid_out(card.titles, shown, width),
            _("... and {count} more").format(count=len(card.cells) - len(shown)),
        ]
    return [Line(line) for line in lines[: max(room, 0)]] + [Line("")] * (room - len(lines))


def _laid_out(titles: Sequence[str], cells: Sequence[Sequence[Cell]], width: int) -> list[str]:
    return "".join(table(titles, cells, width)).splitlines() if cells else []


def _foot(before: Sequence[Card], typed: str) -> list[Line]:
    past = [Line(card.headline, "soft") for card in reversed(before)]
    rule = [Line(_("before:"), "soft")] if past else []
    prompt = _("typed: {text}").format(text=typed) if typed else _("Ctrl-D, or the code QUIT, ends")
    return [*rule, *past, Line(prompt, "title" if typed else "soft")]
