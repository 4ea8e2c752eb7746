"""A counter with a real terminal: pexpect holds the keyboard, pyte is the screen.

`shops` are databases made once; `counter` copies one and sits a person in front of a command line. The screen answers
what a terminal is asked (where its cursor stands), and a line of it is read as eyes do, blanks and line breaks aside.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from typing import Any

import pexpect
import pyte
import pytest

CATALOGUE = Path(__file__).parent.parent.parent / "examples" / "catalogue.csv"
PATIENCE = 20  # seconds before a screen that never comes is a failure
GOOD = ("-a", "works=yes", "-a", "screen=very_good", "-a", "shell=very_good")
SELLER = (
    *("--name", "Société Micro & Info", "--siret", "00011122900001"),
    *("--email", "contact@wesecondevie.com", "--phone", "0600000000"),
    *("--line", "58 rue de Lamirault", "--postcode", "77090", "--town", "Collégien"),
)
# What a shop has lived: each starts from the one before.
STORIES: dict[str, Sequence[Sequence[str]]] = {
    "catalogue": (("catalog", "import", str(CATALOGUE)),),
    "basket": (("buyback", "add", "9KZCT73K", *GOOD),),
    "known": (
        ("buyback", "add", "DSYN5CVS", "-a", "works=no"),
        ("buyback", "validate", *SELLER, "--yes"),
        ("buyback", "add", "9KZCT73K", *GOOD),
        ("buyback", "add", "CRC0Y9GP", *GOOD),
    ),
}
# One process plays them all: a start costs more than what they do.
LIVES = """
import json, shutil, sqlite3, sys
from comptoir.core import i18n
i18n.use("fr")
from comptoir.app import run
for name, story in json.loads(sys.argv[1]).items():
    for words in story:
        assert run(words) == 0, words
    sqlite3.connect("shop.db").execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    shutil.copy("shop.db", name + ".db")
"""
PRIVATE = 5  # pyte keeps the modes of a DEC terminal shifted by so many bits
BRACKETED_PASTE, ALTERNATE_SCREEN, MOUSE = 2004 << PRIVATE, 1049 << PRIVATE, 1000 << PRIVATE


def squeezed(text: str) -> str:
    """Give a text without its blanks and line breaks."""
    return "".join(text.split())


class Screen(pyte.Screen):
    """A screen that answers through `answer`, as a terminal does."""

    answer: Callable[[bytes], object]

    def write_process_input(self, data: str) -> None:
        self.answer(data.encode())


class Terminal:
    """A person in front of one command."""

    def __init__(
        self, words: Sequence[str], environment: dict[str, str], folder: Path, *, size: tuple[int, int], tells: bool
    ) -> None:
        columns, rows = size
        self.raw = b""
        self._read_as = 0, ""
        self._shown = [""] * rows
        self.screen = Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.process = pexpect.spawn(
            words[0], list(words[1:]), env=environment, cwd=folder, dimensions=(rows, columns), encoding=None
        )
        self.process.delaybeforesend = None
        self.process.ptyproc.delayafterclose = 0
        self.screen.answer = self.process.send if tells else len
        self.modes_before = termios.tcgetattr(self.process.child_fd)

    @property
    def text(self) -> str:
        """What stands on the screen, without the blanks that end it."""
        # pyte's own `display` draws every line anew; what was written for a taller window may name rows that are gone.
        for row in self.screen.dirty & set(range(len(self._shown))):
            self._shown[row] = "".join(cell.data for cell in self.cells(row)).rstrip()
        self.screen.dirty.clear()
        return "\n".join(self._shown).rstrip()

    def resize(self, columns: int, rows: int) -> None:
        """Give the window another size, as dragging its corner does."""
        self.screen.resize(rows, columns)
        self._shown = [""] * rows
        self.screen.dirty.clear()
        self.screen.dirty.update(range(rows))
        self.process.setwinsize(rows, columns)

    @property
    def lines(self) -> list[str]:
        return self.text.split("\n")

    @property
    def written(self) -> str:
        """All that was written, escape sequences included."""
        return self.raw.decode("utf-8")

    def cells(self, row: int) -> list[Any]:
        """Give the cells of a line; the second one of a wide letter is empty."""
        line = self.screen.buffer[row]
        return [line[column] for column in range(self.screen.columns)]

    def types(self, keys: str) -> None:
        self.process.send(keys.encode())

    def sees(self, *wanted: str, times: int = 1, but: str = "") -> None:
        """Wait for texts to stand on the screen (so many times each), and for another one to be gone."""
        assert self.ever_sees(*wanted, times=times, but=but), f"never seen: {wanted} (but: {but!r})\n{self.text}"

    def ever_sees(self, *wanted: str, times: int = 1, but: str = "", within: float = PATIENCE) -> bool:
        """Tell whether this comes to stand on the screen within so many seconds."""
        until = time.monotonic() + within
        while not self._stands(wanted, times, but):
            if not self._read() or time.monotonic() > until:
                return self._stands(wanted, times, but)
        return True

    def answers(self, steps: Sequence[tuple[str, str]]) -> None:
        """Wait for each question and answer it."""
        for question, keys in steps:
            self.sees(question)
            self.types(keys)

    def ends(self) -> int:
        """Wait for the end; give the exit code as a shell tells it."""
        until = time.monotonic() + PATIENCE
        while self._read():
            assert time.monotonic() < until, f"it does not end\n{self.text}"
        return self._code(until)

    def hangs_up(self) -> int:
        """Close the window; give the exit code."""
        self.process.ptyproc.fileobj.close()
        return self._code(time.monotonic() + PATIENCE)

    def is_left_clean(self) -> bool:
        """Tell whether the terminal is as it was: lines edited and echoed, the cursor seen, no special mode."""
        private = {BRACKETED_PASTE, ALTERNATE_SCREEN, MOUSE} & self.screen.mode
        now = termios.tcgetattr(self.process.child_fd)
        return now == self.modes_before and not private and not self.screen.cursor.hidden

    def leaves(self) -> None:
        if self.process.isalive():
            self.process.kill(9)
        self.process.close()

    def _stands(self, wanted: Sequence[str], times: int, but: str) -> bool:
        if self._read_as[0] != len(self.raw):
            self._read_as = len(self.raw), squeezed(self.text)
        shown = self._read_as[1]
        gone = not but or squeezed(but) not in shown
        return gone and all(shown.count(squeezed(text)) >= times for text in wanted)

    def _read(self) -> bool:
        """Show what comes in a moment; tell whether more may come."""
        try:
            read = self.process.read_nonblocking(1 << 16, timeout=0.05)
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        self.raw += read
        self._stream.feed(read)
        return True

    def _code(self, until: float) -> int:
        # Waited for, never closed early: pexpect would end it with a signal, and its own code would be lost.
        while self.process.isalive():
            assert time.monotonic() < until, f"it does not end\n{self.text}"
            time.sleep(0.005)
        died = self.process.signalstatus
        return int(128 + died if died else self.process.exitstatus or 0)


@dataclass(frozen=True)
class Shop:
    """A folder with a database, and the environment of who works there."""

    folder: Path
    environment: dict[str, str]
    stories: Mapping[str, Path]

    def lives(self, story: str) -> None:
        """Take the database of a story."""
        shutil.copy(self.stories[story], self.database)

    @property
    def database(self) -> Path:
        return self.folder / "shop.db"

    def run(self, *words: str) -> str:
        """Run a command without a terminal; give its standard output."""
        done = subprocess.run(
            [sys.executable, "-m", "comptoir", *words],
            env=self.environment,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            pytest.fail(done.stderr)
        return done.stdout

    def change(self, sql: str, *values: str) -> None:
        """Change the database behind the program's back."""
        with closing(sqlite3.connect(self.database)) as connection, connection:
            connection.execute(sql, values)

    def kept(self) -> dict[str, list[Any]]:
        """Everything that was recorded, the catalogue aside."""
        with closing(sqlite3.connect(self.database)) as connection:
            tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            names = [name for (name,) in tables if not name.startswith(("device", "sqlite"))]
            return {name: sorted(connection.execute(f"SELECT * FROM {name}"), key=repr) for name in names}

    def basket(self) -> list[tuple[str, str, int]]:
        """What the basket holds: code, grade, price in cents."""
        with closing(sqlite3.connect(self.database)) as connection:
            return connection.execute("SELECT article_code, grade, price FROM basket_item ORDER BY id").fetchall()

    def may_be_written(self) -> bool:
        """Tell whether another counter could write now, without waiting: nobody holds the turn, nor SQLite's lock."""
        with self.database.with_name(self.database.name + ".lock").open("a") as turn:
            try:
                flock(turn, LOCK_EX | LOCK_NB)
            except BlockingIOError:
                return False
        with closing(sqlite3.connect(self.database, timeout=0, isolation_level=None)) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return False
            connection.execute("ROLLBACK")
        return True


