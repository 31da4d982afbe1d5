from __future__ import annotations

import random
from decimal import Decimal
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pkgplan.model.canonical import (
    JsonValue,
    canonical,
    compact,
    digest_of,
    parse_json,
    parse_own,
    plain_number,
    pretty,
    survives_double,
)

if TYPE_CHECKING:
    from collections.abc import Callable

NUMBERS = st.integers(-(10**40), 10**40) | st.decimals(
    allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30
)
TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
JSON: st.SearchStrategy[JsonValue] = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


def shuffled(value: JsonValue, seed: int) -> JsonValue:
    """The same value with its keys in another order and its numbers spelled another way."""
    match value:
        case dict():
            items = list(value.items())
            random.Random(seed).shuffle(items)
            return {key: shuffled(item, seed) for key, item in items}
        case list():
            return [shuffled(item, seed) for item in value]
        case bool():
            return value
        case int():
            return Decimal(f"{value}.000")
        case _:
            return value


@given(JSON, st.integers())
def test_order_of_keys_and_spelling_of_numbers_change_nothing(value: JsonValue, seed: int) -> None:
    assert canonical(shuffled(value, seed)) == canonical(value)


@pytest.mark.parametrize("write", [canonical, compact, pretty])
@given(JSON)
def test_what_is_written_is_read_back(write: Callable[[JsonValue], str | bytes], value: JsonValue) -> None:
    assert canonical(parse_json(write(value))) == canonical(value)


@pytest.mark.parametrize("write", [canonical, compact])
@given(JSON)
def test_what_we_wrote_ourselves_is_read_like_anything_else(
    write: Callable[[JsonValue], str | bytes], value: JsonValue
) -> None:
    text = write(value)
    text = text if isinstance(text, str) else text.decode()
    assert repr(parse_own(text)) == repr(parse_json(text))


@given(JSON)
def test_a_compact_value_is_one_line(value: JsonValue) -> None:
    assert "\n" not in compact(value)


@given(JSON, JSON)
def test_only_equal_values_have_equal_bytes(one: JsonValue, other: JsonValue) -> None:
    if canonical(one) == canonical(other):
        assert parse_json(canonical(one)) == parse_json(canonical(other))
    else:
        assert digest_of(one) != digest_of(other)


def test_one_cent_matters() -> None:
    assert digest_of({"price": Decimal("1000.00")}) == digest_of({"price": 1000})
    assert digest_of({"price": Decimal("1000.01")}) != digest_of({"price": Decimal("1000.02")})
    huge = Decimal("99999999999999999999.00000000000000000001")
    assert digest_of(huge) != digest_of(Decimal("99999999999999999999.00000000000000000002"))


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (Decimal("1000.00"), "1000"),
        (Decimal("1E+3"), "1000"),
        (Decimal("0.50"), "0.5"),
        (Decimal("1E-7"), "0.0000001"),
        (Decimal("-0.00"), "0"),
        (Decimal("0E+5"), "0"),
        (Decimal("0E-5"), "0"),
        (Decimal("-1.10"), "-1.1"),
        (Decimal("1e30"), "1" + "0" * 30),
        (-7, "-7"),
        (10**30, "1" + "0" * 30),
    ],
)
def test_a_number_has_one_spelling(number: int | Decimal, text: str) -> None:
    assert plain_number(number) == text


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "sNaN"])
def test_a_number_that_is_none_has_no_spelling(number: str) -> None:
    with pytest.raises(ValueError, match="not a JSON number"):
        plain_number(Decimal(number))


def test_a_float_has_no_place() -> None:
    with pytest.raises(TypeError, match="float"):
        canonical(cast("JsonValue", {"price": 0.1}))


@pytest.mark.parametrize(
    "text",
    [
        "NaN",
        "[Infinity]",
        '{"a": -Infinity}',
        '{"a": 1, "a": 1}',
        '{"a": {"b": 1, "b": 2}}',
        "1e999999999",
        "1e99999999999999999999999",
        "1e-999999999",
        "9" * 5000,
        "[" * 100_000,
        '{"a":' * 100_000,
        "",
        "{}{}",
        b"\xff",
    ],
)
def test_what_is_no_json_of_ours_is_refused(text: str | bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_json(text)


def test_every_digit_is_kept() -> None:
    text = "99999999999999999999.12345678901234567891"
    assert parse_json(text) == Decimal(text)


@pytest.mark.parametrize(
    ("number", "survives"),
    [
        (Decimal("0.1"), True),
        (Decimal("1000.5"), True),
        (2**53, True),
        (2**53 + 1, False),
        (Decimal("0.12345678901234567891"), False),
        (10**20 - 1, False),
        (Decimal("1e400"), False),
        (10**400, False),
        (0, True),
    ],
)
def test_what_a_double_carries(number: int | Decimal, survives: bool) -> None:  # noqa: FBT001 - a column of the table
    assert survives_double(number) is survives


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_double_survives(number: float) -> None:
    assert survives_double(Decimal(repr(number)))
