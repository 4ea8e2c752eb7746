"""Reads of technicians, of their qualifications and trainings, and of the legal watch."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from comptoir.core.i18n import _, mark
from comptoir.core.text import fold, tidy
from comptoir.fiches.rules import FICHES
from comptoir.technicians.refusals import HasLeft, UnknownTechnician, UnknownTraining, UnknownWatch, written
from comptoir.technicians.rules import Period, check_qualified, held, progress, stand
from comptoir.technicians.statuses import IN_FORCE, Progress, Standing

if TYPE_CHECKING:
    from comptoir.store.read import Reader

# What was said of a step, in words.
TOLD = {
    "name": mark("name"),
    "email": mark("e-mail"),
    "fiche": mark("fiche"),
    "fiches": mark("fiches"),
    "since": mark("since"),
    "until": mark("until"),
    "on": mark("on the day"),
    "certificate": mark("certificate"),
    "number": mark("no."),
    "title": mark("topic"),
    "provider": mark("provider"),
    "source": mark("source"),
    "note": mark("remark"),
}
DAYS = frozenset({"since", "until", "on"})


class TechnicianRow(NamedTuple):
    """Somebody who repairs; not active once they left."""

    id: int
    name: str
    email: str
    active: bool
    created_at: datetime


class StandingRow(NamedTuple):
    """Where a technician stands with a fiche today; without any, the fiche is None. The last day is included."""

    name: str
    active: bool
    fiche: int | None
    title: str
    standing: Standing
    since: date | None
    until: date | None
    days_left: int | None
    withdrawn_on: date | None
    certificate: str


class TrainingRow(NamedTuple):
    """A training of a technician, and where it stands today."""

    id: int
    name: str
    title: str
    provider: str
    fiches: tuple[int, ...]
    planned_on: date
    done_on: date | None
    state: Progress
    note: str


class WatchRow(NamedTuple):
    """An action of legal watch, and where it stands today."""

    id: int
    title: str
    source: str
    planned_on: date
    done_on: date | None
    state: Progress
    by_whom: str
    note: str


class HistoryRow(NamedTuple):
    """Something that was done."""

    moment: datetime
    operator: str
    verb: str
    data: dict[str, str]

    @property
    def told(self) -> str:
        """Give what was said of it, in words."""
        told = [(TOLD.get(key, key), key, value) for key, value in self.data.items() if value]
        return ", ".join(f"{_(word)} {_day_told(value) if key in DAYS else value}" for word, key, value in told)


class _Period(NamedTuple):
    technician: int
    fiche: int
    since: date
    until: str
    withdrawn_on: str
    certificate: str


class _Training(NamedTuple):
    id: int
    name: str
    title: str
    provider: str
    fiches: str
    planned_on: date
    done_on: str | None
    note: str


class _Watch(NamedTuple):
    id: int
    title: str
    source: str
    planned_on: date
    done_on: str | None
    by_whom: str
    note: str


_TECHNICIANS = "SELECT id, name, email, active, created_at FROM technician"
_PERIODS = "SELECT technician_id, fiche, since, until, withdrawn_on, certificate FROM technician_fiche"
_TRAININGS = (
    "SELECT w.id, t.name, w.title, w.provider, w.fiches, w.planned_on, w.done_on, w.note "
    "FROM training AS w JOIN technician AS t ON t.id = w.technician_id"
)
_WATCHES = "SELECT w.id, w.title, w.source, w.planned_on, w.done_on, w.by_whom, w.note FROM legal_watch AS w"
# The day of something planned is the one it was done on, once it is.
_DAY = "coalesce(w.done_on, w.planned_on)"
CONDITIONS = {
    "due": "w.done_on IS NULL AND w.planned_on <= :due",
    "name": "instr(t.key, :name)",
    "since": f"{_DAY} >= :since",
    "until": f"{_DAY} <= :until",
    "technician": "w.technician_id = :technician",
    "number": "w.id = :number",
}
Filters = Mapping[str, str | int]


def technicians(reader: "Reader", *, every: bool = False) -> list[TechnicianRow]:
    """List the technicians by name; those who left too, for every one."""
    found = reader.rows(f"{_TECHNICIANS} WHERE active OR :every ORDER BY key", TechnicianRow, every=int(every))
    return [row._replace(active=bool(row.active)) for row in found]


def technician(reader: "Reader", number: int) -> TechnicianRow:
    """Give the technician of a row's number; raise UnknownTechnician."""
    found = reader.one(f"{_TECHNICIANS} WHERE id = :number", TechnicianRow, number=number)
    if found is None:
        raise UnknownTechnician(str(number))
    return found._replace(active=bool(found.active))


