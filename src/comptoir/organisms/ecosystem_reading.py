"""What ecosystem answers: its catalogue, its partners, its claims, its errors in both of their forms."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from comptoir.core.text import fold
from comptoir.organisms.ecosystem_form import FILE_TYPES
from comptoir.organisms.protocol import AmountRow, BrandRow, CodeRow, Problem, ProductRow, SheetRow, SiteRow, Standing
from comptoir.organisms.reading import amount, at, day, each, holds, text
from comptoir.organisms.statuses import AmountKind, CodeKind, Piece, Stage

PIECES: Mapping[str, Piece] = {name: piece for piece, name in FILE_TYPES.items()}
BEGINNINGS = (
    ("en cours de creation", Stage.DRAFT),
    ("annul", Stage.CANCELLED),
    ("envoy", Stage.SENT),
    ("approuv", Stage.APPROVED),
    ("rembours", Stage.REIMBURSED),
    ("rejet", Stage.REFUSED),
)
# Its reasons of refusal, for an answer that has the number alone; there is no 04.
REASONS: Mapping[str, str] = {
    "00": "Contrôles automatisés",
    "01": "SIRET ou RCS non présent",
    "02": "Panne non éligible",
    "03": "Consommateur professionnel",
    "05": "Doublon demande traitée",
    "06": "Bonus incorrect",
    "07": "Impossible de lire la facture",
    "08": "Le bonus est absent de la facture",
    "09": "Le bonus n'est pas déduit du montant total",
    "10": "Suspicion de fraude",
    "11": "Suspicion fraude : appel conso réparation inexistante",
    "12": "Suspicion de fraude : Consommateur injoignable",
    "13": "Le document en PJ n'est pas une facture",
    "14": "PIEC (manque de consentement du consommateur)",
    "15": "Plaque signalétique du téléphone portable manquant",
}
_CODE = r"\b[A-Z]{2,}(?:_[A-Z]+)+\b"
_REASON = r"\(?\s*(?P<code>\d{1,2})\s*\)?\s*(?:[:–-]\s*(?P<told>.*))?"


def problems(data: Any) -> tuple[Problem, ...]:  # noqa: ANN401 - any JSON value
    """List why a call failed: the code in capitals is the field, where there is one."""
    error = at(data, "error", "errors")
    message = text(at(error, "message")) or text(at(data, "message", "detail"))
    named = " ".join((message, text(error), text(at(error, "status"))))
    found = re.search(_CODE, named)
    code = found[0] if found else ""
    told = message or re.sub(r"^\d{3} : ", "", text(error)) or text(at(error, "status"))
    words = told.replace(code, "", 1).strip(" :-–") if code else told
    if code and not words:
        return (Problem("", code),)
    return (Problem(code, words),) if words else ()


def says(found: Iterable[Problem], code: str) -> bool:
    """Tell whether a problem is the one of this code."""
    return any(code in {problem.field, problem.message} for problem in found)


def stage(status: str) -> Stage:
    """Say what a status means, however it goes on."""
    word = " ".join(fold(status).split())
    return next((meant for beginning, meant in BEGINNINGS if word.startswith(beginning)), Stage.OTHER)


def standing(one: Any, claim: str = "") -> Standing:  # noqa: ANN401 - any JSON value
    """Read a claim, of a list or alone: never its customer, who may have been wiped out, nor its parts."""
    status = text(at(one, "RequestStatus"))
    meant = stage(status)
    files = at(one, "AttachedFiles")
    kept = (PIECES.get(text(at(file, "FileType")).lower()) for file in each(files))
    return Standing(
        text(at(one, "ReimbursementClaimID")) or claim,
        status,
        meant,
        order=text(at(one, "SapServiceOrder")),
        reason=_reason(status, at(one, "RejectReason")) if meant is Stage.REFUSED else "",
        reference=text(at(one, "PurchaseOrderByCustomer")).partition(" ")[0],
        pieces=frozenset(piece for piece in kept if piece) if isinstance(files, list) else None,
    )


def _reason(status: str, reject: Any) -> str:  # noqa: ANN401 - any JSON value
    """Give a reason of refusal as `08 : words`, from the status or from what is said apart."""
    shown = re.search(r"\((.*)\)", status)
    said = [_said(one) for one in (reject if isinstance(reject, list) else [reject])]
    return "; ".join(filter(None, said)) or (_coded(shown[1]) if shown else "")


def _said(reject: Any) -> str:  # noqa: ANN401 - any JSON value
    if isinstance(reject, dict):
        code = text(at(reject, "Code", "ReasonCode", "id"))
        return _coded(" : ".join(filter(None, (code, text(at(reject, "Reason", "Label", "Description", "Text"))))))
    return _coded(text(reject))


def _coded(said: str) -> str:
    found = re.fullmatch(_REASON, said.strip())
    if not found:
        return said.strip()
    code = found["code"].zfill(2)
    told = (found["told"] or "").strip() or REASONS.get(code, "")
    return f"{code} : {told}" if told else code


def products(listed: Iterable[Any]) -> tuple[ProductRow, ...]:
    """Read the products of the catalogue."""
    return tuple(
        ProductRow(
            text(at(one, "ProductID")),
            text(at(one, "ProductName")) or text(at(one, "ProductID")),
            day(at(one, "ProductEligibleFrom")),
            day(at(one, "ProductEligibleUntil")),
            text(at(next(each(at(one, "ProductSheet")), None), "Type")),
        )
        for one in listed
    )


def brands(listed: Iterable[Any]) -> tuple[BrandRow, ...]:
    """Read the brands of each product; Ecologic has those that are not ecosystem's."""
    found = {}
    for one in listed:
        product = text(at(one, "ProductID"))
        for brand in each(at(one, "Brands")):
            if code := text(at(brand, "BrandID")):
                covered = int(holds(at(brand, "isEcosystemBrand")) is not False)
                found[product, code] = BrandRow(product, code, text(at(brand, "BrandName")) or code, covered)
    return tuple(found.values())


