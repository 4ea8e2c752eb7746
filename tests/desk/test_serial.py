"""A scanner on a serial port, a pseudo-terminal in its place: pyserial opens it, sets it and reads it."""

import os
import pty
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

import pytest

from comptoir.core.errors import MISSING, OUTSIDE, USAGE
from comptoir.desk import serial as door
from comptoir.desk.framing import PAUSE
from comptoir.desk.scanner import LONGEST, Scan
from comptoir.desk.serial import NoSuchPort, NotSerial, PortForbidden, PortGone, PortTaken, Serial

EAN = b"4006381333931"
GS1 = b"]d201040063813339311725123110ABC\x1d21\xe9\x00\x03\x11\x13\x1a\x7f\xff"


class Device:
    """The scanner's end of the cable."""

    def __init__(self) -> None:
        self.cable, self._port = pty.openpty()
        self.port = os.ttyname(self._port)

    def sends(self, data: bytes) -> None:
        while data:
            data = data[os.write(self.cable, data[:1024]) :]

    def is_unplugged(self) -> None:
        os.close(self._port)
        os.close(self.cable)


@pytest.fixture
def device() -> Iterator[Device]:
    device = Device()
    yield device
    with suppress(OSError):
        device.is_unplugged()


def test_the_door_opens_the_library_of_the_same_name():
    assert door.serial.__version__ >= "3.5"


def test_importing_it_costs_neither_library_nor_thread():
    code = "import sys\nfor name in {0}: __import__('comptoir.desk.' + name)\nprint(*{1} & sys.modules.keys())"
    doors, weight = ("serial", "evdev", "wedge", "pipe"), {"serial", "evdev", "termios", "queue", "threading"}
    done = subprocess.run(
        [sys.executable, "-c", code.format(doors, weight)], capture_output=True, text=True, check=True
    )
    assert done.stdout == "\n"


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n", b"\t"])
def test_bytes_come_untouched_whichever_way_they_end(device, end):
    with Serial(device.port) as scanner:
        device.sends(GS1 + end + EAN + end)
        scans = list(islice(scanner.scans(), 2))
    source = f"serial:{device.port}"
    assert scans == [Scan(GS1, scans[0].moment, source, end), Scan(EAN, scans[1].moment, source, end)]


def test_a_scanner_without_a_suffix_is_heard_after_a_silence(device):
    with Serial(device.port) as scanner:
        heard = scanner.scans()
        for code in (EAN, b"A"):
            device.sends(code)
            assert next(heard).data == code


def test_ten_thousand_scans_at_full_speed_and_none_is_lost(device):
    wanted = [b"%013d" % number for number in range(10_000)]
    got = []
    with Serial(device.port) as scanner:
        heard = scanner.scans()
        for start in range(0, len(wanted), 100):
            device.sends(b"".join(code + b"\r" for code in wanted[start : start + 100]))
        got = [scan.data for scan in islice(heard, len(wanted))]
    assert got == wanted


def test_one_mebibyte_without_a_line_end_is_cut_and_told(device):
    with Serial(device.port) as scanner:
        for _ in range(1_024):
            device.sends(b"\x00\x1b\xff\x7f" * 256)
        device.sends(b"\r" + EAN + b"\r")
        scans = []
        for scan in scanner.scans():
            scans.append(scan)
            if scan.data == EAN:
                break
    assert {(len(scan.data), scan.cut) for scan in scans[:-1]} == {(LONGEST, True)}


def test_an_unplugged_scanner_is_told_after_what_it_had_sent(device):
    with Serial(device.port) as scanner:
        heard = scanner.scans()
        device.sends(EAN + b"\r")
        assert next(heard).data == EAN
        device.sends(b"40063")
        time.sleep(PAUSE / 2)
        device.is_unplugged()
        with pytest.raises(PortGone, match=device.port) as told:
            list(heard)
        with pytest.raises(PortGone):
            next(scanner.scans())
    assert told.value.exit_code == OUTSIDE


def test_a_port_that_is_not_there_is_told_with_those_that_are(monkeypatch, tmp_path):
    ports = [type("Port", (), {"device": name}) for name in ("/dev/ttyUSB1", "/dev/ttyACM0")]
    monkeypatch.setattr("serial.tools.list_ports.comports", lambda: ports)
    with pytest.raises(NoSuchPort) as told, Serial(str(tmp_path / "ttyACM9")):
        pass
    assert told.value.exit_code == MISSING
    assert "/dev/ttyACM0, /dev/ttyUSB1" in told.value.hint


def test_the_real_list_of_ports_can_be_read(tmp_path):
    with pytest.raises(NoSuchPort, match="ttyACM9"), Serial(str(tmp_path / "ttyACM9")):
        pass


def test_a_port_that_another_program_reads_is_told(device):
    with Serial(device.port), pytest.raises(PortTaken), Serial(device.port):
        pass


def test_what_is_no_port_is_told(tmp_path):
    (tmp_path / "file").touch()
    for name in (str(tmp_path / "file"), str(tmp_path), "\0"):
        with pytest.raises(NotSerial), Serial(name):
            pass


def test_a_speed_that_cannot_be_is_told(device):
    with pytest.raises(NotSerial), Serial(device.port, -1):
        pass


def test_no_rights_is_told_with_the_group_that_has_them(device):
    Path(device.port).chmod(0)
    before = os.geteuid()
    os.seteuid(before or 65_534)  # root may open what it likes
    try:
        with pytest.raises(PortForbidden) as told, Serial(device.port):
            pass
    finally:
        os.seteuid(before)
    assert told.value.exit_code == USAGE
    assert "dialout" in told.value.hint


def test_the_port_is_free_again_afterwards(device):
    for _ in range(3):
        with Serial(device.port) as scanner:
            device.sends(EAN + b"\r")
            assert next(scanner.scans()).data == EAN
