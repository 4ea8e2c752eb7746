"""Quotes, invoices and credit notes on paper, in French: built from the bill as issued, kept as issued."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from comptoir.core.money import french
from comptoir.core.text import tidy
from comptoir.desk.paper import Blank, Block, Boxes, Facts, Heading, Pair, Paper, Paragraph, Signature, Table, Total
from comptoir.parts.rules import Origin
from comptoir.repairs.amounts import percent, sums, total
from comptoir.repairs.billed import BillRow, SaleRow
from comptoir.repairs.documents import (
    BONUS,
    Shop,
    day,
    device,
    guaranteed,
    paper,
    parties,
    place,
    receipt,
    rows,
    shop_clauses,
)
from comptoir.repairs.queries import CaseDetail
from comptoir.repairs.rules import QUOTE_MONTHS, last_day
from comptoir.repairs.statuses import LineKind

NO_VAT = "TVA non applicable, art. 293 B du CGI"
RAISED = "majoré pour pièces issues de l'économie circulaire (PIEC)"
AGREED_PARTS = "Les pièces d'occasion ou issues de l'économie circulaire sont posées avec l'accord écrit du client."
TO_PAY = ("Net à payer", "À vous rendre")
KINDS = {LineKind.LABOUR: "Main-d'œuvre", LineKind.TRAVEL: "Déplacement"}
ORIGINS = {
    Origin.NEW: "Pièce neuve",
    Origin.USED: "Pièce d'occasion",
    Origin.CIRCULAR: "Pièce PIEC (économie circulaire)",
}


class Item(NamedTuple):
    """A line of a bill as it was issued; the price of one includes tax, the VAT is in tenths of a percent.

    `net` is what the line costs without tax.
    """

    kind: str
    designation: str
    reference: str
    origin: str
    quantity: int
    price: Decimal
    vat: int
    net: Decimal


def items(bill: BillRow | SaleRow) -> list[Item]:
    """Give the lines of a bill."""
    return [
        Item(
            kind=line["kind"],
            designation=line["designation"],
            reference=line["reference"],
            origin=line["origin"],
            quantity=int(line["quantity"]),
            price=Decimal(line["price"]),
            vat=int(line["vat"]),
            net=Decimal(line["net"]),
        )
        for line in bill.lines
    ]


def quote(case: CaseDetail, bill: BillRow, shop: Shop, moment: datetime, clauses: str = "") -> Paper:
    """Build a detailed quote (référentiel Qualirépar, 6.3.4): what it costs, the bonus to expect, and the answer."""
    facts = (
        ("Valable jusqu'au", f"{day(last_day(bill.issued_at))} ({QUOTE_MONTHS} mois)"),
        *_subject(case),
        ("Prestation demandée", case.service),
        ("Lieu de la réparation", place(case)),
        ("Panne", case.fault),
    )
    left = ("Net après bonus", "À vous rendre") if bill.bonus else TO_PAY
    bonus = (f"{_bonus(bill)}, à déduire sous réserve d'éligibilité", bill.bonus)
    answers = (
        f"J'accepte le devis {bill.number} de {french(bill.total)} et demande la réparation.",
        f"Je refuse le devis {bill.number} : l'appareil m'est rendu non réparé.",
    )
    return paper(
        _title("Devis", bill),
        shop,
        moment,
        [
            _parties(case, bill, shop),
            Facts(facts),
            *_lines(bill),
            *_left(bill, left, bonus, _deposit(case, bill)),
            *shop_clauses(clauses),
            Heading("Réponse du client"),
            Boxes(tuple((False, answer) for answer in answers)),
            Blank("À recopier : « Devis reçu avant l'exécution des travaux »", 1),
            Signature("Le", "Signature du client"),
        ],
    )


def invoice(
    case: CaseDetail, bill: BillRow, shop: Shop, moment: datetime, clauses: str = "", quoted: str = ""
) -> Paper:
    """Build a detailed invoice (référentiel Qualirépar, 6.3.2): its bonus named and taken off the total with tax.

    `quoted` is the number of the quote that was accepted, empty without one.
    """
    return paper(_title("Facture", bill), shop, moment, _invoice(case, bill, shop, clauses, quoted))


def paid(case: CaseDetail, bill: BillRow, shop: Shop, moment: datetime, clauses: str = "", quoted: str = "") -> Paper:
    """Build the same invoice once it is paid (code de l'environnement, R541-150): when, how, and the till's receipt."""
    blocks = _invoice(case, bill, shop, clauses, quoted)
    return paper(_title("Facture", bill), shop, moment, [Heading(_settled(bill)), *blocks])


def credit_note(
    case: CaseDetail, bill: BillRow, cancelled: BillRow, shop: Shop, moment: datetime, clauses: str = ""
) -> Paper:
    """Build the credit note that cancels an invoice: the same lines and amounts, given back to the consumer."""
    facts = (
        ("Annule la facture", f"{cancelled.number} du {day(cancelled.issued_at)}"),
        ("Motif", bill.why),
        *_subject(case),
    )
    bonus = (f"{_bonus(bill)}, annulé avec la facture", bill.bonus)
    deposit = ("Acompte, qui reste porté à votre dossier", bill.deposit)
    return paper(
        _title("Avoir", bill),
        shop,
        moment,
        [
            _parties(case, bill, shop),
            Facts(facts),
            *_lines(bill),
            *_left(bill, ("Net de l'avoir", "Net à nous rendre"), bonus, deposit),
            Paragraph(_undone(cancelled)),
            *shop_clauses(clauses),
        ],
    )


def _invoice(case: CaseDetail, bill: BillRow, shop: Shop, clauses: str, quoted: str) -> list[Block]:
    facts = (
        ("Dossier", f"{case.number}, devis accepté {quoted}" if quoted else case.number),
        *device(case),
        ("Date de la réparation", day(case.repaired_at or bill.issued_at)),
        ("Panne", case.fault),
    )
    return [
        _parties(case, bill, shop),
        Facts(facts),
        *_lines(bill),
        *_left(bill, TO_PAY, (_bonus(bill), bill.bonus), _deposit(case, bill)),
        Paragraph(guaranteed(case, bill.issued_at)),
        *shop_clauses(clauses),
    ]


def _title(name: str, bill: BillRow) -> str:
    return f"{name} {bill.number} du {day(bill.issued_at)}"


def _parties(case: CaseDetail, bill: BillRow, shop: Shop) -> Pair:
    return parties(case, shop, "" if _is_untaxed(bill) else shop.vat_number)


def _subject(case: CaseDetail) -> tuple[tuple[str, str], ...]:
    return (("Dossier", case.number), *device(case))


def _settled(bill: BillRow) -> str:
    """Say when and how an invoice was paid; one with nothing to pay has no means."""
    how = receipt(bill.means, bill.receipt)
    return f"Facture acquittée le {day(bill.paid_at or bill.issued_at)}{f' {how}' if how else ''}."


def _undone(cancelled: BillRow) -> str:
    """Say what becomes of what was paid, or not, for an invoice that is cancelled."""
    if cancelled.due == 0:
        return "La facture ne laissait rien à payer : cet avoir l'annule."
    if cancelled.paid_at is None:
        return "La facture n'avait pas été réglée : cet avoir l'annule, rien n'est à payer ni à rendre."
    back = "le montant de cet avoir est à vous rendre." if cancelled.due > 0 else "la somme rendue alors nous revient."
    return f"{_settled(cancelled)[:-1]} : {back}"


def _is_untaxed(bill: BillRow) -> bool:
    return not any(line.vat for line in items(bill))


def _lines(bill: BillRow) -> list[Block]:
    """Lay the lines out, and their tax rate by rate; a shop that charges no VAT says so."""
    lines = items(bill)
    agreed = any(line.origin in {Origin.USED, Origin.CIRCULAR} for line in lines)
    untaxed = (_untaxed_lines(lines), Paragraph(f"{NO_VAT}."))
    laid = untaxed if _is_untaxed(bill) else (_taxed_lines(lines), _taxes(lines))
    return [Heading("Prestations et pièces"), *laid, *([Paragraph(AGREED_PARTS, "small")] if agreed else [])]


def _taxed_lines(lines: Sequence[Item]) -> Table:
    laid: list[tuple[str, ...]] = []
    for line in lines:
        figures = (str(line.quantity), french(line.price), percent(line.vat), french(line.net), french(total(line)))
        laid += rows(_named(line), *figures)
    titles = ("Désignation", "Qté", "Prix TTC", "TVA", "Total HT", "Total TTC")
    return Table(titles, tuple(laid), (75, 15, 23, 15, 23, 23), (1, 2, 3, 4, 5))


def _untaxed_lines(lines: Sequence[Item]) -> Table:
    laid: list[tuple[str, ...]] = []
    for line in lines:
        laid += rows(_named(line), str(line.quantity), french(line.price), french(total(line)))
    return Table(("Désignation", "Qté", "Prix", "Total"), tuple(laid), (108, 14, 26, 26), (1, 2, 3))


def _named(line: Item) -> str:
    """Name a line: what it is for below, the origin and the reference of a part included."""
    told = ORIGINS[Origin(line.origin)] if line.origin else KINDS.get(LineKind(line.kind), "")
    below = ", ".join(part for part in (told, f"réf. {tidy(line.reference)}" if line.reference else "") if part)
    return "\n".join(part for part in (tidy(line.designation), below) if part)


def _taxes(lines: Sequence[Item]) -> Table:
    told = sums(lines)
    rated = [(percent(rate.vat_rate), rate.net, rate.vat, rate.total) for rate in told.rates]
    summed = [("Total", told.net, told.vat, told.total)] if len(rated) > 1 else []
    laid = tuple((name, french(net), french(vat), french(whole)) for name, net, vat, whole in [*rated, *summed])
    return Table(("Taux de TVA", "Total HT", "TVA", "Total TTC"), laid, (48, 42, 42, 42), (1, 2, 3))


def _left(bill: BillRow, labels: tuple[str, str], *taken: tuple[str, Decimal]) -> list[Block]:
    """Lay out the total, what is taken off it where there is some, and what is left: to pay, or to give back."""
    less = tuple((name, french(-amount)) for name, amount in taken if amount)
    whole = "Total" if _is_untaxed(bill) else "Total TTC"
    table = [Table((whole, french(bill.total)), less, (134, 40), (1,))] if less else []
    return [*table, Total(labels[bill.due < 0], french(abs(bill.due)))]


def _bonus(bill: BillRow) -> str:
    return f"{BONUS}, {RAISED}" if bill.circular else BONUS


def _deposit(case: CaseDetail, bill: BillRow) -> tuple[str, Decimal]:
    how = receipt(case.deposit_means, case.deposit_receipt)
    return f"Acompte réglé {how}" if how else "Acompte réglé", bill.deposit
