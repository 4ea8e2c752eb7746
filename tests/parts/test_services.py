"""Purchases and uses: first in, first out, and never more than was bought."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from comptoir.core.errors import ComptoirError
from comptoir.parts import queries, services
from comptoir.parts.rules import BadPartQuantity, MissingProvenance, NotEnoughParts, NotUsed, Origin
from comptoir.store.engine import transaction
from comptoir.store.read import reading

from .conftest import BY, CASE, OLDER, OTHER, PUMP, TAKEN, dump

USE = "INSERT INTO part_use (purchase_id, case_number, quantity, moment, operator) VALUES (?, ?, ?, '', '')"


@dataclass
class Desk:
    """Uses and puts back, each in a transaction of its own."""

    path: Path

    def use(self, quantity: int, origin: Origin | None = None, case: str = CASE) -> list[tuple[int, int]]:
        with transaction(self.path) as session:
            return [(u.purchase, u.quantity) for u in services.use(session, case, "pv 100", origin, quantity, BY)]

    def put_back(self, quantity: int, origin: Origin | None = None, case: str = CASE) -> list[tuple[int, int]]:
        with transaction(self.path) as session:
            return [(u.purchase, u.quantity) for u in services.put_back(session, case, "PV-100", quantity, BY, origin)]

    def left(self) -> list[int]:
        with reading(self.path) as reader:
            held = queries.left_by_origin(reader, "PV100")
        return list(held.values())


@pytest.fixture
def desk(stocked: Path) -> Desk:
    return Desk(stocked)


def test_the_oldest_purchases_are_used_first(desk: Desk) -> None:
    assert desk.use(3) == [(2, 1), (1, 2)]  # the second one recorded is the oldest one
    assert desk.left() == [1, 0, 1]
    assert desk.use(2, case=OTHER) == [(1, 1), (3, 1)]
    assert desk.left() == [0, 0, 0]


def test_one_origin_alone_is_used_where_it_is_asked_for(desk: Desk) -> None:
    assert desk.use(1, Origin.CIRCULAR) == [(3, 1)]
    with pytest.raises(NotEnoughParts) as caught:
        desk.use(1, Origin.CIRCULAR)
    assert caught.value.left == {Origin.NEW: 4, Origin.USED: 0, Origin.CIRCULAR: 0}
    assert "4" in caught.value.message
    assert "buy" in str(caught.value.hint)


@pytest.mark.parametrize("quantity", [0, -1, 10**6])
def test_a_quantity_is_a_number_of_parts(desk: Desk, quantity: int) -> None:
    for act in (desk.use, desk.put_back):
        with pytest.raises(BadPartQuantity):
            act(quantity)
    assert dump(desk.path)["part_use"] == []


def test_more_than_is_left_is_refused_and_takes_nothing(desk: Desk) -> None:
    with pytest.raises(NotEnoughParts):
        desk.use(6)
    assert dump(desk.path)["part_use"] == []
    with transaction(desk.path) as session, pytest.raises(NotEnoughParts):
        services.use(session, CASE, "", None, 1, BY)


def test_what_is_put_back_returns_to_where_it_came_from_the_last_taken_first(desk: Desk) -> None:
    desk.use(3)
    assert desk.put_back(1) == [(1, -1)]
    assert desk.use(1, Origin.CIRCULAR) == [(3, 1)]
    assert desk.put_back(3) == [(3, -1), (1, -1), (2, -1)]
    assert desk.left() == [4, 0, 1]
    with reading(desk.path) as reader:
        assert queries.used_in(reader, CASE) == []


def test_a_case_puts_back_what_it_holds_and_no_more(desk: Desk) -> None:
    desk.use(2)
    desk.use(2, case=OTHER)
    for quantity, origin in ((3, None), (1, Origin.USED)):
        with pytest.raises(NotUsed):
            desk.put_back(quantity, origin)
    assert desk.left() == [0, 0, 1]
    assert desk.put_back(2, Origin.NEW) == [(1, -1), (2, -1)]


def test_uses_of_one_transaction_see_each_other(desk: Desk) -> None:
    with transaction(desk.path) as session:
        services.use(session, CASE, "PV-100", None, 4, BY)
        with pytest.raises(NotEnoughParts):
            services.use(session, OTHER, "PV-100", None, 2, BY)
        session.rollback()
    assert dump(desk.path)["part_use"] == []
    with transaction(desk.path) as session:
        services.buy(session, PUMP._replace(invoice="F-3"), BY)
        assert len(services.use(session, CASE, "PV-100", None, 8, BY)) == 4


def test_a_case_tells_what_it_holds_and_where_it_was_bought(desk: Desk) -> None:
    desk.use(3)
    desk.put_back(1)
    with reading(desk.path) as reader:
        rows = queries.used_in(reader, CASE)
        assert queries.used_in(reader, OTHER) == []
    assert [tuple(row)[:8] for row in rows] == [
        ("PV-100", PUMP.designation, "new", "ASWO", OLDER.invoice, OLDER.bought_on, 1, OLDER.unit_cost),
        ("PV-100", PUMP.designation, "new", "ASWO", PUMP.invoice, PUMP.bought_on, 1, PUMP.unit_cost),
    ]


# --- purchases


def test_the_same_purchase_is_recognised_in_any_spelling(desk: Desk) -> None:
    with transaction(desk.path) as session:
        twin = PUMP._replace(reference="pv100", supplier="aswo", invoice="F 2026 1", designation="Autre")
        assert services.buy(session, twin, BY) == (1, False)
        assert services.buy(session, TAKEN, BY) == (3, False)
        assert services.buy(session, twin, BY, again=True) == (4, True)
    assert desk.left() == [7, 0, 1]


@pytest.mark.parametrize(
    "change",
    [
        {"quantity": 2},
        {"bought_on": date(2026, 1, 6)},
        {"origin": Origin.USED},
        {"invoice": "F-2026-2"},
        {"supplier": "SDS"},
        {"donor": "SN 1"},
        {"reference": "PV-101"},
    ],
)
def test_another_purchase_is_another_one(stocked: Path, change: dict[str, object]) -> None:
    with transaction(stocked) as session:
        assert services.buy(session, PUMP._replace(**change), BY).is_new


def test_a_purchase_is_checked_whoever_records_it(shop: Path) -> None:
    with pytest.raises(MissingProvenance), transaction(shop) as session:
        services.buy(session, TAKEN._replace(donor=""), BY)
    with pytest.raises(ComptoirError), transaction(shop) as session:
        services.buy(session, PUMP._replace(bought_on=date(2026, 3, 11)), BY)
    assert dump(shop)["part_purchase"] == []


# --- whoever writes


@pytest.mark.parametrize(
    ("sql", "values"),
    [
        (USE, (1, CASE, 4)),
        (USE, (1, OTHER, -1)),
        (USE, (9, CASE, 1)),
        (USE, (1, CASE, 0)),
        ("UPDATE part_use SET quantity = 1", ()),
        ("DELETE FROM part_use", ()),
        ("DELETE FROM part_purchase WHERE id = 3", ()),
        ("UPDATE part_purchase SET quantity = 1 WHERE id = 1", ()),
        ("UPDATE part_purchase SET id = 7 WHERE id = 1", ()),
        ("UPDATE part_purchase SET quantity = 0 WHERE id = 3", ()),
        ("UPDATE part_purchase SET origin = 'neuf' WHERE id = 3", ()),
    ],
)
def test_the_database_itself_keeps_uses_within_what_was_bought(
    desk: Desk, sql: str, values: tuple[object, ...]
) -> None:
    with transaction(desk.path) as session:
        services.use(session, CASE, "PV-100", None, 3, BY)
    with closing(sqlite3.connect(desk.path)) as connection:
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute(sql, values)
        connection.execute(USE, (1, OTHER, 1))
        connection.execute(USE, (1, CASE, -2))
        connection.execute("UPDATE part_purchase SET quantity = 1 WHERE id = 1")
