from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pkgplan.model.diagnostics import Location, TextRange
from pkgplan.stages.load import locate
from pkgplan.stages.load.json_document import read_json_document

if TYPE_CHECKING:
    from pkgplan.model.diagnostics import Diagnostic

PATH = "environments/x.lock.json"


def found(content: bytes) -> Diagnostic:
    source, (finding, *_) = read_json_document(PATH, content)
    assert source is None
    assert finding.at.path == PATH
    assert finding.at.text_range is not None
    return finding


@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\n\n \n"])
def test_what_editors_add_to_a_file_changes_nothing(before: bytes, end: bytes) -> None:
    source, findings = read_json_document(PATH, before + b'{\n  "a": 1\n}'.replace(b"\n", end) + end)
    assert findings == ()
    assert source is not None
    assert source.data == {"a": 1}


@pytest.mark.parametrize(
    ("content", "code", "line", "column", "says"),
    [
        (b"", "PKG610", 1, 1, "it is empty"),
        (b" \n\n", "PKG610", 1, 1, "it is empty"),
        (b'{"a": 1,\n}', "PKG610", 2, 1, 'a "," stands before the closing "}"'),
        (b'{\n  // x\n  "a": 1}', "PKG610", 2, 3, "a comment"),
        (b"{a: 1}", "PKG610", 1, 2, "not in quotes"),
        (b"kind: Package\n", "PKG610", 1, 1, "not in quotes"),
        (b'{"a": 1}\n{"b": 2}\n', "PKG610", 2, 1, "more follows"),
        (b'{"a": NaN}', "PKG610", 1, 1, "NaN is not JSON"),
        (b'{"a": 1e999999999}', "PKG610", 1, 1, "out of range"),
        (b"[" * 100_000, "PKG610", 1, 1, "nested too deeply"),
        (b'{"a": 1,\n "a": 2}', "PKG002", 2, 2, 'key "a" is given twice'),
        (b'{"a": {"b": 1, "b": 2}}', "PKG002", 1, 16, 'key "b" is given twice'),
        (b'{"a": "\xff"}', "PKG005", 1, 8, "0xFF"),
        ('{"a": 1}'.encode("utf-16"), "PKG005", 1, 1, "UTF-16"),
        ('{"a": 1}'.encode("utf-16-le"), "PKG005", 1, 1, "UTF-16"),
        (b"{\n<<<<<<< HEAD\n=======\n>>>>>>> b\n}", "PKG009", 2, 1, "conflict markers of git"),
        (b"version https://git-lfs.github.com/spec/v1\n", "PKG009", 1, 1, "Git LFS"),
        (b"\0GITCRYPT\0", "PKG009", 1, 1, "git-crypt"),
    ],
)
def test_each_fault_has_its_rule_its_place_and_words(
    content: bytes, code: str, line: int, column: int, says: str
) -> None:
    finding = found(content)
    assert finding.rule.code == code
    assert says in finding.message
    assert finding.hint
    assert finding.at.text_range is not None
    assert (finding.at.text_range.line, finding.at.text_range.column) == (line, column)


def test_a_key_that_is_given_twice_points_at_the_first() -> None:
    (related,) = found(b'{"a": 1,\n "a": 2}').related
    assert related.at.text_range == TextRange(1, 2, 1, 5)


@pytest.mark.parametrize("indent", [None, 2, "\t"])
def test_routes_of_a_json_file_have_places(indent: int | str | None) -> None:
    text = json.dumps({"ids": {"product/fee": "x", "product/größe": "y"}}, indent=indent, ensure_ascii=False)
    (at,) = locate([Location(PATH, ("ids", "product/größe"))], {PATH: text})
    assert at.text_range is not None
    line = text.splitlines()[at.text_range.line - 1]
    assert line[at.text_range.column - 1 : at.text_range.end_column - 1] == '"y"'


def test_no_bytes_raise() -> None:
    @given(st.binary(max_size=60) | st.text(alphabet='{}[]",:a1\\u0\n\t\r/ ', max_size=40).map(str.encode))
    def check(content: bytes) -> None:
        source, findings = read_json_document(PATH, content)
        assert (source is None) == bool(findings)

    check()


def test_any_json_is_read_as_json_reads_it() -> None:
    values: Any = st.recursive(
        st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(st.characters(codec="ascii")),
        lambda inner: st.lists(inner) | st.dictionaries(st.text("abc/-"), inner),
        max_leaves=8,
    )

    @given(values)
    def check(value: Any) -> None:
        source, findings = read_json_document(PATH, json.dumps(value).encode())
        assert findings == ()
        assert source is not None
        assert source.data == value

    check()
