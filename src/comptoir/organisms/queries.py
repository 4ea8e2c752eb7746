"""Reads of what the eco-organisms publish, as it was last fetched, and of what the shop matched to it."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from comptoir.fiches.rules import Product, plain
from comptoir.organisms.matching import Listed, known_code, near_brands, near_products, product_of, squeezed
from comptoir.organisms.published import AmountRow, BrandRow, CodeRow, ProductRow, SheetRow, SiteRow
from comptoir.organisms.rules import UNKNOWN_BRAND, Held, Snapshot
from comptoir.organisms.statuses import CodeKind, Matched, Organism

if TYPE_CHECKING:
    from comptoir.store.read import Reader


class SyncRow(NamedTuple):
    """An organism's data: when they were fetched, from where, and how many rows there are; brands once each."""

    organism: str
    synced_at: datetime | None
    source: str
    products: int
    brands: int
    codes: int
    amounts: int
    sites: int
    sheets: int
    matches: int


class MatchRow(NamedTuple):
    """What the shop says that an organism calls a product or a brand of ours."""

    organism: str
    kind: str
    ours: str
    code: str
    operator: str
    moment: datetime


class _Synced(NamedTuple):
    synced_at: datetime
    source: str


class _Spelled(NamedTuple):
    plain: str
    name: str


_PRODUCT = "SELECT code, name, valid_from, valid_until, sheet, plain FROM organism_product WHERE organism = :organism "
_COUNTED = ", ".join(
    f"(SELECT count({what}) FROM organism_{table} AS t WHERE t.organism = :organism)"
    for table, what in (
        ("product", "*"), ("brand", "DISTINCT t.code"), ("code", "*"), ("amount", "*"), ("site", "*"), ("sheet", "*"),
        ("match", "*"),
    )
)  # fmt: skip
# The code that the shop gave comes first, then the name as it is written, then the name without its blanks.
_BRAND = (
    "SELECT product, code, name, covered FROM organism_brand WHERE organism = :organism AND product IN (:product, '') "
    "AND (code = :told OR plain = :plain OR "
    "plain BETWEEN substr(:squeezed, 1, 1) AND :beyond AND replace(plain, ' ', '') = :squeezed) "
    "ORDER BY code = :told DESC, plain = :plain DESC, product DESC, code LIMIT 1"
)


def snapshot(reader: "Reader", product: Product, brand: str) -> Snapshot:
    """Gather everything that is known of a product of ours and of a brand, with each organism: what rules answer on."""
    held = [_held(reader, each, product, brand) for each in Organism]
    if not any(each.brand for each in held):  # comparing spellings takes longer than all the rest
        codes = [each.product.code if each.product else "" for each in held]
        near = [brands_like(reader, each.organism, brand, code) for each, code in zip(held, codes, strict=True)]
        held = [each._replace(near_brands=found) for each, found in zip(held, near, strict=True)]
    return Snapshot(product, brand, tuple(held))


def syncs(reader: "Reader") -> list[SyncRow]:
    """Say of each organism when its data were fetched, from where, and how much there is."""
    rows = []
    for organism in Organism:
        sql = (
            "SELECT :organism, (SELECT synced_at FROM organism_sync WHERE organism = :organism), "
            f"coalesce((SELECT source FROM organism_sync WHERE organism = :organism), ''), {_COUNTED}"
        )
        nothing = SyncRow(organism, None, "", *[0] * 7)
        rows.append(reader.one(sql, SyncRow, organism=organism) or nothing)
    return rows


def listed(reader: "Reader", organism: Organism) -> list[Listed]:
    """List the products of an organism, by code."""
    return list(reader.rows(f"{_PRODUCT}ORDER BY code", Listed, organism=organism))


def product(reader: "Reader", organism: Organism, code: str) -> ProductRow | None:
    """Give a product of an organism by its code, in capitals or not."""
    found = reader.one(f"{_PRODUCT}AND code = :code COLLATE NOCASE", Listed, organism=organism, code=code)
    return found.row if found else None


def product_like(reader: "Reader", organism: Organism, ours: Product) -> ProductRow | None:
    """Give what an organism has for a product of ours: what the shop matched, the known code, or the same name."""
    codes = (_told(reader, organism, Matched.PRODUCT, ours.key), known_code(ours, organism))
    return product_of(ours, listed(reader, organism), codes)


def brand(reader: "Reader", organism: Organism, product: str, name: str) -> BrandRow | None:
    """Give a brand of an organism for one of its products, as the shop matched it or by its name in any spelling."""
    told = _told(reader, organism, Matched.BRAND, plain(name))
    begin = squeezed(name)
    given = {"told": told, "plain": plain(name), "squeezed": begin, "beyond": f"{begin[:1]}\U0010ffff"}
    return reader.one(_BRAND, BrandRow, organism=organism, product=product, **given) if begin else None


def brand_code(reader: "Reader", organism: Organism, code: str) -> str:
    """Give the code of a brand as an organism writes it, for any product; empty where it has none."""
    sql = "SELECT code FROM organism_brand WHERE organism = :organism AND code = :code COLLATE NOCASE LIMIT 1"
    return next(iter(reader.values(sql, organism=organism, code=code)), "")


