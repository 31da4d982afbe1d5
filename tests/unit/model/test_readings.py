"""Every number and amount that a text can stand for is found, and none is picked where there are two."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pkgplan.model.money_readings import bare_amount, money_in
from pkgplan.model.readings import Reading, advice, numbers_in
from pkgplan.model.units import CURRENCIES, Money

ONE_NUMBER = [
    ("49", "49"), ("+49", "49"), ("49.00", "49"), ("49,00", "49"), ("0,123", "0.123"), ("0.123", "0.123"),
    (".5", "0.5"), ("5.", "5"), ("49,-", "49"), ("49.--", "49"), ("1,234.56", "1234.56"), ("1.234,56", "1234.56"),
    ("1.234,567", "1234.567"), ("1'234.56", "1234.56"), ("1 234,56", "1234.56"), ("1_000", "1000"),
    ("1,234,567", "1234567"), ("1.234.567", "1234567"), ("12,34,567.8", "1234567.8"), ("1e3", "1000"),
    ("1.5e1", "15"), ("1,2345", "1.2345"), ("1234,567", "1234.567"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "number"), ONE_NUMBER)
def test_a_number_that_can_only_be_one(text: str, number: str) -> None:
    ((found, condition),) = numbers_in(text)
    assert (found, condition) == (Decimal(number), "")


@pytest.mark.parametrize("text", ["1,234", "1.234", "999.000", "12,500"])
def test_a_number_that_can_be_two(text: str) -> None:
    thousands, fraction = numbers_in(text)
    assert thousands[0] == 1000 * fraction[0]
    assert thousands[1] != fraction[1] != ""


@pytest.mark.parametrize(
    "text", ["", ".", "ten", "1,2,3", "12 34", "1.000.00", "1 000'000", "--5", "1e999", "9" * 30]
)
def test_a_number_that_nobody_can_read(text: str) -> None:
    assert numbers_in(text) == ()


@given(
    st.integers(0, 10**9),
    st.integers(0, 4),
    st.sampled_from([",.", ".,", " ,", " .", "'.", "',", "_.", " ,"]),
)
def test_a_number_is_read_as_its_author_groups_it(digits: int, places: int, marks: str) -> None:
    number = Decimal(digits).scaleb(-places)
    grouping, point = marks[0], marks[1]
    written = f"{number:,f}".translate(str.maketrans(",.", grouping + point))
    readings = [found for found, _ in numbers_in(written)]
    assert number in readings
    assert len(readings) == 1 or readings[0] == 1000 * readings[1]


@given(
    st.decimals(0, 10**9, places=2),
    st.sampled_from(CURRENCIES),
    st.sampled_from(["{0} {1}", "{1} {0}", "{0}{1}", "{1}{0}", " {0}  {1} ", "{0:,} {1}", "+{0} {1}"]),
)
def test_an_amount_with_a_code_is_read_as_it_was_meant(number: Decimal, code: str, form: str) -> None:
    meant = Money(number, code)
    readings = money_in(form.format(number, code.lower()))
    assert [Money.parse(reading.text) for reading in readings] == [meant]
    assert readings[0].condition == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$49", ["49.00 USD"]),
        ("49 US$", ["49.00 USD"]),
        ("$49 CAD", ["49.00 CAD"]),
        ("CA$49", ["49.00 CAD"]),
        ("4900 cents", ["49.00 USD"]),
        ("50 euro cents", ["0.50 EUR"]),
        ("49 kr", ["49.00 DKK", "49.00 NOK", "49.00 SEK"]),
        ("\u00a549", ["49.00 CNY"]),
        ("1,234 USD", ["1234.00 USD", "1.234 USD"]),
        ("500ai-credits", ["500 ai-credits"]),
        ("1\u2019234.56 CHF", ["1234.56 CHF"]),
        ("49\u00a0USD", ["49.00 USD"]),
        ("\u20ac49 USD", []),
        ("$49 EUR", []),
        ("$49 cents", []),
        ("2k", []),
        ("49 USD per seat", []),
        ("USD", []),
        ("-49 USD", []),
        ("49-59 USD", []),
    ],
)
def test_signs_and_words(text: str, expected: list[str]) -> None:
    assert [reading.text for reading in money_in(text)] == expected


def test_a_sign_that_several_currencies_have_is_only_read_on_a_condition() -> None:
    for text in ("$49", "49 dollars", "49 cents", "\u00a549", "49 kr", "49 pounds"):
        assert all(reading.condition for reading in money_in(text)), text
    for text in ("US$49", "\u20ac49", "R$ 49", "49 us cents"):
        assert not any(reading.condition for reading in money_in(text)), text


def test_an_amount_without_a_unit_is_never_given_one() -> None:
    assert bare_amount(Decimal(2000)) == (
        'write the one that is meant: "20.00 USD" if it counts cents, as the API does, "2000.00 USD" if it counts '
        "dollars, or 2000 with another unit"
    )
    assert bare_amount(Decimal(0)) == 'write "0.00 USD", or 0 in the unit that is meant'
    assert bare_amount(Decimal("1" * 30)) == 'write it with its unit, as in "10.00 USD"'


def test_a_hint_names_one_thing_or_all_of_them() -> None:
    one, other = Reading("a"), Reading("b", "if b is meant")
    assert advice("x", [], "write something") == "write something"
    assert advice("x", [one], "") == 'write "a"'
    assert advice("x", [other], "") == 'write "b" if b is meant'
    assert advice("x", [one, other], "") == 'write the one that is meant: "a", or "b" if b is meant'


def test_a_hint_shows_what_nobody_sees() -> None:
    assert (
        advice("49\u00a0USD", money_in("49\u00a0USD"), "")
        == 'write "49.00 USD"; what stands there is "49\\u00a0USD"'
    )
    assert (
        advice("10.00 USD ", money_in("10.00 USD "), "")
        == 'write "10.00 USD"; what stands there is "10.00 USD\\x20"'
    )
