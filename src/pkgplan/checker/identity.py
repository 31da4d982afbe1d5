"""Whether the actions of a plan are distinct, called by their names, and in order.

Comes in: a plan. Goes out: discrepancies. Never here: what an action does.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from pkgplan.checker.discrepancy import Discrepancy, Kind, about, told
from pkgplan.model.compiled import terms_to_json
from pkgplan.model.plan import Operation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.model.canonical import JsonValue
    from pkgplan.model.names import PackageRef
    from pkgplan.model.plan import Action, Plan

# Creates first, because every prefix must leave every alias with somebody; records last, because they are no calls.
_ORDER: Final = {Operation.CREATE: 0, Operation.ARCHIVE: 1, Operation.RECORD: 2, Operation.ADOPT: 3}

# What the fields of creates are in other actions.
_NOTHING: Final[dict[str, JsonValue]] = {
    "uniqueness_key": None,
    "windows": [],
    "references": {},
    "terms": {},
    "carried": False,
}


def check_identity(plan: Plan) -> Iterator[Discrepancy]:
    """Ids, order, and no two actions on one version; an archive and a record may be about the same."""
    seen: dict[str, None] = {}
    refs: dict[PackageRef, Action] = {}
    for action in plan.actions:
        expected = _id(action)
        if action.id != expected:
            yield about(Kind.ACTION_ID, action.id, f'the id is "{expected}", the action says "{action.id}"')
        if action.id in seen:
            yield about(Kind.ACTION_TWICE, action.id, "two actions have this id")
        seen[action.id] = None
        if action.operation is Operation.ADOPT:
            yield about(Kind.OPERATION, action.id, "a plan creates, archives and records, it does not adopt")
        elif action.operation is not Operation.RECORD:
            other = refs.setdefault(action.ref, action)
            if other is not action:
                yield about(Kind.ACTION_TWICE, action.id, f"{other.id} is about {action.ref}, too")
        yield from _fields(action)
    for earlier, later in pairwise(plan.actions):
        if _ORDER[later.operation] < _ORDER[earlier.operation]:
            yield about(
                Kind.ACTION_ORDER,
                later.id,
                f"the {later.operation} stands behind {earlier.id}, which comes after it",
            )


def _id(action: Action) -> str:
    about_what = action.ref.key if action.operation is Operation.RECORD else action.ref
    return f"{action.operation}:{about_what}"


def _fields(action: Action) -> Iterator[Discrepancy]:
    """What only creates have; nobody would look at it elsewhere, so it would be a place to hide something."""
    if action.operation is Operation.CREATE:
        return
    said: dict[str, JsonValue] = {
        "uniqueness_key": action.uniqueness_key,
        "windows": [window.to_json() for window in action.windows],
        "references": {**action.references},
        "terms": terms_to_json(action.terms or {}),
        "carried": action.carried,
    }
    for name, nothing in _NOTHING.items():
        if name in said and said[name] != nothing:
            yield about(Kind.FIELDS, action.id, f'"{name}" is {told(said[name])}, only a create has any')
