"""What looks the same is taken for the same, and two values that look the same are told apart."""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pkgplan.model.appearance import apart, foreign_letters, is_tidy, seen, taken_for, tidied, told_apart

TELLING = "aéßЖ漢🙂 -'\t\n\u0430\u0391\u00a0\u2003\u200b\u200d\u00ad\u202e\ufe0f\u0301\u0308\u2011\u2019"
TEXT = st.text(st.sampled_from(TELLING) | st.characters(codec="utf-8"), max_size=8)
NFC, NFD = "Caf\u00e9", "Cafe\u0301"

UNTIDY = [
    (NFD, NFC),
    (" x", "x"),
    ("x ", "x"),
    ("a  b", "a b"),
    ("a\tb\n", "a b"),
    ("a\u00a0b", "a b"),
    ("a\u2003b", "a b"),
    ("a\u3164b", "a b"),
    ("x\u200by", "xy"),
    ("\ufeffx", "x"),
    ("so\u00adft", "soft"),
    ("a\u202eb", "ab"),
    ("x\u2060y", "xy"),
    ("x\u0007y", "xy"),
    ("x\ufe0f", "x"),
    ("x\u200dy", "xy"),
    ("x\U000e0041", "x"),
]


@pytest.mark.parametrize(("typed", "meant"), UNTIDY)
def test_a_name_is_typed_as_it_looks(typed: str, meant: str) -> None:
    assert not is_tidy(typed)
    assert tidied(typed) == meant
    assert is_tidy(meant)


@pytest.mark.parametrize(
    "name",
    [
        NFC,
        "Starter Plan - October 2025",
        "Straße",
        "漢字",
        "❤\ufe0f Pro",  # a heart in colour
        "👨\u200d👩\u200d👧 Family",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # Persian, where a joiner is part of the spelling
        "Pay\u2011as\u2011you\u2011go",
    ],
)
def test_what_has_a_look_of_its_own_is_tidy(name: str) -> None:
    assert is_tidy(name)


@given(TEXT)
def test_tidying_is_done_once_and_changes_nothing_that_is_seen(text: str) -> None:
    tidy = tidied(text)
    assert is_tidy(tidy)
    assert is_tidy(text) == (tidy == text)
    assert seen(tidy) == seen(text)
    assert tidy == unicodedata.normalize("NFC", tidy)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (NFC, NFD),
        ("Growth Plan", "growth plan"),
        ("Growth Plan", "Growth  Plan "),
        ("Starter", "St\u0430rter"),
        ("HOME", "\u041d\u041eM\u0395"),
        ("Caf\u00e9", "C\u0430f\u0435\u0301"),
        ("Pay-as-you-go", "Pay\u2011as\u2011you\u2013go"),
        ("Children's", "Children\u2019s"),
        ("Pro", "Pro\u200b"),
        ("Pro", "\uff30ro"),
        ("find", "\ufb01nd"),
        ("\u2764\ufe0f", "\u2764"),
    ],
)
def test_what_people_take_for_one_name(one: str, other: str) -> None:
    assert one != other
    assert taken_for(one) == taken_for(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Café", "Cafe"),
        ("Pro", "Pr\u043e 2"),
        ("Plan 1", "Plan l"),
        ("Team", "Teams"),
        ("a_b", "a-b"),
        ("AB", "A B"),
    ],
)
def test_what_people_can_tell_apart(one: str, other: str) -> None:
    assert taken_for(one) != taken_for(other)


@given(TEXT)
def test_a_name_is_taken_for_what_it_is_seen_as(text: str) -> None:
    assert taken_for(seen(text)) == taken_for(text) == taken_for(tidied(text))


def test_letters_that_nobody_types_into_a_latin_word() -> None:
    assert foreign_letters("St\u0430rter Pl\u0430n") == ("\u0430", "\u0430")
    assert foreign_letters("\u0391lpha") == ("\u0391",)
    for fine in (
        "Starter",
        "\u0422\u0430\u0440\u0438\u0444",
        "Starter \u0422\u0430\u0440\u0438\u0444",
        "\u00b5Tokens",
        "Größe",
    ):
        assert foreign_letters(fine) == ()


@pytest.mark.parametrize(
    ("one", "other", "shown"),
    [
        ("a", "b", ("a", "b")),
        ("a", "A", ("a", "A")),
        ("a", "a", ("a", "a")),
        (NFC, NFD, ('"Caf\\u00e9"', '"Cafe\\u0301"')),
        ("x ", "x", ('"x\\x20"', '"x"')),
        ("a  b", "a b", ('"a\\x20\\x20b"', '"a b"')),
        ("St\u0430rter", "Starter", ('"St\\u0430rter"', '"Starter"')),
        ("\u00fcber Pro\u200b", "\u00fcber Pro", ('"\u00fcber Pro\\u200b"', '"\u00fcber Pro"')),
        ("a\u00a0b", "a b", ('"a\\u00a0b"', '"a b"')),
        ("\U000e0041x", "x", ('"\\U000e0041x"', '"x"')),
        ('"\\', '"\\\u200b', ('"\\"\\\\"', '"\\"\\\\\\u200b"')),
    ],
)
def test_two_texts_side_by_side(one: str, other: str, shown: tuple[str, str]) -> None:
    assert apart(one, other) == shown
    assert apart(other, one) == shown[::-1]


@given(TEXT, TEXT)
def test_two_texts_that_differ_never_look_the_same_side_by_side(one: str, other: str) -> None:
    for twin in (other, unicodedata.normalize("NFD", one), one + "\u200b", f" {one}"):
        shown = apart(one, twin)
        assert one == twin or seen(shown[0]) != seen(shown[1])


def test_of_long_texts_the_first_difference_is_shown() -> None:
    one, other = apart(f"{'x' * 5000}\u00e9{'y' * 5000}", f"{'x' * 5000}e\u0301{'y' * 5000}")
    assert "\\u00e9" in one
    assert "\\u0301" in other
    assert max(len(one), len(other)) < 100


@pytest.mark.parametrize(
    ("one", "other", "shown"),
    [
        ("a", "b", ('"a"', '"b"')),
        (1, "1", ("the number 1", 'the text "1"')),
        ("true", True, ('the text "true"', "the value true")),
        (None, "null", ("the value null", 'the text "null"')),
        (Decimal("1.50"), "1.50", ("the number 1.50", 'the text "1.50"')),
        (1, "2", ("1", '"2"')),
        ({}, "x", ("a mapping", '"x"')),
        ([], 1, ("a list", "1")),
        (NFC, NFD, ('"Caf\\u00e9"', '"Cafe\\u0301"')),
    ],
)
def test_two_values_in_one_sentence(one: Any, other: Any, shown: tuple[str, str]) -> None:
    assert told_apart(one, other) == shown
    assert told_apart(other, one) == shown[::-1]
