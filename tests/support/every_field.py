"""Package specs that together use every field and every choice of the package language, and their payloads.

The specs are YAML as people write it and go through the same stages as a catalog; nothing here knows the API.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.stages.compile import compile_packages, embedded_ids
from pkgplan.stages.load import read_document
from pkgplan.stages.parse import parse
from pkgplan.stages.validate import validate

if TYPE_CHECKING:
    from pkgplan.model.canonical import JsonValue
    from pkgplan.model.compiled import CompiledPackage
    from pkgplan.model.source import SourceFile

PRODUCTS = {"fee": "fixed", "seat": "subscription", "tokens": "usage"}

# Every kind of term, each with every field that can stand next to the others.
TERMS = """
name: Everything
contract_name: Everything
rate_card_alias: Tokens rate card
duration: 3 years
net_payment_terms_days: 15
billing_provider: stripe
delivery_method: direct_to_billing_provider
usage_statement_schedule: {frequency: monthly, day: first_of_month, invoice_generation_starting_at_offset: 1 month}
scheduled_charges_on_usage_invoices: all
multiplier_override_prioritization: explicit
commits:
  prepaid:
    type: prepaid
    product: fee
    name: Commitment
    description: Paid in three ways
    priority: 10
    rollover_fraction: 0.25
    applicable_products: [tokens]
    applicable_product_tags: [tokens]
    rate_type: commit_rate
    custom_fields: {erp_item: "4711"}
    access_schedule:
      access_type: spend
      schedule_items:
        - {amount: 50000.00 USD, starting_at_offset: 0 years, duration: 1 year}
        - {amount: 200000.00 USD, starting_at_offset: 12 months, duration: 12 months}
        - {amount: 1.00 USD, starting_at_offset: 105 weeks, duration: 7 days}
        - {amount: 1.00 USD, starting_at_offset: 740 days, duration: 2 weeks}
    invoice_schedule:
      do_not_invoice: false
      schedule_items:
        - {unit_price: 62500.00 USD, quantity: 1, date_offset: 0 months, every: quarter, for: 1 year}
        - {unit_price: 1.00 USD, quantity: 2.5, date_offset: 1 week}
        - {unit_price: 1.00 USD, quantity: 0, date_offset: 8 days}
        - {unit_price: 1.00 USD, quantity: 1, date_offset: 1 year}
  postpaid:
    type: postpaid
    product: fee
    rate_type: list_rate
    specifiers:
      - {product: tokens, pricing_group_values: {model: large}, presentation_group_values: {project: research}}
      - {product_tags: [tokens, premium]}
    access_schedule:
      schedule_items: [{amount: 100.00 USD, starting_at_offset: 0 months, duration: 1 year}]
    invoice_schedule:
      schedule_items: [{unit_price: 100.00 USD, quantity: 1, date_offset: 12 months}]
  free:
    type: prepaid
    product: fee
    complimentary: true
    access_schedule:
      access_type: quantity
      schedule_items: [{amount: 1000, starting_at_offset: 0 months, duration: 1 month}]
credits:
  trial:
    product: fee
    name: Trial
    description: A week for nothing
    priority: 1
    rate_type: list_rate
    applicable_products: [tokens]
    applicable_product_tags: [tokens]
    custom_fields: {credit_type: trial}
    access_schedule:
      access_type: spend
      schedule_items:
        - {amount: 100 ai-credits, starting_at_offset: 0 days, duration: 7 days}
        - {amount: 100 ai-credits, starting_at_offset: 1 week, duration: 1 week}
        - {amount: 100 ai-credits, starting_at_offset: 1 month, duration: 1 month}
        - {amount: 100 ai-credits, starting_at_offset: 1 year, duration: 1 year}
  units:
    product: fee
    rate_type: commit_rate
    specifiers:
      - {product: tokens, pricing_group_values: {model: large}, presentation_group_values: {project: research}}
      - {product_tags: [tokens]}
    access_schedule:
      access_type: quantity
      schedule_items: [{amount: 2.5, starting_at_offset: 0 months, duration: 1 month}]
scheduled_charges:
  onboarding:
    product: fee
    name: Onboarding
    custom_fields: {erp_item: "4712"}
    schedule:
      schedule_items:
        - {unit_price: 500.00 USD, quantity: 1, date_offset: 0 months, every: month, for: 12 months}
        - {unit_price: 10.00 USD, quantity: 3, date_offset: 3 days}
        - {unit_price: 10.00 USD, quantity: 3, date_offset: 1 week}
        - {unit_price: 10.00 USD, quantity: 3, date_offset: 1 year}
