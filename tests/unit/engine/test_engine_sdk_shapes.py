"""The official SDK's own types read the engine's answers, and the engine knows every input that they have."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin, get_type_hints

import metronome.types.v1.package_archive_response as archived
import metronome.types.v1.package_create_response as made
import metronome.types.v1.package_retrieve_response as retrieved
import pytest
from metronome.types.v1 import package_create_params as params
from metronome.types.v1.package_list_response import PackageListResponse
from pydantic import BaseModel
from support.offline import COINS, CREDIT, TOKENS, a_credit, a_package, a_subscription, an_alias, an_engine
from support.offline_terms import (
    START,
    YEAR,
    a_balance_threshold,
    a_charge,
    a_commit,
    a_fee,
    a_flat_rate,
    a_multiplier,
    a_recurring_commit,
    a_single_credit,
    a_spend_threshold,
    a_tracker,
    access,
    an_overwrite,
    dated,
    with_terms,
)

from pkgplan.engine.payloads import PackageCreate
from pkgplan.model.canonical import JsonObject, JsonValue, as_list, as_object, compact

if TYPE_CHECKING:
    from collections.abc import Iterator

ROUNDING: JsonObject = {"rounding_method": "HALF_UP", "decimal_places": 0}
FILTER: JsonObject = {
    "product_id": TOKENS,
    "product_tags": ["ai"],
    "pricing_group_values": {"region": "eu"},
    "presentation_group_values": {"seat_id": "1"},
}
DRAWS_DOWN: JsonObject = {
    "name": "Balance",
    "description": "d",
    "priority": Decimal("1.5"),
    "rate_type": "COMMIT_RATE",
    "applicable_product_ids": [TOKENS],
    "applicable_product_tags": ["ai"],
}
DISCOUNT: JsonObject = {
    "payment_fraction": Decimal("0.9"),
    "cap": {"spend_tracker_alias": "promo-cap", "amount": 100},
}
STRIPE_INVOICE: JsonObject = {
    "payment_gate_type": "STRIPE",
    "tax_type": "STRIPE",
    "stripe_config": {"payment_type": "INVOICE", "invoice_metadata": {"a": "b"}},
}
TAXED: JsonObject = {
    "payment_gate_type": "NONE",
    "tax_type": "PRECALCULATED",
    "precalculated_tax_config": {"tax_amount": 1, "tax_name": "VAT"},
}

# In the vendor's OpenAPI description, but not in the SDK.
BEYOND_SDK = {"exclude", "minimum_config"}
# What no create of a package can cause, or what cannot be known from one.
NEVER_READ = {
    "overrides.applicable_product_tags": "left over from contracts; packages filter by specifiers",
    "overrides.product": "the same",
    "scheduled_charges.description": "there is no such input",
    "subscriptions.custom_credit_type_id": "the unit of the rate, which may differ from one card to another",
    "subscriptions.fiat_credit_type_id": "the same",
}

# Every input field that exists in this engine, so that every output field it causes is read by the SDK.
EVERYTHING: JsonObject = a_package(
    uniqueness_key="everything",
    contract_name="Contract",
    aliases=[an_alias("A", "2025-10-01T00:00:00Z", "2026-10-01T00:00:00Z"), an_alias("B")],
    billing_provider="stripe",
    delivery_method="direct_to_billing_provider",
    multiplier_override_prioritization="EXPLICIT",
    scheduled_charges_on_usage_invoices="ALL",
    usage_statement_schedule={"frequency": "MONTHLY", "day": "CONTRACT_START"},
    recurring_credits=[
        a_credit(
            name="Credit",
            description="d",
            recurrence_frequency="MONTHLY",
            proration="FIRST",
            proration_rounding={"access": ROUNDING},
            rollover_fraction=1,
            rate_type="COMMIT_RATE",
            applicable_product_ids=[TOKENS],
            applicable_product_tags=["ai"],
        ),
        a_credit(
            temporary_id="seats",
            access_amount={"unit_price": 5, "access_type": "SPEND"},
            specifiers=[FILTER],
            subscription_config={
                "subscription_id": "seat-fee",
                "apply_seat_increase_config": {"is_prorated": True},
                "allocation": "INDIVIDUAL",
            },
        ),
    ],
    subscriptions=[
        a_subscription(
            name="Fee",
            description="d",
            starting_at_offset={"value": 1, "unit": "DAYS"},
            duration={"value": 6, "unit": "MONTHS"},
            custom_fields={"tier": "gold"},
            billing_cycle_config={"invoice_placement": "ON_SCHEDULED_INVOICE"},
            proration={"is_prorated": True, "invoice_behavior": "BILL_IMMEDIATELY", "rounding": ROUNDING},
        ),
        a_subscription(
            temporary_id="seat-fee",
            quantity_management_mode="SEAT_BASED",
            seat_config={"seat_group_key": "seat_id", "initial_unassigned_seats": 2},
        ),
    ],
    commits=[
        a_commit(
            access_schedule=access(access_type="SPEND", credit_type_id=COINS),
            invoice_schedule=dated(1, 2, do_not_invoice=True),
            custom_fields={"erp": "1"},
            rollover_fraction=Decimal("0.25"),
            **DRAWS_DOWN,
        ),
        a_commit(temporary_id="other", specifiers=[FILTER]),
    ],
    credits=[
        a_single_credit(
            access_schedule=access(access_type="QUANTITY"), custom_fields={"kind": "trial"}, **DRAWS_DOWN
        ),
        a_single_credit(specifiers=[FILTER]),
    ],
    recurring_commits=[
        a_recurring_commit(
            access_amount={"unit_price": 1, "quantity": 2, "credit_type_id": COINS, "access_type": "SPEND"},
            duration=YEAR,
            proration="LAST",
            proration_rounding={"access": ROUNDING, "invoice": ROUNDING},
            rollover_fraction=1,
            **DRAWS_DOWN,
        ),
        a_recurring_commit(
            temporary_id="pool",
            access_amount={"unit_price": 1},
            specifiers=[FILTER],
            subscription_config={
                "subscription_id": "seat-fee",
                "apply_seat_increase_config": {"is_prorated": True},
                "allocation": "POOLED",
            },
        ),
    ],
    scheduled_charges=[a_charge(name="Onboarding", custom_fields={"item": "1"}, schedule=dated(5))],
    overrides=[
        a_multiplier(
            {**FILTER, "commit_ids": ["main"], "recurring_commit_ids": ["monthly"]},
            {"product_id": TOKENS, "any_commit_or_credit_ids": ["main", "seats"]},
            is_commit_specific=True,
            target="LIST_RATE",
            priority=1,
            duration=YEAR,
        ),
        an_overwrite(a_flat_rate(credit_type_id=COINS), entitled=True),
        an_overwrite({"rate_type": "SUBSCRIPTION", "price": 1, "quantity": 1, "is_prorated": True}, a_fee()),
        an_overwrite({"rate_type": "TIERED", "tiers": [{"size": 5, "price": 2}, {"price": 1}]}),
        an_overwrite({"rate_type": "CUSTOM", "custom_rate": {"deep": [1, {"er": None}]}}),
        {
            "override_specifiers": [{"product_id": TOKENS}],
            "starting_at_offset": START,
            "type": "TIERED",
            "tiers": [{"size": 5, "multiplier": 1}, {"multiplier": Decimal("0.5")}],
            "priority": 2,
        },
    ],
    spend_threshold_configuration=a_spend_threshold(
        commit={"product_id": CREDIT, "name": "n", "description": "d", "priority": 1},
        payment_gate_config=STRIPE_INVOICE,
        discount_configuration=DISCOUNT,
    ),
    prepaid_balance_threshold_configuration=a_balance_threshold(
        custom_credit_type_id=COINS,
        commit={"product_id": CREDIT, "duration": YEAR, "rollover_fraction": 1, **DRAWS_DOWN},
        payment_gate_config=TAXED,
        discount_configuration=DISCOUNT,
        threshold_balance_specifiers=[
            {"exclude": [{"custom_field_filters": [{"entity": "Commit", "key": "k", "value": "v"}]}]}
        ],
    ),
    spend_trackers=[
        a_tracker(
            applicable_spend_specifiers=[
                {"spend_type": "COMMIT_PURCHASE", "sources": ["MANUAL"], "discounted": "ANY"}
            ]
        )
    ],
)


# What cannot stand next to something else in EVERYTHING.
OTHERWISE: JsonObject = with_terms(
    spend_threshold_configuration=a_spend_threshold(payment_gate_config=TAXED),
    prepaid_balance_threshold_configuration=a_balance_threshold(
        commit={"product_id": CREDIT, "specifiers": [FILTER]}, payment_gate_config=STRIPE_INVOICE
    ),
)


def unread(value: object, route: str = "") -> Iterator[str]:
    """Fields of an answer that the SDK's models do not know."""
    if isinstance(value, BaseModel):
        yield from (f"{route}.{name}" for name in value.model_extra or {})
        for name in type(value).model_fields:
            yield from unread(getattr(value, name), f"{route}.{name}")
    elif isinstance(value, list):
        for item in value:
            yield from unread(item, f"{route}[]")


