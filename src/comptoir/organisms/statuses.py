"""The words of the eco-organisms: who they are, what they ask for, where a claim stands with them."""

from collections.abc import Mapping
from enum import StrEnum

from comptoir.core.i18n import mark


class Organism(StrEnum):
    """The eco-organisms of household appliances that pay the bonus."""

    ECOLOGIC = "ecologic"
    ECOSYSTEM = "ecosystem"


# Proper names: the same in every language.
ORGANISM_NAMES: Mapping[str, str] = {Organism.ECOLOGIC: "Ecologic", Organism.ECOSYSTEM: "ecosystem"}


class CodeKind(StrEnum):
    """What a code of an organism says: what the consumer saw, or what was repaired."""

    SYMPTOM = "symptom"
    REPAIR = "repair"


CODE_WORDS: Mapping[str, str] = {CodeKind.SYMPTOM: mark("symptom code"), CodeKind.REPAIR: mark("repair code")}


class AmountKind(StrEnum):
    """What an amount of the scale is: the bonus, or the total from which it is given."""

    BONUS = "bonus"
    THRESHOLD = "threshold"


class Piece(StrEnum):
    """The documents that a claim carries."""

    INVOICE = "invoice"
    CONSENT = "consent"
    NAMEPLATE = "nameplate"
    PICTURE = "picture"


PIECE_WORDS: Mapping[str, str] = {
    Piece.INVOICE: mark("repair invoice"),
    Piece.CONSENT: mark("document signed by the consumer"),
    Piece.NAMEPLATE: mark("photograph of the nameplate"),
    Piece.PICTURE: mark("picture of the device"),
}


class Stage(StrEnum):
    """Where a claim stands with its organism, whatever its own words for it; OTHER for words nobody knows."""

    DRAFT = "draft"
    SENT = "sent"
    APPROVED = "approved"
    REIMBURSED = "reimbursed"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    OTHER = "other"


class Matched(StrEnum):
    """What a shop tells that an organism names otherwise."""

    PRODUCT = "product"
    BRAND = "brand"
