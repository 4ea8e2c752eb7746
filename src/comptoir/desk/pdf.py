"""Papers drawn as PDF: the only importer of fpdf2 and python-barcode; the same paper gives the same bytes."""

from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from itertools import zip_longest
from typing import Any

from barcode.codex import Code128
from barcode.ean import EuropeanArticleNumber13
from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import FontFace, TTFFont

from comptoir.core.paris import in_paris
from comptoir.core.text import REPLACEMENT
from comptoir.desk.paper import (
    Barcode,
    Blank,
    Boxes,
    Codes,
    CutLine,
    Facts,
    Heading,
    Pair,
    Paper,
    Paragraph,
    Signature,
    Steps,
    Table,
    Total,
)

# Millimetres and points of an A4 sheet.
MARGIN = 18
FOOT = 20
WIDTH = 210 - 2 * MARGIN
LABELS = 52  # the column of labels in a block of facts
INK, SOFT, LINE, WASH, ACCENT, ALERT = (
    (25, 28, 33),
    (95, 102, 112),
    (190, 196, 204),
    (243, 245, 248),
    (18, 66, 120),
    (176, 74, 0),
)
# 0.4 mm a module is 121 % of the nominal EAN-13 (GS1 General Specifications 5.2.6): read by any till at arm's length.
MODULE, BARS, GUARD, QUIET = 0.4, 20.0, 2.0, 11
TITLE = 24  # millimetres that a heading and the first lines below it take
CARD = 44  # millimetres from the top of a card to the next below
PAGES = "‡‡"  # stands for the number of pages until it is known; fpdf2's own `{nb}` could be in a name
FAMILY, SIGNS = "Noto", "Signs"


def drawn(paper: Paper) -> bytes:
    """Draw a paper; raise nothing for a character that the fonts do not hold, it shows as a box."""
    with closing(Sheet(paper)) as sheet:
        sheet.add_page()
        for block, after in zip_longest(paper.blocks, paper.blocks[1:]):
            if isinstance(block, Heading) and isinstance(after, Codes):
                sheet.room(TITLE + CARD)
            DRAW[type(block)](sheet, block)
        return bytes(sheet.output())


class Sheet(FPDF):
    """An A4 document with the house's head, foot and fonts."""

    def __init__(self, paper: Paper) -> None:
        super().__init__(format="A4", unit="mm")
        self.paper = paper
        moment = datetime.fromisoformat(paper.issued_at)
        self.day = in_paris(moment).strftime("%d/%m/%Y")
        self.set_creation_date(moment)
        self.alias_nb_pages(PAGES)
        self.set_title(paper.title)
        self.set_author(paper.issuer)
        self.set_lang("fr-FR")
        self.set_margins(MARGIN, 14, MARGIN)
        self.set_auto_page_break(auto=True, margin=FOOT)
        for family, style, name in ((FAMILY, "", "Regular"), (FAMILY, "B", "Bold"), (SIGNS, "", "Signs")):
            self.add_font(family, style, str(files("comptoir.desk") / "fonts" / f"NotoSans-{name}.ttf"))
        self.set_fallback_fonts([SIGNS], exact_match=False)

    def typefaces(self) -> list[TTFFont]:
        """Give the fonts in use."""
        return [font for font in self.fonts.values() if isinstance(font, TTFFont)]

    def close(self) -> None:
        """Let go of the font files, which fpdf2 keeps open."""
        for font in self.typefaces():
            font.ttfont.close()

    def header(self) -> None:
        """Draw the issuer and the day; on the first page, the title."""
        self.write_text(self.paper.issuer, 9, "B", ACCENT)
        self.set_y(14)
        self.write_text(self.day, 9, "", SOFT, align="R")
        self.rule(self.get_y() + 1.5, ACCENT, 0.6)
        self.set_y(self.get_y() + 5)
        if self.page_no() == 1:
            self.write_text(self.paper.title, 20, "B", INK, height=9)
            self.ln(3)

    def footer(self) -> None:
        """Draw the page's number and the note."""
        self.set_y(-14)
        self.write_text(f"{self.page_no()}/{PAGES}", 8, "", SOFT)
        self.set_y(-14)
        self.write_text(self.paper.note, 8, "", SOFT, align="R")

    def write_text(  # noqa: PLR0913 - one text and how it looks
        self,
        text: str,
        size: float,
        style: str,
        colour: tuple[int, int, int],
        *,
        align: str = "L",
        height: float = 0.0,
        width: float = 0.0,
    ) -> None:
        """Write a text in lines from the current place, then go below it at the same left edge."""
        self.set_font(FAMILY, style, size)
        self.set_text_color(*colour)
        self.multi_cell(
            width, height or size * 0.46, known(text), align=align, new_x=XPos.LEFT, new_y=YPos.NEXT, padding=0
        )

    def rule(self, y: float, colour: tuple[int, int, int], thickness: float) -> None:
        """Draw a line across the text's width."""
        self.set_draw_color(*colour)
        self.set_line_width(thickness)
        self.line(MARGIN, y, MARGIN + WIDTH, y)

    def room(self, height: float) -> None:
        """Go to a new page unless this height is left on the page."""
        if self.will_page_break(height):
            self.add_page()


