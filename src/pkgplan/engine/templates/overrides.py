"""How overrides are shown.

Comes in: terms of an admitted body. Goes out: their templates. Never here: temporary ids.
Source: SDK 4.12 `package_retrieve_response.DataOverride`: `tiers` come back as `override_tiers`, temporary ids
as ids of templates under other names, the pricing unit of an overwrite with its name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pkgplan.engine.templates.scope import copied

if TYPE_CHECKING:
    from pkgplan.engine.payloads.overrides import Override, OverrideSpecifier, OverwriteRate
    from pkgplan.engine.templates.scope import Scope
    from pkgplan.model.canonical import JsonObject

_COPIED: Final = (
    "duration",
    "entitled",
    "is_commit_specific",
    "multiplier",
    "priority",
    "starting_at_offset",
    "target",
    "type",
)
_COPIED_FROM_RATE: Final = (
    "custom_rate",
    "is_prorated",
    "minimum_config",
    "price",
    "quantity",
    "rate_type",
    "tiers",
)
_COPIED_FROM_SPECIFIER: Final = (
    "billing_frequency",
    "exclude",
    "presentation_group_values",
    "pricing_group_values",
    "product_id",
    "product_tags",
)
_TEMPLATE_IDS: Final = {
    "any_commit_or_credit_ids": "any_commit_or_credit_template_ids",
    "commit_ids": "commit_template_ids",
    "recurring_commit_ids": "recurring_commit_template_ids",
}


def shown_override(override: Override, scope: Scope) -> JsonObject:
    """`OverrideTemplate`."""
    given = override.to_json()
    body: JsonObject = {
        "id": scope.new_id(),
        "override_specifiers": [_specifier(each, scope) for each in override.override_specifiers],
        **copied(given, _COPIED),
    }
    if "tiers" in given:
        body["override_tiers"] = given["tiers"]
    if override.overwrite_rate is not None:
        body["overwrite_rate"] = _rate(override.overwrite_rate, scope)
    return body


def _specifier(specifier: OverrideSpecifier, scope: Scope) -> JsonObject:
    ids: JsonObject = {
        shown: [scope.template_id(each) for each in getattr(specifier, name)]
        for name, shown in _TEMPLATE_IDS.items()
        if getattr(specifier, name) is not None
    }
    return {**copied(specifier.to_json(), _COPIED_FROM_SPECIFIER), **ids}


def _rate(rate: OverwriteRate, scope: Scope) -> JsonObject:
    body = copied(rate.to_json(), _COPIED_FROM_RATE)
    if rate.credit_type_id is not None:
        body["credit_type"] = scope.credit_type(rate)
    return body
