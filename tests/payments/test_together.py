"""Two who bring the same statement in at once, one who is cut off in the middle, and a year of lines."""

import os
import signal
import subprocess
import sys

import pytest

from .conftest import claim, column, dump, sheet, sound

RUN = """
import sys
from comptoir.__main__ import main
import comptoir.payments.services, comptoir.payments.sheets
print("ready", flush=True)
sys.stdin.readline()
main()
"""
# Killed once everything is written and before it is confirmed.
KILLED = """
import os, signal
from comptoir.payments import services
settle = services.settle

def cut(session, by):
    done = settle(session, by)
    session.flush()
    assert done.rows
    os.kill(os.getpid(), signal.SIGKILL)

services.settle = cut
from comptoir.__main__ import main
main()
"""
MANY = 10_000
SECONDS = 60  # far more than it takes: what would go wrong takes minutes


def lines(count: int) -> list[tuple[str, str, str]]:
    return [
        (f"{at % 28 + 1:02}/10/2026", f"VIR ECOSYSTEM REGLT {4500000000 + at}", "25,00") for at in range(1, count + 1)
    ]


def test_two_who_bring_the_same_statement_in_at_once_bring_it_once(claimed, shop, tmp_path) -> None:
    numbers = [claimed(25) for _each in range(20)]
    file = tmp_path / "releve.csv"
    file.write_bytes(sheet(*lines(40)))
    line = [sys.executable, "-c", RUN, "qualirepar", "payments", "import", str(file), "--format", "tsv"]
    children = [
        subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for _each in range(3)
    ]
    try:
        assert [child.stdout.readline() for child in children] == ["ready\n"] * 3
        for child in children:
            child.stdin.write("go\n")
            child.stdin.flush()
        said = [child.communicate(timeout=60)[0].splitlines()[1].split("\t") for child in children]
    finally:
        for child in children:
            child.kill()
            child.communicate()
    assert sorted((added, known) for _kind, _lines, added, known, *_more in said) == [("0", "40")] * 2 + [("40", "0")]
    assert len(column(shop, "id", table="payment")) == 40
    assert len(column(shop, "claim_id", table="payment_share")) == 20
    assert {claim(shop, number) for number in numbers} == {("paid", 2500)}
    sound(shop)


def test_an_import_that_is_killed_leaves_nothing_and_goes_in_again(done, claimed, shop, tmp_path) -> None:
    number = claimed(25)
    file = tmp_path / "releve.csv"
    file.write_bytes(sheet(*lines(500)))
    before = dump(shop)
    words = ["qualirepar", "payments", "import", str(file)]
    killed = subprocess.run([sys.executable, "-c", KILLED, *words], env=os.environ, check=False, capture_output=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert dump(shop) == before
    assert done(["import", str(file), "--json"])[0]["added"] == 500
    assert claim(shop, number) == ("paid", 2500)
    sound(shop)


@pytest.mark.timeout(SECONDS)
def test_ten_thousand_lines_come_in_in_seconds(done, claimed, shop, tmp_path) -> None:
    for _each in range(100):
        claimed(25, days=60)
    file = tmp_path / "releve.csv"
    others = [("20/10/2026", f"CB COMMERCE {at}", "-12,00") for at in range(MANY // 2)]
    file.write_bytes(sheet(*lines(MANY // 2), *others))
    (tally,) = done(["import", str(file), "--json"])
    assert (tally["lines"], tally["added"], tally["matched"]) == (MANY, MANY // 2, 100)
    assert done("sync --json") == []
    sound(shop)
