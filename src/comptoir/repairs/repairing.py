"""Writes of the workshop: who repairs, what is checked, which lines and parts; a repair begins and ends here."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from json import dumps, loads
from typing import NamedTuple

from sqlmodel import Session

from comptoir.core.acting import By
from comptoir.core.errors import Refused
from comptoir.core.paris import in_paris
from comptoir.core.refs import typed
from comptoir.fiches.rules import Book, Fiche, Moment, Point, Result, bad_points, open_points
from comptoir.fiches.rules import points as points_of
from comptoir.parts import queries as stock
from comptoir.parts import services as parts
from comptoir.parts.rules import Origin, check_quantity
from comptoir.repairs import amounts, billed, deeds, documents, ledger, queries
from comptoir.repairs.bill_refusals import NoPrice
from comptoir.repairs.deeds import HistoryRow
from comptoir.repairs.queries import CaseDetail, CheckRow, LineRow
from comptoir.repairs.refusals import (
    CannotGoOn,
    FailedPoints,
    LinesClosed,
    NoTechnician,
    OpenPoints,
    PartsNotTraced,
    RepairChanged,
)
from comptoir.repairs.rules import check_agreed, check_consent, moved
from comptoir.repairs.statuses import OPEN, CaseStatus, Consent, LineKind, PaperKind
from comptoir.repairs.tables import RepairCase, RepairCheck, RepairLine
from comptoir.store.read import Reader
from comptoir.technicians import queries as technicians

CONSENT_OF = {Origin.USED: Consent.USED, Origin.CIRCULAR: Consent.CIRCULAR}


class Line(NamedTuple):
    """A line to be billed: the price of one includes tax, the VAT is in tenths of a percent."""

    kind: LineKind
    designation: str
    reference: str
    origin: str
    quantity: int
    price: Decimal | None
    vat: int


class Found(NamedTuple):
    """What was found at a control point."""

    point: Point
    result: Result
    note: str


class Papers(NamedTuple):
    """What papers need beside the case: its fiche, and the shop."""

    book: Book
    shop: documents.Shop

    def fiche(self, case: RepairCase | CaseDetail) -> Fiche:
        """Give the fiche of a case."""
        return self.book.fiches[case.fiche]

    def points(self, case: RepairCase | CaseDetail, moment: Moment | None = None) -> Sequence[Point]:
        """Give the control points of a case, those of a product that the shop no longer lists included."""
        return points_of(self.fiche(case), self.book.products.get(case.product), moment)


def assign(session: Session, number: str, technician: technicians.TechnicianRow, by: By, despite: str = "") -> None:
    """Give a case to a technician qualified for its fiche; raise NotQualified unless it is said why."""
    row = ledger.changeable(session, number)
    _check_technician(session, row, technician, by, despite)
    row.technician_id = technician.id
    ledger.note(session, row, "assign", by, technician=technician.name)


def check(session: Session, number: str, found: Sequence[Found], by: By) -> None:
    """Record what was found at control points; again replaces it, until the device is invoiced. Raises LinesClosed.

    A repaired device that fails a control goes back to the workshop.
    """
    row = ledger.kept(session, number)
    if row.status not in OPEN or row.status is CaseStatus.INVOICED:
        raise LinesClosed(number, row.status)
    moment = row.moved_at
    for point, result, note in found:
        told = {"when": point.moment, "point": point.key, "result": result} | ({"note": note} if note else {})
        moment = ledger.note(session, row, "check", by, **told)
        session.merge(
            RepairCheck(
                number=number,
                moment=point.moment,
                point=point.key,
                label=point.label,
                required=int(point.required),
                safety=int(point.safety),
                result=result,
                note=note,
                checked_at=moment,
                operator=by.operator,
            )
        )
    if row.status is CaseStatus.REPAIRED and any(_fails(point, result) for point, result, _note in found):
        ledger.move(session, row, CaseStatus.REPAIRING, by)


def _fails(point: Point, result: Result) -> bool:
    return point.moment is Moment.AFTER and result is Result.BAD and (point.required or point.safety)


def add_line(session: Session, number: str, line: Line, by: By) -> None:
    """Add a line to the bill to come; raise BadPartQuantity, ConsentMissing, and LinesClosed."""
    row = ledger.changeable(session, number)
    check_quantity(line.quantity)
    if line.origin:
        _check_consent(row, Origin(line.origin))
    session.add(RepairLine(number=number, **line._asdict()))
    ledger.note(session, row, "line", by, designation=line.designation, quantity=line.quantity, price=line.price)
    if line.kind is LineKind.PART:
        _reopen(session, row, by)


def _reopen(session: Session, row: RepairCase, by: By) -> None:
    """Send a repaired device back to the workshop, for its parts changed: they are traced when it ends."""
    if row.status is CaseStatus.REPAIRED:
        ledger.move(session, row, CaseStatus.REPAIRING, by)


def drop_lines(session: Session, number: str, seen: Sequence[LineRow], by: By) -> None:
    """Take lines out of the bill to come, as they were shown; raise LinesClosed, and RepairChanged for another one."""
    row = ledger.changeable(session, number)
    held = {line.id: line for line in queries.lines(ledger.reader(session), number)}
    for line in seen:
        gone = session.get(RepairLine, line.id)
        if gone is None or held[line.id]._replace(position=line.position) != line:
            raise RepairChanged(number)
        session.delete(gone)
        ledger.note(session, row, "drop", by, designation=line.designation, quantity=line.quantity)


def use(session: Session, number: str, wanted: Line, origin: Origin | None, by: By) -> list[parts.Used]:
    """Take parts from stock for a case, the oldest purchase first; what no line bills yet gets its line.

    Without an origin, it is that of a line which waits for its part, else one that the consumer agreed to. Raises
    NotEnoughParts, ConsentMissing, LinesClosed, and NoPrice where a new line has none.
    """
    row = ledger.changeable(session, number)
    origin = origin or _origin(session, row, wanted)
    used = parts.use(session, number, wanted.reference, origin, wanted.quantity, by)
    billed_parts, taken = _counted(session, number)
    for each in used:
        _check_consent(row, each.origin)
        key = (typed(each.reference), each.origin)
        missing = taken[key] - billed_parts[key]
        if missing > 0:
            if wanted.price is None:
                raise NoPrice(each.reference)
            billed_parts[key] += missing
            named = wanted.designation or each.designation or each.reference
            session.add(
                RepairLine(
                    number=number,
                    kind=LineKind.PART,
                    designation=named,
                    reference=each.reference,
                    origin=each.origin,
                    quantity=missing,
                    price=wanted.price,
                    vat=wanted.vat,
                )
            )
        ledger.note(session, row, "use", by, part=each.reference, origin=each.origin, quantity=each.quantity)
    _reopen(session, row, by)
    return used


def _origin(session: Session, row: RepairCase, wanted: Line) -> Origin | None:
    """Give the origin of the parts to take: None where none that may be taken has enough left."""
    key = typed(wanted.reference)
    for reference, origin in untraced_parts(session, row.number):
        if typed(reference) == key:
            return Origin(origin)
    left = stock.left_by_origin(ledger.reader(session), key)
    agreed = [each for each in Origin if CONSENT_OF.get(each) in {None, *map(Consent, row.consents)}]
    return next((each for each in agreed if left.get(each, 0) >= wanted.quantity), None)


def put_back(session: Session, number: str, reference: str, quantity: int, by: By) -> None:
    """Put parts of a case back to stock; its lines stay, a repaired device is in the workshop again. Raises NotUsed."""
    row = ledger.kept(session, number)
    given_back = row.status is CaseStatus.HANDED_OVER
    if row.status is CaseStatus.INVOICED or (given_back and billed.standing(ledger.reader(session), number)):
        raise LinesClosed(number, row.status)
    parts.put_back(session, number, reference, quantity, by)
    ledger.note(session, row, "put_back", by, part=reference, quantity=quantity)
    _reopen(session, row, by)


def start(session: Session, number: str, papers: Papers, by: By, despite: str = "") -> None:
    """Begin a repair: checked in, given to a qualified technician, agreed where it is dear.

    Raises OpenPoints unless it is said why, NoTechnician, NotQualified, QuoteRequired and CannotGoOn.
    """
    row = ledger.kept(session, number)
    moved(number, row.status, CaseStatus.REPAIRING)
    reader = ledger.reader(session)
    if row.technician_id is None:
        raise NoTechnician(number)
    require(session, row, papers.points(row, Moment.BEFORE), by, despite)
    _check_technician(session, row, technicians.technician(reader, row.technician_id), by, despite)
    if row.status is not CaseStatus.REPAIRED:  # back in the workshop, it is quoted anew if it must be
        check_agreed(number, amounts.sums(queries.lines(reader, number)).total, billed.agreed(reader, number))
    ledger.move(session, row, CaseStatus.REPAIRING, by)


def finish(session: Session, number: str, papers: Papers, by: By, despite: str = "") -> None:
    """End a repair: checked out, its parts traced, no dearer than agreed; its control report is kept.

    Raises OpenPoints and PartsNotTraced unless it is said why, QuoteRequired and CannotGoOn.
    """
    row = ledger.kept(session, number)
    if row.status is not CaseStatus.REPAIRING:  # an invoiced one goes back to `repaired` by a credit note alone
        raise CannotGoOn(number, row.status, CaseStatus.REPAIRED)
    reader = ledger.reader(session)
    lines = queries.lines(reader, number)
    untraced = untraced_parts(session, number)
    named = [reference for reference, _origin in untraced]
    if untraced and not despite:
        raise PartsNotTraced(number, named)
    if untraced:
        missing = dumps([[*part, count] for part, count in untraced.items()])
        told = {"when": Moment.AFTER, "points": ", ".join(named), "why": despite}
        ledger.note(session, row, "despite", by, **told, missing=missing)
    check_agreed(number, amounts.sums(lines).total, billed.agreed(reader, number))
    require(session, row, papers.points(row, Moment.AFTER), by, despite)
    moment = ledger.move(session, row, CaseStatus.REPAIRED, by, **({"untraced": ", ".join(named)} if named else {}))
    row.repaired_at = moment
    case = ledger.detail(session, number)
    reader = ledger.reader(session)
    passed = passed_over(deeds.history(reader, number))
    checks, points = queries.checks(reader, number), papers.points(case)
    report = documents.report(case, checks, passed, papers.shop, moment, points)
    ledger.issue(session, number, PaperKind.REPORT, report, moment)


def passed_over(done: Sequence[HistoryRow]) -> list[HistoryRow]:
    """List what was passed over, but for what was looked at again: the end of a repair that has begun anew since."""
    begun = max((place for place, each in enumerate(done) if each.verb == CaseStatus.REPAIRING), default=0)
    kept = [each for place, each in enumerate(done) if place > begun or each.data.get("when") != Moment.AFTER]
    return [each for each in kept if each.verb == "despite"]


def untraced_parts(session: Session, number: str) -> dict[tuple[str, str], int]:
    """Count the parts that lines bill and no purchase accounts for, by reference and origin."""
    billed_parts, used = _counted(session, number)
    left = billed_parts - used
    lines = queries.lines(ledger.reader(session), number)
    named = [(line.reference, line.origin) for line in lines if line.kind == LineKind.PART]
    return {(reference, origin): count for reference, origin in named if (count := left[typed(reference), origin])}


def check_traced(session: Session, number: str) -> None:
    """Raise PartsNotTraced for parts that nobody accounted for, beyond those it was said why of as the repair ended."""
    done = deeds.history(ledger.reader(session), number)
    told = [each.data["missing"] for each in done if "missing" in each.data]
    said = {(reference, origin): count for reference, origin, count in loads(told[-1])} if told else {}
    left = [part for part, count in untraced_parts(session, number).items() if count > said.get(part, 0)]
    if left:
        raise PartsNotTraced(number, [reference for reference, _origin in left])


def require(session: Session, row: RepairCase, points: Sequence[Point], by: By, despite: str) -> None:
    """Raise OpenPoints for points of a moment that stand open or, after a repair, failed; or record why it goes on."""
    reader = ledger.reader(session)
    results = {check.point: Result(check.result) for check in _looked_at(reader, row.number, points)}
    failed = [point for point in bad_points(points, results) if point.moment is Moment.AFTER]
    unseen = open_points(points, results)
    left = [*unseen, *failed]
    if not left:
        return
    if not despite and unseen:
        raise OpenPoints(row.number, [point.key for point in unseen])
    if not despite:
        raise FailedPoints(row.number, [point.key for point in failed])
    told = ", ".join(point.key for point in left)
    ledger.note(session, row, "despite", by, when=left[0].moment, points=told, why=despite)


def _looked_at(reader: Reader, number: str, points: Sequence[Point]) -> list[CheckRow]:
    moments = {str(point.moment) for point in points}
    return [check for check in queries.checks(reader, number) if check.moment in moments]


def _check_technician(session: Session, row: RepairCase, who: technicians.TechnicianRow, by: By, despite: str) -> None:
    """Raise HasLeft and NotQualified, unless it is recorded why."""
    try:
        technicians.check(ledger.reader(session), who, row.fiche, in_paris(by.moment).date())
    except Refused:
        if not despite:
            raise
        ledger.note(session, row, "despite", by, points=who.name, why=despite)


def _check_consent(row: RepairCase, origin: Origin) -> None:
    if origin in CONSENT_OF:
        check_consent(row.consents, CONSENT_OF[origin], row.number)


def _counted(session: Session, number: str) -> tuple[Counter[tuple[str, str]], Counter[tuple[str, str]]]:
    """Count the parts of a case by reference and origin: those that lines bill, those taken from stock."""
    billed_parts, used = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    reader = ledger.reader(session)
    for line in queries.lines(reader, number):
        if line.kind == LineKind.PART:
            billed_parts[typed(line.reference), line.origin] += line.quantity
    for taken in stock.used_in(reader, number):
        used[typed(taken.reference), taken.origin] += taken.quantity
    return billed_parts, used
