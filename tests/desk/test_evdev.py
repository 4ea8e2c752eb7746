"""A scanner below the keyboard: its keys as the kernel has them, by recorded events and, where it may, by uinput."""

import os
import struct
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pytest

from comptoir.core.errors import ComptoirError
from comptoir.desk import evdev as door
from comptoir.desk.evdev import (
    LOST,
    DeviceForbidden,
    DeviceGone,
    DeviceTaken,
    Evdev,
    Keys,
    NoDevice,
    NoEvdev,
    NoSuchDevice,
    SeveralDevices,
)
from comptoir.desk.scanner import Scan

evdev = pytest.importorskip("evdev", reason="the optional package evdev is not installed")

EVENT = struct.Struct("llHHi")  # struct input_event of linux/input.h
UINPUT = Path("/dev/uinput")
SHIFT, CTRL, ALT, ENTER = 42, 29, 56, 28
DOWN, UP, REPEATED = 1, 0, 2

# As `evtest` tells them, type code value: `Ab-1` and Enter. The scanner lets go of a key after it hit the next one,
# Shift too; MSC_SCAN (4 4) comes before a key, SYN (0 0) after it; the system believes that the 1 was held.
RECORDED = """
4 4 458977  1 42 1  0 0 0
4 4 458756  1 30 1  0 0 0
4 4 458977  1 42 0  0 0 0
4 4 458757  1 48 1  4 4 458756  1 30 0  0 0 0
4 4 458797  1 12 1  4 4 458757  1 48 0  0 0 0
4 4 458797  1 12 0  0 0 0
4 4 458782  1 2 1  0 0 0
1 2 2  0 0 1
1 2 2  0 0 1
4 4 458782  1 2 0  0 0 0
4 4 458792  1 28 1  0 0 0
4 4 458792  1 28 0  0 0 0
"""


class Event(NamedTuple):
    type: int
    code: int
    value: int


def key(code: int, *values: int) -> list[Event]:
    """Give the events of a key, hit and let go unless told otherwise."""
    return [
        event
        for value in values or (DOWN, UP)
        for event in (Event(4, 4, 458_752 + code), Event(1, code, value), Event(0, 0, 0))
    ]


def held(modifier: int, *codes: int) -> list[Event]:
    return [*key(modifier, DOWN), *(event for code in codes for event in key(code)), *key(modifier, UP)]


def written(text: str) -> list[Event]:
    """Hit the keys of a text on a US keyboard, by the names that the kernel's header gives them."""
    names = {" ": "SPACE", "-": "MINUS", "/": "SLASH", ".": "DOT", "]": "RIGHTBRACE", "\r": "ENTER", "\t": "TAB"}
    events: list[Event] = []
    for character in text:
        code = evdev.ecodes.ecodes[f"KEY_{names.get(character, character.upper())}"]
        events += held(SHIFT, code) if character.isupper() else key(code)
    return events


def test_recorded_keys_are_the_text_they_spell():
    numbers = list(map(int, RECORDED.split()))
    events = [Event(*numbers[place : place + 3]) for place in range(0, len(numbers), 3)]
    assert Keys().feed(events) == b"Ab-1\r"


def test_each_key_gives_what_a_us_keyboard_has_on_it():
    rows = [("1234567890-=", "!@#$%^&*()_+"), ("qwertyuiop[]", "QWERTYUIOP{}"), ("asdfghjkl;'`", 'ASDFGHJKL:"~')]
    rows += [("\\zxcvbnm,./ <", "|ZXCVBNM<>? >")]
    keys = "1 2 3 4 5 6 7 8 9 0 MINUS EQUAL Q W E R T Y U I O P LEFTBRACE RIGHTBRACE A S D F G H J K L SEMICOLON "
    keys += "APOSTROPHE GRAVE BACKSLASH Z X C V B N M COMMA DOT SLASH SPACE 102ND"
    codes = [evdev.ecodes.ecodes[f"KEY_{name}"] for name in keys.split()]
    plain, shifted = ("".join(row[column] for row in rows) for column in (0, 1))
    assert Keys().feed([event for code in codes for event in key(code)]) == plain.encode()
    for shift in (42, 54):
        assert Keys().feed(held(shift, *codes)) == shifted.encode()


def test_the_keypad_gives_digits_and_signs_whatever_shift_and_num_lock_say():
    keys = "KP0 KP1 KP2 KP3 KP4 KP5 KP6 KP7 KP8 KP9 KPDOT KPMINUS KPPLUS KPASTERISK KPSLASH KPENTER"
    codes = [evdev.ecodes.ecodes[f"KEY_{name}"] for name in keys.split()]
    assert Keys().feed([event for code in codes for event in key(code)]) == b"0123456789.-+*/\r"
    assert Keys().feed(held(SHIFT, *codes)) == b"0123456789.-+*/\r"


