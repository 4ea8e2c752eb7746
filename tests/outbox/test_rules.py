"""When an e-mail is tried again, and for how long."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from comptoir.desk.mailing import HURRY, PATIENCE
from comptoir.outbox import rules
from comptoir.outbox.rules import BY_HAND, LEASE, OUTCOMES, Outcome, delay, latest
from comptoir.store.sending import Sending

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


def test_the_delays_grow_from_a_minute_to_half_a_day() -> None:
    minutes = [int(after.total_seconds() / 60) for attempts in range(1, 8) if (after := delay(attempts))]
    assert minutes == [1, 5, 15, 60, 240, 720, 720]


def test_an_e_mail_is_tried_for_three_days_and_no_more() -> None:
    waited, attempts = timedelta(), 1
    while after := delay(attempts):
        waited += after
        attempts += 1
    assert timedelta(days=3) <= waited < timedelta(days=4)
    assert attempts == 12
    assert [delay(more) for more in range(attempts, attempts + 50)] == [None] * 50


def test_no_try_is_planned_later_than_what_counts_as_due() -> None:
    delays = [after for attempts in range(1, 20) if (after := delay(attempts))]
    assert all(NOW + after <= latest(NOW) for after in delays)
    assert all(one <= other for one, other in pairwise(delays))


@given(st.integers(min_value=1, max_value=10**6))
def test_a_delay_is_one_of_the_schedule_or_none(attempts: int) -> None:
    assert delay(attempts) in {*rules.DELAYS, rules.EVERY, None}


def test_a_lease_lasts_longer_than_the_server_is_waited_for() -> None:
    assert timedelta(seconds=max(PATIENCE.most, HURRY.most)) + timedelta(minutes=1) < LEASE


def test_each_state_that_a_try_leaves_has_its_outcome() -> None:
    assert set(OUTCOMES) == set(Sending) - {Sending.DROPPED}
    assert {*OUTCOMES.values(), Outcome.DUE} == set(Outcome)


def test_what_was_sent_is_over_and_what_was_dropped_does_not_leave() -> None:
    for target in Sending:
        assert not BY_HAND.allows(Sending.SENT, target)
    assert not BY_HAND.allows(Sending.DROPPED, Sending.WAITING)
    assert all(not BY_HAND.allows(state, Sending.SENT) for state in Sending)
