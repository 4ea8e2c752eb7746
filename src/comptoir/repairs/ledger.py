"""What every write of a repair does: find the case, move it, record it, keep its papers."""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlmodel import Session

from comptoir.core.acting import By, at
from comptoir.desk.paper import to_content
from comptoir.repairs import billed, deeds, queries
from comptoir.repairs.queries import CaseDetail
from comptoir.repairs.refusals import LinesClosed, UnknownRepair
from comptoir.repairs.rules import moved
from comptoir.repairs.statuses import CHANGEABLE, BillKind, CaseStatus, PaperKind
from comptoir.repairs.tables import RepairCase
from comptoir.store import documents as issued
from comptoir.store.engine import driver
from comptoir.store.history import record
from comptoir.store.read import Reader

if TYPE_CHECKING:
    from comptoir.desk.paper import Paper


def kept(session: Session, number: str) -> RepairCase:
    """Give the row of a case; raise UnknownRepair."""
    row = session.get(RepairCase, number)
    if row is None:
        raise UnknownRepair(number)
    return row


def changeable(session: Session, number: str) -> RepairCase:
    """Give the row of a case whose lines may change; raise UnknownRepair or LinesClosed."""
    row = kept(session, number)
    if row.status not in CHANGEABLE and not is_undone(session, row):
        raise LinesClosed(number, row.status)
    return row


def is_undone(session: Session, row: RepairCase) -> bool:
    """Tell whether a device left repaired and has no invoice that stands, undone or put off: one may be issued."""
    if row.status is not CaseStatus.HANDED_OVER or row.repaired_at is None:
        return False
    found = reader(session)
    undone = any(bill.kind == BillKind.INVOICE for bill in billed.bills(found, row.number))
    put_off = any("despite" in each.data for each in deeds.history(found, row.number))  # why it left without one
    return (undone or put_off) and billed.standing(found, row.number) is None


def reader(session: Session) -> Reader:
    """Read what the transaction under way has written so far."""
    session.flush()
    return Reader(driver(session))


def detail(session: Session, number: str) -> CaseDetail:
    """Give a case whole, as the transaction under way leaves it."""
    return queries.case(reader(session), number)


def move(session: Session, row: RepairCase, target: CaseStatus, by: By, **data: object) -> datetime:
    """Move a case and record it under the target's name; give the moment. Raises CannotGoOn and ClockBack."""
    row.status = moved(row.number, row.status, target)
    if target in {CaseStatus.REPAIRING, CaseStatus.QUOTED}:  # what was repaired is not, after all
        row.repaired_at = None
    return note(session, row, str(target), by, **data)


def note(session: Session, row: RepairCase, verb: str, by: By, **data: object) -> datetime:
    """Record what was done to a case, after all that was recorded before; give the moment. Raises ClockBack."""
    row.moved_at = at(by.moment, row.moved_at)
    session.add(row)
    record(session, row.number, verb, moment=row.moved_at, operator=by.operator, **data)
    return row.moved_at


def issue(session: Session, reference: str, kind: PaperKind, paper: "Paper", moment: datetime) -> None:
    """Keep a paper as it is now; one that was issued before under this reference stays, and this one is numbered."""
    sql = "SELECT count(*) FROM document WHERE kind = :kind AND (reference = :name OR reference LIKE :name || '-_%')"
    before = int(sum(reader(session).values(sql, kind=kind, name=reference)))
    name = f"{reference}-{before + 1}" if before else reference
    issued.issue(session, name, kind, to_content(paper), moment=moment)
