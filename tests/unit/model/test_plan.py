"""A saved plan comes back as it was, and not at all once it was touched."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest
from support.applying import planned
from support.worlds import World, a_package, day

from pkgplan.errors import StalePlan
from pkgplan.model.canonical import JsonObject, JsonValue, parse_json, pretty
from pkgplan.model.plan import Plan, plan_from_json
from pkgplan.model.timeline import SAFEST


def a_plan() -> Plan:
    world = World(SAFEST)
    for action in world.plan([a_package("a", "1", ("X", day(1), None))], day(0)).actions:
        world.apply(action, day(0))
    packages = [a_package("a", "2", ("X", day(9), None)), a_package("b", "3")]
    made = planned(packages, world.state, day(5))
    assert made is not None
    return made


def test_round_trip() -> None:
    made = a_plan()
    text = pretty(made.to_json())
    again = plan_from_json(parse_json(text))
    assert again == made
    assert pretty(again.to_json()) == text


def test_a_plan_of_an_older_log_has_no_keys_of_terms_and_is_read() -> None:
    made = a_plan()
    older = replace(made, actions=tuple(replace(action, terms=None) for action in made.actions))
    value = older.to_json()
    assert '"terms"' not in pretty(value)
    again = plan_from_json(parse_json(pretty(value)))
    assert again == older
    assert again.actions[0].as_sent.terms == {}


def test_promised_keys_come_first_and_arrays_are_never_null() -> None:
    value = a_plan().to_json()
    assert list(value)[:11] == [
        "format_version",
        "tool_version",
        "environment",
        "as_of",
        "catalog_digest",
        "base",
        "digest",
        "actions",
        "effects",
        "diagnostics",
        "summary",
    ]
    assert value["diagnostics"] == []
    assert value["summary"] == {"create": 2, "archive": 0, "adopt": 0, "record": 0, "windows_moved": 1}


def leaves(value: JsonValue, route: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    match value:
        case dict() if value:
            return [found for key, item in value.items() for found in leaves(item, (*route, key))]
        case list() if value:
            return [found for index, item in enumerate(value) for found in leaves(item, (*route, index))]
        case _:
            return [route]


def edited(value: JsonObject, route: tuple[str | int, ...]) -> JsonObject:
    """The plan with one value replaced by another of some kind."""
    changed = copy.deepcopy(value)
    place: JsonValue = changed
    for step in route[:-1]:
        place = place[step]  # type: ignore[index]  # a route of this very value
    old = place[route[-1]]  # type: ignore[index]  # as above
    new: JsonValue = (
        not old if isinstance(old, bool) else f"{old}x" if isinstance(old, str) else 7 if old != 7 else 8
    )
    place[route[-1]] = new  # type: ignore[index]  # as above
    return changed


def test_a_plan_with_any_value_changed_is_refused() -> None:
    value = a_plan().to_json()
    routes = leaves(value)
    assert len(routes) > 50
    for route in routes:
        with pytest.raises(StalePlan):
            plan_from_json(edited(value, route))


@pytest.mark.parametrize("value", [None, [], "plan", 3, {}, {"format_version": "1"}, {"format_version": "2"}])
def test_what_is_no_plan_is_refused(value: JsonValue) -> None:
    with pytest.raises(StalePlan):
        plan_from_json(value)
