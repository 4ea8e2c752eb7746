"""What a purchase must tell, word by word."""

from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.core.errors import ComptoirError
from comptoir.core.i18n import _
from comptoir.core.paris import BadDay
from comptoir.parts.rules import (
    MOST,
    ORIGIN_WORDS,
    BadPart,
    BadPartQuantity,
    FutureDay,
    MissingProvenance,
    Origin,
    UnknownOrigin,
    case_end,
    checked,
    origin,
    quantity,
    read,
    shared,
)

from .conftest import PUMP, TAKEN

TODAY = date(2026, 3, 10)
FORM = {
    "reference": "PV-100",
    "designation": "Pompe de vidange",
    "origin": "new",
    "supplier": "ASWO",
    "invoice": "F-2026-1",
    "bought_on": "2026-01-05",
    "quantity": "3",
    "unit_cost": "24,90 €",
}


def kinds(**changed: str) -> list[str]:
    """Give what is wrong with a form, by kind and field."""
    try:
        read(FORM | changed, TODAY)
    except ComptoirError as error:
        return [f"{each.kind} {getattr(each, 'field', '')}".strip() for each in error.problems()]
    return []


def test_a_form_is_read() -> None:
    assert read(FORM, TODAY) == PUMP


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"reference": " - "}, ["bad_part reference"]),
        ({"designation": " "}, ["bad_part designation"]),
        ({"designation": "Pompe\x1b[31m"}, ["bad_part designation"]),
        ({"note": "a\x00b"}, ["bad_part note"]),
        ({"note": "é" * 201}, ["bad_part note"]),
        ({"note": "\udcff"}, ["bad_part note"]),
        ({"origin": "neu"}, ["unknown_origin origin"]),
        ({"origin": "", "supplier": ""}, ["unknown_origin origin"]),
        ({"supplier": ""}, ["missing_provenance"]),
        ({"invoice": "--"}, ["missing_provenance"]),
        ({"supplier": "", "invoice": "", "donor": "SN 1"}, ["missing_provenance"]),
        ({"origin": "used", "supplier": ""}, ["missing_provenance"]),
        ({"origin": "used", "supplier": "", "donor": "-"}, ["missing_provenance"]),
        ({"origin": "circular", "supplier": "", "donor": "SN 1"}, []),
        ({"origin": "used", "supplier": "", "invoice": "", "donor": "SN 1", "unit_cost": ""}, []),
        ({"origin": "neuf", "donor": "SN 1", "unit_cost": ""}, ["bad_part unit_cost"]),
        ({"origin": "neu", "donor": "SN 1", "unit_cost": ""}, ["unknown_origin origin"]),
        ({"origin": "new", "donor": "SN 1", "unit_cost": "0"}, []),
        ({"bought_on": "2026-03-11"}, ["future_day"]),
        ({"bought_on": "31/02/2026"}, ["bad_day"]),
        ({"bought_on": ""}, ["bad_day"]),
        ({"bought_on": "10/03/2026"}, []),
        ({"quantity": "0"}, ["bad_part_quantity quantity"]),
        ({"quantity": "-1"}, ["bad_part_quantity quantity"]),
        ({"quantity": "1,5"}, ["bad_part_quantity quantity"]),
        ({"quantity": "٣"}, ["bad_part_quantity quantity"]),
        ({"quantity": "2,00"}, []),
        ({"unit_cost": "-1"}, ["bad_part unit_cost"]),
        ({"unit_cost": "1,234"}, ["bad_part unit_cost"]),
        ({"unit_cost": ""}, ["bad_part unit_cost"]),
        ({"unit_cost": "0"}, []),
        (
            {"reference": "", "bought_on": "x", "quantity": "x", "unit_cost": "x", "origin": "x"},
            [
                "unknown_origin origin",
                "bad_day",
                "bad_part_quantity quantity",
                "bad_part unit_cost",
                "bad_part reference",
            ],
        ),
    ],
)
def test_everything_wrong_is_told_at_once(changed: dict[str, str], wrong: list[str]) -> None:
    assert kinds(**changed) == wrong


def test_a_purchase_that_was_not_read_is_checked_as_well() -> None:
    bad = PUMP._replace(
        designation="\x07", quantity=0, unit_cost=Decimal(-1), bought_on=date(2026, 3, 11), supplier=" "
    )
    with pytest.raises(ComptoirError) as caught:
        checked(bad, TODAY)
    told = [type(each) for each in caught.value.problems()]
    assert told == [BadPart, BadPartQuantity, BadPart, FutureDay, MissingProvenance]
    with pytest.raises(BadPartQuantity):
        checked(PUMP._replace(quantity=MOST + 1), TODAY)
    assert checked(PUMP._replace(supplier="  ASWO "), TODAY) == PUMP
    assert checked(TAKEN, TODAY) == TAKEN


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (" NEW ", Origin.NEW),
        ("Circular", Origin.CIRCULAR),
        ("used", Origin.USED),
        ("Occasion", Origin.USED),
        ("PIEC", Origin.CIRCULAR),
    ],
)
def test_an_origin_is_named_by_its_key_or_as_suppliers_write_it(text: str, key: Origin) -> None:
    assert origin(text) is key


def test_an_origin_is_named_by_the_word_that_is_shown() -> None:
    assert [origin(_(word).upper()) for word in ORIGIN_WORDS.values()] == list(Origin)
    with pytest.raises(UnknownOrigin):
        origin("n")


def test_a_provenance_is_the_same_in_any_spelling() -> None:
    one = PUMP._replace(supplier="Électro Pièces", invoice="F-2026/1", donor="sn 77")
    other = PUMP._replace(supplier="ELECTRO PIECES", invoice="f 2026 1", donor="SN77")
    assert one.provenance == other.provenance != PUMP.provenance


@given(st.integers(0, 60), st.lists(st.integers(0, 20), max_size=8))
def test_the_first_lots_are_emptied_first(wanted: int, lots: list[int]) -> None:
    taken = shared(wanted, lots)
    assert sum(taken) == min(wanted, sum(lots))
    assert all(0 <= each <= lot for each, lot in zip(taken, lots, strict=True))
    last = max((place for place, each in enumerate(taken) if each), default=0)
    assert taken[:last] == lots[:last]


@pytest.mark.parametrize(
    ("text", "digits"), [("00000017", "00000017"), ("17", "17"), ("0000 0017", "00000017"), ("7", ""), ("F-17", "")]
)
def test_the_end_of_a_case_is_two_digits_at_least(text: str, digits: str) -> None:
    assert case_end(text) == digits


@given(st.text() | st.from_regex(r"[0-9]{1,7}(?:[.,]0{0,3})?"))
def test_any_text_is_a_quantity_or_is_refused(text: str) -> None:
    with suppress(BadPartQuantity):
        assert 1 <= quantity(text) <= MOST


@given(st.sampled_from(sorted(FORM)), st.text())
def test_any_text_in_a_form_is_read_or_refused(field: str, text: str) -> None:
    try:
        purchase = read(FORM | {field: text}, TODAY)
    except (ComptoirError, BadDay):
        return
    assert checked(purchase, TODAY) == purchase
