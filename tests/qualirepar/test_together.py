"""Several commands at once on one base, and two machines with the same: each claim is filed once."""

import os
import subprocess
import sys

import pytest

from .conftest import ECOSYSTEM, ORGANISMS, copied, run

LINE = [sys.executable, "-m", "comptoir", "qualirepar", "claim", "--all", "--yes"]


def test_four_commands_on_one_base_file_each_claim_once(counter, paid):
    shop = counter(delay=0.01)
    started = [
        subprocess.Popen(LINE, env=dict(os.environ), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _each in range(4)
    ]
    told = [process.communicate(timeout=100) for process in started]
    assert {process.returncode for process in started} <= {0, 5}, told
    shop.later(minutes=5)
    code, _out, err = shop.qualirepar("claim --all --yes")
    assert code == 0, err
    for organism in ORGANISMS:
        for case in paid.cases[organism]:
            shop.whole(case)
    assert shop.rows("SELECT count(*) AS found FROM claim")[0]["found"] == 12
    assert len(shop.state["claims"]) == 12  # nor was any draft given up


@pytest.mark.parametrize("organism", ORGANISMS)
def test_two_machines_with_the_same_base_get_one_claim(shop, paid, tmp_path, organism):
    case = paid.cases[organism][0]
    other = tmp_path / "other"
    copied(paid, other)
    assert shop.settled(case)["status"] == "confirmed"
    code, out, err = run(f"qualirepar claim {case} --yes --json", COMPTOIR_DATABASE=str(other / "shop.db"))
    assert code in {0, 4}, err
    assert '"error"' in out
    live = [each for each in shop.there(case) if each["submitted"]]
    assert [each["id"] for each in live] == [shop.here(case)["remote"]]
    if organism == ECOSYSTEM:  # the draft of the other machine is swept away
        shop.qualirepar("status")
    shop.whole(case)


@pytest.mark.parametrize("organism", ORGANISMS)
def test_two_machines_at_once_get_one_claim(counter, paid, tmp_path, organism):
    shop = counter(delay=0.02)
    other = tmp_path / "other"
    copied(paid, other)
    line = [*LINE, "--organism", organism]
    bases = (tmp_path / "shop.db", other / "shop.db")
    started = [
        subprocess.Popen(line, env={**os.environ, "COMPTOIR_DATABASE": str(base)}, stdout=-3, stderr=subprocess.PIPE)
        for base in bases
    ]
    told = [process.communicate(timeout=100) for process in started]
    assert {process.returncode for process in started} <= {0, 4, 5}, told
    for case in paid.cases[organism]:
        assert len([each for each in shop.there(case) if each["submitted"]]) == 1
