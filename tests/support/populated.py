"""An engine with a bit of everything, and one good call of each of its operations.

Comes in: nothing. Goes out: an engine whose ids are the same each time, and bodies by operation.
Never here: calls that are refused.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from pkgplan.engine import Assumptions, Engine
from support.offline import (
    CARD,
    CLOUD,
    COINS,
    FEE,
    METRIC,
    REFERENCES,
    TOKENS,
    HandClock,
    a_package,
    an_alias,
)
from support.offline_terms import (
    a_commit,
    a_fee,
    a_recurring_commit,
    a_single_credit,
    a_spend_threshold,
    an_overwrite,
)

if TYPE_CHECKING:
    from pkgplan.model.canonical import JsonObject

OCTOBER: Final = "2025-10-01T00:00:00Z"


def a_populated_engine() -> tuple[Engine, dict[str, JsonObject]]:
    """The engine, and the body of one good call of each operation that has one."""
    numbers = count(1)
    engine = Engine(":memory:", HandClock(), Assumptions(), new_id=lambda: str(UUID(int=next(numbers))))
    engine.seed(REFERENCES)
    package = a_package(
        aliases=[an_alias("Starter")],
        commits=[a_commit(custom_fields={"erp": "1"})],
        credits=[a_single_credit()],
        recurring_commits=[a_recurring_commit()],
        overrides=[an_overwrite({"rate_type": "FLAT", "price": 1}, a_fee())],
        spend_threshold_configuration=a_spend_threshold(),
    )
    provider: JsonObject = {"billing_provider": "stripe", "delivery_method": "direct_to_billing_provider"}
    customer: JsonObject = {
        "name": "Acme",
        "ingest_aliases": ["acme"],
        "customer_billing_provider_configurations": [provider],
    }
    for entity, name in (("contract", "note"), ("commit", "erp")):
        engine.call("custom_fields.add_key", {"entity": entity, "key": name, "enforce_uniqueness": False})
    customer_id = id_of(engine.call("customers.create", customer))
    configured: Any = engine.call("billing_configurations.get", {"customer_id": customer_id})
    package_id = id_of(engine.call("packages.create", package))
    contract: JsonObject = {"customer_id": customer_id, "package_alias": "Starter", "starting_at": OCTOBER}
    contract_id = id_of(engine.call("contracts.create", contract))
    whose: JsonObject = {"customer_id": customer_id}
    which: JsonObject = {**whose, "contract_id": contract_id}
    rate: JsonObject = {
        "product_id": TOKENS,
        "starting_at": OCTOBER,
        "entitled": True,
        "rate_type": "FLAT",
        "price": 2,
    }
    bodies: dict[str, Any] = {
        "metrics.create": {
            "name": "Tokens",
            "aggregation_type": "SUM",
            "aggregation_key": "tokens",
            "event_type_filter": {"in_values": ["call"]},
            "property_filters": [{"name": "tokens", "exists": True}],
        },
        "metrics.update": {"name": "Other tokens"},
        "metrics.archive": {"id": METRIC},
        "products.create": {"name": "Calls", "type": "USAGE", "billable_metric_id": METRIC},
        "products.get": {"id": TOKENS},
        "products.list": {"archive_filter": "ALL"},
        "products.update": {"product_id": TOKENS, "starting_at": OCTOBER, "name": "Tokens in"},
        "products.archive": {"product_id": CLOUD},
        "pricing_units.create": {"name": "Stars"},
        "pricing_units.archive": {"id": COINS},
        "rate_cards.create": {"name": "Card", "aliases": [an_alias("Card", OCTOBER)]},
        "rate_cards.get": {"id": CARD},
        "rate_cards.list": {},
        "rate_cards.update": {"rate_card_id": CARD, "description": "All that there is"},
        "rate_cards.archive": {"id": id_of(engine.call("rate_cards.create", {"name": "Unused"}))},
        "rates.add": {"rate_card_id": CARD, **rate},
        "rates.add_many": {
            "rate_card_id": CARD,
            "rates": [rate, {**rate, "starting_at": "2026-01-01T00:00:00Z"}],
        },
        "rates.list": {"rate_card_id": CARD, "at": OCTOBER, "selectors": [{"product_id": FEE}]},
        "rates.schedule": {"rate_card_id": CARD, "starting_at": OCTOBER},
        # Not the alias that contracts are made from: what it stands for changes with each case.
        "packages.create": {**package, **provider, "aliases": [an_alias("Growth")]},
        "packages.get": {"package_id": package_id},
        "packages.list": {"archive_filter": "ALL"},
        "packages.archive": {"package_id": package_id},
        "customers.create": {"name": "Other", "ingest_aliases": ["other"]},
        "customers.archive": {"id": customer_id},
        "customers.set_name": {"name": "Acme, Inc."},
        "customers.set_ingest_aliases": {"ingest_aliases": ["acme", "acme-2"]},
        "billing_configurations.set": {"data": [{**whose, **provider, "configuration": {}}]},
        "billing_configurations.get": {**whose, "include_archived": True},
        "billing_configurations.archive": {
            **whose,
            "customer_billing_provider_configuration_ids": [configured["data"][0]["id"]],
        },
        "custom_fields.add_key": {"entity": "customer", "key": "size", "enforce_uniqueness": True},
        "custom_fields.list_keys": {},
        "custom_fields.remove_key": {"entity": "customer", "key": "size"},
        "custom_fields.set_values": {
            "entity": "contract",
            "entity_id": contract_id,
            "custom_fields": {"note": "1"},
        },
        "custom_fields.delete_values": {"entity": "contract", "entity_id": contract_id, "keys": ["note"]},
        "usage.ingest": [
            {
                "transaction_id": "1",
                "customer_id": customer_id,
                "event_type": "call",
                "timestamp": "2025-09-01T09:00:00Z",
            }
        ],
        "contracts.create": contract,
        "composite.create_customer_with_contract": {
            "customer": {"name": "Third"},
            "contract": {"starting_at": OCTOBER, "rate_card_id": CARD},
        },
        "contracts.get": {**which, "include_balance": True, "include_ledgers": True},
        "contracts.list": {**whose, "covering_date": "2026-01-01T00:00:00Z"},
        "contracts_v2.get": {**which, "include_balance": True, "as_of_date": "2026-07-01T00:00:00Z"},
        "contracts_v2.list": {**whose, "include_ledgers": True},
        "contracts.update_end_date": {**which, "ending_before": "2027-01-01T00:00:00Z"},
        "contracts.archive": {**which, "void_invoices": False},
        "packages.list_contracts": {"package_id": package_id},
        "contracts.rate_schedule": {**which, "at": OCTOBER},
    }
    return engine, bodies


def id_of(answer: Any) -> str:
    """The id of what a call made."""
    return str(answer["data"]["id"])
