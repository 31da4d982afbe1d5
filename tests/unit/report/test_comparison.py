"""Two packages side by side: columns that fit, cells that are only text, rows that agree with a plan."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.command import REPOSITORY

from pkgplan.model.comparison import Comparison, Row, Side
from pkgplan.model.compiled import AsSent
from pkgplan.model.plan import Change, ChangeKind
from pkgplan.model.timeline import SAFEST, AliasWindow, Window
from pkgplan.pipeline import Target, check_catalog, compare, declared_side
from pkgplan.report.comparison import conclusion
from pkgplan.report.markdown.cells import code, plain
from pkgplan.report.markdown.comparison import comparison_markdown
from pkgplan.report.text.columns import shares, wrapped
from pkgplan.report.text.comparison import comparison_text
from pkgplan.report.text.words import width
from pkgplan.stages.diff import diff

if TYPE_CHECKING:
    from pkgplan.pipeline import CheckedCatalog

LOCAL = Target("local", "gnome-ai", SAFEST, {})
WORDS = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["C", "Z", "M"]), max_size=40)
TEXTS = st.lists(WORDS, max_size=6).map(" ".join)
ANYTHING = st.text(max_size=40)
CELL = r"(?:\\.|[^\\|\n])*"


@pytest.fixture(scope="module")
def price_book() -> CheckedCatalog:
    return check_catalog(REPOSITORY / "catalog")


def side(name: str, digest: str, *windows: AliasWindow) -> Side:
    key, _, version = name.partition("@")
    return Side(key, int(version) if version else None, AsSent(), digest, windows)


def of_rows(*rows: Row) -> Comparison:
    return Comparison(
        "local", side("starter@1", "sha256:1"), side("starter@2", "sha256:2"), rows, is_same=False
    )


def test_what_differs_is_what_a_plan_would_show(price_book: CheckedCatalog) -> None:
    sides = [declared_side(price_book, key, LOCAL, {}) for key in price_book.catalog.packages]
    assert len(sides) >= 20
    for before, after in pairwise(sides):
        compared = compare(before, after, "local")
        inner = {change for row in compared.rows for change in row.changes}
        whole = {row.path for row in compared.rows if row.kind is not None and not row.changes}
        changes = diff(before.sent, after.sent)
        assert inner | {change for change in changes if change.path in whole} == set(changes)
        assert whole <= {change.path for change in changes}


def test_the_other_way_round_what_was_added_is_removed(price_book: CheckedCatalog) -> None:
    one, other = (declared_side(price_book, key, LOCAL, {}) for key in ("starter", "prepaid"))
    there, back = compare(one, other, "local"), compare(other, one, "local")
    assert there.count(ChangeKind.ADDED) == back.count(ChangeKind.REMOVED) > 0
    assert [(row.path, row.before, row.after) for row in there.rows] == [
        (row.path, row.after, row.before) for row in back.rows
    ]


@given(text=TEXTS, size=st.integers(2, 30))
def test_wrapped_text_fits_and_nothing_is_lost(text: str, size: int) -> None:
    lines = wrapped(text, size)
    assert all(width(line) <= size for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_words_are_broken_where_a_reader_would() -> None:
    assert wrapped("10.00 USD per period", 12) == ["10.00 USD", "per period"]
    assert wrapped("catalog/packages/starter.yaml", 25) == ["catalog/packages/", "starter.yaml"]
    assert wrapped("access_amount.unit_price", 20) == ["access_amount.unit_", "price"]
    assert wrapped("\u8cc7\u6e90\u65b9\u6848", 5) == ["\u8cc7\u6e90", "\u65b9\u6848"]


@given(wanted=st.lists(st.integers(0, 90), min_size=1, max_size=3), room=st.integers(0, 120))
def test_columns_share_the_room(wanted: list[int], room: int) -> None:
    given_ = shares(wanted, room)
    assert sum(given_) <= room
    assert all(got <= want for got, want in zip(given_, wanted, strict=True))
    assert given_ == wanted or sum(given_) >= room - len(wanted)


@given(texts=st.tuples(ANYTHING, ANYTHING, ANYTHING), columns=st.integers(1, 200))
def test_every_line_of_the_table_fits_whatever_it_says(texts: tuple[str, str, str], columns: int) -> None:
    key, before, after = texts
    change = Change(ChangeKind.CHANGED, f"overrides.{key}.{key}", before, after)
    row = Row("overrides", key, ChangeKind.CHANGED, before, after, (change,))
    text = comparison_text(of_rows(row), catalog="catalog", columns=columns)
    table, _, last = text.rpartition("\n\n")
    assert max(width(line) for line in table.splitlines()) <= max(columns, 40)
    assert last == "1 different\n"


@given(texts=st.tuples(ANYTHING, ANYTHING, ANYTHING))
def test_no_text_breaks_out_of_its_cell(texts: tuple[str, str, str]) -> None:
    key, before, after = texts
    row = Row("overrides", key, ChangeKind.CHANGED, before, after)
    lines = comparison_markdown(of_rows(row), catalog="catalog").splitlines()
    (shown,) = [line for line in lines if line.startswith("| `~`")]
    assert re.fullmatch(rf"\|(?:{CELL}\|){{4}}", shown)
    assert len(lines) == 8


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("10.00 USD per period", "10.00 USD per period"),
        ("a | b", r"a \| b"),
        ("one\ntwo", r"one\\ntwo"),
        ("`rm`", r"\`rm\`"),
        ("<img src=x>", "&lt;img src=x&gt;"),
        ("&lt;", "&amp;lt;"),
        ("[here](https://x.test)", r"\[here\](https:&#8203;//x.test)"),
        ("*all* of _it_ ~now~", r"\*all\* of \_it\_ \~now\~"),
        ("@team fixes #12", "@&#8203;team fixes #&#8203;12"),
        ("starter@1", "starter@1"),
    ],
)
def test_text_means_nothing_to_markdown(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_code_is_code_only_where_a_table_reads_it_as_such() -> None:
    assert code("recurring_credits.signup-credit") == "`recurring_credits.signup-credit`"
    assert code("custom_fields.a|b") == r"custom\_fields.a\|b"
    assert code("") == ""


def test_windows_stand_side_by_side_by_alias() -> None:
    ours = AliasWindow("Starter", Window())
    compared = Comparison(
        "local", side("starter@1", "sha256:1", ours), side("pro", "sha256:2", ours), (), is_same=False
    )
    text = comparison_text(compared, catalog="catalog", columns=80)
    assert re.search(r'^  alias "Starter" +always +no dates$', text, re.MULTILINE)


def test_a_difference_that_words_do_not_show_is_said() -> None:
    row = Row("name", None, None, "Starter", "Starter")
    assert conclusion(of_rows(row), equal=False) == (
        "The terms read the same, but what is sent differs: sha256:1 and sha256:2"
    )
