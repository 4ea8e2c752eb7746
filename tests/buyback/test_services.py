"""Baskets and buybacks: what each use case keeps true, alone, together with others, and when it fails half-way."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, nullcontext
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib import import_module
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from comptoir.buyback import queries, services
from comptoir.buyback.queries import BuybackDetail, Draft, ItemRow, Shop
from comptoir.buyback.rules import (
    MOST_DEVICES,
    Answer,
    BasketChanged,
    BasketFull,
    BuybackStatus,
    By,
    DeviceStatus,
    EmptyBasket,
    Item,
    NotCancellable,
    PriceChanged,
    UnknownBuyback,
)
from comptoir.catalog import categories
from comptoir.catalog import services as catalog
from comptoir.core.errors import BUG, DONE, REFUSED, ComptoirError, Several
from comptoir.core.refs import in_store_number, is_number, sequence_of
from comptoir.store.engine import driver, engine, transaction
from comptoir.store.migrations import upgrade
from comptoir.store.read import reading
from comptoir.store.write import connect

HEADER = "article_code,category,brand,name,price_a,price_b,price_c,price_out_of_order"
PRICES = {
    "AAAA0001": ("Smartphone", {"A": 420, "B": 315, "C": 168, "out_of_order": 0}),
    "AAAA0002": ("PC portable", {"A": 188, "B": 141, "C": 75, "out_of_order": 10}),
    "AAAA0003": ("Tablette", {"A": 70, "B": 50, "C": 30, "out_of_order": 5}),
}
KNOWN = categories.load("")
WHEN = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
ANA, BOB = By("ana", WHEN, 42), By("bob", WHEN, 42)
SELLER = {"name": "Atelier du Réemploi", "siret": "73282932000074", "email": "a@b.fr", "phone": "+33102030405"}
PLACE = {"line": "1 rue de la Paix", "complement": "", "postcode": "75002", "town": "Paris", "country": "France"}


def supplied(path: Path, prices: dict[str, tuple[str, dict[str, int]]] = PRICES) -> None:
    """Bring the catalogue in, with these prices."""
    lines = [
        f"{code},{kind},ACME,{code.lower()},{','.join(map(str, p.values()))}" for code, (kind, p) in prices.items()
    ]
    with transaction(path) as session:
        text = "\n".join([HEADER, *lines])
        catalog.import_catalogue(session, BytesIO(text.encode()), KNOWN, pytest.fail, strict=True)


@pytest.fixture(scope="module")
def _supplied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("supplied") / "shop.db"
    upgrade(path)
    supplied(path)
    engine(path).dispose()
    return path


@pytest.fixture
def shop(_supplied: Path, tmp_path: Path) -> Iterator[Path]:
    """A database with a catalogue."""
    path = tmp_path / "shop.db"
    shutil.copy(_supplied, path)
    yield path
    engine.cache_clear()


def item(code: str = "AAAA0001", grade: str = "A") -> Item:
    """Quote a device at the price of the catalogue."""
    kind, prices = PRICES[code]
    answers = (Answer("works", "Le produit fonctionne-t-il ?", "yes", "Oui"),)
    return Item(code, kind, "ACME", code.lower(), answers, grade, Decimal(prices[grade]), "Collecte", "Compensation")


def added(path: Path, by: By = ANA, *quoted: Item) -> list[ItemRow]:
    """Add devices to a basket, each in its own transaction; give the basket."""
    for each in quoted or (item(),):
        with transaction(path) as session:
            services.add(session, each, by)
    return held(path, by)


def held(path: Path, by: By = ANA) -> list[ItemRow]:
    """Give a basket."""
    with reading(path) as reader:
        return queries.basket(reader, by.operator)


def drafted(items: Sequence[ItemRow], identity: dict[str, str] = SELLER, place: dict[str, str] = PLACE) -> Draft:
    """Write what a person agrees to."""
    return Draft(
        items=tuple(items), identity=identity, place=place, categories=KNOWN, shop=Shop("Seconde Vie", "s@v.fr")
    )


def validated(path: Path, by: By = ANA, **changed: dict[str, str]) -> list[BuybackDetail]:
    """Validate a basket as it stands."""
    with transaction(path) as session:
        return services.validate(session, drafted(held(path, by), **changed), by)


def kept(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Give every row of the businesses' tables."""
    names = ("reseller", "address", "basket_item", "buyback_request", "buyback", "document", "history")
    with closing(connect(path)) as connection:
        return {name: connection.execute(f"SELECT * FROM {name} ORDER BY 1").fetchall() for name in names}


