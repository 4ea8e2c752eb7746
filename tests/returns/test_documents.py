"""The papers of a return: they say what was asked, any scanner reads their number, and they never change."""

import hashlib
import json
import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdf
import pypdfium2
import pytest
import zxingcpp

from comptoir.core.errors import USAGE
from comptoir.deliveries.lines import REQUIRED

from .conftest import NEW, OLD, dump

NOTE = 255000500
BLANKS = str.maketrans("\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}", "  ")
Papers = Callable[..., dict[str, bytes]]


@pytest.fixture
def papers(done, tmp_path: Path) -> Papers:
    """Give the function that prints the papers of a case; their bytes by the name of their file."""

    def printed(number: str, *flags: str) -> dict[str, bytes]:
        folder = tmp_path / f"papers-{time.monotonic_ns()}"
        done(["returns", "documents", number, "-o", str(folder), *flags])
        return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}

    return printed


@pytest.fixture
def brought(done, shop: Path) -> Callable[..., None]:
    """Give the function that delivers lines, (reference, designation, quantity, price), on one note."""

    def bring(*lines: tuple[str, str, int, str], customer: str = "GARAGE DES ORMES") -> None:
        rows = [
            f'{NOTE},2021-12-03,"{customer}",{place},"{reference}",,"{designation}",{quantity},{price}'
            for place, (reference, designation, quantity, price) in enumerate(lines, 1)
        ]
        done("delivery import - --strict", input="\n".join([",".join(REQUIRED), *rows, ""]).encode())

    return bring


@pytest.fixture
def asked(done, shop: Path) -> Callable[..., list[str]]:
    """Give the function that sends all of some notes; the numbers of the cases."""

    def send(*notes: int, flags: str = "", reason: str = "ordered_by_mistake") -> list[str]:
        for note in notes:
            done(f"returns add {note} --all -r {reason}")
        return [row["number"] for row in done(f"returns send --yes --json {flags}")]

    return send


def words(pdf: bytes) -> str:
    """Read the words of a document, runs of blanks made one."""
    pages = pypdf.PdfReader(BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).translate(BLANKS).split())


def squeezed(text: str) -> str:
    """Give a text without blanks: a cell breaks its words where it must."""
    return re.sub(r"\s", "", text.translate(BLANKS))


def codes(pdf: bytes) -> list[tuple[int, str, str]]:
    """Read every barcode: its page, its symbology, its text."""
    with pypdfium2.PdfDocument(pdf) as document:
        pages = [page.render(scale=200 / 72).to_pil() for page in document]
    return [
        (place, code.format.name, code.text)
        for place, page in enumerate(pages)
        for code in sorted(zxingcpp.read_barcodes(page), key=lambda code: code.position.top_left.y)
    ]


def test_a_pre_agreement_says_what_goes_back_why_and_what_to_expect(done, papers: Papers, shop: Path) -> None:
    done(f"returns add {NEW} 1 -q 4 -r ordered_by_mistake")
    done(f"returns add {NEW} 2 -r core_deposit")
    done(f"returns add {NEW} 3 -q 2 -r defective")
    (row,) = done("returns send --yes --json")
    printed = papers(row["number"], "--kind", "pre_agreement")
    assert list(printed) == [f"pre-accord-{row['number']}.pdf"]
    told = words(*printed.values())
    for text in (
        *("Pré-accord de retour", row["number"], f"{NEW} du 03/12/2021", "GARAGE DES ORMES", "10/12/2021"),
        *("OC 1063", "RTE4522-C", "096 604 3", "Erreur commande", "29,92 €", "45,00 €", "1,08 €", "76,00 €"),
        *("sous réserve", "Dont 1,08 € après expertise", "comptoir@exemple.fr", "Comptoir Seconde Vie"),
        "Non ouvert, complet et revendable en l'état : OC 1063.",
    ):
        assert squeezed(text) in squeezed(told), text
    assert "64,90" not in told
    assert [(form, text) for _page, form, text in codes(*printed.values())] == [("Code128", row["number"])]


def test_a_pick_list_counts_the_parts_of_every_case_of_the_request(done, papers: Papers, asked) -> None:
    first, second = asked(OLD, NEW, reason="defective")
    for number in (first, second):
        printed = papers(number, "--kind", "pick_list")
        assert list(printed) == [f"ramassage-{first}.pdf"]
        told = words(*printed.values())
        for text in (first, second, f"BL {OLD}", f"BL {NEW}", "8MK376", "RTE4522-C", "VALVE CAOUTCHOUC TR413"):
            assert squeezed(text) in squeezed(told), text
        assert re.findall(r"Pièces\W+(\d+)", told) == ["22"]
        assert "€" not in told
        assert [text for _page, _form, text in codes(*printed.values())] == [first, second]


