"""The columns of what commands on questionnaires show, declared once for every format."""

from collections.abc import Mapping, Sequence

from comptoir.core.i18n import _, mark
from comptoir.desk.output import Column
from comptoir.fiches.rules import FICHES
from comptoir.outbox.rules import CHANNEL_WORDS
from comptoir.surveys.statuses import OUTCOME_WORDS, SOURCE_WORDS, STANDING_WORDS, Cut

NUMBER = Column("number", _("Case"))
CODE = Column("code", _("Reply code"))
SCORE = Column("score", _("Score"))
COMMENT = Column("comment", _("Comment"))
CUSTOMER = (
    Column("customer", _("Customer")),
    Column("product", _("Product")),
    Column("device", _("Brand and model")),
)
SENT = (Column("channel", _("Channel"), CHANNEL_WORDS), Column("recipient", _("Recipient")))
ASKED = (NUMBER, Column("closed_at", _("Given back on")), *CUSTOMER, *SENT)
LISTED = (
    NUMBER,
    Column("asked_at", _("Asked on")),
    CODE,
    *SENT,
    *CUSTOMER,
    Column("technician", _("Technician")),
    Column("standing", _("State"), STANDING_WORDS),
    SCORE,
    COMMENT,
    Column("answered_at", _("Answered on")),
    Column("answered_by", _("Answered by"), SOURCE_WORDS),
    Column("due_on", _("To answer by")),
    Column("action", _("Action taken")),
    Column("acted_at", _("Action taken on")),
)
READ = (
    Column("file", _("File")),
    Column("line", _("Line")),
    NUMBER,
    CODE,
    SCORE,
    COMMENT,
    Column("outcome", _("Outcome"), OUTCOME_WORDS),
)
_GROUPS: Mapping[Cut | None, tuple[str, Mapping[str, str]]] = {
    None: (mark("Report"), {"": mark("all customers")}),
    Cut.MONTH: (mark("Month"), {}),
    Cut.FICHE: (mark("Fiche"), {str(number): f"{number} {name}" for number, name in FICHES.items()}),
    Cut.TECHNICIAN: (mark("Technician"), {"": mark("nobody")}),
    Cut.PRODUCT: (mark("Product"), {}),
}


def report(cut: Cut | None) -> Sequence[Column]:
    """Give the columns of a report, the first one named by what it is cut by."""
    title, words = _GROUPS[cut]
    return (
        Column("group", _(title), words),
        Column("asked", _("Asked")),
        Column("answered", _("Answered")),
        Column("rate", _("Rate (%)")),
        Column("mean", _("Mean score")),
        Column("promoters", _("Promoters (9-10)")),
        Column("passives", _("Passives (7-8)")),
        Column("detractors", _("Detractors (0-6)")),
        Column("nps", "NPS"),
        Column("complaints", _("Complaints without action")),
        Column("late", _("of which late")),
    )
