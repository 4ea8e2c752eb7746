"""Papers: stored as issued, drawn the same for ever, and read by any scanner."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import zxingcpp

from comptoir.buyback import documents, queries
from comptoir.core.errors import DONE, MISSING, USAGE
from comptoir.core.refs import in_store_number, is_number
from comptoir.desk import paper as papers
from comptoir.desk.pdf import drawn
from comptoir.store.engine import engine
from comptoir.store.read import reading

KINDS = ("label", "deed", "list", "instructions")
WITH_BARCODE = {"label", "deed"}
HEADER = "article_code,category,brand,name,disk,colour,price_a,price_b,price_c"
CATALOGUE = """
AAAA0001,Smartphone > 128Go,APPLE,iPhone 15,128Go,,420.00,315.00,168.00
AAAA0002,PC portable > DD 512Go,LENOVO,ThinkPad T14,DD 512Go SSD,,"1245,50",141.00,75.00
AAAA0003,Imprimantes > moins de 3 ans,KYOCERA,Écosys — cœur d'été,,Noir & Blanc,50.00,40.00,26.00
"""
AT = "2026-11-22T10:05"


def validate(name: str = "Atelier du Réemploi", siret: str = "73282932000074") -> list[str]:
    """Write the line that validates a basket for a reseller."""
    return [
        *("buyback", "validate", "--yes", "--json", "--at", AT, "--name", name, "--siret", siret, "--email", "a@b.fr"),
        *("--phone", "0102030405", "--line", "1 rue de la Paix", "--complement", "Bât. B", "--postcode", "75002"),
        *("--town", "Paris"),
    ]


@pytest.fixture
def quote(cli) -> Callable[..., None]:
    """Add devices to the basket, all their answers the best."""

    def add(*codes: str) -> None:
        for code in codes:
            category = cli(["catalog", "show", code, "--json"]).data["category"]
            asked = cli(["catalog", "questions", category, "--json"]).data
            best = {row["question"]: row["answer"] for row in reversed(asked)}
            answers = [word for key, value in best.items() for word in ("--answer", f"{key}={value}")]
            assert cli(["buyback", "add", code, "--yes", *answers]).code == DONE

    return add


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for what is made once and copied for each test."""
    return tmp_path_factory.mktemp("made")


@pytest.fixture
def made(cli, quote, once: Path, database: Path, monkeypatch) -> Iterator[list[str]]:
    """The numbers of a request of three devices that go to two workshops."""
    monkeypatch.setenv("COMPTOIR_SHOP_NUMBER", "42")
    monkeypatch.setenv("COMPTOIR_SHOP_NAME", "Seconde Vie")
    monkeypatch.setenv("COMPTOIR_SHOP_EMAIL", "questions@seconde-vie.fr")
    if not (once / "numbers.json").exists():
        assert cli("catalog import -", input=f"{HEADER}{CATALOGUE}".encode()).code == DONE
        quote("AAAA0001", "AAAA0002", "AAAA0003")
        ran = cli(validate())
        assert ran.code == DONE, ran.err
        engine(database).dispose()
        shutil.copy(database, once)
        (once / "numbers.json").write_text(json.dumps([row["number"] for row in ran.data]))
    shutil.copy(once / "shop.db", database)
    yield json.loads((once / "numbers.json").read_text())
    engine.cache_clear()


