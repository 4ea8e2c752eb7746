"""Who sells and where: options of a command, asked for when they are missing."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, NamedTuple

from comptoir.core.errors import ComptoirError, Refused, noted, raise_all
from comptoir.core.i18n import _
from comptoir.core.later import later
from comptoir.desk import Desk
from comptoir.desk.completion import from_database
from comptoir.desk.options import option
from comptoir.parties.rules import Check, UnknownAddress, checked

if TYPE_CHECKING:
    from comptoir.parties import fields, queries
else:
    fields, queries = later("comptoir.parties.fields"), later("comptoir.parties.queries")

NEW = "new"


class Identity(NamedTuple):
    """Options that name a reseller, known or new."""

    reseller: Annotated[
        str | None,
        option(
            metavar=_("RESELLER"),
            help=_("A known reseller: SIRET, or part of the name."),
            complete=from_database(lambda *asked: queries.sirets(*asked)),  # noqa: PLW0108 - loaded when TAB is pressed
        ),
    ] = None
    name: Annotated[str | None, option(help=_("Company name of a new reseller."))] = None
    siret: Annotated[str | None, option(help=_("SIRET of a new reseller."))] = None
    email: Annotated[str | None, option(help=_("E-mail of a new reseller."))] = None
    phone: Annotated[str | None, option(help=_("Phone of a new reseller, mainland or overseas."))] = None


class Pickup(NamedTuple):
    """Options that name a pickup address, known or new."""

    address: Annotated[
        list[int] | None, option(metavar=_("NUMBER"), help=_("A known address of the reseller, by its number."))
    ] = None
    line: Annotated[str | None, option(help=_("Number and street of a new address."))] = None
    complement: Annotated[str | None, option(help=_("Building, floor, door."))] = None
    postcode: Annotated[str | None, option(help=_("Postcode."))] = None
    town: Annotated[str | None, option(help=_("Town."))] = None
    country: Annotated[str, option(help=_("Country."))] = "France"

    @property
    def typed(self) -> bool:
        """Tell whether a new address is being given."""
        return any((self.line, self.complement, self.postcode, self.town))


class Customer(NamedTuple):
    """Options that name a private person, known or new."""

    customer: Annotated[
        str | None, option(metavar=_("CUSTOMER"), help=_("A known customer: e-mail, phone, or part of the name."))
    ] = None
    title: Annotated[str | None, option(metavar="M.|Mme", help=_("Civility of a new customer."))] = None
    last_name: Annotated[str | None, option(help=_("Last name."))] = None
    first_name: Annotated[str | None, option(help=_("First name."))] = None
    email: Annotated[str | None, option(help=_("E-mail; the eco-organisms require it."))] = None
    phone: Annotated[str | None, option(help=_("Phone, mainland or overseas."))] = None
    line: Annotated[str | None, option(help=_("Number and street."))] = None
    complement: Annotated[str | None, option(help=_("Building, floor, door."))] = None
    postcode: Annotated[str | None, option(help=_("Postcode."))] = None
    town: Annotated[str | None, option(help=_("Town."))] = None


class SecondSite(Refused):
    """A buyback has one pickup address."""

    def __init__(self) -> None:
        super().__init__(
            _("one buyback, one pickup address: two were given"),
            _("validate one site at a time; several sites at once are the matter of a fleet quote"),
        )


def form(desk: Desk, identity: Identity, pickup: Pickup) -> tuple[dict[str, str], dict[str, str]]:
    """Give the reseller's identity and the pickup address: known, typed, or asked for.

    Every problem of both forms is raised at once.
    """
    found: list[ComptoirError] = []
    seller: dict[str, str] = {}
    place: dict[str, str] = {}
    with noted(found):
        seller = _who(desk, identity)
    if seller or pickup.typed:
        with noted(found):
            place = _where(desk, pickup, seller.get("siret"))
    raise_all(found)
    return seller, place


def person(desk: Desk, given: Customer) -> dict[str, str]:
    """Give a private person's identity and address: known, typed, or asked for; raise every problem at once.

    What is typed beside a known customer replaces what was known. Where a person is there, what cannot be taken is
    asked for again.
    """
    form: dict[str, str | None] = {key: value for key, value in given._asdict().items() if key != "customer"}
    known: queries.ConsumerRow | None = None
    if given.customer is not None:
        known = _named_person(desk, given.customer)
    elif desk.can_ask and not any(form.values()):
        known = _known_person(desk)
    if known:
        form = {key: getattr(known, key) if value is None else value for key, value in form.items()}
    if desk.can_ask:
        form = {key: _taken(desk, form[key], check) for key, check in _person_checks().items()}
    form = _asked(desk, form, _QUESTIONS_PERSON, _person_checks())
    return checked(form | {"complement": form["complement"] or ""}, _person_checks()) | {"country": "France"}


def person_changed(desk: Desk, told: Mapping[str, str]) -> dict[str, str]:
    """Ask which field of a private person is to be changed, or for another person; give the form as it is then."""
    offered = [(key, question, told[key]) for key, question in _QUESTIONS_PERSON.items()]
    key = desk.ask.choose(_("What is to be changed?"), [*offered, (NEW, _("Another customer"), "")])
    if key == NEW:
        return person(desk, Customer())
    check = _person_checks()[key]
    return {**told, key: check(desk.ask.text(_QUESTIONS_PERSON[key], check, told[key]))}


def _who(desk: Desk, given: Identity) -> dict[str, str]:
    if given.reseller is not None:
        with desk.reading() as reader:
            return _identity(queries.single(reader, given.reseller))
    form = {key: value for key, value in given._asdict().items() if key != "reseller"}
    if desk.can_ask and not any(form.values()):
        known = _chosen(desk)
        if known:
            return known
    return checked(_asked(desk, form, _QUESTIONS_WHO, fields.IDENTITY), fields.IDENTITY)


def _where(desk: Desk, given: Pickup, siret: str | None) -> dict[str, str]:
    if len(set(given.address or [])) + given.typed > 1:
        raise SecondSite
    known = _known_places(desk, siret)
    if given.address:
        return _place(_numbered(known, given.address[0], siret or ""))
    if not given.typed and known:
        place = _picked(desk, known)
        if place:
            return _place(place)
    form: dict[str, str | None] = {key: value for key, value in given._asdict().items() if key != "address"}
    form = _asked(desk, form, _QUESTIONS_WHERE, fields.PLACE)
    return checked(form | {"complement": form["complement"] or ""}, fields.PLACE)


_QUESTIONS_WHO = {
    "name": _("Company name of the reseller"),
    "siret": _("SIRET (14 digits)"),
    "email": _("E-mail"),
    "phone": _("Phone"),
}
_QUESTIONS_WHERE = {
    "line": _("Pickup address: number and street"),
    "complement": _("Complement (Enter for none)"),
    "postcode": _("Postcode"),
    "town": _("Town"),
    "country": _("Country"),
}


_QUESTIONS_PERSON = {
    "title": _("Civility (M. or Mme)"),
    "last_name": _("Last name"),
    "first_name": _("First name"),
    "email": _("E-mail"),
    "phone": _("Phone"),
    "line": _("Address: number and street"),
    "complement": _("Complement (Enter for none)"),
    "postcode": _("Postcode"),
    "town": _("Town"),
}


def _named_person(desk: Desk, key: str) -> "queries.ConsumerRow | None":
    """Give the customer that an option names; where a person is there, pick among several, or none for a new one."""
    with desk.reading() as reader:
        if not desk.can_ask:
            return queries.consumer(reader, key)
        found = queries.consumers(reader, key)
    return found[0] if len(found) == 1 else _picked_person(desk, key, found)


def _known_person(desk: Desk) -> "queries.ConsumerRow | None":
    """Ask for somebody known already; give None for a new person."""
    text = desk.ask.text(_("Known customer: e-mail, phone or name (Enter for a new one)"), str).strip()
    if not text:
        return None
    with desk.reading() as reader:
        found = queries.consumers(reader, text)
    return _picked_person(desk, text, found)


def _picked_person(desk: Desk, key: str, found: "Sequence[queries.ConsumerRow]") -> "queries.ConsumerRow | None":
    if len(found) > queries.MOST_OFFERED:
        desk.out.say(_("the first {limit} only: other words find others").format(limit=queries.MOST_OFFERED))
    rows = {str(row.id): row for row in found[: queries.MOST_OFFERED]}
    if not rows:
        desk.out.say(_("nobody known answers to `{key}`: a new customer").format(key=key))
        return None
    offered = [(number, row.name, f"{row.email} · {row.phone} · {row.town}") for number, row in rows.items()]
    return rows.get(desk.ask.choose(_("Which customer?"), [*offered, (NEW, _("A new one"), "")]))


def _taken(desk: Desk, value: str | None, check: Check) -> str | None:
    """Give a value that a form can take; None, and the reason told, for another one."""
    try:
        return None if value is None else check(value)
    except ComptoirError as problem:
        desk.out.warn(problem.message)
        return None


def _person_checks() -> dict[str, Check]:
    """Give the checks of a private person's form, in the order of its questions."""
    places = {key: check for key, check in fields.PLACE.items() if key != "country"}
    return {**fields.CONSUMER, **places}


