"""What the organisms publish, fetched into the base: one that fails keeps no other."""

import asyncio
from typing import NamedTuple

from comptoir.core.errors import ComptoirError, raise_all
from comptoir.core.i18n import _
from comptoir.desk import Desk
from comptoir.desk.wire import Exchange
from comptoir.organisms import clients, services
from comptoir.organisms.access import NoOrganismSecret, NoOrganismUser
from comptoir.organisms.published import Reference
from comptoir.organisms.statuses import ORGANISM_NAMES, Organism
from comptoir.qualirepar import progress


class FetchedRow(NamedTuple):
    """What came from an organism, or why nothing did."""

    organism: str
    products: int | None
    brands: int | None
    codes: int | None
    sites: int | None
    source: str
    error: str = ""


class Fetched(NamedTuple):
    """What came from the organisms, and what went wrong."""

    rows: list[FetchedRow]
    problems: list[ComptoirError]

    def conclude(self) -> None:
        """Raise what went wrong."""
        raise_all(self.problems)


def fetched(desk: Desk, only: Organism | None, *, again: bool) -> Fetched:
    """Fetch what an organism publishes, or both; one that the shop has no access to is left out.

    Raises NoOrganismSecret and NoOrganismUser where it has access to none.
    """
    rows: list[FetchedRow] = []
    problems: list[ComptoirError] = []
    unset: list[ComptoirError] = []
    for organism in (only,) if only else Organism:
        try:
            rows.append(_fetched(desk, organism, again=again))
        except (NoOrganismSecret, NoOrganismUser) as problem:
            unset.append(problem)
        except ComptoirError as problem:
            problems.append(problem)
            rows.append(FetchedRow(organism, None, None, None, None, "", problem.message))
    if not rows:
        raise_all(unset)
    for each in unset if desk.can_ask else ():  # a shop with one organism wants no letter of cron each night
        desk.out.say(each.message)
    return Fetched(rows, problems)


def _fetched(desk: Desk, organism: Organism, *, again: bool) -> FetchedRow:
    heard: list[Exchange] = []
    try:
        with desk.progress(_("{organism}: catalogue").format(organism=ORGANISM_NAMES[organism]), 1):
            found, source = asyncio.run(_reference(desk, organism, heard))
    finally:
        with desk.resident() as store:
            progress.keep(store, organism, heard)
    with desk.bulk() as connection:
        done = services.replace(connection, organism, found, source, desk.by(), again=again)
    return FetchedRow(organism, done.products, done.brands, done.codes, len(found.sites), source)


async def _reference(desk: Desk, organism: Organism, heard: list[Exchange]) -> tuple[Reference, str]:
    async with clients.opened(desk, organism) as client:
        return await client.reference(heard.append), desk.settings[f"{organism}_url"]
