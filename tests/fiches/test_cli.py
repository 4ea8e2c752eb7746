"""`comptoir repair fiche` at the counter."""

import csv
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest

from comptoir.core.errors import DONE, MISSING, USAGE
from comptoir.fiches import book
from comptoir.fiches.cli import numbers
from comptoir.fiches.rules import FICHES, points

FIRMWARE = '[fiches.4.points.firmware]\nlabel = "Logiciel"\nmoment = "after"\nrequired = false\n'


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "points.toml"
    monkeypatch.setenv("COMPTOIR_REPAIR_POINTS", str(path))
    return path


def test_the_fiches_are_listed_with_those_of_the_label(cli, monkeypatch) -> None:
    monkeypatch.setenv("COMPTOIR_REPAIR_FICHES", "1, 3")
    ran = cli("repair fiche list --json")
    assert ran.code == DONE
    assert {row["number"]: row["name"] for row in ran.data} == FICHES
    assert [row["number"] for row in ran.data if row["labelled"]] == [1, 3]
    for row in ran.data:
        fiche = book.load("").fiches[row["number"]]
        assert row["before"] + row["after"] == len(fiche.points)
        assert row["before"] == len([point for point in fiche.points if point.moment == "before"])


def test_no_fiche_is_labelled_until_the_shop_says_so(cli) -> None:
    assert not any(row["labelled"] for row in cli("repair fiche list --json").data)


def test_a_fiche_is_shown_with_its_points_and_its_risks(cli) -> None:
    shown = cli("repair fiche show 9 --json").data
    fiche = book.load("").fiches[9]
    assert (shown["number"], shown["name"], shown["risks"]) == (9, fiche.name, fiche.risks)
    assert [point["key"] for point in shown["points"]] == [point.key for point in fiche.points]
    assert {"key", "label", "moment", "required", "safety", "products"} == set(shown["points"][0])
    ran = cli("repair fiche show 9")
    assert fiche.risks in ran.out
    assert all(point.label in ran.out for point in fiche.points)


def test_a_fiche_is_shown_for_one_product(cli) -> None:
    known = book.load("")
    shown = cli("repair fiche show 3 --product 'Micro ondes' --json").data
    wanted = points(known.fiches[3], known.products["microwave_oven"])
    assert [point["key"] for point in shown["points"]] == [point.key for point in wanted]
    assert "pressure" not in cli("repair fiche show 3 --product micro-ondes").out
    assert "microwave_leak" in cli("repair fiche show 3 --product micro-ondes --format csv").out


@pytest.mark.parametrize(
    ("line", "code", "kind"),
    [
        ("show 11", MISSING, "unknown_fiche"),
        ("show 0", MISSING, "unknown_fiche"),
        ("show 99999999999999999999", MISSING, "unknown_fiche"),
        ("show 3 --product télé", USAGE, "other_fiche"),
        ("show 3 --product xyzzy", MISSING, "unknown_product"),
        ("show 3 --product ''", MISSING, "unknown_product"),
        ("show 3 --product aspi --json --format csv", USAGE, None),
        ("show tv", USAGE, None),
        ("show", USAGE, None),
    ],
)
def test_what_is_refused(line: str, code: int, kind: str | None, cli) -> None:
    ran = cli(f"repair fiche {line}" + (" --json" if kind else ""))
    assert ran.code == code
    assert not ran.out
    if kind:
        assert [error["error"] for error in ran.failure["errors"]] == [kind]


@pytest.mark.parametrize("line", ["list", "show 3"])
def test_a_label_that_means_nothing_is_told(line: str, cli, monkeypatch) -> None:
    monkeypatch.setenv("COMPTOIR_REPAIR_FICHES", "1,tv")
    ran = cli(f"repair fiche {line} --json")
    assert ran.code == USAGE
    assert ran.failure["errors"][0]["error"] == "bad_fiches"


@pytest.mark.parametrize("line", ["list", "show 3", "products"])
def test_a_broken_file_of_the_shop_is_told(line: str, cli, own: Path) -> None:
    own.write_text("[fiches.4.points.sound]\nrequired = 3\n")
    ran = cli(f"repair fiche {line} --json")
    assert ran.code == USAGE
    assert ran.failure["errors"][0]["error"] == "bad_points"
    assert "fiches.4.points.sound.required" in ran.failure["errors"][0]["message"]


def test_the_shop_s_own_point_is_shown(cli, own: Path) -> None:
    own.write_text(FIRMWARE)
    assert cli("repair fiche show 4 --json").data["points"][-1]["key"] == "firmware"


def test_products_are_listed_with_their_bonus_and_whose_scale_it_is(cli) -> None:
    ran = cli("repair fiche products --json")
    assert ran.code == DONE
    found = {row["key"]: row for row in ran.data}
    assert list(found) == list(book.load("").products)
    assert found["laptop"] == {
        "key": "laptop",
        "label": "Ordinateur portable",
        "family": "Informatique, jeux",
        "fiche": 7,
        "bonus": "50.00",
        "threshold": "150.00",
        "circular": True,
        "identifier": "serial",
    }
    assert (found["electric_bike"]["bonus"], found["electric_bike"]["threshold"]) == (None, None)
    assert "2024" in ran.err
    assert "2024" not in ran.out


def test_products_are_found_by_words_in_every_format(cli) -> None:
    rows = [line["key"] for line in csv.DictReader(StringIO(cli("repair fiche products pompe LINGE --format csv").out))]
    assert rows == ["heat_pump_dryer"]
    assert "25,00\N{NO-BREAK SPACE}€" in cli("repair fiche products smartphone").out
    none = cli("repair fiche products xyzzy --json")
    assert (none.code, none.data) == (DONE, [])


@pytest.mark.parametrize("format_", ["table", "json", "jsonl", "csv", "tsv"])
@pytest.mark.parametrize("line", ["list", "show 1", "products"])
def test_every_format_is_written(line: str, format_: str, cli) -> None:
    ran = cli(f"repair fiche {line} --format {format_}")
    assert ran.code == DONE
    assert ran.out


def test_the_shell_is_offered_the_numbers_of_the_fiches() -> None:
    assert numbers("1") == ["1", "10"]
    assert numbers("") == [str(number) for number in FICHES]
    assert numbers("x") == []


def test_fiches_are_read_without_a_database(cli, tmp_path: Path) -> None:
    assert cli("repair fiche list").code == cli("repair fiche products").code == DONE
    assert not (tmp_path / "shop.db").exists()
    program = "import sys, comptoir.fiches.cli as c; sys.exit(any(n.split('.')[0] == 'sqlmodel' for n in sys.modules))"
    assert subprocess.run([sys.executable, "-c", program], env=os.environ, check=False).returncode == 0
