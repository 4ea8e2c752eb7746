"""How the benchmarks measure: everything in one run, in turn, each figure beside its baseline."""

import csv
import os
import random
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median

import pytest

HEADER = (
    *("article_code", "category", "brand", "name", "disk", "ram", "cpu", "generation", "screen", "function", "colour"),
    *("paper", "age", "workshop", "price_a", "price_b", "price_c", "price_out_of_order"),
)
WORKSHOPS = {
    "PC portable": "Unité de reconditionnement Ordinateurs et Ecrans",
    "PC fixe": "Unité de reconditionnement Ordinateurs et Ecrans",
    "Smartphone": "Unité de reconditionnement Smartphones et Tablettes",
    "Tablette": "Unité de reconditionnement Smartphones et Tablettes",
    "Imprimantes": "Unité de reconditionnement Imprimantes",
}
CODE_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def child_environment(database: Path) -> dict[str, str]:
    """Give the environment of a measured process: compiled modules are used and kept, as on a real machine."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "COMPTOIR_"))}
    return kept | {"COMPTOIR_DATABASE": str(database), "COMPTOIR_LANG": "fr"}


def cold(
    commands: Mapping[str, Callable[[int], tuple[Sequence[str], Mapping[str, str]]]], rounds: int
) -> dict[str, float]:
    """Start each command once a round, in turn; give the least wall time of each, in seconds.

    The least of many rounds is what the command costs when nothing else runs.
    """
    least = dict.fromkeys(commands, float("inf"))
    for turn in range(-2, rounds):
        for name, made in commands.items():
            arguments, environment = made(turn)
            start = time.perf_counter()
            quiet = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_WRONLY, 0) for stream in (1, 2)]
            _pid, status = os.waitpid(os.posix_spawn(arguments[0], arguments, environment, file_actions=quiet), 0)
            taken = time.perf_counter() - start
            assert status == 0, (name, arguments, status)
            if turn >= 0:
                least[name] = min(least[name], taken)
    return least


def p50(function: Callable[[], object], times: int) -> float:
    """Give the median time of a call, in seconds."""
    return median(_timed(function) for _turn in range(times))


def _timed(function: Callable[[], object]) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


@pytest.fixture
def report(request, capsys):
    """Print a figure beside its bound, whatever the capture."""

    def tell(what: str, figure: float, bound: float) -> None:
        with capsys.disabled():
            sys.stdout.write(f"\n    {what}: {figure:.2f} (at most {bound:g})")

    return tell


@pytest.fixture(scope="session")
def big_catalogue(tmp_path_factory) -> Path:
    """Write a catalogue of 200,000 plausible devices."""
    chance = random.Random(20)
    families = (
        "ThinkPad",
        "Latitude",
        "EliteBook",
        "Galaxy",
        "iPhone",
        "ThinkCentre",
        "OptiPlex",
        "LaserJet",
        "Vostro",
    )
    names = [
        f"{family} {letter}{chance.randint(1, 99)}" for family in families for letter in "TXLPSEG" for _ in range(7)
    ]
    brands = ("LENOVO", "DELL", "HP", "APPLE", "SAMSUNG", "BROTHER", "XEROX", "TOSHIBA", "CANON", "ASUS", "ACER")
    disks, rams = (
        ("DD 1To SSD et +", "DD 512Go SSD", "DD 256Go SSD", "128Go"),
        ("Ram 16Go DDR4 et +", "Ram 8Go", "Ram 32Go"),
    )
    tops = ("PC portable", "PC fixe", "Smartphone", "Tablette", "Imprimantes")
    path = tmp_path_factory.mktemp("catalogue") / "big.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for number in range(200_000):
            low = "".join(CODE_SIGNS[(number >> (5 * place)) & 31] for place in range(4))
            disk = chance.choice(disks)
            price = chance.randint(20, 900)
            cells = (chance.choice(tops) + " > " + disk, chance.choice(brands), chance.choice(names), disk)
            more = (chance.choice(rams), chance.choice(("CPU i7", "CPU i5")), "10 et + génération CPU", 'Ecran 15/17"')
            prices = (f"{price}.00", f"{price * 3 // 4}.00", f"{price // 3}.00", "0.00")
            code = "".join(chance.choices(CODE_SIGNS, k=4)) + low
            # The workshop is written out, as the program stores it: both sides keep the same rows.
            workshop = WORKSHOPS[cells[0].partition(" > ")[0]]
            writer.writerow([code, *cells, *more, "", "", "", "", workshop, *prices])
    return path
