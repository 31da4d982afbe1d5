"""Contracts as the official SDK reads them: v1 and v2, one and many, now and as of an earlier day."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from metronome import BadRequestError, NotFoundError
from support.offline import FEE, REFERENCES, HandClock, a_subscription, an_engine
from support.offline_terms import (
    a_balance_threshold,
    a_charge,
    a_commit,
    a_multiplier,
    a_postpaid_commit,
    a_recurring_commit,
    a_single_credit,
    a_spend_threshold,
    a_tracker,
)
from support.provisioned import NOBODY, a_customer, provision, refusal, the_package
from support.sdk_client import in_process

from pkgplan.engine import Assumptions, Engine
from pkgplan.engine.contracts.shown.subscriptions import billing_periods
from pkgplan.engine.contracts.shown.terms import Span
from pkgplan.engine.instants import to_api_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from metronome import Metronome

    from pkgplan.engine.contracts.rows import StoredContract
    from pkgplan.model.canonical import JsonObject

DECEMBER = datetime(2025, 12, 5, tzinfo=UTC)
EVERYTHING: JsonObject = {
    "commits": [a_commit(), a_postpaid_commit(temporary_id="least")],
    "credits": [a_single_credit()],
    "recurring_commits": [a_recurring_commit()],
    "overrides": [a_multiplier()],
    "scheduled_charges": [a_charge()],
    "contract_name": "Acme's plan",
    "scheduled_charges_on_usage_invoices": "ALL",
    "spend_threshold_configuration": a_spend_threshold(),
    "prepaid_balance_threshold_configuration": a_balance_threshold(),
    "spend_trackers": [a_tracker()],
}
KINDS = (
    "commits",
    "credits",
    "recurring_commits",
    "recurring_credits",
    "subscriptions",
    "overrides",
    "scheduled_charges",
)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def engine(clock: HandClock) -> Iterator[Engine]:
    with an_engine(clock=clock) as engine:
        yield engine


@pytest.fixture
def client(engine: Engine) -> Metronome:
    return in_process(engine)


def utc(year: int, month: int, day: int = 1) -> datetime:
    return datetime(year, month, day, tzinfo=UTC)


def ids(stored: StoredContract) -> dict[str, Any]:
    return {"customer_id": stored.customer_id, "contract_id": stored.contract_id}


def v2(client: Metronome, stored: StoredContract, **options: Any) -> Any:
    return client.v2.contracts.retrieve(**ids(stored), **options).data


def on(engine: Engine, **package: Any) -> StoredContract:
    return provision(engine, package_id=the_package(engine, **package))


def test_all_kinds_of_terms_are_read_in_both_versions(
    engine: Engine, client: Metronome, clock: HandClock
) -> None:
    stored = provision(engine, package_id=the_package(engine, **EVERYTHING), uniqueness_key="order-17")
    clock.instant = DECEMBER
    new = client.v2.contracts.retrieve(**ids(stored), include_balance=True, include_ledgers=True).data
    old = client.v1.contracts.retrieve(**ids(stored), include_balance=True, include_ledgers=True).data
    assert all(getattr(new, kind) for kind in KINDS)
    assert (new.name, new.uniqueness_key, new.created_by) == ("Acme's plan", "order-17", "pkgplan")
    assert new.model_extra is not None
    assert new.model_extra["package_id"] == old.package_id == stored.package_id
    assert old.initial == old.current
    assert old.amendments == []
    assert {each.id for each in old.current.commits} == {each.id for each in new.commits}
    assert old.subscriptions is not None
    assert new.subscriptions is not None
    assert [each.id for each in old.subscriptions] == [each.id for each in new.subscriptions]
    assert old.current.usage_statement_schedule.billing_anchor_date == utc(2025, 10)
    assert new.spend_trackers is not None
    assert new.spend_trackers[0].alias == "promo-cap"
    assert {term.contract.id for term in new.commits if term.contract is not None} == {stored.contract_id}


def test_what_was_created_is_what_the_answer_of_the_create_can_show(
    engine: Engine, client: Metronome
) -> None:
    customer = a_customer(engine)
    answer = client.v1.contracts.create(
        customer_id=customer, starting_at=utc(2025, 10), package_id=the_package(engine, **EVERYTHING)
    ).data
    assert answer.contract is not None
    assert answer.contract.id == answer.id
    (read,) = client.v2.contracts.list(customer_id=customer)
    assert [each.id for each in answer.contract.commits] == [each.id for each in read.commits]
    assert answer.contract.subscriptions is not None
    assert read.subscriptions is not None
    assert answer.contract.subscriptions[0].billing_periods.next is not None


def test_custom_fields_are_those_of_the_contract_and_change_with_it(
    engine: Engine, client: Metronome
) -> None:
    for entity in ("subscription", "contract"):
        client.v1.custom_fields.add_key(enforce_uniqueness=False, entity=entity, key="tier")
    package = the_package(engine, subscriptions=[a_subscription(custom_fields={"tier": "gold"})])
    stored = provision(engine, package_id=package, custom_fields={"tier": "big"})
    read = v2(client, stored)
    assert (read.custom_fields, read.subscriptions[0].custom_fields) == ({"tier": "big"}, {"tier": "gold"})
    client.v1.custom_fields.set_values(
        entity="subscription", entity_id=read.subscriptions[0].id, custom_fields={"tier": "silver"}
    )
    assert v2(client, stored).subscriptions[0].custom_fields == {"tier": "silver"}
    old = client.v1.contracts.retrieve(**ids(stored)).data
    assert old.custom_fields == {"tier": "big"}
    assert old.subscriptions is not None
    assert old.subscriptions[0].custom_fields == {"tier": "silver"}


def test_a_subscription_shows_the_custom_fields_of_its_product(engine: Engine, client: Metronome) -> None:
    client.v1.custom_fields.add_key(enforce_uniqueness=False, entity="contract_product", key="sku")
    client.v1.custom_fields.set_values(entity="contract_product", entity_id=FEE, custom_fields={"sku": "f-1"})
    assert v2(client, on(engine)).subscriptions[0].product_custom_fields == {"sku": "f-1"}


def test_the_billing_configuration_is_shown_with_the_contract(engine: Engine, client: Metronome) -> None:
    customer = a_customer(
        engine,
        customer_billing_provider_configurations=[
            {
                "billing_provider": "stripe",
                "delivery_method": "direct_to_billing_provider",
                "configuration": {
                    "stripe_customer_id": "cus_1",
                    "stripe_collection_method": "charge_automatically",
                },
            }
        ],
    )
    package = the_package(engine, billing_provider="stripe", delivery_method="direct_to_billing_provider")
    read = v2(client, provision(engine, customer_id=customer, package_id=package))
    assert read.customer_billing_provider_configuration.billing_provider == "stripe"
    (entry,) = read.billing_provider_configuration_schedule
    assert entry.effective_at == utc(2025, 10)
    assert entry.billing_provider_configuration.id == read.customer_billing_provider_configuration.id
    bare = v2(client, on(engine))
    assert (bare.customer_billing_provider_configuration, bare.billing_provider_configuration_schedule) == (
        None,
        None,
    )


def test_terms_end_with_the_contract_and_those_beyond_it_are_gone(engine: Engine, client: Metronome) -> None:
    later = (a_multiplier(starting_at_offset={"value": each, "unit": "MONTHS"}) for each in (2, 6))
    stored = on(engine, commits=[a_commit()], overrides=[a_multiplier(), *later])
    client.v1.contracts.update_end_date(**ids(stored), ending_before=utc(2025, 12))
    read = v2(client, stored)
    assert read.ending_before == utc(2025, 12)
    assert [each.ending_before for each in read.overrides] == [utc(2025, 12)]
    assert [each.ending_before for each in read.recurring_credits] == [utc(2025, 12)]
    assert read.commits[0].access_schedule.schedule_items[0].ending_before == utc(2025, 12)
    (subscription,) = read.subscriptions
    assert subscription.ending_before == subscription.quantity_schedule[0].ending_before == utc(2025, 12)


def test_where_terms_may_outlast_the_contract_they_keep_their_dates() -> None:
    kept = Assumptions.of({"term_after_contract_end": "kept"})
    with Engine(":memory:", HandClock(), kept) as engine:
        engine.seed(REFERENCES)
        stored = on(engine, commits=[a_commit()])
        client = in_process(engine)
        client.v1.contracts.update_end_date(**ids(stored), ending_before=utc(2025, 12))
        read = v2(client, stored)
        assert read.commits[0].access_schedule.schedule_items[0].ending_before == utc(2026, 10)


def test_only_the_quantity_from_now_on_is_shown(engine: Engine, client: Metronome, clock: HandClock) -> None:
    stored = on(engine)
    clock.instant = utc(2027, 1)
    (subscription,) = v2(client, stored).subscriptions
    assert [each.quantity for each in subscription.quantity_schedule] == [1]
    assert subscription.billing_periods.current is None
    assert subscription.billing_periods.previous.starting_at == utc(2026, 9)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (utc(2026, 1, 1), {"next": (utc(2026, 1, 20), utc(2026, 2, 10))}),
        (
            utc(2026, 1, 20),
            {"current": (utc(2026, 1, 20), utc(2026, 2, 10)), "next": (utc(2026, 2, 10), utc(2026, 3, 10))},
        ),
        (
            utc(2026, 3, 10),
            {
                "previous": (utc(2026, 2, 10), utc(2026, 3, 10)),
                "current": (utc(2026, 3, 10), utc(2026, 4, 10)),
                "next": (utc(2026, 4, 10), utc(2026, 4, 20)),
            },
        ),
        (
            utc(2026, 4, 12),
            {
                "previous": (utc(2026, 3, 10), utc(2026, 4, 10)),
                "current": (utc(2026, 4, 10), utc(2026, 4, 20)),
            },
        ),
        (utc(2026, 4, 20), {"previous": (utc(2026, 4, 10), utc(2026, 4, 20))}),
    ],
)
def test_billing_periods_are_cut_to_the_subscription(at: datetime, expected: dict[str, Any]) -> None:
    span = Span(utc(2026, 1, 20), utc(2026, 4, 20))
    found = billing_periods(utc(2026, 2, 10), "MONTHLY", span, at)
    assert {name: period[:2] for name, period in found.items()} == expected


def test_periods_at_the_end_of_the_calendar_are_left_out() -> None:
    start = datetime(9999, 12, 1, tzinfo=UTC)
    assert billing_periods(start, "MONTHLY", Span(start, None), utc(2026, 1)) == {}


def test_an_earlier_day_shows_what_was_granted_by_then(
    engine: Engine, client: Metronome, clock: HandClock
) -> None:
    stored = on(engine)
    clock.instant = DECEMBER
    assert len(v2(client, stored).credits) == 3
    then = v2(client, stored, as_of_date=utc(2025, 11, 15), include_balance=True)
    assert [each.balance for each in then.credits] == [0, 1000]
    assert then.subscriptions[0].billing_periods.current.starting_at == utc(2025, 11)


def test_a_later_day_shows_what_is_known_now(engine: Engine, client: Metronome, clock: HandClock) -> None:
    stored = on(engine)
    clock.instant = utc(2025, 11, 15)
    later = v2(client, stored, as_of_date=utc(2026, 9), include_balance=True)
    assert [each.balance for each in later.credits] == [0, 1000]


def test_ledgers_are_those_of_now(engine: Engine) -> None:
    stored = on(engine)
    body: JsonObject = {**ids(stored), "as_of_date": to_api_text(DECEMBER), "include_ledgers": True}
    assert "as_of_date" in refusal(engine, "contracts_v2.get", body).message


def test_whoever_is_not_there_is_told_apart_in_v2_and_not_found_in_v1(
    engine: Engine, client: Metronome
) -> None:
    stored = on(engine)
    for changes, code in (
        ({"customer_id": NOBODY}, "CustomerNotFound"),
        ({"contract_id": NOBODY}, "ContractNotFound"),
    ):
        asked = ids(stored) | changes
        with pytest.raises(BadRequestError) as refused:
            client.v2.contracts.retrieve(**asked)
        assert refused.value.body["code"] == code  # type: ignore[index]
        with pytest.raises(NotFoundError):
            client.v1.contracts.retrieve(**asked)
    with pytest.raises(BadRequestError) as refused:
        client.v2.contracts.list(customer_id=NOBODY)
    assert refused.value.body["code"] == "CustomerNotFound"  # type: ignore[index]
    with pytest.raises(NotFoundError):
        client.v1.contracts.list(customer_id=NOBODY)


def test_a_contract_is_found_with_its_own_customer_only(engine: Engine, client: Metronome) -> None:
    stored, other = on(engine), a_customer(engine)
    with pytest.raises(NotFoundError):
        client.v1.contracts.retrieve(customer_id=other, contract_id=stored.contract_id)
    assert list(client.v1.contracts.list(customer_id=other)) == []


def test_lists_page_through_each_contract_once(engine: Engine, client: Metronome) -> None:
    customer, package = a_customer(engine), the_package(engine)
    made = [provision(engine, customer_id=customer, package_id=package).contract_id for _ in range(43)]
    assert [each.id for each in client.v2.contracts.list(customer_id=customer)] == made
    assert [each.id for each in client.v1.contracts.list(customer_id=customer, limit=7)] == made
    page = client.v2.contracts.list(customer_id=customer)
    assert (len(page.data), page.has_next_page()) == (20, True)


def test_a_customer_s_contracts_are_listed_by_their_starts(engine: Engine, client: Metronome) -> None:
    customer, package = a_customer(engine), the_package(engine)
    made = [
        provision(engine, customer_id=customer, package_id=package, starting_at=f"20{year}-10-01T00:00:00Z")
        for year in (30, 25, 28, 25, 27)
    ]
    wanted = [made[number].contract_id for number in (1, 3, 4, 2, 0)]
    for limit in (1, 2, 20):
        assert [each.id for each in client.v2.contracts.list(customer_id=customer, limit=limit)] == wanted
        assert [each.id for each in client.v1.contracts.list(customer_id=customer, limit=limit)] == wanted


@pytest.mark.parametrize("operation", ["contracts.list", "contracts_v2.list"])
def test_a_longer_list_takes_no_more_queries(engine: Engine, operation: str) -> None:
    customer, package = a_customer(engine), the_package(engine, **EVERYTHING)
    asked: list[str] = []
    counts = []
    for _ in range(3):
        old = provision(engine, customer_id=customer, package_id=package)
        transition: JsonObject = {"type": "RENEWAL", "from_contract_id": old.contract_id}
        provision(engine, customer_id=customer, starting_at="2026-01-01T00:00:00Z", transition=transition)
        asked.clear()
        with engine.reading() as connection:
            connection.set_trace_callback(asked.append)
        engine.call(operation, {"customer_id": customer, "include_balance": True})
        connection.set_trace_callback(None)
        counts.append(len(asked))
    assert counts == [counts[0]] * 3
    assert counts[0] < 12


def test_lists_filter_by_time_and_archive(engine: Engine, client: Metronome) -> None:
    customer, package = a_customer(engine), the_package(engine)
    first, second = (
        provision(engine, customer_id=customer, package_id=package, starting_at=f"202{year}-10-01T00:00:00Z")
        for year in (5, 6)
    )

    def listed(**options: Any) -> list[str]:
        found = [each.id for each in client.v2.contracts.list(customer_id=customer, **options)]
        assert found == [each.id for each in client.v1.contracts.list(customer_id=customer, **options)]
        return found

    assert listed(covering_date=utc(2026, 9, 30)) == [first.contract_id]
    assert listed(covering_date=utc(2026, 10, 1)) == [second.contract_id]
    assert listed(starting_at=utc(2026, 1, 1)) == [second.contract_id]
    client.v1.contracts.archive(**ids(first), void_invoices=False)
    assert listed() == [second.contract_id]
    assert listed(include_archived=True) == [first.contract_id, second.contract_id]
    assert v2(client, first).archived_at is not None
    assert client.v1.contracts.retrieve(**ids(first)).data.archived_at is not None


@pytest.mark.parametrize("operation", ["contracts.list", "contracts_v2.list"])
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 21}, "limit"),
        ({"cursor": "nonsense"}, "body/cursor"),
        (
            {"covering_date": "2026-01-01T00:00:00Z", "starting_at": "2026-01-01T00:00:00Z"},
            "mutually exclusive",
        ),
        ({"include_balance": "yes"}, "include_balance"),
    ],
)
def test_a_list_that_cannot_be_is_refused(
    engine: Engine, operation: str, changes: JsonObject, words: str
) -> None:
    assert words in refusal(engine, operation, {"customer_id": a_customer(engine), **changes}).message


def test_a_contract_without_a_package_is_read_too(engine: Engine, client: Metronome) -> None:
    stored = provision(engine, rate_card_alias="Tokens rate card")
    read = v2(client, stored)
    assert (read.commits, read.ending_before, read.has_more.commits) == ([], None, False)
    assert "package_id" not in read.model_extra
    assert client.v1.contracts.retrieve(**ids(stored)).data.package_id is None