@lru_cache(maxsize=1)
def _repertoire() -> frozenset[int]:
    with closing(Sheet(Paper("", "", "2026-01-01T00:00:00+00:00", ()))) as sheet:
        return frozenset(code for font in sheet.typefaces() for code in font.cmap)


def known(text: str) -> str:
    """Give the text with a replacement for each character that no font of ours draws."""
    repertoire = _repertoire()
    return "".join(c if ord(c) in repertoire or c == "\n" else REPLACEMENT for c in text)


def _heading(sheet: Sheet, block: Heading) -> None:
    sheet.room(TITLE)
    sheet.ln(2)
    size = 16 if block.level == 1 else 12
    sheet.write_text(block.text, size, "B", INK if block.level == 1 else ACCENT)
    sheet.ln(1)


def _paragraph(sheet: Sheet, block: Paragraph) -> None:
    if block.tone != "warning":
        small = block.tone == "small"
        sheet.write_text(block.text, 8.5 if small else 10, "", SOFT if small else INK)
        sheet.ln(1.5)
        return
    sheet.room(14)
    top = sheet.get_y() + 1
    sheet.set_xy(MARGIN + 6, top + 1)
    sheet.write_text(block.text, 10, "B", ALERT, width=WIDTH - 6)
    sheet.set_fill_color(*ALERT)
    sheet.rect(MARGIN, top, 2, sheet.get_y() + 1 - top, style="F")
    sheet.set_xy(MARGIN, sheet.get_y() + 4)


def _facts(sheet: Sheet, block: Facts) -> None:
    if block.title:
        _heading(sheet, Heading(block.title))
    for label, value in block.rows:
        sheet.room(10)
        page, top = sheet.page_no(), sheet.get_y()
        sheet.write_text(label, 9, "", SOFT, height=5, width=LABELS)
        below = sheet.get_y()
        sheet.set_xy(MARGIN + LABELS, top)
        sheet.write_text(value or "-", 10, "", INK, height=5, width=WIDTH - LABELS)
        lowest = max(sheet.get_y(), below if sheet.page_no() == page else 0)
        sheet.set_xy(MARGIN, lowest + 0.3)
    sheet.ln(1)


def _pair(sheet: Sheet, block: Pair) -> None:
    gap = 14
    width = (WIDTH - gap) / 2
    sheet.room(34)
    top = sheet.get_y() + 1
    sides = ((MARGIN, block.left_title, block.left), (MARGIN + width + gap, block.right_title, block.right))
    lowest = top
    for left, title, lines in sides:
        sheet.set_xy(left + 3, top + 2.5)
        sheet.write_text(title, 9, "", SOFT, width=width - 6)
        for place, line in enumerate(lines):
            sheet.write_text(line, 10, "" if place else "B", INK, height=5, width=width - 6)
        lowest = max(lowest, sheet.get_y())
    height = lowest + 2.5 - top
    sheet.set_draw_color(*LINE)
    sheet.set_line_width(0.3)
    for left, _title, _lines in sides:
        sheet.rect(left, top, width, height)
    if block.arrow:
        _arrow(sheet, MARGIN + width + 3, top + height / 2, gap - 6)
    sheet.set_xy(MARGIN, top + height + 4)


