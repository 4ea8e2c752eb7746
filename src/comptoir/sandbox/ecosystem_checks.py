"""What ecosystem refuses: the schema of a claim, then its rules, one error at a time.

Sources: two working clients (members, unknown ones refused, `TYPE_DE_FICHIER_EXISTANT`, `PIECE_JOINTE_MANQUANTE`), and
published types with a mock server (the other error codes, six months, formats, ten megabytes, five pictures).
Assumed: refusals without a code of their own are `DONNEES_INVALIDES`; the thresholds are checked when a claim is made.
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from comptoir.sandbox.ecologic_checks import too_small
from comptoir.sandbox.reference import (
    AT_HOME,
    ECOSYSTEM,
    PIEC_FACTOR,
    UNKNOWN_BRAND,
    Brand,
    Product,
    Reference,
    same_number,
)
from comptoir.sandbox.schema import NUMBER, Member, optional, required, wrong
from comptoir.sandbox.state import MOVING, Book, Claim, Piece, Stage

OLDEST = timedelta(days=183)  # six months (published types)
LARGEST = 10  # megabytes of a file (published types)
PICTURES = 5  # at most (published types)
IMAGES = ("jpg", "jpeg", "png")
FORMATS = {
    "device_picture": IMAGES,
    "serial_tag": IMAGES,
    "claim_request": ("pdf", *IMAGES),
    "invoice": ("pdf", *IMAGES),
}
TITLES = ("M.", "Mme", "Mlle")
HELD = {*MOVING, Stage.PAID}
SUM = {"amount": Member(NUMBER), "currency": Member("string")}
PARTS = ("NewSparePartsAmount", "SecondHandSparePartsAmount", "CircularEconomyPartsAmount")
CUSTOMER = (
    "Title",
    "LastName",
    "FirstName",
    "Email",
    "PhoneNumber",
    "StreetLine1",
    "PostalCode",
    "City",
    "Country",
)
CLAIM = {
    **required("RepairDate", "RepairerId", "RepairPlaceID"),
    **optional("PurchaseOrderByCustomer"),
    "Product": Member(
        {
            **required("ProductID", "BrandID", "ProductIdentificationNumber"),
            **optional("PartnerProduct", "RepairTypeCode", "IrisCode", "CommercialReference"),
        }
    ),
    **optional("SpareParts", kind=optional(*PARTS, kind=NUMBER)),
    "Customer": Member(required(*CUSTOMER)),
    "Bill": Member({**dict.fromkeys(("TotalAmountInclVAT", "AmountCovered"), Member(SUM)),
                    **optional("SparePartsCost", "AmountBeforeTax", "LaborCost", "TravelExpenses", kind=SUM)}),
}  # fmt: skip
FILE = {**required("FileName", "FileType"), "FileSizeInMB": Member(NUMBER)}
LOGIN = required("username", "password")


class Problem(Exception):
    """A request that is answered 400: `code` is the organism's, `message` says more."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def read(spec: Mapping[str, Member], body: object) -> Mapping[str, Any]:
    """Give a body that keeps to its schema; raise Problem."""
    for message in wrong(spec, body):
        raise Problem("ERREUR_DE_PAYLOAD", message)
    if not isinstance(body, Mapping):
        raise Problem("ERREUR_DE_PAYLOAD", "not an object")
    return body


def check(known: Reference, book: Book, told: Mapping[str, Any], today: date) -> None:
    """Check a new claim whose schema is good; raise Problem."""
    product = known.product(ECOSYSTEM, told["Product"]["ProductID"])
    if product is None:
        raise Problem("DONNEES_INVALIDES", "ProductID inconnu")
    _place(known, told, product, today)
    day = _day(told["RepairDate"], product, today)
    _brand(known, told["Product"], product)
    _failure(told["Product"], product)
    _customer(told["Customer"])
    if reason := too_small(product, day, euros(told, "TotalAmountInclVAT")):
        raise Problem("DONNEES_INVALIDES", reason)
    serial_is_free(book, told["Product"]["ProductIdentificationNumber"], None)


def serial_is_free(book: Book, serial: str, but: Claim | None) -> None:
    """Check that no claim that was sent holds this serial number; raise Problem.

    A draft holds nothing: a working client leaves a broken draft behind and makes a new one for the same device.
    """
    number = same_number(serial)
    if not number:
        raise Problem("DONNEES_INVALIDES", "ProductIdentificationNumber est vide")
    others = (each for each in book.of(ECOSYSTEM) if each is not but and each.stage in HELD)
    if any(same_number(other.serial) == number for other in others):
        raise Problem("NUMERO_SERIE_DUPLIQUE", "Ce numéro de série a déjà fait l'objet d'une demande")


def documents(claim: Claim, product: Product) -> None:
    """Check that the files of a claim are all there; raise Problem."""
    wanted = {"invoice"}
    if product.family.key == "phone":
        wanted.add("serial_tag")
    if claim.asked.get("SpareParts", {}).get("CircularEconomyPartsAmount", 0) > 0:
        wanted.add("claim_request")
    missing = wanted - {piece.kind for piece in claim.pieces if piece.sha256}
    missing |= {piece.kind for piece in claim.pieces if not piece.sha256}
    if missing:
        raise Problem("PIECE_JOINTE_MANQUANTE", f"Pièces jointes manquantes : {', '.join(sorted(missing))}")


