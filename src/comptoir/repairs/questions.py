"""The questions of an intake, in their order: what is refused is asked again there, where a person is there."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from comptoir.attachments.rules import Kind
from comptoir.core import money, paris
from comptoir.core.errors import ComptoirError, MissingValue, UsageProblem, raise_all
from comptoir.core.i18n import _, mark
from comptoir.core.later import later
from comptoir.core.text import tidy
from comptoir.desk import Desk
from comptoir.fiches.rules import find_product
from comptoir.parties.prompts import person, person_changed
from comptoir.repairs import brands, queries, rules
from comptoir.repairs.forms import Device, Work
from comptoir.repairs.intake_refusals import BothKinds, DepositMissing
from comptoir.repairs.refusals import NoDistance, TooFar, UnknownBrand
from comptoir.repairs.statuses import CONSENT_WORDS, MEANS_WORDS, PLACE_WORDS, WARRANTY_WORDS, Consent, Place, Warranty
from comptoir.repairs.taking import Forms, Taking, came_back, weigh

if TYPE_CHECKING:
    from comptoir.attachments import prompts as attaching
    from comptoir.parties import places
else:
    attaching, places = later("comptoir.attachments.prompts"), later("comptoir.parties.places")

GIVE_UP = "give-up"
PRIVATE, COMPANY = "private", "professional"
DECIDING = frozenset({"professional", "product", "serial", "bought", "warranty", "consents"})  # of the bonus
ASKED_NEXT = "-"  # why it is so far


def fill(taking: Taking) -> None:
    """Ask every question, in order; where nobody is there, raise every problem at once.

    Raises what stands against the bonus, unless the person goes on without it.
    """
    problems: list[ComptoirError] = []
    done: set[str] = set()
    for key, (_label, ask) in STEPS.items():
        try:
            ask(taking, taking.forms)
            done.add(key)
        except ComptoirError as problem:
            if taking.desk.can_ask:
                raise
            problems += problem.problems()
        if taking.desk.can_ask and key in DECIDING:
            weigh(taking, done)
    if not taking.desk.can_ask:
        try:
            weigh(taking, done)
        except ComptoirError as problem:
            problems += problem.problems()
    raise_all(problems)


def changed(taking: Taking) -> bool:
    """Ask which answer is to be changed, and for the new one; tell whether the person goes on."""
    offered = [
        (key, _(label), "") for key, (label, _ask) in (STEPS | {"bonus": (mark("Repair bonus"), _bonus)}).items()
    ]
    key = taking.desk.ask.choose(_("What is to be changed?"), [*offered, (GIVE_UP, _("Give up"), "")])
    if key == GIVE_UP:
        return False
    if taking.waived and key in DECIDING:
        taking.bonus, taking.waived = True, False
    ask = _bonus if key == "bonus" else STEPS[key][1]
    ask(taking, Forms())
    if key == "customer" and taking.place is Place.ON_SITE:
        _place(taking, Forms(work=Work(place=Place.ON_SITE)))
    if key == "product" and taking.serial:
        _serial(taking, Forms(device=Device(serial=taking.serial)))
    weigh(taking, STEPS.keys())
    if taking.bonus and not taking.serial:
        _serial(taking, Forms())
        weigh(taking, STEPS.keys())
    return True


def _customer(taking: Taking, forms: Forms) -> None:
    told = taking.person
    taking.person = person_changed(taking.desk, told) if told else person(taking.desk, forms.customer)


def _professional(taking: Taking, forms: Forms) -> None:
    told = forms.agreement
    if told.professional and told.private:
        raise BothKinds
    # Without the bonus, nothing depends on it.
    if told.professional or told.private or told.no_bonus or not taking.desk.can_ask:
        taking.professional = told.professional
        return
    offered = [(PRIVATE, _("Private person"), ""), (COMPANY, _("Professional"), "")]
    taking.professional = taking.desk.ask.choose(_("Who is the customer?"), offered) == COMPANY


def _product(taking: Taking, forms: Forms) -> None:
    text = forms.device.product
    while True:
        if text is None and not taking.desk.can_ask:
            raise MissingValue("--product")
        if text is None:
            text = taking.desk.ask.text(_("Kind of device"), str)
        try:
            taking.product = find_product(text, taking.known.products)
        except ComptoirError as problem:
            taking.refused(problem)
            taking.desk.out.say(problem.hint or "")  # the products that are near
        else:
            return
        text = None


def _brand(taking: Taking, forms: Forms) -> None:
    with taking.desk.reading() as reader:
        known = [*queries.brands(reader), *brands.shipped()]
    text, new = forms.device.brand, forms.device.new_brand
    while True:
        written = taking.text("--brand", text, _("Brand"), _filled("--brand"), taking.brand)
        try:
            taking.brand = rules.brand(written, known, new=new)
        except UnknownBrand as problem:
            taking.refused(problem)
            taking.desk.out.say(problem.hint or "")
            new = taking.desk.ask.confirm(_("Take this brand as it is?"))
            text = written if new else None
        else:
            return


def _model(taking: Taking, forms: Forms) -> None:
    taking.model = taking.optional("--model", forms.device.model, _("Model"), tidy, taking.model)


def _nameplate(taking: Taking, forms: Forms) -> None:
    path, asks = forms.device.nameplate, taking.desk.can_ask
    while True:
        if path is None:
            path = (
                _path(taking.desk.ask.text(_("Photo of the nameplate: its file (Enter for none)"), str)) if asks else ""
            )
        try:
            found = attaching.received(taking.desk, [path], Kind.NAMEPLATE) if path else []
        except ComptoirError as problem:
            taking.refused(problem)
            path = None
        else:
            break
    taking.pictures = found
    if asks:
        attaching.tell_serials(taking.desk, found)


def _path(typed: str) -> str:
    """Give the path that a person types, or drops onto the terminal, which puts it between quotes."""
    path = typed.strip().strip("'\"")
    return str(Path(path).expanduser()) if path.startswith("~/") else path


def _serial(taking: Taking, forms: Forms) -> None:
    imei = bool(taking.product and taking.product.imei)
    bonus, given = taking.bonus, forms.device.serial

    def read(text: str) -> str:
        """Give a serial number that no open case has."""
        if not (bonus or text.strip()):
            return ""
        serial = rules.serial_number(text, imei=imei)
        came_back(taking, serial)
        return serial

    seen = [serial for picture in taking.pictures for serial in picture.serials]
    likely = next((serial for serial in seen if _may_be(serial, imei=imei)), "")
    if not taking.desk.can_ask and given is None:
        given = likely or (seen[0] if seen else None)
        if given is None and not bonus:
            given = ""
    question = _("IMEI (*#06# shows it)") if imei else _("Serial number")
    if not bonus:
        question = _("{question} (Enter for none)").format(question=question)
    taking.serial = taking.text("--serial", given, question, read, taking.serial or likely)


def _bought(taking: Taking, forms: Forms) -> None:
    def read(text: str) -> date | None:
        """Give a day that has come."""
        if not text.strip():
            return None
        day = paris.day_asked("--bought", text.strip(), taking.today)
        rules.check_past("--bought", day, taking.today)
        return day

    now = taking.bought.strftime("%d/%m/%Y") if taking.bought else ""
    taking.bought = taking.optional("--bought", forms.device.bought, _("Bought on (Enter if unknown)"), read, now)


def _warranty(taking: Taking, forms: Forms) -> None:
    given = forms.device.warranty
    if given is None and not taking.desk.can_ask:
        raise MissingValue("--warranty")
    offered = [(str(each), _(WARRANTY_WORDS[each]), "") for each in Warranty]
    taking.warranty = given or Warranty(taking.desk.ask.choose(_("Under which warranty is it still?"), offered))


def _place(taking: Taking, forms: Forms) -> None:
    place, distance, why = forms.work.place, None, ""
    if place is None and taking.desk.can_ask:
        offered = [(str(each), _(PLACE_WORDS[each]), "") for each in Place]
        place = Place(taking.desk.ask.choose(_("Repaired where?"), offered))
    if place is Place.ON_SITE:
        distance, why = _distance(taking, forms), tidy(forms.work.far_because)
        if distance > rules.FARTHEST and not why:
            taking.refused(TooFar(distance, rules.FARTHEST))
            why = taking.text("--far-because", None, _("Why so far?"), _filled("--far-because"), taking.far_why)
    taking.place, taking.distance, taking.far_why = place or Place.WORKSHOP, distance, why


def _distance(taking: Taking, forms: Forms) -> int:
    """Give the distance in km: told, measured, or asked for; raise NoDistance."""
    try:
        told = forms.work.distance
        distance = _farther(taking, told)
        rules.check_distance(distance, ASKED_NEXT)
    except NoDistance as problem:
        taking.refused(problem)
        now = "" if taking.distance is None else str(taking.distance)
        return taking.text("--distance", None, _("Distance in km"), _kilometres, now)
    return distance


def _farther(taking: Taking, told: int | None) -> int:
    """Give the distance told, or the table's where it is farther: a figure typed does not pass over 100 km."""
    try:
        measured = _measured(taking.desk, taking.person.get("postcode", ""))
    except NoDistance:
        if told is None:
            raise
        return told
    if told is not None and told < measured:
        says = _("{distance} km were told, the table of postcodes says {measured}: it counts")
        taking.desk.out.warn(says.format(distance=told, measured=measured))
    return max(told or 0, measured)


