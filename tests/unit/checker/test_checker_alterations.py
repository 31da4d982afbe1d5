"""Whatever is altered in a plan is found, by the reader or by the checker, even if the digest is made to fit again.

What is not found stands in `UNKNOWABLE`, with the reason. The thing that decides is the last test: a payload that is
altered with its digest and its uniqueness keys still differs from what the plan tells about it.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.altered_plans import Altered, Made, Route, alterations, edited, golden, golden_cases, sealed
from support.commanded_plans import MAKERS
from support.drifted_plans import drifted

from pkgplan.errors import StalePlan
from pkgplan.model.canonical import canonical, digest_of
from pkgplan.model.compiled import content_of
from pkgplan.model.drift import DriftKind
from pkgplan.model.meaning import canonical_form
from pkgplan.model.plan import plan_from_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pkgplan.model.canonical import JsonObject, JsonValue
    from pkgplan.model.plan import Action, Plan


def _action(altered: Altered, plan: Plan) -> Action | None:
    at = altered.route[1] if len(altered.route) > 2 and altered.route[0] == "actions" else None
    return plan.actions[at] if isinstance(at, int) else None


def _is_source(altered: Altered, plan: Plan) -> bool:
    return altered.route[-1] == "source"


def _is_said_beside_the_terms(altered: Altered, plan: Plan) -> bool:
    action = _action(altered, plan)
    described = len(altered.route) > 3 and altered.route[2] == "metadata"
    return described and action is not None and action.operation in {"create", "archive"}


def _is_a_key_of_a_term_that_no_change_tells(altered: Altered, plan: Plan) -> bool:
    action = _action(altered, plan)
    renamed = len(altered.route) == 5 and altered.route[2] == "terms"
    return renamed and action is not None and not action.changes


def _is_terms_where_there_are_none(altered: Altered, plan: Plan) -> bool:
    action = _action(altered, plan)
    return altered.route[2:] == ("terms",) and action is not None and not action.terms


def _is_the_name_of_usd(altered: Altered, plan: Plan) -> bool:
    return altered.route[-1] == "pricing-unit/USD" and altered.how == "dropped"


def _is_a_difference_left_out(altered: Altered, plan: Plan) -> bool:
    drift = () if plan.outlook is None else plan.outlook.drift
    at = altered.route[1] if len(altered.route) == 2 and altered.route[0] == "drift" else None
    return isinstance(at, int) and altered.how == "removed" and drift[at].kind is not DriftKind.UNRECORDED


def _is_what_was_recorded_before(altered: Altered, plan: Plan) -> bool:
    drift = () if plan.outlook is None else plan.outlook.drift
    at = altered.route[1] if len(altered.route) > 2 and altered.route[0] == "drift" else None
    is_gone = isinstance(at, int) and not drift[at].live and altered.route[2] == "alias"
    return is_gone or (isinstance(at, int) and altered.route[2] == "recorded")


def _is_the_name_of_what_differs(altered: Altered, plan: Plan) -> bool:
    return altered.route[0] == "drift" and altered.route[2:] == ("name",)


def _is_that_somebody_looked(altered: Altered, plan: Plan) -> bool:
    return altered.route == ("compared_with",) and plan.outlook is not None and not plan.outlook.drift


def _is_another_reading(altered: Altered, plan: Plan) -> bool:
    return altered.route[0] == "assumptions" and altered.how not in {"dropped", "put in"}


def _is_another_order(altered: Altered, plan: Plan) -> bool:
    return len(altered.route) == 2 and altered.how == "swapped"


UNKNOWABLE: Final[dict[Callable[[Altered, Plan], bool], str]] = {
    _is_source: "where a file is, only the catalog knows; nobody but people reads it",
    _is_said_beside_the_terms: "a description, and windows as they are declared, are what the catalog says; nothing in "
    "the state or the payload repeats it",
    _is_a_key_of_a_term_that_no_change_tells: "what the catalog calls a term that is sent without a name is told by "
    "the changes, and what follows nobody, or has the terms of the version before, has none",
    _is_terms_where_there_are_none: "plans of older logs have no such key, and none is as good as an empty one",
    _is_the_name_of_usd: "the id of USD is the same everywhere, with a name or without",
    _is_a_difference_left_out: "the state has the environment's side of it and not the other; apply compares again",
    _is_what_was_recorded_before: "the state has the environment's side, which has taken the place of this one",
    _is_the_name_of_what_differs: "nothing records how the environment calls a version, or a package that is gone",
    _is_that_somebody_looked: "where nothing differs, the state is the same whether anybody looked or not",
    _is_another_reading: "where both readings cause the same, the plan does not show which one the Project chose",
    _is_another_order: "two actions that touch nothing of each other do the same in either order",
}


@pytest.mark.parametrize("name", golden_cases())
def test_no_alteration_of_a_golden_plan_passes(name: str, tmp_path: Path) -> None:
    made = golden(name, tmp_path)
    assert _unnoticed(made, alterations(made.plan.to_json(), thorough=False)) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", MAKERS)
def test_no_alteration_of_a_plan_of_the_command_line_passes(name: str, tmp_path: Path) -> None:
    made = MAKERS[name](tmp_path)
    assert _unnoticed(made, alterations(made.plan.to_json(), thorough=True)) == []


def test_no_alteration_of_a_plan_on_an_environment_that_differs_passes() -> None:
    made = drifted()
    assert _unnoticed(made, alterations(made.plan.to_json(), thorough=True)) == []


@pytest.mark.parametrize("reason", UNKNOWABLE, ids=lambda reason: reason.__name__)
def test_what_cannot_be_known_really_passes(reason: Callable[[Altered, Plan], bool], tmp_path: Path) -> None:
    """An excuse that is not needed any more has to go."""
    if reason in {_is_a_difference_left_out, _is_what_was_recorded_before, _is_the_name_of_what_differs}:
        made = drifted()
    else:
        made = (
            golden("swap-two-aliases", tmp_path) if reason is _is_another_order else MAKERS["first"](tmp_path)
        )
    passing = [
        altered
        for altered in alterations(made.plan.to_json(), thorough=True)
        if reason(altered, made.plan)
        and (plan := altered.plan) is not None
        and plan != made.plan
        and not made.check(plan)
    ]
    assert passing


@pytest.mark.parametrize("name", ["several", "carried"])
def test_an_altered_price_is_told_by_the_changes_whatever_else_is_made_to_fit(
    name: str, tmp_path: Path
) -> None:
    """Who alters the changes, too, has made another plan; that it is not the catalog's, only a plan of it shows.

    So is what the one line about a new term leaves out. Another spelling of the same is no other price.
    """
    made = MAKERS[name](tmp_path)
    value = made.plan.to_json()
    unnoticed, tried = [], 0
    for altered in alterations(value, thorough=False):
        if altered.route[2:3] != ("payload",) or altered.route[3:4] in {
            (),
            ("aliases",),
            ("uniqueness_key",),
        }:
            continue
        plan = plan_from_json(sealed(_with_keys_that_fit(altered.value)))
        tried += 1
        same = _meaning(plan, altered) == _meaning(made.plan, altered)
        if not made.check(plan) and not same and not _is_of_a_new_term(altered, made.plan):
            unnoticed.append((altered.route, altered.how))
    assert tried > 100
    assert unnoticed == []


def test_a_payload_altered_with_all_that_follows_from_it_is_another_plan(tmp_path: Path) -> None:
    made = MAKERS["first"](tmp_path)
    route = ("actions", 0, "payload", "net_payment_terms_days")
    value = edited(made.plan.to_json(), route, lambda place, key: place.update({key: 365}))

    # A new package that follows nobody has no changes to tell.
    assert made.check(plan_from_json(sealed(_with_keys_that_fit(value)))) == ()


def test_windows_altered_with_the_payload_do_not_fit_the_effects(tmp_path: Path) -> None:
    made = golden("scheduled-start-later", tmp_path)
    action = made.plan.actions[1]
    later = replace(action.windows[0].window, starting_at=made.plan.as_of.replace(month=4, hour=0))
    windows = (replace(action.windows[0], window=later),)
    aliases: Any = [{**cast("Any", action.payload)["aliases"][0], "starting_at": "2026-04-15T00:00:00Z"}]
    moved = replace(action, windows=windows, payload={**action.payload, "aliases": aliases})

    found = made.check(replace(made.plan, actions=(made.plan.actions[0], moved)))

    assert {each.kind for each in found} == {
        "effect-different",
        "effect-missing",
        "effect-unfounded",
        "resolution",
    }


def test_a_plan_on_another_state_never_passes_and_nothing_is_raised(tmp_path: Path) -> None:
    names = ["first-plan", "price-change-in-place", "third-between-two", "retire-after", "swap-two-aliases"]
    made = [golden(name, tmp_path / name) for name in names]
    for one in made:
        for other in made:
            assert bool(Made(one.plan, other.state).check()) == (one is not other)


JUNK: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.integers(10**30, 10**40) | st.text(max_size=8),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=8), inside, max_size=3),
    max_leaves=12,
)


@settings(max_examples=200)
@given(st.data())
def test_whatever_is_in_a_plan_nothing_is_raised(some: dict[str, Made], data: st.DataObject) -> None:
    """Junk where the reader takes anything; elsewhere a value that the plan has under such a key in another place."""
    made = some[data.draw(st.sampled_from(sorted(some)))]
    value = made.plan.to_json()
    routes = {route: item for route, item in _values(value, ()) if route[0] not in {"digest", "summary"}}
    free = [route for route in routes if "payload" in route or "metadata" in route]
    for _ in range(data.draw(st.integers(1, 4))):
        route = data.draw(st.sampled_from([*routes]) | st.sampled_from(free))
        others = st.sampled_from([item for other, item in routes.items() if other[-1] == route[-1]])
        junk = data.draw(JUNK if route in free else others)
        with suppress(KeyError, IndexError, TypeError):  # what was put in before may be in the way
            value = edited(value, route, _put(junk))
    try:
        plan = plan_from_json(sealed(value))
    except StalePlan:
        return
    for found in made.check(plan):
        assert str(found)


@pytest.fixture(scope="module")
def some(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Made]:
    return {name: MAKERS[name](tmp_path_factory.mktemp(name)) for name in ("carried", "all_operations")}


def _put(value: JsonValue) -> Callable[[Any, str | int], None]:
    def change(place: Any, key: str | int) -> None:
        place[key if isinstance(place, list) else str(key)] = value

    return change


def _values(value: JsonValue, route: Route) -> Iterator[tuple[Route, JsonValue]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*route, key), item
        yield from _values(item, (*route, key))


def _meaning(plan: Plan, altered: Altered) -> bytes:
    action = _action(altered, plan)
    assert action is not None
    return canonical(canonical_form(content_of(action.payload)))


def _is_of_a_new_term(altered: Altered, plan: Plan) -> bool:
    action = _action(altered, plan)
    assert action is not None
    kind, place = (*altered.route[3:5], None)[:2]
    if not isinstance(kind, str) or not isinstance(place, int):
        return False
    term = cast("Any", action.payload)[kind][place]
    key = term.get("temporary_id") or action.as_sent.terms[kind][place]
    return any(change.kind == "+" and change.path == f"{kind}.{key}" for change in action.changes)


def _unnoticed(made: Made, altered: Iterator[Altered]) -> list[tuple[object, str]]:
    assert made.check() == ()
    unnoticed: list[tuple[object, str]] = []
    for each in altered:
        plan = each.plan
        if plan is None or plan == made.plan or made.check(plan):
            continue
        if not any(excuse(each, made.plan) for excuse in UNKNOWABLE):
            unnoticed.append((each.route, each.how))
    return unnoticed


def _with_keys_that_fit(value: JsonObject) -> JsonObject:
    """The plan with the digests and uniqueness keys of its creates computed again, wherever they stand."""
    actions: list[JsonValue] = []
    keys: dict[str, JsonValue] = {}
    for action in cast("list[dict[str, Any]]", value["actions"]):
        fitting = {**action}
        if action["action"] == "create":
            fitting["digest"] = digest_of(content_of(action["payload"]))
            key = f"{action['uniqueness_key'].rpartition(':')[0]}:{fitting['digest'][7:23]}"
            keys[action["uniqueness_key"]] = fitting["uniqueness_key"] = key
            fitting["payload"] = {**action["payload"], "uniqueness_key": key}
        actions.append(fitting)
    resolution: JsonObject = {
        alias: [{**each, "package": keys.get(each["package"], each["package"])} for each in standings]
        for alias, standings in cast("dict[str, list[dict[str, Any]]]", value["resolution"]).items()
    }
    return {**value, "actions": actions, "resolution": resolution}
