"""Numbers of delivery notes, references in any spelling, days as papers write them."""

import re
from datetime import date

from comptoir.core.errors import NotFound, UsageProblem
from comptoir.core.i18n import _
from comptoir.core.text import fold

NUMBER_DIGITS = 9
PRINTED = "00"  # what the paper and its barcode carry before the number
HISTORY = 7  # days that a list shows when nothing else is asked
_FRENCH_DAY = re.compile(r"(\d\d?)/(\d\d?)/(\d{4})", re.ASCII)
_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_YEARS = range(1900, 2100)  # no note is of another: its year was mistyped


class BadNumber(UsageProblem):
    """A text that is no number of a delivery note."""

    def __init__(self, message: str) -> None:
        super().__init__(
            message, _("it stands at the top of the note, after `BON DE LIVRAISON N°`: leave out its two leading zeros")
        )


class NotDigits(BadNumber):
    """A number with something else than digits."""

    def __init__(self) -> None:
        super().__init__(_("wrong format, please type digits only"))


class TooLong(BadNumber):
    """A number with too many digits."""

    def __init__(self) -> None:
        super().__init__(_("more than 9 characters, please check the number of your delivery note"))


class UnknownNote(NotFound):
    """No delivery note has this number."""

    def __init__(self, number: int) -> None:
        super().__init__(
            _("no delivery note has the number {number}").format(number=number),
            _("list the latest ones with `comptoir delivery list`"),
        )


class NothingHolds(NotFound):
    """No delivery note holds what was looked for."""

    def __init__(self, text: str) -> None:
        super().__init__(
            _("no delivery note holds `{text}`").format(text=text),
            _("give a reference, an EAN or the number of a note; `comptoir delivery import` brings notes in"),
        )


def note_number(text: str) -> int:
    """Read the number of a note, typed or scanned with the zeros of the paper; raise NotDigits or TooLong."""
    digits = "".join(text.split())
    if not (digits.isascii() and digits.isdigit()):
        raise NotDigits
    digits = digits.removeprefix(PRINTED)
    if len(digits) > NUMBER_DIGITS:
        raise TooLong
    return int(digits or "0")


def reference_key(text: str) -> str:
    """Give the letters and digits of a reference, in capitals and without accents: how it is looked up.

    Every other sign goes, even the `+` of `12342XV+S2`: people type references without them. Two articles that only a
    sign tells apart are found together, each shown as it is printed.
    """
    return "".join(c for c in fold(text) if c.isalnum()).upper()


def day(text: str) -> str:
    """Read a day written `2021-12-03` or `03/12/2021` into ISO; raise ValueError."""
    if found := _FRENCH_DAY.fullmatch(text):
        text = f"{found[3]}-{found[2]:0>2}-{found[1]:0>2}"
    if not _ISO_DAY.fullmatch(text) or date.fromisoformat(text).year not in _YEARS:
        raise ValueError(text)
    return text


def eligible(delivered: int, returned: int) -> int:
    """Give the quantity of a line that may still go back."""
    return max(delivered - returned, 0)
