"""What the decoders tell, brought to one form; real barcodes drawn and read back."""

import subprocess
import sys

import cv2
import numpy as np
import pytest
import zxingcpp
from hypothesis import assume, given
from hypothesis import strategies as st

from comptoir.core.refs import check_digit, upc_e
from comptoir.desk import decoders
from comptoir.desk.decoders import ALL, standing, zbar, zbar_stands, zxing

BOTH = [zxing, pytest.param(zbar, marks=pytest.mark.skipif(not zbar_stands(), reason="libzbar0 is not here"))]
F = zxingcpp.BarcodeFormat


def drawn(text, form, scale=3, **options):
    made = np.array(zxingcpp.create_barcode(text, form, **options).to_image(scale=scale))
    return cv2.copyMakeBorder(made, 40, 40, 40, 40, cv2.BORDER_CONSTANT, value=(255,))


LINEAR = [
    ("4006381333931", F.EAN13, "]E0", b"4006381333931", "04006381333931"),
    ("0036000291452", F.EAN13, "]E0", b"0036000291452", "00036000291452"),
    ("96385074", F.EAN8, "]E4", b"96385074", "00000096385074"),
    ("01234565", F.UPCE, "]E0", b"0012345000065", "00012345000065"),
    ("BL-2024-0187", F.Code128, "]C0", b"BL-2024-0187", "CBL-2024-0187"),
    ("REP12345", F.Code39, "]A0", b"REP12345", "AREP12345"),
    ("SWA087043", F.Code39, "]A0", b"SWA087043", "ASWA087043"),
    ("REF/A+B", F.Code39Std, "]A0", b"REF/A+B", "AREF/A+B"),
    ("REP12345", F.Code93, "]G0", b"REP12345", "GREP12345"),
    ("13012345678909", F.ITF14, "]I1", b"13012345678909", "13012345678909"),
    ("https://exemple.fr/1", F.QRCode, "]Q1", b"https://exemple.fr/1", "Qhttps://exemple.fr/1"),
]


@pytest.mark.parametrize("decode", BOTH)
@pytest.mark.parametrize(("text", "form", "symbology", "data", "key"), LINEAR)
def test_both_decoders_say_the_same_of_each_symbology(decode, text, form, symbology, data, key):
    reads = decode(drawn(text, form))
    assert [(read.symbology, read.data, read.key) for read in reads] == [(symbology, data, key)]


@pytest.mark.parametrize(
    ("text", "form", "symbology"),
    [
        ("PIECE 12", F.DataMatrix, "]d1"), ("PIECE 12", F.PDF417, "]L2"), ("PIECE 12", F.Aztec, "]z0"),
        ("A12345B", F.Codabar, "]F0"),
    ],
)  # fmt: skip
def test_zxing_reads_what_is_asked_of_it_besides(text, form, symbology):
    (read,) = zxing(drawn(text, form), ALL)
    assert (read.symbology, read.data) == (symbology, text.encode())


def test_a_gs1_128_keeps_its_separators_and_says_that_it_is_one():
    picture = drawn("(01)04006381333931(21)AB12(10)LOT", F.Code128, gs1=True)
    (read,) = zxing(picture)
    assert (read.symbology, read.data) == ("]C1", b"010400638133393121AB12\x1d10LOT")
    if zbar_stands():
        assert [other.key for other in zbar(picture)] == [read.key]


@pytest.mark.parametrize("text", ["Pièce n°3", 'Écran, 24"', "reçu le 3 août", "100 € TTC", "œuvre à l'abri"])
@pytest.mark.parametrize("options", [{}, {"eci": "UTF-8"}])
def test_french_in_a_qr_code_is_read_in_utf_8_with_and_without_eci(text, options):
    content = text if options else text.encode()
    (read,) = zxing(drawn(content, F.QRCode, **options))
    assert (read.symbology, read.data.decode()) == ("]Q1", text)


