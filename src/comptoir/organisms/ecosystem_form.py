"""A claim as ecosystem takes it: its schema refuses a property that it does not know."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from comptoir.core.money import rounded
from comptoir.organisms.protocol import Billed, Claimant, File, Form, Repaired, Used
from comptoir.organisms.statuses import Piece

AT_HOME = "2000000"  # the place of a repair at the customer's
UNKNOWN_BRAND = "0000"
NO_NAME = "-"
MEGABYTE = 1 << 20
LONGEST_NAME = 60  # characters of the name of a document, its extension apart
FILE_TYPES: Mapping[Piece, str] = {
    Piece.INVOICE: "invoice",
    Piece.CONSENT: "claim_request",
    Piece.NAMEPLATE: "serial_tag",
    Piece.PICTURE: "device_picture",
}
EXTENSIONS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


def body(form: Form) -> dict[str, Any]:
    """Give the body of a new claim: the customer's order is called by our reference, then the invoice."""
    parts = _parts(form.parts)
    return {
        "RepairDate": form.repaired_on.isoformat(),
        "PurchaseOrderByCustomer": f"{form.reference} {form.bill.invoice}",
        "RepairerId": form.repairer,
        "RepairPlaceID": AT_HOME if form.on_site else form.site or form.repairer,
        "Product": _product(form.device),
        **({"SpareParts": parts} if any(parts.values()) else {}),
        "Customer": _customer(form.consumer),
        "Bill": _bill(form.bill),
    }


def upload(file: File) -> dict[str, Any]:
    """Give the body that announces a document; its size is in whole megabytes, one at least."""
    stem, dot, suffix = file.name.rpartition(".")
    extension = EXTENSIONS.get(file.media_type) or suffix.lower()
    bare = re.sub(r"[^\w -]+", "-", stem if dot else file.name).strip("- ")[:LONGEST_NAME]
    return {
        "FileName": f"{bare or FILE_TYPES[file.piece]}.{extension}",
        "FileType": FILE_TYPES[file.piece],
        "FileSizeInMB": max(1, -(-len(file.content) // MEGABYTE)),
    }


def _product(device: Repaired) -> dict[str, str]:
    brand = device.brand or UNKNOWN_BRAND
    told = {
        "ProductID": device.product,
        "BrandID": brand,
        "PartnerProduct": device.brand_name if brand == UNKNOWN_BRAND else "",
        "ProductIdentificationNumber": device.serial,
        "RepairTypeCode": device.repair_code,
        "IrisCode": device.symptom,
        "CommercialReference": device.model,
    }
    return {name: text for name, text in told.items() if text}


def _parts(used: Used) -> dict[str, int]:
    """Count the parts: these are numbers of parts, whatever their names say."""
    return {
        "NewSparePartsAmount": used.new,
        "SecondHandSparePartsAmount": used.used,
        "CircularEconomyPartsAmount": used.circular,
    }


def _customer(consumer: Claimant) -> dict[str, str]:
    return {
        "Title": consumer.title,
        "LastName": consumer.last_name or NO_NAME,
        "FirstName": consumer.first_name or NO_NAME,
        "Email": consumer.email,
        "PhoneNumber": _phone(consumer.phone),
        "StreetLine1": ", ".join(part for part in (consumer.line, consumer.complement) if part),
        "PostalCode": consumer.postcode,
        "City": consumer.town,
        "Country": "FR",
    }


def _phone(text: str) -> str:
    """Give the ten digits of a telephone number."""
    digits = re.sub(r"\D", "", text)
    return re.sub(r"^(?:00)?33(?=\d{9}$)", "0", digits)


def _bill(bill: Billed) -> dict[str, Any]:
    return {
        "TotalAmountInclVAT": _euros(bill.total),
        "AmountCovered": _euros(bill.bonus),
        "SparePartsCost": _euros(bill.parts),
    }


def _euros(amount: Decimal) -> dict[str, Any]:
    return {"amount": rounded(amount), "currency": "EUR"}  # in small letters, here alone
