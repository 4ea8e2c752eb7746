"""Ways to look at a grey picture so that its bars are read: blurred where it is noisy, straightened where it is tilted.

A frame of a video gets the ways that fit its time; a photograph gets them all, until its text is believed.
"""

from collections.abc import Callable, Iterator
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any

from comptoir.core.later import later
from comptoir.desk.decoders import ALL, COMMON, MATRIX, Quad, Read, zbar, zxing

if TYPE_CHECKING:
    import cv2
    import numpy as np

    Grey = np.ndarray[Any, Any]  # lines, columns; 8 bits
else:
    cv2, np = later("cv2"), later("numpy")

SAMPLE = 500_000  # pixels of the middle in which noise is measured
NOISY = 2.5  # grey levels; above it a blur of 1 pixel takes away more noise than bars
LOCATED_AT = 640  # pixels of the width in which the bars of a frame are looked for
FINER_AT = 1_600  # and those of a photograph, whose label may be a small part of it
MOST_PLACES = 4
EXTRA = 0.15  # of the width, on either side of located bars: the quiet zone
WIDE, WIDEST, TALLEST = 600, 1_600, 400  # pixels of a straightened crop
BANDS = 5  # of a straightened crop, each averaged to one line
BAND = 10  # pixels that a line is drawn high
SLANT = 0.6  # radians; more is not the slant of located bars
SHARPER = ((0.0, 1.0), (1.5, 1.2))  # how much sharper lines are made, and how wide the blur is taken to be
MATRIX_EVERY, ZBAR_EVERY = 3, 3  # dry frames between two looks that cost much
NEAR = 40  # pixels kept around what is looked at again; half its length where that is more
SMALL = 1_000_000  # pixels; a smaller photograph is also looked at twice its size
LARGE = 4_000_000  # pixels; a larger photograph is first made smaller


class Sight:
    """Looks at the frames of a video; each dry frame gets one of the costly looks, in turn."""

    def __init__(self) -> None:
        self._dry = 0

    def look(self, grey: "Grey", *, settled: Callable[[str], bool]) -> list[Read]:
        """Read one frame; `settled` tells whether a text needs no more votes."""
        clear = denoised(grey)
        reads = zxing(clear)
        if reads and all(settled(read.key) for read in reads):
            return reads
        reads += self._located(grey, clear)
        if len({read.decoder for read in reads}) > 1:
            return reads
        self._dry += 1
        if self._dry % ZBAR_EVERY == 0:
            reads += zbar(clear)
        elif self._dry % MATRIX_EVERY == 1:
            reads += zxing(clear, MATRIX)
        return reads

    def _located(self, grey: "Grey", clear: "Grey") -> list[Read]:
        reads: list[Read] = []
        for quad in located(clear):
            crop, finer = straightened(grey, quad)
            upright = unslanted(crop)
            for amount, blur in SHARPER:
                drawn = lines(upright, amount, blur * finer)
                reads += at_place(quad, zxing(drawn) + zbar(drawn))
            if not reads:
                reads += at_place(quad, zxing(crop))
        return reads


def study(grey: "Grey") -> Iterator[list[Read]]:
    """Look at a photograph in one way after the other, the cheapest first; give what each look read, and where."""
    seen: dict[str, Quad] = {}
    for reads in _looks(grey):
        seen |= {read.key: read.quad for read in reads}
        yield reads
    for quad in seen.values():
        yield from _closer_looks(grey, quad)


def _looks(grey: "Grey") -> Iterator[list[Read]]:
    size = min(1.0, (LARGE / grey.size) ** 0.5)
    small = _scaled(grey, size)
    for look in chain(_plain_looks(small), _straight_looks(small), _other_looks(small)):
        yield [back(read, size) for read in look]
    if size < 1:
        yield from chain(_plain_looks(grey), _straight_looks(grey))


def _plain_looks(grey: "Grey") -> Iterator[list[Read]]:
    yield zxing(grey, ALL, thorough=True)
    yield zbar(denoised(grey))
    yield zxing(cv2.GaussianBlur(grey, (0, 0), 1), COMMON)


