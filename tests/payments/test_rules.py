"""Which claims a payment pays: references first, then amounts that leave no doubt, and never a guess."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.organisms.statuses import Organism
from comptoir.payments import rules
from comptoir.payments.movements import Movement, keyed, words
from comptoir.payments.rules import Funds, Matching, Owed, Share, Sources, match
from comptoir.payments.statuses import MatchedBy, Why

DAY = date(2026, 11, 20)
ECOSYSTEM, ECOLOGIC = Organism.ECOSYSTEM, Organism.ECOLOGIC


def owed(number: int, left: float = 25, paid: float = 0, **given: object) -> Owed:
    told = Owed(
        number, f"{number:08}", ECOSYSTEM, Decimal(left), Decimal(paid), awaited=True, over=False,
        since=DAY - timedelta(days=10), numbers=(f"45{number:08}", f"RC-{number:05}"), names=(),
    )._replace(**given)  # fmt: skip
    return told._replace(names=(*told.numbers, f"R{number:07}", f"F2026-{number:05}", told.case_number))


def funds(number: int, amount: float, label: str = "VIR ECOSYSTEM", **given: object) -> Funds:
    return Funds(number, ECOSYSTEM, DAY, Decimal(amount), label)._replace(**given)


def given_to(found: Matching) -> dict[tuple[int, int], Decimal]:
    return {(share.payment, share.claim): share.amount for share in found.shares}


@pytest.mark.parametrize(
    "label",
    [
        "VIR ECOSYSTEM 4500000001", "REF:4500000001/NOV", "VIR RC-00001", "VIR rc 00001.", "VIR RC00001",
        "FACT F2026-00001", "FACT. F202600001", "DOSSIER 00000001", "R0000001",
    ],
)  # fmt: skip
def test_a_reference_in_the_label_tells_the_claim(label: str) -> None:
    found = match([funds(1, 25, label)], [owed(1), owed(2)])
    assert found.shares == [Share(1, 1, Decimal(25), MatchedBy.REFERENCE)]
    assert not found.why


@pytest.mark.parametrize("label", ["VIR 14500000001", "VIR 45000000012", "RC-000012", "F2026-000011", "X4500000001"])
def test_part_of_a_longer_number_is_no_reference(label: str) -> None:
    assert match([funds(1, 25, label)], [owed(1), owed(2)]).why == {1: Why.SEVERAL}


def test_a_short_number_is_never_a_reference() -> None:
    claims = [owed(1, numbers=("2026",)), owed(2)]
    assert match([funds(1, 25, "VIR NOVEMBRE 2026")], claims).why == {1: Why.SEVERAL}


def test_a_grouped_transfer_pays_the_claims_it_names() -> None:
    claims = [owed(1, 25), owed(2, 50), owed(3, 60)]
    found = match([funds(1, 75, "LOT 4500000001, 4500000002")], claims)
    assert given_to(found) == {(1, 1): Decimal(25), (1, 2): Decimal(50)}


def test_a_grouped_transfer_that_is_short_is_left_to_a_person() -> None:
    found = match([funds(1, 70, "LOT 4500000001, 4500000002")], [owed(1, 25), owed(2, 50)])
    assert (found.shares, found.why) == ([], {1: Why.SHORT})


def test_a_smaller_amount_pays_part_of_the_claim_it_names() -> None:
    found = match([funds(1, 10, "4500000001")], [owed(1, 25)])
    assert (given_to(found), found.why) == ({(1, 1): Decimal(10)}, {})


def test_more_than_the_bonus_stays_on_the_payment() -> None:
    found = match([funds(1, 40, "4500000001")], [owed(1, 25), owed(2, 15)])
    assert (given_to(found), found.why) == ({(1, 1): Decimal(25)}, {1: Why.EXCESS})


def test_a_claim_paid_already_is_not_paid_by_another_that_fits() -> None:
    found = match([funds(1, 25, "4500000001")], [owed(1, 0, paid=25), owed(2, 25)])
    assert (found.shares, found.why) == ([], {1: Why.NOT_AWAITED})


def test_the_claim_made_after_a_refusal_has_the_names_of_both() -> None:
    refused = owed(1, awaited=False, over=True)
    again = owed(2, names=())._replace(case_number=refused.case_number)
    again = again._replace(names=(*again.numbers, *refused.names[2:]))
    assert given_to(match([funds(1, 25, "F2026-00001")], [refused, again])) == {(1, 2): Decimal(25)}


def test_a_name_of_two_claims_is_left_to_a_person() -> None:
    twin = owed(2)._replace(names=owed(1).names)
    assert match([funds(1, 25, "4500000001")], [owed(1), twin]).why == {1: Why.SEVERAL}


def test_without_a_reference_the_only_claim_or_the_only_set_is_paid() -> None:
    assert given_to(match([funds(1, 50)], [owed(1, 50), owed(2, 60)])) == {(1, 1): Decimal(50)}
    claims = [owed(1, 25), owed(2, 30), owed(3, 60)]
    assert given_to(match([funds(1, 85)], claims)) == {(1, 1): Decimal(25), (1, 3): Decimal(60)}


@pytest.mark.parametrize("amounts", [(25, 25), (50, 25, 25), (10, 40, 20, 30)])
def test_two_ways_to_make_an_amount_up_are_never_chosen_from(amounts: tuple[int, ...]) -> None:
    claims = [owed(at, amount) for at, amount in enumerate(amounts, start=1)]
    assert match([funds(1, 25 if amounts == (25, 25) else 50)], claims) == Matching([], {}, {1: Why.SEVERAL})


def test_two_payments_for_one_claim_are_never_chosen_from() -> None:
    assert match([funds(1, 25), funds(2, 25)], [owed(1)]).why == {1: Why.SEVERAL, 2: Why.SEVERAL}


def test_a_reference_leaves_the_other_claim_to_the_amount() -> None:
    for order in ((1, 2), (2, 1)):
        both = {1: funds(1, 25), 2: funds(2, 25, "4500000001")}
        found = match([both[at] for at in order], [owed(1), owed(2)])
        assert given_to(found) == {(2, 1): Decimal(25), (1, 2): Decimal(25)}


def test_an_amount_never_pays_a_claim_confirmed_after_it_nor_one_of_the_other() -> None:
    later, other = owed(1, since=DAY + timedelta(days=1)), owed(2, organism=ECOLOGIC)
    assert match([funds(1, 25)], [later, other]).why == {1: Why.NO_CLAIM}
    assert given_to(match([funds(1, 25)], [owed(1, since=DAY), other])) == {(1, 1): Decimal(25)}


def test_money_taken_back_undoes_the_payment_that_it_was() -> None:
    paid = Share(1, 1, Decimal(25), MatchedBy.REFERENCE)
    both = [funds(1, 25, used=Decimal(25)), funds(2, -25, "REJET VIR ECOSYSTEM", day=DAY + timedelta(days=1))]
    found = match(both, [owed(1, 0, paid=25)], [paid])
    assert (found.reversals, given_to(found)) == ({2: 1}, {(2, 1): Decimal(-25)})


def test_money_taken_back_at_once_never_pays() -> None:
    both = [funds(1, 25, "4500000001"), funds(2, -25, "ANNULATION 4500000001")]
    assert match(both, [owed(1)]) == Matching([], {2: 1}, {})


def test_money_taken_back_of_two_payments_alike_is_left_to_a_person_unless_it_names_one() -> None:
    both = [funds(1, 25, "4500000001"), funds(2, 25, "4500000002")]
    found = match([*both, funds(3, -25, "REJET")], [owed(1), owed(2)])
    assert (found.reversals, found.why) == ({}, {3: Why.NO_ORIGIN})
    assert match([*both, funds(3, -25, "REJET 4500000002")], [owed(1), owed(2)]).reversals == {3: 2}


def test_part_of_what_a_claim_was_paid_may_be_taken_back() -> None:
    found = match([funds(2, -10, "REJET 4500000001")], [owed(1, 0, paid=25)])
    assert given_to(found) == {(2, 1): Decimal(-10)}
    assert match([funds(2, -30, "REJET 4500000001")], [owed(1, 0, paid=25)]).why == {2: Why.NO_ORIGIN}


def test_money_taken_back_twice_leaves_no_claim_below_nothing() -> None:
    paid = Share(1, 1, Decimal(25), MatchedBy.REFERENCE)
    both = [funds(1, 25, used=Decimal(25)), funds(3, -25, "REJET 4500000001")]
    found = match(both, [owed(1, 10, paid=15)], [paid])
    assert (found.reversals, given_to(found)) == ({3: 1}, {(3, 1): Decimal(-15)})


def test_money_is_never_taken_back_before_it_came() -> None:
    both = [funds(1, 25, used=Decimal(25)), funds(2, -25, "REJET", day=DAY - timedelta(days=1))]
    found = match(both, [owed(1, 0, paid=25)], [Share(1, 1, Decimal(25), MatchedBy.REFERENCE)])
    assert (found.reversals, found.why) == ({}, {2: Why.NO_ORIGIN})


def test_what_is_left_of_a_payment_is_not_guessed_away() -> None:
    found = match([funds(1, 40, used=Decimal(25))], [owed(2, 15)])
    assert (found.shares, found.why) == ([], {1: Why.EXCESS})


def test_what_was_undone_by_hand_is_left_alone_but_may_be_taken_back() -> None:
    held = funds(1, 25, "4500000001", by_hand=True)
    assert match([held], [owed(1)]) == Matching([], {}, {1: Why.BY_HAND})
    assert match([held, funds(2, -25, "REJET")], [owed(1)]).reversals == {2: 1}


def test_too_many_sums_are_given_up_and_told() -> None:
    claims = [owed(at, float(Decimal(1 << at) / 100)) for at in range(1, 34)]
    assert match([funds(1, 999_999.99)], claims).why == {1: Why.TOO_MANY}


def test_a_payment_that_another_statement_tells_otherwise_is_left_to_a_person() -> None:
    told = {"twins": ("VIR ECOSYSTEM 4500000001",)}
    assert match([funds(1, 25, **told)], [owed(1, 0, paid=25), owed(2)]).why == {1: Why.TWIN}
    assert match([funds(1, 10, "REF 4500000001", **told)], [owed(1, 15, paid=10)]).why == {1: Why.TWIN}
    assert given_to(match([funds(1, 25, "4500000002", **told)], [owed(1), owed(2)])) == {(1, 2): Decimal(25)}


AMOUNTS = st.integers(1, 12).map(lambda five: Decimal(5 * five))


@st.composite
def situations(draw: st.DrawFn) -> tuple[list[Funds], list[Owed]]:
    count = draw(st.integers(0, 6))
    claims = [
        owed(at, awaited=draw(st.booleans()) or draw(st.booleans()), organism=draw(st.sampled_from(Organism)))._replace(
            left=draw(AMOUNTS), since=DAY - timedelta(days=draw(st.integers(-2, 9)))
        )
        for at in range(1, count + 1)
    ]
    labels = st.lists(st.sampled_from([f"45{at:08}" for at in range(1, 8)]), max_size=3).map(" ".join)
    paid = [
        Funds(
            at, draw(st.sampled_from(Organism)), DAY - timedelta(days=draw(st.integers(0, 3))),
            draw(AMOUNTS) * (-1 if draw(st.integers(0, 5)) == 5 else 1), draw(labels),
            by_hand=draw(st.integers(0, 9)) == 9,
        )
        for at in range(1, draw(st.integers(0, 7)) + 1)
    ]  # fmt: skip
    return paid, claims


def applied(paid: list[Funds], claims: list[Owed], found: Matching) -> tuple[list[Funds], list[Owed]]:
    """Give what the next run would find."""
    gone = {*found.reversals, *found.reversals.values()}
    used, had = Counter[int](), Counter[int]()
    for share in found.shares:
        used[share.payment] += share.amount
        had[share.claim] += share.amount
    left = [each._replace(used=each.used + used[each.id]) for each in paid if each.id not in gone]
    return left, [each._replace(left=each.left - had[each.id], paid=each.paid + had[each.id]) for each in claims]


@given(situations())
def test_no_money_appears_vanishes_or_changes_sides(situation: tuple[list[Funds], list[Owed]]) -> None:
    paid, claims = situation
    found = match(paid, claims)
    after, owed_after = applied(paid, claims, found)
    assert all(0 <= each.used <= each.amount or each.amount <= each.used <= 0 for each in after)
    assert all(each.left >= 0 and each.paid >= 0 for each in owed_after)
    side = {each.id: each.organism for each in claims}
    by_id = {each.id: each for each in paid}
    assert all(side[share.claim] is by_id[share.payment].organism for share in found.shares)
    assert all(not by_id[share.payment].by_hand for share in found.shares)
    waiting = {each.id for each in after if each.used != each.amount}
    assert waiting == set(found.why)


@given(situations(), st.randoms(use_true_random=False))
def test_the_order_of_payments_and_claims_changes_nothing(situation, random) -> None:
    paid, claims = situation
    before = match(paid, claims)
    shuffled, mixed = paid[:], claims[:]
    random.shuffle(shuffled)
    random.shuffle(mixed)
    after = match(shuffled, mixed)
    assert (sorted(after.shares), after.reversals, after.why) == (sorted(before.shares), before.reversals, before.why)


@given(situations())
def test_again_changes_nothing(situation: tuple[list[Funds], list[Owed]]) -> None:
    paid, claims = situation
    found = match(paid, claims)
    after, owed_after = applied(paid, claims, found)
    again = match([each for each in after if each.used != each.amount], owed_after, found.shares)
    assert (again.shares, again.reversals) == ([], {})


@given(st.lists(st.integers(1, 8), min_size=1, max_size=8), st.integers(1, 40))
def test_an_amount_is_matched_where_one_set_of_claims_alone_makes_it_up(lefts: list[int], amount: int) -> None:
    claims = [owed(at, left) for at, left in enumerate(lefts, start=1)]
    sets = [
        {each.id for each in some}
        for size in range(1, len(claims) + 1)
        for some in combinations(claims, size)
        if sum(each.left for each in some) == amount
    ]
    found = match([funds(1, amount)], claims)
    assert [{share.claim for share in found.shares}] == sets if len(sets) == 1 else found.shares == []


PAYERS = {ECOLOGIC: words("ECOLOGIC"), ECOSYSTEM: words("ECOSYSTEM;ECO-SYSTEMES; ESR;")}


@pytest.mark.parametrize(
    ("label", "amount", "organism"),
    [
        ("VIR SEPA ECOLOGIC FRANCE", 25, ECOLOGIC),
        ("vir Éco-Systèmes", 25, ECOSYSTEM),
        ("VIR ESR/BONUS", 25, ECOSYSTEM),
        ("VIR ECOLOGICAL SARL", 25, None),
        ("VIR ESRI FRANCE", 25, None),
        ("VIR CLIENT F2026-00001", 25, None),
        ("VIR CLIENT DOSSIER 00000001", 25, None),
        ("VIR INCONNU 4500000001", 25, ECOSYSTEM),
        ("VIR INCONNU RC-00001", 25, ECOSYSTEM),
        ("VIR ECOLOGIC ET ECOSYSTEM", 25, None),
        ("VIR ECOLOGIC ET ECOSYSTEM 4500000001", 25, ECOSYSTEM),
        ("PRLV ECOSYSTEM COTISATION LABEL", -25, None),
        ("REJET VIR ECOSYSTEM", -25, ECOSYSTEM),
        ("VIR ECOSYSTEM 4500000001", -25, ECOSYSTEM),
        ("REJET PRLV EDF", -25, None),
        ("ECOSYSTEM COTISATION RVSLIND", 25, None),
    ],
)
def test_what_comes_from_an_organism_is_known_by_its_name_or_its_number(label, amount, organism) -> None:
    assert Sources(PAYERS, [owed(1)]).of(Movement(DAY, Decimal(amount), label)) is organism


MOVEMENTS = st.lists(
    st.builds(Movement, st.dates(DAY, DAY + timedelta(days=2)), AMOUNTS, st.sampled_from(["A", "B", "a"])), max_size=8
)


@given(MOVEMENTS, st.randoms(use_true_random=False))
def test_a_line_has_one_key_whatever_stands_around_it(movements, random) -> None:
    keys = list(keyed(movements))
    assert len(set(keys)) == len(keys)
    shuffled = movements[:]
    random.shuffle(shuffled)
    assert sorted(keyed(shuffled)) == sorted(keys)
    half = movements[: len(movements) // 2]
    assert list(keyed(half)) == keys[: len(half)]


def test_claims_are_late_after_fifteen_days() -> None:
    assert not rules.is_late(DAY, DAY + timedelta(days=15))
    assert rules.is_late(DAY, DAY + timedelta(days=16))
