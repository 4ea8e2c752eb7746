"""The rules of repairs on plain values; and random repairs, which go where their flow lets them and nowhere else."""

import itertools
import shutil
import tempfile
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from stdnum.luhn import calc_check_digit

from comptoir.core.acting import By, ClockBack, at
from comptoir.core.errors import ComptoirError
from comptoir.core.refs import check_digit, typed
from comptoir.fiches import book
from comptoir.fiches.rules import Moment, Result
from comptoir.repairs import billed, deeds, invoicing, queries, repairing, rules, services
from comptoir.repairs.bill_refusals import QuoteRequired
from comptoir.repairs.documents import Shop
from comptoir.repairs.refusals import (
    BadSerial,
    CannotGoOn,
    MistypedRepair,
    NotARepair,
    RepairNumbersUsedUp,
    UnknownBrand,
    next_step,
)
from comptoir.repairs.statuses import CASE_FLOW, CHANGEABLE, OPEN, BillKind, CaseStatus, LineKind, Means
from comptoir.store.engine import engine, transaction
from comptoir.store.read import reading

from .conftest import column, dump, intake, play, whole

S = CaseStatus
days = st.dates(date(2020, 1, 1), date(2035, 12, 31))


# --- numbers


@given(st.integers(1, 999_998))
def test_each_number_has_a_next_one_and_is_found_by_its_end_alone(place: int) -> None:
    body = f"{place:07}"
    number = rules.next_number(f"{place - 1:07}0" if place > 1 else None)
    assert number == body + check_digit(body)
    assert rules.is_repair(number)
    assert rules.suffix(f" {number[:4]}-{number[4:]} ") == number
    assert rules.suffix(number[-2:]) == number[-2:]


@given(st.integers(1, 999_999), st.integers(0, 7), st.integers(1, 9))
def test_a_figure_mistyped_is_told(place: int, at: int, more: int) -> None:
    number = f"{place:07}" + check_digit(f"{place:07}")
    wrong = number[:at] + str((int(number[at]) + more) % 10) + number[at + 1 :]
    with pytest.raises(MistypedRepair):
        rules.suffix(wrong)


@given(st.text(max_size=12))
def test_anything_else_is_no_number(text: str) -> None:
    assume(not (typed(text).isascii() and typed(text).isdigit()))
    with pytest.raises(NotARepair):
        rules.suffix(text)


def test_the_millionth_repair_is_refused() -> None:
    last = "0999999" + check_digit("0999999")
    assert rules.next_number("0999998" + check_digit("0999998")) == last
    with pytest.raises(RepairNumbersUsedUp):
        rules.next_number(last)


@given(st.sampled_from(list(BillKind)), st.integers(2020, 2099), st.integers(1, 200_000))
def test_bills_count_on_from_the_last_one_of_their_year(kind: BillKind, year: int, last: int) -> None:
    assert rules.next_bill(kind, year, None)[1:] == f"{year}-00001"
    number = rules.next_bill(kind, year, f"F{year}-{last:05}")
    assert int(number[6:]) == last + 1
    assert number[0] == {"quote": "D", "invoice": "F", "credit_note": "A"}[kind]


# --- the flow


@pytest.mark.parametrize(("current", "target"), list(itertools.product(S, S)))
def test_a_case_goes_where_its_flow_lets_it_and_a_refusal_says_what_comes_next(current: S, target: S) -> None:
    if CASE_FLOW.allows(current, target):
        assert rules.moved("00000017", current, target) is target
        return
    with pytest.raises(CannotGoOn) as refused:
        rules.moved("00000017", current, target)
    assert refused.value.hint == next_step("00000017", current)
    assert "00000017" in refused.value.message + (refused.value.hint or "")


def test_every_step_leads_to_the_device_given_back_and_none_leaves_it() -> None:
    for status in S:
        reached = {status}
        for _step in S:
            reached |= {after for before in reached for after in CASE_FLOW.moves[before]}
        assert S.HANDED_OVER in reached
    assert not CASE_FLOW.moves[S.HANDED_OVER]
    assert set(OPEN) == set(S) - {S.HANDED_OVER, S.CANCELLED}
    assert set(CHANGEABLE) <= set(OPEN) - {S.INVOICED}


# --- days and moments


@given(days, st.integers(0, 40))
def test_months_later_is_the_same_day_or_the_last_of_a_shorter_month(day: date, months: int) -> None:
    later = rules.after_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == min(day.day, monthrange(later.year, later.month)[1])


