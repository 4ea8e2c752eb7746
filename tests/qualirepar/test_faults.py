"""Every misbehaviour at every step of a claim: run again as cron would, it ends as one claim, whole, on both sides."""

from typing import NamedTuple

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
LINGERING = {"hang", "deaf", "drip", "half", "slow", "gzip", "huge", "500"}  # a lasting one would take its time


class Cell(NamedTuple):
    """A fault of a step of a claim."""

    organism: str
    step: str
    lead: str
    skip: int
    kind: str

    @property
    def name(self) -> str:
        """Name the cell among tests."""
        return "-".join((self.step, self.lead or "alone", str(self.skip), self.kind))

    def faults(self, times: str) -> list[str]:
        """Give the faults to ask for."""
        fault = f"{self.step}={FAULTS.get(self.kind, self.kind)}:{times}:{self.skip}"
        return [self.lead, fault] if self.lead else [fault]


CELLS = [Cell(organism, *step, kind) for organism, steps in STEPS.items() for step in steps for kind in KINDS]
LASTING = [cell for cell in CELLS if cell.kind not in LINGERING]


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.name)
def test_a_fault_is_got_over_by_claiming_again(shop, paid, cell):
    case = paid.cases[cell.organism][0]
    shop.fault(*cell.faults("1"))
    claim = shop.settled(case)
    assert cell.step in shop.state["requests"]
    if claim["status"] != "confirmed":
        assert cell.kind == "refuse"
        assert claim["error"]
        assert shop.settled(case)["status"] == "confirmed"
    shop.qualirepar("status")
    shop.whole(case)


@pytest.mark.parametrize("cell", LASTING, ids=lambda cell: cell.name)
def test_a_fault_that_lasts_is_told_and_got_over_once_it_ends(shop, paid, cell):
    case = paid.cases[cell.organism][0]
    shop.fault(*cell.faults("*"))
    claim = shop.settled(case, runs=2)
    if claim["status"] != "confirmed":  # what was done without an answer may be found done
        assert claim["error"]
        code, _out, err = shop.qualirepar(f"claim {case} --yes")
        # What only the organism can mend is tried again later, what a person can is told as a refusal.
        assert code == (4 if cell.kind == "refuse" and cell.step not in {"login", "put"} else 5), err
    shop.behave()
    shop.later(minutes=5)
    assert shop.settled(case)["status"] == "confirmed"
    shop.qualirepar("status")
    shop.whole(case)
