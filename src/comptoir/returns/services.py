"""Writes of cases: one function a use case; every one leaves the ledger, the history and the status in step."""

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from email.utils import make_msgid
from itertools import groupby
from typing import Any, NamedTuple

from sqlmodel import Session, col, select

from comptoir.core import money
from comptoir.core.acting import By, at
from comptoir.core.errors import ComptoirError, noted, raise_all
from comptoir.deliveries.tables import DeliveryReturn
from comptoir.desk.paper import to_content
from comptoir.returns import basket, documents, queries, remaining
from comptoir.returns.queries import ItemRow
from comptoir.returns.reasons import parse_fee
from comptoir.returns.refusals import (
    CannotMove,
    CreditNoteKnown,
    NoLineOfCase,
    NotChecked,
    NotCredited,
    ReturnBasketChanged,
    UnknownCase,
)
from comptoir.returns.remaining import Held, Reasons
from comptoir.returns.rules import NOT_INVOICED, Verdict, check_verdict, credit, estimate, moved, next_number
from comptoir.returns.statuses import CaseStatus, PaperKind, Place
from comptoir.returns.tables import ReturnCase, ReturnLine
from comptoir.store import documents as issued
from comptoir.store import outbox
from comptoir.store.engine import driver
from comptoir.store.history import record
from comptoir.store.read import Reader


class Draft(NamedTuple):
    """A basket ready to be sent, as it was shown; nothing of it may change behind the person's back."""

    items: tuple[ItemRow, ...]
    reasons: Reasons
    shop: documents.Shop
    email: str
    write: Callable[[dict[str, Any]], tuple[str, str]]  # the letter's values, made its subject and its text


def send(session: Session, draft: Draft, by: By) -> list[str]:
    """Turn the basket that was shown into one case for each note, with their papers and the e-mail; all or nothing.

    Gives the numbers of the cases. Raises ReturnBasketChanged where it is no longer the one shown, ClockBack, and
    what `basket.check` raises: what remains of each line is counted here, in the transaction that takes it.
    """
    reader = Reader(driver(session))
    if _shown(queries.basket(reader, by.operator, draft.reasons)) != _shown(draft.items):
        raise ReturnBasketChanged
    basket.check(reader, draft.items, draft.reasons, by)
    items = sorted(draft.items, key=lambda item: (int(item.note), item.position))
    notes = [(int(note), list(of_note)) for note, of_note in groupby(items, key=lambda item: item.note)]
    last = session.exec(select(ReturnCase).order_by(col(ReturnCase.number).desc()).limit(1)).first()
    by = by._replace(moment=at(by.moment, last.sent_at)) if last else by
    numbers = _numbers(last.number if last else None, len(notes))
    for number, (note, of_note) in zip(numbers, notes, strict=True):
        _case(session, (number, numbers[0]), note, of_note, draft, by)
    session.flush()
    basket.clear(driver(session), by)
    _issue(session, reader, numbers, draft, by)
    return numbers


def _shown(items: Sequence[ItemRow]) -> list[tuple[object, ...]]:
    """Give what a person agreed to; what remains of a line may have changed, and is counted anew."""
    return [(item.id, item.customer, item.note, item.line, item.quantity, item.reason, item.credit) for item in items]


def cancel(session: Session, number: str, by: By) -> None:
    """Cancel a case whose parts have not arrived; they may go back again. Raises CannotMove."""
    kept = _kept(session, number)
    _move(session, kept, CaseStatus.CANCELLED, by)
    for line in _lines(session, number):
        _take(session, line, -line.quantity, kept.moved_at)


def receive(session: Session, number: str, by: By) -> None:
    """Record that the parts of a case arrived; raise CannotMove."""
    _move(session, _kept(session, number), CaseStatus.RECEIVED, by)


