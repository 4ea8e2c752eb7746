"""What sending tells and asks."""

from collections.abc import Callable, Sequence
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING

from comptoir.core.errors import ComptoirError, raise_all
from comptoir.core.i18n import _, ngettext
from comptoir.core.later import later
from comptoir.desk import Desk
from comptoir.desk.mailing import HURRY, PATIENCE, BadAddress, NoMailServer, Patience, address
from comptoir.outbox import queries
from comptoir.outbox.queries import MailDetail
from comptoir.outbox.rules import OneAddressForSeveral, Outcome, UnknownMail, WrongAddress
from comptoir.store.sending import Sending

if TYPE_CHECKING:
    from comptoir.outbox import services
    from comptoir.outbox.services import Trial
else:
    services = later("comptoir.outbox.services")  # nothing is sent where nothing is due

LEAST = 2.0  # seconds under which a counter does not begin another e-mail
MOST_NAMED = 5


def due(desk: Desk) -> "list[Trial]":
    """List what would be sent now; raise NoMailServer and BadSetting as sending would."""
    with desk.reading() as reader:
        rows = queries.all_due(reader, desk.clock.now())
    if rows:
        desk.mailer()
    return [services.Trial(row.id, row.recipient, row.subject, Outcome.DUE, row.next_try) for row in rows]


def send(desk: Desk, told: "Callable[[Trial], object]") -> None:
    """Send all that is due, telling what comes of each; raise NoMailServer, BadSetting and DatabaseTrouble."""
    with desk.reading() as reader:
        nothing = queries.due(reader, desk.clock.now()) is None
    if nothing:
        return
    mailer = desk.mailer()
    with desk.resident() as store:
        post = services.Post(store, mailer.deliver, desk.pdf, desk.clock, lambda: PATIENCE)
        stopped = False
        for trial in services.send(post):
            told(trial)
            stopped = trial.unreachable
    if stopped:
        tell_waiting(desk)


def send_at_once(desk: Desk) -> None:
    """Try to send what is due, after a business transaction: some 15 seconds at most, and without ever failing.

    Tells what left, or why it waits and how it will leave; raises no ComptoirError.
    """
    try:
        with desk.reading() as reader:
            nothing = queries.due(reader, desk.clock.now()) is None
        if not nothing:
            _send_in_haste(desk)
    except NoMailServer as error:
        _quietly(desk, tell_waiting)
        desk.out.say(error.message)
        desk.out.say(_("hint: {text}").format(text=error.hint))
    except ComptoirError as error:
        desk.out.warn(error.message)
        _quietly(desk, tell_waiting)


def _send_in_haste(desk: Desk) -> None:
    mailer = desk.mailer()
    with desk.resident() as store:
        post = services.Post(store, mailer.deliver, desk.pdf, desk.clock, partial(_haste, monotonic() + HURRY.whole))
        for trial in services.send(post):
            _tell(desk, trial)
    if _waits(desk):
        tell_waiting(desk)
    tell_unanswered(desk)


def _haste(ends: float) -> Patience | None:
    left = ends - monotonic()
    return HURRY._replace(whole=left) if left >= LEAST else None


def _tell(desk: Desk, trial: "Trial") -> None:
    match trial.outcome:
        case Outcome.SENT:
            desk.out.say(_("e-mail sent to {recipient}: {subject}").format(**trial._asdict()))
        case Outcome.REFUSED:
            desk.out.warn(_("e-mail {id} to {recipient} is refused: {error}").format(**trial._asdict()))
            desk.out.say(
                _("hint: {text}").format(text=_("`comptoir outbox retry {id} --email ADDRESS`").format(id=trial.id))
            )
        case Outcome.POSTPONED:
            desk.out.say(_("e-mail {id} to {recipient} waits: {error}").format(**trial._asdict()))
        case _:
            pass  # told with all those whose answer is not known


def tell_waiting(desk: Desk) -> None:
    """Tell how many e-mails wait, and what sends them."""
    count = _waits(desk)
    told = ngettext(
        "{count} e-mail waits in the outbox: `comptoir outbox send` sends it",
        "{count} e-mails wait in the outbox: `comptoir outbox send` sends them",
        count,
    )
    desk.out.say(told.format(count=count))


