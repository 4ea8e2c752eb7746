"""What an organism publishes takes the place of what it published, or is refused; what the shop matched stays."""

import json
import sqlite3
from contextlib import closing
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from comptoir.fiches import book
from comptoir.organisms import queries, services
from comptoir.organisms.published import AmountRow, BrandRow, ProductRow, Reference, SheetRow
from comptoir.organisms.refusals import CatalogueEmpty, CatalogueShrunk, NeverMatched
from comptoir.organisms.rules import answer
from comptoir.organisms.statuses import AmountKind, CodeKind, Matched, Organism, Routed
from comptoir.store.read import Reader, reading
from comptoir.store.write import writing

from .conftest import BY, ECOLOGIC, ECOSYSTEM, PUBLISHED, fetch

PRODUCTS = book.load("").products
TABLES = ("product", "brand", "code", "amount", "site", "sheet", "sync", "match")


def kept(path: Path) -> dict[str, list[tuple]]:
    with closing(sqlite3.connect(path)) as connection:
        return {
            name: connection.execute(f"SELECT * FROM organism_{name} ORDER BY 1, 2, 3").fetchall() for name in TABLES
        }


def snapshot(path: Path, key: str, brand: str):
    with reading(path) as reader:
        return queries.snapshot(reader, PRODUCTS[key], brand)


def match(path: Path, organism: Organism, kind: Matched, ours: str, code: str) -> None:
    with writing(path) as connection:
        services.match(connection, organism, kind, ours, code, BY)


# --- what is fetched


def test_a_catalogue_is_read_back_as_it_was_published(fetched: Path) -> None:
    with reading(fetched) as reader:
        for organism, reference in PUBLISHED.items():
            assert [each.row for each in queries.listed(reader, organism)] == sorted(reference.products)
            assert set(queries.sites(reader, organism)) == set(reference.sites)
            assert set(queries.sheets(reader, organism)) == set(reference.sheets)
            for row in reference.products:
                codes = queries.codes(reader, organism, row.code)
                assert set(codes) == {each for each in reference.codes if each.product == row.code}
                assert all(isinstance(each.kind, CodeKind) for each in codes)
                amounts = queries.amounts(reader, organism, row.code)
                assert set(amounts) == {each for each in reference.amounts if each.product == row.code}
                assert set(queries.all_amounts(reader, organism).get(row.code, [])) == set(amounts)
        for row in ECOSYSTEM.brands:
            assert queries.brand(reader, Organism.ECOSYSTEM, row.product, row.name) == row
        told = queries.syncs(reader)
    assert [(row.organism, row.synced_at, row.source) for row in told] == [
        (organism, BY.moment, f"https://{organism}.example") for organism in Organism
    ]
    assert told[1][3:] == (5, 4, 2, 4, 1, 3, 0)


def test_a_catalogue_takes_the_place_of_the_one_before_and_of_no_other(fetched: Path) -> None:
    before = kept(fetched)
    late = BY._replace(moment=BY.moment + timedelta(days=1))
    less = ECOSYSTEM._replace(products=ECOSYSTEM.products[:3], sites=(), amounts=())
    fetch(fetched, Organism.ECOSYSTEM, less, late)
    after = kept(fetched)
    for name in TABLES:
        assert [row for row in after[name] if row[0] == "ecologic"] == [
            row for row in before[name] if row[0] == "ecologic"
        ]
    assert [row[1] for row in after["product"] if row[0] == "ecosystem"] == ["2001", "2002", "3016"]
    assert not [row for row in (*after["amount"], *after["site"]) if row[0] == "ecosystem"]
    with reading(fetched) as reader:
        assert queries.syncs(reader)[1].synced_at == late.moment


@pytest.mark.parametrize(
    "broken", [Reference((), (), ()), ECOSYSTEM._replace(brands=()), ECOSYSTEM._replace(products=())]
)
def test_an_empty_catalogue_is_refused_and_yesterdays_is_kept(fetched: Path, broken: Reference) -> None:
    before = kept(fetched)
    with pytest.raises(CatalogueEmpty) as refused:
        fetch(fetched, Organism.ECOSYSTEM, broken)
    assert refused.value.exit_code == 4
    assert kept(fetched) == before
    fetch(fetched, Organism.ECOSYSTEM, broken, again=True)
    assert kept(fetched) != before


