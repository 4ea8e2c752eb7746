"""How a payment was matched to a claim."""

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
