"""A contract as each of the three kinds of answers shows it.

Comes in: a row and a `View`. Goes out: `ContractV2`, v1's `Contract`, the contract of a create answer.
Never here: what one kind of term looks like.
Source: SDK types `shared.contract_v2`, `shared.contract`, `shared.contract_without_amendments`,
`v1.contract_create_response`; `package_id` on v2 is in the vendor's description only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pkgplan.engine.contracts.shown.balances import shown_balance
from pkgplan.engine.contracts.shown.children import created, taken_over
from pkgplan.engine.contracts.shown.subscriptions import shown_subscription
from pkgplan.engine.contracts.shown.terms import cut_terms, terms_of
from pkgplan.engine.instants import to_api_text
from pkgplan.engine.templates.scope import copied
from pkgplan.model.canonical import JsonObject, JsonValue, as_object

if TYPE_CHECKING:
    from pkgplan.engine.contracts.rows import StoredContract
    from pkgplan.engine.contracts.shown.view import View

LIMIT: Final = 1000
"""Of commits, and of credits, in one contract of an answer; the latest are shown (assumed: the vendor does not say)."""

_PLAIN: Final = (
    "created_by",
    "name",
    "net_payment_terms_days",
    "prepaid_balance_threshold_configuration",
    "rate_card_id",
    "scheduled_charges_on_usage_invoices",
    "spend_threshold_configuration",
    "spend_trackers",
)
# What v1 keeps outside of `initial` and `current`, too.
_OUTER: Final = (
    "prepaid_balance_threshold_configuration",
    "scheduled_charges_on_usage_invoices",
    "spend_threshold_configuration",
    "spend_trackers",
    "subscriptions",
)
_BALANCES: Final = ("commits", "credits")


def shown_v2(stored: StoredContract, view: View) -> JsonObject:
    """`ContractV2`."""
    shown = shown_created(stored, view)
    if view.billing_configuration is not None:
        shown["billing_provider_configuration_schedule"] = [
            {
                "billing_provider_configuration": view.billing_configuration,
                "effective_at": to_api_text(stored.starting_at),
            }
        ]
    if stored.archived_at is not None:
        shown["archived_at"] = stored.archived_at
    return shown


def shown_created(stored: StoredContract, view: View) -> JsonObject:
    """The contract that the answer of a create shows."""
    terms = _terms(stored, view)
    shown: JsonObject = {
        **_of_contract(stored),
        **_dates(stored, view),
        **{name: term[-LIMIT:] if name in _BALANCES else term for name, term in terms.items()},
        "has_more": {name: len(terms[name]) > LIMIT for name in _BALANCES},
        "multiplier_override_prioritization": stored.body["multiplier_override_prioritization"],
        "usage_filter": [],
        "custom_fields": view.fields_of(stored.contract_id),
    }
    if view.billing_configuration is not None:
        shown["customer_billing_provider_configuration"] = view.billing_configuration
    return shown


def shown_v1(stored: StoredContract, view: View) -> JsonObject:
    """`Contract`: nothing is ever amended here, so that `initial` is `current`."""
    terms = _terms(stored, view)
    state: JsonObject = {**_dates(stored, view), **terms}
    subscriptions = state.pop("subscriptions")
    shown: JsonObject = {
        **_of_contract(stored),
        "initial": state,
        "current": state,
        "amendments": [],
        "subscriptions": subscriptions,
        **copied(state, _OUTER),
        "custom_fields": view.fields_of(stored.contract_id),
    }
    if view.billing_configuration is not None:
        shown["customer_billing_provider_configuration"] = view.billing_configuration
    if stored.archived_at is not None:
        shown["archived_at"] = stored.archived_at
    return shown


def _of_contract(stored: StoredContract) -> JsonObject:
    """What says which contract it is."""
    shown: JsonObject = {"id": stored.contract_id, "customer_id": stored.customer_id}
    if stored.package_id is not None:
        shown["package_id"] = stored.package_id
    if stored.uniqueness_key is not None:
        shown["uniqueness_key"] = stored.uniqueness_key
    return shown


def _dates(stored: StoredContract, view: View) -> JsonObject:
    """The contract without its terms, as far as v1 and v2 agree."""
    shown: JsonObject = {
        "created_at": stored.created_at,
        "starting_at": to_api_text(stored.starting_at),
        **copied(stored.body, _PLAIN),
        "usage_statement_schedule": copied(
            as_object(stored.body["usage_statement_schedule"]), ("billing_anchor_date", "frequency")
        ),
        "transitions": [
            copied(each._asdict(), ("from_contract_id", "to_contract_id", "type"))
            for each in view.transitions
        ],
    }
    if stored.ending_before is not None:
        shown["ending_before"] = to_api_text(stored.ending_before)
    return shown


def _terms(stored: StoredContract, view: View) -> dict[str, list[JsonValue]]:
    balances: dict[str, list[JsonValue]] = {
        family: [
            shown_balance(term, stored, view)
            for term in (
                *terms_of(stored, family),
                *created(stored, family, view),
                *taken_over(stored, family, view),
            )
        ]
        for family in _BALANCES
    }
    owned: JsonObject = {"contract": {"id": stored.contract_id}}
    return {
        **balances,
        **{
            family: [{**term, **owned} for term in cut_terms(stored, family, view)]
            for family in ("recurring_commits", "recurring_credits")
        },
        "subscriptions": [
            shown_subscription(term, stored, view) for term in cut_terms(stored, "subscriptions", view)
        ],
        "overrides": [
            {"created_at": stored.created_at, **term} for term in cut_terms(stored, "overrides", view)
        ],
        "scheduled_charges": [
            {**term, "custom_fields": view.fields_of(str(term["id"]))}
            for term in terms_of(stored, "scheduled_charges")
        ],
    }