subscriptions:
  team:
    subscription_rate: {product: seat, billing_frequency: monthly}
    collection_schedule: advance
    proration:
      is_prorated: true
      invoice_behavior: bill_immediately
      rounding: {rounding_method: half_up, decimal_places: 0}
    name: Team
    description: By seat
    starting_at_offset: 0 days
    duration: 30 days
    quantity_management_mode: seat_based
    seat_config: {seat_group_key: user_id, initial_unassigned_seats: 0}
    custom_fields: {erp_item: "4713"}
    billing_cycle_config: {invoice_placement: on_usage_invoice}
  support:
    subscription_rate: {product: seat, billing_frequency: annual}
    collection_schedule: arrears
    proration:
      is_prorated: false
      invoice_behavior: bill_on_next_collection_date
      rounding: {rounding_method: floor, decimal_places: -2}
    initial_quantity: 1
    starting_at_offset: 1 week
    duration: 4 weeks
    quantity_management_mode: quantity_only
    billing_cycle_config: {invoice_placement: on_scheduled_invoice}
  quarterly:
    subscription_rate: {product: seat, billing_frequency: quarterly}
    collection_schedule: arrears
    proration: {rounding: {rounding_method: ceiling, decimal_places: 2}}
    initial_quantity: 0
    starting_at_offset: 1 month
    duration: 6 months
  weekly:
    subscription_rate: {product: seat, billing_frequency: weekly}
    collection_schedule: arrears
    proration: {}
    initial_quantity: 1
    starting_at_offset: 1 year
    duration: 1 year
overrides:
  multiplier:
    override_specifiers:
      - {product: tokens, pricing_group_values: {model: large}, presentation_group_values: {project: research}}
      - {product_tags: [tokens]}
    starting_at_offset: 0 months
    duration: 1 year
    type: multiplier
    multiplier: 0.9
    priority: 1
  for-commits:
    override_specifiers:
      - {product: tokens, commits: [prepaid, postpaid], recurring_commits: [monthly]}
      - {product: tokens, any_commits_or_credits: [prepaid, welcome]}
    starting_at_offset: 1 day
    duration: 30 days
    type: multiplier
    multiplier: 0
    priority: 2.5
    is_commit_specific: true
    target: commit_rate
  tiered:
    override_specifiers: [{product: tokens}]
    starting_at_offset: 1 week
    duration: 4 weeks
    type: tiered
    tiers: [{size: 1000, multiplier: 1}, {multiplier: 0.8}]
    priority: 3
    is_commit_specific: true
    target: list_rate
  entitled:
    override_specifiers: [{product: tokens}]
    starting_at_offset: 1 year
    duration: 1 month
    entitled: false
  flat:
    override_specifiers: [{product: seat, billing_frequency: monthly}]
    starting_at_offset: 0 months
    entitled: true
    type: overwrite
    overwrite_rate: {rate_type: flat, price: 8.00 USD}
  old-fee:
    override_specifiers: [{product: seat, billing_frequency: annual}]
    starting_at_offset: 0 months
    type: overwrite
    overwrite_rate: {rate_type: subscription, price: 80.00 EUR, quantity: 1, is_prorated: true}
  steps:
    override_specifiers: [{product: seat, billing_frequency: quarterly}]
    starting_at_offset: 0 months
    type: overwrite
    overwrite_rate: {rate_type: tiered, tiers: [{size: 1000, price: 2 ai-credits}, {price: 1 ai-credits}]}
  share:
    override_specifiers: [{product: seat, billing_frequency: weekly}]
    starting_at_offset: 0 months
    type: overwrite
    overwrite_rate: {rate_type: percentage, price: 0.2}
  share-steps:
    override_specifiers: [{product: tokens}]
    starting_at_offset: 0 months
    type: overwrite
    overwrite_rate: {rate_type: tiered_percentage, tiers: [{size: 1000, price: 0.2}, {price: 0}]}
  agreed:
    override_specifiers: [{product: tokens}]
    starting_at_offset: 0 months
    type: overwrite
    overwrite_rate: {rate_type: custom, custom_rate: {processor: gnome, Level: [1, {deep: true}]}}
