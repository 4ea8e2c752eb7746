"""What would make an organism refuse a claim, field by field, before anything is sent: the person and the device.

Sources: the label's rules (public page of ecosystem, support of e-reparateur), the reasons of rejection that working
clients show. What only one third party says, or what an organism's list may lack, is a doubt and stops nothing.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING

from comptoir.core.errors import ComptoirError
from comptoir.core.i18n import _
from comptoir.core.paris import in_paris
from comptoir.core.refs import typed
from comptoir.core.text import fold
from comptoir.organisms.statuses import ORGANISM_NAMES, ROUTED_WORDS, CodeKind, Organism
from comptoir.qualirepar import bill_checks
from comptoir.qualirepar.bill_checks import chosen
from comptoir.qualirepar.forms import national
from comptoir.qualirepar.troubles import (
    Dossier,
    Trouble,
    Weight,
    also,
    correct,
    credit,
    doubt,
    fetch,
    invoice,
    line,
    stops,
    then,
)
from comptoir.repairs import rules as repairs
from comptoir.repairs.statuses import Consent, Warranty

if TYPE_CHECKING:
    from comptoir.repairs.queries import CaseDetail

__all__ = ["chosen", "stopping", "troubles"]

_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+")
_PHONE_DIGITS = 10  # of a number inside the country: all that ecosystem takes
_POSTCODE = re.compile(r"\d{5}", re.ASCII)
_IMEI_DIGITS = 15
# What names of companies have, and names of people hardly ever: the organisms pay for private persons alone.
_COMPANY = re.compile(
    r"\b(?:sarl|sas|sasu|eurl|sci|snc|scop|societe|association|mairie|commune|entreprise|ets|etablissements)\b"
)
# What one repairer's own tool takes for no failure of the device, in words that staff write.
_NO_FAILURE = re.compile(
    r"vitre arriere|face arriere|coque|esthetique|rayure|nettoyage|deblocage|reinitialisation|remise a zero|oxyd"
)
# What the postal list never has in a town: digits but those of a district, CEDEX, brackets and bars.
_DISTRICT = re.compile(r"\b\d{1,2} ?(?:er|e|eme|nd|nde)?(?: arrondissement)?\b")
_FIGURES = re.compile(r"\d{4,}")
_NO_TOWN = re.compile(r"\bcedex\b|\bbp\b|[\d()/,;]")


def troubles(dossier: Dossier) -> list[Trouble]:
    """List what would make the organism refuse, in the order a person mends it."""
    rules = (_organism, _person, _reached, _agreement, _product, _serial, _codes)
    found = [each for rule in rules for each in rule(dossier)]
    return [*bill_checks.standing(dossier), *found, *bill_checks.troubles(dossier)]


def stopping(found: Iterable[Trouble]) -> list[Trouble]:
    """Give those that stop the claim."""
    return [each for each in found if each.weight is Weight.STOPS]


def _organism(dossier: Dossier) -> Iterator[Trouble]:
    answer, number, organism = dossier.answer, dossier.case.number, dossier.organism
    if organism is None:
        todo = also(fetch(), *(correct(number, "--organism", each) for each in Organism))
        yield stops("organism", _(ROUTED_WORDS[answer.routed]), todo)
        return
    other = dossier.covering
    if other and other is not organism:
        told = _("the catalogues say that {other} has this brand, not {organism}")
        said = told.format(other=ORGANISM_NAMES[other], organism=ORGANISM_NAMES[organism])
        weigh = stops if organism is Organism.ECOSYSTEM else doubt  # its own catalogue says so
        yield weigh("organism", said, correct(number, "--organism", other))
    elif not dossier.case.organism and not answer.certain:
        told = _("{host}: {reason}").format(host=ORGANISM_NAMES[organism], reason=_(ROUTED_WORDS[answer.routed]))
        yield doubt("organism", told, correct(number, "--organism", organism))


def _person(dossier: Dossier) -> Iterator[Trouble]:
    case = dossier.case
    wanted = {
        "last_name": (case.last_name, _("the customer's last name is missing"), "--last-name"),
        "first_name": (case.first_name, _("the customer's first name is missing"), "--first-name"),
        "address": (case.line, _("the customer's address is missing"), "--line"),
        "town": (case.town, _("the customer's town is missing"), "--town"),
    }
    for field, (value, message, option) in wanted.items():
        if not value.strip():
            yield stops(field, message, correct(case.number, option, _("TEXT")))
    if not _POSTCODE.fullmatch(case.postcode):
        told = _("the customer's postcode is missing, or has not five digits")
        yield stops("postcode", told, correct(case.number, "--postcode", _("POSTCODE")))
    if dossier.organism is Organism.ECOSYSTEM and not case.title:
        yield stops("title", _("ecosystem wants the customer's civility"), correct(case.number, "--title", "Mme"))
    if _COMPANY.search(fold(f"{case.last_name} {case.first_name}")):
        told = _("the customer looks like a company: the bonus is for private persons alone (reject 03)")
        yield doubt("professional", told, _without(case.number))
    strange = _NO_TOWN if dossier.organism is Organism.ECOLOGIC else _FIGURES
    if strange.search(_DISTRICT.sub("", fold(case.town))):
        told = _("the town `{town}` is not spelled as the post does: it may not be known").format(town=case.town)
        yield doubt("town", told, correct(case.number, "--town", _("TEXT")))


def _reached(dossier: Dossier) -> Iterator[Trouble]:
    """Look at how the organism reaches the customer, as it does to check."""
    case, number = dossier.case, dossier.case.number
    if not case.email.strip():
        told = _("the customer's e-mail is missing: both organisms want it")
        yield stops("email", told, correct(number, "--email", _("TEXT")))
    elif not _EMAIL.fullmatch(case.email.strip()):
        told = _("`{text}` is not an e-mail address").format(text=case.email)
        yield stops("email", told, correct(number, "--email", _("TEXT")))
    elif case.email.strip().lower() == dossier.shop.email.strip().lower():
        told = _("the e-mail is the shop's: the organism writes to the customer to check (reject 12)")
        yield doubt("email", told, correct(number, "--email", _("TEXT")))
    phone = national(case.phone)
    digits = re.sub(r"\D", "", phone)
    if not digits:
        yield stops("phone", _("the customer's phone number is missing"), correct(number, "--phone", _("NUMBER")))
    elif len(digits) != _PHONE_DIGITS or len(phone) != len(digits):
        weigh = doubt if dossier.organism is Organism.ECOLOGIC else stops
        told = _("`{phone}` is not a French number of ten digits").format(phone=case.phone)
        yield weigh("phone", told, correct(number, "--phone", _("NUMBER")))
    elif digits == re.sub(r"\D", "", dossier.shop.phone):
        told = _("the phone is the shop's: the organism calls the customer to check (reject 12)")
        yield doubt("phone", told, correct(number, "--phone", _("NUMBER")))


def _agreement(dossier: Dossier) -> Iterator[Trouble]:
    case, number = dossier.case, dossier.case.number
    if Consent.DATA not in case.consents:
        told = _("the customer did not agree that their data go to the organism")
        yield stops("data_consent", told, correct(number, "--consent", "data"))
    if dossier.bill and dossier.bill.circular and Consent.CIRCULAR not in case.consents:
        told = _("the bonus is raised for parts of the circular economy: the customer did not agree (reject 14)")
        yield stops("circular_consent", told, correct(number, "--consent", "circular-parts"))
    if case.warranty != Warranty.NONE:
        yield stops("warranty", _("the device is under a warranty: its repair gets no bonus"), _without(number))
    elif case.bought_on and _is_new(case):
        told = _("the device was bought on {day}, less than two years before: the legal guarantee holds")
        yield doubt("bought_on", told.format(day=_french(case.bought_on)), _without(number))
    if case.comeback_of:
        told = _("the device came back within three months of the repair {first}: its guarantee may cover this one")
        todo = also(line("repair show", case.comeback_of), _without(number))
        yield doubt("comeback", told.format(first=case.comeback_of), todo)
    if _NO_FAILURE.search(fold(f"{case.service} {case.fault}")):
        told = _("looks, cleaning, oxidation and the like get no bonus: see what was asked (reject 02)")
        yield doubt("fault", told, line("repair show", number))


def _is_new(case: "CaseDetail") -> bool:
    day = in_paris(case.opened_at).date()
    return day < repairs.after_months(date.fromisoformat(case.bought_on), repairs.LEGAL_YEARS * 12)


def _french(day: str) -> str:
    return date.fromisoformat(day).strftime("%d/%m/%Y")


def _without(number: str) -> str:
    """Advise to invoice without the bonus, where what is told is so."""
    return _("where it is so: {steps}").format(steps=then(credit(number), invoice(number, "--no-bonus")))


def _product(dossier: Dossier) -> Iterator[Trouble]:
    case, answer, organism = dossier.case, dossier.answer, dossier.organism
    if dossier.shop.fiches and case.fiche not in dossier.shop.fiches:
        told = _("the shop is not labelled for the fiche {fiche} of this product").format(fiche=case.fiche)
        yield doubt("fiche", told, _("see the setting `repair_fiches`"))
    if organism and not answer.product_code:
        told = _("{organism} is not known to support the product `{product}`")
        filled = told.format(organism=ORGANISM_NAMES[organism], product=case.product_label)
        yield stops("product", filled, _match(dossier, organism, "--product", case.product_label))
    if organism and not answer.brand_code:
        told = _("{organism} does not list the brand `{brand}`")
        filled = told.format(organism=ORGANISM_NAMES[organism], brand=case.brand)
        weigh = stops if organism is Organism.ECOSYSTEM else doubt  # Ecologic takes brands that nobody declared
        yield weigh("brand", filled, _match(dossier, organism, "--brand", case.brand))


def _match(dossier: Dossier, organism: Organism, option: str, name: str) -> str:
    if not dossier.answer.synced_at:
        return fetch()
    typed_line = line("qualirepar match", option, f'"{name}"', "--organism", organism, "--code", _("CODE"))
    return _("{line} says what it is there").format(line=typed_line)


def _serial(dossier: Dossier) -> Iterator[Trouble]:
    case, number = dossier.case, dossier.case.number
    told = correct(number, "--serial", _("SERIAL"))
    todo = then(credit(number), told, invoice(number)) if dossier.bill else told  # it stands on the invoice
    key = typed(case.serial)
    if not key:
        yield stops("serial", _("the serial number or IMEI is missing"), todo)
    elif problem := _imei(dossier, key):
        yield (stops if dossier.product.imei else doubt)("serial", problem, todo)
    if not case.model.strip():
        yield doubt("model", _("the model is missing"), correct(number, "--model", _("TEXT")))


def _imei(dossier: Dossier, key: str) -> str:
    """Say what is wrong in an IMEI, empty for nothing; what has fifteen digits is one, whatever the device."""
    if not (dossier.product.imei or (len(key) == _IMEI_DIGITS and key.isascii() and key.isdigit())):
        return ""
    try:
        repairs.serial_number(dossier.case.serial, imei=True)
    except ComptoirError as problem:
        return problem.message
    return ""


def _codes(dossier: Dossier) -> Iterator[Trouble]:
    case, answer = dossier.case, dossier.answer
    kinds = {
        CodeKind.REPAIR: ("repair_code", case.repair_code, answer.repairs, _("the repair code"), "--repair-code"),
        CodeKind.SYMPTOM: ("symptom", case.symptom, answer.symptoms, _("the symptom code"), "--symptom"),
    }
    listed = line("qualirepar codes --product", f'"{case.product_label}"')
    for kind in answer.needs:
        field, code, known, name, option = kinds[kind]
        todo = also(listed, correct(case.number, option, _("CODE")))
        if not code:
            yield stops(field, _("{name} is missing").format(name=name), todo)
        elif not known and answer.product_code:
            yield doubt(field, _("{name} cannot be checked: no list was fetched").format(name=name), fetch())
        elif known and code not in {each.code for each in known}:
            told = _("{name} `{code}` is not one of this product: it would be refused").format(name=name, code=code)
            yield stops(field, told, todo)
