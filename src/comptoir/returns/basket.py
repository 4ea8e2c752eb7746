"""Writes of baskets, by the driver alone: a scan must not wait for more. Each checks all before it writes."""

from collections.abc import Iterator, Sequence
from sqlite3 import Connection
from typing import NamedTuple

from comptoir.core import paris
from comptoir.core.acting import By
from comptoir.core.errors import ComptoirError, raise_all
from comptoir.returns import queries, remaining
from comptoir.returns.queries import ItemRow
from comptoir.returns.reasons import Reason
from comptoir.returns.refusals import (
    AlreadyInBasket,
    BasketInUse,
    EmptyReturnBasket,
    NameTaken,
    NoReason,
    NoSuchBasket,
    NoSuchLine,
    OtherCustomer,
    OutOfWindow,
    OverRemaining,
    ReturnBasketChanged,
    UnknownReason,
)
from comptoir.returns.remaining import Held, Reasons
from comptoir.returns.rules import basket_name, check_quantity
from comptoir.returns.statuses import Place
from comptoir.store.read import Reader

_OWN = "operator = ? AND basket = ''"
_ITEM = f"{_OWN} AND note = ? AND line = ? AND reason = ?"


class Change(NamedTuple):
    """A quantity of a basket that became another; 0 is not in the basket."""

    place: Place
    reason: str
    before: int
    after: int


def add(
    connection: Connection, place: Place, quantity: int, reason: Reason | None, by: By, *, more: bool = False
) -> list[Change]:
    """Put a quantity of a delivery line into the operator's basket; `more` adds to what is there already.

    Raises BadQuantity, NoSuchLine, OtherCustomer, OutOfWindow, OverRemaining, and AlreadyInBasket unless `more`.
    """
    check_quantity(quantity)
    reader = Reader(connection)
    held = _line(reader, place)
    own = queries.customer(reader, by.operator)
    if own not in {"", held.customer}:
        raise OtherCustomer(place.note, held.customer, own)
    _check_window(held, reason, by)
    kept = queries.inside(reader, by.operator, place)
    key = reason.key if reason else ""
    if key in kept and not more:
        raise AlreadyInBasket(held.reference, place, _position(connection, place, key, by), kept[key])
    _check_remaining(held, sum(kept.values()) + quantity)
    before = kept.get(key, 0)
    return _done(connection, [Change(place, key, before, before + quantity)], by)


def change(connection: Connection, place: Place, reason: str, quantity: int, by: By) -> list[Change]:
    """Give a line of the basket another quantity, 0 taking it out; raise OverRemaining and ReturnBasketChanged."""
    reader = Reader(connection)
    kept = queries.inside(reader, by.operator, place)
    if reason not in kept:
        raise ReturnBasketChanged
    if quantity < 0:
        check_quantity(quantity)
    if quantity > kept[reason]:
        _check_remaining(_line(reader, place), sum(kept.values()) - kept[reason] + quantity)
    return _done(connection, [Change(place, reason, kept[reason], quantity)], by)


def give_reason(connection: Connection, place: Place, before: str, reason: Reason, by: By) -> list[Change]:
    """Give a line of the basket another reason; what stands there for that reason already is joined to it."""
    reader = Reader(connection)
    kept = queries.inside(reader, by.operator, place)
    if before not in kept:
        raise ReturnBasketChanged
    _check_window(_line(reader, place), reason, by)
    if before == reason.key:
        return []
    joined = kept.get(reason.key, 0)
    changes = [Change(place, before, kept[before], 0), Change(place, reason.key, joined, joined + kept[before])]
    return _done(connection, changes, by)


def undo(connection: Connection, changes: Sequence[Change], by: By) -> list[Change]:
    """Put back what changes found; raise ReturnBasketChanged where the basket is no longer what they left."""
    reader = Reader(connection)
    for done in changes:
        if queries.inside(reader, by.operator, done.place).get(done.reason, 0) != done.after:
            raise ReturnBasketChanged
    back = [Change(done.place, done.reason, done.after, done.before) for done in reversed(changes)]
    return _done(connection, back, by)


def clear(connection: Connection, by: By) -> int:
    """Empty the operator's basket; give how many lines went."""
    return connection.execute(f"DELETE FROM return_item WHERE {_OWN}", (by.operator,)).rowcount


def save(connection: Connection, name: str, by: By) -> str:
    """Put the operator's basket aside under a name; raise BadName, NameTaken and EmptyReturnBasket."""
    name = basket_name(name)
    if connection.execute("SELECT 1 FROM return_item WHERE basket = ?", (name,)).fetchone():
        raise NameTaken(name)
    sql = f"UPDATE return_item SET basket = ? WHERE {_OWN}"
    if not connection.execute(sql, (name, by.operator)).rowcount:
        raise EmptyReturnBasket
    return name


