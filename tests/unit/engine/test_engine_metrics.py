"""Billable metrics through the official SDK: what is asked for, what comes back, what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import metronome
import pytest
from support.sdk_client import in_process

from pkgplan.engine import EngineError

if TYPE_CHECKING:
    from pkgplan.engine import Engine

SUM: dict[str, Any] = {
    "name": "Tokens",
    "aggregation_type": "SUM",
    "aggregation_key": "tokens",
    "event_type_filter": {"in_values": ["llm_request"]},
    "property_filters": [
        {"name": "tokens", "exists": True},
        {"name": "model", "in_values": ["gnome-large"]},
    ],
    "group_keys": [["model"]],
}


def create(engine: Engine, **changes: Any) -> str:
    return in_process(engine).v1.billable_metrics.create(**{**SUM, **changes}).data.id


def test_a_metric_comes_back_as_it_was_created(engine: Engine) -> None:
    shown = in_process(engine).v1.billable_metrics.retrieve(billable_metric_id=create(engine)).data.to_dict()
    assert {name: shown[name] for name in SUM} == SUM
    assert "archived_at" not in shown


@pytest.mark.parametrize("spelling", ["sum", "Sum", "SUM"])
def test_aggregations_are_taken_in_each_of_their_spellings(engine: Engine, spelling: str) -> None:
    metric_id = create(engine, aggregation_type=spelling)
    shown = in_process(engine).v1.billable_metrics.retrieve(billable_metric_id=metric_id).data
    assert shown.aggregation_type == "SUM"


@pytest.mark.parametrize("spelling", ["sUM", "SUm", "sUm"])
def test_a_mixed_spelling_is_none(engine: Engine, spelling: str) -> None:
    with pytest.raises(metronome.BadRequestError, match="aggregation_type must be"):
        create(engine, aggregation_type=spelling)


def test_a_filter_may_leave_open_whether_a_property_exists(engine: Engine) -> None:
    filters = [{"name": "a", "exists": None, "not_in_values": None}]
    metric_id = create(engine, aggregation_type="COUNT", group_keys=[], property_filters=filters)
    shown = in_process(engine).v1.billable_metrics.retrieve(billable_metric_id=metric_id).data
    assert shown.property_filters is not None
    assert shown.property_filters[0].exists is None


def test_sql_stands_alone(engine: Engine) -> None:
    metric_id = (
        in_process(engine)
        .v1.billable_metrics.create(name="Users", sql="SELECT 1 AS value FROM events")
        .data.id
    )
    shown = in_process(engine).v1.billable_metrics.retrieve(billable_metric_id=metric_id).data
    assert shown.sql == "SELECT 1 AS value FROM events"
    with pytest.raises(metronome.BadRequestError, match="mutually exclusive"):
        create(engine, sql="SELECT 1")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"aggregation_type": "MEAN"}, "body/aggregation_type"),
        ({"aggregation_key": "cost"}, 'property "cost" must have a property filter'),
        ({"group_keys": [["region"]]}, 'property "region" must have a property filter'),
        ({"property_filters": [{"name": "tokens", "exists": False}]}, 'property "tokens"'),
        ({"event_type_filter": {"in_values": []}}, "body/event_type_filter/in_values"),
        ({"property_filters": [{"exists": True}]}, "required property 'name'"),
        ({"custom_fields": {"unknown": "x"}}, 'custom field key "unknown"'),
        ({"name": None}, "'name' must not be null"),
    ],
)
def test_what_is_at_odds_is_refused(engine: Engine, changes: dict[str, Any], problem: str) -> None:
    before = engine.call("metrics.list")
    with pytest.raises(EngineError, match=problem) as raised:
        engine.call("metrics.create", {**SUM, **changes})
    assert raised.value.status == 400
    assert engine.call("metrics.list") == before


@pytest.mark.parametrize("missing", ["aggregation_type", "aggregation_key"])
def test_without_sql_an_aggregation_is_needed(engine: Engine, missing: str) -> None:
    body = {name: value for name, value in SUM.items() if name != missing}
    with pytest.raises(EngineError, match=f"must specify {missing}"):
        engine.call("metrics.create", body)


def test_counting_needs_no_key(engine: Engine) -> None:
    engine.call("metrics.create", {"name": "Calls", "aggregation_type": "count"})


def test_only_the_name_changes(engine: Engine) -> None:
    metric_id = create(engine)
    client = in_process(engine)
    client.v1.billable_metrics.update(
        billable_metric_id=metric_id, name="New", extra_body={"aggregation_key": "x"}
    )
    shown = client.v1.billable_metrics.retrieve(billable_metric_id=metric_id).data
    assert (shown.name, shown.aggregation_key) == ("New", "tokens")


def test_archived_metrics_are_listed_on_demand(engine: Engine) -> None:
    metric_id = create(engine)
    client = in_process(engine)
    assert client.v1.billable_metrics.archive(id=metric_id).data.id == metric_id
    assert metric_id not in [each.id for each in client.v1.billable_metrics.list()]
    (shown,) = [
        each for each in client.v1.billable_metrics.list(include_archived=True) if each.id == metric_id
    ]
    assert shown.archived_at is not None
    for call in (
        lambda: client.v1.billable_metrics.archive(id=metric_id),
        lambda: client.v1.billable_metrics.update(billable_metric_id=metric_id, name="x"),
    ):
        with pytest.raises(metronome.BadRequestError, match="archived"):
            call()


def test_pages_show_each_metric_once(engine: Engine) -> None:
    made = [create(engine, name=f"m{number}") for number in range(25)]
    listed = [each.id for each in in_process(engine).v1.billable_metrics.list(limit=7)]
    assert listed[-25:] == made
    assert len(set(listed)) == len(listed)


def test_unknown_ids_are_not_found(engine: Engine) -> None:
    client = in_process(engine)
    for call in (
        lambda: client.v1.billable_metrics.retrieve(billable_metric_id="nope"),
        lambda: client.v1.billable_metrics.update(billable_metric_id="nope", name="x"),
        lambda: client.v1.billable_metrics.archive(id="nope"),
    ):
        with pytest.raises(metronome.NotFoundError, match='billable metric "nope" not found'):
            call()


def test_custom_fields_come_with_the_metric(engine: Engine) -> None:
    client = in_process(engine)
    client.v1.custom_fields.add_key(entity="billable_metric", key="team", enforce_uniqueness=False)
    metric_id = create(engine, custom_fields={"team": "platform"})
    shown = client.v1.billable_metrics.retrieve(billable_metric_id=metric_id).data
    assert shown.custom_fields == {"team": "platform"}