def read_strictly(model: type[BaseModel], answer: JsonValue) -> Any:
    """JSON in, as over HTTP; strict, so that no text passes for a number; nothing may be left over."""
    value = model.model_validate_json(compact(answer), strict=True)
    assert list(unread(value)) == []
    return value


@pytest.mark.parametrize("body", [EVERYTHING, OTHERWISE, a_package(), {"name": "bare"}])
def test_the_sdk_reads_every_answer(body: JsonObject) -> None:
    with an_engine() as engine:
        answer = engine.call("packages.create", body)
        package_id = as_object(answer["data"])["id"]
        assert read_strictly(made.PackageCreateResponse, answer).data.id == package_id
        read = read_strictly(
            retrieved.PackageRetrieveResponse, engine.call("packages.get", {"package_id": package_id})
        )
        assert read.data.name == body["name"]
        listed = as_list(engine.call("packages.list", {})["data"])
        assert [read_strictly(PackageListResponse, item).id for item in listed] == [package_id]
        gone = read_strictly(
            archived.PackageArchiveResponse, engine.call("packages.archive", {"package_id": package_id})
        )
        assert gone.data.id == package_id
        read = read_strictly(
            retrieved.PackageRetrieveResponse, engine.call("packages.get", {"package_id": package_id})
        )
        assert read.data.archived_at is not None


