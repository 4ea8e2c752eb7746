"""Euros: what is taken, what is refused, and that no cent is lost or made."""

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from comptoir.core import money
from comptoir.core.errors import USAGE

NB, NNB = "\u00a0", "\u202f"
HIGHEST = 10**14 - 1  # cents: twelve figures of euros
cents = st.integers(-HIGHEST, HIGHEST)
exact = st.decimals(Decimal("-1e12"), Decimal("1e12"), allow_nan=False, allow_infinity=False, places=6)


def grouped(digits: str, blank: str) -> str:
    """Write figures by threes, without the code under test."""
    head = len(digits) % 3
    return blank.join(([digits[:head]] if head else []) + [digits[i : i + 3] for i in range(head, len(digits), 3)])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12,50", "12.50"),
        ("12.50", "12.50"),
        ("12,50 €", "12.50"),
        (f"12,50{NB}€", "12.50"),
        (f"12,50{NNB}€", "12.50"),
        ("12,50€", "12.50"),
        ("12,50 EUR", "12.50"),
        (" \t12,50\n", "12.50"),
        ("12,5", "12.50"),
        ("12", "12.00"),
        ("0", "0.00"),
        ("0012", "12.00"),
        ("+12,50", "12.50"),
        ("-12,50", "-12.50"),
        ("1 234,50 €", "1234.50"),
        (f"1{NB}234,50{NB}€", "1234.50"),
        (f"1{NNB}234,50{NB}€", "1234.50"),
        (f"1{NNB}234{NNB}567", "1234567.00"),
        ("999999999999,99", "999999999999.99"),
    ],
)
def test_an_amount_is_read_however_the_trade_writes_it(text: str, value: str) -> None:
    assert money.parse(text) == Decimal(value)
    assert money.parse(text).as_tuple().exponent == -2


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "€", ",", ".", "-", "+", ",50", ".50", "12,", "12.", "12,505", "12.505", "1.234", "1,234", "12,5,0",
        "12.5.0", "1.234,50", "1,234.50", "1 23", "12 34", "1 2345", "1234 567", "1 234 56", "1  234", "1\t234",
        "1\n234", "NaN", "nan", "sNaN", "inf", "-inf", "Infinity", "1e3", "1E3", "1_000", "0x10", "１２", "１２,５０",
        "١٢", "²", "1½", "- 12", "--12", "+-12", "12-", "(12)", "€12", "$12", "12 $", "12 € €", "12,50 eur", "1'234",
        "12\x00", "12,50\u200b", "\ufeff12", "1000000000000", "1 000 000 000 000",
        "12,50 €uros", "12;50", "12,-5", "12,5 0", "deux",
    ],
)  # fmt: skip
def test_what_is_no_amount_or_could_mean_two_is_refused_as_bad_usage_that_quotes_it(text: str) -> None:
    with pytest.raises(money.BadAmount) as refused:
        money.parse(text)
    assert refused.value.exit_code == USAGE
    assert f"`{text}`" in refused.value.message
    assert refused.value.hint


@given(st.integers(0, HIGHEST), st.sampled_from(["", "+", "-"]), st.sampled_from(["", " ", NB, NNB]), st.data())
def test_every_way_to_write_the_same_amount_reads_the_same(
    number: int, sign: str, blank: str, data: st.DataObject
) -> None:
    euros, rest = f"{number // 100}", f"{number % 100:02}"
    mark = data.draw(st.sampled_from([",", "."]))
    tail = data.draw(st.sampled_from(["", "€", " €", f"{NB}€", f"{NNB}€", "EUR", " EUR"]))
    written = f"{sign}{grouped(euros, blank)}{mark}{rest}{tail}"
    assert money.parse(written) == Fraction(number if sign != "-" else -number, 100)


@given(cents)
@example(0)
@example(HIGHEST)
@example(-HIGHEST)
def test_what_papers_print_can_be_typed_back(number: int) -> None:
    amount = money.from_cents(number)
    assert money.parse(money.french(amount)) == amount


