"""Writes of quotes, invoices and credit notes: issued once, frozen, undone by another paper and never by an edit."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlmodel import Session, col, func, select

from comptoir.core import money
from comptoir.core.acting import By, at
from comptoir.core.paris import in_paris
from comptoir.fiches.rules import Moment
from comptoir.repairs import amounts, billed, billing, deeds, documents, ledger, queries
from comptoir.repairs.bill_refusals import BelowBonus, NothingToBill, PaidAlready, QuoteExpired
from comptoir.repairs.billed import BillRow
from comptoir.repairs.intake_refusals import ComebackHasNoBonus
from comptoir.repairs.queries import LineRow
from comptoir.repairs.refusals import CannotGoOn, RepairChanged, UnderWarranty
from comptoir.repairs.repairing import Papers, check_traced, require
from comptoir.repairs.rules import check_agreed, check_bought, check_consent, last_day, moved, next_bill
from comptoir.repairs.statuses import Answer, BillKind, CaseStatus, Consent, Means, PaperKind, Warranty
from comptoir.repairs.tables import RepairBill, RepairCase


class Terms(NamedTuple):
    """What an invoice was shown with: the lines a person saw, the bonus taken off and the threshold it has.

    `circular` tells whether the bonus is raised for parts of the circular economy; `mentions` are the shop's own.
    """

    lines: Sequence[LineRow]
    bonus: Decimal
    threshold: Decimal
    circular: bool
    mentions: str
    deposit: Decimal = money.ZERO


class Paid(NamedTuple):
    """How an invoice was paid at the till, and the number of its receipt."""

    means: Means
    receipt: str
    bill: str = ""  # the invoice that was shown; whichever stands where none was


class Undone(NamedTuple):
    """Why an invoice is undone, the shop's own mentions, and the invoice that was shown, whichever stands without."""

    why: str
    mentions: str
    bill: str = ""


def quote(session: Session, number: str, terms: Terms, papers: Papers, by: By, despite: str = "") -> str:
    """Issue the quote of a case that was checked in; one that waits is replaced. Give its number.

    Raises NothingToBill, OpenPoints unless it is said why, RepairChanged and CannotGoOn.
    """
    row = ledger.kept(session, number)
    moved(number, row.status, CaseStatus.QUOTED)
    total = _same_lines(session, number, terms)
    if total < terms.bonus:
        raise BelowBonus(total, terms.bonus, terms.threshold)
    by = _in_turn(session, row, BillKind.QUOTE, by)
    require(session, row, papers.points(row, Moment.BEFORE), by, despite)
    _replace(session, number)
    bill = _bill(session, row, BillKind.QUOTE, terms, by)
    bill.answer = Answer.WAITING
    session.add(bill)
    moment = ledger.move(session, row, CaseStatus.QUOTED, by, bill=bill.number, total=bill.total)
    _print(session, bill, PaperKind.QUOTE, papers, moment, terms.mentions)
    return bill.number


def accept(session: Session, number: str, by: By, despite: str = "") -> str:
    """Record that the consumer accepts the quote; give its number.

    Raises NoQuote, CannotGoOn, and QuoteExpired unless it is said why.
    """
    row = ledger.kept(session, number)
    until = last_day(billed.quote(ledger.reader(session), number).issued_at)
    late = in_paris(by.moment).date() > until
    if late and not despite:
        raise QuoteExpired(number, until.strftime("%d/%m/%Y"))
    if late:
        ledger.note(session, row, "despite", by, points=deeds.LATE_QUOTE, why=despite)
    bill = _answered(session, number, Answer.ACCEPTED)
    bill.answered_at = ledger.move(session, row, CaseStatus.AGREED, by, bill=bill.number)
    return bill.number


def refuse(session: Session, number: str, papers: Papers, why: str, by: By) -> str:
    """Record that the consumer refuses the quote, and print the risks they are told; give the number of the quote.

    Raises NoQuote and CannotGoOn.
    """
    row = ledger.kept(session, number)
    bill = _answered(session, number, Answer.REFUSED)
    bill.why = why
    told = {"bill": bill.number} | ({"why": why} if why else {})
    moment = bill.answered_at = ledger.move(session, row, CaseStatus.REFUSED, by, **told)
    case = ledger.detail(session, number)
    found = _found(session, bill.number)
    paper = documents.risks(case, found, papers.fiche(row).risks, papers.shop, moment)
    ledger.issue(session, bill.number, PaperKind.RISKS, paper, moment)
    return bill.number


