"""Where a case stands, which status may follow which, and how a line is pointed at."""

from enum import StrEnum
from typing import NamedTuple

from comptoir.core.flow import Flow
from comptoir.core.i18n import mark


class CaseStatus(StrEnum):
    """Where a case stands."""

    SENT = "sent"
    RECEIVED = "received"
    CHECKING = "checking"
    CLOSED = "closed"
    REFUSED = "refused"
    CANCELLED = "cancelled"


CASE_WORDS = {
    CaseStatus.SENT: mark("Request sent"),
    CaseStatus.RECEIVED: mark("Taken in on site"),
    CaseStatus.CHECKING: mark("Quality control under way"),
    CaseStatus.CLOSED: mark("Case closed"),
    CaseStatus.REFUSED: mark("Return refused"),
    CaseStatus.CANCELLED: mark("Return cancelled"),
}
_S = CaseStatus
CASE_FLOW = Flow(
    {
        _S.SENT: frozenset({_S.RECEIVED, _S.REFUSED, _S.CANCELLED}),
        _S.RECEIVED: frozenset({_S.CHECKING}),
        _S.CHECKING: frozenset({_S.CLOSED, _S.REFUSED}),
        _S.CLOSED: frozenset(),
        _S.REFUSED: frozenset(),
        _S.CANCELLED: frozenset(),
    }
)
# On the way to its end a case goes through these; the step is what the gauge shows, and a cancelled case left the way.
STEPS = {_S.SENT: 1, _S.RECEIVED: 2, _S.CHECKING: 3, _S.CLOSED: 4, _S.REFUSED: 4, _S.CANCELLED: 0}
OPEN = (_S.SENT, _S.RECEIVED, _S.CHECKING)
GAUGES = {step: "■" * step + "□" * (4 - step) for step in STEPS.values()}


class PaperKind(StrEnum):
    """What is printed of a return."""

    PRE_AGREEMENT = "pre_agreement"
    PICK_LIST = "pick_list"


PAPER_WORDS = {PaperKind.PRE_AGREEMENT: mark("Return pre-agreement"), PaperKind.PICK_LIST: mark("Pick list")}


class Place(NamedTuple):
    """A line of a delivery note, as people point at it."""

    note: int
    line: int
