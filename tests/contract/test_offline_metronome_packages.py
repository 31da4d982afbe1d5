"""Packages, their aliases and cohorts, as the SDK sees them.

Facts: vendor reference "Create / get / list / archive a package", "List contracts on a package"; guide "Make a pricing
change" for aliases.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from support.offline import CARD, CREDIT, FEE, NOW, TOKENS, a_package, a_subscription, an_alias
from support.offline_metronome import FLAVOURS, Offline, exercises, offline_metronome
from support.offline_terms import (
    a_balance_threshold,
    a_charge,
    a_commit,
    a_multiplier,
    a_recurring_commit,
    a_single_credit,
    a_spend_threshold,
    a_tracker,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

OCTOBER, FEBRUARY = datetime(2025, 10, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)


@pytest.fixture(scope="module", params=FLAVOURS)
def offline(request: pytest.FixtureRequest) -> Iterator[Offline]:
    with offline_metronome(request.param) as it:
        yield it


@exercises("packages.create packages.get")
def test_a_package_is_read_back_as_it_was_written(offline: Offline) -> None:
    made = offline.package(contract_name="Starter", uniqueness_key=offline.name("key"))
    package = offline.v1.packages.retrieve(package_id=made).data
    assert (package.id, package.name, package.contract_name) == (made, "Starter Plan", "Starter")
    assert (package.net_payment_terms_days, package.aliases) == (15, [])
    assert package.uniqueness_key is not None
    assert package.uniqueness_key.startswith("package:key "), "a prefix is observed on reads"
    assert package.duration is not None
    assert (package.duration.value, package.duration.unit) == (12, "MONTHS")
    assert package.usage_statement_schedule.frequency == "MONTHLY"
    assert package.multiplier_override_prioritization == "LOWEST_MULTIPLIER"
    assert (package.commits, package.overrides, package.scheduled_charges) == ([], [], [])
    assert abs(package.created_at - NOW) < timedelta(seconds=1)
    (credit,) = package.recurring_credits or []
    assert (credit.product.id, credit.product.name) == (CREDIT, "Sign-up credit")
    assert (credit.access_amount.unit_price, credit.access_amount.quantity) == (1000, 1)
    assert (credit.rate_type, credit.priority) == ("LIST_RATE", 1)
    assert (credit.commit_duration.value, credit.commit_duration.unit) == (1, "PERIODS")
    (subscription,) = package.subscriptions or []
    assert subscription.subscription_rate.product.id == FEE
    assert subscription.subscription_rate.billing_frequency == "MONTHLY"
    assert subscription.quantity_management_mode == "QUANTITY_ONLY"
    assert subscription.initial_quantity == 1
    assert subscription.proration.is_prorated
    assert subscription.proration.invoice_behavior == "BILL_IMMEDIATELY"


@exercises("packages.create packages.get")
def test_every_kind_of_term_is_read_back(offline: Offline) -> None:
    made = offline.package(
        rate_card_alias=None,
        rate_card_id=CARD,
        commits=[a_commit()],
        credits=[a_single_credit()],
        recurring_commits=[a_recurring_commit()],
        overrides=[a_multiplier()],
        scheduled_charges=[a_charge()],
        spend_threshold_configuration=a_spend_threshold(),
        prepaid_balance_threshold_configuration=a_balance_threshold(),
        spend_trackers=[a_tracker()],
    )
    package = offline.v1.packages.retrieve(package_id=made).data
    assert package.rate_card_id == CARD
    (commit,) = package.commits
    assert (commit.type, commit.product.id) == ("PREPAID", CREDIT)
    assert commit.access_schedule is not None
    (segment,) = commit.access_schedule.schedule_items
    assert (segment.amount, segment.duration.value, segment.duration.unit) == (1000, 1, "YEARS")
    (single,) = package.credits or []
    assert single.product.id == CREDIT
    (recurring,) = package.recurring_commits or []
    assert recurring.invoice_amount is not None
    assert recurring.invoice_amount.unit_price == 900
    (override,) = package.overrides
    assert override.type == "MULTIPLIER"
    assert override.override_specifiers
    (charge,) = package.scheduled_charges
    assert charge.product.id == CREDIT
    assert len(charge.schedule.schedule_items or []) > 0
    assert package.spend_threshold_configuration is not None
    assert package.prepaid_balance_threshold_configuration is not None
    assert len(package.spend_trackers or []) == 1
    ids = [each.id for each in (commit, single, recurring, override, charge)]
    assert len(ids) == len(set(ids))


@exercises("packages.list packages.archive", refuses="packages.archive contracts.create")
def test_an_archived_package_is_still_read_but_no_longer_provisioned(offline: Offline) -> None:
    packages, made = offline.v1.packages, offline.package()
    customer = offline.customer()
    contract = offline.contract(customer, made)

    def listed(which: Any) -> bool:
        return made in {each.id for each in packages.list(archive_filter=which)}

    assert [listed(each) for each in ("NOT_ARCHIVED", "ARCHIVED", "ALL", "all")] == [True, False, True, True]
    assert packages.archive(package_id=made).data.id == made
    assert [listed(each) for each in ("NOT_ARCHIVED", "archived", "ALL")] == [False, True, True]
    assert made not in {each.id for each in packages.list()}
    assert packages.retrieve(package_id=made).data.archived_at is not None
    offline.refusal(422, lambda: packages.archive(package_id=made))
    offline.refusal(400, lambda: offline.contract(customer, made))
    (kept,) = packages.list_contracts_on_package(package_id=made)
    assert kept.contract_id == contract, "contracts stay as they are"


@exercises("packages.create packages.get contracts.create", refuses="contracts.create")
def test_an_alias_goes_to_the_package_made_last_from_its_start_on(offline: Offline) -> None:
    alias = offline.name("alias")
    first = offline.package(aliases=[an_alias(alias, "2025-10-01T00:00:00Z")])
    second = offline.package(aliases=[an_alias(alias, "2026-02-01T00:00:00Z")])

    def windows(package: str) -> list[Any]:
        read = offline.v1.packages.retrieve(package_id=package).data.aliases or []
        return [(each.name, each.starting_at, each.ending_before) for each in read]

    assert windows(first) == [(alias, OCTOBER, FEBRUARY)]
    assert windows(second) == [(alias, FEBRUARY, None)]
    customer = offline.customer()

    def behind(starting_at: str) -> str | None:
        contract = offline.v1.contracts.create(
            customer_id=customer, package_alias=alias, starting_at=starting_at
        ).data.id
        return offline.v1.contracts.retrieve(customer_id=customer, contract_id=contract).data.package_id

    assert behind("2025-10-01T00:00:00Z") == first
    assert behind("2026-01-31T23:00:00Z") == first
    assert behind("2026-02-01T00:00:00Z") == second
    offline.refusal(400, lambda: behind("2025-09-30T23:00:00Z"))
    for wrong in (alias.upper(), f" {alias}"):
        offline.refusal(
            400,
            offline.v1.contracts.create,
            customer_id=customer,
            package_alias=wrong,
            starting_at=OCTOBER,
        )


@exercises("packages.archive contracts.create", refuses="contracts.create")
def test_the_alias_of_an_archived_package_leads_nowhere_until_it_is_taken(offline: Offline) -> None:
    alias, customer = offline.name("alias"), offline.customer()
    asked: dict[str, Any] = {"customer_id": customer, "package_alias": alias, "starting_at": OCTOBER}
    offline.v1.packages.archive(package_id=offline.package(aliases=[an_alias(alias)]))
    offline.refusal(400, offline.v1.contracts.create, **asked)
    successor = offline.package(
        aliases=[an_alias(alias)]
    )  # observed: archive, then create with the same alias
    contract = offline.v1.contracts.create(**asked).data.id
    (row,) = offline.v1.packages.list_contracts_on_package(package_id=successor)
    assert row.contract_id == contract


@exercises("packages.create", refuses="packages.create")
def test_a_uniqueness_key_is_used_up_for_ever(offline: Offline) -> None:
    key = offline.name("key")
    made = offline.package(uniqueness_key=key)
    for _ in range(2):
        body = offline.refusal(409, lambda: offline.package(uniqueness_key=key, name="Other"))
        assert body["message"].startswith("This uniqueness key has already been used")
        if offline.v1.packages.retrieve(package_id=made).data.archived_at is None:
            offline.v1.packages.archive(package_id=made)
    offline.package(uniqueness_key=f"{key}.")
    offline.refusal(400, lambda: offline.package(uniqueness_key="k" * 129))
    offline.package(uniqueness_key="k" * 128)


@exercises("packages.list_contracts", refuses="packages.list_contracts")
def test_a_cohort_is_filtered(offline: Offline) -> None:
    cohort, package = offline.v1.packages.list_contracts_on_package, offline.package()
    customer, other = offline.customer(), offline.customer()
    january = offline.contract(customer, package, "2025-01-01T00:00:00Z")
    october = offline.contract(other, package, "2025-10-01T00:00:00Z")
    archived = offline.contract(customer, package, "2025-10-01T00:00:00Z")
    offline.contract(customer, offline.package(), "2025-10-01T00:00:00Z")
    offline.v1.contracts.archive(customer_id=customer, contract_id=archived, void_invoices=False)

    def ids(**filters: Any) -> set[str]:
        listed = [each.contract_id for each in cohort(package_id=package, **filters)]
        assert len(listed) == len(set(listed))
        return set(listed)

    assert ids() == {january, october}
    assert ids(include_archived=True) == {january, october, archived}
    assert ids(starting_at="2025-10-01T00:00:00Z") == {october}
    assert ids(starting_at="2025-10-01T00:00:01Z") == set()
    assert ids(covering_date="2025-05-01T00:00:00Z") == {january}
    assert ids(covering_date="2025-10-01T00:00:00Z") == {january, october}
    assert ids(covering_date="2026-01-01T00:00:00Z") == {october}, "12 months end before their end"
    (row,) = [each for each in cohort(package_id=package) if each.contract_id == january]
    assert (row.customer_id, row.archived_at) == (customer, None)
    assert (row.starting_at, row.ending_before) == (
        datetime(2025, 1, 1, tzinfo=UTC),
        datetime(2026, 1, 1, tzinfo=UTC),
    )
    (gone,) = [
        each for each in cohort(package_id=package, include_archived=True) if each.contract_id == archived
    ]
    assert gone.archived_at is not None
    offline.refusal(400, lambda: ids(starting_at=OCTOBER, covering_date=OCTOBER))


@exercises("packages.list_contracts")
def test_a_large_cohort_is_paged_once_each(offline: Offline) -> None:
    package = offline.package()
    made = {_created(offline, "contracts.create", _contract(offline.customer(), package)) for _ in range(103)}
    for limit in (None, 100):
        options: Any = {} if limit is None else {"limit": limit}
        pages = list(
            offline.v1.packages.list_contracts_on_package(package_id=package, **options).iter_pages()
        )
        listed = [each.contract_id for page in pages for each in page.data]
        assert (len(listed), set(listed)) == (len(made), made)
        assert pages[-1].next_page is None
        assert len(pages) >= 2


def _contract(customer: str, package: str) -> Any:
    return {"customer_id": customer, "package_id": package, "starting_at": "2025-10-01T00:00:00Z"}


def _created(offline: Offline, operation: str, body: Any) -> str:
    """Without the client, which would take longer than the engine."""
    made: Any = offline.engine.call(operation, body)
    return str(made["data"]["id"])


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_thousand_and_one_packages_are_each_listed_once(flavour: str) -> None:
    with offline_metronome(flavour) as offline:
        made = [_created(offline, "packages.create", a_package(name=f"P{each}")) for each in range(1001)]
        for limit in (100, 37):
            listed = [each.id for each in offline.v1.packages.list(limit=limit)]
            assert sorted(listed) == sorted(made)
        assert len(offline.v1.packages.list().data) == 10, "observed as the default"

        seen: list[str] = []
        fresh, gone = set(), set()
        for number, page in enumerate(offline.v1.packages.list(limit=100).iter_pages()):
            seen += [each.id for each in page.data]
            if number < 8:
                fresh.add(offline.package(name="Meanwhile"))
                gone |= {made[100 * number], made[1000 - number]}
                for each in (made[100 * number], made[1000 - number]):
                    offline.v1.packages.archive(package_id=each)
        assert len(seen) == len(set(seen)), "nothing comes twice, whatever happens meanwhile"
        assert set(made) - gone <= set(seen) <= set(made) | fresh, "and nothing that stays is left out"


@exercises("packages.create packages.get")
def test_terms_are_given_ids_and_temporary_names_are_forgotten(offline: Offline) -> None:
    made = offline.package(
        recurring_credits=[],
        recurring_commits=[
            a_recurring_commit(
                temporary_id="seats",
                access_amount={"unit_price": 100},
                subscription_config={
                    "subscription_id": "team",
                    "apply_seat_increase_config": {"is_prorated": True},
                },
            )
        ],
        subscriptions=[a_subscription(temporary_id="team")],
        overrides=[
            a_multiplier(
                is_commit_specific=True,
                override_specifiers=[{"product_id": TOKENS, "recurring_commit_ids": ["seats"]}],
            )
        ],
    )
    package = offline.v1.packages.retrieve(package_id=made).data
    (subscription,) = package.subscriptions or []
    (recurring,) = package.recurring_commits or []
    assert recurring.subscription_config is not None
    assert recurring.subscription_config.subscription_template_id == subscription.id
    assert recurring.subscription_config.allocation == "POOLED"
    (override,) = package.overrides
    (specifier,) = override.override_specifiers or []
    assert specifier.recurring_commit_template_ids == [recurring.id]
