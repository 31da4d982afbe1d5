"""The vendor's own way from nothing to a customer on a package, with the vendor's own client.

Guides "API quickstart", "Packages" and "Make a pricing change": metric, product, rate card, a package behind the alias
"Starter Plan", a customer on it; then a second version, and contracts on both sides of the switch.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from support.offline import HandClock, an_engine
from support.sdk_client import in_process, over_http
from support.served import served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from metronome import Metronome

OCTOBER, FEBRUARY = "2025-10-01T00:00:00.000Z", "2026-02-01T00:00:00.000Z"
YEAR = {"value": 12, "unit": "MONTHS"}


@pytest.fixture(params=["in process", "over HTTP"])
def metronome(request: pytest.FixtureRequest) -> Iterator[Metronome]:
    with an_engine(clock=HandClock(datetime(2025, 9, 15, tzinfo=UTC))) as engine:
        if request.param == "in process":
            with in_process(engine) as client:
                yield client
        else:
            with served(engine) as server, over_http(server.url) as client:
                yield client


def test_the_starter_plan_from_metric_to_cohort(metronome: Metronome) -> None:
    metric = metronome.v1.billable_metrics.create(
        name="Input tokens",
        aggregation_type="SUM",
        aggregation_key="tokens",
        event_type_filter={"in_values": ["completion"]},
        property_filters=[{"name": "tokens", "exists": True}],
    ).data.id
    products = metronome.v1.contracts.products
    tokens = products.create(name="Input tokens", type="USAGE", billable_metric_id=metric).data.id
    signup = products.create(name="Sign-up credit", type="FIXED").data.id
    fee = products.create(name="Platform fee", type="SUBSCRIPTION").data.id
    card = metronome.v1.contracts.rate_cards.create(
        name="Tokens", aliases=[{"name": "List prices", "starting_at": "2025-01-01T00:00:00Z"}]
    ).data.id
    metronome.v1.contracts.rate_cards.rates.add_many(
        rate_card_id=card,
        rates=[
            {
                "product_id": tokens,
                "starting_at": "2025-01-01T00:00:00Z",
                "entitled": True,
                "rate_type": "FLAT",
                "price": 2,
            },
            {
                "product_id": fee,
                "starting_at": "2025-01-01T00:00:00Z",
                "entitled": True,
                "rate_type": "FLAT",
                "price": 1000,
                "billing_frequency": "MONTHLY",
            },
        ],
    )
    for entity in ("package_subscription", "subscription", "contract"):
        metronome.v1.custom_fields.add_key(entity=entity, key="edition", enforce_uniqueness=False)

    first = metronome.v1.packages.create(
        name="Starter Plan (as of Oct 2025)",
        contract_name="Starter",
        aliases=[{"name": "Starter Plan", "starting_at": OCTOBER}],
        rate_card_alias="List prices",
        net_payment_terms_days=15,
        duration=YEAR,  # type: ignore[arg-type]
        recurring_credits=[
            {
                "product_id": signup,
                "access_amount": {"unit_price": 1000, "quantity": 1},
                "priority": 1,
                "commit_duration": {"value": 1, "unit": "PERIODS"},
                "starting_at_offset": {"value": 0, "unit": "MONTHS"},
                "duration": {"value": 3, "unit": "MONTHS"},
            }
        ],
        subscriptions=[
            {
                "subscription_rate": {"product_id": fee, "billing_frequency": "MONTHLY"},
                "collection_schedule": "ADVANCE",
                "initial_quantity": 1,
                "proration": {"is_prorated": True, "invoice_behavior": "BILL_IMMEDIATELY"},
                "custom_fields": {"edition": "starter"},
            }
        ],
    ).data.id
    customer = metronome.v1.customers.create(name="Acme", ingest_aliases=["acme"]).data.id
    october = metronome.v1.contracts.create(
        customer_id=customer, package_alias="Starter Plan", starting_at=OCTOBER, uniqueness_key="acme-1"
    ).data.id

    second = metronome.v1.packages.create(
        name="Starter Plan (as of Feb 2026)",
        contract_name="Starter",
        aliases=[{"name": "Starter Plan", "starting_at": FEBRUARY}],
        rate_card_alias="List prices",
        net_payment_terms_days=15,
        duration=YEAR,  # type: ignore[arg-type]
        subscriptions=[
            {
                "subscription_rate": {"product_id": fee, "billing_frequency": "MONTHLY"},
                "collection_schedule": "ADVANCE",
                "initial_quantity": 1,
                "proration": {"is_prorated": True, "invoice_behavior": "BILL_IMMEDIATELY"},
            }
        ],
    ).data.id
    (window,) = metronome.v1.packages.retrieve(package_id=first).data.aliases or []
    assert window.ending_before == datetime(2026, 2, 1, tzinfo=UTC), "the first version's window was cut"

    before = metronome.v1.contracts.create(
        customer_id=customer, package_alias="Starter Plan", starting_at="2026-01-31T23:00:00Z"
    ).data.id
    since = metronome.v1.contracts.create(
        customer_id=customer, package_alias="Starter Plan", starting_at=FEBRUARY
    ).data.id
    cohort = {
        package: {
            each.contract_id for each in metronome.v1.packages.list_contracts_on_package(package_id=package)
        }
        for package in (first, second)
    }
    assert cohort == {first: {october, before}, second: {since}}

    contract = metronome.v2.contracts.retrieve(customer_id=customer, contract_id=october).data
    assert (contract.name, contract.net_payment_terms_days, contract.rate_card_id) == ("Starter", 15, card)
    assert contract.ending_before == datetime(2026, 10, 1, tzinfo=UTC)
    (credit,) = contract.recurring_credits or []
    assert (credit.starting_at, credit.ending_before) == (
        datetime(2025, 10, 1, tzinfo=UTC),
        datetime(2026, 1, 1, tzinfo=UTC),
    )
    (subscription,) = contract.subscriptions or []
    assert subscription.custom_fields == {"edition": "starter"}
    new = metronome.v2.contracts.retrieve(customer_id=customer, contract_id=since).data
    assert not new.recurring_credits, "the second version gives no sign-up credit"

    assert subscription.id is not None
    metronome.v1.custom_fields.set_values(
        entity="subscription", entity_id=subscription.id, custom_fields={"edition": "special"}
    )
    (changed,) = (
        metronome.v2.contracts.retrieve(customer_id=customer, contract_id=october).data.subscriptions or []
    )
    (template,) = metronome.v1.packages.retrieve(package_id=first).data.subscriptions or []
    assert changed.custom_fields == {"edition": "special"}
    assert template.custom_fields == {"edition": "starter"}, "the package's own stay as they were"
