"""What lines cost, tax by tax, and what is left to pay: exact to the cent, whatever the lines."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple, Protocol

from comptoir.core import money
from comptoir.core.errors import UsageProblem
from comptoir.core.i18n import _

# Rates of mainland France and Corsica (CGI, art. 278 to 279, 281 quater and 297), and of no VAT at all.
RATES = (200, 100, 55, 21, 0)
_THOUSAND = Decimal(1000)
_WRITTEN = re.compile(rf"(\d{{1,2}})(?:[.,](\d)0?)?[ {money.NO_BREAK}{money.NARROW}]?%?", re.ASCII)


class BadRate(UsageProblem):
    """A VAT rate that France does not have."""

    def __init__(self, text: str) -> None:
        super().__init__(
            _("`{text}` is no VAT rate").format(text=text),
            _("known ones: {rates}").format(rates=", ".join(percent(rate) for rate in RATES)),
        )


class Priced(Protocol):
    """A line with the price of one, tax included, and its VAT in tenths of a percent."""

    @property
    def kind(self) -> str:
        """Give what the line is for."""

    @property
    def quantity(self) -> int:
        """Give how many."""

    @property
    def price(self) -> Decimal:
        """Give the price of one, tax included."""

    @property
    def vat(self) -> int:
        """Give the VAT, in tenths of a percent."""


class Rate(NamedTuple):
    """What the lines of one VAT rate sum up to: net and vat make the total."""

    vat_rate: int
    net: Decimal
    vat: Decimal
    total: Decimal


class Sums(NamedTuple):
    """What lines sum up to: the total includes tax, and is the sum of the rates'; net and vat make it."""

    rates: tuple[Rate, ...]
    net: Decimal
    vat: Decimal
    total: Decimal


class Due(NamedTuple):
    """What is left to pay of a total including tax, once the bonus and the deposit are taken off."""

    total: Decimal
    bonus: Decimal
    deposit: Decimal

    @property
    def amount(self) -> Decimal:
        """Give the net to pay; negative where the shop gives money back."""
        return self.total - self.bonus - self.deposit


def parse_rate(text: str) -> int:
    """Read a VAT rate, `20`, `5,5` or `5.5 %`, into tenths of a percent; raise BadRate."""
    written = _WRITTEN.fullmatch(text.strip())
    rate = int(written[1]) * 10 + int(written[2] or 0) if written else -1
    if rate not in RATES:
        raise BadRate(text)
    return rate


def percent(rate: int) -> str:
    """Write a VAT rate as papers do: `20 %`, `5,5 %`."""
    whole, tenth = divmod(rate, 10)
    return f"{whole},{tenth}{money.NO_BREAK}%" if tenth else f"{whole}{money.NO_BREAK}%"


def total(line: Priced) -> Decimal:
    """Give what a line costs, tax included."""
    return line.price * line.quantity


def sums(lines: Iterable[Priced]) -> Sums:
    """Sum lines up, rate by rate, the highest first.

    Consumers are told prices with tax (arrêté du 3 décembre 1987): the tax is taken out of the sum of each rate, once,
    so that it is off by half a cent at most, and net and tax make the total to the cent.
    """
    by_rate: dict[int, Decimal] = {}
    for line in lines:
        by_rate[line.vat] = by_rate.get(line.vat, money.ZERO) + total(line)
    rates = tuple(_rate(vat, by_rate[vat]) for vat in sorted(by_rate, reverse=True))
    net = sum((rate.net for rate in rates), money.ZERO)
    whole = sum((rate.total for rate in rates), money.ZERO)
    return Sums(rates, net, whole - net, whole)


def nets(lines: Sequence[Priced]) -> list[Decimal]:
    """Give what each line costs without tax, so that those of a rate sum up to the net of that rate."""
    found = dict.fromkeys(range(len(lines)), money.ZERO)
    for rate in sums(lines).rates:
        places = [place for place, line in enumerate(lines) if line.vat == rate.vat_rate and line.price]
        if places:
            shares = money.split(rate.net, [money.to_cents(total(lines[place])) for place in places])
            found.update(zip(places, shares, strict=True))
    return list(found.values())


def _rate(vat: int, whole: Decimal) -> Rate:
    net = money.rounded(whole * _THOUSAND / (_THOUSAND + vat))
    return Rate(vat, net, whole - net, whole)