def test_caps_lock_is_not_looked_at():
    caps_lock = evdev.ecodes.ecodes["KEY_CAPSLOCK"]
    assert Keys().feed([*key(caps_lock), *written("aB1")]) == b"aB1"


@pytest.mark.parametrize("digits", [(82, 80, 73), (80, 73), (82, 82, 80, 73)])
def test_alt_and_a_number_on_the_keypad_is_that_character(digits):
    assert Keys().feed([*written("a"), *held(ALT, *digits), *written("b2")]) == b"a\x1db2"


@pytest.mark.parametrize("digits", [(), (73, 73, 73), (81,) * 20])
def test_alt_and_no_number_of_a_character_is_nothing(digits):
    assert Keys().feed([*held(ALT, *digits), *written("1")]) == b"1"


def test_ctrl_and_a_bracket_is_the_group_separator():
    assert Keys().feed(held(CTRL, 27)) == b"\x1d"


def test_keys_without_a_character_give_nothing():
    names = ("F1", "LEFT", "ESC", "DELETE", "NUMLOCK", "MUTE", "LEFTMETA")
    assert Keys().feed([event for name in names for event in key(evdev.ecodes.ecodes[f"KEY_{name}"])]) == b""


def test_events_that_the_system_lost_spoil_their_scan_and_no_other():
    keys = Keys()
    lost = [*key(SHIFT, DOWN), *written("12"), Event(0, 3, 0), *written("34\r56\r")]
    assert keys.feed(lost) == b"!@" + LOST + b"34\r56\r"


# --- a device: recorded events come through a pipe, in the kernel's own form


class Node:
    """A device that plays what is written into it; `trouble` is what reading it raises then."""

    def __init__(self, path: str, name: str, codes: Iterable[int] = (2, 28, 30)) -> None:
        self.path, self.name, self.codes = path, name, codes
        self.fd, self._end = os.pipe()
        self.grabbed = self.closed = False
        self.trouble: OSError | None = None
        self.taken = False

    def plays(self, events: Iterable[Event], pace: float = 0.0) -> None:
        for event in events:
            os.write(self._end, EVENT.pack(0, 0, *event))
            time.sleep(pace)

    def read(self) -> list[Event]:
        if self.trouble:
            raise self.trouble
        return [Event(*event[2:]) for event in EVENT.iter_unpack(os.read(self.fd, EVENT.size * 64))]

    def is_unplugged(self) -> None:
        self.trouble = OSError(19, "No such device")
        os.write(self._end, b"\0")

    def grab(self) -> None:
        if self.taken:
            raise OSError(16, "Device or resource busy")
        self.grabbed = True

    def capabilities(self) -> dict[int, list[int]]:
        return {0: [0, 1, 4], 1: list(self.codes)}

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def plugged(monkeypatch, tmp_path) -> Callable[..., Node]:
    """Give what plugs a device in: `plugged(0, "USB Barcode Scanner")`."""
    nodes: dict[str, Node] = {}

    def opened(path: str) -> Node:
        if path not in nodes:
            raise FileNotFoundError(2, "No such file or directory")
        nodes[path].closed = False
        return nodes[path]

    def plug(number: int, name: str, *codes: int) -> Node:
        path = tmp_path / f"event{number}"
        path.touch()
        nodes[str(path)] = Node(str(path), name, codes or (2, 28, 30))
        return nodes[str(path)]

    monkeypatch.setattr(door, "DEVICES", tmp_path)
    monkeypatch.setattr(evdev, "InputDevice", opened)
    return plug


def test_a_device_is_held_alone_read_and_let_go(plugged):
    node = plugged(0, "USB Barcode Scanner")
    with Evdev(node.path) as scanner:
        assert node.grabbed
        node.plays(written("4006381333931\rBL-2024\t"))
        scans = list(islice(scanner.scans(), 2))
    assert scans == [
        Scan(b"4006381333931", scans[0].moment, "evdev:USB Barcode Scanner", b"\r"),
        Scan(b"BL-2024", scans[1].moment, "evdev:USB Barcode Scanner", b"\t"),
    ]
    assert node.closed


def test_a_scanner_without_a_suffix_is_heard_after_a_silence_and_not_before(plugged):
    node = plugged(0, "USB Barcode Scanner")
    with Evdev(node.path) as scanner:
        node.plays(written("4006381333931"), pace=0.004)
        assert next(scanner.scans()).data == b"4006381333931"


