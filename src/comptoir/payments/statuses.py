"""Words of payments: how one was matched to a claim, where it stands, why it waits, what brought it."""

from collections.abc import Mapping
from enum import StrEnum

from comptoir.core.i18n import mark


class MatchedBy(StrEnum):
    """What told that a payment is for a claim."""

    REFERENCE = "reference"
    AMOUNT = "amount"
    HAND = "hand"


MATCHED_WORDS: Mapping[str, str] = {
    MatchedBy.REFERENCE: mark("by its reference"),
    MatchedBy.AMOUNT: mark("by its amount"),
    MatchedBy.HAND: mark("by hand"),
}


class Standing(StrEnum):
    """Where a payment stands."""

    MATCHED = "matched"
    PARTLY = "partly"
    UNMATCHED = "unmatched"
    TAKEN_BACK = "taken_back"


STANDING_WORDS: Mapping[str, str] = {
    Standing.MATCHED: mark("Matched"),
    Standing.PARTLY: mark("Matched in part"),
    Standing.UNMATCHED: mark("Not matched"),
    Standing.TAKEN_BACK: mark("Taken back"),
}


class Why(StrEnum):
    """Why money of a payment is matched to no claim."""

    NO_CLAIM = "no_claim"
    SEVERAL = "several"
    TOO_MANY = "too_many"
    SHORT = "short"
    EXCESS = "excess"
    NOT_AWAITED = "not_awaited"
    NO_ORIGIN = "no_origin"
    TWIN = "twin"
    BY_HAND = "by_hand"


WHY_WORDS: Mapping[str, str] = {
    Why.NO_CLAIM: mark("no claim awaits this amount"),
    Why.SEVERAL: mark("several claims may be meant, nothing tells which"),
    Why.TOO_MANY: mark("too many claims await money to try their sums"),
    Why.SHORT: mark("it pays less than the claims it names"),
    Why.EXCESS: mark("it pays more than the claims it names"),
    Why.NOT_AWAITED: mark("the claim it names awaits no money"),
    Why.NO_ORIGIN: mark("money taken back, and nothing tells of which payment"),
    Why.TWIN: mark("it looks like a payment of the same day that another statement brought"),
    Why.BY_HAND: mark("its match was undone by hand: it is matched by hand only"),
}


class Kind(StrEnum):
    """What a bank statement is written in."""

    CSV = "csv"
    CAMT = "camt.053"
    OFX = "ofx"
