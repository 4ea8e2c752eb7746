"""Reasons for a return: those of the program, extended or replaced by the shop's own file, and what a fee keeps."""

import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from comptoir.core.errors import USAGE, ComptoirError
from comptoir.returns import reasons
from comptoir.returns.reasons import LETTERS, TAKEN, BadReasons, Fee, Reason, parse_fee
from comptoir.scanning import commands

OWN = """
[wrong_part]
label = "Erreur de livraison"
family = "new"
credits = "price"
days = 15
fee = "10 %"
at_once = true
unopened = false
code = "LVRB"
"""
FIELDS = ("label", "family", "credits", "days", "at_once", "unopened", "code")
Load = Callable[[str], dict[str, Reason]]


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return tmp_path / "shop's own.toml"


@pytest.fixture
def load(own: Path) -> Load:
    def loaded(text: str) -> dict[str, Reason]:
        own.write_text(text, "utf-8")
        return reasons.load(str(own))

    return loaded


# --- what is shipped

SHIPPED = [
    ("core_deposit", "Consigne", "core", "deposit", 90, True, False),
    ("ordered_by_mistake", "Erreur commande", "new", "price", 30, True, True),
    ("defective", "Pièce défectueuse", "new", "price", 730, False, False),
    ("late_delivery", "Retard de livraison", "new", "price", 30, True, True),
    ("cancelled_by_customer", "Annulation client", "new", "price", 30, True, True),
]


def test_the_shipped_reasons_are_those_of_the_trade_in_order() -> None:
    found = reasons.load("")
    assert [(r.key, r.label, r.family, r.credits, r.days, r.at_once, r.unopened) for r in found.values()] == SHIPPED
    assert list(found) == [key for key, *_others in SHIPPED]
    assert {r.fee for r in found.values()} == {Fee()}


def test_the_letters_are_those_that_the_scanner_allows_and_its_orders_are_taken() -> None:
    assert set(LETTERS) == set(commands.SAFE)
    orders = {commands.code(order)[4:-1] for order in commands.Command}
    assert orders <= set(TAKEN)
    assert {"VLDT", "CNCL", "PLUS", "LESS", "UNDO", "STOP", "REST"} == set(TAKEN)


def test_no_shipped_code_is_near_another_or_near_an_order() -> None:
    codes = [*(reason.code for reason in reasons.load("").values()), *TAKEN]
    for one, other in combinations(codes[:-1], 2):
        assert one == other or sum(a != b for a, b in zip(one, other, strict=True)) >= 2
    for shipped in codes[: len(SHIPPED)]:
        for other in codes:
            assert shipped == other or sum(a != b for a, b in zip(shipped, other, strict=True)) >= 3


def test_the_shipped_file_is_one_that_a_shop_can_take_as_it_is(load: Load) -> None:
    assert load(reasons.SHIPPED.read_text("utf-8")) == reasons.load("")


# --- what a shop adds


@pytest.mark.parametrize("text", ["", "# rien\n"])
def test_an_empty_file_changes_nothing(text: str, load: Load) -> None:
    assert list(load(text).items()) == list(reasons.load("").items())


def test_a_reason_is_added_after_the_shipped_ones(load: Load) -> None:
    found = load(OWN)
    assert list(found) == [*reasons.load(""), "wrong_part"]
    assert found["wrong_part"] == Reason(
        "wrong_part", "Erreur de livraison", "new", "price", 15, Fee(percent=Decimal(10)), True, False, "LVRB"
    )


def test_a_reason_replaces_the_shipped_one_whole_in_its_place(load: Load) -> None:
    found = load(OWN.replace("wrong_part", "core_deposit"))
    assert list(found) == list(reasons.load(""))
    assert found["core_deposit"].label == "Erreur de livraison"
    assert found["core_deposit"].code == "LVRB"
    assert {**found, "core_deposit": None} == {**reasons.load(""), "core_deposit": None}


def test_a_replaced_reason_keeps_its_own_code_free_for_itself(load: Load) -> None:
    found = load(OWN.replace("wrong_part", "defective").replace("LVRB", "DFCT"))
    assert found["defective"].code == "DFCT"


def test_a_fee_is_none_unless_it_is_written(load: Load) -> None:
    assert load(OWN.replace('fee = "10 %"\n', ""))["wrong_part"].fee == Fee()
    assert load(OWN.replace("10 %", "1,50"))["wrong_part"].fee == Fee(each=Decimal("1.50"))
    assert load(OWN.replace("10 %", "0"))["wrong_part"].fee == Fee()