def one(path: Path, sql: str, *values: object) -> Any:
    """Give one value."""
    with closing(connect(path)) as connection:
        return connection.execute(sql, values).fetchone()[0]


def changed(path: Path, sql: str, *values: object) -> None:
    """Change the database behind everybody's back."""
    with closing(connect(path)) as connection:
        connection.execute(sql, values)


# --- the basket


def test_a_basket_gives_back_what_was_quoted_in_the_order_it_was_added(shop: Path) -> None:
    quoted = [item("AAAA0002", "C"), item("AAAA0001"), item("AAAA0003", "out_of_order"), item("AAAA0001")]
    found = added(shop, ANA, *quoted)
    assert [row.position for row in found] == [1, 2, 3, 4]
    for row, each in zip(found, quoted, strict=True):
        assert (row.article_code, row.grade, row.price) == (each.article_code, each.grade, each.price)
        assert row.answers == each.told_answers()


def test_a_basket_takes_ten_devices_and_refuses_the_eleventh(shop: Path) -> None:
    added(shop, ANA, *[item()] * MOST_DEVICES)
    before = kept(shop)
    with pytest.raises(BasketFull):
        added(shop)
    assert kept(shop) == before
    assert MOST_DEVICES == 10


def test_a_device_taken_out_of_a_full_basket_makes_room_for_one(shop: Path) -> None:
    full = added(shop, ANA, *[item()] * MOST_DEVICES)
    with transaction(shop) as session:
        services.remove(session, full[3])
    assert len(added(shop)) == MOST_DEVICES
    with pytest.raises(BasketFull):
        added(shop)


def test_every_operator_has_a_basket_of_their_own(shop: Path) -> None:
    added(shop, ANA, *[item()] * MOST_DEVICES)
    assert len(added(shop, BOB, item("AAAA0002"))) == 1
    made = validated(shop, BOB)
    assert [each.article_code for each in made] == ["AAAA0002"]
    assert len(held(shop, ANA)) == MOST_DEVICES


def test_taking_out_what_is_already_gone_is_refused_and_what_went_with_it_stays(shop: Path) -> None:
    first, second = added(shop, ANA, item("AAAA0001"), item("AAAA0002"))
    with transaction(shop) as session:
        services.remove(session, second)
    with pytest.raises(BasketChanged), transaction(shop) as session:  # noqa: PT012 - both in one transaction
        services.remove(session, first)
        services.remove(session, second)
    assert [row.id for row in held(shop)] == [first.id]


def test_what_is_taken_out_is_the_device_that_was_shown_and_never_another(shop: Path) -> None:
    (shown,) = added(shop, ANA, item("AAAA0001"))
    with transaction(shop) as session:
        services.remove(session, shown)
    added(shop, ANA, item("AAAA0002"))
    with pytest.raises(BasketChanged), transaction(shop) as session:
        services.remove(session, shown)
    assert [row.article_code for row in held(shop)] == ["AAAA0002"]


def test_nobody_takes_a_device_out_of_the_basket_of_another_operator(shop: Path) -> None:
    (shown,) = added(shop, ANA, item("AAAA0001"))
    validated(shop, ANA)
    added(shop, BOB, item("AAAA0002"))
    with pytest.raises(BasketChanged), transaction(shop) as session:
        services.remove(session, shown)
    assert [row.article_code for row in held(shop, BOB)] == ["AAAA0002"]


