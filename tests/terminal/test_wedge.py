"""A keyboard scanner on a real terminal: nothing lost, nothing interpreted, and the terminal left as it was.

Most tests hold the other end of a pseudo-terminal in this process; those on signals and job control start a program.
"""

import os
import pty
import signal
import struct
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fcntl import ioctl
from itertools import islice
from pathlib import Path
from random import Random

import pexpect
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.desk.framing import PAUSE
from comptoir.desk.scanner import LONGEST, Scan
from comptoir.desk.wedge import Keys, NoKeys, NoTerminal, Wedge, edited

EAN = b"4006381333931"
PERSON = 0.13  # seconds a key
USB = 0.008

# Shows what it reads; what it says of itself begins with `=`.
PROGRAM = """
import os, sys
from comptoir.desk.wedge import Wedge
say = lambda text: os.write(1, f"={text}\\n".encode())
with Wedge(lambda typed: say(f"typed {typed!r}")) as wedge:
    say("ready")
    for scan in wedge.scans():
        say(f"scan {scan.data!r} {scan.typed}")
        if scan.data == b"FAIL42":
            raise RuntimeError
say("ended")
"""


@dataclass
class Keyboard:
    """The other end of a terminal: what a scanner and a person hit."""

    keys: int
    terminal: int
    shown: list[str] = field(default_factory=list)

    def scans(self, data: bytes, pace: float = USB) -> None:
        for place in range(len(data)):
            os.write(self.keys, data[place : place + 1])
            time.sleep(pace)

    def types(self, data: bytes) -> None:
        """Hit keys one by one; a UTF-8 character is one key."""
        for character in data.decode("utf-8", "surrogateescape"):
            os.write(self.keys, character.encode("utf-8", "surrogateescape"))
            time.sleep(PERSON)

    def wedge(self) -> Wedge:
        return Wedge(self.shown.append, self.terminal)

    def modes(self) -> list[object]:
        return termios.tcgetattr(self.terminal)


@pytest.fixture
def keyboard() -> Iterator[Keyboard]:
    keys, terminal = pty.openpty()
    yield Keyboard(keys, terminal)
    for end in (keys, terminal):
        try:
            os.close(end)
        except OSError:
            continue


def codes(wedge: Wedge, count: int) -> list[bytes]:
    return [scan.data for scan in islice(wedge.scans(), count)]


def meanwhile(hits: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=hits, daemon=True)
    thread.start()
    return thread


# --- scans


def test_ten_thousand_scans_at_full_speed_while_the_till_is_busy_and_none_is_lost(keyboard):
    wanted = [b"%013d" % number for number in range(10_000)]
    lines = [code + b"\r" for code in wanted]

    def hits() -> None:
        for start in range(0, len(lines), 100):
            sent = b"".join(lines[start : start + 100])
            while sent:
                sent = sent[os.write(keyboard.keys, sent) :]

    got = []
    with keyboard.wedge() as wedge:
        sender = meanwhile(hits)
        for scan in islice(wedge.scans(), len(wanted)):
            got.append(scan.data)
            time.sleep(0.001)
        sender.join()
    assert got == wanted


def test_a_busy_till_does_not_make_the_scanner_wait(keyboard):
    """A keyboard cannot wait: beyond the 4 KiB that the kernel keeps, its keys would be lost."""
    os.set_blocking(keyboard.keys, False)
    sent = b"".join(b"%013d\r" % number for number in range(10_000))
    with keyboard.wedge() as wedge:
        for start in range(0, len(sent), 1_400):
            assert os.write(keyboard.keys, sent[start : start + 1_400]) == 1_400
            time.sleep(0.005)
        assert len(codes(wedge, 10_000)) == 10_000


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n", b"\t"])
def test_a_scan_ends_as_its_scanner_is_set(keyboard, end):
    with keyboard.wedge() as wedge:
        os.write(keyboard.keys, (EAN + end) * 3)
        scans = list(islice(wedge.scans(), 3))
    assert {(scan.data, scan.suffix, scan.typed, scan.source) for scan in scans} == {(EAN, end, False, "keyboard")}
    assert keyboard.shown == []


def test_a_scanner_without_a_suffix_is_heard_after_a_silence(keyboard):
    with keyboard.wedge() as wedge:
        heard = wedge.scans()
        for code in (EAN, b"BL-2024/0153", EAN):
            keyboard.scans(code)
            ended = time.monotonic()
            scan = next(heard)
            assert (scan.data, scan.suffix, scan.typed) == (code, b"", False)
            assert time.monotonic() - ended < PAUSE + 1


def test_keys_hit_before_the_terminal_was_taken_count(keyboard):
    os.write(keyboard.keys, EAN + b"\r")
    with keyboard.wedge() as wedge:
        assert codes(wedge, 1) == [EAN]


