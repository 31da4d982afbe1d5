"""The references of a catalog as the API's create bodies: metrics, products, pricing units, keys, rate cards.

Comes in: a catalog, and the ids that its names stand for. Goes out: `Prerequisite` values, whatever another one
refers to before it. Never here: making them exist, which only the embedded engine does.
Units: amounts in cents for USD, whole units for all else. Bodies leave the name out; `name` is that.
Source: SDK `billable_metric_create_params`, `product_create_params`, `rate_card_create_params`, `rate_add_params`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pkgplan.model.units import OTHER_CURRENCIES, USD, format_instant
from pkgplan.stages.compile.references import Ids
from pkgplan.stages.compile.values import amount, by_name, capitals, credit_type, number, present

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pkgplan.model.canonical import JsonObject
    from pkgplan.model.catalog.catalog import Catalog
    from pkgplan.model.catalog.package import Alias
    from pkgplan.model.catalog.rate_cards import CommitRate, Rate, RateCardSpec
    from pkgplan.model.catalog.references import (
        BillableMetricSpec,
        CustomFieldKeySpec,
        EventTypeFilter,
        ProductSpec,
        PropertyFilter,
        QuantityConversion,
        QuantityRounding,
    )


class Prerequisite(NamedTuple):
    """One thing that must exist: its kind in the API's words, its id, its name, and what else a create says."""

    kind: str
    id: str
    name: str
    body: JsonObject


def compile_prerequisites(catalog: Catalog, known: Mapping[str, str]) -> Iterator[Prerequisite]:
    """Everything that the references of a catalog declare, and every currency.

    Args:
        catalog: without errors.
        known: the id of each reference by its name, `product/starter-fee`.
    """
    ids = Ids(known)
    for key, metric in catalog.metrics.items():
        spec = metric.document.spec
        yield Prerequisite("billable_metric", ids.billable_metric(key), spec.name, _metric(spec))
    for key, unit in catalog.pricing_units.items():
        yield Prerequisite("credit_type", ids.credit_type(key), unit.document.spec.name, {})
    for code in OTHER_CURRENCIES:
        yield Prerequisite("credit_type", ids.credit_type(code), code, {})
    for field in catalog.custom_field_keys.values():
        yield _custom_field_key(field.document.spec)
    for key, product in catalog.products.items():
        sold = product.document.spec
        yield Prerequisite("product", ids.product(key), sold.name, _product(sold, ids))
    for key, card in catalog.rate_cards.items():
        prices = card.document.spec
        yield Prerequisite("rate_card", ids.rate_card(key), prices.name, _rate_card(prices, ids))


def _metric(spec: BillableMetricSpec) -> JsonObject:
    return present(
        aggregation_type=capitals(spec.aggregation_type),
        aggregation_key=spec.aggregation_key,
        event_type_filter=None if spec.event_type_filter is None else _values(spec.event_type_filter),
        property_filters=[
            present(name=each.name, exists=each.exists) | _values(each) for each in spec.property_filters
        ],
        group_keys=[[*group] for group in spec.group_keys],
        sql=spec.sql,
    )


def _values(spec: EventTypeFilter | PropertyFilter) -> JsonObject:
    return present(in_values=[*spec.in_values], not_in_values=[*spec.not_in_values])


def _custom_field_key(spec: CustomFieldKeySpec) -> Prerequisite:
    body: JsonObject = {
        "entity": spec.entity,
        "key": spec.key,
        "enforce_uniqueness": spec.enforce_uniqueness,
    }
    return Prerequisite("custom_field_key", f"{spec.entity}/{spec.key}", spec.key, body)


def _product(spec: ProductSpec, ids: Ids) -> JsonObject:
    return present(
        type=capitals(spec.type),
        billable_metric_id=None
        if spec.billable_metric is None
        else ids.billable_metric(spec.billable_metric),
        tags=[*spec.tags],
        composite_product_ids=[ids.product(key) for key in spec.composite_products],
        composite_tags=[*spec.composite_tags],
        pricing_group_key=[*spec.pricing_group_key],
        presentation_group_key=[*spec.presentation_group_key],
        quantity_conversion=_conversion(spec.quantity_conversion),
        quantity_rounding=_rounding(spec.quantity_rounding),
    )


def _conversion(spec: QuantityConversion | None) -> JsonObject | None:
    if spec is None:
        return None
    return present(
        conversion_factor=number(spec.conversion_factor),
        operation=capitals(spec.operation),
        name=spec.name,
    )


def _rounding(spec: QuantityRounding | None) -> JsonObject | None:
    if spec is None:
        return None
    return present(rounding_method=capitals(spec.rounding_method), decimal_places=spec.decimal_places)


def _rate_card(spec: RateCardSpec, ids: Ids) -> JsonObject:
    """A create body, and in `rates` the bodies of `addRate` without the id of the card."""
    fiat = ids.credit_type(spec.fiat_credit_type or USD)
    units = {rate.product: unit for rate in spec.rates if (unit := _unit(rate, ids))}
    return present(
        description=spec.description,
        aliases=[_alias(alias) for alias in spec.aliases],
        fiat_credit_type_id=fiat,
        credit_type_conversions=[
            present(
                custom_credit_type_id=ids.credit_type(each.custom_credit_type),
                fiat_per_custom_credit=each.fiat_per_custom_credit.to_api(),
            )
            for each in spec.credit_type_conversions
        ],
        rates=[_rate(rate, units.get(rate.product, fiat), ids) for rate in spec.rates],
    )


def _alias(alias: Alias) -> JsonObject:
    start, end = alias.starting_at, alias.ending_before
    return present(
        name=alias.name,
        starting_at=None if start is None else format_instant(start),
        ending_before=None if end is None else format_instant(end),
    )


def _unit(rate: Rate, ids: Ids) -> str | None:
    return credit_type([rate.price, *(tier.price for tier in rate.tiers)], ids)


def _rate(rate: Rate, unit: str, ids: Ids) -> JsonObject:
    """`unit` is for the type `custom`, which has no price that would tell; a share of other prices has no unit."""
    end = rate.ending_before
    return present(
        product_id=ids.product(rate.product),
        starting_at=format_instant(rate.starting_at),
        ending_before=None if end is None else format_instant(end),
        entitled=rate.entitled,
        billing_frequency=capitals(rate.billing_frequency),
        pricing_group_values=by_name(rate.pricing_group_values),
        credit_type_id=_unit(rate, ids) or (unit if rate.rate_type == "custom" else None),
        commit_rate=None if rate.commit_rate is None else _price(rate.commit_rate),
        **_price(rate),
    )


def _price(rate: Rate | CommitRate) -> JsonObject:
    return present(
        rate_type=capitals(rate.rate_type),
        price=amount(rate.price),
        tiers=[present(size=number(tier.size), price=amount(tier.price)) for tier in rate.tiers],
    )
