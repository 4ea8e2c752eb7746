"""Every refusal of a line, a quote, an invoice or a payment: what, why, and what to do next."""

from decimal import Decimal

from comptoir.core import money
from comptoir.core.errors import NotFound, Refused, UsageProblem
from comptoir.core.i18n import _


class QuoteRequired(Refused):
    """A repair dear enough to be quoted in writing, or dearer than what was agreed."""

    def __init__(self, number: str, total: Decimal, limit: Decimal, *, agreed: bool) -> None:
        amounts = {"number": number, "total": money.spoken(total), "limit": money.spoken(limit)}
        told = (
            _("repair {number} costs {total}, and {limit} were agreed")
            if agreed
            else _("repair {number} costs {total}: from {limit} on, it is quoted in writing")
        )
        super().__init__(told.format(**amounts), _("`comptoir repair quote {number}`").format(number=number))


class NothingToBill(Refused):
    """A quote or an invoice without a line."""

    def __init__(self, number: str) -> None:
        super().__init__(
            _("repair {number} has no line to bill").format(number=number),
            _("add one: `comptoir repair line {number} labour DESIGNATION --price AMOUNT`").format(number=number),
        )


class NoLineOfRepair(NotFound):
    """A case has no line at this position."""

    def __init__(self, number: str, position: int) -> None:
        super().__init__(
            _("repair {number} has no line {position}").format(number=number, position=position),
            _("`comptoir repair show {number}` lists them").format(number=number),
        )


class BadRepairLine(UsageProblem):
    """A line that no bill can hold."""

    def __init__(self, flag: str, reason: str) -> None:
        super().__init__(f"`{flag}`: {reason}")
        self.reason = reason


class NoPrice(UsageProblem):
    """A part is used that no line bills yet, and nobody says at what price."""

    def __init__(self, reference: str) -> None:
        super().__init__(
            _("no line bills {reference} yet, and its price is missing").format(reference=reference),
            _("give the price of one, tax included, with `--price`; 0 where it is not billed"),
        )


class BelowBonus(Refused):
    """An invoice lower than the bonus, or than the amount from which there is one."""

    def __init__(self, total: Decimal, bonus: Decimal, threshold: Decimal) -> None:
        amounts = {"total": money.spoken(total), "bonus": money.spoken(bonus), "threshold": money.spoken(threshold)}
        told = (
            _("the invoice, {total}, is below {threshold}: under that this device gets no bonus")
            if threshold > total
            else _("the invoice, {total}, is below the bonus of {bonus}: no bonus is paid")
        )
        super().__init__(told.format(**amounts), _("invoice it with `--no-bonus`"))


class BonusUnknown(Refused):
    """Nobody here knows the bonus of a product."""

    def __init__(self, product: str) -> None:
        super().__init__(
            _("the bonus of `{product}` is not known").format(product=product),
            _("give what the eco-organism answered with `--bonus AMOUNT`, or `--no-bonus`"),
        )


class NoInvoice(NotFound):
    """A case has no invoice that stands."""

    def __init__(self, number: str) -> None:
        super().__init__(
            _("repair {number} has no invoice").format(number=number),
            _("`comptoir repair invoice {number}` issues it").format(number=number),
        )


class NoQuote(NotFound):
    """A case has no quote to answer."""

    def __init__(self, number: str) -> None:
        super().__init__(
            _("repair {number} has no quote to answer").format(number=number),
            _("`comptoir repair quote {number}` issues one").format(number=number),
        )


class PaidAlready(Refused):
    """An invoice whose payment is known, by another receipt."""

    def __init__(self, number: str, receipt: str) -> None:
        super().__init__(
            _("invoice {number} is paid already, receipt {receipt}").format(number=number, receipt=receipt),
            _("where it was wrong, a credit note undoes the invoice: `comptoir repair credit`"),
        )


class NotPaid(Refused):
    """A device is given back before what is due is paid, or given back."""

    def __init__(self, number: str, due: Decimal) -> None:
        told = (
            _("repair {number} is not paid: {due} are due")
            if due > 0
            else _("repair {number} is not settled: {due} are to be given back")
        )
        super().__init__(
            told.format(number=number, due=money.spoken(abs(due))),
            _("`comptoir repair pay {number}`, or say why it leaves with `--despite`").format(number=number),
        )


class NotInvoiced(Refused):
    """A repaired device is given back before it is invoiced."""

    def __init__(self, number: str) -> None:
        super().__init__(
            _("repair {number} is not invoiced").format(number=number),
            _("`comptoir repair invoice {number}`, or say why it leaves with `--despite`").format(number=number),
        )


class QuoteExpired(Refused):
    """A quote is accepted after its last day."""

    def __init__(self, number: str, until: str) -> None:
        super().__init__(
            _("the quote of repair {number} was good until {until}").format(number=number, until=until),
            _("`comptoir repair quote {number}` issues another, or say why it stands with `--despite`").format(
                number=number
            ),
        )


class WithoutBonus(Refused):
    """A bonus is given for a device that was taken in without."""

    def __init__(self, number: str) -> None:
        super().__init__(
            _("repair {number} was taken in without the bonus").format(number=number),
            _("leave `--bonus` out; a device that has a right to it is taken in again"),
        )