def judge(session: Session, number: str, verdicts: dict[int, Verdict], by: By) -> None:
    """Record what the check found of lines, by position; again replaces it, until the case is closed.

    Raises CannotMove, NoLineOfCase, and every verdict that does not stand.
    """
    kept = _kept(session, number)
    if kept.status is not CaseStatus.CHECKING:
        _move(session, kept, CaseStatus.CHECKING, by)
    elif verdicts:
        kept.moved_at = at(by.moment, kept.moved_at)
        session.add(kept)
    lines = {line.position: line for line in _lines(session, number)}
    raise_all([NoLineOfCase(number, position) for position in verdicts if position not in lines])
    problems: list[ComptoirError] = []
    for position, verdict in verdicts.items():
        with noted(problems):
            check_verdict(position, lines[position].quantity, verdict)
    raise_all(problems)
    for position, verdict in verdicts.items():
        lines[position].sqlmodel_update(verdict._asdict())
        session.add(lines[position])
        told = {"line": position, **verdict._asdict()}
        record(session, number, "check", moment=kept.moved_at, operator=by.operator, **told)


def close(session: Session, number: str, by: By, amount: Decimal | None = None) -> None:
    """Close a case whose lines were all checked: accepted parts are credited, the others may go back again.

    `amount` is the credit where the distributor's differs from the terms. A case of which nothing is accepted is
    refused. Raises CannotMove and NotChecked.
    """
    kept = _kept(session, number)
    lines = _lines(session, number)
    unchecked = [line.position for line in lines if line.accepted is None]
    if kept.status in {CaseStatus.RECEIVED, CaseStatus.CHECKING} and unchecked:
        raise NotChecked(number, unchecked)
    if kept.status is not CaseStatus.CHECKING:  # before its parts came, a request is refused and not closed
        raise CannotMove(number, kept.status, CaseStatus.CLOSED)
    accepted = any(line.accepted for line in lines)
    total = sum((credit(line.unit_credit, parse_fee(line.fee), line.accepted or 0) for line in lines), money.ZERO)
    kept.credited = total if amount is None or not accepted else amount
    _move(session, kept, CaseStatus.CLOSED if accepted else CaseStatus.REFUSED, by, credited=kept.credited)
    kept.closed_at = kept.moved_at
    for line in lines:
        _take(session, line, (line.accepted or 0) - line.quantity, kept.moved_at)


def refuse(session: Session, number: str, why: str, by: By) -> None:
    """Refuse a case before its parts moved: nothing is credited, they may go back again. Raises CannotMove."""
    kept = _kept(session, number)
    if kept.status is not CaseStatus.SENT:
        raise CannotMove(number, kept.status, CaseStatus.REFUSED)
    _move(session, kept, CaseStatus.REFUSED, by, why=why)
    kept.closed_at, kept.credited = kept.moved_at, money.ZERO
    for line in _lines(session, number):
        line.sqlmodel_update(Verdict(0, line.quantity, why=why)._asdict())
        session.add(line)
        _take(session, line, -line.quantity, kept.moved_at)


def invoice(session: Session, number: str, credit_note: str, by: By, amount: Decimal | None = None) -> bool:
    """Give a closed case the number of its credit note, and its amount where it differs; tell whether that is new.

    Raises NotCredited, and CreditNoteKnown where another one, or another amount, is known already.
    """
    kept = _kept(session, number)
    if kept.status is not CaseStatus.CLOSED:
        raise NotCredited(number, kept.status)
    credited = kept.credited if amount is None else amount
    if (kept.credit_note, kept.credited) == (credit_note, credited):
        return False
    if kept.credit_note != NOT_INVOICED:
        raise CreditNoteKnown(number, kept.credit_note, kept.credited)
    kept.credit_note, kept.credited, kept.moved_at = credit_note, credited, at(by.moment, kept.moved_at)
    session.add(kept)
    told = {"credit_note": credit_note, "credited": credited}
    record(session, number, "invoice", moment=kept.moved_at, operator=by.operator, **told)
    return True


