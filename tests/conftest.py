"""What every test stands on: French, an empty home of its own, and `cli`, which runs a command line like a shell.

`i18n.use` comes before anything imports `comptoir.app`: titles and help lines are translated when modules load.
Hypothesis is repeatable; `pytest --hypothesis-profile=search` looks further, elsewhere each time.
"""

import json
import os
import shlex
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from comptoir.core import i18n

i18n.use("fr")
settings.register_profile("steady", max_examples=40, deadline=None, derandomize=True, database=None)
settings.register_profile("search", max_examples=1500, deadline=None, database=None, suppress_health_check=HealthCheck)
settings.load_profile("steady")


@dataclass(frozen=True)
class Ran:
    """A command line that was run: its exit code, what it wrote on each stream, and the bytes of stdout."""

    code: int
    out: str
    err: str
    raw: bytes

    @property
    def data(self) -> Any:
        """Read stdout as JSON."""
        return json.loads(self.out)

    @property
    def failure(self) -> dict[str, Any]:
        """Read the last line of stderr as the JSON of a failure: `exit_code` and `errors`."""
        return json.loads(self.err.splitlines()[-1])


@pytest.fixture(autouse=True)
def isolated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep every test from the person's files, settings, terminal and clock; the language is put back after it."""
    for name in [name for name in os.environ if name.startswith(("COMPTOIR_", "XDG_", "_COMPTOIR"))]:
        monkeypatch.delenv(name)
    home = tmp_path / "home"
    monkeypatch.setenv("HOME", str(home))
    for name in ("CONFIG", "DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
    monkeypatch.setenv("COMPTOIR_DATABASE", str(tmp_path / "shop.db"))
    monkeypatch.setenv("COMPTOIR_CONFIG", str(tmp_path / "no-such-file.toml"))
    monkeypatch.setenv("COMPTOIR_OPERATOR", "test")
    # Without this, keyring takes the best of all that are defined: the person's own, or one that a test made up.
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("TZ", raising=False)
    monkeypatch.setenv("LANGUAGE", "fr")
    monkeypatch.setattr(i18n, "_catalogue", i18n._catalogue)


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    """Give the function that runs a line in this process: `cli("buyback list --json")`, or `cli([...], input=b"")`."""
    from comptoir.app import run

    def ran(line: str | Sequence[str], input: bytes = b"") -> Ran:  # noqa: A002 - as subprocess.run
        out, err = BytesIO(), BytesIO()
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", TextIOWrapper(BytesIO(input), "utf-8"))
            patch.setattr(sys, "stdout", TextIOWrapper(out, "utf-8"))
            patch.setattr(sys, "stderr", TextIOWrapper(err, "utf-8"))
            try:
                code = run(shlex.split(line) if isinstance(line, str) else list(line))
            except SystemExit as left:
                code = int(left.code or 0)
            sys.stdout.flush()
            sys.stderr.flush()
            # Read before the wrappers are dropped: they close what they wrap.
            return Ran(code, out.getvalue().decode(), err.getvalue().decode(), out.getvalue())

    return ran
