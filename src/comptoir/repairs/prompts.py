"""What taking a device in asks, and shows before it does it."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from comptoir.attachments.rules import Kind
from comptoir.core import money, paris
from comptoir.core.errors import ComptoirError, MissingValue, raise_all
from comptoir.core.i18n import _
from comptoir.core.later import later
from comptoir.core.text import tidy
from comptoir.desk import Desk
from comptoir.fiches import book
from comptoir.fiches.rules import Book, Product, check_labelled, find_product
from comptoir.parties.prompts import Customer, person
from comptoir.repairs import brands, queries, rules
from comptoir.repairs.forms import Agreement, Device, Till, Work
from comptoir.repairs.refusals import NoDistance, NoSiret, Professional, UnderWarranty
from comptoir.repairs.rules import By, Deposit
from comptoir.repairs.statuses import CONSENT_WORDS, PLACE_WORDS, WARRANTY_WORDS, Consent, Place, Warranty

if TYPE_CHECKING:
    from comptoir.attachments import files
    from comptoir.attachments import prompts as attaching
    from comptoir.parties import places
    from comptoir.repairs import documents, services
    from comptoir.repairs.services import Intake
else:
    files, attaching = later("comptoir.attachments.files"), later("comptoir.attachments.prompts")
    places, documents = later("comptoir.parties.places"), later("comptoir.repairs.documents")
    services = later("comptoir.repairs.services")

Chosen = TypeVar("Chosen")


def by(desk: Desk) -> By:
    """Give who acts, and when."""
    return By(desk.operator, desk.clock.now())


def today(desk: Desk) -> date:
    """Give the day it is in Paris."""
    return paris.in_paris(desk.clock.now()).date()


def points(desk: Desk) -> Book:
    """Load the fiches and products, the shop's own included; raise BadPoints."""
    return book.load(desk.settings["repair_points"])


def shop(desk: Desk, *, billing: bool = False) -> "documents.Shop":
    """Give who issues the papers; raise NoSiret where a bill needs one."""
    settings = desk.settings
    siret = "".join(settings["repair_siret"].split())
    if billing and not siret:
        raise NoSiret
    address = tuple(line.strip() for line in settings["repair_address"].split(";") if line.strip())
    return documents.Shop(settings["shop_name"], settings["shop_email"], address, siret, settings["repair_vat_number"])


def draft(desk: Desk, customer: Customer, device: Device, work: Work, till: Till, agreement: Agreement) -> "Intake":
    """Gather what taking a device in needs, asked for where a person is there; raise every problem at once."""
    problems: list[ComptoirError] = []
    who = _tried(problems, lambda: person(desk, customer)) or {}
    known = points(desk)
    product = _tried(problems, lambda: _product(desk, device, known))
    deposit = _tried(problems, lambda: _deposit(till))
    brand = _tried(problems, lambda: _brand(desk, device))
    model = device.model if device.model is not None or not desk.can_ask else desk.ask.text(_("Model"), tidy)
    pictures = _tried(problems, lambda: _nameplate(desk, device)) or ()
    serial = product and _tried(problems, lambda: _serial(desk, device, product, pictures, agreement))
    bought = _tried(problems, lambda: _bought(desk, device))
    warranty = device.warranty or _warranty(desk)
    service = _tried(problems, lambda: _text(desk, "--service", work.service, _("What is asked")))
    fault = _tried(problems, lambda: _text(desk, "--fault", work.fault, _("What is wrong")))
    consents = _consents(desk, agreement)
    distance = _tried(problems, lambda: _distance(desk, work, who.get("postcode", "")))
    if product and not agreement.no_bonus:
        problems += _against_bonus(desk, product, (bought, warranty), consents, professional=agreement.professional)
    raise_all(problems)
    assert product is not None  # noqa: S101 - whatever was wrong was raised
    return services.Intake(
        person=who,
        place=work.place,
        product=product,
        brand=brand or "",
        model=tidy(model or ""),
        serial=serial or "",
        bought_on=bought.isoformat() if bought else "",
        warranty=warranty,
        bonus=not agreement.no_bonus,
        service=service or "",
        fault=fault or "",
        condition=tidy(work.condition),
        deposit=deposit or Deposit(money.ZERO, "", ""),
        consents=consents,
        distance=distance,
        far_why=tidy(work.far_because),
        pictures=tuple(files.kept(desk, pictures)) if pictures else (),
        clauses=clauses(desk, "repair-slip"),
        shop=shop(desk),
    )


def recap(intake: "Intake") -> str:
    """Write what is about to be taken in, whole."""
    told = intake.person
    lines = [
        f"{told['title']} {told['first_name']} {told['last_name']}, {told['email']}, {told['phone']}",
        ", ".join(part for part in (told["line"], told["complement"], f"{told['postcode']} {told['town']}") if part),
        "",
        " ".join(part for part in (intake.product.label, intake.brand, intake.model, intake.serial) if part),
        f"{_(WARRANTY_WORDS[intake.warranty])} · {_(PLACE_WORDS[intake.place])}",
        f"{intake.service} : {intake.fault}",
    ]
    if intake.distance is not None:
        lines.append(_("{distance} km").format(distance=intake.distance))
    if intake.deposit.amount:
        lines.append(_("deposit: {amount}").format(amount=money.spoken(intake.deposit.amount)))
    agreed = ", ".join(_(CONSENT_WORDS[consent]) for consent in intake.consents)
    lines.append(_("agreed to: {consents}").format(consents=agreed or _("nothing")))
    lines.append(told_bonus(intake))
    return "\n".join(lines)


