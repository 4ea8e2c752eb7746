"""What sending tells and asks."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING

from comptoir.core.errors import OUTSIDE, ComptoirError, UsageProblem, noted, raise_all
from comptoir.core.i18n import _, ngettext
from comptoir.core.later import later
from comptoir.desk import Desk, phones
from comptoir.desk.mailing import (
    HURRY,
    PATIENCE,
    BadAddress,
    BadPhoneNumber,
    NoGateway,
    NoMailServer,
    Patience,
    address,
    number,
)
from comptoir.outbox import documents, queries
from comptoir.outbox.queries import MessageDetail
from comptoir.outbox.rules import OneAddressForSeveral, Outcome, WrongAddress, WrongNumber
from comptoir.store.sending import Channel, Sending

if TYPE_CHECKING:
    from comptoir.desk.mailing import Message
    from comptoir.outbox import services
    from comptoir.outbox.services import Carrier, Trial
    from comptoir.store.read import Reader
else:
    services = later("comptoir.outbox.services")  # nothing is sent where nothing is due

LEAST = 2.0  # seconds under which a counter does not begin another message
MOST_NAMED = 5

Problems = list[ComptoirError]


def rehearse(desk: Desk, told: "Callable[[Trial], object]") -> Problems:
    """Tell what would be sent now; give, as sending does, why a channel that has something to send is not used."""
    with desk.reading() as reader:
        rows = queries.all_due(reader, desk.clock.now())
    carriers, problems = _carriers(desk, [Channel(each) for each in dict.fromkeys(row.channel for row in rows)])
    usable = {carrier.channel.value for carrier in carriers}
    for row in rows:
        if row.channel in usable:
            told(services.Trial(row.id, row.recipient, row.subject, row.channel, Outcome.DUE, row.next_try))
    return problems


def send(desk: Desk, told: "Callable[[Trial], object]") -> Problems:
    """Send all that is due, telling what comes of each; give why a channel is not used: its messages wait.

    A channel that fails keeps no other. Raises DatabaseTrouble.
    """
    with desk.reading() as reader:
        channels = queries.channels_due(reader, desk.clock.now())
    carriers, problems = _carriers(desk, channels)
    stopped = False
    for trial in _sent(desk, carriers, lambda: lambda: PATIENCE):
        told(trial)
        stopped = stopped or trial.unreachable
    if stopped:
        tell_waiting(desk)
    return problems


def send_at_once(desk: Desk) -> None:
    """Try to send what is due, after a business transaction: some 15 seconds at most, and without ever failing.

    Tells what left, or why it waits and how it will leave; raises no ComptoirError.
    """
    try:
        with desk.reading() as reader:
            channels = queries.channels_due(reader, desk.clock.now())
        if channels:
            _send_in_haste(desk, channels)
    except ComptoirError as error:
        desk.out.warn(error.message)
        _quietly(desk, tell_waiting)


def _send_in_haste(desk: Desk, channels: Sequence[Channel]) -> None:
    carriers, problems = _carriers(desk, channels)
    unset = [problem for problem in problems if isinstance(problem, NoMailServer | NoGateway)]
    for problem in problems:
        if problem not in unset:
            desk.out.warn(problem.message)
    over = monotonic() + HURRY.most
    for trial in _sent(desk, carriers, lambda: partial(_haste, monotonic(), over)):
        _tell(desk, trial)
    tell_waiting(desk)
    for problem in unset:
        desk.out.say(problem.message)
        desk.out.say(_("hint: {text}").format(text=problem.hint))
    if carriers:
        tell_unanswered(desk)


def _haste(begun: float, over: float) -> Patience | None:
    """Give how long the next message of a channel may take: each channel has its time, and all have theirs."""
    whole = begun + HURRY.whole - monotonic()
    verdict = min(HURRY.verdict, over - monotonic() - whole)
    return HURRY._replace(whole=whole, verdict=verdict) if whole >= LEAST and verdict >= HURRY.answer else None


def _sent(
    desk: Desk, carriers: "Sequence[Carrier]", patience: Callable[[], Callable[[], Patience | None]]
) -> "Iterator[Trial]":
    """Send what is due by one channel, then by the next; `patience` is asked once for each."""
    if not carriers:
        return
    with desk.resident() as store:
        for carrier in carriers:
            yield from services.send(services.Post(store, carrier, desk.clock, patience()))


def _carriers(desk: Desk, channels: Sequence[Channel]) -> "tuple[list[Carrier], Problems]":
    """Open the doors of these channels; give too what is wrong with those that do not open."""
    carriers: list[Carrier] = []
    problems: Problems = []
    for channel in channels:
        try:
            carriers.append(_by_sms(desk) if channel is Channel.SMS else _by_email(desk))
        except UsageProblem as problem:
            problems.append(problem)
    return carriers, problems


def _by_email(desk: Desk) -> "Carrier":
    mailer = desk.mailer()

    def made(reader: "Reader", row: MessageDetail) -> "Message":
        """Make an e-mail, dated now."""
        return documents.message(reader, row, desk.pdf, desk.clock.now())

    return services.Carrier(Channel.EMAIL, made, mailer.deliver)


def _by_sms(desk: Desk) -> "Carrier":
    gateway = desk.gateway()
    return services.Carrier(Channel.SMS, lambda _reader, row: documents.text_message(row), gateway.deliver)


def _tell(desk: Desk, trial: "Trial") -> None:
    match trial.outcome:
        case Outcome.SENT:
            desk.out.say(_("sent to {recipient}: {subject}").format(**trial._asdict()))
        case Outcome.REFUSED:
            desk.out.warn(_("message {id} to {recipient} is refused: {error}").format(**trial._asdict()))
            desk.out.say(
                _("hint: {text}").format(text=_("`comptoir outbox retry {id} --to ADDRESS`").format(id=trial.id))
            )
        case Outcome.POSTPONED:
            desk.out.say(_("message {id} to {recipient} waits: {error}").format(**trial._asdict()))
        case _:
            pass  # told with all those whose answer is not known


def tell_waiting(desk: Desk) -> None:
    """Tell how many messages wait, and what sends them; nothing where none does."""
    with desk.reading() as reader:
        count = queries.waiting(reader)
    if not count:
        return
    told = ngettext(
        "{count} message waits in the outbox: `comptoir outbox send` sends it",
        "{count} messages wait in the outbox: `comptoir outbox send` sends them",
        count,
    )
    desk.out.say(told.format(count=count))


def tell_failures(desk: Desk, trials: "Sequence[Trial]") -> int:
    """Tell how many messages could not leave, and count them."""
    count = sum(trial.outcome not in {Outcome.SENT, Outcome.DUE} for trial in trials)
    told = ngettext(
        "{count} message could not leave: `comptoir outbox list` says why",
        "{count} messages could not leave: `comptoir outbox list` says why",
        count,
    )
    if count:
        desk.out.say(told.format(count=count))
    return count


def tell_unanswered(desk: Desk) -> None:
    """Tell which messages were handed over without an answer, and what to do."""
    with desk.reading() as reader:
        found = queries.unanswered(reader, desk.clock.now())
    if not found:
        return
    named = ", ".join(map(str, found[:MOST_NAMED])) + ("…" if len(found) > MOST_NAMED else "")
    told = ngettext(
        "message {named} was handed over, and no answer came: nobody knows whether it left",
        "messages {named} were handed over, and no answer came: nobody knows whether they left",
        len(found),
    )
    desk.out.warn(told.format(named=named))
    desk.out.say(
        _(
            "ask who should have it, then `comptoir outbox drop {id}` where it came, "
            "`comptoir outbox retry {id}` where it did not"
        ).format(id=found[0])
    )


def conclude(desk: Desk, trials: "Sequence[Trial]", problems: Problems) -> int | None:
    """Tell what did not leave, and give the exit code; raise why a channel was not used."""
    failed = tell_failures(desk, trials)
    tell_unanswered(desk)
    raise_all(problems)
    return OUTSIDE if failed else None


def retried(desk: Desk, numbers: Sequence[int], to: str | None, *, yes: bool) -> list[MessageDetail]:
    """Put messages back among those that wait, after a yes for what may arrive twice; nothing where it is no."""
    if to is not None and len(set(numbers)) > 1:
        raise OneAddressForSeveral
    rows = _found(desk, numbers)
    if to is not None:
        to = _corrected(to, rows[0].channel)
    handed = [row for row in rows if row.state == Sending.HANDED]
    named = ", ".join(f"{row.id} ({row.recipient})" for row in handed)
    question = _("{named} may have left already: send again, though it may arrive twice?")
    if handed and not desk.agreed(question.format(named=named), yes=yes):
        return []
    return _ordered(desk, rows, Sending.WAITING, to)


def dropped(desk: Desk, numbers: Sequence[int], *, yes: bool) -> list[MessageDetail]:
    """Give messages up, after a yes; nothing where it is no."""
    rows = _found(desk, numbers)
    named = ", ".join(f"{row.id} ({row.recipient}, {row.subject})" for row in rows)
    if not desk.agreed(_("Give up sending {named}?").format(named=named), yes=yes):
        return []
    return _ordered(desk, rows, Sending.DROPPED, None)


def recipient(text: str) -> str:
    """Give an e-mail address that a person typed; raise WrongAddress."""
    try:
        return address(text)
    except BadAddress:
        raise WrongAddress(text) from None


def _corrected(text: str, channel: str) -> str:
    """Give an address or a number typed by a person; raise WrongAddress and WrongNumber."""
    if channel != Channel.SMS:
        return recipient(text)
    try:
        return number(phones.french(text) if phones.is_dialled(text) else text)
    except BadPhoneNumber:
        raise WrongNumber(text) from None


def _found(desk: Desk, numbers: Sequence[int]) -> list[MessageDetail]:
    """Read the messages a person named; raise UnknownMail for all that are not there."""
    rows: list[MessageDetail] = []
    problems: list[ComptoirError] = []
    with desk.reading() as reader:
        for number in dict.fromkeys(numbers):
            with noted(problems):
                rows.append(queries.message(reader, number))
    raise_all(problems)
    return rows


def _ordered(desk: Desk, rows: Sequence[MessageDetail], target: Sending, to: str | None) -> list[MessageDetail]:
    given = services.Order({row.id: row.state for row in rows}, target, desk.operator, desk.clock.now(), to)
    with desk.bulk() as connection:
        return services.order(connection, given)


def _quietly(desk: Desk, tell: Callable[[Desk], None]) -> None:
    try:
        tell(desk)
    except ComptoirError as error:
        desk.out.warn(error.message)
