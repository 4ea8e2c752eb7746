"""The screen of a station: the last scan in large, what it was found in, the scans before it."""

from collections.abc import Sequence
from typing import NamedTuple

from comptoir.core.i18n import _
from comptoir.desk.board import Line
from comptoir.desk.table import GAP, Cell, table, wide, wrapped

PAST = 5  # scans kept on the screen below the last one
LEAST = 4  # lines of a table worth more than the scans before
TALL = 16  # lines from which the large line is three high
WORDY = 24  # columns that a wordy cell is content with
REASONS = 4  # lines that say why, at most


class Card(NamedTuple):
    """What one scan shows: its large line and how it looks, why, and the table of what it was found in.

    `spare` names the columns that go, in this order, where a row would not stand on one line; `at`
    is the hour of the scan.
    """

    headline: str
    look: str
    why: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    cells: tuple[tuple[Cell, ...], ...] = ()
    spare: tuple[int, ...] = ()
    at: str = ""


def drawn(cards: Sequence[Card], typed: str, size: tuple[int, int]) -> list[Line]:
    """Lay out a screen of so many columns and lines: the last card whole, the ones before it a line each.

    The line that is being typed stands last, whatever else has no room.
    """
    width, height = size
    last, before = cards[-1], cards[-1 - PAST : -1]
    head = _head(last, width, height)[: height - 1]
    past = _past(before)[: max(height - len(head) - 1 - (LEAST if last.cells else 0), 0)]
    body = _body(last, width, height - len(head) - len(past) - 1)
    return [*head, *body, *past, _prompt(typed, width)]


def waiting(warning: str = "") -> Card:
    """Say that nothing was scanned yet, and why the scanner may read less than it could."""
    return Card(_("SCAN A PART, A BOX, A DELIVERY NOTE"), "title", (warning,) if warning else ())


def _head(card: Card, width: int, height: int) -> list[Line]:
    large = [Line(f" {part}", card.look) for part in wrapped(card.headline, max(width - 2, 1))]
    edge = [Line("", card.look)] if height >= TALL and card.look != "title" else []
    why = [Line(part) for reason in card.why for part in wrapped(reason, width)]
    return [*edge, *large, *edge, *(why[:REASONS] if card.cells else why), Line("")]


def _body(card: Card, width: int, room: int) -> list[Line]:
    """Give what fits of the table, the number of what does not fit in its last line, then blank lines."""
    shown = card.cells[: max(room, 0)]
    lines = _laid_out(card, shown, width)
    while shown and (len(lines) > room or len(shown) < len(card.cells)):
        # Some rows take several lines: guess how many fit, one less each time.
        shown = shown[: min(len(shown) - 1, len(shown) * room // len(lines))] if len(lines) >= room else shown
        lines = _laid_out(card, shown, width)
        if len(lines) < room:
            lines.append(_("... and {count} more").format(count=len(card.cells) - len(shown)))
            break
    return [Line(line) for line in lines[: max(room, 0)]] + [Line("")] * (room - len(lines))


def _laid_out(card: Card, cells: Sequence[Sequence[Cell]], width: int) -> list[str]:
    """Lay some rows of a card out, without its spare columns where they would not stand on a line."""
    needs = [
        min(max(map(wide, (title, *(row[place][0] for row in cells)))), WORDY)
        for place, title in enumerate(card.titles)
    ]
    kept = list(range(len(card.titles)))
    for place in card.spare:
        if sum(needs[each] for each in kept) + len(GAP) * (len(kept) - 1) > width:
            kept.remove(place)
    rows = [[row[place] for place in kept] for row in cells]
    return "".join(table([card.titles[place] for place in kept], rows, width)).splitlines() if cells else []


def _past(before: Sequence[Card]) -> list[Line]:
    past = [Line(f"{card.at}  {card.headline}".lstrip(), "soft") for card in reversed(before)]
    return [Line(_("before:"), "soft"), *past] if past else []


def _prompt(typed: str, width: int) -> Line:
    if not typed:
        return Line(_("Ctrl-D, or the code QUIT, ends"), "soft")
    told = _("typed: {text}")
    # Of a long line, the end is what is being typed.
    room = width - wide(told.format(text="")) - 1
    while wide(typed) > room > 0:
        typed = typed[1:]
    return Line(told.format(text=typed), "title")
