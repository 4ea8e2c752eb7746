"""`comptoir qualirepar` before any claim: who pays, what the catalogues hold, what the shop matches."""

import csv
import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest

from comptoir.core.errors import DONE, MISSING, USAGE
from comptoir.organisms.statuses import Organism

from .conftest import BY, ECOSYSTEM, fetch
from .test_services import kept

ELIGIBLE = "qualirepar eligible --brand SAMSUNG --product lave-linge"


def why(found: dict) -> dict[str, str]:
    """Give the key of each reason by what it is about."""
    return {each["about"]: each["key"] for each in found["why"]}


# --- eligible


def test_who_pays_is_told_with_what_it_asks_for(fetched: Path, cli) -> None:
    ran = cli(f"{ELIGIBLE} --json")
    assert (ran.code, ran.err) == (DONE, "")
    found = ran.data
    assert {key: value for key, value in found.items() if key not in {"documents", "codes", "why"}} == {
        "product_label": "Lave-linge", "brand": "SAMSUNG", "day": "2026-03-10", "amount": None, "circular": False,
        "organism": "ecosystem", "certain": True, "bonus": "61.25", "threshold": "100.00", "basis": "organism",
        "product": "washing_machine", "product_code": "2001", "product_name": "Lave-linge", "brand_code": "SAMSUNG",
        "synced_at": "2026-03-10T09:00:00+00:00", "source": "https://ecosystem.example",
    }  # fmt: skip
    assert [each["piece"] for each in found["documents"] if each["required"]] == ["invoice"]
    assert [each["code"] for each in found["codes"]] == ["01", "02"]
    assert why(found) == {"organism": "flag", "bonus": "granted", "data": "organism", "codes": "needed"}


def test_a_person_reads_it_in_french(fetched: Path, cli) -> None:
    ran = cli(ELIGIBLE)
    assert (ran.code, ran.err) == (DONE, "")
    for text in (
        "ecosystem",
        "61,25\xa0€",
        "facture de la réparation",
        "Remplacement de la pompe",
        "reçues aujourd'hui",
    ):
        assert text in ran.out
    assert "le catalogue d'ecosystem dit à qui est cette marque" in ran.out
    his = cli("qualirepar eligible -b brandt -p 'machine à laver'").out
    assert "barème public du 1er janvier 2024 : une estimation" in his


@pytest.mark.parametrize(
    ("options", "bonus", "key"),
    [
        ("--amount 99,99", "0.00", "under_threshold"),
        ("--amount 100", "61.25", "granted"),
        ("--amount 100 --circular", "73.50", "circular"),
        ("--amount 60 --circular --date 31/12/2025", "60.00", "circular"),
        ("--date 2025-12-31", "50.00", "granted"),
        ("--date 2023-12-31", None, "no_amount"),
        ("--date 2020-01-01", "0.00", "out_of_period"),
        ("--date 2027-01-01", "0.00", "not_in_sheets"),
        ("--organism ecologic", "50.00", "granted"),
    ],
)
def test_the_day_and_the_total_decide(fetched: Path, cli, options: str, bonus: str | None, key: str) -> None:
    found = cli(f"{ELIGIBLE} {options} --json").data
    assert (found["bonus"], why(found)["bonus"]) == (bonus, key)


@pytest.mark.parametrize(
    ("device", "organism", "reasons"),
    [
        ("-b Thomson -p lave-linge", "", {"organism": "both"}),
        ("-b Samsun -p lave-linge", "", {"organism": "no_brand", "brand": "unknown_brand"}),
        ("-b Samsung -p drone", "", {"organism": "no_product", "product": "unknown_product"}),
        ("-b Brandt -p rameur", "ecologic", {"organism": "alone"}),
        ("-b Zzap -p lave-linge --organism ecosystem", "ecosystem", {"organism": "asked", "brand": "unknown_brand"}),
        ("-b Zzap -p drone --organism ecologic", "ecologic", {"organism": "asked", "product": "unknown_product"}),
    ],
)
def test_what_cannot_be_told_is_said_with_what_to_do(fetched: Path, cli, device, organism, reasons) -> None:
    ran = cli(f"qualirepar eligible {device} --json")
    assert ran.code == DONE
    found = ran.data
    assert found["organism"] == organism
    assert not found["certain"]
    assert why(found).items() >= reasons.items()
    assert set(why(found)) - {"bonus", "data", "codes"} == set(reasons)
    assert all(each["told"] and "{" not in each["told"] for each in found["why"])
    if "Samsun " in device:
        assert "Samsung" in found["why"][-1]["told"]
    if device.startswith("-b Zzap -p lave"):
        assert found["brand_code"] == "0000"


