"""What a read will show of a create body: template ids, product names, defaults filled in, inputs left out.

Comes in: an admitted body. Goes out: the API's `Package` without `aliases` and `archived_at`, which change
later and are added at read. Never here: temporary ids, the rate card alias, unassigned seats, the invoice
generation offset; the API does not give them back.
Source: SDK 4.12 `package_retrieve_response.Data`; defaults marked (assumed) are not documented.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pkgplan.model.units import USD_CREDIT_TYPE_ID

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pkgplan.engine.payloads import PackageCreate, RecurringCredit, Subscription
    from pkgplan.model.canonical import JsonObject

# A grant in units of usage has no pricing unit; reads show this id.
QUANTITY_CREDIT_TYPE_ID: Final = "00000000-0000-0000-0000-000000000000"
UNIQUENESS_PREFIX: Final = "package:"
CREATED_BY: Final = "pkgplan"

_COPIED: Final = (
    "billing_provider",
    "contract_name",
    "delivery_method",
    "duration",
    "net_payment_terms_days",
    "rate_card_id",
    "scheduled_charges_on_usage_invoices",
)
_COPIED_FROM_CREDIT: Final = (
    "applicable_product_ids",
    "applicable_product_tags",
    "description",
    "duration",
    "name",
    "priority",
    "proration_rounding",
    "recurrence_frequency",
    "rollover_fraction",
    "specifiers",
    "starting_at_offset",
)
_COPIED_FROM_SUBSCRIPTION: Final = (
    "billing_cycle_config",
    "collection_schedule",
    "custom_fields",
    "description",
    "duration",
    "initial_quantity",
    "name",
    "starting_at_offset",
)


def render(payload: PackageCreate, product_names: Mapping[str, str], new_id: Callable[[], str]) -> JsonObject:
    """The package as reads show it, apart from what later calls change.

    Args:
        payload: an admitted body.
        product_names: names by id for every product of a term.
        new_id: makes the ids of the term templates.
    """
    given = payload.to_json()
    subscription_ids = [new_id() for _ in payload.subscriptions]
    linked = {
        subscription.temporary_id: template_id
        for subscription, template_id in zip(payload.subscriptions, subscription_ids, strict=True)
        if subscription.temporary_id is not None
    }
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
        "commits": [],
        "credits": [],
        "overrides": [],
        "recurring_commits": [],
        "scheduled_charges": [],
        "recurring_credits": [
            _recurring_credit(credit, new_id(), product_names, linked) for credit in payload.recurring_credits
        ],
        "subscriptions": [
            _subscription(subscription, template_id, product_names)
            for subscription, template_id in zip(payload.subscriptions, subscription_ids, strict=True)
        ],
        **_copied(given, _COPIED),
    }
    if payload.uniqueness_key is not None:
        body["uniqueness_key"] = UNIQUENESS_PREFIX + payload.uniqueness_key
    return body


def _recurring_credit(
    credit: RecurringCredit, template_id: str, product_names: Mapping[str, str], linked: Mapping[str, str]
) -> JsonObject:
    amount = credit.access_amount.to_json()
    if credit.access_amount.access_type == "QUANTITY":
        amount["credit_type_id"] = QUANTITY_CREDIT_TYPE_ID
    else:
        amount.setdefault("credit_type_id", USD_CREDIT_TYPE_ID)
    body: JsonObject = {
        "id": template_id,
        "product": _product(credit.product_id, product_names),
        "access_amount": amount,
        "commit_duration": {"value": credit.commit_duration.value, "unit": credit.commit_duration.unit},
        "proration": credit.proration or "FIRST_AND_LAST",
        "rate_type": credit.rate_type or "LIST_RATE",  # (assumed)
        **_copied(credit.to_json(), _COPIED_FROM_CREDIT),
    }
    link = credit.subscription_config
    if link is not None:
        body["subscription_config"] = {
            "allocation": link.allocation or "POOLED",  # (assumed)
            "apply_seat_increase_config": link.apply_seat_increase_config.to_json(),
            "subscription_template_id": linked[link.subscription_id],
        }
    return body


def _subscription(
    subscription: Subscription, template_id: str, product_names: Mapping[str, str]
) -> JsonObject:
    rate, proration = subscription.subscription_rate, subscription.proration
    body: JsonObject = {
        "id": template_id,
        "subscription_rate": {
            "billing_frequency": rate.billing_frequency,
            "product": _product(rate.product_id, product_names),
        },
        "proration": {
            "is_prorated": proration.is_prorated or False,  # (assumed)
            "invoice_behavior": proration.invoice_behavior or "BILL_ON_NEXT_COLLECTION_DATE",  # (assumed)
            **_copied(proration.to_json(), ("rounding",)),
        },
        "quantity_management_mode": subscription.quantity_management_mode or "QUANTITY_ONLY",
        **_copied(subscription.to_json(), _COPIED_FROM_SUBSCRIPTION),
    }
    if subscription.seat_config is not None:
        body["seat_config"] = {"seat_group_key": subscription.seat_config.seat_group_key}
    return body


def _product(product_id: str, product_names: Mapping[str, str]) -> JsonObject:
    return {"id": product_id, "name": product_names[product_id]}


def _copied(given: JsonObject, names: tuple[str, ...]) -> JsonObject:
    return {name: given[name] for name in names if name in given}
