"""Provisioning: which package or rate card a contract gets, what may be sent, custom fields, billing providers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import metronome
import pytest
from support.offline import (
    CARD,
    EURO_CARD,
    HandClock,
    a_credit,
    a_subscription,
    an_alias,
    an_engine,
)
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
from support.provisioned import (
    NOBODY,
    START,
    a_customer,
    an_engine_that_reads,
    provision,
    provisioned,
    refusal,
    sizes,
    the_package,
)
from support.sdk_client import in_process

from pkgplan.model.canonical import parse_json

if TYPE_CHECKING:
    from pkgplan.engine import Engine
    from pkgplan.model.canonical import JsonObject, JsonValue

STRIPE: dict[str, Any] = {"billing_provider": "stripe", "delivery_method": "direct_to_billing_provider"}


def body(engine: Engine, **changes: JsonValue) -> dict[str, Any]:
    """A create body on a package of its own."""
    chosen: JsonObject = (
        {} if {"package_id", "package_alias"} & changes.keys() else {"package_id": the_package(engine)}
    )
    return {"customer_id": a_customer(engine), "starting_at": START, **chosen, **changes}


def test_the_guide_s_package_becomes_a_contract_through_the_sdk(engine: Engine) -> None:
    client = in_process(engine)
    package_id = the_package(
        engine, aliases=[an_alias("Starter Plan", "2025-10-01T00:00:00Z")], contract_name="Starter"
    )
    customer_id = a_customer(engine)
    created = client.v1.contracts.create(
        customer_id=customer_id, package_alias="Starter Plan", starting_at=datetime(2025, 10, 1, tzinfo=UTC)
    ).data
    contract = created.contract
    assert contract is not None
    assert (contract.id, contract.package_id, contract.customer_id) == (created.id, package_id, customer_id)
    assert contract.starting_at == datetime(2025, 10, 1, tzinfo=UTC)
    assert contract.ending_before == datetime(2026, 10, 1, tzinfo=UTC)
    assert (contract.name, contract.net_payment_terms_days, contract.rate_card_id) == ("Starter", 15, CARD)
    assert contract.usage_statement_schedule.billing_anchor_date == contract.starting_at
    (credit,) = contract.recurring_credits or []
    assert credit.ending_before == datetime(2026, 1, 1, tzinfo=UTC)


def test_every_kind_of_term_passes_the_sdk_s_own_types(engine: Engine) -> None:
    package_id = the_package(
        engine,
        commits=[a_commit()],
        credits=[a_single_credit()],
        recurring_commits=[a_recurring_commit()],
        scheduled_charges=[a_charge()],
        spend_threshold_configuration=a_spend_threshold(),
        prepaid_balance_threshold_configuration=a_balance_threshold(),
        spend_trackers=[a_tracker()],
        overrides=[
            a_multiplier(
                {"any_commit_or_credit_ids": ["main"], "product_tags": ["x"]}, is_commit_specific=True
            )
        ],
    )
    contract = (
        in_process(engine)
        .v1.contracts.create(customer_id=a_customer(engine), package_id=package_id, starting_at=START)
        .data.contract
    )
    assert contract is not None
    kinds = (
        contract.commits,
        contract.credits,
        contract.scheduled_charges,
        contract.overrides,
        contract.subscriptions,
    )
    assert all(kinds)
    assert contract.spend_threshold_configuration is not None
    assert contract.prepaid_balance_threshold_configuration is not None


@pytest.mark.parametrize("starting_at", ["2020-02-29T23:00:00Z", "2031-01-01T00:00:00+02:00"])
def test_a_contract_may_start_in_the_past_and_in_the_future(engine: Engine, starting_at: str) -> None:
    contract = provisioned(engine, starting_at)
    assert contract.starting_at == datetime.fromisoformat(starting_at)


def test_the_alias_is_resolved_at_the_contract_s_start(engine: Engine) -> None:
    first = the_package(engine, aliases=[an_alias("Plan", "2025-01-01T00:00:00Z")])
    second = the_package(engine, aliases=[an_alias("Plan", "2025-10-01T00:00:00Z")])
    starts = {"2025-09-30T23:00:00Z": first, "2025-10-01T00:00:00Z": second, "2026-05-01T00:00:00Z": second}
    found = {start: provision(engine, package_alias="Plan", starting_at=start).package_id for start in starts}
    assert found == starts


def test_the_alias_is_resolved_now_under_the_other_reading() -> None:
    with an_engine_that_reads(alias_instant="now") as engine:
        first = the_package(engine, aliases=[an_alias("Plan", "2025-01-01T00:00:00Z")])
        the_package(engine, aliases=[an_alias("Plan", "2025-10-01T00:00:00Z")])
        assert provision(engine, package_alias="Plan", starting_at="2026-05-01T00:00:00Z").package_id == first


@pytest.mark.parametrize("status", ["400", "404"])
def test_an_alias_with_nobody_behind_it_is_refused(status: str) -> None:
    with an_engine_that_reads(alias_miss_status=status) as engine:
        the_package(engine, aliases=[an_alias("Plan", "2025-11-01T00:00:00Z")])
        error = refusal(engine, "contracts.create", body(engine, package_alias="Plan"), status=int(status))
    assert error.message == 'package alias "Plan" stands for nothing at 2025-10-01T00:00:00.000Z'


def test_the_rate_card_of_a_package_is_the_one_behind_its_alias_at_the_start(engine: Engine) -> None:
    client = in_process(engine)
    package_id = the_package(engine)
    later = client.v1.contracts.rate_cards.create(
        name="Dearer", aliases=[{"name": "Tokens rate card", "starting_at": "2025-12-01T00:00:00Z"}]
    ).data.id
    starts = {"2025-11-30T23:00:00Z": CARD, "2025-12-01T00:00:00Z": later}
    found = {
        start: provision(engine, package_id=package_id, starting_at=start).body["rate_card_id"]
        for start in starts
    }
    assert found == starts


def test_a_rate_card_alias_with_nobody_behind_it_is_refused(engine: Engine) -> None:
    package_id = the_package(engine)
    in_process(engine).v1.contracts.rate_cards.archive(id=CARD)
    error = refusal(engine, "contracts.create", body(engine, package_id=package_id))
    assert 'rate card alias "Tokens rate card" stands for nothing' in error.message


def test_an_archived_rate_card_takes_no_contracts(engine: Engine) -> None:
    created: Any = engine.call("packages.create", {"name": "By id", "rate_card_id": EURO_CARD})
    in_process(engine).v1.contracts.rate_cards.archive(id=EURO_CARD)
    error = refusal(engine, "contracts.create", body(engine, package_id=created["data"]["id"]))
    assert "is archived" in error.message


@pytest.mark.parametrize("status", ["400", "404"])
def test_an_archived_package_takes_no_contracts(status: str) -> None:
    with an_engine_that_reads(archived_package_status=status) as engine:
        package_id = the_package(engine)
        engine.call("packages.archive", {"package_id": package_id})
        error = refusal(engine, "contracts.create", body(engine, package_id=package_id), status=int(status))
    assert "is archived" in error.message


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "Mine"),
        ("rate_card_id", CARD),
        ("rate_card_alias", "Tokens rate card"),
        ("ending_before", "2026-01-01T00:00:00Z"),
        ("net_payment_terms_days", 1),
        ("commits", []),
        ("recurring_credits", [a_credit()]),
        ("usage_statement_schedule", {"frequency": "MONTHLY"}),
        ("billing_provider_configuration", STRIPE),
        ("multiplier_override_prioritization", "EXPLICIT"),
        ("usage_filter", {}),
        ("anything_else", None),
    ],
)
def test_beside_a_package_stands_what_may_and_nothing_else(
    engine: Engine, field: str, value: JsonValue
) -> None:
    the_package(engine, aliases=[an_alias("Plan")])
    for chosen in (body(engine), body(engine, package_alias="Plan")):
        error = refusal(engine, "contracts.create", {**chosen, field: value})
        assert error.message.startswith(f"{field} cannot be specified together with package_id")


@pytest.mark.parametrize(
    ("reading", "message"),
    [
        ("nobody", 'package alias "Plan" stands for nothing at 2025-10-01'),
        ("package", "is archived and takes no"),
    ],
)
def test_the_alias_of_an_archived_package_stands_for_nobody_or_for_it(reading: str, message: str) -> None:
    with an_engine_that_reads(archived_alias=reading) as engine:
        archived = the_package(engine, aliases=[an_alias("Plan")])
        engine.call("packages.archive", {"package_id": archived})
        assert message in refusal(engine, "contracts.create", body(engine, package_alias="Plan")).message
        # Either way it is free to be taken.
        later = the_package(engine, aliases=[an_alias("Plan")])
        assert provision(engine, package_alias="Plan").package_id == later


def test_package_and_alias_exclude_each_other(engine: Engine) -> None:
    package_id = the_package(engine, aliases=[an_alias("Plan")])
    error = refusal(engine, "contracts.create", body(engine, package_id=package_id, package_alias="Plan"))
    assert error.message == "package_id and package_alias are mutually exclusive"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"starting_at": "2025-10-01T00:30:00Z"}, "body/starting_at is required to be on an hour boundary"),
        (
            {"starting_at": "2025-10-01T00:00:00.000001Z"},
            "body/starting_at is required to be on an hour boundary",
        ),
        ({"starting_at": "2025-10-01"}, 'body/starting_at must match format "date-time"'),
        ({"starting_at": 1759276800}, "body/starting_at must be string"),
        ({"starting_at": None}, "body property 'starting_at' must not be null"),
        ({"package_id": 7}, "body/package_id must be string"),
        ({"uniqueness_key": ""}, "body/uniqueness_key must have at least 1 character"),
        ({"uniqueness_key": "k" * 129}, "body/uniqueness_key must have at most 128 characters"),
        ({"custom_fields": {"a": 1}}, "body/custom_fields/a must be string"),
        (
            {"transition": {"type": "SUPERSEDE", "from_contract_id": "x"}},
            "body/transition/type must be 'RENEWAL'",
        ),
        (
            {"transition": {"type": "RENEWAL"}},
            "body/transition must have required property 'from_contract_id'",
        ),
    ],
)
def test_malformed_fields_are_named(engine: Engine, changes: JsonObject, message: str) -> None:
    assert refusal(engine, "contracts.create", {**body(engine), **changes}).message == message


@pytest.mark.parametrize("missing", ["customer_id", "starting_at"])
def test_required_fields_are_required(engine: Engine, missing: str) -> None:
    sent = body(engine)
    del sent[missing]
    assert (
        refusal(engine, "contracts.create", sent).message == f"body must have required property '{missing}'"
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"customer_id": NOBODY},
        {"package_id": NOBODY},
        {"transition": {"type": "RENEWAL", "from_contract_id": NOBODY}},
    ],
)
def test_ids_that_stand_for_nothing_are_not_found(engine: Engine, changes: JsonObject) -> None:
    error = refusal(engine, "contracts.create", {**body(engine), **changes}, status=404)
    assert NOBODY in error.message


def test_an_archived_customer_gets_no_contracts(engine: Engine) -> None:
    sent = body(engine)
    engine.call("customers.archive", {"id": sent["customer_id"]})
    assert "is archived" in refusal(engine, "contracts.create", sent).message


def test_a_uniqueness_key_is_used_once_and_for_ever(engine: Engine) -> None:
    sent = body(engine, uniqueness_key="first")
    created: Any = engine.call("contracts.create", sent)
    error = refusal(engine, "contracts.create", sent, status=409)
    assert error.message == "This uniqueness key has already been used."
    ids: JsonObject = {"customer_id": sent["customer_id"], "contract_id": created["data"]["id"]}
    engine.call("contracts.archive", {**ids, "void_invoices": False})
    refusal(engine, "contracts.create", sent, status=409)
    with pytest.raises(metronome.ConflictError):
        in_process(engine).v1.contracts.create(**sent)


def test_a_refused_call_does_not_use_its_key_up(engine: Engine) -> None:
    sent = body(engine, uniqueness_key="k")
    refusal(engine, "contracts.create", {**sent, "package_id": NOBODY}, status=404)
    assert provision(engine, **sent).uniqueness_key == "k"


def test_what_happened_is_in_the_audit_log(engine: Engine) -> None:
    contract = provisioned(engine, contract_name="Starter")
    with engine.reading() as connection:
        row = connection.execute(
            "SELECT action, description FROM audit_log WHERE resource_type = 'contract' AND resource_id = ?",
            (contract.contract_id,),
        ).fetchone()
    assert row == ("create", "Starter")


# Billing providers.


def configured(engine: Engine, customer_id: str, *configurations: JsonObject) -> list[str]:
    data: JsonValue = [{"customer_id": customer_id, **each} for each in configurations]
    answer: Any = engine.call("billing_configurations.set", {"data": data})
    return [each["id"] for each in answer["data"]]


def stripe(account: str = "cus_1") -> JsonObject:
    return {
        **STRIPE,
        "configuration": {"stripe_customer_id": account, "stripe_collection_method": "charge_automatically"},
    }


def test_a_package_s_billing_provider_is_matched_with_the_customer_s(engine: Engine) -> None:
    customer_id = a_customer(engine)
    (configuration_id,) = configured(engine, customer_id, stripe())
    package_id = the_package(engine, **STRIPE)
    contract = provision(engine, customer_id=customer_id, package_id=package_id)
    assert contract.body["billing_configuration_id"] == configuration_id


def test_a_package_without_a_provider_bills_through_none(engine: Engine) -> None:
    customer_id = a_customer(engine)
    configured(engine, customer_id, stripe())
    contract = provision(engine, customer_id=customer_id, package_id=the_package(engine))
    assert "billing_configuration_id" not in contract.body


@pytest.mark.parametrize("status", ["400", "404"])
@pytest.mark.parametrize("count", [0, 2])
def test_exactly_one_configuration_has_to_match(status: str, count: int) -> None:
    with an_engine_that_reads(provider_mismatch_status=status) as engine:
        customer_id = a_customer(engine)
        configured(engine, customer_id, *(stripe(f"cus_{number}") for number in range(count)))
        sent = body(engine, customer_id=customer_id, package_id=the_package(engine, **STRIPE))
        error = refusal(engine, "contracts.create", sent, status=int(status))
    assert error.message.startswith(
        "the customer must have exactly one billing provider configuration with stripe"
    )


# Custom fields.


def register(engine: Engine, **keys: str) -> None:
    for entity, key in keys.items():
        engine.call("custom_fields.add_key", {"entity": entity, "key": key, "enforce_uniqueness": False})


FIELDED: dict[str, Any] = {
    "commits": [a_commit(custom_fields={"erp": "C-1"})],
    "credits": [a_single_credit(custom_fields={"kind": "promo"})],
    "subscriptions": [a_subscription(custom_fields={"tier": "gold"})],
    "scheduled_charges": [a_charge(custom_fields={"item": "setup"})],
}
PASSED = {
    "commits": ("commit", "erp"),
    "credits": ("contract_credit", "kind"),
    "subscriptions": ("subscription", "tier"),
    "scheduled_charges": ("scheduled_charge", "item"),
}


def test_custom_fields_of_a_package_s_terms_are_those_of_the_contract_s_terms(engine: Engine) -> None:
    register(engine, commit="erp", contract_credit="kind", subscription="tier", scheduled_charge="item")
    package_id = the_package(engine, **FIELDED)
    customer_id = a_customer(engine)
    client = in_process(engine)
    created = client.v1.contracts.create(
        customer_id=customer_id, package_id=package_id, starting_at=START
    ).data
    answer: Any = parse_json(created.to_json())
    contract = answer["contract"]
    shown = {kind: contract[kind][0]["custom_fields"] for kind in PASSED}
    assert shown == {
        "commits": {"erp": "C-1"},
        "credits": {"kind": "promo"},
        "subscriptions": {"tier": "gold"},
        "scheduled_charges": {"item": "setup"},
    }
    for kind, (entity, key) in PASSED.items():
        client.v1.custom_fields.set_values(
            entity=entity,  # type: ignore[arg-type]
            entity_id=contract[kind][0]["id"],
            custom_fields={key: "changed"},
        )
    package = client.v1.packages.retrieve(package_id=package_id).data
    assert package.commits[0].custom_fields == {"erp": "C-1"}, "the package's own values are frozen"
    second = provision(engine, package_id=package_id)
    with engine.reading() as connection:
        values = connection.execute(
            "SELECT value FROM custom_field_values v JOIN contract_terms t ON t.id = v.entity_id"
            " WHERE t.contract_seq = ? ORDER BY value",
            (second.seq,),
        ).fetchall()
    assert [value for (value,) in values] == ["C-1", "gold", "promo", "setup"]


def test_terms_without_custom_fields_can_be_given_some(engine: Engine) -> None:
    register(engine, commit="erp", contract_credit="kind", subscription="tier", scheduled_charge="item")
    terms: Any = provisioned(
        engine, commits=[a_commit()], credits=[a_single_credit()], scheduled_charges=[a_charge()]
    ).body
    for kind, (entity, key) in PASSED.items():
        engine.call(
            "custom_fields.set_values",
            {"entity": entity, "entity_id": terms[kind][0]["id"], "custom_fields": {key: "x"}},
        )


def test_a_key_has_to_be_registered_for_the_contract_s_term_too(engine: Engine) -> None:
    package_id = the_package(engine, commits=[a_commit(custom_fields={"erp": "C-1"})])
    error = refusal(engine, "contracts.create", body(engine, package_id=package_id))
    assert error.message == 'custom field key "erp" is not registered for commit'


def test_a_key_of_the_package_s_term_is_enough_under_the_other_reading() -> None:
    with an_engine_that_reads(pass_down_keys="package") as engine:  # noqa: S106 - keys of custom fields
        package_id = the_package(engine, commits=[a_commit(custom_fields={"erp": "C-1"})])
        customer_id = a_customer(engine)
        created = in_process(engine).v1.contracts.create(
            customer_id=customer_id, package_id=package_id, starting_at=START
        )
    assert created.data.contract is not None
    assert created.data.contract.commits[0].custom_fields == {"erp": "C-1"}


def test_the_contract_s_own_custom_fields_come_with_the_call(engine: Engine) -> None:
    sent = body(engine, custom_fields={"owner": "ada"})
    error = refusal(engine, "contracts.create", sent)
    assert error.message == 'custom field key "owner" is not registered for contract'
    register(engine, contract="owner")
    created = in_process(engine).v1.contracts.create(**sent)
    assert created.data.contract is not None
    assert created.data.contract.custom_fields == {"owner": "ada"}


def test_a_value_that_must_be_unique_is_refused_and_nothing_is_left_of_the_contract(engine: Engine) -> None:
    engine.call("custom_fields.add_key", {"entity": "commit", "key": "erp", "enforce_uniqueness": True})
    package_id = the_package(engine, commits=[a_commit(custom_fields={"erp": "C-1"})])
    provision(engine, package_id=package_id)
    refusal(engine, "contracts.create", body(engine, package_id=package_id))


# Contracts on a rate card alone.


def test_a_contract_can_be_on_a_rate_card_alone(engine: Engine) -> None:
    customer_id = a_customer(engine)
    (configuration_id,) = configured(engine, customer_id, stripe())
    created = in_process(engine).v1.contracts.create(
        customer_id=customer_id,
        starting_at="2024-09-15T00:00:00Z",
        ending_before="2025-09-15T00:00:00Z",
        name="By hand",
        rate_card_alias="Tokens rate card",
        net_payment_terms_days=30,
        multiplier_override_prioritization="EXPLICIT",
        scheduled_charges_on_usage_invoices="ALL",
        usage_statement_schedule={
            "frequency": "MONTHLY", "day": "CUSTOM_DATE", "billing_anchor_date": "2024-09-10T00:00:00Z",
        },
        billing_provider_configuration={"billing_provider_configuration_id": configuration_id},
        uniqueness_key="by-hand",
    )  # fmt: skip
    contract = created.data.contract
    assert contract is not None
    assert (contract.package_id, contract.name, contract.net_payment_terms_days) == (None, "By hand", 30)
    assert contract.ending_before == datetime(2025, 9, 15, tzinfo=UTC)
    assert contract.usage_statement_schedule.billing_anchor_date == datetime(2024, 9, 10, tzinfo=UTC)
    assert contract.multiplier_override_prioritization == "EXPLICIT"
    assert contract.scheduled_charges_on_usage_invoices == "ALL"
    assert contract.customer_billing_provider_configuration is not None
    assert contract.customer_billing_provider_configuration.id == configuration_id


def test_a_contract_needs_neither_package_nor_rate_card(engine: Engine) -> None:
    contract = provision(engine)
    assert "rate_card_id" not in contract.body
    assert contract.body["usage_statement_schedule"] == {
        "frequency": "MONTHLY",
        "day": "FIRST_OF_MONTH",
        "billing_anchor_date": "2025-10-01T00:00:00.000Z",
    }


def test_unknown_fields_are_ignored_without_a_package(engine: Engine) -> None:
    assert provision(engine, favourite_colour="blue").package_id is None


@pytest.mark.parametrize(
    "kind",
    [
        "commits",
        "credits",
        "recurring_commits",
        "overrides",
        "subscriptions",
        "scheduled_charges",
        "spend_trackers",
    ],
)
def test_terms_come_from_packages_only(engine: Engine, kind: str) -> None:
    error = refusal(
        engine,
        "contracts.create",
        {"customer_id": a_customer(engine), "starting_at": START, "rate_card_id": CARD, kind: []},
    )
    assert error.message.startswith(
        f"{kind}: the offline engine takes the terms of a contract from a package only"
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"rate_card_id": CARD, "rate_card_alias": "x"},
            "must not specify both rate_card_id and rate_card_alias",
        ),
        (
            {"starting_at": "9000-12-01T01:00:00Z"},
            "the contract cannot start at 9000-12-01T01:00:00.000Z: the year 9001 is not between 1900 and 9000",
        ),
        ({"rate_card_alias": "x"}, 'rate card alias "x" stands for nothing at 2025-10-01T00:00:00.000Z'),
        ({"ending_before": START}, "ending_before must be after starting_at"),
        (
            {"ending_before": "2026-10-01T00:00:01Z"},
            "body/ending_before is required to be on an hour boundary",
        ),
        (
            {"usage_statement_schedule": {"frequency": "MONTHLY", "day": "CUSTOM_DATE"}},
            "body/usage_statement_schedule must have required property 'billing_anchor_date' with day CUSTOM_DATE",
        ),
        (
            {"billing_provider_configuration": {"billing_provider": "stripe"}},
            (
                "billing_provider_configuration must specify either billing_provider_configuration_id, or "
                "billing_provider and delivery_method"
            ),
        ),
    ],
)
def test_fields_of_a_contract_on_a_rate_card_have_to_agree(
    engine: Engine, changes: JsonObject, message: str
) -> None:
    sent: JsonObject = {"customer_id": a_customer(engine), "starting_at": START, **changes}
    assert refusal(engine, "contracts.create", sent).message == message


@pytest.mark.parametrize(
    "changes",
    [
        {"rate_card_id": NOBODY},
        {"billing_provider_configuration": {"billing_provider_configuration_id": NOBODY}},
    ],
)
def test_ids_of_a_contract_on_a_rate_card_have_to_exist(engine: Engine, changes: JsonObject) -> None:
    sent: JsonObject = {"customer_id": a_customer(engine), "starting_at": START, **changes}
    assert NOBODY in refusal(engine, "contracts.create", sent, status=404).message


def test_the_configuration_of_another_customer_is_not_found(engine: Engine) -> None:
    (configuration_id,) = configured(engine, a_customer(engine), stripe())
    chosen: JsonObject = {"billing_provider_configuration_id": configuration_id}
    sent: JsonObject = {
        "customer_id": a_customer(engine),
        "starting_at": START,
        "billing_provider_configuration": chosen,
    }
    refusal(engine, "contracts.create", sent, status=404)


def test_provisioning_survives_a_restart(tmp_path: Any) -> None:
    path = tmp_path / "engine.db"
    with an_engine(path, clock=HandClock()) as engine:
        contract = provisioned(engine)
        before = sizes(engine)
    with an_engine(path, clock=HandClock()) as engine:
        assert sizes(engine) == before
        refusal(engine, "contracts.create", {"customer_id": contract.customer_id}, status=400)
