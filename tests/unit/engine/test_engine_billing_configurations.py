"""Billing provider configurations: set, read, archived all or none, and matched by provisioning."""

from __future__ import annotations

from typing import TYPE_CHECKING

import metronome
import pytest
from support.sdk_client import in_process

from pkgplan.engine import EngineError
from pkgplan.engine.resources.billing_configurations import matching

if TYPE_CHECKING:
    from metronome import Metronome

    from pkgplan.engine import Engine
    from pkgplan.engine.fields import DeliveryMethod
    from pkgplan.engine.resources.billing_configurations import Provider
    from pkgplan.model.canonical import JsonObject

UNKNOWN = "99999999-0000-4000-8000-000000000000"


@pytest.fixture
def sdk(engine: Engine) -> Metronome:
    return in_process(engine)


@pytest.fixture
def customer_id(sdk: Metronome) -> str:
    return sdk.v1.customers.create(name="Ada").data.id


def an_id(
    sdk: Metronome, customer_id: str, provider: Provider = "stripe", method: DeliveryMethod = "aws_sqs"
) -> str:
    """The id of a new configuration."""
    made = sdk.v1.customers.set_billing_configurations(
        data=[{"customer_id": customer_id, "billing_provider": provider, "delivery_method": method}]
    )
    return made.data[0].id or ""


def test_a_configuration_is_read_as_it_was_set(sdk: Metronome, customer_id: str) -> None:
    (made,) = sdk.v1.customers.set_billing_configurations(
        data=[
            {
                "customer_id": customer_id,
                "billing_provider": "stripe",
                "delivery_method": "direct_to_billing_provider",
                "configuration": {"stripe_customer_id": "cus_1", "stripe_collection_method": "send_invoice"},
                "tax_provider": "anrok",
            }
        ]
    ).data
    assert made.tax_provider == "anrok"
    (read,) = sdk.v1.customers.retrieve_billing_configurations(customer_id=customer_id).data
    assert (read.id, read.customer_id, read.billing_provider) == (made.id, customer_id, "stripe")
    assert read.configuration == made.configuration == {
        "stripe_customer_id": "cus_1",
        "stripe_collection_method": "send_invoice",
    }  # fmt: skip
    assert (read.delivery_method, read.delivery_method_configuration) == ("direct_to_billing_provider", {})
    assert read.delivery_method_id == made.delivery_method_id
    assert read.archived_at is None


def test_a_delivery_method_can_be_named_by_the_id_that_was_shown(sdk: Metronome, customer_id: str) -> None:
    an_id(sdk, customer_id, method="aws_sns")
    (first,) = sdk.v1.customers.retrieve_billing_configurations(customer_id=customer_id).data
    sdk.v1.customers.set_billing_configurations(
        data=[
            {"customer_id": customer_id, "billing_provider": "stripe", "delivery_method_id": each}
            for each in (first.delivery_method_id, UNKNOWN)
        ]
    )
    read = sdk.v1.customers.retrieve_billing_configurations(customer_id=customer_id).data
    assert [each.delivery_method for each in read] == ["aws_sns", "aws_sns", "direct_to_billing_provider"]
    assert read[2].delivery_method_id == UNKNOWN


def test_one_unknown_customer_keeps_all_of_them(sdk: Metronome, customer_id: str) -> None:
    wanted = [
        {"customer_id": each, "billing_provider": "stripe", "delivery_method": "tackle"}
        for each in (customer_id, UNKNOWN)
    ]
    with pytest.raises(metronome.NotFoundError, match=UNKNOWN):
        sdk.v1.customers.set_billing_configurations(data=wanted)  # type: ignore[arg-type] # plain text
    assert sdk.v1.customers.retrieve_billing_configurations(customer_id=customer_id).data == []


def test_archived_configurations_are_shown_when_asked_for(sdk: Metronome, customer_id: str) -> None:
    first, second = an_id(sdk, customer_id), an_id(sdk, customer_id)
    done = sdk.v1.customers.archive_billing_configurations(
        customer_id=customer_id, customer_billing_provider_configuration_ids=[first]
    ).data
    assert (done.customer_id, done.customer_billing_provider_configuration_ids) == (customer_id, [first])
    read = sdk.v1.customers.retrieve_billing_configurations(customer_id=customer_id).data
    assert [each.id for each in read] == [second]
    read = sdk.v1.customers.retrieve_billing_configurations(
        customer_id=customer_id, include_archived=True
    ).data
    assert [(each.id, each.archived_at is None) for each in read] == [(first, False), (second, True)]


def test_one_that_cannot_be_archived_keeps_all_of_them(sdk: Metronome, customer_id: str) -> None:
    other = sdk.v1.customers.create(name="Bob").data.id
    first, foreign = an_id(sdk, customer_id), an_id(sdk, other)
    for second in (UNKNOWN, foreign, first):
        with pytest.raises(metronome.BadRequestError, match=second):
            sdk.v1.customers.archive_billing_configurations(
                customer_id=customer_id, customer_billing_provider_configuration_ids=[first, second]
            )
    assert len(sdk.v1.customers.retrieve_billing_configurations(customer_id=customer_id).data) == 1


def test_unknown_customers_are_not_found(sdk: Metronome) -> None:
    with pytest.raises(metronome.NotFoundError):
        sdk.v1.customers.retrieve_billing_configurations(customer_id=UNKNOWN)
    with pytest.raises(metronome.NotFoundError):
        sdk.v1.customers.archive_billing_configurations(
            customer_id=UNKNOWN, customer_billing_provider_configuration_ids=[]
        )


@pytest.mark.parametrize(
    "wanted",
    [
        {"billing_provider": "paypal", "delivery_method": "tackle"},
        {"billing_provider": "stripe"},
        {"billing_provider": "stripe", "delivery_method": "pigeon"},
        {"billing_provider": "stripe", "delivery_method": "tackle", "configuration": []},
        {"delivery_method": "tackle"},
    ],
)
def test_bad_configurations_are_refused(engine: Engine, customer_id: str, wanted: JsonObject) -> None:
    with pytest.raises(EngineError, match="body/data/0") as caught:
        engine.call("billing_configurations.set", {"data": [{"customer_id": customer_id, **wanted}]})
    assert caught.value.status == 400


def test_only_what_is_active_and_alike_matches(engine: Engine, sdk: Metronome, customer_id: str) -> None:
    other = sdk.v1.customers.create(name="Bob").data.id
    an_id(sdk, other)
    an_id(sdk, customer_id, "netsuite")
    methods: tuple[DeliveryMethod, ...] = ("aws_sqs", "direct_to_billing_provider", "aws_sqs")
    archived, direct, queued = (an_id(sdk, customer_id, method=method) for method in methods)
    sdk.v1.customers.archive_billing_configurations(
        customer_id=customer_id, customer_billing_provider_configuration_ids=[archived]
    )
    with engine.reading() as store:
        assert [each.id for each in matching(store, customer_id, "stripe", "aws_sqs")] == [queued]
        assert [each.id for each in matching(store, customer_id, "stripe", None)] == [direct, queued]
        assert matching(store, customer_id, "stripe", "tackle") == []
