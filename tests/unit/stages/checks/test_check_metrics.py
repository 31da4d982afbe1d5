"""Metrics that the API takes, and group keys of products that are group keys of their metrics."""

from __future__ import annotations

from typing import Any

import pytest
from support.example_catalog import checked, example, expect

from pkgplan.model import rules

METRIC = "references/metric-input-tokens.yaml"
INPUT = "references/product-input-tokens.yaml"


@pytest.mark.parametrize(
    ("change", "at", "word"),
    [
        ({"aggregation_type": None}, "", "neither"),
        ({"aggregation_key": None}, "aggregation_type", 'no "aggregation_key"'),
        ({"property_filters": []}, "aggregation_key", '"input_tokens"'),
        ({"property_filters": [{"name": "input_tokens", "exists": False}]}, "aggregation_key", "no filter"),
        (
            {"property_filters": [{"name": "input_tokens", "not_in_values": ["0"]}]},
            "aggregation_key",
            "no filter",
        ),
        ({"group_keys": [["input_tokens"], ["input_tokens", "model"]]}, "group_keys.1.1", '"model"'),
    ],
)
def test_a_metric_that_says_too_little(change: dict[str, Any], at: str, word: str) -> None:
    catalog = example()
    spec = catalog.spec_of(METRIC)
    spec |= change
    for field in [name for name, value in spec.items() if value is None]:
        del spec[field]
    expect(catalog, rules.METRIC_DEFINITION, at, word, path=METRIC)


def test_counting_needs_no_property() -> None:
    catalog = example()
    spec = catalog.spec_of(METRIC)
    del spec["aggregation_key"], spec["property_filters"]
    spec["aggregation_type"] = "count"
    assert checked(catalog) == ()


def test_a_property_with_certain_values_is_there() -> None:
    catalog = example()
    catalog.split_up("pricing_group_key", "model")
    catalog.card["rates"][0]["pricing_group_values"] = {"model": "large"}
    catalog.spec_of(METRIC)["property_filters"][1] = {"name": "model", "in_values": ["large", "small"]}
    assert checked(catalog) == ()


def test_sql_stands_alone() -> None:
    catalog = example()
    spec = catalog.spec_of(METRIC)
    spec["sql"] = "SELECT 1 AS value"
    assert [finding.at.route[-1] for finding in checked(catalog)] == [
        "aggregation_key",
        "aggregation_type",
        "event_type_filter",
        "property_filters",
    ]
    for field in ("aggregation_key", "aggregation_type", "event_type_filter", "property_filters"):
        del spec[field]
    assert checked(catalog) == ()
    catalog.spec_of(INPUT)["presentation_group_key"] = ["whatever SQL gives"]
    assert checked(catalog) == ()


def test_both_group_keys_together_are_one_of_the_metric() -> None:
    catalog = example()
    catalog.split_up("presentation_group_key", "project", "model")
    catalog.spec_of(INPUT)["presentation_group_key"] = ["project"]
    found = expect(catalog, rules.GROUP_KEY_OF_METRIC, "presentation_group_key", '"project"', path=INPUT)
    assert found.related[0].at.route == ("spec", "group_keys")
    catalog.spec_of(INPUT)["pricing_group_key"] = ["model"]
    catalog.card["rates"][0]["pricing_group_values"] = {"model": "large"}
    assert checked(catalog) == ()


def test_a_metric_that_is_not_declared_has_no_group_keys_to_miss() -> None:
    catalog = example()
    catalog.spec_of(INPUT).update(billable_metric="gone", presentation_group_key=["project"])
    assert [finding.rule.code for finding in checked(catalog)] == ["PKG201"]
