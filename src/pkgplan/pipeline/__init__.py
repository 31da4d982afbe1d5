"""The stages in the order in which they happen. Read this folder second, after the README.

Comes in: a catalog folder, state and an instant. Goes out: a checked catalog, a plan, and every finding.
Never here: the work of a stage, calls to the environment, or the clock.

    checking.py    load -> inherit -> validate -> parse -> check -> policy
    planning.py    compile -> plan -> diff
    formatting.py  load -> format
    comparing.py   compile -> diff
    promising.py   the contract that a recorded version gives
"""

from pkgplan.pipeline.checking import CheckedCatalog, check_catalog, located, where
from pkgplan.pipeline.comparing import compare, declared_side, recorded_side
from pkgplan.pipeline.formatting import Formatted, FormattedCatalog, format_catalog
from pkgplan.pipeline.planning import Planned, Target, make_plan, with_diagnostics
from pkgplan.stages.compile import embedded_ids

__all__ = [
    "CheckedCatalog",
    "Formatted",
    "FormattedCatalog",
    "Planned",
    "Target",
    "check_catalog",
    "compare",
    "declared_side",
    "embedded_ids",
    "format_catalog",
    "located",
    "make_plan",
    "recorded_side",
    "where",
    "with_diagnostics",
]