def test_an_organism_asked_for_against_the_catalogues_is_told_so(fetched: Path, cli) -> None:
    found = cli(f"{ELIGIBLE} --organism ecologic --json").data
    assert [each["key"] for each in found["why"] if each["about"] == "organism"] == ["asked", "contradicted"]
    assert "ecosystem" in found["why"][3]["told"]
    assert "contradicted" not in str(cli(f"{ELIGIBLE} --organism ecosystem --json").data)


def test_before_anything_was_fetched_the_public_scale_answers_and_says_so(cli, tmp_path: Path) -> None:
    for _turn in range(2):  # without a base, and it makes none
        ran = cli(f"{ELIGIBLE} --json")
        assert (ran.code, ran.err) == (DONE, "")
        assert (ran.data["organism"], ran.data["bonus"], ran.data["basis"]) == ("", "50.00", "public_scale")
        assert ran.data["documents"] == ran.data["codes"] == []
        assert [each["key"] for each in ran.data["why"]] == ["not_fetched", "granted", "public_scale", "not_fetched"]
    assert not (tmp_path / "shop.db").exists()


def test_old_data_are_told(fetched: Path, cli, monkeypatch) -> None:
    monkeypatch.setenv("COMPTOIR_AT", "2026-03-12T10:00")
    assert cli(ELIGIBLE).err == ""
    monkeypatch.setenv("COMPTOIR_AT", "2026-03-12T10:01")
    ran = cli(ELIGIBLE)
    assert ran.code == DONE
    assert ran.err.count("2 jours") == 2
    assert "reçues il y a 2 jours, le 10/03/2026" in ran.out


@pytest.mark.parametrize("written", ["csv", "tsv", "jsonl"])
def test_every_format_has_the_same_fields(fetched: Path, cli, written: str) -> None:
    whole = cli(f"{ELIGIBLE} --json").data
    out = cli(f"{ELIGIBLE} --format {written}").out
    if written == "jsonl":
        assert json.loads(out) == whole
    else:
        (row,) = csv.DictReader(StringIO(out), delimiter="," if written == "csv" else "\t")
        assert list(row) == list(whole)
        assert row["bonus"] == "61.25"


@pytest.mark.parametrize(
    ("line", "code", "kinds"),
    [
        ("eligible", USAGE, ["missing_value", "missing_value"]),
        ("eligible --brand ' ' --product lave-linge", USAGE, ["missing_value"]),
        ("eligible --brand Bosch", USAGE, ["missing_value"]),
        ("eligible --brand Bosch --product xyzzy", MISSING, ["unknown_product"]),
        ("eligible --brand Bosch --product tv --date demain", USAGE, ["bad_day"]),
        ("eligible --brand Bosch --product tv --amount beaucoup", USAGE, ["bad_amount"]),
        ("eligible --brand Bosch --product tv --amount=-5", USAGE, ["bad_amount"]),
        ("codes", USAGE, ["missing_value"]),
        ("codes --product xyzzy", MISSING, ["unknown_product"]),
        ("codes --product drone", MISSING, ["no_product"]),
        ("codes --product rameur --organism ecosystem", MISSING, ["no_product"]),
        ("match", USAGE, ["one_of_two"]),
        ("match --product tv --brand x --organism ecologic --code 1", USAGE, ["one_of_two"]),
        ("match --product tv", USAGE, ["missing_value", "missing_value"]),
        ("match --brand ... --organism ecologic --code 12", USAGE, ["missing_value"]),
        ("match --product xyzzy --organism ecologic --code 12", MISSING, ["unknown_product"]),
        ("match --product tv --organism ecologic --code EEE.M9.000", MISSING, ["not_in_catalogue"]),
        ("match --brand Zzap --organism ecologic --code 4000", MISSING, ["not_in_catalogue"]),
        ("match --brand Zzap --organism ecologic --forget", MISSING, ["never_matched"]),
    ],
)
def test_what_is_refused_changes_nothing(fetched: Path, cli, line: str, code: int, kinds: list[str]) -> None:
    before = kept(fetched)
    ran = cli(f"qualirepar {line} --json")
    assert (ran.code, ran.out) == (code, ""), ran.err
    assert [each["error"] for each in ran.failure["errors"]] == kinds
    assert all(each["message"] and "{" not in each["message"] for each in ran.failure["errors"])
    assert kept(fetched) == before