def told_bonus(intake: "Intake") -> str:
    """Say what bonus to expect."""
    if not intake.bonus:
        return _("without the repair bonus")
    if intake.product.bonus is None:
        return _("bonus: not in the public scale, the eco-organism tells it")
    return _("bonus to expect: {amount}, by the public scale of 1 January 2024").format(
        amount=money.spoken(intake.product.bonus)
    )


def taken(desk: Desk, intake: "Intake") -> "queries.CaseRow":
    """Take the device in, and say what comes next; give its case."""
    with desk.writing() as session:
        number = services.take_in(session, intake, by(desk))
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


def _tried(problems: list[ComptoirError], ask: Callable[[], Chosen]) -> Chosen | None:
    try:
        return ask()
    except ComptoirError as problem:
        problems += problem.problems()
        return None


def _text(desk: Desk, flag: str, given: str | None, question: str) -> str:
    def check(text: str) -> None:
        """Refuse an empty answer."""
        if not tidy(text):
            raise MissingValue(flag)

    text = desk.value(flag, given, question, check)
    check(text)
    return tidy(text)


def _product(desk: Desk, device: Device, known: Book) -> Product:
    text = desk.value("--product", device.product, _("What is it?"), lambda text: find_product(text, known.products))
    return find_product(text, known.products)


def _brand(desk: Desk, device: Device) -> str:
    with desk.reading() as reader:
        known = [*queries.brands(reader), *brands.shipped()]
    given = _text(desk, "--brand", device.brand, _("Brand"))
    new = device.new_brand
    try:
        return rules.brand(given, known, new=new)
    except ComptoirError as problem:
        if not desk.can_ask:
            raise
        desk.out.warn(problem.message)
        if not desk.ask.confirm(_("Take this brand as it is?")):
            raise
        return rules.brand(given, known, new=True)


def _nameplate(desk: Desk, device: Device) -> "Sequence[files.Checked]":
    return attaching.received(desk, [device.nameplate], Kind.NAMEPLATE) if device.nameplate else ()


def _serial(
    desk: Desk, device: Device, product: Product, pictures: "Sequence[files.Checked]", agreement: Agreement
) -> str:
    read = next((serial for picture in pictures for serial in picture.serials), None)
    given = device.serial or read
    if given is None and agreement.no_bonus and not desk.can_ask:
        return ""
    question = _("IMEI (*#06# shows it)") if product.imei else _("Serial number")
    text = desk.value("--serial", given, question, lambda text: rules.serial_number(text, imei=product.imei))
    return rules.serial_number(text, imei=product.imei)


def _bought(desk: Desk, device: Device) -> date | None:
    if not device.bought:
        return None
    day = paris.day_asked("--bought", device.bought, today(desk))
    rules.check_past("--bought", day, today(desk))
    return day


def _warranty(desk: Desk) -> Warranty:
    if not desk.can_ask:
        raise_all([MissingValue("--warranty")])
    offered = [(str(each), _(WARRANTY_WORDS[each]), "") for each in Warranty]
    return Warranty(desk.ask.choose(_("Under which warranty is it still?"), offered))


def _consents(desk: Desk, agreement: Agreement) -> tuple[Consent, ...]:
    if agreement.consent is not None or not desk.can_ask:
        return tuple(each for each in Consent if each in (agreement.consent or ()))
    asked = _("Does the customer agree in writing: {consent}?")
    return tuple(each for each in Consent if desk.ask.confirm(asked.format(consent=_(CONSENT_WORDS[each]).lower())))


def _deposit(till: Till) -> Deposit:
    amount = money.parse(till.deposit) if till.deposit else money.ZERO
    rules.check_amount("--deposit", amount)
    means, receipt = str(till.means or ""), tidy(till.receipt)
    rules.check_deposit(amount, means, receipt)
    return Deposit(amount, means, receipt) if amount else Deposit(Decimal("0.00"), "", "")


def _distance(desk: Desk, work: Work, postcode: str) -> int | None:
    if work.place is not Place.ON_SITE:
        return None
    distance = work.distance if work.distance is not None else _measured(desk, postcode)
    rules.check_distance(distance, tidy(work.far_because))
    return distance


def _measured(desk: Desk, postcode: str) -> int:
    """Give the distance from the shop to a postcode, in km; raise NoDistance where the table does not tell."""
    own, table = desk.settings["repair_postcode"].strip(), desk.settings["postcodes"]
    if not own or not table:
        raise NoDistance(_("the settings `repair_postcode` and `postcodes` are not both set"))
    known = places.load(Path(table).expanduser())
    for code in (own, postcode):
        if code not in known:
            raise NoDistance(_("the table of postcodes has no {postcode}").format(postcode=code))
    return places.distance_km(known[own][2:], known[postcode][2:])


def _against_bonus(
    desk: Desk,
    product: Product,
    bought: tuple[date | None, Warranty],
    consents: Sequence[Consent],
    *,
    professional: bool,
) -> list[ComptoirError]:
    """List what the eco-organism would refuse the bonus for."""
    problems: list[ComptoirError] = []
    if professional:
        problems.append(Professional())
    day, warranty = bought
    if warranty is not Warranty.NONE:
        problems.append(UnderWarranty(warranty))
    else:
        _tried(problems, lambda: rules.check_bought(day, today(desk)))
    _tried(problems, lambda: check_labelled(product.fiche, desk.settings["repair_fiches"]))
    _tried(problems, lambda: rules.check_consent(consents, Consent.DATA))
    return problems
