"""Numbers that scanners read: one wrong figure, or two exchanged, is seen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import ean

from comptoir.core import refs

shops = st.integers(0, 9999)
sequences = st.integers(0, 9_999_999)
numbers = st.builds(refs.in_store_number, shops, sequences)


@given(shops, sequences)
def test_a_number_is_an_ean_13_of_the_in_store_range_that_holds_shop_and_counter(shop: int, sequence: int) -> None:
    number = refs.in_store_number(shop, sequence)
    assert len(number) == 13
    assert number.isascii()
    assert number.isdigit()
    assert number[0] == "2"
    assert ean.is_valid(number)
    assert refs.is_number(number)
    assert int(number[1:5]) == shop
    assert refs.sequence_of(number) == sequence


@given(st.text("0123456789", min_size=12, max_size=12))
def test_the_check_digit_is_the_one_of_python_stdnum(digits: str) -> None:
    assert refs.check_digit(digits) == ean.calc_check_digit(digits)


@given(st.text("0123456789", min_size=13, max_size=13))
def test_a_number_is_right_where_python_stdnum_says_so(digits: str) -> None:
    assert refs.is_number(digits) == ean.is_valid(digits)


@given(numbers)
def test_every_single_wrong_figure_is_caught(number: str) -> None:
    for place, right in enumerate(number):
        for wrong in set("0123456789") - {right}:
            assert not refs.is_number(number[:place] + wrong + number[place + 1 :])


@given(numbers)
def test_every_exchange_of_two_neighbours_is_caught_but_those_five_apart(number: str) -> None:
    # Weights 1 and 3 differ by 2: an exchange moves the sum by twice the difference, lost when that is 10.
    for place in range(12):
        left, right = int(number[place]), int(number[place + 1])
        swapped = f"{number[:place]}{right}{left}{number[place + 2 :]}"
        assert refs.is_number(swapped) == (abs(left - right) in {0, 5})


@pytest.mark.parametrize(
    "text",
    [
        "", "0", "200000000001", "20000000000121", "2000000000013 ", " 2000000000013", "2000000000013\n",
        "٢٠٠٠٠٠٠٠٠٠٠١٣", "２００００００００００１３", "²000000000013", "20000000000١3", "-200000000001",
        "2000 00000001", "ABCDEFGHIJKLM",
    ],
)  # fmt: skip
def test_what_is_not_thirteen_plain_figures_is_no_number(text: str) -> None:
    assert not refs.is_number(text)


@pytest.mark.parametrize(("shop", "sequence"), [(0, 10_000_000), (10_000, 1)])
def test_a_counter_that_does_not_fit_never_makes_a_number(shop: int, sequence: int) -> None:
    try:
        number = refs.in_store_number(shop, sequence)
    except (ValueError, ArithmeticError):
        return
    assert refs.is_number(number)


@given(numbers, st.lists(st.sampled_from([" ", "\u00a0", "\t", ".", "-", "_", "/", "\n"]), max_size=13))
def test_a_number_read_aloud_comes_back_whatever_stands_between_its_figures(number: str, marks: list[str]) -> None:
    spaced = "".join(a + b for a, b in zip(number, [*marks, *[""] * 13], strict=False))
    assert refs.typed(spaced) == number


def test_letters_of_a_reference_may_be_typed_small() -> None:
    assert refs.typed("ab-12 cd") == "AB12CD"