@pytest.mark.parametrize(
    "code",
    [
        '\'àà-_"&"""ç"&'.encode(),
        '\'àà-_"&"""ç"&'.encode("latin-1"),
        "BL)éàé'!à&(\"".encode(),
        "$Eà§µ°²£¨".encode("latin-1"),
    ],
)
def test_what_a_wrong_layout_garbles_comes_through_in_any_encoding(keyboard, code):
    with keyboard.wedge() as wedge:
        meanwhile(lambda: keyboard.scans(code + b"\r"))
        (scan,) = islice(wedge.scans(), 1)
    assert (scan.data, scan.typed) == (code, False)


def test_control_characters_of_a_code_are_data(keyboard):
    code = b"]d20104006381333931\x1d10A\x00B\x03\x04\x11\x13\x15\x16\x17\x1a\x1c\x1e\x7f\xff"
    with keyboard.wedge() as wedge:
        meanwhile(lambda: keyboard.scans(code + b"\r", 0.002))
        assert codes(wedge, 1) == [code]
        os.write(keyboard.keys, code)  # no suffix at all
        assert codes(wedge, 1) == [code]


def test_one_mebibyte_without_a_line_end_is_one_cut_scan(keyboard):
    noise = bytes(byte for byte in range(256) if byte not in b"\r\n\t\x1b") * 16

    def hits() -> None:
        for _ in range(2**20 // len(noise)):
            os.write(keyboard.keys, noise)
        os.write(keyboard.keys, b"\r" + EAN + b"\r")

    with keyboard.wedge() as wedge:
        meanwhile(hits)
        *noisy, good = until(wedge, EAN)
    assert good.data == EAN
    assert noisy
    assert all(scan.cut and len(scan.data) == LONGEST for scan in noisy)


def test_binary_noise_breaks_nothing(keyboard):
    noise = Random(3).randbytes(1 << 17)

    def hits() -> None:
        sent = noise + b"\r"
        while sent:
            sent = sent[os.write(keyboard.keys, sent[:4096]) :]
        time.sleep(PAUSE * 3)
        os.write(keyboard.keys, EAN + b"\r")

    with keyboard.wedge() as wedge:
        meanwhile(hits)
        scans = until(wedge, EAN)
    lines = [line for line in noise.replace(b"\n", b"\r").replace(b"\t", b"\r").split(b"\r") if len(line) > 8]
    got = {scan.data for scan in scans}
    assert all(line in got for line in lines if not set(line) & set(b"\x1b\x04\x1a\x08\x7f"))
    assert all(text.isprintable() for text in keyboard.shown)


def test_a_code_of_control_characters_alone_neither_interrupts_nor_ends(keyboard):
    with keyboard.wedge() as wedge:
        os.write(keyboard.keys, b"\x03\r\x04\r\x1a\r" + EAN + b"\r")
        assert until(wedge, EAN)


# --- a person


def test_what_is_typed_is_shown_as_it_comes_and_ends_with_enter(keyboard):
    with keyboard.wedge() as wedge:
        meanwhile(lambda: keyboard.types(b"BL42\r"))
        (scan,) = islice(wedge.scans(), 1)
        assert (scan.data, scan.typed, scan.suffix) == (b"BL42", True, b"\r")
        os.write(keyboard.keys, EAN + b"\r")
        next(wedge.scans())
    assert keyboard.shown == ["B", "BL", "BL4", "BL42", ""]


@pytest.mark.parametrize("key", [b"\x7f", b"\x08"])
def test_backspace_takes_a_character_away_even_an_accented_one(keyboard, key):
    with keyboard.wedge() as wedge:
        meanwhile(lambda: keyboard.types(b"ab\xc3\xa9" + key + key + b"c\r"))
        assert codes(wedge, 1) == [b"ac"]
    assert keyboard.shown == ["a", "ab", "abé", "ab", "a", "ac"]


def test_backspace_is_heeded_however_fast_a_person_types():
    keys, hits = Keys(lambda: None, lambda: None), b"BL43\x7f2\r"
    heard = [item for place in range(len(hits)) for item in keys.feed(hits[place : place + 1], place * 0.08)]
    assert [(item.data, item.typed) for item in heard if isinstance(item, Scan)] == [(b"BL42", True)]


def test_a_line_taken_back_whole_is_nothing(keyboard):
    with keyboard.wedge() as wedge:
        meanwhile(lambda: [keyboard.types(b"a\x7f\x7f\r"), os.write(keyboard.keys, EAN + b"\r")])
        assert codes(wedge, 1) == [EAN]


def test_a_scan_that_comes_while_a_person_types_is_a_scan_and_the_line_goes_on(keyboard):
    def hits() -> None:
        keyboard.types(b"BL")
        keyboard.scans(EAN + b"\r")
        keyboard.types(b"42")
        keyboard.scans(EAN)  # no suffix
        time.sleep(PAUSE * 2)
        keyboard.types(b"\r")

    with keyboard.wedge() as wedge:
        meanwhile(hits)
        scans = list(islice(wedge.scans(), 3))
    assert [(scan.data, scan.typed) for scan in scans] == [(EAN, False), (EAN, False), (b"BL42", True)]


ARROWS = [b"\x1b[A", b"\x1bOB", b"\x1b[1;5C", b"\x1b[200~", b"\x1b[201~", b"\x1b[15~", b"\x1bOP", b"\x1b[[A", b"\x1bx"]


@pytest.mark.parametrize("key", [*ARROWS, b"\x1b[93;5u", b"\x1b"])
def test_a_key_that_is_no_character_is_no_scan_and_breaks_none(keyboard, key):
    with keyboard.wedge() as wedge:
        os.write(keyboard.keys, key)
        time.sleep(PAUSE * 2)
        os.write(keyboard.keys, EAN[:5] + key)
        os.write(keyboard.keys, EAN[5:] + b"\r" if key != b"\x1b" else b"\x1b[A" + EAN[5:] + b"\r")
        assert codes(wedge, 1) == [EAN]
    assert keyboard.shown == []


@given(st.lists(st.sampled_from([*ARROWS, EAN + b"\r", b"BL-42/7\t"]), min_size=1, max_size=8), st.data())
def test_keys_that_are_no_characters_vanish_however_they_are_read(pieces, data):
    sent = b"".join(pieces)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(sent)), max_size=6)))
    keys = Keys(lambda: None, lambda: None)
    heard = []
    for start, end in zip([0, *cuts], [*cuts, len(sent)], strict=True):
        heard += keys.feed(sent[start:end], 1.0)
    heard += keys.silence()
    got = [item.data for item in heard if isinstance(item, Scan)]
    assert got == [piece[:-1] for piece in pieces if not piece.startswith(b"\x1b")]


