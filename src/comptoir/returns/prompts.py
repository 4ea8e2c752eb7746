"""What commands on returns ask, and show before they act."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from comptoir.core import money
from comptoir.core.errors import ComptoirError, MissingValue, noted, raise_all
from comptoir.core.i18n import _, ngettext
from comptoir.core.later import later
from comptoir.core.refs import gtin
from comptoir.core.text import fold
from comptoir.deliveries.rules import note_number, reference_key
from comptoir.desk import Desk
from comptoir.desk.output import Column
from comptoir.desk.settings import BadSetting
from comptoir.returns import columns, queries, reasons, remaining
from comptoir.returns.queries import CaseRow, ItemRow
from comptoir.returns.reasons import Reason
from comptoir.returns.refusals import (
    BadCount,
    NamedTwice,
    NoSuchLine,
    NothingLeft,
    SeveralLines,
    UnknownReason,
)
from comptoir.returns.remaining import Held, Reasons
from comptoir.returns.rules import check_quantity, estimate, total
from comptoir.returns.statuses import Place

if TYPE_CHECKING:
    from comptoir.outbox import prompts as outbox
    from comptoir.parties import fields
    from comptoir.returns import basket, documents, hours, services
    from comptoir.returns.services import Draft
else:
    outbox = later("comptoir.outbox.prompts")
    fields, basket = later("comptoir.parties.fields"), later("comptoir.returns.basket")
    documents, hours = later("comptoir.returns.documents"), later("comptoir.returns.hours")
    services = later("comptoir.returns.services")

EVERY = "*"
LETTER = "returns-sent"
TEMPLATES = Path(__file__).with_name("templates")


def known(desk: Desk) -> Reasons:
    """Give the reasons in use; raise BadReasons."""
    return reasons.load(desk.settings["returns_reasons"])


def check_open(desk: Desk) -> None:
    """Raise Closed where returns are not declared now, and BadSetting for hours or holidays that mean nothing."""
    region = desk.settings["returns_holidays"]
    try:
        week = hours.parse(desk.settings["returns_hours"])
    except ValueError as error:
        raise BadSetting(desk.settings.resolved["returns_hours"], str(error)) from error
    try:
        week.check_open(desk.clock.now(), lambda day: desk.holiday(day, region))
    except ValueError as error:
        raise BadSetting(desk.settings.resolved["returns_holidays"], str(error)) from error


def words(known: Reasons) -> dict[str, str]:
    """Give the label of each reason, by its key."""
    return {reason.key: reason.label for reason in known.values()}


def item_columns(desk: Desk) -> tuple[Column, ...]:
    """Give the columns of a basket."""
    return columns.item(words(known(desk)))


def picked(text: str | None, known: Reasons) -> Reason | None:
    """Give the reason that a key or a label names, in any spelling, None for none; raise UnknownReason."""
    if text is None:
        return None
    for reason in known.values():
        if fold(text) in {reason.key, fold(reason.label)}:
            return reason
    raise UnknownReason(text, words(known))


def added(
    desk: Desk, note: str, texts: Sequence[str], wanted: tuple[int | None, str | None], *, every: bool
) -> list[ItemRow]:
    """Put lines of a note into the basket, all or none; give the basket's lines that were added."""
    check_open(desk)
    (quantity, reason), choices, number = wanted, known(desk), note_number(note)
    if quantity is not None:
        check_quantity(quantity)
    with desk.reading() as reader:
        lines = remaining.of_note(reader, number)
        inside = {line.place: sum(queries.inside(reader, desk.operator, line.place).values()) for line in lines}
    left = {line.place: line.remaining - inside[line.place] for line in lines}
    chosen, every = _chosen(desk, lines, left, texts, every=every)
    quantities = {line.place: quantity or _quantity(desk, line, left[line.place], every=every) for line in chosen}
    why = _reason(desk, reason, choices, chosen)
    with desk.bulk() as connection:
        problems: list[ComptoirError] = []
        for place, count in quantities.items():
            with noted(problems):
                basket.add(connection, place, count, why, desk.by())
        raise_all(problems)
    key = why.key if why else ""
    return [item for item in held(desk) if item.reason == key and Place(int(item.note), item.line) in quantities]


def held(desk: Desk, name: str = "") -> list[ItemRow]:
    """Give the operator's basket, or a saved one."""
    with desk.reading() as reader:
        return queries.basket(reader, desk.operator, known(desk), name)


def summed(desk: Desk, items: Sequence[ItemRow]) -> str:
    """Say what a basket holds and would be credited, what it lacks, and how many others wait."""
    return "\n".join([total(items), *_waiting(desk)])


