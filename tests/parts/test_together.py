"""Four counters that use the last parts at once."""

import subprocess
import sys
from pathlib import Path

from comptoir.parts import queries
from comptoir.store.read import reading

COUNTER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from comptoir.parts import services
from comptoir.core.acting import By
from comptoir.parts.rules import NotEnoughParts
from comptoir.store.engine import transaction
path, case = Path(sys.argv[1]), sys.argv[2]
by = By(case, datetime(2026, 3, 10, 9, tzinfo=UTC))
print("ready", flush=True)
sys.stdin.readline()
taken = 0
for turn in range(3):
    try:
        with transaction(path) as session:
            taken += sum(used.quantity for used in services.use(session, case, "PV-100", None, 1, by))
    except NotEnoughParts:
        pass
print(taken, flush=True)
"""
CASES = [f"0000000{place}" for place in range(4)]


def test_four_processes_that_use_the_last_parts_at_once_use_exactly_what_was_bought(stocked: Path) -> None:
    children = [
        subprocess.Popen(
            [sys.executable, "-c", COUNTER, str(stocked), case],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for case in CASES
    ]
    try:
        assert [child.stdout.readline() for child in children] == ["ready\n"] * 4
        for child in children:
            child.stdin.write("go\n")
            child.stdin.flush()
        taken = [int(child.communicate(timeout=30)[0]) for child in children]
    finally:
        for child in children:
            child.kill()
            child.communicate()
    assert sum(taken) == 5  # of the twelve that were asked
    with reading(stocked) as reader:
        assert set(queries.left_by_origin(reader, "PV100").values()) == {0}
        held = [sum(row.quantity for row in queries.used_in(reader, case)) for case in CASES]
    assert held == taken
