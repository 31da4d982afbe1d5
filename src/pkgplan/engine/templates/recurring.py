"""How recurring commits and recurring credits are shown.

Comes in: terms of an admitted body. Goes out: their templates. Never here: temporary ids.
Source: SDK 4.12 `package_retrieve_response.DataRecurringCommit` and `DataRecurringCredit`: pricing units by id,
the subscription by the id of its template, `rate_type` always there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pkgplan.engine.templates.scope import QUANTITY_CREDIT_TYPE_ID, copied
from pkgplan.model.units import USD_CREDIT_TYPE_ID

if TYPE_CHECKING:
    from pkgplan.engine.payloads.recurring import AccessAmount, Recurring
    from pkgplan.engine.templates.scope import Scope
    from pkgplan.model.canonical import JsonObject

_COPIED: Final = (
    "applicable_product_ids",
    "applicable_product_tags",
    "description",
    "duration",
    "invoice_amount",
    "name",
    "priority",
    "proration_rounding",
    "recurrence_frequency",
    "rollover_fraction",
    "specifiers",
    "starting_at_offset",
)


def shown_recurring(term: Recurring, scope: Scope) -> JsonObject:
    """`RecurringCommitTemplate` or `RecurringCreditTemplate`; only the first can have an invoice_amount."""
    body: JsonObject = {
        "id": scope.template_id(term.temporary_id),
        "product": scope.product(term.product_id),
        "access_amount": _access_amount(term.access_amount),
        "commit_duration": {"value": term.commit_duration.value, "unit": term.commit_duration.unit},
        "proration": term.proration or "FIRST_AND_LAST",
        "rate_type": term.rate_type or "LIST_RATE",  # (assumed)
        **copied(term.to_json(), _COPIED),
    }
    link = term.subscription_config
    if link is not None:
        body["subscription_config"] = {
            "allocation": link.allocation or "POOLED",  # (assumed)
            "apply_seat_increase_config": link.apply_seat_increase_config.to_json(),
            "subscription_template_id": scope.template_id(link.subscription_id),
        }
    return body


def _access_amount(amount: AccessAmount) -> JsonObject:
    body = amount.to_json()
    if amount.access_type == "QUANTITY":
        body["credit_type_id"] = QUANTITY_CREDIT_TYPE_ID
    else:
        body.setdefault("credit_type_id", USD_CREDIT_TYPE_ID)
    return body
