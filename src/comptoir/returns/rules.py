"""What remains of a line, windows, credits, numbers and verdicts: the rules of a return."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple, Protocol

from comptoir.core import money
from comptoir.core.i18n import _, ngettext
from comptoir.core.refs import IN_STORE, check_digit, typed
from comptoir.core.text import REPLACEMENT, tidy
from comptoir.returns.refusals import (
    LONGEST_NAME,
    BadCreditNote,
    BadName,
    BadQuantity,
    CannotMove,
    CaseNumbersUsedUp,
    MiscountedVerdict,
    MistypedCase,
    NotACase,
    WhyRefused,
)
from comptoir.returns.statuses import CASE_FLOW, CaseStatus

if TYPE_CHECKING:
    from comptoir.returns.reasons import Fee, Reason

CASE_DIGITS = 8
SHORTEST_SUFFIX = 2
NOT_INVOICED = "0"  # the number of a credit note until it is invoiced


class Verdict(NamedTuple):
    """What the check found of a line's quantity, part by part; `why` says why some are refused."""

    accepted: int
    refused: int = 0
    damaged: int = 0
    missing: int = 0
    why: str = ""

    @property
    def counted(self) -> int:
        """Give how many parts were judged."""
        return self.accepted + self.refused + self.damaged + self.missing


class Wanted(Protocol):
    """A line of a basket; its credit is not known without a reason."""

    @property
    def quantity(self) -> int:
        """Give the parts."""

    @property
    def credit(self) -> Decimal | None:
        """Give what they would be credited, excluding tax."""

    @property
    def at_once(self) -> bool:
        """Tell whether they are credited before an expert looks at them."""


class Standing(NamedTuple):
    """Whether a line may go back for a reason: until which day, and the rule that decides, in words."""

    open: bool
    until: date
    why: str


def suffix(text: str) -> str:
    """Give the digits of a case number or of its end; raise NotACase or MistypedCase."""
    digits = typed(text)
    if not (digits.isascii() and digits.isdigit() and SHORTEST_SUFFIX <= len(digits) <= CASE_DIGITS):
        raise NotACase(text)
    if len(digits) == CASE_DIGITS and not is_case(digits):
        raise MistypedCase(text)
    return digits


def is_case(digits: str) -> bool:
    """Tell whether 8 digits may be a case number: an EAN-8 of the in-store range, its check digit right."""
    good = len(digits) == CASE_DIGITS and digits.isascii() and digits.isdigit() and digits[0] == IN_STORE
    return good and check_digit(digits[:-1]) == digits[-1]


def next_number(last: str | None) -> str:
    """Give the case number after the last one given; raise CaseNumbersUsedUp after 999,999 of them."""
    body = str(int(last[:-1]) + 1) if last else IN_STORE + "1".zfill(CASE_DIGITS - 2)
    if body[0] != IN_STORE:
        raise CaseNumbersUsedUp
    return body + check_digit(body)


def check_quantity(quantity: int) -> None:
    """Raise BadQuantity for none, or less."""
    if quantity < 1:
        raise BadQuantity(quantity)


def basket_name(text: str) -> str:
    """Give the name of a basket, tidied; raise BadName."""
    name = tidy(text)
    if not 0 < len(name) <= LONGEST_NAME or REPLACEMENT in name:
        raise BadName
    return name


def credit_note(text: str) -> str:
    """Give the number of a credit note as it is written on it; raise BadCreditNote."""
    number = text.strip()
    plain = number.replace("-", "").replace("/", "")
    if not (plain.isascii() and plain.isalnum() and len(number) <= 30):  # noqa: PLR2004 - longer than any invoice's
        raise BadCreditNote(text)
    return NOT_INVOICED if not plain.strip("0") else number


def standing(delivered_on: date, remaining: int, unit: Decimal, reason: "Reason", today: date) -> Standing:
    """Tell whether a line may go back today for a reason that credits so much a part.

    The window's last day is included; a core goes back where a deposit was charged for it.
    """
    until = delivered_on + timedelta(reason.days)
    day = until.strftime("%d/%m/%Y")
    if not remaining:
        return Standing(open=False, until=until, why=_("nothing of it remains"))
    if reason.credits == "deposit" and not unit:
        return Standing(open=False, until=until, why=_("no core deposit was charged for it"))
    if today < delivered_on:
        told = _("it was delivered on {day}, after today: look at the clock").format(
            day=delivered_on.strftime("%d/%m/%Y")
        )
        return Standing(open=False, until=until, why=told)
    words = ngettext("{count} day", "{count} days", reason.days).format(count=reason.days)
    if today > until:
        told = _("`{reason}` was open {days}, until {day}").format(reason=reason.label, days=words, day=day)
        return Standing(open=False, until=until, why=told)
    told = _("`{reason}` is open {days}, until {day}").format(reason=reason.label, days=words, day=day)
    return Standing(open=True, until=until, why=told)


def credit(unit: Decimal, fee: "Fee", quantity: int) -> Decimal:
    """Give what so many parts are credited, excluding tax: their price or deposit, less the fee, to the cent."""
    amount = money.rounded(unit * quantity)
    return amount - fee.of(amount, quantity)


def estimate(items: Iterable[Wanted]) -> Decimal:
    """Give what the lines of a basket would be credited, excluding tax; those without a reason count for nothing."""
    return sum((item.credit for item in items if item.credit is not None), money.ZERO)


def total(items: Sequence[Wanted]) -> str:
    """Write what a basket holds and would be credited, and what it lacks."""
    parts = sum(item.quantity for item in items)
    told = [
        ngettext("{count} part", "{count} parts", parts).format(count=parts),
        _("estimated credit excl. tax {amount}").format(amount=money.spoken(estimate(items))),
    ]
    later = estimate(item for item in items if not item.at_once)
    if later:
        told.append(_("of which {amount} after an expert's look").format(amount=money.spoken(later)))
    lacking = sum(item.credit is None for item in items)
    if lacking:
        lines = ngettext("{count} line has no reason yet", "{count} lines have no reason yet", lacking)
        told.append(lines.format(count=lacking))
    return ", ".join(told)


def moved(number: str, current: CaseStatus, target: CaseStatus) -> CaseStatus:
    """Give the status that a case goes to; raise CannotMove."""
    if not CASE_FLOW.allows(current, target):
        raise CannotMove(number, current, target)
    return target


def path(current: CaseStatus, target: CaseStatus) -> list[CaseStatus]:
    """Give the statuses that lead from one to another, none where there is no way or it is there already."""
    paths = [[current]]
    for way in paths:
        if way[-1] is target:
            return way[1:]
        paths += [[*way, status] for status in sorted(CASE_FLOW.moves[way[-1]])]
    return []


def check_verdict(position: int, declared: int, verdict: Verdict) -> None:
    """Raise BadQuantity, MiscountedVerdict or WhyRefused for a verdict that does not stand."""
    for part in verdict[:4]:
        if part < 0:
            raise BadQuantity(part)
    if verdict.counted != declared:
        raise MiscountedVerdict(position, declared, verdict.counted)
    if verdict.refused and not verdict.why:
        raise WhyRefused(position)
