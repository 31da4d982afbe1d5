"""Contracts: a customer on a package (or on a rate card alone) from an instant on, with dated terms.

Comes in: requests whose shape was checked. Goes out: bodies of answers in the API's shapes.
Never here: invoices, usage; balances are what follows from schedules alone. What the vendor does not document
is asked of `Assumptions`. Provisioning stores dated terms once (`rows.py` says how); what depends on the present
or on the contract's end is computed at each read.
"""

from typing import TYPE_CHECKING, Final

from pkgplan.engine.contracts import cohort, composite, lifecycle, provisioning, rate_schedule, reading

if TYPE_CHECKING:
    from pkgplan.engine.operation import Operation

OPERATIONS: Final[tuple["Operation", ...]] = (
    *provisioning.OPERATIONS,
    *composite.OPERATIONS,
    *reading.OPERATIONS,
    *lifecycle.OPERATIONS,
    *cohort.OPERATIONS,
    *rate_schedule.OPERATIONS,
)