def codes(listed: Iterable[Any]) -> tuple[CodeRow, ...]:
    """Read the repair codes of each product."""
    found = {}
    for one in listed:
        product = text(at(one, "ProductID"))
        for row in each(at(one, "RepairCode", "RepairCodes")):
            if code := text(at(row, "Code")):
                found[product, code] = CodeRow(product, CodeKind.REPAIR, code, text(at(row, "Description")))
    return tuple(found.values())


def amounts(listed: Iterable[Any]) -> tuple[AmountRow, ...]:
    """Read the bonuses and thresholds of each product."""
    found = {}
    lists = ((AmountKind.BONUS, "Amounts", "Amount"), (AmountKind.THRESHOLD, "Threshold", "MinimumAmount"))
    for one in listed:
        product = text(at(one, "ProductID"))
        for kind, name, key in lists:
            for row in each(at(one, name)):
                since, euros = day(at(row, "AmountValidFrom")), amount(at(row, key))
                until = day(at(row, "AmountValidUntil", "AmountValidTo"))
                if euros is not None:
                    found[product, kind, since] = AmountRow(product, kind, since, until, euros)
    return tuple(found.values())


def sites(listed: Iterable[Any]) -> tuple[SiteRow, ...]:
    """Read the places of each repairer, who is a place too."""
    found = {}
    for one in listed:
        repairer = text(at(one, "RepairerID"))
        rows = [(repairer, one), *((text(at(row, "RepairPlaceID")), row) for row in each(at(one, "RepairPlaces")))]
        for code, row in rows:
            if code:
                name = text(at(row, "AlternativeName")) or text(at(row, "CorporateName"))
                found[code] = SiteRow(code, name, text(at(row, "PostalCode")), text(at(row, "City")), repairer)
    return tuple(found.values())


def sheets(listed: Iterable[Any]) -> tuple[SheetRow, ...]:
    """Read the fiches of each repairer."""
    found = {}
    for one in listed:
        repairer = text(at(one, "RepairerID"))
        for row in each(at(one, "BusinessSheets")):
            code, since = text(at(row, "Type")), day(at(row, "ValidFrom"))
            if repairer and code:
                told = (text(at(row, "NumberId")), text(at(row, "Description")), since, day(at(row, "ValidTo")))
                found[repairer, code, told] = SheetRow(repairer, code, *told)
    return tuple({(row.repairer, row.code): row for row in sorted(found.values(), key=_latest)}.values())


def _latest(row: SheetRow) -> tuple[bool, str, str]:
    """Order the fiches of one kind: the one that lasts longest comes last, and is kept."""
    return not row.valid_until, row.valid_until, row.valid_from
