"""What a scan means: every way to understand it, each with its proof, and which of them to follow.

A repair is never trusted on its own: a check digit, an AIM identifier or a record must stand for it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from comptoir.core.i18n import _
from comptoir.core.refs import IN_STORE, gtin, is_imei, is_number
from comptoir.core.text import shown
from comptoir.deliveries.rules import reference_key
from comptoir.repairs.rules import is_repair
from comptoir.returns.rules import is_case
from comptoir.scanning import codes, commands, gs1, layouts
from comptoir.scanning.commands import Profile

LONGEST_SCAN = 512  # characters; a GS1 label has 90 in one element, and nothing that a counter looks for is longer
NOTE_DIGITS = 9
ARTICLE_LENGTH = 8
_NOTHING: Mapping[str, str] = MappingProxyType({})
# Signs that a digit or a shifted digit becomes, and that a part code without any digit has no reason to hold.
_SUSPECT = frozenset("&\"'(_!@#$%^*)")
# Signs of no part code: a repair that gives one without an AIM identifier before it is not worth a look.
_UNLIKELY = frozenset("!@#$%^&*=<>?\"'[]{}|\\~`")
_NO_DIGITS = dict.fromkeys(map(ord, "0123456789"))


class Kind(StrEnum):
    """What a scanned text may be."""

    GTIN = "gtin"
    SSCC = "sscc"
    IMEI = "imei"
    DELIVERY_NOTE = "delivery_note"
    BUYBACK = "buyback"
    RETURN = "return"
    REPAIR = "repair"
    ARTICLE_CODE = "article_code"
    REFERENCE = "reference"
    COMMAND = "command"
    CALIBRATION = "calibration"
    NOISE = "noise"


_NUMBERS = frozenset(Kind)
_RETAIL = frozenset({Kind.GTIN, Kind.BUYBACK})  # the numbers that an EAN or UPC barcode can hold


class Proof(StrEnum):
    """What shows that a reading is right before any record is looked up."""

    NONE = ""
    CHECK_DIGIT = "check_digit"
    AIM = "aim"
    CODE = "code"


_STRENGTH = (Proof.CODE, Proof.CHECK_DIGIT, Proof.AIM, Proof.NONE)


class Reading(NamedTuple):
    """One way to understand a scan.

    `text` is the scan repaired, safe to show, without its AIM identifier; `value` what to look up: 14 digits of a
    GTIN, a note's number without its 00, the key of a reference, the name of a command. `layout` names the repair,
    empty for none. `elements` are those of a GS1 label, by name. `doubtful` is a text left as it came although a
    repair brings digits back: its record alone is no proof, for its key may be what is left of a longer one.
    """

    text: str
    kind: Kind
    value: str
    layout: str = ""
    proof: Proof = Proof.NONE
    elements: Mapping[str, str] = _NOTHING
    why: tuple[str, ...] = ()
    doubtful: bool = False


class Outcome(StrEnum):
    """How a scan ends; nothing but what is found, ordered or calibrated is followed by an act.

    `decide` knows nothing of time: whoever takes the scans tells an echo.
    """

    FOUND = "found"
    NOT_FOUND = "not_found"
    AMBIGUOUS = "ambiguous"
    UNREADABLE = "unreadable"
    COMMAND = "command"
    CALIBRATION = "calibration"
    ECHO = "echo"


class Decision(NamedTuple):
    """What a scan is taken for. `chosen` is the best guess when nothing is known, None where a person must choose."""

    outcome: Outcome
    chosen: Reading | None
    candidates: tuple[Reading, ...]
    why: tuple[str, ...]


class _Seen(NamedTuple):
    """A text that the scan may stand for, the repair that gives it, and what is said of it."""

    text: str
    layout: str = ""
    why: tuple[str, ...] = ()
    doubtful: bool = False


def layout_label(name: str) -> str:
    """Say in words how a scanner and its keyboard are set, from a layout's name."""
    base, _plus, caps = name.partition("+")
    label = _(layouts.LABELS[base])
    return _("{layout}, Caps Lock on").format(layout=label) if caps else label


