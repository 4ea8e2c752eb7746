"""The shop's own TOML files: what is right in them is made something of, and what is wrong is told with its place."""

from pathlib import Path
from typing import Any

import pytest

from comptoir.core import toml
from comptoir.core.errors import Refused, UsageProblem
from comptoir.core.toml import Kind

FORM: toml.Form = {"label": Kind(str), "days": Kind(int, optional=True), "names": Kind(list, str, optional=True)}


class Wrong(UsageProblem):
    """The file of this test cannot be used."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path.name}: {reason}")


def make(data: dict[str, Any]) -> list[str]:
    if "refused" in data:
        raise Refused(data["refused"])
    return [str(toml.formed(key, entry, FORM)["label"]) for key, entry in data.items()]


def test_what_is_right_is_made_something_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own.toml").write_text('[a]\nlabel = "A"\nnames = ["b"]\n[c]\nlabel = "C"\ndays = 3\n', "utf-8")
    assert toml.made_of(str(tmp_path / "own.toml"), make, Wrong) == ["A", "C"]
    monkeypatch.setenv("HOME", str(tmp_path))
    assert toml.made_of("~/own.toml", make, Wrong) == ["A", "C"]


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("[a]\n", "`a.label`"),
        ('[a]\nlabel = "A"\nlable = "A"\n', "`a.lable`"),
        ("[a]\nlabel = 1\n", "`a.label`"),
        ('[a]\nlabel = "A"\ndays = true\n', "`a.days`"),
        ('[a]\nlabel = "A"\nnames = ["b", 1]\n', "`a.names`"),
        ("a = 1\n", "`a`"),
        ('refused = "never"\n', "never"),
        ("[a\n", "line 1"),
        ("\xff", "decode"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, written: str, told: str) -> None:
    (tmp_path / "own.toml").write_bytes(written.encode("latin-1"))
    with pytest.raises(Wrong) as refused:
        toml.made_of(str(tmp_path / "own.toml"), make, Wrong)
    assert refused.value.message.startswith("own.toml: ")
    assert told in refused.value.message


@pytest.mark.parametrize("name", ["none.toml", ".", "~no-such-person/own.toml"])
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Wrong):
        toml.made_of(name, make, Wrong)


def test_a_key_a_choice_and_a_text_are_checked() -> None:
    toml.check_key("a", "a_1")
    toml.check_choice("a", 1, (1, 2))
    assert toml.filled("a", " b ") == "b"
    for check in (
        lambda: toml.check_key("a", "A"),
        lambda: toml.check_key("a", "a" * 41),
        lambda: toml.check_choice("a", 3, (1, 2)),
        lambda: toml.filled("a", " "),
    ):
        with pytest.raises(ValueError, match="`a`"):
            check()
