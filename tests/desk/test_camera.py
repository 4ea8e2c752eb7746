"""The camera and what stands in its place: real barcodes in images and videos, and files that are not what they say."""

import os
import shutil
import socket
import struct
import subprocess
import sys
import time
import zlib
from contextlib import suppress
from pathlib import Path

import cv2
import numpy as np
import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from comptoir.core.errors import NotFound, OutsideFailure, Refused, UsageProblem
from comptoir.desk import camera
from comptoir.desk.camera import (
    HEIGHT,
    WIDTH,
    Camera,
    CameraGone,
    Live,
    NoCameraLibrary,
    NoSuchCamera,
    Window,
    has_display,
)
from comptoir.desk.decoders import zbar, zxing
from comptoir.desk.paper import Barcode, Paper
from comptoir.desk.pdf import drawn as pdf_of
from comptoir.desk.scanner import LONGEST
from comptoir.desk.sight import lines, unslanted
from comptoir.desk.sight_files import (
    MOST_PIXELS,
    BrokenPicture,
    NoPicture,
    NoSuchPicture,
    PictureTooLarge,
    UnreadablePicture,
    VideoBrokenOff,
)

F = zxingcpp.BarcodeFormat
EAN = ("4006381333931", F.EAN13, b"]E04006381333931")
SYMBOLS = [
    EAN,
    ("96385074", F.EAN8, b"]E496385074"),
    ("BL-2024-0187", F.Code128, b"]C0BL-2024-0187"),
    ("REP12345", F.Code39, b"]A0REP12345"),
    ("13012345678909", F.ITF14, b"]I113012345678909"),
    ("Pièce n°3", F.QRCode, "]Q1Pièce n°3".encode()),
    ("PIECE 12", F.DataMatrix, b"]d1PIECE 12"),
    ("PIECE 12", F.PDF417, b"]L2PIECE 12"),
]


def label(text, form, scale=3, quiet=40):
    """Draw a barcode on white paper."""
    content = text.encode() if form == F.QRCode else text
    made = np.array(zxingcpp.create_barcode(content, form).to_image(scale=scale))
    return cv2.copyMakeBorder(made, quiet, quiet, quiet, quiet, cv2.BORDER_CONSTANT, value=(255,))


def shot(grey, angle=0.0, width=1280, height=720, desk=120):
    """Lay a label on a desk, turned by an angle in degrees, as a camera would see it."""
    tall, wide = grey.shape
    turn = cv2.getRotationMatrix2D((wide / 2, tall / 2), angle, 1)
    turn[:, 2] += ((width - wide) / 2, (height - tall) / 2)
    return cv2.warpAffine(grey, turn, (width, height), borderValue=(desk,))


