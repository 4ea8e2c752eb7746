"""A camera, or a video or an image in its place: its codes, each given once while it is in view; the door of OpenCV."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from comptoir.core.errors import NotFound, OutsideFailure
from comptoir.core.i18n import _
from comptoir.core.later import later
from comptoir.core.text import shown
from comptoir.desk.decoders import Read
from comptoir.desk.scanner import LONGEST, Scan
from comptoir.desk.sight import Sight, study
from comptoir.desk.sight_files import frames, next_frame, picture
from comptoir.desk.votes import Ballot

if TYPE_CHECKING:
    import threading
    import time

    import cv2
    import numpy as np

    Grey = np.ndarray[Any, Any]  # lines, columns; 8 bits
else:
    cv2, np, threading, time = later("cv2"), later("numpy"), later("threading"), later("time")

WIDTH, HEIGHT = 1_280, 720  # asked of a camera: at 640 x 480, an EAN-13 has to be held at 12 cm
STALLED = 5.0  # seconds without a frame after which it is gone
TITLE = "comptoir"
# A display that is named and does not answer makes Qt end the whole process: another one tries first.
PROBE = f"import cv2; cv2.namedWindow({TITLE!r}); cv2.destroyAllWindows()"
PROBING = 20.0  # seconds
# Votes on a photograph, whose looks all see the same light: measured on labels at the limit of what can be read, two
# decoders that agree are wrong once in 3,000 with two votes. What corrects its own errors is right or is not read.
LOOKS = {"agreeing": 3, "alone": 3, "corrected": 1}
GREEN = (60, 200, 60)


class NoSuchCamera(NotFound):
    """No camera has this number, or none that gives a picture."""

    def __init__(self, number: int) -> None:
        super().__init__(
            _("camera {number} does not answer").format(number=number),
            _("is it plugged in, and free? `comptoir doctor` lists the cameras; 0 is the first"),
        )


class CameraGone(OutsideFailure):
    """The camera was unplugged, or stopped, while it was read."""

    def __init__(self, number: int) -> None:
        super().__init__(
            _("camera {number} is gone").format(number=number),
            _("plug it in and start again; what was scanned before it left counts"),
        )


class NoCameraLibrary(OutsideFailure):
    """OpenCV is here, and a library of the system that it needs is not."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            _("the camera's library does not start: {reason}").format(reason=shown(reason)),
            _("`sudo apt install libgl1 libglib2.0-0` (Debian, Ubuntu)"),
        )


class Camera:
    """Codes from a camera (its number), a video or an image (its path); `warning` says what makes it read less.

    Raises NoCameraLibrary, NoSuchCamera and what `sight_files` finds wrong when it is entered, CameraGone and
    VideoBrokenOff while it is read.
    """

    def __init__(self, source: str) -> None:
        self._number = int(source) if source.isascii() and source.isdecimal() else None
        self._path = Path(source)
        self._source = f"camera:{self._number}" if self._number is not None else f"file:{source}"
        self._ballot = Ballot()
        self._sight = Sight()
        self.warning = ""

    def __enter__(self) -> Self:
        # What OpenCV, FFmpeg and Qt have to say goes straight to stderr, over the screen: our sentences say it better.
        os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
        os.environ.setdefault("QT_LOGGING_RULES", "*=false")
        try:
            library()
        except ImportError as error:
            raise NoCameraLibrary(str(error)) from error
        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
        cv2.setNumThreads(1)  # its threads cost more than they bring on frames of this size
        self._live = None
        self._picture = None
        if self._number is None:
            self._picture = picture(self._path)
            return self
        self._live = Live(self._number)
        width, height = self._live.size
        if width * height < WIDTH * HEIGHT:
            self.warning = _("the camera gives {width} × {height}: hold small codes close").format(
                width=width, height=height
            )
        return self

    def __exit__(self, *failure: object) -> None:
        if self._live is not None:
            self._live.close()

    def scans(self) -> Iterator[Scan]:
        """Give each code once while it stays in view, and again once it has left for 800 ms."""
        if self._live is not None:
            return self._seen_live(self._live)
        return self._photographed(self._picture) if self._picture is not None else self._filmed()

    def _photographed(self, grey: "Grey") -> Iterator[Scan]:
        ballot = Ballot(**LOOKS)
        for reads in study(grey):
            yield from map(self._scan, ballot.count(0, reads))
            if ballot.settled():
                return

    def _filmed(self) -> Iterator[Scan]:
        for moment, grey in frames(self._path):
            yield from map(self._scan, self._ballot.count(moment, self._look(grey)))

    def _seen_live(self, live: "Live") -> Iterator[Scan]:
        window = Window() if has_display() else None
        while True:
            moment, grey = live.newest()
            reads = self._look(grey)
            given = self._ballot.count(moment, reads)
            if window is not None:
                window.show(grey, [read for read in reads if self._ballot.in_view(read.key)])
            yield from map(self._scan, given)

    def _look(self, grey: "Grey") -> list[Read]:
        return self._sight.look(grey, settled=self._ballot.in_view)

    def _scan(self, read: Read) -> Scan:
        data = read.symbology.encode() + read.data
        return Scan(data[:LONGEST], time.monotonic(), self._source, cut=len(data) > LONGEST)


