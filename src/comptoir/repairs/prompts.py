"""What taking a device in needs of the desk, shows before it does it, and does."""

from typing import TYPE_CHECKING

from comptoir.core import money
from comptoir.core.errors import ComptoirError, raise_all
from comptoir.core.i18n import _
from comptoir.core.later import later
from comptoir.desk import Desk
from comptoir.fiches import book
from comptoir.fiches.rules import Book, labelled
from comptoir.organisms.statuses import ORGANISM_NAMES, WHY_WORDS, Basis
from comptoir.parties.prompts import Customer
from comptoir.parties.rules import BadField
from comptoir.repairs import queries
from comptoir.repairs.forms import Agreement, Device, Going, Till, Work
from comptoir.repairs.intake_refusals import ShopIncomplete
from comptoir.repairs.refusals import NoSiret
from comptoir.repairs.statuses import CONSENT_WORDS, PLACE_WORDS, WARRANTY_WORDS, Warranty

if TYPE_CHECKING:
    from comptoir.attachments import files
    from comptoir.desk import settings as settled
    from comptoir.organisms import lookup
    from comptoir.organisms.rules import Answer
    from comptoir.parties import fields
    from comptoir.repairs import documents, questions, services, taking
    from comptoir.repairs.taking import Taking
else:
    files, fields = later("comptoir.attachments.files"), later("comptoir.parties.fields")
    lookup = later("comptoir.organisms.lookup")
    settled, documents = later("comptoir.desk.settings"), later("comptoir.repairs.documents")
    questions, services = later("comptoir.repairs.questions"), later("comptoir.repairs.services")
    taking = later("comptoir.repairs.taking")


def points(desk: Desk) -> Book:
    """Load the fiches and products, the shop's own included; raise BadPoints."""
    return book.load(desk.settings["repair_points"])


def shop(desk: Desk, *, billing: bool = False) -> "documents.Shop":
    """Give who issues the papers; raise what a bill needs and the settings lack, all of it at once."""
    settings = desk.settings
    siret = "".join(settings["repair_siret"].split())
    if billing:
        raise_all(_lacking(desk, siret))
        if not settings["repair_vat_number"].strip():
            desk.out.warn(_("`repair_vat_number` is not set: a shop above the VAT franchise needs it on its bills"))
    address = tuple(line.strip() for line in settings["repair_address"].split(";") if line.strip())
    who, mail = settings["shop_name"], settings["shop_email"]
    return documents.Shop(who, mail, address, siret, settings["repair_vat_number"], settings["repair_phone"].strip())


def draft(desk: Desk, customer: Customer, device: Device, work: Work, till: Till, agreement: Agreement) -> "Taking":
    """Gather what taking a device in needs, asked for where a person is there; raise every problem at once."""
    shop(desk)
    clauses(desk, "repair-slip")  # what is wrong with the shop's own files is told before a question is asked
    if not agreement.no_bonus:
        labelled(desk.settings["repair_fiches"])
    device_in = taking.Taking(desk, taking.Forms(customer, device, work, till, agreement), points(desk))
    questions.fill(device_in)
    return device_in


def agreed(desk: Desk, device: "Taking", going: Going) -> bool:
    """Show what is about to be taken in, and tell whether it is; on a no, its answers are changed one by one."""
    desk.out.say(recap(device))
    if going.dry_run or going.yes or not desk.can_ask:
        return not going.dry_run
    while not desk.ask.confirm(_("Take this device in?")):
        if not questions.changed(device):
            return False
        desk.out.say(recap(device))
    return True


def recap(device: "Taking") -> str:
    """Write what is about to be taken in, whole."""
    told = device.person
    label = device.product.label if device.product else ""
    lines = [
        f"{told['title']} {told['first_name']} {told['last_name']}, {told['email']}, {told['phone']}",
        ", ".join(part for part in (told["line"], told["complement"], f"{told['postcode']} {told['town']}") if part),
        "",
        " ".join(part for part in (label, device.brand, device.model, device.serial) if part),
        f"{_(WARRANTY_WORDS[device.warranty or Warranty.NONE])} · {_(PLACE_WORDS[device.place])}",
        f"{device.service} : {device.fault}",
        *_told(device),
        _told_bonus(device),
    ]
    return "\n".join(lines)


