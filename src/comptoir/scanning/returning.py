"""Scans that build a return basket: a part adds one, orders change it, undo takes it back, two orders send it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from sqlite3 import Connection
from typing import NamedTuple

from comptoir.core.acting import By
from comptoir.core.errors import ComptoirError
from comptoir.core.i18n import _, ngettext
from comptoir.core.money import spoken
from comptoir.core.paris import in_paris
from comptoir.returns import basket, queries
from comptoir.returns.basket import Change
from comptoir.returns.queries import ItemRow
from comptoir.returns.reasons import Reason
from comptoir.returns.refusals import OtherCustomer
from comptoir.returns.remaining import Reasons, held
from comptoir.returns.rules import estimate
from comptoir.returns.statuses import Place
from comptoir.scanning.commands import LABELS, Command
from comptoir.scanning.lookup import Scanned
from comptoir.scanning.queries import MOST, Record, customers, delivered
from comptoir.scanning.rules import Kind, Outcome
from comptoir.store.read import Reader

_PARTS = frozenset({Kind.GTIN, Kind.REFERENCE})


class Act(NamedTuple):
    """What a scan did to the basket: `done` is one of added, changed, reason, note, undone, asked, sent, cleared.

    `refused` and `nothing` changed nothing. The line is the one acted on, as the basket has it now; 0 is out of it.
    """

    done: str
    told: str
    why: str = ""
    note: str = ""
    reference: str = ""
    quantity: int | None = None
    reason: str = ""
    credit: Decimal | None = None


class Returned(NamedTuple):
    """A scan and what it did to the return basket."""

    moment: datetime
    source: str
    code: str
    outcome: Outcome
    kind: str
    value: str
    done: str
    note: str
    reference: str
    quantity: int | None
    reason: str
    credit: Decimal | None
    told: str


class Counter(NamedTuple):
    """What a station asks of the counter around it: whether returns are declared now, what is ready, and to send it.

    Each raises what keeps it from being done.
    """

    check_open: Callable[[], None]
    check_ready: Callable[[], None]
    send: Callable[[], Sequence[str]]
    email: str = ""


class Returning:
    """The basket of a station; keeps what it must remember between two scans."""

    def __init__(self, reasons: Reasons, operator: str, now: Callable[[], datetime], counter: Counter) -> None:
        self._reasons = reasons
        self._operator = operator
        self._now = now
        self._counter = counter
        self._note = ""  # the delivery note scanned last: its lines come first
        self._reason: Reason | None = None  # the reason scanned last, for what follows too
        self._last: tuple[Place, str] | None = None
        self._done: list[tuple[list[Change], Reason | None]] = []  # and the reason in use before
        self._asked: tuple[Command, list[ItemRow]] | None = None  # what must be scanned again, of which basket

    def act(self, connection: Connection, scanned: Scanned) -> Act:
        """Do what a scan says, in the transaction that journals it; what is refused changes nothing."""
        connection.execute("SAVEPOINT act")
        try:
            if scanned.outcome is Outcome.COMMAND:
                return self._ordered(connection, scanned.value)
            self._asked = None
            if scanned.outcome is Outcome.FOUND:
                return self._found(connection, scanned)
            self._last = None
        except ComptoirError as problem:
            connection.execute("ROLLBACK TO act")
            return _refused(problem)
        return Act("nothing", "")

    def sent(self) -> Act:
        """Send the basket, once the order is in the journal."""
        try:
            numbers = self._counter.send()
        except ComptoirError as problem:
            return _refused(problem)
        self._note, self._last, self._done, self._reason = "", None, [], None
        told = ngettext("SENT - case {numbers}", "SENT - cases {numbers}", len(numbers))
        return Act("sent", told.format(numbers=", ".join(numbers)), _("prepare the parts with the pick list"))

    def held(self, reader: Reader) -> list[ItemRow]:
        """Give the basket, the line acted on last first."""
        items = queries.basket(reader, self._operator, self._reasons)
        return sorted(items, key=lambda item: (Place(int(item.note), item.line), item.reason) != self._last)

    def _found(self, connection: Connection, scanned: Scanned) -> Act:
        reader = Reader(connection)
        if scanned.kind == Kind.DELIVERY_NOTE:
            return self._noted(reader, scanned.records[0])
        if scanned.kind in _PARTS:
            self._counter.check_open()
        self._last = None  # an order is for what was scanned last, even where it was refused
        if scanned.kind not in _PARTS:
            return Act("refused", _("NOT A PART"), _("a part of a delivery note goes back, and nothing else"))
        place, why = self._chosen(reader, scanned)
        if place is None:
            return Act("refused", _("REFUSED {code}").format(code=scanned.code), why)
        changes = basket.add(connection, place, 1, self._reason, self._by(), more=True)
        self._note = self._note if str(place.note) == self._note else ""
        return self._changed(reader, changes, "added")

    def _noted(self, reader: Reader, record: Record) -> Act:
        own = queries.customer(reader, self._operator)
        if own not in {"", record.customer}:
            raise OtherCustomer(int(record.number), record.customer, own)
        self._note, self._last = record.number, None
        return Act("note", _("NOTE {note}").format(note=self._note), _("now scan its parts"), note=self._note)

    def _chosen(self, reader: Reader, scanned: Scanned) -> tuple[Place | None, str]:
        """Choose the line that takes a part back: of the note scanned, else the newest; None with the reason why."""
        own = queries.customer(reader, self._operator)
        held = [record for record in scanned.records if own in {"", record.customer}]
        free = [record for record in held if self._is_free(reader, record)]
        of_note = [record for record in free if record.number == self._note]
        many = len(scanned.records) >= MOST and not of_note  # what the fifty newest say is not all
        if many and not own and not self._note and len(customers(reader, Kind(scanned.kind), scanned.value)) > 1:
            return None, _("several customers have it: scan the delivery note first")
        if many and (self._note or not free):
            held += delivered(reader, Kind(scanned.kind), scanned.value, own, self._note)
            free = [record for record in held if self._is_free(reader, record)]
            of_note = [record for record in free if record.number == self._note]
        if not held:
            return None, _("no delivery note of {customer} holds it").format(customer=own)
        if not free:
            told = _("nothing of it may still go back: {count} lines, the newest of note {note}")
            return None, told.format(count=len(held), note=held[0].number)
        if not of_note and len({record.customer for record in free}) > 1:
            return None, _("several customers have it: scan the delivery note first")
        return _place(self._fittest(reader, of_note or free)), ""

    def _fittest(self, reader: Reader, free: Sequence[Record]) -> Record:
        """Give the newest line that the reason in use is open for, else the newest."""
        reason, today = self._reason, in_paris(self._now()).date()
        if reason is None:
            return free[0]
        fit = (each for each in free if (line := held(reader, _place(each))) and line.standing(reason, today).open)
        return next(fit, free[0])

    def _is_free(self, reader: Reader, record: Record) -> bool:
        place = _place(record)
        inside = sum(queries.inside(reader, self._operator, place).values())
        return (record.eligible or 0) > inside

    def _ordered(self, connection: Connection, value: str) -> Act:
        asked, self._asked = self._asked, None
        if value not in set(Command):
            return self._given(connection, value)
        command = Command(value)
        match command:
            case Command.UNDO:
                return self._undone(connection)
            case Command.PLUS | Command.MINUS | Command.ALL:
                return self._counted(connection, command)
            case Command.VALIDATE | Command.CANCEL:
                return self._twice(connection, command, asked)
        return Act("nothing", _(LABELS[command]).upper())

    def _given(self, connection: Connection, letters: str) -> Act:
        """Give the last line a reason, and those that follow."""
        found = [reason for reason in self._reasons.values() if reason.code == letters]
        if not found:
            return Act("refused", _("UNKNOWN ORDER"), _("no reason has this code: print the sheet again"))
        reason, used = found[0], self._reason
        if self._last is None:
            self._reason = reason
            self._done.append(([], used))
            return Act("reason", reason.label.upper(), _("for the parts that follow"), reason=reason.key)
        place, before = self._last
        changes = basket.give_reason(connection, place, before, reason, self._by())
        self._reason, self._last = reason, (place, reason.key)
        return self._changed(Reader(connection), changes, "reason", used)

    def _counted(self, connection: Connection, command: Command) -> Act:
        if self._last is None:
            return Act("refused", _(LABELS[command]).upper(), _("scan a part first"))
        reader = Reader(connection)
        place, reason = self._last
        inside = queries.inside(reader, self._operator, place)
        line = held(reader, place)
        rest = (line.remaining if line else 0) - sum(inside.values())
        now = inside.get(reason, 0)
        wanted = {Command.PLUS: now + 1, Command.MINUS: now - 1, Command.ALL: max(now + rest, 0)}[command]
        if wanted > now:
            self._counter.check_open()
        if wanted == now:
            return self._told(reader, Change(place, reason, now, now), "changed")
        return self._changed(reader, basket.change(connection, place, reason, wanted, self._by()), "changed")

    def _undone(self, connection: Connection) -> Act:
        if not self._done:
            return Act("refused", _("NOTHING TO UNDO"))
        changes, used = self._done[-1]
        back = basket.undo(connection, changes, self._by())
        self._done.pop()
        self._reason = used
        if not back:
            told = used.label if used else _("no reason yet")
            return Act("undone", _("UNDONE - {told}").format(told=told), _("for the parts that follow"))
        last = back[-1]
        self._last = (last.place, last.reason) if last.after else None
        act = self._told(Reader(connection), last, "undone")
        return act._replace(told=_("UNDONE - {told}").format(told=act.told))

    def _twice(self, connection: Connection, command: Command, asked: tuple[Command, list[ItemRow]] | None) -> Act:
        """Do at the second scan what sends, or what takes out all that was scanned here."""
        items = queries.basket(Reader(connection), self._operator, self._reasons)
        again = asked == (command, items)
        if command is Command.CANCEL:
            return self._left(connection, items, again=again)
        lacking = [item for item in items if not item.reason]
        if lacking:
            return self._lacks(lacking[0])
        self._counter.check_ready()
        if again:
            return Act("sending", "")
        self._asked = command, items
        parts, notes = sum(item.quantity for item in items), len({item.note for item in items})
        told = ngettext("SEND {parts} PART? SCAN AGAIN", "SEND {parts} PARTS? SCAN AGAIN", parts).format(parts=parts)
        recap = ngettext("{notes} delivery note, {credit}", "{notes} delivery notes, {credit}", notes)
        why = [items[0].customer, recap.format(notes=notes, credit=spoken(estimate(items)))]
        if not self._counter.email:
            why.append(_("no e-mail will leave"))
        return Act("asked", told, " - ".join(why))

    def _lacks(self, item: ItemRow) -> Act:
        """Take a line without its reason in hand: the reason that is scanned next is for it."""
        self._last = Place(int(item.note), item.line), item.reason
        why = _("{designation} - note {note}: scan its reason")
        told = _("REFUSED - reason of {quantity} x {reference}?").format(
            quantity=item.quantity, reference=item.reference
        )
        return Act("refused", told, why.format(designation=item.designation, note=item.note))

    def _left(self, connection: Connection, items: list[ItemRow], *, again: bool) -> Act:
        if not self._done:
            return Act(
                "refused",
                _("NOTHING TO LEAVE"),
                _("nothing was put into the basket here since this station opened, or sent"),
            )
        if not again:
            self._asked = Command.CANCEL, items
            told = _("what was done here since the last sending leaves the basket")
            return Act("asked", _("LEAVE IT ALL? SCAN AGAIN"), told)
        for changes, _used in reversed(self._done):
            basket.undo(connection, changes, self._by())
        self._done, self._last, self._note, self._reason = [], None, "", None
        return Act("cleared", _("LEFT"), _("what was scanned here is out of the basket"))

    def _changed(self, reader: Reader, changes: list[Change], done: str, used: Reason | None = None) -> Act:
        if changes:
            self._done.append((changes, used if done == "reason" else self._reason))
        place, reason = (changes[-1].place, changes[-1].reason) if changes else self._last or (Place(0, 0), "")
        after = queries.inside(reader, self._operator, place).get(reason, 0)
        self._last = (place, reason) if after else None
        return self._told(reader, Change(place, reason, 0, after), done)

    def _told(self, reader: Reader, change: Change, done: str) -> Act:
        """Say a line of the basket as it is now."""
        line, reason = held(reader, change.place), self._reasons.get(change.reason)
        if line is None:
            return Act(done, "")
        item = queries.item(line, change.reason, change.after, reason)
        told = _("{quantity} x {reference}").format(quantity=item.quantity, reference=item.reference)
        label = item.label or _("no reason yet")
        why = _("{designation} - note {note} - {reason}").format(
            designation=item.designation, note=item.note, reason=label
        )
        return Act(done, told, why, item.note, item.reference, item.quantity, item.reason, item.credit)

    def _by(self) -> By:
        return By(self._operator, self._now())


def row(scanned: Scanned, act: Act) -> Returned:
    """Give a scan and what it did as one row."""
    told = " - ".join(part for part in (act.told, act.why) if part)
    return Returned(*scanned[:6], act.done, *act[3:], told or "; ".join(scanned.why))


def _place(record: Record) -> Place:
    return Place(int(record.number), record.line or 0)


def _refused(problem: ComptoirError) -> Act:
    first, *others = [each.message for each in problem.problems()]
    more = ngettext("and {count} more", "and {count} more", len(others)).format(count=len(others))
    return Act("refused", _("REFUSED"), ", ".join([first, more]) if others else first)
