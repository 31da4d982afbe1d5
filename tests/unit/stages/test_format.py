from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random
from textwrap import dedent

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from support.scribble import Scribbler

from pkgplan.model.catalog.layout import layout_of
from pkgplan.model.source import SourceFile, meaning_of
from pkgplan.stages.format import Unwritable, write_document
from pkgplan.stages.format.scalars import quoted
from pkgplan.stages.load import read_comments, read_document, read_tree

ROOT = Path(__file__).parents[3]
FILES = sorted(
    path for folder in ("catalog", "tests/golden/base") for path in (ROOT / folder).rglob("*.yaml")
)
# Documents of each shape, so that a random one is soon a small one.
VARIED = [
    path for path in FILES if path.name in {"pkgplan.yaml", "starter.yaml", "rate-card-tokens.yaml"}
] + FILES


def source_of(text: str) -> SourceFile:
    source, faults = read_document("a.yaml", text.encode())
    assert source is not None, (faults, text)
    return source


def formatted(text: str) -> str:
    """The canonical text, after what must hold of every one was seen to hold."""
    source = source_of(text)
    after = write_document(read_tree(source.text), source.kind or "")
    assert meaning_of(source_of(after)) == meaning_of(source)
    assert comments(after) == comments(text)
    assert write_document(read_tree(after), source.kind or "") == after
    assert after.endswith("\n")
    assert not after.endswith("\n\n")
    assert "\r" not in after
    assert [line for line in after.split("\n") if line != line.rstrip() and "|" not in after] == []
    return after


def comments(text: str) -> Counter[str]:
    return Counter(comment.text for comment in read_comments(text))


def package(spec: str) -> str:
    return HEAD + indented(spec)


def indented(text: str) -> str:
    return (
        "".join(
            f"  {line}" if line.strip() else line
            for line in dedent(text).strip("\n").splitlines(keepends=True)
        )
        + "\n"
    )


HEAD = "apiVersion: pkgplan/v1\nkind: Package\nmetadata:\n  key: starter\nspec:\n"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_example_files_keep_what_they_say(path: Path) -> None:
    formatted(path.read_text(encoding="utf-8"))


@given(path=st.sampled_from(VARIED), seed=st.integers(min_value=0))
@settings(deadline=None, max_examples=150)
def test_whatever_a_file_looks_like_it_keeps_its_meaning_and_every_comment_next_to_its_key(
    path: Path, seed: int
) -> None:
    original = source_of(path.read_text(encoding="utf-8"))
    assert isinstance(original.data, dict)
    scribbler = Scribbler(Random(seed), layout_of(original.kind or ""))
    text = scribbler.write(original.data)
    assert meaning_of(source_of(text)) == meaning_of(original)
    assert comments(text) == Counter(scribbler.comments)

    after = formatted(text)

    lines = after.splitlines()
    for number, line in enumerate(lines):
        _, found, comment = line.partition("# ")
        place, _, key = comment.partition(" ")[0].partition(":")
        if not found or not key:
            continue
        below = next(
            (each for each in lines[number:] if not each.lstrip().startswith("#") and each.strip()), ""
        )
        about = line if place == "behind" and line.lstrip()[0] != "#" else below
        assert f"{key}:" in about or (place == "behind" and f"{key}:" in below), (comment, text, after)


@given(path=st.sampled_from(VARIED), seed=st.integers(min_value=0))
@settings(deadline=None, max_examples=60)
def test_two_ways_to_write_a_document_without_comments_in_blocks_are_one_in_canonical_form(
    path: Path, seed: int
) -> None:
    original = source_of(path.read_text(encoding="utf-8"))
    assert isinstance(original.data, dict)
    random = Random(seed)
    random.random = lambda: 0.99  # type: ignore[method-assign]  # no comments, no several lines, all in braces
    texts = [Scribbler(random, layout_of(original.kind or "")).write(original.data) for _ in range(2)]
    one, other = (formatted(text).split("\n") for text in texts)
    assert [line for line in one if line] == [line for line in other if line]


@given(path=st.sampled_from(VARIED), seed=st.integers(min_value=0))
@settings(deadline=None, max_examples=40)
def test_comments_are_those_that_another_reader_finds(path: Path, seed: int) -> None:
    original = source_of(path.read_text(encoding="utf-8"))
    assert isinstance(original.data, dict)
    text = Scribbler(Random(seed), layout_of(original.kind or "")).write(original.data).replace("\r\n", "\n")
    assert comments(text) == comments_of_ruamel(text)


