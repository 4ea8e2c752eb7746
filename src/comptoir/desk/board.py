"""A screen that is drawn over itself on the talk's terminal, and the sounds it makes."""

import os
import shutil
from collections.abc import Sequence
from threading import RLock, Timer
from typing import IO, NamedTuple

from comptoir.core.text import shown
from comptoir.desk.table import wide

HOME, CLEAR_LINE, CLEAR_BELOW, PLAIN = "\x1b[H", "\x1b[K", "\x1b[J", "\x1b[0m"
CLEAR = "\x1b[2J"
# Select Graphic Rendition (ECMA-48): where colours are unwelcome, reverse video and bold still are no colour.
COLOURS = {
    "good": "\x1b[1;30;42m",
    "bad": "\x1b[1;97;41m",
    "ask": "\x1b[1;30;43m",
    "soft": "\x1b[2m",
    "title": "\x1b[1m",
}
WITHOUT = {"good": "\x1b[1;7m", "bad": "\x1b[1;7m", "ask": "\x1b[1;7m", "soft": "", "title": "\x1b[1m"}
BEAT = 0.16  # seconds between two sounds: closer, terminals and ears make them one


class Line(NamedTuple):
    """A line of the board and how it looks: plain, soft, title, or good, bad and ask across the whole width."""

    text: str
    look: str = ""


class Board:
    """Draws lines over the last ones; on a terminal that cannot, writes those that are new below."""

    def __init__(self, talk: IO[str]) -> None:
        self._talk = talk
        self._lock = RLock()  # a window that changes its size is drawn in the middle of whatever goes on
        self._last: Sequence[Line] = ()
        self.still = os.environ.get("TERM", "dumb") in {"", "dumb"}  # nothing can be drawn over
        self._looks = WITHOUT if os.environ.get("NO_COLOR") else COLOURS

    @property
    def size(self) -> tuple[int, int]:
        """Give the columns and the lines there are; those of the talk's own terminal, wherever the data goes."""
        try:
            columns, lines = os.get_terminal_size(self._talk.fileno())
        except OSError:
            columns, lines = shutil.get_terminal_size()
        return columns, lines

    def draw(self, lines: Sequence[Line]) -> None:
        """Draw a whole screen in one write."""
        width, height = self.size
        if self.still:
            text = "".join(f"{shown(line.text)}\n" for line in lines if line.text and line not in self._last)
        else:
            drawn = (f"{self._painted(line, width)}{CLEAR_LINE}" for line in lines[:height])
            text = ("" if self._last else CLEAR) + HOME + "\r\n".join(drawn) + CLEAR_BELOW
        self._write(text)
        self._last = lines

    def forget(self) -> None:
        """Take it that nothing is drawn: the next screen clears what is there."""
        self._last = ()

    def sound(self, times: int) -> None:
        """Ring so many times, without waiting."""
        if times:
            self._write("\a")
        if times > 1:
            later = Timer(BEAT, self.sound, [times - 1])
            later.daemon = True
            later.start()

    def leave(self) -> None:
        """Put the cursor below what is drawn."""
        if self._last and not self.still:
            self._write("\r\n")

    def _write(self, text: str) -> None:
        with self._lock:
            self._talk.write(text)
            self._talk.flush()

    def _painted(self, line: Line, width: int) -> str:
        text = cut(shown(line.text), width)
        look = self._looks.get(line.look, "")
        if line.look in {"good", "bad", "ask"}:
            text += " " * (width - wide(text))
        return f"{look}{text}{PLAIN}" if look else text


def cut(text: str, width: int) -> str:
    """Give the text in so many columns, its end made an ellipsis where it is too long."""
    if wide(text) <= width:
        return text
    while wide(text) >= width:
        text = text[:-1]
    return text + "…"
