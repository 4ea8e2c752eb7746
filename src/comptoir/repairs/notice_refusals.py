"""Why a customer is not told something: what, why, and what to do next."""

from comptoir.core.errors import Refused, UsageProblem
from comptoir.core.i18n import _
from comptoir.repairs.refusals import next_step
from comptoir.repairs.statuses import CASE_WORDS, CaseStatus


class NoWay(Refused):
    """No message can reach the customer of a repair this way."""

    def __init__(self, number: str, recipient: str, *, by_text: bool) -> None:
        told = (
            _("repair {number}: `{recipient}` is not a number that a text message goes to")
            if by_text
            else _("repair {number}: `{recipient}` is not an address that an e-mail goes to")
        )
        super().__init__(
            told.format(number=number, recipient=recipient),
            _("write by e-mail: `--by email`") if by_text else _("write by text message: `--by sms`"),
        )


class AlreadyTold(Refused):
    """The customer was told the same thing today."""

    def __init__(self, number: str, recipient: str) -> None:
        super().__init__(
            _("repair {number}: {recipient} was told that already").format(number=number, recipient=recipient),
            _("`comptoir outbox list` says what left"),
        )


class AppointmentPast(UsageProblem):
    """An appointment in the past."""

    def __init__(self, text: str) -> None:
        super().__init__(
            _("`--on {text}` is over: an appointment is to come").format(text=text),
            _("write it like 2026-11-22T14:30"),
        )


class NotReady(Refused):
    """A customer is told that a device is ready, and it is not."""

    def __init__(self, number: str, status: CaseStatus) -> None:
        super().__init__(
            _("repair {number} is at `{status}`: it is not ready").format(number=number, status=_(CASE_WORDS[status])),
            next_step(number, status),
        )