class Live:
    """A camera read in a thread of its own, so that its newest frame is always the next one looked at.

    Raises NoSuchCamera.
    """

    def __init__(self, number: int) -> None:
        self._number = number
        self._device = cv2.VideoCapture(number)
        for what, value in (
            (cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG")),  # uncompressed, USB 2 has room for few frames
            (cv2.CAP_PROP_FRAME_WIDTH, WIDTH),
            (cv2.CAP_PROP_FRAME_HEIGHT, HEIGHT),
        ):
            self._device.set(what, value)
        first = next_frame(self._device) if self._device.isOpened() else None
        if first is None:
            self._device.release()
            raise NoSuchCamera(number)
        self.size = (first.shape[1], first.shape[0])
        self._frame: Grey | None = first
        self._moment = time.monotonic()
        self._open = True
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._grab, name="camera", daemon=True)
        self._thread.start()

    def newest(self) -> "tuple[float, Grey]":
        """Wait for a frame that was not given yet; give its moment and the frame, or raise CameraGone."""
        with self._changed:
            self._changed.wait_for(lambda: self._frame is not None or not self._open, STALLED)
            frame, self._frame = self._frame, None
            if frame is None:
                raise CameraGone(self._number)
            return self._moment, frame

    def close(self) -> None:
        """Let go of the camera."""
        self._open = False
        self._thread.join(STALLED)
        self._device.release()

    def _grab(self) -> None:
        while self._open:
            frame = next_frame(self._device)
            with self._changed:
                self._open = self._open and frame is not None
                if frame is not None:
                    self._frame, self._moment = frame, time.monotonic()
                self._changed.notify()


def has_display() -> bool:
    """Tell whether a window can be opened here."""
    named = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if sys.platform.startswith("linux") and not named:
        return False
    try:
        tried = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, timeout=PROBING, check=False)  # noqa: S603 - our own line
    except (OSError, subprocess.TimeoutExpired):
        return False
    return tried.returncode == 0


class Window:
    """What the camera sees, a frame drawn around the code that was read; it never keeps a code from being read."""

    def __init__(self) -> None:
        self._shows = True

    def show(self, grey: "Grey", reads: list[Read]) -> None:
        """Show a frame; a window that fails is not tried again."""
        if not self._shows:
            return
        picture = cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)
        for read in reads:
            cv2.polylines(picture, [np.array(read.quad, np.int32)], isClosed=True, color=GREEN, thickness=4)
        try:
            cv2.imshow(TITLE, picture)
            cv2.waitKey(1)
        except cv2.error:
            self._shows = False


def library() -> str:
    """Give the version of OpenCV; raise ImportError where a library of the system that it needs is missing."""
    return str(cv2.__version__)