def readings(raw: bytes, profile: Profile | None = None) -> list[Reading]:
    """Give every way to understand a scan, best first and never none; pure, never raises, in linear time.

    `profile` is what the scanner's calibration saved: its repair is tried first, and its Caps Lock is undone.
    """
    set_so = commands.calibrated(raw)
    if set_so:
        told = _("the calibration code, from {layout}").format(layout=layout_label(set_so.layout))
        return [Reading("", Kind.CALIBRATION, set_so.layout, proof=Proof.CODE, why=(told,))]
    text, noise = _decoded(raw)
    if noise:
        return [Reading(shown(text[:LONGEST_SCAN]), Kind.NOISE, "", why=(noise,))]
    found: dict[tuple[Kind, str], Reading] = {}
    for seen in _texts(_separated(text, profile), profile):
        for reading in _understood(seen):
            found.setdefault((reading.kind, reading.value), reading)
    if not found:
        told = _("no letter, no digit") if text else _("nothing was read")
        return [Reading(shown(text), Kind.NOISE, "", why=(told,))]
    return sorted(found.values(), key=lambda reading: _STRENGTH.index(reading.proof))


def decide(found: Sequence[Reading], exists: Callable[[Reading], bool]) -> Decision:
    """Choose between readings: one thing on record is followed, several are shown, and nothing is guessed.

    `exists` tells whether a record answers a reading. A reference and a GTIN of one text are one thing, and so are
    the elements of one label.
    """
    first = found[0]
    if first.kind is Kind.NOISE:
        return Decision(Outcome.UNREADABLE, None, (), first.why)
    if first.proof is Proof.CODE:
        return Decision(Outcome(first.kind.value), first, (first,), first.why)
    known = tuple(r for r in found if r.kind is Kind.COMMAND or exists(r))
    if known:
        return _followed(known, first)
    rivals = tuple(r for r in found if r.proof and r.proof is first.proof)
    if len({r.text for r in rivals}) > 1:
        why = _("several repairs are equally good, and no record answers: calibrate the scanner")
        return Decision(Outcome.AMBIGUOUS, None, rivals, (why,))
    return Decision(Outcome.NOT_FOUND, first, tuple(found), (*first.why, _("no record answers")))


def _followed(known: tuple[Reading, ...], first: Reading) -> Decision:
    """Choose among the readings that records answer; `first` is the best of all."""
    chosen = known[0]
    if len({_thing(r) for r in known}) > 1 or len({r.value for r in known if r.kind is Kind.GTIN}) > 1:
        why = _("several records answer: choose one, or scan another code of it")
        return Decision(Outcome.AMBIGUOUS, None, known, (why,))
    if chosen.doubtful:
        why = _("a record answers, but the keyboard seems wrong: confirm, or calibrate the scanner")
        return Decision(Outcome.AMBIGUOUS, None, known if first in known else (*known, first), (why,))
    if chosen.kind is Kind.COMMAND:
        return Decision(Outcome.COMMAND, chosen, known, chosen.why)
    return Decision(Outcome.FOUND, chosen, known, (*chosen.why, _("a record answers")))


def _thing(reading: Reading) -> tuple[str, str]:
    """Tell what a reading points at: an article by whichever of its codes, or the thing that bears a label."""
    if reading.elements:
        return "label", reading.text
    return Kind.GTIN if reading.kind is Kind.REFERENCE else reading.kind, reading.text


def _decoded(raw: bytes) -> tuple[str, str]:
    """Give the text without blanks around it nor control characters, and the reason why it is noise, if it is."""
    try:
        text, foreign = raw.decode(), False
    except UnicodeDecodeError:
        text, foreign = raw.decode("cp1252", "replace"), True
    text = text.strip(" \t\r\n\x00")
    kept = text if text.isprintable() else "".join(c for c in text if c.isprintable() or c in gs1.KEPT)
    if len(text) > LONGEST_SCAN:
        return kept, _("more than {count} characters: this is not a code").format(count=LONGEST_SCAN)
    if foreign and ("�" in kept or len(kept) < len(text)):
        return kept, _("noise: neither UTF-8 nor Windows text")
    return kept, ""


