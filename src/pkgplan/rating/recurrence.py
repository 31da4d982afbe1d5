"""What a recurring commit or credit grants: when, for how long, and how much of a full grant.

Comes in: the dates and the rhythm of a recurring term, the end of its contract. Goes out: `Grant`s in order of time,
and amounts. Never here: balances, invoices, seats that come and go, or the present.
Source: the API's field descriptions (`recurrence_frequency`, `commit_duration`, `proration`, `proration_rounding`);
hours as the measure of a part of a period, and 1/365 for one day of a year, were observed on production accounts.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import count
from math import ceil, floor
from typing import TYPE_CHECKING, Final, NamedTuple

from pkgplan.model.timeline import END
from pkgplan.rating.calendar import Period, boundary, number_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pkgplan.model.units import Instant

NO_ROUNDING_PLACES: Final = 12
"""Decimal places of an amount that no decimal number is, such as a third, if the term has no rounding (assumed)."""

_WHOLE: Final = Fraction(1)
_FIRST: Final = frozenset({"FIRST", "FIRST_AND_LAST"})
_LAST: Final = frozenset({"LAST", "FIRST_AND_LAST"})


@dataclass(frozen=True, slots=True)
class Recurrence:
    """The dates and the rhythm of a recurring commit or credit of a contract."""

    start: Instant
    end: Instant | None
    """From when on nothing more is granted; None for as long as the contract lasts."""
    contract_end: Instant | None
    frequency: str | None
    """DAILY to ANNUAL, counted from `start`; None follows the usage periods, so the first grant may be for a stub."""
    usage_anchor: Instant
    usage_frequency: str
    commit_duration: int = 1
    """How many periods a grant can be used, its own included; a stub counts as one."""
    proration: str = "FIRST_AND_LAST"
    """NONE, FIRST, LAST or FIRST_AND_LAST."""

    @property
    def stop(self) -> Instant | None:
        """From when on nothing more is granted: its own end or the contract's, whichever is earlier."""
        if self.end is None or self.contract_end is None:
            return self.contract_end if self.end is None else self.end
        return min(self.end, self.contract_end)

    @property
    def grid(self) -> tuple[Instant, str]:
        """Anchor and frequency of the periods for which it grants."""
        return (
            (self.usage_anchor, self.usage_frequency)
            if self.frequency is None
            else (self.start, self.frequency)
        )


class Grant(NamedTuple):
    """One commit or credit that a recurring one creates."""

    number: int
    """0 for the first one."""
    period: Period
    """What it is for, cut to the time in which grants are made."""
    access_start: Instant
    access_end: Instant
    """Exclusive; the end of all time if it outlasts the calendar."""
    fraction: Fraction
    """Of a full grant: hours of the period by hours of the whole period, or 1 if it is not prorated."""


class Rounding(NamedTuple):
    """`ProrationRoundingConfig`. Units: decimal places of the stored unit, so -2 on USD is whole dollars."""

    method: str
    """HALF_UP (halves away from zero), FLOOR or CEILING."""
    decimal_places: int


def grants(recurrence: Recurrence, *, until: Instant | None = None) -> Iterator[Grant]:
    """The grants that begin before an instant, in order of time; endless if nothing ends it.

    Raises:
        OverflowError: a period reaches beyond the calendar.
    """
    total = count_of(recurrence) if until is None else begun(recurrence, until)
    return (grant_at(recurrence, number) for number in (count() if total is None else range(total)))


def grant_at(recurrence: Recurrence, number: int) -> Grant:
    """One grant, without making those before it.

    A period that is the first and the last is prorated unless `proration` is NONE: one day of a yearly credit is a
    365th or 366th of it.

    Args:
        recurrence: the term.
        number: 0 for the first grant, and less than `count_of`.

    Raises:
        OverflowError: the period reaches beyond the calendar.
    """
    on_grid = number_at(*recurrence.grid, recurrence.start) + number
    start, end = (boundary(*recurrence.grid, each) for each in (on_grid, on_grid + 1))
    stop = recurrence.stop
    period = Period(max(start, recurrence.start), end if stop is None else min(end, stop), start, end)
    is_last = stop is not None and end >= stop
    prorated = (number == 0 and recurrence.proration in _FIRST) or (is_last and recurrence.proration in _LAST)
    return Grant(
        number,
        period,
        period.start,
        _access_end(recurrence, on_grid),
        _share(period) if prorated else _WHOLE,
    )


