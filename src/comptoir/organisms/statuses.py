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


class Routed(StrEnum):
    """What decided which organism pays: only FLAG and LISTED are certain."""

    FLAG = "flag"
    LISTED = "listed"
    ALONE = "alone"
    ASKED = "asked"
    BOTH = "both"
    NO_BRAND = "no_brand"
    NO_PRODUCT = "no_product"
    NOT_FETCHED = "not_fetched"


ROUTED_WORDS: Mapping[str, str] = {
    Routed.FLAG: mark("ecosystem's catalogue says whose this brand is for this product"),
    Routed.LISTED: mark("it is the only one to list this brand"),
    Routed.ALONE: mark("it is the only one known to list this brand for this product: to be checked"),
    Routed.ASKED: mark("as asked with `--organism`"),
    Routed.BOTH: mark("both organisms list this brand: choose with `--organism`"),
    Routed.NO_BRAND: mark("no organism lists this brand for this product"),
    Routed.NO_PRODUCT: mark("no catalogue has this product under a name that is known"),
    Routed.NOT_FETCHED: mark("no catalogue was fetched yet"),
}


class Why(StrEnum):
    """What decided of a bonus."""

    GRANTED = "granted"
    CIRCULAR = "circular"
    NOT_LISTED = "not_listed"
    BEFORE_SCALE = "before_scale"
    UNDER_THRESHOLD = "under_threshold"
    UNDER_BONUS = "under_bonus"
    OUT_OF_PERIOD = "out_of_period"
    NOT_IN_SHEETS = "not_in_sheets"
    NO_AMOUNT = "no_amount"


WHY_WORDS: Mapping[str, str] = {
    Why.GRANTED: mark("Nothing stands against the bonus"),
    Why.CIRCULAR: mark("Nothing stands against the bonus, with 20 % more for parts of the circular economy"),
    Why.NOT_LISTED: mark("The scale has no bonus for this product"),
    Why.BEFORE_SCALE: mark("Before the first day of the scale"),
    Why.UNDER_THRESHOLD: mark("The total is under the threshold of this product"),
    Why.UNDER_BONUS: mark("The total is under the bonus"),
    Why.OUT_OF_PERIOD: mark("The organism does not support this product on that day"),
    Why.NOT_IN_SHEETS: mark("The shop does not hold the fiche that the organism asks for, on that day"),
    Why.NO_AMOUNT: mark("The organism publishes no amount for that day"),
}


class Basis(StrEnum):
    """Where an amount comes from: the organism's own catalogue, or the public scale of 1 January 2024."""

    ORGANISM = "organism"
    PUBLIC_SCALE = "public_scale"


BASIS_WORDS: Mapping[str, str] = {
    Basis.ORGANISM: mark("catalogue of the organism"),
    Basis.PUBLIC_SCALE: mark("public scale of 1 January 2024"),
}
