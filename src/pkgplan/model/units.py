"""Money, spans and instants: as people write them outside, as the API counts them inside.

Comes in: text such as `10.00 USD`, `3 months`, `2025-10-01`. Goes out: exact values.
Never here: floats, the current time, or time zones other than UTC once parsed.
Source: the vendor's guide "Currencies and custom pricing units": USD is sent in cents, every other currency
in whole units, custom pricing units as they are. `RelativeDate` of POST /v1/packages/create.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from pkgplan.model.canonical import JsonObject, JsonValue, plain_number

Instant = datetime

USD = "USD"
# The pricing unit "USD (cents)" has this id in every Metronome environment.
USD_CREDIT_TYPE_ID = "2714e483-4ff1-48e4-9e25-ac732e8f24f2"
OTHER_CURRENCIES = (
    "AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "INR", "MXN",
    "NGN", "NOK", "NZD", "PLN", "SEK", "SGD", "TRY", "ZAR",
)  # fmt: skip
CURRENCIES = (USD, *OTHER_CURRENCIES)

SPAN_UNITS = ("day", "week", "month", "year", "period")
MAX_DIGITS = 20
MONEY_PATTERN = r"^-?[0-9]{1,20}(\.[0-9]{1,20})? [A-Za-z0-9][A-Za-z0-9-]*$(?!\n)"
SPAN_PATTERN = r"^[0-9]{1,6} (day|week|month|year|period)s?$(?!\n)"
INSTANT_PATTERN = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"([Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2})?(\.[0-9]{1,6})?([Zz]|[+-][0-9]{2}:[0-9]{2}))?$(?!\n)"
)
# Beyond these, arithmetic on dates leaves the calendar; nobody sells anything there.
FIRST_YEAR, LAST_YEAR = 1900, 9000
_MONEY = re.compile(r"(-?[0-9]{1,20}(?:\.[0-9]{1,20})?) ([A-Za-z0-9][A-Za-z0-9-]*)")
_SPAN = re.compile(r"([0-9]{1,6}) (day|week|month|year|period)s?")


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a unit, as people say it: 10.00 USD is ten dollars."""

    amount: Decimal
    unit: str

    @classmethod
    def parse(cls, text: str) -> Money:
        """Read `<decimal> <unit>`; raises ValueError for anything else."""
        match = _MONEY.fullmatch(text)
        if match is None:
            raise ValueError(f'"{text}" is not an amount like "10.00 USD"')
        return cls(Decimal(match[1]), match[2])

    @classmethod
    def from_api(cls, number: int | Decimal, unit: str) -> Money:
        """The amount that the API's number means. Units: cents for USD, whole units otherwise."""
        amount = Decimal(number)
        return cls(_shifted(amount, -2) if unit == USD else amount, unit)

    def to_api(self) -> int | Decimal:
        """The number that the API takes. Units: cents for USD, whole units for all else."""
        number = _shifted(self.amount, 2) if self.unit == USD else self.amount
        return int(number) if number == number.to_integral_value() else number

    def __str__(self) -> str:
        if self.unit not in CURRENCIES:
            return f"{plain_number(self.amount)} {self.unit}"
        plain = plain_number(self.amount)
        whole, _, fraction = plain.partition(".")
        return f"{whole}.{fraction.ljust(2, '0')} {self.unit}"


@dataclass(frozen=True, slots=True)
class RelativeDate:
    """A span of calendar time from an anchor that only a contract knows. Units: days to years, periods."""

    value: int
    unit: str

    @classmethod
    def parse(cls, text: str) -> RelativeDate:
        """Read `3 months`; raises ValueError for anything else."""
        match = _SPAN.fullmatch(text)
        if match is None:
            raise ValueError(f'"{text}" is not a span like "3 months"')
        return cls(int(match[1]), match[2])

    @classmethod
    def from_api(cls, value: JsonValue) -> RelativeDate | None:
        """Read the API's `{value, unit}` (which was seen to hold text values); None if it is none."""
        if not isinstance(value, dict) or set(value) != {"value", "unit"}:
            return None
        number, unit = value["value"], value["unit"]
        if isinstance(number, bool) or not isinstance(number, int | str) or not isinstance(unit, str):
            return None
        try:
            return cls(int(number), unit.lower().removesuffix("s"))
        except ValueError:
            return None

    def to_api(self) -> JsonObject:
        """The API's object; its units are in the plural and in capitals."""
        return {"value": self.value, "unit": self.unit.upper() + "S"}

    def __str__(self) -> str:
        return f"{self.value} {self.unit}{'' if self.value == 1 else 's'}"


def parse_instant(text: str) -> Instant:
    """Read RFC 3339 with an offset, or a date, which is midnight UTC; raises ValueError for all else."""
    if not re.fullmatch(INSTANT_PATTERN, text):
        raise ValueError(f'"{text}" is not an instant like "2026-02-01" or "2026-02-01T00:00:00Z"')
    try:
        instant = datetime.fromisoformat(text.upper())
        dated = instant.replace(tzinfo=UTC) if len(text) == len("2026-02-01") else instant.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f'"{text}" is not a day of the calendar: {error}') from None
    if not FIRST_YEAR <= dated.year <= LAST_YEAR:
        raise ValueError(f'"{text}" is not in the years {FIRST_YEAR} to {LAST_YEAR}')
    return dated


def format_instant(instant: Instant) -> str:
    """RFC 3339 in UTC with `Z`, to the second unless there is a fraction."""
    if instant.tzinfo is None:
        raise ValueError("an instant without a zone has no place in pkgplan")
    text = instant.astimezone(UTC).isoformat(timespec="microseconds" if instant.microsecond else "seconds")
    return text.replace("+00:00", "Z")


def short_instant(instant: Instant) -> str:
    """For people: the date alone when it is midnight UTC."""
    text = format_instant(instant)
    return text.removesuffix("T00:00:00Z")


def on_the_hour(instant: Instant) -> bool:
    """Whether an instant is a full hour, as the API wants starts to be."""
    return instant.minute == 0 and instant.second == 0 and instant.microsecond == 0


def next_full_hour(instant: Instant) -> Instant:
    """The first full hour that lies strictly after an instant."""
    return instant.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


def _shifted(number: Decimal, places: int) -> Decimal:
    """The number with its decimal point moved, every digit kept; `scaleb` would round to 28 of them."""
    sign, digits, exponent = number.as_tuple()
    if not isinstance(exponent, int):
        raise ValueError(f"{number} is not an amount")  # noqa: TRY004 - NaN and infinity are values, not types
    return Decimal((sign, digits, exponent + places))
