"""Pictures and videos from files, bounded before they are decoded: the only importer of Pillow."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from comptoir.core.errors import NotFound, OutsideFailure, Refused, UsageProblem, reason_of
from comptoir.core.i18n import _
from comptoir.core.later import later
from comptoir.core.text import shown

if TYPE_CHECKING:
    import warnings

    import cv2
    import numpy as np
    import PIL
    from PIL import Image

    Grey = np.ndarray[Any, Any]  # lines, columns; 8 bits
else:
    warnings, cv2, np = later("warnings"), later("cv2"), later("numpy")
    PIL, Image = later("PIL"), later("PIL.Image")

MOST_PIXELS = 50_000_000  # of a picture: what the largest sensors of phones give at once
PICTURES = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")
# How videos begin: (place, bytes). A playlist or a subtitle must not have OpenCV open what it names.
_VIDEOS = (
    (8, b"AVI "),  # RIFF
    (4, b"ftyp"),  # MP4, MOV
    (0, b"\x1a\x45\xdf\xa3"),  # Matroska, WebM
    (0, b"OggS"),
    (0, b"\x00\x00\x01\xba"),  # MPEG
)
HEAD = 16  # bytes
FPS = 30.0  # taken for a video that does not say
WHOLE = 0.9  # of the frames that a video announces; containers that guess their number are a little off


class NoSuchPicture(NotFound):
    """The image or video does not exist."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            _("there is no file `{path}`").format(path=shown(str(path))),
            _("`--camera` takes the number of a camera (0 is the first), an image or a video"),
        )


class UnreadablePicture(UsageProblem):
    """The file cannot be opened: a folder, or not ours to read."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(_("cannot read `{path}`: {reason}").format(path=shown(str(path)), reason=reason))


class NoPicture(Refused):
    """The file is neither an image nor a video."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            _("`{path}` is neither an image nor a video").format(path=shown(str(path))),
            _("images: PNG, JPEG, WebP, BMP, GIF, TIFF; videos: AVI, MP4, MOV, MKV, WebM"),
        )


class BrokenPicture(Refused):
    """The file begins as an image or a video and cannot be decoded."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            _("`{path}` is damaged, or was cut short").format(path=shown(str(path))),
            _("take the picture again, or copy the file again"),
        )


class PictureTooLarge(Refused):
    """The picture holds more pixels than are decoded."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            _("`{path}` has more than {most} million pixels: it is not opened").format(
                path=shown(str(path)), most=MOST_PIXELS // 1_000_000
            ),
            _("make it smaller, or take it nearer to the barcode"),
        )


class VideoBrokenOff(OutsideFailure):
    """A video ends before the frames it announces."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            _("`{path}` breaks off before its end").format(path=shown(str(path))),
            _("what was read before it counts; copy the file again for the rest"),
        )


def picture(path: Path) -> "Grey | None":
    """Give an image in grey, what is transparent taken for white; None for what may be a video.

    Raises NoSuchPicture, UnreadablePicture, NoPicture, BrokenPicture and PictureTooLarge.
    """
    head = _head(path)
    if any(head[place:].startswith(sign) for place, sign in _VIDEOS):
        return None
    with warnings.catch_warnings():
        # Pillow tells a bomb by a warning, from 89 million pixels on: it says no more than the check does.
        warnings.simplefilter("ignore")
        with _told(path), Image.open(path, formats=PICTURES) as image:
            if image.width * image.height > MOST_PIXELS:
                raise PictureTooLarge(path)
            image.draft("L", None)  # a JPEG gives its grey as it is, without its colours
            return _grey(image)


def frames(path: Path) -> "Iterator[tuple[float, Grey]]":
    """Give each frame of a video in grey with its moment in seconds, one in memory at a time.

    Raises BrokenPicture, PictureTooLarge and, past the last frame, VideoBrokenOff.
    """
    # The whole path, so that no name is taken for an address; FFmpeg alone, or `%03d` would be a series of images.
    video = cv2.VideoCapture(str(path.resolve()), cv2.CAP_FFMPEG)
    try:
        width, height, fps, announced = (
            video.get(what)
            for what in (
                cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT, cv2.CAP_PROP_FPS, cv2.CAP_PROP_FRAME_COUNT,
            )
        )  # fmt: skip
        if width * height > MOST_PIXELS:
            raise PictureTooLarge(path)
        number = 0
        while (frame := next_frame(video)) is not None:
            yield number / (fps if fps > 0 else FPS), frame
            number += 1
        if not number:
            raise BrokenPicture(path)
        if number < WHOLE * announced:
            raise VideoBrokenOff(path)
    finally:
        video.release()


def next_frame(video: Any) -> "Grey | None":  # noqa: ANN401 - OpenCV's own type
    """Give the next frame of an OpenCV stream in grey, None where there is none."""
    read, frame = video.read()
    if not read or frame is None:
        return None
    grey: Grey = cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY) if frame.ndim > 2 else frame  # noqa: PLR2004 - has colours
    return grey


def _head(path: Path) -> bytes:
    try:
        # Looked at before it is opened: a pipe would wait for whoever writes to it.
        if not path.is_file() and path.exists():
            raise UnreadablePicture(path, _("Is a directory") if path.is_dir() else _("it is not a file"))
        with path.open("rb") as file:
            return file.read(HEAD)
    except FileNotFoundError as error:
        raise NoSuchPicture(path) from error
    except (OSError, ValueError) as error:
        raise UnreadablePicture(path, reason_of(error)) from error


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Tell what Pillow finds wrong; each of its formats says it with an exception of its own."""
    try:
        yield
    except PictureTooLarge:
        raise
    except Image.DecompressionBombError as error:
        raise PictureTooLarge(path) from error
    except PIL.UnidentifiedImageError as error:
        raise NoPicture(path) from error
    except Exception as error:
        raise BrokenPicture(path) from error


def _grey(image: "Image.Image") -> "Grey":
    if image.mode.startswith(("I", "F")):  # 16 bits and more: brought to 8
        deep = np.asarray(image, np.float32)
        low, high = float(deep.min()), float(deep.max())
        return ((deep - low) * (255 / max(1.0, high - low))).astype(np.uint8)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("L", image.size, 255)
        white.paste(image.convert("L"), mask=image.getchannel("A"))
        return np.asarray(white)
    return np.asarray(image.convert("L"))
