"""A claim as Ecologic takes it: the body of its requests, its codes, its spelling of towns."""

import re
from base64 import b64encode
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from comptoir.core.later import later
from comptoir.core.money import rounded
from comptoir.organisms.protocol import Billed, Claimant, File, Form, Repaired
from comptoir.organisms.statuses import Piece

if TYPE_CHECKING:
    import unicodedata
else:
    unicodedata = later("unicodedata")

FRANCE = 250  # ISO 3166, numeric
UNKNOWN_BRAND = "0"
# 3 is M. for certain. For Mme, 1 is what the clients in use send; the tables that are known say 1 or 2.
TITLES = {"M.": 3, "Mme": 1, "Mlle": 1, "Société": 4}
MISTER = 3
DOCUMENTS = {
    Piece.INVOICE: "INVOICE",
    Piece.CONSENT: "CONSUMERVALIDATION",
    Piece.NAMEPLATE: "NAMEPLATE",
    Piece.PICTURE: "PRODUCTPICTURE",
}
EXTENSIONS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}
_LETTERS = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE"})


def asked_for(form: Form) -> tuple[tuple[str, str], ...]:
    """Give the query of a claim: our reference is its `quoteNumber`."""
    return (
        ("RepairEndDate", form.repaired_on.isoformat()),
        ("RepairSiteId", form.site),
        ("ConsumerInvoiceNumber", form.bill.invoice),
        ("quoteNumber", form.reference),
    )


def body(form: Form) -> dict[str, Any]:
    """Give the body of a claim; parts are left out, no client names a status for their origin."""
    return {"Consumer": _consumer(form.consumer), "Product": _product(form.device), "Quote": _quote(form.bill)}


def upload(file: File) -> tuple[tuple[tuple[str, str], ...], dict[str, str]]:
    """Give the query, less its claim, and the body of a document; no two uploads have the same name."""
    stem, _dot, suffix = file.name.rpartition(".")
    bare = re.sub(r"[^A-Za-z0-9_-]+", "-", _plain(stem or file.name)).strip("-")[:60]
    extension = EXTENSIONS.get(file.media_type) or suffix.lower()
    query = (
        ("FileName", f"{bare or 'document'}-{uuid4().hex[:12]}"),
        ("FileExtension", extension),
        ("DocumentType", DOCUMENTS[file.piece]),
    )
    return query, {"FileContent": b64encode(file.content).decode("ascii")}


def town(text: str) -> str:
    """Spell a town as the postal list does: no number, accent, hyphen or apostrophe; Saint is St."""
    bare = re.sub(r"\b\d+\s*(?:er|[eè]re|[eè]me|nde?|e)?\b|\barrondissement\b", " ", text, flags=re.IGNORECASE)
    bare = re.sub(r"[^\w]|_", " ", _plain(bare))
    bare = re.sub(r"\b(s)aint(e?)\b", _abridged, bare, flags=re.IGNORECASE)
    return " ".join(bare.split()) or text


def _abridged(found: re.Match[str]) -> str:
    letter = "T" if found[0].isupper() else "t"
    return f"{found[1]}{letter}{found[2]}"


def _plain(text: str) -> str:
    """Take the accents off."""
    apart = unicodedata.normalize("NFD", text.translate(_LETTERS))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _consumer(consumer: Claimant) -> dict[str, Any]:
    return {
        "Title": TITLES.get(consumer.title, MISTER),
        "LastName": consumer.last_name,
        "FirstName": consumer.first_name,
        "StreetNumber": "",
        "Address1": consumer.line,
        "Address2": consumer.complement,
        "Address3": "",
        "Zip": consumer.postcode,
        "City": town(consumer.town),
        "Country": FRANCE,
        "Phone": consumer.phone,
        "Email": consumer.email,
        "AutoValidation": True,  # by the document that the consumer signed
    }


def _product(device: Repaired) -> dict[str, str]:
    return {
        "ProductId": device.product,
        "BrandId": device.brand or UNKNOWN_BRAND,
        "CommercialRef": device.model,
        "SerialNumber": device.serial,
        "PurchaseDate": device.bought_on,
        "IRISSymptom": device.symptom,
        "IRISSection": device.repair_code,  # this is where repair codes are read
        "IRISCondition": "",
        "IRISConditionEX": "",
        "IRISDefault": "",
        "IRISRepair": device.repair_code,
        "FailureDescription": device.fault,
        "DefectCode": "",
    }


def _quote(bill: Billed) -> dict[str, Any]:
    costs = {
        "LaborCost": bill.labour,
        "SparePartsCost": bill.parts,
        "TravelCost": bill.travel,
        "TotalAmountExclVAT": bill.net,
        "TotalAmountInclVAT": bill.total,
        "SupportAmount": bill.bonus,
    }
    return {name: _euros(cost) for name, cost in costs.items()}


def _euros(amount: Decimal) -> dict[str, Any]:
    return {"Amount": rounded(amount), "Currency": "EUR"}