def _separated(text: str, profile: Profile | None) -> str:
    """Put back the separators of a label where the scanner is known to type something else in their place."""
    if not profile or profile.separator in {"", gs1.GS}:
        return text
    head = text[: codes.AIM_LENGTH]
    if profile.layout in layouts.ALL:
        head = layouts.repair(head, layouts.layout(profile.layout)) or ""
    symbology = codes.symbology(head)
    if not symbology or not symbology.gs1:
        return text
    return text[: codes.AIM_LENGTH] + text[codes.AIM_LENGTH :].replace(profile.separator, gs1.GS)


def _texts(text: str, profile: Profile | None) -> list[_Seen]:
    """Give the texts that a scan may stand for: as it came, and repaired."""
    usual = profile.layout if profile and profile.layout in layouts.ALL else ""
    # `]` is on no French key: an AIM identifier that came whole shows the layout to be right, but for Caps Lock.
    right = codes.symbology(text) and not usual.startswith(layouts.RIGHT)
    digits = len(text) - len(text.translate(_NO_DIGITS))
    # On every French keyboard, a digit that is seen is a sign that was typed: with digits and letters alone, nothing
    # but Caps Lock can be at fault.
    plain = digits and text.isascii() and text.isalnum()
    others = () if plain else (*layouts.BASES, *layouts.CAPPED)
    found: dict[str, _Seen] = {}
    for name in dict.fromkeys(((usual,) if usual else ()) + others) if not right else ():
        repaired = layouts.repair(text, layouts.layout(name))
        if repaired and repaired != text and repaired not in found and _gains(repaired, digits, name, usual):
            found[repaired] = _Seen(repaired, name, (_("as typed by {layout}").format(layout=layout_label(name)),))
    suspect = not text.isascii() or (not digits and not _SUSPECT.isdisjoint(text))
    repaired_first = suspect or (bool(found) and next(iter(found.values())).layout == usual)
    told = () if plain or right else _dead_keys(text)
    raw = _Seen(text, why=told, doubtful=repaired_first and bool(found or told))
    if not repaired_first:
        return [raw, *found.values()]
    # Where nothing is proved, digits alone are likelier than a sign among digits.
    return [*sorted(found.values(), key=lambda s: (s.layout != usual, not codes.is_digits(s.text))), raw]


def _gains(repaired: str, digits: int, name: str, usual: str) -> bool:
    """Tell whether a repair is worth a look: digits come back, or nothing speaks against letters alone."""
    if not codes.symbology(repaired) and not _UNLIKELY.isdisjoint(repaired):
        return False
    gain = len(repaired) - len(repaired.translate(_NO_DIGITS)) - digits
    return gain > 0 or (gain == 0 and (name == usual or (not digits and name in layouts.BASES)))


def _dead_keys(text: str) -> tuple[str, ...]:
    for name in layouts.BASES:
        found = layouts.dead_keys(text, layouts.layout(name))
        if found:
            pairs = ", ".join(f"`{seen}` ← `{typed}`" for seen, typed in found)
            return (
                _("a dead key may have taken part, {layout}: {pairs}").format(layout=layout_label(name), pairs=pairs),
            )
    return ()


def _understood(seen: _Seen) -> Iterator[Reading]:
    """Give what one text may be, without its AIM identifier."""
    text, why, proof = seen.text, seen.why, Proof.NONE
    symbology = codes.symbology(text)
    if symbology:
        text, proof = text[codes.AIM_LENGTH :], Proof.AIM
        why += (_("the reader saw a barcode of the kind {name}").format(name=symbology.name),)
    ordered = _command(text, seen, why)
    if ordered:
        yield ordered
        if ordered.proof:
            return
    if (symbology and symbology.gs1) or gs1.is_label(text):
        label = gs1.label(text)
        if not label.problem:
            yield from _labelled(label, seen.layout, proof, why)
            if symbology or gs1.GS in text:
                return
        else:
            why, proof = (*why, label.problem), Proof.NONE
    readable = _RETAIL if symbology and symbology.retail else _NUMBERS
    yield from _plainly(seen._replace(text=text, why=why), proof, readable)