def test_papers_printed_again_are_the_same_bytes_whatever_happened_since(
    done, papers: Papers, asked, monkeypatch
) -> None:
    (number,) = asked(NEW)
    before = papers(number)
    assert len(before) == 2
    for line in (f"receive {number}", f"check {number} --all", f"close {number} --credit-note AV-1"):
        done(f"returns {line}")
    header, line = ",".join(REQUIRED), f"{NEW},2021-12-03,GARAGE DES ORMES,1,OC 1063,,AUTRE NOM,13,9.99"
    done("delivery import -", input=f"{header}\n{line}\n".encode())
    monkeypatch.setenv("COMPTOIR_AT", "2031-02-03T04:05")
    monkeypatch.setenv("COMPTOIR_SHOP_NAME", "Autre")
    assert papers(number) == before


def test_papers_printed_by_another_process_in_another_language_are_the_same_bytes(
    papers: Papers, asked, tmp_path: Path
) -> None:
    (number,) = asked(NEW)
    here = {name: hashlib.sha256(pdf).hexdigest() for name, pdf in papers(number).items()}
    time.sleep(1.1)  # a document that held the moment it was drawn would hold whole seconds
    folder = tmp_path / "there"
    subprocess.run(
        [sys.executable, "-m", "comptoir", "returns", "documents", number, "-o", str(folder), "--lang", "en"],
        env=os.environ | {"PYTHONHASHSEED": "42", "TZ": "Pacific/Auckland", "LC_ALL": "C"},
        check=True,
        capture_output=True,
        timeout=60,
    )
    assert {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()} == here


def test_a_hundred_lines_go_over_several_pages_and_none_is_lost(brought, papers: Papers, asked, shop: Path) -> None:
    brought(*((f"REF-{place:03}", f"PIECE NUMERO {place} " * 3, 2, "1.00") for place in range(100)))
    (number,) = asked(NOTE)
    for name, pdf in papers(number).items():
        pages = [page.extract_text() for page in pypdf.PdfReader(BytesIO(pdf)).pages]
        assert len(pages) > 3, name
        told = squeezed("".join(pages))
        assert all(told.count(f"REF-{place:03}") >= 1 for place in range(100))
        rows = [len(re.findall(r"REF-\d{3}", page)) for page in pages]
        titled = [page for page, count in zip(pages, rows, strict=True) if count and "Référence" in page]
        assert len(titled) >= sum(map(bool, rows)) - 1, "a table says its titles on every page"
        assert [text for _page, _form, text in codes(pdf)] == [number]
        assert f"{len(pages)}" in pages[-1]
    assert "200,00 €" in words(papers(number)[f"pre-accord-{number}.pdf"])


def test_a_request_of_fifty_notes_has_a_code_for_each_case(done, papers: Papers, shop: Path) -> None:
    rows = [
        f"{NOTE + place},2021-12-03,GARAGE DES ORMES,1,REF-{place:02},,PIECE {place},1,10.00" for place in range(50)
    ]
    done("delivery import - --strict", input="\n".join([",".join(REQUIRED), *rows, ""]).encode())
    for place in range(50):
        done(f"returns add {NOTE + place} 1 -r ordered_by_mistake")
    numbers = [row["number"] for row in done("returns send --yes --json")]
    assert len(numbers) == 50
    printed = papers(numbers[7])
    assert sorted(printed) == [f"pre-accord-{numbers[7]}.pdf", f"ramassage-{numbers[0]}.pdf"]
    assert [text for _page, _form, text in codes(printed[f"ramassage-{numbers[0]}.pdf"])] == numbers


ODD = [
    ("ÉÀÇ/œ-1", "Écrou ½ « spécial » – 82°C ± 1 µm – Œ"),
    ("LONG" * 15, "UNMOTSANSBLANC" * 12),
    ("€-5", "prix < 5 € & plus > 3 \\ ' ` ~ ^ | {} [] <b>gras</b> **gras** %s {0}"),
    ("ПК-77", "Фильтр масляный"),
    ("中-8", "滤清器 机油"),
    ("RTL-9", "מסנן שמן"),
    ("E-10", "pièce 🔧 à visser 🇫🇷"),
    ("NFD-11", "cafe\N{COMBINING ACUTE ACCENT}"),
    ("ZW-12", "zéro\N{ZERO WIDTH SPACE}largeur\N{RIGHT-TO-LEFT OVERRIDE}fin"),
]


