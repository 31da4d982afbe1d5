"""Contracts provisioned from packages, as the SDK sees them: created, read by both versions, ended, renewed, archived.

Facts: vendor reference of each endpoint; guide "Provision a customer"; observed errors.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from support.offline import CARD, CREDIT, FEE, TOKENS, a_credit, a_subscription
from support.offline_metronome import FLAVOURS, UNKNOWN, Offline, exercises, offline_metronome
from support.offline_terms import a_charge, a_commit, a_multiplier, a_single_credit

if TYPE_CHECKING:
    from collections.abc import Iterator

OCTOBER, JANUARY = datetime(2025, 10, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
NEXT_OCTOBER = datetime(2026, 10, 1, tzinfo=UTC)
MONTH: Any = {"value": 1, "unit": "MONTHS"}
STRIPE: Any = {
    "billing_provider": "stripe",
    "delivery_method": "direct_to_billing_provider",
    "configuration": {"stripe_customer_id": "cus_1", "stripe_collection_method": "charge_automatically"},
}


@pytest.fixture(scope="module", params=FLAVOURS)
def offline(request: pytest.FixtureRequest) -> Iterator[Offline]:
    with offline_metronome(request.param) as it:
        yield it


@exercises("contracts.create contracts.get contracts_v2.get")
def test_both_versions_read_what_the_package_gave(offline: Offline) -> None:
    package, customer = offline.package(contract_name="Starter"), offline.customer()
    contract = offline.contract(customer, package, uniqueness_key="starter-1")

    first = offline.v1.contracts.retrieve(customer_id=customer, contract_id=contract).data
    assert (first.id, first.customer_id, first.package_id) == (contract, customer, package)
    assert (first.uniqueness_key, first.amendments, first.archived_at) == ("starter-1", [], None)
    assert first.initial == first.current
    second = offline.v2.contracts.retrieve(customer_id=customer, contract_id=contract).data
    assert (second.id, second.customer_id, second.uniqueness_key) == (contract, customer, "starter-1")
    for read in (first.current, second):
        assert (read.name, read.net_payment_terms_days, read.rate_card_id) == ("Starter", 15, CARD)
        assert (read.starting_at, read.ending_before) == (OCTOBER, NEXT_OCTOBER)
        assert (read.commits, read.overrides, read.scheduled_charges, read.transitions) == ([], [], [], [])
        assert read.usage_statement_schedule.frequency == "MONTHLY"
        (credit,) = read.recurring_credits or []
        assert (credit.product.id, credit.starting_at, credit.ending_before) == (CREDIT, OCTOBER, JANUARY)
        assert (credit.access_amount.unit_price, credit.access_amount.quantity) == (1000, 1)
    for subscriptions in (first.subscriptions, second.subscriptions):
        (subscription,) = subscriptions or []
        assert subscription.subscription_rate.product.id == FEE
        assert (subscription.starting_at, subscription.collection_schedule) == (OCTOBER, "ADVANCE")
        (quantity,) = subscription.quantity_schedule
        assert (quantity.quantity, quantity.starting_at) == (1, OCTOBER)
    template = offline.v1.packages.retrieve(package_id=package).data
    (of_package,), (of_contract,) = template.subscriptions or [], second.subscriptions or []
    assert of_package.id != of_contract.id, "what a contract has is new"


@exercises("contracts.create contracts_v2.get")
def test_terms_get_dates_from_the_start_of_the_contract(offline: Offline) -> None:
    package = offline.package(
        recurring_credits=[],
        commits=[a_commit()],
        credits=[a_single_credit()],
        overrides=[a_multiplier(starting_at_offset=MONTH, duration=MONTH)],
        scheduled_charges=[
            a_charge(schedule={"schedule_items": [{"unit_price": 5, "quantity": 3, "date_offset": MONTH}]})
        ],
    )
    customer = offline.customer()
    contract = offline.contract(customer, package, "2025-01-31T15:00:00Z")
    read = offline.v2.contracts.retrieve(customer_id=customer, contract_id=contract).data
    start = datetime(2025, 1, 31, 15, tzinfo=UTC)
    assert (read.starting_at, read.ending_before) == (start, datetime(2026, 1, 31, 15, tzinfo=UTC))
    (commit,) = read.commits
    assert commit.access_schedule is not None
    (segment,) = commit.access_schedule.schedule_items
    assert (segment.amount, segment.starting_at, segment.ending_before) == (1000, start, read.ending_before)
    assert commit.invoice_schedule is not None
    (invoice,) = commit.invoice_schedule.schedule_items or []
    assert (invoice.amount, invoice.timestamp) == (1000, start)
    (credit,) = read.credits or []
    assert (credit.product.id, credit.type) == (CREDIT, "CREDIT")
    (override,) = read.overrides
    february, march = datetime(2025, 2, 28, 15, tzinfo=UTC), datetime(2025, 3, 28, 15, tzinfo=UTC)
    assert (override.starting_at, override.ending_before) == (february, march), "month ends are clamped"
    (charge,) = read.scheduled_charges
    (due,) = charge.schedule.schedule_items or []
    assert (due.amount, due.timestamp) == (15, february)


@exercises("contracts.get contracts_v2.get contracts_v2.list contracts.list")
def test_balances_follow_from_the_schedules(offline: Offline) -> None:
    package = offline.package(recurring_credits=[], credits=[a_single_credit()])
    customer = offline.customer()
    contract = offline.contract(customer, package, "2025-06-01T00:00:00Z")
    asked: Any = {"customer_id": customer, "include_balance": True, "include_ledgers": True}
    first = offline.v1.contracts.retrieve(contract_id=contract, **asked).data.current
    second = offline.v2.contracts.retrieve(contract_id=contract, **asked).data
    listed, listed_v2 = offline.v1.contracts.list(**asked), offline.v2.contracts.list(**asked)
    (of_list,), (of_list_v2,) = [each.current for each in listed], list(listed_v2)
    for read in (first, second, of_list, of_list_v2):
        (credit,) = read.credits or []
        assert credit.balance == 1000, "nothing draws it down"
        (entry,) = credit.ledger or []
        assert entry.amount == 1000
    (bare,) = offline.v2.contracts.retrieve(customer_id=customer, contract_id=contract).data.credits or []
    assert (bare.balance, bare.ledger) == (None, None), "only for who asks"


@exercises("contracts.create contracts_v2.get contracts.get")
def test_recurring_credits_have_granted_what_is_due(offline: Offline) -> None:
    customer = offline.customer()
    contract = offline.contract(customer, offline.package(), "2025-06-01T00:00:00Z")
    read = offline.v2.contracts.retrieve(customer_id=customer, contract_id=contract).data
    (recurring,) = read.recurring_credits or []
    months = [datetime(2025, month, 1, tzinfo=UTC) for month in (6, 7, 8, 9)]
    granted = [
        (each.recurring_credit_id, item.amount, item.starting_at, item.ending_before)
        for each in read.credits or []
        if each.access_schedule is not None
        for item in each.access_schedule.schedule_items
    ]
    assert sorted(granted, key=lambda each: each[2]) == [
        (recurring.id, 1000, since, until) for since, until in pairwise(months)
    ]
    first = offline.v1.contracts.retrieve(customer_id=customer, contract_id=contract).data
    assert {each.id for each in first.current.credits or []} == {each.id for each in read.credits or []}


@exercises("contracts_v2.get", refuses="contracts_v2.get")
def test_a_contract_is_read_as_of_a_date(offline: Offline) -> None:
    customer = offline.customer()
    contract = offline.contract(customer, offline.package())
    read = offline.v2.contracts.retrieve(
        customer_id=customer, contract_id=contract, as_of_date="2025-12-01T00:00:00Z"
    ).data
    assert read.id == contract
    offline.refusal(
        400,
        lambda: offline.v2.contracts.retrieve(
            customer_id=customer, contract_id=contract, as_of_date=OCTOBER, include_ledgers=True
        ),
    )
    unknown = offline.refusal(
        400, lambda: offline.v2.contracts.retrieve(customer_id=UNKNOWN, contract_id=contract)
    )
    assert unknown["code"] == "CustomerNotFound"


@pytest.mark.parametrize("operation", ["contracts.list", "contracts_v2.list"])
@exercises("contracts.list contracts_v2.list", refuses="contracts.list contracts_v2.list")
def test_contracts_of_a_customer_are_filtered(offline: Offline, operation: str) -> None:
    version: Any = offline.v1 if operation == "contracts.list" else offline.v2
    package, customer = offline.package(), offline.customer()
    january = offline.contract(customer, package, "2025-01-01T00:00:00Z")
    october = offline.contract(customer, package, "2025-10-01T00:00:00Z")
    archived = offline.contract(customer, package, "2025-10-01T00:00:00Z")
    offline.contract(offline.customer(), package)
    offline.v1.contracts.archive(customer_id=customer, contract_id=archived, void_invoices=True)

    def ids(**filters: Any) -> set[str]:
        listed = [each.id for each in version.contracts.list(customer_id=customer, **filters)]
        assert len(listed) == len(set(listed))
        return set(listed)

    assert ids() == {january, october}
    assert ids(include_archived=True) == {january, october, archived}
    assert ids(covering_date="2025-05-01T00:00:00Z") == {january}
    assert ids(covering_date="2026-01-01T00:00:00Z") == {october}
    assert ids(starting_at="2025-10-01T00:00:00Z") == {october}
    offline.refusal(400, lambda: ids(covering_date=OCTOBER, starting_at=OCTOBER))
    for limit in (0, 21):
        offline.refusal(400, ids, limit=limit)
    offline.refusal(400, lambda: ids(cursor="nonsense"))


@exercises("contracts.list contracts_v2.list")
def test_contracts_are_paged_by_cursor(offline: Offline) -> None:
    package, customer = offline.package(), offline.customer()
    made = {offline.contract(customer, package) for _ in range(25)}
    for version in (offline.v1, offline.v2):
        contracts: Any = version.contracts
        for limit, pages in ((None, 2), (10, 3), (1, 25)):
            sized = {} if limit is None else {"limit": limit}
            read = list(contracts.list(customer_id=customer, **sized).iter_pages())
            listed = [each.id for page in read for each in page.data]
            assert (len(read), len(listed), set(listed)) == (pages, 25, made)
            assert not read[-1].cursor


@exercises("contracts.update_end_date", refuses="contracts.update_end_date")
def test_an_end_is_moved_taken_away_and_refused(offline: Offline) -> None:
    customer = offline.customer()
    contract = offline.contract(customer, offline.package())
    ids: Any = {"customer_id": customer, "contract_id": contract}

    def end() -> datetime | None:
        return offline.v2.contracts.retrieve(**ids).data.ending_before

    update = offline.v1.contracts.update_end_date
    assert end() == NEXT_OCTOBER
    assert update(**ids, ending_before="2025-12-01T00:00:00Z").data.id == contract
    assert end() == datetime(2025, 12, 1, tzinfo=UTC)
    first = offline.v1.contracts.retrieve(**ids).data
    assert first.current.ending_before == datetime(2025, 12, 1, tzinfo=UTC)
    before = offline.v2.contracts.retrieve(**ids).data.recurring_credits
    update(**ids)
    assert offline.v2.contracts.retrieve(**ids).data.recurring_credits == before, "terms stay as they were"
    assert end() is None, "without a date the contract is open-ended"
    for wrong in ("2025-12-01T00:30:00Z", "2025-12-01T00:00:00.000001Z", "2025-09-30T00:00:00Z"):
        offline.refusal(400, update, **ids, ending_before=wrong)
    assert end() is None
    offline.v1.contracts.archive(**ids, void_invoices=False)
    offline.refusal(400, update, **ids)


@exercises("contracts.archive", refuses="contracts.archive contracts.create")
def test_an_archived_contract_is_read_and_keeps_its_key(offline: Offline) -> None:
    package, customer, key = offline.package(), offline.customer(), offline.name("key")
    contract = offline.contract(customer, package, uniqueness_key=key)
    archive = offline.v1.contracts.archive
    body = offline.refusal(409, lambda: offline.contract(customer, package, uniqueness_key=key))
    assert body["message"].startswith("This uniqueness key has already been used")
    assert archive(customer_id=customer, contract_id=contract, void_invoices=False).data.id == contract
    read = offline.v1.contracts.retrieve(customer_id=customer, contract_id=contract).data
    assert read.archived_at is not None
    second = offline.v2.contracts.retrieve(customer_id=customer, contract_id=contract).data
    assert second.archived_at == read.archived_at
    offline.refusal(409, lambda: offline.contract(customer, package, uniqueness_key=key))
    stranger = offline.customer()
    offline.refusal(409, offline.contract, stranger, package, uniqueness_key=key)
    offline.refusal(400, lambda: archive(customer_id=customer, contract_id=contract, void_invoices=False))
    offline.refusal(404, archive, customer_id=stranger, contract_id=contract, void_invoices=True)


@exercises("contracts.rate_schedule", refuses="contracts.rate_schedule")
def test_a_contract_has_the_prices_of_its_card_and_its_overrides(offline: Offline) -> None:
    package = offline.package(
        overrides=[
            a_multiplier(
                starting_at_offset={"value": 0, "unit": "MONTHS"},
                multiplier=Decimal("0.5"),
                override_specifiers=[{"product_id": TOKENS}],
            )
        ]
    )
    customer = offline.customer()
    ids: Any = {"customer_id": customer, "contract_id": offline.contract(customer, package)}
    schedule = offline.v1.contracts.retrieve_rate_schedule

    def prices(**asked: Any) -> dict[str, tuple[float | None, float | None]]:
        return {
            each.product_id: (
                each.list_rate.price,
                None if each.override_rate is None else each.override_rate.price,
            )
            for each in schedule(**ids, **asked).data
        }

    at = {"at": "2025-11-01T00:00:00Z"}
    assert prices(**at) == {TOKENS: (0.5, 0.25), FEE: (1000, None)}, "what is not entitled is left out"
    assert prices(**at, selectors=[{"product_id": FEE}]) == {FEE: (1000, None)}
    assert prices(**at, selectors=[{"billing_frequency": "ANNUAL"}]) == {}
    (first,) = schedule(**ids, **at, limit=1).data  # type: ignore[arg-type]
    cursor = schedule(**ids, **at, limit=1).next_page  # type: ignore[arg-type]
    assert cursor is not None
    (rest,) = schedule(**ids, **at, limit=1, next_page=cursor).data  # type: ignore[arg-type]
    assert {first.product_id, rest.product_id} == {TOKENS, FEE}
    assert first.rate_card_id == CARD
    for limit in (0, 101):
        offline.refusal(400, schedule, **ids, limit=limit)


@exercises("contracts.create contracts_v2.get", refuses="contracts.create")
def test_a_renewal_ends_the_old_contract_and_links_both(offline: Offline) -> None:
    package, customer = offline.package(), offline.customer()
    old = offline.contract(customer, package, "2025-06-01T00:00:00Z")
    renewal: Any = {"type": "RENEWAL", "from_contract_id": old}
    offline.refusal(
        404,
        lambda: offline.contract(customer, package, transition={**renewal, "from_contract_id": UNKNOWN}),
    )
    new = offline.contract(customer, package, transition=renewal)

    def read(contract: str) -> Any:
        return offline.v2.contracts.retrieve(customer_id=customer, contract_id=contract).data

    assert read(old).ending_before == OCTOBER == read(new).starting_at
    for contract in (old, new):
        (transition,) = read(contract).transitions
        assert transition.type.upper() == "RENEWAL"
        assert (transition.from_contract_id, transition.to_contract_id) == (old, new)
    stranger = offline.customer()
    offline.refusal(404, offline.contract, stranger, package, transition=renewal)
    assert read(old).ending_before == OCTOBER


@exercises("contracts.create", refuses="contracts.create")
def test_a_billing_provider_has_to_match_exactly_one_configuration(offline: Offline) -> None:
    package = offline.package(billing_provider="stripe", delivery_method="direct_to_billing_provider")
    none, one, two = (
        offline.customer(customer_billing_provider_configurations=[STRIPE] * count) for count in range(3)
    )
    offline.refusal(400, lambda: offline.contract(none, package))
    offline.refusal(400, lambda: offline.contract(two, package))
    contract = offline.contract(one, package)
    (configuration,) = offline.v1.customers.retrieve_billing_configurations(customer_id=one).data
    first = offline.v1.contracts.retrieve(customer_id=one, contract_id=contract).data
    assert first.customer_billing_provider_configuration is not None
    assert first.customer_billing_provider_configuration.id == configuration.id
    second = offline.v2.contracts.retrieve(customer_id=one, contract_id=contract).data
    assert second.customer_billing_provider_configuration is not None
    assert second.customer_billing_provider_configuration.billing_provider == "stripe"

    (spare, _) = offline.v1.customers.retrieve_billing_configurations(customer_id=two).data
    offline.v1.customers.archive_billing_configurations(
        customer_id=two, customer_billing_provider_configuration_ids=[spare.id]
    )
    offline.contract(two, package)


@exercises("contracts.create contracts.get")
def test_custom_fields_of_a_contract_come_from_the_call(offline: Offline) -> None:
    offline.v1.custom_fields.add_key(entity="contract", key="deal", enforce_uniqueness=False)
    customer = offline.customer()
    contract = offline.contract(customer, offline.package(), custom_fields={"deal": "42"})
    assert offline.v1.contracts.retrieve(customer_id=customer, contract_id=contract).data.custom_fields == {
        "deal": "42"
    }
    assert offline.v2.contracts.retrieve(customer_id=customer, contract_id=contract).data.custom_fields == {
        "deal": "42"
    }


@exercises("composite.create_customer_with_contract", refuses="composite.create_customer_with_contract")
def test_a_customer_comes_with_a_contract_or_not_at_all(offline: Offline) -> None:
    path, alias = "/v1/composite/createCustomerWithContract", offline.name("alias")
    body = {
        "customer": {"name": "Both", "ingest_aliases": [alias]},
        "contract": {"starting_at": "2025-10-01T00:00:00Z", "rate_card_id": CARD},
    }
    wrong = {**body, "contract": {"starting_at": "2025-10-01T00:00:00Z", "rate_card_id": UNKNOWN}}
    offline.refusal(404, lambda: offline.posted(path, wrong))
    assert list(offline.v1.customers.list(ingest_alias=alias)) == []
    made = offline.posted(path, body)["data"]
    (customer,) = offline.v1.customers.list(ingest_alias=alias)
    (contract,) = offline.v2.contracts.list(customer_id=customer.id)
    assert made == {"customer_id": customer.id, "contract_id": contract.id}
    assert (contract.starting_at, contract.rate_card_id) == (OCTOBER, CARD)
    offline.refusal(409, lambda: offline.posted(path, body))


@exercises("contracts.create contracts_v2.get")
def test_references_inside_a_package_point_to_the_contracts_own_terms(offline: Offline) -> None:
    package = offline.package(
        recurring_credits=[
            a_credit(
                access_amount={"unit_price": 100},
                subscription_config={
                    "subscription_id": "team",
                    "apply_seat_increase_config": {"is_prorated": True},
                },
            )
        ],
        subscriptions=[a_subscription(temporary_id="team", initial_quantity=4)],
    )
    customer = offline.customer()
    contract = offline.contract(customer, package)
    read = offline.v2.contracts.retrieve(customer_id=customer, contract_id=contract).data
    (subscription,) = read.subscriptions or []
    (credit,) = read.recurring_credits or []
    assert credit.subscription_config is not None
    assert credit.subscription_config.subscription_id == subscription.id