def test_every_optional_output_of_the_sdk_is_caused_by_some_input() -> None:
    answers = []
    with an_engine() as engine:
        for body in (EVERYTHING, OTHERWISE):
            package_id = as_object(engine.call("packages.create", body)["data"])["id"]
            engine.call("packages.archive", {"package_id": package_id})
            answers.append(as_object(engine.call("packages.get", {"package_id": package_id})["data"]))
    assert set(unseen(retrieved.Data, answers)) == set(NEVER_READ)


def unseen(model: type[BaseModel], answers: list[JsonObject], route: str = "") -> Iterator[str]:
    """Fields of a model of the SDK that none of the answers has."""
    for name, info in model.model_fields.items():
        where = f"{route}.{name}".lstrip(".")
        values = [answer[name] for answer in answers if name in answer]
        if not values:
            yield where
            continue
        inner = model_in(info.annotation)
        if inner is not None:
            each = [item for value in values for item in (value if isinstance(value, list) else [value])]
            yield from unseen(inner, [as_object(item) for item in each], where)


def test_every_input_of_the_sdk_is_known_with_every_spelling() -> None:
    assert list(differences(params.PackageCreateParams, PackageCreate)) == []


def differences(sdk: Any, ours: type[BaseModel], route: str = "") -> Iterator[str]:
    """Fields that only one side has, and fields whose enums differ, down to the last object."""
    hints = get_type_hints(sdk)
    for name in (set(hints) - set(ours.model_fields)) | (set(ours.model_fields) - set(hints) - BEYOND_SDK):
        yield f"{route}.{name}"
    for name in set(hints) & set(ours.model_fields):
        hint, field = hints[name], ours.model_fields[name]
        where = f"{route}.{name}"
        if literals_in(hint) != literals_in(field.annotation):
            yield f"{where}: {literals_in(hint) ^ literals_in(field.annotation)}"
        inner, model = typed_dict_in(hint), model_in(field.annotation)
        if inner is not None and model is not None:
            yield from differences(inner, model, where)
        elif inner is not None or model is not None:
            yield f"{where} is an object on one side only"


def literals_in(hint: Any) -> set[object]:
    """The values of an enum, however it is wrapped."""
    if get_origin(hint) is Literal:
        return set(get_args(hint))
    if is_object(hint):
        return set()
    return {value for inner in get_args(hint) for value in literals_in(inner)}


def is_object(hint: Any) -> bool:
    return isinstance(hint, type) and get_origin(hint) is None and issubclass(hint, BaseModel)


def typed_dict_in(hint: Any) -> Any:
    """The TypedDict inside Required, Iterable and the like, if there is one."""
    if hasattr(hint, "__total__"):
        return hint
    return next((found for inner in get_args(hint) if (found := typed_dict_in(inner)) is not None), None)


def model_in(hint: Any) -> type[BaseModel] | None:
    """The model inside a list or an optional, if there is one."""
    if is_object(hint):
        model: type[BaseModel] = hint
        return model
    return next((found for inner in get_args(hint) if (found := model_in(inner)) is not None), None)
