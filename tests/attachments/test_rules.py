"""Names that are kept and names that are written: these never lead anywhere."""

import os
import unicodedata
from pathlib import Path, PureWindowsPath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from comptoir.attachments.rules import (
    ENDINGS,
    LONGEST_NAME,
    Device,
    Media,
    Scope,
    distinct,
    original,
    safe_name,
    shelf,
)

PIECES = [
    "..",
    "/",
    "\\",
    ".",
    " ",
    "CON",
    "aux",
    "LPT1",
    "com¹",
    ":",
    "\0",
    "\n",
    "~",
    "-rf",
    "é",
    "e\u0301",
    "\u202e",
]
PIECES += [".pdf", ".JPEG", ".exe", "a", "🦊", "\udce9", "C:", "*", "?", '"', "<", "|", "CONIN$", "%2e%2e%2f"]
names = st.one_of(st.text(max_size=300), st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
medias = st.sampled_from([*Media, "application/x-other"])


@given(names, medias)
@example("../../etc/passwd", Media.PDF)
@example("..", Media.PDF)
@example("", Media.PDF)
@example("CON.pdf", Media.PDF)
@example("NUL", Media.PDF)
@example("a" * 300 + ".pdf", Media.PDF)
@example("🦊" * 300, Media.PDF)
@example(".ssh/.bashrc", Media.JPEG)
@example("photo.jpg:hidden", Media.JPEG)
@example("C:\\Windows\\x.pdf", Media.PDF)
@example("a. .", Media.PDF)
@example("_ .pdf", Media.PDF)
def test_a_written_name_never_climbs_nor_hides_and_has_its_true_ending(name: str, media: str) -> None:
    made = safe_name(name, media)
    assert Path(made).name == made == PureWindowsPath(made).name
    assert not PureWindowsPath(made).is_reserved()
    assert not made.startswith((".", "-", "~", " "))
    assert not made.endswith((".", " "))
    assert made.isprintable()
    assert not set(made) & set('<>:"/\\|?*\ufffd')
    assert len(os.fsencode(made)) <= LONGEST_NAME + 10
    ending = Path(made).suffix.lower()
    assert ending in ENDINGS.get(media, (".bin",))
    assert len(made) > len(ending)
    assert safe_name(made, media) == made


@given(st.lists(st.tuples(names, medias), max_size=8))
def test_names_written_together_are_distinct_on_every_disk(asked: list[tuple[str, str]]) -> None:
    taken: set[str] = set()
    made = [distinct(safe_name(name, media), taken) for name, media in asked]
    assert len({unicodedata.normalize("NFC", name.casefold()) for name in made}) == len(asked)
    assert all(Path(name).name == name for name in made)


def test_names_that_are_taken_are_numbered() -> None:
    taken: set[str] = set()
    asked = ["photo.jpg", "photo.jpg", "Photo.JPG", "e\u0301.pdf", "é.pdf", "photo (2).jpg"]
    assert [distinct(name, taken) for name in asked] == [
        "photo.jpg",
        "photo (2).jpg",
        "Photo (3).JPG",
        "e\u0301.pdf",
        "é (2).pdf",
        "photo (2) (2).jpg",
    ]


@pytest.mark.parametrize(
    ("name", "media", "written"),
    [
        ("Facture n° 12.PDF", Media.PDF, "Facture n° 12.PDF"),
        ("photo.png", Media.JPEG, "photo.jpg"),
        ("photo.jpeg", Media.JPEG, "photo.jpeg"),
        ("facture.pdf.exe", Media.PDF, "facture.pdf.exe.pdf"),
        ("facture", Media.PDF, "facture.pdf"),
        ("../../etc/passwd", Media.JPEG, "passwd.jpg"),
        ("con.pdf", Media.PDF, "_con.pdf"),
        ("..", Media.PNG, "document.png"),
        ("-rf.png", Media.PNG, "rf.png"),
        ("devis signé v1.2 du 3.4.2026", Media.PDF, "devis signé v1.2 du 3.4.2026.pdf"),
    ],
)
def test_a_written_name_says_what_the_kept_one_says(name: str, media: str, written: str) -> None:
    assert safe_name(name, media) == written


@given(names)
def test_a_kept_name_is_one_short_line(name: str) -> None:
    kept = original(name)
    assert 0 < len(kept) <= LONGEST_NAME
    assert kept.isprintable()
    assert kept.encode()
    assert original(kept) == kept or "/" in kept


def test_a_long_name_keeps_its_ending() -> None:
    assert original("x" * 400 + ".pdf").endswith("x.pdf")
    assert len(original("x" * 400 + ".pdf")) == LONGEST_NAME
    assert original("a\tb\x1b[31m\udce9.pdf") == "a b\ufffd[31m\ufffd.pdf"


def test_what_documents_are_about_does_not_count_accents_capitals_and_blanks() -> None:
    assert shelf(Scope.FAMILY, "  Gros  ÉLECTROMÉNAGER ") == shelf(Scope.FAMILY, "gros electromenager")
    device = Device("lave-linge", "Gros électroménager", "Bosch", "WAT 28400FF")
    assert device.shelves() == (
        shelf(Scope.MODEL, "BOSCH wat 28400ff"),
        shelf(Scope.PRODUCT, "lave-linge"),
        shelf(Scope.FAMILY, "gros electromenager"),
    )
    assert Device("", "  ", "Bosch", " ").shelves() == ()