def brands_like(reader: "Reader", organism: Organism, name: str, product: str | None = None) -> tuple[str, ...]:
    """Give the brands of an organism, of one product or of all, that are nearest to a name and begin as it does."""
    sql = (
        "SELECT DISTINCT plain, name FROM organism_brand WHERE organism = :organism AND substr(plain, 1, 1) = :begin "
        "AND (:product IS NULL OR product IN (:product, ''))"
    )
    found = reader.rows(sql, _Spelled, organism=organism, begin=plain(name)[:1], product=product)
    return near_brands(name, dict(found))


class ListedBrand(NamedTuple):
    """A brand of an organism, and of how many of its products it is; 0 where it is of all."""

    organism: str
    code: str
    name: str
    products: int


def brands(reader: "Reader", words: str, organism: str) -> Iterator[ListedBrand]:
    """Stream the brands that an organism covers whose name holds these words, in any spelling; all without one."""
    sql = (
        "SELECT organism, code, name, sum(product <> '') FROM organism_brand WHERE covered <> 0 "
        "AND (:organism = '' OR organism = :organism) AND instr(plain, :words) "
        "GROUP BY organism, code, name ORDER BY plain, organism"
    )
    return reader.rows(sql, ListedBrand, words=plain(words), organism=organism)


def codes(reader: "Reader", organism: Organism, product: str) -> tuple[CodeRow, ...]:
    """Give the symptom and repair codes of a product of an organism."""
    sql = "SELECT product, kind, code, label FROM organism_code WHERE organism = :organism AND product = :product "
    rows = reader.rows(f"{sql}ORDER BY kind DESC, code", CodeRow, organism=organism, product=product)
    return tuple(row._replace(kind=CodeKind(row.kind)) for row in rows)


def amounts(reader: "Reader", organism: Organism, product: str) -> tuple[AmountRow, ...]:
    """Give the bonuses and thresholds of a product of an organism; `rules.amount_on` gives that of a day."""
    sql = (
        "SELECT product, kind, valid_from, valid_until, amount FROM organism_amount "
        "WHERE organism = :organism AND product = :product ORDER BY kind, valid_from"
    )
    return tuple(reader.rows(sql, AmountRow, organism=organism, product=product))


def all_amounts(reader: "Reader", organism: Organism) -> dict[str, list[AmountRow]]:
    """Give the bonuses and thresholds of an organism, by product."""
    sql = "SELECT product, kind, valid_from, valid_until, amount FROM organism_amount WHERE organism = :organism"
    found: dict[str, list[AmountRow]] = {}
    for row in reader.rows(sql, AmountRow, organism=organism):
        found.setdefault(row.product, []).append(row)
    return found


def told_codes(reader: "Reader", organism: Organism) -> dict[str, str]:
    """Give the codes that the shop matched to products of ours, by their keys."""
    return {row.ours: row.code for row in matches(reader, organism) if row.kind == Matched.PRODUCT}


def sites(reader: "Reader", organism: Organism) -> tuple[SiteRow, ...]:
    """Give the places of repair of the shop's account."""
    sql = (
        "SELECT code, name, postcode, town, repairer FROM organism_site WHERE organism = :organism ORDER BY name, code"
    )
    return tuple(reader.rows(sql, SiteRow, organism=organism))


def sheets(reader: "Reader", organism: Organism) -> tuple[SheetRow, ...]:
    """Give the fiches métier that the shop holds with an organism."""
    sql = (
        "SELECT repairer, code, number, name, valid_from, valid_until FROM organism_sheet WHERE organism = :organism "
        "ORDER BY repairer, code"
    )
    return tuple(reader.rows(sql, SheetRow, organism=organism))


def matches(reader: "Reader", organism: Organism | None = None) -> Iterator[MatchRow]:
    """Stream what the shop matched, with one organism or with all."""
    sql = (
        "SELECT organism, kind, ours, code, operator, moment FROM organism_match "
        "WHERE :organism IS NULL OR organism = :organism ORDER BY organism, kind DESC, ours"
    )
    return reader.rows(sql, MatchRow, organism=organism)


def _held(reader: "Reader", organism: Organism, ours: Product, name: str) -> Held:
    sql = "SELECT synced_at, source FROM organism_sync WHERE organism = :organism"
    synced = reader.one(sql, _Synced, organism=organism)
    if synced is None:
        return Held(organism)
    catalogue = listed(reader, organism)
    told = (_told(reader, organism, Matched.PRODUCT, ours.key), known_code(ours, organism))
    found = product_of(ours, catalogue, told)
    code = found.code if found else ""
    return Held(
        organism=organism,
        synced_at=synced.synced_at,
        source=synced.source,
        product=found,
        brand=brand(reader, organism, code, name),
        orphan=UNKNOWN_BRAND if found and _has_orphans(reader, organism, code) else "",
        codes=codes(reader, organism, code) if found else (),
        amounts=amounts(reader, organism, code) if found else (),
        sites=sites(reader, organism),
        sheets=sheets(reader, organism),
        near=() if found else near_products(ours, catalogue),
    )


def _told(reader: "Reader", organism: Organism, kind: Matched, ours: str) -> str:
    """Give the code that the shop matched, empty for none."""
    sql = "SELECT code FROM organism_match WHERE organism = :organism AND kind = :kind AND ours = :ours"
    return next(iter(reader.values(sql, organism=organism, kind=kind, ours=ours)), "")


def _has_orphans(reader: "Reader", organism: Organism, product: str) -> bool:
    sql = "SELECT 1 FROM organism_brand WHERE organism = :organism AND product IN (:product, '') AND code = :code"
    return bool(reader.values(sql, organism=organism, product=product, code=UNKNOWN_BRAND))
