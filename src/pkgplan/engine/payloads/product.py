"""The bodies of products: what a create and a dated update may say, and which fields belong to which type.

Comes in: JSON. Goes out: models, or EngineError 400 for a field of another type. Never here: what is in the store.
Source: POST /v1/contract-pricing/products/{create,update}, SDK `product_{create,update}_params`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Final, Literal

from pydantic import StrictBool, StrictStr

from pkgplan.engine.faults import refused
from pkgplan.engine.fields import (
    AnyCase,
    AnyInstant,
    Body,
    CustomFields,
    EntityId,
    Label,
    NonEmpty,
    Number,
    Texts,
    WholeNotNegative,
)

if TYPE_CHECKING:
    from pkgplan.model.canonical import JsonObject

ProductType = Annotated[
    Literal["FIXED", "USAGE", "COMPOSITE", "SUBSCRIPTION", "PROFESSIONAL_SERVICE", "PRO_SERVICE"], AnyCase
]

# The fields that only products of one type may have.
_ONLY: Final = {
    "billable_metric_id": "USAGE",
    "pricing_group_key": "USAGE",
    "presentation_group_key": "USAGE",
    "quantity_conversion": "USAGE",
    "quantity_rounding": "USAGE",
    "composite_product_ids": "COMPOSITE",
    "composite_tags": "COMPOSITE",
    "exclude_free_usage": "COMPOSITE",
    "include_composite_spend": "COMPOSITE",
    "composite_scope": "COMPOSITE",
}


class QuantityConversion(Body):
    """From the unit of the events to the unit of the price."""

    conversion_factor: Number
    operation: Annotated[Literal["MULTIPLY", "DIVIDE"], AnyCase]
    name: NonEmpty | None = None


class QuantityRounding(Body):
    """How a quantity is rounded after conversion."""

    rounding_method: Annotated[Literal["ROUND_UP", "ROUND_DOWN", "ROUND_HALF_UP"], AnyCase]
    decimal_places: WholeNotNegative


class ProductState(Body):
    """What a product is from an instant on, besides its name."""

    NULLABLE: ClassVar[frozenset[str]] = frozenset({"quantity_conversion", "quantity_rounding"})

    billable_metric_id: EntityId | None = None
    composite_product_ids: list[EntityId] | None = None
    composite_tags: Texts | None = None
    exclude_free_usage: StrictBool | None = None
    include_composite_spend: StrictBool | None = None
    is_refundable: StrictBool | None = None
    netsuite_internal_item_id: StrictStr | None = None
    netsuite_overage_item_id: StrictStr | None = None
    presentation_group_key: Texts | None = None
    pricing_group_key: Texts | None = None
    quantity_conversion: QuantityConversion | None = None
    quantity_rounding: QuantityRounding | None = None
    sql_breakdown_granularity: Annotated[Literal["HOUR", "SERVICE_PERIOD"], AnyCase] | None = None
    tags: Texts | None = None


class ProductCreate(ProductState):
    """A new product; its type never changes. A USAGE product without metric is taken, and never charged."""

    name: Label
    type: ProductType
    composite_scope: Annotated[Literal["CUSTOMER", "CONTRACT"], AnyCase] | None = None
    custom_fields: CustomFields | None = None


class ProductUpdate(ProductState):
    """What changes from an instant on; what is left out stays as it is."""

    product_id: EntityId
    starting_at: AnyInstant
    name: Label | None = None


def check_state(product_type: str, state: JsonObject) -> None:
    """EngineError 400 for what belongs to products of another type, a composite product of nothing, or a factor of 0.

    Args:
        product_type: in capitals.
        state: what the product would be; empty fields say nothing.
    """
    for name, owner in _ONLY.items():
        if state.get(name) and product_type != owner:
            raise refused(f"{name} is only valid for {owner} products, this is a {product_type} product")
    if product_type == "COMPOSITE" and not (
        state.get("composite_product_ids") or state.get("composite_tags")
    ):
        raise refused("COMPOSITE products must have composite_product_ids or composite_tags")
    conversion = state.get("quantity_conversion")
    if isinstance(conversion, dict) and conversion["conversion_factor"] == 0:
        raise refused("conversion_factor must not be 0")