def fate(book: Book, claim: Claim, product: Product) -> str:
    """Give the reason for which the checks after the sending will refuse a claim, "" for none.

    A reference that another claim was sent under stands for an invoice sent twice: the API has no number of invoice.
    """
    twins = (each for each in book.of(ECOSYSTEM) if each is not claim and each.stage in HELD)
    if claim.reference and any(same_number(each.reference) == same_number(claim.reference) for each in twins):
        return "00"
    scale = product.amount(date.fromisoformat(claim.asked["RepairDate"])) or Decimal(0)
    piec = product.piec and claim.asked.get("SpareParts", {}).get("CircularEconomyPartsAmount", 0) > 0
    expected = scale * PIEC_FACTOR if piec else scale
    return "" if euros(claim.asked, "AmountCovered") == expected else "06"


def announced(claim: Claim, told: Mapping[str, Any]) -> None:
    """Check a file that is announced for a claim; raise Problem."""
    kind, name = told["FileType"], told["FileName"]
    if kind not in FORMATS:
        raise Problem("ERREUR_DE_PAYLOAD", f"{kind!r} is not one of {list(FORMATS)}")
    if name.rpartition(".")[2].lower() not in FORMATS[kind] or not name.rpartition(".")[0]:
        raise Problem("DONNEES_INVALIDES", f"Format de fichier non autorisé : {name}")
    if not 0 < told["FileSizeInMB"] <= LARGEST:
        raise Problem("DONNEES_INVALIDES", f"Taille de fichier non autorisée : {told['FileSizeInMB']} Mo")
    held = sum(piece.kind == kind for piece in claim.pieces)
    if held >= (PICTURES if kind == "device_picture" else 1):
        raise Problem("TYPE_DE_FICHIER_EXISTANT", f"Un fichier de type {kind} existe déjà")


def euros(told: Mapping[str, Any], name: str) -> Decimal:
    """Give an amount of the bill in euros."""
    return Decimal(str(told["Bill"][name]["amount"]))


def piece_named(told: Mapping[str, Any], token: str, expires: float) -> Piece:
    """Give the slot of a file that is announced."""
    return Piece(told["FileType"], told["FileName"], token=token, expires=expires)


def _place(known: Reference, told: Mapping[str, Any], product: Product, today: date) -> None:
    partner = next((each for each in known.partners if each["id"] == told["RepairerId"]), None)
    if partner is None:
        raise Problem("DONNEES_INVALIDES", "RepairerId n'est pas autorisé pour ce compte")
    if told["RepairPlaceID"] not in {AT_HOME, partner["id"], *(place["id"] for place in partner["places"])}:
        raise Problem("DONNEES_INVALIDES", "RepairPlaceID inconnu")
    sheets = {sheet["type"] for sheet in partner["sheets"] if sheet["from"] <= today <= sheet["until"]}
    if product.family.sheet not in sheets:
        raise Problem("DONNEES_INVALIDES", f"Le réparateur n'a pas la fiche métier {product.family.sheet}")


def _day(text: str, product: Product, today: date) -> date:
    try:
        day = date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII) else None
    except ValueError:
        day = None
    if day is None:
        raise Problem("ERREUR_DE_PAYLOAD", f"{text!r} is not a 'date'")
    if not today - OLDEST <= day <= today:
        raise Problem("DATE_REPARATION_INVALIDE", "La date de réparation est future ou remonte à plus de 6 mois")
    if not product.covers(day) or product.amount(day) is None:
        raise Problem("DATE_REPARATION_INVALIDE", "Le produit n'est pas éligible à cette date")
    return day


def _brand(known: Reference, told: Mapping[str, Any], product: Product) -> None:
    if told["BrandID"] == UNKNOWN_BRAND:
        if not told.get("PartnerProduct", "").strip():
            raise Problem("MARQUE_INCONNUE_INVALIDE", "PartnerProduct est obligatoire pour une marque inconnue")
        return
    brand: Brand | None = known.brand(ECOSYSTEM, told["BrandID"])
    if brand is None or product.family.key not in brand.families:
        raise Problem("DONNEES_INVALIDES", "BrandID inconnu pour ce produit")
    if brand.organism != ECOSYSTEM:
        raise Problem("DONNEES_INVALIDES", f"La marque {brand.name} relève d'Ecologic")


def _failure(told: Mapping[str, Any], product: Product) -> None:
    if "RepairTypeCode" not in told and "IrisCode" not in told:
        raise Problem(
            "ERREUR_DE_PAYLOAD",
            "anyOf : 'RepairTypeCode' is a required property, 'IrisCode' is a required property",
        )
    # Any IRIS code passes: a working client always sends the words `Code IRIS`.
    if told.get("RepairTypeCode") and told["RepairTypeCode"] not in product.family.failures:
        raise Problem("DONNEES_INVALIDES", f"RepairTypeCode {told['RepairTypeCode']} inconnu pour ce produit")


def _customer(told: Mapping[str, str]) -> None:
    shapes = {"PhoneNumber": r"\d{10}", "PostalCode": r"\d{5}", "Country": "FR", "Email": r"[^@\s]+@[^@\s]+"}
    for name, value in told.items():
        if not value.strip():
            raise Problem("DONNEES_INVALIDES", f"Customer.{name} est vide")
        if name in shapes and not re.fullmatch(shapes[name], value, re.ASCII):
            raise Problem("DONNEES_INVALIDES", f"Customer.{name} n'est pas valide")
    if told["Title"] not in TITLES:
        raise Problem("ERREUR_DE_PAYLOAD", f"{told['Title']!r} is not one of {list(TITLES)}")
