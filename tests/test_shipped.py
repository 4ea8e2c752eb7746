"""What is shipped beside the program: man pages and completions, never out of step with the commands."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from comptoir.buyback.rules import BuybackStatus, PaperKind
from comptoir.catalog import categories
from comptoir.catalog.lines import COLUMNS
from comptoir.core.errors import ComptoirError
from comptoir.desk.settings import ENTRIES
from comptoir.handbook import commands, man, roff

CHECKOUT = Path(__file__).parents[1]
COMPLETIONS = CHECKOUT / "completions"
PROGRAM = commands.program()
PAGES = sorted((CHECKOUT / "man").glob("*.1"))
NUMBER = "2000000000015"
BIN = Path(sys.executable).parent


def needed(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed")
    return found


def ran(*command: str | Path, **environment: str) -> str:
    """Run a command as a person with nothing of their own in the environment; give what it prints."""
    clean = {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "LC_ALL": "C.UTF-8", **environment}
    done = subprocess.run(command, env=clean, capture_output=True, text=True, encoding="utf-8", timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def tells(page: str, text: str) -> bool:
    return roff.literal(text) in (CHECKOUT / "man" / f"{page}.1").read_text("utf-8")


def files(folder: Path) -> dict[str, bytes]:
    return {f"{path.parent.name}/{path.name}": path.read_bytes() for path in sorted(folder.glob("[mc]*/*"))}


def test_what_is_committed_is_what_the_commands_say(tmp_path: Path) -> None:
    home = tmp_path / "home"
    ran(
        sys.executable, "-m", "comptoir.handbook", tmp_path / "made",
        HOME=str(home), LC_ALL="de_DE.UTF-8", COMPTOIR_LANG="en", COMPTOIR_DATABASE="elsewhere.db",
        COMPTOIR_SHOP_NAME="Elsewhere", XDG_DATA_HOME=str(tmp_path / "data"),
    )  # fmt: skip
    made = files(tmp_path / "made")
    kept = files(CHECKOUT)
    assert made.keys() == kept.keys()
    different = [name for name in made if made[name] != kept[name]]
    assert not different, f"{different} changed: run `python -m comptoir.handbook` in the checkout"


def test_a_page_whose_feature_went_away_goes_too(tmp_path: Path) -> None:
    (tmp_path / "man").mkdir()
    (tmp_path / "man" / "comptoir-gone.1").touch()
    ran(sys.executable, "-m", "comptoir.handbook", tmp_path)
    assert not (tmp_path / "man" / "comptoir-gone.1").exists()


def test_every_page_has_its_feature() -> None:
    assert {path.stem for path in PAGES} == {command.page for command in PROGRAM.groups()}


@pytest.mark.parametrize("command", list(PROGRAM.leaves()), ids=lambda command: command.path)
def test_every_command_is_in_a_page_with_all_that_it_takes(command: commands.Command) -> None:
    starting = [each for each in PROGRAM.groups() if f"{command.path} ".startswith(f"{each.path} ")]
    page = max(starting, key=lambda each: len(each.path)).page
    assert tells(page, command.path)
    names = {name for parameter in command.parameters for name in parameter.names} - {"-h", "--help"}
    assert [name for name in names if not tells(page, name)] == []


def test_the_program_page_tells_settings_and_exit_codes() -> None:
    assert all(tells("comptoir", f"COMPTOIR_{entry.name.upper()}") for entry in ENTRIES)
    assert {kind.exit_code for kind in kinds(ComptoirError)} <= man.CODES.keys()


def kinds(failure: type[ComptoirError]) -> Iterator[type[ComptoirError]]:
    yield failure
    for below in failure.__subclasses__():
        yield from kinds(below)


@pytest.mark.skipif(sys.platform != "linux", reason="the page tells the paths of Linux")
def test_the_program_page_tells_where_things_stand(tmp_path: Path) -> None:
    shown = json.loads(ran(BIN / "comptoir", "config", "show", "--json", HOME=str(tmp_path)))
    (database,) = (row["value"] for row in shown if row["name"] == "database")
    assert database.replace(str(tmp_path), "~") == man.DEFAULTS["database"]
    settings = ran(BIN / "comptoir", "config", "path", HOME=str(tmp_path)).strip()
    assert tells("comptoir", settings.replace(str(tmp_path), "~"))


def test_the_notes_tell_every_column_status_and_document() -> None:
    assert all(f"`{column}`" in man.note("comptoir-catalog") for column in COLUMNS)
    assert all(f"\n`{word}`\n" in man.note("comptoir-buyback") for word in (*BuybackStatus, *PaperKind))


def examples(name: str) -> str:
    lines = man.note(name).splitlines()
    return "\n".join(line.removeprefix(roff.EXAMPLE) for line in lines if line.startswith(roff.EXAMPLE) or not line)


@pytest.mark.parametrize("name", [path.stem for path in PAGES])
def test_every_example_is_a_command_that_exists(name: str) -> None:
    text = examples(name).replace("\\\n", " ")
    typed = re.findall(r"\bcomptoir ((?:[^|)\n'\"]|'[^']*'|\"[^\"]*\")*)", text)
    assert typed
    for line in typed:
        words = shlex.split(line)
        command = max((c for c in PROGRAM.leaves() if starts(words, words_of(c))), key=lambda c: len(c.path))
        known = {name for each in (*command.parameters, *PROGRAM.parameters) for name in each.names}
        assert {word for word in words if re.match("--?[a-z]", word)} <= known, line


def words_of(command: commands.Command) -> list[str]:
    return command.path.split()[1:]


def starts(words: list[str], path: list[str]) -> bool:
    return words[: len(path)] == path


def test_the_categories_of_the_note_can_be_used(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(examples("comptoir-catalog").partition("comptoir ")[0], "utf-8")
    screen = categories.load(str(own))["Écran"]
    assert [question.key for question in screen.questions] == ["works", "screen", "stand"]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_pages_are_clean_roff(path: Path) -> None:
    assert ran(needed("mandoc"), "-T", "lint", "-W", "warning", path) == ""


@pytest.mark.parametrize(
    ("markup", "written"),
    [
        ("a `--b` c\\d", ".PP\na \\fB\\-\\-b\\fR c\\ed"),
        (".so it's", ".PP\n\\&.so it's"),
        ("dit : « oui » !", ".PP\ndit\\ : «\\ oui\\ »\\ !"),
        ("    it's ~/.x", ".PP\n.RS 4\n.nf\nit\\(aqs \\(ti/.x\n.fi\n.RE"),
        ("    .x\n    'y'", ".PP\n.RS 4\n.nf\n\\&.x\n\\(aqy\\(aq\n.fi\n.RE"),
        ("term\n: what it\n  is", ".TP\nterm\nwhat it is"),
        ("- a\n- b", ".IP \\(bu 2\na\n.IP \\(bu 2\nb"),
        ("{part}", "told"),
    ],
)
def test_notes_are_turned_into_roff(markup: str, written: str) -> None:
    assert roff.rendered(markup, {"part": "told"}) == [written]


def test_a_paragraph_that_opens_a_section_is_not_a_paragraph() -> None:
    assert roff.page(roff.rendered("# A\n\none\n\ntwo", {})) == ".SH A\none\n.PP\ntwo\n"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with one buyback, made from the shell."""
    database = tmp_path_factory.mktemp("shop") / "shop.db"
    who = shlex.split("--name X --siret 73282932000074 --email a@b.fr --phone 0600000000")
    where = shlex.split("--line 'rue A' --postcode 77090 --town Collégien")
    for arguments in (
        ["catalog", "import", str(CHECKOUT / "examples" / "catalogue.csv")],
        ["buyback", "add", "9KZCT73K", *(f"--answer={a}" for a in ("works=yes", "screen=very_good", "shell=fair"))],
        ["buyback", "validate", *who, *where, "--yes"],
    ):
        ran(BIN / "comptoir", *arguments, COMPTOIR_DATABASE=str(database), HOME=str(database.parent))
    return database


