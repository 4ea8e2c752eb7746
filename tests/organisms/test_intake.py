"""A device that comes in: which organism pays for it, told at once from what was fetched."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from comptoir.core.errors import DONE
from comptoir.organisms.statuses import Organism

from .conftest import ECOSYSTEM, fetch

CONSUMER = (
    "--title", "M.", "--last-name", "Martin", "--first-name", "Noé", "--email", "n@b.fr", "--phone", "0600000000",
    "--line", "1 rue Haute", "--postcode", "35000", "--town", "Rennes",
)  # fmt: skip


@pytest.fixture
def intake(cli, monkeypatch):
    """Give the function that takes a device in: its case, what was said, and the text of its slip."""
    for name, value in {
        "REPAIR_FICHES": "all",
        "REPAIR_SIRET": "73282932000074",
        "REPAIR_ADDRESS": "3 quai du Canal; 35000 Rennes",
        "SHOP_NAME": "Atelier du Canal",
        "SHOP_EMAIL": "contact@atelier.example",
    }.items():
        monkeypatch.setenv(f"COMPTOIR_{name}", value)

    def taken(database: Path, product: str, brand: str, *more: str) -> tuple[dict, str, str]:
        device = ("-p", product, "-b", brand, "--new-brand", "-s", "FD-1", "--warranty", "none")
        work = ("--service", "x", "--fault", "y", "--consent", "data", "--yes")
        ran = cli(["repair", "intake", *CONSUMER, *device, *work, *more, "--json"])
        assert ran.code == DONE, ran.err
        number = ran.data["number"] if isinstance(ran.data, dict) else ran.data[0]["number"]
        case = cli(f"repair show {number} --json").data
        with closing(sqlite3.connect(database)) as connection:
            (slip,) = connection.execute("SELECT content FROM document").fetchone()
        return case, ran.err, slip

    return taken


def test_the_organism_and_its_amount_are_told_and_kept(fetched: Path, intake) -> None:
    case, told, slip = intake(fetched, "lave-linge", "Samsung")
    assert case["organism"] == "ecosystem"
    assert "bonus à prévoir d'ecosystem : 61,25\xa0€, selon son catalogue (réparations de 100,00\xa0€ ou plus)" in told
    assert "61,25" in slip


def test_the_public_scale_is_told_where_the_organism_publishes_no_amount(fetched: Path, intake) -> None:
    case, told, slip = intake(fetched, "lave-linge", "Brandt")
    assert case["organism"] == "ecologic"
    assert "bonus à prévoir d'Ecologic : 50,00\xa0€, selon le barème public du 1er janvier 2024\n" in told
    assert "50,00" in slip


@pytest.mark.parametrize(("product", "brand"), [("lave-linge", "Thomson"), ("rameur", "Brandt"), ("drone", "Samsung")])
def test_an_organism_that_is_not_certain_is_not_kept(fetched: Path, intake, product: str, brand: str) -> None:
    case, _told, _slip = intake(fetched, product, brand)
    assert case["organism"] == ""


def test_what_the_organism_does_not_support_any_more_is_told(fetched: Path, intake) -> None:
    case, told, _slip = intake(fetched, "télé", "Samsung")
    assert case["organism"] == "ecosystem"
    assert "pas de bonus à prévoir d'ecosystem. L'éco-organisme ne soutient pas ce produit à cette date." in told


def test_without_a_bonus_no_organism_is_kept(fetched: Path, intake) -> None:
    case, told, _slip = intake(fetched, "lave-linge", "Samsung", "--no-bonus")
    assert (case["organism"], case["bonus"]) == ("", 0)
    assert "ecosystem" not in told


def test_before_anything_was_fetched_intake_is_as_it_was(shop: Path, intake) -> None:
    case, told, slip = intake(shop, "lave-linge", "Samsung")
    assert case["organism"] == ""
    assert "bonus à prévoir : 50,00\xa0€, selon le barème public du 1er janvier 2024" in told
    assert "50,00" in slip
    fetch(shop, Organism.ECOSYSTEM, ECOSYSTEM)
