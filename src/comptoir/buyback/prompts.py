"""What commands on buybacks ask, and show before they act."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from comptoir.buyback import queries, rules
from comptoir.buyback.queries import Draft, Shop
from comptoir.catalog import categories
from comptoir.catalog import prompts as catalog_prompts
from comptoir.catalog.diagnosis import find_category, grade_of
from comptoir.catalog.queries import DeviceRow
from comptoir.core import money
from comptoir.core.errors import MissingValue
from comptoir.core.i18n import _
from comptoir.core.later import later
from comptoir.desk import Desk
from comptoir.parties.prompts import Identity, Pickup, form
from comptoir.parties.rules import enveloped

if TYPE_CHECKING:
    from comptoir.buyback import services
else:
    services = later("comptoir.buyback.services")  # nothing is written before everything is asked


def quoted(
    desk: Desk, code: str | None, answers: Sequence[str], offers: tuple[str | None, str | None], *, yes: bool
) -> rules.Item | None:
    """Quote a device: model check, diagnosis, price, options; None where the person says it is another model."""
    given = rules.pairs(answers)
    device = catalog_prompts.device(desk, code)
    category = find_category(device.category, categories.load(desk.settings["categories"]))
    transport = rules.picked(offers[0], category.transports)
    payment = rules.picked(offers[1], category.payments)
    if desk.can_ask and not _same_model(desk, device, yes=yes):
        return None
    made = catalog_prompts.diagnosis(desk, category, given)
    grade = grade_of(made).value
    return rules.Item(
        article_code=device.article_code,
        category=device.category,
        brand=device.brand,
        name=device.name,
        answers=tuple(rules.Answer(asked.key, asked.text, choice.key, choice.label) for asked, choice in made),
        grade=grade,
        price=device.price_at(grade),
        transport=transport.label,
        payment=payment.printed,
    )


def _same_model(desk: Desk, device: DeviceRow, *, yes: bool) -> bool:
    desk.out.say(f"{device.article_code}  {device.brand} {device.name}")
    desk.out.say(f"{device.category} · {device.description}")
    return yes or desk.ask.confirm(_("Is it this model?"))


def added(desk: Desk, item: rules.Item) -> list[queries.ItemRow]:
    """Add a quoted device to the basket; give the basket as it stands, and tell the total."""
    with desk.writing() as session:
        services.add(session, item, by(desk))
    return held(desk)


def held(desk: Desk) -> list[queries.ItemRow]:
    """Give the operator's basket."""
    with desk.reading() as reader:
        return queries.basket(reader, desk.operator)


def removed(desk: Desk, positions: Sequence[int], *, yes: bool) -> list[queries.ItemRow]:
    """Take devices out of the basket after a yes; give what was taken out, nothing where the person says no."""
    items = held(desk)
    if not positions and not desk.can_ask:
        raise MissingValue(_("NO."))
    if not positions and items:
        offered = [(str(i.position), f"{i.brand} {i.name}, {money.spoken(i.price)}", "") for i in items]
        positions = [int(desk.ask.choose(_("Remove which one?"), offered))]
    chosen = [queries.item_at(items, position) for position in dict.fromkeys(positions)]
    named = ", ".join(f"{item.brand} {item.name}" for item in chosen)
    if not chosen or not desk.agreed(_("Remove {named}?").format(named=named), yes=yes):
        return []
    with desk.writing() as session:
        for item in chosen:
            services.remove(session, item)
    return chosen


def draft(desk: Desk, identity: Identity, pickup: Pickup) -> Draft:
    """Gather what a validation needs; raise EmptyBasket, and every problem of the forms at once."""
    items = held(desk)
    if not items:
        raise rules.EmptyBasket
    seller, place = form(desk, identity, pickup)
    return Draft(
        items=tuple(items),
        identity=seller,
        place=place,
        categories=categories.load(desk.settings["categories"]),
        shop=Shop(desk.settings["shop_name"], desk.settings["shop_email"]),
    )


def recap(drafted: Draft) -> str:
    """Write what is about to be validated, whole."""
    lines = [
        _("Reseller: {name}, SIRET {siret}").format(**drafted.identity),
        _("Contact: {email}, {phone}").format(**drafted.identity),
        _("Picked up at: {place}").format(place=", ".join(enveloped(drafted.place))),
        "",
    ]
    for item in drafted.items:
        lines.append(f"{item.position}. {item.brand} {item.name} ({item.article_code})")
        lines += [f"     {answer['text']} {answer['label']}" for answer in item.answers]
        lines.append(f"     {money.spoken(item.price)} · {item.transport} · {item.payment}")
    return "\n".join([*lines, "", rules.total(drafted.items)])


def by(desk: Desk) -> rules.By:
    """Give who acts, when, and at which counter."""
    return rules.By(desk.operator, desk.clock.now(), desk.settings.shop_number)


def validated(desk: Desk, drafted: Draft) -> list[queries.BuybackDetail]:
    """Validate the basket that was shown."""
    with desk.writing() as session:
        return services.validate(session, drafted, by(desk))


def cancelled(desk: Desk, text: str, *, yes: bool) -> tuple[str, bool]:
    """Cancel the buyback a text names, after a yes; give its number and whether it was done."""
    with desk.reading() as reader:
        found = queries.buyback(reader, queries.resolved(reader, text))
    named = f"{found.number} ({found.brand} {found.name}, {money.spoken(found.declared)})"
    if not desk.agreed(_("Cancel buyback {named}?").format(named=named), yes=yes):
        return found.number, False
    with desk.writing() as session:
        services.cancel(session, found.number, by(desk))
    return found.number, True
