"""What is open, what is bad, which product is meant, which bonus it earns: to the cent and to the day."""

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from comptoir.core.errors import MISSING, REFUSED, USAGE
from comptoir.fiches import book
from comptoir.fiches.rules import (
    FICHES,
    SCALE_DAY,
    BadFiches,
    Bonus,
    FicheNotLabelled,
    Moment,
    OtherFiche,
    Point,
    Product,
    Result,
    UnknownFiche,
    UnknownProduct,
    Why,
    bad_points,
    bonus_of,
    check_labelled,
    covered,
    find_fiche,
    find_product,
    labelled,
    look_up,
    names,
    open_points,
    plain,
    points,
)

BOOK = book.load("")
PRODUCTS = BOOK.products
DAY = date(2024, 6, 1)
CENT = Decimal("0.01")

cents = st.integers(0, 100_000).map(lambda whole: Decimal(whole).scaleb(-2))
anything = st.sampled_from(list(PRODUCTS.values()))
results = st.sampled_from(Result)
answered = st.dictionaries(st.sampled_from([p.key for f in BOOK.fiches.values() for p in f.points]), results)
fiches = st.sampled_from(list(BOOK.fiches.values()))


# --- points


@given(fiches, answered)
def test_a_point_is_open_until_it_has_a_result_and_only_when_it_is_required(
    fiche: book.Fiche, given_: Mapping[str, Result]
) -> None:
    still = open_points(fiche.points, given_)
    assert {point.key for point in still} == {p.key for p in fiche.points if p.required} - set(given_)
    assert open_points(fiche.points, {point.key: Result.NOT_APPLICABLE for point in still} | given_) == []
    assert not open_points([p for p in fiche.points if not p.required], {})


@given(fiches, answered)
def test_a_point_found_bad_counts_when_it_is_required_or_of_safety(
    fiche: book.Fiche, given_: Mapping[str, Result]
) -> None:
    bad = bad_points(fiche.points, given_)
    assert all(given_[point.key] is Result.BAD for point in bad)
    assert {p.key for p in fiche.points if given_.get(p.key) is Result.BAD} - {p.key for p in bad} == {
        p.key for p in fiche.points if given_.get(p.key) is Result.BAD and not p.required and not p.safety
    }


@pytest.mark.parametrize(
    ("required", "safety", "result", "counts"),
    [
        (True, False, Result.BAD, True),
        (False, True, Result.BAD, True),
        (False, False, Result.BAD, False),
        (True, True, Result.OK, False),
        (True, True, Result.NOT_APPLICABLE, False),
        (True, True, None, False),
    ],
)
def test_what_keeps_a_device_from_leaving(required: bool, safety: bool, result: Result | None, counts: bool) -> None:
    point = Point("earth", "Terre", Moment.AFTER, required=required, safety=safety)
    assert bad_points([point], {"earth": result} if result else {}) == [point] * counts


@given(anything)
def test_the_points_of_a_product_are_those_of_its_fiche_that_concern_it_in_order(product: Product) -> None:
    fiche = BOOK.fiches[product.fiche]
    found = points(fiche, product)
    assert found == points(fiche, product, Moment.BEFORE) + points(fiche, product, Moment.AFTER)
    assert [point for point in fiche.points if point in found] == list(found)
    for point in fiche.points:
        assert (point in found) == (not point.products or product.key in point.products)


def test_without_a_product_every_point_of_the_fiche_is_given() -> None:
    assert points(BOOK.fiches[3]) == BOOK.fiches[3].points


def test_the_result_that_is_not_applicable_is_stored_as_na() -> None:
    assert [result.value for result in Result] == ["ok", "bad", "na"]


def test_a_fiche_goes_by_its_number() -> None:
    assert find_fiche(10, BOOK.fiches).number == 10
    for number in (0, 11, -1, 10**30):
        with pytest.raises(UnknownFiche) as refused:
            find_fiche(number, BOOK.fiches)
        assert refused.value.exit_code == MISSING


# --- products


@given(anything)
def test_a_product_is_found_by_each_of_its_names_in_any_spelling(product: Product) -> None:
    for name in (product.key, product.label, *product.aliases):
        for typed in (name, name.upper(), f"  {plain(name)} ", name.replace(" ", "-"), name.replace("-", "_")):
            assert find_product(typed, PRODUCTS) is product


def test_no_two_products_have_a_name_in_common() -> None:
    every = [name for product in PRODUCTS.values() for name in names(product)]
    assert len(set(every)) == len(every)
    assert all(every)


