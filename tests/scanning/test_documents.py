"""The sheet of codes: printed, every code on it is read back as what it is."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import combinations

import pypdfium2
import pytest
import zxingcpp
from PIL.Image import Image

from comptoir.core.i18n import _
from comptoir.desk.pdf import drawn
from comptoir.returns.reasons import Reason, load
from comptoir.scanning.commands import CALIBRATION, Command, Profile, calibrated, code, coded, letters_of
from comptoir.scanning.documents import sheet

NOON = datetime(2026, 11, 22, 11, tzinfo=UTC)
SCALE = 3
MILLIMETRE = SCALE * 72 / 25.4
OWN = """
[wrong_part_delivered]
label = "Mauvaise pièce livrée"
family = "new"
credits = "price"
days = 10
at_once = true
unopened = true
code = "VRNG"
"""


def rendered(reasons: Sequence[Reason]) -> list[Image]:
    document = pypdfium2.PdfDocument(drawn(sheet("Comptoir Seconde Vie", reasons, NOON)))
    return [page.render(scale=SCALE).to_pil().convert("L") for page in document]


def read(pages: Sequence[Image]) -> list[str]:
    plain = zxingcpp.TextMode.Plain
    found = [code for page in pages for code in zxingcpp.read_barcodes(page, text_mode=plain)]
    return [bytes(code.bytes).decode() for code in found]


@pytest.fixture(scope="module")
def reasons() -> list[Reason]:
    return list(load("").values())


@pytest.fixture(scope="module")
def pages(reasons) -> list[Image]:
    return rendered(reasons)


def test_every_order_and_every_reason_has_one_card_that_is_read_back(pages, reasons):
    found = Counter(read(pages))
    assert found.pop(CALIBRATION) == 1
    assert set(found.values()) == {1}
    assert {coded(text) for text in found} - {None} == set(Command)
    assert code(Command.ALL) in found
    assert {letters_of(text) for text in found if not coded(text)} == {reason.code for reason in reasons}


def test_it_takes_two_pages_at_most(pages):
    assert len(pages) <= 2


def test_a_reason_of_the_shop_has_its_card(tmp_path):
    (tmp_path / "own.toml").write_text(OWN, "utf-8")
    own = list(load(str(tmp_path / "own.toml")).values())
    found = [letters_of(text) for text in read(rendered(own))]
    assert [found.count(reason.code) for reason in own] == [1] * 6
    assert "VRNG" in found


def test_no_heading_stands_alone_at_the_foot_of_a_page(reasons):
    document = pypdfium2.PdfDocument(drawn(sheet("Comptoir Seconde Vie", reasons, NOON)))
    texts = [page.get_textpage().get_text_range().split("\r\n") for page in document]
    (place,) = [number for number, text in enumerate(texts) if _("Reasons for a return") in text]
    assert reasons[0].label in texts[place]


def test_the_calibration_code_of_the_sheet_tells_that_a_right_scanner_is_right(pages):
    (calibration,) = [text for text in read(pages) if len(text) == len(CALIBRATION)]
    assert calibrated(calibration.encode() + b"\r") == Profile()


def test_cards_stand_far_enough_apart_for_a_beam_to_catch_one(pages):
    for page in pages:
        placed = [code.position for code in zxingcpp.read_barcodes(page)]
        boxes = [(p.top_left.x, p.top_left.y, p.bottom_right.x, p.bottom_right.y) for p in placed]
        assert len(boxes) > 1
        for (left, top, right, bottom), other in combinations(boxes, 2):
            across = max(other[0] - right, left - other[2])
            down = max(other[1] - bottom, top - other[3])
            assert max(across, down) >= 4 * MILLIMETRE
