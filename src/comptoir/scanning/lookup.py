"""What a station does with each scan: say what it is, look it up, journal it before anyone hears of it."""

from collections.abc import Callable
from datetime import datetime
from sqlite3 import Connection
from typing import NamedTuple

from comptoir.core.clock import Clock
from comptoir.core.text import shown
from comptoir.desk.framing import Echoes
from comptoir.desk.scanner import Scan
from comptoir.scanning import queries, services
from comptoir.scanning.commands import Profile, calibrated
from comptoir.scanning.journal import Entry
from comptoir.scanning.queries import Record
from comptoir.scanning.rules import Decision, Kind, Outcome, Reading, decide, readings
from comptoir.store.read import Reader
from comptoir.store.write import Store


class Scanned(NamedTuple):
    """A scan, what it was taken for and why, and the records that answer."""

    moment: datetime
    source: str
    code: str
    outcome: Outcome
    kind: str
    value: str
    layout: str
    records: tuple[Record, ...]
    why: tuple[str, ...]


Act = Callable[[Connection, Scanned], object]


class Lookup:
    """Takes scans one by one; keeps what it must remember between two of them."""

    def __init__(self, store: Store, clock: Clock, operator: str, host: str) -> None:
        self._store = store
        self._clock = clock
        self._operator = operator
        self._host = host
        self._echoes = Echoes()
        self._profiles = queries.profiles(store.reader, host)

    def take(self, scan: Scan, act: Act | None = None) -> Scanned:
        """Say what a scan is; when this returns, its line of the journal is on the disk.

        `act` does what follows from it in the same transaction; an echo is followed by nothing.
        """
        if not is_list(scan) and self._echoes.is_echo(scan):
            done = self._told(scan, Outcome.ECHO)
        else:
            done = self._understood(scan)
        entry = Entry(
            done.moment, self._operator, scan.source, scan.data, done.outcome, done.kind, done.value, done.layout
        )
        with self._store.transaction() as connection:
            services.journal(connection, entry)
            profile = calibrated(scan.data + scan.suffix) if done.outcome is Outcome.CALIBRATION else None
            if profile and not is_list(scan):
                services.keep_profile(connection, self._host, scan.source, profile, done.moment)
                self._profiles[scan.source] = profile
            if act and done.outcome is not Outcome.ECHO:
                act(connection, done)
        return done

    @property
    def reader(self) -> Reader:
        """Give what answers queries, as of now."""
        return self._store.reader

    def _understood(self, scan: Scan) -> Scanned:
        profile = self._profiles.get(scan.source)
        decision, records = understood(self._store.reader, scan.data, profile)
        chosen, why = decision.chosen, decision.why
        if decision.outcome is Outcome.AMBIGUOUS:
            why += tuple(f"{reading.text}: {' '.join(reading.why)}" for reading in decision.candidates)
        done = self._told(scan, decision.outcome)._replace(records=tuple(records), why=why)
        if chosen is None:
            return done
        # A repair that nothing bears out is a guess: what was scanned is shown, and the guess stands beside it.
        guessed = decision.outcome is Outcome.NOT_FOUND and not chosen.proof
        repaired = chosen.layout not in {"", profile.layout if profile else ""}
        code = done.code if (guessed and repaired) or not chosen.text else chosen.text
        return done._replace(code=code, kind=chosen.kind.value, value=chosen.value, layout=chosen.layout)

    def _told(self, scan: Scan, outcome: Outcome) -> Scanned:
        code = shown(scan.data.decode("utf-8", "replace"))
        return Scanned(self._clock.now(), scan.source, code, outcome, "", "", "", (), ())


def is_list(scan: Scan) -> bool:
    """Tell whether a scan is a line of a file or of a pipe: there all was meant, and nothing is an echo."""
    return scan.source == "stdin" or scan.source.startswith("file:")


def understood(reader: Reader, raw: bytes, profile: Profile | None) -> tuple[Decision, list[Record]]:
    """Decide what raw bytes are, and give the records that answer: those of each candidate where several do."""
    answers: dict[tuple[Kind, str], list[Record]] = {}

    def exists(reading: Reading) -> bool:
        """Look a reading up, once."""
        asked = reading.kind, reading.value
        if asked not in answers:
            answers[asked] = queries.records(reader, *asked)
        return bool(answers[asked])

    decision = decide(readings(raw, profile), exists)
    found = {
        record: None for reading in decision.candidates for record in answers.get((reading.kind, reading.value), [])
    }
    return decision, list(found)