def invoice(session: Session, number: str, terms: Terms, papers: Papers, by: By) -> str:
    """Issue the invoice of a repaired device, the bonus taken off; give its number.

    Raises NothingToBill, QuoteRequired, BelowBonus, ConsentMissing, RepairChanged, and CannotGoOn for a case that has
    an invoice or is not repaired.
    """
    row = ledger.kept(session, number)
    if not _is_open(session, row):
        raise CannotGoOn(number, row.status, CaseStatus.INVOICED)
    by = _in_turn(session, row, BillKind.INVOICE, by)
    total = _same_lines(session, number, terms)
    check_traced(session, number)
    check_agreed(number, total, billed.agreed(ledger.reader(session), number))
    if terms.deposit != row.deposit:
        raise RepairChanged(number)
    _check_bonus(session, row, total, terms)
    bill = _bill(session, row, BillKind.INVOICE, terms, by)
    session.add(bill)
    told = {"bill": bill.number, "total": bill.total, "bonus": bill.bonus}
    if row.status is CaseStatus.HANDED_OVER:  # its first invoice was undone by a credit note
        moment = ledger.note(session, row, "invoiced", by, **told)
    else:
        moment = ledger.move(session, row, CaseStatus.INVOICED, by, **told)
    _print(session, bill, PaperKind.INVOICE, papers, moment, terms.mentions)
    if bill.bonus:
        case, found = ledger.detail(session, number), _found(session, bill.number)
        paper = documents.declaration(case, found, papers.shop, moment)
        ledger.issue(session, bill.number, PaperKind.DECLARATION, paper, moment)
    return bill.number


def pay(session: Session, number: str, paid: Paid, papers: Papers, mentions: str, by: By) -> bool:
    """Record the till's receipt of an invoice, and print the invoice as paid; tell whether that is new.

    Raises NoInvoice, RepairChanged for another invoice than the one shown, and PaidAlready for another receipt.
    """
    row = ledger.kept(session, number)
    found = _shown(session, number, paid.bill)
    if found.paid_at is not None:
        if (found.means, found.receipt) == (str(paid.means), paid.receipt):
            return False
        raise PaidAlready(found.number, found.receipt)
    bill = session.get_one(RepairBill, found.number)
    bill.means, bill.receipt = paid.means, paid.receipt
    bill.paid_at = ledger.note(session, row, "pay", by, bill=bill.number, means=paid.means, receipt=paid.receipt)
    session.add(bill)
    _print(session, bill, PaperKind.PAID, papers, bill.paid_at, mentions)
    return True


def credit(session: Session, number: str, said: tuple[str, ...], papers: Papers, by: By) -> str:
    """Undo the invoice of a case by a credit note; give its number. The case may be invoiced anew.

    Raises NoInvoice, ClockBack, and RepairChanged for another invoice than the one shown.
    """
    why, mentions, shown = Undone(*said)
    row = ledger.kept(session, number)
    found = _shown(session, number, shown)
    told = {name: getattr(found, name) for name in ("lines", "total", "vat", "bonus", "circular", "deposit", "due")}
    by = _in_turn(session, row, BillKind.CREDIT_NOTE, by)
    moment = by.moment
    bill = RepairBill(
        **told,
        number=_next(session, BillKind.CREDIT_NOTE, moment),
        kind=BillKind.CREDIT_NOTE,
        case_number=number,
        issued_at=moment,
        operator=by.operator,
        cancels=found.number,
        why=why,
    )
    session.add(bill)
    if row.status is CaseStatus.INVOICED:  # given back or not, the device may be invoiced anew
        row.status = moved(number, row.status, CaseStatus.REPAIRED)
    ledger.note(session, row, "credit", by, bill=bill.number, cancels=found.number, why=why)
    case = ledger.detail(session, number)
    paper = billing.credit_note(case, _found(session, bill.number), found, papers.shop, moment, mentions)
    ledger.issue(session, bill.number, PaperKind.CREDIT_NOTE, paper, moment)
    return bill.number


def _shown(session: Session, number: str, shown: str) -> BillRow:
    found = billed.invoice(ledger.reader(session), number)
    if shown not in {"", found.number}:
        raise RepairChanged(number)
    return found


def _same_lines(session: Session, number: str, terms: Terms) -> Decimal:
    """Give the total of the lines that a person saw; raise RepairChanged where they are others, and NothingToBill."""
    if list(terms.lines) != queries.lines(ledger.reader(session), number):
        raise RepairChanged(number)
    if not terms.lines:
        raise NothingToBill(number)
    return amounts.sums(terms.lines).total


