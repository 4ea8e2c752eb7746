"""Every misbehaviour at every step of a claim: run again as cron would, it ends as one claim, whole, on both sides."""

import pytest

from comptoir.sandbox.faults import KINDS

from .conftest import ECOLOGIC, ECOSYSTEM

# The details that keep a fault as short as a request may be here.
FAULTS = {"drip": "drip@0.2", "gzip": "gzip@2", "huge": "huge@2", "slow": "slow@0.05"}
# A step, what leads to it, how many requests of it go through before the fault.
STEPS = {
    ECOLOGIC: [
        ("calculateecosupport", "", 0),
        ("createclaim", "", 0),
        ("attachfile", "", 0),
        ("attachfile", "", 1),
        ("attachfile", "", 3),
        ("submitclaim", "", 0),
        ("getclaimstatus", "attachfile=lost", 0),
        ("getclaimstatus", "submitclaim=lost", 0),
        ("getwarrantyclaims", "createclaim=lost", 0),
        ("getwarrantyclaims", "createclaim=deaf", 0),
    ],
    ECOSYSTEM: [
        ("login", "", 0),
        ("new_claim", "", 0),
        ("upload-file", "", 0),
        ("upload-file", "", 3),
        ("put", "", 0),
        ("put", "", 3),
        ("confirm-claim", "", 0),
        ("list", "new_claim=lost", 0),
        ("list", "new_claim=deaf", 0),
        ("detail", "confirm-claim=lost", 0),
        ("delete", "upload-file=lost", 0),
    ],
}
WAITED_FOR = {"hang", "deaf", "drip", "half", "slow", "gzip", "huge", "500"}  # once each: they take their time
CELLS = [
    pytest.param(organism, step, lead, skip, kind, id=f"{step}{f'+{skip}' if skip else ''}-{lead or 'alone'}-{kind}")
    for organism, steps in STEPS.items()
    for step, lead, skip in steps
    for kind in KINDS
]
LASTING = [cell for cell in CELLS if cell.values[-1] not in WAITED_FOR]


def _asked(step: str, lead: str, skip: int, kind: str, times: str) -> list[str]:
    return list(filter(None, [lead, f"{step}={FAULTS.get(kind, kind)}:{times}:{skip}"]))


@pytest.mark.parametrize(("organism", "step", "lead", "skip", "kind"), CELLS)
def test_a_fault_is_got_over_by_claiming_again(shop, paid, organism, step, lead, skip, kind):
    case = paid.cases[organism][0]
    shop.fault(*_asked(step, lead, skip, kind, "1"))
    claim = shop.settled(case)
    assert step in shop.state["requests"]
    if claim["status"] != "confirmed":
        assert kind == "refuse"
        assert claim["error"]
        assert shop.settled(case)["status"] == "confirmed"
    shop.qualirepar("status")
    shop.whole(case)


@pytest.mark.parametrize(("organism", "step", "lead", "skip", "kind"), LASTING)
def test_a_fault_that_lasts_is_told_and_got_over_once_it_ends(shop, paid, organism, step, lead, skip, kind):
    case = paid.cases[organism][0]
    shop.fault(*_asked(step, lead, skip, kind, "*"))
    claim = shop.settled(case, runs=2)
    if claim["status"] != "confirmed":  # what was done without an answer may be found done
        assert claim["error"]
        code, _out, err = shop.qualirepar(f"claim {case} --yes")
        # What only the organism can mend is tried again later, what a person can is told as a refusal.
        assert code == (4 if kind == "refuse" and step not in {"login", "put"} else 5), err
    shop.behave()
    shop.later(minutes=5)
    assert shop.settled(case)["status"] == "confirmed"
    shop.qualirepar("status")
    shop.whole(case)
