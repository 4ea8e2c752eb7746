"""A scanner that types: the keyboard of a terminal, read key by key as it is hit.

Whatever is scanned is data, a Ctrl-C too: only keys that a person hits, told by their pace, edit a line, interrupt or
end. The terminal is never flushed: that is how scans get lost.
"""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import FrameType
from typing import TYPE_CHECKING, Any, Self

from comptoir.core.errors import UsageProblem
from comptoir.core.i18n import _
from comptoir.core.later import later
from comptoir.core.text import shown
from comptoir.desk.framing import Framing
from comptoir.desk.listening import Listener
from comptoir.desk.scanner import Scan

if TYPE_CHECKING:
    import select
    import signal
    import termios
    import threading
else:
    select, signal, termios, threading = later("select"), later("signal"), later("termios"), later("threading")

AT_ONCE = 65_536  # bytes of one read
CTRL_C, CTRL_D, CTRL_U, CTRL_Z = b"\x03", b"\x04", b"\x15", b"\x1a"
BACKSPACE = (b"\x08", b"\x7f")
CHARACTER = re.compile(rb"[\xc0-\xff][\x80-\xbf]*|.", re.DOTALL)
# What a terminal sends for a key that is no character (ECMA-48 §5.4; `ESC [ [ A` is the Linux console's own).
# Alt and digits are a character by its number: `Alt 0 2 9` is how some scanners send GS.
_KEY = (
    rb"(?P<number>\x1b0\x1b0\x1b[0-9]\x1b[0-9]|\x1b[01]\x1b[0-9]\x1b[0-9])"
    rb"|\x1b(?:\[\[[A-E]|\[[0-?]{0,30}[ -/]{0,3}[@-~]?|O[ -~]|[ -~])?"
)
_BEGUN = rb"\x1b[01](?:\x1b[0-9])?|\x1b0\x1b0\x1b[0-9]|\x1b\[[0-?]{0,30}[ -/]{0,3}|\x1b\[\[|\x1bO"
ESCAPE = re.compile(_KEY)
ESCAPE_OR_BEGUN = re.compile(rb"(?P<begun>(?=\x1b)(?:" + _BEGUN + rb")?\x1b?\Z)|" + _KEY)
INPUT_FLAGS = ("BRKINT", "PARMRK", "INPCK", "ISTRIP", "INLCR", "IGNCR", "ICRNL", "IXON", "IXOFF", "IXANY")
LOCAL_FLAGS = ("ICANON", "ECHO", "ECHONL", "ISIG", "IEXTEN")


class NoTerminal(UsageProblem):
    """There is no terminal whose keys could be read."""

    def __init__(self) -> None:
        super().__init__(
            _("a keyboard scanner needs a terminal, and the standard input is none"),
            _("run this in a terminal, or pipe the codes in"),
        )


class NoKeys(UsageProblem):
    """This system has no termios: its terminals cannot be read key by key."""

    def __init__(self) -> None:
        super().__init__(
            _("this system's terminals cannot be read key by key"),
            _("pipe the codes in, or set the scanner to serial"),
        )


class Wedge:
    """Scans and typed lines from a terminal, set back as it was when it is left.

    `shows` is given the line that a person types each time it changes, safe to write; it is called by `scans`.
    Raises NoTerminal and NoKeys when it is entered. Ctrl-C raises KeyboardInterrupt in the main thread, Ctrl-D on an
    empty line ends the scans, Ctrl-Z suspends.
    """

    warning = ""

    def __init__(self, shows: Callable[[str], object], descriptor: int = 0) -> None:
        self._shows = shows
        self._terminal = _Terminal(descriptor)

    def __enter__(self) -> Self:
        self._terminal.take()
        try:
            self._listener = Listener(self._terminal.read, Keys(_interrupt, self._terminal.suspend))
        except BaseException:
            self._terminal.give_back()
            raise
        return self

    def __exit__(self, *failure: object) -> None:
        try:
            self._listener.stop()
        finally:
            self._terminal.give_back()

    def scans(self) -> Iterator[Scan]:
        """Give each scan, and each line that a person typed, as it comes."""
        for heard in self._listener.heard():
            if isinstance(heard, Scan):
                yield heard
            elif isinstance(heard, str):
                self._shows(heard)


class Keys:
    """What a keyboard sends, cut into scans, typed lines, and the text of the line under way when it changes."""

    def __init__(self, interrupt: Callable[[], object], suspend: Callable[[], object]) -> None:
        self._framing = Framing("keyboard", keyboard=True)
        self._interrupt = interrupt
        self._suspend = suspend
        self._begun = b""  # an escape sequence whose end is still to come
        self._moment = 0.0
        self._shown: str | None = ""

    def feed(self, data: bytes, moment: float) -> list[Scan | str | EOFError]:
        """Take bytes that came at a moment (seconds, monotonic); give what they close and change."""
        data, self._begun, self._moment = self._begun + data, b"", moment
        return self._heard(self._framing.feed(ESCAPE_OR_BEGUN.sub(self._character, data), moment))

    def silence(self) -> list[Scan | str | EOFError]:
        """Take it that nothing came for PAUSE: what a person hit last is a command where it is one of the keys for it.

        Gives what this closes and changes, an EOFError last where Ctrl-D ends it all.
        """
        framing = self._framing
        data, self._begun = ESCAPE.sub(self._character, self._begun), b""
        scans = framing.feed(data, self._moment)
        hit = framing.under_way[len(framing.typed) :]
        scans += framing.silence()
        if not hit:
            return self._heard(scans)
        framing.typed = edited(framing.typed.translate(None, CTRL_C + CTRL_D + CTRL_Z))
        if CTRL_C in hit:
            framing.typed = b""
            self._interrupt()
        elif CTRL_Z in hit:
            self._suspend()
            self._shown = None  # what the screen held is no longer there
        ended = CTRL_D in hit and not framing.typed
        return [*self._heard(scans), *([EOFError()] if ended else [])]

    def _character(self, found: re.Match[bytes]) -> bytes:
        match found.lastgroup:
            case "begun":
                self._begun = found.group()
            case "number":
                return bytes([int(found.group().replace(b"\x1b", b""))])
        return b""

    def _heard(self, scans: list[Scan]) -> list[Scan | str | EOFError]:
        heard: list[Scan | str | EOFError] = []
        for scan in scans:
            data = edited(scan.data) if scan.typed else scan.data
            if data:
                heard.append(scan._replace(data=data))
        text = shown(edited(self._framing.under_way).decode("utf-8", "replace"))
        if text != self._shown:
            self._shown = text
            heard.append(text)
        return heard


