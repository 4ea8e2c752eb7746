"""Answers without an end: refused before they fill the memory of this machine."""

import json
import os
import subprocess
import sys

import pytest

from .conftest import ECOLOGIC, ECOSYSTEM, done

MOST = 30_000  # kilobytes that a process may grow by
# Runs command lines, and tells the most memory that was held before and after them.
MEASURED = """
import resource, sys
from comptoir.app import run

def most():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

lines = [line.split() for line in sys.argv[1:]]
codes = [run(lines[0])]
before = most()
codes += [run(line) for line in lines[1:]]
print("measured", [before, most(), codes], file=sys.stderr)
"""


@pytest.mark.parametrize("kind", ["huge", "gzip"])
@pytest.mark.parametrize(
    ("organism", "step", "lead"),
    [
        (ECOLOGIC, "createclaim", ""),
        (ECOLOGIC, "getwarrantyclaims", "createclaim=lost"),
        (ECOSYSTEM, "login", ""),
        (ECOSYSTEM, "put", ""),
        (ECOSYSTEM, "list", "new_claim=lost"),
    ],
)
def test_an_answer_of_two_hundred_megabytes_is_not_held(counter, paid, organism, step, lead, kind):
    shop = counter()
    first, second = paid.cases[organism][:2]
    shop.fault(*filter(None, [f"{lead}:1:1" if lead else "", f"{step}={kind}@200:*:{0 if lead else 1}"]))
    lines = [f"qualirepar claim {case} --yes" for case in (first, second)]
    line = [sys.executable, "-c", MEASURED, *lines]
    ran = subprocess.run(line, env=dict(os.environ), capture_output=True, text=True, check=False)
    before, after, codes = json.loads(ran.stderr.rpartition("measured ")[2])
    assert codes[0] in {0, 5}, ran.stderr
    assert after - before < MOST
    assert step in shop.state["requests"]
    shop.behave()
    shop.later(minutes=5)
    assert shop.settled(second)["status"] == "confirmed"
    done("qualirepar list")
    shop.whole(second)
