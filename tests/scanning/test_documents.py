"""The sheet of codes: printed, every code on it is read back as what it is."""

from datetime import UTC, datetime

import pypdfium2
import pytest
import zxingcpp

from comptoir.desk.pdf import drawn
from comptoir.scanning.commands import CALIBRATION, Command, Profile, calibrated, coded
from comptoir.scanning.documents import sheet

NOON = datetime(2026, 11, 22, 11, tzinfo=UTC)


@pytest.fixture(scope="module")
def pages() -> list[object]:
    document = pypdfium2.PdfDocument(drawn(sheet("Comptoir Seconde Vie", NOON)))
    return [page.render(scale=3).to_pil().convert("L") for page in document]


def test_it_is_one_page_and_every_code_is_read_back(pages):
    assert len(pages) == 1
    read = {bytes(code.bytes).decode() for code in zxingcpp.read_barcodes(pages[0], text_mode=zxingcpp.TextMode.Plain)}
    assert {coded(text) for text in read - {CALIBRATION}} == set(Command)
    assert CALIBRATION in read


def test_the_calibration_code_of_the_sheet_tells_that_a_right_scanner_is_right(pages):
    (code,) = [
        bytes(code.bytes)
        for code in zxingcpp.read_barcodes(pages[0], text_mode=zxingcpp.TextMode.Plain)
        if len(code.bytes) == len(CALIBRATION)
    ]
    assert calibrated(code + b"\r") == Profile()


def test_cards_stand_far_enough_apart_for_a_beam_to_catch_one(pages):
    placed = [code.position for code in zxingcpp.read_barcodes(pages[0])]
    boxes = [(p.top_left.x, p.top_left.y, p.bottom_right.x, p.bottom_right.y) for p in placed]
    millimetre = 3 * 72 / 25.4
    for number, (left, top, right, bottom) in enumerate(boxes):
        for other in boxes[number + 1 :]:
            across = max(other[0] - right, left - other[2])
            down = max(other[1] - bottom, top - other[3])
            assert max(across, down) >= 4 * millimetre
