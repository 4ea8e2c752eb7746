"""What Ecologic finds wrong in a claim: every blocking error at once, as its `ValidationErrors` tell them.

Sources: Ecologic's support centre (fields that its portal requires, the documents), working clients (texts seen in the
field, fields named in errors). Assumed: the exact wording, where a client did not quote it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from comptoir.sandbox.reference import ECOLOGIC, PIEC_FACTOR, Product, Reference, same_number
from comptoir.sandbox.state import FREED, Book, Claim

REQUIRED = {"LastName": "Nom", "FirstName": "Prénom", "Zip": "Code postal", "City": "Ville", "Phone": "Téléphone",
            "Email": "Email"}  # fmt: skip
DOCUMENTS = {"INVOICE": "Facture", "CONSUMERVALIDATION": "Validation consommateur", "NAMEPLATE": "Plaque signalétique"}
INVOICE, SERIAL, DAY, CODE = "Numéro de facture", "Numéro de série", "Date de réparation", "Panne ou code IRIS"
Error = dict[str, str]


@dataclass(frozen=True)
class Given:
    """What a claim says: the query of the call and its body, read leniently (numbers or texts, missing members)."""

    query: Mapping[str, str]
    body: Mapping[str, Any]

    def part(self, name: str) -> Mapping[str, Any]:
        """Give a member of the body that is an object, an empty one where it is missing."""
        held = self.body.get(name)
        return held if isinstance(held, Mapping) else {}

    def text(self, part: str, name: str) -> str:
        """Give a value of a part as text, "" where it is missing."""
        held = self.part(part).get(name)
        return "" if held is None else str(held).strip()

    def euros(self, name: str) -> Decimal | None:
        """Give an amount of the quote, None where it is missing or no amount."""
        held = self.part("Quote").get(name)
        try:
            return Decimal(str(held["Amount"])) if isinstance(held, Mapping) and "Amount" in held else None
        except InvalidOperation:
            return None


def error(field: str, message: str) -> Error:
    """Give a blocking error."""
    return {"Field": field, "ErrorMessage": message, "MessageType": "E"}


def day_of(text: str) -> date | None:
    """Read a date or a moment as clients send them, with or without hours and zone; None if it is none."""
    try:
        return datetime.fromisoformat(text.replace(" ", "+")).date()
    except ValueError:
        return None


def given(claim: Claim) -> Given:
    """Give what a kept claim says."""
    return Given(claim.asked["query"], claim.asked["body"])


def duplicates(book: Book, told: Given, but: Claim | None = None) -> list[Error]:
    """Find the live claims that hold this invoice number or this serial number already."""
    invoice = same_number(told.query.get("consumerinvoicenumber", ""))
    serial = same_number(told.text("Product", "SerialNumber"))
    others = [c for c in book.of(ECOLOGIC) if c is not but and c.stage not in FREED]
    found = []
    if invoice and any(same_number(other.reference) == invoice for other in others):
        found.append(error(INVOICE, "numéro facture déjà utilisé"))
    if serial and any(same_number(other.serial) == serial for other in others):
        found.append(error(SERIAL, "Ce numéro de série ou IMEI a déjà fait l'objet d'une demande de soutien"))
    return found


def problems(book: Book, known: Reference, claim: Claim, today: date) -> list[Error]:
    """Give every error that keeps a claim from being sent, the missing documents last."""
    told = given(claim)
    product = known.product(ECOLOGIC, told.text("Product", "ProductId"))
    return [
        *duplicates(book, told, claim),
        *_call(known, told),
        *_consumer(known, told),
        *_product(known, told, product),
        *_day(told, product, today),
        *_amounts(told, product),
        *_documents(claim, product),
    ]


def _call(known: Reference, told: Given) -> Iterator[Error]:
    if not told.query.get("consumerinvoicenumber", "").strip():
        yield error(INVOICE, "Le numéro de facture est obligatoire")
    site = told.query.get("repairsiteid", "").casefold()
    if site not in {each["id"].casefold() for each in known.sites}:
        yield error("Site de réparation", "Le site de réparation n'est pas rattaché au compte")


def _consumer(known: Reference, told: Given) -> Iterator[Error]:
    for name, label in REQUIRED.items():
        if not told.text("Consumer", name):
            yield error(label, f"Le champ {label} est obligatoire")
    postcode, town = told.text("Consumer", "Zip"), told.text("Consumer", "City")
    if postcode and not (postcode.isdecimal() and len(postcode) == 5):  # noqa: PLR2004 - a French postcode
        yield error("Code postal", "Le code postal doit comporter 5 chiffres")
    elif town and not known.spells(postcode, town):
        yield error("Ville", f"La ville {town} ne correspond pas au code postal {postcode}")
    if (mail := told.text("Consumer", "Email")) and "@" not in mail:
        yield error("Email", "L'adresse email n'est pas valide")


def _product(known: Reference, told: Given, product: Product | None) -> Iterator[Error]:
    brand = known.brand(ECOLOGIC, told.text("Product", "BrandId"))
    if product is None:
        yield error("Produit", "Le produit n'existe pas")
    if brand is None:
        yield error("Marque", "La marque n'existe pas ou n'est pas prise en charge par Ecologic")
    elif product and product.family.key not in brand.families:
        yield error("Marque", "La marque n'est pas prise en charge pour ce produit")
    if not told.text("Product", "SerialNumber"):
        yield error(SERIAL, "Le numéro de série est obligatoire")
    yield from codes(product, told.text("Product", "IRISSection"), told.text("Product", "IRISSymptom"))


def codes(product: Product | None, repair: str, symptom: str) -> Iterator[Error]:
    """Find what is wrong in the codes: `IRISSection` holds the repair code (three working clients)."""
    if not repair and not symptom:
        yield error(CODE, "La panne ou le code IRIS est obligatoire")
    elif product is not None:
        if repair and repair not in product.family.repairs:
            yield error(CODE, f"code panne non valide : {repair}")
        if symptom and symptom not in product.family.symptoms:
            yield error(CODE, f"code IRIS non valide : {symptom}")


def _day(told: Given, product: Product | None, today: date) -> Iterator[Error]:
    day = day_of(told.query.get("repairenddate", ""))
    if day is None:
        yield error(DAY, "La date de réparation est obligatoire (AAAA-MM-JJ)")
    elif day > today:
        yield error(DAY, "La date de réparation est dans le futur")
    elif product is not None and (not product.covers(day) or product.amount(day) is None):
        yield error(DAY, "La date de réparation est hors de la période d'éligibilité du produit")


def _amounts(told: Given, product: Product | None) -> Iterator[Error]:
    total, bonus = told.euros("TotalAmountInclVAT"), told.euros("SupportAmount")
    day = day_of(told.query.get("repairenddate", ""))
    if total is None:
        yield error("Montant total TTC", "Le montant total TTC est obligatoire")
    scale = product.amount(day) if product and day else None
    if product is None or day is None or scale is None:
        return
    # Whether the bonus with circular-economy parts is sent to Ecologic is not known: both amounts pass.
    if bonus is not None and bonus not in ({scale, scale * PIEC_FACTOR} if product.piec else {scale}):
        yield error("Montant du soutien", f"Le montant du soutien attendu est {scale} EUR")
    if total is not None and (reason := too_small(product, day, total)):
        yield error("Montant total TTC", reason)


def too_small(product: Product, day: date, total: Decimal) -> str:
    """Say why a total including VAT gives no right to the bonus, "" if it does (ecosystem's and the shops' posters)."""
    least, scale = product.threshold(day), product.amount(day)
    if least is not None and total < least:
        return f"Le montant de la réparation est inférieur au seuil de déclenchement de {least} EUR"
    if scale is not None and total < scale:
        return f"Le montant de la réparation est inférieur au montant du soutien de {scale} EUR"
    return ""


def _documents(claim: Claim, product: Product | None) -> Iterator[Error]:
    wanted = [kind for kind in DOCUMENTS if kind != "NAMEPLATE" or (product is not None and product.needs_nameplate)]
    held = {piece.kind for piece in claim.pieces}
    if missing := [DOCUMENTS[kind] for kind in wanted if kind not in held]:
        yield error("Pièces jointes", f"Des pièces jointes sont requises : {', '.join(missing)}")