def called(reader: "Reader", name: str) -> TechnicianRow | None:
    """Give the technician of a whole name, accents and capitals aside, whether or not they left."""
    found = reader.one(f"{_TECHNICIANS} WHERE key = :key", TechnicianRow, key=fold(tidy(name)))
    return found and found._replace(active=bool(found.active))


def single(reader: "Reader", text: str) -> TechnicianRow:
    """Give the one technician whose name holds the text, accents and capitals aside; raise UnknownTechnician.

    A whole name stands for itself; those who left are found where nobody who works here answers.
    """
    if exact := called(reader, text):
        return exact
    key = fold(tidy(text))
    found = [row for row in technicians(reader, every=True) if key and key in fold(row.name)]
    found = [row for row in found if row.active] or found
    if len(found) != 1:
        raise UnknownTechnician(text, [row.name for row in found])
    return found[0]


def periods(reader: "Reader", technician_id: int, fiche: int | None = None) -> list[Period]:
    """List the qualifications of a technician by their first day, of one fiche where it is given."""
    sql = f"{_PERIODS} WHERE technician_id = :id AND fiche = coalesce(:fiche, fiche) ORDER BY since, id"
    return [_period(row) for row in reader.rows(sql, _Period, id=technician_id, fiche=fiche)]


def qualified(reader: "Reader", fiche: int, day: date) -> list[str]:
    """List the names of those who work here and are qualified for a fiche on a day."""
    kept: dict[int, list[Period]] = {}
    for row in reader.rows(f"{_PERIODS} WHERE fiche = :fiche", _Period, fiche=fiche):
        kept.setdefault(row.technician, []).append(_period(row))
    return [who.name for who in technicians(reader) if held(kept.get(who.id, ()), day)]


def check(reader: "Reader", who: TechnicianRow, fiche: int, day: date) -> Period:
    """Give the qualification that lets somebody work on a fiche on a day.

    Raises UnknownFiche, HasLeft, and NotQualified, which tells who is.
    """
    if not who.active:
        raise HasLeft(who.name)
    mine = periods(reader, who.id, fiche)
    others = () if held(mine, day) else qualified(reader, fiche, day)
    return check_qualified(who.name, fiche, day, mine, others)


def standings(reader: "Reader", today: date, *, fiche: int | None = None, every: bool = False) -> list[StandingRow]:
    """List who stands where with each fiche today, by name; what counts today, or everything and everyone."""
    kept: dict[int, list[Period]] = {}
    for row in reader.rows(f"{_PERIODS} ORDER BY technician_id, fiche, since, id", _Period):
        if fiche in {None, row.fiche}:
            kept.setdefault(row.technician, []).append(_period(row))
    rows: list[StandingRow] = []
    for who in technicians(reader, every=every):
        found = by_fiche(who, kept.get(who.id, []), today)
        told = [row for row in found if row.fiche and (every or row.standing in IN_FORCE)]
        rows += told or ([_without(who)] if fiche is None else [])
    return rows


