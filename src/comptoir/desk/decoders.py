"""What reads bars in a grey picture: zxing-cpp, and zbar through pyzbar where its library stands.

The only importer of both. What they tell is brought to one form, so that their words can be counted as votes: retail
codes are 14 digits, a text of a matrix code is UTF-8, and what has no check digit and few signs is not believed.
"""

import sys
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, NamedTuple

from comptoir.core.i18n import _
from comptoir.core.later import later
from comptoir.core.refs import GTIN, is_proved, upc_e

if TYPE_CHECKING:
    import numpy as np
    import zxingcpp
    from pyzbar import pyzbar

    Grey = np.ndarray[Any, Any]  # lines, columns; 8 bits
else:
    zxingcpp, pyzbar = later("zxingcpp"), later("pyzbar.pyzbar")

ZXING, ZBAR = "zxing", "zbar"
# Code 39 as scanners are shipped to read it: `/A` is a slash and a letter, not the `!` of its full ASCII form.
COMMON = ("EANUPC", "Code128", "Code39Std", "Code93", "Codabar", "ITF14", "QRCode")
MATRIX = ("DataMatrix", "Aztec", "PDF417", "MicroQRCode")
ALL = (*COMMON, *MATRIX)
EAN8 = 8
SHORTEST = 4  # signs of what has no check digit: a Code 39 of one letter is read in any fence
_ZBAR = ("EAN13", "EAN8", "UPCA", "UPCE", "CODE128", "CODE39", "CODE93", "I25", "CODABAR", "QRCODE")
_AIM = {
    "EAN13": "]E0", "EAN8": "]E4", "UPCA": "]E0", "UPCE": "]E0", "CODE128": "]C0", "CODE39": "]A0", "CODE93": "]G0",
    "I25": "]I1", "CODABAR": "]F0", "QRCODE": "]Q1",
}  # fmt: skip
_CORRECTED = "QdzL"  # AIM letters of the codes that Reed-Solomon corrects: QR, Data Matrix, Aztec, PDF417
_UNPROVED = "AFG"  # of those that a decoder believes without a check digit, or with a weak one
_RETAIL = "EI"  # of those that hold a GTIN and nothing else
# What AIM writes of a symbol with ECI, whose text has been brought to UTF-8 here (ISO/IEC 15424, annex F).
_ECI = {"]Q2": "]Q1", "]Q4": "]Q3", "]Q6": "]Q5", "]d4": "]d1", "]d5": "]d2", "]d6": "]d3", "]L1": "]L2"}

Point = tuple[int, int]
Quad = tuple[Point, ...]


class Read(NamedTuple):
    """One symbol as one decoder read it: two reads of equal `key` say the same."""

    data: bytes  # a text in UTF-8, control characters and GS1's separators included
    symbology: str  # AIM identifier: `]E0`
    key: str
    decoder: str
    quad: Quad  # its corners, pixels of the picture that was read
    short: bool = False  # a UPC-E: half of an EAN-13 looks like one

    @property
    def corrected(self) -> bool:
        """Tell whether the symbol corrects its own errors: such a text is right or is not read."""
        return self.symbology[1] in _CORRECTED

    @property
    def retail(self) -> bool:
        """Tell whether it is a GTIN, which one check digit protects."""
        return self.symbology[1] in _RETAIL


class Decoder(NamedTuple):
    """A decoder of this machine: its version, empty where it is missing, and then how to get it."""

    name: str
    version: str
    advice: str = ""


def standing() -> tuple[Decoder, ...]:
    """Tell which decoders stand on this machine, and how to install the one that is missing."""
    there = zbar_stands()
    return (
        Decoder("zxing-cpp", version("zxing-cpp")),
        Decoder("zbar", f"pyzbar {version('pyzbar')}" if there else "", "" if there else _advice()),
    )


def _advice() -> str:
    if sys.platform == "darwin":
        return _("`brew install zbar`; on Apple silicon, also `ln -s /opt/homebrew/lib ~/lib`")
    if sys.platform == "win32":
        return _("install the Visual C++ 2013 redistributable (x64) from Microsoft")
    return _("`sudo apt install libzbar0` (Debian, Ubuntu), or the zbar package of your system")


