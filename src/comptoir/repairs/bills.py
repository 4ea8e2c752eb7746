"""What commands on lines, quotes and invoices ask, and show before they act."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import TYPE_CHECKING

from comptoir.core import money, paris
from comptoir.core.acting import By
from comptoir.core.errors import MissingValue, raise_all
from comptoir.core.i18n import _
from comptoir.core.later import later
from comptoir.core.text import tidy
from comptoir.desk import Desk
from comptoir.fiches.rules import bonus_of
from comptoir.organisms.statuses import Organism
from comptoir.parts import queries as stock
from comptoir.parts.rules import ORIGIN_WORDS, Origin
from comptoir.repairs import amounts, billed, cases, prompts, queries, rules
from comptoir.repairs.bill_refusals import BadRepairLine, BelowBonus, BonusUnknown, NothingToBill, WithoutBonus
from comptoir.repairs.billed import BillRow
from comptoir.repairs.forms import Bonus, Price
from comptoir.repairs.queries import CaseDetail, LineRow
from comptoir.repairs.statuses import MEANS_WORDS, BillKind, CaseStatus, LineKind, Means

if TYPE_CHECKING:
    from sqlmodel import Session

    from comptoir.repairs import billing, invoicing, repairing
    from comptoir.repairs.invoicing import Terms
else:
    billing = later("comptoir.repairs.billing")
    invoicing, repairing = later("comptoir.repairs.invoicing"), later("comptoir.repairs.repairing")


def lined(desk: Desk, text: str, kind: LineKind, named: tuple[str, str, Origin | None], price: Price) -> list[LineRow]:
    """Add a line to the bill to come of a case; give all of its lines. Raises BadRepairLine and MissingValue."""
    designation, reference, origin = tidy(named[0]), tidy(named[1]), named[2]
    if not designation:
        raise BadRepairLine("DESIGNATION", _("it is empty"))
    if kind is LineKind.PART and not reference:
        raise BadRepairLine("--reference", _("a part has its reference: its purchase is traced by it"))
    if kind is LineKind.PART and origin is None:
        origin = _origin(desk)
    asked = desk.value("--price", price.price, _("Price of one, tax included"), _amount)
    line = repairing.Line(
        kind, designation, reference, str(origin or ""), price.quantity, _amount(asked), amounts.parse_rate(price.vat)
    )
    cases.done(desk, text, lambda session, number, by: repairing.add_line(session, number, line, by))
    return lines(desk, text)


def used(desk: Desk, text: str, reference: str, named: tuple[str, Origin | None], price: Price) -> "list[LineRow]":
    """Take parts from stock for a case; give all of its lines."""
    amount = None if price.price is None else _amount(price.price)
    line = repairing.Line(
        LineKind.PART, tidy(named[0]), tidy(reference), "", price.quantity, amount, amounts.parse_rate(price.vat)
    )
    cases.done(desk, text, lambda session, number, by: repairing.use(session, number, line, named[1], by))
    return lines(desk, text)


def put_back(desk: Desk, text: str, reference: str, quantity: int) -> list[LineRow]:
    """Put parts of a case back to stock; give its lines."""
    cases.done(desk, text, lambda session, number, by: repairing.put_back(session, number, reference, quantity, by))
    return lines(desk, text)


def dropped(desk: Desk, text: str, positions: Sequence[int], *, yes: bool) -> list[LineRow]:
    """Take lines out of the bill to come, those that were shown, after a yes; give what is left."""
    number = cases.resolved(desk, text).number
    with desk.reading() as reader:
        seen = [queries.line(reader, number, position) for position in dict.fromkeys(positions)]
    named = ", ".join(line.designation for line in seen)
    if desk.agreed(_("Remove {named}?").format(named=named), yes=yes):
        with desk.writing() as session:
            repairing.drop_lines(session, number, seen, desk.by())
    return lines(desk, number)


def lines(desk: Desk, text: str) -> list[LineRow]:
    """List the lines of the bill to come of a case."""
    with desk.reading() as reader:
        return queries.lines(reader, queries.resolved(reader, text))


def terms(desk: Desk, text: str, wanted: Bonus, *, billing: bool) -> "tuple[CaseDetail, Terms]":
    """Gather what a bill is made of: the lines, and the bonus of an invoice or the one to expect of a quote.

    Raises NothingToBill, NoSiret, and for an invoice BonusUnknown and BelowBonus.
    """
    prompts.shop(desk, billing=True)
    case = cases.resolved(desk, text)
    rules.check_billable(case.number, CaseStatus(case.status), billing=billing)
    held = lines(desk, case.number)
    if not held:
        raise NothingToBill(case.number)
    bonus, threshold, circular = _bonus(desk, case, held, wanted, billing=billing)
    letter = "repair-invoice" if billing else "repair-quote"
    return case, invoicing.Terms(held, bonus, threshold, circular, prompts.clauses(desk, letter), case.deposit)


def quoted(desk: Desk, case: CaseDetail, given: "Terms", despite: str) -> list[BillRow]:
    """Issue the quote that was shown."""
    kept = cases.papers(desk)
    return _issued(
        desk,
        case.number,
        lambda session, number, by: invoicing.quote(session, number, given, kept, by, tidy(despite)),
    )


def accepted(desk: Desk, text: str, despite: str) -> list[BillRow]:
    """Record that the consumer accepts the quote; again changes nothing, and says so."""
    case = cases.resolved(desk, text)
    with desk.reading() as reader:
        known = billed.accepted(reader, case.number)
    if case.status == CaseStatus.AGREED and known:
        desk.out.say(_("the quote {number} is accepted already").format(number=known.number))
        return [known]
    reason = tidy(despite)
    return _issued(desk, case.number, lambda session, number, by: invoicing.accept(session, number, by, reason))


def refused(desk: Desk, text: str, why: str) -> list[BillRow]:
    """Record that the consumer refuses the quote."""
    kept, number = cases.papers(desk), cases.resolved(desk, text).number
    return _issued(desk, number, lambda session, number, by: invoicing.refuse(session, number, kept, tidy(why), by))


def invoiced(desk: Desk, case: CaseDetail, given: "Terms") -> list[BillRow]:
    """Issue the invoice that was shown."""
    kept = cases.papers(desk)
    if given.bonus:
        _tell_codes(desk, case)
    return _issued(desk, case.number, lambda session, number, by: invoicing.invoice(session, number, given, kept, by))


def _tell_codes(desk: Desk, case: CaseDetail) -> None:
    """Warn of the codes that the claim will ask for; ecosystem takes no symptom."""
    symptom = {} if case.organism == Organism.ECOSYSTEM else {"--symptom": case.symptom}
    kept = {"--repair-code": case.repair_code} | symptom
    lacking = [f"{option} CODE" for option, code in sorted(kept.items(), reverse=True) if not code]
    if lacking:
        told = _("the claim will ask for its codes: `comptoir repair set {number} {options}`")
        desk.out.warn(told.format(number=case.number, options=" ".join(lacking)))


def paid(desk: Desk, text: str, means: Means | None, receipt: str | None) -> list[BillRow]:
    """Record the till's receipt of an invoice; again changes nothing, and says so."""
    case = cases.resolved(desk, text)
    with desk.reading() as reader:
        bill = billed.invoice(reader, case.number)
    if not desk.can_ask:
        raise_all([MissingValue(flag) for flag, value in (("--means", means), ("--receipt", receipt)) if not value])
    chosen = means or _means(desk)
    number = tidy(desk.value("--receipt", receipt, _("Number of the till's receipt"), _filled))
    _filled(number)
    kept, told, own = (
        cases.papers(desk),
        invoicing.Paid(chosen, number, bill.number),
        prompts.clauses(desk, "repair-invoice"),
    )
    new = cases.done(desk, case.number, lambda session, number, by: invoicing.pay(session, number, told, kept, own, by))
    if not new:
        desk.out.say(_("this payment is known already: nothing was changed"))
    cases.going_on(desk, case.number, paid=True)
    return _shown(desk, bill.number)