@given(anything, st.data())
def test_a_beginning_finds_its_product_or_says_which_it_may_be(product: Product, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(names(product)))
    typed = name[: data.draw(st.integers(1, len(name)))].strip()
    meant = {p.key for p in PRODUCTS.values() if any(n.startswith(typed) for n in names(p))}
    exact = [p for p in PRODUCTS.values() if typed in names(p)]
    if exact or len(meant) == 1:
        assert [find_product(typed, PRODUCTS)] == (exact or [PRODUCTS[key] for key in meant])
        return
    with pytest.raises(UnknownProduct) as refused:
        find_product(typed, PRODUCTS)
    assert {PRODUCTS[key].label for key in meant} & set(str(refused.value.hint).split("`"))


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("lave-l", "washing_machine"),
        ("LAVE VAISSELLE", "dishwasher"),
        ("machine a laver", "washing_machine"),
        ("télé", "television"),
        ("smartph", "mobile_phone"),
        ("micro ondes", "microwave_oven"),
        ("sèche-linge", "tumble_dryer"),  # a label, though another label begins so
        ("réfrigérateur", "refrigerator"),
        ("seche linge a pompe", "heat_pump_dryer"),
        ("epilateur", "epilator"),
    ],
)
def test_a_product_is_found_as_it_is_typed_at_the_counter(typed: str, key: str) -> None:
    assert find_product(typed, PRODUCTS).key == key


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("lave", ["Lave-linge", "Lave-vaisselle"]),
        ("grille pin", ["Grille-pain"]),
        ("tronconeuse", ["Tronçonneuse électrique"]),
        ("xyzzy", []),
        ("", []),
        (" -!", []),
        ("\x00", []),
        ("machine" * 1000, []),
    ],
)
def test_what_names_no_single_product_is_refused_with_those_near(typed: str, near: list[str]) -> None:
    with pytest.raises(UnknownProduct) as refused:
        find_product(typed, PRODUCTS)
    assert refused.value.exit_code == MISSING
    for label in near:
        assert f"`{label}`" in str(refused.value.hint)
    assert near or "comptoir repair fiche products" in str(refused.value.hint)


def test_at_most_five_products_are_named() -> None:
    with pytest.raises(UnknownProduct) as refused:
        find_product("m", PRODUCTS)
    assert str(refused.value.hint).count("`") == 10


def test_a_fiche_that_does_not_cover_a_product_is_refused() -> None:
    assert covered(PRODUCTS["kettle"], BOOK.fiches[3]) is PRODUCTS["kettle"]
    with pytest.raises(OtherFiche) as refused:
        covered(PRODUCTS["kettle"], BOOK.fiches[4])
    assert refused.value.exit_code == USAGE


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        (["bouilloire"], ["kettle"]),
        (["linge"], ["washing_machine", "tumble_dryer", "heat_pump_dryer"]),
        (["pompe", "linge"], ["heat_pump_dryer"]),
        (["BEAUTE", "lis"], ["hair_straightener"]),
        (["xyzzy"], []),
    ],
)
def test_products_are_looked_up_by_words(words: list[str], keys: list[str]) -> None:
    assert [product.key for product in look_up(words, PRODUCTS.values())] == keys


def test_every_product_is_listed_without_a_word() -> None:
    assert look_up([], PRODUCTS.values()) == look_up(["--"], PRODUCTS.values()) == list(PRODUCTS.values())


# --- the bonus


@given(anything, cents, st.booleans(), st.dates())
@example(PRODUCTS["laptop"], Decimal("150.00"), True, SCALE_DAY)
def test_a_bonus_is_never_more_than_the_total_and_always_says_why(
    product: Product, total: Decimal, circular: bool, day: date
) -> None:
    bonus = bonus_of(product, total, day, circular=circular)
    assert (bonus.amount is None) == (product.bonus is None or day < SCALE_DAY)
    assert (bonus.amount is None) == (bonus.why in {Why.NOT_LISTED, Why.BEFORE_SCALE})
    assert (bonus.amount == 0) == (bonus.why in {Why.UNDER_THRESHOLD, Why.UNDER_BONUS})
    if bonus.amount is not None:
        assert 0 <= bonus.amount <= total
        assert bonus.amount.as_tuple().exponent == -2


@given(anything, cents, cents, st.booleans())
def test_a_dearer_repair_never_earns_less(product: Product, one: Decimal, other: Decimal, circular: bool) -> None:
    cheap, dear = (bonus_of(product, total, DAY, circular=circular).amount or 0 for total in sorted((one, other)))
    assert cheap <= dear


