"""Reads of baskets, buybacks and their papers."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from comptoir.buyback.rules import NotInBasket, UnknownBuyback, suffix
from comptoir.catalog.rules import described
from comptoir.core.later import later
from comptoir.core.money import ZERO
from comptoir.core.refs import NUMBER_LENGTH
from comptoir.store import numbers as numbering

if TYPE_CHECKING:
    from comptoir.catalog.diagnosis import Categories
    from comptoir.store.read import Reader

paris = later("comptoir.core.paris")


FILE_NAMES = {
    "label": "etiquette-{number}.pdf",
    "deed": "bon-de-cession-{number}.pdf",
    "list": "liste-expedition-{number}.pdf",
    "instructions": "consignes-{number}.pdf",
}
SORTS = {
    "date": "buyback.created_at DESC, buyback.number DESC",
    "number": "buyback.number",
    "price": "buyback.declared DESC, buyback.number",
    "product": "fold(buyback.brand), fold(buyback.name), buyback.number",
    "status": "buyback.status, buyback.number",
}


class ItemRow(NamedTuple):
    """A device of the basket; its position counts from 1."""

    position: int
    article_code: str
    category: str
    brand: str
    name: str
    grade: str
    price: Decimal
    transport: str
    payment: str
    answers: list[dict[str, str]]
    id: int


class BuybackRow(NamedTuple):
    """A buyback in a list."""

    number: str
    created_at: datetime
    brand: str
    name: str
    category: str
    reseller: str
    declared: Decimal
    grade: str
    transport: str
    workshop: str
    status: str


class BuybackDetail(NamedTuple):
    """A buyback whole."""

    number: str
    created_at: datetime
    status: str
    device_status: str
    article_code: str
    category: str
    family: str
    brand: str
    name: str
    characteristics: dict[str, str]
    grade: str
    declared: Decimal
    controlled: Decimal | None
    validated: Decimal | None
    paid: Decimal | None
    transport: str
    payment: str
    workshop: str
    reseller: str
    siret: str
    email: str
    phone: str
    address: str
    operator: str
    answers: list[dict[str, str]]
    request_id: int

    @property
    def parcel(self) -> str:
        """Give the reference of the papers that go with a parcel: one for each request and workshop."""
        return f"request-{self.request_id}/{self.workshop}"

    @property
    def description(self) -> str:
        """Give the model in full."""
        return described(self.characteristics)


class HistoryRow(NamedTuple):
    """Something that was done."""

    moment: datetime
    operator: str
    verb: str


class PaperRow(NamedTuple):
    """A document as issued, and the name of its file."""

    kind: str
    content: dict[str, Any]


class Shop(NamedTuple):
    """Who issues the papers."""

    name: str
    email: str


class Draft(NamedTuple):
    """A basket ready to be validated, as it is shown: nothing of it may change behind the person's back."""

    items: tuple[ItemRow, ...]
    identity: Mapping[str, str]
    place: Mapping[str, str]
    categories: "Categories"
    shop: Shop

    @property
    def total(self) -> Decimal:
        """Give the sum of the estimates."""
        return sum((item.price for item in self.items), ZERO)


_JOINED = (
    "FROM buyback JOIN buyback_request ON buyback_request.id = buyback.request_id "
    "JOIN reseller ON reseller.id = buyback_request.reseller_id "
    "JOIN address ON address.id = buyback_request.address_id "
)
_LISTED = (
    "SELECT buyback.number, buyback.created_at, buyback.brand, buyback.name, buyback.category, reseller.name, "
    f"buyback.declared, buyback.grade, buyback.transport, buyback.workshop, buyback.status {_JOINED}"
)
_WHOLE = (
    "SELECT buyback.number, buyback.created_at, buyback.status, buyback.device_status, buyback.article_code, "
    "buyback.category, buyback.family, buyback.brand, buyback.name, buyback.characteristics, buyback.grade, "
    "buyback.declared, buyback.controlled, buyback.validated, buyback.paid, buyback.transport, buyback.payment, "
    "buyback.workshop, reseller.name, reseller.siret, reseller.email, reseller.phone, "
    "trim(address.line || ' ' || address.complement) || ', ' || address.postcode || ' ' || address.town || ', ' "
    f"|| address.country, buyback_request.operator, buyback.answers, buyback.request_id {_JOINED}"
)
# Each filter with its condition; an empty value does not filter.
CONDITIONS = {
    "status": "buyback.status = :status",
    "category": "fold(buyback.category) = fold(:category)",
    "product": "instr(fold(buyback.brand || ' ' || buyback.name || ' ' || buyback.article_code), fold(:product))",
    "reseller": "(reseller.siret = :reseller OR instr(fold(reseller.name), fold(:reseller)))",
    "number": "instr(buyback.number, :number)",
    "route": "instr(fold(buyback.transport), fold(:route))",
    "since": "buyback.created_at >= :since",
    "until": "buyback.created_at < :until",
}


