"""Writes of scanning: the journal, and how each scanner is set. By the driver alone: a scan must not wait for more."""

from datetime import datetime
from sqlite3 import Connection

from comptoir.scanning.commands import Profile
from comptoir.scanning.journal import Entry

_SCAN = (
    "INSERT INTO scan (moment, operator, source, raw, outcome, kind, value, layout) "
    "VALUES (:moment, :operator, :source, :raw, :outcome, :kind, :value, :layout)"
)
_SCANNER = (
    "INSERT INTO scanner (host, source, layout, aim, separator, suffix, saved_at) "
    "VALUES (:host, :source, :layout, :aim, :separator, :suffix, :saved_at) "
    "ON CONFLICT (host, source) DO UPDATE SET layout = excluded.layout, aim = excluded.aim, "
    "separator = excluded.separator, suffix = excluded.suffix, saved_at = excluded.saved_at"
)


def journal(connection: Connection, entry: Entry) -> None:
    """Add a scan to the journal."""
    connection.execute(_SCAN, {**entry._asdict(), "moment": entry.moment.isoformat(), "outcome": entry.outcome.value})


def keep_profile(connection: Connection, host: str, source: str, profile: Profile, moment: datetime) -> None:
    """Keep how the scanner of a machine is set; what was known of it before is replaced."""
    given = {"host": host, "source": source, "saved_at": moment.isoformat(), **profile._asdict()}
    connection.execute(_SCANNER, {**given, "aim": int(profile.aim)})
