"""What every `PackageApi` must do, whatever is behind it (support/remotes.py)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from support.offline import NOW, a_credit, a_package, a_subscription, an_alias
from support.offline_terms import (
    a_balance_threshold,
    a_charge,
    a_commit,
    a_multiplier,
    a_recurring_commit,
    a_single_credit,
    a_spend_threshold,
    a_tracker,
    dated,
    with_terms,
)
from support.remotes import REMOTES

from pkgplan.errors import ApiConflict, ApiRejected
from pkgplan.model.timeline import AliasWindow, Window

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pkgplan.model.canonical import JsonObject
    from pkgplan.ports import PackageApi

OCTOBER = datetime(2025, 10, 1, tzinfo=UTC)
FEBRUARY = datetime(2026, 2, 1, tzinfo=UTC)


@pytest.fixture(params=list(REMOTES.values()), ids=list(REMOTES))
def packages(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PackageApi]:
    with request.param(tmp_path) as remote:
        yield remote.packages


def test_what_was_created_can_be_read(packages: PackageApi) -> None:
    package_id = packages.create(
        a_package(uniqueness_key="k", aliases=[an_alias("A", "2025-10-01T00:00:00Z")])
    )
    package = packages.get(package_id)
    assert package.package_id == package_id
    assert package.name == "Starter Plan"
    assert package.uniqueness_key == "package:k"
    assert package.windows == (AliasWindow("A", Window(OCTOBER)),)
    assert package.created_at == NOW.replace(microsecond=123000)
    assert package.archived_at is None
    assert package.body["id"] == package_id
    assert package.body["net_payment_terms_days"] == 15


def test_every_kind_of_term_can_be_created_and_read(packages: PackageApi) -> None:
    terms: JsonObject = {
        "commits": [a_commit()],
        "credits": [a_single_credit()],
        "recurring_commits": [a_recurring_commit()],
        "recurring_credits": [a_credit()],
        "subscriptions": [a_subscription()],
        "scheduled_charges": [a_charge()],
        "overrides": [a_multiplier()],
        "spend_threshold_configuration": a_spend_threshold(),
        "prepaid_balance_threshold_configuration": a_balance_threshold(),
        "spend_trackers": [a_tracker()],
    }
    body = packages.get(packages.create(with_terms(**terms))).body
    assert {name for name in terms if body.get(name)} == set(terms)


@pytest.mark.parametrize(
    ("terms", "status"),
    [
        ({"commits": [a_commit(type="POSTPAID", invoice_schedule=dated(1))]}, 400),
        ({"scheduled_charges": [a_charge(product_id="11111111-0000-4000-8000-00000000dead")]}, 404),
    ],
)
def test_a_term_that_breaks_a_rule_is_rejected(packages: PackageApi, terms: JsonObject, status: int) -> None:
    with pytest.raises(ApiRejected) as raised:
        packages.create(with_terms(**terms))
    assert raised.value.status == status
    assert list(packages.list()) == []


def test_a_package_without_a_key_or_an_alias(packages: PackageApi) -> None:
    package = packages.get(packages.create(a_package()))
    assert package.uniqueness_key is None
    assert package.windows == ()


def test_a_create_cuts_the_alias_of_the_package_before(packages: PackageApi) -> None:
    first = packages.create(a_package(aliases=[an_alias("A", "2025-10-01T00:00:00Z")]))
    second = packages.create(a_package(aliases=[an_alias("A", "2026-02-01T00:00:00Z")]))
    assert packages.get(first).windows == (AliasWindow("A", Window(OCTOBER, FEBRUARY)),)
    assert packages.get(second).windows == (AliasWindow("A", Window(FEBRUARY)),)


def test_a_used_key_is_a_conflict_also_after_archiving(packages: PackageApi) -> None:
    package_id = packages.create(a_package(uniqueness_key="k"))
    packages.archive(package_id)
    with pytest.raises(ApiConflict) as raised:
        packages.create(a_package(uniqueness_key="k"))
    assert raised.value.status == 409
    assert [package.package_id for package in packages.list()] == [package_id]


def test_a_body_that_breaks_a_rule_is_rejected(packages: PackageApi) -> None:
    with pytest.raises(ApiRejected) as raised:
        packages.create(a_package(duration={"value": 1, "unit": "FORTNIGHTS"}))
    assert raised.value.status == 400
    assert "duration" in raised.value.message
    assert list(packages.list()) == []


def test_a_body_that_names_what_is_not_there_is_rejected(packages: PackageApi) -> None:
    with pytest.raises(ApiRejected) as raised:
        packages.create(a_package(rate_card_alias="no such card"))
    assert raised.value.status == 404


def test_all_pages_are_listed_in_order_and_archived_packages_too(packages: PackageApi) -> None:
    ids = [packages.create({"name": str(number)}) for number in range(105)]
    packages.archive(ids[3])
    listed = list(packages.list())
    assert sorted(package.package_id for package in listed) == sorted(ids)
    assert [package.package_id for package in listed if package.archived_at is not None] == [ids[3]]


def test_an_archived_package_can_be_read(packages: PackageApi) -> None:
    package_id = packages.create(a_package())
    packages.archive(package_id)
    assert packages.get(package_id).archived_at is not None


def test_archiving_twice_is_rejected_with_422(packages: PackageApi) -> None:
    package_id = packages.create(a_package())
    packages.archive(package_id)
    with pytest.raises(ApiRejected) as raised:
        packages.archive(package_id)
    assert raised.value.status == 422


def test_a_package_that_is_not_there_is_rejected_with_404(packages: PackageApi) -> None:
    missing = "00000000-0000-4000-8000-00000000dead"
    for call in (packages.get, packages.archive):
        with pytest.raises(ApiRejected) as raised:
            call(missing)
        assert raised.value.status == 404
