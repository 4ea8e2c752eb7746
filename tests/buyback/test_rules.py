"""Buybacks: every move that is known and every one that is not, numbers as people give them, limits."""

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.buyback import rules
from comptoir.buyback.rules import BuybackStatus, DeviceStatus
from comptoir.catalog.diagnosis import Option
from comptoir.core.errors import Several
from comptoir.core.flow import Flow, IllegalMove
from comptoir.core.refs import in_store_number

# Written again from the trade's own words, so that a move added or lost in the code is seen here.
BUYBACK_MOVES = """
waiting_shipment > in_transit drop_in_store not_completed cancelled
drop_in_store > in_transit processing not_completed cancelled
in_transit > processing not_completed
processing > completed completed_negotiated not_completed
completed >
completed_negotiated >
not_completed >
cancelled >
"""
DEVICE_MOVES = """
waiting_shipment > in_transit lost_in_store cancelled
in_transit > refurbished returned lost_in_transit lost_in_workshop
refurbished >
returned >
cancelled >
lost_in_store >
lost_in_transit >
lost_in_workshop >
"""


def pairs_of(moves: str, flow: Flow[Any], statuses: type[StrEnum]) -> list[Any]:
    known = {line.split(" >")[0]: line.split(" >")[1].split() for line in moves.strip().splitlines()}
    assert set(known) == {str(status) for status in statuses}
    return [
        pytest.param(flow, a, b, b in known[a], id=f"{statuses.__name__}-{a}-{b}") for a in statuses for b in statuses
    ]


@pytest.mark.parametrize(
    ("flow", "current", "target", "known"),
    [
        *pairs_of(BUYBACK_MOVES, rules.BUYBACK_FLOW, BuybackStatus),
        *pairs_of(DEVICE_MOVES, rules.DEVICE_FLOW, DeviceStatus),
    ],
)
def test_a_pair_of_statuses_moves_or_raises(flow: Flow[Any], current: StrEnum, target: StrEnum, known: bool) -> None:
    assert flow.allows(current, target) is known
    if known:
        assert flow.move(current, target) is target
        return
    with pytest.raises(IllegalMove) as refused:
        flow.move(current, target)
    assert refused.value.exit_code == 4
    assert f"`{current}`" in refused.value.message
    assert f"`{target}`" in refused.value.message


@pytest.mark.parametrize(
    ("words", "statuses"),
    [(rules.BUYBACK_WORDS, BuybackStatus), (rules.DEVICE_WORDS, DeviceStatus)],
)
def test_every_status_has_its_own_words(words: dict[str, str], statuses: type[StrEnum]) -> None:
    assert set(words) == set(statuses)
    assert len(set(words.values())) == len(statuses)
    assert all(words.values())


# --- numbers

numbers = st.builds(in_store_number, st.integers(0, 9999), st.integers(0, 9_999_999))


@given(numbers, st.integers(2, 12), st.sampled_from(["", " ", "-", ".", "\u00a0"]))
def test_a_number_is_taken_whole_or_by_its_end_however_it_is_spaced(number: str, length: int, mark: str) -> None:
    assert rules.suffix(mark.join(number)) == number
    assert rules.suffix(mark.join(number[-length:])) == number[-length:]


@given(numbers, st.integers(0, 12), st.integers(1, 9))
def test_a_whole_number_with_one_wrong_figure_is_told_mistyped(number: str, place: int, more: int) -> None:
    wrong = f"{number[:place]}{(int(number[place]) + more) % 10}{number[place + 1 :]}"
    with pytest.raises(rules.MistypedNumber) as refused:
        rules.suffix(wrong)
    assert refused.value.exit_code == 2
    assert f"`{wrong}`" in refused.value.message


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "1",
        "1-",
        "x",
        "12x",
        "12345678901234",
        "１２３",
        "١٢٣",
        "²²",
        "12,5",
        "12+3",
        "12\x00",
        "0x12",
        "'",
        "%%",
    ],
)
def test_what_is_no_end_of_a_number_is_refused_and_quoted(text: str) -> None:
    with pytest.raises(rules.NotANumber) as refused:
        rules.suffix(text)
    assert refused.value.exit_code == 2
    assert f"`{text}`" in refused.value.message


@given(st.text(max_size=15))
def test_whatever_is_typed_only_plain_figures_reach_the_database(text: str) -> None:
    try:
        digits = rules.suffix(text)
    except (rules.NotANumber, rules.MistypedNumber):
        return
    assert digits.isascii()
    assert digits.isdigit()
    assert 2 <= len(digits) <= 13


# --- answers

word = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=6)


@given(st.dictionaries(word, st.text(st.characters(categories=["L", "N"]) | st.just("="), max_size=6), max_size=5))
def test_answers_are_read_up_to_their_first_equals(answers: dict[str, str]) -> None:
    assert rules.pairs([f"{key}={value}" for key, value in answers.items()]) == answers
    assert rules.pairs([f" {key} = {value} " for key, value in answers.items()]) == answers


def test_every_answer_that_is_no_pair_is_told() -> None:
    with pytest.raises(Several) as refused:
        rules.pairs(["works", "shell=fair", "", "screen:fair"])
    assert [type(problem) for problem in refused.value.problems()] == [rules.BadPair] * 3
    assert refused.value.exit_code == 2
    assert "`--answer works`" in refused.value.problems()[0].message


