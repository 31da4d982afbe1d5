"""Who is behind an alias, after any sequence of creates and archives."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.offline import NOW, HandClock, an_alias, an_engine

from pkgplan.engine import Engine, EngineError
from pkgplan.model.canonical import JsonObject, JsonValue, as_list, as_object
from pkgplan.model.names import PackageRef
from pkgplan.model.timeline import (
    AfterBoundedEnd,
    AliasRow,
    DatelessStart,
    DatelessTakeover,
    LaterWindows,
    TakeoverRule,
    Window,
    resolve,
    take_over,
)
from pkgplan.model.units import format_instant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pkgplan.model.units import Instant

RULES = [
    TakeoverRule(*variant)
    for variant in product(LaterWindows, AfterBoundedEnd, DatelessTakeover, DatelessStart)
]
OCTOBER = "2025-10-01T00:00:00Z"
FEBRUARY = "2026-02-01T00:00:00Z"
BASE = datetime(2026, 1, 1, tzinfo=UTC)


def create(engine: Engine, *aliases: JsonObject) -> str:
    answer = engine.call("packages.create", {"name": "x", "aliases": list(aliases)})
    return str(as_object(answer["data"])["id"])


def windows(engine: Engine, package_id: str) -> JsonValue:
    return as_object(engine.call("packages.get", {"package_id": package_id})["data"])["aliases"]


def at(text: str) -> Instant:
    return datetime.fromisoformat(text)


def test_a_later_start_cuts_the_open_predecessor(engine: Engine) -> None:
    first = create(engine, an_alias("Starter Plan", OCTOBER))
    second = create(engine, an_alias("Starter Plan", FEBRUARY))
    assert windows(engine, first) == [
        {
            "name": "Starter Plan",
            "starting_at": "2025-10-01T00:00:00.000Z",
            "ending_before": "2026-02-01T00:00:00.000Z",
        }
    ]
    assert engine.resolve_alias("Starter Plan", at("2025-09-30T23:59:59Z")) is None
    assert engine.resolve_alias("Starter Plan", at(OCTOBER)) == first
    assert engine.resolve_alias("Starter Plan", at("2026-01-31T23:59:59.999999Z")) == first
    assert engine.resolve_alias("Starter Plan", at(FEBRUARY)) == second
    assert engine.resolve_alias("Starter Plan", at("2026-02-01T01:00:00+02:00")) == first
    assert engine.resolve_alias("starter plan", at(FEBRUARY)) is None


def test_an_earlier_start_removes_what_was_scheduled(engine: Engine) -> None:
    later = create(engine, an_alias("A", FEBRUARY))
    create(engine, an_alias("A", OCTOBER))
    assert windows(engine, later) == []


def test_other_aliases_of_a_package_are_left_alone(engine: Engine) -> None:
    first = create(engine, an_alias("A"), an_alias("B"))
    second = create(engine, an_alias("A"))
    assert windows(engine, first) == [{"name": "B"}]
    assert engine.resolve_alias("A", NOW) == second
    assert engine.resolve_alias("B", NOW) == first


def test_nobody_is_behind_an_alias_of_an_archived_package(engine: Engine) -> None:
    package_id = create(engine, an_alias("A", OCTOBER))
    engine.call("packages.archive", {"package_id": package_id})
    assert engine.resolve_alias("A", at(FEBRUARY)) is None


def test_windows_of_archived_packages_stay_and_take_no_part(engine: Engine) -> None:
    archived = create(engine, an_alias("A", OCTOBER))
    engine.call("packages.archive", {"package_id": archived})
    successor = create(engine, an_alias("A", FEBRUARY))
    assert windows(engine, archived) == [{"name": "A", "starting_at": "2025-10-01T00:00:00.000Z"}]
    assert engine.resolve_alias("A", at(OCTOBER)) is None
    assert engine.resolve_alias("A", at(FEBRUARY)) == successor


def test_a_refused_create_moves_no_alias(engine: Engine) -> None:
    holder = create(engine, an_alias("A"))
    with pytest.raises(EngineError):
        engine.call("packages.create", {"name": "x", "rate_card_id": "nope", "aliases": [an_alias("A")]})
    assert engine.resolve_alias("A", NOW) == holder


def test_a_window_of_which_the_rule_leaves_nothing_is_refused() -> None:
    rule = TakeoverRule(dateless_start=DatelessStart.CREATED_AT)
    with an_engine(rule=rule) as engine:
        holder = create(engine, an_alias("A"))
        with pytest.raises(EngineError, match="ending_before must be after") as raised:
            create(engine, an_alias("A", None, "2020-01-01T00:00:00Z"))
        assert raised.value.status == 400
        assert engine.resolve_alias("A", NOW) == holder
        assert len(as_list(engine.call("packages.list", {})["data"])) == 1


hours = st.one_of(st.none(), st.integers(0, 8))
steps = st.lists(
    st.tuples(st.sampled_from("AB"), hours, hours, st.integers(0, 2), st.booleans()), min_size=1, max_size=8
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: "-".join(map(str, vars_of(rule))))
@settings(max_examples=25, deadline=None)
@given(steps=steps)
def test_the_engine_folds_take_over(
    rule: TakeoverRule, steps: Sequence[tuple[str, int | None, int | None, int, bool]]
) -> None:
    clock = HandClock(BASE)
    rows: dict[str, tuple[AliasRow, ...]] = {"A": (), "B": ()}
    with an_engine(clock=clock, rule=rule) as engine:
        for alias, start, end, passed, archive_first in steps:
            clock.instant += timedelta(hours=passed)
            if archive_first and rows[alias]:
                gone = rows[alias][0].ref
                engine.call("packages.archive", {"package_id": str(gone).partition("@")[0]})
                rows = {name: tuple(row for row in each if row.ref != gone) for name, each in rows.items()}
            if start is not None and end is not None and start >= end:
                continue
            window = Window(hour(start), hour(end))
            try:
                package_id = create(
                    engine, an_alias(alias, text(window.starting_at), text(window.ending_before))
                )
            except EngineError:
                unnamed = AliasRow(PackageRef("", 1), window)
                left = take_over(rows[alias], unnamed, at=clock.instant, rule=rule)[-1].window
                assert left.start >= left.end
                continue
            new = AliasRow(PackageRef(package_id, 1), window)
            rows[alias] = take_over(rows[alias], new, at=clock.instant, rule=rule)
            assert_same(engine, rows)


def assert_same(engine: Engine, rows: dict[str, tuple[AliasRow, ...]]) -> None:
    for alias, each in rows.items():
        for half_hour in range(-2, 60):
            instant = BASE + timedelta(minutes=30 * half_hour)
            expected = resolve(each, instant)
            package_id = None if expected is None else str(expected).partition("@")[0]
            assert engine.resolve_alias(alias, instant) == package_id
    for ref in {row.ref for each in rows.values() for row in each}:
        expected_windows = sorted(
            (alias, row.window.start, row.window.end)
            for alias, each in rows.items()
            for row in each
            if row.ref == ref
        )
        assert [
            shown(item) for item in as_list(windows(engine, str(ref).partition("@")[0]))
        ] == expected_windows


def shown(item: object) -> tuple[str, Instant, Instant]:
    assert isinstance(item, dict)
    start, end = item.get("starting_at"), item.get("ending_before")
    window = Window(None if start is None else at(start), None if end is None else at(end))
    return (item["name"], window.start, window.end)


def hour(number: int | None) -> Instant | None:
    return None if number is None else BASE + timedelta(hours=number)


def text(instant: Instant | None) -> str | None:
    return None if instant is None else format_instant(instant)


def vars_of(rule: TakeoverRule) -> tuple[str, ...]:
    return (rule.later_windows, rule.after_bounded_end, rule.dateless_takeover, rule.dateless_start)
