"""What the commands on scans do in several steps: choose a scanner, hold a station, explain, replay, print."""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

from comptoir.core.errors import NotFound, Refused, UsageProblem, reason_of
from comptoir.core.i18n import _
from comptoir.core.later import later
from comptoir.desk import Desk
from comptoir.desk.options import option
from comptoir.desk.output import Column, Format, View, replacing

if TYPE_CHECKING:
    import json
    import platform
    import signal

    from comptoir.core import paris
    from comptoir.desk import board
    from comptoir.desk.board import Board
    from comptoir.returns import prompts as returns
    from comptoir.scanning import documents, lookup, queries, returning, rules
    from comptoir.scanning import station as stations
    from comptoir.scanning.lookup import Scanned
    from comptoir.scanning.queries import JournalRow, Record
    from comptoir.scanning.returning import Returned, Returning
    from comptoir.scanning.station import Station
else:
    json, platform, signal = later("json"), later("platform"), later("signal")
    paris, board = later("comptoir.core.paris"), later("comptoir.desk.board")
    documents, lookup = later("comptoir.scanning.documents"), later("comptoir.scanning.lookup")
    returns, returning = later("comptoir.returns.prompts"), later("comptoir.scanning.returning")
    queries, rules = later("comptoir.scanning.queries"), later("comptoir.scanning.rules")
    stations = later("comptoir.scanning.station")


class SeveralSources(UsageProblem):
    """Two scanners are asked for."""

    def __init__(self) -> None:
        super().__init__(_("`--camera`, `--serial` and `--device` name different scanners"), _("keep one of them"))


class NothingToRead(UsageProblem):
    """No scanner is named, and the standard input is closed."""

    def __init__(self) -> None:
        super().__init__(
            _("there is nothing to read: the standard input is closed"),
            _("name a scanner with `--camera`, `--serial` or `--device`"),
        )


class NothingSeen(NotFound):
    """An image or a video holds no code that can be read."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _("no code can be read in `{name}`").format(name=name),
            _("take the picture nearer, flat, sharp and in more light: the code should fill a third of its width"),
        )


class NotAJournal(Refused):
    """A line of the file is none of a journal."""

    def __init__(self, line: int) -> None:
        super().__init__(
            _("line {line} is no line of a journal").format(line=line),
            _("`comptoir scan journal --format jsonl` writes one"),
        )


class NoSuchJournal(NotFound):
    """The journal to replay cannot be read."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(_("cannot read `{name}`: {reason}").format(name=name, reason=reason))


class Source(NamedTuple):
    """Where scans come from; nothing given, from the keyboard, or from the standard input where it is no terminal."""

    camera: Annotated[
        str | None, option(metavar=_("CAMERA"), help=_("Read with this camera (0 is the first), a video or an image."))
    ] = None
    serial: Annotated[
        str | None, option(metavar=_("PORT"), help=_("Read the scanner on this serial port, such as /dev/ttyACM0."))
    ] = None
    device: Annotated[
        str | None, option(metavar=_("NAME"), help=_("Hold this input device alone: its path or a part of its name."))
    ] = None

    def chosen(self) -> tuple[str, str]:
        """Give the kind of the scanner and its name; raise SeveralSources and NothingToRead."""
        named = [(kind, name) for kind, name in self._asdict().items() if name is not None]
        if len(named) > 1:
            raise SeveralSources
        if not named and sys.stdin is None:  # the shell closed it: its number would be that of the next file opened
            raise NothingToRead
        return named[0] if named else ("keyboard", "") if sys.stdin.isatty() else ("pipe", "-")


class Explained(NamedTuple):
    """One way to understand a scan, and the records that answer it."""

    text: str
    kind: str
    value: str
    layout: str
    proof: str
    records: "tuple[Record, ...]"
    chosen: bool
    why: tuple[str, ...]


class Replayed(NamedTuple):
    """A scan of a journal, and what it would be taken for now."""

    moment: datetime
    source: str
    raw: str
    outcome: str
    value: str
    outcome_now: str
    value_now: str
    same: bool


def worded(desk: Desk, columns: Sequence[Column]) -> list[Column]:
    """Give the columns with the labels of the reasons for a return."""
    words = returns.words(returns.known(desk))
    return [column._replace(words=words) if column.key == "reason" else column for column in columns]


def returned(desk: Desk) -> "Returning":
    """Make the return basket of a station; raise Closed, BadReasons and BadSetting."""
    returns.check_open(desk)
    counter = returning.Counter(
        check_open=lambda: returns.check_open(desk),
        check_ready=lambda: returns.check_ready(desk, returns.held(desk)),
        send=lambda: [case.number for case in returns.sent(desk, returns.draft(desk, None))],
        email=desk.settings["returns_email"],
    )
    return returning.Returning(returns.known(desk), desk.operator, desk.clock.now, counter)


