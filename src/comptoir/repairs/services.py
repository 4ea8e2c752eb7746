"""Writes of repairs: one function a use case; every one leaves the history and the status in step."""

from collections.abc import Iterable, Mapping
from email.utils import make_msgid
from typing import Any, NamedTuple

from sqlmodel import Session, col, select

from comptoir.attachments import services as attachments
from comptoir.attachments.rules import Device, Document
from comptoir.core.acting import By, at
from comptoir.core.paris import in_paris
from comptoir.core.refs import typed
from comptoir.fiches.rules import Product
from comptoir.parties.services import keep_consumer
from comptoir.parties.tables import Consumer
from comptoir.parts import queries as stock
from comptoir.repairs import amounts, billed, comebacks, documents, ledger, queries
from comptoir.repairs.bill_refusals import NotInvoiced, NotPaid
from comptoir.repairs.notice_refusals import AlreadyTold
from comptoir.repairs.refusals import DeviceClosed, PartsInRepair
from comptoir.repairs.rules import Deposit, changes, check_deposit, corrected, moved, next_number
from comptoir.repairs.statuses import (
    OPEN,
    TOLD_LATER,
    CaseStatus,
    Consent,
    Notice,
    PaperKind,
    Place,
    Warranty,
)
from comptoir.repairs.tables import RepairCase
from comptoir.store import outbox
from comptoir.store.history import record
from comptoir.store.read import Reader
from comptoir.store.sending import Channel

DOMAIN = "comptoir.invalid"  # of Message-IDs, which name no machine


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
    organism: str = ""  # that the catalogues leave no doubt about


class Message(NamedTuple):
    """What a customer is told one way: an e-mail's subject is not said in a text message."""

    way: Channel
    recipient: str
    subject: str
    text: str


def take_in(session: Session, intake: Intake, by: By) -> str:
    """Take a device in: its case, its slip, the documents of its kind; give its number.

    Raises SerialInCase for a device that is here already, ClockBack, and RepairNumbersUsedUp.
    """
    consumer = keep_consumer(session, intake.person, by.moment)
    reader = ledger.reader(session)
    key = typed(intake.serial)
    device = comebacks.Known(key, intake.serial, intake.brand, intake.model, consumer.id or 0)
    comeback = comebacks.comeback_of(reader, device, in_paris(by.moment).date())
    last = session.exec(select(RepairCase).order_by(col(RepairCase.number).desc()).limit(1)).first()
    by = by._replace(moment=at(by.moment, last.opened_at) if last else by.moment)
    number = next_number(last.number if last else None)
    session.add(_case(number, intake, device, by, comeback_of=comeback))
    told = {"comeback_of": comeback} if comeback else {}
    record(session, number, "intake", moment=by.moment, operator=by.operator, **told)
    case = ledger.detail(session, number)
    expected = intake.product.bonus if intake.bonus else None
    slip = documents.slip(case, expected, intake.clauses, intake.shop, by.moment)
    ledger.issue(session, number, PaperKind.SLIP, slip, by.moment)
    kind = Device(intake.product.key, intake.product.family, intake.brand, intake.model)
    attachments.attach_library(session, number, kind, by)
    attachments.attach(session, number, intake.pictures, by)
    return number


def _case(number: str, intake: Intake, device: comebacks.Known, by: By, *, comeback_of: str | None) -> RepairCase:
    same = ("place", "brand", "model", "serial", "bought_on", "warranty", "service", "fault", "condition", "distance")
    return RepairCase(
        **{name: getattr(intake, name) for name in (*same, "far_why")},
        number=number,
        consumer_id=device.consumer,
        status=CaseStatus.RECEIVED,
        product=intake.product.key,
        product_label=intake.product.label,
        fiche=intake.product.fiche,
        serial_key=device.key,
        bonus=int(intake.bonus),
        deposit=intake.deposit.amount,
        deposit_means=intake.deposit.means,
        deposit_receipt=intake.deposit.receipt,
        consents=[str(consent) for consent in intake.consents],
        comeback_of=comeback_of,
        organism=intake.organism,
        symptom="",
        repair_code="",
        operator=by.operator,
        opened_at=by.moment,
        moved_at=by.moment,
    )


