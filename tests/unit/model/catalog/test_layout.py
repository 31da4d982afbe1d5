from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pkgplan.model.catalog.catalog import KINDS
from pkgplan.model.catalog.layout import FREE, Layout, canonical_data, layout_of, spelled
from pkgplan.model.units import Money, RelativeDate, parse_instant

MONEY = st.builds(
    lambda amount, unit: f"{amount:f} {unit}",
    st.decimals(min_value=0, max_value=10**12, allow_nan=False, allow_infinity=False, places=None),
    st.sampled_from(["USD", "EUR", "ai-credits"]),
).filter(lambda text: len(text.split()[0].partition(".")[2]) <= 20)


@given(MONEY)
def test_money_keeps_its_amount(text: str) -> None:
    shown = spelled(Layout("money"), text)
    assert isinstance(shown, str)
    assert Money.parse(shown) == Money.parse(text)
    assert spelled(Layout("money"), shown) == shown


@given(st.integers(0, 999999), st.sampled_from(["day", "week", "month", "year"]), st.booleans())
def test_spans_keep_their_length(value: int, unit: str, in_capitals: bool) -> None:  # noqa: FBT001 - drawn by hypothesis
    plural = f"{unit}s".upper() if in_capitals else f"{unit}s"
    shown = {spelled(Layout("span"), way) for way in (f"{value} {unit}", f"{value} {unit}s")}
    shown |= {spelled(Layout("span"), {"value": value, "unit": plural})}
    assert shown == {str(RelativeDate(value, unit))}


@given(st.datetimes(timezones=st.timezones()).filter(lambda at: 1901 < at.year < 8999))
def test_instants_stay_the_same_instant(at: object) -> None:
    text = str(at).replace(" ", "T")
    try:
        meant = parse_instant(text)
    except ValueError:  # an old offset with seconds, which RFC 3339 does not have
        assert spelled(Layout("instant"), text) == text
        return
    shown = spelled(Layout("instant"), text)
    assert isinstance(shown, str)
    assert parse_instant(shown) == meant
    assert len(shown) == 10 or shown.endswith("Z")


@pytest.mark.parametrize(
    "value", [None, True, 3, Decimal("1.5"), "x", "10", [], {}, {"value": 1}, {"value": 1, "unit": "x"}]
)
@pytest.mark.parametrize("scalar", ["money", "money-or-number", "span", "periods", "instant", "name", ""])
def test_what_has_another_shape_stays_as_it_is(scalar: str, value: object) -> None:
    assert spelled(Layout(scalar), value) == value  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", KINDS)
def test_a_layout_has_the_fields_of_the_model_in_their_order(kind: str) -> None:
    spec = KINDS[kind].model_fields["spec"].annotation
    assert spec is not None
    fields = [field.alias or name for name, field in spec.model_fields.items()]
    laid_out = layout_of(kind).of_entry("spec").fields
    assert list(laid_out) == [name for name in fields if name in laid_out]
    assert laid_out


def test_of_an_unknown_kind_nothing_is_known() -> None:
    assert layout_of("Nonsense") is FREE
    assert canonical_data(FREE, {"a": ["10 USD"]}) == {"a": ["10 USD"]}