def test_what_is_pasted_is_a_scan(keyboard):
    with keyboard.wedge() as wedge:
        os.write(keyboard.keys, b"\x1b[200~" + EAN + b"\x1b[201~")
        (scan,) = islice(wedge.scans(), 1)
    assert (scan.data, scan.typed) == (EAN, False)


@pytest.mark.parametrize("number", [b"\x1b0\x1b2\x1b9", b"\x1b0\x1b0\x1b2\x1b9"])
def test_a_separator_sent_as_alt_and_its_number_is_that_separator(keyboard, number):
    with keyboard.wedge() as wedge:
        os.write(keyboard.keys, b"10ABC" + number + b"21")
        os.write(keyboard.keys, b"7\r")
        assert codes(wedge, 1) == [b"10ABC\x1d217"]


def test_control_characters_that_are_typed_are_not_shown_as_they_are(keyboard):
    with keyboard.wedge() as wedge:
        meanwhile(lambda: keyboard.types(b"a\x07\x1d\r"))
        assert codes(wedge, 1) == [b"a\x07\x1d"]
    assert keyboard.shown == ["a", "a\N{REPLACEMENT CHARACTER}", "a\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}"]


@given(st.text(alphabet="aé€\x7f\x08", max_size=12))
def test_editing_takes_away_what_stands_before(text):
    kept: list[str] = []
    for key in text:
        if key in "\x7f\x08":
            del kept[-1:]
        else:
            kept.append(key)
    assert edited(text.encode()).decode() == "".join(kept)


# --- leaving


def test_ctrl_d_ends_an_empty_line_and_no_other(keyboard):
    with keyboard.wedge() as wedge:
        meanwhile(lambda: keyboard.types(b"a\x04b\r\x04"))
        assert [scan.data for scan in wedge.scans()] == [b"ab"]
        assert list(wedge.scans()) == []


def test_ctrl_c_interrupts_and_the_terminal_is_as_it_was(keyboard):
    before = keyboard.modes()

    def hits() -> None:
        time.sleep(PAUSE * 3)
        os.write(keyboard.keys, b"\x03")

    meanwhile(hits)
    with pytest.raises(KeyboardInterrupt), keyboard.wedge() as wedge:
        until(wedge, b"never")
    assert keyboard.modes() == before


def test_the_terminal_is_as_it_was_after_a_failure(keyboard):
    before, handlers = keyboard.modes(), [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGCONT)]
    with pytest.raises(ZeroDivisionError), keyboard.wedge():
        raise ZeroDivisionError
    assert keyboard.modes() == before
    assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGCONT)] == handlers
    assert not [thread for thread in threading.enumerate() if thread.name == "scanner"]


def test_a_closed_window_ends_the_scans(keyboard):
    with keyboard.wedge() as wedge:
        os.write(keyboard.keys, EAN + b"\r")
        heard = wedge.scans()
        assert next(heard).data == EAN
        os.close(keyboard.keys)
        assert list(heard) == []


