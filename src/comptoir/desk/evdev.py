"""A scanner that types, read below the keyboard: its keys by their place, held alone; the only importer of evdev.

The keys are read as a US keyboard has them, whatever the system's layout is, for that is how scanners are shipped:
nothing is garbled, nothing is typed into another window, and no window need be in front. Linux only.
"""

import errno
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Self

from comptoir.core.errors import ComptoirError, NotFound, OutsideFailure, UsageProblem, reason_of
from comptoir.core.i18n import _
from comptoir.core.later import later
from comptoir.core.text import shown
from comptoir.desk.framing import Framing
from comptoir.desk.listening import Listener
from comptoir.desk.scanner import Scan

if TYPE_CHECKING:
    import select

    import evdev
else:
    select, evdev = later("select"), later("evdev")

DEVICES = Path("/dev/input")
SCANNER = re.compile("bar.?code|scanner", re.IGNORECASE)
LIST_MOST = 8  # devices told in a sentence

# linux/input-event-codes.h; each row begins at the code of its first key.
EV_SYN, EV_KEY, SYN_DROPPED = 0, 1, 3
RELEASED, PRESSED = 0, 1  # 2 is a key that repeats: no scanner holds one, a busy system believes it does
SHIFTS, CONTROLS, ALTS = {42, 54}, {29, 97}, {56, 100}
TYPES = {2, 28}  # what types has a 1 and an Enter; the buttons that a scanner shows beside its keys have none
ROWS = (
    (2, "1234567890-=", "!@#$%^&*()_+"),
    (16, "qwertyuiop[]", "QWERTYUIOP{}"),
    (30, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
    (71, "789-456+1230.", "789-456+1230."),  # the keypad, Num Lock or not
    (55, "*", "*"),
    (57, " ", " "),
    (86, "<", ">"),
    (98, "/", "/"),
    (28, "\r", "\r"),
    (96, "\r", "\r"),
    (15, "\t", "\t"),
)
PLAIN = {first + place: key for first, plain, _shifted in ROWS for place, key in enumerate(plain)}
SHIFTED = {first + place: key for first, _plain, shifted in ROWS for place, key in enumerate(shifted)}
KEYPAD = range(71, 83)
LOST = "\N{REPLACEMENT CHARACTER}".encode()


class Event(Protocol):
    """A key goes down or up, or something else happens: three numbers, as the kernel has them."""

    @property
    def type(self) -> int:
        """Give the kind of event."""

    @property
    def code(self) -> int:
        """Give the key."""

    @property
    def value(self) -> int:
        """Give what became of it."""


class NoEvdev(UsageProblem):
    """The optional package is not there."""

    def __init__(self) -> None:
        super().__init__(
            _("reading a scanner below the keyboard needs the package evdev, on Linux"),
            "pip install 'comptoir[evdev]'",
        )


class NoSuchDevice(NotFound):
    """No input device has this name, or none looks like a scanner."""

    def __init__(self, wanted: str, there_are: Sequence[str]) -> None:
        super().__init__(
            _("there is no input device `{name}`").format(name=shown(wanted))
            if wanted
            else _("no input device is called a scanner"),
            _("name one of those there are: {names}").format(names=_told(there_are))
            if there_are
            else _("none can be read: plug the scanner in, set to keyboard (HID)"),
        )


class SeveralDevices(UsageProblem):
    """More than one input device answers to this name."""

    def __init__(self, found: Sequence[str]) -> None:
        super().__init__(_("several input devices may be meant: {names}").format(names=_told(found)))
        self.hint = _("give the path of one of them")


class DeviceForbidden(UsageProblem):
    """This account may not read input devices."""

    def __init__(self, device: str) -> None:
        super().__init__(
            _("`{device}` may not be read by this account").format(device=shown(device)),
            _("add it to the `input` group (`sudo usermod -aG input $USER`) and open a new session"),
        )


class DeviceTaken(OutsideFailure):
    """Another program holds the device alone."""

    def __init__(self, device: str) -> None:
        super().__init__(
            _("another program is using `{device}`").format(device=shown(device)),
            _("close it and try again"),
        )


class NoDevice(UsageProblem):
    """The path leads to no input device."""

    def __init__(self, device: str, reason: str) -> None:
        super().__init__(
            _("`{device}` is no input device: {reason}").format(device=shown(device), reason=reason),
        )


class DeviceGone(OutsideFailure):
    """The scanner was unplugged while it was read."""

    def __init__(self, device: str) -> None:
        super().__init__(
            _("the scanner `{device}` is gone").format(device=shown(device)),
            _("plug it in and start again; what was scanned before it left counts"),
        )


class Evdev:
    """Scans from an input device, by its path, a part of its name, or the only one that is called a scanner.

    Raises NoEvdev, NoSuchDevice, SeveralDevices, DeviceForbidden, DeviceTaken and NoDevice when it is entered,
    DeviceGone while it is read.
    """

    warning = ""

    def __init__(self, wanted: str = "") -> None:
        self._wanted = wanted

    def __enter__(self) -> Self:
        self._device = _opened(self._wanted)
        self._keys = Keys()
        self._listener = Listener(self._read, Framing(f"evdev:{self._device.name}"))
        return self

    def __exit__(self, *failure: object) -> None:
        self._listener.stop()
        self._device.close()  # which lets it go

    def scans(self) -> Iterator[Scan]:
        """Give each scan as it comes."""
        return self._listener.heard()

    def _read(self, wait: float) -> bytes | None:
        if not select.select([self._device.fd], [], [], wait)[0]:
            return None
        try:
            return self._keys.feed(self._device.read())
        except OSError as error:
            raise DeviceGone(self._device.name) from error


class Keys:
    """Turns keys that go down and up into the bytes that a US keyboard would give; Caps Lock is not looked at.

    A character held with Ctrl is its control character; Alt and keypad digits are the character of that number, given
    when Alt goes up (`Alt 029` is GS).
    """

    def __init__(self) -> None:
        self._held: set[int] = set()
        self._number = ""

    def feed(self, events: Iterable[Event]) -> bytes:
        """Take events; give the bytes they make, U+FFFD where the system lost some: that scan must match nothing."""
        return b"".join(map(self._bytes, events))

    def _bytes(self, event: Event) -> bytes:
        if event.type == EV_SYN and event.code == SYN_DROPPED:
            self._held.clear()
            return LOST
        if event.type == EV_KEY and event.value == PRESSED:
            self._held.add(event.code)
            return self._hit(event.code)
        if event.type == EV_KEY and event.value == RELEASED:
            self._held.discard(event.code)
            return self._numbered() if event.code in ALTS else b""
        return b""

    def _hit(self, code: int) -> bytes:
        key = (SHIFTED if self._held & SHIFTS else PLAIN).get(code, "")
        if code in KEYPAD and key.isdigit() and self._held & ALTS:
            self._number += key
            return b""
        if self._held & CONTROLS and "@" <= key.upper() <= "_":
            return bytes([ord(key.upper()) & 0x1F])
        return key.encode()

    def _numbered(self) -> bytes:
        number, self._number = int(self._number[-4:] or -1), ""
        return bytes([number]) if 0 <= number <= 0xFF else b""  # noqa: PLR2004 - a byte


def _opened(wanted: str) -> "evdev.InputDevice[str]":
    """Open a device and hold it alone."""
    try:
        opens = evdev.InputDevice
    except ImportError as error:
        raise NoEvdev from error
    path = wanted if "/" in wanted else _found(wanted)
    try:
        device = opens(path)
    except OSError as error:
        raise _failure(path, error) from error
    try:
        device.grab()
    except OSError as error:
        device.close()
        raise _failure(path, error) from error
    return device


def _found(wanted: str) -> str:
    """Give the path of the device that has this in its name, of the scanner where it is empty."""
    nodes = _nodes()
    names = dict(_typing(nodes))
    looks = re.compile(re.escape(wanted), re.IGNORECASE) if wanted else SCANNER
    found = [path for path, name in names.items() if looks.search(name)]
    if len(found) == 1:
        return found[0]
    told = [f"{path} ({names[path]})" for path in found or names]
    if found:
        raise SeveralDevices(told)
    if nodes and not any(os.access(path, os.R_OK, effective_ids=True) for path in nodes):
        raise DeviceForbidden(str(DEVICES))
    raise NoSuchDevice(wanted, told)


def _nodes() -> list[str]:
    return sorted(map(str, DEVICES.glob("event*")))


def _typing(nodes: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Give the path and the name of each device that types and may be read."""
    for path in nodes:
        try:
            device = evdev.InputDevice(path)
        except OSError:
            continue
        if TYPES.issubset(device.capabilities().get(EV_KEY, ())):
            yield path, device.name
        device.close()


def _failure(path: str, error: OSError) -> ComptoirError:
    match error.errno:
        case errno.ENOENT | errno.ENODEV | errno.ENXIO:
            return NoSuchDevice(path, [f"{node} ({name})" for node, name in _typing(_nodes())])
        case errno.EACCES | errno.EPERM:
            return DeviceForbidden(path)
        case errno.EBUSY:
            return DeviceTaken(path)
    return NoDevice(path, reason_of(error))


def _told(names: Sequence[str]) -> str:
    told = [shown(name) for name in names[:LIST_MOST]]
    return ", ".join([*told, "…"] if len(names) > LIST_MOST else told)