# What is typed before TAB, and the words offered for its last word.
OFFERED = [
    (
        "comptoir ",
        [
            "catalog",
            "buyback",
            "delivery",
            "scan",
            "returns",
            "repair",
            "qualirepar",
            "outbox",
            "reseller",
            "config",
            "doctor",
            "demo",
        ],
    ),
    ("comptoir buyback c", ["cancel"]),
    ("comptoir repair te", ["technician"]),
    ("comptoir repair parts t", ["trace"]),
    ("comptoir buyback list --so", ["--sort"]),
    ("comptoir buyback list --format ", ["table", "json", "jsonl", "csv", "tsv"]),
    ("comptoir buyback show ", [NUMBER]),
    ("comptoir buyback cancel --yes 20", [NUMBER]),
    ("comptoir nonsense ", []),
]


@pytest.mark.parametrize(("line", "words"), [*OFFERED, ("comptoir buyback list --format = t", ["table", "tsv"])])
def test_bash_offers_words(line: str, words: list[str], shop: Path) -> None:
    script = (
        f"source {shlex.quote(str(COMPLETIONS / 'comptoir.bash'))}; IFS=' '; read -ra COMP_WORDS <<< \"$1\"; "
        '[[ $1 == *" " ]] && COMP_WORDS+=(""); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _comptoir comptoir; '
        '(( ${#COMPREPLY[@]} == 0 )) || printf "%s\\n" "${COMPREPLY[@]}"'
    )
    assert ran(needed("bash"), "-c", script, "bash", line, COMPTOIR_DATABASE=str(shop)).split("\n")[:-1] == words


