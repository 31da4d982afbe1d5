"""Comparing a span of calendar time with the periods of a frequency, before either has a date.

Comes in: a span and a frequency. Goes out: what is true whatever the date. Never here: findings.
Units: a month is 28 to 31 days, a year 12 months; days and months are only compared where the answer is sure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pkgplan.model.units import RelativeDate

_DAYS: Final = {"day": 1, "week": 7}
_MONTHS: Final = {"month": 1, "year": 12}
# The months of a period and the most days that it can have; a day or a week has a fixed length.
_PERIODS: Final = {
    "daily": (0, 1),
    "weekly": (0, 7),
    "monthly": (1, 31),
    "quarterly": (3, 92),
    "annual": (12, 366),
}


def may_be_shorter(span: RelativeDate, frequency: str) -> bool:
    """Whether a span is shorter than one period of a frequency, at least from some dates."""
    months, most_days = _PERIODS[frequency]
    if span.unit in _DAYS:
        return span.value * _DAYS[span.unit] < most_days
    return span.value * _MONTHS[span.unit] < months
