"""Claims on their way to the organisms: each goes step by step, many go at once, none has two requests in flight."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from comptoir.core.acting import By
from comptoir.core.clock import Clock
from comptoir.core.errors import ComptoirError
from comptoir.core.i18n import mark
from comptoir.desk.wire import Exchange
from comptoir.organisms.protocol import Broken, Client, NoAnswer, NotDone, NotLetIn, TurnedDown
from comptoir.qualirepar import progress, queries, rules, steps
from comptoir.qualirepar.progress import State
from comptoir.qualirepar.rules import Action
from comptoir.qualirepar.statuses import Step
from comptoir.store.write import Store

AT_ONCE = 12  # claims under way with one organism
BEAT = rules.LEASE.total_seconds() / 3  # seconds of a step after which its lease is renewed
FAILURES = 20  # claims put off one after the other before the rest is left for another time
DOUBTS = 3  # answers that may be missing in one run before a claim is left for the next


class Result(StrEnum):
    """What a run made of a claim."""

    CONFIRMED = "confirmed"
    TURNED_DOWN = "turned_down"
    PUT_OFF = "put_off"
    CLOSED = "closed"
    UNKNOWN = "unknown"
    BY_HAND = "by_hand"
    HELD = "held"


RESULT_WORDS: Mapping[str, str] = {
    Result.CONFIRMED: mark("confirmed"),
    Result.TURNED_DOWN: mark("turned down: to mend"),
    Result.PUT_OFF: mark("put off"),
    Result.CLOSED: mark("not let in"),
    Result.UNKNOWN: mark("without an answer: looked up next time"),
    Result.BY_HAND: mark("without an answer: to look for on the portal"),
    Result.HELD: mark("another command has it"),
}


class Filed(NamedTuple):
    """What a run made of a claim; `error` says why where it did not go to its end."""

    case_number: str
    organism: str
    result: Result
    status: str
    remote: str
    service_order: str
    error: str
    next_try: datetime | None


class Work(NamedTuple):
    """What filing needs: `content` gives the bytes of a document by its digest."""

    store: Store
    client: Client
    clock: Clock
    operator: str
    content: Callable[[str], bytes]


async def all_filed(work: Work, claim_ids: Sequence[int], told: Callable[[Filed], object]) -> None:
    """File claims of one organism, some at once; tell what becomes of each. Ends early where it lets nobody in."""
    waiting = list(reversed(claim_ids))
    put_off = 0

    async def worker() -> None:
        """File one claim after the other."""
        nonlocal put_off
        while waiting:
            done = await filed(work, waiting.pop())
            told(done)
            put_off = put_off + 1 if done.result is Result.PUT_OFF else 0
            if done.result is Result.CLOSED or put_off == FAILURES:
                waiting.clear()

    await together(worker, min(AT_ONCE, len(claim_ids)))


async def together(work: Callable[[], Coroutine[None, None, None]], count: int) -> None:
    """Do the same work several times at once; what stops one stops the others, each at its own end, and is raised."""
    try:
        async with asyncio.TaskGroup() as group:
            for _each in range(count):
                group.create_task(work())
    except BaseExceptionGroup as several:
        raise several.exceptions[0] from several


async def filed(work: Work, claim_id: int) -> Filed:
    """File one claim as far as it goes; what is asked is written down before, what is answered after."""
    state = progress.lease(work.store, claim_id, work.clock.now())
    if state is None:
        return told(queries.by_id(work.store.reader, claim_id), Result.HELD)
    run = _Run(work, state)
    try:
        await run.go()
        run.leave()
    except progress.LeaseLost:
        return told(queries.by_id(work.store.reader, claim_id), Result.HELD)
    except BaseException:
        with suppress(progress.LeaseLost, ComptoirError):  # its lease ends by itself
            run.leave()
        raise
    return told(run.state.row, run.result)


def told(row: queries.ClaimDetail, result: Result) -> Filed:
    """Give what a run made of a claim that stands so."""
    return Filed(
        row.case_number, row.organism, result, row.status, row.remote, row.service_order, row.error, row.next_try
    )


class _Run:
    """One claim under way: where it stands, and what of that is written down."""

    def __init__(self, work: Work, state: State) -> None:
        asked = state.row.pending_at  # a moment to come is of a clock that was wrong: it counts from now
        self.state = state.with_row(next_try=None, pending_at=min(asked, work.clock.now()) if asked else None)
        self.result = Result.CONFIRMED
        self._work = work
        self._kept = state
        self._heard: list[Exchange] = []
        self._tools = steps.Tools(work.client, work.clock, work.content, self._heard.append)
        self._doubts = 0
        self._remakes = 0

    async def go(self) -> None:
        """Do one step after the other, to the end or to what stops it."""
        while (action := rules.next_action(self.state.position)) is not Action.STOP:
            self._begin(action)
            if not await self._done(action):
                return

    def leave(self) -> None:
        """Write down where the claim stands, and let it go."""
        self.state = self.state.with_row(lease="", leased_until=None)
        self._write()

    async def _done(self, action: Action) -> bool:
        """Do one step; tell whether the next one may follow."""
        try:
            self.state = await self._held(steps.done(action, self._tools, self.state))
        except steps.ByHand as doubt:
            return self._stop(Result.BY_HAND, str(doubt))
        except steps.Unsettled as doubt:
            return self._stop(Result.UNKNOWN, str(doubt), rules.SETTLE)
        except steps.Created as made:
            self.state = made.state
            return self._stop(
                Result.TURNED_DOWN, TurnedDown(self._work.client.organism, made.reasons).message, rules.LONGEST_PAUSE
            )
        except Broken as error:
            return self._remade(error)
        except ComptoirError as error:  # of the organism, or of a document that is lost here
            return self._failed(action, error)
        self.state = self.state.with_row(attempts=0)
        return True

    async def _held(self, step: Awaitable[State]) -> State:
        """Wait for a step, the lease going on for as long as it lasts: large documents outlast any."""
        asked = asyncio.ensure_future(step)
        try:
            while not (await asyncio.wait({asked}, timeout=BEAT))[0]:
                self._write()
            return await asked
        finally:
            asked.cancel()
            await asyncio.gather(asked, return_exceptions=True)

    def _remade(self, error: Broken) -> bool:
        """Have a draft deleted and made anew, some times in a run: nothing here mends it, another time may."""
        self._remakes += 1
        attempts = self.state.row.attempts + 1
        self.state = self.state.with_row(pending=Step.DISCARD, pending_at=self._work.clock.now(), attempts=attempts)
        return self._remakes <= rules.REMAKES or self._stop(Result.PUT_OFF, error.message, rules.pause(attempts))

    def _failed(self, action: Action, error: ComptoirError) -> bool:
        told = error.message if not error.hint else f"{error.message} ({error.hint})"
        if isinstance(error, NoAnswer):
            self._doubts += 1
            self.state = self.state.with_row(error=told)
            return self._doubts < DOUBTS or self._stop(Result.UNKNOWN, told, rules.SETTLE)
        if action in rules.STEPS and action is not Action.DISCARD:  # nothing was done: there is nothing to look up
            self.state = self.state.with_row(pending=Step.NONE, pending_at=None)
        if not isinstance(error, NotDone):
            return self._stop(Result.TURNED_DOWN, told, rules.LONGEST_PAUSE)  # what is wrong may be mended there
        attempts = self.state.row.attempts + 1
        self.state = self.state.with_row(attempts=attempts)
        if isinstance(error, NotLetIn):
            return self._stop(Result.CLOSED, told)
        return self._stop(Result.PUT_OFF, told, rules.pause(attempts, error.after))

    def _stop(self, result: Result, error: str, after: timedelta | None = None) -> bool:
        self.result = result
        self.state = self.state.with_row(error=error, next_try=self._work.clock.now() + after if after else None)
        return False

    def _begin(self, action: Action) -> None:
        """Write down what was done, and what is about to be asked."""
        step = rules.STEPS.get(action)
        if step:
            self.state = self.state.with_row(pending=step, pending_at=self._work.clock.now())
        self._write()

    def _write(self) -> None:
        by = By(self._work.operator, self._work.clock.now())
        heard, self._heard[:] = list(self._heard), []
        self.state = self._kept = progress.write(self._work.store, self._kept, self.state, heard, by)
