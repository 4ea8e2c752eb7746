"""The door of phonenumbers: French telephone numbers as people dial them."""

from re import ASCII
from re import compile as pattern
from typing import TYPE_CHECKING

from comptoir.core.later import later
from comptoir.core.text import tidy

if TYPE_CHECKING:
    import phonenumbers
else:
    phonenumbers = later("phonenumbers")

# Where French numbers are (mainland, overseas, Monaco), and, of those that are dialled with ten digits and a zero, the
# overseas regions first: the mainland's plan holds their landlines too, under a prefix that is wrong.
REGIONS = frozenset({"FR", "GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF", "PF", "NC", "WF", "MC"})
DIALLED = ("GP", "MQ", "GF", "RE", "YT", "FR")
INTERNATIONAL = ("+", "00")
_NUMBER = pattern(r"\+?[\d ().\-/]+", ASCII)


def french(text: str) -> str:
    """Give a French number, mainland or overseas, in its international form (E.164); nothing where it is none."""
    written = tidy(text)
    regions = ("FR",) if written.startswith(INTERNATIONAL) else DIALLED
    for region in regions if _NUMBER.fullmatch(written) else ():
        try:
            number = phonenumbers.parse(written, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number) and phonenumbers.region_code_for_number(number) in REGIONS:
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return ""


def is_dialled(text: str) -> bool:
    """Tell whether a number is written as it is dialled in its own country, with a zero and without a prefix."""
    written = tidy(text)
    return written.startswith("0") and not written.startswith(INTERNATIONAL)
