"""What the desk of claims refuses, and what to do then."""

from collections.abc import Sequence
from datetime import datetime

from comptoir.core import paris
from comptoir.core.errors import NotFound, OutsideFailure, Refused, UsageProblem
from comptoir.core.i18n import _, ngettext
from comptoir.organisms.statuses import ORGANISM_NAMES, Organism
from comptoir.qualirepar.troubles import also


class NoClaim(NotFound):
    """A repair for which nothing was ever claimed."""

    def __init__(self, number: str) -> None:
        super().__init__(
            _("no claim was made for the repair {number}").format(number=number),
            _("`comptoir qualirepar claim {number}` makes it, `qualirepar check {number}` says what it lacks").format(
                number=number
            ),
        )


class NothingToClaim(Refused):
    """A repair without an invoice has nothing to claim."""

    def __init__(self, number: str) -> None:
        super().__init__(
            _("the repair {number} is not invoiced: there is nothing to claim yet").format(number=number),
            _("`comptoir repair invoice {number}` invoices it").format(number=number),
        )


class NoOrganism(Refused):
    """Nobody knows which organism covers a device."""

    def __init__(self, number: str, brand: str, product: str) -> None:
        super().__init__(
            _("{number}: nothing says which eco-organism covers `{product}` of `{brand}`").format(
                number=number, brand=brand, product=product
            ),
            _("`comptoir qualirepar sync` fetches their lists; `comptoir repair set {number} --organism NAME` tells it")
            .format(number=number),
        )  # fmt: skip


class ClaimNotReady(Refused):
    """A claim that its organism would refuse."""

    def __init__(self, number: str, found: Sequence[str]) -> None:
        told = ngettext(
            "{number}: {count} point would make the organism refuse: {found}",
            "{number}: {count} points would make the organism refuse: {found}",
            len(found),
        )
        super().__init__(
            told.format(number=number, count=len(found), found=also(*found)),
            _("`comptoir qualirepar check {number}` says what to do about each").format(number=number),
        )


class FiledAlready(Refused):
    """A claim that waits for its organism, or was paid."""

    def __init__(self, number: str, organism: str, status: str) -> None:
        super().__init__(
            _("the repair {number} is claimed already with {organism}: {status}").format(
                number=number, organism=ORGANISM_NAMES[organism], status=status.lower()
            ),
            _("`comptoir qualirepar status {number}` asks where it stands").format(number=number),
        )


class BeingFiled(Refused):
    """Another command is working on a claim."""

    def __init__(self, number: str, until: datetime) -> None:
        super().__init__(
            _("another command is working on the claim of {number}, until {moment} at most").format(
                number=number, moment=paris.in_paris(until).strftime("%H:%M:%S")
            ),
            _("wait for it, then look with `comptoir qualirepar show {number}`").format(number=number),
        )


class ClaimNotCancellable(Refused):
    """A claim that only its organism can cancel."""

    def __init__(self, number: str, organism: Organism) -> None:
        super().__init__(
            _("{organism} takes no claim back through its interface: {number} stands there").format(
                organism=ORGANISM_NAMES[organism], number=number
            ),
            _("cancel it on its portal, then `comptoir qualirepar cancel {number} --on-portal`").format(number=number),
        )


class Over(Refused):
    """A claim whose end is known."""

    def __init__(self, number: str, status: str) -> None:
        super().__init__(
            _("the claim of {number} is over: {status}").format(number=number, status=status.lower()),
            _("`comptoir qualirepar claim {number}` makes another where the repair may have one").format(number=number),
        )


class NotAdoptable(Refused):
    """A claim whose number is known, or that nobody looks for."""

    def __init__(self, number: str) -> None:
        super().__init__(
            _("nobody waits for the number of the claim of {number}").format(number=number),
            _("`comptoir qualirepar show {number}` says where it stands").format(number=number),
        )


class NumberTaken(Refused):
    """A number on the portal that another claim of the shop bears."""

    def __init__(self, remote: str, other: str) -> None:
        super().__init__(
            _("{remote} is the number of the claim of {other}").format(remote=remote, other=other),
            _("look again at the number on the organism's portal: each claim has its own"),
        )


class NotThere(NotFound):
    """A number that the organism does not know."""

    def __init__(self, organism: Organism, remote: str) -> None:
        super().__init__(
            _("{organism} has no claim {remote}").format(organism=ORGANISM_NAMES[organism], remote=remote),
            _("look again at the number on the organism's portal; `--nothing` says that it is not there"),
        )


class NothingNamed(UsageProblem):
    """No repair is named, and not all of them are wanted."""

    def __init__(self) -> None:
        super().__init__(_("no repair is named"), _("name some, or take all that are invoiced with `--all`"))


class NamedAndAll(UsageProblem):
    """Repairs are named, and all of them are wanted."""

    def __init__(self) -> None:
        super().__init__(_("repairs are named and `--all` wants them all"), _("keep one of them"))


class SomeNotFiled(OutsideFailure):
    """Some claims wait for their organism to answer."""

    def __init__(self, count: int) -> None:
        super().__init__(
            ngettext("{count} claim could not go to its end", "{count} claims could not go to their end", count).format(
                count=count
            ),
            _("`comptoir qualirepar list` says why; `comptoir qualirepar claim --all` goes on where they stopped"),
        )


class SomeRefused(Refused):
    """Some claims were refused before they were whole."""

    def __init__(self, count: int) -> None:
        super().__init__(
            ngettext("{count} claim was turned down", "{count} claims were turned down", count).format(count=count),
            _("mend what is told above, then `comptoir qualirepar claim` goes on"),
        )
