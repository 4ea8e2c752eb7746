"""What the organisms' catalogues hold, beside what it is called here."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from comptoir.desk import Desk
from comptoir.fiches import book
from comptoir.fiches.rules import plain
from comptoir.organisms import lookup, queries, rules
from comptoir.organisms.matching import known_code, product_of
from comptoir.organisms.published import AmountRow, ProductRow
from comptoir.organisms.refusals import NoProduct
from comptoir.organisms.statuses import AmountKind, Organism

if TYPE_CHECKING:
    from comptoir.store.read import Reader


class CatalogueRow(NamedTuple):
    """A product of an organism, its bonus and threshold of today, and which of our products go with it."""

    organism: str
    code: str
    name: str
    bonus: Decimal | None
    threshold: Decimal | None
    sheet: str
    valid_from: str
    valid_until: str
    ours: tuple[str, ...]


class CodesRow(NamedTuple):
    """A code of a product of an organism."""

    organism: str
    product: str
    product_name: str
    kind: str
    code: str
    label: str


def catalogue(desk: Desk, reader: "Reader", words: Sequence[str]) -> Iterator[CatalogueRow]:
    """Stream the products of both organisms whose code, name or names here hold every word, in any spelling."""
    asked = plain(" ".join(words)).split()
    ours = book.load(desk.settings["repair_points"]).products.values()
    for organism in Organism:
        listed = queries.listed(reader, organism)
        amounts, told = queries.all_amounts(reader, organism), queries.told_codes(reader, organism)
        here: dict[str, list[str]] = {}
        for each in ours if listed else ():
            found = product_of(each, listed, (told.get(each.key, ""), known_code(each, organism)))
            here.setdefault(found.code if found else "", []).append(each.label)
        for row in listed:
            labels = tuple(here.get(row.code, ()))
            if all(word in plain(f"{row.code} {row.name} {' '.join(labels)}") for word in asked):
                yield _catalogued(organism, row.row, amounts.get(row.code, []), labels, desk.today())


def codes(desk: Desk, product: str, organism: Organism | None) -> list[CodesRow]:
    """List the codes of a product, ours or an organism's by its code; raise NoProduct and UnknownProduct."""
    asked = [organism] if organism else list(Organism)
    with desk.reading() as reader:
        found = [(each, row) for each in asked if (row := queries.product(reader, each, product.strip()))]
        if not found:
            ours = lookup.product_called(desk, product)
            found = [(each, row) for each in asked if (row := queries.product_like(reader, each, ours))]
            if not found:
                raise NoProduct(ours.label)
        return [
            CodesRow(each, row.code, row.name, code.kind, code.code, code.label)
            for each, row in found
            for code in queries.codes(reader, each, row.code)
        ]


def _catalogued(
    organism: Organism, row: ProductRow, amounts: Sequence[AmountRow], ours: tuple[str, ...], day: date
) -> CatalogueRow:
    return CatalogueRow(
        organism=organism,
        code=row.code,
        name=row.name,
        bonus=rules.amount_on(amounts, AmountKind.BONUS, day),
        threshold=rules.amount_on(amounts, AmountKind.THRESHOLD, day),
        sheet=row.sheet,
        valid_from=row.valid_from[:10],
        valid_until=row.valid_until[:10],
        ours=ours,
    )
