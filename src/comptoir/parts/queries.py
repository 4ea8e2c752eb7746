"""Reads of parts: what was bought, what is left of it, and where it went, both ways."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from comptoir.core.refs import typed
from comptoir.core.text import fold, tidy
from comptoir.parts.rules import CASE_DIGITS, NothingTraced, Origin, Purchase, case_end

if TYPE_CHECKING:
    from comptoir.store.read import Reader


class StockRow(NamedTuple):
    """A reference of one origin: how many were bought, used, and are left."""

    reference: str
    designation: str
    origin: str
    bought: int
    used: int
    left: int


class PurchaseRow(NamedTuple):
    """A purchase, and how many of its parts were used; the cost of one excludes VAT."""

    id: int
    bought_on: date
    reference: str
    designation: str
    origin: str
    supplier: str
    invoice: str
    quantity: int
    used: int
    unit_cost: Decimal
    donor: str
    note: str
    operator: str
    created_at: datetime

    @property
    def purchase(self) -> Purchase:
        """Give what was bought, as it was told."""
        told = {name: getattr(self, name) for name in Purchase._fields}
        return Purchase(**{**told, "origin": Origin(self.origin)})


class LotRow(NamedTuple):
    """What is left of a purchase, or what a case holds of it."""

    id: int
    reference: str
    designation: str
    origin: str
    quantity: int
    unit_cost: Decimal


class UsedRow(NamedTuple):
    """What a case holds of a purchase, put-backs deducted; the cost of one part excludes VAT."""

    reference: str
    designation: str
    origin: str
    supplier: str
    invoice: str
    bought_on: date
    quantity: int
    unit_cost: Decimal
    donor: str
    purchase: int


class TraceRow(NamedTuple):
    """A purchase and one of its uses, negative where it was put back; a purchase never used has none."""

    supplier: str
    invoice: str
    bought_on: date
    reference: str
    designation: str
    origin: str
    bought: int
    donor: str
    case_number: str | None
    used: int | None
    moment: datetime | None
    operator: str | None
    purchase: int


class _Held(NamedTuple):
    origin: str
    left: int


_USED = "(SELECT coalesce(sum(u.quantity), 0) FROM part_use AS u WHERE u.purchase_id = p.id)"
_LOT = "p.id, p.reference, p.designation, p.origin"
_FIFO = "ORDER BY p.bought_on, p.id"
_PURCHASE = (
    f"SELECT p.id, p.bought_on, p.reference, p.designation, p.origin, p.supplier, p.invoice, p.quantity, {_USED}, "
    "p.unit_cost, p.donor, p.note, p.operator, p.created_at FROM part_purchase AS p "
)
# A part is named as it was the last time.
_STOCK = (
    "SELECT reference, designation, origin, sum(quantity), sum(used), sum(quantity - used) FROM ("
    "SELECT last_value(p.reference) OVER same AS reference, last_value(p.designation) OVER same AS designation, "
    f"p.origin, p.reference_key, p.quantity, {_USED} AS used FROM part_purchase AS p {{where}}"
    "WINDOW same AS (PARTITION BY p.reference_key, p.origin ORDER BY p.bought_on, p.id "
    "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)) "
    "GROUP BY reference_key, origin ORDER BY reference_key, origin"
)
_TRACE = (
    "SELECT p.supplier, p.invoice, p.bought_on, p.reference, p.designation, p.origin, p.quantity, p.donor, "
    "u.case_number, u.quantity, u.moment, u.operator, p.id "
    "FROM part_purchase AS p LEFT JOIN part_use AS u ON u.purchase_id = p.id "
)


def _plain(column: str) -> str:
    """Write the SQL that gives a number in any spelling, as `_spelled` gives it."""
    sql = f"fold({column})"
    for sign in (" ", ".", "-", "_", "/"):
        sql = f"replace({sql}, '{sign}', '')"
    return sql


_CALLED = "instr(fold(p.designation), :name) OR :key <> '' AND instr(p.reference_key, :key)"
# What a text may name, each way with the SQL of the purchases and of the uses that answer to it.
_EXACT = (
    "p.reference_key = :key",
    f"{_plain('p.invoice')} = :spelled",
    f"{_plain('p.donor')} = :spelled",
    "fold(p.supplier) = :name",
)
_HELD_IN = (
    f"({_CALLED} OR instr(fold(p.supplier), :name) "
    f"OR :key <> '' AND (instr({_plain('p.invoice')}, :spelled) OR instr({_plain('p.donor')}, :spelled)))"
)


def stock(reader: "Reader", text: str, origin: Origin | None = None) -> Iterator[StockRow]:
    """Stream what is left, by reference and origin; a text is a part of a reference, or of a designation."""
    where = [f"({_CALLED})"] if text else []
    where += ["p.origin = :origin"] if origin else []
    sql = _STOCK.format(where=f"WHERE {' AND '.join(where)} " if where else "")
    return reader.rows(sql, StockRow, origin=origin, **_named(text))


def purchases(reader: "Reader", text: str, days: Mapping[str, str]) -> Iterator[PurchaseRow]:
    """Stream the purchases, the newest first, `since` and `until` ISO days included.

    A text is a part of their reference, designation, supplier, invoice or donor.
    """
    where = [_HELD_IN] if text else []
    where += [f"p.bought_on {sign} :{key}" for key, sign in (("since", ">="), ("until", "<=")) if key in days]
    kept = f"WHERE {' AND '.join(where)} " if where else ""
    return reader.rows(f"{_PURCHASE}{kept}ORDER BY p.bought_on DESC, p.id DESC", PurchaseRow, **_named(text), **days)


def purchase(reader: "Reader", number: int) -> PurchaseRow:
    """Give a purchase by its number; raise StopIteration where there is none."""
    return next(reader.rows(f"{_PURCHASE}WHERE p.id = :id", PurchaseRow, id=number))


def same(reader: "Reader", told: Purchase) -> list[PurchaseRow]:
    """List the purchases of the same reference, origin, supplier, invoice and donor, in any spelling."""
    sql = f"{_PURCHASE}WHERE p.reference_key = :key AND p.origin = :origin {_FIFO}"
    found = reader.rows(sql, PurchaseRow, key=told.key, origin=told.origin)
    return [row for row in found if row.purchase.provenance == told.provenance]


def designation(reader: "Reader", reference: str) -> str:
    """Give how a reference was named the last time, empty where it was never bought."""
    sql = "SELECT designation FROM part_purchase WHERE reference_key = :key ORDER BY bought_on DESC, id DESC LIMIT 1"
    return next(iter(reader.values(sql, key=typed(tidy(reference)))), "")


def left_by_origin(reader: "Reader", reference_key: str) -> dict[Origin, int]:
    """Count the parts left of a reference (`refs.typed`), by origin."""
    sql = f"SELECT p.origin, sum(p.quantity - {_USED}) FROM part_purchase AS p WHERE p.reference_key = :key GROUP BY 1"
    found = {row.origin: row.left for row in reader.rows(sql, _Held, key=reference_key)}
    return {origin: found.get(origin, 0) for origin in Origin}


def lots(reader: "Reader", reference_key: str, origin: Origin | None = None) -> list[LotRow]:
    """List the purchases of which parts are left, the oldest first."""
    where = "AND p.origin = :origin " if origin else ""
    sql = (
        f"SELECT {_LOT}, p.quantity - {_USED} AS left, p.unit_cost FROM part_purchase AS p "
        f"WHERE p.reference_key = :key AND p.quantity > {_USED} {where}{_FIFO}"
    )
    return list(reader.rows(sql, LotRow, key=reference_key, origin=origin))


def held(reader: "Reader", case_number: str, reference_key: str, origin: Origin | None = None) -> list[LotRow]:
    """List what a case holds of each purchase of a reference, the one it took last first."""
    where = "AND p.origin = :origin " if origin else ""
    sql = (
        f"SELECT {_LOT}, sum(u.quantity), p.unit_cost FROM part_use AS u JOIN part_purchase AS p "
        f"ON p.id = u.purchase_id WHERE u.case_number = :case AND p.reference_key = :key {where}GROUP BY p.id "
        "HAVING sum(u.quantity) > 0 ORDER BY max(CASE WHEN u.quantity > 0 THEN u.id END) DESC"
    )
    return list(reader.rows(sql, LotRow, case=case_number, key=reference_key, origin=origin))


def used_in(reader: "Reader", case_number: str) -> list[UsedRow]:
    """List the parts that a case holds, put-backs deducted, in the order it first took them."""
    sql = (
        "SELECT p.reference, p.designation, p.origin, p.supplier, p.invoice, p.bought_on, sum(u.quantity), "
        "p.unit_cost, p.donor, p.id FROM part_use AS u JOIN part_purchase AS p ON p.id = u.purchase_id "
        "WHERE u.case_number = :case GROUP BY p.id HAVING sum(u.quantity) > 0 ORDER BY min(u.id)"
    )
    return list(reader.rows(sql, UsedRow, case=case_number))


def trace(reader: "Reader", text: str) -> Iterator[TraceRow]:
    """Stream the purchases and uses that a text names, the oldest purchase first; raise NothingTraced.

    A text is whole: a reference, an invoice, a donor, a supplier or a case's number. Where nothing answers to it so, it
    is a part of a supplier's name, or the end of a case's number.
    """
    asked = {**_named(text), "case": case_end(tidy(text))}
    whole = ["u.case_number = :case"] if len(asked["case"]) == CASE_DIGITS else []
    whole += [each for each in _EXACT if asked["key"]]
    part = ["substr(u.case_number, -length(:case)) = :case"] if asked["case"] else []
    part += ["instr(fold(p.supplier), :name)"] if asked["name"] else []
    for ways in (whole, part):
        if ways:
            sql = f"{_TRACE}WHERE {' OR '.join(ways)} "
            if reader.values(f"{sql}LIMIT 1", **asked):
                return reader.rows(f"{sql}ORDER BY p.bought_on, p.id, u.id", TraceRow, **asked)
    raise NothingTraced(text)


def references(reader: "Reader", start: str, limit: int) -> list[str]:
    """List the references that begin so, for completion."""
    sql = (
        "SELECT DISTINCT reference FROM part_purchase WHERE reference_key >= :start AND reference_key < :end "
        "ORDER BY reference_key LIMIT :limit"
    )
    return reader.values(sql, start=typed(start), end=typed(start) + "\U0010ffff", limit=limit)


def _named(text: str) -> dict[str, str]:
    key = typed(tidy(text))
    return {"key": key, "spelled": fold(key), "name": fold(tidy(text))}
