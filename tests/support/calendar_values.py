"""Random starts, spans and grids for the tests of the calendar: mostly those where calendars go wrong.

Comes in: nothing. Goes out: hypothesis strategies of instants on the hour, spans, and recurring terms.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from hypothesis import strategies as st

from pkgplan.model.units import RelativeDate
from pkgplan.rating.calendar import boundary, number_at, usage_anchor
from pkgplan.rating.recurrence import Recurrence

if TYPE_CHECKING:
    from pkgplan.model.units import Instant

# Centuries that are leap years and centuries that are not, ends of months, weeks that reach over a year's end.
_YEARS: Final = (1899, 1900, 1999, 2000, 2023, 2024, 2025, 2028, 2099, 2100, 2101)
_DAYS: Final = (
    (1, 1),
    (1, 29),
    (1, 30),
    (1, 31),
    (2, 28),
    (3, 1),
    (3, 31),
    (4, 30),
    (11, 30),
    (12, 29),
    (12, 31),
)
_MOST: Final = {"day": 70, "week": 20, "month": 26, "year": 3}
# How many days of a frequency a test can count through.
_REACH: Final = {"DAILY": 45, "WEEKLY": 120, "MONTHLY": 500, "QUARTERLY": 900, "ANNUAL": 1200}
FREQUENCIES: Final = tuple(_REACH)
ANCHORS: Final = ("FIRST_OF_MONTH", "CONTRACT_START")

_special_days = st.builds(
    lambda year, day, leap: datetime(year, day[0], day[1], tzinfo=UTC) + timedelta(days=leap),
    st.sampled_from(_YEARS),
    st.sampled_from(_DAYS),
    st.sampled_from((0, 0, 1)),
)
_any_days = st.integers(0, 365 * 220).map(lambda day: datetime(1895, 1, 1, tzinfo=UTC) + timedelta(days=day))
starts: st.SearchStrategy[Instant] = st.builds(
    lambda day, hour: day + timedelta(hours=hour),
    _special_days | _any_days,
    st.sampled_from((0, 0, 15, 23)) | st.integers(0, 23),
)


@st.composite
def spans(draw: st.DrawFn, least: int = 0) -> RelativeDate:
    """A span that can be counted out day by day."""
    unit = draw(st.sampled_from(tuple(_MOST)))
    return RelativeDate(draw(st.integers(least, _MOST[unit])), unit)


@st.composite
def grids(draw: st.DrawFn) -> tuple[Instant, str, Instant, Instant]:
    """Anchor and frequency of a grid, and a piece of time near the anchor, which may be empty."""
    frequency = draw(st.sampled_from(FREQUENCIES))
    anchor = draw(starts)
    reach = _REACH[frequency] * 24
    start = anchor + timedelta(hours=draw(st.integers(-reach, reach) | st.sampled_from((0, -1, 1, -24, 24))))
    return anchor, frequency, start, start + timedelta(hours=draw(st.integers(0, reach)))


@st.composite
def recurrences(draw: st.DrawFn) -> Recurrence:
    """A recurring term that ends, or whose contract does, soon enough to count its grants."""
    contract = draw(starts)
    given_frequency = draw(st.none() | st.sampled_from(FREQUENCIES))
    usage_frequency = draw(st.sampled_from(FREQUENCIES[1:]))
    reach = _REACH[given_frequency or usage_frequency]
    start = contract + timedelta(days=draw(st.sampled_from((0, 0, 1, 31)) | st.integers(0, reach)))
    lengths = st.integers(0, reach * 24) | st.integers(0, reach).map(lambda days: days * 24)
    anchor = usage_anchor(contract, draw(st.sampled_from(ANCHORS)), usage_frequency)
    grid = (start, given_frequency) if given_frequency else (anchor, usage_frequency)
    ends = lengths.map(lambda hours: start + timedelta(hours=hours)) | st.integers(1, 3).map(
        lambda ahead: boundary(*grid, number_at(*grid, start) + ahead)
    )
    end, contract_end = draw(st.none() | ends), draw(ends)
    return Recurrence(
        start=start,
        end=end,
        contract_end=None if end is not None and draw(st.booleans()) else contract_end,
        frequency=given_frequency,
        usage_anchor=anchor,
        usage_frequency=usage_frequency,
        commit_duration=draw(st.integers(1, 4)),
        proration=draw(st.sampled_from(("NONE", "FIRST", "LAST", "FIRST_AND_LAST"))),
    )
