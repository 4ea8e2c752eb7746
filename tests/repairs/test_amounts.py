"""What lines cost: exact to the cent, whatever the lines, and the tax apart."""

from decimal import Decimal
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.core.money import ZERO
from comptoir.repairs.amounts import RATES, BadRate, Due, nets, parse_rate, percent, sums, total

HALF_CENT, CENT = Decimal("0.005"), Decimal("0.01")


class Line(NamedTuple):
    """A line to sum up."""

    quantity: int
    price: Decimal
    vat: int
    kind: str = "labour"


prices = st.integers(0, 10_000_000).map(lambda cents: Decimal(cents).scaleb(-2))
lines = st.builds(Line, quantity=st.integers(1, 5_000), price=prices, vat=st.sampled_from(RATES))
bills = st.lists(lines, max_size=60)


@given(bills)
def test_a_total_is_that_of_the_lines_and_of_the_rates_and_net_and_tax_make_it(held: list[Line]) -> None:
    summed = sums(held)
    assert summed.total == sum((line.price * line.quantity for line in held), ZERO)
    assert summed.net + summed.vat == summed.total
    for name in ("net", "vat", "total"):
        assert sum((getattr(rate, name) for rate in summed.rates), ZERO) == getattr(summed, name), name
    for rate in summed.rates:
        assert rate.net + rate.vat == rate.total
        assert rate.total == sum((total(line) for line in held if line.vat == rate.vat_rate), ZERO)
        assert rate.net.as_tuple().exponent == rate.vat.as_tuple().exponent == -2


@given(bills)
def test_the_tax_of_a_rate_is_off_by_half_a_cent_at_most(held: list[Line]) -> None:
    for rate in sums(held).rates:
        assert abs(rate.net * (1000 + rate.vat_rate) - rate.total * 1000) <= HALF_CENT * (1000 + rate.vat_rate)
        assert rate.vat_rate or rate.vat == 0


@given(bills, st.randoms())
def test_rates_come_once_each_the_highest_first_in_whatever_order_the_lines_are(held: list[Line], chance) -> None:
    mixed = list(held)
    chance.shuffle(mixed)
    assert sums(mixed) == sums(held)
    assert [rate.vat_rate for rate in sums(held).rates] == sorted({line.vat for line in held}, reverse=True)


@given(bills)
def test_what_lines_cost_without_tax_sums_up_to_the_net_of_their_rate(held: list[Line]) -> None:
    shares = nets(held)
    assert len(shares) == len(held)
    for rate in sums(held).rates:
        own = [(line, net) for line, net in zip(held, shares, strict=True) if line.vat == rate.vat_rate]
        assert sum((net for _line, net in own), ZERO) == rate.net
        for line, net in own:
            assert 0 <= net <= total(line) + CENT
            assert abs(net * (1000 + line.vat) - total(line) * 1000) < (CENT + HALF_CENT) * (1000 + line.vat)


def test_a_line_for_nothing_costs_nothing_without_tax_either() -> None:
    free, dear = Line(3, ZERO, 200), Line(1, Decimal("12.00"), 200)
    assert nets([free, dear, free]) == [ZERO, Decimal("10.00"), ZERO]
    assert nets([free, free]) == [ZERO, ZERO]
    assert nets([]) == []
    assert sums([]) == ((), ZERO, ZERO, ZERO)


def test_amounts_that_an_accountant_knows() -> None:
    held = [Line(1, Decimal("79.00"), 200), Line(1, Decimal("63.40"), 200), Line(1, Decimal("15.00"), 100)]
    summed = sums(held)
    assert [tuple(map(str, rate)) for rate in summed.rates] == [
        ("200", "118.67", "23.73", "142.40"),
        ("100", "13.64", "1.36", "15.00"),
    ]
    assert (str(summed.net), str(summed.vat), str(summed.total)) == ("132.31", "25.09", "157.40")
    assert sums([Line(1, Decimal("10.00"), 55)]).vat == Decimal("0.52")
    assert sums([Line(1, Decimal("10.00"), 21)]).vat == Decimal("0.21")


@given(bills, prices, prices)
def test_what_is_left_to_pay_is_the_total_less_the_bonus_and_the_deposit(held, bonus, deposit) -> None:
    due = Due(sums(held).total, bonus, deposit)
    assert due.amount + bonus + deposit == due.total
    assert (due.amount < 0) == (bonus + deposit > due.total)


@pytest.mark.parametrize("rate", RATES)
def test_a_rate_is_read_as_it_is_written(rate: int) -> None:
    whole, tenth = divmod(rate, 10)
    written = f"{whole},{tenth}" if tenth else f"{whole}"
    spellings = (
        written,
        f"{written}%",
        f"{written} %",
        f" {written} % ",
        percent(rate),
        percent(rate).replace(",", "."),
    )
    assert [parse_rate(each) for each in (*spellings, f"{whole},{tenth}", f"{whole}.{tenth}0")] == [rate] * 8


@pytest.mark.parametrize(
    "text", ["", "%", "20,", ",5", "19.6", "200", "100", "-20", "+20", "2 0", "5,51", "5,500", "20 € ", "vingt", "２０"]
)
def test_a_rate_that_france_does_not_have_is_refused(text: str) -> None:
    with pytest.raises(BadRate):
        parse_rate(text)


@given(st.one_of(st.text(max_size=8), st.from_regex(r"[0-9]{0,3}[.,]?[0-9]{0,3} ?%?", fullmatch=True)))
def test_whatever_is_typed_is_a_rate_of_france_or_is_refused(text: str) -> None:
    try:
        rate = parse_rate(text)
    except BadRate:
        return
    figures = "".join(c for c in text.replace(",", ".") if c in "0123456789.")
    assert rate in RATES
    assert Decimal(figures) * 10 == rate


def test_a_refusal_says_which_rates_there_are() -> None:
    with pytest.raises(BadRate) as refused:
        parse_rate("19.6")
    assert [percent(rate) in str(refused.value.hint) for rate in RATES] == [True] * len(RATES)