def by_fiche(who: TechnicianRow, mine: Sequence[Period], today: date) -> list[StandingRow]:
    """Say where somebody stands today with each fiche that they have or had; one row without a fiche for none."""
    ordered = sorted(mine, key=lambda period: period.fiche)
    found = [_row(who, fiche, list(of), today) for fiche, of in groupby(ordered, lambda period: period.fiche)]
    return found or [_without(who)]


def one_by_one(who: TechnicianRow, mine: Sequence[Period], today: date) -> list[StandingRow]:
    """Say where each qualification of somebody stands today, by fiche and first day."""
    return [_row(who, period.fiche, [period], today) for period in sorted(mine, key=lambda one: (one.fiche, one.since))]


def trainings(reader: "Reader", filters: Filters, today: date) -> Iterator[TrainingRow]:
    """Stream the trainings that every filter given keeps, by the day they were done or are planned on."""
    for row in reader.rows(f"{_TRAININGS}{_where(filters)}", _Training, **filters):
        done = _day(row.done_on)
        fiches = tuple(map(int, row.fiches.split(","))) if row.fiches else ()
        state = progress(row.planned_on, done, today)
        yield TrainingRow(row.id, row.name, row.title, row.provider, fiches, row.planned_on, done, state, row.note)


def training(reader: "Reader", number: int, today: date) -> TrainingRow:
    """Give a training by its number; raise UnknownTraining."""
    found = next(trainings(reader, {"number": number}, today), None)
    if found is None:
        raise UnknownTraining(number)
    return found


def watches(reader: "Reader", filters: Filters, today: date) -> Iterator[WatchRow]:
    """Stream the actions of legal watch that every filter given keeps, by the day they were done or are planned on."""
    for row in reader.rows(f"{_WATCHES}{_where(filters)}", _Watch, **filters):
        done = _day(row.done_on)
        state = progress(row.planned_on, done, today)
        yield WatchRow(row.id, row.title, row.source, row.planned_on, done, state, row.by_whom, row.note)


def watch(reader: "Reader", number: int, today: date) -> WatchRow:
    """Give an action of legal watch by its number; raise UnknownWatch."""
    found = next(watches(reader, {"number": number}, today), None)
    if found is None:
        raise UnknownWatch(number)
    return found


def history(reader: "Reader", technician_id: int) -> list[HistoryRow]:
    """List what was done to a technician and their trainings, the latest first."""
    sql = "SELECT moment, operator, verb, data FROM history WHERE reference = :reference ORDER BY id DESC"
    return list(reader.rows(sql, HistoryRow, reference=f"technician-{technician_id}"))


def names(reader: "Reader", start: str, limit: int) -> list[str]:
    """List, for completion, the words that begin so and name one technician each: the family name if it can."""
    known = [row.name for row in technicians(reader)]
    begun = fold(start)
    found = []
    for name in known:
        words = [word for word in reversed(name.split()) if fold(word).startswith(begun)]
        alone = [word for word in words if sum(fold(word) in fold(other) for other in known) == 1]
        found += alone[:1]
    return found[:limit]


def _row(who: TechnicianRow, fiche: int, mine: Sequence[Period], today: date) -> StandingRow:
    found = stand(mine, today)
    left = (found.until - today).days if found.until and found.standing in IN_FORCE else None
    told = found.standing, found.since, found.until, left, found.withdrawn_on, found.certificate
    return StandingRow(who.name, who.active, fiche, FICHES[fiche], *told)


def _without(who: TechnicianRow) -> StandingRow:
    return StandingRow(who.name, who.active, None, "", Standing.NONE, None, None, None, None, "")


def _period(row: _Period) -> Period:
    return Period(row.fiche, row.since, _day(row.until), _day(row.withdrawn_on), row.certificate)


def _where(filters: Filters) -> str:
    kept = " AND ".join(CONDITIONS[key] for key in filters)
    return f"{f' WHERE {kept}' if kept else ''} ORDER BY {_DAY}, w.id"


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _day_told(text: str) -> str:
    return written(date.fromisoformat(text))
