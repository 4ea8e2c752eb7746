"""What Ecologic tells: its referentials, the amount of a bonus, a claim's status and the claims themselves."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from comptoir.sandbox.ecologic_checks import Error, Given, codes, day_of, given, too_small
from comptoir.sandbox.reference import ECOLOGIC, OPEN_END, Product, Reference
from comptoir.sandbox.state import Claim, Stage

# Labels of e-reparateur, and codes of the twin platform, as working clients read them. No client tells the label of
# a refusal or of a cancellation: the twin's are taken.
LABELS = {
    Stage.DRAFT: "A finaliser",
    Stage.INCOMPLETE: "Dossier incomplet",
    Stage.SENT: "En attente de validation administrateur",
    Stage.APPROVED: "Remboursement accepté",
    Stage.PAID: "Clôturée",
    Stage.REFUSED: "Refusé",
    Stage.CANCELLED: "Annulé",
    Stage.DELETED: "Annulé",
}
CODES = {
    Stage.DRAFT: "VALID",
    Stage.INCOMPLETE: "NOTVALID",
    Stage.SENT: "WAITING",
    Stage.APPROVED: "ACCEPTED",
    Stage.PAID: "CLOSEDACCEPTED",
    Stage.REFUSED: "REFUSED",
    Stage.CANCELLED: "CANCELLED",
    Stage.DELETED: "CANCELLED",
}
ORGANIZATIONS = {"ecologic": 44, "ecosystem": 45}
# The twin gives a miniature of each file: one transparent pixel, whatever the file.
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def brands(known: Reference) -> list[dict[str, str]]:
    """List the brands that Ecologic covers."""
    return [{"BrandName": each.name, "BrandId": each.ecologic} for each in known.brands if each.ecologic]


def products(known: Reference, *, labels: bool) -> list[dict[str, Any]]:
    """List the product types, their codes with or without labels. `IRISSymtoms` is the platform's spelling."""
    return [
        {
            "ProductId": each.ecologic,
            "ProductName": each.name,
            "EligibilityStartDate": f"{each.since.isoformat()}T00:00:00",
            "EligibilityEndDate": f"{OPEN_END.isoformat()}T00:00:00",
            "RepairCodes": _codes(each.family.repairs, labels=labels),
            "IRISSymtoms": _codes(each.family.symptoms, labels=labels),
        }
        for each in known.products
    ]


def sites(known: Reference) -> list[dict[str, str]]:
    """List the repair sites of the account; the drop-off sites are the same (assumed)."""
    return [
        {
            "SiteId": each["id"],
            "Name": each["name"],
            "CommercialName": each["commercial_name"],
            "Zip": each["zip"],
            "City": each["city"],
        }
        for each in known.sites
    ]


def organization(known: Reference, query: Mapping[str, str]) -> int | None:
    """Tell which organism covers a brand for a product, None where neither does."""
    brand = known.brand(ECOLOGIC, query.get("brandid"))
    product = known.product(ECOLOGIC, query.get("productid"))
    covered = brand is not None and product is not None and product.family.key in brand.families
    return ORGANIZATIONS[brand.organism] if brand and covered else None


def support(known: Reference, query: Mapping[str, str], today: date) -> tuple[float, str]:
    """Give the bonus in euros, and why there is none ("" when there is one).

    The name of the repair date is not known: `repairDate` and `repairEndDate` are read, today is taken without either.
    """
    product = known.product(ECOLOGIC, query.get("productid"))
    brand = known.brand(ECOLOGIC, query.get("brandid"))
    if product is None or brand is None or product.family.key not in brand.families:
        return 0.0, "Le produit ou la marque n'est pas pris en charge par Ecologic"
    repair, symptom = query.get("repaircode", ""), query.get("irissymptom", "")
    if (repair or symptom) and (wrong := list(codes(product, repair, symptom))):
        return 0.0, wrong[0]["ErrorMessage"]
    day = day_of(query.get("repairdate") or query.get("repairenddate") or today.isoformat())
    amount = product.amount(day) if day and product.covers(day) else None
    if day is None or amount is None:
        return 0.0, "La date de réparation est hors de la période d'éligibilité du produit"
    total = _euros(query.get("totalamountinclvat", ""))
    if total is None or query.get("totalamountinclvatcurrency", "EUR").upper() != "EUR":
        return 0.0, "Le montant total TTC, en EUR, est obligatoire"
    return float(amount), too_small(product, day, total)


