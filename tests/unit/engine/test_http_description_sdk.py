"""The published description asks for what the official SDK can send: the same fields, required ones and choices."""

from __future__ import annotations

import typing
from typing import TYPE_CHECKING, Any

import pytest
from metronome.types import v1, v2
from metronome.types.v1 import contracts
from metronome.types.v1.contracts import rate_cards

from pkgplan.engine.http.description import description
from pkgplan.engine.registry import OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCUMENT: Any = description(OPERATIONS.values(), with_token=False)
SCHEMAS: Any = DOCUMENT["components"]["schemas"]

# The parameters of each operation in the SDK. Those of paths are no fields there.
PARAMETERS: dict[str, Any] = {
    "metrics.create": v1.BillableMetricCreateParams,
    "metrics.list": v1.BillableMetricListParams,
    "metrics.update": v1.BillableMetricUpdateParams,
    "metrics.archive": v1.BillableMetricArchiveParams,
    "products.create": contracts.ProductCreateParams,
    "products.get": contracts.ProductRetrieveParams,
    "products.list": contracts.ProductListParams,
    "products.update": contracts.ProductUpdateParams,
    "products.archive": contracts.ProductArchiveParams,
    "pricing_units.create": v1.PricingUnitCreateParams,
    "pricing_units.list": v1.PricingUnitListParams,
    "pricing_units.archive": v1.PricingUnitArchiveParams,
    "rate_cards.create": contracts.RateCardCreateParams,
    "rate_cards.get": contracts.RateCardRetrieveParams,
    "rate_cards.list": contracts.RateCardListParams,
    "rate_cards.update": contracts.RateCardUpdateParams,
    "rate_cards.archive": contracts.RateCardArchiveParams,
    "rates.add": rate_cards.RateAddParams,
    "rates.add_many": rate_cards.RateAddManyParams,
    "rates.list": rate_cards.RateListParams,
    "rates.schedule": contracts.RateCardRetrieveRateScheduleParams,
    "packages.create": v1.PackageCreateParams,
    "packages.get": v1.PackageRetrieveParams,
    "packages.list": v1.PackageListParams,
    "packages.archive": v1.PackageArchiveParams,
    "customers.create": v1.CustomerCreateParams,
    "customers.list": v1.CustomerListParams,
    "customers.archive": v1.CustomerArchiveParams,
    "customers.set_name": v1.CustomerSetNameParams,
    "customers.set_ingest_aliases": v1.CustomerSetIngestAliasesParams,
    "billing_configurations.set": v1.CustomerSetBillingConfigurationsParams,
    "billing_configurations.get": v1.CustomerRetrieveBillingConfigurationsParams,
    "billing_configurations.archive": v1.CustomerArchiveBillingConfigurationsParams,
    "custom_fields.add_key": v1.CustomFieldAddKeyParams,
    "custom_fields.list_keys": v1.CustomFieldListKeysParams,
    "custom_fields.remove_key": v1.CustomFieldRemoveKeyParams,
    "custom_fields.set_values": v1.CustomFieldSetValuesParams,
    "custom_fields.delete_values": v1.CustomFieldDeleteValuesParams,
    "audit.list": v1.AuditLogListParams,
    "contracts.create": v1.ContractCreateParams,
    "contracts.get": v1.ContractRetrieveParams,
    "contracts.list": v1.ContractListParams,
    "contracts_v2.get": v2.ContractRetrieveParams,
    "contracts_v2.list": v2.ContractListParams,
    "contracts.update_end_date": v1.ContractUpdateEndDateParams,
    "contracts.archive": v1.ContractArchiveParams,
    "packages.list_contracts": v1.PackageListContractsOnPackageParams,
    "contracts.rate_schedule": v1.ContractRetrieveRateScheduleParams,
}
# Without parameters besides those of the path; not in the SDK; a bare array, which the SDK calls `usage`.
WITHOUT = {"metrics.get", "customers.get", "composite.create_customer_with_contract", "usage.ingest"}