def film(path, greys, fps=30):
    """Write frames as MJPG in AVI."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), fps, greys[0].shape[::-1])
    for grey in greys:
        writer.write(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR))
    writer.release()
    return path


def scans(path):
    with Camera(str(path)) as scanner:
        return list(scanner.scans())


def texts(path):
    return [scan.data for scan in scans(path)]


@pytest.mark.parametrize("name", ["label.png", "label.jpg", "label.webp", "label.bmp", "label.tiff"])
@pytest.mark.parametrize(("text", "form", "data"), SYMBOLS)
def test_a_barcode_is_read_from_an_image_of_any_kind(tmp_path, name, text, form, data):
    Image.fromarray(label(text, form)).save(tmp_path / name)
    assert texts(tmp_path / name) == [data]


def test_a_scan_says_where_it_comes_from_and_when(tmp_path):
    Image.fromarray(label(*EAN[:2])).save(tmp_path / "label.png")
    before = time.monotonic()
    (scan,) = scans(tmp_path / "label.png")
    assert scan.source == f"file:{tmp_path / 'label.png'}"
    assert before <= scan.moment <= time.monotonic()
    assert (scan.suffix, scan.typed, scan.cut) == (b"", False, False)


@pytest.mark.parametrize("mode", ["LA", "RGBA", "PA", "P"])
def test_what_is_transparent_is_white(tmp_path, mode):
    bars = label(*EAN[:2])
    layers = Image.fromarray(np.dstack([np.zeros_like(bars), 255 - bars]), "LA")
    made = layers if mode == "LA" else layers.convert("RGBA")
    if mode in ("P", "PA"):
        made = made.quantize()
    made.save(tmp_path / "label.png")
    assert texts(tmp_path / "label.png") == [EAN[2]]


@pytest.mark.parametrize("paper", [(255, 220, 0), (230, 30, 40), (255, 140, 0)])
def test_black_bars_on_coloured_paper_are_read(tmp_path, paper):
    bars = label(*EAN[:2])[..., None] / 255
    Image.fromarray((bars * paper).astype(np.uint8), "RGB").save(tmp_path / "label.png")
    assert texts(tmp_path / "label.png") == [EAN[2]]


def test_an_image_of_16_bits_is_read(tmp_path):
    Image.fromarray(label(*EAN[:2]).astype(np.uint16) * 200 + 900).save(tmp_path / "label.png")
    assert texts(tmp_path / "label.png") == [EAN[2]]


@pytest.mark.parametrize("angle", [15, 30, 45, 60, 90, 135, 180, 300])
@pytest.mark.parametrize(("text", "form", "data"), SYMBOLS[:4])
def test_a_label_is_read_at_any_angle(tmp_path, angle, text, form, data):
    cv2.imwrite(str(tmp_path / "label.png"), shot(label(text, form), angle))
    assert texts(tmp_path / "label.png") == [data]


@pytest.mark.parametrize("scale", [2, 3, 6])
def test_a_small_code_in_a_large_photograph_is_read(tmp_path, scale):
    cv2.imwrite(str(tmp_path / "label.jpg"), shot(label(*EAN[:2], scale), 3, 4000, 3000))
    assert texts(tmp_path / "label.jpg") == [EAN[2]]


def test_each_code_of_a_sheet_is_given_once(tmp_path):
    sheet = np.full((720, 1280), 255, np.uint8)
    for place, (text, form, _data) in enumerate((EAN, SYMBOLS[2], SYMBOLS[5])):
        bars = label(text, form)
        top, left = (place % 2) * 360, (place // 2) * 640
        sheet[top : top + bars.shape[0], left : left + bars.shape[1]] = bars
    cv2.imwrite(str(tmp_path / "sheet.png"), sheet)
    assert sorted(texts(tmp_path / "sheet.png")) == sorted([EAN[2], SYMBOLS[2][2], SYMBOLS[5][2]])


@pytest.mark.parametrize("scale", [1.75, 3])  # 126 and 216 dots an inch
@pytest.mark.parametrize("angle", [0, 90, 12])
def test_a_label_printed_by_the_house_is_read_from_an_image_of_it(tmp_path, scale, angle):
    number = "2000100000014"
    paper = Paper("Étiquette de traçabilité", "Comptoir", "2026-07-14T22:30:00+00:00", (Barcode(number, "N°"),))
    with pypdfium2.PdfDocument(pdf_of(paper)) as document:
        image = document[0].render(scale=scale).to_pil().rotate(angle, expand=True, fillcolor="white")
    image.save(tmp_path / "label.png")
    assert texts(tmp_path / "label.png") == [b"]E0" + number.encode()]


@pytest.mark.parametrize(("text", "form", "data"), SYMBOLS)
def test_a_barcode_is_read_once_from_a_video_that_shows_it_for_long(tmp_path, text, form, data):
    path = film(tmp_path / "label.avi", [shot(label(text, form), angle / 4) for angle in range(40)])
    assert texts(path) == [data]


def test_a_tilted_label_that_no_decoder_sees_in_the_whole_frame_is_read_from_a_video(tmp_path):
    tilted = shot(label(*SYMBOLS[2][:2]), 40)
    assert zxing(tilted) + zbar(tilted) == []
    assert texts(film(tmp_path / "label.avi", [tilted] * 9)) == [SYMBOLS[2][2]]


def test_slanted_bars_stand_before_they_are_averaged():
    bars = label(*EAN[:2], quiet=60)[60:-90]
    shear = np.array([[1, 0.4, -0.2 * bars.shape[0]], [0, 1, 0]], np.float32)
    slanted = cv2.warpAffine(bars, shear, bars.shape[::-1], borderValue=(255,))
    assert zxing(lines(slanted, 0, 1)) == []
    assert [read.data for read in zxing(lines(unslanted(slanted), 0, 1))] == [EAN[0].encode()]


def test_a_code_that_leaves_and_comes_back_is_given_again_and_another_between_is_too(tmp_path):
    first, other, bare = shot(label(*EAN[:2])), shot(label(*SYMBOLS[2][:2])), np.full((720, 1280), 90, np.uint8)
    path = film(tmp_path / "label.avi", [first] * 8 + [bare] * 8 + [first] * 8 + [other] * 30 + [first] * 30)
    assert texts(path) == [EAN[2], SYMBOLS[2][2], EAN[2]]


@pytest.mark.parametrize("name", ["grey.png", "grey.avi"])
def test_where_there_is_no_code_there_is_no_scan(tmp_path, name):
    grey = np.random.default_rng(3).normal(128, 30, (480, 640)).clip(0, 255).astype(np.uint8)
    if name.endswith("avi"):
        film(tmp_path / name, [grey] * 9)
    else:
        cv2.imwrite(str(tmp_path / name), grey)
    assert texts(tmp_path / name) == []


def test_the_largest_qr_code_goes_through_whole(tmp_path):
    text = "7" * 7_089
    made = zxingcpp.create_barcode(text, F.QRCode, ec_level="L").to_image(scale=4)
    Image.fromarray(np.array(made)).save(tmp_path / "qr.png")
    (scan,) = scans(tmp_path / "qr.png")
    assert scan.data == b"]Q1" + text.encode()
    assert len(scan.data) <= LONGEST


def test_control_characters_of_a_code_are_given_as_they_are(tmp_path):
    made = zxingcpp.create_barcode(b"A\x1b[2J\x07B\x00C", F.QRCode).to_image(scale=4)
    Image.fromarray(np.array(made)).save(tmp_path / "qr.png")
    assert texts(tmp_path / "qr.png") == [b"]Q1A\x1b[2J\x07B\x00C"]


def png_header(width, height):
    """Give the beginning of a PNG that claims a size and holds next to nothing."""
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)), (b"IDAT", zlib.compress(b"\0" * 99))]
    sized = [(struct.pack(">I", len(data)), kind + data) for kind, data in chunks]
    parts = [size + chunk + struct.pack(">I", zlib.crc32(chunk)) for size, chunk in sized]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.mark.parametrize("size", [(60_000, 60_000), (10_000, 9_000), (10_000, 5_001), (2**31 - 1, 2**31 - 1)])
def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(tmp_path, size):
    (tmp_path / "bomb.png").write_bytes(png_header(*size))
    with pytest.raises(PictureTooLarge, match="50") as told:
        scans(tmp_path / "bomb.png")
    assert told.value.hint


def test_a_small_file_that_unpacks_to_much_is_refused_too(tmp_path):
    Image.new("L", (9_000, 9_000)).save(tmp_path / "bomb.png")
    assert (tmp_path / "bomb.png").stat().st_size < 100_000
    with pytest.raises(PictureTooLarge):
        scans(tmp_path / "bomb.png")


def test_the_largest_picture_that_is_opened_is_read(tmp_path):
    side = int(MOST_PIXELS**0.5)
    cv2.imwrite(str(tmp_path / "large.png"), shot(label(*EAN[:2], scale=12), 0, side, side))
    assert texts(tmp_path / "large.png") == [EAN[2]]


def test_a_broken_image_is_told(tmp_path):
    for kind in ("png", "jpg", "webp"):
        whole, cut = tmp_path / f"whole.{kind}", tmp_path / f"cut.{kind}"
        Image.fromarray(shot(label(*EAN[:2]))).save(whole)
        cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 3])
        with pytest.raises((BrokenPicture, NoPicture)) as told:
            scans(cut)
        assert isinstance(told.value, Refused)
        assert told.value.hint


@pytest.mark.parametrize("seed", range(8))
def test_an_image_with_wrong_bytes_inside_is_told_or_read_as_it_can_be(tmp_path, seed):
    path = tmp_path / "spoilt.png"
    Image.fromarray(shot(label(*EAN[:2]))).save(path)
    chance, data = np.random.default_rng(seed), bytearray(path.read_bytes())
    for place in chance.integers(8, len(data), 12):
        data[place] = int(chance.integers(0, 256))
    path.write_bytes(data)
    with suppress(BrokenPicture, NoPicture, PictureTooLarge):
        assert texts(path) in ([], [EAN[2]])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("text.png", b"Bonjour\n" * 40), ("empty.png", b""), ("noise.avi", bytes(range(256)) * 9),
        ("list.m3u8", b"#EXTM3U\n#EXTINF:1,\nfile:///a.ts\n"), ("list.mp4", b"ffconcat version 1.0\nfile a.avi\n"),
        ("words.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"), ("print.ps", b"%!PS-Adobe-3.0 EPSF-3.0\n"),
    ],
)  # fmt: skip
def test_what_is_no_picture_is_refused_and_never_handed_to_a_decoder(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(NoPicture) as told:
        scans(tmp_path / name)
    assert name in told.value.message


@pytest.mark.parametrize("name", ["missing.png", "missing.avi", "no/such/folder.png"])
def test_a_file_that_is_not_there_is_told(tmp_path, name):
    with pytest.raises(NoSuchPicture) as told:
        scans(tmp_path / name)
    assert isinstance(told.value, NotFound)
    assert told.value.hint


def test_a_folder_a_pipe_and_a_name_that_cannot_be_are_told(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", tmp_path / ("x" * 300)):
        with pytest.raises((UnreadablePicture, NoSuchPicture)) as told:
            scans(path)
        assert isinstance(told.value, (UsageProblem, NotFound))
    with pytest.raises((UnreadablePicture, NoSuchPicture)):
        scans("a\0b.png")


def test_a_video_cut_short_gives_what_it_holds_then_says_so(tmp_path):
    whole = film(tmp_path / "whole.avi", [shot(label(*EAN[:2]))] * 30)
    cut = tmp_path / "cut.avi"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    found = []
    with Camera(str(cut)) as scanner, pytest.raises(VideoBrokenOff) as told:
        found.extend(scan.data for scan in scanner.scans())
    assert found == [EAN[2]]
    assert isinstance(told.value, OutsideFailure)
    assert told.value.hint


@pytest.mark.parametrize("kept", [20, 400, 3000])
def test_a_video_without_a_whole_frame_is_told(tmp_path, kept):
    whole = film(tmp_path / "whole.avi", [shot(label(*EAN[:2]))] * 9)
    cut = tmp_path / "cut.avi"
    cut.write_bytes(whole.read_bytes()[:kept])
    with pytest.raises((BrokenPicture, VideoBrokenOff)):
        scans(cut)


def test_a_video_takes_no_more_memory_for_being_long(tmp_path):
    resource = pytest.importorskip("resource")
    peaks = []
    for count in (30, 240):
        path = film(tmp_path / f"{count}.avi", [shot(label(*EAN[:2]))] * count)
        scans(path)
        peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
        path.unlink()
    # 210 frames of 720p are 180 MiB, and four times that in colour.
    assert peaks[1] - peaks[0] < 60_000


def test_nothing_is_written_on_the_streams_whatever_is_read(tmp_path, capfd):
    film(tmp_path / "whole.avi", [shot(label(*EAN[:2]))] * 9)
    (tmp_path / "cut.avi").write_bytes((tmp_path / "whole.avi").read_bytes()[:60_000])
    for path in (tmp_path / "whole.avi", tmp_path / "cut.avi"):
        with suppress(VideoBrokenOff):
            scans(path)
    with pytest.raises(NoSuchCamera):
        Camera("97").__enter__()
    assert capfd.readouterr() == ("", "")


def test_a_camera_that_is_not_there_is_told():
    with pytest.raises(NoSuchCamera, match="97") as told, Camera("97"):
        pass
    assert isinstance(told.value, NotFound)
    assert "doctor" in (told.value.hint or "")


class Plugged:
    """A video read at the pace of a camera: its end is what a camera that is unplugged looks like."""

    def __init__(self, path):
        self._video = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)

    def __getattr__(self, name):
        return getattr(self._video, name)

    def read(self):
        time.sleep(1 / 60)
        return self._video.read()


@pytest.fixture
def plugged(tmp_path, monkeypatch):
    """Give the function that plugs a video in as camera 0."""

    class Doors:
        def __getattr__(self, name):
            return getattr(cv2, name)

    def plug(greys):
        path = film(tmp_path / "camera.avi", greys)
        doors = Doors()
        doors.VideoCapture = lambda _number: Plugged(path)
        monkeypatch.setattr(camera, "cv2", doors)
        monkeypatch.delenv("DISPLAY", raising=False)
        monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)

    return plug


def test_a_camera_gives_its_codes_once_and_its_unplugging_is_told(plugged):
    plugged([shot(label(*EAN[:2]))] * 60)
    found = []
    with Camera("0") as scanner, pytest.raises(CameraGone) as told:
        found.extend(scanner.scans())
    assert [(scan.data, scan.source) for scan in found] == [(EAN[2], "camera:0")]
    assert isinstance(told.value, OutsideFailure)
    assert told.value.hint


def test_the_newest_frame_is_the_one_looked_at(plugged):
    plugged([np.full((HEIGHT, WIDTH), 4 * number, np.uint8) for number in range(60)])
    live = Live(0)
    live.newest()
    time.sleep(0.5)
    _moment, grey = live.newest()
    asked = time.monotonic()
    live.newest()
    assert time.monotonic() - asked < 1, "the reader is told of a frame when it comes"
    live.close()
    assert grey.mean() > 60, "a busy reader has missed the frames between"


def test_a_camera_left_early_is_let_go(plugged):
    plugged([shot(label(*EAN[:2]))] * 200)
    with Camera("0") as scanner:
        next(scanner.scans())
        thread = scanner._live._thread
    assert not thread.is_alive()


@pytest.mark.parametrize(("size", "warned"), [((640, 480), True), ((WIDTH, HEIGHT), False)])
def test_a_camera_that_gives_less_than_is_asked_is_warned_of(plugged, size, warned):
    plugged([np.full(size[::-1], 90, np.uint8)] * 30)
    with Camera("0") as scanner:
        assert ("640" in scanner.warning) is warned


def test_a_display_that_does_not_answer_opens_no_window_and_ends_nothing(monkeypatch):
    monkeypatch.setenv("DISPLAY", ":987")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert not has_display()
    monkeypatch.delenv("DISPLAY")
    assert not has_display()


WINDOW = """
import numpy, sys
from comptoir.desk.camera import Window, has_display
from comptoir.desk.decoders import Read
assert has_display()
window = Window()
for _turn in range(5):
    window.show(numpy.full((90, 160), 90, numpy.uint8), [Read(b"1", "]E0", "1", "zbar", ((1, 1), (50, 1), (50, 50)))])
