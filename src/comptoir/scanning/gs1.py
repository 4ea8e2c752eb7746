"""GS1 labels: elements such as a GTIN, a batch or an order, each behind its application identifier (AI)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from comptoir.core.i18n import _
from comptoir.core.later import later
from comptoir.core.refs import GTIN, gtin
from comptoir.core.text import shown
from comptoir.scanning.codes import SSCC, is_digits, sscc

if TYPE_CHECKING:
    import biip
    from biip import gs1_element_strings
else:
    # 80 ms: for labels alone.
    biip = later("biip")
    gs1_element_strings = later("biip.gs1_element_strings")

GS, RS, EOT = "\x1d", "\x1e", "\x04"
KEPT = frozenset((GS, RS, EOT))
_ENVELOPE = "[)>" + RS + "05" + GS  # ISO/IEC 15434: what follows is GS1
_AI_LENGTHS = range(2, 5)
# The elements that a counter may use, as they are named in its data; the others are named by their AI.
NAMES: Mapping[str, str] = {
    "00": "sscc", "01": "gtin", "02": "content", "10": "batch", "17": "expiry", "20": "variant", "21": "serial",
    "240": "additional_id", "241": "customer_part", "250": "secondary_serial", "30": "count", "37": "content_count",
    "400": "order", "401": "consignment", "410": "ship_to", "8004": "asset",
}  # fmt: skip


class Label(NamedTuple):
    """A label's elements by name (`gtin`, `batch`..., `ai_91`), how people write it, or why it is refused."""

    elements: Mapping[str, str]
    written: str
    problem: str


def is_label(text: str) -> bool:
    """Tell whether a text looks like GS1 elements although no AIM identifier says so.

    It holds a separator, is written `(01)...`, or begins with a container's or an article's number that is right.
    """
    if GS in text or _bracketed(text):
        return True
    head = text[:2]
    longer = len(text) > GTIN + 2 or (len(text) == GTIN + 2 and head == "01")
    return (head in {"01", "02"} and longer and bool(gtin(text[2 : GTIN + 2]))) or (
        head == "00" and len(text) > SSCC + 2 and bool(sscc(text[2 : SSCC + 2]))
    )


def label(text: str) -> Label:
    """Read a label; what is not GS1, an unknown AI or a wrong check digit refuses all of it, with the reason."""
    found: dict[str, str] = {}
    written = ""
    rest = _plain(text)
    while rest := rest.lstrip(GS):
        ai, value, problem = _first(rest)
        if problem:
            return Label({}, "", problem)
        found.setdefault(NAMES.get(ai, f"ai_{ai}"), value)
        written += f"({ai}){value}"
        rest = rest[len(ai) + len(value) :]
    return Label(found, written, "" if found else _("the label holds nothing"))


def _first(rest: str) -> tuple[str, str, str]:
    """Give the AI and the value of the first element, or the reason why there is none."""
    unread = "", "", _("no GS1 element can be read at `{text}`").format(text=shown(rest.partition(GS)[0]))
    # Its patterns take the digits of every alphabet; GS1 takes ASCII alone (General Specifications, 7.11).
    if not rest.isascii():
        return unread
    try:
        element = gs1_element_strings.GS1ElementString.extract(rest)
    except biip.ParseError:
        return unread
    ai, value = element.ai.ai, element.value
    after = rest[len(element) : len(element) + 1]
    if element.gtin_error or element.sscc_error or element.gln_error:
        return "", "", _("({ai}) {value}: the check digit is wrong").format(ai=ai, value=value)
    if element.ai.separator_required and after not in {"", GS}:
        return (
            "",
            "",
            _("({ai}) {value}: what follows is not its own, or a separator is lost").format(ai=ai, value=value),
        )
    return ai, value, ""


def _plain(text: str) -> str:
    """Take off the envelope and the brackets: each bracketed AI stands after a separator instead."""
    text = text.removeprefix(_ENVELOPE).rstrip(RS + EOT + GS)
    if not _bracketed(text):
        return text
    first, *parts = text.replace(" ", "").split("(")
    return first + "".join(GS + p.replace(")", "", 1) if _is_ai(p.partition(")")[0]) else "(" + p for p in parts)


def _bracketed(text: str) -> bool:
    ai, closed, value = text[1:].partition(")") if text.startswith("(") else ("", "", "")
    return bool(closed and value) and _is_ai(ai)


def _is_ai(text: str) -> bool:
    return len(text) in _AI_LENGTHS and is_digits(text)
