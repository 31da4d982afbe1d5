"""The official SDK's own types read the engine's answers, and the engine knows every input that they have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

import metronome.types.v1.package_archive_response as archived
import metronome.types.v1.package_create_response as made
import metronome.types.v1.package_retrieve_response as retrieved
import pytest
from metronome.types.v1 import package_create_params as params
from metronome.types.v1.package_list_response import PackageListResponse
from pydantic import BaseModel
from support.offline import TOKENS, a_credit, a_package, a_subscription, an_alias, an_engine

from pkgplan.engine import payloads
from pkgplan.engine.terms import UNSUPPORTED
from pkgplan.model.canonical import JsonObject, JsonValue, as_list, as_object, compact

if TYPE_CHECKING:
    from collections.abc import Iterator

ROUNDING: JsonObject = {"rounding_method": "HALF_UP", "decimal_places": 0}

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
            specifiers=[
                {
                    "product_id": TOKENS,
                    "product_tags": ["ai"],
                    "pricing_group_values": {"region": "eu"},
                    "presentation_group_values": {"seat_id": "1"},
                }
            ],
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


@pytest.mark.parametrize("body", [EVERYTHING, a_package(), {"name": "bare"}], ids=["all", "starter", "bare"])
def test_the_sdk_reads_every_answer(body: JsonObject) -> None:
    with an_engine() as engine:
        answer = engine.create_package(body)
        package_id = as_object(answer["data"])["id"]
        assert read_strictly(made.PackageCreateResponse, answer).data.id == package_id
        read = read_strictly(
            retrieved.PackageRetrieveResponse, engine.get_package({"package_id": package_id})
        )
        assert read.data.name == body["name"]
        listed = as_list(engine.list_packages({})["data"])
        assert [read_strictly(PackageListResponse, item).id for item in listed] == [package_id]
        gone = read_strictly(
            archived.PackageArchiveResponse, engine.archive_package({"package_id": package_id})
        )
        assert gone.data.id == package_id
        read = read_strictly(
            retrieved.PackageRetrieveResponse, engine.get_package({"package_id": package_id})
        )
        assert read.data.archived_at is not None


@pytest.mark.parametrize(
    ("sdk", "ours", "later"),
    [
        (params.PackageCreateParams, payloads.PackageCreate, set(UNSUPPORTED)),
        (params.RecurringCredit, payloads.RecurringCredit, set()),
        (params.Subscription, payloads.Subscription, set()),
    ],
)
def test_every_input_of_the_sdk_is_known(sdk: type, ours: type[BaseModel], later: set[str]) -> None:
    assert set(get_type_hints(sdk)) == set(ours.model_fields) | later
    assert not later & set(ours.model_fields)


def test_every_nested_input_of_the_sdk_is_known() -> None:
    for sdk, ours in (
        (params.RecurringCredit, payloads.RecurringCredit),
        (params.Subscription, payloads.Subscription),
    ):
        for name, hint in get_type_hints(sdk).items():
            inner = typed_dict_in(hint)
            if inner is not None:
                model = model_in(ours.model_fields[name].annotation)
                assert model is not None, name
                assert set(get_type_hints(inner)) == set(model.model_fields), name


def typed_dict_in(hint: Any) -> Any:
    """The TypedDict inside Required, Iterable and the like, if there is one."""
    if hasattr(hint, "__total__"):
        return hint
    if get_origin(hint) is dict:
        return None
    return next((found for inner in get_args(hint) if (found := typed_dict_in(inner)) is not None), None)


def model_in(hint: Any) -> type[BaseModel] | None:
    """The model inside a list or an optional, if there is one."""
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return hint
    return next((found for inner in get_args(hint) if (found := model_in(inner)) is not None), None)
