"""Writes of baskets and buybacks: one function a use case."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlmodel import Session, col, func, select

from comptoir.buyback import queries
from comptoir.buyback.queries import BuybackDetail, Draft, ItemRow
from comptoir.buyback.rules import (
    BUYBACK_FLOW,
    DEVICE_FLOW,
    BasketChanged,
    BuybackStatus,
    By,
    DeviceStatus,
    EmptyBasket,
    Item,
    NotCancellable,
    NumbersUsedUp,
    UnknownBuyback,
    check_prices,
    check_room,
)
from comptoir.buyback.tables import BasketItem, Buyback, BuybackRequest
from comptoir.catalog.queries import DeviceRow, by_codes
from comptoir.core.later import later
from comptoir.core.refs import in_store_number, sequence_of
from comptoir.store.engine import driver
from comptoir.store.history import record
from comptoir.store.read import Reader

# What validating needs, and quoting does not.
if TYPE_CHECKING:
    from comptoir.buyback import documents
    from comptoir.desk import paper
    from comptoir.parties import services as parties
    from comptoir.store import documents as issued
else:
    documents, paper = later("comptoir.buyback.documents"), later("comptoir.desk.paper")
    parties, issued = later("comptoir.parties.services"), later("comptoir.store.documents")


def add(session: Session, item: Item, by: By) -> BasketItem:
    """Add a quoted device to the operator's basket; raise BasketFull for the eleventh."""
    check_room(len(queries.basket(Reader(driver(session)), by.operator)))
    kept = BasketItem(
        operator=by.operator,
        article_code=item.article_code,
        category=item.category,
        brand=item.brand,
        name=item.name,
        answers=item.told_answers(),
        grade=item.grade,
        price=item.price,
        transport=item.transport,
        payment=item.payment,
        added_at=by.moment,
    )
    session.add(kept)
    session.flush()
    return kept


def remove(session: Session, item: ItemRow) -> None:
    """Take a device out of a basket; raise BasketChanged where it is already gone."""
    kept = session.get(BasketItem, item.id)
    if kept is None:
        raise BasketChanged
    session.delete(kept)


def validate(session: Session, draft: Draft, by: By) -> list[BuybackDetail]:
    """Turn the basket that was shown into buybacks, one number each, and issue their papers.

    Raises EmptyBasket, BasketChanged where the basket is no longer the one shown, PriceChanged where the catalogue
    no longer gives the price that was quoted.
    """
    reader = Reader(driver(session))
    items = queries.basket(reader, by.operator)
    if not items:
        raise EmptyBasket
    if items != list(draft.items):
        raise BasketChanged
    devices = by_codes(reader, [item.article_code for item in items])
    check_prices(
        [(item.name, item.price) for item in items],
        [devices[i.article_code].price_at(i.grade) if i.article_code in devices else None for i in items],
    )
    request = _request(session, draft, by)
    numbers = [_buyback(session, request, item, devices[item.article_code], by) for item in items]
    for item in items:
        remove(session, item)
    session.flush()
    made = [queries.buyback(reader, number) for number in numbers]
    _issue(session, made, draft, by)
    return made


def cancel(session: Session, number: str, by: By) -> Buyback:
    """Cancel a buyback that has not left; raise NotCancellable."""
    kept = session.get(Buyback, number)
    if kept is None:
        raise UnknownBuyback(number, [])
    cancelled = BuybackStatus.CANCELLED, DeviceStatus.CANCELLED
    if not (BUYBACK_FLOW.allows(kept.status, cancelled[0]) and DEVICE_FLOW.allows(kept.device_status, cancelled[1])):
        raise NotCancellable(number, kept.status)
    kept.status, kept.device_status = cancelled
    session.add(kept)
    record(session, number, "cancel", moment=by.moment, operator=by.operator)
    return kept


def _request(session: Session, draft: Draft, by: By) -> int:
    reseller = parties.keep_reseller(session, draft.identity, by.moment)
    address = parties.keep_address(session, reseller.id or 0, draft.place)
    request = BuybackRequest(
        reseller_id=reseller.id or 0, address_id=address.id or 0, operator=by.operator, validated_at=by.moment
    )
    session.add(request)
    session.flush()
    return request.id or 0


def _buyback(session: Session, request: int, item: ItemRow, device: DeviceRow, by: By) -> str:
    number = _next_number(session, by.shop)
    session.add(
        Buyback(
            number=number,
            request_id=request,
            family=device.family,
            characteristics=device.characteristics,
            workshop=device.workshop,
            declared=item.price,
            status=BuybackStatus.WAITING_SHIPMENT,
            device_status=DeviceStatus.WAITING_SHIPMENT,
            created_at=by.moment,
            **{
                key: getattr(item, key)
                for key in ("article_code", "category", "brand", "name", "answers", "grade", "transport", "payment")
            },
        )
    )
    session.flush()
    record(session, number, "validate", moment=by.moment, operator=by.operator, declared=item.price)
    return number


def _next_number(session: Session, shop: int) -> str:
    start = in_store_number(shop, 0)[:5]
    last = session.exec(select(func.max(col(Buyback.number))).where(col(Buyback.number).startswith(start))).one()
    try:
        return in_store_number(shop, sequence_of(last) + 1 if last else 1)
    except ValueError as error:
        raise NumbersUsedUp(shop) from error


def _issue(session: Session, made: Sequence[BuybackDetail], draft: Draft, by: By) -> None:
    for reference, kind, written in documents.papers(made, draft, by.moment):
        issued.issue(session, reference, kind, paper.to_content(written), moment=by.moment)
