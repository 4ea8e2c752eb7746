"""Sending: who holds a message, when it is handed over, what came of it. Each step is a transaction of its own."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from json import dumps
from secrets import token_hex
from sqlite3 import Connection
from sqlite3 import Error as DriverError
from typing import Any, NamedTuple, Protocol

from comptoir.core.clock import Clock
from comptoir.core.errors import ComptoirError, DatabaseTrouble, raise_all
from comptoir.core.i18n import _
from comptoir.desk.mailing import OutOfOrder, Patience, Postponed, Undeliverable, Unknown, Unreachable
from comptoir.outbox import queries
from comptoir.outbox.queries import MessageDetail
from comptoir.outbox.rules import (
    BY_HAND,
    OUTCOMES,
    BeingSent,
    NotMovable,
    Outcome,
    PapersMissing,
    lease_end,
    pause,
)
from comptoir.store.read import Reader
from comptoir.store.sending import Channel, Sending
from comptoir.store.write import Store

# The next try is put off too: a message that kills whoever sends it must not stand before the others for ever.
_LEASE = "UPDATE outbox SET lease = :lease, leased_until = :until, next_try = :until WHERE id = :id"
_HAND = (
    "UPDATE outbox SET state = 'handed', attempts = :attempts, leased_until = :until, error = '' "
    "WHERE id = :id AND lease = :lease AND state = 'waiting'"
)
_SETTLE = (
    "UPDATE outbox SET state = :state, attempts = :attempts, next_try = coalesce(:next_try, next_try), error = :error, "
    "sent_at = :sent_at, lease = '', leased_until = NULL WHERE id = :id AND lease = :lease"
)
_RETRY = (
    "UPDATE outbox SET state = 'waiting', recipient = coalesce(:recipient, recipient), attempts = 0, next_try = :now, "
    "error = '', lease = '', leased_until = NULL WHERE id = :id"
)
# What was refused, or goes to somebody else, is another message: under the same reference, the gateway may give its
# first answer again without looking.
_AFRESH = "UPDATE outbox SET content = json_set(content, '$.message_id', :reference) WHERE id = :id"
_DROP = "UPDATE outbox SET state = 'dropped', lease = '', leased_until = NULL WHERE id = :id"
_RECORD = (
    "INSERT INTO history (reference, moment, operator, verb, data) "
    "VALUES (:reference, :moment, :operator, :verb, :data)"
)


class LeaseLost(Exception):
    """Somebody else took a message meanwhile, or a person moved it."""


class Trial(NamedTuple):
    """One try: what came of it, when the next one is, and whether the server itself is what failed."""

    id: int
    recipient: str
    subject: str
    channel: str
    outcome: Outcome
    next_try: datetime | None = None
    error: str = ""
    unreachable: bool = False


class Deliver(Protocol):
    """How a message is handed to its server."""

    def __call__(self, message: Any, handing: Callable[[], None], patience: Patience) -> None:  # noqa: ANN401 - as made
        """Hand it over, telling when the answer will be unknown from now on."""


class Carrier(NamedTuple):
    """How the messages of a channel are made of their rows, and handed over."""

    channel: Channel
    make: Callable[[Reader, MessageDetail], Any]
    deliver: Deliver


class Post(NamedTuple):
    """What sending needs; the patience is asked for each message, and None ends the round."""

    store: Store
    carrier: Carrier
    clock: Clock
    patience: Callable[[], Patience | None]


class Order(NamedTuple):
    """What a person decided, on messages whose states they saw."""

    seen: Mapping[int, str]
    target: Sending
    operator: str
    moment: datetime
    recipient: str | None = None


class Verdict(NamedTuple):
    """Where a message stands after a try, why, and how long its server wants to be left alone."""

    state: Sending
    error: str = ""
    unreachable: bool = False
    after: timedelta = timedelta()


def send(post: Post) -> Iterator[Trial]:
    """Send what is due by a channel, each message tried once; end where the server itself fails, or time is up."""
    tried: list[int] = []
    while patience := post.patience():
        row = lease(post.store, post.carrier.channel, post.clock.now(), tried)
        if row is None:
            return
        tried.append(row.id)
        trial = _tried(post, row, patience)
        if trial is not None:
            yield trial
            if trial.unreachable:
                return


def lease(store: Store, channel: Channel, now: datetime, tried: Sequence[int] = ()) -> MessageDetail | None:
    """Take the first message due by a channel for ourselves; None where nothing is due."""
    with store.transaction() as connection:
        row = queries.due(Reader(connection), channel, now, tried)
        if row is None:
            return None
        token = token_hex(8)
        connection.execute(_LEASE, {"id": row.id, "lease": token, "until": lease_end(now).isoformat()})
    return row._replace(lease=token)


def hand(store: Store, row: MessageDetail, now: datetime) -> None:
    """Write down that a message is about to be handed over; raise LeaseLost where it is no longer ours."""
    with store.transaction() as connection:
        given = {"id": row.id, "lease": row.lease, "attempts": row.attempts + 1, "until": lease_end(now).isoformat()}
        done = connection.execute(_HAND, given)
        if done.rowcount != 1:
            raise LeaseLost


def settle(store: Store, row: MessageDetail, verdict: Verdict, now: datetime) -> Trial:
    """Write down what came of a try, where the message is still ours, and let it go."""
    tried = row._replace(attempts=row.attempts + 1)
    next_try = None
    if verdict.state is Sending.WAITING:
        after = pause(tried.attempts, verdict.after)
        next_try = now + after if after else None
        verdict = verdict if after else verdict._replace(state=Sending.REFUSED)
    _settle(store, tried, verdict, next_try, now)
    outcome = OUTCOMES[verdict.state]
    return Trial(row.id, row.recipient, row.subject, row.channel, outcome, next_try, verdict.error, verdict.unreachable)


def order(connection: Connection, given: Order) -> list[MessageDetail]:
    """Do what a person decided, on all the messages or none; give them as they are then.

    Raises UnknownMail, NotMovable, and BeingSent where a process holds one, or its state is not the one they saw.
    """
    reader = Reader(connection)
    problems: list[ComptoirError] = []
    rows = [queries.message(reader, number) for number in given.seen]
    for row in rows:
        if row.state != given.seen[row.id] or queries.is_held(row, given.moment):
            problems.append(BeingSent(row.id))
        elif not BY_HAND.allows(queries.state_of(row), given.target):
            problems.append(NotMovable(queries.state_of(row), given.target))
    raise_all(problems)
    for row in rows:
        _ordered(connection, row, given)
    return [queries.message(reader, number) for number in given.seen]


def _ordered(connection: Connection, row: MessageDetail, given: Order) -> None:
    told = {row.channel: given.recipient} if given.recipient else {}
    moment = given.moment.isoformat()
    if given.target is Sending.WAITING:
        connection.execute(_RETRY, {"id": row.id, "recipient": given.recipient, "now": moment})
        if row.channel == Channel.SMS and (given.recipient or row.state == Sending.REFUSED):
            connection.execute(_AFRESH, {"id": row.id, "reference": f"{row.key}-{token_hex(4)}"})
    else:
        connection.execute(_DROP, {"id": row.id})
    history = {"reference": row.key, "moment": moment, "operator": given.operator, "data": dumps(told)}
    connection.execute(_RECORD, {**history, "verb": "retry" if given.target is Sending.WAITING else "drop"})


def _tried(post: Post, row: MessageDetail, patience: Patience) -> Trial | None:
    """Try one message; None where somebody else has it now."""
    handed = False

    def handing() -> None:
        """Write down that the answer will not be known from now on."""
        nonlocal handed
        hand(post.store, row, post.clock.now())
        handed = True

    try:
        post.carrier.deliver(post.carrier.make(post.store.reader, row), handing, patience)
    except LeaseLost:
        return None
    except (DatabaseTrouble, DriverError):
        raise  # its lease ends by itself
    except Exception as error:  # noqa: BLE001 - whatever is wrong in one message, it must not keep the others
        return settle(post.store, row, _judged(error, handed=handed), post.clock.now())
    except BaseException:
        _left(post, row, handed=handed)
        raise
    return settle(post.store, row, Verdict(Sending.SENT), post.clock.now())


def _judged(error: Exception, *, handed: bool) -> Verdict:
    """Say what a failure makes of a message."""
    match error:
        case Postponed():
            return Verdict(Sending.WAITING, error.message, isinstance(error, Unreachable), error.after)
        case Unknown():
            return Verdict(Sending.HANDED, error.message, isinstance(error, OutOfOrder))
        case Undeliverable() | PapersMissing():
            return Verdict(Sending.REFUSED, error.message)
        case _:
            return Verdict(Sending.HANDED if handed else Sending.REFUSED, f"{type(error).__name__}: {error}")


def _left(post: Post, row: MessageDetail, *, handed: bool) -> None:
    """Let a message go where the person leaves in the middle of it: it was not tried, unless it was handed over."""
    now = post.clock.now()
    with suppress(ComptoirError):  # its lease ends by itself
        if handed:
            settle(post.store, row, Verdict(Sending.HANDED, _("interrupted")), now)
        else:
            _settle(post.store, row, Verdict(Sending.WAITING, row.error), now, now)


def _settle(store: Store, row: MessageDetail, verdict: Verdict, next_try: datetime | None, now: datetime) -> None:
    with store.transaction() as connection:
        connection.execute(
            _SETTLE,
            {
                "id": row.id,
                "lease": row.lease,
                "state": verdict.state.value,
                "attempts": row.attempts,
                "next_try": next_try.isoformat() if next_try else None,
                "error": verdict.error,
                "sent_at": now.isoformat() if verdict.state is Sending.SENT else None,
            },
        )
