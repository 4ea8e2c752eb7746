"""Videos as a webcam would take them, drawn from a seed: a label that moves, tilts, blurs, dims, and its right text.

A 60 degree lens, modules of 0.33 mm (0.5 mm for a QR code), a label at 12 cm that slides in, a textured background,
sensor noise, blur from the speed and the exposure, then MJPG as webcams send it.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
import zxingcpp

FPS = 30
LENS = math.radians(60)
PIXELS_PER_MODULE = 8  # of the drawn label, before the lens
SLIDE = 0.2  # seconds of the label's way in
QUALITY = 88  # of the MJPG that webcams send
SIZES = {"720p": (1280, 720), "480p": (640, 480)}
SYMBOLOGIES = ("ean13", "ean8", "code128", "code39", "qr")
SCENES = ("steady", "turned", "upright", "motion", "dim", "focus", "tilt", "far", "bottle", "hard")
BARE = ("shelf", "print", "stripes", "dark")

Image = np.ndarray[Any, np.dtype[np.uint8]]


@dataclass(frozen=True)
class Video:
    """One synthetic video: where it is, what its label says (None where it has none), and its first whole frame."""

    path: Path
    size: str
    scene: str
    symbology: str
    text: str | None
    whole: int = 0  # the first frame in which all of the label is seen


@dataclass(frozen=True)
class Pose:
    """Where the label stands: centimetres, radians, and how sharp and bright it looks."""

    x: float = 0.0
    y: float = 0.0
    distance: float = 12.0
    roll: float = 0.0
    pitch: float = 0.0
    yaw: float = 0.0
    blur: float = 0.6  # sigma of the focus, pixels of a 1280-pixel frame
    light: float = 1.0
    noise: float = 2.0  # sigma of the sensor, grey levels
    smear: tuple[float, float] = (0.0, 0.0)  # the way of the label during the exposure, pixels


class Moment(NamedTuple):
    """A moment of a video: its seconds, what is the video's own, and the swing of the hand, in -1..1."""

    seconds: float
    spin: float
    wave: float


def text_of(symbology: str, chance: np.random.Generator) -> str:
    """Draw a text for a symbology, its check digit right."""
    digits = "".join(str(digit) for digit in chance.integers(0, 10, 12))
    letters = "".join(chance.choice(list("ABCDEFGHJKLMNPRSTUVWXYZ"), 3))
    match symbology:
        case "ean13":
            return checked("3" + digits[:11])
        case "ean8":
            return checked(digits[:7])
        case "code128":
            return f"{letters}-{digits[:8]}"
        case "code39":
            return f"{letters}{digits[:6]}"
        case _:
            return f"https://exemple.fr/piece/{letters}{digits}"


