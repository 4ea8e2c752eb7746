"""Notes listed, shown, found and completed."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from comptoir.core.errors import DONE, MISSING, USAGE
from comptoir.deliveries import queries
from comptoir.store.read import reading

EXAMPLE = Path(__file__).parents[2] / "examples" / "deliveries.csv"
AT = "--at 2021-12-06T09:00"
HEADER = "note_number,delivery_date,customer,line,reference,ean,designation,quantity,unit_price,core_deposit"


@pytest.fixture
def shop(cli) -> Callable[..., Any]:
    """Bring the sample in; give the command line."""
    assert cli(["delivery", "import", str(EXAMPLE)]).code == DONE
    return cli


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """Where the database stands."""
    return tmp_path / "shop.db"


# --- list


def test_the_notes_of_the_last_week_are_listed_the_newest_first_and_the_person_is_told_so(shop) -> None:
    ran = shop(f"delivery list --json {AT}")
    days = [row["delivered_on"] for row in ran.data]
    assert days == sorted(days, reverse=True)
    assert (days[0], days[-1]) == ("2021-12-03", "2021-11-29")
    assert "7" in ran.err
    assert "--since" in ran.err


def test_a_note_is_listed_with_its_total_excluding_tax(shop) -> None:
    rows = {row["number"]: row for row in shop(f"delivery list --json {AT}").data}
    assert rows["255129062"] == {
        "number": "255129062",
        "delivered_on": "2021-12-03",
        "customer": "SARL CADICAL AUTOMOBILES",
        "lines": 1,
        "total": "14.96",
    }
    assert (rows["255101988"]["total"], rows["255101988"]["lines"]) == ("111.45", 2)


@pytest.mark.parametrize(
    ("since", "oldest"),
    [("2021-12-01", "2021-12-03"), ("03/12/2021", "2021-12-03"), ("3d", "2021-12-03"), ("2w", "2021-11-22")],
)
def test_since_says_from_which_day(shop, since: str, oldest: str) -> None:
    ran = shop(f"delivery list --json --since {since} {AT}")
    assert ran.data[-1]["delivered_on"] == oldest
    assert ran.err == ""


def test_a_customer_is_found_by_a_part_of_the_name_in_any_spelling(shop) -> None:
    rows = shop(f"delivery list --json --since 30d --customer cadical {AT}").data
    assert {row["customer"] for row in rows} == {"SARL CADICAL AUTOMOBILES"}
    assert shop(f"delivery list --json --since 30d --customer nobody {AT}").data == []


def test_a_wrong_day_is_a_wrong_argument(shop) -> None:
    assert shop("delivery list --since someday").code == USAGE


def test_without_a_database_there_is_nothing_to_list(cli, base: Path) -> None:
    assert cli("delivery list --json").data == []
    assert cli("delivery export").out == HEADER + "\n"
    assert cli("delivery show 255101988").code == MISSING
    assert cli("delivery find A1792").code == MISSING
    assert not base.exists()


# --- show


def returned(base: Path, note: int, line: int, quantity: int) -> None:
    """Write a quantity that went back into the ledger."""
    with closing(sqlite3.connect(base)) as connection:
        connection.execute(
            "INSERT INTO delivery_return (note, line, reference, quantity, moment) VALUES (?, ?, 'R1', ?, ?)",
            (note, line, quantity, "2021-12-10T09:00:00+00:00"),
        )
        connection.commit()


@pytest.mark.parametrize("number", ["255101988", "00255101988", "255 101 988"])
def test_a_note_is_shown_with_what_may_still_go_back_of_each_line(shop, base: Path, number: str) -> None:
    returned(base, 255101988, 2, 1)
    shown = shop(["delivery", "show", number, "--json"]).data
    assert (shown["number"], shown["delivered_on"], shown["total"]) == ("255101988", "2021-12-03", "111.45")
    assert [(line["reference"], line["delivered"], line["eligible"], line["returned"]) for line in shown["lines"]] == [
        ("0986424707", 1, 1, 0),
        ("0986479113", 2, 1, 1),
    ]
    assert shown["lines"][1] | {} == {
        "line": 2,
        "reference": "0986479113",
        "designation": "PRX UNIT DISQ - BD1043 BOITE DE 1",
        "ean": "4047024639119",
        "delivered": 2,
        "eligible": 1,
        "returned": 1,
        "unit_price": "46.16",
        "total": "92.32",
        "core_deposit": "0.00",
    }


def test_the_deposit_of_each_line_is_shown_beside_its_total_and_not_in_it(shop) -> None:
    shown = shop("delivery show 255049874 --json").data
    assert [(line["core_deposit"], line["total"]) for line in shown["lines"]] == [
        ("0.00", "25.90"),
        ("0.00", "38.26"),
        ("45.00", "129.80"),
    ]
    assert shown["total"] == "193.96"
    assert "45,00" in shop("delivery show 255049874").out


@pytest.mark.parametrize(
    ("number", "message"),
    [
        ("25510198x", "Format incorrect, veuillez saisir uniquement des caractères numériques"),
        ("2551019880", "Nombre de caractères supérieur à 9, veuillez vérifier votre N° de bon de livraison"),
    ],
)
def test_a_mistyped_number_is_told_in_the_words_of_the_trade_with_where_to_find_it(shop, number, message) -> None:
    ran = shop(["delivery", "show", number, "--json"])
    assert ran.code == USAGE
    (problem,) = ran.failure["errors"]
    assert problem["message"] == message
    assert "BON DE LIVRAISON N°" in problem["hint"]


def test_a_note_that_does_not_exist_ends_with_3(shop) -> None:
    assert shop("delivery show 1").code == MISSING


# --- find


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("0986424707", "0986424707"),
        ("0 986.424-707", "0986424707"),
        ("12342xv+s2", "12342XV+S2"),
        ("12342XVS2", "12342XV+S2"),
        ("lx 1780 3", "LX 1780/3"),
        ("LX1780/3", "LX 1780/3"),
        ("4047024615823", "0986424707"),
        ("04047024615823", "0986424707"),
    ],
)
def test_an_article_is_found_by_its_reference_in_any_spelling_and_by_its_ean(shop, text: str, reference: str) -> None:
    found = shop(["delivery", "find", text, "--json"]).data
    assert {row["reference"] for row in found} == {reference}
    days = [row["delivered_on"] for row in found]
    assert days == sorted(days, reverse=True)


@pytest.mark.parametrize("text", ["255101988", "00255101988"])
def test_a_number_of_a_note_gives_its_lines(shop, text: str) -> None:
    found = shop(["delivery", "find", text, "--json"]).data
    assert [(row["number"], row["line"]) for row in found] == [("255101988", 1), ("255101988", 2)]


@pytest.mark.parametrize("text", ["XX 404", "4047024615824", "", "-", "%", "' OR 1"])
def test_what_no_note_holds_ends_with_3(shop, text: str) -> None:
    ran = shop(["delivery", "find", text, "--json"])
    assert (ran.code, ran.out) == (MISSING, "")


def test_the_newest_are_given_first_and_the_person_is_told_where_more_stand(shop) -> None:
    everything = shop("delivery find 12342XV+S2 --json").data
    ran = shop("delivery find 12342XV+S2 --json -n 2")
    assert ran.data == everything[:2]
    assert "--limit" in ran.err
    assert shop(f"delivery find 12342XV+S2 --json -n {len(everything)}").err == ""


def test_two_articles_that_only_a_sign_tells_apart_are_found_together_as_printed(cli) -> None:
    rows = ("1,2021-12-03,A,1,AB+1,,x,1,1,", "2,2021-12-04,A,1,AB1,,x,1,1,")
    cli("delivery import -", input="\n".join([HEADER, *rows]).encode())
    assert [row["reference"] for row in cli("delivery find ab1 --json").data] == ["AB1", "AB+1"]


@pytest.mark.parametrize(
    "ask",
    [
        lambda reader: queries.of_ean(reader, "04047024615823", 5),
        lambda reader: queries.of_reference(reader, "0986424707", 5),
    ],
    ids=["ean", "reference"],
)
def test_the_newest_lines_of_an_article_are_read_off_its_index_without_sorting(shop, base: Path, ask: Any) -> None:
    with reading(base) as reader:
        asked: list[tuple[str, dict[str, Any]]] = []
        rows = reader.rows
        reader.rows = lambda sql, into, **values: asked.append((sql, values)) or rows(sql, into, **values)
        assert ask(reader)
        ((sql, values),) = asked
        assert "ORDER BY" in sql
        with closing(sqlite3.connect(base)) as connection:
            plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
    assert plan[0].startswith("SEARCH l USING INDEX delivery_line_")
    assert not [step for step in plan if "TEMP B-TREE" in step or step.startswith("SCAN")]


# --- export, completion


def test_an_export_since_a_day_holds_only_what_came_since(shop) -> None:
    lines = shop(f"delivery export --since 03/12/2021 {AT}").out.splitlines()
    assert lines[0] == HEADER
    assert {line.split(",")[1] for line in lines[1:]} == {"2021-12-03"}
    assert [
        json.loads(line)["unit_price"] for line in shop(f"delivery export -f jsonl --since 3d {AT}").out.splitlines()
    ]


def test_excel_gets_decimal_commas(shop) -> None:
    exported = shop("delivery export --excel").raw.decode("utf-8-sig")
    assert ";19,13;0,00\r\n" in exported
    assert ";64,90;45,00\r\n" in exported


@pytest.mark.parametrize(
    ("start", "wanted"),
    [("2551019", ["255101988"]), ("002551019", ["255101988"]), ("255101988", ["255101988"]), ("9", []), ("x", [])],
)
def test_numbers_are_completed(shop, base: Path, start: str, wanted: list[str]) -> None:
    with reading(base) as reader:
        assert queries.numbers(reader, start, 50) == wanted


def test_the_latest_numbers_are_offered_first(shop, base: Path) -> None:
    with reading(base) as reader:
        assert queries.numbers(reader, "", 2) == ["255129062", "255126764"]
        assert len(queries.numbers(reader, "25", 50)) == 40
