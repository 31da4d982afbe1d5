"""Whether the values of a plan are as flat as those of packages, so that everything else may walk them.

Comes in: a plan. Goes out: discrepancies. Never here: what the values are.
A file may nest lists so deeply that the recursion of a digest, or of the diff, does not get to their ground.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pkgplan.checker.discrepancy import Discrepancy, Kind, about

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.model.canonical import JsonValue
    from pkgplan.model.plan import Plan

# A tier of an overwrite rate is 6 deep.
_DEEPEST: Final = 50


def check_depth(plan: Plan) -> Iterator[Discrepancy]:
    """Payloads and metadata that are nested deeper than any package could be."""
    for action in plan.actions:
        for name, value in (("payload", action.payload), ("metadata", action.metadata)):
            if _is_deep(value):
                yield about(Kind.FIELDS, action.id, f'"{name}" is nested deeper than {_DEEPEST} levels')


def _is_deep(value: JsonValue) -> bool:
    level: list[JsonValue] = [value]
    for _ in range(_DEEPEST):
        below: list[JsonValue] = []
        for item in level:
            if isinstance(item, dict):
                below += item.values()
            elif isinstance(item, list):
                below += item
        level = below
    return bool(level)