def _kilometres(text: str) -> int:
    """Read a distance; raise NoDistance for one that no road has."""
    written = text.strip()
    if not (written.isascii() and written.isdigit()):
        raise UsageProblem(_("write whole kilometres"))
    distance = int(written[:9])  # more digits than any road
    rules.check_distance(distance, ASKED_NEXT)
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


def _service(taking: Taking, forms: Forms) -> None:
    read = _filled("--service")
    taking.service = taking.text("--service", forms.work.service, _("What is asked"), read, taking.service)


def _fault(taking: Taking, forms: Forms) -> None:
    taking.fault = taking.text("--fault", forms.work.fault, _("What is wrong"), _filled("--fault"), taking.fault)


def _condition(taking: Taking, forms: Forms) -> None:
    question = _("State, and what came with it (Enter for nothing)")
    taking.condition = taking.optional("--condition", forms.work.condition, question, tidy, taking.condition)


def _deposit(taking: Taking, forms: Forms) -> None:
    till, desk = forms.till, taking.desk
    means, receipt = str(till.means or ""), tidy(till.receipt)
    told = [flag for flag, value in (("--means", means), ("--receipt", receipt)) if value and till.deposit is None]

    def read(text: str) -> Decimal:
        """Give an amount that the till may have taken."""
        amount = money.parse(text) if text.strip() else money.ZERO
        rules.check_amount("--deposit", amount)
        if told and not amount:
            raise DepositMissing(told)
        return amount

    question = _("Deposit paid at the till (Enter for none)")
    now = str(taking.deposit.amount) if taking.deposit.amount else ""
    amount = taking.optional("--deposit", till.deposit, question, read, now)
    if amount and not means and desk.can_ask:
        means = desk.ask.choose(_("How was it paid?"), [(str(each), _(word), "") for each, word in MEANS_WORDS.items()])
    if amount and not receipt and desk.can_ask:
        asked = _("Number of the till's receipt")
        receipt = taking.text("--receipt", None, asked, _filled("--receipt"), taking.deposit.receipt)
    rules.check_deposit(amount, means, receipt)
    taking.deposit = rules.Deposit(amount, means, receipt) if amount else rules.Deposit(money.ZERO, "", "")


