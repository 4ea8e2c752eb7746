"""Cold starts, against `pass`: the same environment's interpreter running `-c pass`."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from comptoir.organisms.statuses import Organism

from .conftest import child_environment, cold
from .test_organisms import fetch

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(300)]
ROUNDS = 18
BIN = Path(sys.executable).parent
GOOD = ("-a", "works=yes", "-a", "screen=very_good", "-a", "shell=very_good")
ELIGIBLE = ("qualirepar", "eligible", "--brand", "zarque 77", "--product", "lave-linge", "--amount", "120")
EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """Make a base with a catalogue and three buybacks; give its path and a number."""
    database = tmp_path_factory.mktemp("shop") / "shop.db"

    def comptoir(*arguments: str) -> str:
        environment = child_environment(database)
        done = subprocess.run(
            [BIN / "comptoir", *arguments], env=environment, check=True, capture_output=True, text=True
        )
        return done.stdout

    comptoir("catalog", "import", str(EXAMPLES / "catalogue.csv"))
    for _device in range(3):
        comptoir("buyback", "add", "9KZCT73K", *GOOD)
    seller = ("--name", "Micro", "--siret", "00011122900001", "--email", "a@b.fr", "--phone", "0600000000")
    place = ("--line", "1 rue A", "--postcode", "77090", "--town", "Collégien")
    numbers = comptoir("buyback", "validate", *seller, *place, "--yes", "--format", "tsv")
    for organism in Organism:
        fetch(database, organism)
    return database, numbers.split("\n")[1].split("\t")[0]


@pytest.fixture(scope="module")
def starts(shop):
    """Measure every start in one run."""
    database, number = shop
    plain = child_environment(database)
    asked = plain | {"_COMPTOIR_COMPLETE": "complete_bash", "COMP_WORDS": "comptoir buyback show 2", "COMP_CWORD": "3"}
    comptoir = str(BIN / "comptoir")

    def run(*words: str, environment=plain):
        return lambda _turn: ([*words], environment)

    def add(turn: int):
        # A basket holds ten devices: each turn has its own operator.
        return [comptoir, "buyback", "add", "9KZCT73K", *GOOD, "--operator", f"op{turn}"], plain

    commands = {
        "pass": run(sys.executable, "-c", "pass"),
        "--version": run(comptoir, "--version"),
        "--help": run(comptoir, "--help"),
        "buyback --help": run(comptoir, "buyback", "--help"),
        "catalog --help": run(comptoir, "catalog", "--help"),
        "catalog show": run(comptoir, "catalog", "show", "9KZCT73K"),
        "buyback show": run(comptoir, "buyback", "show", number),
        "buyback list": run(comptoir, "buyback", "list"),
        "returns --help": run(comptoir, "returns", "--help"),
        "returns basket": run(comptoir, "returns", "basket"),
        "returns list": run(comptoir, "returns", "list"),
        "repair list": run(comptoir, "repair", "list"),
        "qualirepar eligible": run(comptoir, *ELIGIBLE),
        "completing a number": run(comptoir, environment=asked),
        "buyback add": add,
        "import sqlmodel": run(sys.executable, "-c", "import sqlmodel"),
    }
    if shutil.which("sqlite-utils", path=str(BIN)):
        row = "SELECT * FROM buyback LIMIT 1"
        commands["sqlite-utils query"] = run(str(BIN / "sqlite-utils"), "query", str(database), row)
    return cold(commands, ROUNDS)


@pytest.mark.parametrize(
    ("command", "most"),
    [
        ("--version", 2),
        ("--help", 7),
        ("buyback --help", 7),
        ("catalog --help", 7),
        ("catalog show", 7),
        ("buyback show", 7),
        ("buyback list", 7),
        ("returns --help", 7),
        ("returns basket", 7),
        ("returns list", 7),
        ("repair list", 7),
        ("qualirepar eligible", 7),
        ("completing a number", 7),
    ],
)
def test_a_cold_start_is_at_most_so_many_bare_pythons(starts, report, command, most):
    ratio = starts[command] / starts["pass"]
    report(f"{command} / pass", ratio, most)
    assert ratio <= most


@pytest.mark.parametrize("command", ["catalog show", "buyback show", "buyback list", "completing a number"])
def test_a_look_up_takes_at_most_half_of_sqlite_utils(starts, report, command):
    if "sqlite-utils query" not in starts:
        pytest.skip("sqlite-utils is not installed beside this interpreter")
    ratio = starts[command] / starts["sqlite-utils query"]
    report(f"{command} / sqlite-utils query", ratio, 0.5)
    assert ratio <= 0.5


def test_quoting_a_device_takes_at_most_1_4_imports_of_sqlmodel(starts, report):
    ratio = starts["buyback add"] / starts["import sqlmodel"]
    report("buyback add / import sqlmodel", ratio, 1.4)
    assert ratio <= 1.4


def instructions(words: list[str], environment: dict[str, str], folder: Path) -> int:
    """Count the instructions of a process with callgrind."""
    out = folder / "callgrind.out"
    valgrind = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", *words]
    subprocess.run(valgrind, env={**environment, "PYTHONHASHSEED": "0"}, check=True, capture_output=True)
    totals = [line for line in out.read_text().splitlines() if line.startswith(("totals:", "summary:"))]
    return int(totals[0].split()[1])


def test_a_look_up_is_counted_in_instructions_too(shop, report, tmp_path):
    if shutil.which("valgrind") is None:
        pytest.skip("valgrind is not installed")
    database, number = shop
    environment = child_environment(database) | {"PATH": os.environ["PATH"]}
    bare = instructions([sys.executable, "-c", "pass"], environment, tmp_path)
    look_up = instructions([sys.executable, str(BIN / "comptoir"), "buyback", "show", number], environment, tmp_path)
    eligible = instructions([sys.executable, str(BIN / "comptoir"), *ELIGIBLE], environment, tmp_path)
    help_page = instructions([sys.executable, str(BIN / "comptoir"), "--help"], environment, tmp_path)
    report("buyback show / pass, instructions", look_up / bare, 7)
    report("qualirepar eligible / pass, instructions", eligible / bare, 9)
    report("--help / pass, instructions", help_page / bare, 8)
    assert look_up / bare <= 7
    assert eligible / bare <= 9
    assert help_page / bare <= 8
