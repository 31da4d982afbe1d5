"""Overrides between two shapes: stored ones as `rating` takes them, and rates that they make as the API shows them.

Comes in: stored terms, rates of a rate card. Goes out: `DatedOverride`s, the SDK's `Rate`.
Never here: which override counts.
Source: SDK types `shared.override`, `shared.rate`; `exclude` is in the vendor's description only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pkgplan.engine.contracts.shown.balances import number
from pkgplan.engine.contracts.shown.terms import span_of
from pkgplan.engine.templates.scope import copied
from pkgplan.model.canonical import JsonObject, as_list, as_object
from pkgplan.rating.amounts import Amount, Step
from pkgplan.rating.selection import DatedOverride, DatedSpecifier, FactorTier, price_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pkgplan.engine.contracts.shown.balances import Number
    from pkgplan.model.canonical import JsonValue

_STEPPED: Final = {"PERCENTAGE": "TIERED_PERCENTAGE", "TIERED_PERCENTAGE": "TIERED_PERCENTAGE"}


def override_rate(list_rate: JsonObject, term: JsonObject) -> JsonObject | None:
    """The `Rate` that an override makes of a list rate; None if that has no price to be scaled.

    An overwrite that names no pricing unit is in the list rate's. Scaled prices keep every digit.
    """
    override = dated_override(term)
    if override.type == "overwrite":
        kept = copied(list_rate, ("credit_type", "pricing_group_values"))
        return {**kept, **as_object(term["overwrite_rate"])}
    amount = price_of(_amount(list_rate), override)
    if amount is None or amount == Amount():
        return None
    rate = {name: value for name, value in list_rate.items() if name not in {"price", "tiers"}}
    if amount.price is not None:
        return {**rate, "price": number(amount.price)}
    if override.type == "tiered":
        rate["rate_type"] = _STEPPED.get(str(list_rate["rate_type"]), "TIERED")
    return {**rate, "tiers": [_tier(step) for step in amount.tiers]}


def _tier(step: Step) -> JsonObject:
    size: JsonObject = {} if step.size is None else {"size": step.size}
    return {**size, "price": number(step.price)}


def _amount(rate: JsonObject) -> Amount:
    tiers = (as_object(tier) for tier in as_list(rate.get("tiers", [])))
    return Amount(
        _number(rate.get("price")),
        tuple(Step(_number(tier.get("size")), number(tier["price"])) for tier in tiers),
    )


def dated_override(term: JsonObject) -> DatedOverride:
    """A stored override as `rating` takes it."""
    span = span_of(term)
    kind, rate = term.get("type"), term.get("overwrite_rate")
    tiers = (as_object(tier) for tier in as_list(term.get("override_tiers", [])))
    return DatedOverride(
        override_id=str(term["id"]),
        start=span.start,
        end=span.end,
        specifiers=tuple(_specifier(as_object(each)) for each in as_list(term["override_specifiers"])),
        type=None if kind is None else str(kind).lower(),
        entitled=None if "entitled" not in term else term["entitled"] is True,
        multiplier=_number(term.get("multiplier")),
        priority=_number(term.get("priority")),
        tiers=tuple(FactorTier(_number(tier.get("size")), number(tier["multiplier"])) for tier in tiers),
        overwrite_rate=None if rate is None else _amount(as_object(rate)),
        is_commit_specific=term.get("is_commit_specific") is True,
    )


def _specifier(given: JsonObject) -> DatedSpecifier:
    return DatedSpecifier(
        product=_text(given.get("product_id")),
        product_tags=tuple(str(tag) for tag in as_list(given.get("product_tags", []))),
        pricing_group_values=_texts(given, "pricing_group_values"),
        presentation_group_values=_texts(given, "presentation_group_values"),
        billing_frequency=_text(given.get("billing_frequency")),
        excluded=tuple(
            frozenset(str(tag) for tag in as_list(as_object(each).get("product_tags", [])))
            for each in as_list(given.get("exclude", []))
        ),
    )


def _texts(given: JsonObject, name: str) -> Mapping[str, str]:
    return {key: str(value) for key, value in as_object(given.get(name, {})).items()}


def _text(value: JsonValue) -> str | None:
    return None if value is None else str(value)


def _number(value: JsonValue) -> Number | None:
    return None if value is None else number(value)