@given(st.text(st.sampled_from("0123456789 ,.+-€eE_xNanif\u00a0\u202f０٣"), max_size=12))
def test_whatever_is_typed_is_two_decimals_or_refused(text: str) -> None:
    try:
        read = money.parse(text)
    except money.BadAmount:
        return
    assert read.is_finite()
    assert read.as_tuple().exponent == -2
    figures = "".join(c for c in text if c.isdigit())
    assert figures.isascii()
    assert str(abs(read)).replace(".", "").lstrip("0") in {
        (figures + "0" * places).lstrip("0") for places in range(3)
    }  # not one figure lost, moved or made up


@given(exact)
@example(Decimal("0.005"))
@example(Decimal("-0.005"))
@example(Decimal("2.675"))
@example(Decimal("1.0049999999"))
def test_halves_of_a_cent_go_away_from_zero(amount: Decimal) -> None:
    scaled = abs(Fraction(amount)) * 100 + Fraction(1, 2)
    whole = scaled.numerator // scaled.denominator
    expected = whole if amount >= 0 else -whole
    assert money.to_cents(amount) == expected
    assert money.rounded(amount) == Fraction(expected, 100)
    assert money.rounded(amount).as_tuple().exponent == -2


@given(cents)
def test_cents_come_back_from_the_database_as_they_went(number: int) -> None:
    amount = money.from_cents(number)
    assert money.to_cents(amount) == number
    assert amount.as_tuple().exponent == -2


@given(cents, st.lists(st.integers(1, 10**6), min_size=1, max_size=12))
def test_a_split_sums_back_to_the_cent(number: int, shares: list[int]) -> None:
    total = money.from_cents(number)
    parts = money.split(total, shares)
    assert sum(parts) == total
    assert len(parts) == len(shares)
    assert all(part.as_tuple().exponent == -2 for part in parts)


@given(exact, st.lists(st.integers(1, 1000), min_size=1, max_size=6))
def test_a_split_of_an_unrounded_total_sums_to_its_rounding(total: Decimal, shares: list[int]) -> None:
    assert sum(money.split(total, shares)) == money.rounded(total)


@given(cents, st.lists(st.integers(1, 10**6), min_size=1, max_size=12))
@example(5, [1] * 10)
@example(-5, [1] * 10)
@example(25, [1] * 50)
def test_every_part_is_less_than_a_cent_from_its_share_and_of_the_sign_of_the_total(
    number: int, shares: list[int]
) -> None:
    for part, share in zip(money.split(money.from_cents(number), shares), shares, strict=True):
        assert abs(Fraction(part) - Fraction(number * share, 100 * sum(shares))) < Fraction(1, 100)
        assert part == 0 or (part > 0) == (number > 0)


@given(cents, st.lists(st.integers(1, 1000), min_size=2, max_size=8))
def test_of_two_parts_the_one_with_more_shares_is_never_the_smaller(number: int, shares: list[int]) -> None:
    parts = money.split(money.from_cents(abs(number)), shares)
    by_share = sorted(zip(shares, parts, strict=True))
    assert all(low[1] <= high[1] for low, high in pairwise(by_share) if low[0] < high[0])


def test_the_example_of_the_documentation_holds() -> None:
    assert money.split(Decimal("10.00"), [1, 1, 1]) == [Decimal("3.33"), Decimal("3.33"), Decimal("3.34")]


@pytest.mark.parametrize("amount", [money.parse("-0"), money.rounded(Decimal("-0.001"))])
def test_nothing_is_written_as_nothing_not_as_minus_nothing(amount: Decimal) -> None:
    assert money.french(amount) == f"0,00{NB}€"


@pytest.mark.parametrize(
    ("language", "written"), [("fr", f"-1{NNB}234{NNB}567,80{NB}€"), ("en", f"-1,234,567.80{NB}€")]
)
def test_screens_write_amounts_in_the_language_of_the_person(
    language: str, written: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(money, "in_use", lambda: language)
    assert money.spoken(Decimal("-1234567.8")) == written


@given(cents)
def test_a_printed_amount_never_breaks_across_lines(number: int) -> None:
    assert not any(c.isspace() and c not in {NB, NNB} for c in money.french(money.from_cents(number)))
