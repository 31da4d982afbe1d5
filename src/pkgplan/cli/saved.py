"""Whether a saved plan is still what was reviewed: held against the record, the catalog, and a second planning.

Comes in: a plan of a file, the deployment. Goes out: nothing, or StalePlan.
Never here: the environment's packages, or applying.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pkgplan import apply as runs
from pkgplan.errors import StalePlan
from pkgplan.model.record import Folding
from pkgplan.pipeline import make_plan
from pkgplan.pipeline import refuse_altered as refuse_altered_on
from pkgplan.wiring import packages_to_read

if TYPE_CHECKING:
    from pkgplan.cli.basis import Look
    from pkgplan.cli.options import Options
    from pkgplan.model.catalog.catalog import Catalog
    from pkgplan.model.plan import Action, Plan
    from pkgplan.wiring import Deployment

AGAIN = "make the plan again"


def refuse_altered(saved: Plan, deployment: Deployment, catalog: Catalog) -> None:
    """Raise StalePlan if the file is not a plan that pkgplan can have made on the entry of the log that it names.

    One that was made on another log cannot be judged, and cannot be applied. One that was made on an environment which
    differed from the record is held against that environment, if it is on this machine and still differs in the same
    way; apply looks at it in any case.
    """
    entries = deployment.entries()
    folding = Folding()
    for entry in entries[: saved.base.serial]:
        folding.take(entry)
    state = folding.state()
    base = (state.lineage, state.head.serial, state.head.digest)
    if saved.base.serial and base != (saved.base.lineage, saved.base.serial, saved.base.head):
        return  # of another log; it cannot be applied on this one
    shown = () if saved.outlook is None else saved.outlook.drift
    if shown:
        if len(entries) != saved.base.serial or not deployment.is_here:
            return
        with packages_to_read(deployment) as api:
            now = deployment.clock.now()
            drift, _ = runs.look(state, api, deployment.ours(catalog), now=now)
        if drift.differences != shown:
            return
        state = runs.with_drift(folding, drift, now)
    refuse_altered_on(saved, state)


def refuse_other_catalog(saved: Plan, digest: str, options: Options) -> None:
    """Raise StalePlan unless a plan was made from the catalog as it is now."""
    if saved.catalog_digest != digest:
        raise StalePlan(f'the catalog "{options.catalog}" has changed since the plan was made', hint=AGAIN)


def refuse_other_outcome(saved: Plan, looked: Look, *, take_foreign: bool) -> None:
    """Raise StalePlan unless planning again, at the same instant on the same record, does the same."""
    session = looked.session
    target = replace(session.deployment.target(session.checked.catalog), takes_foreign=take_foreign)
    if target.rule.readings() != saved.assumptions:
        raise StalePlan(
            "the Project reads the open questions about aliases otherwise than the plan", hint=AGAIN
        )
    shown = () if saved.outlook is None else saved.outlook.drift
    basis = looked.basis if shown else looked.recorded
    again = make_plan(session.checked, target, basis, saved.as_of)
    if again.plan is None:
        first = next(iter(again.diagnostics))
        raise StalePlan(f"planning again is refused: {first.message}", hint=first.hint or AGAIN)
    for one, other in zip(saved.actions, again.plan.actions, strict=False):
        if one != other:
            raise StalePlan(
                f"this plan file was altered, or made by a pkgplan that plans otherwise: {_what(one, other)}",
                hint=AGAIN,
            )
    if len(saved.actions) != len(again.plan.actions) or saved.effects != again.plan.effects:
        raise StalePlan(
            "this plan file was altered, or made by a pkgplan that plans otherwise: planning again does something else",
            hint=AGAIN,
        )


def _what(saved: Action, again: Action) -> str:
    if saved.id != again.id:
        return f"it says {saved.id} where planning again says {again.id}"
    before, after = saved.to_json(), again.to_json()
    different = next(name for name in before if before[name] != after.get(name))
    return f'"{different}" of {saved.id} is not what planning again gives'
