"""What the field types make of text, and that nothing is converted in silence."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from pkgplan.model.catalog.fields import (
    DurationField,
    Fraction,
    InstantField,
    MoneyField,
    MoneyOrNumber,
    Number,
    PeriodsField,
    SpanField,
)
from pkgplan.model.catalog.project import Takeover
from pkgplan.model.timeline import SAFEST, LaterWindows, TakeoverRule
from pkgplan.model.units import Money, RelativeDate


def parsed(field: Any, value: object) -> Any:
    return TypeAdapter(field).validate_python(value, strict=True)


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        (MoneyField, "10.00 USD", Money(Decimal("10.00"), "USD")),
        (MoneyField, "500 ai-credits", Money(Decimal(500), "ai-credits")),
        (MoneyOrNumber, 500, 500),
        (MoneyOrNumber, "1 EUR", Money(Decimal(1), "EUR")),
        (SpanField, "0 months", RelativeDate(0, "month")),
        (SpanField, {"value": 3, "unit": "MONTHS"}, RelativeDate(3, "month")),
        (DurationField, "1 year", RelativeDate(1, "year")),
        (PeriodsField, "2 periods", RelativeDate(2, "period")),
        (InstantField, "2025-10-01", datetime(2025, 10, 1, tzinfo=UTC)),
        (InstantField, "2025-10-01T02:00:00+02:00", datetime(2025, 10, 1, tzinfo=UTC)),
        (Number, Decimal("1.50"), Decimal("1.50")),
    ],
)
def test_reads(field: Any, value: object, expected: object) -> None:
    assert parsed(field, value) == expected


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (MoneyField, 10),
        (MoneyField, "-1 USD"),
        (MoneyOrNumber, True),
        (SpanField, "1 period"),
        (SpanField, "1201 months"),
        (DurationField, "0 days"),
        (PeriodsField, "1 month"),
        (PeriodsField, "0 periods"),
        (InstantField, "2026-02-31"),
        (InstantField, "2026-02-01T00:00:00"),
        (Number, True),
        (Number, "1"),
        (Number, Decimal("NaN")),
        (Fraction, Decimal("1.01")),
    ],
)
def test_refuses(field: Any, value: object) -> None:
    with pytest.raises(ValidationError):
        parsed(field, value)


def test_takeover_left_out_is_the_safest_reading() -> None:
    assert Takeover().rule() == SAFEST
    assert Takeover(later_windows="kept").rule() == TakeoverRule(later_windows=LaterWindows.KEPT)
