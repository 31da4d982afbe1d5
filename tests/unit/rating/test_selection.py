"""Which override of a contract prices a line, at what price, and for how long: the vendor's rules, case by case."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pkgplan.rating.amounts import Amount, Step, scaled_by_steps
from pkgplan.rating.selection import (
    DatedLine,
    DatedOverride,
    DatedOverrides,
    DatedSpecifier,
    FactorTier,
    Selected,
    price_of,
)

T0 = datetime(2026, 1, 1, tzinfo=UTC)
LINE = DatedLine(
    "tokens",
    tags=frozenset({"llm", "premium"}),
    pricing_group_values=frozenset({("model", "gnome"), ("region", "eu")}),
    presentation_group_keys=frozenset({"project"}),
)
FEE = DatedLine("fee", billing_frequency="MONTHLY")


def day(number: int) -> datetime:
    return T0 + timedelta(days=number)


def spec(**changes: Any) -> DatedSpecifier:
    return DatedSpecifier(**{"product": "tokens", **changes})


def an_override(name: str, kind: str | None, *specifiers: DatedSpecifier, **changes: Any) -> DatedOverride:
    fields = {"start": T0, "end": None, **changes}
    return DatedOverride(name, specifiers=specifiers or (spec(),), type=kind, **fields)


def times(name: str, factor: str, *specifiers: DatedSpecifier, **changes: Any) -> DatedOverride:
    return an_override(name, "multiplier", *specifiers, multiplier=Decimal(factor), **changes)


def costs(name: str, price: int, *specifiers: DatedSpecifier, **changes: Any) -> DatedOverride:
    return an_override(name, "overwrite", *specifiers, overwrite_rate=Amount(price), **changes)


def chosen(
    *overrides: DatedOverride, explicit: bool = False, line: DatedLine = LINE, at: int = 10
) -> str | None:
    counting = DatedOverrides(overrides, explicit=explicit).at(line, day(at), entitled=True).override
    return None if counting is None else counting.override_id


@pytest.mark.parametrize(
    ("overrides", "explicit", "expected"),
    [
        pytest.param((), False, None, id="nothing leaves the list price"),
        pytest.param((times("a", "0.1"), costs("b", 5)), False, "b", id="an overwrite beats a multiplier"),
        pytest.param((costs("a", 5), times("b", "0")), False, "a", id="even a multiplier that makes it free"),
        pytest.param((costs("a", 5), costs("b", 9)), False, "b", id="the overwrite added last"),
        pytest.param((times("a", "0.9"), times("b", "0.8")), False, "b", id="the lowest multiplier"),
        pytest.param(
            (times("a", "1.5"), times("b", "2")), False, "a", id="also of those that raise the price"
        ),
        pytest.param((times("a", "0.8"), times("b", "0.8")), False, "a", id="the first of equals"),
        pytest.param(
            (times("a", "0.1", priority=2), times("b", "0.9", priority=1)),
            True,
            "b",
            id="the lowest priority",
        ),
        pytest.param(
            (times("a", "0.1", priority=2), times("b", "0.9", priority=1)), False, "a", id="only if explicit"
        ),
        pytest.param(
            (
                an_override("a", "tiered", tiers=(FactorTier(None, 1),), priority=1),
                times("b", "0", priority=2),
            ),
            True,
            "a",
            id="tiers are ranked by priority",
        ),
        pytest.param(
            (times("a", "0.9", priority=1), costs("b", 5, priority=7)),
            True,
            "b",
            id="overwrites have no rank",
        ),
        pytest.param(
            (costs("a", 5, is_commit_specific=True), times("b", "0.9")), False, "b", id="not for commits only"
        ),
        pytest.param((an_override("a", None, entitled=True),), False, None, id="an entitlement is no price"),
        pytest.param((times("a", "0.9", start=day(11)),), False, None, id="not yet"),
        pytest.param((times("a", "0.9", end=day(10)),), False, None, id="no longer at its end"),
        pytest.param((times("a", "0.9", start=day(10)),), False, "a", id="at its start"),
    ],
)
def test_one_override_counts(
    overrides: tuple[DatedOverride, ...], *, explicit: bool, expected: str | None
) -> None:
    assert chosen(*overrides, explicit=explicit) == expected


@pytest.mark.parametrize(
    ("specifiers", "selects"),
    [
        ((spec(),), True),
        ((spec(product="images"),), False),
        ((spec(product="images"), spec()), True),
        ((spec(product=None, product_tags=("llm",)),), True),
        ((spec(product=None, product_tags=("llm", "premium")),), True),
        ((spec(product=None, product_tags=("llm", "cheap")),), False),
        ((spec(pricing_group_values={"model": "gnome"}),), True),
        ((spec(pricing_group_values={"model": "gnome", "region": "us"}),), False),
        ((spec(product=None, pricing_group_values={"region": "eu"}),), True),
        ((spec(billing_frequency="MONTHLY"),), False),
        ((spec(presentation_group_values={"project": "x"}),), False),
        ((spec(presentation_group_values={"project": "x"}), spec()), True),
        ((spec(product=None, excluded=(frozenset({"llm", "premium"}),)),), False),
        ((spec(product=None, excluded=(frozenset({"llm", "cheap"}),)),), True),
        ((spec(product=None),), True),
    ],
)
def test_specifiers_or_and_their_fields_and(specifiers: tuple[DatedSpecifier, ...], *, selects: bool) -> None:
    assert (chosen(times("a", "0.5", *specifiers)) == "a") is selects


def test_a_fee_is_told_by_its_frequency() -> None:
    yearly, monthly = (
        costs(each, 5, spec(product="fee", billing_frequency=each)) for each in ("ANNUAL", "MONTHLY")
    )
    assert chosen(yearly, monthly, line=FEE) == "MONTHLY"


def test_the_last_word_about_the_entitlement_counts() -> None:
    denied, granted = (an_override(str(word), None, entitled=word) for word in (False, True))
    for order, expected in (((denied, granted), True), ((granted, denied), False), ((), True)):
        assert DatedOverrides(order, explicit=False).at(LINE, T0, entitled=True).entitled is expected
    assert DatedOverrides((granted,), explicit=False).at(FEE, T0, entitled=False).entitled is False


TIERS = (Step(5, Decimal(4)), Step(None, Decimal(2)))


@pytest.mark.parametrize(
    ("base", "override", "expected"),
    [
        (Amount(100), costs("a", 7), Amount(7)),
        (None, costs("a", 7), Amount(7)),
        (Amount(Decimal("0.30")), times("a", "0.1"), Amount(Decimal("0.03"))),
        (Amount(None, TIERS), times("a", "0.5"), Amount(None, (Step(5, 2), Step(None, 1)))),
        (
            Amount(10),
            an_override("a", "tiered", tiers=(FactorTier(100, 1), FactorTier(None, Decimal("0.8")))),
            Amount(None, (Step(100, 10), Step(None, 8))),
        ),
        (
            Amount(None, TIERS),
            an_override("a", "tiered", tiers=(FactorTier(3, 1), FactorTier(4, 2), FactorTier(None, 3))),
            Amount(None, (Step(3, 4), Step(2, 8), Step(2, 4), Step(None, 6))),
        ),
        (
            Amount(None, TIERS),
            an_override("a", "tiered", tiers=(FactorTier(5, 0), FactorTier(None, 1))),
            Amount(None, (Step(5, 0), Step(None, 2))),
        ),
    ],
)
def test_what_an_override_makes_of_a_price(
    base: Amount | None, override: DatedOverride, expected: Amount
) -> None:
    assert price_of(base, override) == expected


def test_no_digit_of_a_step_is_lost() -> None:
    long, short = Decimal("2." + "1" * 40), Decimal("1." + "1" * 40)
    steps = scaled_by_steps((Step(long, 1), Step(None, 2)), (FactorTier(short, 1), FactorTier(None, 3)))
    assert steps.tiers == (Step(short, 1), Step(Decimal(1), 3), Step(None, 6))


def test_no_digit_of_a_price_is_lost() -> None:
    price, factor = Decimal("0." + "3" * 30), Decimal("0." + "7" * 30)
    scaled = price_of(Amount(price), times("a", str(factor)))
    assert scaled is not None
    assert scaled.price == Decimal(f"0.{int('3' * 30) * int('7' * 30):060}")


moments = st.integers(0, 6)
small_specs = st.builds(
    DatedSpecifier,
    product=st.sampled_from([None, "tokens", "fee"]),
    product_tags=st.sampled_from([(), ("llm",), ("cheap",)]),
    pricing_group_values=st.sampled_from([{}, {"region": "eu"}, {"region": "us"}]),
)


@st.composite
def small_overrides(draw: st.DrawFn) -> list[DatedOverride]:
    made = []
    for number in range(draw(st.integers(0, 5))):
        start, length = draw(moments), draw(st.none() | st.integers(1, 4))
        made.append(
            DatedOverride(
                str(number),
                day(start),
                None if length is None else day(start + length),
                tuple(draw(st.lists(small_specs, min_size=1, max_size=2))),
                type=draw(st.sampled_from(["overwrite", "multiplier", "multiplier", None])),
                entitled=draw(st.sampled_from([None, None, True, False])),
                multiplier=draw(st.integers(0, 3)),
                priority=draw(st.integers(1, 3)),
                is_commit_specific=draw(st.sampled_from([False, False, False, True])),
            )
        )
    return made


def word_by_word(
    overrides: list[DatedOverride], line: DatedLine, at: datetime, *, explicit: bool, entitled: bool
) -> Selected:
    """The rules one after the other, without an index."""
    best: DatedOverride | None = None
    values = dict(line.pricing_group_values)
    for each in overrides:
        if each.is_commit_specific or at < each.start or (each.end is not None and at >= each.end):
            continue
        selected = False
        for one in each.specifiers:
            is_product = one.product is None or one.product == line.product
            has_tags = all(tag in line.tags for tag in one.product_tags)
            has_values = all(values.get(key) == value for key, value in one.pricing_group_values.items())
            selected = selected or (is_product and has_tags and has_values)
        if not selected:
            continue
        if each.entitled is not None:
            entitled = each.entitled
        if each.type == "overwrite":
            best = each
        elif each.type == "multiplier" and (best is None or best.type != "overwrite"):
            rank = each.priority if explicit else each.multiplier
            best_rank = None if best is None else best.priority if explicit else best.multiplier
            assert rank is not None
            if best_rank is None or rank < best_rank:
                best = each
    return Selected(entitled, best)


@given(
    overrides=small_overrides(),
    explicit=st.booleans(),
    entitled=st.booleans(),
    at=moments,
    line=st.sampled_from([LINE, FEE]),
)
def test_what_counts_and_how_long_against_the_rules_word_by_word(
    *, overrides: list[DatedOverride], explicit: bool, entitled: bool, at: int, line: DatedLine
) -> None:
    start, end = day(-1), day(9)
    stretch = DatedOverrides(overrides, explicit=explicit).around(
        line, day(at), start, end, entitled=entitled
    )

    def counting(instant: datetime) -> Selected:
        return word_by_word(overrides, line, instant, explicit=explicit, entitled=entitled)

    assert stretch.selected == counting(day(at))
    # Everything changes at midnight, so the days tell all.
    first = last = at
    while first > -1 and counting(day(first - 1)) == stretch.selected:
        first -= 1
    while last < 9 and counting(day(last)) == stretch.selected:
        last += 1
    assert (stretch.start, stretch.end) == (day(first), day(last))