def changed(desk: Desk, position: int, quantity: int | None, reason: str | None) -> list[ItemRow]:
    """Give a line of the basket another quantity or reason; give the basket as it stands then."""
    check_open(desk)
    choices = known(desk)
    item = queries.item_at(held(desk), position)
    if quantity is None and reason is None:
        reason = _asked_reason(desk, choices, "--quantity, --reason")
    if quantity is not None:
        check_quantity(quantity)
    why = picked(reason, choices)
    place = Place(int(item.note), item.line)
    with desk.bulk() as connection:
        if quantity is not None:
            basket.change(connection, place, item.reason, quantity, desk.by())
        if why:
            basket.give_reason(connection, place, item.reason, why, desk.by())
    return held(desk)


def removed(desk: Desk, positions: Sequence[int], *, yes: bool) -> list[ItemRow]:
    """Take lines out of the basket after a yes; give those that were taken out, none where the person says no."""
    items = held(desk)
    if not positions and not desk.can_ask:
        raise MissingValue(_("NO."))
    if not positions and items:
        offered = [(str(item.position), _named(item), "") for item in items]
        positions = [int(desk.ask.choose(_("Remove which one?"), offered))]
    chosen = [queries.item_at(items, position) for position in dict.fromkeys(positions)]
    named = ", ".join(map(_named, chosen))
    if not chosen or not desk.agreed(_("Remove {named}?").format(named=named), yes=yes):
        return []
    with desk.bulk() as connection:
        for item in chosen:
            basket.change(connection, Place(int(item.note), item.line), item.reason, 0, desk.by())
    return chosen


def cleared(desk: Desk, *, yes: bool) -> int:
    """Empty the basket after a yes; give how many lines went."""
    items = held(desk)
    question = ngettext("Take {count} line out of the basket?", "Take {count} lines out of the basket?", len(items))
    if not items or not desk.agreed(question.format(count=len(items)), yes=yes):
        return 0
    with desk.bulk() as connection:
        return basket.clear(connection, desk.by())


def saved(desk: Desk, name: str) -> str:
    """Put the basket aside; give its name as it was kept."""
    with desk.bulk() as connection:
        return basket.save(connection, name, desk.by())


def reopened(desk: Desk, name: str | None) -> list[ItemRow]:
    """Take a saved basket up again; give its lines, those that no longer fit told."""
    check_open(desk)
    if name is None:
        name = _saved_name(desk)
    with desk.bulk() as connection:
        basket.reopen(connection, name, desk.by())
    items = held(desk)
    for item in items:
        if item.quantity > item.eligible:
            desk.out.warn(
                _("{reference}, note {note}: {asked} in the basket, {remaining} may still go back").format(
                    reference=item.reference, note=item.note, asked=item.quantity, remaining=item.eligible
                )
            )
    return items


def draft(desk: Desk, email: str | None) -> "Draft":
    """Gather what a request needs; raise Closed, EmptyReturnBasket, and everything that keeps it from being sent."""
    address = desk.settings["returns_email"] if email is None else email
    drafted = services.Draft(
        items=tuple(held(desk)),
        reasons=known(desk),
        shop=documents.Shop(desk.settings["shop_name"], desk.settings["shop_email"]),
        email=fields.email(address) if address else "",
        write=lambda values: desk.letter(LETTER, TEMPLATES, values),
    )
    check_ready(desk, drafted.items)
    return drafted


def check_ready(desk: Desk, items: Sequence[ItemRow]) -> None:
    """Raise Closed, EmptyReturnBasket, or everything that keeps a basket from being sent."""
    check_open(desk)
    with desk.reading() as reader:
        basket.check(reader, items, known(desk), desk.by())


def recap(drafted: "Draft") -> str:
    """Write what is about to be sent, note by note."""
    lines: list[str] = [_("Customer: {name}").format(name=drafted.items[0].customer)]
    for note in sorted({item.note for item in drafted.items}, key=int):
        lines.append(_("Delivery note {note}:").format(note=note))
        lines += [f"     {_named(item)}" for item in drafted.items if item.note == note]
    credit = money.spoken(estimate(drafted.items))
    lines.append(_("Estimated credit excl. tax: {amount}, subject to quality control").format(amount=credit))
    lines.append(
        _("The pre-agreement goes to {email}").format(email=drafted.email)
        if drafted.email
        else _("No e-mail will leave: give --email, or set `returns_email`")
    )
    return "\n".join(lines)


def sent(desk: Desk, drafted: "Draft") -> list[CaseRow]:
    """Send the basket that was shown; give its cases. The e-mail waits in the outbox."""
    with desk.writing() as session:
        numbers = services.send(session, drafted, desk.by())
    with desk.reading() as reader:
        return list(queries.cases(reader, {"request": numbers[0]}))[::-1]


def mailed(desk: Desk) -> None:
    """Try the e-mails that wait, after a sending; where one cannot leave, how it will is said."""
    outbox.send_at_once(desk)


