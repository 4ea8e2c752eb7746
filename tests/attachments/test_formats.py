"""True types: what a content is, whatever it is called, and how large without decoding it."""

import struct
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from comptoir.attachments.formats import MOST_PIXELS, examined, foreign
from comptoir.attachments.refusals import BrokenDocument, TooManyPixels, TwoTypes, WrongType
from comptoir.attachments.rules import Media

from .conftest import box, chunk, executable, heic, photo, saved, vast_png

PATH = Path("facture.pdf")
PICTURES = {
    "JPEG": (Media.JPEG, {}),
    "progressive": (Media.JPEG, {"progressive": True, "quality": 95}),
    "restarts": (Media.JPEG, {"restart_marker_blocks": 2, "exif": b"Exif\0\0" + bytes(50)}),
    "PNG": (Media.PNG, {}),
    "interlaced": (Media.PNG, {"optimize": True}),
    "WEBP": (Media.WEBP, {}),
    "lossless": (Media.WEBP, {"lossless": True}),
    "extended": (Media.WEBP, {"exif": b"Exif\0\0MM\0*" + bytes(20)}),
}
FORMS = {Media.JPEG: "JPEG", Media.PNG: "PNG", Media.WEBP: "WEBP"}


def zipped() -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    return content.getvalue()


@pytest.mark.parametrize("name", PICTURES)
@given(width=st.integers(1, 300), height=st.integers(1, 300))
def test_the_size_of_a_picture_is_the_one_its_decoder_gives(name, width, height) -> None:
    media, options = PICTURES[name]
    made = saved(Image.new("RGB", (width, height), "teal"), FORMS[media], **options)
    assert examined(made, PATH) == (media, (width, height))


def test_photographs_of_several_pictures_and_with_a_film_behind_are_photographs() -> None:
    several = BytesIO()
    frames = [Image.new("RGB", (60, 40), colour) for colour in ("red", "blue")]
    frames[0].save(several, "MPO", save_all=True, append_images=frames[1:])
    assert examined(several.getvalue(), PATH) == (Media.JPEG, (60, 40))
    assert examined(photo() + box(b"ftyp", b"mp42") + bytes(500), PATH).size == (320, 200)