def change(session: Session, number: str, given: Mapping[str, Any], by: By) -> None:
    """Correct what was told of a device; the history keeps what was told before.

    What was invoiced stands; a credit note reopens it, the device given back or not.
    Raises DeviceClosed, SerialInCase, and DepositIncomplete.
    """
    if not given:
        return
    row = ledger.kept(session, number)
    closed = row.status is CaseStatus.INVOICED or (row.status not in OPEN and not ledger.is_undone(session, row))
    if closed and (row.status is CaseStatus.CANCELLED or given.keys() - TOLD_LATER):
        raise DeviceClosed(number, row.status)
    before = {key: getattr(row, key) for key in given}
    changed = changes(before, given)
    if not changed:
        return
    row.sqlmodel_update(changed)
    check_deposit(row.deposit, row.deposit_means, row.deposit_receipt)
    row.serial_key = typed(row.serial)
    if not changed.keys().isdisjoint({"serial", "brand", "model"}):
        device = comebacks.Known(row.serial_key, row.serial, row.brand, row.model, row.consumer_id, number)
        opened = in_paris(row.opened_at).date()
        row.comeback_of = comebacks.comeback_of(ledger.reader(session), device, opened)
    ledger.note(session, row, "set", by, **{key: corrected(before[key], value) for key, value in changed.items()})


def change_person(session: Session, number: str, given: Mapping[str, str], by: By) -> None:
    """Correct what is known of the person a case is for, in all of their cases; the history keeps what it was."""
    row = ledger.kept(session, number)
    person = session.get_one(Consumer, row.consumer_id)
    before = {key: getattr(person, key) for key in given}
    changed = changes(before, given)
    if not changed:
        return
    person.sqlmodel_update(changed)
    session.add(person)
    ledger.note(session, row, "set", by, **{key: corrected(before[key], value) for key, value in changed.items()})


def tell(session: Session, number: str, notice: Notice, messages: Iterable[Message], by: By) -> None:
    """Put what a customer is told into the outbox; raise AlreadyTold for the same thing, to the same place, again.

    Of an appointment that moved, what waits and is no longer true does not leave.
    """
    row = ledger.kept(session, number)
    stamp = row.appointment if notice is Notice.APPOINTMENT and row.appointment else by.moment
    day = in_paris(stamp).strftime("%Y%m%d%H%M" if notice is Notice.APPOINTMENT else "%Y%m%d")
    for message in messages:
        start = f"repair-{number}-{notice}-{message.way}-"
        known = queries.told(ledger.reader(session), start)
        living = [each for each in known if each.recipient == message.recipient]
        if living and living[-1].key.removeprefix(start).startswith(day):
            raise AlreadyTold(number, message.recipient)
        if notice is Notice.APPOINTMENT:
            outbox.forget(session, start)
        key = f"{start}{day}-{queries.next_telling(ledger.reader(session), start)}"
        post(session, key, message, by)
        ledger.note(session, row, "notify", by, kind=notice, way=message.way, to=message.recipient)


def post(session: Session, key: str, message: Message, by: By) -> None:
    """Put a message to a customer into the outbox, under its key."""
    if message.way is Channel.SMS:
        outbox.post_sms(session, key, message.recipient, message.text, moment=by.moment)
        return
    letter = {"subject": message.subject, "text": message.text, "message_id": make_msgid(key, DOMAIN), "papers": []}
    outbox.post(session, key, message.recipient, letter, moment=by.moment)


def hand_over(session: Session, number: str, by: By, despite: str = "") -> None:
    """Give a device back: settled, or nothing to pay.

    Raises NotPaid, NotInvoiced and PartsInRepair unless it is said why, and CannotGoOn.
    """
    row = ledger.kept(session, number)
    moved(number, row.status, CaseStatus.HANDED_OVER)
    reader = ledger.reader(session)
    if not despite:
        _check_settled(reader, row)
    row.closed_at = ledger.move(session, row, CaseStatus.HANDED_OVER, by, **({"despite": despite} if despite else {}))


def _check_settled(reader: Reader, row: RepairCase) -> None:
    match row.status:
        case CaseStatus.REFUSED | CaseStatus.CANCELLED:
            _check_empty(reader, row.number)
        case CaseStatus.INVOICED:
            bill = billed.invoice(reader, row.number)
            if bill.due and bill.paid_at is None:
                raise NotPaid(row.number, bill.due)
        case _ if amounts.sums(queries.lines(reader, row.number)).total:
            raise NotInvoiced(row.number)


def cancel(session: Session, number: str, why: str, by: By) -> None:
    """Cancel a repair that took no part; raise PartsInRepair and CannotGoOn."""
    row = ledger.kept(session, number)
    moved(number, row.status, CaseStatus.CANCELLED)
    _check_empty(ledger.reader(session), number)
    ledger.move(session, row, CaseStatus.CANCELLED, by, why=why)


def _check_empty(reader: Reader, number: str) -> None:
    held = [each.reference for each in stock.used_in(reader, number)]
    if held:
        raise PartsInRepair(number, held)
