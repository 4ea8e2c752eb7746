"""What is done next, what an organism's word makes of a claim, how long it waits: over every combination."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.organisms.statuses import Organism, Piece, Stage
from comptoir.qualirepar import rules
from comptoir.qualirepar.rules import Action, FileState, Position, is_held, judged, next_action, pause
from comptoir.qualirepar.statuses import FLOWS, OVER, UNSENT, ClaimStatus, Step

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2050, 1, 1)).map(lambda each: each.replace(tzinfo=UTC))  # noqa: DTZ001
FILES = (
    (),
    (FileState(1, Piece.INVOICE, sent=False),),
    (FileState(1, Piece.INVOICE, sent=True), FileState(2, Piece.CONSENT, sent=False)),
    (FileState(1, Piece.INVOICE, sent=True), FileState(2, Piece.CONSENT, sent=True)),
)
POSITIONS = [
    Position(*each) for each in product(Organism, ClaimStatus, Step, ("", "7"), FILES, (False, True))
]  # fmt: skip
LOOKS = {Action.FIND, Action.FIND_FILES, Action.FIND_VERDICT}


def test_every_position_has_its_next_action():
    assert {next_action(each) for each in POSITIONS} == set(Action)


@pytest.mark.parametrize("organism", Organism)
def test_what_comes_next(organism):
    here = [each for each in POSITIONS if each.organism is organism]
    drafts = organism is Organism.ECOSYSTEM
    for each in here:
        action = next_action(each)
        sent = all(file.sent for file in each.files)
        # What was submitted is never asked anything, and what is not submitted always has something to do.
        assert (action is Action.STOP) == (each.status not in UNSENT)
        if action is Action.STOP:
            continue
        # What got no answer is looked for, or deleted, before anything is done, and nothing else is looked for.
        wanted = {
            Step.CREATE: Action.FIND,
            Step.ATTACH: Action.DISCARD if drafts else Action.FIND_FILES,
            Step.SUBMIT: Action.FIND_VERDICT,
            Step.DISCARD: Action.DISCARD,
        }
        if each.pending:
            assert action is wanted[each.pending]
            continue
        assert action not in LOOKS
        # A claim that stands there is never created again; the bonus is asked for once, and of Ecologic alone.
        assert (action in {Action.ASK, Action.CREATE}) == (not each.remote)
        if not each.remote:
            asks = not drafts and each.status is not ClaimStatus.CREATED
            assert action is (Action.ASK if asks else Action.CREATE)
        # What is there is made to be what we file, then has all its documents, and only then is submitted.
        elif each.stale:
            assert action is (Action.DISCARD if drafts else Action.AMEND)
        else:
            assert action is (Action.SUBMIT if sent else Action.ATTACH)


def test_every_step_that_changes_something_is_written_down_before():
    assert set(rules.STEPS) == {Action.CREATE, Action.ATTACH, Action.SUBMIT, Action.DISCARD}
    assert {action.value: step.value for action, step in rules.STEPS.items()} == {
        "create": "create", "attach": "attach", "submit": "submit", "discard": "discard",
    }  # fmt: skip


@pytest.mark.parametrize(("organism", "status", "stage"), list(product(Organism, ClaimStatus, Stage)))
def test_a_status_only_moves_along_its_flow(organism, status, stage):
    found = judged(organism, status, stage)
    assert found is status or FLOWS[organism].allows(status, found)
    # What the bank has seen and what is over stay; a word that nobody knows changes nothing.
    won = status is ClaimStatus.REFUSED and stage in {Stage.SENT, Stage.APPROVED}  # a refusal that was contested
    if (status in {*OVER, ClaimStatus.PAID} and not won) or stage is Stage.OTHER:
        assert found is status
    if stage is Stage.DRAFT:
        back = organism is Organism.ECOLOGIC and status is ClaimStatus.CONFIRMED
        assert found is (ClaimStatus.TO_COMPLETE if back else status)
    if status is ClaimStatus.CONFIRMED and stage not in {Stage.DRAFT, Stage.OTHER}:
        assert found.value == {"sent": "confirmed"}.get(stage.value, stage.value)
    assert judged(organism, found, stage) is found


def test_pauses_grow_and_hear_what_the_organism_asks_for():
    usual = [pause(attempts) for attempts in range(6)]
    hours = [timedelta(hours=6), timedelta(minutes=2), timedelta(minutes=10), timedelta(hours=1)]
    assert usual == [*hours, timedelta(hours=6), timedelta(hours=6)]
    assert pause(1, timedelta(minutes=30)) == timedelta(minutes=30)
    assert pause(2, timedelta(minutes=3)) == timedelta(minutes=10)
    assert pause(1, timedelta(days=9)) == timedelta(hours=12)


@given(MOMENTS, st.timedeltas(timedelta(-400), timedelta(400)), st.sampled_from(["", "a"]))
def test_a_lease_holds_for_as_long_as_one_may_last_and_no_longer(now, left, lease):
    held = is_held(lease, now + left, now)
    assert held == (lease == "a" and timedelta() < left <= rules.LEASE + rules.SKEW)
    assert not is_held(lease, None, now)


@pytest.mark.parametrize(("left", "held"), [(0, False), (1, True), (180, True), (480, True), (481, False), (-1, False)])
def test_the_bounds_of_a_lease(left, held):
    assert is_held("a", NOW + timedelta(seconds=left), NOW) is held


def test_each_attempt_has_its_reference():
    made = [rules.reference("17", attempt, told) for attempt, told in ((1, "a"), (1, "b"), (2, "a"))]
    assert [each.rpartition("-")[0] for each in made] == ["17-1", "17-1", "17-2"]
    assert len({*made}) == 3  # another base has other repairs under the same number
    assert made[0] == rules.reference("17", 1, "a")
