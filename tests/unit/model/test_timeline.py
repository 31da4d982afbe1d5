"""The takeover rule: the documented case, the assumed ones, and what holds under every reading."""

from __future__ import annotations

from itertools import pairwise, product
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.windows import RULES, rule_name
from support.worlds import day

from pkgplan.model.names import PackageRef
from pkgplan.model.timeline import (
    SAFEST,
    AfterBoundedEnd,
    AliasRow,
    AliasWindow,
    DatelessStart,
    DatelessTakeover,
    LaterWindows,
    TakeoverRule,
    Window,
    resolve,
    take_over,
)

if TYPE_CHECKING:
    from pkgplan.model.units import Instant

A, B, C = (PackageRef(key, 1) for key in "abc")
NOW = day(0)


def row(ref: PackageRef, start: int | None, end: int | None = None) -> AliasRow:
    return AliasRow(ref, Window(None if start is None else day(start), None if end is None else day(end)))


def after(rows: list[AliasRow], new: AliasRow, rule: TakeoverRule = SAFEST) -> set[AliasRow]:
    return set(take_over(rows, new, at=NOW, rule=rule))


def test_a_later_start_cuts_the_open_predecessor() -> None:
    assert after([row(A, 1)], row(B, 31)) == {row(A, 1, 31), row(B, 31)}


def test_a_window_that_ended_before_is_left_alone() -> None:
    assert after([row(A, 1, 5), row(B, 5)], row(C, 9)) == {row(A, 1, 5), row(B, 5, 9), row(C, 9)}


def test_an_earlier_start_takes_the_scheduled_window_away() -> None:
    assert after([row(A, 1, 31), row(B, 31)], row(C, 20)) == {row(A, 1, 20), row(C, 20)}


def test_an_earlier_start_gives_way_where_later_windows_are_kept() -> None:
    kept = TakeoverRule(later_windows=LaterWindows.KEPT)
    assert after([row(A, 1, 31), row(B, 31)], row(C, 20), kept) == {row(A, 1, 20), row(C, 20, 31), row(B, 31)}


def test_an_equal_start_replaces() -> None:
    for rule in RULES:
        assert after([row(A, 31)], row(B, 31), rule) == {row(B, 31)}


def test_nobody_comes_back_after_a_bounded_window() -> None:
    assert after([row(A, 1)], row(B, 5, 9)) == {row(A, 1, 5), row(B, 5, 9)}


def test_the_predecessor_comes_back_where_it_is_read_so() -> None:
    rule = TakeoverRule(after_bounded_end=AfterBoundedEnd.PREDECESSOR)
    assert after([row(A, 1)], row(B, 5, 9), rule) == {row(A, 1, 5), row(B, 5, 9), row(A, 9)}


def test_a_dateless_window_takes_everything() -> None:
    assert after([row(A, 1, 5), row(B, 5)], row(C, None)) == {row(C, None)}


def test_a_dateless_window_cuts_at_now_where_it_is_read_so() -> None:
    rule = TakeoverRule(dateless_takeover=DatelessTakeover.CUTS_AT_NOW)
    assert after([row(A, -9)], row(B, None), rule) == {row(A, -9, 0), row(B, 0)}
    assert after([], row(B, None), rule) == {row(B, None)}


def test_a_dateless_window_begins_at_its_creation_where_it_is_read_so() -> None:
    rule = TakeoverRule(dateless_start=DatelessStart.CREATED_AT)
    assert after([], row(B, None), rule) == {row(B, 0)}


def test_an_old_dateless_window_ends_where_a_dated_one_begins() -> None:
    assert after([row(A, None)], row(B, 31)) == {row(A, None, 31), row(B, 31)}


def test_half_open_ends() -> None:
    rows = take_over([row(A, 1)], row(B, 31), at=NOW, rule=SAFEST)
    assert resolve(rows, day(31)) == B
    assert resolve(rows, day(30, 23)) == A
    assert resolve(rows, day(0)) is None


@st.composite
def windows(draw: st.DrawFn) -> Window:
    start = draw(st.integers(1, 10))
    end = draw(st.one_of(st.none(), st.integers(start + 1, 12)))
    return Window(day(start), None if end is None else day(end))


POINTS: list[Instant] = [day(number, hour) for number, hour in product(range(14), (0, 12))]


@pytest.mark.parametrize("rule", RULES, ids=rule_name)
@given(st.lists(windows(), max_size=6))
def test_rows_stay_disjoint_and_nothing_before_the_new_start_changes(
    rule: TakeoverRule, chosen: list[Window]
) -> None:
    rows: tuple[AliasRow, ...] = ()
    for number, window in enumerate(chosen, start=1):
        new = AliasRow(PackageRef("p", number), window)
        then = take_over(rows, new, at=NOW, rule=rule)
        ordered = sorted(then, key=lambda row: row.window.start)
        assert all(one.window.end <= two.window.start for one, two in pairwise(ordered))
        assert all(row.window.start < row.window.end for row in then)
        for point in POINTS:
            if point < window.start:
                assert resolve(then, point) == resolve(rows, point)
        assert resolve(then, window.start) == new.ref
        rows = then


@given(windows())
def test_windows_survive_json(window: Window) -> None:
    assert AliasWindow.from_json(AliasWindow("Starter", window).to_json()) == AliasWindow("Starter", window)