# --- catalogues


def test_the_catalogues_are_listed_with_what_they_are_called_here(fetched: Path, cli) -> None:
    rows = cli("qualirepar products --json").data
    assert [row["code"] for row in rows] == [
        "EEE.M2.061", "EEE.M4.002", "EEE.M4.033", "EEE.M6.060", "2001", "2002", "3016", "4001", "5001",
    ]  # fmt: skip
    by_code = {row["code"]: row for row in rows}
    assert by_code["2001"] == {
        "organism": "ecosystem", "code": "2001", "name": "Lave-linge", "bonus": "61.25", "threshold": "100.00",
        "sheet": "1", "valid_from": "2022-12-15", "valid_until": "", "ours": ["Lave-linge"],
    }  # fmt: skip
    assert by_code["EEE.M4.033"]["bonus"] is None
    assert by_code["5001"]["ours"] == []
    assert by_code["EEE.M6.060"]["valid_until"] == "9999-12-31"


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("lave", {"EEE.M4.033", "2001", "2002"}),
        ("3016", {"3016"}),
        ("TELEPHONE portable", {"EEE.M6.060", "3016"}),
        ("xyzzy", set()),
    ],
)
def test_words_keep_what_holds_them_all(fetched: Path, cli, words: str, codes: set[str]) -> None:
    assert {row["code"] for row in cli(f"qualirepar products {words} --json").data} == codes


@pytest.mark.parametrize(
    ("asked", "codes"),
    [
        ("-p lave-linge", ["XX5", "PSP", "01", "02"]),
        ("-p lave-linge --organism ecosystem", ["01", "02"]),
        ("-p eee.m6.060", ["E7", "CAS"]),
        ("-p 2002", []),
    ],
)
def test_the_codes_of_a_product_are_listed(fetched: Path, cli, asked: str, codes: list[str]) -> None:
    ran = cli(f"qualirepar codes {asked} --json")
    assert (ran.code, [row["code"] for row in ran.data]) == (DONE, codes)


def test_the_brands_that_are_covered_are_listed_with_their_codes(fetched: Path, cli) -> None:
    asked = {(each["organism"], each["code"], each["products"]) for each in cli("qualirepar brands --json").data}
    assert {("ecologic", "243", 0), ("ecosystem", "SAMSUNG", 3), ("ecosystem", "0000", 1)} <= asked
    assert not any(organism == "ecosystem" and code == "BRANDT" for organism, code, _products in asked)  # Ecologic's
    assert [each["code"] for each in cli("qualirepar brands DELONG --json").data] == []
    assert [each["name"] for each in cli('qualirepar brands "de\'l" --json').data] == ["De'Longhi"]
    assert cli("qualirepar brands apple --organism ecosystem --json").data == []


def test_accounts_are_told_and_one_is_shown_whole(fetched: Path, cli) -> None:
    rows = cli("qualirepar organisms --json").data
    assert [(row["organism"], row["products"], row["brands"], row["sites"]) for row in rows] == [
        ("ecologic", 4, 4, 1),
        ("ecosystem", 5, 4, 1),
    ]
    shown = cli("qualirepar organisms ecosystem --json").data
    assert shown["source"] == "https://ecosystem.example"
    assert [each["code"] for each in shown["sites"]] == ["2000001"]
    assert [each["code"] for each in shown["sheets"]] == ["1", "3", "4"]
    assert shown["matches"] == []


