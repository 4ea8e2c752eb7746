"""Numbers, serial numbers, warranties, comebacks and the ways of a case: the rules of the repair desk."""

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from comptoir.core import money
from comptoir.core.errors import UsageProblem
from comptoir.core.i18n import _
from comptoir.core.later import later
from comptoir.core.paris import in_paris
from comptoir.core.refs import check_digit, typed
from comptoir.core.text import fold, tidy
from comptoir.parts.rules import Origin
from comptoir.repairs.bill_refusals import QuoteRequired
from comptoir.repairs.refusals import (
    BadSerial,
    CannotGoOn,
    ConsentMissing,
    DayToCome,
    DepositIncomplete,
    MistypedRepair,
    NegativeAmount,
    NoDistance,
    NotARepair,
    RepairNumbersUsedUp,
    StillGuaranteed,
    TooFar,
    UnknownBrand,
)
from comptoir.repairs.statuses import CASE_FLOW, LETTERS, BillKind, CaseStatus, Consent

if TYPE_CHECKING:
    import difflib

    from stdnum import imei as imei_numbers
else:
    difflib, imei_numbers = later("difflib"), later("stdnum.imei")

CASE_DIGITS = 8
SHORTEST_SUFFIX = 2
PREFIX = "0"  # GS1 keeps EAN-8 numbers that begin with 0 for use inside a shop, as those of 2, which returns have
QUOTED_FROM = Decimal("150.00")  # euros incl. tax: arrêté du 2 mars 1990, art. 4
FARTHEST = 100  # km on site: référentiel Qualirépar, 6.1.1
GUARANTEE_MONTHS = 3  # on a repair: référentiel Qualirépar, 6.1.5
QUOTE_MONTHS = 2  # a quote is good for: the trade's custom, printed on it
LEGAL_YEARS = 2  # on a new device: code de la consommation, L217-3
SHORTEST_SERIAL, LONGEST_SERIAL = 3, 60
IMEI_DIGITS = 15
MOST_EUROS = Decimal("999999.99")  # a price, a deposit: more is a slip of the finger
MOST_KM = 20_000  # half way round the Earth


class TooMuch(UsageProblem):
    """An amount that no repair costs."""

    def __init__(self, flag: str, amount: Decimal) -> None:
        amounts = {"amount": money.spoken(amount), "most": money.spoken(MOST_EUROS)}
        super().__init__(_("`{flag}`: {amount} is more than {most}").format(flag=flag, **amounts))


class Deposit(NamedTuple):
    """What the consumer paid at the till when the device came, and the number of the till's receipt."""

    amount: Decimal
    means: str
    receipt: str


def suffix(text: str) -> str:
    """Give the digits of a case number or of its end; raise NotARepair or MistypedRepair."""
    digits = typed(text)
    if not (digits.isascii() and digits.isdigit() and SHORTEST_SUFFIX <= len(digits) <= CASE_DIGITS):
        raise NotARepair(text)
    if len(digits) == CASE_DIGITS and not is_repair(digits):
        raise MistypedRepair(text)
    return digits


def is_repair(digits: str) -> bool:
    """Tell whether 8 digits may be the number of a repair: an EAN-8 that begins with 0, its check digit right."""
    good = len(digits) == CASE_DIGITS and digits.isascii() and digits.isdigit() and digits[0] == PREFIX
    return good and check_digit(digits[:-1]) == digits[-1]


def next_number(last: str | None) -> str:
    """Give the case number after the last one given; raise RepairNumbersUsedUp after 999,999 of them."""
    body = str(int(last[:-1]) + 1 if last else 1).zfill(CASE_DIGITS - 1)
    if body[0] != PREFIX or len(body) >= CASE_DIGITS:
        raise RepairNumbersUsedUp
    return body + check_digit(body)


def next_bill(kind: BillKind, year: int, last: str | None) -> str:
    """Give the number of a quote, an invoice or a credit note, without a hole (CGI, ann. II, art. 242 nonies A)."""
    return f"{LETTERS[kind]}{year}-{int(last.rpartition('-')[2]) + 1 if last else 1:05}"


def moved(number: str, current: CaseStatus, target: CaseStatus) -> CaseStatus:
    """Give the status a case goes to; raise CannotGoOn."""
    if not CASE_FLOW.allows(current, target):
        raise CannotGoOn(number, current, target)
    return target


def check_billable(number: str, current: CaseStatus, *, billing: bool) -> None:
    """Raise CannotGoOn for a case that is not where a quote, or for `billing` an invoice, is issued."""
    if billing and current is CaseStatus.HANDED_OVER:
        return  # where a credit note undid its invoice, another one may be issued
    moved(number, current, CaseStatus.INVOICED if billing else CaseStatus.QUOTED)


