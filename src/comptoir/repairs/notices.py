"""What customers are told: by e-mail or text message, from the shop's own letters, through the outbox."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from comptoir.core import paris
from comptoir.core.errors import MissingValue
from comptoir.core.i18n import _
from comptoir.core.later import later
from comptoir.desk import Desk
from comptoir.desk.output import Column
from comptoir.repairs import billed, cases, prompts
from comptoir.repairs.forms import Telling
from comptoir.repairs.notice_refusals import AppointmentPast, NotReady, NoWay
from comptoir.repairs.queries import CaseDetail
from comptoir.repairs.statuses import NOTICE_WORDS, WAY_WORDS, CaseStatus, Notice, Way
from comptoir.store.sending import Channel

if TYPE_CHECKING:
    from comptoir.desk import mailing
    from comptoir.outbox import prompts as outbox
    from comptoir.repairs import documents, services
else:
    mailing, outbox = later("comptoir.desk.mailing"), later("comptoir.outbox.prompts")
    documents, services = later("comptoir.repairs.documents"), later("comptoir.repairs.services")

MOBILE = ("+336", "+337")  # numbers that text messages reach for certain (ARCEP's plan)
READY = (CaseStatus.REPAIRED, CaseStatus.INVOICED, CaseStatus.REFUSED)
COLUMNS = (
    Column("number", _("Case")),
    Column("notice", _("Notice"), NOTICE_WORDS),
    Column("way", _("By"), WAY_WORDS),
    Column("recipient", _("To")),
    Column("subject", _("Subject")),
)


class Reached(Protocol):
    """Whoever is told something about a repair."""

    @property
    def number(self) -> str:
        """Give the number of the repair."""

    @property
    def email(self) -> str:
        """Give the address, empty where nobody knows it."""

    @property
    def phone(self) -> str:
        """Give the telephone number, empty where nobody knows it."""


class NoticeRow(NamedTuple):
    """A message to a customer, in the outbox."""

    number: str
    notice: str
    way: str
    recipient: str
    subject: str


def told(desk: Desk, text: str, notice: Notice, how: Telling, *, yes: bool) -> list[NoticeRow]:
    """Tell a customer, after a yes; give the messages, nothing where the person says no.

    Raises NotReady, AppointmentPast, NoWay, and AlreadyTold.
    """
    case = cases.resolved(desk, text)
    if notice is Notice.READY and CaseStatus(case.status) not in READY:
        raise NotReady(case.number, CaseStatus(case.status))
    if notice is Notice.APPOINTMENT:
        case = _appointed(desk, case, how.on)
    messages = [_message(desk, case, notice, wanted) for wanted in _channels(how.by)]
    for message in messages:
        desk.out.say(f"{message.recipient}\n{message.text if message.way is Channel.SMS else message.subject}")
    if not desk.agreed(_("Send it?"), yes=yes):
        return []
    with desk.writing() as session:
        if notice is Notice.APPOINTMENT:
            services.change(session, case.number, {"appointment": case.appointment}, desk.by())
        services.tell(session, case.number, notice, messages, desk.by())
    outbox.send_at_once(desk)
    return [NoticeRow(case.number, notice, each.way, each.recipient, each.subject) for each in messages]


def way(desk: Desk, who: Reached, wanted: Channel | None) -> tuple[Channel, str]:
    """Give how a customer is told, and where: by text message where their telephone and the shop can; raise NoWay."""
    mobile = who.phone.startswith(MOBILE)
    by_text = wanted is Channel.SMS or (wanted is None and mobile and bool(desk.settings["sms_url"]))
    try:
        if by_text and not mobile:
            raise NoWay(who.number, who.phone, by_text=True)
        if by_text:
            return Channel.SMS, mailing.number(who.phone)
        return Channel.EMAIL, mailing.address(who.email)
    except mailing.Undeliverable:
        raise NoWay(who.number, who.phone if by_text else who.email, by_text=by_text) from None


def letter(desk: Desk, channel: Channel, name: str, values: Mapping[str, object]) -> tuple[str, str]:
    """Write the shop's own letter of this name, or its text message: its subject and its text; raise BadLetter."""
    by_text = channel is Channel.SMS
    subject, text = desk.letter(f"{'sms' if by_text else 'repair'}-{name}", documents.TEMPLATES, values)
    return subject, text.strip() if by_text else text


def _channels(by: Way | None) -> Sequence[Channel | None]:
    if by is Way.BOTH:
        return tuple(Channel)
    return (Channel(by.value) if by else None,)


def _message(desk: Desk, case: CaseDetail, notice: Notice, wanted: Channel | None) -> "services.Message":
    channel, recipient = way(desk, case, wanted)
    with desk.reading() as reader:
        bill = billed.standing(reader, case.number)
    open_bill = bill if bill and bill.paid_at is None else None
    values = documents.letter_values(case, open_bill, prompts.shop(desk))
    return services.Message(channel, recipient, *letter(desk, channel, notice, values))


def _appointed(desk: Desk, case: CaseDetail, on: str | None) -> CaseDetail:
    def check(text: str) -> None:
        """Refuse what is no moment to come."""
        if paris.moment_asked(text) <= desk.clock.now():
            raise AppointmentPast(text)

    if on is None and not desk.can_ask:
        raise MissingValue("--on")
    text = desk.value("--on", on, _("Appointment (2026-11-22T14:30)"), check)
    check(text)
    return case._replace(appointment=paris.moment_asked(text))
