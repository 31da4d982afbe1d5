"""What of a payload is spelling and what is meaning: lists without an order, units of time, defaults. One table each.

Comes in: nothing. Goes out: decisions by the names of fields, each with its reason; `meaning.py` applies them.
Never here: what the vendor does not document. What is only assumed of a default (a priority of 100, say) is no
ground for selling something else under an old number.
Source: SDK 4.12 `package_create_params` and `shared_params`, field descriptions; the vendor's API pages of August 2026;
the guides "Prioritization rules", "How invoicing works", "Edit or override a contract".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from pkgplan.model.canonical import JsonValue


class Order(NamedTuple):
    """Whether the order of a list says something, and why."""

    counts: bool
    why: str


def _set(why: str) -> Order:
    return Order(counts=False, why=why)


def _sequence(why: str) -> Order:
    return Order(counts=True, why=why)


_ALTERNATIVES: Final = _set("alternatives: whatever matches one of them counts")
_DRAWN: Final = _sequence(
    "what ties in everything else is drawn in the order in which it was made (assumed); sent by term key"
)

# By the name of the field, which means the same wherever it stands. How often an item is there counts in each:
# two equal items of a schedule are two invoices, and specifiers are counted when balances are put in order.
LISTS: Final[dict[str, Order]] = {
    "commits": _DRAWN,
    "credits": _DRAWN,
    "recurring_commits": _DRAWN,
    "recurring_credits": _DRAWN,
    "subscriptions": _set("each has a temporary id, by which it is named"),
    "scheduled_charges": _set("charges of one date share an invoice, and nothing names a charge"),
    "spend_trackers": _set("each has an alias, which is unique, and by which it is named"),
    "overrides": _sequence(
        "of several overwrites of one price the last one counts, of equal priorities the first (both assumed)"
    ),
    "schedule_items": _set("each is a segment, or an invoice, of its own: its offset says when"),
    "tiers": _sequence("graduated: a step begins where the one before it ends"),
    "override_specifiers": _ALTERNATIVES,
    "specifiers": _ALTERNATIVES,
    "applicable_product_ids": _ALTERNATIVES,
    "applicable_product_tags": _ALTERNATIVES,
    "product_tags": _set("a product has to carry all of them"),
    "commit_ids": _ALTERNATIVES,
    "recurring_commit_ids": _ALTERNATIVES,
    "any_commit_or_credit_ids": _ALTERNATIVES,
    "threshold_balance_specifiers": _ALTERNATIVES,
    "exclude": _ALTERNATIVES,
    "custom_field_filters": _set("all of them have to match, each key once"),
    "applicable_spend_specifiers": _ALTERNATIVES,
    "sources": _ALTERNATIVES,
}

# Mappings whose keys and values are the author's own: nothing in them is a span, a default or a set.
FREE: Final = frozenset({
    "custom_fields", "custom_rate", "invoice_metadata", "labels", "presentation_group_values", "pricing_group_values",
})  # fmt: skip

# What holds the id of a reference in the environment; the other ids are temporary ones, the keys of terms.
IDS: Final = frozenset({
    "applicable_product_ids", "credit_type_id", "custom_credit_type_id", "product_id", "rate_card_id",
})  # fmt: skip

# Calendar time from an anchor that only a contract knows. `commit_duration` counts periods and has one spelling.
SPANS: Final = frozenset(
    {"date_offset", "duration", "invoice_generation_starting_at_offset", "starting_at_offset"}
)
# Only what is the same for every start of a contract: a week is 7 times 24 hours and a year 12 calendar months from the
# same anchor, with the same clamp; 30 days are no month, and 4 weeks are none either.
SMALLEST_UNITS: Final = {"day": ("day", 1), "week": ("day", 7), "month": ("month", 1), "year": ("month", 12)}
NO_TIME: Final[JsonValue] = {"value": 0, "unit": "DAYS"}

# `holder.field`: what the vendor takes if it is left out, in canonical form. A field of the package has no holder.
DEFAULTS: Final[dict[str, JsonValue]] = {
    # SDK: "Defaults to LOWEST_MULTIPLIER".
    "multiplier_override_prioritization": "LOWEST_MULTIPLIER",
    # API pages: left out, usage is invoiced MONTHLY; packages always come back with a schedule.
    "usage_statement_schedule": {"frequency": "MONTHLY"},
    # SDK: "If not provided, defaults to the first day of the month"; "If unspecified, contract start date will be used"
    "usage_statement_schedule.day": "FIRST_OF_MONTH",
    "usage_statement_schedule.invoice_generation_starting_at_offset": NO_TIME,
    # SDK: "Defaults to `SPEND` if omitted".
    "access_schedule.access_type": "SPEND",
    # API description: `default: false`.
    "invoice_schedule.do_not_invoice": False,
    # SDK: "If not provided, the default is FIRST_AND_LAST".
    "recurring_commits.proration": "FIRST_AND_LAST",
    "recurring_credits.proration": "FIRST_AND_LAST",
    # SDK: "Defaults to `false`"; "Defaults to "LIST_RATE"".
    "overrides.is_commit_specific": False,
    "overrides.target": "LIST_RATE",
    # SDK: "If not provided, defaults to contract start date"; "Defaults to QUANTITY_ONLY".
    "subscriptions.starting_at_offset": NO_TIME,
    "subscriptions.quantity_management_mode": "QUANTITY_ONLY",
    # API pages: 0 if it is left out.
    "seat_config.initial_unassigned_seats": 0,
    # SDK: "Defaults to ON_USAGE_INVOICE if omitted".
    "billing_cycle_config.invoice_placement": "ON_USAGE_INVOICE",
    # SDK, of the commit of either threshold: "Defaults to 100 if not specified".
    "commit.priority": 100,
    # SDK, of the commit that fills a balance up: "If not provided, defaults to one year", from the same instant on.
    "commit.duration": {"value": 12, "unit": "MONTHS"},
    # SDK: "Leaving this field blank will default to NONE".
    "payment_gate_config.tax_type": "NONE",
    # SDK: "Defaults to ANY if omitted".
    "applicable_spend_specifiers.discounted": "ANY",
}

_UNSAID: Final = "what is taken if it is left out is not documented, or not for this field"
_OWN: Final = "left out it says something that no value of it says"
_NEEDED: Final = "required wherever it may stand, so it is never left out"

# Everything else that may be left out and is no text: there is no value that says the same, each with the reason.
# A name without a holder is for all holders.
NO_DEFAULTS: Final[dict[str, str]] = {
    "allocation": _UNSAID,
    "access_amount.access_type": _UNSAID,
    "rate_type": _UNSAID,
    "rollover_fraction": _UNSAID,
    "commits.priority": _UNSAID,
    "credits.priority": _UNSAID,
    "proration.is_prorated": _UNSAID,
    "proration.invoice_behavior": _UNSAID,
    "overwrite_rate.quantity": _UNSAID,
    "net_payment_terms_days": _UNSAID,
    "billing_frequency": f"{_OWN}: every frequency",
    "billing_provider": f"{_OWN}: invoices stay in Metronome",
    "delivery_method": f"{_OWN}: invoices stay in Metronome",
    "duration": f"{_OWN}: until the contract ends, which can be moved",
    "entitled": f"{_OWN}: what the rate card says",
    "type": f"{_OWN}: an override of entitlement alone",
    "recurrence_frequency": f"{_OWN}: with the usage invoices, cut to their periods",
    "scheduled_charges_on_usage_invoices": f"{_OWN}: invoices of their own",
    "size": f"{_OWN}: the last step, which holds the rest",
    "overrides.priority": f"{_OWN}: no priority among explicit ones",
    "overrides.multiplier": _NEEDED,
    "overwrite_rate.price": _NEEDED,
    "overwrite_rate.is_prorated": _NEEDED,
    "access_amount.quantity": _NEEDED,
    "subscriptions.initial_quantity": _NEEDED,
    "commit_duration.unit": "always sent",
}