def comments_of_ruamel(text: str) -> Counter[str]:
    found: dict[int, object] = {}

    def gather(part: object) -> None:
        if isinstance(part, list):
            for each in part:
                gather(each)
        elif part is not None:
            found[id(part)] = part

    tokens = list(YAML().scan(text))
    for token in tokens:
        gather(getattr(token, "comment", None))
    lines = [
        line.strip() for part in found.values() for line in str(getattr(part, "value", part)).split("\n")
    ]
    return Counter(line for line in lines if line.startswith("#"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a: '#no'\n", [], id="quoted"),
        pytest.param("a: x#no\n", [], id="within a word"),
        pytest.param("a: |\n  # no\n# yes\n", ["# yes"], id="below a text"),
        pytest.param("a: | # yes\n  # no\n", ["# yes"], id="behind the bar"),
        pytest.param("a: >- # yes # still\n  # no\n", ["# yes # still"], id="behind the angle"),
        pytest.param("a: 'x\n  # no\n  '\n", [], id="in a quoted text of several lines"),
        pytest.param("--- # yes\na: [1, # two\n 2]\n# three", ["# yes", "# two", "# three"], id="around"),
        pytest.param('a: "\\" # no" # yes\n', ["# yes"], id="escaped quote"),
        pytest.param("é: ü # yes ü\n", ["# yes ü"], id="not ASCII"),
    ],
)
def test_only_real_comments_are_comments(text: str, expected: list[str]) -> None:
    assert [comment.text for comment in read_comments(text)] == expected


def test_fields_take_the_order_of_their_model_and_terms_keep_that_of_the_author() -> None:
    text = (
        "spec:\n  subscriptions:\n    zebra:\n      initial_quantity: 1\n      collection_schedule: advance\n"
        "    ant:\n      collection_schedule: advance\n  name: x\nkind: Package\napiVersion: pkgplan/v1\n"
    )
    assert formatted(text) == (
        "apiVersion: pkgplan/v1\nkind: Package\nspec:\n  name: x\n  subscriptions:\n    zebra:\n"
        "      collection_schedule: advance\n      initial_quantity: 1\n    ant:\n      collection_schedule: advance\n"
    )


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("net_payment_terms_days: 015", "net_payment_terms_days: 015"),
        ("duration: 1 months", "duration: 1 month"),
        ("duration: {value: 3, unit: MONTHS}", "duration: 3 months"),
        ("duration:\n  unit: years\n  value: 1", "duration: 1 year"),
        ('duration: "12 months"', "duration: 12 months"),
        ("aliases: [{name: X, starting_at: '2025-10-01T00:00:00Z'}]", "aliases: [{name: X, starting_at: 2025-10-01}]"),
        (
            "aliases: [{name: X, starting_at: '2025-10-01T02:00:00+01:00'}]",
            'aliases: [{name: X, starting_at: "2025-10-01T01:00:00Z"}]',
        ),
        (
            "aliases:\n  - starting_at: '2025-10-01T02:00:00+01:00'\n    name: X",
            "aliases:\n  - name: X\n    starting_at: 2025-10-01T01:00:00Z",
        ),
        (
            "spend_threshold_configuration:\n  threshold_amount: 10 USD",
            "spend_threshold_configuration:\n  threshold_amount: 10.00 USD",
        ),
        (
            "spend_threshold_configuration:\n  threshold_amount: 10 ai-credits",
            "spend_threshold_configuration:\n  threshold_amount: 10 ai-credits",
        ),
        ('name: "Starter Plan"', "name: Starter Plan"),
        ("name: '4711'", 'name: "4711"'),
        ("name: 'yes'", 'name: "yes"'),
        ("name: '2025-10-01'", 'name: "2025-10-01"'),
        ("name: '12:30'", 'name: "12:30"'),
        ("name: 'a: b'", 'name: "a: b"'),
        ("name: 'a #b'", 'name: "a #b"'),
        ("name: '- a'", 'name: "- a"'),
        ("name: 'say \"hi\"'", 'name: say "hi"'),
        ("name: '\"hi\" she said'", "name: '\"hi\" she said'"),
        ('name: "a\\nb"', 'name: "a\\nb"'),
        ('name: "a\\tb"', 'name: "a\\tb"'),
        ('name: "\\u200b"', 'name: "\\u200b"'),
        ("name: yes", "name: yes"),
        ("name: ~", "name: null"),
        ("duration:", "duration: null"),
        ("spend_trackers: {a: True}", "spend_trackers: {a: true}"),
        ("recurring_credits:\n  c: {priority: 1.50}", "recurring_credits:\n  c: {priority: 1.50}"),
        ("commits: {  }", "commits: {}"),
        ("aliases: [a, # c\n  -]", 'aliases:\n  - a  # c\n  - "-"'),
        ("name: one\n  two\n    three", "name: one\n  two\n  three"),
        ("name: 'one\n  two'", "name: one two"),
        ("name: >-\n     one\n     two", "name: >-\n  one\n  two"),
        ("name: |\n     one\n       two\n\n     three\n", "name: |\n  one\n    two\n\n  three"),
        ("name: |2-\n     one\n    two", "name: |2-\n     one\n    two"),
        ("name: |+\n  one\n\nduration: 1 day", 'name: "one\\n\\n"\n\nduration: 1 day'),
        ("? name\n: x", "name: x"),
    ],
)  # fmt: skip
def test_spelling(written: str, canonical: str) -> None:
    assert formatted(package(written)) == HEAD + "".join(
        f"  {line}\n" if line else "\n" for line in canonical.split("\n")
    )


