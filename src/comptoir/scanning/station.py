"""A station: scans come in one after the other, each is heard, shown in large, and may be an order."""

from collections import Counter
from collections.abc import Iterator, Sequence
from sqlite3 import Connection

from comptoir.core.i18n import _, ngettext
from comptoir.core.paris import in_paris
from comptoir.desk.board import Board
from comptoir.desk.eyes import cell
from comptoir.desk.output import Column
from comptoir.desk.scanner import Scan, Scanner
from comptoir.returns.queries import ItemRow
from comptoir.returns.rules import total
from comptoir.scanning.commands import LABELS, Command
from comptoir.scanning.layouts import RIGHT
from comptoir.scanning.lookup import Lookup, Scanned, is_list
from comptoir.scanning.queries import MOST, Record
from comptoir.scanning.returning import Act, Returned, Returning, row
from comptoir.scanning.rules import Outcome, layout_label
from comptoir.scanning.screen import PAST, Card, drawn, waiting

# How many times each outcome rings: one is good. An echo is silent, and shows nothing new.
SOUNDS = {
    Outcome.FOUND: 1,
    Outcome.COMMAND: 1,
    Outcome.CALIBRATION: 1,
    Outcome.NOT_FOUND: 2,
    Outcome.AMBIGUOUS: 3,
    Outcome.UNREADABLE: 3,
}
LOOKS = {
    Outcome.FOUND: "good",
    Outcome.COMMAND: "good",
    Outcome.CALIBRATION: "good",
    Outcome.AMBIGUOUS: "ask",
}
SHOWN = (
    Column("number", _("No.")),
    Column("day", _("Date")),
    Column("reference", _("Reference")),
    Column("designation", _("Designation")),
    Column("eligible", _("Eligible")),
    Column("returned", _("Returned")),
    Column("amount", _("Price")),
)
TITLES = tuple(column.title for column in SHOWN)
# In the order they go on a narrow screen: what went back, the price, the designation, the reference that was scanned.
SPARE = (5, 6, 3, 2)
IN_BASKET = (
    Column("quantity", _("Quantity")),
    Column("reference", _("Reference")),
    Column("designation", _("Designation")),
    Column("note", _("Delivery note")),
    Column("label", _("Reason")),
    Column("credit", _("Credit excl. tax")),
)
SPARE_OF_A_BASKET = (2, 3, 5)
# How many times each act rings, where it is not one.
ACT_SOUNDS = {"refused": 3, "asked": 2}
NOTHING = Act("nothing", "")
SPARE_OF_A_NOTE = (1, 0, 5, 6)  # its number was scanned, and all its lines are of one day


