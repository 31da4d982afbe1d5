from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pkgplan.report.text.package import leaves, spec_text, terms_text
from pkgplan.stages.load import read_document

if TYPE_CHECKING:
    from pkgplan.model.canonical import JsonObject, JsonValue

VALUES = st.recursive(
    st.one_of(
        st.text(st.characters(categories=["L", "N", "P", "Zs"]), max_size=8),
        st.integers(-99, 99),
        st.booleans(),
        st.sampled_from(["10.00 USD", "1e3", "no"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.text("abz09-", min_size=1, max_size=4), inner, max_size=3),
    ),
    max_leaves=8,
)


def read(text: str) -> JsonValue:
    source, found = read_document("shown.yaml", text.encode())
    assert found == ()
    assert source is not None
    return source.data


@given(st.dictionaries(st.text("abcxyz", min_size=1, max_size=4), VALUES, min_size=1, max_size=4))
def test_what_is_shown_says_what_the_spec_says(spec: JsonObject) -> None:
    assert read(spec_text(spec, {})) == spec


@pytest.mark.parametrize(
    "text", ["", "true", "1", "-", "a: b", "a #b", " a", "0x1", "é", "x\ny", "2025-10-01", "~"]
)
def test_text_that_could_be_something_else_is_quoted(text: str) -> None:
    assert read(spec_text({"a": text, "b": [text], "c": {text: text}}, {})) == {
        "a": text,
        "b": [text],
        "c": {text: text},
    }


def test_a_place_stands_behind_each_value_that_another_file_says() -> None:
    spec: JsonObject = {"a": {"b": {"c": {"d": 1, "e": 2}, "f": {"g": [1]}}}, "h": [{"i": 1}]}
    said = {("a", "b", "c", "d"): "x.yaml:1", ("a", "b", "f", "g", 0): "x.yaml:2", ("h", 0, "i"): "y.yaml:3"}
    assert set(said) <= set(leaves(spec))
    assert [line.split() for line in spec_text(spec, said).splitlines()] == [
        ["a:"],
        ["b:"],
        ["c:"],
        ["d:", "1", "#", "x.yaml:1"],
        ["e:", "2"],
        ["f:"],
        ["g:", "[1]", "#", "x.yaml:2"],
        ["h:"],
        ["-", "i:", "1", "#", "y.yaml:3"],
    ]


def test_terms_cannot_steer_the_terminal() -> None:
    assert terms_text({"a": {"b": "\x1b[31m"}, "c": "d"}) == "a:\n  b: \\x1b[31m\nc: d\n"
