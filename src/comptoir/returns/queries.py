"""Reads of return baskets, of what may still go back, and of cases."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from comptoir.core import paris
from comptoir.core.i18n import _, mark
from comptoir.returns.reasons import Reason, parse_fee
from comptoir.returns.refusals import BothTabs, NotInReturnBasket, UnknownCase
from comptoir.returns.remaining import Held, Reasons, held
from comptoir.returns.rules import CASE_DIGITS, credit, suffix
from comptoir.returns.statuses import OPEN, STEPS, Place
from comptoir.store import numbers as numbering

if TYPE_CHECKING:
    from comptoir.store.read import Reader

SHOWN = 3  # articles of a case that a list names
# What a step of a case says, in words.
TOLD = {
    "line": mark("line"),
    "accepted": mark("accepted"),
    "refused": mark("refused"),
    "damaged": mark("damaged"),
    "missing": mark("missing"),
    "why": mark("why"),
    "estimated": mark("estimated"),
    "credited": mark("credited"),
    "credit_note": mark("credit note"),
}


class ItemRow(NamedTuple):
    """A line of a basket; its position counts from 1, its credit is not known without a reason."""

    position: int
    note: str
    delivered_on: date
    line: int
    reference: str
    designation: str
    eligible: int
    quantity: int
    reason: str
    label: str
    credit: Decimal | None
    at_once: bool
    unopened: bool
    customer: str
    id: int


class SavedRow(NamedTuple):
    """A saved basket."""

    name: str
    saved_by: str
    since: datetime
    customer: str
    lines: int
    parts: int


class CaseRow(NamedTuple):
    """A case in a list."""

    number: str
    sent_at: datetime
    note: str
    customer: str
    status: str
    step: int
    parts: int
    articles: str
    estimated: Decimal
    credited: Decimal | None
    credit_note: str


class CaseDetail(NamedTuple):
    """A case whole."""

    number: str
    request: str
    note: str
    delivered_on: date
    customer: str
    status: str
    step: int
    sent_at: datetime
    moved_at: datetime
    closed_at: datetime | None
    operator: str
    email: str
    parts: int
    estimated: Decimal
    credited: Decimal | None
    credit_note: str


class LineRow(NamedTuple):
    """A line of a case; what the check found is None until then."""

    position: int
    line: int
    reference: str
    designation: str
    reason: str
    label: str
    quantity: int
    unit_credit: Decimal
    fee: str
    at_once: bool
    unopened: bool
    estimated: Decimal
    accepted: int | None
    refused: int | None
    damaged: int | None
    missing: int | None
    why: str

    @property
    def credited(self) -> Decimal | None:
        """Give what the accepted parts are credited, excluding tax."""
        if self.accepted is None:
            return None
        return credit(self.unit_credit, parse_fee(self.fee), self.accepted)


class HistoryRow(NamedTuple):
    """Something that was done to a case."""

    moment: datetime
    operator: str
    verb: str
    data: dict[str, str]

    @property
    def told(self) -> str:
        """Give what was said of it, in words."""
        told = [(TOLD.get(key, key), value) for key, value in self.data.items() if value not in {"", "0"}]
        return ", ".join(f"{_(word)} {value}" for word, value in told)


class PaperRow(NamedTuple):
    """A document as issued."""

    kind: str
    content: dict[str, Any]


class Counts(NamedTuple):
    """How many cases are under way, and how many are closed."""

    open: int
    closed: int


_OPEN = ", ".join(f"'{status}'" for status in OPEN)
_STEP = "CASE c.status " + " ".join(f"WHEN '{status}' THEN {step}" for status, step in STEPS.items()) + " END"
# The first articles of a case, and how many others it has.
_ARTICLES = (
    "(SELECT group_concat(article, ' · ') FROM (SELECT reference || ' ' || designation AS article "
    f"FROM return_line AS r WHERE r.number = c.number ORDER BY r.position LIMIT {SHOWN})) || "
    f"(SELECT CASE WHEN count(*) > {SHOWN} THEN ' · + ' || (count(*) - {SHOWN}) ELSE '' END "
    "FROM return_line AS r WHERE r.number = c.number)"
)
_CASES = (
    f"SELECT c.number, c.sent_at, cast(c.note AS text), c.customer, c.status, {_STEP}, "
    "(SELECT sum(quantity) FROM return_line AS r WHERE r.number = c.number), "
    f"{_ARTICLES}, "
    "c.estimated, c.credited, c.credit_note FROM return_case AS c "
)
_CASE = (
    f"SELECT c.number, c.request, cast(c.note AS text), n.delivered_on, c.customer, c.status, {_STEP}, c.sent_at, "
    "c.moved_at, c.closed_at, c.operator, c.email, "
    "(SELECT sum(quantity) FROM return_line AS r WHERE r.number = c.number), c.estimated, c.credited, c.credit_note "
    "FROM return_case AS c JOIN delivery_note AS n ON n.number = c.note "
)
_LINES = (
    "SELECT position, line, reference, designation, reason, label, quantity, unit_credit, fee, at_once, unopened, "
    "estimated, accepted, refused, damaged, missing, why FROM return_line WHERE number = :number ORDER BY position"
)
# Each filter with its condition; an empty value does not filter.
CONDITIONS = {
    "open": f"c.status IN ({_OPEN})",
    "closed": f"c.status NOT IN ({_OPEN})",
    "status": "c.status = :status",
    "customer": "instr(fold(c.customer), fold(:customer))",
    "since": "c.sent_at >= :since",
    "request": "c.request = :request",
    "number": "c.number = :number",
}


class _Item(NamedTuple):
    id: int
    reason: str
    quantity: int
    note: int
    line: int


def basket(reader: "Reader", operator: str, reasons: Reasons, name: str = "") -> list[ItemRow]:
    """List a basket in the order its lines came: the operator's own, or a saved one by its name."""
    where = "basket = :name" if name else "operator = :operator AND basket = ''"
    sql = f"SELECT id, reason, quantity, note, line FROM return_item WHERE {where} ORDER BY id"
    kept = list(reader.rows(sql, _Item, operator=operator, name=name))
    lines = {(item.note, item.line): held(reader, Place(item.note, item.line)) for item in kept}
    return [
        item(line, kept_item.reason, kept_item.quantity, reasons.get(kept_item.reason))._replace(
            position=position, id=kept_item.id
        )
        for position, kept_item in enumerate(kept, 1)
        if (line := lines[kept_item.note, kept_item.line])
    ]