def tell_failures(desk: Desk, trials: "Sequence[Trial]") -> int:
    """Tell how many e-mails could not leave, and count them."""
    count = sum(trial.outcome not in {Outcome.SENT, Outcome.DUE} for trial in trials)
    told = ngettext(
        "{count} e-mail could not leave: `comptoir outbox list` says why",
        "{count} e-mails could not leave: `comptoir outbox list` says why",
        count,
    )
    if count:
        desk.out.say(told.format(count=count))
    return count


def tell_unanswered(desk: Desk) -> None:
    """Tell which e-mails were handed over without an answer, and what to do."""
    with desk.reading() as reader:
        found = queries.unanswered(reader, desk.clock.now())
    if not found:
        return
    named = ", ".join(map(str, found[:MOST_NAMED])) + ("…" if len(found) > MOST_NAMED else "")
    told = ngettext(
        "e-mail {named} was handed to the mail server, whose answer did not come: nobody knows whether it left",
        "e-mails {named} were handed to the mail server, whose answer did not come: nobody knows whether they left",
        len(found),
    )
    desk.out.warn(told.format(named=named))
    desk.out.say(
        _(
            "ask who should have it, then `comptoir outbox drop {id}` where it came, "
            "`comptoir outbox retry {id}` where it did not"
        ).format(id=found[0])
    )


def retried(desk: Desk, numbers: Sequence[int], email: str | None, *, yes: bool) -> list[MailDetail]:
    """Put e-mails back among those that wait, after a yes for what may arrive twice; nothing where it is no."""
    if email is not None:
        email = _corrected(email, numbers)
    rows = _found(desk, numbers)
    handed = [row for row in rows if row.state == Sending.HANDED]
    named = ", ".join(f"{row.id} ({row.recipient})" for row in handed)
    question = _("The mail server may have sent {named} already: send again, though it may arrive twice?")
    if handed and not desk.agreed(question.format(named=named), yes=yes):
        return []
    return _ordered(desk, rows, Sending.WAITING, email)


def dropped(desk: Desk, numbers: Sequence[int], *, yes: bool) -> list[MailDetail]:
    """Give e-mails up, after a yes; nothing where it is no."""
    rows = _found(desk, numbers)
    named = ", ".join(f"{row.id} ({row.recipient}, {row.subject})" for row in rows)
    if not desk.agreed(_("Give up sending {named}?").format(named=named), yes=yes):
        return []
    return _ordered(desk, rows, Sending.DROPPED, None)


def _corrected(email: str, numbers: Sequence[int]) -> str:
    """Give an address typed by a person; raise WrongAddress, and OneAddressForSeveral."""
    if len(set(numbers)) > 1:
        raise OneAddressForSeveral
    try:
        address(email)
    except BadAddress:
        raise WrongAddress(email) from None
    return email


def _found(desk: Desk, numbers: Sequence[int]) -> list[MailDetail]:
    """Read the e-mails a person named; raise UnknownMail for all that are not there."""
    rows: list[MailDetail] = []
    problems: list[ComptoirError] = []
    with desk.reading() as reader:
        for number in dict.fromkeys(numbers):
            try:
                rows.append(queries.mail(reader, number))
            except UnknownMail as error:
                problems.append(error)
    raise_all(problems)
    return rows


def _ordered(desk: Desk, rows: Sequence[MailDetail], target: Sending, email: str | None) -> list[MailDetail]:
    given = services.Order({row.id: row.state for row in rows}, target, desk.operator, desk.clock.now(), email)
    with desk.bulk() as connection:
        return services.order(connection, given)


def _waits(desk: Desk) -> int:
    with desk.reading() as reader:
        return queries.waiting(reader)


def _quietly(desk: Desk, tell: Callable[[Desk], None]) -> None:
    try:
        tell(desk)
    except ComptoirError as error:
        desk.out.warn(error.message)
