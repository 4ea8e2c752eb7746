"""Numbers that prove themselves by a check digit, and the marks that say which barcode a reader saw."""

from typing import NamedTuple

from comptoir.core import refs
from comptoir.core.refs import check_digit, gtin, is_proved

SSCC, UPC_E = 18, 8
_LONG = frozenset({12, 13, 14, SSCC})  # as long as this, a number that has no other use here was meant to be right


class Symbology(NamedTuple):
    """What an AIM identifier says: the barcode's name, whether it holds GS1 elements, whether a GTIN alone."""

    name: str
    gs1: bool = False
    retail: bool = False


_NAMES = {
    "A": "Code 39", "C": "Code 128", "d": "Data Matrix", "E": "EAN/UPC", "e": "GS1 DataBar", "F": "Codabar",
    "G": "Code 93", "H": "Code 11", "I": "ITF", "J": "DotCode", "L": "PDF417", "M": "MSI", "Q": "QR Code",
    "S": "Standard 2 of 5", "U": "MaxiCode", "X": "?", "z": "Aztec",
}  # fmt: skip
_MODIFIERS = {"A": "01234567", "z": "0123456789ABC"}  # ISO/IEC 15424; the others have 0 to 6
_GS1 = {
    "C1": "GS1-128", "e0": "GS1 DataBar", "d2": "GS1 DataMatrix", "d5": "GS1 DataMatrix", "Q3": "GS1 QR Code",
    "Q4": "GS1 QR Code", "J1": "GS1 DotCode",
}  # fmt: skip
_RETAIL = {"E0": "EAN-13 / UPC-A / UPC-E", "E3": "EAN-13 / UPC-A / UPC-E", "E4": "EAN-8"}
AIM_LENGTH = 3
AIM = {
    f"]{letter}{modifier}": Symbology(
        _GS1.get(letter + modifier) or _RETAIL.get(letter + modifier) or name,
        letter + modifier in _GS1,
        letter + modifier in _RETAIL,
    )
    for letter, name in _NAMES.items()
    for modifier in _MODIFIERS.get(letter, "0123456")
}


def symbology(text: str) -> Symbology | None:
    """Tell the barcode from the AIM identifier before a text: `]E0` for an EAN-13 (ISO/IEC 15424)."""
    return AIM.get(text[:AIM_LENGTH])


def is_digits(text: str) -> bool:
    """Tell whether a text is ASCII digits and nothing else."""
    return text.isascii() and text.isdigit()


def upc_e(text: str) -> str:
    """Give the 14 digits that a UPC-E of 8 digits stands for where its check digit is right, else nothing."""
    if len(text) != UPC_E or text[0] not in "01" or not is_digits(text):
        return ""
    return gtin(refs.upc_e(text))


def sscc(text: str) -> str:
    """Give the 18 digits of a shipping container's number (with or without its AI 00) that is right, else nothing."""
    digits = text[2:] if len(text) == SSCC + 2 and text.startswith("00") else text
    return digits if len(digits) == SSCC and is_proved(digits) else ""


def expected_digit(text: str) -> str:
    """Give the check digit that a number as long as a UPC-A or more should end with, where it does not."""
    if len(text) not in _LONG or not is_digits(text):
        return ""
    right = check_digit(text[:-1])
    return "" if right == text[-1] else right
