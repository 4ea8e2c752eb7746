"""Whatever is done in whatever order, money stays where it is: no share without its euro, no claim paid by nothing."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .conftest import claim, column, dump, sheet, sound

LABELS = ["VIR ECOSYSTEM", "VIR ECOSYSTEM 4500000001", "ECOSYSTEM 4500000001 4500000002", "ECOSYSTEM 4500000003"]
LINE = st.tuples(
    st.sampled_from(["18/11/2026", "19/11/2026", "20/11/2026"]),
    st.sampled_from([*LABELS, *(f"REJET {label}" for label in LABELS)]),
    st.sampled_from(["10,00", "25,00", "50,00", "75,00", "-25,00", "-50,00"]),
)
CASES = ["00000017", "00000024", "00000031"]
STEP = st.one_of(
    st.tuples(st.just("import"), st.lists(LINE, min_size=1, max_size=4)),
    st.tuples(st.just("sync"), st.none()),
    st.tuples(st.just("match"), st.tuples(st.integers(1, 6), st.sampled_from(CASES), st.sampled_from(["", "5", "30"]))),
    st.tuples(st.just("unmatch"), st.tuples(st.integers(1, 6), st.sampled_from([*CASES, ""]))),
)


def words(step: tuple) -> tuple[list[str], bytes]:
    match step:
        case ("import", lines):
            return ["import", "-"], sheet(*lines)
        case ("match", (number, case, amount)):
            return ["match", str(number), case, *(["--amount", amount] if amount else []), "--yes"], b""
        case ("unmatch", (number, case)):
            return ["unmatch", str(number), *([case] if case else []), "--yes"], b""
    return ["sync"], b""


def begun_anew(shop: Path, claimed: Callable) -> None:
    with closing(sqlite3.connect(shop)) as connection, connection:
        for table in ("payment_share", "payment", "claim"):
            connection.execute(f"DELETE FROM {table}")
    for case, bonus in zip(CASES, (25, 50, 75), strict=True):
        claimed(bonus, case=case)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(st.lists(STEP, min_size=1, max_size=9))
def test_no_walk_makes_or_loses_money(cli: Callable, shop: Path, claimed: Callable, steps: list) -> None:
    begun_anew(shop, claimed)
    for step in steps:
        before = dump(shop)
        line, typed = words(step)
        ran = cli(["qualirepar", "payments", *line], input=typed)
        assert ran.code in {0, 3, 4}, ran.err
        assert ran.code == 0 or dump(shop) == before
        sound(shop)
    cli(["qualirepar", "payments", "sync"])
    sound(shop)
    settled = dump(shop)
    cli(["qualirepar", "payments", "sync"])
    assert dump(shop) == settled
    # Everything undone, nothing is paid: the reversals first, for they hold what they took back.
    for number in sorted(column(shop, "id", "amount < 0", "payment")) + column(shop, "id", "amount > 0", "payment"):
        cli(["qualirepar", "payments", "unmatch", str(number), "--yes"])
        sound(shop)
    assert column(shop, "claim_id", table="payment_share") == []
    assert [claim(shop, case) for case in CASES] == [("confirmed", 0)] * 3