@pytest.mark.parametrize("days", [0, 1, 36_500])
def test_a_window_may_be_a_day_or_a_century(days: int, load: Load) -> None:
    assert load(OWN.replace("15", str(days)))["wrong_part"].days == days


def test_a_key_takes_forty_characters(load: Load) -> None:
    assert "r" * 40 in load(OWN.replace("wrong_part", "r" * 40))


def test_a_tilde_is_home(own: Path, load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    load(OWN)
    monkeypatch.setenv("HOME", str(own.parent))
    assert "wrong_part" in reasons.load(f"~/{own.name}")


# --- what is refused


def with_field(name: str, value: str) -> str:
    return re.sub(rf"^{name} = .*$", f"{name} = {value}", OWN, flags=re.MULTILINE)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        *((re.sub(rf"^{name} = .*\n", "", OWN, flags=re.MULTILINE), f"wrong_part.{name}") for name in FIELDS),
        *((with_field(name, "[]"), f"wrong_part.{name}") for name in (*FIELDS, "fee")),
        (OWN + "mine = 3\n", "wrong_part.mine"),
        (OWN + 'key = "other"\n', "wrong_part.key"),
        (with_field("label", '"  "'), "wrong_part.label"),
        (with_field("family", '"used"'), "core, new"),
        (with_field("family", '"Core"'), "core, new"),
        (with_field("credits", '"all"'), "price, deposit"),
        (with_field("days", "-1"), "wrong_part.days"),
        (with_field("days", "36501"), "wrong_part.days"),
        (with_field("days", '"15"'), "wrong_part.days"),
        (with_field("days", "15.0"), "wrong_part.days"),
        (with_field("days", "true"), "wrong_part.days"),
        (with_field("at_once", '"no"'), "wrong_part.at_once"),
        (with_field("at_once", "1"), "wrong_part.at_once"),
        (with_field("unopened", "0"), "wrong_part.unopened"),
        (with_field("fee", "10"), "wrong_part.fee"),
        (with_field("fee", '"-1,50"'), "-1,50"),
        (with_field("fee", '"101 %"'), "101 %"),
        (with_field("fee", '"10,125 %"'), "10,125 %"),
        (with_field("fee", '"-10 %"'), "-10 %"),
        (with_field("fee", '"gratuit"'), "gratuit"),
        (with_field("fee", '"1,505"'), "1,505"),
        (with_field("fee", '"%"'), "%"),
        (with_field("code", '"LVR"'), "wrong_part.code"),
        (with_field("code", '"LVRBB"'), "wrong_part.code"),
        (with_field("code", '"lvrb"'), "wrong_part.code"),
        (with_field("code", '"LVRA"'), LETTERS),
        (with_field("code", '"LVR "'), "wrong_part.code"),
        *((with_field("code", f'"{taken}"'), taken) for taken in TAKEN),
        (with_field("code", '"CORE"'), "`core_deposit`"),
        (OWN + OWN.replace("wrong_part", "other_part"), "`other_part`"),
        (OWN.replace("wrong_part", "Wrong_part"), "Wrong_part"),
        (OWN.replace("wrong_part", "wrong-part"), "wrong-part"),
        (OWN.replace("wrong_part", '"pièce"'), "pièce"),
        (OWN.replace("wrong_part", '""'), ""),
        (OWN.replace("wrong_part", "r" * 41), "r" * 41),
        ("core_deposit = 3\n", "core_deposit"),
        ("core_deposit = []\n", "core_deposit"),
        ("[[core_deposit]]\nlabel = 'x'\n", "core_deposit"),
        ("[core_deposit]\ndays = 30\n", "core_deposit.label"),  # a reason is replaced whole
        ("[[[", ""),
        (OWN + OWN, ""),
    ],
)  # fmt: skip
def test_a_broken_file_is_refused_with_its_path_and_what_is_wrong(
    text: str, reason: str, load: Load, own: Path
) -> None:
    with pytest.raises(BadReasons) as refused:
        load(text)
    assert refused.value.exit_code == USAGE
    assert str(reasons.SHIPPED) in (refused.value.hint or "")
    _told, path, told = refused.value.message.partition(f"`{own}`")
    assert path
    assert reason in told
    assert told.strip(" :")


@pytest.mark.parametrize("content", [b"\xff\xfe", b"[categories.\xe9]\n"])
def test_a_file_that_is_not_utf_8_is_refused(content: bytes, own: Path) -> None:
    own.write_bytes(content)
    with pytest.raises(BadReasons) as refused:
        reasons.load(str(own))
    assert f"`{own}`" in refused.value.message