def test_without_a_terminal_a_sentence_says_so(tmp_path):
    with (tmp_path / "codes").open("wb") as file, pytest.raises(NoTerminal), Wedge(len, file.fileno()):
        pass


def test_without_termios_a_sentence_says_so(monkeypatch, keyboard):
    monkeypatch.setitem(sys.modules, "termios", None)
    with pytest.raises(NoKeys), keyboard.wedge():
        pass


# --- a program


@pytest.fixture
def program(tmp_path: Path) -> Iterator[pexpect.spawn]:
    (tmp_path / "till.py").write_text(PROGRAM)
    child = pexpect.spawn(sys.executable, [str(tmp_path / "till.py")], timeout=20, dimensions=(24, 80))
    child.delaybeforesend = None
    child.before_modes = termios.tcgetattr(child.child_fd)
    child.expect_exact("=ready")
    yield child
    child.close(force=True)


def modes_of(child: pexpect.spawn) -> list[object]:
    return termios.tcgetattr(child.child_fd)


def test_resizing_the_window_in_the_middle_of_a_scan_loses_nothing(program):
    program.send(EAN[:5])
    for columns in range(40, 60):
        ioctl(program.child_fd, termios.TIOCSWINSZ, struct.pack("HHHH", 20, columns, 0, 0))
        program.kill(signal.SIGWINCH)
    program.send(EAN[5:] + b"\r")
    program.expect_exact(f"=scan {EAN!r} False")


def test_killed_it_leaves_the_terminal_as_it_was_and_dies_of_it(program):
    assert modes_of(program) != program.before_modes
    program.kill(signal.SIGTERM)
    program.expect(pexpect.EOF)
    assert modes_of(program) == program.before_modes
    program.wait()
    assert program.signalstatus == signal.SIGTERM


def test_ctrl_c_is_seen_while_a_scan_is_dealt_with(tmp_path):
    (tmp_path / "busy.py").write_text(PROGRAM.replace("    for scan", "    import time; time.sleep(60)\n    for scan"))
    child = pexpect.spawn(sys.executable, [str(tmp_path / "busy.py")], timeout=20)
    child.delaybeforesend = None
    before = modes_of(child)
    child.expect_exact("=ready")
    child.send(b"\x03")
    child.expect_exact("KeyboardInterrupt")
    child.expect(pexpect.EOF)
    assert modes_of(child) == before


# A shell as plain as can be: it leaves the terminal as the program that stopped left it.
SHELL = """
import os, signal, subprocess, sys

def in_front():
    os.setpgid(0, 0)
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    os.tcsetpgrp(0, os.getpgrp())
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)

job = subprocess.Popen([sys.executable, "till.py"], preexec_fn=in_front).pid
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
while os.WIFSTOPPED(os.waitpid(job, os.WUNTRACED)[1]):
    os.tcsetpgrp(0, os.getpgrp())
    os.write(1, b"=stopped")
    sys.stdin.readline()
    os.tcsetpgrp(0, job)
    os.killpg(job, signal.SIGCONT)
"""


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[pexpect.spawn]:
    """A shell with job control, in which the program runs."""
    (tmp_path / "till.py").write_text(PROGRAM)
    shell = pexpect.spawn(sys.executable, ["-c", SHELL], cwd=tmp_path, timeout=20)
    shell.delaybeforesend = None
    shell.before_modes = modes_of(shell)
    shell.expect_exact("=ready")
    yield shell
    shell.close(force=True)


def goes_on(shell: pexpect.spawn) -> None:
    """Put the program back in front, and see that scans come through again."""
    shell.sendline("fg")
    until_taken = time.monotonic() + 10
    while modes_of(shell)[3] & termios.ICANON:
        assert time.monotonic() < until_taken
        time.sleep(0.01)
    shell.send(EAN + b"\r")
    shell.expect_exact(f"=scan {EAN!r} False")


def test_ctrl_z_gives_the_terminal_back_until_the_program_goes_on(shell):
    shell.send(b"12")
    time.sleep(PAUSE * 2)
    shell.send(b"\x1a")
    shell.expect_exact("=stopped")
    assert modes_of(shell) == shell.before_modes
    goes_on(shell)


def test_stopped_from_elsewhere_it_takes_the_terminal_again_when_it_goes_on(shell):
    os.killpg(os.tcgetpgrp(shell.child_fd), signal.SIGSTOP)
    shell.expect_exact("=stopped")
    termios.tcsetattr(shell.child_fd, termios.TCSANOW, shell.before_modes)  # as most shells do
    goes_on(shell)


def until(wedge: Wedge, code: bytes) -> list[Scan]:
    """Give the scans up to one of this code."""
    scans = []
    for scan in wedge.scans():
        scans.append(scan)
        if scan.data == code:
            break
    return scans
