"""The way in: a client that is ready to be asked, its access checked, its connections closed afterwards."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from os import environ

from comptoir.desk import Desk
from comptoir.organisms.access import ecologic_access, ecosystem_access
from comptoir.organisms.ecologic import Ecologic
from comptoir.organisms.ecosystem import Ecosystem
from comptoir.organisms.protocol import Client
from comptoir.organisms.statuses import Organism


@asynccontextmanager
async def opened(desk: Desk, organism: Organism) -> AsyncGenerator[Client]:
    """Open the client of an organism; raise BadSetting and what lacks to speak to it, before anything is asked."""
    if organism is Organism.ECOLOGIC:
        key = ecologic_access(desk.settings, environ)
        async with desk.wire(key.url) as wire:
            yield Ecologic(wire, key)
        return
    account = ecosystem_access(desk.settings, environ)
    async with desk.wire(account.url) as wire:
        yield Ecosystem(wire, account)
