"""Writes of what the organisms publish and of what the shop matches to it, by the driver alone: it is much at once.

Each takes the connection of a transaction: `desk.bulk()`, or `store.engine.driver` of a session.
"""

from collections.abc import Iterable
from json import dumps
from sqlite3 import Connection
from typing import NamedTuple

from comptoir.core.acting import By
from comptoir.core.money import to_cents
from comptoir.fiches.rules import plain
from comptoir.organisms.published import Reference
from comptoir.organisms.refusals import CatalogueEmpty, CatalogueShrunk, NeverMatched
from comptoir.organisms.statuses import Matched, Organism

# The columns of each table that is replaced, in the order of the rows below.
_TABLES = {
    "organism_product": "organism, code, name, valid_from, valid_until, sheet, plain",
    "organism_brand": "organism, product, code, name, covered, plain",
    "organism_code": "organism, product, kind, code, label",
    "organism_amount": "organism, product, kind, valid_from, valid_until, amount",
    "organism_site": "organism, code, name, postcode, town, repairer",
    "organism_sheet": "organism, repairer, code, number, name, valid_from, valid_until",
}
_HISTORY = "INSERT INTO history (reference, moment, operator, verb, data) VALUES (?, ?, ?, ?, ?)"
_SYNC = (
    "INSERT INTO organism_sync (organism, synced_at, source) VALUES (?, ?, ?) "
    "ON CONFLICT (organism) DO UPDATE SET synced_at = excluded.synced_at, source = excluded.source"
)
_MATCH = (
    "INSERT INTO organism_match (organism, kind, ours, code, operator, moment) VALUES (?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (organism, kind, ours) DO UPDATE SET "
    "code = excluded.code, operator = excluded.operator, moment = excluded.moment"
)
Rows = Iterable[tuple[object, ...]]


class Replaced(NamedTuple):
    """How many rows an organism has now, of each kind, and how many products it had."""

    products: int
    brands: int
    codes: int
    before: int


def replace(
    connection: Connection, organism: Organism, reference: Reference, source: str, by: By, *, again: bool = False
) -> Replaced:
    """Put what an organism publishes in the place of what it published before; what the shop matched stays.

    `source` says where it comes from: an address. Raises CatalogueEmpty and, unless `again`, CatalogueShrunk.
    """
    sql = "SELECT count(*) FROM organism_product WHERE organism = ?"
    before = int(connection.execute(sql, (organism.value,)).fetchone()[0])
    now = len({each.code for each in reference.products})
    if not (again or (reference.products and reference.brands)):
        raise CatalogueEmpty(organism)
    if not again and 2 * now < before:
        raise CatalogueShrunk(organism, now, before)
    for table, rows in zip(_TABLES, _rows(reference), strict=True):
        _write(connection, table, organism, rows)
    moment = by.moment.isoformat()
    connection.execute(_SYNC, (organism.value, moment, source))
    made = Replaced(now, len({each.code for each in reference.brands}), len(reference.codes), before)
    told = {key: str(value) for key, value in made._asdict().items()}
    connection.execute(_HISTORY, (_reference(organism), moment, by.operator, "sync", dumps({**told, "source": source})))
    return made


def match(connection: Connection, organism: Organism, kind: Matched, ours: str, code: str, by: By) -> None:
    """Keep the code that an organism has for a product of ours, by its key, or for a brand, in any spelling."""
    key = _key(kind, ours)
    moment = by.moment.isoformat()
    connection.execute(_MATCH, (organism.value, kind.value, key, code, by.operator, moment))
    told = dumps({kind.value: key, "code": code}, ensure_ascii=False)
    connection.execute(_HISTORY, (_reference(organism), moment, by.operator, "match", told))


def unmatch(connection: Connection, organism: Organism, kind: Matched, ours: str, by: By) -> None:
    """Forget what was matched; raise NeverMatched."""
    key = _key(kind, ours)
    sql = "DELETE FROM organism_match WHERE organism = ? AND kind = ? AND ours = ?"
    if not connection.execute(sql, (organism.value, kind.value, key)).rowcount:
        raise NeverMatched(organism, ours)
    told = dumps({kind.value: key}, ensure_ascii=False)
    connection.execute(_HISTORY, (_reference(organism), by.moment.isoformat(), by.operator, "unmatch", told))


def _key(kind: Matched, ours: str) -> str:
    return plain(ours) if kind is Matched.BRAND else ours


def _reference(organism: Organism) -> str:
    return f"organism-{organism}"


def _rows(reference: Reference) -> tuple[Rows, ...]:
    """Give the rows of each table, in the order of _TABLES, without the organism."""
    plains: dict[str, str] = {}

    def spelled(name: str) -> str:
        """Give the plain spelling of a name, found once: a brand comes back with each product."""
        found = plains.get(name)
        if found is None:
            found = plains[name] = plain(name)
        return found

    return (
        ((*each, spelled(each.name)) for each in reference.products),
        ((*each, spelled(each.name)) for each in reference.brands),
        ((each.product, str(each.kind), each.code, each.label) for each in reference.codes),
        (
            (each.product, str(each.kind), each.valid_from, each.valid_until, to_cents(each.amount))
            for each in reference.amounts
        ),
        (tuple(each) for each in reference.sites),
        (tuple(each) for each in reference.sheets),
    )


def _write(connection: Connection, table: str, organism: Organism, rows: Rows) -> None:
    """Replace the rows of an organism in a table; of two under one key, the last one counts."""
    columns = _TABLES[table]
    connection.execute(f"DELETE FROM {table} WHERE organism = ?", (organism.value,))
    places = ", ".join("?" for _column in columns.split(", "))
    sql = f"INSERT OR REPLACE INTO {table} ({columns}) VALUES ({places})"
    connection.executemany(sql, ((organism.value, *row) for row in rows))
