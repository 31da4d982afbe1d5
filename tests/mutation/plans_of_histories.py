"""What the planner makes of random histories, and what the checker says of each plan; for `mutate.py --checker`.

Comes in: how many histories. Goes out, as JSON: for each, its steps as `[digest of the plan, or "refused"; what the
checker says first]`. Never here: judging. A step at which anything is wrong is the last one.
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from itertools import product
from random import Random
from typing import TYPE_CHECKING

from support.applying import Site, planned
from support.edits import sequence
from support.worlds import EPOCH

from pkgplan.checker import Asked, check_plan
from pkgplan.errors import PkgplanError
from pkgplan.model.canonical import as_list, as_object, digest_of
from pkgplan.model.timeline import (
    AfterBoundedEnd,
    DatelessStart,
    DatelessTakeover,
    LaterWindows,
    TakeoverRule,
)
from pkgplan.stages.diff import diff

if TYPE_CHECKING:
    from pkgplan.model.plan import Plan

RULES = [
    TakeoverRule(*each) for each in product(LaterWindows, AfterBoundedEnd, DatelessTakeover, DatelessStart)
]


def history(seed: int) -> list[list[str]]:
    """The steps of one history, each planned, checked and applied."""
    chance = Random(seed)
    site = Site(RULES[seed % len(RULES)] if seed % 2 else RULES[0])
    at = EPOCH + timedelta(hours=chance.choice((0, 0.5, 24, 30)))
    steps: list[list[str]] = []
    for step in sequence(chance, chance.choice((("X",), ("X", "Y")))):
        at += timedelta(hours=step.hours)
        packages = [file.compiled() for file in step.files]
        state = site.state
        try:
            plan = planned(packages, state, at, rule=site.rule)
        except Exception as error:  # noqa: BLE001 - a mutant may do anything
            return [*steps, ["broken", repr(error)]]
        if plan is None:
            steps.append(["refused", ""])
            continue
        found = check_plan(plan, state, explain=diff, asked=Asked(packages))
        steps.append([_told(plan), str(found[0]) if found else ""])
        try:
            outcome = None if found else site.apply(packages, at)
        except PkgplanError:
            break
        if outcome is None or outcome.fault is not None:
            break
    return steps


def _told(plan: Plan) -> str:
    """The identity of a plan but for the ids that the engine gave, which are others each time."""
    said = plan.to_json()
    for action in as_list(said["actions"]):
        as_object(as_object(action)["payload"]).pop("package_id", None)
    kept = ("actions", "effects", "instants", "applicable_until", "depends_on", "resolution")
    return digest_of([said[key] for key in kept])


if __name__ == "__main__":
    json.dump({str(seed): history(seed) for seed in range(int(sys.argv[1]))}, sys.stdout)