def _plainly(seen: _Seen, proof: Proof, readable: frozenset[Kind]) -> Iterator[Reading]:
    """Give what a text that is no label may be: the numbers that its barcode can hold, and always a reference."""
    text, name, why, doubtful = seen
    for kind, value, shows, told in _numbers(text):
        if kind in readable:
            yield Reading(text, kind, value, name, shows or proof, why=(*why, told), doubtful=doubtful)
    key = reference_key(text)
    if key:
        digit = codes.expected_digit(text)
        if digit:
            why += (_("not a GTIN nor an SSCC: the check digit would be {digit}").format(digit=digit),)
        yield Reading(shown(text), Kind.REFERENCE, key, name, proof, why=why, doubtful=doubtful)


def _command(text: str, seen: _Seen, why: tuple[str, ...]) -> Reading | None:
    letters = commands.letters_of(text)
    if letters and not commands.coded(text):
        told = _("an order of the shop: {letters}").format(letters=letters)
        return Reading(text, Kind.COMMAND, letters, seen.layout, Proof.CODE, why=(*why, told))
    command, proof = commands.coded(text), Proof.CODE
    if not command and not seen.layout:
        command, proof = commands.worded(text), Proof.NONE  # its images under every layout are known
    if not command:
        return None
    told = _("an order: {label}").format(label=_(commands.LABELS[command]))
    return Reading(text, Kind.COMMAND, command.value, seen.layout, proof, why=(*why, told))


def _labelled(label: gs1.Label, name: str, proof: Proof, why: tuple[str, ...]) -> Iterator[Reading]:
    elements = label.elements
    why = (*why, _("a GS1 label: {elements}").format(elements=label.written))
    article, container = elements.get("gtin") or elements.get("content"), elements.get("sscc")
    proof = Proof.CHECK_DIGIT if article or container else proof
    found = [(Kind.GTIN, article or "")]
    found += [(Kind.REFERENCE, reference_key(elements.get(name, ""))) for name in ("customer_part", "additional_id")]
    found += [(Kind.SSCC, container or "")]
    serial = elements.get("serial", "")
    found += [(Kind.IMEI, serial if is_imei(serial) else "")]
    given = [(kind, value) for kind, value in found if value]
    for kind, value in given or [(Kind.REFERENCE, reference_key(label.written))]:
        yield Reading(label.written, kind, value, name, proof, elements, why)


def _numbers(text: str) -> Iterator[tuple[Kind, str, Proof, str]]:
    """Give what a text is besides a reference: kind, value, proof, and why."""
    if codes.is_digits(text):
        for kind, value, told in (
            (Kind.BUYBACK, text if text[0] == IN_STORE and is_number(text) else "", _("its check digit is right")),
            (Kind.RETURN, text if is_case(text) else "", _("its check digit is right")),
            (Kind.REPAIR, text if is_repair(text) else "", _("its check digit is right")),
            (Kind.GTIN, gtin(text), _("its check digit is right")),
            (Kind.GTIN, codes.upc_e(text), _("as a UPC-E, its check digit is right")),
            (Kind.SSCC, codes.sscc(text), _("its check digit is right")),
            (Kind.IMEI, text if is_imei(text) else "", _("its check digit is right")),
        ):
            if value:
                yield kind, value, Proof.CHECK_DIGIT, told
        number = text.removeprefix("00")
        if 0 < len(number) <= NOTE_DIGITS:
            yield Kind.DELIVERY_NOTE, number, Proof.NONE, _("as a delivery note: {number}").format(number=number)
    if len(text) == ARTICLE_LENGTH and text.isascii() and text.isalnum():
        told = _("as an article code: {count} letters and digits").format(count=ARTICLE_LENGTH)
        yield Kind.ARTICLE_CODE, text.upper(), Proof.NONE, told
