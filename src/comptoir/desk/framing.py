"""Cut what a scanner sends into scans: by its line ends, its silences and the pace of its keys.

A burst is a scanner's and its bytes are data; what comes slower is a person's and only a line end closes it. The
figures were gathered in the field: scanners give a key every 1 to 16 ms, people one every 80 ms at best.
"""

import re

from comptoir.desk.scanner import LONGEST, Scan

PAUSE = 0.1  # seconds without a byte that end a burst
PACE = 0.035  # seconds a key: under it, on average, no person types
ENOUGH = 6  # characters whose pace can be told
ECHO = 0.8  # seconds within which a code is read twice, and not scanned twice

LINE_END = re.compile(rb"\r\n?|\n")
LINE_END_OR_TAB = re.compile(rb"\r\n?|[\n\t]")


class Framing:
    """Cuts one source into scans; memory does not grow with what it is fed.

    On a `keyboard` a person may type too: a burst that comes in the middle of a typed line is a scan of its own, and
    the line goes on after it. Elsewhere nobody types, and any silence closes.
    """

    def __init__(self, source: str, *, ends: re.Pattern[bytes] = LINE_END_OR_TAB, keyboard: bool = False) -> None:
        self.typed = b""  # the line that a person types; whoever holds the keyboard may edit it
        self._source = source
        self._ends = ends
        self._keyboard = keyboard
        self._run = bytearray()  # what came since the last line end or silence, to a read beyond LONGEST
        self._began = self._moment = 0.0
        self._after_cr = False

    @property
    def under_way(self) -> bytes:
        """Give the line that is being typed; a burst is not shown, it may still prove to be a scan."""
        return self.typed if self._at_machine_pace(2) else self.typed + self._run

    def feed(self, data: bytes, moment: float) -> list[Scan]:
        """Take bytes that came at a moment (seconds, monotonic); give the scans that they close.

        A CR closes at once: the LF that the next read may begin with belongs to it.
        """
        if not data:
            return []
        start = 1 if self._after_cr and data.startswith(b"\n") else 0
        scans = []
        for end in self._ends.finditer(data, start):
            self._take(data[start : end.start()], moment)
            scans += self._close(end.group(), moment)
            start = end.end()
        self._take(data[start:], moment)
        self._after_cr = data.endswith(b"\r")
        return scans

    def silence(self) -> list[Scan]:
        """Take it that nothing came for PAUSE, or that nothing will: give the scan that this closes.

        Whoever reads says so, for a read that comes late is no silence: the bytes may have waited.
        """
        if not self._keyboard or self._at_machine_pace(ENOUGH):
            return self._close(b"", self._moment)
        self.typed = _kept(self.typed, self._run)
        self._run.clear()
        return []

    def _take(self, piece: bytes, moment: float) -> None:
        if not piece or len(self._run) > LONGEST:
            return
        if not self._run:
            self._began = moment
        self._moment = moment
        self._run += piece

    def _close(self, suffix: bytes, moment: float) -> list[Scan]:
        scanned = not self._keyboard or self._at_machine_pace(ENOUGH)
        line = bytes(self._run) if scanned else _kept(self.typed, self._run)
        self._run.clear()
        if not scanned:
            self.typed = b""
        if not line:
            return []
        return [Scan(line[:LONGEST], moment, self._source, suffix, typed=not scanned, cut=len(line) > LONGEST)]

    def _at_machine_pace(self, enough: int) -> bool:
        # An accented letter is one key and several bytes; what is not UTF-8 counts byte by byte.
        keys = len(self._run.decode("utf-8", "surrogateescape"))
        fast = keys >= enough and self._moment - self._began < PACE * (keys - 1)
        # A key that is held repeats as fast as a scanner types.
        return fast and self._run.count(self._run[0]) < len(self._run)


class Echoes:
    """Tells the echo of a scan: the same code from the same source within ECHO of its last reading.

    A code left before the scanner is read again and again, and stays one scan. A list has no echo: two lines of a file
    are two scans, so do not ask it of them.
    """

    def __init__(self) -> None:
        self._last: dict[str, tuple[bytes, float]] = {}

    def is_echo(self, scan: Scan) -> bool:
        """Tell whether this scan, the latest one, is the echo of the one before it."""
        data, moment = self._last.get(scan.source, (b"", 0.0))
        self._last[scan.source] = scan.data, scan.moment
        return scan.data == data and scan.moment - moment < ECHO


def _kept(line: bytes, more: bytes | bytearray) -> bytes:
    return (line + more)[: LONGEST + 1]