spend_trackers:
  promo:
    alias: promo-cap
    credit_type: USD
    reset_frequency: billing_period
    applicable_spend_specifiers:
      - {spend_type: commit_purchase, sources: [threshold_recharge, manual], discounted: discounted_only}
      - {spend_type: commit_purchase, sources: [manual], discounted: undiscounted_only}
  other:
    credit_type: ai-credits
    reset_frequency: billing_period
    applicable_spend_specifiers: [{spend_type: commit_purchase, sources: [manual], discounted: any}]
"""

_GRANT = """
  monthly:
    product: fee
    access_amount: {unit_price: 100.00 USD, quantity: 1, access_type: spend}
    INVOICE
    priority: 100
    commit_duration: 2 periods
    starting_at_offset: 0 months
    duration: 12 months
    recurrence_frequency: monthly
    proration: none
    proration_rounding: ROUNDING_half_up
    name: Grant
    description: Every month
    rollover_fraction: 0.5
    applicable_products: [tokens]
    applicable_product_tags: [tokens]
    rate_type: commit_rate
  welcome:
    product: fee
    access_amount: {unit_price: 5.00 USD}
    priority: 1
    commit_duration: 1 period
    starting_at_offset: 7 days
    duration: 90 days
    recurrence_frequency: weekly
    proration: first
    proration_rounding: ROUNDING_floor
    specifiers:
      - {product: tokens, pricing_group_values: {model: large}, presentation_group_values: {project: research}}
      - {product_tags: [tokens]}
    rate_type: list_rate
    subscription_config:
      {subscription: team, apply_seat_increase_config: {is_prorated: true}, allocation: individual}
  pooled:
    product: fee
    access_amount: {unit_price: 20, access_type: quantity}
    priority: 1
    commit_duration: 1 period
    starting_at_offset: 1 week
    duration: 8 weeks
    recurrence_frequency: quarterly
    proration: last
    proration_rounding: ROUNDING_ceiling
    subscription_config:
      {subscription: team, apply_seat_increase_config: {is_prorated: false}, allocation: pooled}
  yearly:
    product: fee
    access_amount: {unit_price: 20, access_type: quantity, quantity: 1}
    priority: 1
    commit_duration: 1 period
    starting_at_offset: 1 year
    duration: 2 years
    recurrence_frequency: annual
    proration: first_and_last
  daily: {product: fee, access_amount: {unit_price: 1.00 USD, quantity: 1}, priority: 1, commit_duration: 1 period,
          starting_at_offset: 0 days, recurrence_frequency: daily}
"""


def _grants(field: str, invoice: str, rounding: str) -> str:
    text = f"\n{field}:{_GRANT}".replace("    INVOICE\n", invoice)
    for method in ("half_up", "floor", "ceiling"):
        each = f"{{rounding_method: {method}, decimal_places: 0}}"
        text = text.replace(f"ROUNDING_{method}", rounding.replace("EACH", each))
    return text


TERMS += _grants(
    "recurring_commits",
    "    invoice_amount: {unit_price: 75.00 USD, quantity: 1}\n",
    "{access: EACH, invoice: EACH}",
)
TERMS += _grants("recurring_credits", "", "{access: EACH}").replace("  welcome:", "  greeting:")

_MARKETPLACES = {
    "aws_marketplace": "aws_sqs",
    "azure_marketplace": "tackle",
    "gcp_marketplace": "aws_sns",
    "netsuite": "direct_to_billing_provider",
}
_GATES = (
    "{payment_gate_type: none, tax_type: none}",
    """{payment_gate_type: stripe, tax_type: stripe,
        stripe_config: {payment_type: invoice, invoice_metadata: {order: top-up}}}""",
    "{payment_gate_type: stripe, tax_type: anrok, stripe_config: {payment_type: payment_intent}}",
    """{payment_gate_type: external, tax_type: precalculated,
        precalculated_tax_config: {tax_amount: 1.90 USD, tax_name: VAT}}""",
)
_TOP_UPS = (
    "duration: 30 days, rate_type: commit_rate, rollover_fraction: 0",
    "duration: 4 weeks, rate_type: list_rate, applicable_products: [tokens], applicable_product_tags: [tokens]",
    """duration: 6 months, specifiers: [{product: tokens, product_tags: [tokens],
        pricing_group_values: {model: large}, presentation_group_values: {project: research}}]""",
    "duration: 1 year",
)
_THRESHOLD = """
name: Thresholds {number}
rate_card: tokens
spend_trackers:
  promo:
    alias: promo-cap
    credit_type: USD
    reset_frequency: billing_period
    applicable_spend_specifiers: [{{spend_type: commit_purchase, sources: [manual]}}]
