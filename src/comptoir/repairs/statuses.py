"""Where a repair stands, what is said of it, and in which order it goes on: the words that every room shares."""

from collections.abc import Mapping
from enum import StrEnum

from comptoir.core.flow import Flow
from comptoir.core.i18n import mark


class CaseStatus(StrEnum):
    """Where a repair case stands."""

    RECEIVED = "received"
    QUOTED = "quoted"
    AGREED = "agreed"
    REFUSED = "refused"
    REPAIRING = "repairing"
    REPAIRED = "repaired"
    INVOICED = "invoiced"
    HANDED_OVER = "handed_over"
    CANCELLED = "cancelled"


CASE_WORDS = {
    CaseStatus.RECEIVED: mark("Taken in"),
    CaseStatus.QUOTED: mark("Quote to be answered"),
    CaseStatus.AGREED: mark("Quote accepted"),
    CaseStatus.REFUSED: mark("Quote refused"),
    CaseStatus.REPAIRING: mark("Under repair"),
    CaseStatus.REPAIRED: mark("Repaired"),
    CaseStatus.INVOICED: mark("Invoiced"),
    CaseStatus.HANDED_OVER: mark("Given back"),
    CaseStatus.CANCELLED: mark("Cancelled"),
}
_S = CaseStatus
# A repair found bigger than its quote goes back to be quoted again, one that fails its last controls to the workshop;
# what is invoiced is undone by a credit note alone.
CASE_FLOW = Flow(
    {
        _S.RECEIVED: frozenset({_S.QUOTED, _S.REPAIRING, _S.CANCELLED}),
        _S.QUOTED: frozenset({_S.QUOTED, _S.AGREED, _S.REFUSED, _S.CANCELLED}),
        _S.AGREED: frozenset({_S.QUOTED, _S.REPAIRING, _S.CANCELLED}),
        _S.REFUSED: frozenset({_S.QUOTED, _S.HANDED_OVER}),
        _S.REPAIRING: frozenset({_S.QUOTED, _S.REPAIRED, _S.CANCELLED}),
        _S.REPAIRED: frozenset({_S.REPAIRING, _S.INVOICED, _S.HANDED_OVER}),
        _S.INVOICED: frozenset({_S.REPAIRED, _S.HANDED_OVER}),
        _S.HANDED_OVER: frozenset(),
        _S.CANCELLED: frozenset({_S.HANDED_OVER}),
    }
)
# What is under way; the device of a cancelled case is still here until it is given back.
OPEN = (_S.RECEIVED, _S.QUOTED, _S.AGREED, _S.REFUSED, _S.REPAIRING, _S.REPAIRED, _S.INVOICED)
HERE = (*OPEN, _S.CANCELLED)
CHANGEABLE = (_S.RECEIVED, _S.QUOTED, _S.AGREED, _S.REFUSED, _S.REPAIRING, _S.REPAIRED)  # lines may still come and go
# What a claim asks for, and when the device comes back, may be told later; the rest stands as it was invoiced.
TOLD_LATER = frozenset({"model", "organism", "symptom", "repair_code", "consents", "appointment"})


class Place(StrEnum):
    """Where a repair is done, and how the device came."""

    WORKSHOP = "workshop"
    ON_SITE = "on-site"
    DROP_OFF = "drop-off"


PLACE_WORDS = {
    Place.WORKSHOP: mark("Workshop"),
    Place.ON_SITE: mark("At the customer's"),
    Place.DROP_OFF: mark("Drop-off point"),
}


class Warranty(StrEnum):
    """The warranty that a device is still under."""

    NONE = "none"
    LEGAL = "legal"
    MANUFACTURER = "manufacturer"
    INSURANCE = "insurance"


WARRANTY_WORDS: Mapping[str, str] = {
    Warranty.NONE: mark("Out of warranty"),
    Warranty.LEGAL: mark("Legal guarantee"),
    Warranty.MANUFACTURER: mark("Manufacturer's warranty"),
    Warranty.INSURANCE: mark("Insurance or extended warranty"),
}


