from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from pkgplan.adapters.clocks import FixedClock, SystemClock

if TYPE_CHECKING:
    from pkgplan.ports import Clock


def test_the_system_clock_tells_whole_seconds_in_utc() -> None:
    clock: Clock = SystemClock()
    before = datetime.now(UTC) - timedelta(seconds=1)
    now = clock.now()
    assert before < now <= datetime.now(UTC)
    assert now.microsecond == 0
    assert now.utcoffset() == timedelta(0)


def test_a_fixed_clock_stands_still() -> None:
    berlin = timezone(timedelta(hours=2))
    clock: Clock = FixedClock(datetime(2026, 6, 1, 2, tzinfo=berlin))
    assert clock.now() == clock.now() == datetime(2026, 6, 1, tzinfo=UTC)
    assert clock.now().tzinfo is UTC


def test_an_instant_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        FixedClock(datetime(2026, 6, 1))  # noqa: DTZ001 - that is the point
