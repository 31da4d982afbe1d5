"""Plans with the state that they were made on, and every small way to alter one of them.

Comes in: a golden case, or a catalog folder that the command line planned. Goes out: `Made`, and altered JSON that is
sealed again, as somebody would do who knows how a plan is digested.
Never here: which alterations matter; the tests say that.
"""

from __future__ import annotations

from contextlib import suppress
from copy import copy
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, cast

from pkgplan.adapters.plan_file import read_plan
from pkgplan.adapters.state_file import FileStateLog
from pkgplan.checker import check_plan
from pkgplan.errors import StalePlan
from pkgplan.model.canonical import canonical, digest_of
from pkgplan.model.plan import plan_from_json
from pkgplan.model.record import fold
from pkgplan.model.units import format_instant, parse_instant
from pkgplan.stages.diff import diff
from support.golden import PLANS, Case, Workshop, read_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pkgplan.checker import Discrepancy
    from pkgplan.model.canonical import JsonObject, JsonValue
    from pkgplan.model.compiled import AsSent
    from pkgplan.model.plan import Change, Plan
    from pkgplan.model.record import State

Route = tuple[str | int, ...]
Container = dict["str | int", "JsonValue"]

# What the checker is asked about; the rest of a plan is what it is asked by, or nothing that it can know.
PARTS: Final = (
    "actions",
    "effects",
    "summary",
    "assumptions",
    "compared_with",
    "drift",
    "resolution",
    "depends_on",
    "instants",
    "applicable_until",
)
OTHER_TEXTS: Final = {
    "action": ("create", "archive", "adopt", "record"),
    "reason": (
        "new", "terms-changed", "reference-changed", "alias-window-changed", "retired", "metadata-changed",
    ),
    "effect": ("opened", "shortened", "removed"),
    "change": ("+", "-", "~"),
    "later_windows": ("removed", "kept"),
    "after_bounded_end": ("nobody", "predecessor"),
    "dateless_takeover": ("removes", "cuts-at-now"),
    "dateless_start": ("always", "created-at"),
    "compared_with": ("record", "environment"),
    "drift": ("archived", "live", "windows", "unrecorded", "foreign", "twin"),
    "instants": ("declared", "computed"),
}  # fmt: skip
# What a list may have as well, which is empty in most plans.
OTHER_ITEMS: Final = {
    "depends_on": ("later_windows", "after_bounded_end", "dateless_takeover", "dateless_start"),
}


@dataclass(frozen=True, slots=True)
class Made:
    """A plan, and the fold of the log at its base."""

    plan: Plan
    state: State

    def check(self, plan: Plan | None = None) -> tuple[Discrepancy, ...]:
        """What does not hold about this plan, or about another one on the same state."""
        return check_plan(self.plan if plan is None else plan, self.state, explain=explain)


@dataclass(frozen=True, slots=True)
class Altered:
    """A plan's JSON with one thing altered: where, how, and what came of it."""

    route: Route
    how: str
    value: JsonObject

    @property
    def plan(self) -> Plan | None:
        """The plan that it is, sealed; None if it cannot be read as one."""
        try:
            return plan_from_json(sealed(self.value))
        except StalePlan:
            return None


_explained: dict[bytes, tuple[Change, ...]] = {}


def explain(before: AsSent, after: AsSent) -> tuple[Change, ...]:
    """The diff stage, which thousands of plans that differ elsewhere need to ask only once."""
    sides: list[JsonValue] = []
    for side in (before, after):
        terms: JsonObject = {kind: [*keys] for kind, keys in side.terms.items()}
        sides.append([side.payload, {**side.references}, terms])
    asked = canonical(sides)
    if asked not in _explained:
        _explained[asked] = diff(before, after)
    return _explained[asked]


def golden_cases() -> list[str]:
    """The cases of tests/golden/plans."""
    return sorted(each.name for each in PLANS.iterdir() if each.is_dir())


def golden(name: str, folder: Path) -> Made:
    """The expected plan of a golden case, on the state that its steps come to."""
    shop = Workshop(folder)
    try:
        state = shop.run(Case(PLANS / name)).before
    finally:
        shop.close()
    plan = plan_from_json(read_json(PLANS / name / "expected" / "plan.json"))
    if plan.base.head is not None:
        # The files have zeros for the digest of the log.
        state = replace(state, head=replace(state.head, digest=plan.base.head))
    return Made(plan, state)


def saved(file: Path, catalog: Path, environment: str = "local") -> Made:
    """A plan that the command line has just saved, and the log that it was made on."""
    log = FileStateLog(catalog / "state" / f"{environment}.jsonl")
    return Made(read_plan(file), fold(log.read()))


