"""A catalogue as large as they come: a hundred products of two thousand brands each."""

import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from string import ascii_uppercase

import pytest

from comptoir.core.acting import By
from comptoir.fiches import book
from comptoir.organisms import queries, services
from comptoir.organisms.published import AmountRow, BrandRow, CodeRow, ProductRow, Reference
from comptoir.organisms.statuses import AmountKind, CodeKind, Organism
from comptoir.store.migrations import upgrade
from comptoir.store.read import reading
from comptoir.store.write import writing

from .conftest import p50

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(300)]
BY = By("bench", datetime.now(UTC))
TABLE = (
    "CREATE TABLE b (o TEXT NOT NULL, p TEXT NOT NULL, c TEXT NOT NULL, n TEXT NOT NULL, k INTEGER NOT NULL, "
    "s TEXT NOT NULL, PRIMARY KEY (o, p, c)) STRICT, WITHOUT ROWID"
)


def catalogue(products: int = 100, brands: int = 2000) -> Reference:
    """Make a catalogue whose products are ours by name, each with all of the brands."""
    ours = [each.label for each in book.load("").products.values()]
    names = [*ours, *(f"Produit {number}" for number in range(products))][:products]
    rows = tuple(ProductRow(str(2000 + place), name, "2022-12-15") for place, name in enumerate(names))
    known = [(f"MARQUE{place:04}", f"{ascii_uppercase[place % 26]}arque {place}") for place in range(brands)]
    return Reference(
        products=rows,
        brands=tuple(BrandRow(row.code, *brand, 1) for row in rows for brand in known),
        codes=tuple(
            CodeRow(row.code, kind, f"{n:02}", "Panne") for row in rows for kind in CodeKind for n in range(10)
        ),
        amounts=tuple(AmountRow(row.code, AmountKind.BONUS, "2024-01-01", "", Decimal(25)) for row in rows),
    )


def fetch(database: Path, organism: Organism) -> float:
    """Put a large catalogue in; give the seconds it took."""
    whole = catalogue()
    start = time.perf_counter()
    with writing(database) as connection:
        services.replace(connection, organism, whole, "https://organism.example", BY)
    return time.perf_counter() - start


def test_an_import_takes_little_more_than_its_rows_do(tmp_path, report):
    database = tmp_path / "shop.db"
    upgrade(database)
    rows = [("o", *brand, "marque") for brand in catalogue().brands]
    places = "(?, ?, ?, ?, ?, ?)"
    bare = []
    ours = []
    for turn in range(3):
        with closing(sqlite3.connect(tmp_path / f"bare-{turn}.db")) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(TABLE)
            start = time.perf_counter()
            with connection:
                connection.executemany(f"INSERT INTO b VALUES {places}", rows)
            bare.append(time.perf_counter() - start)
        ours.append(fetch(database, Organism.ECOSYSTEM))  # from the second on, what was there leaves first
    report("import of 200,000 brands / the same rows alone", min(ours[1:]) / min(bare), 3)
    assert min(ours[1:]) / min(bare) <= 3


def test_a_snapshot_does_not_grow_with_the_catalogue(tmp_path, report):
    product = book.load("").products["washing_machine"]
    taken = {}
    for size in (20, 2000):
        database = tmp_path / f"{size}.db"
        upgrade(database)
        for organism in Organism:
            with writing(database) as connection:
                services.replace(connection, organism, catalogue(100, size), "https://organism.example", BY)
        with reading(database) as reader:
            assert queries.snapshot(reader, product, "harque 7").held[1].brand is not None
            taken[size] = p50(lambda: queries.snapshot(reader, product, "harque 7"), 60)
    report("snapshot among 2,000 brands / among 20", taken[2000] / taken[20], 3)
    assert taken[2000] / taken[20] <= 3
