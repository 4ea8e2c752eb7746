"""Commands on parts, as a shell runs them."""

import csv
import sqlite3
from contextlib import closing
from io import StringIO
from pathlib import Path

import pytest

from comptoir.core.errors import MISSING, REFUSED, USAGE
from comptoir.parts import services
from comptoir.parts.rules import Origin
from comptoir.store.engine import transaction

from .conftest import BY, CASE, OLDER, OTHER, PUMP, dump

BUY = "buy PV-100 --designation Pompe --origin new --supplier ASWO --invoice F-1 --cost 24,90"


@pytest.fixture
def repaired(stocked: Path) -> Path:
    """A base where two cases used pumps, and one put one back."""
    with transaction(stocked) as session:
        services.use(session, CASE, "PV-100", None, 3, BY)
        services.use(session, OTHER, "PV-100", Origin.CIRCULAR, 1, BY)
        services.put_back(session, CASE, "PV-100", 1, BY)
    return stocked


# --- buy


def test_a_purchase_is_recorded_with_what_goes_without_saying(shop: Path, done) -> None:
    row = done(f"{BUY} --json")
    told = {
        "id": 1, "bought_on": "2026-03-10", "reference": "PV-100", "designation": "Pompe", "origin": "new",
        "supplier": "ASWO", "invoice": "F-1", "quantity": 1, "used": 0, "unit_cost": "24.90", "donor": "", "note": "",
        "operator": "test", "created_at": "2026-03-10T09:00:00+00:00",
    }  # fmt: skip
    assert row == told
    row = done("buy 'pv 100' --origin used --donor SN1 --on 01/03/2026 -q 2 --note 'à tester' --json")
    assert (row["designation"], row["unit_cost"], row["quantity"]) == ("Pompe", "0.00", 2)


def test_the_same_purchase_again_is_told_and_left_as_it_is(shop: Path, done) -> None:
    first = done(BUY)
    before = dump(shop)
    again = done(BUY)
    assert again.out == first.out
    assert "--again" in again.err
    assert dump(shop) == before
    assert done(f"{BUY} --again --json")["id"] == 2


@pytest.mark.parametrize(
    ("changed", "kept"),
    [
        ({"--cost": "25"}, ["`--cost 24.90`"]),
        ({"--note": "'à rendre'"}, ["`--note 'à tester'`"]),
        ({"--cost": "25", "--note": "'à rendre'"}, ["`--cost 24.90`", "`--note 'à tester'`"]),
    ],
)
def test_a_purchase_told_otherwise_is_refused_and_named(
    shop: Path, done, refuses, changed: dict[str, str], kept: list[str]
) -> None:
    done(f"{BUY} --note 'à tester'")
    line = f"{BUY} " + " ".join(f"{flag} {text}" for flag, text in changed.items())
    told = refuses(line, REFUSED, "told_otherwise")[0]
    assert all(text in told["message"] for text in (*kept, "1"))
    assert "--again" in told["hint"]
    assert done(f"{BUY} --json")["note"] == "à tester", "without a note, nothing is told of it"
    assert done(f"{line} --again --json")["id"] == 2
    assert done(f"{line} --json")["id"] == 2, "the one that tells the same is known, whichever came first"


@pytest.mark.parametrize(
    ("line", "code", "kinds"),
    [
        ("buy PV-100", USAGE, ["missing_value"] * 3),
        ("buy PV-100 --origin new", USAGE, ["missing_value"] * 4),
        ("buy PV-100 --designation P --origin new --cost 1", USAGE, ["missing_value"] * 2),
        ("buy PV-100 --designation P --origin used --cost 1", REFUSED, ["missing_provenance"]),
        ("buy PV-100 --designation P --origin circular --cost 1 --supplier S", REFUSED, ["missing_provenance"]),
        ("buy PV-100 --origin used", USAGE, ["missing_value"] * 2 + ["missing_provenance"]),
        ("buy PV-100 --origin used --supplier S --cost 1", USAGE, ["missing_value", "missing_provenance"]),
        ("buy PV-100 --origin used --donor SN1", USAGE, ["missing_value"]),
        (f"{BUY.removesuffix(' --cost 24,90')} --donor SN1", USAGE, ["missing_value"]),
        (f"{BUY.replace('24,90', '')}'' --donor SN1", USAGE, ["bad_part"]),
        (f"{BUY} --supplier ''", REFUSED, ["missing_provenance"]),
        (f"{BUY} -q 0", USAGE, ["bad_part_quantity"]),
        (f"{BUY} --quantity=-3", USAGE, ["bad_part_quantity"]),
        (f"{BUY} --quantity 99999999999999999999", USAGE, ["bad_part_quantity"]),
        (f"{BUY} --cost=-1", USAGE, ["bad_part"]),
        (f"{BUY} --cost free", USAGE, ["bad_part"]),
        (f"{BUY} --on 2026-03-11", REFUSED, ["future_day"]),
        (f"{BUY} --on 31/02/2026", USAGE, ["bad_day"]),
        (f"{BUY} --on 2026-03-11 -q 0 --cost x", REFUSED, ["future_day", "bad_part_quantity", "bad_part"]),
        (["buy", "..."], USAGE, ["bad_part"]),
        (["buy", "PV\x1b", "--note", "a\x00"], USAGE, ["bad_part", "bad_part"]),
        (["buy", "PV", "--supplier", "\udcff"], USAGE, ["bad_part"]),
    ],
)
def test_what_cannot_be_recorded_is_refused(refuses, line: str | list[str], code: int, kinds: list[str]) -> None:
    refuses(line, code, *kinds)