def checked(digits: str) -> str:
    """Add the check digit of an EAN."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return digits + str(-total % 10)


FORMATS = {
    "ean13": zxingcpp.BarcodeFormat.EAN13,
    "ean8": zxingcpp.BarcodeFormat.EAN8,
    "code128": zxingcpp.BarcodeFormat.Code128,
    "code39": zxingcpp.BarcodeFormat.Code39,
    "qr": zxingcpp.BarcodeFormat.QRCode,
}


def label(symbology: str, text: str, chance: np.random.Generator) -> tuple[Image, float]:
    """Draw a paper label: bars, quiet zone, words; give it with the centimetres of one of its pixels."""
    made = zxingcpp.create_barcode(text, FORMATS[symbology])
    modules = np.array(made.to_image(scale=1, add_quiet_zones=False))
    if symbology != "qr":
        modules = np.repeat(modules[:1], 45, axis=0)
    bars = np.kron(modules, np.ones((PIXELS_PER_MODULE, PIXELS_PER_MODULE), np.uint8))
    ink, paper = int(chance.integers(10, 50)), int(chance.integers(205, 250))
    bars = np.where(bars > 127, paper, ink).astype(np.uint8)
    quiet = 11 * PIXELS_PER_MODULE
    sheet = cv2.copyMakeBorder(bars, 12 * PIXELS_PER_MODULE, 16 * PIXELS_PER_MODULE, quiet, quiet, cv2.BORDER_CONSTANT,
                               value=(paper,))  # fmt: skip
    height = sheet.shape[0]
    for line, words in enumerate((text[:24], "Piece garantie 24 mois")):
        place = (quiet, height - (9 - 7 * line) * PIXELS_PER_MODULE)
        cv2.putText(sheet, words, place, cv2.FONT_HERSHEY_SIMPLEX, 1.2, (ink,), 3, cv2.LINE_AA)
    module = 0.05 if symbology == "qr" else 0.033
    return sheet, module / PIXELS_PER_MODULE


def background(width: int, height: int, kind: str, chance: np.random.Generator) -> Image:
    """Draw what stands behind: wood, boxes, prints; nothing in it is a barcode."""
    picture = np.zeros((height, width), np.float32)
    for scale in (4, 16, 64, 256):
        grid = chance.normal(0, 1, (height // scale + 2, width // scale + 2)).astype(np.float32)
        picture += cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC) * (3 + scale**0.5)
    rows = chance.normal(0, 6, height).astype(np.float32)
    picture += cv2.GaussianBlur(rows, (1, 9), 2)[:, :1] if kind != "stripes" else 0
    picture += float(chance.integers(70, 170))
    shape = np.clip(picture, 5, 250).astype(np.uint8)
    for _box in range(14):
        x, y = int(chance.integers(0, width)), int(chance.integers(0, height))
        w, h = (int(side) for side in chance.integers(width // 30, width // 4, 2))
        cv2.rectangle(shape, (x, y), (x + w, y + h), (int(chance.integers(20, 240)),), int(chance.choice([-1, 2, 5])))
    lines = {"print": 40, "shelf": 8}.get(kind, 4)
    for _line in range(lines):
        place = (int(chance.integers(-80, width)), int(chance.integers(0, height)))
        words = "".join(chr(code) for code in chance.integers(33, 122, 18))
        cv2.putText(shape, words, place, cv2.FONT_HERSHEY_SIMPLEX, float(chance.uniform(0.4, 1.6)),
                    (int(chance.integers(0, 255)),), int(chance.integers(1, 4)), cv2.LINE_AA)  # fmt: skip
    if kind == "stripes":
        _stripes(shape, chance)
    return cv2.GaussianBlur(shape, (0, 0), 0.8)


def _stripes(shape: Image, chance: np.random.Generator) -> None:
    """Draw what looks like bars and is not: a radiator, a comb, a bundle of cables."""
    for _bundle in range(5):
        x, y = int(chance.integers(0, shape.shape[1] - 200)), int(chance.integers(0, shape.shape[0] - 150))
        step = int(chance.integers(3, 14))
        for bar in range(int(chance.integers(12, 60))):
            left = x + bar * step + int(chance.integers(0, 2))
            thick = max(1, step // 2 + int(chance.integers(-1, 2)))
            cv2.rectangle(shape, (left, y), (left + thick, y + 140), (int(chance.integers(0, 80)),), -1)


def _tilted(at: Moment) -> dict[str, float]:
    angle = math.radians(42 + 18 * at.spin)
    return {"pitch": angle, "roll": math.radians(10 * at.wave)} if at.spin < 0.5 else {"yaw": angle * 0.85}


# What each scene changes of a label that is held nearly still; `bottle` changes the label itself.
POSES: dict[str, Callable[[Moment], dict[str, float]]] = {
    "turned": lambda at: {"roll": math.radians(30) * at.wave},
    "upright": lambda at: {"roll": math.radians(90 + 3 * at.wave), "distance": 13.5},
    "motion": lambda at: {"x": 2.2 * at.wave, "y": 0.7 * at.wave},
    "dim": lambda _at: {"light": 0.28, "noise": 9.0},
    "focus": lambda at: {"blur": 0.6 + 1.3 * (1 + math.cos(2 * math.pi * (at.seconds / 1.4 + 0.3 * at.spin)))},
    "tilt": _tilted,
    "far": lambda _at: {"distance": 20.0},
    "hard": lambda at: {
        "roll": math.radians(28) * at.wave, "pitch": math.radians(30), "light": 0.45, "noise": 6.0,
        "x": 0.8 * at.wave, "blur": 1.0, "distance": 13.0,
    },
}  # fmt: skip


def pose_at(scene: str, seconds: float, spin: float) -> Pose:
    """Say where the label stands at a moment of a scene; `spin` in 0..1 makes two videos differ."""
    wave = math.sin(2 * math.pi * (seconds / 1.1 + spin))
    drift = 0.25 * math.sin(2 * math.pi * (seconds / 2.3 + spin))
    base = {"x": drift, "y": 0.4 * drift, "roll": math.radians(4 * drift)}
    if scene in POSES:
        base |= POSES[scene](Moment(seconds, spin, wave))
    base["x"] += 14 * (1 - min(1.0, seconds / SLIDE))
    return Pose(**base)


def _project(corners: np.ndarray[Any, Any], pose: Pose, frame: tuple[int, int]) -> np.ndarray[Any, Any]:
    """Give the pixels of points of the label's plane, in centimetres."""
    width, height = frame
    focal = width / 2 / math.tan(LENS / 2)
    cr, sr, cp, sp, cy, sy = (f(a) for a in (pose.roll, pose.pitch, pose.yaw) for f in (math.cos, math.sin))
    about_z = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    about_x = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    points = corners @ (about_z @ about_x @ about_y).T + (pose.x, pose.y, pose.distance)
    return points[:, :2] / points[:, 2:] * focal + (width / 2, height / 2)