def environment(folder: Path) -> dict[str, str]:
    """Give the environment of a French shop assistant whose home is this folder."""
    foreign = ("COMPTOIR_", "XDG_", "PROMPT_TOOLKIT_", "LC_", "LANG", "COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return kept | {
        "HOME": str(folder),
        **{f"XDG_{name}_HOME": str(folder / name.lower()) for name in ("CONFIG", "DATA", "STATE", "CACHE")},
        "COMPTOIR_CONFIG": str(folder / "config.toml"),
        "COMPTOIR_DATABASE": str(folder / "shop.db"),
        "COMPTOIR_OPERATOR": "camille",
        "COMPTOIR_LANG": "fr",
        "COMPTOIR_AT": "2026-11-22T10:05",
        "LC_ALL": "C.UTF-8",
        "TERM": "xterm-256color",
    }


@pytest.fixture(scope="session")
def shops(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The database of each story."""
    folder = tmp_path_factory.mktemp("shops")
    lived = subprocess.run(
        [sys.executable, "-c", LIVES, json.dumps(STORIES)],
        env=environment(folder),
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if lived.returncode:
        pytest.fail(lived.stderr)
    return {name: folder / f"{name}.db" for name in STORIES}


@pytest.fixture
def shop(shops: dict[str, Path], tmp_path: Path) -> Shop:
    """A shop whose database is not there yet."""
    return Shop(tmp_path, environment(tmp_path), shops)


@pytest.fixture
def counter(shop: Shop) -> Iterator[Callable[..., Terminal]]:
    """Give what opens a terminal: `counter("buyback add", "basket")`, or `counter("comptoir … >out.txt")` by a shell.

    The first one of a test chooses the story of its shop; `columns`, `rows` and variables may follow. A terminal that
    does not `tells` never says where its cursor is.
    """
    opened: list[Terminal] = []

    def sit(
        line: str | Sequence[str],
        story: str = "catalogue",
        *,
        columns: int = 80,
        rows: int = 60,
        tells: bool = True,
        **variables: str,
    ) -> Terminal:
        if not shop.database.exists():
            shop.lives(story)
        program = [sys.executable, "-m", "comptoir"]
        words = [*program, *(line.split() if isinstance(line, str) else line)]
        if words[3] == "comptoir":
            words = ["sh", "-c", " ".join([*program, *words[4:]])]
        opened.append(Terminal(words, shop.environment | variables, shop.folder, size=(columns, rows), tells=tells))
        return opened[-1]

    yield sit
    for terminal in opened:
        terminal.leaves()
