"""Where a claim stands, in the words and colours that each organism's desk uses, and which status may follow which."""

from collections.abc import Mapping
from enum import StrEnum

from comptoir.core.flow import Flow
from comptoir.core.i18n import mark
from comptoir.organisms.statuses import Organism


class ClaimStatus(StrEnum):
    """Where a claim stands.

    `created` is what the organism has let begin, `to_complete` what still waits for documents or for our last word,
    `confirmed` what it has to look at. `reimbursed` is its own word for paid; `paid` is what the bank has seen whole.
    """

    TO_CREATE = "to_create"
    CREATED = "created"
    TO_COMPLETE = "to_complete"
    CONFIRMED = "confirmed"
    APPROVED = "approved"
    REIMBURSED = "reimbursed"
    PAID = "paid"
    REFUSED = "refused"
    CANCELLED = "cancelled"


class Step(StrEnum):
    """What is asked of an organism for a claim; the one that is under way is written down before it is asked."""

    NONE = ""
    CREATE = "create"
    ATTACH = "attach"
    SUBMIT = "submit"
    DISCARD = "discard"


_S = ClaimStatus
_DECIDED = {
    _S.CONFIRMED: frozenset({_S.APPROVED, _S.REIMBURSED, _S.PAID, _S.REFUSED, _S.CANCELLED, _S.TO_COMPLETE}),
    _S.APPROVED: frozenset({_S.REIMBURSED, _S.PAID, _S.REFUSED, _S.CANCELLED}),
    _S.REIMBURSED: frozenset({_S.PAID, _S.REFUSED}),
    _S.PAID: frozenset({_S.REIMBURSED, _S.APPROVED, _S.CONFIRMED}),  # a payment that was matched wrongly
    _S.REFUSED: frozenset({_S.CONFIRMED, _S.APPROVED}),  # contested, and won; a refused claim is closed too
    _S.CANCELLED: frozenset[ClaimStatus](),
}
# Ecologic: the support is asked (yellow when valid), then the claim, which lacks its documents (red), then submitted.
# A claim cannot be taken back there once it is created.
# ecosystem: a draft (yellow) gets its documents (red), is confirmed; a broken draft is deleted and made anew.
FLOWS: Mapping[Organism, Flow[ClaimStatus]] = {
    Organism.ECOLOGIC: Flow(
        _DECIDED
        | {
            _S.TO_CREATE: frozenset({_S.CREATED, _S.TO_COMPLETE, _S.CANCELLED}),
            _S.CREATED: frozenset({_S.TO_CREATE, _S.TO_COMPLETE, _S.CANCELLED}),
            _S.TO_COMPLETE: frozenset({_S.CONFIRMED, _S.APPROVED, _S.REIMBURSED, _S.REFUSED, _S.CANCELLED}),
        }
    ),
    Organism.ECOSYSTEM: Flow(
        _DECIDED
        | {
            _S.TO_CREATE: frozenset({_S.CREATED, _S.CANCELLED}),
            _S.CREATED: frozenset({_S.TO_COMPLETE, _S.TO_CREATE, _S.CONFIRMED, _S.CANCELLED}),
            _S.TO_COMPLETE: frozenset(
                {_S.CONFIRMED, _S.TO_CREATE, _S.APPROVED, _S.REIMBURSED, _S.REFUSED, _S.CANCELLED}
            ),
        }
    ),
}
OVER = frozenset({_S.REFUSED, _S.CANCELLED})  # another claim may be made for the repair
UNSENT = frozenset({_S.TO_CREATE, _S.CREATED, _S.TO_COMPLETE})
AWAITED = frozenset({_S.CONFIRMED, _S.APPROVED, _S.REIMBURSED})  # money is to come
CLAIM_WORDS: Mapping[str, str] = {
    _S.TO_CREATE: mark("To create"),
    _S.CREATED: mark("Request created"),
    _S.TO_COMPLETE: mark("To complete and confirm"),
    _S.CONFIRMED: mark("Confirmed, being checked"),
    _S.APPROVED: mark("Approved, to be paid"),
    _S.REIMBURSED: mark("Reimbursed, says the organism"),
    _S.PAID: mark("Paid, seen at the bank"),
    _S.REFUSED: mark("Request refused"),
    _S.CANCELLED: mark("Request cancelled"),
}
