"""Files as people hand them over, made here: pictures, papers, nameplates whose bars are real, and what is none."""

import os
import struct
import sys
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO, StringIO
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from PIL import Image

from comptoir.core.acting import By
from comptoir.core.clock import Clock
from comptoir.desk import Desk
from comptoir.desk.output import Output
from comptoir.desk.paper import Paper, Paragraph
from comptoir.desk.pdf import drawn
from comptoir.store.engine import engine
from comptoir.store.migrations import upgrade

MOMENT = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
BY = By("test", MOMENT)
CASE = "00000017"


@pytest.fixture(scope="session")
def paper() -> bytes:
    """A PDF of one page."""
    return drawn(Paper("Facture", "Atelier", MOMENT.isoformat(), (Paragraph("Lave-linge"),)))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk over an empty base, where nobody can be asked."""
    upgrade(tmp_path / "shop.db")
    yield Desk({}, Clock(MOMENT), Output(StringIO(), StringIO(), os.environ), no_input=True)
    engine.cache_clear()


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, bytes], Path]:
    """Give the function that writes a file under a name."""

    def written(name: str, content: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return written


def photo(form: str = "JPEG", size: tuple[int, int] = (320, 200), seed: int = 0, **options: object) -> bytes:
    """Make a picture of noise, as large as asked."""
    noise = np.random.default_rng(seed).integers(0, 255, (size[1], size[0], 3), np.uint8)
    return saved(Image.fromarray(noise), form, **options)


def plate(*codes: tuple[str, str]) -> bytes:
    """Draw barcodes (text, format) on a nameplate, one under the other, and photograph it."""
    sheet = Image.new("L", (1200, 80 + 300 * len(codes)), 235)
    for place, (text, form) in enumerate(codes):
        bars = zxingcpp.create_barcode(text, zxingcpp.barcode_format_from_str(form)).to_image(scale=3)
        label = Image.fromarray(np.array(bars))
        label = label.crop((0, 0, label.width, min(label.height, 200)))
        sheet.paste(label, (100, 60 + 300 * place))
    return saved(sheet, "JPEG", quality=90)


def saved(picture: Image.Image, form: str, **options: object) -> bytes:
    """Give a picture as a file of this format."""
    content = BytesIO()
    picture.save(content, form, **options)
    return content.getvalue()


def chunk(name: bytes, content: bytes) -> bytes:
    """Give a chunk of a PNG."""
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def vast_png(width: int = 20_000, height: int = 10_000) -> bytes:
    """Give a PNG that is 200 megapixels large in its header, and a few hundred bytes on the disk."""
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(99))) + chunk(b"IEND", b"")


def box(name: bytes, content: bytes) -> bytes:
    """Give a box of an ISO media file."""
    return struct.pack(">I", 8 + len(content)) + name + content


def heic(width: int = 4032, height: int = 3024, brand: bytes = b"heic") -> bytes:
    """Give the structure of a photograph of an iPhone: tiles of 512 pixels, and the size of the whole."""
    sizes = b"".join(box(b"ispe", struct.pack(">III", 0, *size)) for size in ((512, 512), (width, height)))
    meta = bytes(4) + box(b"hdlr", bytes(24)) + box(b"iprp", box(b"ipco", sizes))
    return box(b"ftyp", brand + bytes(4) + b"mif1" + brand) + box(b"meta", meta) + box(b"mdat", bytes(64))


def executable() -> bytes:
    """Give the beginning of the interpreter that runs this test: a real executable."""
    with Path(sys.executable).resolve().open("rb") as file:
        return file.read(100_000)
