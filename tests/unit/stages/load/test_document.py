"""What each broken file gets: the rule, the place and the words."""

import sys
from decimal import Decimal

import pytest

from pkgplan.model.diagnostics import Diagnostic, TextRange
from pkgplan.stages.load import builder, read_document


def _found(content: str | bytes) -> tuple[Diagnostic, ...]:
    source, found = read_document("x.yaml", content.encode() if isinstance(content, str) else content)
    assert source is None
    return found


def _summary(content: str | bytes) -> list[tuple[str, int, int]]:
    ranges = [(found.rule.code, found.at.text_range) for found in _found(content)]
    return [(code, at.line, at.column) for code, at in ranges if at is not None]


def test_the_parser_is_the_c_parser() -> None:
    parser = vars(builder)["CParser"]
    assert parser.__module__.endswith("_ruamel_yaml")
    module_file = sys.modules["_ruamel_yaml"].__file__
    assert module_file is not None
    assert not module_file.endswith(".py")


def test_a_document_becomes_plain_data() -> None:
    text = """\
# a comment
kind: Package
metadata: {key: starter, labels: [a, 'b', "1"]}
spec:
  price: 1.10
  none:
  list:
  - 1
  - - true
    - {}
  text: |
    two
    lines
...
"""
    source, found = read_document("x.yaml", text.encode())

    assert found == ()
    assert source is not None
    assert source.kind == "Package"
    assert source.data == {
        "kind": "Package",
        "metadata": {"key": "starter", "labels": ["a", "b", "1"]},
        "spec": {"price": Decimal("1.10"), "none": None, "list": [1, [True, {}]], "text": "two\nlines\n"},
    }


def test_quotes_make_text() -> None:
    source, _ = read_document("x.yaml", b"a: '1'\nb: \"true\"\nc: ''\n'1': ~\n'<<': 2\n\"null\": 3\n")

    assert source is not None
    assert source.data == {"a": "1", "b": "true", "c": "", "1": None, "<<": 2, "null": 3}