spend_threshold_configuration:
  is_enabled: {enabled}
  threshold_amount: 200.00 USD
  commit: {{product: fee, name: Spend, description: In between, priority: 100}}
  payment_gate_config: {gate}
  discount_configuration: {{payment_fraction: 0.9, cap: {{spend_tracker: promo, amount: 150.00 USD}}}}
prepaid_balance_threshold_configuration:
  is_enabled: {enabled}
  threshold_amount: 5{unit}
  recharge_to_amount: 20{unit}
  commit: {{product: fee, name: Top-up, description: Bought, priority: 0, {top_up}}}
  payment_gate_config: {gate}
  discount_configuration: {{payment_fraction: 1, cap: {{spend_tracker: promo, amount: 150.00 USD}}}}
  threshold_balance_specifiers:
    - exclude:
        - custom_field_filters:
            - {{entity: commit, key: credit_type, value: trial}}
            - {{entity: contract_credit, key: credit_type, value: trial}}
            - {{entity: contract_credit_or_commit, key: other, value: ""}}
"""
_STATEMENTS = {"weekly": "contract_start", "quarterly": "custom_date", "annual": "first_of_month"}
_OFFSETS = {"weekly": "1 day", "quarterly": "1 week", "annual": "1 year"}


def specs() -> tuple[str, ...]:
    """The specs, as YAML."""
    thresholds = [
        _THRESHOLD.format(
            number=number,
            enabled="true" if number else "false",
            gate=gate,
            unit=" ai-credits" if number == 0 else ".00 USD",
            top_up=top_up,
        )
        for number, (gate, top_up) in enumerate(zip(_GATES, _TOP_UPS, strict=True))
    ]
    marketplaces = [
        f"name: {provider}\nduration: 30 days\nbilling_provider: {provider}\ndelivery_method: {method}\n"
        for provider, method in _MARKETPLACES.items()
    ]
    statements = [
        f"name: {frequency}\nduration: 52 weeks\nmultiplier_override_prioritization: lowest_multiplier\n"
        f"usage_statement_schedule: {{frequency: {frequency}, day: {day}, "
        f"invoice_generation_starting_at_offset: {_OFFSETS[frequency]}}}\n"
        for frequency, day in _STATEMENTS.items()
    ]
    return (TERMS, *thresholds, *marketplaces, *statements, "name: Months\nduration: 12 months\n")


def packages(*written: str) -> tuple[CompiledPackage, ...]:
    """What specs compile to, in their order; fails if one of them could not be written in a catalog file."""
    sources = [_source("Package", f"package-{number:03}", spec) for number, spec in enumerate(written)]
    sources += [
        _source(
            "Product",
            key,
            f"name: {key}\ntype: {kind}\n" + ("billable_metric: runs\n" if kind == "usage" else ""),
        )
        for key, kind in PRODUCTS.items()
    ]
    sources.append(_source("BillableMetric", "runs", "name: Runs\naggregation_type: count\n"))
    sources.append(_source("PricingUnit", "ai-credits", "name: AI credits\n"))
    sources.append(_source("RateCard", "tokens", "name: Tokens\n"))
    sources.append(
        _source("Project", "project", "namespace: gnome\nenvironments: {local: {engine: embedded}}\n")
    )
    sound, faults = validate(sources)
    assert [fault.message for fault in faults] == []
    catalog, refused = parse(sound)
    assert [fault.message for fault in refused] == []
    return compile_packages(catalog, embedded_ids(catalog, "gnome", "local"))


def _source(kind: str, key: str, spec: str) -> SourceFile:
    head = f"apiVersion: pkgplan/v1\nkind: {kind}\nmetadata: {{key: {key}}}\nspec:\n"
    body = "".join(f"  {line}\n" for line in spec.strip().splitlines())
    source, faults = read_document(f"{kind.lower()}-{key}.yaml", (head + body).encode())
    assert [fault.message for fault in faults] == []
    assert source is not None
    return source


def shapes(value: JsonValue, path: str = "") -> set[tuple[str, JsonValue]]:
    """Every field of a payload with its values: `overrides[].type` and `MULTIPLIER`; containers have no value."""
    match value:
        case dict():
            inside = {(f"{path}.{name}".lstrip("."), None) for name in value}
            return inside.union(*(shapes(item, f"{path}.{name}".lstrip(".")) for name, item in value.items()))
        case list():
            return set().union(*(shapes(item, f"{path}[]") for item in value))
        case _:
            return {(path, value)}