def test_odd_characters_are_printed_and_break_nothing(brought, papers: Papers, asked, done, shop: Path) -> None:
    brought(*((reference, designation, 1, "10.00") for reference, designation in ODD), customer="L'Été & Fils <SARL>")
    (number,) = asked(NOTE, flags="--email erp@exemple.fr")
    for pdf in papers(number).values():
        told = squeezed(words(pdf))
        for text in (
            "ÉÀÇ/œ-1",
            "Écrou½«spécial»–82°C±1µm–Œ",
            "LONG" * 15,
            "UNMOTSANSBLANC" * 12,
            "<b>gras</b>**gras**",
        ):
            assert text in told, text
        for text in ("L'Été&Fils<SARL>", "café", "-77", "-8", "RTL-9", "pièce"):
            assert text in told, text
        assert not set("ПФ中滤מ\u200b\u202e🔧") & set(told), "no font of ours has them: each shows as a box"
        assert [text for _page, _form, text in codes(pdf)] == [number]
    with closing(sqlite3.connect(shop)) as connection:
        ((content,),) = connection.execute("SELECT content FROM outbox")
    letter = json.loads(content)["text"]
    assert "L'Été & Fils" in letter or "prix < 5 € & plus > 3" in letter
    assert "&amp;" not in letter
    assert "{{" not in letter


def test_the_letter_of_a_request_has_its_papers_and_says_what_they_say(asked, papers: Papers, cli, shop: Path) -> None:
    first, second = asked(OLD, NEW, flags="--email erp@exemple.fr", reason="defective")
    (mail,) = dump(shop)["outbox"]
    shown: dict[str, Any] = cli(f"outbox show {mail[0]} --json").data
    assert shown["recipient"] == "erp@exemple.fr"
    assert [(paper["reference"], paper["kind"], paper["file"]) for paper in shown["papers"]] == [
        (first, "pre_agreement", f"pre-accord-{first}.pdf"),
        (second, "pre_agreement", f"pre-accord-{second}.pdf"),
        (f"return-{first}", "pick_list", f"ramassage-{first}.pdf"),
    ]
    names = {paper["file"] for paper in shown["papers"]}
    assert set(papers(first)) | set(papers(second)) == names
    for text in (first, second, str(OLD), str(NEW), "8MK376", "416,82 €", "10/12/2021"):
        assert text in shown["text"].translate(BLANKS), text
    lines = shown["text"].translate(BLANKS).splitlines()
    assert sum(line.startswith("- ") and line.endswith(" €") for line in lines) == 5
    for number, note in ((first, OLD), (second, NEW)):
        assert f"Dossier {number}, bon de livraison {note} :" in lines
    assert "- 2 x 8MK376 RADIATEUR MOTEUR (Pièce défectueuse) : 187,08 €" in lines
    assert first in shown["subject"]
    assert second in shown["subject"]


def test_a_request_without_an_address_has_papers_and_no_letter(asked, papers: Papers, shop: Path) -> None:
    (number,) = asked(NEW)
    assert dump(shop)["outbox"] == []
    assert len(papers(number)) == 2


def test_one_paper_goes_into_a_pipe_and_two_do_not(asked, cli, papers: Papers, shop: Path) -> None:
    (number,) = asked(NEW)
    assert cli(f"returns documents {number} -o -").code == USAGE
    words = [sys.executable, "-m", "comptoir", "returns", "documents", number, "-o", "-", "--kind", "pre_agreement"]
    piped = subprocess.run(words, check=True, capture_output=True, timeout=60).stdout
    assert piped == papers(number)[f"pre-accord-{number}.pdf"]
    assert piped.startswith(b"%PDF-")


def test_each_row_of_a_pick_list_is_a_line_with_a_box_to_tick(asked, papers: Papers) -> None:
    (number,) = asked(NEW, reason="defective")
    told = [page.extract_text() for page in pypdf.PdfReader(BytesIO(papers(number)[f"ramassage-{number}.pdf"])).pages]
    boxes = re.findall(r"^(?:☐|\[ *\]) *(\S+)", "\n".join(told).translate(BLANKS), re.MULTILINE)
    assert boxes == ["OC", "RTE4522-C", "096", "OC"]
