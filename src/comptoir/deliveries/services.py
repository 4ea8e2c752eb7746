"""Writes of deliveries: the import."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from json import dumps
from sqlite3 import Connection, IntegrityError
from typing import IO, Any

from comptoir.core.i18n import _
from comptoir.core.sheet import BadLine, NotASheet, NothingImported, Refuse, Sheet, Tally
from comptoir.deliveries.lines import Checker, Lines, NotDeliveries

STORED = Lines._fields[:-1]  # the customer is the note's
CACHE = 4_096  # KiB of pages kept while deliveries come in, however many they are
PACK = 20  # lines a statement: a third less time than one by one, and more gain nothing
HEAVY = 1_200  # bytes of database for each line written above which indexes are worth building anew: an eighth of it
KEPT = 4_096  # notes remembered, of those that came last
_VALUES = f"({', '.join('?' * len(STORED))})"
_INSERT = f"INSERT INTO delivery_line ({', '.join(STORED)}) VALUES {_VALUES}"
_INSERT_PACK = _INSERT + f", {_VALUES}" * (PACK - 1)
_UPDATE = f"UPDATE delivery_line SET {', '.join(f'{name} = ?' for name in STORED[2:])} WHERE note = ? AND line = ?"
_AMONG = "note IN (SELECT value FROM json_each(?))"

Key = tuple[int, int]  # the number of a note, and of a line on it
Told = tuple[str, str]  # what each line of a file says of its note: its day and its customer


def import_deliveries(
    connection: Connection, file: IO[bytes], report: Refuse, progress: Callable[[int], None], *, strict: bool
) -> Tally:
    """Bring CSV lines in by note and line number; those that cannot go in are reported and left out.

    Streams, inside the transaction of the connection: memory does not grow with the file. `progress` is told the
    lines read so far. Raises NotDeliveries where the file holds none, and, when strict, NothingImported where a line
    was refused.
    """
    try:
        sheet = Sheet(file)
    except NotASheet as error:
        raise NotDeliveries(str(error)) from error
    checker = Checker(sheet.header)
    tally = Tally()

    def refuse(problem: BadLine) -> None:
        """Count and report a line that cannot go in."""
        tally.refused += 1
        report(problem)

    books = _Books(connection, tally)
    for block in sheet.blocks(refuse):
        numbers, lines = checker.checked(block, refuse)
        done = books.bring_new(lines)
        if done < len(numbers):
            books.bring(numbers[done:], Lines._make(column[done:] for column in lines), refuse)
        progress(sheet.number)
    books.close()
    tally.legacy = sheet.legacy
    if strict and tally.refused:
        raise NothingImported(tally.refused)
    return tally


class _Books:
    """The notes and lines kept, while a file comes in."""

    def __init__(self, connection: Connection, tally: Tally) -> None:
        self._connection = connection
        self._tally = tally
        connection.execute(f"PRAGMA cache_size = {-CACHE}")
        self._size = self._one("PRAGMA page_count") * self._one("PRAGMA page_size")
        # What an empty base holds came from this file; in another, what came is written down apart.
        self._was_empty = not self._one("SELECT EXISTS (SELECT 1 FROM delivery_note)")
        self._has_returns = bool(self._one("SELECT EXISTS (SELECT 1 FROM delivery_return)"))
        self._came = "delivery_line" if self._was_empty else "temp.came"
        self._notes: set[tuple[int, str, str]] = set()  # those that came last, on the way into an empty base
        self._changed: set[int] = set()  # notes of the last block whose day or customer is another since
        self._indexes: list[str] = []
        if self._was_empty:
            self._drop_indexes()
        else:
            connection.execute(
                "CREATE TEMP TABLE came (note INTEGER, line INTEGER, PRIMARY KEY (note, line)) WITHOUT ROWID"
            )

    def bring_new(self, lines: Lines) -> int:
        """Insert lines into what was an empty base, without looking each up; give how many went in.

        The first one that is left came already, or its note has two days or two customers.
        """
        if not self._was_empty or not lines.note:
            return 0
        notes = set(zip(lines.note, lines.delivered_on, lines.customer, strict=True)) - self._notes
        with suppress(IntegrityError):  # what a statement cannot do whole, it does not do at all
            self._insert_notes(sorted(notes))
            if len(self._notes) > KEPT:
                self._notes.clear()
            self._notes |= notes
            before = self._connection.total_changes
            with suppress(IntegrityError):
                self._insert(list(lines[: len(STORED)]))
            added = self._connection.total_changes - before
            self._tally.added += added
            return added
        return 0

    def bring(self, numbers: Sequence[int], lines: Lines, refuse: Refuse) -> None:
        """Insert or update lines one by one, each beside what is kept of it; refuse those that contradict it."""
        block = _Block(self._connection, self._came, lines, has_returns=self._has_returns)
        added: list[tuple[Any, ...]] = []
        updated: list[tuple[Any, ...]] = []
        for number, values in zip(numbers, zip(*lines, strict=True), strict=True):
            *stored, customer = values
            if reason := block.refusal(stored, customer):
                refuse(BadLine(number, reason))
                continue
            key = stored[0], stored[1]
            block.take(key, (stored[2], customer))
            if key not in block.kept:
                added.append(tuple(stored))
            elif block.kept[key] != tuple(stored[2:]):
                updated.append((*stored[2:], *key))
            elif key[0] in self._changed or block.is_changed(key[0]):
                self._tally.updated += 1
            else:
                self._tally.unchanged += 1
        self._write(block, added, updated)

    def close(self) -> None:
        """Build the indexes that were set aside."""
        for sql in self._indexes:
            self._connection.execute(sql)

    def _write(self, block: "_Block", added: list[tuple[Any, ...]], updated: list[tuple[Any, ...]]) -> None:
        self._tally.added += len(added)
        self._tally.updated += len(updated)
        if (self._tally.added + self._tally.updated) * HEAVY > self._size:
            self._drop_indexes()
        notes = block.notes()
        self._insert_notes((note, *told) for note, told in notes.items() if note not in block.kept_notes)
        changed = [(*told, note) for note, told in notes.items() if block.is_changed(note)]
        self._connection.executemany(
            "UPDATE delivery_note SET delivered_on = ?, customer = ? WHERE number = ?", changed
        )
        self._connection.executemany(
            "UPDATE delivery_line SET delivered_on = ? WHERE note = ?",
            [(day, note) for day, _customer, note in changed],
        )
        self._changed = {note for note in self._changed if note in notes} | {note for _day, _customer, note in changed}
        self._insert(list(zip(*added, strict=True)))
        self._connection.executemany(_UPDATE, updated)
        if not self._was_empty:
            self._connection.executemany("INSERT INTO temp.came VALUES (?, ?)", sorted(block.taken))

    def _insert_notes(self, notes: Iterable[tuple[int, str, str]]) -> None:
        self._connection.executemany(
            "INSERT INTO delivery_note (number, delivered_on, customer) VALUES (?, ?, ?)", notes
        )

    def _insert(self, columns: list[Sequence[Any]]) -> None:
        """Insert lines given column by column, in packs."""
        if not columns:
            return
        width, count = len(columns), len(columns[0])
        woven: list[Any] = [None] * (width * count)
        for place, column in enumerate(columns):
            woven[place::width] = column
        packed = count // PACK * PACK * width
        self._connection.executemany(_INSERT_PACK, _cut(woven, 0, packed, PACK * width))
        self._connection.executemany(_INSERT, _cut(woven, packed, len(woven), width))

    def _drop_indexes(self) -> None:
        # They are built anew in one go at the end: line by line would take three times longer.
        found = self._connection.execute(
            "SELECT name, sql FROM sqlite_master "
            "WHERE type = 'index' AND tbl_name = 'delivery_line' AND sql IS NOT NULL"
        ).fetchall()
        for name, sql in found:
            self._connection.execute(f"DROP INDEX {name}")
            self._indexes.append(sql)

    def _one(self, sql: str) -> int:
        return int(self._connection.execute(sql).fetchone()[0])


class _Block:
    """A block of lines beside what is kept of their notes."""

    def __init__(self, connection: Connection, came: str, lines: Lines, *, has_returns: bool) -> None:
        self._asked = dumps(list(set(lines.note)))
        bounds = (self._asked, min(lines.line, default=0), max(lines.line, default=0))
        near = f"{_AMONG} AND line BETWEEN ? AND ?"
        columns = ", ".join(STORED)
        found = connection.execute(f"SELECT {columns} FROM delivery_line WHERE {near}", bounds)
        self.kept: dict[Key, tuple[Any, ...]] = {(note, line): tuple(values) for note, line, *values in found}
        self.taken: set[Key] = set()  # of this block
        self._came: set[Key] = set(connection.execute(f"SELECT note, line FROM {came} WHERE {near}", bounds))
        sql = (
            "SELECT number, delivered_on, customer FROM delivery_note WHERE number IN (SELECT value FROM json_each(?))"
        )
        self.kept_notes: dict[int, Told] = {
            number: (day, customer) for number, day, customer in connection.execute(sql, (self._asked,))
        }
        sure = connection.execute(f"SELECT DISTINCT note FROM {came} WHERE {_AMONG}", (self._asked,))
        self._told = {note: self.kept_notes[note] for (note,) in sure}  # by the first line of the file
        self._returned: dict[Key, int] = {}
        if has_returns:
            sql = f"SELECT note, line, sum(quantity) FROM delivery_return WHERE {_AMONG} GROUP BY note, line"
            self._returned = {(n, line): back for n, line, back in connection.execute(sql, (self._asked,))}

    def refusal(self, stored: Sequence[Any], customer: str) -> str:
        """Say why a line cannot go in beside what came before it, or nothing."""
        note, line, day = stored[:3]
        key = note, line
        if key in self.taken or key in self._came:
            return _("line {line} of note {note} stands twice in the file").format(line=line, note=note)
        told = self._told.get(note, (day, customer))
        if told != (day, customer):
            return _("note {note} was of {day} for `{customer}` in the lines before").format(
                note=note, day=told[0], customer=told[1]
            )
        quantity, returned = stored[STORED.index("quantity")], self._returned.get(key, 0)
        if quantity < returned:
            return _("{returned} went back already, more than the {quantity} delivered").format(
                returned=returned, quantity=quantity
            )
        return ""

    def take(self, key: Key, told: Told) -> None:
        """Remember a line that goes in."""
        self.taken.add(key)
        self._told[key[0]] = told

    def is_changed(self, note: int) -> bool:
        """Tell whether the day or the customer of a note is not what is kept."""
        return note in self.kept_notes and note in self._told and self.kept_notes[note] != self._told[note]

    def notes(self) -> dict[int, Told]:
        """Give what the lines that go in say of their notes."""
        return {note: self._told[note] for note in sorted({note for note, _line in self.taken})}


def _cut(woven: list[Any], start: int, end: int, size: int) -> Iterator[list[Any]]:
    return (woven[place : place + size] for place in range(start, end, size))
