"""Metrics count in one way, and products are split up as their metrics count (PKG261, PKG262).

Comes in: the index. Goes out: findings inside metrics and products. Never here: what SQL counts or groups by.
Source: POST /v1/billable-metrics/create and guide "Create billable metrics"; the field description of
`pricing_group_key` of POST /v1/contract-pricing/products/create.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pkgplan.model import rules
from pkgplan.model.diagnostics import Diagnostic, Related
from pkgplan.stages.checks.words import listed, quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.model.catalog.catalog import Declared
    from pkgplan.model.catalog.references import BillableMetricDocument, BillableMetricSpec
    from pkgplan.model.diagnostics import Route
    from pkgplan.stages.checks.index import Index

_INSTEAD_OF_SQL: Final = (
    "aggregation_type", "aggregation_key", "event_type_filter", "property_filters", "group_keys",
)  # fmt: skip


def check_metrics(index: Index) -> Iterator[Diagnostic]:
    """PKG262 for a metric that the API does not take."""
    for metric in index.catalog.metrics.values():
        spec = metric.document.spec
        for message, route, hint in _with_sql(spec) if spec.sql is not None else _aggregated(spec):
            text = f"metric {quote(metric.key)} {message}"
            yield Diagnostic(rules.METRIC_DEFINITION, text, metric.at("spec", *route), hint)


def _with_sql(spec: BillableMetricSpec) -> Iterator[tuple[str, Route, str]]:
    for field in _INSTEAD_OF_SQL:
        if getattr(spec, field):
            yield f'has both "sql" and {quote(field)}', (field,), "remove one of the two"


def _aggregated(spec: BillableMetricSpec) -> Iterator[tuple[str, Route, str]]:
    if spec.aggregation_type is None:
        hint = 'add "aggregation_type" with what becomes of the events: count, latest, max, sum or unique'
        yield 'has neither "aggregation_type" nor "sql"', (), hint
    elif spec.aggregation_type != "count" and spec.aggregation_key is None:
        hint = 'add "aggregation_key", the property whose values are counted'
        yield f'of type {quote(spec.aggregation_type)} has no "aggregation_key"', ("aggregation_type",), hint
    present = {each.name for each in spec.property_filters if each.exists or each.in_values}
    needed: dict[str, Route] = {}
    if spec.aggregation_key is not None and spec.aggregation_type != "count":
        needed[spec.aggregation_key] = ("aggregation_key",)
    for position, group in enumerate(spec.group_keys):
        for place, name in enumerate(group):
            needed.setdefault(name, ("group_keys", position, place))
    for name, route in needed.items():
        if name not in present:
            hint = f"add {{name: {name}, exists: true}} to property_filters"
            yield f"needs the property {quote(name)}, which no filter asks for", route, hint


def check_group_keys(index: Index) -> Iterator[Diagnostic]:
    """PKG261 for a product that is to be split up by properties by which its metric does not count."""
    for product in index.catalog.products.values():
        spec = product.document.spec
        keys = {*spec.pricing_group_key, *spec.presentation_group_key}
        metric = index.catalog.metrics.get(spec.billable_metric or "")
        if keys and metric is not None and not _counts_by(metric, keys):
            field = "pricing_group_key" if spec.pricing_group_key else "presentation_group_key"
            yield Diagnostic(
                rules.GROUP_KEY_OF_METRIC,
                f"product {quote(product.key)} is split up by {listed(keys)}, "
                f"which together are no group key of metric {quote(metric.key)}",
                product.at("spec", field),
                f"add [{', '.join(sorted(keys))}] to group_keys of the metric",
                (_groups_of(metric),),
            )


def _counts_by(metric: Declared[BillableMetricDocument], keys: set[str]) -> bool:
    spec = metric.document.spec
    return spec.sql is not None or any({*group} == keys for group in spec.group_keys)


def _groups_of(metric: Declared[BillableMetricDocument]) -> Related:
    if metric.document.spec.group_keys:
        return Related(metric.at("spec", "group_keys"), "the group keys of the metric are here")
    return Related(metric.at("spec"), "the metric has no group keys")
