"""Writes of repairs: one function a use case; every one leaves the history and the status in step."""

from collections.abc import Mapping, Sequence
from email.utils import make_msgid
from typing import Any, NamedTuple

from sqlmodel import Session, col, select

from comptoir.attachments import services as attachments
from comptoir.attachments.rules import By as Acting
from comptoir.attachments.rules import Device, Document
from comptoir.core.paris import in_paris
from comptoir.core.refs import typed
from comptoir.fiches.rules import Book, Fiche, Moment, Point, Product, Result, bad_points, open_points
from comptoir.fiches.rules import points as points_of
from comptoir.parties.services import keep_consumer
from comptoir.parts import queries as stock
from comptoir.parts import services as parts
from comptoir.parts.rules import Origin
from comptoir.repairs import amounts, documents, ledger, queries
from comptoir.repairs.queries import CaseDetail, CheckRow
from comptoir.repairs.refusals import (
    AlreadyTold,
    LinesClosed,
    NoPrice,
    NoTechnician,
    NotPaid,
    OpenPoints,
    PartsInRepair,
    PartsNotTraced,
    RepairChanged,
    SerialInCase,
)
from comptoir.repairs.rules import (
    By,
    Deposit,
    at,
    changes,
    check_agreed,
    check_consent,
    is_comeback,
    moved,
    next_number,
)
from comptoir.repairs.statuses import OPEN, CaseStatus, Consent, LineKind, Notice, PaperKind, Place, Warranty, Way
from comptoir.repairs.tables import RepairCase, RepairCheck, RepairLine
from comptoir.store import outbox
from comptoir.store.history import record
from comptoir.store.read import Reader
from comptoir.technicians import queries as technicians

DOMAIN = "comptoir.invalid"  # of Message-IDs, which name no machine
CONSENT_OF = {Origin.USED: Consent.USED, Origin.CIRCULAR: Consent.CIRCULAR}


class Intake(NamedTuple):
    """A device about to be taken in, checked; `clauses` are the shop's own conditions, printed on the slip."""

    person: Mapping[str, str]
    place: Place
    product: Product
    brand: str
    model: str
    serial: str
    bought_on: str
    warranty: Warranty
    bonus: bool
    service: str
    fault: str
    condition: str
    deposit: Deposit
    consents: tuple[Consent, ...]
    distance: int | None
    far_why: str
    pictures: tuple[Document, ...]
    clauses: str
    shop: documents.Shop


class Line(NamedTuple):
    """A line to be billed: the price of one includes tax, the VAT is in tenths of a percent."""

    kind: LineKind
    designation: str
    reference: str
    origin: str
    quantity: int
    price: Any
    vat: int


class Message(NamedTuple):
    """What a customer is told one way: an e-mail's subject is not said in a text message."""

    way: Way
    recipient: str
    subject: str
    text: str


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


def take_in(session: Session, intake: Intake, by: By) -> str:
    """Take a device in: its case, its slip, the documents of its kind; give its number.

    Raises SerialInCase for a device that is here already, ClockBehind, and RepairNumbersUsedUp.
    """
    consumer = keep_consumer(session, intake.person, by.moment)
    reader = ledger.reader(session)
    key = typed(intake.serial)
    comeback = _comeback(reader, intake, key, consumer.id or 0, by)
    last = session.exec(select(RepairCase).order_by(col(RepairCase.number).desc()).limit(1)).first()
    moment = at(by.moment, last.opened_at) if last else by.moment
    number = next_number(last.number if last else None)
    told = intake._asdict()
    same = ("place", "brand", "model", "serial", "bought_on", "warranty", "service", "fault", "condition", "distance")
    session.add(
        RepairCase(
            **{name: told[name] for name in (*same, "far_why")},
            number=number,
            consumer_id=consumer.id or 0,
            status=CaseStatus.RECEIVED,
            product=intake.product.key,
            product_label=intake.product.label,
            fiche=intake.product.fiche,
            serial_key=key,
            bonus=int(intake.bonus),
            deposit=intake.deposit.amount,
            deposit_means=intake.deposit.means,
            deposit_receipt=intake.deposit.receipt,
            consents=[str(consent) for consent in intake.consents],
            comeback_of=comeback,
            organism="",
            symptom="",
            repair_code="",
            operator=by.operator,
            opened_at=moment,
            moved_at=moment,
        )
    )
    record(session, number, "intake", moment=moment, operator=by.operator, **_told_comeback(comeback))
    case = ledger.detail(session, number)
    slip = documents.slip(case, intake.product.bonus if intake.bonus else None, intake.clauses, intake.shop, moment)
    ledger.issue(session, number, PaperKind.SLIP, slip, moment)
    device = Device(intake.product.key, intake.product.family, intake.brand, intake.model)
    acting = Acting(by.operator, moment)
    attachments.attach_library(session, number, device, acting)
    attachments.attach(session, number, intake.pictures, acting)
    return number