@lru_cache(maxsize=1)
def zbar_stands() -> bool:
    """Tell whether zbar's library is on this machine; everything works without it, and reads somewhat less."""
    try:
        pyzbar.decode  # noqa: B018 - the library is loaded when the module is
    except (ImportError, OSError):  # a DLL that lacks one of its own is FileNotFoundError, an OSError
        return False
    return True


def zxing(grey: "Grey", formats: tuple[str, ...] = COMMON, *, thorough: bool = False) -> list[Read]:
    """Read a grey picture with zxing-cpp; `thorough` also looks at it inverted, and smaller."""
    if not grey.size:
        return []
    found = zxingcpp.read_barcodes(
        grey,
        formats=_formats(formats),
        try_downscale=thorough,
        try_invert=thorough,
        text_mode=zxingcpp.TextMode.Plain,
    )
    return list(_believed(_zxing_read(one) for one in found))


def zbar(grey: "Grey") -> list[Read]:
    """Read a grey picture with zbar; nothing where its library is missing."""
    if not (grey.size and zbar_stands()):
        return []
    found = (_zbar_read(one) for one in pyzbar.decode(grey, symbols=_symbols()))
    return [read for read in _believed(found) if _ascii_only(read)]


@lru_cache(maxsize=8)
def _formats(names: tuple[str, ...]) -> Any:  # noqa: ANN401 - zxing's own type
    return zxingcpp.barcode_formats_from_str("|".join(names))


@lru_cache(maxsize=1)
def _symbols() -> list[Any]:
    # UPC-E has to be asked for: left out, zbar gives it all the same and calls it an EAN-13. DataBar writes on stderr.
    return [pyzbar.ZBarSymbol[name] for name in _ZBAR]


def _zxing_read(one: Any) -> Read:  # noqa: ANN401 - zxing's own type
    position = one.position
    corners = (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    symbology = one.symbology_identifier
    data = _text(one.bytes, one.text, symbology)
    # One Code 39 in 43 ends as if with a check character, which zxing then says it has.
    symbology = "]A0" if symbology == "]A1" else _ECI.get(symbology, symbology)
    quad = tuple((corner.x, corner.y) for corner in corners)
    return Read(data, symbology, _key(data, symbology), ZXING, quad, one.format == zxingcpp.BarcodeFormat.UPCE)


def _text(raw: bytes, told: str, symbology: str) -> bytes:
    """Give a text in UTF-8: what a symbol without ECI holds is UTF-8, else Latin-1 (ISO/IEC 18004, 7.3.5)."""
    if symbology[1] not in _CORRECTED:
        return raw
    if symbology in _ECI:
        return told.encode("utf-8", "surrogateescape")
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1").encode()
    return raw


def _zbar_read(one: Any) -> Read:  # noqa: ANN401 - pyzbar's own type
    data = one.data
    if one.type == "UPCA":
        data = b"0" + data
    elif one.type == "UPCE":
        data = f"0{upc_e(data.decode('ascii'))}".encode()
    symbology = _AIM.get(one.type, "]X0")
    quad = tuple((point.x, point.y) for point in one.polygon)
    return Read(data, symbology, _key(data, symbology), ZBAR, quad, one.type == "UPCE")


def _ascii_only(read: Read) -> bool:
    # zbar guesses the alphabet of a QR code without ECI, and takes French in UTF-8 for Chinese: zxing reads those.
    return read.symbology[1] != "Q" or read.data.isascii()


def _key(data: bytes, symbology: str) -> str:
    """Give what two decoders agree on: 14 digits of a retail code, else the family and the text."""
    text = data.decode("utf-8", "surrogateescape")
    return text.zfill(GTIN) if symbology[1] in _RETAIL else f"{symbology[1]}{text}"


def _believed(reads: Iterable[Read]) -> Iterator[Read]:
    """Leave out empty texts, what is too short to prove anything, and GTINs whose check digit is wrong."""
    for read in reads:
        kind, text = read.symbology[1], read.data
        if kind == "X" or not text or (kind in _UNPROVED and len(text.strip(b"ABCD")) < SHORTEST):
            continue
        if kind in _RETAIL and not _is_gtin(read.key, len(text), kind):
            continue
        yield read


def _is_gtin(key: str, length: int, kind: str) -> bool:
    lengths = (GTIN,) if kind == "I" else (EAN8, GTIN - 1)
    return length in lengths and is_proved(key)
