"""Rules that a new rate must keep: inside itself, against its product, against its rate card.

Comes in: a parsed rate, what it is for. Goes out: a message for each fault. Never here: reading or writing rows.
Source: field descriptions of POST /v1/contract-pricing/rate-cards/addRate; guides "Create products" (which kinds
of rates a product can have, FIXED ones have none), "Create and manage rate cards" (all values of the group key, the
last tier is open), "Discounting on commits" (`commit_rate`), "Currencies and custom pricing units" (one unit for
a product on a card).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pkgplan.engine.payloads.overrides import OverwriteRate
from pkgplan.engine.terms.overrides import rate_faults
from pkgplan.model.units import USD_CREDIT_TYPE_ID

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pkgplan.engine.payloads.overrides import PriceTier
    from pkgplan.engine.payloads.rate import NewRate
    from pkgplan.engine.resources.products import Product

_PERCENTAGES: Final = ("PERCENTAGE", "TIERED_PERCENTAGE")
_TYPES: Final[Mapping[str, tuple[str, ...]]] = {
    "USAGE": ("FLAT", "TIERED", "CUSTOM"),
    "SUBSCRIPTION": ("FLAT", "SUBSCRIPTION", "CUSTOM"),
    "COMPOSITE": (*_PERCENTAGES, "CUSTOM"),
}
_ONLY_WITH: Final = {"tiers": ("TIERED", "TIERED_PERCENTAGE"), "custom_rate": ("CUSTOM",)}


def unit_id_of(rate_type: str, credit_type_id: str | None) -> str | None:
    """The pricing unit of a rate; percentages "use the credit type of associated rates", the default is USD."""
    return None if rate_type in _PERCENTAGES else credit_type_id or USD_CREDIT_TYPE_ID


def new_rate_faults(
    rate: NewRate, product: Product, units: Mapping[str, str], used: str | None
) -> Iterator[str]:
    """Every rule of a new rate.

    Args:
        rate: as it was sent.
        product: as it is when the rate begins.
        units: the pricing units of the card.
        used: the unit in which the card prices the product already, if it does.
    """
    yield from _priced(rate)
    yield from _window(rate)
    yield from _of_product(rate, product)
    yield from _unit(unit_id_of(rate.rate_type, rate.credit_type_id), units, used)
    if rate.commit_rate is not None:
        if product.type != "USAGE":
            yield f'commit_rate is only valid for USAGE products, "{product.id}" has type {product.type}'
        commit_rate = OverwriteRate.model_validate(rate.commit_rate.to_json())
        for message in (*_priced(commit_rate), *_kind(commit_rate, product)):
            yield f"commit_rate: {message}"


def _priced(rate: OverwriteRate) -> Iterator[str]:
    yield from rate_faults(rate)
    for field, types in _ONLY_WITH.items():
        if getattr(rate, field) is not None and rate.rate_type not in types:
            yield f"{field} is only valid for rate_type {' or '.join(types)}"
    yield from _tiers(rate.tiers or [])


def _tiers(tiers: list[PriceTier]) -> Iterator[str]:
    for tier in tiers[:-1]:
        if tier.size is None or tier.size <= 0:
            yield "every tier but the last must have a size > 0"
    if tiers and tiers[-1].size is not None:
        yield "the last tier must not have a size"
    if any(tier.price < 0 for tier in tiers):
        yield "price of a tier must be >= 0"


def _window(rate: NewRate) -> Iterator[str]:
    if rate.ending_before is not None and rate.ending_before <= rate.starting_at:
        yield "starting_at must be before ending_before"


def _of_product(rate: NewRate, product: Product) -> Iterator[str]:
    yield from _kind(rate, product)
    if product.is_archived:  # (assumed)
        yield f'product "{product.id}" is archived'
    if product.type == "SUBSCRIPTION":
        if rate.rate_type == "FLAT" and rate.billing_frequency is None:
            yield f'must specify billing_frequency for subscription product "{product.id}"'
    elif rate.billing_frequency is not None:
        yield f'billing_frequency is only valid for SUBSCRIPTION products, "{product.id}" is none'
    given, wanted = set(rate.pricing_group_values), set(product.pricing_group_key)
    if given != wanted:
        keys = ", ".join(product.pricing_group_key) or "none"
        yield f'pricing_group_values must have all keys of the pricing group key of "{product.id}": {keys}'


def _kind(rate: OverwriteRate, product: Product) -> Iterator[str]:
    allowed = _TYPES.get(product.type)
    if allowed is None:
        yield f'product "{product.id}" has type {product.type}, which has no rates'
    elif rate.rate_type not in allowed:
        yield (
            f'product "{product.id}" has type {product.type}, '
            f"whose rate_type can be {' or '.join(allowed)}, not {rate.rate_type}"
        )


def _unit(unit: str | None, units: Mapping[str, str], used: str | None) -> Iterator[str]:
    if unit is None:
        return
    if unit not in units:
        yield f'credit type "{unit}" is neither the fiat of the rate card nor converted into it'
    elif used not in {None, unit}:
        yield f'the credit type of a product on a rate card cannot change, it is "{used}"'
