"""Reads of the catalogue: one device, ranked search, the nearest word to a typing error."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from comptoir.catalog.rules import CHARACTERISTICS, Grade, UnknownDevice, described, price_column, words
from comptoir.core.later import later
from comptoir.core.refs import typed

if TYPE_CHECKING:
    import difflib

    from comptoir.store.read import Reader
else:
    difflib = later("difflib")

NEAR = 0.74  # of difflib's likeness: one or two letters wrong in a word of six
SHORTEST_CODE = 3


class DeviceRow(NamedTuple):
    """A device of the catalogue."""

    article_code: str
    category: str
    family: str
    brand: str
    name: str
    disk: str
    ram: str
    cpu: str
    generation: str
    screen: str
    function: str
    colour: str
    paper: str
    age: str
    workshop: str
    price_a: Decimal
    price_b: Decimal
    price_c: Decimal
    price_out_of_order: Decimal

    @property
    def characteristics(self) -> dict[str, str]:
        """Give the characteristics by name."""
        return {key: getattr(self, key) for key in CHARACTERISTICS}

    @property
    def description(self) -> str:
        """Give the model in full."""
        return described(self.characteristics)

    def price_at(self, grade: str) -> Decimal:
        """Give the price at a grade."""
        return getattr(self, price_column(Grade(grade)))  # type: ignore[no-any-return]  # the prices are Decimals


_COLUMNS = ", ".join(f"device.{name}" for name in DeviceRow._fields)


def device(reader: "Reader", code: str) -> DeviceRow:
    """Find a device by its article code, or by a unique beginning of it; raise UnknownDevice."""
    typed_code = typed(code)
    found = list(_by_code(reader, typed_code, 6)) if typed_code else []
    exact = [row for row in found if row.article_code == typed_code]
    if exact or len(found) == 1:
        return (exact or found)[0]
    raise UnknownDevice(code, [row.article_code for row in found[:5]])


def by_codes(reader: "Reader", wanted: Sequence[str]) -> dict[str, DeviceRow]:
    """Give the devices of exact article codes; those that do not exist are left out."""
    found = (
        reader.one(f"SELECT {_COLUMNS} FROM device WHERE article_code = :code", DeviceRow, code=code) for code in wanted
    )
    return {row.article_code: row for row in found if row}


def codes(reader: "Reader", start: str, limit: int) -> list[str]:
    """List the first article codes that begin so, for completion."""
    sql = "SELECT article_code FROM device WHERE article_code >= :low AND article_code < :high ORDER BY 1 LIMIT :limit"
    return reader.values(sql, low=typed(start), high=typed(start) + "~", limit=limit)


def search(reader: "Reader", asked: Sequence[str], filters: Mapping[str, str], limit: int) -> Iterator[DeviceRow]:
    """List devices, best first, `limit` at most.

    First an article code that begins so; then whole words in brand and name; then whole words anywhere; then
    words that begin so; and where nothing was found, the nearest words of the catalogue.
    """
    terms = [word for text in asked for word in words(text)]
    narrowed = {key: words(value) for key, value in filters.items() if value and key != "age"}
    if (any(text.strip() for text in asked) and not terms) or not all(narrowed.values()):
        return  # nothing of what was asked can be looked for
    seen: set[str] = set()
    for rows in _tiers(reader, terms, narrowed, filters, limit):
        for row in rows:
            if row.article_code not in seen and len(seen) < limit:
                seen.add(row.article_code)
                yield row
        if len(seen) >= limit:
            return
    if not seen:
        corrected = [_nearest(reader, term) for term in terms]
        if terms != corrected:
            yield from _matched(reader, _expression(corrected, narrowed, start="*"), filters, limit)


def _tiers(
    reader: "Reader",
    terms: Sequence[str],
    narrowed: Mapping[str, Sequence[str]],
    filters: Mapping[str, str],
    limit: int,
) -> Iterator[Iterator[DeviceRow]]:
    if len(terms) == 1 and not narrowed and len(terms[0]) >= SHORTEST_CODE:
        yield _by_code(reader, terms[0].upper(), limit)
    if terms:
        yield _matched(reader, _expression(terms, narrowed, place="{brand name} : "), filters, limit)
        yield _matched(reader, _expression(terms, narrowed), filters, limit)
    yield _matched(reader, _expression(terms, narrowed, start="*"), filters, limit)


def _by_code(reader: "Reader", start: str, limit: int) -> Iterator[DeviceRow]:
    sql = f"SELECT {_COLUMNS} FROM device WHERE article_code >= :low AND article_code < :high LIMIT :limit"
    return reader.rows(sql, DeviceRow, low=start, high=start + "~", limit=limit)


def _matched(reader: "Reader", expression: str, filters: Mapping[str, str], limit: int) -> Iterator[DeviceRow]:
    # The age is compared whole: `<3ans` and `>3ans` are the same word to an index.
    age = "AND (:age = '' OR device.age = :age)"
    if not expression:
        sql = f"SELECT {_COLUMNS} FROM device WHERE 1 {age} LIMIT :limit"
        return reader.rows(sql, DeviceRow, age=filters.get("age", ""), limit=limit)
    sql = (
        f"SELECT {_COLUMNS} FROM device_search JOIN device ON device.id = device_search.rowid "
        f"WHERE device_search MATCH :expression {age} LIMIT :limit"
    )
    return reader.rows(sql, DeviceRow, expression=expression, age=filters.get("age", ""), limit=limit)


def _expression(terms: Sequence[str], narrowed: Mapping[str, Sequence[str]], place: str = "", start: str = "") -> str:
    """Write an FTS5 query; words hold letters and digits alone, quotes keep them from being operators."""
    parts = [f"{place}{_spelt(term, start)}" for term in terms]
    parts += [f"{key} : {_spelt(word, '*')}" for key, found in narrowed.items() for word in found]
    return " AND ".join(parts)


def _spelt(term: str, start: str) -> str:
    """Write a term and, the index keeping ligatures, its spelling with them."""
    bound = term.replace("oe", "œ").replace("ae", "æ")
    return f'"{term}"{start}' if bound == term else f'("{term}"{start} OR "{bound}"{start})'


def _nearest(reader: "Reader", term: str) -> str:
    """Give the word of the catalogue that is nearest to a word it does not hold."""
    if reader.values(
        "SELECT 1 FROM device_word WHERE word >= :low AND word < :high LIMIT 1", low=term, high=term + "~"
    ):
        return term
    sql = "SELECT word FROM device_word WHERE length(word) BETWEEN :short AND :long"
    near = reader.values(sql, short=len(term) - 2, long=len(term) + 2)
    return next(iter(difflib.get_close_matches(term, near, 1, NEAR)), term)
