"""Where an opinion stands, how it came, and what its report is cut by: the words that every room shares."""

from enum import StrEnum

from comptoir.core.i18n import mark


class Standing(StrEnum):
    """Where a questionnaire stands; a complaint is a low score that nothing was done about yet."""

    WAITING = "waiting"
    ANSWERED = "answered"
    COMPLAINT = "complaint"
    LATE = "late"
    HANDLED = "handled"


STANDING_WORDS = {
    Standing.WAITING: mark("not answered"),
    Standing.ANSWERED: mark("answered"),
    Standing.COMPLAINT: mark("complaint, nothing done yet"),
    Standing.LATE: mark("COMPLAINT, LATE"),
    Standing.HANDLED: mark("action taken"),
}


class Source(StrEnum):
    """How an answer came."""

    EMAIL = "email"
    SMS = "sms"
    COUNTER = "counter"


SOURCE_WORDS = {Source.EMAIL: mark("E-mail"), Source.SMS: mark("Text message"), Source.COUNTER: mark("At the counter")}


class Outcome(StrEnum):
    """What came of an answer."""

    RECORDED = "recorded"
    COMPLETED = "completed"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


OUTCOME_WORDS = {
    Outcome.RECORDED: mark("recorded"),
    Outcome.COMPLETED: mark("comment added"),
    Outcome.CHANGED: mark("changed"),
    Outcome.UNCHANGED: mark("known already"),
}


class Cut(StrEnum):
    """What a report has a line for."""

    MONTH = "month"
    FICHE = "fiche"
    TECHNICIAN = "technician"
    PRODUCT = "product"