def count_of(recurrence: Recurrence) -> int | None:
    """How many grants there are in all, without making them; None if nothing ends them."""
    return None if recurrence.stop is None else _periods_before(recurrence, recurrence.stop)


def begun(recurrence: Recurrence, until: Instant) -> int:
    """How many grants begin before an instant, without making them."""
    return _periods_before(recurrence, until if recurrence.stop is None else min(until, recurrence.stop))


def lasting(recurrence: Recurrence, at: Instant) -> range:
    """The numbers of the grants that begin before an instant and can be used until then or longer.

    The end of the contract counts as little as in `commit_duration`: nothing can be used when it is over.
    """
    # A grant is over before the instant if and only if the period after its last one begins before it.
    first = _periods_before(recurrence, at) - recurrence.commit_duration
    return range(max(first, 0), begun(recurrence, at))


def granted(
    unit_price: int | Decimal, quantity: int | Decimal, fraction: Fraction, rounding: Rounding | None = None
) -> int | Decimal:
    """The amount of a grant: unit_price x quantity x fraction, in exact arithmetic.

    Args:
        unit_price: of a full grant. Units: cents for USD, whole units for all else.
        quantity: or the number of seats.
        fraction: of a `Grant`.
        rounding: of prorated amounts; a full grant (fraction 1) is never rounded, as the vendor rounds "prorated
            amounts" only. Without it an amount that does not terminate is rounded HALF_UP at 12 decimal places
            (assumed; the vendor does not say).
    """
    exact = Fraction(unit_price) * Fraction(quantity) * fraction
    if rounding is not None and fraction != _WHOLE:
        exact = _rounded(exact, rounding)
    elif not _terminates(exact):
        exact = _rounded(exact, Rounding("HALF_UP", NO_ROUNDING_PLACES))
    return _number(exact)


def _periods_before(recurrence: Recurrence, at: Instant) -> int:
    """How many periods begin before an instant, whether or not they are granted for; a stub at the start counts."""
    if at <= recurrence.start:
        return 0
    last = number_at(*recurrence.grid, at)
    has_begun = boundary(*recurrence.grid, last) < at
    return last - number_at(*recurrence.grid, recurrence.start) + has_begun


def _access_end(recurrence: Recurrence, number: int) -> Instant:
    """The end of the last period in which the grant for the period from boundary `number` on can be used."""
    latest = END if recurrence.contract_end is None else recurrence.contract_end
    try:
        return min(boundary(*recurrence.grid, number + recurrence.commit_duration), latest)
    except OverflowError:
        # "A thousand years" is how people write that a grant never expires.
        return latest


def _share(period: Period) -> Fraction:
    """Which part of the whole period the period is; all instants of contracts are full hours, so these are hours."""
    part, whole = period.end - period.start, period.whole_end - period.whole_start
    return Fraction(part // part.resolution, whole // whole.resolution)


def _half_up(number: Fraction) -> int:
    away = floor(abs(number) + Fraction(1, 2))
    return away if number > 0 else -away


_METHODS: Final[dict[str, Callable[[Fraction], int]]] = {"HALF_UP": _half_up, "FLOOR": floor, "CEILING": ceil}


def _rounded(number: Fraction, rounding: Rounding) -> Fraction:
    scale = Fraction(10) ** rounding.decimal_places
    return _METHODS[rounding.method](number * scale) / scale


def _terminates(number: Fraction) -> bool:
    """Whether a decimal number is exactly this: its denominator has no prime factor but 2 and 5."""
    return pow(10, number.denominator.bit_length(), number.denominator) == 0 or number.denominator == 1


def _number(number: Fraction) -> int | Decimal:
    """A fraction that terminates as a JSON number, every digit kept."""
    if number.denominator == 1:
        return number.numerator
    places = next(
        places
        for places in range(1, number.denominator.bit_length() + 1)
        if not 10**places % number.denominator
    )
    digits = abs(number.numerator) * 10**places // number.denominator
    return Decimal((number < 0, tuple(map(int, str(digits))), -places))