def test_answers_are_read_from_whatever_can_be_gone_through() -> None:
    assert rules.pairs(text for text in ["works=yes"]) == {"works": "yes"}


# --- offers

COLLECTION = Option("home_collection", "Collecte à domicile", "Collecte", "")
STORE = Option("store", "Dépôt en magasin", "Dépôt", "")


@pytest.mark.parametrize(
    ("asked", "offer"),
    [
        (None, COLLECTION),
        ("home_collection", COLLECTION),
        ("store", STORE),
        ("STORE", STORE),
        ("Dépôt en magasin", STORE),
        ("DÉPÔT EN MAGASIN", STORE),
    ],
)
def test_an_offer_is_picked_by_its_key_or_its_label_and_the_first_by_default(asked: str | None, offer: Option) -> None:
    assert rules.picked(asked, [COLLECTION, STORE]) is offer


@pytest.mark.parametrize(
    ("asked", "offers"), [("", [COLLECTION]), ("drone", [COLLECTION, STORE]), ("x", []), (None, [])]
)
def test_an_offer_that_the_device_does_not_have_is_refused_with_those_it_has(
    asked: str | None, offers: Sequence[Option]
) -> None:
    with pytest.raises(rules.Unavailable) as refused:
        rules.picked(asked, offers)
    assert refused.value.exit_code == 4
    assert f"`{asked or ''}`" in refused.value.message
    assert all(offer.key in (refused.value.hint or "") for offer in offers)


@pytest.mark.parametrize("asked", ["depot en magasin", "Dépot en magasin", "Shop"])
def test_an_offer_is_picked_in_any_spelling_as_an_answer_is(asked: str) -> None:
    offers = [STORE._replace(key="Shop") if hasattr(STORE, "_replace") else Option("Shop", STORE.label, "", "")]
    assert rules.picked(asked, offers) is offers[0]


# --- limits and prices


@pytest.mark.parametrize("held", range(13))
def test_a_basket_takes_ten_devices(held: int) -> None:
    if held < 10:
        rules.check_room(held)
        return
    with pytest.raises(rules.BasketFull) as refused:
        rules.check_room(held)
    assert refused.value.exit_code == 4
    assert "10" in refused.value.message


prices = st.decimals(0, 1000, places=2)


@given(st.lists(st.tuples(prices, st.none() | prices), max_size=8))
def test_every_price_that_changed_is_told_by_its_place_and_the_others_are_not(
    made: list[tuple[Decimal, Decimal | None]],
) -> None:
    quoted = [(f"Appareil {place}", price) for place, (price, _) in enumerate(made, 1)]
    changed = [place for place, (price, now) in enumerate(made, 1) if price != now]
    if not changed:
        rules.check_prices(quoted, [now for _, now in made])
        return
    with pytest.raises((Several, rules.PriceChanged)) as refused:
        rules.check_prices(quoted, [now for _, now in made])
    told = refused.value.problems()
    assert [type(problem) for problem in told] == [rules.PriceChanged] * len(changed)
    assert refused.value.exit_code == 4
    for place, problem in zip(changed, told, strict=True):
        assert f"Appareil {place}" in problem.message


def test_prices_that_do_not_match_their_devices_are_a_bug_and_not_a_pass() -> None:
    with pytest.raises(ValueError):
        rules.check_prices([("a", Decimal(1))], [])


class Priced(NamedTuple):
    price: Decimal


@given(st.lists(prices.map(Priced), max_size=10))
def test_the_total_says_the_sum_the_count_and_the_room(items: list[Priced]) -> None:
    told = rules.total(items)
    figures = "".join(c for c in told if c.isdigit() or c in ",.")
    cents = sum(int(item.price * 100) for item in items)
    assert f"{cents // 100}" in figures.replace(",", "").replace(".", "")
    assert f"{cents % 100:02}" in figures
    assert str(len(items)) in told
    assert str(rules.MOST_DEVICES) in told


def test_an_item_tells_its_answers_as_plain_values() -> None:
    answer = rules.Answer("works", "Fonctionne ?", "yes", "Oui")
    item = rules.Item("A", "c", "b", "n", (answer,), "A", Decimal(1), "t", "p")
    assert item.told_answers() == [{"question": "works", "text": "Fonctionne ?", "answer": "yes", "label": "Oui"}]


def test_a_buyback_that_has_left_cannot_be_cancelled_and_says_so_by_its_number() -> None:
    refused = rules.NotCancellable("2000000000015", BuybackStatus.IN_TRANSIT)
    assert isinstance(refused, IllegalMove)
    assert refused.exit_code == 4
    assert refused.kind == "not_cancellable"
    assert "2000000000015" in refused.message


@pytest.mark.parametrize(("candidates", "told"), [([], "12"), (["2000000000015", "2000000010014"], "2000000010014")])
def test_an_unknown_number_and_one_with_several_candidates_are_not_found(candidates: list[str], told: str) -> None:
    missing = rules.UnknownBuyback("12", candidates)
    assert missing.exit_code == 3
    assert "`12`" in missing.message
    assert told in missing.message + (missing.hint or "")