def _check_bonus(session: Session, row: RepairCase, total: Decimal, terms: Terms) -> None:
    """Refuse the bonus again as the intake does: what was told of the device may have been corrected since."""
    if not terms.bonus:
        return
    if not row.bonus:
        raise RepairChanged(row.number)
    check_consent(row.consents, Consent.DATA, row.number)
    if row.warranty is not Warranty.NONE:
        raise UnderWarranty(row.warranty)
    check_bought(date.fromisoformat(row.bought_on) if row.bought_on else None, in_paris(row.opened_at).date())
    if row.comeback_of:
        first = session.get_one(RepairCase, row.comeback_of).repaired_at or row.opened_at
        raise ComebackHasNoBonus(row.comeback_of, in_paris(first).strftime("%d/%m/%Y"))
    if total < max(terms.bonus, terms.threshold):
        raise BelowBonus(total, terms.bonus, terms.threshold)


def _bill(session: Session, row: RepairCase, kind: BillKind, terms: Terms, by: By) -> RepairBill:
    summed = amounts.sums(terms.lines)
    deposit = row.deposit if kind is BillKind.INVOICE else money.ZERO
    return RepairBill(
        number=_next(session, kind, by.moment),
        kind=kind,
        case_number=row.number,
        issued_at=by.moment,
        operator=by.operator,
        lines=[_told(line, net) for line, net in zip(terms.lines, amounts.nets(terms.lines), strict=True)],
        total=summed.total,
        vat=summed.vat,
        bonus=terms.bonus,
        circular=int(terms.circular),
        deposit=deposit,
        due=amounts.Due(summed.total, terms.bonus, deposit).amount,
    )


def _told(line: LineRow, net: Decimal) -> dict[str, Any]:
    """Give a line as a bill keeps it; amounts are texts with two decimals."""
    same = ("kind", "designation", "reference", "origin", "quantity", "vat")
    return {name: getattr(line, name) for name in same} | {"price": str(line.price), "net": str(net)}


def _next(session: Session, kind: BillKind, moment: datetime) -> str:
    """Give the next number of a kind: its year's, counted in the transaction that takes it, so without a hole."""
    year = in_paris(moment).year
    start = next_bill(kind, year, None).partition("-")[0] + "-"
    number = col(RepairBill.number)
    latest = (func.length(number).desc(), number.desc())  # the hundred thousandth has a digit more
    last = session.exec(select(number).where(number.startswith(start)).order_by(*latest).limit(1)).first()
    return next_bill(kind, year, last)


def _in_turn(session: Session, row: RepairCase, kind: BillKind, by: By) -> By:
    """Give who acts at a moment after all that was done to the case, and after the last bill of this kind.

    Numbers follow time (CGI, ann. II, art. 242 nonies A), whichever counter's clock is behind. Raises ClockBack.
    """
    issued = col(RepairBill.issued_at)
    last = session.exec(select(issued).where(RepairBill.kind == kind).order_by(issued.desc()).limit(1)).first()
    return by._replace(moment=at(by.moment, max(last or row.moved_at, row.moved_at)))


def _is_open(session: Session, row: RepairCase) -> bool:
    """Tell whether a case may be invoiced: repaired, or given back without an invoice that stands; never twice."""
    standing = billed.standing(ledger.reader(session), row.number)
    return standing is None and (row.status is CaseStatus.REPAIRED or ledger.is_undone(session, row))


def _replace(session: Session, number: str) -> None:
    for bill in billed.bills(ledger.reader(session), number):
        if bill.kind == BillKind.QUOTE and bill.answer == Answer.WAITING:
            session.get_one(RepairBill, bill.number).answer = Answer.REPLACED
            session.flush()


def _answered(session: Session, number: str, answer: Answer) -> RepairBill:
    bill = session.get_one(RepairBill, billed.quote(ledger.reader(session), number).number)
    bill.answer = answer
    session.add(bill)
    return bill


def _found(session: Session, number: str) -> BillRow:
    return billed.bill(ledger.reader(session), number)


def _print(
    session: Session, bill: RepairBill, kind: PaperKind, papers: Papers, moment: datetime, mentions: str
) -> None:
    case, found = ledger.detail(session, bill.case_number), _found(session, bill.number)
    if kind is PaperKind.QUOTE:
        paper = billing.quote(case, found, papers.shop, moment, mentions)
    else:
        agreed = billed.accepted(ledger.reader(session), bill.case_number)
        draw = billing.paid if kind is PaperKind.PAID else billing.invoice
        paper = draw(case, found, papers.shop, moment, mentions, agreed.number if agreed else "")
    ledger.issue(session, bill.number, kind, paper, moment)