@lru_cache(maxsize=4)
def _noises(shape: tuple[int, int]) -> list[np.ndarray[Any, Any]]:
    chance = np.random.default_rng(7)
    return [chance.normal(0, 1, shape).astype(np.float32) for _turn in range(3)]


def frame_of(behind: Image, sheet: Image, pitch: float, pose: Pose, chance: np.random.Generator) -> Image:
    """Take one frame: the label before its background, through the lens and the sensor."""
    height, width = behind.shape
    tall, wide = sheet.shape
    corners = np.array([[x, y, 0] for x, y in ((-wide, -tall), (wide, -tall), (wide, tall), (-wide, tall))]) * pitch / 2
    there = _project(corners, pose, (width, height)).astype(np.float32)
    picture = behind.astype(np.float32)
    low = np.maximum(np.floor(there.min(axis=0)) - 8, 0).astype(int)
    high = np.minimum(np.ceil(there.max(axis=0)) + 8, (width, height)).astype(int)
    if (high - low > 2).all():
        _lay(picture, sheet, there, (low, high), pose)
    picture *= pose.light
    return _sensed(picture, pose.noise, chance)


def _lay(picture: np.ndarray[Any, Any], sheet: Image, there: np.ndarray[Any, Any], box: Any, pose: Pose) -> None:
    """Lay the label over the background, three samples a pixel, blurred by the focus and the movement."""
    low, high = box
    finer = 3
    tall, wide = sheet.shape
    flat = np.array([[0, 0], [wide, 0], [wide, tall], [0, tall]], np.float32)
    turned = cv2.getPerspectiveTransform(flat, (there - low.astype(np.float32)) * finer)
    size = tuple(int(side) for side in (high - low) * finer)
    seen = cv2.warpPerspective(sheet, turned, size, flags=cv2.INTER_AREA)
    mask = cv2.warpPerspective(np.full_like(sheet, 255), turned, size)
    scale = picture.shape[1] / 1280
    where = (slice(low[1], high[1]), slice(low[0], high[0]))
    small = tuple(int(side) for side in high - low)
    cover = cv2.resize(mask, small, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    label_seen = cv2.resize(seen, small, interpolation=cv2.INTER_AREA).astype(np.float32)
    mixed = picture[where] * (1 - cover) + label_seen * cover
    mixed = cv2.GaussianBlur(mixed, (0, 0), max(0.3, pose.blur * scale))
    way = math.hypot(*pose.smear)
    if way > 1:
        mixed = cv2.filter2D(mixed, -1, _streak(pose.smear))
    picture[where] = mixed


def _streak(smear: tuple[float, float]) -> np.ndarray[Any, Any]:
    side = 2 * math.ceil(max(abs(part) for part in smear) / 2) + 1
    kernel = np.zeros((side * 4, side * 4), np.float32)
    centre = np.array([side * 2, side * 2])
    ends = [tuple(int(v) for v in centre + sign * np.array(smear) * 2) for sign in (-1, 1)]
    cv2.line(kernel, ends[0], ends[1], (1.0,), 3, cv2.LINE_AA)
    kernel = cv2.resize(kernel, (side, side), interpolation=cv2.INTER_AREA)
    return kernel / kernel.sum()


def _sensed(picture: np.ndarray[Any, Any], noise: float, chance: np.random.Generator) -> Image:
    grain = _noises(picture.shape)[int(chance.integers(0, 3))]
    # Shot noise grows with light; the grain moves from frame to frame.
    grain = np.roll(grain, int(chance.integers(0, picture.size)))
    return np.clip(picture + grain * noise, 0, 255).astype(np.uint8)


def _bent(sheet: Image, pitch: float) -> Image:
    """Bend a label around a bottle of 3.2 cm radius, seen from the front."""
    tall, wide = sheet.shape
    radius = 3.2 / pitch
    edge = radius * math.sin(min(1.3, wide / 2 / radius))
    seen = np.arange(-int(edge), int(edge), dtype=np.float32)
    angles = np.arcsin(seen / radius)
    columns = np.tile((angles * radius + wide / 2).astype(np.float32), (tall, 1))
    rows = np.tile(np.arange(tall, dtype=np.float32)[:, None], (1, len(seen)))
    shade = 0.5 + 0.5 * np.cos(angles)
    return (cv2.remap(sheet, columns, rows, cv2.INTER_LINEAR) * shade).astype(np.uint8)


def frames(size: str, scene: str, symbology: str, seed: int, count: int) -> tuple[Iterator[Image], str | None]:
    """Give the grey frames of one video, and its text; symbology "none" shows no label."""
    chance = np.random.default_rng(seed)
    frame = SIZES[size]
    if symbology == "none":
        return _bare(background(*frame, scene, chance), scene, count, chance), None
    text = text_of(symbology, chance)
    behind = background(*frame, "shelf", chance)
    sheet, pitch = label(symbology, text, chance)
    if scene == "bottle":
        sheet = _bent(sheet, pitch)
    spin = float(chance.uniform())
    return _moving(behind, sheet, pitch, (scene, spin, count), chance), text


def _moving(behind: Image, sheet: Image, pitch: float, scene: tuple[str, float, int], chance: Any) -> Iterator[Image]:
    name, spin, count = scene
    frame = (behind.shape[1], behind.shape[0])
    exposure = 1 / 33 if name == "dim" else 1 / 60
    focal = frame[0] / 2 / math.tan(LENS / 2)
    for number in range(count):
        moment = number / FPS
        pose = pose_at(name, moment, spin)
        later = pose_at(name, moment + exposure, spin)
        smear = tuple((b - a) / pose.distance * focal for a, b in ((pose.x, later.x), (pose.y, later.y)))
        shake = chance.normal(0, 0.02, 2)
        steady = {**pose.__dict__, "smear": smear, "x": pose.x + shake[0], "y": pose.y + shake[1]}
        yield frame_of(behind, sheet, pitch, Pose(**steady), chance)


def _bare(behind: Image, scene: str, count: int, chance: Any) -> Iterator[Image]:
    for number in range(count):
        moved = np.roll(behind, (number * 2, number * 5), (0, 1)).astype(np.float32)
        yield _sensed(moved * (0.3 if scene == "dark" else 1), 9.0 if scene == "dark" else 2.0, chance)


def write(folder: Path, size: str, scene: str, symbology: str, seed: int, count: int) -> Video:
    """Write a video as MJPG; give where it is and what it says."""
    shown, text = frames(size, scene, symbology, seed, count)
    path = folder / f"{size}-{scene}-{symbology}-{seed}.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), FPS, SIZES[size])
    writer.set(cv2.VIDEOWRITER_PROP_QUALITY, QUALITY)
    for grey in shown:
        writer.write(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR))
    writer.release()
    return Video(path, size, scene, symbology, text, math.ceil(SLIDE * FPS))
