"""The columns of what commands on repairs show, declared once for every format."""

from comptoir.core.i18n import _, mark
from comptoir.desk.output import Column
from comptoir.fiches.rules import MOMENT_WORDS, RESULT_WORDS
from comptoir.parts.rules import ORIGIN_WORDS
from comptoir.repairs.amounts import RATES, percent
from comptoir.repairs.statuses import (
    ANSWER_WORDS,
    BILL_WORDS,
    CASE_WORDS,
    CONSENT_WORDS,
    LINE_WORDS,
    MEANS_WORDS,
    PAPER_WORDS,
    PLACE_WORDS,
    WARRANTY_WORDS,
)

YES_NO = {0: mark("no"), 1: mark("yes")}
NUMBER = Column("number", _("Case"))
OPENED_AT = Column("opened_at", _("Taken in"))
STATUS = Column("status", _("Status"), CASE_WORDS)
CUSTOMER = Column("customer", _("Customer"))
PRODUCT = Column("product_label", _("Product"))
BRAND = Column("brand", _("Brand"))
MODEL = Column("model", _("Model"))
SERIAL = Column("serial", _("Serial number"))
TECHNICIAN = Column("technician", _("Technician"))
COMEBACK_OF = Column("comeback_of", _("Comes back from"))
TOTAL = Column("total", _("Total incl. tax"))
BONUS = Column("bonus", _("Bonus"))
DUE = Column("due", _("To pay"))
LISTED = (
    NUMBER,
    OPENED_AT,
    STATUS,
    CUSTOMER,
    PRODUCT,
    BRAND,
    MODEL,
    SERIAL,
    TECHNICIAN,
    COMEBACK_OF,
    Column("amount", _("Amount incl. tax")),
)
PERSON = (
    Column("title", _("Civility")),
    Column("last_name", _("Last name")),
    Column("first_name", _("First name")),
    Column("email", _("E-mail")),
    Column("phone", _("Phone")),
    Column("line", _("Address")),
    Column("complement", _("Complement")),
    Column("postcode", _("Postcode")),
    Column("town", _("Town")),
    Column("country", _("Country")),
)
WHOLE = (
    NUMBER,
    OPENED_AT,
    STATUS,
    Column("place", _("Place"), PLACE_WORDS),
    *PERSON,
    Column("product", _("Product's key")),
    PRODUCT,
    Column("fiche", _("Fiche")),
    BRAND,
    MODEL,
    SERIAL,
    Column("bought_on", _("Bought on")),
    Column("warranty", _("Warranty"), WARRANTY_WORDS),
    Column("bonus", _("Bonus wanted"), YES_NO),
    Column("service", _("Service")),
    Column("fault", _("Fault")),
    Column("condition", _("Condition")),
    Column("deposit", _("Deposit")),
    Column("deposit_means", _("Paid by"), MEANS_WORDS),
    Column("deposit_receipt", _("Till receipt")),
    Column("consents", _("Consents"), CONSENT_WORDS),
    Column("distance", _("Distance (km)")),
    Column("far_why", _("Why so far")),
    TECHNICIAN,
    COMEBACK_OF,
    Column("organism", _("Eco-organism")),
    Column("symptom", _("Symptom code")),
    Column("repair_code", _("Repair code")),
    Column("appointment", _("Appointment")),
    Column("operator", _("By")),
    Column("moved_at", _("Last step on")),
    Column("repaired_at", _("Repaired on")),
    Column("closed_at", _("Given back on")),
)
LINE = (
    Column("position", _("No.")),
    Column("kind", _("Kind"), LINE_WORDS),
    Column("designation", _("Designation")),
    Column("reference", _("Reference")),
    Column("origin", _("Origin"), ORIGIN_WORDS),
    Column("quantity", _("Quantity")),
    Column("price", _("Price incl. tax")),
    Column("vat_percent", _("VAT (%)")),
    Column("total", _("Total incl. tax")),
)
POINT = (
    Column("moment", _("When"), MOMENT_WORDS),
    Column("point", _("Point")),
    Column("label", _("Control")),
    Column("required", _("Required"), YES_NO),
    Column("safety", _("Safety"), YES_NO),
    Column("result", _("Result"), RESULT_WORDS),
    Column("note", _("Note")),
    Column("checked_at", _("Date")),
    Column("operator", _("By")),
)
BILL = (
    Column("number", _("No.")),
    Column("kind", _("Document"), BILL_WORDS),
    Column("case_number", _("Case")),
    Column("issued_at", _("Date")),
    TOTAL,
    Column("vat", _("VAT")),
    BONUS,
    Column("deposit", _("Deposit")),
    DUE,
    Column("answer", _("Answer"), ANSWER_WORDS),
    Column("paid_at", _("Paid on")),
    Column("means", _("Paid by"), MEANS_WORDS),
    Column("receipt", _("Till receipt")),
    Column("cancels", _("Cancels")),
)
HISTORY = (
    Column("moment", _("Date")),
    Column("told", _("What")),
    Column("operator", _("By")),
)
FILES = (Column("kind", _("Document"), PAPER_WORDS), Column("file", _("File")))
COMEBACK = (
    NUMBER,
    OPENED_AT,
    COMEBACK_OF,
    Column("repaired_at", _("Repaired on")),
    Column("days", _("Days")),
    CUSTOMER,
    PRODUCT,
    BRAND,
    MODEL,
    SERIAL,
    Column("first_technician", _("Repaired by")),
    Column("fault", _("Fault")),
    STATUS,
)
# What each VAT rate has of a sale: an accountant's entries.
SHARES = tuple(
    Column(f"{part}_{rate / 10:g}".replace(".", "_"), f"{title} {percent(rate)}")
    for rate in RATES
    for part, title in (("net", _("Net of tax")), ("vat", _("VAT")))
    if rate or part == "net"
)
SALE = (
    Column("number", _("No.")),
    Column("kind", _("Document"), BILL_WORDS),
    Column("issued_on", _("Date")),
    Column("case_number", _("Case")),
    CUSTOMER,
    Column("net", _("Net of tax")),
    Column("vat", _("VAT")),
    TOTAL,
    BONUS,
    Column("deposit", _("Deposit")),
    DUE,
    *SHARES,
    Column("paid_on", _("Paid on")),
    Column("means", _("Paid by"), MEANS_WORDS),
    Column("receipt", _("Till receipt")),
    Column("cancels", _("Cancels")),
)