def _asked(
    desk: Desk, form: Mapping[str, str | None], questions: Mapping[str, str], checks: Mapping[str, Check]
) -> dict[str, str | None]:
    """Ask for the missing fields where a person is there; leave them missing elsewhere."""
    if not desk.can_ask:
        return dict(form)
    missing = {key: desk.ask.text(text, checks[key]) for key, text in questions.items() if form[key] is None}
    return {**form, **missing}


def _known_places(desk: Desk, siret: str | None) -> "list[queries.AddressRow]":
    if siret is None:
        return []
    with desk.reading() as reader:
        return [row for found in queries.matching(reader, siret) for row in queries.addresses(reader, found.id)]


def _chosen(desk: Desk) -> dict[str, str] | None:
    with desk.reading() as reader:
        known = {row.siret: row for row in queries.resellers(reader)}
    if not known:
        return None
    offered = [(siret, row.name, f"{siret} · {row.email}") for siret, row in known.items()]
    picked = desk.ask.choose(_("Which reseller?"), [*offered, (NEW, _("A new one"), "")])
    return None if picked == NEW else _identity(known[picked])


def _picked(desk: Desk, known: "list[queries.AddressRow]") -> "queries.AddressRow | None":
    if not desk.can_ask:
        return known[0]
    offered = [(str(row.id), ", ".join(row.lines), "") for row in known]
    picked = desk.ask.choose(_("Picked up where?"), [*offered, (NEW, _("Another address"), "")])
    return next((row for row in known if str(row.id) == picked), None)


def _numbered(known: "list[queries.AddressRow]", number: int, siret: str) -> "queries.AddressRow":
    for row in known:
        if row.id == number:
            return row
    raise UnknownAddress(number, siret)


def _identity(row: "queries.ResellerRow") -> dict[str, str]:
    return {"name": row.name, "siret": row.siret, "email": row.email, "phone": row.phone}


def _place(row: "queries.AddressRow") -> dict[str, str]:
    return {key: getattr(row, key) for key in _QUESTIONS_WHERE}
