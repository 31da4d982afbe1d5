"""Apply: the only part that changes the world, and only as a plan says, or as a contract was promised.

Comes in: a plan, the log, the environment's packages, the time. Goes out: an outcome; entries in the log.
Never here: deciding what to do; that was the plan.

For each action: append the intent, make the call under its uniqueness key, append what was done, read the
affected windows back, compare them with what the plan foresaw, append what was seen. Kill it anywhere and run
it again: an intent without an outcome is called again, and the uniqueness key turns a second call into a look-up.
Every step starts with an append, so a run that lost the log to another writer stops before it calls anything.
"""

from pkgplan.apply.fit import check_fits, check_pins
from pkgplan.apply.provisioning import held, live_version, provision
from pkgplan.apply.rebuild import rebuild
from pkgplan.apply.run import abandon, apply, stored_plan
from pkgplan.apply.same_story import foreign_packages
from pkgplan.apply.world import ApplyOutcome, Step, World

__all__ = [
    "ApplyOutcome",
    "Step",
    "World",
    "abandon",
    "apply",
    "check_fits",
    "check_pins",
    "foreign_packages",
    "held",
    "live_version",
    "provision",
    "rebuild",
    "stored_plan",
]
