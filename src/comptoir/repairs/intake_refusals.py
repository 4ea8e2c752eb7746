"""What taking a device in, and the settings of the shop, are refused for."""

from collections.abc import Sequence

from comptoir.core.errors import Refused, UsageProblem
from comptoir.core.i18n import _


class ComebackHasNoBonus(Refused):
    """A device that comes back under the guarantee of its repair (référentiel Qualirépar, 6.1.5): nothing is owed."""

    def __init__(self, number: str, repaired: str) -> None:
        super().__init__(
            _(
                "the device comes back from repair {number}, done on {day}: the guarantee of that repair covers it"
            ).format(number=number, day=repaired),
            _("`--no-bonus` takes the device in without the bonus"),
        )


class BothKinds(UsageProblem):
    """A customer told to be a private person and a professional."""

    def __init__(self) -> None:
        super().__init__(_("`--private` and `--professional` exclude each other"))


class DepositMissing(UsageProblem):
    """What the till recorded of a deposit, without the deposit."""

    def __init__(self, given: Sequence[str]) -> None:
        super().__init__(
            _("{flags} without a deposit").format(flags=", ".join(f"`{flag}`" for flag in given)),
            _("give its amount with `--deposit`"),
        )


class ShopIncomplete(UsageProblem):
    """A quote or an invoice without the name or the address of the shop."""

    def __init__(self, setting: str) -> None:
        super().__init__(
            _("a quote or an invoice bears the setting `{name}`, and it is not set").format(name=setting),
            _("set `{name}` in the settings: `comptoir config path`").format(name=setting),
        )