def credited(desk: Desk, text: str, why: str, *, yes: bool) -> list[BillRow]:
    """Undo the invoice of a case, after a yes; give its credit note, nothing where the person says no."""
    case = cases.resolved(desk, text)
    with desk.reading() as reader:
        bill = billed.invoice(reader, case.number)
    reason = cases.reason_asked(desk, why, _("Why is this invoice undone?"))
    asked = _("Undo invoice {number}, {total} incl. tax, by a credit note?")
    if not desk.agreed(asked.format(number=bill.number, total=money.spoken(bill.total)), yes=yes):
        return []
    kept, said = cases.papers(desk), (reason, prompts.clauses(desk, "repair-invoice"), bill.number)
    issued = cases.done(
        desk, case.number, lambda session, number, by: invoicing.credit(session, number, said, kept, by)
    )
    return _shown(desk, issued)


def recap(kind: BillKind, case: CaseDetail, given: "Terms") -> str:
    """Write what is about to be issued: each line, the tax, the bonus, what is left to pay."""
    told = [f"{case.number}  {case.customer}  {case.product_label} {case.device}", ""]
    for line in given.lines:
        origin = f" ({_(ORIGIN_WORDS[Origin(line.origin)])})" if line.origin else ""
        told.append(f"{line.quantity} × {line.designation}{origin} : {money.spoken(line.total)}")
    summed = amounts.sums(given.lines)
    taxed = _("VAT {rate}: {vat}")
    told += [taxed.format(rate=amounts.percent(each.vat_rate), vat=money.spoken(each.vat)) for each in summed.rates]
    deposit = case.deposit if kind is BillKind.INVOICE else money.ZERO
    due = amounts.Due(summed.total, given.bonus, deposit)
    told.append(_("total incl. tax: {amount}").format(amount=money.spoken(due.total)))
    if due.bonus:
        told.append(_("repair bonus: -{amount}").format(amount=money.spoken(due.bonus)))
    if due.deposit:
        told.append(_("deposit: -{amount}").format(amount=money.spoken(due.deposit)))
    told.append(
        _("to pay: {amount}").format(amount=money.spoken(due.amount))
        if due.amount >= 0
        else _("to give back: {amount}").format(amount=money.spoken(-due.amount))
    )
    return "\n".join(told)


