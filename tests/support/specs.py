"""Random packages of the whole catalog language, built from the schema, that have no errors.

`a_spec` walks the schema of `kind: Package`: every optional field may be there, every enum value and every nested
object comes up. What the schema cannot say (two fields that exclude each other, keys of other terms, the unit that a
price must be in) is put right afterwards, term by term, in `mending.py`. `world` is the catalog that the packages
refer to.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from hypothesis import strategies as st

from pkgplan.model.schemas import schema_for
from pkgplan.model.source import SourceFile
from pkgplan.stages.checks import check
from pkgplan.stages.inherit import inherit
from pkgplan.stages.parse import parse
from pkgplan.stages.validate import validate
from support.mending import Mender
from support.random_values import (
    BY_FIELD,
    CUSTOM_FIELD,
    FEES,
    FREQUENCIES,
    GROUPS,
    PRICING_UNIT,
    SHARES,
    TAGS,
    USAGE,
    Chance,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from pkgplan.model.catalog.catalog import Catalog
    from pkgplan.model.diagnostics import Diagnostic

    Route = tuple[str, ...]

PATH: Final = "packages/random.yaml"
ENTITIES: Final = ("package_commit", "package_credit", "package_subscription", "package_scheduled_charge")
# Each package has the terms of one theme, and some others, so that what goes together meets often enough.
_THEMES: Final = (
    ("commits", "credits"),
    ("recurring_commits", "recurring_credits", "subscriptions"),
    ("commits", "recurring_credits", "overrides", "multiplier_override_prioritization"),
    ("spend_threshold_configuration", "prepaid_balance_threshold_configuration", "spend_trackers"),
    ("scheduled_charges", "billing_provider", "delivery_method", "usage_statement_schedule", "aliases"),
)
# The mender writes these.
_LATER: Final = frozenset({"from", "aliases", "retire", "rate_card", "rate_card_alias", "overrides"})


def world(currency: str) -> dict[str, Any]:
    """Everything but packages, by path; the one rate card is in `currency`."""
    documents: dict[str, Any] = {}

    def add(kind: str, key: str, spec: dict[str, Any]) -> None:
        documents[f"references/{kind.lower()}-{key}.yaml"] = {
            "apiVersion": "pkgplan/v1",
            "kind": kind,
            "metadata": {"key": key},
            "spec": spec,
        }

    add("Project", "random", {"namespace": "random", "environments": {"local": {"engine": "embedded"}}})
    shown = ["project", "user_id"]
    metric = {
        "name": "Metric",
        "aggregation_type": "count",
        "property_filters": [{"name": name, "exists": True} for name in (*GROUPS, *shown)],
        "group_keys": [shown, [*GROUPS, *shown]],
    }
    add("BillableMetric", "metric", metric)
    add("PricingUnit", PRICING_UNIT, {"name": "AI credits"})
    spec: dict[str, Any]
    for entity in ENTITIES:
        spec = {"entity": entity, "key": CUSTOM_FIELD, "enforce_uniqueness": False}
        add("CustomFieldKey", entity.replace("_", "-"), spec)
    for entity in ("commit", "contract-credit"):
        spec = {"entity": entity.replace("-", "_"), "key": CUSTOM_FIELD, "enforce_uniqueness": False}
        add("CustomFieldKey", entity, spec)
    add("Product", "grant", {"name": "Grant", "type": "fixed"})
    add("Product", "charge", {"name": "Charge", "type": "fixed"})
    for key in USAGE:
        more: dict[str, Any] = {"presentation_group_key": shown}
        if key == "grouped":
            more["pricing_group_key"] = [*GROUPS]
        spec = {"name": key, "type": "usage", "billable_metric": "metric", "tags": TAGS[key], **more}
        add("Product", key, spec)
    for key in FEES:
        add("Product", key, {"name": key, "type": "subscription", "tags": ["fees"]})
    for key in SHARES:
        add("Product", key, {"name": key, "type": "composite", "composite_products": ["plain"]})
    add("RateCard", "card", _card(currency))
    return documents


def _card(currency: str) -> dict[str, Any]:
    def rate(product: str, price: Any, **more: Any) -> dict[str, Any]:
        usual = {"starting_at": "2025-01-01", "entitled": True, "rate_type": "flat", "price": price}
        return {"product": product, **usual, **more}

    return {
        "name": "Card",
        "aliases": [{"name": "Card alias"}],
        "fiat_credit_type": currency,
        "credit_type_conversions": [
            {"custom_credit_type": PRICING_UNIT, "fiat_per_custom_credit": f"0.10 {currency}"}
        ],
        "rates": [
            rate(
                "plain",
                f"1.00 {currency}",
                commit_rate={"rate_type": "flat", "price": f"0.80 {currency}"},
            ),
            rate("in-credits", "3 ai-credits"),
            *(
                rate("grouped", f"2.00 {currency}", pricing_group_values={"model": model, "region": region})
                for model in GROUPS["model"]
                for region in GROUPS["region"]
            ),
            *(
                rate(fee, f"10.00 {currency}", billing_frequency=frequency)
                for fee in FEES
                for frequency in FREQUENCIES
            ),
            *(rate(share, Decimal("0.1"), rate_type="percentage") for share in SHARES),
        ],
    }


def document(spec: dict[str, Any], key: str = "random", kind: str = "Package") -> dict[str, Any]:
    """A spec with what goes around it in a file."""
    return {"apiVersion": "pkgplan/v1", "kind": kind, "metadata": {"key": key}, "spec": spec}


def catalog_with(spec: dict[str, Any], currency: str) -> tuple[Catalog, tuple[Diagnostic, ...]]:
    """The catalog with one package, and every finding about it."""
    return catalog_of([SourceFile(PATH, "", deepcopy(document(spec)))], currency)


def catalog_of(packages: Sequence[SourceFile], currency: str) -> tuple[Catalog, tuple[Diagnostic, ...]]:
    """The catalog with some files of packages and fragments, and every finding about them."""
    inherited = inherit(packages)
    clean, faults = validate(inherited.sources)
    parsed, refusals = parse(clean, complete=False)
    catalog = replace(_references(currency), packages=parsed.packages)
    return catalog, (*inherited.diagnostics, *inherited.unused, *faults, *refusals, *check(catalog))


@cache
def _references(currency: str) -> Catalog:
    clean, faults = validate([SourceFile(path, "", data) for path, data in world(currency).items()])
    catalog, refusals = parse(clean)
    assert (faults, refusals) == ((), ())
    return catalog


def a_spec(currency: str = "USD") -> st.SearchStrategy[dict[str, Any]]:
    """The spec of a package without errors; warnings and notes may be there."""
    return st.randoms(use_true_random=False).map(lambda random: random_spec(random, currency))


def random_spec(random: Random, currency: str = "USD") -> dict[str, Any]:
    """The same from any source of randomness: from a seeded one faster, and spread more evenly."""
    schema = schema_for("Package")["properties"]["spec"]
    chance = Chance(random)
    theme = chance.pick(*_THEMES)
    spec: dict[str, Any] = _Builder(chance, currency, theme).build(schema, ())
    Mender(chance, spec, currency, theme).mend()
    return spec


def another(chance: Chance, currency: str, route: Route) -> Any:
    """Some value of the right shape for a place of a spec; nothing is mended."""
    node = schema_for("Package")["properties"]["spec"]
    for part in route:
        node = node.get("properties", {}).get(part) or node["additionalProperties"]
    return _Builder(chance, currency, ()).build(node, route)


def fields_of(route: Route) -> tuple[str, ...]:
    """The fields that may be left out at a place of a spec."""
    node = schema_for("Package")["properties"]["spec"]
    for part in route:
        node = node.get("properties", {}).get(part) or node["additionalProperties"]
    return tuple(name for name in node["properties"] if name not in node.get("required", ()))


class _Builder:
    """Values of the shape that the schema asks for."""

    def __init__(self, chance: Chance, currency: str, theme: tuple[str, ...]) -> None:
        self._chance = chance
        self._currency = currency
        self._theme = theme

    def build(self, node: dict[str, Any], route: Route) -> Any:
        field = route[-1] if route else ""
        if field in BY_FIELD:
            return BY_FIELD[field](self._chance)
        if "x-pkgplan" in node:
            return self._ours(node["x-pkgplan"], field)
        match node.get("type"):
            case "object":
                return self._object(node, route)
            case "array":
                size = self._chance.whole(node.get("minItems", 0), 2)
                return [self.build(node["items"], (*route, "*")) for _ in range(size)]
        return self._scalar(node)

    def _scalar(self, node: dict[str, Any]) -> Any:
        if "const" in node:
            return node["const"]
        if "enum" in node:
            return self._chance.pick(*node["enum"])
        match node["type"]:
            case "string":
                return self._chance.text()
            case "boolean":
                return self._chance.flip()
            case "integer":
                return self._chance.whole(node.get("minimum", -5), node.get("maximum", 90))
            case "number":
                return self._chance.number(node)
        raise AssertionError(f"a {node['type']} has no random value")

    def _object(self, node: dict[str, Any], route: Route) -> Any:
        if isinstance(node.get("additionalProperties"), dict):
            least = int(route[-1] in self._theme)
            is_keyed = node["propertyNames"]["x-pkgplan"] == "key"
            keys = self._chance.keys(least) if is_keyed else [self._chance.name()]
            return {key: self.build(node["additionalProperties"], (*route, "*")) for key in keys}
        built = {}
        for name, inner in node.get("properties", {}).items():
            if name in node.get("required", ()) or self._is_there(name, at_top=not route):
                built[name] = self.build(inner, (*route, name))
        return built

    def _is_there(self, name: str, *, at_top: bool) -> bool:
        if not at_top:
            return self._chance.flip()
        if name in _LATER:
            return False
        return name in self._theme or self._chance.whole(0, 3) == 0

    def _ours(self, kind: str, field: str) -> Any:
        match kind:
            case "money" | "money-or-number":
                return self._chance.money(self._currency)
            case "span":
                return self._chance.span(0, 2)
            case "duration":
                return self._chance.span(1, 18)
            case "periods":
                return f"{self._chance.whole(1, 24)} periods"
            case "key":
                return self._chance.pick("grant", "charge")
            case "name" | "value":
                return self._chance.name()
            case _:
                raise AssertionError(f"{kind} of {field} has no random value")
