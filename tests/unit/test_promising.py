"""What a contract is promised to be: terms by key, amounts as people say them, and what the engine then makes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from support.offline import (
    CARD,
    COINS,
    FEE,
    TOKENS,
    HandClock,
    a_credit,
    a_package,
    a_subscription,
    an_engine,
    without,
)
from support.offline_terms import (
    a_balance_threshold,
    a_charge,
    a_commit,
    a_flat_rate,
    a_multiplier,
    a_postpaid_commit,
    a_recurring_commit,
    a_single_credit,
    a_spend_threshold,
    a_tracker,
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
from pkgplan.report.text.contracts import promise_text

if TYPE_CHECKING:
    from pkgplan.model.canonical import JsonObject
    from pkgplan.ports import RemotePackage
    from pkgplan.report.contracts import ContractView

JANUARY_31 = datetime(2026, 1, 31, 7, tzinfo=UTC)
NAMES = {
    "pricing-unit/coins": COINS,
    "pricing-unit/USD": USD_CREDIT_TYPE_ID,
    "rate-card/tokens": CARD,
    "product/fee": FEE,
    "product/tokens": TOKENS,
}
BARE: JsonObject = {"id": "k-1", "customer_id": "c-1", "starting_at": "2026-01-01T00:00:00Z"}
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
    "spend_trackers": ("cap",),
}


def a_version(package: RemotePackage, payload: JsonObject) -> RecordedVersion:
    return RecordedVersion(
        PackageRef("x", 1),
        package.package_id,
        "",
        "",
        payload,
        NAMES,
        (),
        (),
        package.created_at,
        terms=KEYS,
    )


def provisioned(payload: JsonObject, clock: HandClock | None = None) -> tuple[Promise, ContractView]:
    """A promise, and the contract as it stands; with a clock, years later."""
    with an_engine(clock=clock or HandClock()) as engine:
        packages, contracts = EmbeddedPackages(engine), EmbeddedContracts(engine)
        live = packages.get(packages.create(payload))
        asked = Asked(EmbeddedCustomers(engine).create("C").customer_id, JANUARY_31)
        made = promise(asked, a_version(live, payload), live)
        contract_id = contracts.provision(made.request())
        if clock is not None:
            clock.instant = JANUARY_31.replace(year=2036)
        body = contracts.get(asked.customer_id, contract_id)
    return made, contract_view(body, [a_version(live, payload)])


def test_what_is_promised_is_what_the_contract_has() -> None:
    made, view = provisioned(with_terms(**EVERY_KIND))
    promised = [
        (term.path.partition(".")[0], term.role, term.at, term.window, amount_text(term.amount))
        for term in made.terms or ()
        if term.role != "term" and not term.role.startswith("grants")
    ]
    had = [
        (term.kind, term.role, term.at, term.window, term.amount)
        for term in view.terms
        if term.role != "term" and not term.role.startswith("grants")
    ]
    assert promised == had
    windows = [(term.path.partition(".")[0], term.window) for term in made.terms or () if term.role == "term"]
    assert windows == [(term.kind, term.window) for term in view.terms if term.role == "term"]
    assert made.window == view.window == Window(JANUARY_31, datetime(2026, 2, 28, 7, tzinfo=UTC))
    assert view.ref == made.ref


@pytest.mark.parametrize("frequency", [None, "DAILY", "WEEKLY", "MONTHLY", "ANNUAL"])
def test_what_is_promised_to_be_granted_is_what_the_contract_was_granted(frequency: str | None) -> None:
    commit = a_recurring_commit(recurrence_frequency=frequency)
    if frequency is None:
        commit = without(commit, "recurrence_frequency")
    payload = with_terms(recurring_commits=[commit], duration={"value": 100, "unit": "DAYS"})
    made, view = provisioned(payload, HandClock())
    for role, had_as in (("grants", "access"), ("grants-invoice", "invoice")):
        runs = [term for term in made.terms or () if term.role == role]
        had = sorted(
            (each.at or (each.window or made.window).start, each.amount)
            for each in view.terms
            if (each.kind, each.role) == ("commits", had_as)
        )
        assert [amount_text(run.amount) for run in runs for _ in range(run.count or 0)] == [
            amount for _, amount in had
        ]
        firsts = [sum(run.count or 0 for run in runs[:number]) for number in range(len(runs))]
        assert [run.window and run.window.start for run in runs] == [had[first][0] for first in firsts]


def test_terms_have_keys_and_amounts_have_units() -> None:
    made, view = provisioned(with_terms(**EVERY_KIND))
    said = [(term.path, term.role, amount_text(term.amount), term.count) for term in made.terms or ()]
    assert said == [
        ("commits.main", "access", "10.00 USD", None),
        ("commits.main", "invoice", "10.00 USD", None),
        ("commits.post", "access", "10.00 USD", None),
        ("commits.post", "uninvoiced", "10.00 USD", None),
        ("credits.gift", "access", "7 coins", None),
        ("credits.second", "access", "10.00 USD", None),
        ("recurring_commits.monthly", "grants", "10.00 USD", 1),
        ("recurring_commits.monthly", "grants-invoice", "9.00 USD", 1),
        # 17 hours of January, and of February all but 17.
        ("recurring_credits.signup-credit", "grants", "0.22849462365591 USD", 1),
        ("recurring_credits.signup-credit", "grants", "9.74702380952381 USD", 1),
        ("recurring_credits.units", "grants", "0.342741935484", 1),
        ("recurring_credits.units", "grants", "14.620535714286", 1),
        ("subscriptions.starter-fee", "term", None, None),
        ("overrides.launch", "term", None, None),
        ("overrides.later", "term", None, None),
        ("overrides.off", "term", None, None),
        ("scheduled_charges.setup", "charge", "5.00 USD", None),
        ("scheduled_charges.setup", "charge", "0.25 USD", None),
    ]
    gists = [(term.amount, term.says) for term in view.terms if term.role == "term"]
    assert gists == [
        (None, "quantity 1"), (None, "x 0.9"), (None, "flat rate 5"), (None, "not entitled, 0.02 USD"),
    ]  # fmt: skip


def test_what_has_no_amount_is_said_in_words() -> None:
    made, _ = provisioned(with_terms(**EVERY_KIND))
    assert {term.path: term.says for term in made.terms or () if term.says is not None} == {
        "subscriptions.starter-fee": "fee monthly, collected in advance",
        "overrides.launch": "x 0.9 on tokens",
        "overrides.later": "5 on tokens",
        "overrides.off": "not entitled, 0.02 USD on tokens",
    }


def test_a_grant_for_each_seat_says_so_next_to_what_it_is_at_first() -> None:
    per_seat = a_credit(
        access_amount={"unit_price": 1000, "credit_type_id": USD_CREDIT_TYPE_ID},
        subscription_config={
            "subscription_id": "starter-fee",
            "apply_seat_increase_config": {"is_prorated": False},
        },
    )
    payload = a_package(
        recurring_credits=[{**per_seat, "proration": "NONE"}],
        subscriptions=[a_subscription(initial_quantity=3)],
    )
    made, _ = provisioned(payload)
    credit, _ = made.terms or ()
    assert (amount_text(credit.amount), credit.says) == ("30.00 USD", "10.00 USD per period and seat")


def test_what_is_granted_without_an_end_is_granted_every_period() -> None:
    payload = without(a_package(recurring_credits=[without(a_credit(), "duration")]), "duration")
    made, _ = provisioned(payload)
    assert [line.split("  ")[-1].strip() for line in promise_text(made).splitlines() if "grants" in line] == [
        "0.22849462365591 USD",
        "10.00 USD every period",
    ]


def test_a_balance_for_a_thousand_years_is_shown_without_an_end() -> None:
    credit = a_credit(commit_duration={"value": 100_000, "unit": "PERIODS"}, recurrence_frequency="ANNUAL")
    made, view = provisioned(without(a_package(recurring_credits=[credit]), "duration"), HandClock())
    (promised,) = [term.window for term in made.terms or () if term.role == "grants"]
    assert promised == Window(JANUARY_31, None)
    assert [term.window for term in view.terms if term.kind == "credits"] == [promised]


def test_an_amount_for_each_period_keeps_every_digit() -> None:
    many: JsonObject = {"unit_price": 10**20 + 1, "quantity": 10**15 + 1, "credit_type_id": COINS}
    view = contract_view(
        {**BARE, "recurring_credits": [{**a_credit(access_amount=many), "starting_at": BARE["starting_at"]}]},
        [],
    )
    assert [term.amount for term in view.terms] == [f"100000000000000100001000000000000001 {COINS}"]


def test_settings_are_those_of_the_contract() -> None:
    payload = a_package(
        contract_name="Best customers",
        net_payment_terms_days=15,
        scheduled_charges_on_usage_invoices="ALL",
        usage_statement_schedule={"frequency": "QUARTERLY", "day": "CONTRACT_START"},
        spend_threshold_configuration=a_spend_threshold(),
        prepaid_balance_threshold_configuration=a_balance_threshold(),
        spend_trackers=[a_tracker()],
    )
    made, view = provisioned(payload)
    settings = {**(made.settings or {})}
    assert settings == {
        "contract_name": "Best customers",
        "rate_card_alias": "Tokens rate card",
        "net_payment_terms_days": "15",
        "usage_statement_schedule": "frequency quarterly, day contract_start",
        "scheduled_charges_on_usage_invoices": "all",
        "spend_threshold_configuration": "invoice each 200.00 USD of spend, once paid through stripe",
        "prepaid_balance_threshold_configuration": "at 5.00 USD recharge to 20.00 USD, once paid through stripe",
        "spend_trackers.cap": "counts coins of commit_purchase by threshold_recharge, manual, anew each billing_period",
    }
    # The alias has become a rate card, the day a date, and what a package may leave out is said.
    different = {"contract_name", "rate_card_alias", "usage_statement_schedule"}
    assert {name: said for name, said in settings.items() if name not in different} == {
        name: said
        for name, said in view.settings.items()
        if name not in {"rate_card", "usage_statement_schedule", "multiplier_override_prioritization"}
    }
    assert view.name == "Best customers"
    assert view.settings["rate_card"] == "tokens"
    assert view.settings["usage_statement_schedule"].startswith("billing_anchor_date 2026-01-31")
    foreign = contract_view({**BARE, "spend_threshold_configuration": a_spend_threshold()}, [])
    assert foreign.settings["spend_threshold_configuration"] == (
        "invoice each 20000 of spend, once paid through stripe (amounts as the API has them)"
    )


def test_the_billing_provider_of_a_contract_is_a_setting_of_it() -> None:
    provider: JsonObject = {
        "id": "b-1",
        "billing_provider": "stripe",
        "delivery_method": "direct_to_billing_provider",
    }
    view = contract_view({**BARE, "customer_billing_provider_configuration": provider}, [])
    assert view.settings == {
        "billing_provider": "stripe",
        "delivery_method": "direct_to_billing_provider",
    }


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
