"""The program as a shell sees it: exit codes, two streams, errors as JSON, pipes that close, Ctrl-C."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import comptoir
from comptoir import app
from comptoir.core import i18n
from comptoir.core.errors import DatabaseTrouble, NotFound, OutsideFailure, Refused, UsageProblem

Cli = Callable[..., Any]
PROGRAM = [sys.executable, "-m", "comptoir"]


def in_shell(script: str) -> subprocess.CompletedProcess[str]:
    """Run a line of sh where `comptoir` is the program."""
    line = f'comptoir() {{ {sys.executable} -m comptoir "$@"; }}; {script}'
    return subprocess.run(["sh", "-c", line], capture_output=True, text=True, timeout=60, check=False)


# --- the program's own options stand anywhere


@pytest.mark.parametrize(
    ("line", "front", "rest"),
    [
        ([], [], []),
        (["buyback", "list"], [], ["buyback", "list"]),
        (["buyback", "list", "--lang", "en"], ["--lang", "en"], ["buyback", "list"]),
        (
            ["buyback", "--database=x", "list", "--no-input", "-r"],
            ["--database=x", "--no-input"],
            ["buyback", "list", "-r"],
        ),
        (["a", "--at", "--no-input", "b"], ["--at", "--no-input"], ["a", "b"]),
        (["a", "--operator", ""], ["--operator", ""], ["a"]),
        (["a", "--lang"], ["--lang"], ["a"]),
        (["a", "--", "--lang", "en"], [], ["a", "--", "--lang", "en"]),
        (["--lang", "en", "a", "--", "--no-input"], ["--lang", "en"], ["a", "--", "--no-input"]),
        (["--lang", "--", "a"], ["--lang", "--"], ["a"]),
        (["a", "--language", "en"], [], ["a", "--language", "en"]),
        (["a", "-lang", "--Lang", "--no-inputs"], [], ["a", "-lang", "--Lang", "--no-inputs"]),
        (["a", "--no-input=1"], ["--no-input=1"], ["a"]),
        (["a", "--lang=en", "--lang", "fr"], ["--lang=en", "--lang", "fr"], ["a"]),
    ],
)
def test_the_programs_own_options_are_taken_out_with_their_values(
    line: list[str], front: list[str], rest: list[str]
) -> None:
    assert app.hoisted(line) == (front, rest)


typed = st.lists(st.sampled_from([*app.ANYWHERE, "--lang=en", "--", "buyback", "list", "-r", "", "x"]), max_size=8)


@given(typed)
def test_no_word_of_a_line_is_lost_or_made_up_and_the_others_keep_their_order(line: list[str]) -> None:
    front, rest = app.hoisted(line)
    assert sorted(front + rest) == sorted(line)
    left = iter(line)
    assert all(word in left for word in rest)
    before = list(line)
    app.hoisted(line)
    assert line == before


@given(typed)
def test_what_stands_after_two_dashes_is_never_taken(line: list[str]) -> None:
    front, rest = app.hoisted([*line, "end", "--", "--lang", "en", "--no-input"])
    assert rest[-4:] == ["--", "--lang", "en", "--no-input"] or "--" in front + rest[:-4]


@given(typed)
def test_taking_out_twice_changes_nothing(line: list[str]) -> None:
    _front, rest = app.hoisted(line)
    assert app.hoisted(rest) == ([], rest)


@pytest.mark.parametrize(
    "line", ["--operator anne config show", "config show --operator anne", "config --operator=anne show"]
)
def test_an_option_of_the_program_counts_wherever_it_stands(line: str, cli: Cli) -> None:
    ran = cli(f"{line} --json --origin")
    assert ran.code == 0
    assert {"name": "operator", "value": "anne", "origin": "--operator"} in ran.data


@pytest.mark.parametrize("option", [option for option, takes in app.ANYWHERE.items() if takes])
def test_an_option_of_the_program_without_its_value_is_told_as_such(option: str, cli: Cli) -> None:
    ran = cli(f"buyback list {option}")
    assert ran.code == 2
    assert f"`{option}`" in ran.err


# --- exit codes


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("buyback list", 0),
        ("buyback list --json", 0),
        ("catalog search rien", 0),
        ("config show", 0),
        ("config path", 0),
        ("--help", 0),
        ("buyback --help", 0),
        ("buyback list -h", 0),
        ("", 2),
        ("buyback", 2),
        ("nothing", 2),
        ("buyback nothing", 2),
        ("buyback list --nothing", 2),
        ("buyback list extra", 2),
        ("buyback list --sort", 2),
        ("buyback list --sort nothing", 2),
        ("buyback list --format xml", 2),
        ("buyback list --json --excel", 2),
        ("buyback list --since demain", 2),
        ("buyback show", 2),
        ("buyback show x", 2),
        ("buyback show 2000000000014", 2),
        ("buyback add", 2),
        ("buyback remove", 2),
        ("buyback remove x", 2),
        ("catalog search -n 0", 2),
        ("--at demain buyback list", 2),
        ("--database postgresql://h/b buyback list", 2),
        ("--database=mysql://h/b buyback list", 2),
        ("--no-input=yes buyback list", 2),
        ("--nothing", 2),
        ("buyback show 2000000000015", 3),
        ("buyback show 42", 3),
        ("buyback cancel 42 --yes", 3),
        ("buyback documents 42", 3),
        ("catalog show NOPE0000", 3),
        ("catalog questions Grille-pain", 3),
        ("catalog import /no/such/file.csv", 3),
        ("reseller show personne", 3),
        ("buyback remove 1 --yes", 3),
        ("buyback validate --yes", 4),
        ("catalog import -", 4),
    ],
)
def test_the_exit_code_says_what_happened(line: str, code: int, cli: Cli) -> None:
    ran = cli(line)
    assert ran.code == code, ran.err
    assert bool(ran.err) == (code != 0)
    assert code == 0 or ran.out == ""
    assert "Traceback" not in ran.err


def test_reading_makes_no_database(cli: Cli, tmp_path: Path) -> None:
    for line in (
        "buyback list",
        "buyback basket",
        "catalog search x",
        "reseller list",
        "buyback show 42",
        "config show",
    ):
        cli(line)
    assert not (tmp_path / "shop.db").exists()


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"not a database at all, but long enough to be read as a header by someone in a hurry" * 3, "buyback list"),
        (b"not a database", "catalog import -"),
        (b"SQLite format 3\x00" + b"\x00" * 84, "buyback list"),
    ],
)
def test_a_file_that_is_no_database_of_ours_exits_with_6_and_is_left_as_it_was(
    content: bytes, line: str, cli: Cli, tmp_path: Path
) -> None:
    path = tmp_path / "shop.db"
    path.write_bytes(content)
    ran = cli(line, input=b"article_code\n")
    assert ran.code == 6, ran.err
    assert str(path) in ran.err
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageProblem("x"), 2),
        (NotFound("x"), 3),
        (Refused("x"), 4),
        (OutsideFailure("x"), 5),
        (DatabaseTrouble("x"), 6),
        (OSError(28, "No space left on device"), 5),
        (OSError("without a number"), 5),
        (KeyboardInterrupt(), 130),
        (EOFError(), 130),
        (ValueError("x"), 1),
        (RecursionError(), 1),
        (MemoryError(), 1),
        (KeyError("\x1b[2J"), 1),
    ],
    ids=repr,
)
def test_every_failure_ends_in_its_code_and_a_line_without_a_trace(
    error: BaseException, code: int, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_given: object) -> None:
        raise error

    monkeypatch.setattr(app, "_run", fails)
    ran = cli("buyback list")
    assert ran.code == code
    assert ran.out == ""
    assert ran.err
    assert "Traceback" not in ran.err
    assert "\x1b" not in ran.err


def test_a_bug_shows_where_it_stands_when_asked_to(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "_run", lambda *_given: 1 / 0)
    monkeypatch.setenv("COMPTOIR_DEBUG", "1")
    ran = cli("buyback list")
    assert ran.code == 1
    assert "Traceback" in ran.err
    assert "ZeroDivisionError" in ran.err


@pytest.mark.parametrize(
    "line",
    [
        "buyback list --since 9999999d",
        "buyback list --since 0001-01-01",
        "buyback list --until 9999-12-31",
        "--at 0001-01-01 buyback list",
        "--database ~no-such-person/x.db buyback list",
        "buyback list -o ''",
        "buyback list -o /",
        "config show -o .",
        "buyback list --number '\x00'",
        "buyback list --product \"'; DROP TABLE buyback; --\"",
        "catalog search '\"' \"'\" '*' 'AND' '('",
        "catalog search '\x00'",
        "catalog show ''",
        "buyback show ''",
        "reseller show ''",
        "reseller show %",
        "--operator '' buyback basket",
        "--operator '\x00' buyback basket",
        "--database '' buyback list",
        "--lang zz buyback list",
        "--lang '' buyback list",
        "config show -o /dev/null/x",
        f"buyback list --number {'9' * 5000}",
        f"buyback remove {'9' * 5000} --yes",
        f"catalog search {'x' * 20000}",
        "catalog search -n 99999999999999999999",
        "buyback remove 99999999999999999999 --yes",
        "catalog import ''",
        "catalog import /",
        "buyback documents '' -o ''",
    ],
    ids=lambda line: line[:60],
)  # fmt: skip
def test_nothing_that_can_be_typed_is_a_bug(line: str, cli: Cli) -> None:
    ran = cli(line)
    assert ran.code != 1, ran.err
    assert "Traceback" not in ran.err


# --- version, help


@pytest.mark.parametrize("line", ["--version", "-V"])
def test_the_version_is_one_line_of_data(line: str) -> None:
    ran = in_shell(f"comptoir {line}")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, f"comptoir {comptoir.__version__}\n", "")


@pytest.mark.parametrize("line", ["--no-input --version", "-V --lang fr"])
def test_the_version_is_told_beside_any_option_of_the_program(line: str, cli: Cli) -> None:
    assert cli(line).out == f"comptoir {comptoir.__version__}\n"


@pytest.mark.parametrize("name", list(app.FEATURES | app.COMMANDS))
def test_help_is_data_when_asked_for_and_talk_when_it_is_a_refusal(name: str, cli: Cli) -> None:
    asked = cli(f"{name} --help")
    assert asked.code == 0
    assert asked.err == ""
    assert name in asked.out
    if name not in app.COMMANDS:
        refused = cli(name)
        assert refused.code == 2
        assert refused.out == ""
        assert refused.err.split() == asked.out.split()


def test_every_feature_is_named_in_the_help_of_the_program(cli: Cli) -> None:
    above = {name.split()[0] for name in app.FEATURES if " " in name}
    told = cli("--help").out + "".join(cli(f"{name} --help").out for name in above)
    assert all(name.split()[-1] in told for name in app.FEATURES | app.COMMANDS)
    assert "--at" not in told  # a rehearsal's option, hidden


def test_every_command_of_every_feature_has_a_page(cli: Cli) -> None:
    for name in app.FEATURES:
        for verb in app.feature(name).below(name).values():
            page = cli(f"{name} {verb.name} --help")
            assert page.code == 0
            for parameter in verb.parameters():
                assert all(option in page.out for option in parameter.names)


@pytest.mark.parametrize(
    ("wrong", "near"), [("buybac list", "buyback"), ("buyback lst", "list"), ("catalog serach", "search")]
)
def test_a_misspelt_command_is_told_with_the_nearest_one(wrong: str, near: str, cli: Cli) -> None:
    ran = cli(wrong)
    assert ran.code == 2
    assert f"`{near}`" in ran.err


def test_a_misspelt_option_is_told_with_the_nearest_one(cli: Cli) -> None:
    ran = cli("buyback list --staus cancelled")
    assert ran.code == 2
    assert "`--staus`" in ran.err
    assert "--status" in ran.err


def test_every_command_that_a_message_tells_to_type_exists() -> None:
    sources = [path.read_text("utf-8") for path in Path(comptoir.__file__).parent.rglob("*.py")]
    lines = {line for text in sources for line in re.findall(r"`comptoir ([a-z][^`]*)`", text)}
    assert len(lines) > 5
    for line in lines:
        words = line.split()
        verb, _rest = app._named(words)
        assert verb, line
        known = {name for parameter in verb.parameters() for name in parameter.names} | set(app.ANYWHERE)
        assert {word for word in words if word.startswith("-")} <= known | {"--help"}, line


# --- errors as JSON


@pytest.mark.parametrize("asked", ["--json", "--format json", "--format=json", "-f json", "-f jsonl", "--format=jsonl"])
@pytest.mark.parametrize(
    ("line", "code", "kind"),
    [
        ("buyback show 2000000000015", 3, "unknown_buyback"),
        ("buyback show 2000000000014", 2, "mistyped_number"),
        ("buyback validate --yes", 4, "empty_basket"),
        ("buyback list --since demain", 2, "bad_day"),
        ("buyback list --nothing", 2, "bad_usage"),
        ("catalog show NOPE0000", 3, "unknown_device"),
        ("nothing", 2, "unknown_command"),
    ],
)
def test_an_error_is_json_on_the_other_stream_where_json_is_asked_for(
    line: str, code: int, kind: str, asked: str, cli: Cli
) -> None:
    ran = cli(f"{line} {asked}")
    assert ran.code == code
    assert ran.out == ""
    assert ran.failure["exit_code"] == code
    (told,) = ran.failure["errors"]
    assert set(told) == {"error", "message", "hint"}
    assert told["error"] == kind
    assert told["message"]


@pytest.mark.parametrize("asked", ["", "--format csv", "-f tsv", "--excel", "-o x.json"])
def test_an_error_is_a_sentence_where_json_is_not_asked_for(asked: str, cli: Cli) -> None:
    ran = cli(f"buyback show 2000000000015 {asked}")
    assert ran.code == 3
    with pytest.raises(json.JSONDecodeError):
        _ = ran.failure


@pytest.mark.parametrize("error", [ValueError("x"), KeyboardInterrupt()], ids=repr)
def test_a_bug_and_an_interruption_are_json_too(
    error: BaseException, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_given: object) -> None:
        raise error

    monkeypatch.setattr(app, "_run", fails)
    ran = cli("buyback list --json")
    assert ran.failure["exit_code"] == ran.code


@pytest.mark.parametrize("line", ["buyback show 42 --operator --json", "buyback show -- --json"])
def test_json_is_asked_for_by_the_option_alone(line: str, cli: Cli) -> None:
    ran = cli(line)
    assert ran.code in {2, 3}
    with pytest.raises(json.JSONDecodeError):
        _ = ran.failure


# --- the language


@pytest.mark.parametrize(
    ("arguments", "environment", "language"),
    [
        ([], {}, "fr"),
        (["--lang", "en"], {}, "en"),
        ([], {"COMPTOIR_LANG": "en"}, "en"),
        (["--lang=fr"], {"LANG": "en_US"}, "fr"),
    ],
)
def test_the_entry_speaks_the_language_asked_for_before_it_loads_the_rest(
    arguments: list[str], environment: dict[str, str], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from comptoir.__main__ import main

    spoken: list[str] = []
    for name in ("LANG", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "argv", ["comptoir", *arguments])
    monkeypatch.setattr(i18n, "use", spoken.append)
    monkeypatch.setattr(app, "run", lambda _arguments: 7)
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 7
    assert spoken == [language]


def test_ctrl_c_before_anything_is_loaded_gives_130_too(monkeypatch: pytest.MonkeyPatch) -> None:
    from comptoir.__main__ import main

    def interrupted(*_given: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(sys, "argv", ["comptoir", "buyback", "list"])
    monkeypatch.setattr(i18n, "choose", interrupted)
    with pytest.raises((SystemExit, KeyboardInterrupt)) as left:
        main()
    assert isinstance(left.value, SystemExit)
    assert left.value.code == 130


# --- pipes, devices, signals: in processes of their own


def closed_pipe(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the program with a standard output that nobody reads any more."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        return subprocess.run(
            [*PROGRAM, *arguments], stdout=writer, stderr=subprocess.PIPE, text=True, timeout=60, check=False
        )
    finally:
        os.close(writer)


@pytest.mark.parametrize("line", ["config show", "config show --json", "config path", "buyback list --format csv"])
def test_a_reader_that_went_away_gives_141_and_not_a_word(line: str) -> None:
    ran = closed_pipe(*line.split())
    assert ran.stderr == ""
    assert ran.returncode == 141


@pytest.mark.parametrize("line", ["--help", "buyback list --help", "--version", "--lang fr -V"])
def test_a_reader_of_a_page_that_went_away_gives_141_too(line: str) -> None:
    ran = closed_pipe(*line.split())
    assert ran.stderr == ""
    assert ran.returncode == 141


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("line", ["config show", "config path", "--help"])
def test_an_output_that_takes_no_more_is_an_outside_failure(line: str) -> None:
    ran = in_shell(f"comptoir {line} >/dev/full")
    assert ran.returncode == 5
    assert len(ran.stderr.splitlines()) == 1
    told = json.loads(in_shell("comptoir config show --json >/dev/full").stderr)
    assert told["errors"][0]["error"] == "output_broken"


@pytest.mark.parametrize("closed", [">&-", "2>&-"])
def test_a_stream_closed_by_the_shell_is_not_a_crash(closed: str) -> None:
    ran = in_shell(f"comptoir config path {closed}")
    assert ran.returncode in {0, 5}
    assert "Traceback" not in ran.stderr


def test_a_standard_input_closed_by_the_shell_is_not_a_crash() -> None:
    ran = in_shell("comptoir config path <&-")
    assert ran.returncode == 0
    assert ran.stdout.endswith("no-such-file.toml\n")


def waits_for_input(number: int) -> bool:
    """Tell whether a process reads its standard input and waits; elsewhere than on Linux, after a second."""
    try:
        call = Path(f"/proc/{number}/syscall").read_text("ascii").split()
    except OSError:
        time.sleep(1)
        return True
    return call[0] in {"0", "63"} and call[1] == "0x0"  # read(2) of descriptor 0, on x86-64 and on ARM


def test_ctrl_c_gives_130_says_so_and_leaves_no_trace() -> None:
    running = subprocess.Popen(
        [*PROGRAM, "catalog", "import", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with running:
        assert running.stdin
        deadline = time.monotonic() + 30
        while not waits_for_input(running.pid) and running.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(0.1)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=30)
    assert running.returncode == 130
    assert out == ""
    assert len(err.splitlines()) == 1
    assert "Traceback" not in err


def test_what_is_interrupted_is_not_half_done(tmp_path: Path, cli: Cli) -> None:
    assert cli("catalog import -", input=b"").code == 4
    good = "article_code,category,brand,name,price_a,price_b,price_c\n" + "".join(
        f"AAAA{place:04},Tablette,B,N,1,1,1\n" for place in range(2000)
    )
    running = subprocess.Popen(
        [*PROGRAM, "catalog", "import", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    with running:
        assert running.stdin
        running.stdin.write(good.encode())
        running.stdin.flush()
        time.sleep(1)
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=30)
    assert running.returncode == 130
    assert cli("catalog search tablette --json").data == []
    assert cli("catalog search AAAA0001 --json").data == []
