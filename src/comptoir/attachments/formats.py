"""What a file is by its content, and how many pixels it has, nothing being decoded.

Ours and not Pillow's: Pillow knows no HEIC, does not tell a JPEG that was cut short before it decodes it, and would
make every attachment wait for it. What is walked here is the outermost structure of each type.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from comptoir.attachments.refusals import BrokenDocument, TooManyPixels, TwoTypes, WrongType
from comptoir.attachments.rules import Media
from comptoir.core.i18n import mark
from comptoir.core.later import later

if TYPE_CHECKING:
    import zlib
else:
    zlib = later("zlib")

MOST_PIXELS = 50_000_000  # as much as is decoded when bars are read
Size = tuple[int, int]  # width, height

PNG = b"\x89PNG\r\n\x1a\n"
# HEVC in its container (ISO/IEC 23008-12, annex B); `mif1` alone may hold anything.
_HEIC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
_AVIF = {b"avif", b"avis"}
_EXECUTABLE = mark("a program")
_ARCHIVE = mark("an archive or an office document")
_PICTURE = mark("a picture of another type")
_FILM = mark("a video or a sound")
_OFFICE = mark("an office document")
_PAGE = mark("a web page or XML")
_TEXT = mark("a text")
_UNKNOWN = mark("nothing that is known")
_SIGNS = (
    (b"MZ", _EXECUTABLE), (b"\x7fELF", _EXECUTABLE), (b"#!", _EXECUTABLE), (b"\xfe\xed\xfa", _EXECUTABLE),
    (b"\xcf\xfa\xed\xfe", _EXECUTABLE), (b"\xce\xfa\xed\xfe", _EXECUTABLE), (b"\xca\xfe\xba\xbe", _EXECUTABLE),
    (b"\0asm", _EXECUTABLE), (b"L\0\0\0\x01\x14\x02\0", _EXECUTABLE),
    (b"PK\x03\x04", _ARCHIVE), (b"PK\x05\x06", _ARCHIVE), (b"Rar!", _ARCHIVE), (b"7z\xbc\xaf\x27\x1c", _ARCHIVE),
    (b"\x1f\x8b", _ARCHIVE), (b"BZh", _ARCHIVE), (b"\xfd7zXZ\0", _ARCHIVE), (b"MSCF", _ARCHIVE),
    (b"\xd0\xcf\x11\xe0", _OFFICE), (b"{\\rtf", _OFFICE), (b"%!PS", _OFFICE),
    (b"GIF8", _PICTURE), (b"II*\0", _PICTURE), (b"MM\0*", _PICTURE), (b"\0\0\0\x0cJXL ", _PICTURE),
    (b"\xff\x0a", _PICTURE), (b"\0\0\0\x0cjP  ", _PICTURE), (b"8BPS", _PICTURE), (b"\0\0\x01\0", _PICTURE),
    (b"RIFF", _FILM), (b"\x1aE\xdf\xa3", _FILM), (b"OggS", _FILM), (b"ID3", _FILM), (b"fLaC", _FILM),
)  # fmt: skip
_MARKER = rb"\xff([\x01-\xfe])"  # of a JPEG: 00 after FF is a byte of the picture, FF fills
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # SOFn, which hold the size (ITU-T T.81, table B.1)
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})  # markers without a length
_EOI, _SOS = 0xD9, 0xDA
_TAIL = 1_024  # bytes of a PDF that hold its end mark (ISO 32000-1, H.3: what viewers have always asked)
_STARTXREF = 2_048  # and those that hold what stands before it
_ZIP_END = 22  # bytes of a zip's last record, without its comment, which is 65,535 long at most (APPNOTE, 4.3.16)


class Finding(NamedTuple):
    """What a content is: its type, and its size in pixels where it is a picture."""

    media_type: Media
    size: Size | None


class _Cut(Exception):
    """The content does not go on as it began."""


def examined(content: bytes, path: Path) -> Finding:
    """Give the true type of a content; the path is told, and nothing else.

    Raises WrongType, TwoTypes, BrokenDocument and TooManyPixels.
    """
    media = sniffed(content)
    if media is None:
        raise WrongType(path, foreign(content))
    try:
        size = _READ[media](content)
    except (_Cut, IndexError) as error:
        raise BrokenDocument(path) from error
    if size and size[0] * size[1] > MOST_PIXELS:
        raise TooManyPixels(path, size, MOST_PIXELS)
    if _ends_as_zip(content):
        raise TwoTypes(path)
    return Finding(media, size)


def sniffed(content: bytes) -> Media | None:
    """Give the type that a content begins as, None for one that is not taken."""
    if content.startswith(b"\xff\xd8\xff"):
        return Media.JPEG
    if content.startswith(PNG):
        return Media.PNG
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return Media.WEBP
    if re.match(rb"%PDF-[12]\.[0-9]", content):
        return Media.PDF
    return Media.HEIC if _brands(content) & _HEIC else None


def foreign(content: bytes) -> str:
    """Say in English what a content that is not taken is, to be translated."""
    if content[4:8] == b"ftyp":
        return _PICTURE if _brands(content) & _AVIF else _FILM
    if content.startswith(b"BM") and content[6:10] == bytes(4):
        return _PICTURE
    named = next((name for sign, name in _SIGNS if content.startswith(sign)), "")
    return named or _as_text(content[:4_096])


def _as_text(head: bytes) -> str:
    try:
        text = head.decode("utf-8-sig", "ignore" if len(head) > _TAIL else "strict").lstrip()
    except UnicodeDecodeError:
        return _UNKNOWN
    if any(ord(sign) < ord(" ") and sign not in "\t\r\n\f\x1b" for sign in text):
        return _UNKNOWN
    return _PAGE if text.startswith("<") else _TEXT


def _ends_as_zip(content: bytes) -> bool:
    # Who opens a zip reads it from its end: whatever stands before is no hindrance.
    place = content.rfind(b"PK\x05\x06", -(_ZIP_END + 0xFFFF))
    if place < 0 or len(content) - place < _ZIP_END:
        return False
    return place + _ZIP_END + int.from_bytes(content[place + 20 : place + 22], "little") == len(content)


def _pdf(content: bytes) -> None:
    if b"%%EOF" not in content[-_TAIL:] or b"startxref" not in content[-_STARTXREF:]:
        raise _Cut


def _jpeg(content: bytes) -> Size:
    size: Size | None = None
    begun, place = False, 2
    marker = re.compile(_MARKER)
    while found := marker.search(content, place):
        code, place = found[1][0], found.end()
        if code == _EOI:
            break
        if code in _ALONE:
            continue
        if code in _FRAMES:
            seen = _number(content, place + 5, 2), _number(content, place + 3, 2)
            size = seen if size is None else max(size, seen, key=_pixels)
        begun = begun or code == _SOS
        place += max(_number(content, place, 2), 2)
    if found is None or not begun:
        raise _Cut
    return _some(size)


def _png(content: bytes) -> Size:
    size: Size | None = None
    drawn, view, place = False, memoryview(content), len(PNG)
    while True:
        length, name = _number(content, place, 4), content[place + 4 : place + 8]
        end = place + 8 + length
        # Of what a reader may pass over (a small letter), nothing is asked.
        if zlib.crc32(view[place + 4 : end]) != _number(content, end, 4) and name[:1].isupper():
            raise _Cut
        if name == b"IHDR":
            size = _number(content, place + 8, 4), _number(content, place + 12, 4)
        drawn = drawn or name == b"IDAT"
        if name == b"IEND":
            break
        place = end + 4
    if not drawn:
        raise _Cut
    return _some(size)


def _webp(content: bytes) -> Size:
    end = 8 + _number(content, 4, 4, "little")
    if end > len(content):
        raise _Cut
    sizes = [_WEBP[name](content, place) for name, place in _chunks(content, end) if name in _WEBP]
    return _some(max(sizes, key=_pixels, default=None))


def _chunks(content: bytes, end: int) -> Iterator[tuple[bytes, int]]:
    """Give the name and the place of each chunk of a RIFF."""
    place = 12
    while place + 8 <= end:
        yield content[place : place + 4], place + 8
        length = _number(content, place + 4, 4, "little")
        place += 8 + length + length % 2


def _lossy(content: bytes, place: int) -> Size:
    # RFC 9649, 2.5 and RFC 6386, 9.1: three bytes of the frame's tag, three that never change, two of 14 bits.
    if content[place + 3 : place + 6] != b"\x9d\x01\x2a":
        raise _Cut
    return _number(content, place + 6, 2, "little") & 0x3FFF, _number(content, place + 8, 2, "little") & 0x3FFF


def _lossless(content: bytes, place: int) -> Size:
    if content[place : place + 1] != b"\x2f":
        raise _Cut
    bits = _number(content, place + 1, 4, "little")
    return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1


def _canvas(content: bytes, place: int) -> Size:
    return _number(content, place + 4, 3, "little") + 1, _number(content, place + 7, 3, "little") + 1


def _heic(content: bytes) -> Size:
    boxes = dict(_boxes(content, 0, len(content)))
    if not {b"meta", b"mdat"} <= boxes.keys():
        raise _Cut
    start, end = boxes[b"meta"]
    for name in (b"iprp", b"ipco"):
        # `meta` has a version and flags before what it holds (ISO/IEC 14496-12, 8.11.1).
        inside = dict(_boxes(content, start + 4 * (name == b"iprp"), end))
        if name not in inside:
            raise _Cut
        start, end = inside[name]
    sizes = [
        (_number(content, place + 4, 4), _number(content, place + 8, 4))
        for name, (place, _end) in _boxes(content, start, end)
        if name == b"ispe"
    ]
    return _some(max(sizes, key=_pixels, default=None))


def _boxes(content: bytes, place: int, end: int) -> Iterator[tuple[bytes, tuple[int, int]]]:
    """Give the name of each box, where what it holds begins, and where it ends (ISO/IEC 14496-12, 4.2)."""
    while place < end:
        length, name, header = _number(content, place, 4), content[place + 4 : place + 8], 8
        if length == 1:
            length, header = _number(content, place + 8, 8), 16
        length = length or end - place
        if length < header or place + length > end:
            raise _Cut
        yield name, (place + header, place + length)
        place += length


def _brands(content: bytes) -> set[bytes]:
    """Give the brands of an ISO media file, none where it is something else."""
    if content[4:8] != b"ftyp":
        return set()
    end = min(int.from_bytes(content[:4], "big"), 256)
    return {content[8:12], *(content[place : place + 4] for place in range(16, end, 4))}


def _number(content: bytes, place: int, length: int, order: str = "big") -> int:
    kept = content[place : place + length]
    if len(kept) < length:
        raise _Cut
    return int.from_bytes(kept, "little" if order == "little" else "big")


def _pixels(size: Size) -> int:
    return size[0] * size[1]


def _some(size: Size | None) -> Size:
    if not size or not _pixels(size):
        raise _Cut
    return size


_WEBP: Mapping[bytes, Callable[[bytes, int], Size]] = {b"VP8 ": _lossy, b"VP8L": _lossless, b"VP8X": _canvas}
_READ: Mapping[Media, Callable[[bytes], Size | None]] = {
    Media.PDF: _pdf,
    Media.JPEG: _jpeg,
    Media.PNG: _png,
    Media.WEBP: _webp,
    Media.HEIC: _heic,
}
