"""Numbers, references and EANs as people type, print and scan them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.core.refs import check_digit, gtin
from comptoir.deliveries.rules import (
    NotDigits,
    TooLong,
    day,
    note_number,
    reference_key,
)

SIGNS = " .-/_+()'\u00a0\u2013"
bodies = st.sampled_from([7, 11, 12, 13]).flatmap(lambda size: st.text("0123456789", min_size=size, max_size=size))


@given(st.integers(0, 999_999_999), st.sampled_from(["", "00", " ", "00 "]))
def test_a_number_is_read_with_or_without_the_zeros_of_the_paper(number: int, before: str) -> None:
    assert note_number(f"{before}{number}") == number
    assert note_number(f"00{number:09}") == number


@pytest.mark.parametrize("text", ["", " ", "25510198x", "BL255101988", "255-101", "٢٥٥", "²55", "1.0", "-1", "+1"])
def test_a_number_holds_digits_only(text: str) -> None:
    with pytest.raises(NotDigits):
        note_number(text)


@pytest.mark.parametrize("text", ["2551019880", "0025510198800", "0255101988", "1" * 5000])
def test_a_number_holds_nine_digits_at_most(text: str) -> None:
    with pytest.raises(TooLong):
        note_number(text)


def test_what_is_wrong_with_a_number_is_told_in_the_words_of_the_trade() -> None:
    assert NotDigits().message == "Format incorrect, veuillez saisir uniquement des caractères numériques"
    assert TooLong().message == "Nombre de caractères supérieur à 9, veuillez vérifier votre N° de bon de livraison"


@given(st.text("aB9é", min_size=1), st.data())
def test_a_reference_is_found_in_any_spelling(text: str, data: st.DataObject) -> None:
    spelt = "".join(data.draw(st.sampled_from([c, c.upper(), c.lower()])) + data.draw(st.text(SIGNS)) for c in text)
    assert reference_key(spelt) == reference_key(text)


@given(st.text())
def test_the_key_of_a_key_is_itself(text: str) -> None:
    key = reference_key(text)
    assert reference_key(key) == key
    assert all(c.isalnum() for c in key)


@pytest.mark.parametrize(
    ("printed", "typed"),
    [
        ("0986424707", "0 986 424 707"),
        ("12342XV+S2", "12342xvs2"),
        ("LX 1780/3", "lx1780-3"),
        ("KD457.47", "KD 45747"),
        ("FILTRE É4", "filtre e4"),
    ],
)
def test_a_reference_as_printed_is_the_one_as_typed(printed: str, typed: str) -> None:
    assert reference_key(printed) == reference_key(typed)


def test_digits_that_differ_make_other_references() -> None:
    assert reference_key("0986424707") != reference_key("986424707")


@given(bodies)
def test_an_ean_of_any_length_is_kept_as_the_same_fourteen_digits(body: str) -> None:
    text = body + check_digit(body)
    if int(text):
        assert gtin(text) == text.zfill(14)
        assert gtin(gtin(text)) == gtin(text)


@given(bodies, st.integers(0, 13), st.integers(1, 9))
def test_an_ean_with_one_wrong_digit_is_none(body: str, place: int, more: int) -> None:
    text = body + check_digit(body)
    place %= len(text)
    wrong = text[:place] + str((int(text[place]) + more) % 10) + text[place + 1 :]
    assert gtin(wrong) == ""


@pytest.mark.parametrize("text", ["", "0", "00000000", "0" * 13, "12345", "4047024615823 ", "٤٠٤٧٠٢٤٦١٥٨٢٣", "a" * 13])
def test_what_is_no_ean_is_none(text: str) -> None:
    assert gtin(text) == ""


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_a_day_is_read_in_iso_and_as_french_papers_write_it(asked: date) -> None:
    assert day(asked.isoformat()) == asked.isoformat()
    assert day(f"{asked.day}/{asked.month}/{asked.year}") == asked.isoformat()
    assert day(f"{asked.day:02}/{asked.month:02}/{asked.year}") == asked.isoformat()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2021",
        "20211203",
        "2021-W48-5",
        "03/12/21",
        "31/02/2021",
        "2021-13-01",
        "1899-12-31",
        "2999-11-20",
        "٢٠٢١-١٢-٠٣",
    ],
)
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        day(text)