def _comeback(reader: Reader, intake: Intake, key: str, consumer: int, by: By) -> str | None:
    """Give the repair that a device comes back from: by its serial number, or by its owner and model."""
    same = queries.of_serial(reader, key)
    for known in same:
        if CaseStatus(known.status) in OPEN:
            raise SerialInCase(intake.serial, known.number, CaseStatus(known.status))
    if not same and intake.model and not intake.serial:
        same = queries.of_model(reader, consumer, intake.brand, intake.model)
    today = in_paris(by.moment).date()
    for known in same:
        if known.repaired_at and is_comeback(in_paris(known.repaired_at).date(), today):
            return known.number
    return None


def _told_comeback(number: str | None) -> dict[str, str]:
    return {"comeback_of": number} if number else {}


def change(session: Session, number: str, given: Mapping[str, Any], by: By) -> None:
    """Correct what was told of a device; the history keeps what was told before. Raises LinesClosed, SerialInCase."""
    row = ledger.kept(session, number)
    if row.status not in OPEN:
        raise LinesClosed(number, row.status)
    before = {key: getattr(row, key) for key in given}
    changed = changes(before, given)
    if not changed:
        return
    if "serial" in changed:
        row.serial = str(changed["serial"])
        row.serial_key = typed(str(changed["serial"]))
        for known in queries.of_serial(ledger.reader(session), row.serial_key):
            if known.number != number and CaseStatus(known.status) in OPEN:
                raise SerialInCase(row.serial, known.number, CaseStatus(known.status))
    row.sqlmodel_update(changed)
    ledger.note(session, row, "set", by, **{key: f"{before[key]} > {value}" for key, value in changed.items()})


def assign(session: Session, number: str, technician: technicians.TechnicianRow, by: By, despite: str = "") -> None:
    """Give a case to a technician qualified for its fiche; raise NotQualified unless it is said why."""
    row = ledger.changeable(session, number)
    if not despite:
        technicians.check(ledger.reader(session), technician, row.fiche, in_paris(by.moment).date())
    row.technician_id = technician.id
    told = {"technician": technician.name} | ({"despite": despite} if despite else {})
    ledger.note(session, row, "assign", by, **told)


def check(session: Session, number: str, found: Sequence[Found], by: By) -> None:
    """Record what was found at control points; again replaces it, until the device is invoiced. Raises LinesClosed."""
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


def add_line(session: Session, number: str, line: Line, by: By) -> None:
    """Add a line to the bill to come; raise BadLine, ConsentMissing, and LinesClosed."""
    row = ledger.changeable(session, number)
    if line.kind is LineKind.PART:
        _check_consent(row, Origin(line.origin))
    session.add(RepairLine(number=number, **line._asdict()))
    ledger.note(session, row, "line", by, designation=line.designation, quantity=line.quantity, price=line.price)


def drop_lines(session: Session, number: str, positions: Sequence[int], by: By) -> None:
    """Take lines out of the bill to come; raise NoLineOfRepair, LinesClosed, and RepairChanged."""
    row = ledger.changeable(session, number)
    reader = ledger.reader(session)
    for line in [queries.line(reader, number, position) for position in dict.fromkeys(positions)]:
        gone = session.get(RepairLine, line.id)
        if gone is None:
            raise RepairChanged(number)
        session.delete(gone)
        ledger.note(session, row, "drop", by, designation=line.designation, quantity=line.quantity)


def use(session: Session, number: str, wanted: Line, origin: Origin | None, by: By) -> list[parts.Used]:
    """Take parts from stock for a case, the oldest purchase first; what no line bills yet gets its line.

    Raises NotEnoughParts, ConsentMissing, LinesClosed, and BadLine where a new line has no price.
    """
    row = ledger.changeable(session, number)
    used = parts.use(session, number, wanted.reference, origin, wanted.quantity, by)
    for each in used:
        _check_consent(row, each.origin)
        missing = _used(session, number, each.reference, each.origin) - _billed(session, number, each)
        if missing > 0:
            if wanted.price is None:
                raise NoPrice(each.reference)
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
    return used


def put_back(session: Session, number: str, reference: str, quantity: int, by: By) -> None:
    """Put parts of a case back to stock; its lines stay. Raises NotUsed."""
    row = ledger.kept(session, number)
    if row.status in {CaseStatus.INVOICED, CaseStatus.HANDED_OVER}:
        raise LinesClosed(number, row.status)
    parts.put_back(session, number, reference, quantity, by)
    ledger.note(session, row, "put_back", by, part=reference, quantity=quantity)


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
    if not despite:
        who = technicians.technician(reader, row.technician_id)
        technicians.check(reader, who, row.fiche, in_paris(by.moment).date())
    check_agreed(number, amounts.sums(queries.lines(reader, number)).total, queries.agreed(reader, number))
    ledger.move(session, row, CaseStatus.REPAIRING, by)


