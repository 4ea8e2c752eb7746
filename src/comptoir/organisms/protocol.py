"""What the eco-organisms are asked and what they answer, whichever wire they speak.

A client never waits and never tries again by itself, but for a login that has expired: who drives it decides. Each call
takes a `log`, told of each exchange as it ends. Amounts are euros, days are of Paris.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple, Protocol

from comptoir.core.errors import OutsideFailure, Refused
from comptoir.core.i18n import _
from comptoir.desk.wire import Log
from comptoir.organisms.published import AmountRow, BrandRow, CodeRow, ProductRow, Reference, SheetRow, SiteRow
from comptoir.organisms.statuses import ORGANISM_NAMES, Organism, Piece, Stage

__all__ = ["AmountRow", "BrandRow", "CodeRow", "ProductRow", "Reference", "SheetRow", "SiteRow"]


class Claimant(NamedTuple):
    """The consumer; the phone is national, ten digits."""

    title: str
    last_name: str
    first_name: str
    line: str
    complement: str
    postcode: str
    town: str
    email: str
    phone: str


class Repaired(NamedTuple):
    """The device and its repair, in the organism's own codes; `brand` is empty where the organism does not know it."""

    product: str
    brand: str
    brand_name: str
    model: str
    serial: str
    bought_on: str
    symptom: str
    repair_code: str
    fault: str


class Billed(NamedTuple):
    """The invoice: `total` includes tax and comes before the bonus is taken off; the other costs are without tax."""

    invoice: str
    total: Decimal
    net: Decimal
    labour: Decimal
    parts: Decimal
    travel: Decimal
    bonus: Decimal


class Used(NamedTuple):
    """How many parts went in, by origin."""

    new: int = 0
    used: int = 0
    circular: int = 0


class Form(NamedTuple):
    """A claim as it is filed; `reference` is ours, and no other claim has it."""

    reference: str
    repaired_on: date
    site: str
    repairer: str
    on_site: bool
    consumer: Claimant
    device: Repaired
    bill: Billed
    parts: Used


class File(NamedTuple):
    """A document of a claim."""

    piece: Piece
    name: str
    media_type: str
    content: bytes


class Problem(NamedTuple):
    """What an organism says is wrong: its own name of the field, its own words."""

    field: str
    message: str


class Standing(NamedTuple):
    """A claim as its organism has it.

    `status` and `reason` are its own words. `order` is the number to quote, where there is one. `pieces` are the
    documents it holds, None where it does not say.
    """

    claim: str
    status: str
    stage: Stage
    order: str = ""
    reason: str = ""
    reference: str = ""
    problems: tuple[Problem, ...] = ()
    pieces: frozenset[Piece] | None = None


class NotDone(OutsideFailure):
    """For certain, nothing was done this time: it may be tried again, and no sooner than the organism says."""

    def __init__(self, message: str, hint: str | None = None, after: timedelta = timedelta()) -> None:
        super().__init__(message, hint)
        self.after = after


class NotLetIn(NotDone):
    """The organism does not let this account in: nothing else is worth asking before it is mended."""


class NoAnswer(OutsideFailure):
    """It was asked, and no answer that can be read came: nobody knows whether it was done."""


class NotSearchable(OutsideFailure):
    """This organism cannot be asked what it has under a reference."""


class TurnedDown(Refused):
    """The organism refuses what it was asked, for these reasons."""

    def __init__(self, organism: Organism, problems: tuple[Problem, ...]) -> None:
        told = " · ".join(f"{each.field} : {each.message}" if each.field else each.message for each in problems)
        super().__init__(_("{organism} refuses: {reasons}").format(organism=ORGANISM_NAMES[organism], reasons=told))
        self.reasons = problems


class Broken(TurnedDown):
    """The draft cannot be mended: it has to be made anew."""

    def __init__(self, organism: Organism, problems: tuple[Problem, ...]) -> None:
        super().__init__(organism, problems)
        reasons = "; ".join(each.message or each.field for each in problems)
        self.message = _("the draft at {organism} has to be made anew: {reasons}").format(
            organism=ORGANISM_NAMES[organism], reasons=reasons
        )


class Client(Protocol):
    """One organism. Every call raises NotDone, NotLetIn, NoAnswer or TurnedDown."""

    organism: Organism

    async def reference(self, log: Log) -> Reference:
        """Give all that the organism publishes for this account."""

    async def eligibility(self, form: Form, log: Log) -> Decimal | None:
        """Ask for the bonus of a repair; None where this organism is not asked before the claim."""

    async def create(self, form: Form, log: Log) -> Standing:
        """Create the claim; what it still lacks, but for its documents, is in the problems of its standing."""

    async def amend(self, claim: str, form: Form, log: Log) -> Standing:
        """Correct a claim not yet submitted; raise Broken where it has to be made anew."""

    async def attach(self, claim: str, file: File, log: Log) -> None:
        """Add a document to a claim not yet submitted; raise Broken where it has to be made anew."""

    async def submit(self, claim: str, log: Log) -> Standing:
        """Submit a claim that is whole."""

    async def standing(self, claim: str, log: Log) -> Standing | None:
        """Say where a claim stands, None where the organism has no such claim."""

    async def filed(self, log: Log) -> list[Standing]:
        """List the claims of the account, without reasons of refusal; raise NotSearchable."""

    async def discard(self, claim: str, log: Log) -> None:
        """Delete a draft; one that is gone already is deleted. Raises NotSearchable where there is no way to."""
