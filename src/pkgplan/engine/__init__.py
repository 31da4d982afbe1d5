"""The embedded engine: an offline Metronome on SQLite, shaped like the API so that a facade can serve it.

Comes in: the API's request bodies. Goes out: the API's response bodies, or `EngineError` with an HTTP status.
Never here: HTTP, the real time (a `Clock` is handed in), knowledge of catalogs or plans. What the vendor does
not document is `TakeoverRule` (model/timeline.py) for aliases and named constants for the rest.

A create passes: payloads (shape) > terms (rules inside one payload) > admission (rules against what is there)
> templates (what a read will show) > packages and aliases (rows) in one transaction of the store.
"""

from pkgplan.engine.adapters import (
    EmbeddedContracts,
    EmbeddedCustomers,
    EmbeddedCustomFields,
    EmbeddedPackages,
)
from pkgplan.engine.assumptions import Assumptions
from pkgplan.engine.engine import Engine
from pkgplan.engine.faults import EngineError
from pkgplan.engine.seeding import SeededReference

__all__ = [
    "Assumptions",
    "EmbeddedContracts",
    "EmbeddedCustomFields",
    "EmbeddedCustomers",
    "EmbeddedPackages",
    "Engine",
    "EngineError",
    "SeededReference",
]
