"""Writes of technicians, of their qualifications and trainings, and of the legal watch; each tells the history."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlmodel import Session, col, select

from comptoir.core.acting import By
from comptoir.core.errors import ComptoirError, noted, raise_all
from comptoir.core.text import fold
from comptoir.store.engine import driver
from comptoir.store.history import record
from comptoir.store.read import Reader, reachable
from comptoir.technicians import queries
from comptoir.technicians.refusals import (
    DoneAlready,
    HasLeft,
    KnownTechnician,
    NothingToWithdraw,
    PlannedTwice,
    UnknownTechnician,
    UnknownTraining,
    UnknownWatch,
)
from comptoir.technicians.rules import Period, adds, check_adds
from comptoir.technicians.tables import LegalWatch, Technician, TechnicianFiche, Training


class Grant(NamedTuple):
    """Fiches, and from which day to which, included, somebody is qualified for them; None is without an end."""

    fiches: tuple[int, ...]
    since: date
    until: date | None
    certificate: str

    def periods(self) -> list[Period]:
        """Give the qualification for each fiche."""
        return [Period(fiche, self.since, self.until, None, self.certificate) for fiche in self.fiches]


class Plan(NamedTuple):
    """A training or an action of legal watch: its day, and whether it was done that day; `by` is who gives it."""

    title: str
    given_by: str
    day: date
    done: bool
    fiches: tuple[int, ...] = ()


def add(session: Session, name: str, email: str, grant: Grant, by: By) -> int:
    """Record a technician and what they are qualified for, or take back one who left; give their number.

    Who comes back has what they had, and what the grant adds to it; an empty e-mail keeps the one known. Raises
    KnownTechnician.
    """
    kept = session.exec(select(Technician).where(col(Technician.key) == fold(name))).first()
    if kept and kept.active:
        raise KnownTechnician(kept.name)
    if kept:
        return _take_back(session, kept, email, grant, by)
    kept = Technician(key=fold(name), name=name, email=email, active=1, created_at=by.moment)
    session.add(kept)
    session.flush()
    _tell(session, kept.id, "add", by, name=name, email=email)
    for period in grant.periods():
        _grant(session, kept, period, by)
    return _number(kept.id)


def qualify(session: Session, technician: int, grant: Grant, by: By) -> None:
    """Qualify a technician for fiches, all or none; raise HasLeft, and AlreadyQualified for each that adds nothing."""
    kept = _working(session, technician)
    mine = queries.periods(Reader(driver(session)), technician)
    problems: list[ComptoirError] = []
    for period in grant.periods():
        with noted(problems):
            check_adds(kept.name, mine, period)
    raise_all(problems)
    for period in grant.periods():
        _grant(session, kept, period, by)


def withdraw(session: Session, technician: int, fiche: int, day: date, by: By) -> None:
    """End the qualifications of a technician for a fiche: from that day on they no longer count.

    Raises NothingToWithdraw where none would count on that day or later.
    """
    kept = _kept(session, technician)
    asked = select(TechnicianFiche).where(
        col(TechnicianFiche.technician_id) == technician, col(TechnicianFiche.fiche) == fiche
    )
    open_ = [row for row in session.exec(asked) if _period(row).counts_from(day)]
    if not open_:
        raise NothingToWithdraw(kept.name, fiche, day)
    for row in open_:
        row.withdrawn_on = day.isoformat()
        session.add(row)
    _tell(session, technician, "withdraw", by, fiche=fiche, on=day)


def leave(session: Session, technician: int, by: By) -> None:
    """Record that a technician no longer works here; raise HasLeft where that is known."""
    kept = _working(session, technician)
    kept.active = 0
    session.add(kept)
    _tell(session, technician, "leave", by)


def train(session: Session, technician: int, plan: Plan, by: By) -> int:
    """Record a training of a technician, planned or done; give its number. Raises HasLeft and PlannedTwice."""
    _working(session, technician)
    day = plan.day.isoformat()
    same = select(Training).where(col(Training.technician_id) == technician, col(Training.planned_on) == day)
    _check_once(session.exec(same).all(), plan)
    kept = Training(
        technician_id=technician,
        title=plan.title,
        provider=plan.given_by,
        fiches=",".join(map(str, plan.fiches)),
        planned_on=day,
        done_on=day if plan.done else None,
    )
    session.add(kept)
    session.flush()
    told = {"number": kept.id, "title": plan.title, "on": day, "provider": plan.given_by, "fiches": kept.fiches}
    _tell(session, technician, "trained" if plan.done else "train", by, **told)
    return _number(kept.id)


def trained(session: Session, number: int, day: date, note: str, by: By) -> None:
    """Record that a training was done on a day; raise UnknownTraining and DoneAlready."""
    kept = session.get(Training, reachable(number))
    if kept is None:
        raise UnknownTraining(number)
    if kept.done_on:
        raise DoneAlready(kept.title, number, date.fromisoformat(kept.done_on))
    kept.done_on, kept.note = day.isoformat(), note
    session.add(kept)
    _tell(session, kept.technician_id, "trained", by, number=number, title=kept.title, on=day, note=note)


def watch(session: Session, plan: Plan, by: By) -> int:
    """Record an action of legal watch, planned or done; give its number. Raises PlannedTwice."""
    day = plan.day.isoformat()
    _check_once(session.exec(select(LegalWatch).where(col(LegalWatch.planned_on) == day)).all(), plan)
    kept = LegalWatch(title=plan.title, source=plan.given_by, planned_on=day)
    if plan.done:
        kept.done_on, kept.by_whom = day, by.operator
    session.add(kept)
    session.flush()
    verb = "watched" if plan.done else "watch"
    told = {"title": plan.title, "on": day, "source": plan.given_by}
    record(session, f"watch-{kept.id}", verb, moment=by.moment, operator=by.operator, **told)
    return _number(kept.id)


def watched(session: Session, number: int, day: date, note: str, by: By) -> None:
    """Record that an action of legal watch was done on a day; raise UnknownWatch and DoneAlready."""
    kept = session.get(LegalWatch, reachable(number))
    if kept is None:
        raise UnknownWatch(number)
    if kept.done_on:
        raise DoneAlready(kept.title, number, date.fromisoformat(kept.done_on))
    kept.done_on, kept.by_whom, kept.note = day.isoformat(), by.operator, note
    session.add(kept)
    record(session, f"watch-{number}", "watched", moment=by.moment, operator=by.operator, on=day, note=note)


def _take_back(session: Session, kept: Technician, email: str, grant: Grant, by: By) -> int:
    kept.active, kept.email = 1, email or kept.email
    session.add(kept)
    number = _number(kept.id)
    _tell(session, number, "return", by, email=email)
    mine = queries.periods(Reader(driver(session)), number)
    for period in grant.periods():
        if adds(mine, period):
            _grant(session, kept, period, by)
    return number


def _grant(session: Session, kept: Technician, period: Period, by: By) -> None:
    told = {
        "fiche": period.fiche,
        "since": period.since.isoformat(),
        "until": period.until.isoformat() if period.until else "",
        "certificate": period.certificate,
    }
    session.add(TechnicianFiche.model_validate({**told, "technician_id": kept.id, "withdrawn_on": ""}))
    session.flush()
    _tell(session, kept.id, "qualify", by, **told)


def _check_once(same_day: Sequence[Training] | Sequence[LegalWatch], plan: Plan) -> None:
    for each in same_day:
        if fold(each.title) == fold(plan.title):
            raise PlannedTwice(each.title, _number(each.id), plan.day)


def _kept(session: Session, technician: int) -> Technician:
    kept = session.get(Technician, technician)
    if kept is None:
        raise UnknownTechnician(str(technician))
    return kept


def _working(session: Session, technician: int) -> Technician:
    kept = _kept(session, technician)
    if not kept.active:
        raise HasLeft(kept.name)
    return kept


def _period(row: TechnicianFiche) -> Period:
    until, withdrawn = (date.fromisoformat(text) if text else None for text in (row.until, row.withdrawn_on))
    return Period(row.fiche, date.fromisoformat(row.since), until, withdrawn, row.certificate)


def _tell(session: Session, technician: int | None, verb: str, by: By, **data: object) -> None:
    record(session, f"technician-{technician}", verb, moment=by.moment, operator=by.operator, **data)


def _number(number: int | None) -> int:
    if number is None:
        raise TypeError(number)  # a row is flushed before its number is asked for
    return number
