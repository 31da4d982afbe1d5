"""The small pieces of text reports."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pkgplan.model.timeline import Window
from pkgplan.report.text.palette import PLAIN, Palette, Style
from pkgplan.report.text.words import counted, shown_path, table, visible, width, window

MARCH = datetime(2026, 3, 1, tzinfo=UTC)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@given(st.text(st.characters(codec=None)))
def test_nothing_that_a_terminal_obeys_passes(text: str) -> None:
    shown = visible(text)
    assert all(character.isprintable() for character in shown)
    shown.encode()


@pytest.mark.parametrize("text", ["", "Starter Plan", "Größe – 10 €", "スターター"])  # noqa: RUF001 - a real dash
def test_what_people_write_stays_as_it_is(text: str) -> None:
    assert visible(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [("a\nb", r"a\nb"), ("\x1b[31m", r"\x1b[31m"), ("a\u202eb", r"a\u202eb"), ("\u2028", r"\u2028")],
)
def test_what_a_terminal_obeys_is_written_out(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        (Window(), "always"),
        (Window(MARCH), "2026-03-01 .."),
        (Window(None, MARCH), ".. 2026-03-01"),
        (Window(MARCH, NOON), "2026-03-01 .. 2026-03-01T12:00:00Z"),
    ],
)
def test_windows_are_open_where_nothing_is_written(shown: Window, text: str) -> None:
    assert window(shown) == text


def test_wide_characters_take_two_cells_and_accents_none() -> None:
    assert [width(text) for text in ("abc", "表", "e\u0301")] == [3, 2, 1]


def test_tables_line_up_also_with_wide_characters() -> None:
    assert table(("A", "B"), [("表", "x"), ("y", "")]) == "A   B\n表  x\ny\n"


def test_counts_agree_with_their_noun() -> None:
    assert [counted(number, "entry", "entries") for number in (0, 1, 2)] == [
        "0 entries",
        "1 entry",
        "2 entries",
    ]


def test_paths_are_joined_to_the_catalog_as_it_was_named() -> None:
    assert shown_path("./catalog/", "packages/a.yaml") == "catalog/packages/a.yaml"
    assert shown_path(".", "pkgplan.yaml") == "pkgplan.yaml"


def test_colour_is_only_there_when_asked_for() -> None:
    assert PLAIN.paint(Style.ERROR, "x") == "x"
    assert Palette(colour=True).paint(Style.ERROR, "x") == "\x1b[1;31mx\x1b[0m"
    assert Palette(colour=True).paint(Style.ERROR, "") == ""