def _arrow(sheet: Sheet, x: float, y: float, length: float) -> None:
    sheet.set_draw_color(*ACCENT)
    sheet.set_line_width(0.7)
    for end in ((x, y), (x + length - 2.5, y - 2.5), (x + length - 2.5, y + 2.5)):
        sheet.line(*end, x + length, y)


def _table(sheet: Sheet, block: Table) -> None:
    sheet.set_font(FAMILY, "", 9)
    sheet.set_text_color(*INK)
    sheet.set_draw_color(*LINE)
    sheet.set_line_width(0.2)
    head = FontFace(emphasis="BOLD", color=INK, fill_color=WASH)
    aligned = tuple("RIGHT" if place in block.figures else "LEFT" for place in range(len(block.titles)))
    with sheet.table(
        width=WIDTH,
        col_widths=block.widths,
        text_align=aligned,
        headings_style=head,
        borders_layout="HORIZONTAL_LINES",
        line_height=5,
        padding=1,
    ) as laid:
        for row in (block.titles, *block.rows):
            laid.row([known(cell) for cell in row])
    sheet.ln(3)


def _total(sheet: Sheet, block: Total) -> None:
    sheet.room(16)
    top = sheet.get_y() + 1
    sheet.set_fill_color(*WASH)
    sheet.rect(MARGIN, top, WIDTH, 11, style="F")
    sheet.set_xy(MARGIN + 3, top + 2.6)
    sheet.write_text(block.label, 11, "B", INK, height=6)
    sheet.set_xy(MARGIN, top + 2.6)
    sheet.write_text(block.amount, 14, "B", ACCENT, align="R", height=6, width=WIDTH - 3)
    sheet.set_xy(MARGIN, top + 13)


def _barcode(sheet: Sheet, block: Barcode) -> None:
    pattern = EuropeanArticleNumber13(block.number).build()[0]
    sheet.room(BARS + 16)
    left = MARGIN + (WIDTH - len(pattern) * MODULE) / 2
    top = sheet.get_y() + 2
    _bars(sheet, pattern, (left, top, MODULE), lambda start: BARS + (GUARD if _is_guard(start) else 0))
    sheet.set_xy(left - QUIET * MODULE, top + BARS + GUARD + 0.5)
    digits = f"{block.number[0]} {block.number[1:7]} {block.number[7:]}"
    sheet.write_text(digits, 12, "B", INK, align="C", width=(len(pattern) + 2 * QUIET) * MODULE)
    sheet.set_x(MARGIN)
    if block.caption:
        sheet.write_text(block.caption, 9, "", SOFT, align="C")
    sheet.set_xy(MARGIN, sheet.get_y() + 3)


def _codes(sheet: Sheet, block: Codes) -> None:
    # Cards stand apart: a beam that passes over one must not catch its neighbour.
    apart = WIDTH / block.columns
    for place, (title, text, caption) in enumerate(block.cards):
        column = place % block.columns
        if not column:
            sheet.room(CARD)
            top = sheet.get_y()
        pattern = Code128(text).build()[0]
        module = min(MODULE, apart / (len(pattern) + 2 * QUIET))
        left = MARGIN + column * apart
        sheet.set_xy(left, top + 2)
        sheet.write_text(title, 13, "B", INK, align="C", width=apart)
        start = left + (apart - len(pattern) * module) / 2
        _bars(sheet, pattern, (start, top + 10, module), lambda _start: BARS - 2)
        sheet.set_xy(left, top + 10 + BARS - 1)
        sheet.write_text(caption, 8.5, "", SOFT, align="C", width=apart)
        sheet.set_xy(MARGIN, top + CARD)


def _bars(sheet: Sheet, pattern: str, place: tuple[float, float, float], height: Callable[[int], float]) -> None:
    """Draw the bars of a pattern from a corner, in modules of a width; the height is that of the bar's first module."""
    left, top, module = place
    sheet.set_fill_color(0, 0, 0)
    for start, end in _runs(pattern):
        sheet.rect(left + start * module, top, (end - start) * module, height(start), style="F")


def _runs(pattern: str) -> list[tuple[int, int]]:
    """Give the (start, end) modules of each bar."""
    edges = [place for place in range(len(pattern) + 1) if _bar(pattern, place) != _bar(pattern, place - 1)]
    return list(zip(edges[::2], edges[1::2], strict=True))