def test_nothing_fetched_is_told_as_nothing(cli, tmp_path: Path) -> None:
    for line, rows in (("products", 0), ("organisms", 2)):
        ran = cli(f"qualirepar {line} --json")
        assert (ran.code, len(ran.data)) == (DONE, rows)
    assert cli("qualirepar match -b Zzap --organism ecologic --code 1 --json").failure["errors"][0]["error"] == (
        "never_fetched"
    )
    assert not (tmp_path / "shop.db").exists()


# --- what the shop matches


def test_the_shop_matches_a_product_and_a_brand_and_forgets_them(fetched: Path, cli) -> None:
    match = "qualirepar match --organism ecosystem"
    (row,) = cli(f"{match} -p 'machine à café tout automatique' --code 5001 --json").data
    assert {key: row[key] for key in ("organism", "kind", "ours", "code", "operator")} == {
        "organism": "ecosystem", "kind": "product", "ours": "automatic_coffee_machine", "code": "5001",
        "operator": "test",
    }  # fmt: skip
    rows = cli(f"{match} -b 'Samsung Électronique' --code samsung --json").data
    assert [(row["ours"], row["code"]) for row in rows] == [
        ("automatic_coffee_machine", "5001"),
        ("samsung electronique", "SAMSUNG"),
    ]
    eligible = "qualirepar eligible -p 'machine à café tout automatique' -b 'samsung electronique' --json"
    found = cli(eligible).data
    assert (found["organism"], found["product_code"], found["brand_code"]) == ("ecosystem", "5001", "SAMSUNG")
    assert [each["code"] for each in cli("qualirepar organisms ecosystem --json").data["matches"]] == [
        "5001",
        "SAMSUNG",
    ]
    assert len(cli(f"{match} -b 'samsung électronique' --forget --json").data) == 1
    assert cli(eligible).data["organism"] == ""


def test_the_nearest_codes_are_told(fetched: Path, cli) -> None:
    told = cli("qualirepar match -p tv --organism ecosystem --code télévis --json").failure["errors"][0]
    assert "4001" in told["hint"]
    told = cli("qualirepar match -b Zzap --organism ecosystem --code samsong --json").failure["errors"][0]
    assert "Samsung" in told["hint"]


# --- what it loads


def test_nothing_heavy_is_loaded_to_answer(fetched: Path) -> None:
    code = (
        "import sys\nfrom comptoir.__main__ import main\n"
        "try:\n main()\nfinally:\n print(*sorted({m.partition('.')[0] for m in sys.modules}), file=sys.stderr)\n"
    )
    kept_environment = {key: value for key, value in os.environ.items() if not key.startswith("COMPTOIR_")}
    for line in (
        "eligible -b samsung -p lave-linge",
        "products",
        "codes -p lave-linge",
        "organisms",
        "match -b Zzap --organism ecologic --code 12",
    ):
        done = subprocess.run(
            [sys.executable, "-c", code, "qualirepar", *line.split(), "--json"],
            env=kept_environment | {"COMPTOIR_DATABASE": str(fetched)},
            capture_output=True,
            text=True,
            check=True,
        )
        loaded = set(done.stderr.split())
        assert "comptoir" in loaded
        assert not loaded & {"sqlmodel", "sqlalchemy", "httpx", "typer", "tomllib", "difflib", "keyring"}, line


def test_a_catalogue_as_large_as_they_come_is_in_within_the_bound_of_the_night(shop: Path) -> None:
    from comptoir.organisms.published import BrandRow, ProductRow

    products = tuple(ProductRow(str(code), f"Produit {code}") for code in range(20))
    brands = tuple(BrandRow(each.code, f"M{n}", f"Marque {n}") for each in products for n in range(2000))
    fetch(shop, Organism.ECOSYSTEM, ECOSYSTEM._replace(products=products, brands=brands), BY)
    assert len(kept(shop)["brand"]) == 40_000