@pytest.fixture
def pdf(cli, tmp_path: Path) -> Callable[[str, str], bytes]:
    """Print one paper of a buyback; give its bytes."""

    def written(number: str, kind: str) -> bytes:
        ran = cli(["buyback", "documents", number, "--kind", kind, "-o", str(tmp_path / "papers")])
        assert ran.code == DONE, ran.err
        return (tmp_path / "papers" / queries.FILE_NAMES[kind].format(number=number)).read_bytes()

    return written


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Where the database stands."""
    return tmp_path / "shop.db"


def issued(database: Path, number: str) -> dict[str, dict[str, Any]]:
    """Give the papers of a buyback as they were issued, by kind."""
    with reading(database) as reader:
        return {kind: content for kind, _name, content in queries.papers(reader, number, None)}


def printed(folder: Path, number: str, *more: str, **environment: str) -> dict[str, str]:
    """Print the papers of a buyback in a process of its own; give the digest of each file by name."""
    subprocess.run(
        [sys.executable, "-m", "comptoir", "buyback", "documents", number, "-o", str(folder), *more],
        check=True,
        capture_output=True,
        env=os.environ | environment,
        timeout=60,
    )
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(folder.iterdir())}


def pages(pdf: bytes) -> list[Any]:
    """Render each page at 200 dots an inch."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [page.render(scale=200 / 72).to_pil() for page in document]


def barcodes(pdf: bytes) -> list[tuple[str, str]]:
    """Read every barcode of a document: its symbology and its text."""
    return [(code.format.name, code.text) for page in pages(pdf) for code in zxingcpp.read_barcodes(page)]


def text(pdf: bytes) -> str:
    """Read the words of a document, runs of blanks made one."""
    with pypdfium2.PdfDocument(pdf) as document:
        return " ".join(" ".join(page.get_textpage().get_text_bounded().split()) for page in document)


# --- what is issued


def test_every_buyback_has_its_four_papers_and_those_of_a_parcel_are_shared(database: Path, made: list[str]) -> None:
    kept = {number: issued(database, number) for number in made}
    assert all(sorted(papers) == sorted(KINDS) for papers in kept.values())
    for number, each in kept.items():
        for kind in KINDS:
            told = [n for n in made if n in str(each[kind])]
            assert number in told or kind == "instructions", kind
            if kind in WITH_BARCODE:
                assert told == [number]
    listed = [number for number in made if kept[made[0]]["list"] == kept[number]["list"]]
    assert made[0] in listed


def test_what_is_kept_is_enough_to_give_back_the_very_same_paper(database: Path, made: list[str]) -> None:
    for number in made:
        for content in issued(database, number).values():
            given = papers.from_content(content)
            assert json.loads(json.dumps(papers.to_content(given))) == content
            assert papers.from_content(json.loads(json.dumps(papers.to_content(given)))) == given


def test_papers_say_who_sells_what_for_how_much_and_to_whom(pdf, made: list[str]) -> None:
    words = {kind: text(pdf(made[1], kind)) for kind in KINDS}
    for kind in KINDS:
        assert "Seconde Vie" in words[kind]
        assert "22/11/2026" in words[kind]
        assert "questions@seconde-vie.fr" in words[kind]
        assert "Atelier du Réemploi" in words[kind]
        assert "1 rue de la Paix" in words[kind]
    for kind in ("label", "deed", "list"):
        assert made[1] in words[kind].replace(" ", "")
        assert "ThinkPad T14" in words[kind]
        assert "AAAA0002" in words[kind]
    assert "732 829 320 00074" in words["deed"]
    assert "+33102030405" in words["deed"]
    for kind in ("deed", "list"):
        assert "1 245,50 €" in words[kind].replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\N{NO-BREAK SPACE}", " ")


def test_a_request_adds_up_on_its_list(database: Path, cli, quote, made: list[str]) -> None:
    quote("AAAA0001", "AAAA0001")
    numbers = [row["number"] for row in cli(validate()).data]
    (total,) = [b for b in issued(database, numbers[0])["list"]["blocks"] if b["block"] == "Total"]
    assert total["amount"].replace("\N{NO-BREAK SPACE}", " ") == "840,00 €"
    assert issued(database, numbers[0])["list"] == issued(database, numbers[1])["list"]


# --- printed again


