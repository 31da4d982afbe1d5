"""No call does more work because the store holds more: counted in steps of SQLite's machine, not in time."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from support.offline import BEGAN, METRIC, NOW, HandClock, a_credit, a_subscription, an_alias, an_engine
from support.sqlite_steps import steps_of

from pkgplan.engine.registry import OPERATIONS
from pkgplan.model.units import format_instant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.engine import Engine
    from pkgplan.model.canonical import JsonObject

SMALL, LARGE = 12, 120
STARTS = "2025-10-01T00:00:00Z"
MIDDLE = "2026-01-01T00:00:00Z"
KEYS = (
    ("contract", "erp"),
    ("customer", "erp"),
    ("contract_product", "erp"),
    ("rate_card", "erp"),
    ("billable_metric", "erp"),
    ("subscription", "tier"),
)


@dataclass
class Growing:
    """An engine to which a round adds one more of everything; steps of each call of the last round are kept."""

    engine: Engine
    rounds: int = 0
    steps: dict[str, int] = field(default_factory=dict)
    ids: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def grow(self, rounds: int) -> None:
        while self.rounds < rounds:
            self.steps = {}
            self._round(self.rounds)
            self.rounds += 1

    def _do(self, name: str, body: Any, **path: str) -> str:
        answers = []
        call = lambda: answers.append(self.engine.call(name, body, path=path))  # noqa: E731 - what is counted
        self.steps[name] = steps_of(self.engine, call)
        data: Any = answers[0].get("data")
        made = str(data["id"]) if isinstance(data, dict) and "id" in data else ""
        self.ids[name].append(made)
        return made

    def _round(self, number: int) -> None:
        do, text = self._do, str(number)
        fields: JsonObject = {"erp": text}
        do("custom_fields.add_key", {"entity": "contract", "key": f"k{text}", "enforce_uniqueness": False})
        metric = do("metrics.create", {"name": text, "aggregation_type": "COUNT", "custom_fields": fields})
        do("metrics.update", {"name": "renamed"}, billable_metric_id=metric)
        product = do(
            "products.create",
            {"name": text, "type": "USAGE", "billable_metric_id": METRIC, "custom_fields": fields},
        )
        do("products.update", {"product_id": product, "starting_at": STARTS, "tags": ["t"]})
        unit = do("pricing_units.create", {"name": f"unit {text}"})
        card = do(
            "rate_cards.create",
            {
                "name": text,
                "aliases": [an_alias(f"card {text}")],
                "credit_type_conversions": [{"custom_credit_type_id": unit, "fiat_per_custom_credit": 2}],
                "custom_fields": fields,
            },
        )
        do("rate_cards.update", {"rate_card_id": card, "description": "x"})
        rate = {
            "product_id": product,
            "starting_at": BEGAN,
            "entitled": True,
            "rate_type": "FLAT",
            "price": 1,
        }
        do("rates.add", {"rate_card_id": card, **rate})
        do("rates.add_many", {"rate_card_id": card, "rates": [{**rate, "starting_at": STARTS}]})
        package = do(
            "packages.create",
            {
                "name": text,
                "uniqueness_key": text,
                "rate_card_alias": "Tokens rate card",
                "aliases": [an_alias(f"plan {text}")],
                "duration": {"value": 12, "unit": "MONTHS"},
                "recurring_credits": [a_credit()],
                "subscriptions": [a_subscription(custom_fields={"tier": text})],
            },
        )
        customer = do(
            "customers.create", {"name": text, "ingest_aliases": [f"alias {text}"], "custom_fields": fields}
        )
        do("customers.set_name", {"name": "renamed"}, customer_id=customer)
        do("customers.set_ingest_aliases", {"ingest_aliases": [f"also {text}"]}, customer_id=customer)
        configuration = {
            "customer_id": customer,
            "billing_provider": "stripe",
            "delivery_method": "direct_to_billing_provider",
            "configuration": {"stripe_customer_id": text, "stripe_collection_method": "charge_automatically"},
        }
        do("billing_configurations.set", {"data": [configuration]})
        contract = do(
            "contracts.create",
            {
                "customer_id": customer,
                "package_alias": f"plan {text}",
                "starting_at": STARTS,
                "uniqueness_key": text,
                "custom_fields": fields,
            },
        )
        do("custom_fields.set_values", {"entity": "contract", "entity_id": contract, "custom_fields": fields})
        self.ids["customers"].append(customer)
        self.ids["packages"].append(package)
        event = {"transaction_id": text, "customer_id": f"also {text}", "event_type": "x"}
        do("usage.ingest", [{**event, "timestamp": format_instant(NOW)}])


def asked(ids: dict[str, list[str]]) -> Iterator[tuple[str, JsonObject | None, JsonObject, dict[str, str]]]:
    """Every operation that only reads, with its filters, about things that do not grow themselves."""
    first = {name: made[0] for name, made in ids.items()}
    five: JsonObject = {"limit": 5}
    customer: JsonObject = {"customer_id": first["customers.create"]}
    contract: JsonObject = {**customer, "contract_id": first["contracts.create"]}
    package: JsonObject = {"package_id": first["packages.create"]}
    card: JsonObject = {"rate_card_id": first["rate_cards.create"]}
    product: JsonObject = {"product_id": first["products.create"]}
    yield "metrics.list", None, five, {}
    yield "metrics.list", None, {**five, "include_archived": True}, {}
    yield "metrics.get", None, {}, {"billable_metric_id": first["metrics.create"]}
    yield "products.get", {"id": first["products.create"]}, {}, {}
    yield "pricing_units.list", None, five, {}
    yield "rate_cards.get", {"id": first["rate_cards.create"]}, {}, {}
    yield "rate_cards.list", {}, five, {}
    chosen: list[JsonObject] = [{}, {"selectors": [product]}, {"selectors": [{"product_tags": ["t"]}]}]
    for selectors in chosen:
        yield "rates.list", {**card, "at": STARTS, **selectors}, five, {}
        yield "rates.schedule", {**card, "starting_at": BEGAN, **selectors}, five, {}
        yield "contracts.rate_schedule", {**contract, "at": MIDDLE, **selectors}, five, {}
    yield "packages.get", package, {}, {}
    for archive_filter in ("ALL", "NOT_ARCHIVED", "ARCHIVED"):
        yield "packages.list", {"archive_filter": archive_filter}, five, {}
        yield "products.list", {"archive_filter": archive_filter}, five, {}
    yield "customers.list", None, five, {}
    yield "customers.list", None, {**five, "ingest_alias": "also 0"}, {}
    yield "customers.list", None, {**five, "customer_ids": customer["customer_id"]}, {}
    yield "customers.list", None, {**five, "only_archived": True}, {}
    yield "customers.get", None, {}, {"customer_id": first["customers.create"]}
    yield "billing_configurations.get", customer, {}, {}
    yield "custom_fields.list_keys", {"entities": ["customer"]}, {}, {}
    yield "audit.list", None, five, {}
    yield "audit.list", None, {**five, "sort": "date_desc"}, {}
    yield "audit.list", None, {**five, "starting_on": BEGAN, "ending_before": MIDDLE}, {}
    about = {"resource_type": "package", "resource_id": first["packages.create"]}
    yield "audit.list", None, {**five, **about}, {}
    for balances in ({}, {"include_balance": True, "include_ledgers": True}):
        for version in ("contracts", "contracts_v2"):
            yield f"{version}.get", {**contract, **balances}, {}, {}
            yield f"{version}.list", {**customer, **balances}, {}, {}
    for dated in ({}, {"covering_date": MIDDLE}, {"starting_at": STARTS}, {"include_archived": True}):
        yield "contracts.list", {**customer, **dated}, {}, {}
        yield "packages.list_contracts", {**package, **dated}, five, {}


def read_steps(growing: Growing) -> dict[str, int]:
    steps = {}
    for name, body, query, path in asked(growing.ids):
        call = lambda n=name, b=body, q=query, p=path: growing.engine.call(n, b, query=q, path=p)  # noqa: E731
        steps[f"{name} {body} {query}"] = steps_of(growing.engine, call)
    return steps


@pytest.fixture(scope="module")
def grown() -> Iterator[tuple[dict[str, int], dict[str, int]]]:
    """The steps of every call with few and with many things in the store."""
    with an_engine(clock=HandClock()) as engine:
        for entity, key in KEYS:
            unique = key == "erp"
            engine.call("custom_fields.add_key", {"entity": entity, "key": key, "enforce_uniqueness": unique})
        growing = Growing(engine)
        growing.grow(SMALL)
        small = growing.steps | read_steps(growing)
        growing.grow(LARGE)
        yield small, growing.steps | read_steps(growing)


def test_no_call_does_more_because_the_store_holds_more(
    grown: tuple[dict[str, int], dict[str, int]],
) -> None:
    small, large = grown
    more = {name: (steps, large[name]) for name, steps in small.items() if large[name] > steps * 1.05 + 5}
    assert more == {}


def test_every_operation_that_reads_is_asked(grown: tuple[dict[str, int], dict[str, int]]) -> None:
    reading = {each.name for each in OPERATIONS.values() if not each.writes}
    assert reading <= {name.partition(" ")[0] for name in grown[0]}