sys.exit(not window._shows)
"""


@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="Xvfb is not on this machine")
def test_a_window_shows_what_the_camera_sees_where_there_is_a_display(tmp_path):
    display = next(number for number in range(90, 200) if not Path(f"/tmp/.X11-unix/X{number}").exists())  # noqa: S108 - X's own
    with subprocess.Popen(["Xvfb", f":{display}", "-screen", "0", "640x480x24"], stderr=subprocess.DEVNULL) as server:
        try:
            _await_display(display)
            environment = os.environ | {"DISPLAY": f":{display}", "QT_LOGGING_RULES": "*=false"}
            done = subprocess.run([sys.executable, "-c", WINDOW], env=environment, capture_output=True, check=False)
        finally:
            server.terminate()
    assert done.returncode == 0, done.stderr


def _await_display(number):
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with socket.socket(socket.AF_UNIX) as door:
            if door.connect_ex(f"/tmp/.X11-unix/X{number}") == 0:  # noqa: S108 - X's own
                return
        time.sleep(0.05)


def test_a_window_that_fails_never_keeps_a_code_from_being_read(monkeypatch):
    class Broken:
        error = cv2.error

        def __getattr__(self, name):
            return getattr(cv2, name)

        def imshow(self, *_arguments):
            raise cv2.error("no window")

    monkeypatch.setattr(camera, "cv2", Broken())
    window = Window()
    for _turn in range(2):
        window.show(np.zeros((9, 9), np.uint8), [])


def test_a_library_that_the_system_lacks_is_told_with_its_installation(tmp_path, monkeypatch):
    class Missing:
        def __getattr__(self, name):
            raise ImportError("libGL.so.1: cannot open shared object file")

    monkeypatch.setattr(camera, "cv2", Missing())
    with pytest.raises(NoCameraLibrary, match="libGL") as told, Camera(str(tmp_path / "label.png")):
        pass
    assert "libgl1" in (told.value.hint or "")


def test_nothing_heavy_is_imported_before_a_camera_is_entered():
    code = (
        "import sys, comptoir.desk.camera as c; c.Camera('label.png')\n"
        "print({'cv2', 'numpy', 'PIL', 'zxingcpp', 'pyzbar'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
