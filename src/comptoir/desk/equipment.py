"""What this machine has and lacks, and how to get it."""

import os
import sys
from collections.abc import Iterator
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from sqlite3 import sqlite_version
from typing import TYPE_CHECKING, NamedTuple

from comptoir import __version__
from comptoir.core.errors import ComptoirError
from comptoir.core.i18n import _, in_use
from comptoir.core.later import later
from comptoir.store.sqlite import State, state

if TYPE_CHECKING:
    import shutil

    from comptoir.desk import Desk, camera, decoders, serial
else:
    shutil = later("shutil")
    camera, decoders = later("comptoir.desk.camera"), later("comptoir.desk.decoders")
    serial = later("comptoir.desk.serial")

CAMERAS, INPUTS = Path("/dev"), Path("/dev/input")


class Health(StrEnum):
    """How a part stands: `absent` is what a counter may do without, `incomplete` what works and lacks something."""

    GOOD = "good"
    ABSENT = "absent"
    INCOMPLETE = "incomplete"
    BAD = "bad"


class Finding(NamedTuple):
    """One part of the machine: how it stands, what was seen, what to do about it."""

    part: str
    health: Health
    seen: str
    advice: str = ""


def found(desk: "Desk") -> list[Finding]:
    """Look at everything, the database first; what goes wrong is a finding too."""
    return [
        Finding("comptoir", Health.GOOD, f"{__version__}, Python {sys.version.split()[0]}, SQLite {sqlite_version}"),
        _database(desk),
        Finding("language", Health.GOOD, in_use()),
        _terminal(),
        *_decoders(),
        _camera_library(),
        _cameras(),
        _display(),
        _ports(),
        _input_devices(),
    ]


def _database(desk: "Desk") -> Finding:
    try:
        path = desk.settings.database
        stands = state(path)
    except ComptoirError as error:
        return Finding("database", Health.BAD, error.message, error.hint or "")
    if stands is not State.MISSING and not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        return Finding("database", Health.BAD, _("`{path}` cannot be written to").format(path=path))
    told = {
        State.MISSING: _("`{path}` is not there yet: the first command that writes makes it"),
        State.OLD: _("`{path}` is of an older version: the next command brings it up to date, a copy kept"),
        State.CURRENT: "{path}",
    }
    return Finding("database", Health.GOOD, told[stands].format(path=path))


def _terminal() -> Finding:
    if not sys.stderr.isatty():
        return Finding("terminal", Health.ABSENT, _("none: the screen of `comptoir scan` needs one"))
    columns, lines = shutil.get_terminal_size()
    return Finding("terminal", Health.GOOD, f"{os.environ.get('TERM', '')} {columns}×{lines}")


def _decoders() -> Iterator[Finding]:
    for decoder in decoders.standing():
        health = Health.GOOD if decoder.version else Health.ABSENT
        yield Finding(decoder.name, health, decoder.version or _("its library is missing"), decoder.advice)


def _camera_library() -> Finding:
    try:
        return Finding("camera library", Health.GOOD, f"OpenCV {camera.library()}")
    except ImportError as error:
        advice = _("`sudo apt install libgl1 libglib2.0-0` (Debian, Ubuntu)")
        return Finding("camera library", Health.ABSENT, str(error), advice)


def _input_devices() -> Finding:
    try:
        there = version("evdev")
    except PackageNotFoundError:
        return Finding("evdev", Health.ABSENT, _("not installed"), "pip install 'comptoir[evdev]'")
    nodes = sorted(INPUTS.glob("event*"))
    readable = [str(node) for node in nodes if os.access(node, os.R_OK)]
    if nodes and not readable:
        advice = _("add your account to the `input` group (`sudo usermod -aG input $USER`) and open a new session")
        return Finding("evdev", Health.ABSENT, _("no input device may be read"), advice)
    seen = ", ".join(readable) or _("no input device")
    return Finding("evdev", Health.GOOD, f"{there}: {seen}")


def _display() -> Finding:
    shown = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY")
    if shown or not sys.platform.startswith("linux"):
        return Finding("display", Health.GOOD, shown or sys.platform)
    return Finding("display", Health.ABSENT, _("none: a camera reads all the same, without its window"))


def _cameras() -> Finding:
    there = sorted(str(path) for path in CAMERAS.glob("video*"))
    if there:
        return Finding("cameras", Health.GOOD, ", ".join(there))
    return Finding("cameras", Health.ABSENT, _("none in /dev"), _("`--camera` takes an image or a video as well"))


def _ports() -> Finding:
    there = serial.ports()
    if there:
        return Finding("serial ports", Health.GOOD, ", ".join(there))
    return Finding("serial ports", Health.ABSENT, _("none"), _("a scanner set to USB serial (CDC) makes one"))