def item(line: Held, key: str, quantity: int, reason: Reason | None) -> ItemRow:
    """Give a quantity of a delivery line as a basket shows it, its credit unknown without a reason."""
    return ItemRow(
        0,
        str(line.note),
        line.delivered_on,
        line.line,
        line.reference,
        line.designation,
        line.remaining,
        quantity,
        key,
        reason.label if reason else key,
        credit(line.unit_credit(reason), reason.fee, quantity) if reason else None,
        bool(reason and reason.at_once),
        bool(reason and reason.unopened),
        line.customer,
        0,
    )


def item_at(items: list[ItemRow], position: int) -> ItemRow:
    """Give the line at a position of the basket; raise NotInReturnBasket."""
    if not 1 <= position <= len(items):
        raise NotInReturnBasket(position, len(items))
    return items[position - 1]


def customer(reader: "Reader", operator: str) -> str:
    """Give the customer of an operator's basket, empty where it holds nothing yet."""
    sql = (
        "SELECT n.customer FROM return_item AS i JOIN delivery_note AS n ON n.number = i.note "
        "WHERE i.operator = :operator AND i.basket = '' LIMIT 1"
    )
    found = reader.values(sql, operator=operator)
    return str(found[0]) if found else ""


def inside(reader: "Reader", operator: str, place: Place) -> dict[str, int]:
    """Give the quantities of a delivery line in an operator's basket, by the key of their reason."""
    sql = (
        "SELECT id, reason, quantity, note, line FROM return_item "
        "WHERE operator = :operator AND basket = '' AND note = :note AND line = :line"
    )
    found = reader.rows(sql, _Item, operator=operator, note=place.note, line=place.line)
    return {item.reason: item.quantity for item in found}


def saved(reader: "Reader") -> list[SavedRow]:
    """List the saved baskets, the oldest first."""
    sql = (
        "SELECT i.basket, min(i.operator), min(i.added_at), min(n.customer), count(*), sum(i.quantity) "
        "FROM return_item AS i JOIN delivery_note AS n ON n.number = i.note "
        "WHERE i.basket <> '' GROUP BY i.basket ORDER BY min(i.id)"
    )
    return list(reader.rows(sql, SavedRow))


