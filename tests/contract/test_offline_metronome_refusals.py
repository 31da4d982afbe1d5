"""What bad input gets, as far as a client library can send it: the API's status and message, and nothing is written.

Facts: vendor reference of each endpoint (closed objects, required fields, documented statuses); "Pagination".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.offline import CARD, TOKENS, a_credit, a_package, an_alias
from support.offline_metronome import FLAVOURS, UNKNOWN, Offline, exercises, offline_metronome
from support.provisioned import START

from pkgplan.engine.paging import cursor_after

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BOTH: Any = {"customer_id": UNKNOWN, "contract_id": UNKNOWN}
RATE: dict[str, Any] = {
    "product_id": TOKENS,
    "starting_at": START,
    "entitled": True,
    "rate_type": "FLAT",
    "price": 1,
}


@pytest.fixture(scope="module", params=FLAVOURS)
def offline(request: pytest.FixtureRequest) -> Iterator[Offline]:
    with offline_metronome(request.param) as it:
        yield it


# An id that nothing has, where each operation takes one; the status is the documented or observed one.
UNKNOWN_IDS: dict[str, tuple[int, Callable[[Offline], object]]] = {
    "metrics.get": (404, lambda it: it.v1.billable_metrics.retrieve(billable_metric_id=UNKNOWN)),
    "metrics.update": (404, lambda it: it.v1.billable_metrics.update(billable_metric_id=UNKNOWN, name="x")),
    "metrics.archive": (404, lambda it: it.v1.billable_metrics.archive(id=UNKNOWN)),
    "products.get": (404, lambda it: it.v1.contracts.products.retrieve(id=UNKNOWN)),
    "products.update": (
        404,
        lambda it: it.v1.contracts.products.update(product_id=UNKNOWN, starting_at=START, name="x"),
    ),
    "products.archive": (404, lambda it: it.v1.contracts.products.archive(product_id=UNKNOWN)),
    "pricing_units.archive": (404, lambda it: it.v1.pricing_units.archive(id=UNKNOWN)),
    "rate_cards.get": (404, lambda it: it.v1.contracts.rate_cards.retrieve(id=UNKNOWN)),
    "rate_cards.update": (404, lambda it: it.v1.contracts.rate_cards.update(rate_card_id=UNKNOWN, name="x")),
    "rate_cards.archive": (404, lambda it: it.v1.contracts.rate_cards.archive(id=UNKNOWN)),
    "rates.add": (404, lambda it: it.v1.contracts.rate_cards.rates.add(rate_card_id=UNKNOWN, **RATE)),
    "rates.add_many": (
        404,
        lambda it: it.v1.contracts.rate_cards.rates.add_many(rate_card_id=UNKNOWN, rates=[RATE]),  # type: ignore[list-item]
    ),
    "rates.list": (404, lambda it: it.v1.contracts.rate_cards.rates.list(rate_card_id=UNKNOWN, at=START)),
    "rates.schedule": (
        404,
        lambda it: it.v1.contracts.rate_cards.retrieve_rate_schedule(rate_card_id=UNKNOWN, starting_at=START),
    ),
    "packages.get": (404, lambda it: it.v1.packages.retrieve(package_id=UNKNOWN)),
    "packages.archive": (404, lambda it: it.v1.packages.archive(package_id=UNKNOWN)),
    "packages.list_contracts": (
        400,
        lambda it: it.v1.packages.list_contracts_on_package(package_id=UNKNOWN),
    ),
    "customers.get": (404, lambda it: it.v1.customers.retrieve(customer_id=UNKNOWN)),
    "customers.set_name": (404, lambda it: it.v1.customers.set_name(customer_id=UNKNOWN, name="x")),
    "customers.set_ingest_aliases": (
        404,
        lambda it: it.v1.customers.set_ingest_aliases(customer_id=UNKNOWN, ingest_aliases=["x"]),
    ),
    "customers.archive": (404, lambda it: it.v1.customers.archive(id=UNKNOWN)),
    "billing_configurations.archive": (
        404,
        lambda it: it.v1.customers.archive_billing_configurations(
            customer_id=UNKNOWN, customer_billing_provider_configuration_ids=[UNKNOWN]
        ),
    ),
    "billing_configurations.get": (
        404,
        lambda it: it.v1.customers.retrieve_billing_configurations(customer_id=UNKNOWN),
    ),
    "contracts.create": (
        404,
        lambda it: it.v1.contracts.create(customer_id=UNKNOWN, package_id=UNKNOWN, starting_at=START),
    ),
    "contracts.get": (404, lambda it: it.v1.contracts.retrieve(**BOTH)),
    "contracts.list": (404, lambda it: it.v1.contracts.list(customer_id=UNKNOWN)),
    "contracts_v2.get": (400, lambda it: it.v2.contracts.retrieve(**BOTH)),
    "contracts_v2.list": (400, lambda it: it.v2.contracts.list(customer_id=UNKNOWN)),
    "contracts.update_end_date": (404, lambda it: it.v1.contracts.update_end_date(**BOTH)),
    "contracts.archive": (404, lambda it: it.v1.contracts.archive(**BOTH, void_invoices=True)),
    "contracts.rate_schedule": (404, lambda it: it.v1.contracts.retrieve_rate_schedule(**BOTH)),
}
CODES = {"packages.list_contracts": "PackageNotFound", "contracts_v2.get": "CustomerNotFound"}


@pytest.mark.parametrize("operation", UNKNOWN_IDS)
@exercises(refuses=UNKNOWN_IDS)
def test_an_unknown_id(offline: Offline, operation: str) -> None:
    status, call = UNKNOWN_IDS[operation]
    body = offline.refusal(status, call, offline)
    if operation in CODES:
        assert body["code"] == CODES[operation]


# Bodies that miss what is required, or have something else there.
MISSHAPEN: dict[str, tuple[str, Any]] = {
    "metrics.create": ("/v1/billable-metrics/create", {"aggregation_type": "COUNT"}),
    "products.create": ("/v1/contract-pricing/products/create", {"name": "x", "type": "GIFT"}),
    "products.list": ("/v1/contract-pricing/products/list", {"archive_filter": "SOME"}),
    "pricing_units.create": ("/v1/credit-types/create", {}),
    "rate_cards.create": ("/v1/contract-pricing/rate-cards/create", {"description": "no name"}),
    "rate_cards.list": ("/v1/contract-pricing/rate-cards/list", {"name": "closed"}),
    "rates.add": ("/v1/contract-pricing/rate-cards/addRate", {**RATE, "rate_card_id": CARD, "price": "1"}),
    "rates.add_many": ("/v1/contract-pricing/rate-cards/addRates", {"rate_card_id": CARD}),
    "packages.create": ("/v1/packages/create", {"rate_card_id": CARD}),
    "packages.get": ("/v1/packages/get", {}),
    "packages.list": ("/v1/packages/list", {"archive_filter": "NOT_ARCHIVED", "name": "closed"}),
    "packages.archive": ("/v1/packages/archive", {"package_id": UNKNOWN, "reason": "closed"}),
    "customers.create": ("/v1/customers", {"ingest_aliases": ["x"]}),
    "customers.archive": ("/v1/customers/archive", ["a list"]),
    "billing_configurations.set": ("/v1/setCustomerBillingProviderConfigurations", {"data": {}}),
    "billing_configurations.get": ("/v1/getCustomerBillingProviderConfigurations", {}),
    "custom_fields.add_key": ("/v1/customFields/addKey", {"entity": "package", "key": "k"}),
    "custom_fields.list_keys": ("/v1/customFields/listKeys", {"entities": "customer"}),
    "custom_fields.remove_key": ("/v1/customFields/removeKey", {"entity": "customer"}),
    "custom_fields.set_values": (
        "/v1/customFields/setValues",
        {"entity": "customer", "entity_id": UNKNOWN, "custom_fields": {"k": 1}},
    ),
    "custom_fields.delete_values": (
        "/v1/customFields/deleteValues",
        {"entity": "customer", "entity_id": UNKNOWN, "keys": "k"},
    ),
    "usage.ingest": ("/v1/ingest", {"transaction_id": "not a list"}),
    "contracts.create": ("/v1/contracts/create", {"customer_id": UNKNOWN}),
    "contracts.get": ("/v1/contracts/get", {"customer_id": UNKNOWN}),
    "contracts.list": ("/v1/contracts/list", {}),
    "contracts.archive": ("/v1/contracts/archive", BOTH),
    "composite.create_customer_with_contract": (
        "/v1/composite/createCustomerWithContract",
        {"customer": {"name": "x"}},
    ),
}


@pytest.mark.parametrize("operation", MISSHAPEN)
@exercises(refuses=MISSHAPEN)
def test_a_misshapen_body(offline: Offline, operation: str) -> None:
    path, body = MISSHAPEN[operation]
    offline.refusal(400, lambda: offline.posted(path, body))


PAGED: dict[str, tuple[str, Any]] = {
    "products.list": ("/v1/contract-pricing/products/list", {}),
    "rate_cards.list": ("/v1/contract-pricing/rate-cards/list", {}),
    "rates.list": ("/v1/contract-pricing/rate-cards/getRates", {"rate_card_id": CARD, "at": START}),
    "rates.schedule": (
        "/v1/contract-pricing/rate-cards/getRateSchedule",
        {"rate_card_id": CARD, "starting_at": START},
    ),
    "packages.list": ("/v1/packages/list", {}),
}
GOTTEN: dict[str, Callable[[Offline, Any], object]] = {
    "metrics.list": lambda it, query: it.v1.billable_metrics.list(**query),
    "pricing_units.list": lambda it, query: it.v1.pricing_units.list(**query),
    "customers.list": lambda it, query: it.v1.customers.list(**query),
    "audit.list": lambda it, query: it.v1.audit_logs.list(**query),
}


@pytest.mark.parametrize("operation", [*PAGED, *GOTTEN])
@exercises([*PAGED, *GOTTEN], refuses=[*PAGED, *GOTTEN])
def test_a_page_that_is_none(offline: Offline, operation: str) -> None:
    def listed(query: dict[str, Any]) -> object:
        if operation in GOTTEN:
            return GOTTEN[operation](offline, query)
        path, body = PAGED[operation]
        return offline.posted(path, body, query)

    for limit in (0, 101, -1, "ten", 1.5):
        body = offline.refusal(400, listed, {"limit": limit})
        assert "limit" in body["message"]
    for cursor in ("nonsense", "e30=", "eyJhZnRlciI6IC0xfQ==", "\u00fc", cursor_after(2**80)):
        offline.refusal(400, listed, {"next_page": cursor})
    for limit in (1, 100):
        assert listed({"limit": limit})


@exercises("packages.list_contracts", refuses="packages.list_contracts contracts.rate_schedule")
def test_pages_of_a_cohort_and_of_prices_that_are_none(offline: Offline) -> None:
    package, customer = offline.package(), offline.customer()
    contract = offline.contract(customer, package)
    for query in ({"limit": 0}, {"limit": 101}, {"next_page": "nonsense"}):
        offline.refusal(
            400,
            offline.v1.packages.list_contracts_on_package,
            package_id=package,
            **query,
        )
        offline.refusal(
            400,
            offline.v1.contracts.retrieve_rate_schedule,
            customer_id=customer,
            contract_id=contract,
            **query,
        )
    offline.v1.packages.list_contracts_on_package(package_id=package, limit=100)


# Each of these next to a package; the six that are allowed are tried in the contract cases.
EXTRA: dict[str, Any] = {
    "name": "Special",
    "rate_card_id": CARD,
    "rate_card_alias": "Tokens rate card",
    "ending_before": "2026-01-01T00:00:00Z",
    "net_payment_terms_days": 30,
    "commits": [],
    "recurring_credits": [],
    "overrides": [],
    "subscriptions": [],
    "usage_statement_schedule": {"frequency": "MONTHLY"},
    "billing_provider_configuration": {"billing_provider": "stripe"},
    "multiplier_override_prioritization": "EXPLICIT",
    "priority": 1,
}


@pytest.mark.parametrize("by", ["package_id", "package_alias"])
@exercises(refuses="contracts.create")
def test_a_package_stands_alone(offline: Offline, by: str) -> None:
    alias = offline.name("alias")
    package = offline.package(aliases=[an_alias(alias)])
    customer = offline.customer()
    chosen: Any = {by: package if by == "package_id" else alias}
    for name, value in EXTRA.items():
        body = offline.refusal(
            400,
            offline.v1.contracts.create,
            customer_id=customer,
            starting_at=START,
            **chosen,
            extra_body={name: value},
        )
        assert name in body["message"]
    offline.refusal(
        400,
        lambda: offline.v1.contracts.create(
            customer_id=customer, starting_at=START, package_id=package, package_alias=alias
        ),
    )
    offline.v1.contracts.create(customer_id=customer, starting_at=START, **chosen)


@pytest.mark.parametrize(
    "starting_at",
    [
        "2025-10-01T00:30:00Z",
        "2025-10-01T00:00:01Z",
        "2025-10-01T00:00:00.001Z",
        "2025-10-01T00:00:00.000001Z",
        "2025-10-01T00:00:00.000000001Z",
        "2025-10-01T00:00:00+00:30",
        "2025-10-01",
        "2025-13-01T00:00:00Z",
        "tomorrow",
        "",
    ],
)
@exercises(refuses="contracts.create")
def test_a_start_that_is_no_full_hour(offline: Offline, starting_at: str) -> None:
    package, customer = offline.package(), offline.customer()
    offline.refusal(400, lambda: offline.contract(customer, package, starting_at))


@exercises("contracts.create contracts_v2.get", refuses="contracts.create")
def test_a_full_hour_in_any_zone_is_a_start(offline: Offline) -> None:
    package, customer = offline.package(), offline.customer()
    contract = offline.contract(customer, package, "2025-10-01T17:00:00+02:00")
    read = offline.v2.contracts.retrieve(customer_id=customer, contract_id=contract).data
    assert read.starting_at.isoformat() == "2025-10-01T15:00:00+00:00"
    offline.refusal(404, offline.contract, UNKNOWN, package)
    for wrong in ({"package_id": UNKNOWN}, {"package_alias": "nobody's"}):
        offline.refusal(
            404 if "package_id" in wrong else 400,
            offline.v1.contracts.create,
            customer_id=customer,
            starting_at=START,
            **wrong,
        )


WRONG_PACKAGES: dict[str, tuple[int, dict[str, Any]]] = {
    "a product that is not there": (404, {"recurring_credits": [a_credit(product_id=UNKNOWN)]}),
    "a product of the wrong type": (400, {"recurring_credits": [a_credit(product_id=TOKENS)]}),
    "a rate card that is not there": (404, {"rate_card_alias": None, "rate_card_id": UNKNOWN}),
    "two rate cards": (400, {"rate_card_id": CARD}),
    "a duration of nothing": (400, {"duration": {"value": 0, "unit": "MONTHS"}}),
    "a unit that is none": (400, {"duration": {"value": 1, "unit": "FORTNIGHTS"}}),
    "a backwards window": (
        400,
        {"aliases": [an_alias("x", "2026-01-01T00:00:00Z", "2025-01-01T00:00:00Z")]},
    ),
    "an empty alias": (400, {"aliases": [an_alias("")]}),
    "quantity next to seats": (
        400,
        {
            "recurring_credits": [
                a_credit(
                    subscription_config={
                        "subscription_id": "starter-fee",
                        "apply_seat_increase_config": {"is_prorated": True},
                    }
                )
            ]
        },
    ),
    "a reference to nothing": (
        400,
        {
            "recurring_credits": [
                a_credit(
                    access_amount={"unit_price": 1},
                    subscription_config={
                        "subscription_id": "nobody",
                        "apply_seat_increase_config": {"is_prorated": True},
                    },
                )
            ]
        },
    ),
    "a custom field that is not registered": (
        400,
        {"subscriptions": [{**a_package()["subscriptions"][0], "custom_fields": {"unheard": "of"}}]},  # type: ignore[index,dict-item]
    ),
}


@pytest.mark.parametrize("case", WRONG_PACKAGES)
@exercises(refuses="packages.create")
def test_a_package_with(offline: Offline, case: str) -> None:
    status, changes = WRONG_PACKAGES[case]
    offline.refusal(status, lambda: offline.package(**changes))


@exercises("packages.create")
def test_what_a_create_does_not_know_is_ignored(offline: Offline) -> None:
    body = {
        **a_package(),
        "billing_anchor_date": "contract_start_date",
    }  # observed: sent by others, and not refused
    assert offline.posted("/v1/packages/create", body)["data"]["id"]
