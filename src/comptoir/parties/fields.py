"""The fields of a reseller's forms, each checked, with the reason when it is refused."""

from collections.abc import Mapping
from re import ASCII
from re import compile as pattern

from stdnum.exceptions import InvalidChecksum, ValidationError
from stdnum.fr import siret as siret_numbers

from comptoir.core.i18n import _
from comptoir.core.text import fold, tidy
from comptoir.desk import phones
from comptoir.parties.rules import BadField, Check

COUNTRIES = {"france": "France", "fr": "France", "monaco": "Monaco", "mc": "Monaco"}
TITLES = {"m": "M.", "mr": "M.", "monsieur": "M.", "mme": "Mme", "mlle": "Mme", "madame": "Mme", "mademoiselle": "Mme"}
LONGEST_EMAIL = 254  # RFC 5321, 4.5.3.1.3
_ATOM = r"[\w!#$%&'*+/=?^`{|}~-]+"  # RFC 5322, 3.2.3, letters of any alphabet included (RFC 6532)
_LABEL = r"[^\W_](?:[\w-]*[^\W_])?"
_EMAIL = pattern(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})+")
_POSTCODE = pattern(r"(?:0[1-9]|[1-8]\d|9[0-5]|97[1-8]|98[0678])\d{2,3}", ASCII)
POSTCODE_DIGITS = 5


def name(text: str) -> str:
    """Give a company's name, tidied; raise BadField when it is empty."""
    return _filled("--name", text)


def siret(text: str) -> str:
    """Give the 14 digits of a SIRET, its check digit verified (INSEE; La Poste's own sum included)."""
    try:
        return str(siret_numbers.validate(text))
    except InvalidChecksum:
        raise BadField("--siret", _("`{text}` has a wrong check digit").format(text=text)) from None
    except ValidationError:
        raise BadField("--siret", _("`{text}` is not a SIRET of 14 digits").format(text=text)) from None


def email(text: str) -> str:
    """Give an e-mail address, its form checked."""
    address = tidy(text)
    if len(address) > LONGEST_EMAIL or not _EMAIL.fullmatch(address):
        raise BadField("--email", _("`{text}` is not an e-mail address").format(text=text))
    return address


def phone(text: str) -> str:
    """Give a French phone number, mainland or overseas, in its international form (E.164)."""
    if number := phones.french(text):
        return number
    raise BadField("--phone", _("`{text}` is not a French phone number").format(text=text))


def title(text: str) -> str:
    """Give a civility as eco-organisms take it, `M.` or `Mme`; raise BadField."""
    known = TITLES.get(fold(tidy(text)).rstrip("."))
    if known is None:
        raise BadField("--title", _("`{text}` is neither M. nor Mme").format(text=text))
    return known


def last_name(text: str) -> str:
    """Give a person's last name, tidied; raise BadField when it is empty."""
    return _filled("--last-name", text)


def first_name(text: str) -> str:
    """Give a person's first name, tidied; raise BadField when it is empty."""
    return _filled("--first-name", text)


def line(text: str) -> str:
    """Give the first line of an address; raise BadField when it is empty."""
    return _filled("--line", text)


def complement(text: str) -> str:
    """Give the second line of an address, which may be empty."""
    return tidy(text)


def postcode(text: str) -> str:
    """Give a French or Monegasque postcode of 5 digits, of a department that exists."""
    digits = "".join(text.split())
    if len(digits) != POSTCODE_DIGITS or not _POSTCODE.fullmatch(digits):
        raise BadField("--postcode", _("`{text}` is not a French postcode").format(text=text))
    return digits


def town(text: str) -> str:
    """Give a town; raise BadField when it is empty."""
    return _filled("--town", text)


def country(text: str) -> str:
    """Give the country; pickups are done in France and Monaco alone."""
    known = COUNTRIES.get(fold(tidy(text)))
    if known is None:
        raise BadField("--country", _("devices are picked up in France and Monaco, not in `{text}`").format(text=text))
    return known


IDENTITY: Mapping[str, Check] = {"name": name, "siret": siret, "email": email, "phone": phone}
CONSUMER: Mapping[str, Check] = {
    "title": title, "last_name": last_name, "first_name": first_name, "email": email, "phone": phone,
}  # fmt: skip
PLACE: Mapping[str, Check] = {
    "line": line, "complement": complement, "postcode": postcode, "town": town, "country": country,
}  # fmt: skip


def _filled(flag: str, text: str) -> str:
    value = tidy(text)
    if not value:
        raise BadField(flag, _("it is empty"))
    return value