def test_braces_that_fit_stay_and_longer_ones_become_a_block() -> None:
    short = "subscriptions: {fee: {subscription_rate: {product: starter-fee, billing_frequency: monthly}}}"
    assert formatted(package(short)) == package(short)
    long = short.replace("}}}", "}, name: " + "x" * 30 + "}}")
    expected = f"""
    subscriptions:
      fee:
        subscription_rate: {{product: starter-fee, billing_frequency: monthly}}
        name: {"x" * 30}
    """
    assert formatted(package(long)) == package(expected)


@pytest.mark.parametrize("length", [109, 110, 111])
def test_a_line_has_at_most_110_characters_if_braces_can_be_broken(length: int) -> None:
    start = "  aliases: [{name: "
    text = HEAD + start + "x" * (length - len(start) - 2) + "}]\n"
    assert (formatted(text) == text) == (length <= 110)


def test_comments_stand_where_they_stood() -> None:
    text = """\
    # The header.
    # yaml-language-server: $schema=x

    # about the kind
    kind: Package   # kind
    apiVersion: pkgplan/v1
    metadata: # more
      # first
      owner: me
      # second
      key: starter
      # end of metadata
    # about the spec
    spec:

      subscriptions:   # fees
      # one fee


      # two

        fee:
          proration: {is_prorated: true, # whether
            # before the brace
          }
          collection_schedule: advance
          # end of fee
        # end of subscriptions
      # name
      name:
        # odd
        X  # x
      aliases:
      # an alias
      - # dash
        # below the dash
        starting_at: 2025-10-01
        # its name
        name: X
      # end of aliases
    # end
    """
    expected = """\
    # yaml-language-server: $schema=x
    # The header.

    # about the kind
    apiVersion: pkgplan/v1
    kind: Package  # kind
    metadata:  # more
      # second
      key: starter
      # first
      owner: me
      # end of metadata
    # about the spec
    spec:
      # name
      # odd
      name: X  # x
      aliases:
        # an alias
        # dash
        # below the dash
        # its name
        - name: X
          starting_at: 2025-10-01
        # end of aliases

      subscriptions:  # fees
        # one fee

        # two

        fee:
          collection_schedule: advance
          proration:
            is_prorated: true  # whether
            # before the brace
          # end of fee
        # end of subscriptions
    # end
    """
    assert formatted(dedent(text)) == dedent(expected)


def test_a_comment_behind_a_dash_stays_with_its_item() -> None:
    text = package("aliases:\n- name: a\n  starting_at: 2025-10-01\n- # c\n  name: b\n")
    assert formatted(text).endswith("\n      starting_at: 2025-10-01\n    # c\n    - name: b\n")


def test_a_comment_that_silences_goes_where_its_line_goes() -> None:
    text = "# Ours.\n# pkgplan: ignore[PKG214] why\nspec: {}\nkind: Package\n"
    assert formatted(text) == "# Ours.\nkind: Package\n# pkgplan: ignore[PKG214] why\nspec: {}\n"


@pytest.mark.parametrize("place", ["{0}\n{1}", "{1}  {0}\n"])
def test_braces_stay_on_the_line_of_a_comment_that_silences(place: str) -> None:
    ignore, braces = "# pkgplan: ignore[PKG214] why", "{name: %s, priority: 1}" % ("a" * 110)
    written = indented(place.format(ignore, f"free: {braces}").strip())
    text = formatted(package(f"credits:\n{written}\n"))
    assert braces in text
    assert formatted(text) == text
    assert braces not in formatted(package(f"credits:\n  free: {braces}\n"))


def test_a_document_in_braces_becomes_a_block() -> None:
    assert formatted("{kind: Package, spec: {}} # end\n") == "kind: Package\nspec: {}  # end\n"
    assert formatted("{kind: Package, spec: {}}\n# end\n") == "kind: Package\nspec: {}\n# end\n"


@pytest.mark.parametrize("text", ["x\n", "[]\n", "{}\n", f'"{"k" * 1001}": 1\n'])
def test_what_has_no_canonical_form_says_so(text: str) -> None:
    with pytest.raises(Unwritable):
        write_document(read_tree(text), "Package")


SCALARS = st.text(
    st.characters(codec="utf-8", exclude_characters="\x85\u2028\u2029\ufeff\ufffe\uffff"), max_size=12
)


@given(value=SCALARS | st.text("ab:#-?,[]{} '\"\\|>%@`&*!~.019\n\t", max_size=12), is_flow=st.booleans())
@settings(deadline=None, max_examples=400)
@example(value="0b1", is_flow=False)
@example(value=" a\nb", is_flow=False)
def test_any_text_stays_the_same_text(value: str, is_flow: bool) -> None:  # noqa: FBT001 - drawn by hypothesis
    if any(
        ord(character) < 0xA0 and not character.isprintable() and character not in "\t\n\r"
        for character in value
    ):
        return
    text = f"kind: Package\nmetadata: {{labels: {{a: {quoted(value)}}}}}\n"
    if not is_flow:
        text = f"kind: Package\nmetadata:\n  labels:\n    a: {quoted(value)}\n"
    assert YAML(typ="safe", pure=True).load(formatted(text))["metadata"]["labels"]["a"] == value
