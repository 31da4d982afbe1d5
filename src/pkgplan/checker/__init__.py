"""The checker of plans: what a plan does is derived a second time, and compared with what the plan says.

Comes in: a plan, the state that it was made on, later the state after its last action. Goes out: discrepancies, each
with a kind and a sentence; none means that the plan holds.
Never here: `stages/plan`, `model.timeline.take_over` or anything of apply and engine. The planner is not believed, so
nothing of it is used: the takeover rule is written again (`takeover.py`), on a function of time instead of on rows.

    plans.py     check_plan: for when a plan is made, when a saved one is shown, and before the first write
    outcome.py   check_outcome: for after the last write
    identity.py, creates.py, identifiers.py, origin.py, changes.py, closings.py   what an action says of itself
    metadata.py   what an action records of a file besides its terms
    holders.py, takeover.py, replay.py    who has an alias when, and what the actions do to that
    effects.py, outlook.py, promises.py   what the plan says about it, and what no plan may do
    drift.py      what the plan says it was made on
    asked.py, wanted.py   with the catalog at hand: whether it asked for that, and for nothing else

What it cannot know without the catalog: whether the payload, the metadata and the ids are those that the catalog and
the lock file give, and where a file is; without the environment: what else differed from the record. A payload that is
altered together with everything that follows from it, its changes included, is a right plan of another catalog. So a
plan is held against the catalog when it is made, and once more by whoever has one at hand when it is applied.
"""

from pkgplan.checker.asked import Asked
from pkgplan.checker.discrepancy import Discrepancy, Kind
from pkgplan.checker.outcome import check_outcome
from pkgplan.checker.plans import check_plan

__all__ = ["Asked", "Discrepancy", "Kind", "check_outcome", "check_plan"]
