"""Files, applied one after the other by the command line, against an oracle that knows the README's rules alone.

`tests/sequences.py` runs any number of such sequences and shows what it finds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.edits import File, Slot, instant
from support.file_history import Catalog
from support.files_oracle import Era
from support.sequence_run import Tally, run_sequence

if TYPE_CHECKING:
    from pathlib import Path

    from pkgplan.model.units import Instant

SEQUENCES = 300
AT_ONCE = 15


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, SEQUENCES, AT_ONCE))
def test_whoever_the_files_say_has_the_alias_at_every_instant(first: int, tmp_path: Path) -> None:
    tally = Tally()
    for seed in range(first, first + AT_ONCE):
        outcome = run_sequence(seed, tmp_path / str(seed), tally)
        assert outcome.mismatch is None, outcome.mismatch
    assert tally.done["applies"] > 2 * AT_ONCE
    assert tally.done["instants compared"] > 20 * tally.done["applies"]


def day(number: float) -> Instant:
    at = instant(number)
    assert at is not None
    return at


def applied(*history: tuple[float, Catalog]) -> Era:
    era: Era | None = None
    for now, catalog in history:
        era = Era(day(now), catalog, era)
    assert era is not None
    return era


def who(era: Era, number: float) -> str | None:
    had = era.who("X", day(number))
    return None if had is None else had.content


def a(terms: str, start: float | None, end: float | None = None, *, retire: float | None = None) -> File:
    return File("a", terms, (Slot("X", start, end),), retire)


def b(start: float | None, end: float | None = None) -> File:
    return File("b", "1", (Slot("X", start, end),))


def test_the_oracle_lets_an_edit_in_place_go_on_until_the_new_terms_begin() -> None:
    era = applied((1, Catalog((a("1", 2),))), (5, Catalog((a("2", 9),))))
    assert [who(era, at) for at in (1, 2, 5, 8.9, 9, 100)] == [None, "a 1", "a 1", "a 1", "a 2", "a 2"]


def test_the_oracle_ends_a_window_where_it_says_or_the_next_one_begins() -> None:
    era = applied((1, Catalog((a("1", 2), b(5, 7)))))
    assert [who(era, at) for at in (2, 4.9, 5, 6.9, 7)] == ["a 1", "a 1", "b 1", "b 1", None]


def test_the_oracle_begins_a_later_version_without_a_start_at_the_next_full_hour() -> None:
    era = applied((1, Catalog((a("1", None),))), (5.01, Catalog((a("2", None),))))
    assert [who(era, at) for at in (0, 5.01, 5 + 1 / 24)] == ["a 1", "a 1", "a 2"]


def test_the_oracle_keeps_what_was_over_what_is_declared_now() -> None:
    era = applied((1, Catalog((a("1", 1), b(3, 5)))), (9, Catalog((a("1", 1),))))
    assert [who(era, at) for at in (2, 4, 6, 9 + 1 / 24)] == ["a 1", "b 1", None, "a 1"]


def test_the_oracle_sees_a_new_window_claim_what_somebody_had() -> None:
    era = applied((1, Catalog((a("1", 1),))), (9, Catalog((a("1", 1), b(5)))))
    assert [(at, content) for _, at, content in era.claims_past_of_others()] == [(day(5), "b 1")]


def test_the_oracle_retires_only_when_nobody_follows() -> None:
    retired = a("1", 1, retire=5)
    assert who(applied((1, Catalog((a("1", 1),))), (6, Catalog((retired,)))), 7) is None
    followed = (1, Catalog((a("1", 1), b(9)))), (6, Catalog((retired, b(9))))
    assert [who(applied(*followed), at) for at in (7, 9)] == ["a 1", "b 1"]
    alone = applied((1, Catalog((a("1", 1),))), (6, Catalog((retired,))), (8, Catalog((retired,))))
    assert [who(alone, at) for at in (5.9, 6, 8)] == ["a 1", None, None]


def test_the_oracle_leaves_alone_what_is_forgotten() -> None:
    first = (1.0, Catalog((a("1", 1), b(9))))
    gone = applied(first, (3, Catalog((b(12),), forgotten_aliases=frozenset({"X"}))))
    assert [who(gone, at) for at in (3, 9, 12)] == ["a 1", "b 1", "b 1"]
    package = applied(first, (3, Catalog((b(9),), forgotten_packages=frozenset({"a"}))))
    assert [who(package, at) for at in (3, 9)] == ["a 1", "b 1"]
