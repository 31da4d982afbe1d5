from __future__ import annotations

import pytest

from pkgplan.model.broken_json import broken_json


@pytest.mark.parametrize("text", ["{}", '{"a": [1, 2.5e3, true, null, "\\u00e9"]}', " 7 \n", '{"a":1,"a":2}'])
def test_what_is_json_is_not_broken(text: str) -> None:
    assert broken_json(text) is None


@pytest.mark.parametrize(
    ("text", "line", "column", "problem"),
    [
        ("", 1, 1, "it is empty"),
        (" \n\n", 1, 1, "it is empty"),
        ('{\n  // ids\n  "a": 1\n}', 2, 3, "a comment"),
        ('{\n  "a": 1 /* b */\n}', 2, 10, "a comment"),
        ('# ids\n{"a": 1}', 1, 1, "a comment"),
        ("{'a': 1}", 1, 2, "single quotes"),
        ("{\"a\": 'b'}", 1, 7, "single quotes"),
        ("{a: 1}", 1, 2, '"a" is not in quotes'),
        ('{"a": b-1}', 1, 7, '"b-1" is not in quotes'),
        ('{"a": True}', 1, 7, '"True" is not in quotes'),
        ('{"a" 1}', 1, 6, 'a ":" is missing'),
        ('{"a": 1\n "b": 2}', 2, 2, 'a "," is missing'),
        ('{"a": 1}{', 1, 9, "more follows after the end"),
        ('{"a": "b}', 1, 7, "a quote is not closed"),
        ('{"a": "b\nc"}', 1, 9, "a line break or control character"),
        ('{"a": "\\x"}', 1, 8, "a backslash"),
        ('{"a": ', 1, 6, "the text ends too early"),
        ('{"a": 1,', 1, 9, "the text ends too early"),
        ('{"a": }', 1, 7, "a value is missing"),
        ('{"a": NaN}', 1, 1, "NaN is not JSON"),
        ("[" * 100_000, 1, 1, "nested too deeply"),
    ],
)
def test_each_fault_has_a_place_and_words(text: str, line: int, column: int, problem: str) -> None:
    found = broken_json(text)
    assert found is not None
    assert problem in found.problem
    assert found.line == line
    # Where a file ends too early, the versions of the parser differ by the white space before the end.
    assert found.column == column or "ends too early" in problem
    assert found.hint


@pytest.mark.parametrize(("text", "closing"), [('{"a": 1,}', "}"), ('{"a": [1, 2,\n ]}', "]")])
def test_a_comma_before_the_closing_bracket(text: str, closing: str) -> None:
    found = broken_json(text)
    assert found is not None
    assert found.problem == f'a "," stands before the closing "{closing}"'
    assert found.hint == "remove the comma"
