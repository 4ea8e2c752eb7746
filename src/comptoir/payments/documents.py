"""What the daily letter on payments says."""

from datetime import date
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from comptoir.core.i18n import _
from comptoir.core.money import ZERO
from comptoir.organisms.statuses import ORGANISM_NAMES
from comptoir.payments.queries import LateRow, PaidRow, PaymentRow
from comptoir.qualirepar.queries import ClaimRow
from comptoir.qualirepar.statuses import CLAIM_WORDS

TEMPLATES = Path(__file__).parent / "templates"
LETTER = "payments-digest"


class News(NamedTuple):
    """What was paid since the last letter, what is matched to nothing, what is late, what waits for somebody."""

    paid: list[PaidRow]
    unmatched: list[PaymentRow]
    late: list[LateRow]
    open: list[ClaimRow]

    @property
    def at_risk(self) -> Decimal:
        """Give what the late claims leave unpaid, in euros."""
        return sum((row.at_risk for row in self.late), ZERO)

    @property
    def total(self) -> Decimal:
        """Give what was paid, what was taken back deducted, in euros."""
        return sum((row.amount for row in self.paid), ZERO)


def letter_values(news: News, shop: str, day: date) -> dict[str, Any]:
    """Give what the letter may say: amounts in euros, days of Paris."""
    return {
        "shop": shop,
        "day": day,
        "paid": [_payment(list(rows)) for _number, rows in groupby(news.paid, lambda row: row.payment)],
        "total": news.total,
        "unmatched": [
            {"number": row.id, "day": row.day, "organism": _name(row.organism), "left": row.left, "label": row.label}
            for row in news.unmatched
        ],
        "late": [row._asdict() | {"organism": _name(row.organism)} for row in news.late],
        "at_risk": news.at_risk,
        "open": [
            {"case": row.case_number, "state": _(CLAIM_WORDS[row.status]), "bonus": row.bonus, "why": row.error}
            for row in news.open
        ],
    }


def _payment(rows: list[PaidRow]) -> dict[str, Any]:
    first = rows[0]
    claims = [{"case": row.case_number, "amount": row.amount, "left": max(row.bonus - row.paid, ZERO)} for row in rows]
    return {
        "number": first.payment,
        "day": first.day,
        "organism": _name(first.organism),
        "label": first.label,
        "amount": sum((row.amount for row in rows), ZERO),
        "claims": claims,
    }


def _name(organism: str) -> str:
    return ORGANISM_NAMES[organism]
