"""Real files, real processes, small disks: what the tests of the database break it with."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from comptoir.store.engine import engine
from comptoir.store.migrations import upgrade

Spawn = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture(autouse=True)
def _connections_end_with_the_test() -> Iterator[None]:
    yield
    engine.cache_clear()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the database of this test may stand; nothing is there yet."""
    return tmp_path / "shop.db"


@pytest.fixture(scope="session")
def _created(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("created") / "shop.db"
    upgrade(path)
    return path


@pytest.fixture
def shop(_created: Path, path: Path) -> Path:
    """A database just created, at rest."""
    shutil.copy(_created, path)
    return path


@pytest.fixture
def spawn() -> Iterator[Spawn]:
    """Start Python processes that run a text with arguments; the end of the test ends them."""
    with ExitStack() as started:

        def start(code: str, *arguments: object, **options: object) -> "subprocess.Popen[str]":
            child = subprocess.Popen(
                [sys.executable, "-c", code, *map(str, arguments)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                **options,
            )
            started.callback(_ended, child)
            return child

        yield start


def _ended(child: "subprocess.Popen[str]") -> None:
    child.kill()
    with child:
        pass


@pytest.fixture
def small_disk() -> Iterator[Callable[[str], Path]]:
    """Mount small disks of memory (`size=400k`); skip where mounting is not permitted."""
    with ExitStack() as mounted:

        def mount(options: str) -> Path:
            place = Path(mounted.enter_context(tempfile.TemporaryDirectory(prefix="comptoir-disk-")))
            done = subprocess.run(
                ["mount", "-t", "tmpfs", "-o", options, "tmpfs", place], capture_output=True, text=True, check=False
            )
            if done.returncode:
                pytest.skip(f"mounting a small disk is not permitted here: {done.stderr.strip()}")
            mounted.callback(subprocess.run, ["umount", "--lazy", place], check=True)
            return place

        yield mount


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder outside pytest's own, which only root may walk through: another user can reach it."""
    with tempfile.TemporaryDirectory(prefix="comptoir-open-") as name:
        place = Path(name)
        place.chmod(0o777)
        yield place
        place.chmod(0o777)