class Station:
    """The screen and the sounds around the look-up of scans, and the return basket where they build one."""

    def __init__(self, lookup: Lookup, board: Board | None, returning: Returning | None = None) -> None:
        self._lookup = lookup
        self._board = board
        self._returning = returning
        self._act = NOTHING
        self.sent = False
        self._cards: list[Card] = []
        self._warning = ""
        self._order: Card | None = None
        self._typed = ""
        self.count: Counter[Outcome] = Counter()

    def taken(self, scanner: Scanner) -> Iterator[Scanned | Returned]:
        """Give each scan once it is on the disk, heard and shown; end with the scanner, or at the order to quit."""
        self._warning = scanner.warning
        self._draw()
        for scan in scanner.scans():
            if not scan.data.strip():
                continue  # blanks alone are nobody's code
            done = self._taken(scan)
            self.count[done.outcome] += 1
            self._show(done)
            yield row(done, self._act) if self._returning else done
            if done.value == Command.QUIT and done.outcome is Outcome.COMMAND and not is_list(scan):
                return

    def _taken(self, scan: Scan) -> Scanned:
        """Look a scan up, and do to the basket what it says; what is sent is sent once its order is journaled."""
        returning, self._act = self._returning, NOTHING
        if returning is None:
            return self._lookup.take(scan)

        def act(connection: Connection, scanned: Scanned) -> None:
            """Keep what was done."""
            self._act = returning.act(connection, scanned)

        done = self._lookup.take(scan, act)
        if self._act.done == "sending":
            self._act = returning.sent()
            self.sent |= self._act.done == "sent"
        return done

    def shows(self, typed: str) -> None:
        """Show the line that a person is typing."""
        self._typed = typed
        self._draw()

    def resized(self) -> None:
        """Draw all anew: the terminal has another size."""
        if self._board:
            self._board.forget()
            self._draw()

    def told(self) -> str:
        """Sum up what was scanned."""
        whole = self.count.total() - self.count[Outcome.ECHO]
        told = ngettext("{count} scan; found: {found}", "{count} scans; found: {found}", whole)
        return told.format(count=whole, found=self.count[Outcome.FOUND])

    def _show(self, done: Scanned) -> None:
        if self._board is None or done.outcome is Outcome.ECHO:
            return
        if self._act.told:
            self._board.sound(ACT_SOUNDS.get(self._act.done, 1))
            self._cards = [*self._cards[-PAST:], self._basket(self._act, done)]
            self._order = None
            self._draw()
            return
        self._board.sound(SOUNDS[done.outcome])
        if done.outcome is Outcome.COMMAND:
            self._order = self._ordered(done)
        else:
            self._order = None
            self._cards = [*self._cards[-PAST:], self._above_basket(card(done))]
        self._draw()

    def _above_basket(self, shown: Card) -> Card:
        """Give a card with the basket below it, where it has no table of its own."""
        if self._returning is None or shown.cells:
            return shown
        below = self._basket(NOTHING)
        return below._replace(headline=shown.headline, look=shown.look, why=(*below.why, *shown.why), at=shown.at)

    def _basket(self, act: Act, done: Scanned | None = None) -> Card:
        """Say what was done in large, above the basket as it is now."""
        held = self._returning.held(self._lookup.reader) if self._returning else []
        cells = tuple(tuple(cell(column, item) for column in IN_BASKET) for item in held)
        why = tuple(part for part in (totalled(held), act.why) if part)
        look = {"refused": "bad", "asked": "ask", "": "title"}.get(act.done, "good")
        at = in_paris(done.moment).strftime("%H:%M:%S") if done else ""
        return Card(act.told, look, why, tuple(c.title for c in IN_BASKET), cells, SPARE_OF_A_BASKET, at)

    def _ordered(self, done: Scanned) -> Card | None:
        """Do an order, and say what it did; None where the scan before it is shown again and says it."""
        command = Command(done.value) if done.value in set(Command) else None
        label = _(LABELS[command]).upper() if command else done.value
        match command:
            case Command.UNDO if self._cards:
                return self._undone()
            case Command.UNDO:
                return Card(_("NOTHING TO UNDO"), "bad")
            case Command.QUIT:
                return Card(label, "good")
        return Card(label, "bad", (_("nothing is under way here: this order does nothing"),))

    def _undone(self) -> Card | None:
        told = _("undone: {scan}").format(scan=self._cards.pop().headline)
        if not self._cards:
            return waiting(told)
        last = self._cards.pop()
        self._cards.append(last._replace(why=(told, *last.why)))
        return None

    def _draw(self) -> None:
        if self._board:
            cards = self._cards or ([] if self._order else [self._first()])
            cards = [*cards, self._order] if self._order else cards
            self._board.draw(drawn(cards, self._typed, self._board.size))

    def _first(self) -> Card:
        """Say that nothing was scanned yet; a basket that was begun elsewhere goes on."""
        first = waiting(self._warning)
        if self._returning is None:
            return first
        begun = self._basket(Act("", first.headline))
        return begun._replace(why=first.why + begun.why)


def totalled(held: Sequence[ItemRow]) -> str:
    """Say what is in a basket; nothing of an empty one."""
    return _("in the basket: {total}").format(total=total(held)) if held else ""


def card(done: Scanned) -> Card:
    """Say a scan in large, why it was taken so, and what it was found in."""
    look = LOOKS.get(done.outcome, "bad")
    at = in_paris(done.moment).strftime("%H:%M:%S")
    match done.outcome:
        case Outcome.FOUND:
            headline = _("FOUND {code} - {records}").format(code=done.code, records=_counted(done.records))
        case Outcome.CALIBRATION:
            return _set(done, at)
        case Outcome.AMBIGUOUS:
            headline = _("WHICH ONE? {code}").format(code=done.code)
        case Outcome.UNREADABLE:
            headline = _("UNREADABLE")
        case _:
            headline = _("UNKNOWN {code}").format(code=done.code)
    cells = tuple(tuple(cell(column, record) for column in SHOWN) for record in done.records)
    names = {record.designation for record in done.records}
    why = (*(names if len(names) == 1 else ()), *(done.why if done.layout or not cells else ()))
    one_note = len(cells) > 1 and len({record.number for record in done.records}) == 1
    return Card(headline, look, why, TITLES, cells, SPARE_OF_A_NOTE if one_note else SPARE, at)


def _counted(records: Sequence[Record]) -> str:
    """Say how many records answer, and of what kind where they are of one."""
    count = len(records)
    match {record.type for record in records}:
        case kinds if kinds == {"delivery"}:
            told = ngettext("{count} line of a delivery note", "{count} lines of delivery notes", count)
        case kinds if kinds == {"buyback"}:
            return _("a buyback")
        case kinds if kinds == {"repair"}:
            told = ngettext("{count} repair", "{count} repairs", count)
        case kinds if kinds == {"device"}:
            return _("a device of the catalogue")
        case _:
            told = ngettext("{count} record", "{count} records", count)
    return told.format(count=f"{count}+" if count == MOST else count)


def _set(done: Scanned, at: str) -> Card:
    advice = (
        _("nothing to change: it types what it reads")
        if done.value == RIGHT
        else _("what it types is repaired; better, scan `French keyboard` in its manual, then this code again")
    )
    return Card(_("SCANNER SET"), "good", (layout_label(done.value), advice), at=at)
