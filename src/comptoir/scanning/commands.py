"""Orders given by scanning them, and the calibration code that tells how a scanner is set."""

from enum import StrEnum
from functools import cache
from typing import NamedTuple

from comptoir.core.i18n import mark
from comptoir.scanning.codes import AIM
from comptoir.scanning.gs1 import GS
from comptoir.scanning.layouts import ALL, RIGHT, garble, layout, repair

SAFE = "BCDEFGHIJKLNOPRSTUVXY"  # the letters that every keyboard of `layouts` leaves alone
_NAMESPACE = "CPTR"
# Each is prime to 21, so that one wrong letter always changes the sum.
_WEIGHTS = (1, 2, 4, 5, 8, 10, 11, 13)


class Command(StrEnum):
    """What a scanned order asks for."""

    VALIDATE = "validate"
    CANCEL = "cancel"
    PLUS = "plus"
    MINUS = "minus"
    ALL = "all"
    UNDO = "undo"
    QUIT = "quit"


LABELS = {
    Command.VALIDATE: mark("Validate"),
    Command.CANCEL: mark("Cancel"),
    Command.PLUS: mark("One more"),
    Command.MINUS: mark("One less"),
    Command.ALL: mark("All that remains"),
    Command.UNDO: mark("Undo the last scan"),
    Command.QUIT: mark("Quit"),
}
_LETTERS = {
    Command.VALIDATE: "VLDT",
    Command.CANCEL: "CNCL",
    Command.PLUS: "PLUS",
    Command.MINUS: "LESS",
    Command.ALL: "REST",
    Command.UNDO: "UNDO",
    Command.QUIT: "STOP",
}
# The words of the trade's language, whatever the language of the screens: they are printed on French labels.
_WORDS = {
    Command.VALIDATE: "VALIDER",
    Command.CANCEL: "ANNULER",
    Command.PLUS: "PLUS",
    Command.MINUS: "MOINS",
    Command.ALL: "TOUT",
    Command.UNDO: "DEFAIRE",
    Command.QUIT: "QUITTER",
}


def check_letter(letters: str) -> str:
    """Give the letter that ends a command's code: a weighted sum over the 21 safe letters."""
    total = sum(weight * SAFE.index(letter) for weight, letter in zip(_WEIGHTS, letters, strict=True))
    return SAFE[total % len(SAFE)]


def code(command: Command) -> str:
    """Give what a command's barcode holds: nine letters that no keyboard changes, in capitals.

    Nine, because an article code has eight and the numbers that prove themselves have no letter.
    """
    return lettered(_LETTERS[command])


def lettered(letters: str) -> str:
    """Give what the barcode of four safe letters holds: an order of ours, or one that the shop adds."""
    whole = _NAMESPACE + letters
    return whole + check_letter(whole)


def letters_of(text: str) -> str:
    """Give the four letters of a code whose check letter is right, in any case, else nothing."""
    letters = text.upper()[len(_NAMESPACE) : -1]
    good = len(letters) == len(_NAMESPACE) and set(letters) <= set(SAFE) and lettered(letters) == text.upper()
    return letters if good else ""


def coded(text: str) -> Command | None:
    """Tell which command's code a text is, in any case."""
    return _codes().get(text.upper())


def worded(text: str) -> Command | None:
    """Tell which command a plain French word gives (`VALIDER`), in capitals or not, garbled by any keyboard or not."""
    return _words().get(text)


class Profile(NamedTuple):
    """How a scanner is set, as its calibration showed it.

    `layout` is one of `layouts.ALL` or `us`. `separator` is what comes in place of a GS (0x1D) before any repair: GS
    itself, nothing when it is lost, or some text (`029` when it is typed with Alt). `suffix` ends each scan.
    """

    layout: str = RIGHT
    aim: bool = False
    separator: str = GS
    suffix: str = "\r"


# The head holds digits, letters and signs that keyboards move, and no dead key. `]` and the backquote, which no French
# scanner can type on a US keyboard, come after the separator: they alone part the Belgian keyboard from the Mac's.
_HEAD = "0123456789AQMWZaqmwz-_/."
_TAIL = "]`FIN"
CALIBRATION = _HEAD + GS + _TAIL
# What X11 makes of AltGr and the keys that a French scanner uses for `]` and the backquote: the plain key.
_ALTGR = "-7"


def calibrated(raw: bytes) -> Profile | None:
    """Tell how a scanner is set from what its scan of `CALIBRATION` gave, end of line included; None for other scans.

    None too where something that is no AIM identifier stands before it: such a scanner adds a prefix.
    """
    if len(raw) < len(_HEAD):
        return None
    text = raw.decode("utf-8", "replace")
    for name, head, tail in _images():
        start, end = text.find(head), text.rfind(tail)
        if 0 <= start <= end - len(head):
            before, suffix = text[:start], text[end + len(tail) :]
            separator = text[start + len(head) : end]
            aim = _is_aim(before, name)
            # ESC comes before each digit that a terminal is given with Alt.
            return Profile(name, aim, separator.replace("\x1b", ""), suffix) if aim or not before else None
    return None


@cache
def _codes() -> dict[str, Command]:
    return {code(command): command for command in Command}


@cache
def _words() -> dict[str, Command]:
    spelled = [(word, command) for command, capitals in _WORDS.items() for word in (capitals, capitals.lower())]
    garbled = {garble(word, layout(name)): command for name in ALL for word, command in spelled}
    return garbled | dict(spelled)


@cache
def _images() -> list[tuple[str, str, str]]:
    images = [(name, garble(_HEAD, layout(name)), garble(_TAIL, layout(name))) for name in (RIGHT, *ALL)]
    reverse = [(name, head, _ALTGR + tail) for name, head, tail in images if name.startswith("reverse")]
    return reverse + images  # the longer tail first, or its beginning would be taken for a separator


def _is_aim(before: str, name: str) -> bool:
    # A French scanner cannot type the `]` on a US keyboard: the letter and the figure after it are left.
    typed = repair(before, layout(name)) or ""
    return "]" + typed[-2:] in AIM and len(before) <= len("]E0")
