"""Any story of purchases, uses and returns to the shelf, beside a model in plain lists."""

import shutil
import sqlite3
import tempfile
from collections import Counter
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from comptoir.core.refs import typed
from comptoir.parts import queries, services
from comptoir.parts.rules import NotEnoughParts, NotUsed, Origin
from comptoir.store.engine import engine, transaction
from comptoir.store.read import reading

from .conftest import BY, CASE, OTHER, PUMP

REFERENCES = st.sampled_from(["PV-100", "pv 100", "JOINT/7"])
CASES = st.sampled_from([CASE, OTHER])
ORIGINS = st.sampled_from(Origin)
FEW = st.integers(1, 5)


class Story(RuleBasedStateMachine):
    created: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="comptoir-parts-"))
        self.base = Path(shutil.copy(self.created, self.folder / "shop.db"))
        self.bought: list[tuple[str, Origin, date, int]] = []
        self.uses: list[tuple[int, str, int]] = []  # the place of the purchase, the case, how many

    def teardown(self) -> None:
        engine.cache_clear()
        shutil.rmtree(self.folder, ignore_errors=True)

    def left(self, place: int) -> int:
        return self.bought[place][3] - sum(count for at, _case, count in self.uses if at == place)

    def lots(self, reference: str, origin: Origin | None) -> list[int]:
        fit = [p for p, b in enumerate(self.bought) if b[0] == typed(reference) and origin in (None, b[1])]
        return sorted((p for p in fit if self.left(p)), key=lambda p: (self.bought[p][2], p))

    @rule(reference=REFERENCES, origin=ORIGINS, age=st.integers(0, 3), quantity=FEW)
    def buy(self, reference: str, origin: Origin, age: int, quantity: int) -> None:
        day = date(2026, 3, 1) - timedelta(age)
        invoice = f"F-{len(self.bought)}"
        told = PUMP._replace(reference=reference, origin=origin, bought_on=day, quantity=quantity, invoice=invoice)
        with transaction(self.base) as session:
            assert services.buy(session, told, BY) == (len(self.bought) + 1, True)
        self.bought.append((typed(reference), origin, day, quantity))

    @rule(reference=REFERENCES, origin=st.none() | ORIGINS, case=CASES, quantity=FEW)
    def use(self, reference: str, origin: Origin | None, case: str, quantity: int) -> None:
        lots = self.lots(reference, origin)
        try:
            with transaction(self.base) as session:
                taken = services.use(session, case, reference, origin, quantity, BY)
        except NotEnoughParts as refused:
            assert sum(map(self.left, lots)) < quantity
            for key, count in refused.left.items():
                assert count == sum(map(self.left, self.lots(reference, key)))
            return
        for used in taken:
            assert used.purchase - 1 == lots.pop(0)
            assert used.quantity == self.left(used.purchase - 1) or used is taken[-1]
            self.uses.append((used.purchase - 1, case, used.quantity))
        assert sum(used.quantity for used in taken) == quantity

    @rule(reference=REFERENCES, case=CASES, quantity=FEW)
    def put_back(self, reference: str, case: str, quantity: int) -> None:
        held: Counter[int] = Counter()
        for place, at, count in self.uses:
            if at == case and self.bought[place][0] == typed(reference):
                held[place] += count
        try:
            with transaction(self.base) as session:
                back = services.put_back(session, case, reference, quantity, BY)
        except NotUsed:
            assert held.total() < quantity
            return
        assert sum(each.quantity for each in back) == -quantity
        for each in back:
            held[each.purchase - 1] += each.quantity
            assert held[each.purchase - 1] >= 0
            self.uses.append((each.purchase - 1, case, each.quantity))

    @invariant()
    def no_more_is_used_than_was_bought(self) -> None:
        sql = (
            "SELECT p.id, p.quantity - coalesce(sum(u.quantity), 0) FROM part_purchase AS p "
            "LEFT JOIN part_use AS u ON u.purchase_id = p.id GROUP BY p.id ORDER BY p.id"
        )
        with closing(sqlite3.connect(self.base)) as connection:
            left = [count for _id, count in connection.execute(sql)]
        assert left == [self.left(place) for place in range(len(self.bought))]
        assert all(0 <= count <= bought[3] for count, bought in zip(left, self.bought, strict=True))

    @invariant()
    def what_is_left_is_told_by_reference_and_origin(self) -> None:
        expected = Counter({(b[0], b[1].value): 0 for b in self.bought})
        for place, (key, origin, _day, _count) in enumerate(self.bought):
            expected[key, origin.value] += self.left(place)
        with reading(self.base) as reader:
            rows = list(queries.stock(reader, ""))
        assert {(typed(row.reference), row.origin): row.left for row in rows} == dict(expected)
        assert all(row.bought - row.used == row.left for row in rows)

    @invariant()
    def both_ways_tell_the_same(self) -> None:
        if not self.bought:
            return
        with reading(self.base) as reader:
            every = list(queries.trace(reader, "ASWO"))
            by_part = [row for key in {b[0] for b in self.bought} for row in queries.trace(reader, key)]
            by_bill = [row for n in range(len(self.bought)) for row in queries.trace(reader, f"f{n}")]
            used_by = {case for _place, case, _count in self.uses}
            by_case = [row for case in used_by for row in queries.trace(reader, case)]
            held = {case: sum(row.quantity for row in queries.used_in(reader, case)) for case in used_by}
        assert sorted(by_part, key=str) == sorted(by_bill, key=str) == sorted(every, key=str)
        assert sorted(by_case, key=str) == sorted((row for row in every if row.case_number), key=str)
        told = [(row.purchase - 1, row.case_number, row.used) for row in every if row.case_number]
        assert sorted(told) == sorted(self.uses)
        assert held == {case: sum(n for _p, at, n in self.uses if at == case) for case in used_by}
        assert {row.purchase for row in every} == set(range(1, len(self.bought) + 1))


@pytest.fixture
def _begun(created: Path) -> None:
    Story.created = created


@pytest.mark.usefixtures("_begun")
class TestStory(Story.TestCase):
    settings = settings(max_examples=15, stateful_step_count=20)