def _consents(taking: Taking, forms: Forms) -> None:
    given = forms.agreement.consent
    if given is not None or not taking.desk.can_ask:
        taking.consents = tuple(each for each in Consent if each in (given or ()))
        return
    asked, ask = _("Does the customer agree in writing: {consent}?"), taking.desk.ask
    words = {each: _(CONSENT_WORDS[each]).lower() for each in Consent}
    taking.consents = tuple(each for each in Consent if ask.confirm(asked.format(consent=words[each])))


def _bonus(taking: Taking, _forms: Forms) -> None:
    taking.bonus = taking.desk.ask.confirm(_("With the repair bonus?"))
    if taking.bonus and taking.forms.agreement.no_bonus:
        _professional(taking, Forms())


def _may_be(serial: str, *, imei: bool) -> bool:
    try:
        rules.serial_number(serial, imei=imei)
    except ComptoirError:
        return False
    return True


def _filled(flag: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        """Give a text that is not empty."""
        if not tidy(text):
            raise MissingValue(flag)
        return tidy(text)

    return read


STEPS: dict[str, tuple[str, Callable[[Taking, Forms], None]]] = {
    "customer": (mark("Customer"), _customer),
    "professional": (mark("Private person or professional"), _professional),
    "product": (mark("Product"), _product),
    "brand": (mark("Brand"), _brand),
    "model": (mark("Model"), _model),
    "nameplate": (mark("Photo of the nameplate"), _nameplate),
    "serial": (mark("Serial number"), _serial),
    "bought": (mark("Day it was bought"), _bought),
    "warranty": (mark("Warranty"), _warranty),
    "place": (mark("Place"), _place),
    "service": (mark("Service"), _service),
    "fault": (mark("Fault"), _fault),
    "condition": (mark("Condition"), _condition),
    "deposit": (mark("Deposit"), _deposit),
    "consents": (mark("Consents"), _consents),
}
