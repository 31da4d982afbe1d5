"""Apply: the only part that changes the world, and only as a plan says, or as a contract was promised.

Comes in: a plan, the log, the environment's packages, the time. Goes out: an outcome; entries in the log.
Never here: deciding what to do; that was the plan.

For each action: append the intent, make the call under its uniqueness key, append what was done, read the
affected windows back, compare them with what the plan foresaw, append what was seen. Kill it anywhere and run
it again: an intent without an outcome is called again, and the uniqueness key turns a second call into a look-up.
Every step starts with an append, so a run that lost the log to another writer stops before it calls anything.
"""

from pkgplan.apply.fit import check_clock, check_fits, check_pins, check_time
from pkgplan.apply.look import drifted, is_explained, look, under_way, with_drift
from pkgplan.apply.provisioning import held, live_version, provision
from pkgplan.apply.refresh import rebuild, refresh
from pkgplan.apply.run import Accepted, abandon, apply, stored_plan
from pkgplan.apply.world import ApplyOutcome, Step, World

__all__ = [
    "Accepted",
    "ApplyOutcome",
    "Step",
    "World",
    "abandon",
    "apply",
    "check_clock",
    "check_fits",
    "check_pins",
    "check_time",
    "drifted",
    "held",
    "is_explained",
    "live_version",
    "look",
    "provision",
    "rebuild",
    "refresh",
    "stored_plan",
    "under_way",
    "with_drift",
]
