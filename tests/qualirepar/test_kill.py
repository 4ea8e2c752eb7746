"""A claim cut at any moment by a kill, a Ctrl-C: it goes on from there, and nothing is filed twice."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest

from .conftest import ECOLOGIC, ORGANISMS

KILLS = 12  # of each organism


def _started(shop, case):
    line = [sys.executable, "-m", "comptoir", "qualirepar", "claim", case, "--yes"]
    environment = {**os.environ, "COMPTOIR_AT": shop.now.isoformat()}
    return subprocess.Popen(line, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _asked(shop):
    """Count the requests that the sandbox had."""
    return sum(count for step, count in shop.state["requests"].items() if step != "admin")


def _underway(shop, before, process):
    """Wait for the command to ask something."""
    until = time.monotonic() + 20
    while _asked(shop) <= before:
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.005)


@pytest.mark.parametrize("organism", ORGANISMS)
def test_killed_at_any_moment_it_goes_on_from_there(counter, paid, organism):
    shop = counter(delay=0.06)
    chance = random.Random(organism)
    kills = 0
    for case in paid.cases[organism]:
        for _time in range(3):
            before = _asked(shop)
            process = _started(shop, case)
            _underway(shop, before, process)
            time.sleep(chance.uniform(0, 0.2))
            process.kill()
            kills += process.wait() == -signal.SIGKILL
            shop.later(minutes=5)
            if shop.here(case)["status"] == "confirmed":
                break
        assert shop.settled(case)["status"] == "confirmed"
        shop.whole(case)
    assert kills >= KILLS
    shop.qualirepar("status")
    assert [len(shop.there(case)) for case in paid.cases[organism]] == [1] * len(paid.cases[organism])


@pytest.mark.parametrize("organism", ORGANISMS)
def test_ctrl_c_lets_the_claim_go_at_once(counter, paid, organism):
    shop = counter(delay=0.15)
    case = paid.cases[organism][0]
    for _time in range(3):
        before = _asked(shop)
        process = _started(shop, case)
        _underway(shop, before, process)
        time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 130
        claim = shop.here(case)
        assert (claim["lease"], claim["leased_until"]) == ("", None)
    # What is in doubt is looked up at once; only a creation that is not found waits for the organism to settle.
    shop.qualirepar(f"claim {case} --yes")
    claim = shop.here(case)
    assert claim["status"] == "confirmed" or claim["pending"] == "create"
    assert shop.settled(case)["status"] == "confirmed"
    shop.whole(case)


def test_a_killed_claim_is_left_alone_until_its_lease_ends(counter, paid):
    shop = counter(delay=0.15)
    case = paid.cases[ECOLOGIC][0]
    process = _started(shop, case)
    _underway(shop, 0, process)
    process.kill()
    process.wait()
    code, _out, err = shop.qualirepar(f"claim {case} --yes --json")
    assert (code, '"held"' in _out) == (5, True), err
    for verb in (f"cancel {case} --yes", f"found {case} --nothing"):
        code, _out, err = shop.qualirepar(verb)
        assert code == 4, err
        assert "jusqu'à" in err
    shop.later(minutes=4)
    assert shop.settled(case)["status"] == "confirmed"
    shop.whole(case)
