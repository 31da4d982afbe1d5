"""Foreign text: visible on a line, in lines, in JSON."""

from __future__ import annotations

import json
import shlex
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pkgplan.model.canonical import pretty
from pkgplan.model.escapes import readable, visible, visible_json, visible_lines
from pkgplan.report.text.palette import SEQUENCES, Palette, Style
from pkgplan.report.text.words import one_line, shell_word

ANY = st.text(st.characters(codec=None))
HOSTILE = (
    "\x1b[2J\x1b]0;owned\x07",
    "\x9b2J",
    "a\u202eb",
    "\u2028",
    "\r",
    "\x7f",
    "\t",
    "\udcff",
    "\ud800",
    "\xad",
)


@given(ANY)
def test_in_lines_only_line_breaks_pass(text: str) -> None:
    shown = visible_lines(text)
    assert all(character == "\n" or character.isprintable() for character in shown)
    assert shown.count("\n") == readable(text).count("\n")


@given(ANY, ANY)
def test_where_there_is_colour_only_those_of_reports_pass(before: str, after: str) -> None:
    painted = Palette(colour=True).paint(Style.ERROR, "x")
    shown = visible_lines(before + painted + after, SEQUENCES)
    for sequence in SEQUENCES:
        shown = shown.replace(sequence, "")
    assert all(character == "\n" or character.isprintable() for character in shown)


@pytest.mark.parametrize(
    "sequence", ["\x1b[8m", "\x1b[0;31m", "\x1b[31;1m", "\x1b[m", "\x1b[2J", "\x1b]0;x\x07", "\x1b"]
)
def test_a_colour_that_no_report_has_is_foreign(sequence: str) -> None:
    assert "\x1b" not in visible_lines(f"a{sequence}b", SEQUENCES)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | ANY,
    lambda inner: st.lists(inner) | st.dictionaries(ANY, inner),
)


@given(JSON)
def test_json_is_the_same_value_and_has_nothing_invisible(value: object) -> None:
    text = visible_json(pretty(value))  # type: ignore[arg-type] # what JSON can hold
    assert all(character == "\n" or character.isprintable() for character in text)
    assert json.loads(text) == json.loads(readable(json.dumps(value, ensure_ascii=False)))


@given(JSON)
def test_json_can_be_written_in_any_encoding(value: object) -> None:
    text = visible_json(pretty(value), str.isascii)  # type: ignore[arg-type] # as above
    assert text.isascii()
    assert json.loads(text) == json.loads(readable(json.dumps(value, ensure_ascii=False)))


def test_bytes_that_the_locale_did_not_read_are_read_as_utf_8() -> None:
    assert visible("St\udcc3\udca4rter") == "Stärter"
    assert visible("St\udcc3rter") == r"St\udcc3rter"
    assert json.loads(visible_json('"St\udcc3\udca4rter \udcff"')) == "Stärter \udcff"


@pytest.mark.parametrize(
    "text", [*HOSTILE, "a", "", "my plan.json", "it's", "$HOME", "`id`", "a\nb", "\\", "'\x01\\", "ä"]
)
def test_a_word_of_a_command_can_be_pasted(text: str) -> None:
    word = shell_word(text)
    assert visible(word) == word
    if not text.isprintable() and "\ud800" in text:
        return
    said = subprocess.run(["bash", "-c", f"printf %s {word}"], check=True, capture_output=True).stdout
    assert said == text.encode("utf-8", "surrogateescape")
    if text.isprintable():
        assert word == shlex.quote(text)


def test_a_line_stays_one() -> None:
    assert one_line("a\r\nb") == r"a\r\nb"