def test_a_thousand_scans_while_the_till_is_busy_and_none_is_lost(plugged):
    node = plugged(0, "USB Barcode Scanner")
    with Evdev(node.path) as scanner:
        for number in range(1_000):
            node.plays(written(f"{number:06}\r"))
        assert [scan.data for scan in islice(scanner.scans(), 1_000)] == [b"%06d" % number for number in range(1_000)]


def test_an_unplugged_scanner_is_told(plugged):
    node = plugged(0, "USB Barcode Scanner")
    with Evdev() as scanner:
        node.plays(written("12\r"))
        heard = scanner.scans()
        assert next(heard).data == b"12"
        node.is_unplugged()
        with pytest.raises(DeviceGone, match="USB Barcode Scanner"):
            next(heard)


def test_the_only_scanner_is_found_among_what_is_plugged_in(plugged):
    plugged(0, "AT Translated Set 2 keyboard")
    plugged(1, "Symbol Bar Code Scanner", 113, 114)  # its volume keys
    scanner = plugged(2, "Symbol Bar Code Scanner")
    with Evdev() as found:
        scanner.plays(written("7\r"))
        assert next(found.scans()).data == b"7"


def test_a_part_of_the_name_is_enough(plugged):
    plugged(0, "AT keyboard")
    node = plugged(1, "NETUM (HID)")
    with Evdev("netum (h"):
        assert node.grabbed


def told(wanted: str = "") -> ComptoirError:
    with pytest.raises(ComptoirError) as failure, Evdev(wanted):
        pass
    return failure.value


def test_two_scanners_are_told_apart_by_their_paths(plugged):
    for number in (3, 4):
        plugged(number, "USB Barcode Scanner")
    failure = told()
    assert isinstance(failure, SeveralDevices)
    assert "event3 (USB Barcode Scanner)" in failure.message
    assert "event4" in failure.message


def test_no_scanner_is_told_with_what_there_is(plugged):
    plugged(0, "AT keyboard\x1b[2J")
    failure = told()
    assert isinstance(failure, NoSuchDevice)
    assert "AT keyboard" in failure.hint
    assert "\x1b" not in failure.hint


def test_a_path_that_is_not_there_is_told(plugged):
    assert isinstance(told("/dev/input/event99"), NoSuchDevice)


def test_a_device_that_another_program_holds_is_told(plugged):
    node = plugged(0, "USB Barcode Scanner")
    node.taken = True
    assert isinstance(told(), DeviceTaken)
    assert node.closed


def test_no_rights_is_told_with_the_group_that_has_them(monkeypatch):
    before = os.geteuid()
    with TemporaryDirectory() as name:  # pytest's own folders are closed to other accounts
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "event0").touch(mode=0)
        monkeypatch.setattr(door, "DEVICES", folder)
        os.seteuid(before or 65_534)  # root may open what it likes
        try:
            failures = [told(), told(str(folder / "event0"))]
        finally:
            os.seteuid(before)
    assert [type(failure) for failure in failures] == [DeviceForbidden] * 2
    assert "`input`" in failures[0].hint


def test_what_is_no_device_is_told(tmp_path):
    (tmp_path / "file").touch()
    assert isinstance(told(str(tmp_path / "file")), NoDevice)


def test_without_the_package_a_sentence_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "evdev", None)
    failure = told()
    assert isinstance(failure, NoEvdev)
    assert "pip install 'comptoir[evdev]'" in failure.hint


# --- a real device


@pytest.fixture
def virtual() -> Iterator["evdev.UInput"]:
    """A device that the kernel makes; skipped, and its reason told, where it makes none."""
    if not UINPUT.exists():
        pytest.skip("the kernel gives no /dev/uinput here: a virtual scanner cannot be made")
    try:
        device = evdev.UInput(name="Comptoir Barcode Scanner")
    except (evdev.UInputError, OSError) as reason:
        pytest.skip(f"/dev/uinput is there, but makes no device: {reason}")
    with device:
        until = time.monotonic() + 5
        while device.device is None or not os.access(device.device.path, os.R_OK):
            if time.monotonic() > until:
                pytest.skip("/dev/uinput made a device that this account cannot read")
            time.sleep(0.05)
        yield device


def test_a_virtual_scanner_is_held_alone_and_read(virtual):
    with Evdev(virtual.device.path) as scanner:
        for event in written("4006381333931\r"):
            virtual.write(event.type, event.code, event.value)
        assert next(scanner.scans()).data == b"4006381333931"
        assert isinstance(told(virtual.device.path), DeviceTaken)
        virtual.close()
        with pytest.raises(DeviceGone):
            next(scanner.scans())