def serial_number(text: str, *, imei: bool) -> str:
    """Give a serial number, or an IMEI without its blanks, its check digit verified; raise BadSerial."""
    written = tidy(text)
    key = typed(written)
    is_imei = len(key) == IMEI_DIGITS and key.isascii() and key.isdigit()
    if imei and not is_imei:
        raise BadSerial(text, _("an IMEI has {digits} digits: *#06# shows it").format(digits=IMEI_DIGITS))
    if is_imei:
        if imei_numbers.is_valid(key):
            return key
        if imei:
            raise BadSerial(text, _("the check digit of this IMEI is wrong: *#06# shows it"))
    if not SHORTEST_SERIAL <= len(key) <= LONGEST_SERIAL:
        raise BadSerial(
            text, _("a serial number takes {least} to {most} signs").format(least=SHORTEST_SERIAL, most=LONGEST_SERIAL)
        )
    return written


def brand(text: str, known: Iterable[str], *, new: bool) -> str:
    """Give a brand as it is spelled here; raise UnknownBrand unless it is said to be new."""
    written = tidy(text)
    by_key = {fold(each): each for each in known}
    if (same := by_key.get(fold(written))) is not None:
        return same
    if not new:
        near = difflib.get_close_matches(fold(written), by_key, 3)
        raise UnknownBrand(written, [by_key[key] for key in near])
    return written


def check_bought(bought: date | None, today: date) -> None:
    """Raise StillGuaranteed for a device bought less than two years ago."""
    if bought is not None and today < (until := after_months(bought, LEGAL_YEARS * 12)):
        raise StillGuaranteed(bought.strftime("%d/%m/%Y"), until.strftime("%d/%m/%Y"))


def after_months(day: date, months: int) -> date:
    """Give the day so many months later, the last of its month where that one is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def last_day(issued: datetime) -> date:
    """Give the last day on which a quote may be accepted."""
    return after_months(in_paris(issued).date(), QUOTE_MONTHS)


def is_comeback(repaired: date, today: date) -> bool:
    """Tell whether a device repaired on a day comes back under the guarantee of its repair, three months."""
    return repaired <= today <= after_months(repaired, GUARANTEE_MONTHS)


def check_past(flag: str, day: date, today: date) -> None:
    """Raise DayToCome for a day after today."""
    if day > today:
        raise DayToCome(flag, day.strftime("%d/%m/%Y"))


def check_amount(flag: str, amount: Decimal) -> None:
    """Raise NegativeAmount for less than nothing, and TooMuch for a million euros."""
    if amount < 0:
        raise NegativeAmount(flag, amount)
    if amount > MOST_EUROS:
        raise TooMuch(flag, amount)


def check_distance(distance: int, why: str) -> None:
    """Raise TooFar for a repair on site beyond 100 km without a reason, NoDistance for one that no road has."""
    if distance > MOST_KM:
        raise NoDistance(_("nothing is {distance} km away").format(distance=distance))
    if distance > FARTHEST and not why:
        raise TooFar(distance, FARTHEST)


def check_deposit(amount: Decimal, means: str, receipt: str) -> None:
    """Raise DepositIncomplete for money without its means or its receipt."""
    missing = [flag for flag, value in (("--means", means), ("--receipt", receipt)) if amount and not value]
    if missing:
        raise DepositIncomplete(missing)


def check_consent(consents: Sequence[str], wanted: Consent, number: str = "") -> None:
    """Raise ConsentMissing where the consumer did not agree to this in writing."""
    if wanted not in consents:
        raise ConsentMissing(wanted, number)


def is_circular(billed: Iterable[str], used: Iterable[str]) -> bool:
    """Tell whether a part of the circular economy is billed and taken from stock, by the origins of both."""
    return Origin.CIRCULAR in billed and Origin.CIRCULAR in used


def check_agreed(number: str, total: Decimal, agreed: Decimal | None) -> None:
    """Raise QuoteRequired for a repair of 150 euros or more that nobody agreed to, or dearer than what was agreed."""
    if agreed is None and total >= QUOTED_FROM:
        raise QuoteRequired(number, total, QUOTED_FROM, agreed=False)
    if agreed is not None and total > agreed:
        raise QuoteRequired(number, total, agreed, agreed=True)


def corrected(before: object, after: object) -> str:
    """Say what was told before a correction, and what is told now: `WAN28 > WAN29`."""
    return f"{_said(before)} > {_said(after)}".strip()


def _said(value: object) -> str:
    if isinstance(value, datetime):
        return in_paris(value).strftime("%d/%m/%Y %H:%M")
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def changes(before: Mapping[str, object], after: Mapping[str, object]) -> dict[str, object]:
    """Give what differs."""
    return {key: value for key, value in after.items() if before.get(key) != value}