def test_an_unknown_origin_is_told_with_the_known_ones(shop: Path, cli) -> None:
    ran = cli(["repair", "parts", *BUY.replace("new", "neuf").split()])
    assert (ran.code, ran.out) == (USAGE, "")
    assert "circular" in ran.err


# --- stock, purchases


def test_the_stock_is_what_was_bought_less_what_was_used(repaired: Path, done) -> None:
    rows = done("stock --json")
    assert [(r["reference"], r["origin"], r["bought"], r["used"], r["left"]) for r in rows] == [
        ("PV-100", "circular", 1, 1, 0),
        ("PV-100", "new", 4, 2, 2),
    ]
    assert done("stock POMPE --origin new --json") == rows[1:]
    assert done("stock 'V 1' --json") == rows
    for text in ("joint", "%", "-"):
        assert done(["stock", text, "--json"]) == []


def test_a_part_is_named_as_it_was_the_last_time(stocked: Path, done) -> None:
    done("buy pv100 --designation 'Pompe universelle' --origin new --supplier S --invoice F --cost 1")
    assert [r["designation"] for r in done("stock --origin new --json")] == ["Pompe universelle"]


def test_purchases_are_listed_the_newest_first(repaired: Path, done) -> None:
    rows = done("purchases --json")
    assert [(r["id"], r["used"]) for r in rows] == [(3, 1), (1, 1), (2, 1)]
    assert done("purchases --since 2026-01-05 --until 31/01/2026 --json") == [rows[1]]
    assert done("purchases --until 2026-01-05 --json") == rows[1:]
    assert done("purchases 'f 2025' --json") == [rows[2]]
    assert done("purchases sn77 --json") == [rows[0]]
    assert done("purchases aswo --json") == rows[1:]
    assert done("purchases --since 2026-02-02 --json") == []


@pytest.mark.parametrize("line", ["purchases --since demain", "purchases --until 32/01/2026"])
def test_a_day_that_is_none_is_refused(refuses, line: str) -> None:
    refuses(line, USAGE, "bad_day")


# --- trace


def test_a_part_is_followed_to_the_cases(repaired: Path, done) -> None:
    rows = done("trace pv100 --json")
    assert [(r["invoice"], r["donor"], r["bought"], r["case_number"], r["used"]) for r in rows] == [
        (OLDER.invoice, "", 1, CASE, 1),
        (PUMP.invoice, "", 3, CASE, 2),
        (PUMP.invoice, "", 3, CASE, -1),
        ("", "SN 7788", 1, OTHER, 1),
    ]
    assert {r["operator"] for r in rows} == {"test"}
    assert rows[0]["moment"] == "2026-03-10T09:00:00+00:00"
    assert done("trace 'F 2026/1' --json") == rows[1:3]
    assert done("trace Aswo --json") == done("trace asw --json") == rows[:3]
    assert done("trace sn-7788 --json") == rows[3:]


def test_a_case_is_followed_to_the_purchases(repaired: Path, done) -> None:
    rows = done("trace pv100 --json")
    assert done(f"trace {CASE} --json") == done("trace 17 --json") == rows[:3]
    assert done(f"trace {OTHER} --json") == rows[3:]


def test_a_case_whose_device_gave_a_part_tells_both(repaired: Path, done) -> None:
    done(f"buy CARTE-1 --designation Carte --origin circular --donor {CASE} --on 2026-03-01")
    rows = done(f"trace {CASE} --json")
    assert [(r["reference"], r["used"]) for r in rows] == [
        ("PV-100", 1), ("PV-100", 2), ("PV-100", -1), ("CARTE-1", None),
    ]  # fmt: skip


def test_a_purchase_never_used_has_an_empty_case_in_every_format(stocked: Path, done) -> None:
    first = done("trace F-2026-1 --json")[0]
    assert (first["case_number"], first["used"], first["moment"]) == (None, None, None)
    (row,) = csv.DictReader(StringIO(done("trace F-2026-1 --format csv").out))
    assert (row["case_number"], row["used"], row["moment"], row["operator"]) == ("", "", "", "")
    assert done("trace F-2026-1 --format jsonl").out.count("\n") == 1
    assert "05/01/2026" in done("trace F-2026-1").out
    assert done("trace F-2026-1 --excel").raw.startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("text", ["nothing", "", "-", "00000099", "7", "%"])
def test_what_answers_to_nothing_is_told(repaired: Path, refuses, text: str) -> None:
    refuses(["trace", text], MISSING, "nothing_traced")


def test_reads_of_no_database_at_all_find_nothing(done, refuses, cli, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("COMPTOIR_DATABASE", str(tmp_path / "none.db"))
    assert done("stock --json") == done("purchases --json") == []
    assert cli("repair parts trace 17").code == MISSING


def test_control_characters_of_a_foreign_base_never_reach_a_terminal(stocked: Path, done) -> None:
    with closing(sqlite3.connect(stocked)) as connection:
        connection.execute("UPDATE part_purchase SET note = 'a' || char(27) || '[31m', designation = '=1+1'")
        connection.commit()
    assert "\x1b" not in done("purchases").out
    assert "'=1+1" in done("purchases --format csv").out
