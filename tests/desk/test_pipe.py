"""Codes on the standard input or in a file: each one at once, its bytes untouched, memory that does not grow."""

import os
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

import pytest

from comptoir.desk.pipe import ListBrokenOff, NoSuchList, Pipe, UnreadableList
from comptoir.desk.scanner import LONGEST, Scan

PROGRAM = """
import sys
from comptoir.core.errors import ComptoirError
from comptoir.desk.pipe import Pipe
try:
    with Pipe() as pipe:
        for scan in pipe.scans():
            print(scan.data, flush=True)
except ComptoirError as problem:
    print(type(problem).__name__)
"""


@pytest.fixture
def nobody():
    """Give what makes the system see another account than root for a while."""

    @contextmanager
    def other() -> Iterator[None]:
        before = os.geteuid()
        os.seteuid(before or 65_534)
        try:
            yield
        finally:
            os.seteuid(before)

    return other


@pytest.fixture
def codes(tmp_path):
    """Write a file, and give the data of the scans it holds."""

    def read(content: bytes) -> list[bytes]:
        (tmp_path / "codes.txt").write_bytes(content)
        with Pipe(str(tmp_path / "codes.txt")) as pipe:
            return [scan.data for scan in pipe.scans()]

    return read


def test_each_line_is_a_scan_whichever_way_lines_end(codes):
    assert codes(b"A1\nB2\r\nC3\rD4") == [b"A1", b"B2", b"C3", b"D4"]


def test_bytes_are_untouched_and_a_tab_is_one_of_them(codes):
    line = bytes(byte for byte in range(256) if byte not in b"\r\n")
    assert codes(line + b"\n" + b"code\t2\n") == [line, b"code\t2"]


def test_a_scan_says_where_it_comes_from_and_nobody_typed_it(tmp_path):
    path = tmp_path / "codes.txt"
    path.write_bytes(b"A1\n")
    with Pipe(str(path)) as pipe:
        (scan,) = pipe.scans()
    assert scan == Scan(b"A1", scan.moment, f"file:{path}", b"\n")


@pytest.mark.parametrize("content", [b"", b"\n\r\n\n"])
def test_a_file_without_codes_gives_none(codes, content):
    assert codes(content) == []


def test_a_line_is_given_as_soon_as_it_is_written():
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
    ) as child:
        for code in (b"4006381333931", b"BL"):
            child.stdin.write(code + b"\n")
            assert child.stdout.readline() == f"{code!r}\n".encode()
        child.stdin.write(b"last")
        child.stdin.close()
        assert child.stdout.readline() == b"b'last'\n"


def test_a_line_waits_for_its_end_however_long_the_pause(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    held = os.open(tmp_path / "fifo", os.O_RDWR)
    with Pipe(str(tmp_path / "fifo")) as pipe:
        os.write(held, b"40063")
        os.write(held, b"81333931\nBL\n")
        assert [scan.data for scan in islice(pipe.scans(), 2)] == [b"4006381333931", b"BL"]
    os.close(held)


def test_one_mebibyte_without_a_line_end_is_cut_and_told(tmp_path):
    (tmp_path / "codes").write_bytes(b"\xff\x00" * (1 << 19) + b"\nA1\n")
    with Pipe(str(tmp_path / "codes")) as pipe:
        assert [(len(scan.data), scan.cut) for scan in pipe.scans()] == [(LONGEST, True), (2, False)]


def test_memory_does_not_grow_with_the_file(tmp_path):
    (tmp_path / "codes").write_bytes(b"4006381333931\n" * 500_000)  # 7 MB
    with Pipe(str(tmp_path / "codes")) as pipe:
        tracemalloc.start()
        count = sum(1 for _scan in pipe.scans())
        _now, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert count == 500_000
    assert peak < 4 << 20


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(NoSuchList, match="no-such"), Pipe(str(tmp_path / "no-such")):
        pass


@pytest.mark.parametrize("name", ["", "\0", "a\0b"])
def test_a_name_that_cannot_be_one_is_told(name):
    with pytest.raises((NoSuchList, UnreadableList)), Pipe(name):
        pass


def test_a_folder_is_told(tmp_path):
    with pytest.raises(UnreadableList, match="un dossier"), Pipe(str(tmp_path)):
        pass


def test_a_file_that_may_not_be_read_is_told(tmp_path, nobody):
    (tmp_path / "codes").touch(mode=0)
    with nobody(), pytest.raises(UnreadableList, match="accès refusé"), Pipe(str(tmp_path / "codes")):
        pass


def test_a_closed_standard_input_is_told():
    done = subprocess.run(
        ["sh", "-c", '"$0" -c "$1" <&-', sys.executable, PROGRAM], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("UnreadableList\n", "")


def test_what_breaks_off_is_told():
    with Pipe("/proc/self/mem") as memory, pytest.raises(ListBrokenOff):  # its first page cannot be read
        list(memory.scans())


def test_a_control_character_in_a_name_reaches_no_terminal():
    with pytest.raises(NoSuchList) as told, Pipe("no\x1b[2Jsuch"):
        pass
    assert "\x1b" not in told.value.message


def test_nothing_stays_open(tmp_path):
    (tmp_path / "codes").write_bytes(b"A1\n")
    free = os.open(os.devnull, os.O_RDONLY)
    os.close(free)
    with Pipe(str(tmp_path / "codes")):
        pass
    with pytest.raises(UnreadableList), Pipe(str(tmp_path)):
        pass
    again = os.open(os.devnull, os.O_RDONLY)
    os.close(again)
    assert again == free