def test_papers_printed_by_two_processes_are_the_same_bytes(tmp_path: Path, made: list[str]) -> None:
    first = printed(tmp_path / "1", made[0], PYTHONHASHSEED="1", TZ="Europe/Paris", LANG="fr_FR.UTF-8")
    time.sleep(1.1)  # a document that held the moment it was drawn would hold whole seconds
    second = printed(
        *(tmp_path / "2", made[0], "--at", "2031-02-03T04:05", "--lang", "en", "--operator", "somebody"),
        PYTHONHASHSEED="4242", TZ="Pacific/Auckland", LANG="C", LC_ALL="C", PYTHONUTF8="0",
    )  # fmt: skip
    assert len(first) == len(KINDS)
    assert second == first


def test_papers_are_the_same_bytes_after_everything_they_came_from_changed(
    cli, quote, pdf, tmp_path: Path, made: list[str], monkeypatch
) -> None:
    before = {number: {kind: pdf(number, kind) for kind in KINDS} for number in made}
    assert cli(f"buyback cancel {made[0]} --yes").code == DONE
    renamed = f"{HEADER}{CATALOGUE}".replace("iPhone", "Ordiphone").replace("420.00", "1.00").replace("KYOCERA", "K")
    assert cli("catalog import -", input=renamed.encode()).code == DONE
    quote("AAAA0001")
    assert cli(validate("Un tout autre nom")).code == DONE
    own = tmp_path / "own.toml"
    own.write_text(
        "[categories.Smartphone]\nworkshop = 'Autre'\nquestions = []\ntransports = []\npayments = []\nsteps = []\n",
        "utf-8",
    )
    monkeypatch.setenv("COMPTOIR_CATEGORIES", str(own))
    monkeypatch.setenv("COMPTOIR_SHOP_NAME", "Autre enseigne")
    monkeypatch.setenv("COMPTOIR_SHOP_EMAIL", "")
    monkeypatch.setenv("COMPTOIR_SHOP_NUMBER", "7")
    assert cli("reseller show 73282932000074 --json").data["name"] == "Un tout autre nom"
    for number, papers_before in before.items():
        digests = {
            queries.FILE_NAMES[kind].format(number=number): hashlib.sha256(content).hexdigest()
            for kind, content in papers_before.items()
        }
        assert printed(tmp_path / f"after-{number}", number, PYTHONHASHSEED="2") == digests


def test_a_reprint_asks_nothing_of_the_program_that_wrote_the_papers(pdf, made: list[str], monkeypatch) -> None:
    before = pdf(made[0], "deed")
    for name in ("papers", "_label", "_deed", "_shipping_list", "_instructions"):
        monkeypatch.delattr(documents, name)
    assert pdf(made[0], "deed") == before
    assert before.startswith(b"%PDF-")


def piped(*line: str) -> tuple[int, bytes]:
    """Run a line in a process of its own; give its exit code and what it sent to the pipe."""
    done = subprocess.run([sys.executable, "-m", "comptoir", *line], capture_output=True, check=False, timeout=60)
    return done.returncode, done.stdout


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_and_a_pipe_get_the_same_bytes(pdf, made: list[str], kind: str) -> None:
    assert piped("buyback", "documents", made[0], "--kind", kind, "-o", "-") == (DONE, pdf(made[0], kind))


def test_a_pipe_takes_one_paper(made: list[str]) -> None:
    assert piped("buyback", "documents", made[0], "-o", "-") == (USAGE, b"")


def test_papers_of_a_number_that_does_not_exist_are_not_found_and_no_folder_is_made(cli, tmp_path, made) -> None:
    ran = cli(["buyback", "documents", in_store_number(42, 99), "-o", str(tmp_path / "out")])
    assert ran.code == MISSING
    assert not (tmp_path / "out").exists()


def test_a_place_that_cannot_be_written_to_is_a_wrong_argument_and_leaves_no_half_file(cli, tmp_path, made) -> None:
    (tmp_path / "file").write_text("mine")
    assert cli(["buyback", "documents", made[0], "-o", str(tmp_path / "file")]).code == USAGE
    assert (tmp_path / "file").read_text() == "mine"
    before = sorted(tmp_path.iterdir())
    assert cli(["buyback", "documents", made[0], "-o", str(tmp_path / "file" / "deeper")]).code == USAGE
    assert sorted(tmp_path.iterdir()) == before


