"""What is done next for a claim, what an organism's word makes of it, and how long it may wait."""

from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

from comptoir.organisms.statuses import Organism, Piece, Stage
from comptoir.qualirepar.statuses import FLOWS, UNSENT, ClaimStatus, Step

LEASE = timedelta(minutes=3)  # a step that lasts longer has it renewed
SKEW = timedelta(minutes=5)  # by how much the clocks of two counters may differ
# How long after a request that nobody answered the organism may still be doing it.
SETTLE = timedelta(seconds=60)
DELAYS = (timedelta(minutes=2), timedelta(minutes=10), timedelta(hours=1))
EVERY = timedelta(hours=6)
LONGEST_PAUSE = timedelta(hours=12)
REMAKES = 2  # drafts made anew in one run


class Action(StrEnum):
    """What is done next for a claim."""

    ASK = "ask"  # for the bonus, before anything is created
    CREATE = "create"
    AMEND = "amend"
    ATTACH = "attach"
    SUBMIT = "submit"
    FIND = "find"  # whether it was created
    FIND_FILES = "find_files"
    FIND_VERDICT = "find_verdict"  # whether it was submitted
    DISCARD = "discard"
    STOP = "stop"


class Account(NamedTuple):
    """What the shop is with an organism: the place of repair that claims, and the repairer that it belongs to.

    `searchable` tells whether its claims can be listed there.
    """

    site: str
    repairer: str = ""
    searchable: bool = True


class Document(NamedTuple):
    """A document that goes with a claim, kept under its digest."""

    piece: Piece
    name: str
    media_type: str
    digest: str
    size: int


class FileState(NamedTuple):
    """A document of a claim, and whether the organism has it."""

    position: int
    piece: Piece
    sent: bool


class Position(NamedTuple):
    """Where a claim stands, as far as it decides what is next; `stale` where what was created is not what we file."""

    organism: Organism
    status: ClaimStatus
    pending: Step
    remote: str
    files: tuple[FileState, ...]
    stale: bool = False


# What was asked without an answer is looked up before anything else is done.
_LOOK_UP = {
    Step.CREATE: Action.FIND,
    Step.SUBMIT: Action.FIND_VERDICT,
    Step.DISCARD: Action.DISCARD,
}
STEPS = {
    Action.CREATE: Step.CREATE,
    Action.ATTACH: Step.ATTACH,
    Action.SUBMIT: Step.SUBMIT,
    Action.DISCARD: Step.DISCARD,
}


def next_action(claim: Position) -> Action:
    """Say what is done next for a claim that is being filed.

    A draft of ecosystem whose document may have come or not cannot be mended: it is deleted and made anew. Ecologic
    says which documents it lacks.
    """
    if claim.status not in UNSENT:
        return Action.STOP
    drafts = claim.organism is Organism.ECOSYSTEM
    if claim.pending is Step.ATTACH:
        return Action.DISCARD if drafts else Action.FIND_FILES
    if claim.pending in _LOOK_UP:
        return _LOOK_UP[claim.pending]
    if not claim.remote:
        return Action.CREATE if drafts or claim.status is ClaimStatus.CREATED else Action.ASK
    if claim.stale:
        return Action.DISCARD if drafts else Action.AMEND
    return Action.SUBMIT if all(each.sent for each in claim.files) else Action.ATTACH


def created(organism: Organism) -> ClaimStatus:
    """Give the status of a claim that the organism has just created."""
    return ClaimStatus.CREATED if organism is Organism.ECOSYSTEM else ClaimStatus.TO_COMPLETE


_STAGES = {
    Stage.SENT: ClaimStatus.CONFIRMED,
    Stage.APPROVED: ClaimStatus.APPROVED,
    Stage.REIMBURSED: ClaimStatus.REIMBURSED,
    Stage.REFUSED: ClaimStatus.REFUSED,
    Stage.CANCELLED: ClaimStatus.CANCELLED,
}


def judged(organism: Organism, status: ClaimStatus, stage: Stage) -> ClaimStatus:
    """Give the status of a claim once its organism has said where it stands.

    What cannot follow is not followed: a claim that the bank has seen paid stays so, and a submitted claim that its
    organism sends back to us has to be completed.
    """
    if stage is Stage.DRAFT:
        back = status is ClaimStatus.CONFIRMED and organism is Organism.ECOLOGIC
        return ClaimStatus.TO_COMPLETE if back else status
    target = _STAGES.get(stage, status)
    if target is status or status is ClaimStatus.PAID:
        return status
    return target if FLOWS[organism].allows(status, target) else status


def pause(attempts: int, asked: timedelta = timedelta()) -> timedelta:
    """Give how long to wait before the next try, the organism's own wish counting for half a day at most."""
    usual = DELAYS[attempts - 1] if 0 < attempts <= len(DELAYS) else EVERY
    return max(usual, min(asked, LONGEST_PAUSE))


def is_held(lease: str, until: datetime | None, now: datetime) -> bool:
    """Tell whether somebody works on a claim: a lease that ends well after any can was taken before the clock went."""
    return bool(lease) and until is not None and now < until <= now + LEASE + SKEW


def reference(case_number: str, attempt: int, told: str) -> str:
    """Give our reference of a claim: its case, which attempt it is, and a digest of what is told of the repair.

    Every base counts its cases from one: another counter of the same account, or a base begun anew, must never take a
    claim of ours for its own.
    """
    return f"{case_number}-{attempt}-{sha256(told.encode()).hexdigest()[:8]}"
