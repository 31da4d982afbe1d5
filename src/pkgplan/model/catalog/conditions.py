"""JSON Schema conditions between sibling fields: where a value is money and where it is a number.

Comes in: the deciding field and its values. Goes out: `if`/`then` keywords for `json_schema_extra`.
Never here: conditions across terms or files; those are checks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.model.units import MONEY_PATTERN

if TYPE_CHECKING:
    from pydantic.config import JsonDict

# No price, grant or fee of a catalog is less than nothing, so the sign that Money itself takes is left out.
UNSIGNED_MONEY_PATTERN = MONEY_PATTERN.replace("-?", "", 1)
MONEY_SCHEMA: JsonDict = {
    "type": "string",
    "pattern": UNSIGNED_MONEY_PATTERN,
    "x-pkgplan": "money",
    "examples": ["10.00 USD"],
}
SHARE_SCHEMA: JsonDict = {"type": "number", "minimum": 0, "maximum": 1}


def _is_one_of(field: str, values: tuple[str, ...]) -> JsonDict:
    return {"properties": {field: {"enum": list(values)}}, "required": [field]}


def _is_left_out_or(field: str, values: tuple[str, ...]) -> JsonDict:
    return {"properties": {field: {"enum": list(values)}}}


def money_if(field: str, values: tuple[str, ...], amount: str) -> JsonDict:
    """`amount` must be money if `field` has one of `values` or is left out."""
    return {"if": _is_left_out_or(field, values), "then": {"properties": {amount: MONEY_SCHEMA}}}


def money_items_if(field: str, values: tuple[str, ...], items: str, amount: str) -> JsonDict:
    """`amount` of each of `items` must be money if `field` has one of `values` or is left out."""
    each: JsonDict = {"items": {"properties": {amount: MONEY_SCHEMA}}}
    return {"if": _is_left_out_or(field, values), "then": {"properties": {items: each}}}


def _priced(amount: JsonDict, *, tiered: bool) -> JsonDict:
    tiers: JsonDict = {"minItems": 1, "items": {"properties": {"price": amount}}}
    return {
        "properties": {"price": amount, "tiers": tiers},
        "required": ["tiers" if tiered else "price"],
    }


def priced_by_rate_type() -> JsonDict:
    """What `price` and `tiers` must be for each `rate_type`; `custom` rates are left alone."""
    return {
        "allOf": [
            {
                "if": _is_one_of("rate_type", ("flat", "subscription")),
                "then": _priced(MONEY_SCHEMA, tiered=False),
            },
            {"if": _is_one_of("rate_type", ("tiered",)), "then": _priced(MONEY_SCHEMA, tiered=True)},
            {"if": _is_one_of("rate_type", ("percentage",)), "then": _priced(SHARE_SCHEMA, tiered=False)},
            {
                "if": _is_one_of("rate_type", ("tiered_percentage",)),
                "then": _priced(SHARE_SCHEMA, tiered=True),
            },
        ]
    }
