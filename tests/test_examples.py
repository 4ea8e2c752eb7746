"""The transcripts of examples/ are played in a real shell and must print what they say.

`$ command` lines, each followed by what it prints, stdout and stderr as they come; an exit code that is not 0 is the
last line, `[3]`. Lines before the first command are comments. REWRITE_EXAMPLES=1 writes what was printed.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"
TRANSCRIPTS = sorted(EXAMPLES.glob("*.console"))
FIRST = "2026-11-22T10:05"


def read(text: str) -> tuple[str, list[tuple[str, str]]]:
    """Give the comment of a transcript, then each command with what it prints."""
    comment, *parts = ("\n" + text).split("\n$ ")
    commands = [part.partition("\n") for part in parts]
    return comment[1:], [(command, printed.strip("\n")) for command, _newline, printed in commands]


def played(commands: list[str], home: Path) -> list[str]:
    """Play commands in one folder and one base; give what each printed."""
    binaries = home / "bin"
    binaries.mkdir()
    launcher = binaries / "comptoir"
    launcher.write_text(f'#!/bin/sh\nexec {sys.executable} -m comptoir "$@"\n', "utf-8")
    launcher.chmod(0o755)
    for sample in EXAMPLES.iterdir():
        if sample.suffix != ".console":
            shutil.copy(sample, home)
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("COMPTOIR_", "XDG_"))}
    environment = kept | {
        "PATH": f"{binaries}{os.pathsep}{kept['PATH']}",
        "HOME": str(home),
        "COMPTOIR_DATABASE": str(home / "shop.db"),
        "COMPTOIR_CONFIG": str(home / "config.toml"),
        "COMPTOIR_OPERATOR": "camille",
        "COMPTOIR_LANG": "fr",
        "COMPTOIR_AT": FIRST,
    }
    return [told(command, home, environment) for command in commands]


def told(command: str, home: Path, environment: dict[str, str]) -> str:
    """Play one command; give what it printed and its exit code."""
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=home,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    printed = done.stdout.strip("\n")
    return f"{printed}\n[{done.returncode}]" if done.returncode else printed


@pytest.mark.parametrize("transcript", TRANSCRIPTS, ids=lambda path: path.stem)
def test_example(transcript, tmp_path):
    comment, commands = read(transcript.read_text("utf-8"))
    printed = played([command for command, _expected in commands], tmp_path)
    if os.environ.get("REWRITE_EXAMPLES"):
        parts = [f"$ {command}\n{text}\n" for (command, _expected), text in zip(commands, printed, strict=True)]
        transcript.write_text(comment.rstrip("\n") + "\n\n" + "\n".join(parts), "utf-8")
    for (command, expected), text in zip(commands, printed, strict=True):
        assert text == expected, command


def test_there_are_examples():
    assert [path.stem for path in TRANSCRIPTS]