@given(days, st.integers(0, 120))
def test_a_device_comes_back_up_to_the_same_day_three_months_later(repaired: date, after: int) -> None:
    today = repaired + timedelta(days=after)
    assert rules.is_comeback(repaired, today) == (today <= rules.after_months(repaired, 3))
    assert rules.is_comeback(repaired, today) or after > 89
    assert not rules.is_comeback(repaired, today) or after <= 92
    assert not after or not rules.is_comeback(today, repaired)


@given(st.integers(-300, 300))
def test_a_moment_never_precedes_the_last_one_and_an_hour_behind_is_told(minutes: int) -> None:
    last = datetime(2026, 3, 10, 9, tzinfo=UTC)
    moment = last + timedelta(minutes=minutes)
    if minutes < -60:
        with pytest.raises(ClockBack):
            at(moment, last)
    else:
        assert at(moment, last) == max(moment, last)


# --- devices


@given(st.text("0123456789", min_size=14, max_size=14), st.integers(1, 9), st.lists(st.integers(0, 15), max_size=4))
def test_an_imei_is_taken_with_its_own_check_digit_alone(body: str, more: int, blanks: list[int]) -> None:
    good = body + calc_check_digit(body)
    spaced = good
    for place in sorted(blanks, reverse=True):
        spaced = f"{spaced[:place]} - {spaced[place:]}"
    assert rules.serial_number(spaced, imei=True) == rules.serial_number(spaced, imei=False) == good
    wrong = body + str((int(good[-1]) + more) % 10)
    for text in (wrong, body, good + "0"):
        with pytest.raises(BadSerial):
            rules.serial_number(text, imei=True)
        assert rules.serial_number(text, imei=False) == text


@given(st.text(max_size=70))
def test_a_serial_number_has_three_to_sixty_signs(text: str) -> None:
    try:
        kept = rules.serial_number(text, imei=False)
    except BadSerial:
        assert not 3 <= len(typed(" ".join(text.split()))) <= 60 or not 3 <= len(typed(text)) <= 60
    else:
        assert 3 <= len(typed(kept)) <= 60
        assert rules.serial_number(kept, imei=False) == kept


def test_a_brand_is_known_whatever_its_accents_and_near_ones_are_offered() -> None:
    known = ["Électrolux", "De'Longhi", "Bosch"]
    assert rules.brand(" electrolux", known, new=False) == "Électrolux"
    assert rules.brand("Bosch", known, new=True) == "Bosch"
    assert rules.brand(" Foo  bar ", known, new=True) == "Foo bar"
    with pytest.raises(UnknownBrand) as told:
        rules.brand("Elektrolux", known, new=False)
    assert "`Électrolux`" in (told.value.hint or "")


@given(st.integers(0, 40_000), st.none() | st.integers(0, 40_000))
def test_a_repair_is_agreed_to_from_150_euros_and_never_dearer_than_agreed(cents: int, agreed: int | None) -> None:
    total, told = Decimal(cents) / 100, None if agreed is None else Decimal(agreed) / 100
    if cents >= 15_000 if agreed is None else cents > agreed:
        with pytest.raises(QuoteRequired):
            rules.check_agreed("00000017", total, told)
    else:
        rules.check_agreed("00000017", total, told)


# --- random repairs


@dataclass
class Case:
    """What a case must be, and what it allows; amounts in cents."""

    status: S = S.RECEIVED
    lines: list[int] = field(default_factory=list)
    checked: dict[Moment, bool] = field(default_factory=lambda: {Moment.BEFORE: False, Moment.AFTER: False})
    waiting: int = 0
    agreed: int | None = None
    standing: tuple[int, int] | None = None  # the total, and the bonus
    paid: str = ""
    invoiced: bool = False

    @property
    def fits(self) -> bool:
        """Tell whether the lines cost no more than may be done."""
        return sum(self.lines) < 15_000 if self.agreed is None else sum(self.lines) <= self.agreed

    def allows(self, verb: str, arg: Any = None) -> bool:
        """Tell whether a verb may be done now; `arg` is the bonus of an invoice, the receipt of a payment."""
        again = self.status is S.HANDED_OVER and self.invoiced and self.standing is None
        total, (billed, bonus) = sum(self.lines), self.standing or (0, 0)
        settled = {S.INVOICED: billed == bonus or bool(self.paid), S.REPAIRED: not total}
        may = {
            "check": self.status in set(OPEN) - {S.INVOICED},
            "line": self.status in CHANGEABLE or again,
            "drop": (self.status in CHANGEABLE or again) and bool(self.lines),
            "quote": bool(self.lines) and self.checked[Moment.BEFORE],
            "start": self.checked[Moment.BEFORE] and self.fits,
            "finish": self.status is S.REPAIRING and self.checked[Moment.AFTER] and self.fits,
            "invoice": (self.status is S.REPAIRED or again) and bool(self.lines) and self.fits,
            "pay": self.standing is not None and self.paid in {"", arg},
            "credit": self.standing is not None,
            "hand_over": settled.get(self.status, True),
        }
        flows = verb not in MOVES or CASE_FLOW.allows(self.status, MOVES[verb])
        return may.get(verb, True) and flows and (verb != "invoice" or (arg or 0) <= total)


