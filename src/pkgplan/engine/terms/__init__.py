"""Rules that one create body must keep by itself, as the API enforces them with a 400.

Comes in: a parsed body. Goes out: nothing, or EngineError 400 for the first rule that is broken. Each module
has the rules of one family of terms, as functions that give a message for each fault.
Never here: what is in the store; whether a product or rate exists is asked in `admission.py`. Rules that
nobody documents or has observed are not enforced, so that the engine refuses no more than the API is known to.
Source: field descriptions of POST /v1/packages/create. Messages marked as observed are the API's own words.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from pkgplan.engine.faults import refused
from pkgplan.engine.terms.balances import balance_faults, recurring_faults
from pkgplan.engine.terms.overrides import override_faults
from pkgplan.engine.terms.package import package_faults, subscription_faults
from pkgplan.engine.terms.references import reference_faults
from pkgplan.engine.terms.thresholds import threshold_faults

if TYPE_CHECKING:
    from pkgplan.engine.payloads import PackageCreate

__all__ = ["check_terms"]

_FAMILIES = (
    package_faults,
    reference_faults,
    subscription_faults,
    balance_faults,
    recurring_faults,
    override_faults,
    threshold_faults,
)


def check_terms(payload: PackageCreate) -> None:
    """400 for the first rule inside the body that is broken."""
    for message in chain.from_iterable(faults(payload) for faults in _FAMILIES):
        raise refused(message)
