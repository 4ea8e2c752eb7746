"""The columns of what commands on returns show, declared once for every format."""

from collections.abc import Mapping

from comptoir.core.i18n import _, mark
from comptoir.desk.output import Column
from comptoir.returns.statuses import CASE_WORDS, GAUGES, PAPER_WORDS

NOTE = Column("note", _("Delivery note"))
REFERENCE = Column("reference", _("Reference"))
DESIGNATION = Column("designation", _("Designation"))
DELIVERED_ON = Column("delivered_on", _("Delivery date"))
CUSTOMER = Column("customer", _("Customer"))
QUANTITY = Column("quantity", _("Quantity"))
CREDIT_NOTE = Column("credit_note", _("Credit note"))
NUMBER = Column("number", _("Case"))
SENT_AT = Column("sent_at", _("Date"))
STATUS = Column("status", _("Status"), CASE_WORDS)
ESTIMATED = Column("estimated", _("Estimated credit excl. tax"))
CREDITED = Column("credited", _("Credited excl. tax"))
WHY = Column("why", _("Why"))
CHECKED = (
    Column("accepted", _("Accepted")),
    Column("refused", _("Refused")),
    Column("damaged", _("Damaged")),
    Column("missing", _("Missing")),
    WHY,
)
SAVED = (
    Column("name", _("Basket")),
    Column("saved_by", _("Saved by")),
    Column("since", _("Since")),
    CUSTOMER,
    Column("lines", _("Lines")),
    Column("parts", _("Parts")),
)
COUNTED = (
    Column("delivered", _("Delivered")),
    Column("returned", _("Returned")),
    Column("pending", _("Under way")),
    Column("remaining", _("Remaining")),
)
REASON = (
    Column("key", _("Key")),
    Column("label", _("Reason")),
    Column("family", _("Kind"), {"core": mark("core deposit"), "new": mark("new part")}),
    Column("credits", _("Credits"), {"price": mark("the price"), "deposit": mark("the core deposit")}),
    Column("days", _("Days")),
    Column("fee", _("Fee")),
    Column("at_once", _("At once")),
    Column("unopened", _("Unopened")),
    Column("code", _("Scan code")),
)
LISTED = (
    NUMBER,
    SENT_AT,
    NOTE,
    CUSTOMER,
    STATUS,
    Column("step", _("Gauge"), GAUGES),
    Column("parts", _("Parts")),
    Column("articles", _("Articles")),
    ESTIMATED,
    CREDITED,
    CREDIT_NOTE,
)
WHOLE = (
    NUMBER,
    NOTE,
    DELIVERED_ON,
    CUSTOMER,
    STATUS,
    Column("step", _("Gauge"), GAUGES),
    Column("sent_at", _("Sent on")),
    Column("moved_at", _("Last step on")),
    Column("closed_at", _("Closed on")),
    Column("operator", _("By")),
    Column("email", _("E-mail")),
    Column("parts", _("Parts")),
    ESTIMATED,
    CREDITED,
    CREDIT_NOTE,
)
LINE = (
    Column("position", _("No.")),
    Column("line", _("Line of the note")),
    REFERENCE,
    DESIGNATION,
    Column("label", _("Reason")),
    QUANTITY,
    ESTIMATED,
    *CHECKED,
    CREDITED,
)
HISTORY = (
    Column("moment", _("Date")),
    Column(
        "verb",
        _("What"),
        {
            "send": mark("sent"),
            "received": mark("taken in"),
            "checking": mark("quality control begun"),
            "check": mark("line checked"),
            "closed": mark("closed"),
            "refused": mark("refused"),
            "cancelled": mark("case cancelled"),
            "invoice": mark("credit note"),
        },
    ),
    Column("operator", _("By")),
    Column("told", _("Details")),
)
FILES = (Column("kind", _("Document"), PAPER_WORDS), Column("file", _("File")))
EXPORTED = tuple(
    Column(key, title)
    for key, title in (
        ("case", _("Case")),
        ("request", _("Request")),
        ("status", _("Status")),
        ("sent_at", _("Sent on")),
        ("moved_at", _("Last step on")),
        ("customer", _("Customer")),
        ("note", _("Delivery note")),
        ("position", _("No.")),
        ("line", _("Line")),
        ("reference", _("Reference")),
        ("designation", _("Designation")),
        ("reason", _("Reason")),
        ("quantity", _("Quantity")),
        ("unit_credit", _("Credit of a part excl. tax")),
        ("fee", _("Fee")),
        ("estimated", _("Estimated credit excl. tax")),
        ("accepted", _("Accepted")),
        ("refused", _("Refused")),
        ("damaged", _("Damaged")),
        ("missing", _("Missing")),
        ("why", _("Why")),
        ("credited", _("Credited excl. tax")),
        ("credit_note", _("Credit note")),
    )
)
COMPARED = (
    NUMBER,
    Column("age", _("Age in days")),
    SENT_AT,
    NOTE,
    CUSTOMER,
    STATUS,
    ESTIMATED,
    CREDITED,
    Column("difference", _("Difference")),
    CREDIT_NOTE,
    WHY,
)


def item(words: Mapping[str, str]) -> tuple[Column, ...]:
    """Give the columns of a basket; `words` are the labels of the reasons, by their keys."""
    return (
        Column("position", _("No.")),
        NOTE,
        REFERENCE,
        DESIGNATION,
        Column("eligible", _("Eligible")),
        QUANTITY,
        Column("reason", _("Reason"), words),
        Column("credit", _("Estimated credit excl. tax")),
    )


def eligible(words: Mapping[str, str]) -> tuple[Column, ...]:
    """Give the columns of lines that may go back; `words` are the labels of the reasons, by their keys."""
    return (
        NOTE,
        DELIVERED_ON,
        CUSTOMER,
        Column("line", _("Line")),
        REFERENCE,
        DESIGNATION,
        *COUNTED,
        Column("reasons", _("Reasons"), words),
    )


def explained(words: Mapping[str, str]) -> tuple[Column, ...]:
    """Give the columns of lines beside reasons; `words` are the labels of the reasons, by their keys."""
    return (
        NOTE,
        Column("line", _("Line")),
        REFERENCE,
        DELIVERED_ON,
        *COUNTED,
        Column("cases", _("Cases")),
        Column("reason", _("Reason"), words),
        Column("open", _("Open")),
        Column("until", _("Until")),
        Column("credit", _("Credit of a part excl. tax")),
        WHY,
    )
