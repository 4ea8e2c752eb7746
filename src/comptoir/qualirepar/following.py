"""Where filed claims stand: asked of their organism, all those that wait or some."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from comptoir.core.acting import By
from comptoir.core.clock import Clock
from comptoir.core.errors import ComptoirError, raise_all
from comptoir.desk.wire import Exchange
from comptoir.organisms.protocol import Client, NoAnswer, NotDone, NotLetIn, NotSearchable, Standing, TurnedDown
from comptoir.organisms.statuses import Stage
from comptoir.qualirepar import progress, queries, steps
from comptoir.qualirepar.filing import together
from comptoir.qualirepar.progress import State
from comptoir.qualirepar.refusals import BeingFiled
from comptoir.store.write import Store

AT_ONCE = 8  # claims asked about at a time
FAILURES = 5  # claims that could not be asked about, after which the others wait for another time
_ALONE = frozenset({Stage.REFUSED, Stage.OTHER})  # a list does not say why


class Work(NamedTuple):
    """What following needs."""

    store: Store
    client: Client
    clock: Clock
    operator: str


async def followed(work: Work, claim_ids: Sequence[int], told: Callable[[], object], *, listed: bool = True) -> None:
    """Ask where claims stand, and write it down; those that another command works on are left to it.

    With `listed`, one list is asked for first where the organism gives one, and drafts of ours that got lost there are
    deleted. A claim that cannot be asked about keeps no other. Raises the first of what went wrong: NotDone and its
    kin, TurnedDown.
    """
    known = await _listed(work) if listed else {}
    waiting = list(reversed(claim_ids))
    failed: list[ComptoirError] = []

    async def worker() -> None:
        """Ask about one claim after the other."""
        while waiting:
            try:
                await _asked(work, waiting.pop(), known)
            except (NotDone, NoAnswer, TurnedDown) as error:
                failed.append(error)
                if isinstance(error, NotLetIn) or len(failed) == FAILURES:
                    waiting.clear()
            told()

    await together(worker, min(AT_ONCE, len(claim_ids)))
    raise_all(failed[:1])


async def discarded(work: Work, claim_id: int) -> None:
    """Have the draft of a claim deleted by its organism, and write it down; raise NotDone, NoAnswer and BeingFiled."""
    state = progress.lease(work.store, claim_id, work.clock.now())
    if state is None:
        row = queries.by_id(work.store.reader, claim_id)
        raise BeingFiled(row.case_number, row.leased_until or work.clock.now())
    heard: list[Exchange] = []
    after = state
    try:
        after = await steps.discard(steps.Tools(work.client, work.clock, _nothing, heard.append), state)
    finally:
        _left(work, state, after, heard)


def _nothing(digest: str) -> bytes:
    raise KeyError(digest)


async def _listed(work: Work) -> Mapping[str, Standing]:
    heard: list[Exchange] = []
    try:
        filed = await work.client.filed(heard.append)
    except NotSearchable:
        return {}
    except NotLetIn:
        raise
    except NotDone:  # each claim is asked about alone: a list is less sure than they are
        return {}
    finally:
        progress.keep(work.store, work.client.organism, heard)
    await _swept(work, filed)
    return {each.claim: each for each in filed}


async def _swept(work: Work, filed: Sequence[Standing]) -> None:
    """Delete the drafts that were made for a claim whose creation got no answer, and that another took the place of."""
    drafts = [each for each in filed if each.stage is Stage.DRAFT and each.reference]
    lost = progress.lost(work.store.reader, work.client.organism, {each.claim: each.reference for each in drafts})
    heard: list[Exchange] = []
    try:
        for claim in lost:
            with suppress(NotSearchable, TurnedDown, NotDone, NoAnswer):  # another time
                await work.client.discard(claim, heard.append)
    finally:
        progress.keep(work.store, work.client.organism, heard)


async def _asked(work: Work, claim_id: int, listed: Mapping[str, Standing]) -> None:
    state = progress.lease(work.store, claim_id, work.clock.now())
    if state is None:
        return
    heard: list[Exchange] = []
    after = state
    try:
        standing = listed.get(state.row.remote)
        if standing is None or standing.stage in _ALONE:
            standing = await work.client.standing(state.row.remote, heard.append)
        if standing is not None:
            after = steps.stood(state, standing, work.clock.now())
    finally:
        with suppress(progress.LeaseLost):  # who took it meanwhile knows better
            _left(work, state, after, heard)


def _left(work: Work, before: State, after: State, heard: Sequence[Exchange]) -> None:
    free = after.with_row(lease="", leased_until=None)
    progress.write(work.store, before, free, heard, By(work.operator, work.clock.now()))
