"""Merging the moves of several aliases: nothing lost, order kept, and no shorter sequence exists."""

from __future__ import annotations

from functools import cache

from hypothesis import given
from hypothesis import strategies as st
from support.worlds import day

from pkgplan.model.compiled import Content
from pkgplan.model.timeline import AliasWindow, Window
from pkgplan.stages.plan.merge import _greedy, merge
from pkgplan.stages.plan.moves import Move

Sequences = dict[str, list[str]]

sequences = st.dictionaries(
    st.sampled_from(["W", "X", "Y", "Z"]), st.lists(st.sampled_from("abcd"), max_size=4), max_size=4
)


def moves_of(chosen: Sequences) -> dict[str, list[Move]]:
    return {
        alias: [
            Move(Content(key, f"sha256:{key}"), AliasWindow(alias, Window(day(number))))
            for number, key in enumerate(keys)
        ]
        for alias, keys in chosen.items()
    }


def shortest(chosen: Sequences) -> int:
    """The fewest creates, trying every way to let aliases take part in a create or not."""
    names = sorted(chosen)

    @cache
    def left(at: tuple[int, ...]) -> int:
        heads = {chosen[n][p] for n, p in zip(names, at, strict=True) if p < len(chosen[n])}
        if not heads:
            return 0
        best = 99
        for head in heads:
            able = [
                i
                for i, (n, p) in enumerate(zip(names, at, strict=True))
                if p < len(chosen[n]) and chosen[n][p] == head
            ]
            for mask in range(1, 2 ** len(able)):
                taking = {i for bit, i in enumerate(able) if mask >> bit & 1}
                best = min(best, 1 + left(tuple(p + (i in taking) for i, p in enumerate(at))))
        return best

    return left((0,) * len(names))


@given(sequences)
def test_no_shorter_merge_exists(chosen: Sequences) -> None:
    creates = merge(moves_of(chosen))
    assert len(creates) == shortest(chosen)


@given(sequences)
def test_every_window_is_carried_once_and_in_order(chosen: Sequences) -> None:
    moves = moves_of(chosen)
    for creates in (merge(moves), _greedy([moves[alias] for alias in sorted(moves)])):
        for alias, wanted in moves.items():
            carried = [
                Move(create.content, window)
                for create in creates
                for window in create.windows
                if window.alias == alias
            ]
            assert carried == wanted


@given(sequences)
def test_merging_does_not_depend_on_the_order_of_aliases(chosen: Sequences) -> None:
    moves = moves_of(chosen)
    assert merge(moves) == merge(dict(reversed(moves.items())))