def test_printing_leaves_no_file_open(tmp_path: Path, made: list[str]) -> None:
    words = [sys.executable, "-W", "always::ResourceWarning", "-m", "comptoir", "buyback", "documents", made[0]]
    done = subprocess.run([*words, "-o", str(tmp_path)], capture_output=True, text=True, check=True, timeout=60)
    assert "ResourceWarning" not in done.stderr


# --- scanned


def test_each_barcode_of_a_real_request_reads_back_as_its_number(pdf, made: list[str]) -> None:
    for number in made:
        for kind in KINDS:
            found = barcodes(pdf(number, kind))
            assert found == ([("EAN13", number)] if kind in WITH_BARCODE else []), kind


@pytest.mark.parametrize("shop", [0, 1234, 9999])
@pytest.mark.parametrize("sequence", [1, 1234567, 8888888, 9999999])
def test_the_barcode_of_any_number_is_read_back(shop: int, sequence: int) -> None:
    number = in_store_number(shop, sequence)
    assert is_number(number)
    pdf = drawn(papers.Paper("Essai", "Comptoir", "2026-11-22T09:00:00+00:00", (papers.Barcode(number, number),)))
    assert barcodes(pdf) == [("EAN13", number)]


def test_a_barcode_is_still_read_from_a_poor_scan(pdf, made: list[str]) -> None:
    (page, *_others) = pages(pdf(made[0], "label"))
    for spoilt in (page.convert("1"), page.rotate(180), page.rotate(3, fillcolor="white")):
        assert [code.text for code in zxingcpp.read_barcodes(spoilt)] == [made[0]]


def test_the_label_of_the_largest_basket_and_the_longest_names_is_still_scanned(cli, quote, pdf, made) -> None:
    long = "Portable " + "très " * 30 + "long"
    line = f"\nBBBB0001,PC portable > {long},{long},{long},{long},,420.00,315.00,168.00\n"
    assert cli("catalog import -", input=f"{HEADER}{line}".encode()).code == DONE
    quote(*["BBBB0001"] * 10)
    numbers = [row["number"] for row in cli(validate(name=long)).data]
    assert len(numbers) == 10
    for kind in WITH_BARCODE:
        assert barcodes(pdf(numbers[9], kind)) == [("EAN13", numbers[9])]
    listed = text(pdf(numbers[0], "list")).replace(" ", "")
    assert all(number in listed for number in numbers)


# --- names nobody expects


NAMES = [
    "**Gras** __souligné__ et ~~barré~~",
    "<b>Balises</b> & entités &amp;",
    "Œuvre d'Ève — « l'été » … 50 €",
    "Motsanscoupure" * 20,
    "((parenthèses)) \\ antislash % pour cent",
    "=1+1",
    "Page {nb}",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_printed_as_it_is_whatever_it_holds(cli, quote, pdf, made: list[str], name: str) -> None:
    quote("AAAA0001")
    (row,) = cli(validate(name=name, siret="35600000000048")).data
    for kind in ("label", "deed"):
        words = text(pdf(row["number"], kind))
        assert name.replace(" ", "") in words.replace(" ", "").replace("\ufffe", "").replace("\x02", "")


@pytest.mark.parametrize(
    "name", ["東京リサイクル", "שלום", "Émoji 🙂 SARL", "हिन्दी", "\u200bVide", "e\u0301\u0301\u0301"]
)
def test_letters_that_no_font_of_ours_holds_never_stop_a_paper(cli, quote, pdf, made: list[str], name: str) -> None:
    quote("AAAA0001")
    (row,) = cli(validate(name=name, siret="35600000000048")).data
    assert all(pdf(row["number"], kind).startswith(b"%PDF-") for kind in KINDS)
    assert barcodes(pdf(row["number"], "label")) == [("EAN13", row["number"])]