def _numbers(last: str | None, count: int) -> list[str]:
    numbers = [next_number(last)]
    while len(numbers) < count:
        numbers.append(next_number(numbers[-1]))
    return numbers


def _case(session: Session, names: tuple[str, str], note: int, items: Sequence[ItemRow], draft: Draft, by: By) -> None:
    number, request = names
    total = estimate(items)
    session.add(
        ReturnCase(
            number=number,
            request=request,
            note=note,
            customer=items[0].customer,
            operator=by.operator,
            email=draft.email,
            status=CaseStatus.SENT,
            sent_at=by.moment,
            moved_at=by.moment,
            estimated=total,
        )
    )
    session.flush()
    for position, item in enumerate(items, 1):
        held = remaining.held(Reader(driver(session)), Place(note, item.line))
        if held is None:
            raise ReturnBasketChanged
        line = _line(number, position, item, held, draft)
        session.add(line)
        _take(session, line, item.quantity, by.moment)
    record(session, number, "send", moment=by.moment, operator=by.operator, estimated=total)


def _line(number: str, position: int, item: ItemRow, held: Held, draft: Draft) -> ReturnLine:
    reason = draft.reasons[item.reason]
    return ReturnLine(
        number=number,
        position=position,
        note=held.note,
        line=held.line,
        reference=held.reference,
        designation=held.designation,
        reason=reason.key,
        label=reason.label,
        quantity=item.quantity,
        unit_credit=held.unit_credit(reason),
        fee=reason.fee.written(),
        at_once=int(reason.at_once),
        unopened=int(reason.unopened),
        estimated=item.credit or money.ZERO,
    )


def _issue(session: Session, reader: Reader, numbers: Sequence[str], draft: Draft, by: By) -> None:
    cases = [(queries.case(reader, number), queries.lines(reader, number)) for number in numbers]
    for case, lines in cases:
        content = to_content(documents.pre_agreement(case, lines, draft.shop, by.moment))
        issued.issue(session, case.number, PaperKind.PRE_AGREEMENT, content, moment=by.moment)
    content = to_content(documents.pick_list(cases, draft.shop, by.moment))
    issued.issue(session, documents.request_reference(numbers[0]), PaperKind.PICK_LIST, content, moment=by.moment)
    if draft.email:
        _post(session, cases, draft, by)


def _post(session: Session, cases: Sequence[documents.Case], draft: Draft, by: By) -> None:
    reference = documents.request_reference(cases[0][0].number)
    subject, text = draft.write(documents.letter(cases, draft.shop, by.moment))
    domain = draft.shop.email.rpartition("@")[2] or "comptoir.invalid"
    letter = {
        "subject": subject,
        "text": text,
        "message_id": make_msgid(reference, domain),
        "papers": documents.attached(cases),
    }
    outbox.post(session, reference, draft.email, letter, moment=by.moment)


def _move(session: Session, kept: ReturnCase, target: CaseStatus, by: By, **data: object) -> None:
    moment = at(by.moment, kept.moved_at)
    kept.status, kept.moved_at = moved(kept.number, kept.status, target), moment
    session.add(kept)
    record(session, kept.number, str(target), moment=moment, operator=by.operator, **data)


def _take(session: Session, line: ReturnLine, quantity: int, moment: datetime) -> None:
    """Write into the ledger that a line takes back so much more, or less."""
    if quantity:
        session.add(
            DeliveryReturn(note=line.note, line=line.line, reference=line.number, quantity=quantity, moment=moment)
        )


def _kept(session: Session, number: str) -> ReturnCase:
    kept = session.get(ReturnCase, number)
    if kept is None:
        raise UnknownCase(number)
    return kept


def _lines(session: Session, number: str) -> list[ReturnLine]:
    asked = select(ReturnLine).where(col(ReturnLine.number) == number).order_by(col(ReturnLine.position))
    return list(session.exec(asked))
