"""Products through the official SDK: creation, dated updates, and what is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import metronome
import pytest
from support.offline import CLOUD, CLOUD_METRIC, CREDIT, METRIC, NOW, TOKENS, HandClock, a_package, an_engine
from support.sdk_client import in_process

from pkgplan.engine import EngineError
from pkgplan.engine.resources import products

if TYPE_CHECKING:
    from collections.abc import Iterator

    from metronome.types.v1.contracts.product_retrieve_response import Data

    from pkgplan.engine import Engine

HOUR = NOW.replace(minute=0, second=0, microsecond=0)
WEEK = timedelta(weeks=1)
FULL: dict[str, Any] = {
    "name": "GPU hours",
    "type": "USAGE",
    "billable_metric_id": CLOUD_METRIC,
    "tags": ["compute", "gpu"],
    "pricing_group_key": ["cloud"],
    "presentation_group_key": ["region"],
    "quantity_conversion": {"conversion_factor": 3600.0, "operation": "DIVIDE", "name": "hours"},
    "quantity_rounding": {"rounding_method": "ROUND_HALF_UP", "decimal_places": 2.0},
}


@pytest.fixture
def clock() -> HandClock:
    """Stands still unless a test moves it."""
    return HandClock()


@pytest.fixture
def engine(clock: HandClock) -> Iterator[Engine]:
    """A seeded engine whose clock the test moves."""
    with an_engine(clock=clock) as engine:
        yield engine


def made(engine: Engine, **body: Any) -> str:
    return in_process(engine).v1.contracts.products.create(**{"name": "Fee", "type": "FIXED", **body}).data.id


def read(engine: Engine, product_id: str) -> Data:
    return in_process(engine).v1.contracts.products.retrieve(id=product_id).data


def update(engine: Engine, product_id: str, **body: Any) -> None:
    in_process(engine).v1.contracts.products.update(product_id=product_id, **body)


def test_a_product_comes_back_as_it_was_created(engine: Engine) -> None:
    shown = read(engine, made(engine, **FULL))
    state = shown.initial.to_dict(mode="json")
    assert {name: state[name] for name in FULL if name != "type"} == {
        name: value for name, value in FULL.items() if name != "type"
    }
    assert (shown.type, shown.current, shown.updates, shown.archived_at) == ("USAGE", shown.initial, [], None)


def test_a_usage_product_without_metric_is_taken(engine: Engine) -> None:
    assert read(engine, made(engine, type="USAGE")).initial.billable_metric_id is None


def test_both_names_of_services_are_one_type(engine: Engine) -> None:
    assert read(engine, made(engine, type="PROFESSIONAL_SERVICE")).type == "PRO_SERVICE"


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"type": "GIFT"}, "body/type"),
        ({"type": "FIXED", "pricing_group_key": ["x"]}, "only valid for USAGE"),
        ({"type": "USAGE", "composite_tags": ["x"]}, "only valid for COMPOSITE"),
        ({"type": "COMPOSITE"}, "must have composite_product_ids or composite_tags"),
        ({"type": "COMPOSITE", "composite_product_ids": ["nope"]}, 'product "nope" of composite'),
        ({"type": "USAGE", "billable_metric_id": "nope"}, 'billable metric "nope" not found'),
        (
            {"type": "USAGE", "billable_metric_id": CLOUD_METRIC, "pricing_group_key": ["cloud"]},
            "must be one compound group key",
        ),
        (
            {"type": "USAGE", "quantity_conversion": {"conversion_factor": 0, "operation": "DIVIDE"}},
            "conversion_factor",
        ),
        ({"custom_fields": {"unknown": "x"}}, 'custom field key "unknown"'),
        ({"tags": "x"}, "body/tags must be array"),
    ],
)
def test_what_is_at_odds_is_refused(engine: Engine, changes: dict[str, Any], problem: str) -> None:
    before = engine.call("products.list", {})
    with pytest.raises(EngineError, match=problem) as raised:
        engine.call("products.create", {"name": "x", "type": "FIXED", **changes})
    assert raised.value.status == 400
    assert engine.call("products.list", {}) == before


def test_an_update_changes_what_it_names_from_its_start_on(engine: Engine, clock: HandClock) -> None:
    product_id = made(engine, **FULL)
    update(engine, product_id, starting_at=HOUR + WEEK, name="GPU time", tags=["gpu"])
    before = read(engine, product_id)
    assert before.current == before.initial
    (change,) = before.updates
    assert (change.name, change.tags, change.starting_at) == ("GPU time", ["gpu"], HOUR + WEEK)
    assert change.billable_metric_id is None
    clock.instant = NOW + WEEK
    after = read(engine, product_id)
    assert (after.current.name, after.current.tags) == ("GPU time", ["gpu"])
    assert after.current.billable_metric_id == CLOUD_METRIC
    assert after.current.starting_at == HOUR + WEEK
    assert after.initial == before.initial


def test_the_update_made_last_wins_even_if_it_starts_earlier(engine: Engine) -> None:
    product_id = made(engine)
    update(engine, product_id, starting_at=HOUR - WEEK, name="made first")
    update(engine, product_id, starting_at=HOUR - 2 * WEEK, name="made last")
    shown = read(engine, product_id)
    assert shown.current.name == "made last"
    assert [each.name for each in shown.updates] == ["made first", "made last"]


def test_an_update_keeps_what_is_current_when_it_is_made(engine: Engine, clock: HandClock) -> None:
    product_id = made(engine)
    update(engine, product_id, starting_at=HOUR, name="now")
    update(engine, product_id, starting_at=HOUR + WEEK, name="later")
    update(engine, product_id, starting_at=HOUR + WEEK, tags=["x"])
    clock.instant = NOW + WEEK
    current = read(engine, product_id).current
    assert (current.name, current.tags) == ("now", ["x"])


def test_an_update_counts_from_its_first_instant_on(engine: Engine, clock: HandClock) -> None:
    product_id = made(engine)
    clock.instant = HOUR
    update(engine, product_id, starting_at=HOUR, name="first")
    update(engine, product_id, starting_at=HOUR, tags=["x"])
    current = read(engine, product_id).current
    assert (current.name, current.tags) == ("first", ["x"])


def test_null_takes_a_conversion_away(engine: Engine) -> None:
    product_id = made(engine, **FULL)
    update(engine, product_id, starting_at=HOUR, quantity_conversion=None)
    shown = read(engine, product_id)
    assert "quantity_conversion" not in shown.current.model_fields_set
    assert "quantity_conversion" in shown.updates[0].model_fields_set
    assert shown.current.quantity_rounding is not None


@pytest.mark.parametrize(
    ("body", "status", "problem"),
    [
        (
            {"starting_at": "2025-09-01T00:30:00Z"},
            400,
            "Product update effective at is required to be on an hour boundary",
        ),
        ({"starting_at": "2025-09-01T00:00:00Z", "pricing_group_key": ["x"]}, 400, "only valid for USAGE"),
        ({"starting_at": "soon"}, 400, "body/starting_at"),
        ({}, 400, "required property 'starting_at'"),
        ({"starting_at": "2025-09-01T00:00:00Z", "product_id": "nope"}, 404, 'product "nope" not found'),
    ],
)
def test_updates_that_cannot_be_are_refused(
    engine: Engine, body: dict[str, Any], status: int, problem: str
) -> None:
    with pytest.raises(EngineError, match=problem) as raised:
        engine.call("products.update", {"product_id": CREDIT, **body})
    assert raised.value.status == status
    assert read(engine, CREDIT).updates == []


def test_the_type_never_changes(engine: Engine) -> None:
    update(engine, CREDIT, starting_at=HOUR, extra_body={"type": "USAGE"})
    assert read(engine, CREDIT).type == "FIXED"


def test_archived_products_are_listed_on_demand_and_cannot_change(engine: Engine) -> None:
    product_id = made(engine)
    client = in_process(engine).v1.contracts.products
    assert client.archive(product_id=product_id).data.id == product_id
    assert read(engine, product_id).archived_at is not None
    listed = {
        choice: product_id in [each.id for each in client.list(archive_filter=choice)]
        for choice in ("ARCHIVED", "NOT_ARCHIVED", "ALL")
    }
    assert listed == {"ARCHIVED": True, "NOT_ARCHIVED": False, "ALL": True}
    for call in (
        lambda: client.archive(product_id=product_id),
        lambda: client.update(product_id=product_id, starting_at=HOUR, name="x"),
    ):
        with pytest.raises(metronome.BadRequestError, match="archived"):
            call()
    with pytest.raises(metronome.NotFoundError, match='product "nope" not found'):
        client.archive(product_id="nope")


def test_the_filter_of_a_list_has_capitals_only(engine: Engine) -> None:
    with pytest.raises(EngineError, match="archive_filter must be"):
        engine.call("products.list", {"archive_filter": "all"})


def test_pages_show_each_product_once_with_its_updates(engine: Engine) -> None:
    ids = [made(engine, name=f"p{number}") for number in range(23)]
    update(engine, ids[3], starting_at=HOUR, name="changed")
    listed = [*in_process(engine).v1.contracts.products.list(limit=4)]
    assert [each.id for each in listed][-23:] == ids
    assert {each.current.name for each in listed if each.updates} == {"changed"}


def test_custom_fields_come_with_the_product(engine: Engine) -> None:
    client = in_process(engine)
    client.v1.custom_fields.add_key(entity="contract_product", key="sku", enforce_uniqueness=False)
    product_id = made(engine, custom_fields={"sku": "F-1"})
    assert read(engine, product_id).custom_fields == {"sku": "F-1"}


def test_several_products_are_looked_up_as_they_are_at_an_instant(engine: Engine) -> None:
    update(engine, CLOUD, starting_at=HOUR, name="Now")
    update(engine, CLOUD, starting_at=HOUR + WEEK, name="Later", tags=["new"])
    ids = [CLOUD, TOKENS, "nope", CLOUD]
    with engine.reading() as connection:
        now = products.currents(connection, ids, HOUR)
        then = products.currents(connection, ids, HOUR + WEEK)
    assert {each.id: each.name for each in now.values()} == {CLOUD: "Now", TOKENS: "Input tokens"}
    assert (then[CLOUD].name, then[CLOUD].tags, then[CLOUD].type) == ("Later", ("new",), "USAGE")
    assert then[CLOUD].pricing_group_key == ("region", "cloud")
    assert then[TOKENS].billable_metric_id == METRIC


def test_packages_show_the_name_that_a_product_has_now(engine: Engine) -> None:
    update(engine, CREDIT, starting_at=HOUR, name="Welcome credit")
    client = in_process(engine).v1.packages
    package_id = client.create(**a_package()).data.id  # type: ignore[arg-type] # JSON as it is
    credits_ = client.retrieve(package_id=package_id).data.recurring_credits or []
    assert [each.product.name for each in credits_] == ["Welcome credit"]
