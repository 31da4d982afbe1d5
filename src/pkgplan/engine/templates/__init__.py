"""What a read will show of a create body: template ids, product names, defaults filled in, inputs left out.

Comes in: an admitted body. Goes out: the API's `Package` without `aliases` and `archived_at`, which change
later and are added at read. Never here: temporary ids, the rate card alias, unassigned seats, the invoice
generation offset; the API does not give them back.
Source: SDK 4.12 `package_retrieve_response.Data`; defaults marked (assumed) are not documented.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pkgplan.engine.templates.balances import shown_charge, shown_commit, shown_credit
from pkgplan.engine.templates.overrides import shown_override
from pkgplan.engine.templates.recurring import shown_recurring
from pkgplan.engine.templates.scope import Scope, copied
from pkgplan.engine.templates.subscriptions import shown_subscription

if TYPE_CHECKING:
    from collections.abc import Callable

    from pkgplan.engine.admission import Names
    from pkgplan.engine.payloads import PackageCreate
    from pkgplan.model.canonical import JsonObject

__all__ = ["CREATED_BY", "render"]

UNIQUENESS_PREFIX: Final = "package:"
CREATED_BY: Final = "pkgplan"

_COPIED: Final = (
    "billing_provider",
    "contract_name",
    "delivery_method",
    "duration",
    "net_payment_terms_days",
    "prepaid_balance_threshold_configuration",
    "rate_card_id",
    "scheduled_charges_on_usage_invoices",
    "spend_threshold_configuration",
    "spend_trackers",
)


def render(payload: PackageCreate, names: Names, new_id: Callable[[], str]) -> JsonObject:
    """The package as reads show it, apart from what later calls change.

    Args:
        payload: an admitted body.
        names: what the products and pricing units of the body are called.
        new_id: makes the ids of term templates and of schedule items.
    """
    scope = Scope(names, new_id)
    schedule = payload.usage_statement_schedule
    body: JsonObject = {
        "name": payload.name,
        "created_by": CREATED_BY,
        "multiplier_override_prioritization": payload.multiplier_override_prioritization
        or "LOWEST_MULTIPLIER",
        "usage_statement_schedule": {
            "frequency": "MONTHLY" if schedule is None else schedule.frequency,
            "day": (None if schedule is None else schedule.day) or "FIRST_OF_MONTH",
        },
        "commits": [shown_commit(term, scope) for term in payload.commits],
        "credits": [shown_credit(term, scope) for term in payload.credits],
        "recurring_commits": [shown_recurring(term, scope) for term in payload.recurring_commits],
        "recurring_credits": [shown_recurring(term, scope) for term in payload.recurring_credits],
        "subscriptions": [shown_subscription(term, scope) for term in payload.subscriptions],
        "scheduled_charges": [shown_charge(term, scope) for term in payload.scheduled_charges],
        "overrides": [shown_override(term, scope) for term in payload.overrides],
        **copied(payload.to_json(), _COPIED),
    }
    if payload.uniqueness_key is not None:
        body["uniqueness_key"] = UNIQUENESS_PREFIX + payload.uniqueness_key
    return body
