"""The one clock: real, or stopped for rehearsal."""

from datetime import UTC, datetime, timedelta

from comptoir.core.clock import Clock

MOMENT = datetime(2026, 11, 22, 9, 5, 7, 999_999, tzinfo=UTC)


def test_the_real_clock_tells_utc_to_the_second() -> None:
    before = datetime.now(UTC)
    told = Clock().now()
    assert told.utcoffset() == timedelta(0)
    assert told.microsecond == 0
    assert timedelta(seconds=-1) <= told - before <= timedelta(seconds=1)


def test_a_stopped_clock_always_tells_its_moment_to_the_second() -> None:
    clock = Clock(MOMENT)
    assert clock.now() == clock.now() == MOMENT.replace(microsecond=0)
