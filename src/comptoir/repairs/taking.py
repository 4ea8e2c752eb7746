"""A device being taken in: what is known of it so far, and what stands against its bonus."""

from collections.abc import Callable, Collection, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from comptoir.core import money, paris
from comptoir.core.errors import ComptoirError, MissingValue, UsageProblem, raise_all
from comptoir.core.i18n import _
from comptoir.core.later import later
from comptoir.core.refs import typed
from comptoir.core.text import fold
from comptoir.desk import Desk
from comptoir.fiches.rules import Book, Product, check_labelled
from comptoir.parties.prompts import Customer
from comptoir.repairs import comebacks, queries, rules
from comptoir.repairs.forms import Agreement, Device, Till, Work
from comptoir.repairs.intake_refusals import ComebackHasNoBonus
from comptoir.repairs.refusals import Professional, UnderWarranty
from comptoir.repairs.statuses import Consent, Place, Warranty

if TYPE_CHECKING:
    from comptoir.attachments.files import Checked
    from comptoir.parties import queries as parties
else:
    parties = later("comptoir.parties.queries")

T = TypeVar("T")


class Forms(NamedTuple):
    """What the line of the command gives; nothing where a question is asked again."""

    customer: Customer = Customer()
    device: Device = Device()
    work: Work = Work()
    till: Till = Till()
    agreement: Agreement = Agreement()


class Comeback(NamedTuple):
    """The repair that a device comes back from, and the day it was done."""

    number: str
    repaired: str


class Taking:
    """A device being taken in: what is known of it so far."""

    def __init__(self, desk: Desk, forms: Forms, known: Book) -> None:
        self.desk = desk
        self.forms = forms
        self.known = known
        self.person: dict[str, str] = {}
        self.professional = False
        self.product: Product | None = None
        self.brand = self.model = self.serial = ""
        self.pictures: Sequence[Checked] = ()
        self.bought: date | None = None
        self.warranty: Warranty | None = None
        self.place = Place.WORKSHOP
        self.distance: int | None = None
        self.far_why = self.service = self.fault = self.condition = ""
        self.deposit = rules.Deposit(money.ZERO, "", "")
        self.consents: tuple[Consent, ...] = ()
        self.bonus = not forms.agreement.no_bonus
        self.waived = False  # the bonus, for what stood against it: what is corrected may give it back
        self.comeback: Comeback | None = None

    @property
    def today(self) -> date:
        """Give the day it is in Paris."""
        return self.desk.today()

    def text(self, flag: str, given: str | None, question: str, read: Callable[[str], T], now: str = "") -> T:
        """Give an answer, read; one that cannot be read is refused, and asked again where a person is there."""
        if given is None and not self.desk.can_ask:
            raise MissingValue(flag)
        if given is not None:
            try:
                return read(given)
            except ComptoirError as problem:
                self.refused(problem)
        kept: list[T] = []

        def check(text: str) -> None:
            """Read what was typed, once."""
            try:
                kept[:] = [read(text)]
            except MissingValue:
                raise UsageProblem(_("it is empty")) from None

        self.desk.ask.text(question, check, now)
        return kept[0]

    def optional(self, flag: str, given: str | None, question: str, read: Callable[[str], T], now: str = "") -> T:
        """Give an answer that may be left out."""
        return self.text(flag, given if given is not None or self.desk.can_ask else "", question, read, now)

    def refused(self, problem: ComptoirError) -> None:
        """Tell why an answer cannot be taken, before it is asked again; raise it where nobody is there."""
        if not self.desk.can_ask:
            raise problem
        for each in problem.problems():
            self.desk.out.warn(each.message)


def weigh(taking: Taking, done: Collection[str]) -> None:
    """Look for what stands against the bonus in what is known so far: go on without it, or raise it."""
    if "serial" in done and "customer" in done:
        taking.comeback = came_back(taking, taking.serial)
    against = _against_bonus(taking, done) if taking.bonus else []
    if against and taking.desk.can_ask:
        for problem in against:
            taking.desk.out.warn(problem.message)
        if taking.desk.ask.confirm(_("Go on without the bonus?")):
            taking.bonus, taking.waived = False, True
            return
    raise_all(against)


def _against_bonus(taking: Taking, done: Collection[str]) -> list[ComptoirError]:
    """List what the eco-organism would refuse the bonus for."""
    against: list[ComptoirError] = []
    if taking.professional:
        against.append(Professional())
    if taking.warranty not in {None, Warranty.NONE}:
        against.append(UnderWarranty(Warranty(taking.warranty)))
    else:
        _tried(against, lambda: rules.check_bought(taking.bought, taking.today))
    if taking.product:
        fiche = taking.product.fiche
        _tried(against, lambda: check_labelled(fiche, taking.desk.settings["repair_fiches"]))
    if "consents" in done:
        _tried(against, lambda: rules.check_consent(taking.consents, Consent.DATA))
    if taking.comeback:
        against.append(ComebackHasNoBonus(*taking.comeback))
    return against


def came_back(taking: Taking, serial: str) -> Comeback | None:
    """Give the repair that the device comes back from; raise SerialInCase for a device that is here already."""
    told = taking.person
    key = typed(serial)
    with taking.desk.reading() as reader:
        names = [fold(told.get(each, "")) for each in ("last_name", "first_name")]
        found = parties.consumers(reader, told["email"]) if told else []
        owners = [row.id for row in found if [fold(row.last_name), fold(row.first_name)] == names]
        device = comebacks.Known(key, serial, taking.brand, taking.model, owners[0] if owners else 0)
        number = comebacks.comeback_of(reader, device, taking.today)
        if number is None:
            return None
        repaired = queries.case(reader, number).repaired_at
    return Comeback(number, paris.in_paris(repaired).strftime("%d/%m/%Y") if repaired else "")


def _tried(problems: list[ComptoirError], check: Callable[[], object]) -> None:
    try:
        check()
    except ComptoirError as problem:
        problems += problem.problems()
