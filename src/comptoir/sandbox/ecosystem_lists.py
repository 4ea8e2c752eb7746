"""What ecosystem tells: its catalogue, the partners of the account, and the claims in list and in detail."""

from collections.abc import Mapping, Sequence
from typing import Any

from comptoir.sandbox.reference import ECOSYSTEM, OPEN_END, Product, Reference, Sum
from comptoir.sandbox.state import Claim, Stage

PAGE = 100  # products in an answer that sets no limit: assumed
LABELS = {
    Stage.DRAFT: "En cours de création",
    Stage.SENT: "Envoyé, en cours vérification",
    Stage.APPROVED: "Approuvé, en cours rembourst",
    Stage.PAID: "Remboursement effectué",
    Stage.REFUSED: "Rejeté",
    Stage.CANCELLED: "Annulé",
}
OLD_PARTS = {"NewSparePartsAmount": "NEUF", "SecondHandSparePartsAmount": "OCCASION"}  # the two words are made up


def catalog(known: Reference, query: Mapping[str, str]) -> dict[str, Any]:
    """Give the products; each block is there when its flag is `true` only (assumed)."""
    asked = {name for name, value in query.items() if value.lower() == "true"}
    limit = int(query["limit"]) if query.get("limit", "").isdecimal() else PAGE
    results = [_product(known, product, asked) for product in known.products[:limit]]
    return {"total": len(known.products), "results": results}


def _product(known: Reference, product: Product, asked: set[str]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "ProductID": product.ecosystem,
        "ProductName": product.name,
        "ProductEligibleFrom": product.since.isoformat(),
        "ProductEligibleUntil": OPEN_END.isoformat(),
    }
    if "brands" in asked:
        told["Brands"] = _brands(known, product, everyone="ecologic" in asked)
    if "repair-codes" in asked:
        told["RepairCode"] = [{"Code": code, "Description": label} for code, label in product.family.failures.items()]
    if "reimbursement-amounts" in asked:
        told["Amounts"] = _sums(product.amounts, "AmountValidUntil", "Amount")
    if "product-sheets" in asked:
        told["ProductSheet"] = _sheet(product)
    if "threshold" in asked:
        told["Threshold"] = _sums(product.thresholds, "AmountValidTo", "MinimumAmount")
    return told


def _brands(known: Reference, product: Product, *, everyone: bool) -> list[dict[str, Any]]:
    return [
        {"BrandID": brand.ecosystem, "BrandName": brand.name, "isEcosystemBrand": brand.organism == ECOSYSTEM}
        for brand in known.brands
        if product.family.key in brand.families and (everyone or brand.organism == ECOSYSTEM)
    ]


def _sums(sums: Sequence[Sum], until: str, amount: str) -> list[dict[str, str]]:
    # Amounts are texts: a working client reads them so.
    return [
        {
            "AmountValidFrom": each.start.isoformat(),
            until: each.end.isoformat(),
            amount: str(each.euros),
            "Currency": "EUR",
        }
        for each in sums
    ]


def _sheet(product: Product) -> dict[str, str]:
    return {
        "Type": product.family.sheet,
        "ExpectedIdType": product.family.identification,
        "DefectIdType": "REPAIR_CODE",
        "ValidFrom": product.since.isoformat(),
        "ValidTo": OPEN_END.isoformat(),
    }


def partners(known: Reference, query: Mapping[str, str]) -> dict[str, Any]:
    """Give the repairers of the account, with their places and business sheets when they are asked for."""
    items = []
    for each in known.partners:
        told: dict[str, Any] = {"RepairerID": each["id"], **_address(each), "AlternativeName": each["alternative_name"]}
        told["StreetSuffixName"] = ""
        if query.get("repair-places", "").lower() == "true":
            told["RepairPlaces"] = [_place(place) for place in each["places"]]
        if query.get("business-sheets", "").lower() == "true":
            told["BusinessSheets"] = [_business(sheet) for sheet in each["sheets"]]
        items.append(told)
    return {"Items": items}