@pytest.mark.parametrize(("left", "refused"), [(3, False), (2, True)])
def test_a_catalogue_that_lost_more_than_half_of_its_products_is_refused(
    fetched: Path, left: int, refused: bool
) -> None:
    before = kept(fetched)
    less = ECOSYSTEM._replace(products=ECOSYSTEM.products[:left])
    if refused:
        with pytest.raises(CatalogueShrunk, match=r"2 .* 5"):
            fetch(fetched, Organism.ECOSYSTEM, less)
        assert kept(fetched) == before
        fetch(fetched, Organism.ECOSYSTEM, less, again=True)
    else:
        fetch(fetched, Organism.ECOSYSTEM, less)
    assert len([row for row in kept(fetched)["product"] if row[0] == "ecosystem"]) == left


def test_exactly_half_is_still_taken(fetched: Path) -> None:
    fetch(fetched, Organism.ECOLOGIC, ECOLOGIC._replace(products=ECOLOGIC.products[:2]))
    assert len([row for row in kept(fetched)["product"] if row[0] == "ecologic"]) == 2


def test_what_comes_twice_counts_as_it_came_last(shop: Path) -> None:
    twice = Reference(
        products=(ProductRow("1", "Lave-linge"), ProductRow("1", "Lave-vaisselle")),
        brands=(BrandRow("1", "B", "Bé", 1), BrandRow("1", "B", "Bé", 0)),
        codes=(),
        amounts=(
            AmountRow("1", AmountKind.BONUS, "", "", Decimal(10)),
            AmountRow("1", AmountKind.BONUS, "", "", Decimal("12.34")),
        ),
    )
    fetch(shop, Organism.ECOSYSTEM, twice)
    with reading(shop) as reader:
        assert queries.product(reader, Organism.ECOSYSTEM, "1") == ProductRow("1", "Lave-vaisselle")
        assert queries.amounts(reader, Organism.ECOSYSTEM, "1")[0].amount == Decimal("12.34")
        assert queries.brand(reader, Organism.ECOSYSTEM, "1", "be") == BrandRow("1", "B", "Bé", 0)


def test_an_import_that_fails_leaves_everything_as_it_was(fetched: Path) -> None:
    before = kept(fetched)
    broken = ECOSYSTEM._replace(sheets=(SheetRow("r", "1", None, "x"),))  # type: ignore[arg-type]
    with pytest.raises(sqlite3.IntegrityError):
        fetch(fetched, Organism.ECOSYSTEM, broken)
    assert kept(fetched) == before


def test_the_history_says_what_came(fetched: Path) -> None:
    with closing(sqlite3.connect(fetched)) as connection:
        rows = connection.execute("SELECT reference, operator, verb, data FROM history ORDER BY id").fetchall()
    assert [row[:3] for row in rows] == [(f"organism-{each}", "test", "sync") for each in Organism]
    assert json.loads(rows[1][3])["products"] == "5"


# --- what the shop matches


def test_what_the_shop_matched_comes_first_and_stays(fetched: Path) -> None:
    assert snapshot(fetched, "washing_machine", "Samsung").held[1].product == ProductRow(*ECOSYSTEM.products[1])
    match(fetched, Organism.ECOSYSTEM, Matched.PRODUCT, "washing_machine", "2002")
    match(fetched, Organism.ECOLOGIC, Matched.BRAND, "LG  Electronics", "12")
    for _turn in range(2):
        held = snapshot(fetched, "washing_machine", "lg electronics").held
        assert (held[0].brand, held[1].product) == (ECOLOGIC.brands[1], ECOSYSTEM.products[2])
        for organism, reference in PUBLISHED.items():
            fetch(fetched, organism, reference)
    with reading(fetched) as reader:
        told = [row[:4] for row in queries.matches(reader)]
    assert told == [
        ("ecologic", "brand", "lg electronics", "12"),
        ("ecosystem", "product", "washing_machine", "2002"),
    ]


def test_the_word_of_the_shop_passes_before_the_name(fetched: Path) -> None:
    match(fetched, Organism.ECOSYSTEM, Matched.BRAND, "Brandt", "SAMSUNG")
    assert snapshot(fetched, "washing_machine", "Brandt").held[1].brand == ECOSYSTEM.brands[0]


def test_a_brand_without_a_letter_is_none_even_where_the_catalogue_has_such_a_one(shop: Path) -> None:
    fetch(shop, Organism.ECOLOGIC, ECOLOGIC._replace(brands=(BrandRow("", "1", "***"),)))
    assert snapshot(shop, "washing_machine", "...").held[0].brand is None