def edited(line: bytes) -> bytes:
    """Give a typed line without its Backspaces and the characters, UTF-8 or single bytes, that they take away.

    Ctrl-U takes the whole line away.
    """
    line = line.rpartition(CTRL_U)[2]
    if not any(key in line for key in BACKSPACE):
        return line
    kept: list[bytes] = []
    for character in CHARACTER.findall(line):
        if character in BACKSPACE:
            del kept[-1:]
        else:
            kept.append(character)
    return b"".join(kept)


class _Terminal:
    """A terminal whose keys come as they are hit, every byte as it was sent, none echoed."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._before: list[Any] | None = None
        self._handlers: dict[int, Any] = {}
        self._woken = -1  # where the system writes the number of each signal, for the thread that reads
        self._waking: tuple[int, int] | None = None  # who was told of signals before, and the other end of that pipe

    def take(self) -> None:
        """Set the terminal; raise NoTerminal and NoKeys. Stopped, continued or killed, the program leaves it clean."""
        try:
            self._before = termios.tcgetattr(self._descriptor)
        except ImportError as error:
            raise NoKeys from error
        except termios.error as error:
            raise NoTerminal from error
        if threading.current_thread() is threading.main_thread():  # no other may say what a signal does
            for number, handler in ((signal.SIGTERM, self._ended), (signal.SIGCONT, self._continued)):
                self._handlers[number] = signal.signal(number, handler)
            # A signal that the system gives to the reading thread would wait for the main one, which may wait itself.
            self._woken, waking = os.pipe()
            os.set_blocking(self._woken, False)
            os.set_blocking(waking, False)
            self._waking = signal.set_wakeup_fd(waking, warn_on_full_buffer=False), waking
        self._set()

    def give_back(self) -> None:
        """Set the terminal as it was; once is enough."""
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self._handlers.clear()
        if self._waking:
            (previous, waking), self._waking = self._waking, None
            signal.set_wakeup_fd(previous)
            os.close(waking)
            os.close(self._woken)
        before, self._before = self._before, None
        self._restore(before)

    def read(self, wait: float) -> bytes | None:
        """Give the bytes that come within so many seconds; raise EOFError where the window was closed."""
        ready = select.select([self._descriptor, *self._signals()], [], [], wait)[0]
        if self._woken in ready and self._goes_on():
            self._set()
        if self._descriptor not in ready:
            return None
        with suppress(OSError):
            data = os.read(self._descriptor, AT_ONCE)
            if data:
                return data
        raise EOFError

    def suspend(self) -> None:
        """Stop the program and who shares its pipe, as Ctrl-Z does; set the terminal again when it goes on."""
        self._restore(self._before)
        os.killpg(os.getpgrp(), signal.SIGTSTP)
        # The signal stops this thread in its own time; the terminal must not be set again before it goes on.
        while self._waking and not self._goes_on():
            select.select(self._signals(), [], [])
        self._set()

    def _signals(self) -> list[int]:
        return [self._woken] if self._waking else []

    def _goes_on(self) -> bool:
        """Tell whether the program was made to go on, among the signals that came since this was asked."""
        with suppress(BlockingIOError):
            return signal.SIGCONT in os.read(self._woken, AT_ONCE)
        return False

    def _set(self) -> None:
        if self._before is None:
            return
        flags = termios.tcgetattr(self._descriptor)
        flags[0] &= ~sum(getattr(termios, name) for name in INPUT_FLAGS)
        flags[3] &= ~sum(getattr(termios, name) for name in LOCAL_FLAGS)
        flags[6][termios.VMIN], flags[6][termios.VTIME] = 1, 0
        # Never TCSAFLUSH: what was scanned before this line counts.
        termios.tcsetattr(self._descriptor, termios.TCSANOW, flags)

    def _restore(self, before: list[Any] | None) -> None:
        if before is not None:
            with suppress(termios.error):  # the window is gone
                termios.tcsetattr(self._descriptor, termios.TCSANOW, before)

    def _continued(self, _number: int, _frame: FrameType | None) -> None:
        """Be a handler, so that the signal is told to the thread that reads: it sets the terminal again."""

    def _ended(self, number: int, _frame: FrameType | None) -> None:
        self.give_back()
        signal.raise_signal(number)


def _interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)
