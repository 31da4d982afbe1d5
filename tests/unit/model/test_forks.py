from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from support.entries import a_chain, a_genesis, an_entry

from pkgplan.model.forks import find_fork

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pkgplan.model.canonical import JsonObject
    from pkgplan.model.log import Head, LogEntry


def a_run(head: Head, *, actor: str, day: int, ref: str, package_id: str) -> list[LogEntry]:
    """What an apply of one create leaves in a log, as far as it matters here."""
    entries: list[LogEntry] = []
    bodies: dict[str, JsonObject] = {
        "run_started": {"run": actor, "resumed": False},
        "created": {"ref": ref, "package_id": package_id},
        "run_finished": {"outcome": "applied"},
    }
    for kind, body in bodies.items():
        at = datetime(2026, 1, day, tzinfo=UTC)
        entry = an_entry(entries[-1].head if entries else head, kind=kind, body=body, actor=actor, at=at)
        entries.append(entry)
    return entries


def numbered(entries: Iterable[LogEntry]) -> list[tuple[int, LogEntry]]:
    return list(enumerate(entries, start=1))


COMMON = a_chain(3)
ANNA = a_run(COMMON[-1].head, actor="anna", day=2, ref="starter@2", package_id="p2")
BEN = a_run(COMMON[-1].head, actor="ben", day=3, ref="pro@1", package_id="p3")


def test_a_log_in_order_has_no_fork_and_neither_has_one_with_a_gap_or_a_swap() -> None:
    assert find_fork(numbered([*COMMON, *ANNA])) is None
    assert find_fork(numbered([*COMMON[:1], *COMMON[2:], *ANNA])) is None
    assert find_fork(numbered([*ANNA, *reversed(COMMON)])) is None
    assert find_fork(numbered([*COMMON, *COMMON, *ANNA])) is None


def test_two_runs_that_follow_one_entry_are_told_with_who_when_and_what() -> None:
    fork = find_fork(numbered([*COMMON, *BEN, *ANNA]))
    assert fork is not None
    assert (fork.serial, fork.line, fork.clashes) == (3, 7, ())
    assert fork.words() == (
        'two runs follow entry 3, one of "ben" at 2026-01-03T00:00:00Z (created pro@1) '
        'and one of "anna" at 2026-01-02T00:00:00Z (created starter@2)'
    )


def test_a_side_of_several_runs_and_one_that_made_nothing() -> None:
    more = a_run(ANNA[-1].head, actor="carl", day=4, ref="starter@3", package_id="p4")
    fork = find_fork(numbered([*COMMON, *ANNA, *more, BEN[0]]))
    assert fork is not None
    assert fork.words() == (
        'two runs follow entry 3, 2 of "anna" and "carl" at 2026-01-02T00:00:00Z '
        '(created starter@2, created starter@3) and one of "ben" at 2026-01-03T00:00:00Z (nothing was made)'
    )


def test_a_version_that_both_made_is_named() -> None:
    other = a_run(COMMON[-1].head, actor="ben", day=3, ref="starter@2", package_id="p3")
    fork = find_fork(numbered([*COMMON, *ANNA, *other]))
    assert fork is not None
    assert fork.clashes == ("starter@2",)


def test_one_package_that_both_found_is_no_clash() -> None:
    same = a_run(COMMON[-1].head, actor="ben", day=3, ref="starter@2", package_id="p2")
    fork = find_fork(numbered([*COMMON, *ANNA, *same]))
    assert fork is not None
    assert fork.clashes == ()


def test_two_logs_that_have_nothing_in_common() -> None:
    fork = find_fork(numbered([a_genesis(), a_genesis("other")]))
    assert fork is not None
    assert fork.serial == 0
    assert fork.words().startswith("two logs begin, ")


def test_the_first_of_several_forks_is_told() -> None:
    fork = find_fork(
        numbered([*COMMON, *ANNA, *BEN, *a_run(BEN[-1].head, actor="c", day=4, ref="a@1", package_id="x"),
                  *a_run(BEN[-1].head, actor="d", day=4, ref="b@1", package_id="y")])
    )  # fmt: skip
    assert fork is not None
    assert fork.serial == 3
    assert "(created pro@1)" in fork.words(), "what follows the next fork is neither side's alone"


def test_long_names_and_many_actors_stay_one_short_line() -> None:
    side: list[LogEntry] = []
    for number in range(9):
        head = side[-1].head if side else COMMON[-1].head
        side += a_run(head, actor=f"{number}" * 5000, day=4, ref="x" * 5000 + f"@{number}", package_id="p")
    fork = find_fork(numbered([*COMMON, *ANNA, *side]))
    assert fork is not None
    assert len(fork.words()) < 800
    assert "and others" in fork.words()