# --- validating


def test_a_validation_makes_of_each_device_a_buyback_with_its_papers_and_empties_the_basket(shop: Path) -> None:
    shown = added(shop, ANA, item("AAAA0001"), item("AAAA0002", "C"), item("AAAA0001", "B"))
    made = validated(shop)
    assert held(shop) == []
    assert len(made) == 3
    for row, each in zip(shown, made, strict=True):
        assert (each.article_code, each.grade, each.declared) == (row.article_code, row.grade, row.price)
        assert (each.answers, each.transport, each.payment) == (row.answers, row.transport, row.payment)
        assert (each.status, each.device_status) == (BuybackStatus.WAITING_SHIPMENT, DeviceStatus.WAITING_SHIPMENT)
        assert (each.controlled, each.validated, each.paid) == (None, None, None)
        assert (each.reseller, each.siret, each.operator, each.created_at) == (
            SELLER["name"],
            SELLER["siret"],
            "ana",
            WHEN,
        )
        with reading(shop) as reader:
            assert queries.buyback(reader, each.number) == each
            assert {kind for kind, _n, _c in queries.papers(reader, each.number, None)} == {
                *("label", "deed", "list", "instructions")
            }
            assert [(row.verb, row.operator, row.moment) for row in queries.history(reader, each.number)] == [
                ("validate", "ana", WHEN)
            ]
    assert len({each.request_id for each in made}) == 1


@pytest.mark.parametrize("number", [0, 7, 42, 9999])
def test_numbers_are_ean_13_with_the_digits_of_the_shop_and_follow_each_other(shop: Path, number: int) -> None:
    by = By("ana", WHEN, number)
    made = []
    for _each in range(2):
        added(shop, by, *[item()] * 3)
        made += [each.number for each in validated(shop, by)]
    assert all(is_number(each) for each in made)
    assert {each[:5] for each in made} == {f"2{number:04}"}
    assert [sequence_of(each) for each in made] == [1, 2, 3, 4, 5, 6]


def test_shops_that_share_a_database_count_apart(shop: Path) -> None:
    for number in (0, 1, 10, 100, 1000):
        by = By("ana", WHEN, number)
        added(shop, by)
        (made,) = validated(shop, by)
        assert made.number == in_store_number(number, 1)


def test_the_number_of_a_cancelled_buyback_is_never_given_again(shop: Path) -> None:
    added(shop)
    (first,) = validated(shop)
    with transaction(shop) as session:
        services.cancel(session, first.number, ANA)
    added(shop)
    (second,) = validated(shop)
    assert sequence_of(second.number) == sequence_of(first.number) + 1


def test_a_shop_whose_counter_is_used_up_is_refused_and_never_given_a_wrong_number(shop: Path) -> None:
    added(shop, ANA, item(), item())
    validated(shop)
    changed(
        shop, "UPDATE buyback SET number = ? WHERE number = ?", in_store_number(42, 9_999_999), in_store_number(42, 2)
    )
    added(shop)
    with pytest.raises(ComptoirError):
        validated(shop)
    assert all(is_number(row[0]) for row in kept(shop)["buyback"])


def test_an_empty_basket_is_refused(shop: Path) -> None:
    before = kept(shop)
    with pytest.raises(EmptyBasket):
        validated(shop)
    assert kept(shop) == before


