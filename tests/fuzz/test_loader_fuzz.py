"""Whatever the bytes are: no exception, a document or an error, and every finding inside the file."""

import random
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pkgplan.model.canonical import JsonValue
from pkgplan.model.diagnostics import Anchor, Diagnostic, Location, TextRange, has_errors
from pkgplan.model.rules import MISSING_KEY
from pkgplan.stages.load import place, read_document
from pkgplan.stages.load.decode import displayable

SEEDS = [
    """\
# a package
apiVersion: pkgplan/v1
kind: Package
metadata:
  key: starter
  description: "Standard \\u00e9 pricing, 10% off"
  labels: {team: growth, tier: 'one'}
spec:
  aliases:
    - name: Starter Plan
      starting_at: 2025-10-01
  duration: 12 months
  recurring_credits:
    signup-credit:
      access_amount: {unit_price: 10.00 USD, quantity: 1}
      applicable_products: [input-tokens, output-tokens]
      priority: 1.5
""",
    """\
kind: RateCard
metadata: {key: tokens}
spec:
  rates:
  - product: größe-😀
    price: 0.000015 USD
  - product: b
    tiers: [{up_to: 10, price: 1e3}, {price: ~}]
  text: |
    two
    lines
  folded: >-
    one
    line
""",
    '{kind: Project, spec: {environments: [a, b], empty: {}, none: , quoted: "x\\ty"}}\r\n',
    "? a\n: b\n",
    "---\n- - - 1\n    - 2\n...\n",
]
TOKENS = [
    *(
        "&a ",
        "*a ",
        "!!str ",
        "!x ",
        "!%ED%A0%80 ",
        "<<: ",
        "? ",
        ": ",
        "- ",
        "---\n",
        "...\n",
        "%YAML 1.1\n",
        "%",
    ),
    *(
        "[",
        "]",
        "{",
        "}",
        ",",
        "'",
        '"',
        "|",
        ">",
        "#",
        "@",
        "`",
        "\t",
        "\n",
        "\r",
        "\r\n",
        " ",
        "  ",
        "\\",
        "\\x",
    ),
    *("null", "true", "~", ".nan", "-.inf", "1e99", "9" * 50, "0x1F", "010", "key: value\n", "kind: 2\n"),
    *(
        "\x00",
        "\x1b",
        "\x7f",
        "\x85",
        "\u2028",
        "\ufeff",
        "\uffff",
        "é",
        "😀",
        "\u202e",
        "a: " * 70,
        "[" * 70,
    ),
]
BYTES = [
    b"\xff",
    b"\xfe",
    b"\xc0\x80",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\xe2\x82",
    b"\xef\xbb\xbf",
    b"\x00",
]
CASES = 24_000


def _mutated(chance: random.Random) -> bytes:
    text = chance.choice(SEEDS)
    if chance.random() < 0.2:
        text = "".join(chance.choices(TOKENS, k=chance.randint(0, 20)))
    for _ in range(chance.randint(0, 4)):
        start = chance.randint(0, len(text))
        end = min(len(text), start + chance.choice([0, 0, 1, 1, 3, 20, 200]))
        replacement = chance.choice([*TOKENS, "", "", text[chance.randint(0, len(text)) :][:30]])
        text = text[:start] + replacement + text[end:]
    content = text.encode()
    if chance.random() < 0.15:
        at = chance.randint(0, len(content))
        piece = chance.choice([*BYTES, chance.randbytes(chance.randint(1, 4))])
        content = content[:at] + piece + content[at + chance.randint(0, 3) :]
    return content


def _assert_inside(at: TextRange | None, lines: list[str]) -> None:
    assert at is not None
    assert 1 <= at.line <= at.end_line <= len(lines)
    assert 1 <= at.column <= len(lines[at.line - 1]) + 1
    assert 1 <= at.end_column <= len(lines[at.end_line - 1]) + 1
    assert (at.line, at.column) <= (at.end_line, at.end_column)


def _assert_json(value: JsonValue) -> None:
    rest: list[JsonValue] = [value]
    while rest:
        match rest.pop():
            case dict() as mapping:
                assert all(isinstance(key, str) for key in mapping)
                rest += mapping.values()
            case list() as items:
                rest += items
            case Decimal() as number:
                assert number.is_finite()
            case other:
                assert other is None or isinstance(other, str | int)


def _locations(value: JsonValue) -> list[Location]:
    """Every route of a document."""
    found: list[Location] = []
    rest: list[tuple[Location, JsonValue]] = [(Location("x.yaml"), value)]
    while rest:
        location, node = rest.pop()
        found.append(location)
        if isinstance(node, dict):
            rest += [(location.child(key), item) for key, item in node.items()]
        elif isinstance(node, list):
            rest += [(location.child(index), item) for index, item in enumerate(node)]
    return found


def _check(content: bytes) -> bool:
    """Assert the promises for one content; gives whether it was sound."""
    source, found = read_document("x.yaml", content)
    lines = displayable(content).splitlines() or [""]
    assert (source is None) == has_errors(found)
    for one in found:
        assert one.message
        assert one.message.isprintable()
        assert one.hint
        _assert_inside(one.at.text_range, lines)
        for related in one.related:
            _assert_inside(related.at.text_range, lines)
    if source is None:
        later = [Location("x.yaml", one.at.route) for one in found]
    else:
        _assert_json(source.data)
        later = _locations(source.data)
    for anchor in Anchor:
        questions = [
            Diagnostic(MISSING_KEY, str(number), Location(at.path, at.route, anchor))
            for number, at in enumerate(later)
        ]
        for placed in place(questions, {"x.yaml": displayable(content) if source is None else source.text}):
            _assert_inside(placed.at.text_range, lines)
    return source is not None


@pytest.mark.parametrize("seed", range(4))
def test_mutated_catalog_files(seed: int) -> None:
    chance = random.Random(seed)
    contents = [_mutated(chance) for _ in range(CASES // 4)]

    sound = sum(_check(content) for content in contents)

    # Both kinds are there in numbers, or the mutations have lost their point.
    assert len(contents) * 0.05 < sound < len(contents) * 0.8


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_random_bytes(content: bytes) -> None:
    _check(content)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(TOKENS), max_size=30).map("".join))
def test_random_tokens(text: str) -> None:
    _check(text.encode())
