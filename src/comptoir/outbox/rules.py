"""States of what is to be sent, when it is tried again, and what is refused."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from comptoir.core.errors import NotFound, Refused, UsageProblem
from comptoir.core.flow import Flow, IllegalMove
from comptoir.core.i18n import _, mark
from comptoir.store.sending import Channel, Sending

SENDING_WORDS: Mapping[str, str] = {
    Sending.WAITING: mark("waiting to be sent"),
    Sending.HANDED: mark("handed over, no answer"),
    Sending.SENT: mark("sent"),
    Sending.REFUSED: mark("refused"),
    Sending.DROPPED: mark("dropped"),
}
CHANNEL_WORDS: Mapping[str, str] = {Channel.EMAIL: mark("e-mail"), Channel.SMS: mark("SMS")}


class Outcome(StrEnum):
    """What came of trying to send a message."""

    DUE = "due"
    SENT = "sent"
    POSTPONED = "postponed"
    REFUSED = "refused"
    HANDED = "handed"


OUTCOME_WORDS: Mapping[str, str] = {
    Outcome.DUE: mark("to be sent"),
    Outcome.SENT: mark("sent"),
    Outcome.POSTPONED: mark("put off"),
    Outcome.REFUSED: mark("refused"),
    Outcome.HANDED: mark("handed over, no answer"),
}
OUTCOMES = {
    Sending.SENT: Outcome.SENT,
    Sending.WAITING: Outcome.POSTPONED,
    Sending.REFUSED: Outcome.REFUSED,
    Sending.HANDED: Outcome.HANDED,
}
# What a person may decide: the server decides the rest.
BY_HAND = Flow(
    {
        Sending.WAITING: frozenset({Sending.WAITING, Sending.DROPPED}),
        Sending.HANDED: frozenset({Sending.WAITING, Sending.DROPPED}),
        Sending.REFUSED: frozenset({Sending.WAITING, Sending.DROPPED}),
        Sending.DROPPED: frozenset({Sending.DROPPED}),
        Sending.SENT: frozenset(),
    }
)

# After each try that failed. RFC 5321, 4.5.4.1 asks for two tries in the first hour, then one every two or three hours
# or more, for four or five days: a counter wants to know sooner.
DELAYS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=4),
)
EVERY = timedelta(hours=12)
GIVEN_UP = timedelta(days=3)
LEASE = timedelta(minutes=6)  # more than a sending takes: speaking to the server, drawing papers, waiting for the base


class UnknownMail(NotFound):
    """No message of the outbox has this number."""

    def __init__(self, number: int) -> None:
        super().__init__(
            _("the outbox has no message {number}").format(number=number), _("`comptoir outbox list` lists them")
        )


class BeingSent(Refused):
    """A process is sending this message at this moment."""

    def __init__(self, number: int) -> None:
        super().__init__(_("message {number} is being sent").format(number=number), _("try again in a moment"))


class NotMovable(IllegalMove):
    """A message's state does not allow what was asked."""

    def __init__(self, current: Sending, target: Sending) -> None:
        hint = _("it left: write to the recipient instead") if current is Sending.SENT else None
        super().__init__(current, target, hint)


class OneAddressForSeveral(UsageProblem):
    """One address was given for several messages."""

    def __init__(self) -> None:
        super().__init__(_("`--to` corrects one message at a time"))


class WrongAddress(UsageProblem):
    """What a person gave is no address."""

    def __init__(self, text: str) -> None:
        super().__init__(_("`{text}` is not an e-mail address").format(text=text))


class WrongNumber(UsageProblem):
    """What a person gave is no telephone number."""

    def __init__(self, text: str) -> None:
        super().__init__(_("`{text}` is not a telephone number such as +33612345678").format(text=text))


class PapersMissing(Refused):
    """Papers that should go with a message are not in the database."""

    def __init__(self, papers: Sequence[str]) -> None:
        super().__init__(_("the papers {papers} are not in the database").format(papers=", ".join(papers)))


def delay(attempts: int) -> timedelta | None:
    """Give how long to wait after so many tries that failed, None where the time of trying is over.

    Counted in tries and not by the clock: whatever it does, each message has all its tries, over three days at least.
    """
    waited = sum((_after(each) for each in range(1, attempts)), timedelta())
    return None if waited >= GIVEN_UP else _after(attempts)


def pause(attempts: int, asked: timedelta) -> timedelta | None:
    """Give how long to wait where the server asked for some time: as long as it says, and half a day at most."""
    after = delay(attempts)
    return None if after is None else max(after, min(asked, EVERY))


def _after(attempt: int) -> timedelta:
    return DELAYS[attempt - 1] if attempt <= len(DELAYS) else EVERY


def latest(now: datetime) -> datetime:
    """Give the moment after which no try can be planned: what is later is due, for the clock went back."""
    return now + EVERY


def lease_end(now: datetime) -> datetime:
    """Give when a lease taken now ends: none ends later, unless the clock went back."""
    return now + LEASE