CHANGES: dict[str, Callable[[Path, list[ItemRow]], object]] = {
    "one more device": lambda path, _shown: added(path, ANA, item("AAAA0003")),
    "one device less": lambda path, shown: changed(path, "DELETE FROM basket_item WHERE id = ?", shown[0].id),
    "another grade": lambda path, shown: changed(path, "UPDATE basket_item SET grade = 'B' WHERE id = ?", shown[0].id),
    "another price": lambda path, shown: changed(path, "UPDATE basket_item SET price = 1 WHERE id = ?", shown[1].id),
    "another answer": lambda path, shown: changed(
        path, "UPDATE basket_item SET answers = '[]' WHERE id = ?", shown[1].id
    ),
    "another transport": lambda path, shown: changed(
        path, "UPDATE basket_item SET transport = '' WHERE id = ?", shown[0].id
    ),
    "the other way round": lambda path, shown: changed(
        path, "UPDATE basket_item SET id = 99 WHERE id = ?", shown[0].id
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_basket_that_changed_while_its_recap_was_read_is_refused_and_left_as_it_is(shop: Path, change: str) -> None:
    shown = added(shop, ANA, item("AAAA0001"), item("AAAA0002"))
    CHANGES[change](shop, shown)
    before = kept(shop)
    with pytest.raises(BasketChanged), transaction(shop) as session:
        services.validate(session, drafted(shown), ANA)
    assert kept(shop) == before


def test_a_recap_validated_twice_makes_one_request(shop: Path) -> None:
    shown = added(shop, ANA, item(), item())
    validated(shop)
    with pytest.raises((BasketChanged, EmptyBasket)), transaction(shop) as session:
        services.validate(session, drafted(shown), ANA)
    assert len(kept(shop)["buyback"]) == 2


def test_prices_that_changed_since_the_quote_are_all_told_and_nothing_is_validated(shop: Path) -> None:
    added(shop, ANA, item("AAAA0001"), item("AAAA0002"), item("AAAA0003"))
    supplied(shop, PRICES | {"AAAA0001": ("Smartphone", {"A": 400, "B": 315, "C": 168, "out_of_order": 0})})
    changed(shop, "UPDATE device SET price_a = price_a + 1 WHERE article_code = 'AAAA0003'")
    before = kept(shop)
    with pytest.raises(Several) as refused:
        validated(shop)
    assert [type(each) for each in refused.value.problems()] == [PriceChanged, PriceChanged]
    assert refused.value.exit_code == REFUSED
    assert kept(shop) == before


def test_only_the_price_of_the_quoted_grade_matters(shop: Path) -> None:
    added(shop, ANA, item("AAAA0001", "B"))
    supplied(shop, PRICES | {"AAAA0001": ("Smartphone", {"A": 1, "B": 315, "C": 1, "out_of_order": 1})})
    assert [each.declared for each in validated(shop)] == [Decimal("315.00")]


def test_a_device_that_left_the_catalogue_since_the_quote_is_refused(shop: Path) -> None:
    added(shop, ANA, item("AAAA0001"), item("AAAA0002"))
    changed(shop, "DELETE FROM device WHERE article_code = 'AAAA0002'")
    with pytest.raises(PriceChanged):
        validated(shop)
    assert len(held(shop)) == 2


HOMES = {
    "keep_reseller": "comptoir.parties.services",
    "keep_address": "comptoir.parties.services",
    "issue": "comptoir.store.documents",
    "to_content": "comptoir.desk.paper",
}
FAULTS = [
    *((name, 0) for name in ("keep_reseller", "keep_address", "_buyback", "record", "remove", "issue", "to_content")),
    *((name, 3) for name in ("_buyback", "record", "remove", "issue", "to_content")),
    ("issue", 8),  # past the labels and the deeds
]


@pytest.mark.parametrize(("name", "after"), FAULTS)
def test_a_validation_that_fails_anywhere_leaves_everything_as_it_was(
    shop: Path, monkeypatch, name: str, after: int
) -> None:
    added(shop, ANA, *[item("AAAA0001"), item("AAAA0002"), item("AAAA0001"), item("AAAA0003")])
    before = kept(shop)
    home = import_module(HOMES.get(name, "comptoir.buyback.services"))
    whole, calls = getattr(home, name), []

    def fails(*arguments: Any, **named: Any) -> Any:
        done = whole(*arguments, **named)
        calls.append(name)
        if len(calls) > after:
            raise ZeroDivisionError
        return done

    monkeypatch.setattr(home, name, fails)
    with pytest.raises(ZeroDivisionError):
        validated(shop)
    assert kept(shop) == before
    monkeypatch.undo()
    assert [sequence_of(each.number) for each in validated(shop)] == [1, 2, 3, 4]


def test_a_resellers_name_and_contact_are_brought_up_to_date_by_siret(shop: Path) -> None:
    added(shop)
    validated(shop)
    added(shop)
    later = By("bob", WHEN + timedelta(days=9), 42)
    added(shop, later)
    validated(shop, later, identity=SELLER | {"name": "Réemploi SARL", "phone": "+33611223344"})
    (row,) = kept(shop)["reseller"]
    with reading(shop) as reader:
        (found,) = reader.values("SELECT name || '|' || email || '|' || phone || '|' || created_at FROM reseller")
    assert found == f"Réemploi SARL|a@b.fr|+33611223344|{WHEN.isoformat()}"
    assert row[0] == 1


def test_another_siret_is_another_reseller_whatever_its_name(shop: Path) -> None:
    for siret in ("73282932000074", "35600000000048"):
        added(shop)
        validated(shop, identity=SELLER | {"siret": siret})
    assert len(kept(shop)["reseller"]) == 2


def test_an_address_is_kept_once_for_a_reseller_and_never_shared_between_two(shop: Path) -> None:
    places = [PLACE, PLACE, PLACE | {"complement": "Bât. B"}, PLACE | {"postcode": "75003"}, PLACE]
    for place in places:
        added(shop)
        validated(shop, place=place)
    assert len(kept(shop)["address"]) == 3
    added(shop)
    validated(shop, identity=SELLER | {"siret": "35600000000048"})
    assert len(kept(shop)["address"]) == 4
    assert len(kept(shop)["buyback_request"]) == len(places) + 1


def test_a_category_that_left_the_shops_file_since_the_quote_is_refused_and_no_bug(cli, tmp_path, monkeypatch) -> None:
    own = tmp_path / "own.toml"
    parts = [f"{part} = [{_known(part)!r}]" for part in ("transports", "payments", "questions")]
    own.write_text("\n".join(["[categories.Grille-pain]", "workshop = 'Atelier'", "steps = []", *parts]), "utf-8")
    monkeypatch.setenv("COMPTOIR_CATEGORIES", str(own))
    line = f"{HEADER}\nTOAS0001,Grille-pain,ACME,Toaster,3,2,1,0\n"
    assert cli("catalog import -", input=line.encode()).code == DONE
    assert cli("buyback add TOAS0001 --answer works=yes --yes").code == DONE
    monkeypatch.delenv("COMPTOIR_CATEGORIES")
    ran = cli(VALIDATE)
    assert ran.code not in {BUG, DONE}, ran.err
    assert len(cli("buyback basket --json").data) == 1


def _known(part: str) -> str:
    """Name a transport, a payment or a question that the shipped categories know."""
    return next(getattr(category, part)[0].key for category in KNOWN.values())


VALIDATE = [
    *("buyback", "validate", "--yes", "--json", "--name", "Atelier", "--siret", "73282932000074", "--email", "a@b.fr"),
    *("--phone", "0102030405", "--line", "1 rue", "--postcode", "75002", "--town", "Paris"),
]


# --- cancelling


CANCELLABLE = {BuybackStatus.WAITING_SHIPMENT, BuybackStatus.DROP_IN_STORE}


def test_a_buyback_that_waits_is_cancelled_once_and_its_history_says_by_whom(shop: Path) -> None:
    added(shop)
    (made,) = validated(shop)
    with transaction(shop) as session:
        services.cancel(session, made.number, BOB)
    with reading(shop) as reader:
        found = queries.buyback(reader, made.number)
        done = [(row.verb, row.operator) for row in queries.history(reader, made.number)]
    assert (found.status, found.device_status) == (BuybackStatus.CANCELLED, DeviceStatus.CANCELLED)
    assert done == [("cancel", "bob"), ("validate", "ana")]
    before = kept(shop)
    with pytest.raises(NotCancellable), transaction(shop) as session:
        services.cancel(session, made.number, BOB)
    assert kept(shop) == before


@pytest.mark.parametrize("device", DeviceStatus)
@pytest.mark.parametrize("status", BuybackStatus)
def test_nothing_that_left_is_ever_cancelled(shop: Path, status: BuybackStatus, device: DeviceStatus) -> None:
    added(shop)
    (made,) = validated(shop)
    changed(shop, "UPDATE buyback SET status = ?, device_status = ?", status.value, device.value)
    before = kept(shop)
    if status in CANCELLABLE and device is DeviceStatus.WAITING_SHIPMENT:
        with transaction(shop) as session:
            services.cancel(session, made.number, ANA)
        assert one(shop, "SELECT status FROM buyback") == "cancelled"
        return
    with pytest.raises(NotCancellable), transaction(shop) as session:
        services.cancel(session, made.number, ANA)
    assert kept(shop) == before


def test_cancelling_one_buyback_leaves_the_others_of_its_request(shop: Path) -> None:
    added(shop, ANA, item(), item(), item())
    made = validated(shop)
    with transaction(shop) as session:
        services.cancel(session, made[1].number, ANA)
    with reading(shop) as reader:
        found = [queries.buyback(reader, each.number).status for each in made]
    assert found == ["waiting_shipment", "cancelled", "waiting_shipment"]


@pytest.mark.parametrize("number", ["2004200000017", "", "x", "2004200000018"])
def test_a_number_that_does_not_exist_cannot_be_cancelled(shop: Path, number: str) -> None:
    with pytest.raises(UnknownBuyback), transaction(shop) as session:
        services.cancel(session, number, ANA)


# --- together


WORKS = """
import json, sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from comptoir.buyback import queries, services
from comptoir.buyback.queries import Draft, Shop
from comptoir.buyback.rules import By, Item
from comptoir.catalog import categories
from comptoir.core.errors import ComptoirError
from comptoir.store.engine import transaction
from comptoir.store.read import reading
path, what, operator, times = Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
known, by = categories.load(""), By(operator, datetime(2026, 11, 22, tzinfo=UTC), 42)
item = Item("AAAA0001", "Smartphone", "ACME", "aaaa0001", (), "A", Decimal("420.00"), "t", "p")
who = {"name": "Atelier", "siret": "73282932000074", "email": "a@b.fr", "phone": "+33102030405"}
where = {"line": "1 rue", "complement": "", "postcode": "75002", "town": "Paris", "country": "France"}
def add():
    with transaction(path) as session:
        services.add(session, item, by)
    return []
def validate():
    with reading(path) as reader:
        shown = queries.basket(reader, operator)
    draft = Draft(items=tuple(shown), identity=who, place=where, categories=known, shop=Shop("S", ""))
    with transaction(path) as session:
        return [each.number for each in services.validate(session, draft, by)]
def fill_and_validate():
    return [number for _each in (add(), add(), validate()) for number in _each]
def cancel():
    with transaction(path) as session:
        services.cancel(session, sys.argv[5], by)
    return ["cancelled"]
print("ready", flush=True)
sys.stdin.readline()
made, refused = [], []
for _each in range(times):
    try:
        made += globals()[what]()
    except ComptoirError as error:
        refused.append(type(error).__name__)
print(json.dumps([made, refused]))
"""


def together(
    path: Path, what: str, operators: Sequence[str], times: int, *more: str
) -> list[tuple[list[str], list[str]]]:
    """Have a process for each operator do the same at once; give what each made, and its refusals."""
    children = [
        subprocess.Popen(
            [sys.executable, "-c", WORKS, str(path), what, operator, str(times), *more],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for operator in operators
    ]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write("\n")
        child.stdin.flush()
    return [tuple(json.loads(child.communicate(timeout=60)[0])) for child in children]


def test_four_processes_that_validate_at_once_never_share_a_number_and_miss_none(shop: Path) -> None:
    done = together(shop, "fill_and_validate", ["o1", "o2", "o3", "o4"], 8)
    numbers = [number for made, _refused in done for number in made]
    assert [refused for _made, refused in done] == [[]] * 4
    assert all(is_number(number) for number in numbers)
    assert sorted(sequence_of(number) for number in numbers) == list(range(1, 4 * 8 * 2 + 1))
    assert len(kept(shop)["reseller"]) == len(kept(shop)["address"]) == 1
    assert len(kept(shop)["buyback_request"]) == 32
    assert kept(shop)["basket_item"] == []


def test_three_processes_of_one_operator_never_put_eleven_devices_in_a_basket(shop: Path) -> None:
    done = together(shop, "add", ["ana"] * 3, 6)
    assert len(held(shop)) == MOST_DEVICES
    assert sum(refused.count("BasketFull") for _made, refused in done) == 3 * 6 - MOST_DEVICES


def test_three_processes_that_validate_the_same_basket_validate_it_once(shop: Path) -> None:
    added(shop, ANA, item(), item())
    done = together(shop, "validate", ["ana"] * 3, 1)
    assert sorted(len(made) for made, _refused in done) == [0, 0, 2]
    assert {name for _made, refused in done for name in refused} <= {"BasketChanged", "EmptyBasket"}
    assert len(kept(shop)["buyback"]) == 2


def test_three_processes_that_cancel_the_same_buyback_cancel_it_once(shop: Path) -> None:
    added(shop)
    (made,) = validated(shop)
    done = together(shop, "cancel", ["ana", "bob", "cléo"], 1, made.number)
    assert sorted(done) == [([], ["NotCancellable"])] * 2 + [(["cancelled"], [])]
    assert one(shop, "SELECT count(*) FROM history WHERE verb = 'cancel'") == 1


# --- against a model of twenty lines


class Model:
    """What a counter remembers, in plain Python."""

    def __init__(self) -> None:
        self.prices = {(code, grade): price for code, (_k, prices) in PRICES.items() for grade, price in prices.items()}
        self.baskets: dict[str, list[tuple[str, str, int]]] = {"ana": [], "bob": []}
        self.sold: list[tuple[str, str, int]] = []
        self.cancelled: set[int] = set()

    def add(self, who: str, code: str, grade: str, price: int) -> bool:
        if len(self.baskets[who]) >= 10:
            return False
        self.baskets[who].append((code, grade, price))
        return True

    def validate(self, who: str) -> bool:
        basket = self.baskets[who]
        if not basket or any(self.prices[code, grade] != price for code, grade, price in basket):
            return False
        self.sold += basket
        self.baskets[who] = []
        return True

    def cancel(self, place: int) -> bool:
        if place in self.cancelled:
            return False
        self.cancelled.add(place)
        return True


WHO = st.sampled_from(["ana", "bob"])
CODES = st.sampled_from(sorted(PRICES))
GRADES = st.sampled_from(["A", "B", "C", "out_of_order"])


class Counter(RuleBasedStateMachine):
    """A counter with two operators, held against the model after each step."""

    whole: Path  # a database with a catalogue, made once and copied for each run

    @initialize()
    def opens(self) -> None:
        self.folder = TemporaryDirectory()
        self.path = Path(self.folder.name) / "shop.db"
        shutil.copy(self.whole, self.path)
        self.model = Model()
        self.numbers: list[str] = []

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            engine(self.path).dispose()
            self.folder.cleanup()

    def does(self, expected: bool, refusals: tuple[type[ComptoirError], ...], action: Callable[[Any], Any]) -> Any:
        """Do something in a transaction; it must succeed or be refused as the model says."""
        with nullcontext() if expected else pytest.raises((*refusals, Several)), transaction(self.path) as session:
            return action(session)
        return None

    @rule(who=WHO, code=CODES, grade=GRADES)
    def adds(self, who: str, code: str, grade: str) -> None:
        price = self.model.prices[code, grade]
        kind = PRICES[code][0]
        quoted = Item(code, kind, "ACME", code.lower(), (), grade, Decimal(price), "t", "p")
        allowed = self.model.add(who, code, grade, price)
        self.does(allowed, (BasketFull,), lambda session: services.add(session, quoted, By(who, WHEN, 7)))

    @rule(who=WHO, code=CODES, grade=GRADES)
    def fills(self, who: str, code: str, grade: str) -> None:
        for _each in range(6):
            self.adds(who, code, grade)

    @rule(who=WHO, place=st.integers(0, 9))
    def removes(self, who: str, place: int) -> None:
        items = held(self.path, By(who, WHEN))
        if place < len(items):
            del self.model.baskets[who][place]
            self.does(True, (), lambda session: services.remove(session, items[place]))

    @rule(code=CODES, grade=GRADES, change=st.sampled_from([-1, 1]))
    def reprices(self, code: str, grade: str, change: int) -> None:
        price = max(0, self.model.prices[code, grade] + change)
        self.model.prices[code, grade] = price
        column = f"price_{grade.lower()}"
        self.does(
            True,
            (),
            lambda session: driver(session).execute(
                f"UPDATE device SET {column} = ? WHERE article_code = ?", (price * 100, code)
            ),
        )

    @rule(who=WHO)
    def validates(self, who: str) -> None:
        by = By(who, WHEN, 7)
        shown = drafted(held(self.path, by))
        allowed = self.model.validate(who)
        made = self.does(allowed, (EmptyBasket, PriceChanged), lambda session: services.validate(session, shown, by))
        self.numbers += [each.number for each in made or []]

    @precondition(lambda self: self.numbers)
    @rule(place=st.integers(0, 40))
    def cancels(self, place: int) -> None:
        place %= len(self.numbers)
        allowed = self.model.cancel(place)
        self.does(
            allowed,
            (NotCancellable,),
            lambda session: services.cancel(session, self.numbers[place], By("ana", WHEN, 7)),
        )

    @invariant()
    def agrees(self) -> None:
        if not hasattr(self, "model"):
            return
        for who, basket in self.model.baskets.items():
            items = held(self.path, By(who, WHEN))
            assert [(row.article_code, row.grade, int(row.price)) for row in items] == basket
        assert [sequence_of(number) for number in self.numbers] == list(range(1, len(self.model.sold) + 1))
        with reading(self.path) as reader:
            for place, (number, sold) in enumerate(zip(self.numbers, self.model.sold, strict=True)):
                found = queries.buyback(reader, number)
                assert (found.article_code, found.grade, int(found.declared)) == sold
                assert (found.status == "cancelled") == (place in self.model.cancelled)
                assert len(queries.history(reader, number)) == 1 + (place in self.model.cancelled)
                assert len(queries.papers(reader, number, None)) == 4
            assert reader.values("SELECT count(*) FROM buyback") == [len(self.numbers)]


def test_a_counter_agrees_with_its_model_whatever_is_done(shop: Path) -> None:
    engine(shop).dispose()
    machine = type("Counter", (Counter,), {"whole": shop})
    # What fails is told as it was found: to shrink it, on a disk, would take minutes.
    found_and_told = settings(max_examples=30, stateful_step_count=25, phases=[Phase.generate])
    run_state_machine_as_test(machine, settings=found_and_told)
