"""The columns of what commands on payments show, declared once for every format."""

from comptoir.core.i18n import _
from comptoir.desk.output import Column
from comptoir.organisms.statuses import ORGANISM_NAMES
from comptoir.payments.statuses import MATCHED_WORDS, STANDING_WORDS
from comptoir.qualirepar.statuses import CLAIM_WORDS

ORGANISM = Column("organism", _("Eco-organism"), ORGANISM_NAMES)
CASE = Column("case_number", _("Case"))
AMOUNT = Column("amount", _("Amount"))
BY = Column("matched_by", _("Matched"), MATCHED_WORDS)
LISTED = (
    Column("id", _("No.")),
    Column("day", _("Date")),
    ORGANISM,
    AMOUNT,
    Column("left", _("Left over")),
    Column("standing", _("State"), STANDING_WORDS),
    Column("cases", _("Cases")),
    Column("label", _("Bank label")),
)
SHOWN = (
    *LISTED,
    Column("matched", _("Matched amount")),
    Column("other", _("Cancelled out by payment")),
    Column("source", _("Statement")),
    Column("operator", _("By")),
    Column("imported_at", _("Brought in on")),
)
SHARES = (
    CASE,
    Column("invoice", _("Invoice")),
    Column("service_order", _("Service order")),
    AMOUNT,
    BY,
    Column("bonus", _("Bonus")),
    Column("paid", _("Paid")),
    Column("status", _("Claim"), CLAIM_WORDS),
    Column("operator", _("By")),
    Column("matched_at", _("Matched on")),
)
MOVED = (Column("payment", _("Payment (no.)")), CASE, AMOUNT, BY)
TALLY = (
    Column("kind", _("Statement")),
    Column("lines", _("Lines")),
    Column("added", _("New ones")),
    Column("known", _("Known")),
    Column("left_out", _("Others")),
    Column("amount", _("Amount")),
    Column("matched", _("Matched payments")),
    Column("unmatched", _("Not matched")),
)
LATE = (
    ORGANISM,
    Column("claims", _("Claims")),
    Column("at_risk", _("Money at risk")),
    Column("oldest_case", _("Oldest case")),
    Column("confirmed_on", _("Confirmed on")),
    Column("days", _("Days")),
)
DIGEST = (
    Column("recipient", _("Recipient")),
    Column("subject", _("Subject")),
    Column("paid", _("Paid")),
    Column("unmatched", _("Not matched")),
    Column("at_risk", _("Money at risk")),
)
