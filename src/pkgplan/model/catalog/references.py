"""The smaller reference kinds: metrics, products, pricing units and custom field keys.

Comes in: references/*.yaml. Goes out: one document class for each kind; rate cards have their own module.
Never here: their ids; those are pinned per environment.
Source: the SDK's `billable_metric_create_params`, `product_create_params`, `custom_field_add_key_params`.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pkgplan.model.catalog.document import Document
from pkgplan.model.catalog.fields import CatalogModel, Key, Name, Number, Several, Text

AggregationType = Literal["count", "latest", "max", "sum", "unique"]
ProductType = Literal["fixed", "usage", "composite", "subscription"]
CustomFieldEntity = Literal[
    "alert",
    "billable_metric",
    "charge",
    "commit",
    "contract",
    "contract_credit",
    "contract_product",
    "credit_grant",
    "customer",
    "customer_plan",
    "discount",
    "invoice",
    "package_commit",
    "package_credit",
    "package_scheduled_charge",
    "package_subscription",
    "plan",
    "product",
    "professional_service",
    "rate_card",
    "scheduled_charge",
    "subscription",
]


class EventTypeFilter(CatalogModel):
    """Which types of usage events a metric counts."""

    in_values: Several[str] = Field(
        default=(),
        description="Event types that count.",
        examples=[["llm_request"]],
    )
    not_in_values: Several[str] = Field(
        default=(),
        description="Event types that do not count.",
        examples=[["heartbeat"]],
    )


class PropertyFilter(CatalogModel):
    """What a property of a usage event must look like for the event to count."""

    name: Name = Field(description="The name of the property.", examples=["input_tokens"])
    exists: bool | None = Field(
        default=None,
        description="Whether the event must have the property (`true`) or must not have it (`false`).",
        examples=[True],
    )
    in_values: Several[str] = Field(
        default=(),
        description="Values that count.",
        examples=[["gnome-large", "gnome-small"]],
    )
    not_in_values: Several[str] = Field(
        default=(),
        description="Values that do not count.",
        examples=[["internal-test"]],
    )


class BillableMetricSpec(CatalogModel):
    """How usage events become a quantity."""

    name: Name = Field(
        description="The name of the metric in Metronome; pkgplan finds it by this name.",
        examples=["Input tokens"],
    )
    aggregation_type: AggregationType | None = Field(
        default=None,
        description="How the events of a period become one quantity. Left out only with `sql`.",
        examples=["sum"],
    )
    aggregation_key: Name | None = Field(
        default=None,
        description="The event property whose values are added up (or compared). Not needed for `count`.",
        examples=["input_tokens"],
    )
    event_type_filter: EventTypeFilter | None = Field(
        default=None,
        description="Which types of events count. Left out: all.",
        examples=[{"in_values": ["llm_request"]}],
    )
    property_filters: Several[PropertyFilter] = Field(
        default=(),
        description="What the properties of an event must look like; all filters must pass.",
        examples=[[{"name": "input_tokens", "exists": True}]],
    )
    group_keys: Several[Several[Name]] = Field(
        default=(),
        description="Sets of event properties by which usage can be split up, for pricing or on invoices.",
        examples=[[["model"], ["model", "project"]]],
    )
    sql: Text | None = Field(
        default=None,
        description="An SQL query instead of the aggregation, filters and group keys.",
        examples=["SELECT count(distinct user_id) AS value FROM events"],
    )


class QuantityConversion(CatalogModel):
    """From the unit of the events to the unit of the price."""

    conversion_factor: Number = Field(
        description="The number that the quantity is multiplied or divided by.",
        examples=[1000000],
    )
    operation: Literal["multiply", "divide"] = Field(
        description="What is done with the factor.",
        examples=["divide"],
    )
    name: Name | None = Field(
        default=None,
        description="A name for the unit that comes out.",
        examples=["millions of tokens"],
    )


class QuantityRounding(CatalogModel):
    """How a quantity is rounded after conversion."""

    rounding_method: Literal["round_up", "round_down", "round_half_up"] = Field(
        description="The direction of rounding.",
        examples=["round_up"],
    )
    decimal_places: int = Field(
        ge=0,
        description="Digits kept after the point.",
        examples=[0],
    )


class ProductSpec(CatalogModel):
    """Something that can appear as a line on an invoice."""

    name: Name = Field(
        description="The name of the product in Metronome and on invoices; pkgplan finds it by this name.",
        examples=["Input tokens"],
    )
    type: ProductType = Field(
        description="`usage` is priced by a metric, `subscription` per period, `composite` as a share of "
        "other products, and `fixed` is for credits, commits and charges.",
        examples=["usage"],
    )
    billable_metric: Key | None = Field(
        default=None,
        description="The key of the BillableMetric that counts the usage. Needed for `type: usage`.",
        examples=["input-tokens"],
    )
    tags: Several[Name] = Field(
        default=(),
        description="Tags by which credits and overrides can select products.",
        examples=[["tokens"]],
    )
    composite_products: Several[Key] = Field(
        default=(),
        description="Keys of the Products that a composite product is a share of. For `type: composite`.",
        examples=[["input-tokens", "output-tokens"]],
    )
    composite_tags: Several[Name] = Field(
        default=(),
        description="Tags of the products that a composite product is a share of. For `type: composite`.",
        examples=[["tokens"]],
    )
    pricing_group_key: Several[Name] = Field(
        default=(),
        description="Event properties by whose values the price differs. For `type: usage`.",
        examples=[["model"]],
    )
    presentation_group_key: Several[Name] = Field(
        default=(),
        description="Event properties by whose values the invoice shows separate lines. For `type: usage`.",
        examples=[["project"]],
    )
    quantity_conversion: QuantityConversion | None = Field(
        default=None,
        description="Turns the unit of the events into the unit of the price. For `type: usage`.",
        examples=[{"conversion_factor": 1000000, "operation": "divide"}],
    )
    quantity_rounding: QuantityRounding | None = Field(
        default=None,
        description="Rounds the quantity after conversion. For `type: usage`.",
        examples=[{"rounding_method": "round_up", "decimal_places": 0}],
    )


class PricingUnitSpec(CatalogModel):
    """A unit of a customer's own making, such as AI credits."""

    name: Name = Field(
        description="The name of the unit in Metronome; pkgplan finds it by this name.",
        examples=["AI credits"],
    )


