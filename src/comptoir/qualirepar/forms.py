"""What is filed of a repair: made from its case, its invoice and the organism's own codes; kept, and read back."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from comptoir.core import money
from comptoir.core.paris import in_paris
from comptoir.organisms.protocol import Billed, Claimant, Form, Repaired, Used
from comptoir.repairs.statuses import LineKind, Place

if TYPE_CHECKING:
    from comptoir.organisms.rules import Answer
    from comptoir.qualirepar.rules import Account
    from comptoir.repairs.billed import BillRow
    from comptoir.repairs.queries import CaseDetail

# Prefixes of the French numbering plan: what stands in their place inside the country.
_COUNTRIES = ("+33", "+262", "+590", "+594", "+596")


def form(reference: str, case: "CaseDetail", bill: "BillRow", answer: "Answer", account: "Account") -> Form:
    """Make what is filed of an invoiced repair."""
    repaired = case.repaired_at or bill.issued_at
    return Form(
        reference=reference,
        repaired_on=in_paris(repaired).date(),
        site=account.site,
        repairer=account.repairer,
        on_site=case.place == Place.ON_SITE,
        consumer=Claimant(
            title=case.title,
            last_name=case.last_name,
            first_name=case.first_name,
            line=case.line,
            complement=case.complement,
            postcode=case.postcode,
            town=case.town,
            email=case.email,
            phone=national(case.phone),
        ),
        device=Repaired(
            product=answer.product_code,
            brand=answer.brand_code,
            brand_name=case.brand,
            model=case.model,
            serial=case.serial,
            bought_on=case.bought_on,
            symptom=case.symptom,
            repair_code=case.repair_code,
            fault=case.fault,
        ),
        bill=billed(bill),
        parts=used(bill),
    )


def billed(bill: "BillRow") -> Billed:
    """Sum an invoice up as organisms ask for it."""
    nets = [(line["kind"], Decimal(line["net"])) for line in bill.lines]

    def of(kind: LineKind) -> Decimal:
        """Sum the lines of a kind, without tax."""
        return sum((net for each, net in nets if each == kind), money.ZERO)

    return Billed(
        invoice=bill.number,
        total=bill.total,
        net=bill.total - bill.vat,
        labour=of(LineKind.LABOUR),
        parts=of(LineKind.PART),
        travel=of(LineKind.TRAVEL),
        bonus=bill.bonus,
    )


def used(bill: "BillRow") -> Used:
    """Count the parts that an invoice bills, by origin."""
    counts = {"new": 0, "used": 0, "circular": 0}
    for line in bill.lines:
        if line["kind"] == LineKind.PART:
            counts[line["origin"] or "new"] += int(line["quantity"])
    return Used(**counts)


def national(phone: str) -> str:
    """Give a French number as it is dialled in the country, ten digits: `+33612345678` as `0612345678`."""
    for country in _COUNTRIES:
        if phone.startswith(country):
            rest = phone.removeprefix(country)
            return f"0{rest}" if len(rest) == 9 else f"0{country[1:]}{rest}"  # noqa: PLR2004 - digits of a number
    return phone


def kept(given: Form) -> dict[str, Any]:
    """Give a form as it is kept: JSON values."""
    parts = {
        "consumer": given.consumer._asdict(),
        "device": given.device._asdict(),
        "bill": {name: str(value) for name, value in given.bill._asdict().items()},
        "parts": given.parts._asdict(),
    }
    return {**given._asdict(), "repaired_on": given.repaired_on.isoformat(), **parts}


def read(content: Mapping[str, Any]) -> Form:
    """Give a form back as it was kept."""
    amounts = {name: Decimal(value) for name, value in content["bill"].items() if name != "invoice"}
    return Form(
        reference=content["reference"],
        repaired_on=date.fromisoformat(content["repaired_on"]),
        site=content["site"],
        repairer=content["repairer"],
        on_site=content["on_site"],
        consumer=Claimant(**content["consumer"]),
        device=Repaired(**content["device"]),
        bill=Billed(invoice=content["bill"]["invoice"], **amounts),
        parts=Used(**content["parts"]),
    )