def sold(rows: "Iterable[billed.SaleRow]") -> Iterator[SimpleNamespace]:
    """Give invoices and credit notes as an accountant reads them: days of Paris, and what each VAT rate has of them."""
    for row in rows:
        told = row._asdict() | {"issued_on": _day(row.issued_at), "paid_on": _day(row.paid_at)}
        sign = -1 if row.kind == BillKind.CREDIT_NOTE else 1
        shares = {rate.vat_rate: rate for rate in amounts.sums(billing.items(row)).rates}
        for rate in amounts.RATES:
            name, share = f"{rate / 10:g}".replace(".", "_"), shares.get(rate)
            told[f"net_{name}"] = share.net * sign if share else money.ZERO
            told[f"vat_{name}"] = share.vat * sign if share else money.ZERO
        yield SimpleNamespace(**told)


def _day(moment: datetime | None) -> str:
    return paris.in_paris(moment).date().isoformat() if moment else ""


def _issued(desk: Desk, number: str, act: Callable[["Session", str, By], str]) -> list[BillRow]:
    """Issue or answer a bill of a case, and say what comes next; give the bill, whose number the act gives."""
    issued = cases.done(desk, number, act)
    cases.going_on(desk, number)
    return _shown(desk, issued)


def _shown(desk: Desk, number: str) -> list[BillRow]:
    with desk.reading() as reader:
        return [billed.bill(reader, number)]


def _amount(text: str) -> Decimal:
    amount = money.parse(text)
    rules.check_amount("--price", amount)
    return amount


def _filled(text: str) -> None:
    if not tidy(text):
        raise BadRepairLine("--receipt", _("it is empty"))


def _origin(desk: Desk) -> Origin:
    if not desk.can_ask:
        return Origin.NEW
    return Origin(desk.ask.choose(_("Which kind of part?"), [(str(o), _(ORIGIN_WORDS[o]), "") for o in Origin]))


def _means(desk: Desk) -> Means:
    offered = [(str(each), _(MEANS_WORDS[each]), "") for each in Means]
    return Means(desk.ask.choose(_("How was it paid?"), offered))


def _bonus(
    desk: Desk, case: CaseDetail, held: Sequence[LineRow], wanted: Bonus, *, billing: bool
) -> tuple[Decimal, Decimal, bool]:
    """Give the bonus, the total from which there is one, and whether parts of the circular economy raise it."""
    if wanted.bonus is not None and not case.bonus:
        raise WithoutBonus(case.number)
    if wanted.no_bonus or not case.bonus:
        return money.ZERO, money.ZERO, False
    with desk.reading() as reader:
        used = [each.origin for each in stock.used_in(reader, case.number)]
    parts = [line.origin for line in held if line.kind == LineKind.PART]
    circular = rules.is_circular(parts, used if billing else list(Origin))  # a quote tells what is to be
    product = prompts.points(desk).products.get(case.product)
    threshold = (product.threshold if product else None) or money.ZERO
    if wanted.bonus is not None:
        amount = money.parse(wanted.bonus)
        rules.check_amount("--bonus", amount)
        total = amounts.sums(held).total
        if total < amount or (billing and total < threshold):
            raise BelowBonus(total, amount, threshold)
        return amount, threshold, circular and bool(product and product.circular)
    total = amounts.sums(held).total
    found = bonus_of(product, total, desk.today(), circular=circular) if product else None
    if found and found.amount:
        return found.amount, threshold, circular and product is not None and product.circular
    if not billing:
        return money.ZERO, threshold, False
    if found is None or found.amount is None:
        raise BonusUnknown(case.product_label)
    raise BelowBonus(total, (product and product.bonus) or money.ZERO, threshold)
