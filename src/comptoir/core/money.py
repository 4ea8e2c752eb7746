"""Euros: one parser, one rounding, splits that sum back."""

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from comptoir.core.errors import UsageProblem
from comptoir.core.i18n import _, in_use

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
NO_BREAK = "\N{NO-BREAK SPACE}"
NARROW = "\N{NARROW NO-BREAK SPACE}"
_BLANKS = rf"[ {NO_BREAK}{NARROW}]"
# Compiled when an amount is first read: most commands read none.
_WRITTEN = (
    rf"(?P<sign>[+-]?)(?P<euros>\d{{1,3}}(?:{_BLANKS}\d{{3}}){{1,3}}|\d{{1,12}})"
    rf"(?:[.,](?P<cents>\d{{1,2}}))?{_BLANKS}?(?:€|EUR)?"
)


class BadAmount(UsageProblem):
    """A text that is not an amount of money."""

    def __init__(self, text: str) -> None:
        super().__init__(
            _("`{text}` is not an amount").format(text=text),
            _("write it like 12,50 or 12.50 or 1 234,50 €, with two decimals at most"),
        )


def parse(text: str) -> Decimal:
    """Read euros from `12,50`, `12.50` or `1 234,50 €`; raise BadAmount where it could mean two things."""
    written = re.fullmatch(_WRITTEN, text.strip(), re.ASCII)
    if written is None:
        raise BadAmount(text)
    euros = re.sub(_BLANKS, "", written["euros"])
    return rounded(Decimal(f"{written['sign']}{euros}.{written['cents'] or '0'}"))


def rounded(amount: Decimal) -> Decimal:
    """Round to the cent, halves away from zero, as invoices do; nothing is never minus nothing."""
    return amount.quantize(CENT, ROUND_HALF_UP) + ZERO


def to_cents(amount: Decimal) -> int:
    """Give the whole cents of an amount in euros, rounded."""
    return int(rounded(amount) * 100)


def from_cents(cents: int) -> Decimal:
    """Give the euros of whole cents, with two decimals."""
    return Decimal(cents).scaleb(-2)


def split(total: Decimal, shares: Sequence[int]) -> list[Decimal]:
    """Share a total by weights, to the cent; the parts sum back to it, each less than a cent from its share.

    The cents left over go to the largest remainders, the last first: `split(Decimal("10.00"), [1, 1, 1])` gives 3.33,
    3.33 and 3.34. Weights are positive.
    """
    cents, weight = abs(to_cents(total)), sum(shares)
    parts = [cents * share // weight for share in shares]
    by_remainder = sorted(range(len(shares)), key=lambda place: (cents * shares[place] % weight, place), reverse=True)
    for place in by_remainder[: cents - sum(parts)]:
        parts[place] += 1
    sign = -1 if total < 0 else 1
    return [from_cents(sign * part) for part in parts]


def spoken(amount: Decimal) -> str:
    """Write an amount for people: `1 234,50 €` in French, `1,234.50 €` in English."""
    return french(amount) if in_use() == "fr" else f"{rounded(amount):,.2f}{NO_BREAK}€"


def french(amount: Decimal) -> str:
    """Write an amount the way French papers do: `1 234,50 €`, with blanks that never break."""
    return f"{rounded(amount):,.2f}".replace(",", NARROW).replace(".", ",") + f"{NO_BREAK}€"
