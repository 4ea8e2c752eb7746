"""Which of the barcodes of a nameplate is the serial number: a phone's IMEI, what says so, then what looks like one."""

import re
from collections.abc import Iterable, Iterator
from enum import IntEnum
from itertools import pairwise
from typing import TYPE_CHECKING

from comptoir.core.later import later
from comptoir.core.refs import GTIN, GTIN_LENGTHS, gtin, is_imei
from comptoir.core.text import tidy

if TYPE_CHECKING:
    from urllib import parse

    import biip
    from biip import gs1_element_strings
else:
    biip, gs1_element_strings, parse = map(later, ("biip", "biip.gs1_element_strings", "urllib.parse"))

SHORTEST, LONGEST = 4, 60  # signs
_RETAIL = frozenset({"]E0", "]E4", "]I1"})  # EAN and UPC, ITF-14: numbers of articles
_GS1 = frozenset({"]C1", "]d2", "]e0", "]J1", "]Q3"})
_SERIAL, _ELECTRONIC = "21", "8002"  # AI of a serial number and of a phone's (GS1 General Specifications, 3.5.2, 3.9.4)
_GS, _RS = "\x1d", "\x1e"
_ENVELOPE = f"[)>{_RS}06{_GS}"  # ISO/IEC 15434: what follows has the identifiers of ANSI MH10.8.2, S a serial number's
# What makers print before the number, in the languages of their plates.
_LABEL = (
    r"(?:\b(?:serial(?:\s*(?:number|nummer|no|nr|n°))?\b|snr?\b|s\s*/\s*n(?:[or]\b)?|serien(?:nummer|nr)?\b"
    r"|matricola\b|s[ée]rie\b|imei\s*[12]?\b)\.?\s*[:=#]?\s*)"
)
_VALUE = r"(?P<value>[A-Za-z0-9][A-Za-z0-9/._+-]{3,59})"
_PLAIN = r"[A-Za-z0-9][A-Za-z0-9 /._+-]{3,59}"
_NAMED = frozenset({"sn", "serial", "serialno", "serialnumber", "serial_number", "imei"})  # in an address


class _Rank(IntEnum):
    """How sure it is that a text is the serial number, the surest first."""

    IMEI = 0
    SAID = 1
    PLAIN = 2


def serials(codes: Iterable[tuple[str, str]]) -> list[str]:
    """List what may be the serial number among barcodes (AIM identifier, text), the likeliest first, each once.

    Numbers of articles are none, and neither are addresses without a number in them.
    """
    found = sorted(
        ((rank, value) for symbology, text in codes for rank, value in _candidates(symbology, text)),
        key=lambda each: each[0],
    )
    return list(dict.fromkeys(value for _rank, value in found))


def _candidates(symbology: str, text: str) -> Iterator[tuple[_Rank, str]]:
    if symbology in _RETAIL:
        return
    for rank, value in _values(symbology, text.strip()):
        clean = tidy(value).strip(" .-_/+")
        if SHORTEST <= len(clean) <= LONGEST and any(sign.isdigit() for sign in clean):
            yield (_Rank.IMEI if is_imei(clean) else rank), clean


def _values(symbology: str, text: str) -> Iterator[tuple[_Rank, str]]:
    if symbology in _GS1:
        said = list(_elements(text))
    elif text.startswith(_ENVELOPE):
        parts = re.split(f"[{_GS}{_RS}\x04]", text.removeprefix(_ENVELOPE))
        said = [part[1:] for part in parts if part.startswith("S")]
    elif re.match(r"(?i)https?://", text):
        said = list(_in_address(text))
    else:
        said = [found["value"] for found in re.finditer(_LABEL + _VALUE, text, re.IGNORECASE)]
        if not said and re.fullmatch(_PLAIN, text) and not _is_article(text):
            yield _Rank.PLAIN, text
    for value in said:
        yield _Rank.SAID, value


def _elements(text: str) -> Iterator[str]:
    """Give the serial numbers among the elements of a GS1 text, up to the first that cannot be read."""
    while text := text.lstrip(_GS):
        try:
            element = gs1_element_strings.GS1ElementString.extract(text)
        except biip.ParseError:
            return
        if element.ai.ai in {_SERIAL, _ELECTRONIC}:
            yield element.value
        text = text[len(element) :]


def _in_address(text: str) -> Iterator[str]:
    # Taken apart by hand: what parses addresses raises on some that a plate may bear.
    path, _mark, query = text.partition("#")[0].partition("?")
    # GS1 Digital Link: `/01/GTIN/21/SERIAL`.
    yield from (parse.unquote(value) for name, value in pairwise(path.split("/")) if name == _SERIAL)
    yield from (value for name, value in parse.parse_qsl(query) if name.lower() in _NAMED)


def _is_article(text: str) -> bool:
    # One serial number of 8 digits in ten ends as an EAN-8 does: those are believed.
    return len(text) >= GTIN - 2 and len(text) in GTIN_LENGTHS and bool(gtin(text))
