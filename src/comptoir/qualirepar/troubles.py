"""What is known of a repair that is to be claimed, and the points that would make its organism refuse."""

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from comptoir.core.i18n import _, mark
from comptoir.organisms.statuses import Organism

if TYPE_CHECKING:
    from comptoir.attachments.queries import AttachmentRow
    from comptoir.fiches.rules import Product
    from comptoir.organisms.rules import Answer
    from comptoir.qualirepar.queries import AlikeRow, ClaimDetail
    from comptoir.qualirepar.rules import Account
    from comptoir.repairs.billed import BillRow
    from comptoir.repairs.queries import CaseDetail


class Weight(StrEnum):
    """Whether a point stops the claim, or may only be looked at."""

    STOPS = "stops"
    DOUBT = "doubt"


WEIGHT_WORDS = {Weight.STOPS: mark("To mend"), Weight.DOUBT: mark("To look at")}


# What each field is called on a screen; the keys are those of the data.
FIELD_WORDS = {
    "claim": mark("Claim"),
    "organism": mark("Organism"),
    "last_name": mark("Last name"),
    "first_name": mark("First name"),
    "title": mark("Civility"),
    "address": mark("Address"),
    "postcode": mark("Postcode"),
    "town": mark("Town"),
    "email": mark("E-mail"),
    "phone": mark("Phone"),
    "professional": mark("Customer"),
    "data_consent": mark("Consent"),
    "circular_consent": mark("Consent"),
    "warranty": mark("Warranty"),
    "bought_on": mark("Purchase"),
    "comeback": mark("Comeback"),
    "fault": mark("Fault"),
    "fiche": mark("Fiche"),
    "product": mark("Product"),
    "brand": mark("Brand"),
    "serial": mark("Serial number"),
    "model": mark("Model"),
    "repair_code": mark("Repair code"),
    "symptom": mark("Symptom code"),
    "invoice": mark("Invoice"),
    "paid": mark("Payment"),
    "siret": mark("SIRET"),
    "repaired_on": mark("Repair date"),
    "bonus": mark("Bonus"),
    "total": mark("Total"),
    "circular": mark("Bonus"),
    "consent": mark("Document"),
    "nameplate": mark("Document"),
    "picture": mark("Document"),
    "site": mark("Site"),
    "lists": mark("Lists"),
    "double": mark("Device"),
}


class Trouble(NamedTuple):
    """A point that would, or may, make the organism refuse: which field, why, what to do."""

    field: str
    weight: Weight
    message: str
    advice: str


class Shop(NamedTuple):
    """What the shop says of itself in its settings: its e-mail and phone, the fiches that it is labelled for."""

    email: str
    phone: str
    fiches: frozenset[int]


class Dossier(NamedTuple):
    """All that is known of a repair that is to be claimed.

    `claim` is the last claim of the repair, `doubles` those of the same device that are alive under other repairs.
    `covering` is the organism that the catalogues name without a doubt, None where they do not. `siret` tells whether
    the invoice bears one.
    """

    case: "CaseDetail"
    product: "Product"
    bill: "BillRow | None"
    files: "tuple[AttachmentRow, ...]"
    answer: "Answer"
    covering: Organism | None
    account: "Account"
    shop: Shop
    claim: "ClaimDetail | None"
    doubles: "tuple[AlikeRow, ...]"
    siret: bool
    now: datetime

    @property
    def organism(self) -> Organism | None:
        """Give the organism that the claim goes to, None where it cannot be told."""
        return self.answer.organism


def stops(field: str, message: str, advice: str) -> Trouble:
    """Make a point that stops the claim."""
    return Trouble(field, Weight.STOPS, message, advice)


def doubt(field: str, message: str, advice: str) -> Trouble:
    """Make a point that a person may look at."""
    return Trouble(field, Weight.DOUBT, message, advice)


def fetch() -> str:
    """Advise to fetch the lists."""
    return _("`comptoir qualirepar sync` fetches the lists of the organisms")


def line(*words: str) -> str:
    """Write a command to be typed, its blanks in capitals."""
    return f"`comptoir {' '.join(words)}`"


def correct(number: str, option: str, value: str) -> str:
    """Advise to correct what was told of a repair."""
    return line("repair set", number, option, value)


def then(*steps: str) -> str:
    """Advise to do one thing after the other."""
    told = steps[0]
    for step in steps[1:]:
        told = _("{first}, then {next}").format(first=told, next=step)
    return told


def also(*told: str) -> str:
    """Say several things on one line."""
    said = told[0]
    for each in told[1:]:
        said = _("{first}; {next}").format(first=said, next=each)
    return said


def credit(number: str) -> str:
    """Advise to undo the invoice of a repair."""
    return line("repair credit", number, "--why", _("REASON"))


def invoice(number: str, *options: str) -> str:
    """Advise to invoice a repair."""
    return line("repair invoice", number, *options)
