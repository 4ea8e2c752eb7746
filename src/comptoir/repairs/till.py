"""Commands about money: lines, quotes, invoices, credit notes; what is cashed stays with the till."""

from typing import TYPE_CHECKING, Annotated

from comptoir.core.i18n import _
from comptoir.core.later import later
from comptoir.desk import Desk
from comptoir.desk.options import Feature, argument, option
from comptoir.desk.output import Format, View
from comptoir.parts.rules import Origin
from comptoir.repairs import columns
from comptoir.repairs.forms import Bonus, Going, Price
from comptoir.repairs.statuses import BillKind, LineKind, Means
from comptoir.repairs.workshop import Despite, Number, Yes

if TYPE_CHECKING:
    from comptoir.core import paris
    from comptoir.repairs import billed, bills, cases
else:
    bills, cases = later("comptoir.repairs.bills"), later("comptoir.repairs.cases")
    billed, paris = later("comptoir.repairs.billed"), later("comptoir.core.paris")

app = Feature()

Reference = Annotated[str, argument(metavar=_("REFERENCE"), help=_("Reference of the part."))]
PartOrigin = Annotated[
    Origin | None, option("--origin", help=_("New, used, or of the circular economy; the oldest purchase otherwise."))
]
Why = Annotated[str, option(metavar=_("TEXT"), help=_("Why; it stays in the history."))]


@app.verb("line", help=_("Add a line to the quote or invoice to come: labour, part, travel, other."))
def line(  # noqa: PLR0913, PLR0917 - what a line says
    desk: Desk,
    number: Number,
    kind: Annotated[LineKind, argument(metavar=_("KIND"), help=_("`labour`, `part`, `travel` or `other`."))],
    designation: Annotated[str, argument(metavar=_("DESIGNATION"), help=_("What the customer reads."))],
    price: Price,
    view: View,
    reference: Annotated[str, option("--reference", metavar=_("REFERENCE"), help=_("Reference of the part."))] = "",
    origin: PartOrigin = None,
) -> None:
    """Add a line to be billed."""
    rows = bills.lined(desk, number, kind, (designation, reference, origin), price)
    desk.out.rows(columns.LINE, rows, view)
    desk.out.say(cases.summed(rows))


@app.verb("drop", help=_("Take lines out of the quote or invoice to come."))
def drop(
    desk: Desk,
    number: Number,
    positions: Annotated[list[int], argument(metavar=_("NO...."), help=_("Their numbers in `repair show`."))],
    view: View,
    *,
    yes: Yes = False,
) -> None:
    """Take lines out."""
    rows = bills.dropped(desk, number, positions, yes=yes)
    desk.out.rows(columns.LINE, rows, view)
    desk.out.say(cases.summed(rows))


@app.verb("use", help=_("Take parts from stock for a repair; what no line bills yet gets its line."))
def use(  # noqa: PLR0913, PLR0917 - a part, and the line it makes
    desk: Desk,
    number: Number,
    reference: Reference,
    price: Price,
    view: View,
    origin: PartOrigin = None,
    designation: Annotated[str, option(metavar=_("TEXT"), help=_("What the customer reads."))] = "",
) -> None:
    """Use parts in a repair."""
    rows = bills.used(desk, number, reference, (designation, origin), price)
    desk.out.rows(columns.LINE, rows, view)
    desk.out.say(cases.summed(rows))


@app.verb("putback", help=_("Put parts of a repair back to stock; its lines stay."))
def putback(
    desk: Desk,
    number: Number,
    reference: Reference,
    view: View,
    quantity: Annotated[int, option("--quantity", "-q", metavar=_("N"), minimum=1, help=_("How many."))] = 1,
) -> None:
    """Put parts back."""
    desk.out.rows(columns.LINE, bills.put_back(desk, number, reference, quantity), view)


@app.verb("quote", help=_("Issue the quote of a repair; it is required from 150 euros on, tax included."))
def quote(
    desk: Desk,
    number: Number,
    bonus: Bonus,
    view: View,
    going: Going,
    despite: Despite = "",
) -> None:
    """Issue a quote."""
    case, terms = bills.terms(desk, number, bonus, billing=False)
    desk.out.say(bills.recap(BillKind.QUOTE, case, terms))
    if going.dry_run or not desk.agreed(_("Issue this quote?"), yes=going.yes):
        desk.out.say(_("nothing was issued"))
        return
    desk.out.rows(columns.BILL, bills.quoted(desk, case, terms, despite), view)


@app.verb("accept", help=_("Record that the customer accepts the quote."))
def accept(desk: Desk, number: Number, view: View, despite: Despite = "") -> None:
    """Record a yes."""
    desk.out.rows(columns.BILL, bills.accepted(desk, number, despite), view)


@app.verb("refuse", help=_("Record that the customer refuses the quote; the paper of the risks is kept."))
def refuse(desk: Desk, number: Number, view: View, why: Why = "") -> None:
    """Record a no."""
    desk.out.rows(columns.BILL, bills.refused(desk, number, why), view)


@app.verb("invoice", help=_("Issue the invoice of a repaired device, the bonus taken off."))
def invoice(
    desk: Desk,
    number: Number,
    bonus: Bonus,
    view: View,
    going: Going,
) -> None:
    """Issue an invoice."""
    case, terms = bills.terms(desk, number, bonus, billing=True)
    desk.out.say(bills.recap(BillKind.INVOICE, case, terms))
    if going.dry_run or not desk.agreed(_("Issue this invoice? It is never changed afterwards."), yes=going.yes):
        desk.out.say(_("nothing was issued"))
        return
    desk.out.rows(columns.BILL, bills.invoiced(desk, case, terms), view)


@app.verb("pay", help=_("Record the till's receipt of an invoice: this is no cash register, nothing is cashed here."))
def pay(
    desk: Desk,
    number: Number,
    view: View,
    means: Annotated[Means | None, option(help=_("How it was paid at the till."))] = None,
    receipt: Annotated[str | None, option(metavar=_("NUMBER"), help=_("Number of the till's receipt."))] = None,
) -> None:
    """Record a payment of the till."""
    desk.out.rows(columns.BILL, bills.paid(desk, number, means, receipt), view)


@app.verb("credit", help=_("Undo an invoice by a credit note; the repair may be invoiced anew."))
def credit(desk: Desk, number: Number, view: View, why: Why = "", *, yes: Yes = False) -> None:
    """Issue a credit note."""
    desk.out.rows(columns.BILL, bills.credited(desk, number, why, yes=yes), view)


@app.verb("sales", help=_("Write invoices and credit notes for the accountant, the bonus in its own column."))
def sales(
    desk: Desk,
    view: View,
    since: Annotated[str, option(metavar=_("DAY"), help=_("From this day: 2026-11-22, 22/11/2026 or 7d."))] = "",
    until: Annotated[str, option(metavar=_("DAY"), help=_("Up to this day, included."))] = "",
) -> None:
    """Export sales."""
    now, asked = desk.clock.now(), {"since": since, "until": until}
    bounds = [text and paris.bound(key, text, now).isoformat() for key, text in asked.items()]
    if view.format is None and view.chosen() is Format.TABLE:
        view = view._replace(format=Format.CSV)
    with desk.reading() as reader:
        desk.out.rows(columns.SALE, bills.sold(billed.sales(reader, *bounds)), view)
