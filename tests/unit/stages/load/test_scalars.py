from decimal import Decimal

import pytest

from pkgplan.stages.load.scalars import Scalar, UnsupportedNumberError, resolve


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("Null", None),
        ("true", True),
        ("True", True),
        ("TRUE", True),
        ("false", False),
        ("FALSE", False),
        ("0", 0),
        ("010", 10),
        ("+7", 7),
        ("-12", -12),
        ("0o17", 15),
        ("0xfF", 255),
        ("9" * 40, int("9" * 40)),
        ("1.10", Decimal("1.10")),
        ("1.0", Decimal("1.0")),
        ("5.", Decimal(5)),
        (".5", Decimal("0.5")),
        ("-.5", Decimal("-0.5")),
        ("1e3", Decimal(1000)),
        ("1E+3", Decimal(1000)),
        ("1.5e-3", Decimal("0.0015")),
        ("1e39", Decimal("1e39")),
        ("0e0", Decimal(0)),
    ],
)
def test_a_plain_scalar_has_the_meaning_of_yaml_1_2(text: str, value: Scalar) -> None:
    resolved = resolve(text)

    assert resolved == value
    assert type(resolved) is type(value)


@pytest.mark.parametrize(
    "text",
    [
        *("yes", "no", "on", "off", "NO", "y", "n", "nULL", "tRUE"),
        *("1_000", "0b11", "12:30:45", "=", "-0x10", "+0o7", "0o8", "0x", "0o", "0x_1", "١٢", "½"),
        *(
            "2025-10-01",
            "2025-10-01T00:00:00Z",
            "1.2.3",
            ".",
            "-",
            "+",
            "..",
            "e3",
            "1e",
            "1e+",
            ".e3",
            "+.nan",
        ),
        *("10.00 USD", "nan", "inf", "Infinity", "1,5", "1 0"),
    ],
)
def test_leftovers_of_yaml_1_1_and_look_alikes_are_text(text: str) -> None:
    assert resolve(text) == text


def test_a_decimal_keeps_every_digit() -> None:
    assert str(resolve("0.1000000000000000055511151231257827")) == "0.1000000000000000055511151231257827"


@pytest.mark.parametrize(
    "text",
    [
        *(".nan", ".NaN", ".NAN", ".inf", ".Inf", "-.INF", "+.inf"),
        *("9" * 41, "-" + "9" * 41, "0" * 400, "9" * 5000, "0x" + "f" * 40, "0x" + "f" * 9999),
        *(
            "1e40",
            "1e400",
            "1e-41",
            "1e99999",
            "1e" + "9" * 400,
            "0." + "3" * 41,
            "1" * 39 + ".12",
            "0." + "0" * 400,
        ),
    ],
)
def test_a_number_beyond_the_limits_is_refused(text: str) -> None:
    with pytest.raises(UnsupportedNumberError):
        resolve(text)