def taken(desk: Desk, device: "Taking") -> "queries.CaseRow":
    """Take the device in, and say what comes next; give its case."""
    intake = _intake(desk, device)
    with desk.writing() as session:
        number = services.take_in(session, intake, desk.by())
    with desk.reading() as reader:
        case = queries.case(reader, number)
        row = queries.row(reader, number)
    if case.comeback_of:
        told = _("this device comes back from repair {number}: its guarantee of three months runs")
        desk.out.warn(told.format(number=case.comeback_of))
    desk.out.say(_("next: `comptoir repair slip {number}` prints its slip").format(number=number))
    return row


def clauses(desk: Desk, name: str) -> str:
    """Write the shop's own conditions or mentions for a paper: their title, then their text."""
    title, text = desk.letter(name, documents.TEMPLATES, documents.clause_values(shop(desk)))
    return f"{title}\n{text}"


def _lacking(desk: Desk, siret: str) -> list[ComptoirError]:
    """List what a bill bears (CGI, ann. II, art. 242 nonies A) and the settings lack."""
    lacking: list[ComptoirError] = []
    resolved = desk.settings.resolved
    try:
        if siret:
            fields.siret(siret)
        else:
            lacking.append(NoSiret())
    except BadField as problem:
        lacking.append(settled.BadSetting(resolved["repair_siret"], problem.reason))
    unset = (resolved["shop_name"].origin == "default", not resolved["repair_address"].value.strip(" ;"))
    return lacking + [
        ShopIncomplete(name) for name, lacks in zip(("shop_name", "repair_address"), unset, strict=True) if lacks
    ]


def _intake(desk: Desk, device: "Taking") -> "services.Intake":
    """Give what is recorded of a device, its pictures kept; raise FileChanged."""
    assert device.product is not None  # noqa: S101 - whatever was wrong was raised
    assert device.warranty is not None  # noqa: S101
    expected = lookup.expected(desk, device.product, device.brand)
    return services.Intake(
        person=device.person,
        place=device.place,
        product=device.product._replace(bonus=expected.bonus),
        brand=device.brand,
        model=device.model,
        serial=device.serial,
        bought_on=device.bought.isoformat() if device.bought else "",
        warranty=device.warranty,
        bonus=device.bonus,
        service=device.service,
        fault=device.fault,
        condition=device.condition,
        deposit=device.deposit,
        consents=device.consents,
        distance=device.distance,
        far_why=device.far_why,
        pictures=tuple(files.kept(desk, device.pictures)) if device.pictures else (),
        clauses=clauses(desk, "repair-slip"),
        shop=shop(desk),
        organism=str(expected.organism) if device.bonus and expected.certain else "",
    )


def _told(device: "Taking") -> list[str]:
    lines = []
    if device.bought:
        lines.append(_("bought on {day}").format(day=device.bought.strftime("%d/%m/%Y")))
    if device.condition:
        lines.append(_("state: {condition}").format(condition=device.condition))
    if device.distance is not None:
        lines.append(_("{distance} km").format(distance=device.distance))
    if device.deposit.amount:
        lines.append(_("deposit: {amount}").format(amount=money.spoken(device.deposit.amount)))
    if device.comeback:
        told = _("comes back from repair {number}, done on {day}")
        lines.append(told.format(number=device.comeback.number, day=device.comeback.repaired))
    agreed_to = ", ".join(_(CONSENT_WORDS[consent]) for consent in device.consents)
    return [*lines, _("agreed to: {consents}").format(consents=agreed_to or _("nothing"))]


def _told_bonus(device: "Taking") -> str:
    if not device.bonus:
        return _("without the repair bonus")
    found = lookup.expected(device.desk, device.product, device.brand) if device.product else None
    if found is None or found.bonus is None:
        return _("bonus: not in the public scale, the eco-organism tells it")
    return _told_amount(found, money.spoken(found.bonus))


def _told_amount(found: "Answer", amount: str) -> str:
    """Write the bonus that may be expected, whose it is where that is known, and who says so."""
    if found.organism is None:
        return _("bonus to expect: {amount}, by the public scale of 1 January 2024").format(amount=amount)
    name = ORGANISM_NAMES[found.organism]
    if not found.bonus:
        return _("no bonus to expect from {organism}. {why}.").format(organism=name, why=_(WHY_WORDS[found.why]))
    told = _("bonus to expect from {organism}: {amount}, by the public scale of 1 January 2024")
    if found.basis is Basis.ORGANISM:
        told = _("bonus to expect from {organism}: {amount}, by its catalogue")
    if found.threshold:
        told += " " + _("(repairs of {threshold} or more)")
    return told.format(organism=name, amount=amount, threshold=money.spoken(found.threshold) if found.threshold else "")
