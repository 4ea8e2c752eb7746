"""Writes of deliveries: the import."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from json import dumps
from sqlite3 import Connection, IntegrityError
from typing import IO, Any, NamedTuple

from comptoir.core.i18n import _
from comptoir.core.sheet import BadLine, NotASheet, NothingImported, Refuse, Sheet, Tally
from comptoir.deliveries.lines import DEPOSIT, Checker, Lines, NotDeliveries

STORED = Lines._fields[1:]  # the customer is the note's; the core deposit stands last
CACHE = 4_096  # KiB of pages kept while deliveries come in, however many they are
PACK = 20  # lines a statement: a third less time than one by one, and more gain nothing
HEAVY = 1_200  # bytes of database for each line written above which indexes are worth building anew: an eighth of it
KEPT = 4_096  # notes remembered, of those that came last
_AMONG = "note IN (SELECT value FROM json_each(?))"
_NEAR = f"{_AMONG} AND line BETWEEN ? AND ?"

Key = tuple[int, int]  # the number of a note, and of a line on it
Told = tuple[str, str]  # what each line of a file says of its note: its day and its customer


class _Statements(NamedTuple):
    """The SQL that keeps what a file tells of its lines, and leaves alone what it does not tell."""

    width: int
    insert: str
    insert_pack: str
    update: str
    kept: str

    @classmethod
    def of(cls, names: Sequence[str]) -> "_Statements":
        """Write them for columns that begin with the line's key."""
        values = f"({', '.join('?' * len(names))})"
        insert = f"INSERT INTO delivery_line ({', '.join(names)}) VALUES {values}"
        changed = ", ".join(f"{name} = ?" for name in names[2:])
        return cls(
            len(names),
            insert,
            insert + f", {values}" * (PACK - 1),
            f"UPDATE delivery_line SET {changed} WHERE note = ? AND line = ?",
            f"SELECT {', '.join(names)} FROM delivery_line WHERE {_NEAR}",
        )


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

    names = STORED if checker.has_deposits else STORED[: STORED.index(DEPOSIT)]
    books = _Books(connection, tally, _Statements.of(names))
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

    def __init__(self, connection: Connection, tally: Tally, statements: _Statements) -> None:
        self._connection = connection
        self._tally = tally
        self._statements = statements
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
                self._insert(self._stored(lines))
            added = self._connection.total_changes - before
            self._tally.added += added
            return added
        return 0

    def bring(self, numbers: Sequence[int], lines: Lines, refuse: Refuse) -> None:
        """Insert or update lines one by one, each beside what is kept of it; refuse those that contradict it."""
        block = _Block(self._connection, self._came, lines, self._statements.kept, has_returns=self._has_returns)
        added: list[tuple[Any, ...]] = []
        updated: list[tuple[Any, ...]] = []
        rows = zip(*self._stored(lines), strict=True)
        for number, customer, stored in zip(numbers, lines.customer, rows, strict=True):
            if reason := block.refusal(stored, customer):
                refuse(BadLine(number, reason))
                continue
            key = stored[0], stored[1]
            block.take(key, (stored[2], customer))
            if key not in block.kept:
                added.append(stored)
            elif block.kept[key] != stored[2:]:
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
        self._connection.executemany(self._statements.update, updated)
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
        self._connection.executemany(self._statements.insert_pack, _cut(woven, 0, packed, PACK * width))
        self._connection.executemany(self._statements.insert, _cut(woven, packed, len(woven), width))

    def _stored(self, lines: Lines) -> list[Sequence[Any]]:
        return list(lines[1 : 1 + self._statements.width])

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

    def __init__(self, connection: Connection, came: str, lines: Lines, kept: str, *, has_returns: bool) -> None:
        self._asked = dumps(list(set(lines.note)))
        bounds = (self._asked, min(lines.line, default=0), max(lines.line, default=0))
        found = connection.execute(kept, bounds)
        self.kept: dict[Key, tuple[Any, ...]] = {values[:2]: values[2:] for values in found}
        self.taken: set[Key] = set()  # of this block
        self._came: set[Key] = set(connection.execute(f"SELECT note, line FROM {came} WHERE {_NEAR}", bounds))
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
