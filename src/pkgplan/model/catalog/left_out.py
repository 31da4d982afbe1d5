"""Fields of package creation that cannot be written in a catalog file, each with its reason.

Comes in: nothing. Goes out: data, which tests hold against the SDK and the models. Never here: fields of the SDK;
each of those can be written. A field leaves this list when the SDK gets it, because then it can be sent.
Source: the vendor's API description of POST /v1/packages/create (August 2026) next to SDK 4.12; seen in the wild where
that is said.
"""

from __future__ import annotations

from typing import Final

_EXCLUDE: Final = (
    "behind the vendor's feature flag `exclude-specifiers-ga` and left out of the SDK on purpose "
    "(x-stainless-skip); name the products or tags that do match instead"
)
_MINIMUM: Final = (
    "behind the vendor's feature flag `support-charge-ga` and left out of the SDK on purpose (x-stainless-skip); "
    "it also turns off commit-specific overrides of the line"
)
_ACCESS_POLICY: Final = (
    "behind the vendor's feature flag `payment-gated-subscriptions-enabled`, in the vendor's pages only; neither the "
    "API description nor the SDK has it"
)

LEFT_OUT: Final[dict[str, str]] = {
    **{
        f"{specifiers}[].{field}": _EXCLUDE
        for specifiers in (
            "commits[].specifiers",
            "credits[].specifiers",
            "overrides[].override_specifiers",
            "prepaid_balance_threshold_configuration.commit.specifiers",
            "recurring_commits[].specifiers",
            "recurring_credits[].specifiers",
        )
        for field in ("exclude", "exclude[].product_tags")
    },
    "overrides[].overwrite_rate.minimum_config": _MINIMUM,
    "overrides[].overwrite_rate.minimum_config.minimum": _MINIMUM,
    "recurring_commits[].subscription_config.access_policy": _ACCESS_POLICY,
    "recurring_credits[].subscription_config.access_policy": _ACCESS_POLICY,
    "billing_anchor_date": "sent by one known client and taken without an error, but neither documented nor read "
    "back; `usage_statement_schedule.day` says on which day periods start",
}
"""Reasons by path; `[]` stands for each item of a list."""