def bonus(known: Reference, told: Given) -> str:
    """Give the bonus of a claim without errors: what it asks for, else what the scale says."""
    asked = told.euros("SupportAmount")
    product = known.product(ECOLOGIC, told.text("Product", "ProductId"))
    day = day_of(told.query.get("repairenddate", ""))
    scale = product.amount(day) if product and day else None
    return f"{asked if asked is not None else scale or Decimal(0):.2f}"


def status(claim: Claim, version: str) -> str:
    """Give the status of a claim in the words of that platform."""
    return CODES[claim.stage] if version == "v2" else LABELS[claim.stage]


def comment(known: Reference, claim: Claim) -> str:
    """Give the reason of a refusal as the organism comments on it, "" where there is none."""
    return known.reasons.get(claim.reason, claim.reason)


def line(known: Reference, claim: Claim) -> dict[str, Any]:
    """Give a claim as the twin lists it."""
    told = given(claim)
    product, brand = _names(known, told)
    return {
        "ClaimId": int(claim.id),
        "ClaimCodeClient": claim.quote,
        "LastStatus": CODES[claim.stage],
        "ManufacturerComment": comment(known, claim),
        "CreateDate": claim.created,
        "ModelCommercialRef": told.text("Product", "CommercialRef"),
        "ModelTechnicalRef": "",
        "BrandLabel": brand,
        "ModelLabel": product.name if product else "",
        "FamilyLabel": product.family.label if product else "",
        "ModelSerial": claim.serial,
    }


def shown(known: Reference, claim: Claim, errors: list[Error]) -> dict[str, Any]:
    """Give a claim whole, as the twin shows it."""
    told = given(claim)
    site = next((s for s in known.sites if s["id"] == told.query.get("repairsiteid", "").casefold()), None)
    consumer = told.part("Consumer")
    return {
        "ConsumerDto": {**consumer, "CivilityId": consumer.get("Title"), "Address1": told.text("Consumer", "Address1")},
        "ClaimExtend": {
            "ProductCode": told.text("Product", "ProductId"),
            "BrandId": told.text("Product", "BrandId"),
            "FailureIrisCode": told.text("Product", "IRISSymptom"),
            "FailureDescription": told.text("Product", "FailureDescription"),
            "TotalRepairCostVATIn": _number(told.euros("TotalAmountInclVAT")),
            "SupportGrant": _number(told.euros("SupportAmount")),
        },
        "ClaimSite": {
            "RepairSiteId": told.query.get("repairsiteid", ""),
            "RepairSiteName": site["name"] if site else "",
            "DepositSiteId": told.query.get("repairsiteid", ""),
            "DepositSiteCommercialName": site["commercial_name"] if site else "",
        },
        "WarrantyClaimId": int(claim.id),
        "ModelLabel": _names(known, told)[1],
        "ModelSerial": claim.serial,
        "ContractNb": claim.reference,
        "ClaimCodeClient": claim.quote,
        "InterventionEndDate": _moment(told.query.get("repairenddate", "")),
        "AttachedFiles": [
            {"FileName": p.name, "Size": p.size, "ContentThumbnail": PIXEL, "FileTypeCode": p.kind}
            for p in claim.pieces
        ],
        "StatusExportCode": CODES[claim.stage],
        "ValidationErrors": errors,
        "ManufacturerDto": {"ManufacturerId": ORGANIZATIONS[ECOLOGIC]},
    }


def _names(known: Reference, told: Given) -> tuple[Product | None, str]:
    brand = known.brand(ECOLOGIC, told.text("Product", "BrandId"))
    return known.product(ECOLOGIC, told.text("Product", "ProductId")), brand.name if brand else ""


def _codes(held: Mapping[str, str], *, labels: bool) -> list[Any]:
    return [{"Code": code, "Label": label} for code, label in held.items()] if labels else list(held)


def _euros(text: str) -> Decimal | None:
    try:
        euros = Decimal(text)
    except InvalidOperation:
        return None
    return euros if euros.is_finite() else None


def _number(euros: Decimal | None) -> float | None:
    return None if euros is None else float(euros)


def _moment(text: str) -> str | None:
    day = day_of(text)
    return None if day is None else datetime(day.year, day.month, day.day).isoformat()  # noqa: DTZ001 - a day, as told