class Means(StrEnum):
    """How the consumer paid at the till."""

    CARD = "card"
    CASH = "cash"
    CHEQUE = "cheque"
    TRANSFER = "transfer"


MEANS_WORDS: Mapping[str, str] = {
    Means.CARD: mark("Bank card"),
    Means.CASH: mark("Cash"),
    Means.CHEQUE: mark("Cheque"),
    Means.TRANSFER: mark("Transfer"),
}


class Consent(StrEnum):
    """What the consumer agreed to, in writing."""

    DATA = "data"
    USED = "used-parts"
    CIRCULAR = "circular-parts"


CONSENT_WORDS: Mapping[str, str] = {
    Consent.DATA: mark("Personal data sent to the eco-organism"),
    Consent.USED: mark("Used parts"),
    Consent.CIRCULAR: mark("Parts of the circular economy"),
}


class LineKind(StrEnum):
    """What a line of a quote or an invoice is for."""

    LABOUR = "labour"
    PART = "part"
    TRAVEL = "travel"
    OTHER = "other"


LINE_WORDS = {
    LineKind.LABOUR: mark("Labour"),
    LineKind.PART: mark("Spare part"),
    LineKind.TRAVEL: mark("Travel"),
    LineKind.OTHER: mark("Other"),
}


class BillKind(StrEnum):
    """A quote, an invoice, a credit note: each has its own numbers."""

    QUOTE = "quote"
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


BILL_WORDS = {
    BillKind.QUOTE: mark("Quote"),
    BillKind.INVOICE: mark("Invoice"),
    BillKind.CREDIT_NOTE: mark("Refund note"),
}
LETTERS = {BillKind.QUOTE: "D", BillKind.INVOICE: "F", BillKind.CREDIT_NOTE: "A"}  # devis, facture, avoir


class Answer(StrEnum):
    """What the consumer says of a quote; one that a newer quote took the place of has no answer any more."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    REPLACED = "replaced"


ANSWER_WORDS = {
    Answer.WAITING: mark("To be answered"),
    Answer.ACCEPTED: mark("Accepted by the customer"),
    Answer.REFUSED: mark("Refused by the customer"),
    Answer.REPLACED: mark("Replaced"),
}


class PaperKind(StrEnum):
    """What is printed of a repair."""

    SLIP = "slip"
    QUOTE = "quote"
    RISKS = "risks"
    REPORT = "report"
    INVOICE = "invoice"
    PAID = "paid_invoice"
    DECLARATION = "declaration"
    CREDIT_NOTE = "credit_note"


PAPER_WORDS = {
    PaperKind.SLIP: mark("Intake slip"),
    PaperKind.QUOTE: mark("Quote"),
    PaperKind.RISKS: mark("Risks of a refused quote"),
    PaperKind.REPORT: mark("Control report"),
    PaperKind.INVOICE: mark("Invoice"),
    PaperKind.PAID: mark("Paid invoice"),
    PaperKind.DECLARATION: mark("Consumer's declaration"),
    PaperKind.CREDIT_NOTE: mark("Refund note"),
}


class Notice(StrEnum):
    """What a customer is told."""

    READY = "ready"
    APPOINTMENT = "appointment"
    PARTS = "parts"


NOTICE_WORDS: Mapping[str, str] = {
    Notice.READY: mark("the repair is done"),
    Notice.APPOINTMENT: mark("an appointment"),
    Notice.PARTS: mark("the parts have arrived"),
}


class Way(StrEnum):
    """How a customer is told."""

    EMAIL = "email"
    SMS = "sms"
    BOTH = "both"


WAY_WORDS = {Way.EMAIL: mark("E-mail"), Way.SMS: mark("Text message"), Way.BOTH: mark("Both")}
