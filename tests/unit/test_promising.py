"""What a contract is promised to be: terms by key, amounts as people say them, and what the engine then makes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from support.offline import COINS, EURO, a_credit, a_package, a_subscription, an_engine
from support.offline_terms import (
    a_charge,
    a_commit,
    a_flat_rate,
    a_multiplier,
    a_postpaid_commit,
    a_recurring_commit,
    a_single_credit,
    access,
    an_overwrite,
    dated,
    with_terms,
)

from pkgplan.engine import EmbeddedContracts, EmbeddedCustomers, EmbeddedPackages
from pkgplan.model.names import PackageRef
from pkgplan.model.record import RecordedVersion
from pkgplan.model.timeline import Window
from pkgplan.model.units import USD_CREDIT_TYPE_ID
from pkgplan.pipeline.promising import Asked, Promise, promise
from pkgplan.report.contract_view import contract_view
from pkgplan.report.contracts import amount_text

if TYPE_CHECKING:
    from pkgplan.engine import Engine
    from pkgplan.model.canonical import JsonObject
    from pkgplan.ports import RemotePackage
    from pkgplan.report.contracts import ContractView

JANUARY_31 = datetime(2026, 1, 31, 7, tzinfo=UTC)
UNITS = {"pricing-unit/coins": COINS, "pricing-unit/EUR": EURO}
EVERY_KIND: JsonObject = {
    "commits": [
        a_commit(),
        a_postpaid_commit(temporary_id="post", invoice_schedule=dated(1000, do_not_invoice=True)),
    ],
    "credits": [a_single_credit(access_schedule=access(7, credit_type_id=COINS)), a_single_credit()],
    "recurring_commits": [a_recurring_commit()],
    "recurring_credits": [
        a_credit(),
        a_credit(
            temporary_id="units", access_amount={"unit_price": 5, "quantity": 3, "access_type": "QUANTITY"}
        ),
    ],
    "subscriptions": [a_subscription()],
    "overrides": [
        a_multiplier(duration={"value": 1, "unit": "MONTHS"}),
        an_overwrite(a_flat_rate(), starting_at_offset={"value": 2, "unit": "WEEKS"}),
        an_overwrite(a_flat_rate(2, credit_type_id=USD_CREDIT_TYPE_ID), entitled=False),
    ],
    "scheduled_charges": [a_charge(schedule=dated(500, 25))],
    "duration": {"value": 1, "unit": "MONTHS"},
}
KEYS = {
    "credits": ("gift", "second"),
    "overrides": ("launch", "later", "off"),
    "scheduled_charges": ("setup",),
}


def a_version(package: RemotePackage, payload: JsonObject) -> RecordedVersion:
    return RecordedVersion(
        PackageRef("x", 1),
        package.package_id,
        "",
        "",
        payload,
        UNITS,
        (),
        (),
        package.created_at,
        terms=KEYS,
    )


def provisioned(engine: Engine, payload: JsonObject) -> tuple[Promise, ContractView]:
    packages, contracts = EmbeddedPackages(engine), EmbeddedContracts(engine)
    live = packages.get(packages.create(payload))
    asked = Asked(EmbeddedCustomers(engine).create("C"), JANUARY_31)
    made = promise(asked, a_version(live, payload), live)
    body = contracts.get(asked.customer_id, contracts.provision(made.request()))
    return made, contract_view(body, {live.package_id: made.ref}, {COINS: "coins"})


def test_what_is_promised_is_what_the_contract_has() -> None:
    with an_engine() as engine:
        made, view = provisioned(engine, with_terms(**EVERY_KIND))
    assert made.terms is not None
    promised = [
        (term.path.partition(".")[0], term.role, term.at, term.window, amount_text(term.amount))
        for term in made.terms
        if term.role != "term"
    ]
    # What a recurring commit costs, and what overrides and subscriptions are, is said of contracts only.
    had = [
        (term.kind, term.role, term.at, term.window, term.amount)
        for term in view.terms
        if term.role != "term" and (term.kind, term.role) != ("recurring_commits", "invoice")
    ]
    assert promised == had
    windows = [(term.path.partition(".")[0], term.window) for term in made.terms if term.role == "term"]
    assert windows == [(term.kind, term.window) for term in view.terms if term.role == "term"]
    assert made.window == view.window == Window(JANUARY_31, datetime(2026, 2, 28, 7, tzinfo=UTC))
    assert view.ref == made.ref


def test_terms_have_keys_and_amounts_have_units() -> None:
    with an_engine() as engine:
        made, view = provisioned(engine, with_terms(**EVERY_KIND))
    said = [(term.path, term.role, amount_text(term.amount), term.count) for term in made.terms or ()]
    assert said == [
        ("commits.main", "access", "10.00 USD", None),
        ("commits.main", "invoice", "10.00 USD", None),
        ("commits.post", "access", "10.00 USD", None),
        ("commits.post", "uninvoiced", "10.00 USD", None),
        ("credits.gift", "access", "7 coins", None),
        ("credits.second", "access", "10.00 USD", None),
        ("recurring_commits.monthly", "grants", "10.00 USD", 1),
        ("recurring_credits.signup-credit", "grants", "10.00 USD", 2),
        ("recurring_credits.units", "grants", "15", 2),
        ("subscriptions.starter-fee", "term", None, None),
        ("overrides.launch", "term", None, None),
        ("overrides.later", "term", None, None),
        ("overrides.off", "term", None, None),
        ("scheduled_charges.setup", "charge", "5.00 USD", None),
        ("scheduled_charges.setup", "charge", "0.25 USD", None),
    ]
    gists = [term.amount for term in view.terms if term.role == "term"]
    assert gists == ["quantity 1", "x 0.9", "flat rate 5", "not entitled, 0.02 USD"]


def test_terms_are_numbered_where_their_keys_are_not_known() -> None:
    with an_engine() as engine:
        packages = EmbeddedPackages(engine)
        payload = with_terms(credits=[a_single_credit(), a_single_credit()])
        live = packages.get(packages.create(payload))
    version = replace(a_version(live, payload), terms={})
    made = promise(Asked("c", JANUARY_31), version, live)
    assert [term.path for term in made.terms or ()] == ["credits.0", "credits.1"]
    assert made.ending_before is None


def test_without_what_was_sent_the_environment_tells_how_long_a_contract_lasts() -> None:
    with an_engine() as engine:
        packages = EmbeddedPackages(engine)
        live = packages.get(packages.create(a_package()))
    version = replace(a_version(live, {}), payload=None)
    made = promise(Asked("c", JANUARY_31), version, live)
    assert (made.ending_before, made.terms) == (JANUARY_31.replace(year=2027), None)


def test_a_contract_beyond_the_calendar_is_an_overflow() -> None:
    with an_engine() as engine:
        packages = EmbeddedPackages(engine)
        payload = with_terms(duration={"value": 9000, "unit": "YEARS"})
        live = packages.get(packages.create(payload))
    with pytest.raises(OverflowError):
        promise(Asked("c", JANUARY_31), a_version(live, payload), live)


def test_the_request_names_the_package_whatever_was_asked_for() -> None:
    asked = Asked("c-1", JANUARY_31, alias="Starter Plan", uniqueness_key="k")
    assert Promise(asked, PackageRef("x", 1), "p-1", None, ()).request() == {
        "customer_id": "c-1",
        "package_id": "p-1",
        "starting_at": "2026-01-31T07:00:00Z",
        "uniqueness_key": "k",
    }