@pytest.mark.parametrize("path", ["/no/such/file.toml", "/", "", "\x00", "~no-such-person/own.toml"])
def test_a_file_that_cannot_be_read_is_refused(path: str, tmp_path: Path) -> None:
    with pytest.raises(BadReasons):
        reasons.load(path or str(tmp_path))


# --- fees

cents = st.integers(0, 10**9).map(lambda whole: Decimal(whole).scaleb(-2))
percents = st.integers(0, 10_000).map(lambda hundredths: Decimal(hundredths).scaleb(-2))
fees = st.one_of(percents.map(lambda percent: Fee(percent=percent)), cents.map(lambda each: Fee(each=each)))


@given(fees)
@example(Fee())
@example(Fee(percent=Decimal(100)))
@example(Fee(percent=Decimal("0.01")))
@example(Fee(each=Decimal("0.01")))
def test_a_fee_that_is_written_comes_back(fee: Fee) -> None:
    assert parse_fee(fee.written()) == fee
    assert parse_fee(fee.written()).written() == fee.written()


@pytest.mark.parametrize(
    ("text", "fee", "written"),
    [
        ("10 %", Fee(percent=Decimal(10)), "10%"),
        ("10%", Fee(percent=Decimal(10)), "10%"),
        ("100 %", Fee(percent=Decimal(100)), "100%"),
        (" 12,50 % ", Fee(percent=Decimal("12.5")), "12.5%"),
        ("12.05\N{NO-BREAK SPACE}%", Fee(percent=Decimal("12.05")), "12.05%"),
        ("5\N{NARROW NO-BREAK SPACE}%", Fee(percent=Decimal(5)), "5%"),
        ("1,50", Fee(each=Decimal("1.50")), "1.50"),
        ("1.50 EUR", Fee(each=Decimal("1.50")), "1.50"),
        ("1 234,5 €", Fee(each=Decimal("1234.50")), "1234.50"),
        ("2", Fee(each=Decimal(2)), "2.00"),
        ("0", Fee(), ""),
        ("0 %", Fee(), ""),
        ("0,00 €", Fee(), ""),
        ("", Fee(), ""),
        (" ", Fee(), ""),
    ],
)
def test_a_fee_is_read_in_each_way_that_is_promised(text: str, fee: Fee, written: str) -> None:
    assert parse_fee(text) == fee
    assert parse_fee(text).written() == written


@pytest.mark.parametrize("text", ["%", "10 %%", "100,01 %", "999 %", "1000 %", "10 % 1,50", "+", "-0,01", "1e2", "١ %"])
def test_what_is_no_fee_is_refused(text: str) -> None:
    with pytest.raises((ValueError, ComptoirError)) as refused:
        parse_fee(text)
    assert text in str(refused.value)


@given(fees, cents, st.integers(1, 1000))
@example(Fee(percent=Decimal(10)), Decimal("0.05"), 1)  # half a cent: up
@example(Fee(percent=Decimal(50)), Decimal("0.01"), 1)
@example(Fee(each=Decimal("1.50")), Decimal("1.49"), 1)
def test_a_fee_is_rounded_half_up_and_never_more_than_the_amount(fee: Fee, amount: Decimal, quantity: int) -> None:
    kept = fee.of(amount, quantity)
    exact = amount * fee.percent / 100 + fee.each * quantity
    assert kept == min(exact.quantize(Decimal("0.01"), ROUND_HALF_UP), amount)
    assert 0 <= kept <= amount
    assert -kept.as_tuple().exponent <= 2


@given(percents, cents, cents)
def test_a_greater_amount_never_pays_a_smaller_fee(percent: Decimal, one: Decimal, other: Decimal) -> None:
    assume(one <= other)
    assert Fee(percent=percent).of(one, 1) <= Fee(percent=percent).of(other, 1)


@pytest.mark.parametrize(
    ("fee", "amount", "quantity", "kept"),
    [
        (Fee(), "100.00", 3, "0.00"),
        (Fee(percent=Decimal(10)), "19.95", 1, "2.00"),
        (Fee(percent=Decimal(10)), "19.94", 1, "1.99"),
        (Fee(percent=Decimal(100)), "19.94", 2, "19.94"),
        (Fee(each=Decimal("1.50")), "60.00", 3, "4.50"),
        (Fee(each=Decimal("1.50")), "4.00", 3, "4.00"),
        (Fee(each=Decimal("1.50")), "0.00", 3, "0.00"),
    ],
)
def test_a_fee_keeps_what_the_trade_says(fee: Fee, amount: str, quantity: int, kept: str) -> None:
    assert fee.of(Decimal(amount), quantity) == Decimal(kept)