FROM_PACKAGES_ONLY = (
    "commits",
    "credits",
    "discounts",
    "hierarchy_configuration",
    "overrides",
    "prepaid_balance_threshold_configuration",
    "professional_services",
    "recurring_commits",
    "recurring_credits",
    "reseller_royalties",
    "revenue_system_configuration",
    "scheduled_charges",
    "spend_threshold_configuration",
    "spend_trackers",
    "subscriptions",
    "usage_filter",
)
# What the two do not share, by the end of its path, with the reason.
EXCEPTIONS = {
    "composite_scope: ours only": "in the OpenAPI description; the SDK skips it (`x-stainless-skip`)",
    ".exclude: ours only": "in the OpenAPI description; the SDK skips it (`x-stainless-skip`)",
    "minimum_config: ours only": "in the OpenAPI description; the SDK skips it (`x-stainless-skip`)",
    "rate_cards.list.body: SDK only": "how the SDK calls the body, which is an empty object",
    "customers.create.billing_config: SDK only": "of plans, which packages replace; ignored",
    "customers.create.customer_revenue_system_configurations: SDK only": "not part of this engine; ignored",
    **{
        f"contracts.create.{name}: SDK only": "not described, but refused by name: terms come from packages"
        for name in FROM_PACKAGES_ONLY
    },
    **{
        f"contracts.create.{name}: SDK only": "for single clients of the vendor; ignored"
        for name in ("netsuite_sales_order_id", "salesforce_opportunity_id", "total_contract_value")
    },
}


def described(operation: str) -> dict[str, Any]:
    """The fields of an operation's path, query and body in one object."""
    (entry,) = (
        entry
        for by in DOCUMENT["paths"].values()
        for entry in by.values()
        if entry["operationId"] == operation
    )
    queries = [each for each in entry["parameters"] if each["in"] != "header"]
    body = entry.get("requestBody", {"content": {"application/json": {"schema": {}}}})
    schema = resolved(body["content"]["application/json"]["schema"])
    return {
        "properties": {each["name"]: each["schema"] for each in queries} | schema.get("properties", {}),
        "required": [each["name"] for each in queries if each["required"]] + schema.get("required", []),
    }


def resolved(schema: Any) -> Any:
    """A schema without reference, and without the null that may stand in its place."""
    if "anyOf" in schema:
        (schema,) = (each for each in schema["anyOf"] if each != {"type": "null"})
    return SCHEMAS[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def differences(schema: Any, wanted: Any, path: str = "") -> Iterator[str]:
    """Where a schema and a type of the SDK say different things."""
    schema, arguments = resolved(schema), typing.get_args(wanted)
    if typing.get_origin(wanted) in (typing.Annotated, typing.Required, typing.NotRequired):
        yield from differences(schema, arguments[0], path)
    elif typing.get_origin(wanted) is typing.Union:
        choice = next(each for each in arguments if each is not type(None))
        yield from differences(schema, choice, path)
    elif typing.get_origin(wanted) is typing.Literal:
        choices = {str(each).upper() for each in arguments}
        ours = {str(each).upper() for each in schema.get("enum", [schema.get("const")])}
        yield from (f"{path}={each}: ours only" for each in sorted(ours - choices))
        yield from (f"{path}={each}: SDK only" for each in sorted(choices - ours))
    elif hasattr(wanted, "__required_keys__"):
        yield from _of_fields(schema, wanted, path)
    elif schema.get("type") == "array":
        yield from differences(schema["items"], arguments[0], f"{path}[]")
    elif typing.get_origin(wanted) is dict and schema.get("type") != "object":
        yield f"{path}: no object"


def _of_fields(schema: Any, wanted: Any, path: str) -> Iterator[str]:
    hints = typing.get_type_hints(wanted, include_extras=True)
    fields = schema.get("properties", {})
    for name in sorted(fields.keys() | hints.keys()):
        inside = f"{path}.{name}"
        if name not in hints:
            yield f"{inside}: ours only"
        elif name not in fields:
            yield f"{inside}: SDK only"
        else:
            asked = (name in schema.get("required", []), typing.get_origin(hints[name]) is typing.Required)
            if asked[0] != asked[1]:
                yield f"{inside}: required by {'us' if asked[0] else 'the SDK'} only"
            yield from differences(fields[name], hints[name], inside)


def test_every_operation_is_compared() -> None:
    assert PARAMETERS.keys() | WITHOUT == OPERATIONS.keys()


@pytest.mark.parametrize("operation", PARAMETERS)
def test_the_description_and_the_sdk_agree(operation: str) -> None:
    found = differences(described(operation), PARAMETERS[operation], operation)
    assert [each for each in found if not each.endswith(tuple(EXCEPTIONS))] == []


def test_every_exception_is_one() -> None:
    found = [
        each for name, wanted in PARAMETERS.items() for each in differences(described(name), wanted, name)
    ]
    assert [end for end in EXCEPTIONS if not any(each.endswith(end) for each in found)] == []