def finish(session: Session, number: str, papers: Papers, by: By, despite: str = "") -> None:
    """End a repair: checked out, its parts traced, no dearer than agreed; its control report is kept.

    Raises OpenPoints and PartsNotTraced unless it is said why, QuoteRequired and CannotGoOn.
    """
    row = ledger.kept(session, number)
    moved(number, row.status, CaseStatus.REPAIRED)
    reader = ledger.reader(session)
    lines = queries.lines(reader, number)
    untraced = [line.reference for line in lines if line.kind == LineKind.PART and _untraced(session, number, line)]
    if untraced and not despite:
        raise PartsNotTraced(number, untraced)
    check_agreed(number, amounts.sums(lines).total, queries.agreed(reader, number))
    require(session, row, papers.points(row, Moment.AFTER), by, despite)
    moment = ledger.move(session, row, CaseStatus.REPAIRED, by, **({"untraced": untraced} if untraced else {}))
    row.repaired_at = moment
    case = ledger.detail(session, number)
    reader = ledger.reader(session)
    passed = [each for each in queries.history(reader, number) if each.verb == "despite"]
    checks, points = queries.checks(reader, number), papers.points(case)
    report = documents.report(case, checks, passed, papers.shop, moment, points)
    ledger.issue(session, number, PaperKind.REPORT, report, moment)


def require(session: Session, row: RepairCase, points: Sequence[Point], by: By, despite: str) -> None:
    """Raise OpenPoints for points that stand open or, after a repair, failed; unless it is recorded why."""
    reader = ledger.reader(session)
    results = {check.point: Result(check.result) for check in _looked_at(reader, row.number, points)}
    failed = [point for point in bad_points(points, results) if point.moment is Moment.AFTER]
    left = [*open_points(points, results), *failed]
    if not left:
        return
    if not despite:
        raise OpenPoints(row.number, [point.key for point in left])
    told = ", ".join(point.key for point in left)
    ledger.note(session, row, "despite", by, points=told, why=despite)


def tell(session: Session, number: str, notice: Notice, messages: Sequence[Message], by: By) -> None:
    """Put what a customer is told into the outbox; raise AlreadyTold for the same thing the same day."""
    row = ledger.kept(session, number)
    stamp = row.appointment if notice is Notice.APPOINTMENT and row.appointment else by.moment
    day = in_paris(stamp).strftime("%Y%m%d%H%M" if notice is Notice.APPOINTMENT else "%Y%m%d")
    for message in messages:
        key = f"repair-{number}-{notice}-{message.way}-{day}"
        if ledger.reader(session).values("SELECT id FROM outbox WHERE key = :key", key=key):
            raise AlreadyTold(number, message.recipient)
        if message.way is Way.SMS:
            outbox.post_sms(session, key, message.recipient, message.text, moment=by.moment)
        else:
            letter = {"subject": message.subject, "text": message.text, "message_id": make_msgid(key, DOMAIN)}
            outbox.post(session, key, message.recipient, letter | {"papers": []}, moment=by.moment)
        ledger.note(session, row, "notify", by, kind=notice, way=message.way, to=message.recipient)


def hand_over(session: Session, number: str, by: By, despite: str = "") -> None:
    """Give a device back: paid for, or nothing to pay. Raises NotPaid, NothingToBill and CannotGoOn."""
    row = ledger.kept(session, number)
    reader = ledger.reader(session)
    if row.status is CaseStatus.INVOICED:
        bill = queries.invoice(reader, number)
        if bill.due > 0 and bill.paid_at is None and not despite:
            raise NotPaid(number, bill.due)
    if row.status is CaseStatus.REPAIRED and amounts.sums(queries.lines(reader, number)).total:
        raise NotPaid(number, amounts.sums(queries.lines(reader, number)).total)
    row.closed_at = ledger.move(session, row, CaseStatus.HANDED_OVER, by, **({"despite": despite} if despite else {}))


def cancel(session: Session, number: str, why: str, by: By) -> None:
    """Cancel a repair that took no part; raise PartsInRepair and CannotGoOn."""
    row = ledger.kept(session, number)
    held = [each.reference for each in stock.used_in(ledger.reader(session), number)]
    if held:
        raise PartsInRepair(number, held)
    ledger.move(session, row, CaseStatus.CANCELLED, by, why=why)


def _looked_at(reader: Reader, number: str, points: Sequence[Point]) -> list[CheckRow]:
    moments = {str(point.moment) for point in points}
    return [check for check in queries.checks(reader, number) if check.moment in moments]


def _check_consent(row: RepairCase, origin: Origin) -> None:
    if origin in CONSENT_OF:
        check_consent(row.consents, CONSENT_OF[origin], row.number)


def _used(session: Session, number: str, reference: str, origin: str) -> int:
    rows = stock.used_in(ledger.reader(session), number)
    return sum(row.quantity for row in rows if typed(row.reference) == typed(reference) and row.origin == origin)


def _billed(session: Session, number: str, used: parts.Used) -> int:
    rows = queries.lines(ledger.reader(session), number)
    same = [row for row in rows if row.kind == LineKind.PART and typed(row.reference) == typed(used.reference)]
    return sum(row.quantity for row in same if row.origin == used.origin)


def _untraced(session: Session, number: str, line: queries.LineRow) -> bool:
    used = parts.Used(0, line.reference, "", Origin(line.origin), 0, line.price)
    return _used(session, number, line.reference, line.origin) < _billed(session, number, used)
