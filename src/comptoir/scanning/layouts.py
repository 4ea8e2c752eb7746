"""Keyboards that garble a scan: a scanner types keys, and the computer reads them by another map.

The maps are those of xkeyboard-config 2.35 (`us`, `fr`, `be`, `fr(mac)`, `fr(afnor)`), unshifted row then shifted row.
"""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from comptoir.core.i18n import mark
from comptoir.core.later import later

if TYPE_CHECKING:
    import unicodedata
else:
    unicodedata = later("unicodedata")

_US = "`1234567890-=qwertyuiop[]asdfghjkl;'\\zxcvbnm,./", '~!@#$%^&*()_+QWERTYUIOP{}ASDFGHJKL:"|ZXCVBNM<>?'
_FR = "²&é\"'(-è_çà)=azertyuiop^$qsdfghjklmù*wxcvbn,;:!", "~1234567890°+AZERTYUIOP¨£QSDFGHJKLM%µWXCVBN?./§"
_BE = "²&é\"'(§è!çà)-azertyuiop^$qsdfghjklmùµwxcvbn,;:=", "³1234567890°_AZERTYUIOP¨*QSDFGHJKLM%£WXCVBN?./+"
_MAC = "@&é\"'(§è!çà)-azertyuiop^$qsdfghjklmù`wxcvbn,;:=", "#1234567890°_AZERTYUIOP¨*QSDFGHJKLM%£WXCVBN?./+"
_AFNOR = "@àéèê()‘’«»'^azertyuiop-+qsdfghjklm/*wxcvbn.,:;", '#1234567890"¨AZERTYUIOP–±QSDFGHJKLM\\½WXCVBN?!…='
_DIGITS, _DIGIT_KEYS = "1234567890", "&é\"'(-è_çà"
_DEAD = {"^": "\u0302", "¨": "\u0308", "`": "\u0300"}
_ASCII = "".join(map(chr, range(0x21, 0x7F)))
_PASSING = {*map(chr, range(0x21)), "\x7f"}  # a blank is a blank; Ctrl is sent apart

# Read in this order where several could have made a text: the most frequent first.
BASES = ("fr", "be", "mac", "afnor", "reverse", "digits")
CAPS, LOCK = "+caps", "+lock"
CAPPED = tuple(name + CAPS for name in BASES)
RIGHT = "us"
ALL = (*BASES, *CAPPED, RIGHT + CAPS, "fr" + LOCK, "be" + LOCK)
LABELS: Mapping[str, str] = {
    RIGHT: mark("a keyboard set as the scanner is"),
    "fr": mark("a scanner set to US on a French PC keyboard"),
    "be": mark("a scanner set to US on a Belgian keyboard"),
    "mac": mark("a scanner set to US on a French Mac keyboard"),
    "afnor": mark("a scanner set to US on a French AFNOR keyboard"),
    "reverse": mark("a scanner set to French on a US keyboard"),
    "digits": mark("a scanner whose digits alone come out as on a French keyboard"),
}


class Layout(NamedTuple):
    """What a keyboard makes of each ASCII character that a scanner types.

    `image` goes from the character to what is seen, `origin` comes back. `dead` holds the characters whose key is dead
    there, with its sign; `lost` those that cannot be told from another, or that no key types.
    """

    name: str
    image: Mapping[int, str]
    origin: Mapping[int, str]
    dead: Mapping[str, str]
    lost: str
    known: frozenset[str]


