"""The columns of what commands on claims show, declared once for every format."""

from comptoir.core.i18n import _, mark
from comptoir.desk.output import Column
from comptoir.organisms.statuses import ORGANISM_NAMES, PIECE_WORDS, Piece
from comptoir.qualirepar.filing import RESULT_WORDS
from comptoir.qualirepar.statuses import CLAIM_WORDS
from comptoir.qualirepar.troubles import FIELD_WORDS, WEIGHT_WORDS

# The documents in a word each, where a row has them all.
SHORTLY = {
    Piece.INVOICE: mark("invoice"),
    Piece.CONSENT: mark("signature"),
    Piece.NAMEPLATE: mark("nameplate"),
    Piece.PICTURE: mark("picture"),
}
CASE = Column("case_number", _("Case"))
ORGANISM = Column("organism", _("Organism"), ORGANISM_NAMES)
STATUS = Column("status", _("State"), CLAIM_WORDS)
INVOICE = Column("invoice", _("Invoice"))
BONUS = Column("bonus", _("Bonus"))
REMOTE = Column("remote", _("Claim number"))
ORDER = Column("service_order", _("Service order"))
SAID = Column("said", _("The organism says"))
ERROR = Column("error", _("Why"))
PAID = Column("paid", _("Paid"))
CUSTOMER = (Column("customer", _("Customer")), Column("product_label", _("Product")))
LISTED = (
    CASE,
    Column("created_at", _("Date")),
    STATUS,
    ORGANISM,
    *CUSTOMER,
    INVOICE,
    BONUS,
    PAID,
    Column("number", _("Number to quote")),
    Column("confirmed_at", _("Confirmed on")),
    ERROR,
)
WHOLE = (
    CASE,
    STATUS,
    ORGANISM,
    INVOICE,
    BONUS,
    Column("total", _("Total")),
    Column("reference", _("Our reference")),
    REMOTE,
    ORDER,
    SAID,
    Column("reason", _("Reason of the refusal")),
    ERROR,
    Column("next_try", _("Next try")),
    Column("created_at", _("Made on")),
    Column("confirmed_at", _("Confirmed on")),
    Column("asked_at", _("Asked about on")),
    Column("decided_at", _("Decided on")),
    PAID,
    Column("paid_at", _("Paid on")),
    Column("operator", _("Operator")),
)
FILES = (
    Column("piece", _("Document"), PIECE_WORDS),
    Column("name", _("File")),
    Column("size", _("Bytes")),
    Column("sent_at", _("Sent on")),
)
TROUBLES = (
    Column("field", _("Field"), FIELD_WORDS),
    Column("weight", _("Weight"), WEIGHT_WORDS),
    Column("message", _("Point")),
    Column("advice", _("What to do")),
)
PLANNED = (
    CASE,
    ORGANISM,
    STATUS,
    INVOICE,
    Column("total", _("Total")),
    BONUS,
    Column("pieces", _("Documents"), SHORTLY),
)
FILED = (
    CASE,
    ORGANISM,
    Column("result", _("Outcome"), RESULT_WORDS),
    STATUS,
    REMOTE,
    ORDER,
    ERROR,
    Column("next_try", _("Next try")),
)
HEARD = (
    Column("moment", _("Date")),
    Column("step", _("Step")),
    Column("status", "HTTP"),
    Column("millis", "ms"),
    Column("error", _("Error")),
    Column("request", _("Request")),
    Column("answer", _("Answer")),
)
FETCHED = (
    ORGANISM,
    Column("products", _("Products")),
    Column("brands", _("Brands")),
    Column("codes", _("Codes")),
    Column("sites", _("Sites")),
    Column("source", _("From")),
    ERROR,
)
REFUSED = (
    CASE,
    Column("decided_at", _("Refused on")),
    ORGANISM,
    *CUSTOMER,
    INVOICE,
    BONUS,
    Column("reason", _("The organism says")),
    Column("plain", _("In plain words")),
    Column("todo", _("What to do")),
)