def test_a_match_to_what_the_catalogue_has_no_more_is_passed_over(fetched: Path) -> None:
    match(fetched, Organism.ECOSYSTEM, Matched.PRODUCT, "washing_machine", "9999")
    match(fetched, Organism.ECOSYSTEM, Matched.BRAND, "samsung", "9999")
    held = snapshot(fetched, "washing_machine", "Samsung").held[1]
    assert (held.product, held.brand) == (ECOSYSTEM.products[1], ECOSYSTEM.brands[0])


def test_a_match_is_changed_and_forgotten(fetched: Path) -> None:
    match(fetched, Organism.ECOLOGIC, Matched.BRAND, "Zzap", "12")
    match(fetched, Organism.ECOLOGIC, Matched.BRAND, "zzap!", "90")
    assert snapshot(fetched, "washing_machine", "ZZAP").held[0].brand == ECOLOGIC.brands[3]
    with writing(fetched) as connection:
        services.unmatch(connection, Organism.ECOLOGIC, Matched.BRAND, "zzap", BY)
    assert snapshot(fetched, "washing_machine", "ZZAP").held[0].brand is None
    with pytest.raises(NeverMatched), writing(fetched) as connection:
        services.unmatch(connection, Organism.ECOLOGIC, Matched.BRAND, "zzap", BY)
    with closing(sqlite3.connect(fetched)) as connection:
        verbs = [row[0] for row in connection.execute("SELECT verb FROM history WHERE verb <> 'sync' ORDER BY id")]
    assert verbs == ["match", "match", "unmatch"]


# --- what is known of a device


def test_a_snapshot_holds_what_both_have(fetched: Path) -> None:
    found = snapshot(fetched, "washing_machine", "SAMSUNG")
    his, its = found.held
    assert (his.product, his.brand, his.orphan) == (ECOLOGIC.products[0], None, "")
    assert (its.product, its.brand, its.orphan) == (ECOSYSTEM.products[1], ECOSYSTEM.brands[0], "0000")
    assert (his.synced_at, its.source) == (BY.moment, "https://ecosystem.example")
    assert his.near == his.near_brands == its.near == its.near_brands == ()
    assert len(its.amounts) == 3
    assert [code.code for code in its.codes] == ["01", "02"]


@pytest.mark.parametrize(
    ("key", "brand", "organism", "routed"),
    [
        ("washing_machine", "samsung", "ecosystem", Routed.FLAG),
        ("washing_machine", "Brandt", "ecologic", Routed.FLAG),
        ("mobile_phone", "Samsung", "ecologic", Routed.FLAG),
        ("washing_machine", "delonghi", "ecologic", Routed.LISTED),
        ("rowing_machine", "Brandt", "ecologic", Routed.ALONE),
        ("washing_machine", "THOMSON", None, Routed.BOTH),
        ("washing_machine", "Zzap", None, Routed.NO_BRAND),
        ("drone", "Samsung", None, Routed.NO_PRODUCT),
    ],
)
def test_who_pays_is_found_in_the_base(fetched: Path, key: str, brand: str, organism: str | None, routed: str) -> None:
    from .test_rules import DAY

    found = answer(snapshot(fetched, key, brand), DAY, None, circular=False)
    assert (found.organism, found.routed) == (organism, routed)


def test_the_telephone_goes_by_its_known_code_though_it_is_named_otherwise(shop: Path) -> None:
    named = ECOSYSTEM.products[0]._replace(name="Appareil de communication")
    fetch(shop, Organism.ECOSYSTEM, ECOSYSTEM._replace(products=(named,)))
    assert snapshot(shop, "mobile_phone", "x").held[1].product == named


@pytest.mark.parametrize("brand", ["", "   ", "...", "'", "%", "\udcff", "a" * 500])
def test_a_brand_that_says_nothing_is_no_brand(fetched: Path, brand: str) -> None:
    held = snapshot(fetched, "washing_machine", brand).held
    assert [each.brand for each in held] == [None, None]


def test_what_is_near_is_found_where_nothing_goes_with_it(fetched: Path) -> None:
    found = snapshot(fetched, "washing_machine", "Samsun")
    assert found.held[1].near_brands == ("Samsung",)
    assert snapshot(fetched, "automatic_coffee_machine", "Samsung").held[1].near == ("Machine à expresso",)


def test_nothing_is_known_before_anything_was_fetched(shop: Path, tmp_path: Path) -> None:
    for reader in (Reader(None),):
        found = queries.snapshot(reader, PRODUCTS["washing_machine"], "Samsung")
        assert [each.synced_at for each in found.held] == [None, None]
        assert [row.products for row in queries.syncs(reader)] == [0, 0]
    assert snapshot(shop, "washing_machine", "Samsung") == found
