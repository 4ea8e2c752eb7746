"""Claims beside the wire's usual way: cancelled, or recognised on their organism's portal by a person."""

import asyncio
from typing import TYPE_CHECKING

from comptoir.core.errors import OutsideFailure, UsageProblem
from comptoir.core.i18n import _
from comptoir.core.later import later
from comptoir.desk import Desk
from comptoir.organisms.protocol import TurnedDown
from comptoir.organisms.statuses import ORGANISM_NAMES, Organism
from comptoir.qualirepar import queries
from comptoir.qualirepar.prompts import resolved
from comptoir.qualirepar.queries import ClaimDetail, ClaimRow
from comptoir.qualirepar.refusals import ClaimNotCancellable, NotThere
from comptoir.qualirepar.statuses import UNSENT, Step
from comptoir.repairs import queries as repairs

if TYPE_CHECKING:
    from comptoir.organisms import clients
    from comptoir.qualirepar import following, services
else:
    clients = later("comptoir.organisms.clients")
    following, services = later("comptoir.qualirepar.following"), later("comptoir.qualirepar.services")


def cancelled(desk: Desk, text: str, *, on_portal: bool, yes: bool) -> list[ClaimRow]:
    """Cancel the claim of a repair, with its organism where it has a draft; nothing where the answer is no.

    Raises ClaimNotCancellable, and what the organism answers.
    """
    with desk.reading() as reader:
        claim = queries.claim(reader, repairs.resolved(reader, text))
    number, organism = claim.case_number, Organism(claim.organism)
    drafted = claim.status in UNSENT and organism is Organism.ECOSYSTEM
    if (claim.remote or claim.pending == Step.CREATE) and not (drafted or on_portal):
        raise ClaimNotCancellable(number, organism)
    question = _("Cancel the claim of {number} with {organism}?")
    if not desk.agreed(question.format(number=number, organism=ORGANISM_NAMES[organism]), yes=yes):
        desk.out.say(_("nothing was changed"))
        return []
    if claim.remote and drafted and not on_portal:
        asyncio.run(_discarded(desk, claim))
    with desk.writing() as session:
        services.cancel(session, number, desk.by(), where="portal" if on_portal else "")
    with desk.reading() as reader:
        return [queries.row(reader, number)]


async def _discarded(desk: Desk, claim: ClaimDetail) -> None:
    async with clients.opened(desk, Organism(claim.organism)) as client:
        with desk.resident() as store:
            await following.discarded(following.Work(store, client, desk.clock, desk.operator), claim.id)


def recognised(desk: Desk, text: str, remote: str) -> list[ClaimRow]:
    """Record what a person found on the portal: the number of a claim, or nothing where it is empty.

    The organism is asked whether it has that number; where it cannot be, it is believed. Raises NotThere.
    """
    number = resolved(desk, text)
    if remote:
        _look_there(desk, number, remote)
    with desk.writing() as session:
        services.adopt(session, number, remote, desk.by())
    desk.out.say(_("next: `comptoir qualirepar claim {number}` goes on").format(number=number))
    with desk.reading() as reader:
        return [queries.row(reader, number)]


def _look_there(desk: Desk, number: str, remote: str) -> None:
    with desk.reading() as reader:
        claim = queries.claim(reader, number)
    if claim.status not in UNSENT:
        return  # it is refused whatever the number

    async def look() -> bool:
        """Ask whether the organism has a claim under this number."""
        async with clients.opened(desk, Organism(claim.organism)) as client:
            return await client.standing(remote, lambda _exchange: None) is not None

    try:
        there = asyncio.run(look())
    except (UsageProblem, OutsideFailure, TurnedDown) as problem:
        desk.out.warn(_("{remote} could not be looked up: {reason}").format(remote=remote, reason=problem.message))
        return
    if not there:
        raise NotThere(Organism(claim.organism), remote)