class CustomFieldKeySpec(CatalogModel):
    """Permission to set a custom field on objects of one type."""

    entity: CustomFieldEntity = Field(
        description="The type of object that the field belongs to.",
        examples=["package_subscription"],
    )
    key: Name = Field(description="The name of the field.", examples=["erp_item"])
    enforce_uniqueness: bool = Field(
        description="Whether no two objects may have the same value. Archived objects count too.",
        examples=[False],
    )


class BillableMetricDocument(Document[BillableMetricSpec]):
    """A billable metric: how usage events become a quantity."""

    kind: Literal["BillableMetric"] = Field(
        description="This file declares a billable metric.", examples=["BillableMetric"]
    )
    spec: BillableMetricSpec = Field(
        description="How usage events become a quantity.",
        examples=[{"name": "Input tokens", "aggregation_type": "sum", "aggregation_key": "input_tokens"}],
    )


class ProductDocument(Document[ProductSpec]):
    """A product: something that can appear as a line on an invoice."""

    kind: Literal["Product"] = Field(description="This file declares a product.", examples=["Product"])
    spec: ProductSpec = Field(
        description="What the product is and how its quantity is counted.",
        examples=[{"name": "Input tokens", "type": "usage", "billable_metric": "input-tokens"}],
    )


class PricingUnitDocument(Document[PricingUnitSpec]):
    """A custom pricing unit, such as AI credits."""

    kind: Literal["PricingUnit"] = Field(
        description="This file declares a custom pricing unit.", examples=["PricingUnit"]
    )
    spec: PricingUnitSpec = Field(description="The unit.", examples=[{"name": "AI credits"}])


class CustomFieldKeyDocument(Document[CustomFieldKeySpec]):
    """A custom field that may be set on objects of one type."""

    kind: Literal["CustomFieldKey"] = Field(
        description="This file declares a custom field key.", examples=["CustomFieldKey"]
    )
    spec: CustomFieldKeySpec = Field(
        description="The field and the type of object that it belongs to.",
        examples=[{"entity": "package_subscription", "key": "erp_item", "enforce_uniqueness": False}],
    )
