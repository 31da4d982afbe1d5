"""What no plan may do, and what looks like it and may be done."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pkgplan.checker import Kind, takeover
from pkgplan.checker.holders import Holders
from pkgplan.checker.promises import check_promises
from pkgplan.checker.replay import Story
from pkgplan.model.names import PackageRef
from pkgplan.model.plan import Action, Operation, Reason
from pkgplan.model.timeline import SAFEST, AliasWindow, DatelessStart, TakeoverRule, Window

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
NOW = 5
Bounds = tuple[int | None, int | None]


def window(bounds: Bounds) -> Window:
    start, end = (None if bound is None else EPOCH + timedelta(days=bound) for bound in bounds)
    return Window(start, end)


def ref(number: int) -> PackageRef:
    return PackageRef("p", number)


def broken(
    recorded: list[Bounds], created: list[Bounds], archived: tuple[int, ...] = (), rule: TakeoverRule = SAFEST
) -> list[Kind]:
    """The promises that creates and archives on an alias break, made on day 5."""
    as_of = EPOCH + timedelta(days=NOW)
    before = [(ref(number), window(bounds)) for number, bounds in enumerate(recorded, start=1)]
    story = Story(Holders.of(before), Holders.of(before))
    for number, bounds in enumerate(created, start=len(recorded) + 1):
        action = an_action(Operation.CREATE, number, AliasWindow("X", window(bounds)))
        turns = takeover.create(story.after, ref(number), window(bounds), now=as_of, rule=rule)
        story.take(action, turns)
    for number in archived:
        story.take(an_action(Operation.ARCHIVE, number), takeover.archive(story.after, ref(number)))
    return [each.kind for each in check_promises({"X": story}, rule, as_of)]


def an_action(operation: Operation, number: int, *windows: AliasWindow) -> Action:
    return Action(f"{operation}:{ref(number)}", operation, ref(number), Reason.NEW, None, {}, windows, "")


def test_a_change_to_come_breaks_nothing() -> None:
    assert broken([(0, None)], [(9, None)]) == []
    assert broken([(0, None)], [(5, None)]) == []


def test_an_alias_without_anybody_in_between_is_a_gap() -> None:
    assert broken([(0, None)], [(6, 8), (8, None)]) == [Kind.GAP]
    assert broken([(0, None)], [(6, None), (8, None)]) == []


def test_an_end_that_is_meant_is_no_gap() -> None:
    assert broken([(0, None)], [(6, 8)]) == []


def test_what_nobody_had_before_may_be_without_anybody_in_between() -> None:
    assert broken([(0, 6)], [(10, None), (8, 9), (9, None)]) == []


def test_a_gap_that_lies_in_the_past_is_told_as_a_change_of_the_past() -> None:
    assert broken([(0, 4)], [(1, 2), (2, 4)]) == [Kind.PAST]


def test_the_past_of_an_alias_that_nobody_had_may_be_given_away() -> None:
    assert broken([], [(1, 3), (3, None)]) == []
    assert broken([(0, 2)], [(3, None)]) == []


def test_the_past_of_a_package_is_not_given_to_another() -> None:
    assert broken([(0, None)], [(4, None)]) == [Kind.PAST]
    assert broken([(0, 4)], [(3, 9)]) == [Kind.PAST]


def test_an_archive_takes_the_past_away_and_may() -> None:
    assert broken([(0, 4), (4, None)], [], archived=(1, 2)) == []
    assert broken([(0, None)], [(5, None)], archived=(1,)) == []


def test_a_call_without_a_start_touches_nothing_before_it_is_made() -> None:
    created_at = TakeoverRule(dateless_start=DatelessStart.CREATED_AT)
    assert broken([(0, None)], [(None, None)], rule=created_at) == [Kind.PAST, Kind.TOO_SOON]
    assert broken([], [(None, None)], rule=created_at) == []
    assert broken([(0, None)], [(None, None)]) == [Kind.PAST]
