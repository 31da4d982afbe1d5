"""What recurring commits and credits grant, in the vendor's own examples and at the edges of periods."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from pkgplan.model.timeline import END
from pkgplan.model.units import parse_instant
from pkgplan.rating.recurrence import Recurrence, Rounding, count_of, granted, grants

if TYPE_CHECKING:
    from pkgplan.model.units import Instant


def at(text: str) -> Instant:
    return parse_instant(text)


OCTOBER = at("2025-10-01")
SIGN_UP = Recurrence(OCTOBER, at("2026-01-01"), at("2026-10-01"), None, OCTOBER, "MONTHLY")


def test_the_sign_up_credit_of_the_guide_is_granted_three_times() -> None:
    found = [*grants(SIGN_UP)]
    assert [each.access_start for each in found] == [at("2025-10-01"), at("2025-11-01"), at("2025-12-01")]
    assert found[-1].access_end == at("2026-01-01")
    assert [each.number for each in found] == [0, 1, 2]
    assert {each.fraction for each in found} == {1}
    assert count_of(SIGN_UP) == 3


def test_the_first_of_usage_periods_may_be_a_stub() -> None:
    mid = replace(SIGN_UP, start=at("2026-01-21"), end=None, contract_end=None, usage_anchor=at("2026-02-01"))
    first, second = (each for each in grants(mid, until=at("2026-02-02")))
    assert (first.access_start, first.access_end) == (at("2026-01-21"), at("2026-02-01"))
    # 30 USD for the last eleven days of January: "about 10".
    assert granted(3000, 1, first.fraction, Rounding("HALF_UP", 0)) == 1065
    assert second.fraction == 1
    assert count_of(mid) is None


def test_a_frequency_of_its_own_is_counted_from_its_own_start() -> None:
    own = replace(
        SIGN_UP, start=at("2026-01-31"), end=None, contract_end=at("2026-04-15"), frequency="MONTHLY"
    )
    found = [*grants(own)]
    assert [each.access_start for each in found] == [at("2026-01-31"), at("2026-02-28"), at("2026-03-31")]
    assert [each.access_end for each in found] == [at("2026-02-28"), at("2026-03-31"), at("2026-04-15")]
    assert [each.fraction for each in found] == [1, 1, Fraction(15, 30)]


@pytest.mark.parametrize(
    ("start", "share"), [("2025-03-01", Fraction(1, 365)), ("2027-03-01", Fraction(1, 366))]
)
def test_one_day_of_a_yearly_credit_is_one_day_of_its_year(start: str, share: Fraction) -> None:
    day = Recurrence(at(start), at(start).replace(day=2), None, "ANNUAL", at(start), "MONTHLY")
    (only,) = grants(day)
    assert only.fraction == share
    (full,) = grants(replace(day, proration="NONE"))
    assert full.fraction == 1


@pytest.mark.parametrize("proration", ["FIRST", "LAST", "FIRST_AND_LAST"])
def test_a_stub_that_is_all_there_is_is_first_and_last(proration: str) -> None:
    stub = replace(
        SIGN_UP,
        start=at("2025-10-22"),
        end=at("2025-11-01"),
        usage_anchor=at("2025-11-01"),
        proration=proration,
    )
    (only,) = grants(stub)
    assert only.fraction == Fraction(10, 31)


@pytest.mark.parametrize(
    ("proration", "shares"),
    [
        ("NONE", (1, 1, 1)),
        ("FIRST", (Fraction(16, 31), 1, 1)),
        ("LAST", (1, 1, Fraction(14, 31))),
        ("FIRST_AND_LAST", (Fraction(16, 31), 1, Fraction(14, 31))),
    ],
)
def test_proration_says_which_end_is_cut(proration: str, shares: tuple[Fraction, ...]) -> None:
    cut = replace(SIGN_UP, start=at("2025-10-16"), end=at("2025-12-15"), proration=proration)
    assert tuple(each.fraction for each in grants(cut)) == shares


def test_a_longer_life_counts_periods_and_a_stub_is_one() -> None:
    two = replace(SIGN_UP, start=at("2025-10-16"), end=None, commit_duration=2, contract_end=at("2026-01-15"))
    assert [each.access_end for each in grants(two)] == [
        at("2025-12-01"),
        at("2026-01-01"),
        at("2026-01-15"),
        at("2026-01-15"),
    ]


@pytest.mark.parametrize("duration", [200_000, 10**30])
def test_a_life_beyond_the_calendar_lasts_as_long_as_the_contract(duration: int) -> None:
    first = next(grants(replace(SIGN_UP, commit_duration=duration)))
    assert first.access_end == at("2026-10-01")
    endless = next(grants(replace(SIGN_UP, commit_duration=duration, contract_end=None)))
    assert endless.access_end == END


def test_nothing_is_granted_at_the_end_of_the_contract_or_after_it() -> None:
    assert [*grants(replace(SIGN_UP, contract_end=OCTOBER))] == []
    late = replace(SIGN_UP, end=None, contract_end=at("2025-11-01"))
    assert [each.access_start for each in grants(late)] == [OCTOBER]
    assert count_of(replace(SIGN_UP, start=at("2027-01-01"))) == 0


def test_until_is_exclusive() -> None:
    assert len([*grants(SIGN_UP, until=at("2025-11-01"))]) == 1


@pytest.mark.parametrize(
    ("rounding", "amount"),
    [
        (None, Decimal("2.739726027397")),
        (Rounding("HALF_UP", 0), 3),
        (Rounding("FLOOR", 2), Decimal("2.73")),
        (Rounding("CEILING", 2), Decimal("2.74")),
        (Rounding("CEILING", -2), 100),
        (Rounding("FLOOR", -5), 0),
    ],
)
def test_a_prorated_amount_is_rounded_as_the_term_says(
    rounding: Rounding | None, amount: int | Decimal
) -> None:
    found = granted(1000, 1, Fraction(1, 365), rounding)
    assert (found, type(found)) == (amount, type(amount))


@pytest.mark.parametrize(("price", "amount"), [("0.5", 1), ("1.5", 2), ("-0.5", -1), ("2.49", 2)])
def test_half_goes_away_from_zero(price: str, amount: int) -> None:
    assert granted(Decimal(price), 2, Fraction(1, 2), Rounding("HALF_UP", 0)) == amount


def test_a_full_grant_is_not_rounded() -> None:
    assert granted(Decimal("88.9"), 1, Fraction(1), Rounding("FLOOR", 0)) == Decimal("88.9")


def test_no_digit_is_lost() -> None:
    assert granted(Decimal("0." + "3" * 40), 7, Fraction(1, 2)) == Decimal("1.1" + "6" * 38 + "55")
    assert granted(10**40 + 1, 1, Fraction(1)) == 10**40 + 1