def test_latin_1_in_a_qr_code_without_eci_is_what_the_standard_says_it_is():
    (read,) = zxing(drawn("Pièce n°3", F.QRCode))  # zxing itself takes it for Shift JIS
    assert read.data.decode() == "Pièce n°3"


@pytest.mark.skipif(not zbar_stands(), reason="libzbar0 is not here")
def test_zbar_is_not_believed_on_the_accents_of_a_qr_code():
    assert zbar(drawn("Pièce n°3".encode(), F.QRCode)) == []


@pytest.mark.parametrize("decode", BOTH)
@pytest.mark.parametrize(
    ("text", "form"), [("T", F.Code39), ("12", F.Code39), ("123456", F.ITF), ("13012345678908", F.ITF)]
)
def test_what_proves_too_little_is_not_told(decode, text, form):
    assert decode(drawn(text, form)) == []


@pytest.mark.parametrize("decode", BOTH)
@pytest.mark.parametrize("shape", [(0, 0), (0, 9), (1, 1), (2, 700), (480, 640)])
def test_a_picture_without_bars_or_without_pixels_has_no_code(decode, shape):
    assert decode(np.full(shape, 200, np.uint8)) == []


@pytest.mark.parametrize("decode", BOTH)
def test_nothing_is_written_on_stderr(decode, capfd):
    decode(drawn("0104006381333931", F.DataBarOmni))
    assert capfd.readouterr() == ("", "")


@given(st.integers(0, 999_999), st.sampled_from("01"))
def test_a_upc_e_stands_for_the_thirteen_digits_that_zxing_gives_it(body, system):
    seven = f"{system}{body:06}"
    code = seven + check_digit(upc_e(f"{seven}0")[:-1])
    try:
        made = zxingcpp.create_barcode(code, F.UPCE)
    except ValueError:  # zeros that another ending would leave out
        assume(False)
    assert f"0{upc_e(code)}" == made.text


def test_the_machine_says_which_decoders_stand():
    first, second = standing()
    assert first.name == "zxing-cpp"
    assert first.version
    assert bool(second.version) is zbar_stands()


WITHOUT_ZBAR = """
import ctypes.util, sys
ctypes.util.find_library = lambda name: None
sys.platform = {platform!r}
from comptoir.desk.decoders import standing, zbar, zbar_stands
from comptoir.desk.camera import Camera
sys.platform = "linux"
assert not zbar_stands()
import numpy
assert zbar(numpy.full((90, 90), 255, numpy.uint8)) == []
sys.platform = {platform!r}
(name, version, advice) = standing()[1]
assert version == "", version
sys.platform = "linux"
with Camera(sys.argv[1]) as camera:
    sys.stdout.write(f"{{advice}}|{{[scan.data for scan in camera.scans()]}}")
"""


@pytest.mark.parametrize(("platform", "word"), [("linux", "libzbar0"), ("darwin", "brew install zbar")])
def test_without_libzbar_everything_still_reads_and_its_installation_is_told(tmp_path, platform, word):
    path = tmp_path / "label.png"
    cv2.imwrite(str(path), drawn("4006381333931", F.EAN13))
    command = [sys.executable, "-c", WITHOUT_ZBAR.format(platform=platform), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    advice, _bar, scans = done.stdout.partition("|")
    assert word in advice
    assert scans == "[b']E04006381333931']"


@pytest.mark.parametrize("error", [ImportError, OSError, FileNotFoundError])
def test_a_library_that_fails_to_load_in_any_way_is_a_missing_one(monkeypatch, error):
    class Broken:
        def __getattr__(self, name):
            raise error(name)

    monkeypatch.setattr(decoders, "pyzbar", Broken())
    zbar_stands.cache_clear()
    try:
        assert zbar(drawn("4006381333931", F.EAN13)) == []
        assert standing()[1].advice
    finally:
        zbar_stands.cache_clear()
