"""What a package says about a contract besides its dated terms, one line each: who is billed how and when.

Comes in: the body of a package create call, or of the answer to POST /v2/contracts/get, which has the same fields.
Goes out: text by field, in the words of the catalog. Never here: terms with dates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pkgplan.model.canonical import JsonObject, as_object
from pkgplan.stages.diff.readable import readable
from pkgplan.stages.diff.summaries import summary

if TYPE_CHECKING:
    from collections.abc import Mapping

# In the order in which they are shown. A contract keeps the provider in `customer_billing_provider_configuration`.
_FIELDS: Final = (
    "contract_name",
    "rate_card_id",
    "rate_card_alias",
    "net_payment_terms_days",
    "billing_provider",
    "delivery_method",
    "usage_statement_schedule",
    "scheduled_charges_on_usage_invoices",
    "multiplier_override_prioritization",
    "spend_threshold_configuration",
    "prepaid_balance_threshold_configuration",
    "spend_trackers",
)
_PROVIDER: Final = ("billing_provider", "delivery_method")


def settings(
    body: JsonObject, references: Mapping[str, str], terms: Mapping[str, tuple[str, ...]] | None = None
) -> dict[str, str]:
    """`{"net_payment_terms_days": "15", "spend_trackers.promo-cap": "counts USD of ..."}`.

    Args:
        body: of a package or a contract.
        references: names such as `product/input-tokens`, each with its id.
        terms: the keys of spend trackers under `spend_trackers`.
    """
    provider = as_object(body.get("customer_billing_provider_configuration") or {})
    whole: JsonObject = {**{name: provider[name] for name in _PROVIDER if name in provider}, **body}
    shown = readable({name: whole[name] for name in _FIELDS if name in whole}, references, terms)
    said: dict[str, str] = {}
    for name, value in shown.items():
        if name == "spend_trackers" and isinstance(value, dict):
            said.update({f"{name}.{key}": summary(name, tracker) for key, tracker in value.items()})
        else:
            said[name] = summary(name, value)
    return said
