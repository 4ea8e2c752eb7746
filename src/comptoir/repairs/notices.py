"""What customers are told: by e-mail or text message, from the shop's own letters, through the outbox."""

from typing import TYPE_CHECKING, NamedTuple

from comptoir.core import paris
from comptoir.core.errors import MissingValue
from comptoir.core.i18n import _
from comptoir.core.later import later
from comptoir.desk import Desk
from comptoir.desk.output import Column
from comptoir.repairs import billed, cases, prompts
from comptoir.repairs.forms import Telling
from comptoir.repairs.queries import CaseDetail
from comptoir.repairs.refusals import AppointmentPast, NotReady
from comptoir.repairs.statuses import NOTICE_WORDS, WAY_WORDS, CaseStatus, Notice, Way

if TYPE_CHECKING:
    from comptoir.outbox import prompts as outbox
    from comptoir.repairs import documents, services
else:
    outbox = later("comptoir.outbox.prompts")
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


class NoticeRow(NamedTuple):
    """A message to a customer, in the outbox."""

    number: str
    notice: str
    way: str
    recipient: str
    subject: str


def told(desk: Desk, text: str, notice: Notice, how: Telling, *, yes: bool) -> list[NoticeRow]:
    """Tell a customer, after a yes; give the messages, nothing where the person says no.

    Raises NotReady, AppointmentPast, and AlreadyTold.
    """
    case = cases.resolved(desk, text)
    if notice is Notice.READY and CaseStatus(case.status) not in READY:
        raise NotReady(case.number, CaseStatus(case.status))
    if notice is Notice.APPOINTMENT:
        case = _appointed(desk, case, how.on)
    messages = [_message(desk, case, notice, way) for way in _ways(desk, case, how.by)]
    for message in messages:
        desk.out.say(f"{message.recipient}\n{message.text if message.way is Way.SMS else message.subject}")
    if not desk.agreed(_("Send it?"), yes=yes):
        return []
    with desk.writing() as session:
        if notice is Notice.APPOINTMENT:
            services.change(session, case.number, {"appointment": case.appointment}, desk.by())
        services.tell(session, case.number, notice, messages, desk.by())
    outbox.send_at_once(desk)
    return [NoticeRow(case.number, notice, each.way, each.recipient, each.subject) for each in messages]


def _ways(desk: Desk, case: CaseDetail, wanted: Way | None) -> list[Way]:
    if wanted is Way.BOTH:
        return [Way.EMAIL, Way.SMS]
    by_text = bool(desk.settings["sms_url"]) and case.phone.startswith(MOBILE)
    return [wanted or (Way.SMS if by_text else Way.EMAIL)]


def _message(desk: Desk, case: CaseDetail, notice: Notice, way: Way) -> "services.Message":
    with desk.reading() as reader:
        bill = billed.standing(reader, case.number)
    open_bill = bill if bill and bill.paid_at is None else None
    values = documents.letter_values(case, open_bill, prompts.shop(desk))
    name = f"{'sms' if way is Way.SMS else 'repair'}-{notice}"
    subject, text = desk.letter(name, documents.TEMPLATES, values)
    recipient = case.phone if way is Way.SMS else case.email
    return services.Message(way, recipient, subject, text.strip() if way is Way.SMS else text)


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