def _closer_looks(grey: "Grey", quad: Quad) -> Iterator[list[Read]]:
    """Look again at a place where something was read, alone in its picture: it may be a small part of it."""
    (left, right), (top, end) = ((min(line), max(line)) for line in zip(*quad, strict=True))
    room = max(NEAR, (right - left) // 2, (end - top) // 2)
    crop = np.ascontiguousarray(grey[max(0, top - room) : end + room, max(0, left - room) : right + room])
    for look in chain(_straight_looks(crop), _other_looks(crop)):
        yield at_place(quad, look)


def _straight_looks(grey: "Grey") -> Iterator[list[Read]]:
    places = located(grey)
    if grey.shape[1] > LOCATED_AT:
        places += located(grey, FINER_AT)
    for quad in places:
        for way in (quad, turned(quad)):
            crop, finer = straightened(grey, way)
            upright = unslanted(crop)
            yield at_place(quad, zxing(crop))
            yield at_place(quad, zbar(crop))
            for amount, blur in SHARPER:
                drawn = lines(upright, amount, blur * finer)
                yield at_place(quad, zxing(drawn) + zbar(drawn))


def _other_looks(grey: "Grey") -> Iterator[list[Read]]:
    # The places of what is read at another size are not those of the picture: they are brought back.
    sizes = (2.0, 0.5) if grey.size <= SMALL else (0.5,)
    even = cv2.createCLAHE(2.0, (8, 8)).apply(grey)
    yield zxing(even, ALL) + zbar(even)
    for size in sizes:
        other = _scaled(grey, size)
        yield [back(read, size) for read in zxing(other, ALL) + zbar(other)]


def denoised(grey: "Grey") -> "Grey":
    """Give the picture, blurred by one pixel where it is noisy: on a clean one the blur would cost the finest bars."""
    return cv2.GaussianBlur(grey, (0, 0), 1) if noise(grey) > NOISY else grey


def noise(grey: "Grey") -> float:
    """Estimate the sensor's noise, in grey levels (J. Immerkær, Fast Noise Variance Estimation, 1996, on a median)."""
    kernel = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    middle, around = grey.shape[0] // 2, min(grey.shape[0] // 4, SAMPLE // grey.shape[1] // 2)
    rough = cv2.filter2D(grey[middle - around : middle + around + 1], cv2.CV_32F, kernel)[::4, ::4]
    return float(np.median(np.abs(rough))) / (6 * 0.6745)


def located(grey: "Grey", wide: int = LOCATED_AT) -> list[Quad]:
    """Find where bars are in the picture made `wide` pixels at most: the four corners of each place, in its own."""
    size = min(1.0, wide / grey.shape[1])
    found, corners = cv2.barcode.BarcodeDetector().detectMulti(_scaled(grey, size))
    if not found:
        return []
    places = (corners.reshape(-1, 4, 2)[:MOST_PLACES] / size).round().astype(int)
    return [_lengthwise(tuple((int(x), int(y)) for x, y in place)) for place in places]


def _lengthwise(quad: Quad) -> Quad:
    """Turn the corners so that the first two are those of a long side: bars are stacked along it, most often."""
    (ax, ay), (bx, by), (cx, cy) = quad[:3]
    return quad if (bx - ax) ** 2 + (by - ay) ** 2 >= (cx - bx) ** 2 + (cy - by) ** 2 else turned(quad)


def turned(quad: Quad) -> Quad:
    """Turn the corners of a place by a quarter."""
    return quad[1:] + quad[:1]


def straightened(grey: "Grey", quad: Quad) -> tuple["Grey", float]:
    """Give what a place shows, its first two corners on top, with room for the quiet zone; and how much larger."""
    a, b, c, d = (np.array(corner, np.float32) for corner in quad)
    wide, tall = (np.hypot(*(b - a)) + np.hypot(*(c - d))) / 2, (np.hypot(*(d - a)) + np.hypot(*(c - b))) / 2
    there = np.array([a + (a - b) * EXTRA, b + (b - a) * EXTRA, c + (c - d) * EXTRA, d + (d - c) * EXTRA], np.float32)
    across = max(1.0, wide * (1 + 2 * EXTRA))
    width = int(min(WIDEST, max(WIDE, across)))
    height = int(max(24, min(TALLEST, tall * width / across)))
    here = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    lens = cv2.getPerspectiveTransform(there, here)
    crop = cv2.warpPerspective(grey, lens, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return crop, width / across


def unslanted(crop: "Grey") -> "Grey":
    """Shear located bars until they stand: the gradient of them all tells their slant better than their corners."""
    across, along = cv2.Scharr(crop, cv2.CV_32F, 1, 0), cv2.Scharr(crop, cv2.CV_32F, 0, 1)
    slant = 0.5 * np.arctan2(2 * (across * along).sum(), ((across * across) - (along * along)).sum())
    if abs(slant) > SLANT:
        return crop
    height, width = crop.shape
    shear = np.array([[1, np.tan(slant), -np.tan(slant) * height / 2], [0, 1, 0]], np.float32)
    return cv2.warpAffine(crop, shear, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def lines(upright: "Grey", amount: float, blur: float) -> "Grey":
    """Average bands of upright bars to lines, which takes noise away and no sharpness, and draw these as bars again.

    `amount` sharpens them, `blur` in pixels being the sigma of what is undone.
    """
    height = upright.shape[0]
    edges = np.linspace(0.1 * height, 0.9 * height, BANDS + 1).astype(int)
    profile = np.array([upright[top:end].mean(axis=0) for top, end in pairwise(edges)], np.float32)
    if amount:
        profile += amount * (profile - cv2.GaussianBlur(profile, (0, 0), sigmaX=blur, sigmaY=0.01))
    low, high = np.percentile(profile, (2, 98))
    even = np.clip((profile - low) * (235 / max(high - low, 1)) + 10, 0, 255).astype(np.uint8)
    return np.repeat(even, BAND, axis=0)


def at_place(quad: Quad, reads: list[Read]) -> list[Read]:
    """Say of what was read in a crop where it is in the picture."""
    return [read._replace(quad=quad) for read in reads]


def back(read: Read, size: float) -> Read:
    """Bring the place of what was read in a resized picture back to the picture."""
    return read._replace(quad=tuple((round(x / size), round(y / size)) for x, y in read.quad))


def _scaled(grey: "Grey", size: float) -> "Grey":
    if size == 1 or min(grey.shape) * size < 1:  # nothing would be left of a picture that is a line
        return grey
    how = cv2.INTER_AREA if size < 1 else cv2.INTER_CUBIC
    return cv2.resize(grey, None, fx=size, fy=size, interpolation=how)