@pytest.mark.parametrize("content", [b"\xef\xbb\xbfa: 1\nb: x\n", b"a: 1\r\nb: x\r\n", b"a: 1\rb: x\r"])
def test_a_byte_order_mark_and_line_ends_change_nothing(content: bytes) -> None:
    source, found = read_document("x.yaml", content)

    assert found == ()
    assert source is not None
    assert source.data == {"a": 1, "b": "x"}
    assert source.text.startswith("a")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        # Nothing there
        ("", [("PKG008", 1, 1)]),
        ("# only a comment\n", [("PKG008", 1, 1)]),
        ("---\n", [("PKG008", 1, 1)]),
        ("\n \n", [("PKG008", 1, 1)]),
        # Not text
        (b"\x7fELF\x02\x01\x01\x00", [("PKG005", 1, 1)]),
        (b"a: 1\nb: \xe9t\xe9\n", [("PKG005", 2, 4)]),
        (b"a: 1\nb\x00: \xff\n", [("PKG005", 2, 2)]),
        ("a: é😀\x07\n", [("PKG005", 1, 6)]),
        (b"\xef\xbb\xbfab\xff", [("PKG005", 1, 3)]),
        ("a: 1\n".encode("utf-16"), [("PKG005", 1, 1)]),
        ("a: 1\n".encode("utf-16-le"), [("PKG005", 1, 1)]),
        ("a: 1\n".encode("utf-16-be"), [("PKG005", 1, 1)]),
        (b"a: \xed\xa0\x80\n", [("PKG005", 1, 4)]),
        ("a: 1\n\ufeffb: 2\n", [("PKG005", 2, 1)]),
        ("\ufeff\ufeffa: 1\n", [("PKG005", 1, 1)]),
        ("a: 1\x85b: 2\n", [("PKG005", 1, 5)]),
        ("a: x\u2028y\n", [("PKG005", 1, 5)]),
        ("a: \x1b[31m\n", [("PKG005", 1, 4)]),
        # Not YAML
        ("a:\n\tb: 1\n", [("PKG001", 2, 1)]),
        ("a:\n  b: 1\n\tc: 2\n", [("PKG001", 3, 1)]),
        ("a: b: c\n", [("PKG001", 1, 5)]),
        ("é😀: b: c\n", [("PKG001", 1, 6)]),
        ("a:1\nb: 2\n", [("PKG001", 2, 2)]),
        ("a: [1, 2\n", [("PKG001", 1, 4)]),
        ("a: {b: [\n", [("PKG001", 1, 8)]),
        ("a: {b: 1\nc: 2\n", [("PKG001", 2, 2)]),
        ("b: 1\na: 'x\n", [("PKG001", 2, 4)]),
        ("a: 1\n]\n", [("PKG001", 2, 1)]),
        ("a: 1\n...\nb\n", [("PKG001", 3, 1)]),
        ("a: [1]]\n", [("PKG001", 1, 7)]),
        ("a: @x\n", [("PKG001", 1, 4)]),
        (": x\n", [("PKG001", 1, 1)]),
        ("- a\nb: 1\n", [("PKG001", 2, 1)]),
        ("a: 1\nfoo\nb: 2\n", [("PKG001", 2, 1)]),
        ('a: "\\q"\n', [("PKG001", 1, 5)]),
        ('a: "\\ud800"\n', [("PKG001", 1, 7)]),
        ("- -\t- 1\n", [("PKG001", 1, 4)]),
        # The parser fails to decode what the escapes of this tag stand for, with a bare UnicodeDecodeError.
        ("a: !%ED%A0%80 x\n", [("PKG001", 1, 2)]),
        # Outside the dialect
        ("a: &x 1\nb: *x\n", [("PKG003", 1, 4), ("PKG003", 2, 4)]),
        ("a: &x {b: 1}\n", [("PKG003", 1, 4)]),
        ("a: !!str 1\nb: !x [1]\nc: ! 1\n", [("PKG003", 1, 4), ("PKG003", 2, 4), ("PKG003", 3, 4)]),
        ("a: !e!x 1\n", [("PKG003", 1, 4)]),
        ("a: **bold**\n", [("PKG003", 1, 4)]),
        ("a: &\n", [("PKG003", 1, 4)]),
        ("a:\n  <<: {b: 1}\n", [("PKG003", 2, 3)]),
        ("%YAML 1.2\n---\na: 1\n", [("PKG003", 1, 1)]),
        ("%TAG ! x\n---\na: 1\n", [("PKG003", 1, 1)]),
        ("%FOO\n---\na: 1\n", [("PKG003", 1, 1)]),
        ("%YAML 3.0\n---\na: 1\n", [("PKG003", 1, 1)]),
        ("a: 1\n---\nb: 1\n", [("PKG003", 2, 1)]),
        ("a: 1\n---\n", [("PKG003", 2, 1)]),
        ("? [a, b]\n: 1\n", [("PKG003", 1, 3)]),
        ("? {a: b}\n: 1\n", [("PKG003", 1, 3)]),
        ("1: x\n2.5: x\n", [("PKG003", 1, 1), ("PKG003", 2, 1)]),
        ("null: x\ntrue: x\n.nan: x\n", [("PKG003", 1, 1), ("PKG003", 2, 1), ("PKG003", 3, 1)]),
        ("?\n: x\n", [("PKG003", 1, 2)]),
        ("*a : x\n", [("PKG003", 1, 1)]),
        ('a: "\\e[31m"\n', [("PKG003", 1, 4)]),
        ('"a\\0": 1\n', [("PKG003", 1, 1)]),
        # Keys and numbers
        ("a: 1\nb:\n  c: 1\n  'c': 2\na: 3\n", [("PKG002", 4, 3), ("PKG002", 5, 1)]),
        ("{a: 1, a: 2}\n", [("PKG002", 1, 8)]),
        ("a: .nan\nb: [-.inf]\n", [("PKG007", 1, 4), ("PKG007", 2, 5)]),
        ("a: " + "9" * 400 + "\n", [("PKG007", 1, 4)]),
        ("a: 1e999999999\n", [("PKG007", 1, 4)]),
    ],
)
def test_broken_content_is_reported_at_its_place(
    content: str | bytes, expected: list[tuple[str, int, int]]
) -> None:
    assert _summary(content) == expected


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("a:\n\tb: 1\n", "tab"),
        ("a: [1\n", 'the "[" is not closed'),
        ("a: {b: 1\n", 'the "{" is not closed'),
        ("a: 'x\n", "quote is not closed"),
        (": x\n", "a key is empty"),
        ("a:1\nb: 2\n", "space after the colon in line 1"),
        ("a: 1]\nb: [1]]\n", 'the "]" closes nothing'),
        ("a: 'b' c\n", "more text follows"),
        ("a: `b`\n", 'cannot begin with "`"'),
        ("a: %b\n", 'cannot begin with "%"'),
        ("a: !!float 1\n", '"!!float"'),
        ("a: &anchor 1\n", '"&anchor"'),
        ("1: x\n", 'Quote the key: "1"'),
        ("a: .inf\n", '".inf" is not finite'),
        (b"a: \xff\n", "0xFF"),
        ("a: \x00\n", "U+0000"),
        ("a\tb: 'x\ty' z\n", "more text follows"),
    ],
)
def test_the_words_name_the_cause(content: str | bytes, words: str) -> None:
    (found,) = _found(content)

    assert words in f"{found.message} | {found.hint}"


def test_a_duplicate_key_shows_both_places_and_the_route() -> None:
    (found,) = _found("spec:\n  fee: 1\n  other: 2\n  fee: 3\n")

    assert found.at.route == ("spec", "fee")
    assert found.at.text_range == TextRange(4, 3, 4, 6)
    assert [related.at.text_range for related in found.related] == [TextRange(2, 3, 2, 6)]


def test_findings_of_one_file_are_reported_together_up_to_the_syntax_error() -> None:
    codes = [found.rule.code for found in _found("a: &x 1\na: 2\n3: .nan\nb: [\n")]

    assert codes == ["PKG003", "PKG002", "PKG003", "PKG007", "PKG001"]


def test_endless_findings_end() -> None:
    found = _found("- &a x\n" * 10_000)

    assert len(found) == 101
    assert {one.rule.code for one in found} == {"PKG003", "PKG006"}


def test_an_alias_bomb_is_refused_and_never_expanded() -> None:
    lines = ["a0: &a0 [x, x]", *(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 10))]

    assert _summary("\n".join(lines))[0] == ("PKG003", 1, 5)


@pytest.mark.parametrize("depth", [10_000, 1_000_000])
@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? ", "[{a: ", '{"a":['])
def test_deep_nesting_ends_at_the_limit(opening: str, depth: int) -> None:
    assert {found.rule.code for found in _found(opening * depth)} <= {"PKG003", "PKG006"}


def test_nesting_up_to_the_limit_is_read() -> None:
    source, found = read_document("x.yaml", b"[" * 64 + b"]" * 64)
    assert source is not None
    assert found == ()
    assert _summary("[" * 65 + "]" * 65) == [("PKG006", 1, 65)]


def test_a_long_message_is_cut_and_stays_on_one_line() -> None:
    (found,) = _found("a: " + "9" * 10_000)
    assert len(found.message) < 200

    first, *_ = _found('"x\\ny": 1\n"x\\ny": 2\n')
    assert "\n" not in first.message