def test_a_picture_in_the_metadata_of_a_photograph_is_not_its_size_nor_its_end() -> None:
    thumbnail = photo(size=(400, 300))
    whole = photo(size=(320, 200), exif=b"Exif\0\0" + thumbnail[:60_000])
    assert examined(whole, PATH).size == (320, 200)
    with pytest.raises(BrokenDocument):
        examined(whole[: len(whole) * 3 // 4], PATH)


def test_a_pdf_is_one_by_its_first_byte_and_its_end(paper: bytes) -> None:
    assert examined(paper, PATH) == (Media.PDF, None)
    assert examined(paper + b"\r\n", PATH) == (Media.PDF, None)
    with pytest.raises(BrokenDocument):
        examined(paper[:-100], PATH)
    with pytest.raises(BrokenDocument):
        examined(b"%PDF-1.7\n" + b"x" * 3_000 + b"%%EOF", PATH)
    with pytest.raises(BrokenDocument):
        examined(paper + b"<script>" * 200, PATH)
    for before in (b"\n", b"MZ", b"<html>"):
        with pytest.raises(WrongType):
            examined(before + paper, PATH)


def test_a_photograph_of_an_iphone_has_the_size_of_its_whole() -> None:
    assert examined(heic(), PATH) == (Media.HEIC, (4032, 3024))
    assert examined(heic(brand=b"heix"), PATH).media_type is Media.HEIC
    with pytest.raises(TooManyPixels):
        examined(heic(20_000, 10_000), PATH)
    for cut in (heic()[:-1], heic()[:60], heic().replace(b"iprp", b"free"), heic().replace(b"ispe", b"free")):
        with pytest.raises(BrokenDocument):
            examined(cut, PATH)


OTHERS = {
    "ELF": (executable, "program"),
    "Windows": (lambda: b"MZ" + bytes(500), "program"),
    "script": (lambda: b"#!/bin/sh\nrm -rf /\n", "program"),
    "zip": (zipped, "archive"),
    "gzip": (lambda: b"\x1f\x8b\x08" + bytes(50), "archive"),
    "old Word": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "office"),
    "GIF": (lambda: photo("GIF"), "picture of another type"),
    "BMP": (lambda: photo("BMP"), "picture of another type"),
    "TIFF": (lambda: photo("TIFF"), "picture of another type"),
    "AVIF": (lambda: box(b"ftyp", b"avif" + bytes(4) + b"mif1avif") + bytes(90), "picture of another type"),
    "film": (lambda: box(b"ftyp", b"isom" + bytes(4) + b"mp42") + bytes(90), "video"),
    "sound": (lambda: b"RIFF\x24\0\0\0WAVEfmt " + bytes(90), "video"),
    "page": (lambda: b"\xef\xbb\xbf \n<!DOCTYPE html><html></html>", "web page"),
    "drawing": (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "web page"),
    "text": (lambda: "Facture n° 12 réglée\n".encode() * 400, "text"),
    "Latin text": (lambda: "réglée".encode("latin-1"), "nothing"),
    "noise": (lambda: bytes(range(256)), "nothing"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_not_taken_is_named_for_what_it_is(name: str) -> None:
    make, truth = OTHERS[name]
    with pytest.raises(WrongType) as refused:
        examined(make(), PATH)
    assert truth in refused.value.truth
    assert str(PATH) in refused.value.message


def test_an_archive_behind_a_document_is_seen(paper: bytes) -> None:
    hidden = zipped()
    for outside in (photo(), photo("PNG"), heic() + box(b"free", b"")):
        with pytest.raises(TwoTypes):
            examined(outside + hidden, PATH) if outside[4:8] != b"ftyp" else examined(
                heic() + box(b"free", hidden), PATH
            )
    # A PDF whose end is the comment of the archive: both readers are content.
    start, end = paper[:-300], paper[-300:]
    both = start + hidden[:-2] + struct.pack("<H", len(end)) + end
    assert zipfile.is_zipfile(BytesIO(both))
    with pytest.raises(TwoTypes):
        examined(both, PATH)
    # The same record in the middle of a PDF is a file that the PDF holds.
    assert examined(start + hidden + end, PATH).media_type is Media.PDF


def test_a_picture_of_two_hundred_megapixels_is_refused_by_its_header() -> None:
    bomb = vast_png()
    assert len(bomb) < 1_000
    with pytest.raises(TooManyPixels) as refused:
        examined(bomb, PATH)
    assert "20000 × 10000" in refused.value.message
    assert examined(vast_png(10_000, MOST_PIXELS // 10_000), PATH).size == (10_000, 5_000)
    jpeg = bytearray(photo())
    place = jpeg.index(b"\xff\xc0") + 5
    jpeg[place : place + 4] = struct.pack(">HH", 10_000, 20_000)
    with pytest.raises(TooManyPixels):
        examined(bytes(jpeg), PATH)
    place, small = place - 5, photo()
    for frames in ((jpeg[place : place + 19], small[place:]), (small[place : place + 19], jpeg[place:])):
        with pytest.raises(TooManyPixels):
            examined(small[:place] + b"".join(frames), PATH)
    webp = bytearray(photo("WEBP", exif=b"Exif\0\0MM\0*" + bytes(20)))
    webp[24:30] = (19_999).to_bytes(3, "little") + (9_999).to_bytes(3, "little")
    with pytest.raises(TooManyPixels):
        examined(bytes(webp), PATH)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_picture_cut_short_is_refused_wherever_it_is_cut(form: str) -> None:
    whole = photo(form, (40, 30))
    assert examined(whole, PATH).size == (40, 30)
    for length in range(12, len(whole) - 1, 7):
        with pytest.raises(BrokenDocument):
            examined(whole[:length], PATH)


def test_a_damaged_png_is_refused_unless_only_what_readers_pass_over_is() -> None:
    whole = photo("PNG", (40, 30))
    place = whole.index(b"IDAT") + 20
    with pytest.raises(BrokenDocument):
        examined(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :], PATH)
    note = chunk(b"tEXt", b"Comment\0vu")
    assert examined(whole[:33] + note[:-1] + b"\0" + whole[33:], PATH).size == (40, 30)


@given(
    st.binary(max_size=400), st.sampled_from([b"", b"\xff\xd8\xff", b"%PDF-1.4", b"\x89PNG\r\n\x1a\n", b"RIFF....WEBP"])
)
def test_no_content_makes_it_fail(content: bytes, sign: bytes) -> None:
    try:
        examined(sign + content, PATH)
    except (WrongType, BrokenDocument, TooManyPixels, TwoTypes):
        return


@given(st.integers(0, 400), st.integers(0, 255), st.sampled_from(["JPEG", "PNG", "WEBP", "HEIC"]))
def test_no_damage_makes_it_fail(place: int, value: int, form: str) -> None:
    whole = bytearray(heic() if form == "HEIC" else photo(form, (16, 16)))
    whole[place % len(whole)] = value
    try:
        examined(bytes(whole), PATH)
    except (WrongType, BrokenDocument, TooManyPixels, TwoTypes):
        return


@given(st.binary())
def test_everything_has_a_name(content: bytes) -> None:
    assert foreign(content)