def basket(reader: "Reader", operator: str) -> list[ItemRow]:
    """List the devices of an operator's basket, in the order they were added."""
    sql = (
        "SELECT row_number() OVER (ORDER BY id), article_code, category, brand, name, grade, price, transport, "
        "payment, answers, id FROM basket_item WHERE operator = :operator ORDER BY id"
    )
    return list(reader.rows(sql, ItemRow, operator=operator))


def item_at(items: list[ItemRow], position: int) -> ItemRow:
    """Give the device at a position of the basket; raise NotInBasket."""
    if not 1 <= position <= len(items):
        raise NotInBasket(position, len(items))
    return items[position - 1]


def conditions(asked: Mapping[str, str | None], now: datetime) -> dict[str, str]:
    """Give the filters that were given; days of Paris become moments in UTC, the last day is included."""
    kept = {key: value for key, value in asked.items() if value}
    return kept | {key: paris.bound(key, kept[key], now).isoformat() for key in ("since", "until") if key in kept}


def buybacks(reader: "Reader", filters: Mapping[str, str], sort: str, *, backwards: bool) -> Iterator[BuybackRow]:
    """Stream the buybacks that every filter given keeps."""
    where = " AND ".join(CONDITIONS[key] for key in filters)
    order = SORTS[sort]
    if backwards:
        order = ", ".join(
            part.removesuffix(" DESC") + ("" if part.endswith(" DESC") else " DESC") for part in order.split(", ")
        )
    return reader.rows(f"{_LISTED}{f'WHERE {where} ' if where else ''}ORDER BY {order}", BuybackRow, **filters)


def resolved(reader: "Reader", text: str) -> str:
    """Give the one number that a text names, whole or by its end; raise UnknownBuyback and its kin."""
    end = suffix(text)
    found = numbering.ending(reader, "buyback", end, NUMBER_LENGTH)
    if len(found) != 1:
        raise UnknownBuyback(text, found)
    return str(found[0])


def buyback(reader: "Reader", number: str) -> BuybackDetail:
    """Give a buyback by its whole number; raise UnknownBuyback."""
    found = reader.one(f"{_WHOLE}WHERE buyback.number = :number", BuybackDetail, number=number)
    if found is None:
        raise UnknownBuyback(number, [])
    return found


def history(reader: "Reader", number: str) -> list[HistoryRow]:
    """List what was done to a buyback, the latest first."""
    sql = "SELECT moment, operator, verb FROM history WHERE reference = :number ORDER BY id DESC"
    return list(reader.rows(sql, HistoryRow, number=number))


def papers(reader: "Reader", number: str, kind: str | None) -> list[tuple[str, str, dict[str, Any]]]:
    """List the papers issued for a buyback and its request, or one kind of them: kind, file name, content."""
    sql = (
        "SELECT kind, content FROM document WHERE reference IN "
        "(:number, (SELECT 'request-' || request_id || '/' || workshop FROM buyback WHERE number = :number)) "
        "AND kind = coalesce(:kind, kind) ORDER BY id"
    )
    found = reader.rows(sql, PaperRow, number=number, kind=kind)
    return [(row.kind, FILE_NAMES[row.kind].format(number=number), row.content) for row in found]


def numbers(reader: "Reader", start: str, limit: int) -> list[str]:
    """List the latest numbers that begin so, or else the one that ends so, for completion."""
    return numbering.offered(reader, "buyback", start, limit)
