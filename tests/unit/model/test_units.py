from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pkgplan.model.units import (
    CURRENCIES,
    OTHER_CURRENCIES,
    Money,
    RelativeDate,
    format_instant,
    next_full_hour,
    on_the_hour,
    parse_instant,
    short_instant,
)

AMOUNTS = st.from_regex(r"-?[0-9]{1,20}(\.[0-9]{1,20})?", fullmatch=True)
UNITS = st.sampled_from([*CURRENCIES, "ai-credits"])
INSTANTS = st.datetimes(datetime(1900, 1, 1), datetime(9000, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - the strategy adds the zone


@given(AMOUNTS, UNITS)
def test_money_keeps_every_digit_on_its_way_to_the_api_and_back(amount: str, unit: str) -> None:
    money = Money.parse(f"{amount} {unit}")
    assert money.amount == Decimal(amount)
    assert Money.from_api(money.to_api(), unit) == money


@given(AMOUNTS, UNITS)
def test_money_is_read_as_it_is_written(amount: str, unit: str) -> None:
    money = Money.parse(f"{amount} {unit}")
    assert Money.parse(str(money)) == money


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("10.00 USD", 1000),
        ("10 USD", 1000),
        ("0.01 USD", 1),
        ("0.000001 USD", Decimal("0.0001")),
        ("-5.00 USD", -500),
        ("10.00 EUR", 10),
        ("10.50 EUR", Decimal("10.5")),
        ("500 ai-credits", 500),
        (
            "99999999999999999999.12345678901234567891 USD",
            Decimal("9999999999999999999912.345678901234567891"),
        ),
    ],
)
def test_usd_is_sent_in_cents_and_all_else_as_it_is(text: str, number: int | Decimal) -> None:
    assert Money.parse(text).to_api() == number
    assert type(Money.parse(text).to_api()) is type(number)


@pytest.mark.parametrize("currency", OTHER_CURRENCIES)
def test_no_other_currency_is_sent_in_cents(currency: str) -> None:
    assert Money.parse(f"1 {currency}").to_api() == 1


@pytest.mark.parametrize(
    ("money", "text"),
    [
        (Money(Decimal(10), "USD"), "10.00 USD"),
        (Money(Decimal("0.5"), "EUR"), "0.50 EUR"),
        (Money(Decimal("0.000001"), "USD"), "0.000001 USD"),
        (Money(Decimal("1E+3"), "USD"), "1000.00 USD"),
        (Money(Decimal("500.0"), "ai-credits"), "500 ai-credits"),
    ],
)
def test_money_is_shown_as_people_write_it(money: Money, text: str) -> None:
    assert str(money) == text


@pytest.mark.parametrize(
    "text",
    [
        "10", "USD", "10USD", "10  USD", " 10 USD", "10 USD\n", "$10", "1,000 USD", "1e3 USD", ".5 USD",
        "5. USD", "NaN USD", "\u0661\u0660 USD", "10 -x", "+10 USD", "1" * 21 + " USD",
        "0." + "1" * 21 + " USD", "",
    ],
)  # fmt: skip
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r'is not an amount like "10\.00 USD"'):
        Money.parse(text)


@given(st.integers(0, 999_999), st.sampled_from(["day", "week", "month", "year", "period"]))
def test_a_span_is_read_as_it_is_written(value: int, unit: str) -> None:
    span = RelativeDate(value, unit)
    assert RelativeDate.parse(str(span)) == span
    assert RelativeDate.from_api(span.to_api()) == span


def test_a_span_is_sent_in_capitals_and_read_however_it_comes() -> None:
    assert RelativeDate.parse("3 months").to_api() == {"value": 3, "unit": "MONTHS"}
    assert RelativeDate.from_api({"value": "3", "unit": "months"}) == RelativeDate(3, "month")
    assert str(RelativeDate(1, "period")) == "1 period"


@pytest.mark.parametrize(
    "text", ["3", "months", "3months", "3 fortnights", "-3 months", "1.5 months", "3 months\n"]
)
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match='is not a span like "3 months"'):
        RelativeDate.parse(text)


def test_an_answer_that_is_no_span_is_none() -> None:
    assert RelativeDate.from_api({"value": True, "unit": "DAYS"}) is None
    assert RelativeDate.from_api({"value": "soon", "unit": "DAYS"}) is None
    assert RelativeDate.from_api({"value": 3}) is None
    assert RelativeDate.from_api("3 months") is None


@pytest.mark.parametrize("text", ["1899-12-31", "9001-01-01", "9000-12-31T23:30:00-01:00"])
def test_instants_far_off_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="years"):
        parse_instant(text)


@given(INSTANTS)
def test_an_instant_is_read_as_it_is_written(instant: datetime) -> None:
    assert parse_instant(format_instant(instant)) == instant
    assert parse_instant(short_instant(instant)) == instant


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-02-01", "2026-02-01T00:00:00Z"),
        ("2026-02-01T00:00:00Z", "2026-02-01T00:00:00Z"),
        ("2026-02-01t00:00:00z", "2026-02-01T00:00:00Z"),
        ("2026-02-01 02:30+02:00", "2026-02-01T00:30:00Z"),
        ("2026-01-31T19:00:00-05:00", "2026-02-01T00:00:00Z"),
        ("2026-02-01T00:00:00.500000Z", "2026-02-01T00:00:00.500000Z"),
        ("2024-02-29", "2024-02-29T00:00:00Z"),
    ],
)
def test_an_instant_ends_up_in_utc(text: str, instant: str) -> None:
    assert format_instant(parse_instant(text)) == instant


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-30", "2025-02-29", "2026-13-01", "2026-02-01T00:00:00", "2026-02-01T24:00:00Z", "tomorrow",
        "2026-02", "20260201", "2026-02-01T00:00:00+99:00", "0001-01-01T00:00:00+05:00", "2026-02-01\n", "",
        "\u0662026-02-01",
    ],
)  # fmt: skip
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a"):
        parse_instant(text)


def test_an_instant_without_a_zone_is_never_written() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        format_instant(datetime(2026, 2, 1))  # noqa: DTZ001 - that is the point


def test_instants_of_other_zones_are_written_in_utc() -> None:
    there = datetime(2026, 2, 1, 2, tzinfo=timezone(timedelta(hours=2)))
    assert format_instant(there) == "2026-02-01T00:00:00Z"
    assert short_instant(there) == "2026-02-01"


@given(st.datetimes(timezones=st.just(UTC), max_value=datetime(9999, 12, 31)))  # noqa: DTZ001 - hypothesis adds it
def test_the_next_full_hour_is_the_first_one_after(instant: datetime) -> None:
    hour = next_full_hour(instant)
    assert on_the_hour(hour)
    assert timedelta(0) < hour - instant <= timedelta(hours=1)
