"""The camera beside its own decoders, on videos made here; `CAMERA_ROUNDS=2` makes as many as the closing note tells.

Each decoder alone is given what it needs: every frame, and two votes within half a second.
"""

import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from comptoir.desk.camera import Camera
from comptoir.desk.decoders import Read, zbar, zbar_stands, zxing
from comptoir.desk.sight_files import frames

from .camera_scenes import BARE, SCENES, SIZES, SYMBOLOGIES, Video, write

pytestmark = [
    pytest.mark.benchmark,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(not zbar_stands(), reason="zbar is not on this machine (libzbar0)"),
]
ROUNDS = int(os.environ.get("CAMERA_ROUNDS", "0"))  # 0 for a short one: fewer frames, half the videos
SEED = int(os.environ.get("CAMERA_SEED", "400000"))
FRAMES = 60 if ROUNDS else 20
WINDOW = 0.5
MOST_CPU = 33.0  # milliseconds a 720p frame: 30 frames a second on one core


def alone(path: Path, decode: Callable[[Any], list[Read]]) -> str | None:
    """Give the first text that one decoder reads in two frames within half a second."""
    last: dict[str, float] = {}
    for moment, grey in frames(path):
        for key in {read.key for read in decode(grey)}:
            if moment - last.get(key, -1.0) <= WINDOW:
                return key
            last[key] = moment
    return None


def ours(path: Path) -> tuple[list[str], float]:
    """Give what the camera reads in a video, and the seconds of CPU that took, opening and decoding it included."""
    start = time.process_time()
    with Camera(str(path)) as camera:
        texts = [scan.data.decode() for scan in camera.scans()]
    return texts, time.process_time() - start


def expected(video: Video) -> str:
    """Give the text as the camera writes it, its AIM identifier first."""
    return {"ean13": "]E0", "ean8": "]E4", "code128": "]C0", "code39": "]A0", "qr": "]Q1"}[video.symbology] + str(
        video.text
    )


def key_of(video: Video) -> str:
    """Give the text as decoders agree on it."""
    text = expected(video)
    return text[3:].zfill(14) if text[1] == "E" else text[1] + text[3:]


def videos(folder: Path, size: str) -> Iterator[Video]:
    """Make each video when it is asked for, and delete it afterwards."""
    for turn, (scene, symbology) in product(range(max(ROUNDS, 1)), enumerate(product(SCENES, SYMBOLOGIES))):
        seed = SEED + 1000 * turn + scene
        video = write(folder, size, *symbology, seed, FRAMES)
        yield video
        video.path.unlink()


def verdict(right: str, given: list[str]) -> str:
    """Sort what was given: right, wrong where anything else came too, or none."""
    return "none" if not given else "right" if set(given) == {right} else "wrong"


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> dict[str, Any]:
    """Read every video in the three ways, in turn; give the verdicts by way, size and scene, and the CPU a frame."""
    folder = tmp_path_factory.mktemp("videos")
    verdicts: dict[tuple[str, str], Counter[tuple[str, str]]] = defaultdict(Counter)
    spent: Counter[str] = Counter()
    count: Counter[str] = Counter()
    for size in SIZES:
        for video in videos(folder, size):
            for way, decode in (("zxing", zxing), ("zbar", zbar)):
                text = alone(video.path, decode)
                verdicts[way, size][video.scene, verdict(key_of(video), [text] if text else [])] += 1
            texts, taken = ours(video.path)
            verdicts["camera", size][video.scene, verdict(expected(video), texts)] += 1
            spent[size] += taken
            count[size] += FRAMES
    return {"verdicts": verdicts, "cpu": {size: 1000 * spent[size] / count[size] for size in SIZES}}


def total(run: dict[str, Any], way: str, size: str, what: str) -> int:
    """Count the verdicts of one kind."""
    return sum(number for (_scene, kind), number in run["verdicts"][way, size].items() if kind == what)


def table(run: dict[str, Any], size: str) -> str:
    """Lay the verdicts out: right/wrong/none by scene and way."""
    ways = ("zxing", "zbar", "camera")
    lines = [f"\n    {size:10}" + "".join(f"{way:>12}" for way in ways)]
    for scene in SCENES:
        cells = ("/".join(str(run["verdicts"][way, size][scene, kind]) for kind in KINDS) for way in ways)
        lines.append(f"    {scene:10}" + "".join(f"{cell:>12}" for cell in cells))
    cells = ("/".join(str(total(run, way, size, kind)) for kind in KINDS) for way in ways)
    lines.append(f"    {'all':10}" + "".join(f"{cell:>12}" for cell in cells))
    return "\n".join(lines)


KINDS = ("right", "wrong", "none")


@pytest.mark.parametrize("size", SIZES)
def test_more_videos_are_read_right_than_with_either_decoder_alone(run, size, capsys):
    with capsys.disabled():
        sys.stdout.write(table(run, size))
    right = total(run, "camera", size, "right")
    assert right > total(run, "zxing", size, "right")
    assert right > total(run, "zbar", size, "right")


@pytest.mark.parametrize("size", SIZES)
def test_no_video_is_read_wrong(run, size):
    assert total(run, "camera", size, "wrong") == 0


def test_a_frame_of_720p_takes_at_most_33_ms_of_cpu(run, report):
    report("CPU a 720p frame, ms", run["cpu"]["720p"], MOST_CPU)
    assert run["cpu"]["720p"] <= MOST_CPU


def test_frames_without_a_code_give_none_and_take_no_longer(tmp_path, report):
    spent = 0.0
    count = 12 * max(ROUNDS, 1)
    for place, (size, kind) in enumerate(product(SIZES, BARE)):
        video = write(tmp_path, size, kind, "none", SEED + place, count)
        texts, taken = ours(video.path)
        assert texts == [], video.path.name
        spent += taken if size == "720p" else 0
    report("CPU a 720p frame without a code, ms", 1000 * spent / (count * len(BARE)), MOST_CPU)
    assert 1000 * spent / (count * len(BARE)) <= MOST_CPU