SHOP = Shop("Atelier", "a@b.fr", ("3 quai",), "73282932000074")
MOVES = {"quote": S.QUOTED, "accept": S.AGREED, "refuse": S.REFUSED, "start": S.REPAIRING, "finish": S.REPAIRED}
MOVES |= {"hand_over": S.HANDED_OVER, "cancel": S.CANCELLED}
MOVED = {"intake": S.RECEIVED, "credit": S.REPAIRED, **{str(status): status for status in S}}  # by words of the history
NUMBERS = ("00000017", "00000024", "00000031")
which = st.integers(0, 4).map(lambda n: n % 3 if n < 3 else 0)  # the first one lives more
prices = st.sampled_from([0, 1, 6_500, 14_899, 14_999, 15_000, 20_000])


class Repairs(RuleBasedStateMachine):
    """Three devices at one counter, at the end of a year; each step is done to the model too."""

    created: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="comptoir-repairs-"))
        self.base = Path(shutil.copy(self.created, self.folder / "shop.db"))
        self.cases = {number: Case() for number in NUMBERS}
        self.now = self.latest = datetime(2026, 12, 30, 9, tzinfo=UTC)
        self.papers = repairing.Papers(book.load(""), SHOP)

    def teardown(self) -> None:
        engine.cache_clear()
        try:
            whole(self.base)
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def tried(self, number: str, verb: str, act: Callable[..., Any], *given: Any, arg: Any = None) -> bool:
        """Do what the model allows, or see it refused and the base as it was; tell which."""
        allowed = self.cases[number].allows(verb, arg)
        before = None if allowed else dump(self.base)
        try:
            with transaction(self.base) as session:
                act(session, number, *given, By("ann", self.now))
        except ComptoirError as refused:
            if allowed:
                raise AssertionError(refused) from refused
            assert dump(self.base) == before
            return False
        assert allowed, f"{verb} was to be refused"
        return True

    def terms(self, number: str, bonus: int = 0) -> invoicing.Terms:
        with reading(self.base) as reader:
            return invoicing.Terms(queries.lines(reader, number), Decimal(bonus) / 100, Decimal(0), False, "Mentions\n")

    # --- the clock

    @rule(minutes=st.sampled_from([1, 60, 24 * 60, -10, -40]))
    def time_passes(self, minutes: int) -> None:
        self.now = max(self.now + timedelta(minutes=minutes), self.latest - timedelta(minutes=50))
        self.latest = max(self.latest, self.now)

    # --- the workshop

    @initialize(prices=st.lists(prices, min_size=1, max_size=2))
    def begins(self, prices: list[int]) -> None:
        for number in NUMBERS:
            self.check(number, Moment.BEFORE, good=True)
            self.line(number, prices[0])

    @rule(n=which, moment=st.sampled_from(list(Moment)), good=st.sampled_from([True, True, True, False]))
    def checks(self, n: int, moment: Moment, good: bool) -> None:
        self.check(NUMBERS[n], moment, good=good)

    def check(self, number: str, moment: Moment, *, good: bool) -> None:
        """Look at every point of a moment; what is bad before a repair is what it is for."""
        with reading(self.base) as reader:
            points = self.papers.points(queries.case(reader, number), moment)
        found = [repairing.Found(point, Result.OK if good else Result.BAD, "") for point in points]
        if self.tried(number, "check", repairing.check, found):
            case = self.cases[number]
            case.checked[moment] = good or moment is Moment.BEFORE
            if case.status is S.REPAIRED and moment is Moment.AFTER and not good:
                case.status = S.REPAIRING

    @rule(n=which, price=prices)
    def lines(self, n: int, price: int) -> None:
        self.line(NUMBERS[n], price)

    def line(self, number: str, price: int) -> None:
        told = repairing.Line(LineKind.LABOUR, "Pose", "", "", 1, Decimal(price) / 100, 200)
        if self.tried(number, "line", repairing.add_line, told):
            self.cases[number].lines.append(price)

    @rule(n=which)
    def drop(self, n: int) -> None:
        with reading(self.base) as reader:
            seen = queries.lines(reader, NUMBERS[n])[:1]
        if seen and self.tried(NUMBERS[n], "drop", repairing.drop_lines, seen):
            del self.cases[NUMBERS[n]].lines[0]

    # --- what moves it

    @rule(n=which, verb=st.sampled_from(list(MOVES)))
    def moves(self, n: int, verb: str) -> None:
        self.move(NUMBERS[n], verb)

    def move(self, number: str, verb: str) -> None:
        case, papers = self.cases[number], self.papers
        acts: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
            "quote": (invoicing.quote, (self.terms(number), papers)),
            "accept": (invoicing.accept, ()),
            "refuse": (invoicing.refuse, (papers, "cher")),
            "start": (repairing.start, (papers,)),
            "finish": (repairing.finish, (papers,)),
            "hand_over": (services.hand_over, ()),
            "cancel": (services.cancel, ("parti",)),
        }
        if self.tried(number, verb, acts[verb][0], *acts[verb][1]):
            case.status = MOVES[verb]
            case.waiting = sum(case.lines) if verb == "quote" else case.waiting
            case.agreed = case.waiting if verb == "accept" else case.agreed

    @rule(n=which, bonus=st.sampled_from([0, 0, 5_000]))
    def invoices(self, n: int, bonus: int) -> None:
        self.invoice(NUMBERS[n], bonus)

    def invoice(self, number: str, bonus: int) -> None:
        case = self.cases[number]
        if self.tried(number, "invoice", invoicing.invoice, self.terms(number, bonus), self.papers, arg=bonus):
            case.standing, case.invoiced, case.paid = (sum(case.lines), bonus), True, ""
            case.status = S.HANDED_OVER if case.status is S.HANDED_OVER else S.INVOICED

    @rule(n=which, receipt=st.sampled_from(["T-1", "T-2"]))
    def pays(self, n: int, receipt: str) -> None:
        self.pay(NUMBERS[n], receipt)

    def pay(self, number: str, receipt: str) -> None:
        told = invoicing.Paid(Means.CARD, receipt)
        if self.tried(number, "pay", invoicing.pay, told, self.papers, "Mentions\n", arg=receipt):
            self.cases[number].paid = receipt

    @rule(n=which)
    def credit(self, n: int) -> None:
        case = self.cases[NUMBERS[n]]
        if self.tried(NUMBERS[n], "credit", invoicing.credit, ("erreur", "Mentions\n"), self.papers):
            case.standing, case.paid = None, ""
            case.status = S.REPAIRED if case.status is S.INVOICED else case.status

    @rule(n=which, steps=st.integers(2, 6))
    def goes_on(self, n: int, steps: int) -> None:
        """Bring a case further, as it should go."""
        number = NUMBERS[n]
        for _step in range(steps):
            case = self.cases[number]
            moment = Moment.BEFORE if case.status in {S.RECEIVED, S.QUOTED, S.AGREED} else Moment.AFTER
            if case.allows("check") and not case.checked[moment]:
                self.check(number, moment, good=True)
            elif case.allows("invoice"):
                self.invoice(number, 0)
            elif case.standing and not case.paid:
                self.pay(number, "T-1")
            elif verb := next(
                (verb for verb in ("finish", "start", "accept", "hand_over", "quote") if case.allows(verb)), None
            ):
                self.move(number, verb)

    # --- what is always so

    @invariant()
    def the_base_is_the_model_s(self) -> None:
        with reading(self.base) as reader:
            sold = list(billed.sales(reader, "", ""))
            for number, case in self.cases.items():
                bill = billed.standing(reader, number)
                assert queries.case(reader, number).status == case.status
                assert [line.total * 100 for line in queries.lines(reader, number)] == case.lines
                assert (bill and (bill.total * 100, bill.bonus * 100)) == case.standing
                mine = [row for row in sold if row.case_number == number]
                for name in ("total", "vat", "bonus", "due"):
                    assert sum(getattr(row, name) for row in mine) == (getattr(bill, name) if bill else 0)
                moves = [row.verb for row in deeds.history(reader, number) if row.verb in MOVED]
                gone = S.HANDED_OVER in moves
                assert (S.HANDED_OVER if gone else MOVED[moves[-1]]) == case.status


@pytest.mark.timeout(3600)
def test_whatever_is_done_a_repair_is_where_the_model_has_it(lived: dict[str, Path], tmp_path: Path) -> None:
    Repairs.created = Path(shutil.copy(lived["open"], tmp_path / "three.db"))
    for place, number in enumerate(NUMBERS):
        play(Repairs.created, intake(serial=f"SN {place}"), f"assign {number} karim")
    column(Repairs.created, "PRAGMA wal_checkpoint(TRUNCATE)")
    engine.cache_clear()
    steady = settings.default.max_examples == 40
    run_state_machine_as_test(
        Repairs,
        settings=settings(max_examples=15, stateful_step_count=30, phases=[Phase.generate]) if steady else settings(),
    )
