"""The README shows what the program prints, and its commands are the ones that CI runs."""

from pathlib import Path

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
# An editor writes a plain blank where the program writes one that does not break.
STORY = (ROOT / "examples" / "buyback.console").read_text("utf-8").replace("\u00a0", " ").replace("\u202f", " ")


def shown() -> list[str]:
    """Give what each command of the first transcript prints."""
    transcript = README.partition("```console\n")[2].partition("```")[0]
    return [part.partition("\n")[2].strip("\n") for part in transcript.split("$ comptoir ")[1:]]


def test_what_the_readme_shows_is_what_the_played_example_prints():
    assert len(shown()) == 2
    for printed in shown():
        assert printed in STORY


def test_the_readme_has_one_command_for_the_demo_and_one_for_the_tests():
    commands = [line for line in README.splitlines() if line.startswith("    python3 -m venv ")]
    ends = ["&& .venv/bin/comptoir demo", "&& .venv/bin/python -m pytest -n 2"]
    assert [command[-len(end) :] for command, end in zip(commands, ends, strict=True)] == ends