@cache
def layout(name: str) -> Layout:
    """Give one of `ALL` by its name, or `us`, which changes nothing; raise KeyError.

    `+caps` is Caps Lock as X11 does it: the case of every letter is turned, é and à included (macOS does too, but
    keeps what is shifted in capitals). `+lock` is Caps Lock of the French and Belgian Windows keyboards: every key is
    shifted, so digits come out right and letters in the wrong case.
    """
    base, plus, caps = name.partition("+")
    pairs, dead = _pairs(base, locked=plus + caps == LOCK)
    if name not in ALL and name != RIGHT:
        raise KeyError(name)
    if plus + caps == CAPS:
        pairs = {typed: _turned(seen) for typed, seen in pairs.items()}
    origin = {seen: typed for typed, seen in pairs.items()}
    lost = "".join(c for c in _ASCII if origin.get(pairs.get(c, ""), "") != c and c not in dead)
    return Layout(
        name,
        {ord(typed): seen for typed, seen in pairs.items()},
        {ord(seen): typed for seen, typed in origin.items()},
        dead,
        lost,
        frozenset(origin) | _PASSING,
    )


def garble(text: str, board: Layout) -> str:
    """Give what is seen when a scanner types this text.

    A dead key marks the letter after it (`[e` is seen ê), and stands before what it cannot mark, as on Windows; X11
    then swallows both. A character that no key types is left out.
    """
    if board.dead or board.lost:
        return _composed("".join(c for c in text if c not in board.lost or ord(c) in board.image), board)
    return text.translate(board.image)


def repair(text: str, board: Layout) -> str | None:
    """Give the text that a scanner typed, from what is seen; None where a character is not one of this keyboard."""
    return text.translate(board.origin) if board.known.issuperset(text) else None


def dead_keys(text: str, board: Layout) -> tuple[tuple[str, str], ...]:
    """Give each character that only a dead key makes on this keyboard, with what may have been typed.

    ê may be `[e` on a French keyboard. Empty where the text holds none, or holds what this keyboard cannot make: a
    key that swallowed its neighbour leaves no trace, so what was typed is told and never taken.
    """
    keys = {sign: typed for typed, sign in board.dead.items()}
    found = {}
    for seen in sorted(set(text) - board.known):
        sign, letter = _parted(seen)
        if sign not in keys or (letter and letter not in board.known):
            return ()
        found[seen] = keys[sign] + (letter and letter.translate(board.origin))
    return tuple(found.items())


def _pairs(base: str, *, locked: bool) -> tuple[dict[str, str], dict[str, str]]:
    if base == "digits":
        signs = {c: c for c in _ASCII if c not in _DIGITS}
        return signs | dict(zip(_DIGITS, _DIGIT_KEYS, strict=True)), {}  # digits last: `-` is read 6
    boards = {RIGHT: _US, "fr": _FR, "be": _BE, "mac": _MAC, "afnor": _AFNOR}
    scanner, host = (_FR, _US) if base == "reverse" else (_US, boards[base])
    low, high = reversed(host) if locked else host
    both = dict(zip(scanner[0] + scanner[1], low + high, strict=True))
    french = base != RIGHT
    dead = {typed: seen for typed, seen in both.items() if french and base != "reverse" and seen in _DEAD}
    # The dead keys of a French scanner are not typed at all: it sends `^` with AltGr, which a US keyboard has not.
    silent = _DEAD if base == "reverse" else dead
    return {typed: seen for typed, seen in both.items() if typed not in silent}, dead


def _turned(seen: str) -> str:
    return seen.swapcase() if seen.isalpha() and seen != "µ" else seen


def _composed(text: str, board: Layout) -> str:
    seen, held = [], ""
    for c in text:
        image = board.dead.get(c) or c.translate(board.image)
        if held:
            marked = unicodedata.normalize("NFC", image + _DEAD[held])
            image, held = (marked if len(marked) == 1 else held + image), ""
        elif c in board.dead:
            image, held = "", image
        seen.append(image)
    return "".join(seen) + held


def _parted(seen: str) -> tuple[str, str]:
    """Part what a dead key made into its sign and the letter it marks, empty for the sign alone."""
    if seen in _DEAD:
        return seen, ""
    parts = unicodedata.normalize("NFD", seen)
    signs = {mark: sign for sign, mark in _DEAD.items()}
    return (signs.get(parts[1], ""), parts[0]) if len(parts) == 2 else ("", "")  # noqa: PLR2004 - a letter, a mark