def what_next(made: Sequence[CaseRow]) -> str:
    """Say what to prepare once a request is sent, and where it is followed."""
    total = sum((case.estimated for case in made), money.ZERO)
    return "\n".join(
        [
            _(
                "your request is registered; estimated credit excl. tax, subject to our quality control: {amount}"
            ).format(amount=money.spoken(total)),
            _("put the parts into their original packaging, with the pick list, and hand them to the driver"),
            _("papers: `comptoir returns documents {number}`; tracking: `comptoir returns list --open`").format(
                number=made[0].number
            ),
        ]
    )


def _chosen(
    desk: Desk, lines: Sequence[Held], left: Mapping[Place, int], texts: Sequence[str], *, every: bool
) -> tuple[list[Held], bool]:
    """Give the lines that are meant, and whether all that remains of them is."""
    free = [line for line in lines if left[line.place] > 0]
    if texts:
        chosen = [_named_line(lines, text) for text in texts]
        for place, text in enumerate(texts):
            if chosen[place] in chosen[:place]:
                raise NamedTwice(text)
        return chosen, every
    if not free:
        raise NothingLeft(lines[0].note)
    if every or len(lines) == 1:
        return free, every
    if not desk.can_ask:
        raise MissingValue("REFERENCE, --all")
    offered = [
        (str(line.line), f"{line.reference} {line.designation}", _offer(line, left[line.place])) for line in free
    ]
    answer = desk.ask.choose(_("Which part goes back?"), [*offered, (EVERY, _("all of them"), "")])
    return [line for line in free if answer in {EVERY, str(line.line)}], answer == EVERY


def _offer(line: Held, left: int) -> str:
    told = _("{left} may go back ({taken} returned already)")
    return told.format(left=left, taken=line.taken)


def _named_line(lines: Sequence[Held], text: str) -> Held:
    """Give the line that a reference, an EAN, or a line's number names; raise NoSuchLine or SeveralLines."""
    key, note = reference_key(text), lines[0].note
    found = [line for line in lines if key and reference_key(line.reference) == key]
    found = found or [line for line in lines if gtin(text) and gtin(text) == line.ean]
    found = found or [line for line in lines if text == str(line.line)]
    if not found:
        raise NoSuchLine(note, text)
    if len(found) > 1:
        raise SeveralLines(note, text, [line.line for line in found])
    return found[0]


def _quantity(desk: Desk, line: Held, left: int, *, every: bool) -> int:
    if every or left < 1:
        return max(left, 1)
    if left == 1 or not desk.can_ask:
        return 1
    question = _("How many of {reference} (1 to {left}, Enter for 1)").format(reference=line.reference, left=left)
    return int(desk.ask.text(question, lambda text: _check_count(text, left)) or 1)


def _check_count(text: str, left: int) -> None:
    if text and not (text.isascii() and text.isdigit() and 1 <= int(text) <= left):
        raise BadCount(1, left)


def _reason(desk: Desk, given: str | None, choices: Reasons, lines: Sequence[Held]) -> Reason | None:
    """Give the reason that was given, or one of those open for all the lines; None where there is none to ask."""
    day = desk.today()
    fit = {key: each for key, each in choices.items() if all(line.standing(each, day).open for line in lines)}
    if given is None and desk.can_ask and fit:
        given = _asked_reason(desk, fit, "--reason")
    return picked(given, choices)


def _asked_reason(desk: Desk, choices: Reasons, flag: str) -> str:
    if not desk.can_ask:
        raise MissingValue(flag)
    offered = [(reason.key, reason.label, _terms(reason)) for reason in choices.values()]
    return desk.ask.choose(_("Why does it go back?"), offered)


def _terms(reason: Reason) -> str:
    days = ngettext("within {count} day", "within {count} days", reason.days).format(count=reason.days)
    return ", ".join([days, _("unopened")]) if reason.unopened else days


def _saved_name(desk: Desk) -> str:
    with desk.reading() as reader:
        rows = queries.saved(reader)
    if not desk.can_ask or not rows:
        raise MissingValue(_("NAME"))
    offered = [(row.name, row.name, f"{row.customer}, {row.lines}") for row in rows]
    return desk.ask.choose(_("Open which one?"), offered)


def _named(item: ItemRow) -> str:
    credit = f", {money.spoken(item.credit)}" if item.credit is not None else ""
    reason = f" ({item.label})" if item.label else ""
    return f"{item.quantity} x {item.reference} {item.designation}{reason}{credit}"


def _waiting(desk: Desk) -> list[str]:
    with desk.reading() as reader:
        count = len(queries.saved(reader))
    told = ngettext(
        "{count} saved basket waits: `comptoir returns saved`",
        "{count} saved baskets wait: `comptoir returns saved`",
        count,
    )
    return [told.format(count=count)] if count else []