def station(desk: Desk, source: Source, columns: Sequence[Column], view: View, into: "Returning | None" = None) -> None:
    """Take scans until the scanner ends: on a screen of their own, as rows, or both where these go elsewhere."""
    kind, name = source.chosen()
    asked = view != View() or not sys.stdout.isatty()
    watched = kind != "pipe" and sys.stderr.isatty() and not (asked and view.output == "-" and sys.stdout.isatty())
    drawn = board.Board(desk.out.talk) if watched else None
    with desk.resident() as store:
        around = stations.Station(lookup.Lookup(store, desk.clock, desk.operator, platform.node()), drawn, into)
        if drawn and hasattr(signal, "SIGWINCH"):
            signal.signal(signal.SIGWINCH, lambda *_given: around.resized())
        try:
            with desk.scanner(kind, name, around.shows) as scanner:
                if scanner.warning and not drawn:
                    desk.out.warn(scanner.warning)
                taken = around.taken(scanner)
                if asked or not watched:
                    desk.out.rows(columns, taken, _live(view, kind), live=True)
                else:
                    _exhaust(taken)
        finally:
            _left(desk, drawn, around, into)
    if kind == "camera" and not around.count:
        raise NothingSeen(name)


def _left(desk: Desk, drawn: "Board | None", around: "Station", into: "Returning | None") -> None:
    """Give the terminal back, sum up, say what waits in the basket, and try the e-mails of what was sent."""
    if drawn:
        drawn.leave()
        desk.out.say(around.told())
    if into and (held := returns.held(desk)):
        desk.out.say(stations.totalled(held))
    if around.sent:
        returns.mailed(desk)


def explained(desk: Desk, text: str) -> Iterator[Explained]:
    """Give every way to understand a text, the one that is followed marked."""
    raw = os.fsencode(text)
    with desk.reading() as reader:
        profile = queries.profiles(reader, platform.node()).get("keyboard")
        found = rules.readings(raw, profile)
        decision, _records = lookup.understood(reader, raw, profile)
        for each in found:
            records = tuple(queries.records(reader, each.kind, each.value))
            why = (*each.why, *(decision.why[-1:] if each == decision.chosen else ()))
            yield Explained(
                each.text, each.kind, each.value, each.layout, each.proof, records, each == decision.chosen, why
            )
        if decision.chosen is None:
            desk.out.say(_("nothing is followed: {why}").format(why="; ".join(decision.why)))


def replayed(desk: Desk, file: str, since: str) -> Iterator[Replayed]:
    """Decide each scan of a journal again, ours or that of a file; raise NoSuchJournal and NotAJournal."""
    first = queries.since(since, desk.clock.now())
    with desk.reading() as reader:
        profiles = queries.profiles(reader, platform.node())
        for row in _of_file(file, first) if file else queries.journal(reader, first):
            decision, _records = lookup.understood(reader, bytes.fromhex(row.raw), profiles.get(row.source))
            now = row.outcome if row.outcome == rules.Outcome.ECHO else decision.outcome.value
            value = decision.chosen.value if decision.chosen and now == decision.outcome else ""
            same = (row.outcome, row.value) == (now, value)
            yield Replayed(row.moment, row.source, row.raw, row.outcome, row.value, now, value, same)


def printed(desk: Desk, output: str) -> None:
    """Print the sheet of codes into a file, or on the standard output."""
    why = list(returns.known(desk).values())
    drawn = desk.pdf(documents.sheet(desk.settings["shop_name"], why, desk.clock.now()))
    if output == "-":
        desk.out.raw(drawn)
        return
    with replacing(Path(output)) as file:
        file.write(drawn)
    desk.out.say(_("the codes stand in `{path}`: print it at 100 %").format(path=output))


def _live(view: View, kind: str) -> View:
    # A table waits for the last scan, and a scanner that nobody watches has none.
    return view if kind == "pipe" else view.otherwise(Format.JSONL)


def _exhaust(taken: "Iterable[Scanned | Returned]") -> None:
    for _done in taken:
        pass


def _of_file(name: str, first: datetime | None) -> "Iterator[JournalRow]":
    if name == "-" and sys.stdin is None:
        raise NothingToRead
    try:
        with sys.stdin.buffer if name == "-" else Path(name).open("rb") as file:
            for number, line in enumerate(file, 1):
                row = _journal_row(line, number)
                if not first or row.moment >= first:
                    yield row
    except OSError as error:
        raise NoSuchJournal(name, reason_of(error)) from error


def _journal_row(line: bytes, number: int) -> "JournalRow":
    try:
        kept = json.loads(line)
        texts = [str(kept[key]) for key in queries.JournalRow._fields[1:]]
        row = queries.JournalRow(paris.moment_asked(kept["moment"]), *texts)
        bytes.fromhex(row.raw)
        paris.in_paris(row.moment)  # what has no hour in Paris cannot be shown
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError, paris.BadMoment) as error:
        raise NotAJournal(number) from error
    return row
