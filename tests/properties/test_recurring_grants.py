"""Whatever recurs: it grants what counting the hours of each of its periods gives, no more and no less."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from itertools import islice
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st
from support.calendar_values import recurrences
from support.slow_calendar import SlowGrant, slow_grants

from pkgplan.rating.recurrence import Rounding, begun, count_of, grant_at, granted, grants, lasting

if TYPE_CHECKING:
    from pkgplan.rating.recurrence import Recurrence

HOUR = timedelta(hours=1)
METHODS = {"HALF_UP": ROUND_HALF_UP, "FLOOR": ROUND_FLOOR, "CEILING": ROUND_CEILING}
EXACT = Context(prec=200)
amounts = st.integers(-(10**9), 10**9) | st.decimals(
    allow_nan=False, allow_infinity=False, min_value=-(10**6), max_value=10**6
)
shares = st.builds(
    lambda part, whole: Fraction(min(part, whole), whole), st.integers(1, 9000), st.integers(1, 9000)
)
roundings = st.builds(Rounding, st.sampled_from(tuple(METHODS)), st.integers(-5, 5))


@settings(max_examples=80)
@given(recurrences())
def test_grants_are_those_that_counting_hours_gives(recurrence: Recurrence) -> None:
    stop = recurrence.stop
    assert stop is not None
    found = [*grants(recurrence)]
    assert [SlowGrant(each.access_start, each.access_end, each.fraction) for each in found] == slow_grants(
        recurrence, stop
    )
    assert [each.number for each in found] == [*range(len(found))]
    assert count_of(recurrence) == len(found)


@given(recurrences())
def test_prorated_at_both_ends_the_hours_granted_are_the_hours_there_are(recurrence: Recurrence) -> None:
    recurrence = replace(recurrence, proration="FIRST_AND_LAST")
    assert recurrence.stop is not None
    hours = sum(
        each.fraction * ((each.period.whole_end - each.period.whole_start) // HOUR)
        for each in grants(recurrence)
    )
    assert hours == max((recurrence.stop - recurrence.start) // HOUR, 0)


@given(recurrences())
def test_a_grant_lies_within_its_contract_and_outlives_its_period(recurrence: Recurrence) -> None:
    for each in grants(recurrence):
        assert recurrence.start <= each.access_start < each.access_end
        assert each.period.end <= each.access_end
        assert recurrence.contract_end is None or each.access_end <= recurrence.contract_end
        assert 0 < each.fraction <= 1


@given(recurrences(), st.integers(0, 400))
def test_until_cuts_the_list_and_changes_nothing_in_it(recurrence: Recurrence, days: int) -> None:
    until = recurrence.start + timedelta(days=days)
    everything = [*grants(recurrence)]
    assert [*grants(recurrence, until=until)] == [each for each in everything if each.access_start < until]


@given(recurrences(), st.integers(-10, 400))
def test_what_lasts_until_an_instant_is_found_without_making_the_rest(
    recurrence: Recurrence, days: int
) -> None:
    # Without the contract's end, which cuts every access.
    recurrence = replace(recurrence, end=recurrence.stop, contract_end=None)
    everything = [*grants(recurrence)]
    ends = [each.access_end for each in everything]
    for at in (recurrence.start + timedelta(days=days), *ends, *(end + HOUR for end in ends)):
        before = [each for each in everything if each.access_start < at]
        assert begun(recurrence, at) == len(before)
        assert [*lasting(recurrence, at)] == [each.number for each in before if each.access_end >= at]


@given(recurrences())
def test_a_grant_alone_is_what_it_is_among_all(recurrence: Recurrence) -> None:
    everything = [*grants(recurrence)]
    assert [grant_at(recurrence, number) for number in reversed(range(len(everything)))] == everything[::-1]


@given(recurrences())
def test_what_never_ends_begins_like_what_ends_late(recurrence: Recurrence) -> None:
    endless = replace(recurrence, end=None, contract_end=None)
    late = replace(endless, end=recurrence.start + timedelta(days=40_000))
    assert [*islice(grants(endless), 20)] == [*islice(grants(late), 20)]
    assert count_of(endless) is None


@given(amounts, amounts, shares, roundings)
def test_an_amount_is_rounded_once_from_its_exact_value(
    price: int | Decimal, quantity: int | Decimal, share: Fraction, rounding: Rounding
) -> None:
    exact = Fraction(price) * Fraction(quantity) * share
    found = Fraction(granted(price, quantity, share, rounding))
    if share == 1:
        assert found == exact
        return
    # Two hundred digits stand for all: what is left of a tie is further right than any amount here reaches.
    unit = Decimal(1).scaleb(-rounding.decimal_places)
    many = EXACT.divide(Decimal(exact.numerator), Decimal(exact.denominator))
    assert found == Fraction(many.quantize(unit, METHODS[rounding.method], EXACT))


@given(amounts, amounts, shares)
def test_without_rounding_an_amount_is_exact_or_has_twelve_places(
    price: int | Decimal, quantity: int | Decimal, share: Fraction
) -> None:
    exact = Fraction(price) * Fraction(quantity) * share
    found = granted(price, quantity, share)
    rest = exact.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest == 1:
        assert found == exact
    else:
        assert abs(Fraction(found) - exact) < Fraction(1, 2 * 10**12)
    assert isinstance(found, int) == (Fraction(found).denominator == 1)
