"""Serial numbers among the bars of a nameplate: what is one, what is none, and which comes first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from comptoir.attachments.nameplates import serials
from comptoir.core.refs import is_imei

IMEI = "490154203237518"
RS, GS, EOT = "\x1e", "\x1d", "\x04"


@pytest.mark.parametrize(
    ("symbology", "text", "read"),
    [
        ("]C0", IMEI, IMEI),
        ("]C0", f"IMEI1: {IMEI}", IMEI),
        ("]C0", "S/N12345678", "12345678"),
        ("]C0", "S/N: 12345678", "12345678"),
        ("]A0", "SN:ABC-123", "ABC-123"),
        ("]A0", "SN12345", "SN12345"),
        ("]Q1", "Serial No. : ABC1234", "ABC1234"),
        ("]Q1", "P/N: 77-88 S/N: 456789\nMAC: 00:11", "456789"),
        ("]Q1", "Série : FR2024-77", "FR2024-77"),
        ("]Q1", "Seriennummer=8800121", "8800121"),
        ("]Q1", "https://exemple.fr/p?model=W2&sn=AB1234", "AB1234"),
        ("]Q1", "https://id.exemple.org/01/04006381333931/21/XYZ%2B12", "XYZ+12"),
        ("]C1", f"010400638133393121SER123{GS}10LOT", "SER123"),
        ("]d2", f"240AB12{GS}21SER9{GS}", "SER9"),
        ("]C1", f"8002{IMEI}", IMEI),
        ("]d1", f"[)>{RS}06{GS}1PWAT28{GS}SABC123{RS}{EOT}", "ABC123"),
        ("]C0", "FD 9912 00345", "FD 9912 00345"),
        ("]C0", "20240187", "20240187"),
    ],
)
def test_a_serial_number_is_read_out_of_what_is_around_it(symbology: str, text: str, read: str) -> None:
    assert serials([(symbology, text)]) == [read]


@pytest.mark.parametrize(
    ("symbology", "text"),
    [
        ("]E0", "4006381333931"),
        ("]E4", "96385074"),
        ("]I1", "13012345678909"),
        ("]C0", "4006381333931"),
        ("]C1", "0104006381333931"),
        ("]C1", "01040063813339"),
        ("]Q1", "https://www.exemple.fr/notice/12345"),
        ("]Q1", "WIFI:S:box12;T:WPA;P:secret12;;"),
        ("]C0", "MODELE"),
        ("]C0", "A1"),
        ("]C0", "x1" * 40),
        ("]d1", "\ufffd\ufffd\ufffd1"),
        ("]C0", ""),
    ],
)
def test_what_is_no_serial_number_is_left_out(symbology: str, text: str) -> None:
    assert serials([(symbology, text)]) == []


def test_the_likeliest_comes_first_and_each_once() -> None:
    codes = [("]E0", "4006381333931"), ("]C0", "WAT28400FF"), ("]C0", "SN: FD99123"), ("]C0", IMEI), ("]Q1", "FD99123")]
    assert serials(codes) == [IMEI, "FD99123", "WAT28400FF"]


@given(st.text(alphabet="0123456789", min_size=14, max_size=14))
def test_an_imei_has_the_digit_that_a_library_gives(body: str) -> None:
    right = luhn.calc_check_digit(body)
    assert [digit for digit in "0123456789" if is_imei(body + digit)] == ([right] if body.strip("0") else [])


@given(st.lists(st.tuples(st.sampled_from(["]C0", "]C1", "]d2", "]Q1", "]E0"]), st.text(max_size=80)), max_size=4))
def test_no_barcode_makes_it_fail(codes: list[tuple[str, str]]) -> None:
    assert all(4 <= len(read) <= 60 and read.isprintable() for read in serials(codes))


@given(st.text(alphabet="https://[]?&=%21/:@#", max_size=30))
def test_no_address_makes_it_fail(text: str) -> None:
    serials([("]Q1", "https://" + text)])
