"""One claim lived in any order, by a hand, a clock and an organism that all go wrong, against what may never be."""

from functools import cache

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from comptoir.organisms.statuses import Organism
from comptoir.qualirepar.statuses import FLOWS, OVER, UNSENT, ClaimStatus

from .conftest import ECOLOGIC, ECOSYSTEM, ORGANISMS, done, png

CODES = {ECOLOGIC: ("CAS", "EHS"), ECOSYSTEM: ("01", "02")}
FAULTY = {
    ECOLOGIC: ("calculateecosupport", "createclaim", "attachfile", "submitclaim", "getclaimstatus", "updateclaim",
               "getwarrantyclaims"),
    ECOSYSTEM: ("login", "new_claim", "upload-file", "put", "confirm-claim", "list", "detail", "delete"),
}  # fmt: skip
KINDS = ("refuse", "reset", "lost", "half", "503", "500", "html", "expire")


@cache
def reachable(organism: str, status: ClaimStatus) -> frozenset[ClaimStatus]:
    """List where a claim may come, in any number of moves."""
    found, left = {status}, [status]
    while left:
        here = left.pop()
        new = {each for each in ClaimStatus if FLOWS[Organism(organism)].allows(here, each)} - found
        found |= new
        left += new
    return frozenset(found)


class Lived(RuleBasedStateMachine):
    """A claim of one organism; `opened` gives a shop of its own before a sandbox of its own."""

    organism: str
    opened: staticmethod
    case: str

    def __init__(self) -> None:
        super().__init__()
        self.shop = type(self).opened()
        self.known: dict[int, dict[str, object]] = {}
        self.pictures = 0

    @rule()
    def claim(self) -> None:
        self.shop.qualirepar(f"claim {self.case} --yes")

    @rule()
    def every(self) -> None:
        self.shop.qualirepar("claim --all --yes --organism ecologic" if self.organism == ECOLOGIC else "status")

    @rule()
    def status(self) -> None:
        self.shop.qualirepar(f"status {self.case}")

    @rule(on_portal=st.booleans())
    def cancel(self, on_portal: bool) -> None:
        if on_portal:  # a person says so once it is so
            for each in self.shop.there(self.case):
                if self.shop.admin("POST", "/outcome", {"claim": each["id"], "outcome": "cancelled"})[0] != 200:
                    return
        self.shop.qualirepar(f"cancel {self.case} --yes{' --on-portal' if on_portal else ''}")

    @rule(which=st.integers(0, 1))
    def code(self, which: int) -> None:
        done(f"repair set {self.case} --repair-code {CODES[self.organism][which]}")

    @rule(kind=st.sampled_from(["declaration", "picture"]))
    def attach(self, kind: str) -> None:
        self.pictures += 1
        file = self.shop.folder / f"{self.pictures}.png"
        file.write_bytes(png(100 + self.pictures))
        done(f"repair attach {self.case} {file} --kind {kind}")

    @rule(data=st.data(), kind=st.sampled_from(KINDS), times=st.sampled_from([1, 2, 4]), skip=st.integers(0, 2))
    def fault(self, data: st.DataObject, kind: str, times: int, skip: int) -> None:
        step = data.draw(st.sampled_from(FAULTY[self.organism]))
        self.shop.fault(f"{step}={kind}:{times}:{skip}")

    @rule()
    def behave(self) -> None:
        self.shop.behave()

    @rule(minutes=st.sampled_from([1, 5, 60, -30]))
    def wait(self, minutes: int) -> None:
        self.shop.later(minutes=minutes)

    @rule(outcome=st.sampled_from(["refused", "approved", "paid"]))
    def decide(self, outcome: str) -> None:
        for each in self.shop.there(self.case):
            self.shop.admin("POST", "/outcome", {"claim": each["id"], "outcome": outcome, "reason": "07"})

    @invariant()
    def one_claim_here_and_there(self) -> None:
        claims = self.shop.rows("SELECT * FROM claim WHERE case_number = ?", self.case)
        assert sum(each["status"] not in OVER for each in claims) <= 1
        assert len({each["reference"] for each in claims}) == len(claims)
        assert sum(each["submitted"] for each in self.shop.there(self.case)) <= 1
        assert all(each["lease"] == "" for each in claims)
        assert self.shop.state["in_flight_max"] <= 1
        self.shop.told_nothing()

    @invariant()
    def nothing_is_lost(self) -> None:
        for each in self.shop.rows("SELECT * FROM claim WHERE case_number = ?", self.case):
            before = self.known.get(each["id"], each)
            status = ClaimStatus(each["status"])
            assert status in reachable(self.organism, ClaimStatus(before["status"])), (before, each)
            assert (each["bonus"], each["total"], each["reference"]) == tuple(
                before[name] for name in ("bonus", "total", "reference"))  # fmt: skip
            if before["status"] not in UNSENT:  # what was submitted keeps its numbers
                assert each["remote"] == before["remote"] != ""
                assert each["service_order"] == before["service_order"]
                assert each["confirmed_at"] is not None or each["status"] == "cancelled"
            assert (each["pending"] == "") or status in UNSENT
            self.known[each["id"]] = each

    def teardown(self) -> None:
        """Have everything behave: it ends as one claim, the same on both sides."""
        self.shop.behave()
        self.shop.later(hours=1)
        rows = self.shop.rows("SELECT status FROM claim WHERE case_number = ? ORDER BY id DESC", self.case)
        if not rows or rows[0]["status"] in {*OVER, *UNSENT}:
            assert self.shop.settled(self.case)["status"] in {"confirmed", "approved", "reimbursed", "refused"}
        self.shop.qualirepar(f"status {self.case}")
        here = self.shop.here(self.case)
        live = [each for each in self.shop.there(self.case) if each["submitted"]]
        if here["status"] in OVER:
            assert live == []
        else:
            assert [each["id"] for each in live] == [here["remote"]]


@pytest.mark.parametrize("organism", ORGANISMS)
def test_a_claim_lived_in_any_order_is_one_claim(counter, paid, organism):
    machine = type(
        "One", (Lived,), {"organism": organism, "opened": staticmethod(counter), "case": paid.cases[organism][0]}
    )
    few = settings(max_examples=20, stateful_step_count=14, derandomize=True, deadline=None, database=None)
    run_state_machine_as_test(machine, settings=few)
