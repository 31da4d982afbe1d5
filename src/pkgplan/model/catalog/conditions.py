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


def money_unless(field: str, values: tuple[str, ...], amount: str) -> JsonDict:
    """`amount` must be money unless `field` has one of `values`."""
    return {"if": {"not": _is_one_of(field, values)}, "then": {"properties": {amount: MONEY_SCHEMA}}}


def _priced(amount: JsonDict, *, tiered: bool) -> JsonDict:
    tiers: JsonDict = {"items": {"properties": {"price": amount}}}
    return {
        "properties": {"price": amount, "tiers": tiers},
        "required": ["tiers" if tiered else "price"],
    }


def priced_by_rate_type() -> JsonDict:
    """What `price` and `tiers` must be for each `rate_type`; `custom` rates are left alone."""
    return {
        "allOf": [
            {"if": _is_one_of("rate_type", ("flat",)), "then": _priced(MONEY_SCHEMA, tiered=False)},
            {"if": _is_one_of("rate_type", ("tiered",)), "then": _priced(MONEY_SCHEMA, tiered=True)},
            {"if": _is_one_of("rate_type", ("percentage",)), "then": _priced(SHARE_SCHEMA, tiered=False)},
            {
                "if": _is_one_of("rate_type", ("tiered_percentage",)),
                "then": _priced(SHARE_SCHEMA, tiered=True),
            },
        ]
    }