@given(st.integers(1, 100_000).map(lambda whole: Decimal(whole).scaleb(-2)), cents)
@example(Decimal("12.34"), Decimal("14.81"))
@example(Decimal("0.02"), Decimal("0.02"))
def test_parts_of_the_circular_economy_raise_the_bonus_by_a_fifth_rounded_to_the_cent(
    amount: Decimal, total: Decimal
) -> None:
    raised = (amount * 6 / 5).quantize(CENT, ROUND_HALF_UP)
    product = PRODUCTS["mobile_phone"]._replace(bonus=amount)
    assert bonus_of(product, raised, DAY, circular=True) == Bonus(raised, Why.CIRCULAR)
    assert bonus_of(product, raised - CENT, DAY, circular=True) == Bonus(Decimal(0), Why.UNDER_BONUS)
    plain_one = bonus_of(product._replace(circular=False), total, DAY, circular=True)
    assert plain_one == bonus_of(product, total, DAY)


@pytest.mark.parametrize(
    ("key", "total", "circular", "amount", "why"),
    [
        ("laptop", "149.99", False, "0", Why.UNDER_THRESHOLD),
        ("laptop", "149.99", True, "0", Why.UNDER_THRESHOLD),
        ("laptop", "150.00", False, "50", Why.GRANTED),
        ("laptop", "150.00", True, "60", Why.CIRCULAR),
        ("monitor", "99.99", False, "0", Why.UNDER_THRESHOLD),
        ("monitor", "100.00", True, "36", Why.CIRCULAR),
        ("kettle", "14.99", False, "0", Why.UNDER_BONUS),
        ("kettle", "15.00", False, "15", Why.GRANTED),
        ("kettle", "15.00", True, "15", Why.GRANTED),
        ("kettle", "0", False, "0", Why.UNDER_BONUS),
        ("kettle", "-50", False, "0", Why.UNDER_BONUS),
        ("mobile_phone", "29.99", True, "0", Why.UNDER_BONUS),
        ("mobile_phone", "29.99", False, "25", Why.GRANTED),
        ("mobile_phone", "30.00", True, "30", Why.CIRCULAR),
        ("television", "500", True, "72", Why.CIRCULAR),
        ("electric_bike", "500", False, None, Why.NOT_LISTED),
    ],
)
def test_the_bonus_to_the_cent(key: str, total: str, circular: bool, amount: str | None, why: Why) -> None:
    expected = Bonus(None if amount is None else Decimal(amount), why)
    assert bonus_of(PRODUCTS[key], Decimal(total), DAY, circular=circular) == expected


def test_the_scale_begins_on_the_first_of_january_2024() -> None:
    assert bonus_of(PRODUCTS["kettle"], Decimal(50), date(2023, 12, 31)) == Bonus(None, Why.BEFORE_SCALE)
    assert bonus_of(PRODUCTS["kettle"], Decimal(50), date(2024, 1, 1)) == Bonus(Decimal(15), Why.GRANTED)


# --- the label


@given(st.sets(st.sampled_from(sorted(FICHES))), st.sampled_from([",", ", ", " ", ";", " , ", ",,"]))
def test_the_fiches_of_the_label_are_read(numbers: set[int], between: str) -> None:
    assert labelled(between.join(map(str, numbers))) == numbers


@pytest.mark.parametrize(
    ("setting", "numbers"),
    [("", set()), ("  ", set()), ("1, 3,5", {1, 3, 5}), ("all", set(FICHES)), (" ALL ", set(FICHES)), ("5,5", {5})],
)
def test_the_setting_is_read_as_it_is_written(setting: str, numbers: set[int]) -> None:
    assert labelled(setting) == numbers


@pytest.mark.parametrize(
    "setting", ["0", "11", "-1", "1.5", "1-3", "1,tv", "toutes", ",", ";", "01", "²", "١", "1,all"]
)
def test_a_setting_that_names_no_fiche_is_refused(setting: str) -> None:
    with pytest.raises(BadFiches) as refused:
        labelled(setting)
    assert refused.value.exit_code == USAGE
    assert f"`{setting}`" in refused.value.message
    assert "repair_fiches" in str(refused.value.hint)


def test_a_fiche_that_the_label_leaves_out_is_refused_by_its_name() -> None:
    check_labelled(3, "1,3")
    check_labelled(10, "all")
    for number, setting in ((2, "1,3"), (1, "10"), (10, "")):
        with pytest.raises(FicheNotLabelled) as refused:
            check_labelled(number, setting)
        assert refused.value.exit_code == REFUSED
        assert FICHES[number] in refused.value.message
        assert "`--no-bonus`" in str(refused.value.hint)