@pytest.mark.parametrize(
    ("line", "words"), [*OFFERED, ("comptoir buyback list --format=t", ["--format=table", "--format=tsv"])]
)
def test_fish_offers_words(line: str, words: list[str], shop: Path, tmp_path: Path) -> None:
    script = (
        f"cd {shlex.quote(str(tmp_path))}; source {shlex.quote(str(COMPLETIONS / 'comptoir.fish'))}; complete -C $argv"
    )
    home = str(tmp_path)
    offered = ran(needed("fish"), "-N", "-c", script, line, COMPTOIR_DATABASE=str(shop), HOME=home, COMPTOIR_LANG="fr")
    assert [word.partition("\t")[0] for word in offered.splitlines()] == words


# zsh completes inside its line editor alone: one more zsh holds the terminal, TAB is typed, ^X^P writes the line.
ZSH = r"""
zmodload zsh/zpty
zpty line zsh -f -i
zpty -w line 'told() { print -r -- "$BUFFER" > $TOLD; BUFFER=exit; zle accept-line; }; zle -N told'
zpty -w line 'bindkey "^X^P" told; fpath=($COMPLETIONS $fpath); autoload -Uz compinit; compinit -u -D; print re\ady'
zpty -r line output '*ready*'
zpty -w -n line "$1"$'\t\x18\x10'
while zpty -r line output; do :; done
"""


@pytest.mark.parametrize(
    ("line", "completed"),
    [
        ("comptoir rese", "comptoir reseller "),
        ("comptoir buyback list --so", "comptoir buyback list --sort "),
        ("comptoir buyback list --format ta", "comptoir buyback list --format table "),
        ("comptoir buyback list --format=ta", "comptoir buyback list --format=table "),
        ("comptoir buyback show ", f"comptoir buyback show {NUMBER} "),
        ("comptoir nonsense ", "comptoir nonsense "),
    ],
)
def test_zsh_completes_at_the_first_tab(line: str, completed: str, shop: Path, tmp_path: Path) -> None:
    told = tmp_path / "told"
    ran(
        needed("zsh"), "-f", "-c", ZSH, "zsh", line, TERM="xterm", HOME=str(tmp_path), TOLD=str(told),
        COMPLETIONS=str(COMPLETIONS), COMPTOIR_DATABASE=str(shop),
    )  # fmt: skip
    assert told.read_text("utf-8").strip() == completed.strip()


def test_a_number_is_offered_without_the_heavy_libraries(shop: Path) -> None:
    code = (
        "import sys\nfrom comptoir.__main__ import main\ntry:\n    main()\n"
        "finally:\n    print({'rich', 'sqlmodel', 'sqlalchemy', 'questionary', 'fpdf'} & {*sys.modules})"
    )
    asked = {
        "_COMPTOIR_COMPLETE": "complete_fish",
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        "_TYPER_COMPLETE_ARGS": "comptoir buyback show ",
    }
    assert ran(sys.executable, "-c", code, COMPTOIR_DATABASE=str(shop), **asked).split("\n") == [NUMBER, "set()", ""]
