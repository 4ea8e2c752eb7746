"""Sending: who holds an e-mail, when it is handed over, what came of it. Each step is a transaction of its own."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from json import dumps
from secrets import token_hex
from sqlite3 import Connection
from sqlite3 import Error as DriverError
from typing import NamedTuple, Protocol

from comptoir.core.clock import Clock
from comptoir.core.errors import ComptoirError, DatabaseTrouble, raise_all
from comptoir.core.i18n import _
from comptoir.desk.mailing import Message, Patience, Postponed, Undeliverable, Unknown, Unreachable
from comptoir.outbox import documents, queries
from comptoir.outbox.documents import Draw
from comptoir.outbox.queries import MailDetail
from comptoir.outbox.rules import BY_HAND, OUTCOMES, BeingSent, NotMovable, Outcome, PapersMissing, delay, lease_end
from comptoir.store.read import Reader
from comptoir.store.sending import Sending
from comptoir.store.write import Store

# The next try is put off too: an e-mail that kills whoever sends it must not stand before the others for ever.
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
    "UPDATE outbox SET state = 'waiting', recipient = coalesce(:email, recipient), attempts = 0, next_try = :now, "
    "error = '', lease = '', leased_until = NULL WHERE id = :id"
)
_DROP = "UPDATE outbox SET state = 'dropped', lease = '', leased_until = NULL WHERE id = :id"
_RECORD = (
    "INSERT INTO history (reference, moment, operator, verb, data) "
    "VALUES (:reference, :moment, :operator, :verb, :data)"
)


class LeaseLost(Exception):
    """Somebody else took an e-mail meanwhile, or a person moved it."""


class Trial(NamedTuple):
    """One try: what came of it, when the next one is, and whether the server itself is what failed."""

    id: int
    recipient: str
    subject: str
    outcome: Outcome
    next_try: datetime | None = None
    error: str = ""
    unreachable: bool = False


class Deliver(Protocol):
    """How an e-mail is handed to the server."""

    def __call__(self, message: Message, handing: Callable[[], None], patience: Patience) -> None:
        """Hand it over, telling when the answer will be unknown from now on."""


class Post(NamedTuple):
    """What sending needs; the patience is asked for each e-mail, and None ends the round."""

    store: Store
    deliver: Deliver
    draw: Draw
    clock: Clock
    patience: Callable[[], Patience | None]


class Order(NamedTuple):
    """What a person decided, on e-mails whose states they saw."""

    seen: Mapping[int, str]
    target: Sending
    operator: str
    moment: datetime
    email: str | None = None


class Verdict(NamedTuple):
    """Where an e-mail stands after a try, and why."""

    state: Sending
    error: str = ""
    unreachable: bool = False


def send(post: Post) -> Iterator[Trial]:
    """Send what is due, each e-mail tried once; end where the server itself fails, or time is up."""
    tried: list[int] = []
    while patience := post.patience():
        row = lease(post.store, post.clock.now(), tried)
        if row is None:
            return
        tried.append(row.id)
        trial = _tried(post, row, patience)
        if trial is not None:
            yield trial
            if trial.unreachable:
                return


def lease(store: Store, now: datetime, tried: Sequence[int] = ()) -> MailDetail | None:
    """Take the first e-mail due for ourselves; None where nothing is due."""
    with store.transaction() as connection:
        row = queries.due(Reader(connection), now, tried)
        if row is None:
            return None
        token = token_hex(8)
        connection.execute(_LEASE, {"id": row.id, "lease": token, "until": lease_end(now).isoformat()})
    return row._replace(lease=token)


def hand(store: Store, row: MailDetail, now: datetime) -> None:
    """Write down that an e-mail is about to be handed over; raise LeaseLost where it is no longer ours."""
    with store.transaction() as connection:
        given = {"id": row.id, "lease": row.lease, "attempts": row.attempts + 1, "until": lease_end(now).isoformat()}
        done = connection.execute(_HAND, given)
        if done.rowcount != 1:
            raise LeaseLost


def settle(store: Store, row: MailDetail, verdict: Verdict, now: datetime) -> Trial:
    """Write down what came of a try, where the e-mail is still ours, and let it go."""
    tried = row._replace(attempts=row.attempts + 1)
    next_try = None
    if verdict.state is Sending.WAITING:
        after = delay(tried.attempts)
        next_try = now + after if after else None
        verdict = verdict if after else verdict._replace(state=Sending.REFUSED)
    _settle(store, tried, verdict, next_try, now)
    return Trial(
        row.id, row.recipient, row.subject, OUTCOMES[verdict.state], next_try, verdict.error, verdict.unreachable
    )


def order(connection: Connection, given: Order) -> list[MailDetail]:
    """Do what a person decided, on all the e-mails or none; give them as they are then.

    Raises UnknownMail, NotMovable, and BeingSent where a process holds one, or its state is not the one they saw.
    """
    reader = Reader(connection)
    problems: list[ComptoirError] = []
    rows = [queries.mail(reader, number) for number in given.seen]
    for row in rows:
        if row.state != given.seen[row.id] or queries.is_held(row, given.moment):
            problems.append(BeingSent(row.id))
        elif not BY_HAND.allows(queries.state_of(row), given.target):
            problems.append(NotMovable(queries.state_of(row), given.target))
    raise_all(problems)
    for row in rows:
        _ordered(connection, row, given)
    return [queries.mail(reader, number) for number in given.seen]


def _ordered(connection: Connection, row: MailDetail, given: Order) -> None:
    told = {"email": given.email} if given.email else {}
    moment = given.moment.isoformat()
    if given.target is Sending.WAITING:
        connection.execute(_RETRY, {"id": row.id, "email": given.email, "now": moment})
    else:
        connection.execute(_DROP, {"id": row.id})
    history = {"reference": row.key, "moment": moment, "operator": given.operator, "data": dumps(told)}
    connection.execute(_RECORD, {**history, "verb": "retry" if given.target is Sending.WAITING else "drop"})


def _tried(post: Post, row: MailDetail, patience: Patience) -> Trial | None:
    """Try one e-mail; None where somebody else has it now."""
    handed = False

    def handing() -> None:
        """Write down that the answer will not be known from now on."""
        nonlocal handed
        hand(post.store, row, post.clock.now())
        handed = True

    try:
        post.deliver(documents.message(post.store.reader, row, post.draw, post.clock.now()), handing, patience)
    except LeaseLost:
        return None
    except (DatabaseTrouble, DriverError):
        raise  # its lease ends by itself
    except Exception as error:  # noqa: BLE001 - whatever is wrong in one e-mail, it must not keep the others
        return settle(post.store, row, _judged(error, handed=handed), post.clock.now())
    except BaseException:
        _left(post, row, handed=handed)
        raise
    return settle(post.store, row, Verdict(Sending.SENT), post.clock.now())


def _judged(error: Exception, *, handed: bool) -> Verdict:
    """Say what a failure makes of an e-mail."""
    match error:
        case Postponed():
            return Verdict(Sending.WAITING, error.message, unreachable=isinstance(error, Unreachable))
        case Unknown():
            return Verdict(Sending.HANDED, error.message)
        case Undeliverable() | PapersMissing():
            return Verdict(Sending.REFUSED, error.message)
        case _:
            return Verdict(Sending.HANDED if handed else Sending.REFUSED, f"{type(error).__name__}: {error}")


def _left(post: Post, row: MailDetail, *, handed: bool) -> None:
    """Let an e-mail go where the person leaves in the middle of it: it was not tried, unless it was handed over."""
    now = post.clock.now()
    with suppress(ComptoirError):  # its lease ends by itself
        if handed:
            settle(post.store, row, Verdict(Sending.HANDED, _("interrupted")), now)
        else:
            _settle(post.store, row, Verdict(Sending.WAITING, row.error), now, now)


def _settle(store: Store, row: MailDetail, verdict: Verdict, next_try: datetime | None, now: datetime) -> None:
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