def _bar(pattern: str, place: int) -> bool:
    return 0 <= place < len(pattern) and pattern[place] != "0"


def _is_guard(module: int) -> bool:
    return module < 3 or 45 <= module < 50 or module >= 92  # noqa: PLR2004 - EAN-13's guards, out of 95 modules


def _steps(sheet: Sheet, block: Steps) -> None:
    for number, (title, details) in enumerate(block.steps, 1):
        sheet.room(8 + 5 * len(details))
        top = sheet.get_y() + 0.5
        sheet.set_fill_color(*ACCENT)
        sheet.circle(MARGIN + 3, top + 3, 3, style="F")
        sheet.set_xy(MARGIN, top + 0.8)
        sheet.write_text(str(number), 9, "B", (255, 255, 255), align="C", width=6)
        sheet.set_xy(MARGIN + 9, top + 0.6)
        sheet.write_text(title, 10.5, "B", INK, width=WIDTH - 9)
        for detail in details:
            sheet.set_x(MARGIN + 9)
            sheet.write_text(f"•  {detail}", 10, "", INK, height=5, width=WIDTH - 9)
        sheet.set_xy(MARGIN, sheet.get_y() + 2)


def _boxes(sheet: Sheet, block: Boxes) -> None:
    for ticked, text in block.items:
        sheet.room(12)
        top = sheet.get_y() + 1
        sheet.set_draw_color(*INK)
        sheet.set_line_width(0.3)
        sheet.rect(MARGIN + 1, top, 4, 4)
        sheet.set_xy(MARGIN, top)
        sheet.write_text("X" if ticked else "", 10, "B", INK, align="C", height=4, width=6)
        sheet.set_xy(MARGIN + 7, top - 0.5)
        sheet.write_text(text, 10, "", INK, height=5, width=WIDTH - 7)
        sheet.set_xy(MARGIN, sheet.get_y() + 1)
    sheet.ln(2)


def _cut_line(sheet: Sheet, block: CutLine) -> None:
    sheet.room(12)
    y = sheet.get_y() + 7
    sheet.set_xy(MARGIN, y - 4.5)
    sheet.write_text(block.caption, 8, "", SOFT, align="C")
    sheet.set_draw_color(*INK)
    sheet.set_line_width(0.3)
    sheet.set_dash_pattern(dash=2.5, gap=1.8)
    sheet.line(0, y, 210, y)
    sheet.set_dash_pattern()
    for side in (-1, 1):
        sheet.circle(5, y + side * 1.6, 1.2)
        sheet.line(6, y + side * 1.0, 11, y - side * 1.6)
    sheet.set_xy(MARGIN, y + 5)


def _blank(sheet: Sheet, block: Blank) -> None:
    sheet.room(6 + 9 * block.lines)
    sheet.write_text(block.label, 9, "", SOFT)
    y = sheet.get_y()
    for _line in range(block.lines):
        y += 8
        sheet.rule(y, LINE, 0.2)
    sheet.set_xy(MARGIN, y + 4)


def _signature(sheet: Sheet, block: Signature) -> None:
    sheet.room(33)
    top = sheet.get_y() + 3
    sheet.set_xy(MARGIN, top)
    sheet.write_text(f"{block.date_label}  ____ / ____ / ________", 10, "", INK, width=WIDTH / 2)
    half = MARGIN + WIDTH / 2
    sheet.set_xy(half, top)
    sheet.write_text(f"{block.label} :", 10, "", INK, width=WIDTH / 2)
    sheet.set_draw_color(*LINE)
    sheet.set_line_width(0.3)
    sheet.rect(half, top + 6, WIDTH / 2, 22)
    sheet.set_xy(MARGIN, top + 30)


DRAW: dict[type, Callable[[Sheet, Any], None]] = {
    Heading: _heading,
    Paragraph: _paragraph,
    Facts: _facts,
    Pair: _pair,
    Table: _table,
    Total: _total,
    Barcode: _barcode,
    Codes: _codes,
    Steps: _steps,
    Boxes: _boxes,
    CutLine: _cut_line,
    Blank: _blank,
    Signature: _signature,
}
