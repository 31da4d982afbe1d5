"""The stages in the order in which they happen. Read this folder second, after the README.

Comes in: a catalog folder, state and an instant. Goes out: a checked catalog, a plan, and every finding.
Never here: the work of a stage, calls to the environment, or the clock.

    checking.py    load -> inherit -> validate -> parse -> check -> policy
    planning.py    compile -> recognise -> plan -> diff -> check
    holding.py     whether a plan holds, made now or saved
    formatting.py  load -> format
    comparing.py   compile -> diff
    pinning.py     load -> pins
    kept_logs.py   logs of environments that were renamed
    promising.py   the contract that a recorded version gives
"""

from pkgplan.pipeline.checking import CheckedCatalog, check_catalog, located, where
from pkgplan.pipeline.comparing import compare, declared_side, recorded_side
from pkgplan.pipeline.formatting import Formatted, FormattedCatalog, format_catalog
from pkgplan.pipeline.holding import refuse_altered
from pkgplan.pipeline.kept_logs import new_beginning, orphan_logs
from pkgplan.pipeline.pinning import Pinned, lock_findings, pinned
from pkgplan.pipeline.planning import Basis, Planned, Target, make_plan, with_diagnostics
from pkgplan.stages.compile import embedded_ids

__all__ = [
    "Basis",
    "CheckedCatalog",
    "Formatted",
    "FormattedCatalog",
    "Pinned",
    "Planned",
    "Target",
    "check_catalog",
    "compare",
    "declared_side",
    "embedded_ids",
    "format_catalog",
    "located",
    "lock_findings",
    "make_plan",
    "new_beginning",
    "orphan_logs",
    "pinned",
    "recorded_side",
    "refuse_altered",
    "where",
    "with_diagnostics",
]