def reopen(connection: Connection, name: str, by: By) -> int:
    """Make a saved basket the operator's own, whoever saved it; give its lines.

    Raises NoSuchBasket, and BasketInUse where the operator has one under way.
    """
    reader = Reader(connection)
    if queries.customer(reader, by.operator):
        raise BasketInUse
    sql = "UPDATE return_item SET basket = '', operator = ? WHERE basket = ? AND basket <> ''"
    opened = connection.execute(sql, (by.operator, basket_name(name))).rowcount
    if not opened:
        raise NoSuchBasket(name, [row.name for row in queries.saved(reader)])
    return opened


def check(reader: Reader, items: Sequence[ItemRow], reasons: Reasons, by: By) -> None:
    """Raise EmptyReturnBasket, or everything that keeps a basket from being sent."""
    if not items:
        raise EmptyReturnBasket
    places = {Place(int(item.note), item.line) for item in items}
    lines = {place: held for place in sorted(places) if (held := remaining.held(reader, place))}
    own = items[0].customer
    problems: list[ComptoirError] = [
        OtherCustomer(int(item.note), item.customer, own) for item in items if item.customer != own
    ]
    for item in items:
        problems += _unfit(item, lines[Place(int(item.note), item.line)], reasons, by)
    for place, held in lines.items():
        asked = sum(item.quantity for item in items if (int(item.note), item.line) == place)
        if asked > held.remaining:
            problems.append(OverRemaining(held.reference, place, asked, held.remaining))
    raise_all(problems)


def _unfit(item: ItemRow, held: Held, reasons: Reasons, by: By) -> Iterator[ComptoirError]:
    """Say what is wrong with the reason of a line of the basket."""
    reason = reasons.get(item.reason)
    if not item.reason:
        yield NoReason(item.position, item.reference)
    elif reason is None:
        yield UnknownReason(item.reason, {key: each.label for key, each in reasons.items()})
    elif held.remaining:  # that nothing remains is said with its figures
        decided = held.standing(reason, paris.in_paris(by.moment).date())
        if not decided.open:
            yield OutOfWindow(held.reference, held.place, decided.why)


def _line(reader: Reader, place: Place) -> Held:
    held = remaining.held(reader, place)
    if held is None:
        raise NoSuchLine(place.note, str(place.line))
    return held


def _check_window(held: Held, reason: Reason | None, by: By) -> None:
    if reason is None:
        return
    decided = held.standing(reason, paris.in_paris(by.moment).date())
    if not decided.open and held.remaining:  # that nothing remains is said with its figures
        raise OutOfWindow(held.reference, held.place, decided.why)


def _check_remaining(held: Held, asked: int) -> None:
    if asked > held.remaining:
        raise OverRemaining(held.reference, held.place, asked, held.remaining)


def _position(connection: Connection, place: Place, reason: str, by: By) -> int:
    sql = f"SELECT count(*) FROM return_item WHERE {_OWN} AND id <= (SELECT id FROM return_item WHERE {_ITEM})"
    return int(connection.execute(sql, (by.operator, by.operator, *place, reason)).fetchone()[0])


def _done(connection: Connection, changes: list[Change], by: By) -> list[Change]:
    if _is_renamed(changes):  # the line keeps its place in the basket
        left, came = changes
        sql = f"UPDATE return_item SET reason = ? WHERE {_ITEM}"
        connection.execute(sql, (came.reason, by.operator, *left.place, left.reason))
        return changes
    for place, reason, before, after in changes:
        if not after:
            connection.execute(f"DELETE FROM return_item WHERE {_ITEM}", (by.operator, *place, reason))
        elif before:
            sql = f"UPDATE return_item SET quantity = ? WHERE {_ITEM}"
            connection.execute(sql, (after, by.operator, *place, reason))
        else:
            connection.execute(
                "INSERT INTO return_item (operator, basket, note, line, reason, quantity, added_at) "
                "VALUES (?, '', ?, ?, ?, ?, ?)",
                (by.operator, *place, reason, after, by.moment.isoformat()),
            )
    return changes


def _is_renamed(changes: Sequence[Change]) -> bool:
    """Tell whether changes give all of one line another reason that it does not stand under yet."""
    if len(changes) != 2:  # noqa: PLR2004 - what leaves one reason, and what comes under another
        return False
    left, came = changes
    return left.place == came.place and (left.after, came.before) == (0, 0) and left.before == came.after
