"""Rules of a return, on plain values: numbers, ways of a case, what may go back, credits, verdicts."""

from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import product

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from comptoir.core.acting import ClockBack, at
from comptoir.core.errors import REFUSED, USAGE
from comptoir.core.refs import check_digit
from comptoir.returns import rules
from comptoir.returns.reasons import Fee, Reason, load, parse_fee
from comptoir.returns.refusals import (
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
from comptoir.returns.rules import Verdict
from comptoir.returns.statuses import CASE_FLOW, CASE_WORDS, OPEN, STEPS, CaseStatus

CENT = Decimal("0.01")
MOVES = {
    "sent": {"received", "refused", "cancelled"},
    "received": {"checking"},
    "checking": {"closed", "refused"},
    "closed": set(),
    "refused": set(),
    "cancelled": set(),
}
PAIRS = list(product(CaseStatus, CaseStatus))
days = st.dates(date(1990, 1, 1), date(2100, 1, 1))
prices = st.decimals(0, 99_999, places=2)
percents = st.decimals(0, 100, places=2)
fees = percents.map(lambda percent: Fee(percent=percent)) | prices.map(lambda each: Fee(each=each))
sequences = st.integers(1, 999_999)


def number(sequence: int) -> str:
    """Give the case number of a sequence."""
    body = f"2{sequence:06}"
    return body + check_digit(body)


# --- numbers


@given(sequence=sequences)
@example(sequence=1)
@example(sequence=999_998)
def test_numbers_follow_each_other_and_each_is_a_case_number(sequence: int) -> None:
    assume(sequence < 999_999)
    following = rules.next_number(number(sequence))
    assert following == number(sequence + 1)
    assert rules.is_case(following)
    assert rules.suffix(following) == following


def test_the_first_number_is_one_and_the_last_one_has_none_after_it() -> None:
    assert rules.next_number(None) == "20000011"
    with pytest.raises(CaseNumbersUsedUp) as used_up:
        rules.next_number(number(999_999))
    assert used_up.value.exit_code == REFUSED


@given(sequence=sequences, place=st.integers(0, 7), digit=st.sampled_from("0123456789"))
def test_one_mistyped_figure_is_never_a_case_number(sequence: int, place: int, digit: str) -> None:
    right = number(sequence)
    wrong = right[:place] + digit + right[place + 1 :]
    assume(wrong != right)
    assert not rules.is_case(wrong)
    with pytest.raises(MistypedCase):
        rules.suffix(wrong)


@given(sequence=sequences, length=st.integers(2, 7), between=st.sampled_from(["", " ", "-", ".", "\N{NO-BREAK SPACE}"]))
def test_the_end_of_a_number_is_read_however_it_is_spaced(sequence: int, length: int, between: str) -> None:
    end = number(sequence)[-length:]
    assert rules.suffix(f" {between.join(end)} ") == end


@pytest.mark.parametrize("text", ["", "1", " ", "123456789", "2000001x", "AV-12", "-", "²³", "٢٠", "１２"])
def test_what_is_no_number_is_said_so(text: str) -> None:
    assert not rules.is_case(text)
    with pytest.raises(NotACase) as refused:
        rules.suffix(text)
    assert refused.value.exit_code == USAGE


@given(text=st.text())
def test_no_text_breaks_the_reading_of_a_number(text: str) -> None:
    try:
        digits = rules.suffix(text)
    except (NotACase, MistypedCase):
        return
    assert digits.isascii()
    assert digits.isdigit()
    assert 2 <= len(digits) <= 8


# --- the way of a case


@pytest.mark.parametrize(("current", "target"), PAIRS)
def test_a_case_goes_where_the_trade_says_and_nowhere_else(current: CaseStatus, target: CaseStatus) -> None:
    if target.value in MOVES[current.value]:
        assert CASE_FLOW.allows(current, target)
        assert rules.moved("20000011", current, target) is target
        return
    assert not CASE_FLOW.allows(current, target)
    with pytest.raises(CannotMove) as refused:
        rules.moved("20000011", current, target)
    assert refused.value.exit_code == REFUSED
    assert refused.value.hint
    assert "20000011" in refused.value.message


@pytest.mark.parametrize(("current", "target"), PAIRS)
def test_a_path_is_the_shortest_row_of_moves(current: CaseStatus, target: CaseStatus) -> None:
    steps = rules.path(current, target)
    for one, other in zip([current, *steps], steps, strict=False):
        assert CASE_FLOW.allows(one, other)
    reached = {current}
    while more := {after for status in reached for after in CASE_FLOW.moves[status]} - reached:
        reached |= more
    assert bool(steps) == (target in reached and target is not current)
    assert not steps or (steps[-1] is target and len(set(steps)) == len(steps))
    if CASE_FLOW.allows(current, target):
        assert steps == [target]


def test_every_status_has_its_words_its_step_and_ends_somewhere() -> None:
    assert set(CASE_WORDS) == set(STEPS) == set(CaseStatus) == {CaseStatus(name) for name in MOVES}
    for status in CaseStatus:
        assert (status in OPEN) == bool(CASE_FLOW.moves[status])
        assert all(STEPS[after] > STEPS[status] for after in CASE_FLOW.moves[status] - {CaseStatus.CANCELLED})
        assert any(rules.path(status, end) for end in CaseStatus) == (status in OPEN)
    assert STEPS[CaseStatus.CANCELLED] == 0  # it left the way


# --- what may go back


def reason(window: int, credited: str = "price") -> Reason:
    """Make a reason with a window in days."""
    return load("")["defective"]._replace(days=window, credits=credited)


@given(day=days, window=st.integers(0, 36_500), late=st.integers(-3, 36_510), left=st.integers(0, 3), unit=prices)
@example(day=date(2021, 12, 3), window=30, late=30, left=1, unit=CENT)
@example(day=date(2021, 12, 3), window=30, late=31, left=1, unit=CENT)
@example(day=date(2021, 12, 3), window=0, late=0, left=1, unit=CENT)
def test_a_window_opens_on_the_day_of_delivery_and_its_last_day_is_in_it(
    day: date, window: int, late: int, left: int, unit: Decimal
) -> None:
    found = rules.standing(day, left, unit, reason(window), day + timedelta(late))
    assert found.open == (left > 0 and 0 <= late <= window)
    assert found.until == day + timedelta(window)
    assert found.why


@given(day=days, unit=prices, left=st.integers(0, 3))
def test_a_core_goes_back_where_a_deposit_was_charged(day: date, unit: Decimal, left: int) -> None:
    found = rules.standing(day, left, unit, reason(90, "deposit"), day)
    assert found.open == (left > 0 and unit > 0)


# --- credits


@given(unit=prices, fee=fees, quantity=st.integers(0, 999))
@example(unit=Decimal("0.01"), fee=Fee(percent=Decimal(50)), quantity=1)
@example(unit=Decimal("1.00"), fee=Fee(each=Decimal("1.50")), quantity=3)
def test_a_credit_is_whole_cents_never_negative_and_never_more_than_the_price(
    unit: Decimal, fee: Fee, quantity: int
) -> None:
    given_back = rules.credit(unit, fee, quantity)
    assert 0 <= given_back <= unit * quantity
    assert given_back == given_back.quantize(CENT)
    kept = (unit * quantity * fee.percent / 100 + fee.each * quantity).quantize(CENT, ROUND_HALF_UP)
    assert given_back == max(unit * quantity - kept, Decimal(0))
    if fee == Fee():
        assert given_back == unit * quantity


@given(unit=prices, fee=fees, parts=st.lists(st.integers(0, 50), min_size=1, max_size=8))
def test_credits_of_parts_are_the_credit_of_the_whole_to_half_a_cent_each(
    unit: Decimal, fee: Fee, parts: list[int]
) -> None:
    whole = rules.credit(unit, fee, sum(parts))
    apart = sum(rules.credit(unit, fee, part) for part in parts)
    assert abs(whole - apart) <= CENT / 2 * (len(parts) + 1)
    if not fee.percent:
        assert whole == apart


@given(unit=prices, fee=fees, quantity=st.integers(0, 200))
def test_one_part_more_never_credits_less_than_a_cent_below(unit: Decimal, fee: Fee, quantity: int) -> None:
    assert rules.credit(unit, fee, quantity + 1) >= rules.credit(unit, fee, quantity) - CENT


@given(fee=fees)
def test_a_fee_is_read_back_as_it_was_written(fee: Fee) -> None:
    assert parse_fee(fee.written()) == fee


# --- moments, names, credit notes


@given(
    last=st.integers(0, 4_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    seconds=st.integers(-90_000, 90_000),
)
@example(last=datetime(2021, 12, 10, 9, tzinfo=UTC), seconds=-3600)
@example(last=datetime(2021, 12, 10, 9, tzinfo=UTC), seconds=-3601)
def test_what_is_recorded_never_goes_back_and_a_clock_well_behind_is_refused(last: datetime, seconds: int) -> None:
    moment = last + timedelta(seconds=seconds)
    if seconds < -3600:
        with pytest.raises(ClockBack) as refused:
            at(moment, last)
        assert refused.value.exit_code == REFUSED
    else:
        assert at(moment, last) == max(moment, last)


def test_a_clock_well_behind_is_told_the_moment_as_paris_reads_it() -> None:
    with pytest.raises(ClockBack) as refused:
        at(datetime(2021, 12, 9, 9, tzinfo=UTC), datetime(2021, 12, 10, 9, tzinfo=UTC))
    assert "10:00" in refused.value.message
    assert "09:00" not in refused.value.message


@given(text=st.text(max_size=80))
@example(text="cafe\N{COMBINING ACUTE ACCENT}")
@example(text=" lundi \t matin ")
def test_the_name_of_a_basket_is_tidied_once_and_for_all(text: str) -> None:
    try:
        name = rules.basket_name(text)
    except BadName:
        return
    assert rules.basket_name(name) == name
    assert 0 < len(name) <= 60
    assert name.isprintable()


def test_an_accent_typed_in_two_ways_names_one_basket() -> None:
    assert rules.basket_name("cafe\N{COMBINING ACUTE ACCENT}") == rules.basket_name("café")


@pytest.mark.parametrize(("text", "number"), [("AV-2021/17", "AV-2021/17"), (" 12 ", "12"), ("0", "0"), ("000", "0")])
def test_a_credit_note_is_kept_as_it_is_written(text: str, number: str) -> None:
    assert rules.credit_note(text) == number


@pytest.mark.parametrize("text", ["", " ", "-", "//", "AV 12", "AV;12", "=1+1", "é", "x" * 31, "AV\n1", "\0"])
def test_what_is_no_credit_note_is_refused(text: str) -> None:
    with pytest.raises(BadCreditNote) as refused:
        rules.credit_note(text)
    assert refused.value.exit_code == USAGE


# --- verdicts


@given(
    declared=st.integers(1, 9), parts=st.lists(st.integers(-1, 9), min_size=4, max_size=4), why=st.sampled_from("x ")
)
@example(declared=3, parts=[1, 1, 1, 0], why="x")
@example(declared=3, parts=[1, 1, 1, 0], why=" ")
@example(declared=3, parts=[4, 0, -1, 0], why=" ")
def test_a_verdict_stands_where_it_counts_each_part_once_and_says_why(
    declared: int, parts: list[int], why: str
) -> None:
    verdict = Verdict(*parts, why=why.strip())
    try:
        rules.check_verdict(1, declared, verdict)
    except BadQuantity:
        assert min(parts) < 0
    except MiscountedVerdict:
        assert min(parts) >= 0
        assert sum(parts) != declared
    except WhyRefused:
        assert sum(parts) == declared
        assert parts[1]
        assert not why.strip()
    else:
        assert min(parts) >= 0
        assert sum(parts) == declared
        assert why.strip() or not parts[1]


@pytest.mark.parametrize("quantity", [0, -1, -(10**9)])
def test_nothing_is_no_quantity(quantity: int) -> None:
    with pytest.raises(BadQuantity) as refused:
        rules.check_quantity(quantity)
    assert refused.value.exit_code == USAGE
