"""What any scanner gives, whichever way it is plugged in: the bytes it sent, when, and where from."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol

LONGEST = 8_192  # bytes of one scan; the largest QR code holds 7,089 digits (ISO/IEC 18004)


class Scan(NamedTuple):
    """One scan, its line end taken off; a camera writes the AIM identifier of the symbol first (`]E0`)."""

    data: bytes
    moment: float  # seconds, monotonic, when its last byte came
    source: str  # `keyboard`, `stdin`, `serial:/dev/ttyACM0`, `evdev:NAME`, `camera:0`, `file:PATH`
    suffix: bytes = b""  # the line end that closed it: CR, LF, CR LF or Tab; empty where a pause or the end did
    typed: bool = False  # its keys came at a person's pace
    cut: bool = False  # it went over LONGEST: only its beginning is here


class Scanner(AbstractContextManager["Scanner"], Protocol):
    """One way to receive scans; entered before it is read, so that whatever it changed is put back."""

    warning: str  # once entered: why it will read less than it could; most often nothing

    def scans(self) -> Iterator[Scan]:
        """Give each scan as it comes, and end where the device or the file ends; raise what breaks it off."""