def _address(told: Mapping[str, Any]) -> dict[str, str]:
    return {
        "CorporateName": told["name"],
        "PostalCode": told["zip"],
        "City": told["city"],
        "Country": "FR",
        "HouseNumber": told["house_number"],
        "StreetLine1": told["street"],
        "StreetLine2": "",
    }


def _place(told: Mapping[str, Any]) -> dict[str, str]:
    rest = {"StreetSuffix": "", "AlternativeName": "", "Siret": told["siret"]}
    return {"RepairPlaceID": told["id"], **_address(told), **rest}


def _business(told: Mapping[str, Any]) -> dict[str, str]:
    return {
        "Type": told["type"],
        "NumberId": told["number"],
        "Description": told["description"],
        "Institution": "QualiRépar",
        "ValidFrom": told["from"].isoformat(),
        "ValidTo": told["until"].isoformat(),
    }


def made(claim: Claim) -> dict[str, Any]:
    """Give what a new claim is answered with."""
    return {
        "ReimbursementClaimID": claim.id,
        "RequestStatus": LABELS[claim.stage],
        "RepairDate": claim.asked["RepairDate"],
        "PurchaseOrderByCustomer": claim.reference,
        "AttachedFiles": [],
        "CreationDate": claim.created,
    }


def line(known: Reference, claim: Claim) -> dict[str, Any]:
    """Give a claim as it is listed."""
    partner = next(each for each in known.partners if each["id"] == claim.asked["RepairerId"])
    return {
        **made(claim),
        "Repairer": {"RepairerID": partner["id"], **_address(partner)},
        "SapServiceOrder": claim.order,
        "AttachedFiles": _files(claim),
    }


def detail(known: Reference, claim: Claim) -> dict[str, Any]:
    """Give a claim whole. `ProductId` and `BrandId` are spelled otherwise than when it was sent, as in the field."""
    told = {name: value for name, value in claim.asked.items() if name in {"Bill", "Customer"}}
    refused = known.reason(claim.reason) if claim.stage is Stage.REFUSED else ""
    return {
        **line(known, claim),
        **told,
        "SpareParts": claim.asked.get("SpareParts", {}),
        "RepairPlace": {"RepairPlaceID": claim.asked["RepairPlaceID"]},
        "Product": _asked_product(known, claim.asked["Product"]),
        "RejectReason": refused,
        "RequestStatus": f"{LABELS[claim.stage]} ({refused})" if refused else LABELS[claim.stage],
    }


def age(claim: Claim) -> None:
    """Make a claim an old one: its customer wiped, its parts a list, as a working client meets them."""
    claim.asked["Customer"] = dict.fromkeys(claim.asked["Customer"], "Anonymize")
    parts = claim.asked.get("SpareParts")
    if isinstance(parts, dict):
        claim.asked["SpareParts"] = [
            {"Status": status, "IdentificationNumber": "", "Quantity": parts[name]}
            for name, status in OLD_PARTS.items()
            if name in parts
        ]


def _asked_product(known: Reference, told: Mapping[str, str]) -> dict[str, str]:
    product, brand = known.product(ECOSYSTEM, told["ProductID"]), known.brand(ECOSYSTEM, told["BrandID"])
    code = told.get("RepairTypeCode", "")
    return {
        "BrandName": brand.name if brand else told.get("PartnerProduct", ""),
        "ProductSubCategory": product.family.label if product else "",
        "RepairTypeCode": code,
        "ProductName": product.name if product else "",
        "CommercialReference": told.get("CommercialReference", ""),
        "ProductIdentificationNumber": told["ProductIdentificationNumber"],
        "RepairDescription": product.family.failures.get(code, "") if product else "",
        "ProductId": told["ProductID"],
        "BrandId": told["BrandID"],
        "PartnerProduct": told.get("PartnerProduct", ""),
        "IrisCode": told.get("IrisCode", ""),
    }


def _files(claim: Claim) -> list[dict[str, Any]]:
    return [
        {"FileName": each.name, "FileType": each.kind, "FileSizeInMB": round(each.size / 1_000_000, 3)}
        for each in claim.pieces
    ]
