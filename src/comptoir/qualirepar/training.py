"""The sandbox as staff start it: where it is, how to be pointed at it, what it is told to do wrong."""

from pathlib import Path
from typing import TYPE_CHECKING

from comptoir.core.i18n import _
from comptoir.desk import Desk
from comptoir.sandbox import reference
from comptoir.sandbox.server import Options, Served
from comptoir.sandbox.server import serve as served

if TYPE_CHECKING:
    from comptoir.qualirepar.cli import Training


def serve(desk: Desk, asked: "Training") -> None:
    """Serve until Ctrl-C, and say how a shop is pointed at it; raise what its options cannot be."""
    options = Options(
        port=asked.port,
        state=Path(asked.state) if asked.state else None,
        delay=asked.delay / 1000,
        pace=float(asked.pace),
        verdict=asked.refuse,
        faults=asked.fault or (),
        clock=desk.clock,
        told=desk.out.say if asked.verbose else None,
    )
    served(options, lambda where: _tell(desk, where))


def _tell(desk: Desk, where: Served) -> None:
    """Write what points a shop at the sandbox, ready to be pasted into a shell."""
    held = reference.reference()
    settings = {
        "COMPTOIR_ECOLOGIC_URL": f"{where.ecologic}/api/v1/ecosupport",
        "COMPTOIR_ECOLOGIC_CLAIMS_URL": f"{where.ecologic}/api/v2/repair/getwarrantyclaims",
        "COMPTOIR_ECOLOGIC_KEY": reference.API_KEY,
        "COMPTOIR_ECOLOGIC_SITE": held.sites[0]["id"],
        "COMPTOIR_ECOSYSTEM_URL": where.ecosystem,
        "COMPTOIR_ECOSYSTEM_USER": reference.USERNAME,
        "COMPTOIR_ECOSYSTEM_PASSWORD": reference.PASSWORD,
        "COMPTOIR_ECOSYSTEM_REPAIRER": held.partners[0]["id"],
    }
    for name, value in settings.items():
        desk.out.line(f"export {name}={value}")
    desk.out.data.flush()
    desk.out.say(_("the sandbox answers; nothing it holds is real. Ctrl-C ends it"))
