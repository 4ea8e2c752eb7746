"""How a claim lives once it is sent: approved then paid, or refused, at the pace that was asked for."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from comptoir.core.clock import Clock
from comptoir.core.paris import in_paris
from comptoir.sandbox.state import MOVING, Book, Claim, Stage

LESSONS = ("08", "07", "09", "15", "01", "13")  # the reasons that training refuses for, one after the other
NEXT = {Stage.SENT: Stage.APPROVED, Stage.APPROVED: Stage.PAID}


@dataclass(frozen=True)
class Life:
    """Moves claims on: `pace` seconds between two steps, 0 for one step at each status told, None for never by itself.

    One claim in `verdict` is refused (0: none).
    """

    book: Book
    clock: Clock
    pace: float | None = 0.0
    verdict: int = 0

    def today(self) -> date:
        """Give the day in Paris."""
        return in_paris(self.clock.now()).date()

    def submit(self, claim: Claim, fate: str = "") -> None:
        """Send a claim; `fate` is the reason it will be refused for, if it will."""
        sent = sum(each.submitted for each in self.book) + 1
        if not fate and self.verdict and sent % self.verdict == 0:
            fate = LESSONS[(sent // self.verdict - 1) % len(LESSONS)]
        claim.submitted, claim.fate, claim.moved = True, fate, time.time()
        claim.move(Stage.SENT)
        self.book.keep(claim)

    def read(self, claim: Claim) -> None:
        """Bring a claim to where the time that passed has led it."""
        while self.pace and claim.stage in MOVING and time.time() - claim.moved >= self.pace:
            self.step(claim, claim.moved + self.pace)

    def told(self, claim: Claim) -> Callable[[], None]:
        """Give what happens once this claim's status was told: a step on, at pace 0."""

        def then() -> None:
            """Move the claim a step, where the pace is a step at each status told."""
            with self.book.lock:
                if self.pace == 0 and claim.stage in MOVING:
                    self.step(claim, time.time())

        return then

    def step(self, claim: Claim, moment: float) -> None:
        """Move a sent claim one step on."""
        self.settle(claim, Stage.REFUSED if claim.fate else NEXT[claim.stage], claim.fate, moment)

    def settle(self, claim: Claim, stage: Stage, reason: str, moment: float) -> None:
        """Put a claim where it stands from now on."""
        claim.moved, claim.reason = moment, reason
        if stage is Stage.PAID:
            claim.paid_on = self.today().isoformat()
        claim.move(stage)
        self.book.keep(claim)
