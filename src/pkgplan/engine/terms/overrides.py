"""Rules of overrides: what each type needs, which fields need is_commit_specific, what a rate must hold.

Comes in: a parsed body. Goes out: a message for each fault. Never here: what a product or rate card is like
(group keys, types of products, products without a rate); those rules are in `admission.py`.
Source: `overrides` and `multiplier_override_prioritization` of POST /v1/packages/create; the vendor's guide
"Edit or override a contract" (an overwrite is for one price, so not for tags).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pkgplan.engine.terms.references import NAMED_BY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.engine.payloads import PackageCreate
    from pkgplan.engine.payloads.overrides import Override, OverrideSpecifier, OverwriteRate

_NEEDED: Final = {"MULTIPLIER": "multiplier", "OVERWRITE": "overwrite_rate", "TIERED": "tiers"}
_SCALING: Final = ("MULTIPLIER", "TIERED")
_COMPANIONS: Final = ("product_id", "product_tags", "pricing_group_values", "presentation_group_values")

# What a rate of each type is made of.
_PRICED_BY: Final = {
    "FLAT": "price",
    "PERCENTAGE": "price",
    "TIERED": "tiers",
    "TIERED_PERCENTAGE": "tiers",
}
_ONLY_WITH: Final = {
    "is_prorated": ("SUBSCRIPTION",),
    "minimum_config": ("PERCENTAGE", "TIERED_PERCENTAGE"),
}


def override_faults(payload: PackageCreate) -> Iterator[str]:
    """Every rule of overrides that needs nothing but the body."""
    is_explicit = payload.multiplier_override_prioritization == "EXPLICIT"
    for override in payload.overrides:
        yield from _type(override, is_explicit=is_explicit)
        yield from _commit_specific(override)
        for specifier in override.override_specifiers:
            yield from _specifier(override, specifier)
        if override.overwrite_rate is not None:
            yield from rate_faults(override.overwrite_rate)


def _type(override: Override, *, is_explicit: bool) -> Iterator[str]:
    """`priority`: "Required for EXPLICIT multiplier prioritization scheme and all TIERED overrides"."""
    if override.type is None:
        return
    needed = _NEEDED[override.type]
    if getattr(override, needed) is None:
        yield f"must specify {needed} for an override of type {override.type}"
    if override.type == "TIERED" and not is_explicit:
        yield "multiplier_override_prioritization must be EXPLICIT if there are TIERED overrides"
    if override.type in _SCALING and is_explicit and override.priority is None:
        yield (
            f"must specify priority for a {override.type} override if multiplier_override_prioritization "
            "is EXPLICIT"
        )


def _commit_specific(override: Override) -> Iterator[str]:
    """`target`: "Can only be used for overrides that have `is_commit_specific` set to `true`"."""
    if override.is_commit_specific:
        return
    if override.target is not None:
        yield "target can only be used for overrides with is_commit_specific true"
    for specifier in override.override_specifiers:
        for field in NAMED_BY:
            if getattr(specifier, field):
                yield f"{field} can only be used for overrides with is_commit_specific true"


def _specifier(override: Override, specifier: OverrideSpecifier) -> Iterator[str]:
    """The ids of commits "must be used in conjunction with" what is bought; a price is that of one product."""
    named = [field for field in NAMED_BY if getattr(specifier, field)]
    if named and not any(getattr(specifier, field) for field in _COMPANIONS):
        yield f"{named[0]} must be used in conjunction with one of {', '.join(_COMPANIONS)}"
    if "any_commit_or_credit_ids" in named and len(named) > 1:
        yield "any_commit_or_credit_ids must be used instead of commit_ids and recurring_commit_ids"
    if override.type == "OVERWRITE":
        if specifier.product_tags:
            yield "must not specify product_tags for an OVERWRITE override"
        if specifier.product_id is None:
            yield "must specify product_id for an OVERWRITE override"
    if override.type is not None and specifier.billing_frequency is not None and specifier.product_id is None:
        yield "must specify product_id together with billing_frequency"


def rate_faults(rate: OverwriteRate) -> Iterator[str]:
    """`price`: "For FLAT rate_type, this must be >=0. For PERCENTAGE rate_type ... must be >=0 and <=1"."""
    needed = _PRICED_BY.get(rate.rate_type)
    if needed is not None and not _is_given(getattr(rate, needed)):
        yield f"must specify {needed} for rate_type {rate.rate_type}"
    if rate.price is not None:
        if rate.rate_type == "FLAT" and rate.price < 0:
            yield "price must be >= 0 for rate_type FLAT"
        if rate.rate_type == "PERCENTAGE" and not 0 <= rate.price <= 1:
            yield "price must be between 0 and 1 for rate_type PERCENTAGE"
    for field, types in _ONLY_WITH.items():
        if getattr(rate, field) is not None and rate.rate_type not in types:
            yield f"{field} is only valid for rate_type {' or '.join(types)}"
    if rate.is_prorated is False:
        yield "is_prorated must be true for rate_type SUBSCRIPTION"
    if rate.rate_type == "SUBSCRIPTION" and rate.quantity is not None and rate.quantity < 0:
        yield "quantity must be >= 0 for rate_type SUBSCRIPTION"


def _is_given(value: object) -> bool:
    return value is not None and value != []