def sealed(value: JsonObject) -> JsonObject:
    """The JSON of a plan with the digests that fit it."""
    value = {**value}
    if "effect_digest" in value:
        value["diagnostics_digest"] = digest_of(value["diagnostics"])
        # What cannot be encoded cannot be read either.
        with suppress(KeyError, TypeError, AttributeError, ValueError):
            value["effect_digest"] = effect_digest(value)
    body = {key: item for key, item in value.items() if key not in {"digest", "diagnostics"}}
    return {**value, "digest": digest_of(body)}


def effect_digest(value: Any) -> str:
    """The effect digest of the JSON of a plan, from the words that describe it."""
    encoded: JsonObject = {
        "format": "pkgplan-effect/v1",
        "environment": value["environment"],
        "namespace": value["namespace"],
        "calls": [
            {"call": action["action"], "payload": digest_of(action["payload"])}
            for action in value["actions"]
            if action["action"] in {"create", "archive"}
        ],
        "aliases": {
            alias: [[each["package"], each["starting_at"], each["ending_before"]] for each in standings]
            for alias, standings in value["resolution"].items()
        },
        "readings": {question: value["assumptions"][question] for question in value["depends_on"]},
    }
    return f"pkgplan-effect/v1:{digest_of(encoded)}"


def edited(value: JsonObject, route: Route, change: Callable[[Container, str | int], None]) -> JsonObject:
    """A copy in which the container at the end of a route was changed; what is beside the route is shared."""
    other = {**value}
    place = cast("Container", other)
    for step in route[:-1]:
        place[step] = copy(place[step])
        place = cast("Container", place[step])
    change(place, route[-1])
    return other


def alterations(value: JsonObject, *, thorough: bool) -> Iterator[Altered]:
    """Each scalar replaced, each item removed, doubled and swapped, each key dropped.

    `thorough` replaces by whatever comes to mind, objects and lists as well, instead of by one thing, and puts keys in.
    """
    for part in PARTS:
        yield from _below(value, (part,), value[part], thorough=thorough)


def _below(whole: JsonObject, route: Route, value: JsonValue, *, thorough: bool) -> Iterator[Altered]:
    if isinstance(value, dict):
        for key in value:
            here: Route = (*route, key)
            yield Altered(here, "dropped", edited(whole, here, _drop))
            yield from _below(whole, here, value[key], thorough=thorough)
        if thorough:
            yield Altered((*route, "more"), "put in", edited(whole, (*route, "more"), _set("more")))
    elif isinstance(value, list):
        for place, item in enumerate(value):
            here = (*route, place)
            yield Altered(here, "removed", edited(whole, here, _drop))
            yield Altered(here, "doubled", edited(whole, here, _double))
            if place and item != value[place - 1]:
                yield Altered(here, "swapped", edited(whole, here, _swap))
            yield from _below(whole, here, item, thorough=thorough)
        for other in OTHER_ITEMS.get(str(route[-1]), ()):
            if other not in value:
                yield Altered(route, f"{other} put in", edited(whole, route, _set([*value, other])))
    if len(route) > 1 or not isinstance(value, dict | list):
        yield from (
            Altered(route, f"{other!r:.40}", edited(whole, route, _set(other)))
            for other in islice(_others(route[-1], value), None if thorough else 1)
            if thorough or not isinstance(value, dict | list)
        )


def _others(name: str | int, value: JsonValue) -> Iterator[JsonValue]:
    """Values to put in the place of one, the one most like it first."""
    match value:
        case bool():
            yield from (not value, None)
        case int() | Decimal():
            yield from (value + 1, -value or 7, Decimal("0.5"), 10**40, None)
        case str():
            yield from _later(value)
            yield from (text for text in OTHER_TEXTS.get(str(name), ()) if text != value)
            yield from (f"{value}x", "", 7, None)
        case None:
            yield from ("starter@1", "text", 0, {})
        case dict() | list():
            yield from ({}, [], None) if value else ("text", None)


def _later(text: str) -> Iterator[str]:
    try:
        instant = parse_instant(text)
    except ValueError:
        return
    yield format_instant(instant.replace(hour=(instant.hour + 1) % 24))
    yield format_instant(instant.replace(year=instant.year + 1))


def _set(other: JsonValue) -> Callable[[Container, str | int], None]:
    def change(place: Container, key: str | int) -> None:
        place[key] = other

    return change


def _drop(place: Container, key: str | int) -> None:
    del place[key]


def _double(place: Container, key: str | int) -> None:
    cast("list[JsonValue]", place).insert(cast("int", key), place[key])


def _swap(place: Container, key: str | int) -> None:
    before = cast("int", key) - 1
    place[before], place[key] = place[key], place[before]
