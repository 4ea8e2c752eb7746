"""Numbers with a check digit, and AIM identifiers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import imei, luhn

from comptoir.core import refs
from comptoir.core.refs import check_digit
from comptoir.scanning import codes

DIGITS = "0123456789"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("96385074", "00000096385074"),
        ("036000291452", "00036000291452"),
        ("4006381333931", "04006381333931"),
        ("14006381333938", "14006381333938"),
        ("2000000000015", "02000000000015"),
    ],
)
def test_a_right_article_number_is_given_as_fourteen_digits(text: str, value: str) -> None:
    assert codes.gtin(text) == value


@pytest.mark.parametrize(
    "text", ["", "4006381333930", "400638133393", "40063813339311", "٤٠٠٦٣٨١٣٣٣٩٣١", "00000000", "0" * 13, "9638507X"]
)
def test_what_is_no_right_article_number_gives_nothing(text: str) -> None:
    assert codes.gtin(text) == ""


@given(st.sampled_from([7, 11, 12, 13]).flatmap(lambda n: st.text(DIGITS, min_size=n, max_size=n)), st.data())
def test_one_wrong_digit_is_always_seen(body: str, data: st.DataObject) -> None:
    number = body + check_digit(body)
    place, more = data.draw(st.integers(0, len(body))), data.draw(st.integers(1, 9))
    wrong = f"{number[:place]}{(int(number[place]) + more) % 10}{number[place + 1 :]}"
    assert codes.gtin(wrong) == ""
    assert codes.gtin(number) == ("" if not number.strip("0") else number.zfill(14))
    if len(number) > 8:
        assert codes.expected_digit(number) == ""
        assert codes.expected_digit(number[:-1] + str((int(number[-1]) + more) % 10)) == number[-1]


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("04252614", "042100005264"),
        ("01234505", "012000003455"),
        ("01234531", "012300000451"),
        ("01234543", "012340000053"),
        ("01234565", "012345000065"),
    ],
)
def test_a_upc_e_is_the_article_number_that_it_shortens(short: str, long: str) -> None:
    assert codes.gtin(long)
    assert codes.upc_e(short) == codes.gtin(long)


def test_a_upc_e_has_eight_digits_the_first_0_or_1_and_a_right_check_digit() -> None:
    for text in ("", "04252615", "24252614", "0425261", "0425261X", "00000000"):
        assert codes.upc_e(text) == ""


def test_a_container_number_is_right_with_or_without_its_identifier() -> None:
    assert codes.sscc("340123451234567895") == codes.sscc("00340123451234567895") == "340123451234567895"
    for text in ("340123451234567890", "01340123451234567895", "0" * 18, "", "34012345123456789"):
        assert codes.sscc(text) == ""


@given(st.text(DIGITS, min_size=14, max_size=14))
def test_a_phone_number_is_what_python_stdnum_says_it_is(body: str) -> None:
    number = body + luhn.calc_check_digit(body)
    assert refs.is_imei(number) == bool(number.strip("0"))
    assert imei.is_valid(number)
    assert not refs.is_imei(body + str((int(number[-1]) + 1) % 10))


@pytest.mark.parametrize("text", ["", "49015420323751", "4901542032375180", "49015420323751X", "٤" * 15])
def test_what_is_not_fifteen_digits_is_no_phone_number(text: str) -> None:
    assert not refs.is_imei(text)


@pytest.mark.parametrize(
    ("text", "name", "gs1", "retail"),
    [
        ("]E04006381333931", "EAN-13 / UPC-A / UPC-E", False, True),
        ("]E496385074", "EAN-8", False, True),
        ("]C0HA112", "Code 128", False, False),
        ("]C101", "GS1-128", True, False),
        ("]e001", "GS1 DataBar", True, False),
        ("]d1x", "Data Matrix", False, False),
        ("]d201", "GS1 DataMatrix", True, False),
        ("]Q1x", "QR Code", False, False),
        ("]Q301", "GS1 QR Code", True, False),
        ("]J101", "GS1 DotCode", True, False),
        ("]A0x", "Code 39", False, False),
        ("]I0x", "ITF", False, False),
        ("]I1x", "ITF", False, False),
        ("]F0x", "Codabar", False, False),
        ("]L0x", "PDF417", False, False),
    ],
)
def test_an_aim_identifier_names_the_barcode(text: str, name: str, gs1: bool, retail: bool) -> None:
    assert codes.symbology(text) == (name, gs1, retail)


@pytest.mark.parametrize("text", ["", "]", "]C", "]C9", "]@0", "C1", "[C1", "]c1"])
def test_what_is_no_aim_identifier_names_nothing(text: str) -> None:
    assert codes.symbology(text) is None