def saved_names(reader: "Reader", start: str, limit: int) -> list[str]:
    """List the names of saved baskets that begin so, for completion."""
    sql = "SELECT DISTINCT basket FROM return_item WHERE basket <> '' AND instr(basket, :start) = 1 LIMIT :limit"
    found = "SELECT DISTINCT basket FROM return_item WHERE basket <> '' LIMIT :limit"
    return reader.values(sql, start=start, limit=limit) if start else reader.values(found, limit=limit)


def conditions(asked: Mapping[str, str | bool | None], now: datetime) -> dict[str, str]:
    """Give the filters that were given; a day of Paris becomes its first moment in UTC. Raise BadDay."""
    kept = {key: str(value) for key, value in asked.items() if value}
    if {"open", "closed"} <= kept.keys():
        raise BothTabs
    if "since" in kept:
        kept["since"] = since(kept["since"], now)
    return kept


def since(text: str, now: datetime) -> str:
    """Give the moment, in UTC, at which the day that `--since` names begins; raise BadDay."""
    return paris.bound("since", text, now).isoformat()


def cases(reader: "Reader", filters: Mapping[str, str]) -> Iterator[CaseRow]:
    """Stream the cases that every filter given keeps, the latest first."""
    where = " AND ".join(CONDITIONS[key] for key in filters)
    return reader.rows(f"{_CASES}{f'WHERE {where} ' if where else ''}ORDER BY c.number DESC", CaseRow, **filters)


def counts(reader: "Reader", filters: Mapping[str, str]) -> Counts:
    """Count the cases under way and the closed ones, of the customer and since the day that filters name."""
    kept = {key: value for key, value in filters.items() if key in {"customer", "since"}}
    where = "".join(f" AND {CONDITIONS[key]}" for key in kept)
    sql = f"SELECT coalesce(sum(c.status IN ({_OPEN})), 0), coalesce(sum(c.status NOT IN ({_OPEN})), 0) "
    sql += f"FROM return_case AS c WHERE 1{where}"
    return reader.one(sql, Counts, **kept) or Counts(0, 0)


def resolved(reader: "Reader", text: str) -> str:
    """Give the one case number that a text names, whole or by its end; raise UnknownCase and its kin."""
    end = suffix(text)
    found = numbering.ending(reader, "return_case", end, CASE_DIGITS)
    if len(found) != 1:
        raise UnknownCase(text, found)
    return str(found[0])


def case(reader: "Reader", number: str) -> CaseDetail:
    """Give a case by its whole number; raise UnknownCase."""
    found = reader.one(f"{_CASE}WHERE c.number = :number", CaseDetail, number=number)
    if found is None:
        raise UnknownCase(number)
    return found


def lines(reader: "Reader", number: str) -> list[LineRow]:
    """List the lines of a case, in their order."""
    return list(reader.rows(_LINES, LineRow, number=number))


def history(reader: "Reader", number: str) -> list[HistoryRow]:
    """List what was done to a case, the latest first."""
    sql = "SELECT moment, operator, verb, data FROM history WHERE reference = :number ORDER BY id DESC"
    return list(reader.rows(sql, HistoryRow, number=number))


def papers(reader: "Reader", number: str, kind: str | None) -> list[tuple[str, str, dict[str, Any]]]:
    """List the papers issued for a case and its request, or one kind of them: kind, file name, content."""
    sql = (
        "SELECT kind, content FROM document WHERE reference IN "
        "(:number, (SELECT 'return-' || request FROM return_case WHERE number = :number)) "
        "AND kind = coalesce(:kind, kind) ORDER BY id"
    )
    request = reader.values("SELECT request FROM return_case WHERE number = :number", number=number)[0]
    names = {"pre_agreement": f"pre-accord-{number}.pdf", "pick_list": f"ramassage-{request}.pdf"}
    return [(row.kind, names[row.kind], row.content) for row in reader.rows(sql, PaperRow, number=number, kind=kind)]


def numbers(reader: "Reader", start: str, limit: int) -> list[str]:
    """List the latest case numbers that begin so, or else the one that ends so, for completion."""
    return numbering.offered(reader, "return_case", start, limit)
