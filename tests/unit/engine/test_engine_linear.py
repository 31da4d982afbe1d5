"""Twice as much in a body is twice the work, for Python and for SQLite: counted in steps, not in time."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from starlette.requests import Request
from support.offline import BEGAN, CARD, COINS, METRIC, TOKENS, a_credit, a_subscription, an_engine
from support.offline_terms import a_commit, a_single_credit, access, dated, with_terms
from support.provisioned import provisioned
from support.python_steps import opcodes_of
from support.sqlite_steps import steps_of

from pkgplan.engine.faults import EngineError
from pkgplan.engine.http.app import _query
from pkgplan.engine.http.bodies import _value_of
from pkgplan.engine.resources import rate_selectors
from pkgplan.model.canonical import as_object, compact
from pkgplan.model.timeline import SAFEST, LaterWindows, TakeoverRule

if TYPE_CHECKING:
    from collections.abc import Callable

    from pkgplan.engine import Engine
    from pkgplan.model.canonical import JsonObject

FEW, MANY = 40, 80
# Twice, and something for what does not depend on the size.
LINEAR = 2.25
SEGMENT: JsonObject = {
    "amount": 1,
    "starting_at_offset": {"value": 0, "unit": "DAYS"},
    "duration": {"value": 1, "unit": "DAYS"},
}
OVERRIDE: JsonObject = {
    "override_specifiers": [{"product_id": TOKENS}],
    "starting_at_offset": {"value": 0, "unit": "DAYS"},
    "type": "MULTIPLIER",
    "multiplier": 1,
}
RATE: JsonObject = {"product_id": TOKENS, "entitled": True, "rate_type": "FLAT", "price": 1}


def hour(number: int) -> str:
    return (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=number)).strftime("%Y-%m-%dT%H:00:00Z")


def windows(count: int, first: int = 0) -> list[Any]:
    """Windows of one alias with gaps between them."""
    return [
        {"name": "a", "starting_at": hour(4 * each + first), "ending_before": hour(4 * each + first + 1)}
        for each in range(count)
    ]


def named(count: int, **more: Any) -> list[Any]:
    return [{"name": f"n{number}", **more} for number in range(count)]


def linked(count: int) -> JsonObject:
    names = [f"s{number}" for number in range(count)]
    seats: JsonObject = {"apply_seat_increase_config": {"is_prorated": False}}
    return with_terms(
        subscriptions=[a_subscription(temporary_id=name) for name in names],
        recurring_credits=[
            a_credit(
                temporary_id=f"of {name}",
                access_amount={"unit_price": 1},
                subscription_config={"subscription_id": name, **seats},
            )
            for name in names
        ],
    )


BODIES: dict[str, tuple[str, Callable[[int], Any]]] = {
    "aliases": ("packages.create", lambda count: with_terms(aliases=named(count, starting_at=hour(0)))),
    "schedule items": (
        "packages.create",
        lambda count: with_terms(
            credits=[a_single_credit(access_schedule=access(schedule_items=[SEGMENT] * count))]
        ),
    ),
    "charges": (
        "packages.create",
        lambda count: with_terms(
            scheduled_charges=[
                {"product_id": a_single_credit()["product_id"], "schedule": dated(*[1] * count)}
            ]
        ),
    ),
    "commits": (
        "packages.create",
        lambda count: with_terms(commits=[a_commit(temporary_id=str(each)) for each in range(count)]),
    ),
    "linked": ("packages.create", linked),
    "overrides": ("packages.create", lambda count: with_terms(overrides=[OVERRIDE] * count)),
    "specifiers": (
        "packages.create",
        lambda count: with_terms(
            overrides=[{**OVERRIDE, "override_specifiers": [{"product_id": TOKENS}] * count}]
        ),
    ),
    "wrong": ("packages.create", lambda count: with_terms(aliases=[1] * count, credits=[{}] * count)),
    "unknown": ("packages.archive", lambda count: {f"k{number}": 1 for number in range(count)}),
    "rates": (
        "rates.add_many",
        lambda count: {
            "rate_card_id": CARD,
            "rates": [{**RATE, "starting_at": hour(each)} for each in range(count)],
        },
    ),
    "rate cards": ("rate_cards.create", lambda count: {"name": "x", "aliases": windows(count)}),
    "conversions": (
        "rate_cards.create",
        lambda count: {
            "name": "x",
            "credit_type_conversions": [
                {"custom_credit_type_id": f"{COINS}{each or ''}", "fiat_per_custom_credit": 1}
                for each in range(count)
            ],
        },
    ),
    "metrics": (
        "metrics.create",
        lambda count: {
            "name": "x",
            "aggregation_type": "COUNT",
            "property_filters": named(count, exists=True),
            "group_keys": [[f"n{number}"] for number in range(count)],
        },
    ),
    "tags": (
        "products.create",
        lambda count: {
            "name": "x",
            "type": "USAGE",
            "billable_metric_id": METRIC,
            "tags": [str(n) for n in range(count)],
        },
    ),
    "ingest aliases": (
        "customers.create",
        lambda count: {"name": "x", "ingest_aliases": [str(number) for number in range(count)]},
    ),
    "events": (
        "usage.ingest",
        lambda count: [
            {
                "transaction_id": str(number),
                "customer_id": "x",
                "event_type": "x",
                "timestamp": "2025-09-01T00:00:00Z",
                "properties": {str(each): each for each in range(count)},
            }
            for number in range(count)
        ][: count // 8],
    ),
}


def work(engine: Engine, name: str, body: Any) -> tuple[int, int]:
    """Steps of Python, including the text of the body, and steps of SQLite."""

    def ask() -> None:
        with suppress(EngineError):
            engine.call(name, _value_of(compact(body).encode()))

    python = 0

    def count() -> None:
        nonlocal python
        python = opcodes_of(ask)

    return steps_of(engine, count), python


def assert_linear(few: tuple[int, int], many: tuple[int, int]) -> None:
    for less, more in zip(few, many, strict=True):
        assert more <= LINEAR * less + 200


@pytest.mark.parametrize("kind", [kind for kind in BODIES if kind != "events"])
def test_work_grows_with_the_body_and_no_faster(kind: str) -> None:
    name, body = BODIES[kind]
    with an_engine() as first, an_engine() as second:
        assert_linear(work(first, name, body(FEW)), work(second, name, body(MANY)))


def test_events_and_their_properties() -> None:
    name, body = BODIES["events"]
    with an_engine() as first, an_engine() as second:
        few, many = (work(each, name, body(count)) for each, count in ((first, FEW), (second, MANY)))
    # Both the events and what each of them holds are twice as many.
    assert_linear((2 * few[0], 2 * few[1]), many)


@pytest.mark.parametrize("later", LaterWindows)
def test_the_windows_of_a_rate_card_can_all_be_replaced(later: LaterWindows) -> None:
    """By a card that has others, and where another card has as many behind each of them."""
    done = []
    for count in (FEW, MANY):
        with an_engine(rule=TakeoverRule(later_windows=later)) as engine:
            first = engine.call("rate_cards.create", {"name": "x", "aliases": windows(count)})
            engine.call("rate_cards.create", {"name": "y", "aliases": windows(count, 2)})
            card = as_object(first["data"])["id"]
            body: Any = {"rate_card_id": card, "aliases": windows(count, 3)}
            done.append(work(engine, "rate_cards.update", body))
    assert_linear(*done)
    assert SAFEST.later_windows in LaterWindows


def test_what_is_written_again_and_again_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each grant repeats what its term applies to: a thousand grants of a body of megabytes are gigabytes."""
    monkeypatch.setattr("pkgplan.engine.contracts.shown.contract.LENGTH", 50_000)
    tags: Any = [str(number) for number in range(1_000)]
    with an_engine() as engine:
        term: Any = a_credit(
            applicable_product_tags=tags, recurrence_frequency="DAILY", duration={"value": 2, "unit": "YEARS"}
        )
        made = provisioned(engine, "2024-01-01T00:00:00Z", recurring_credits=[term])
        contract: JsonObject = {"customer_id": made.customer_id, "contract_id": made.contract_id}
        newest: Any = as_object(engine.call("contracts_v2.get", contract)["data"])
        oldest: Any = as_object(engine.call("contracts.get", contract)["data"])
    assert 1 < len(newest["credits"]) < 10
    assert newest["has_more"] == {"commits": False, "credits": True}
    assert oldest["current"]["credits"] == newest["credits"]
    starts = [each["access_schedule"]["schedule_items"][0]["starting_at"] for each in newest["credits"]]
    assert starts[-1] == "2024-12-31T00:00:00.000Z"


@pytest.mark.parametrize(
    "selectors",
    [
        [{"billing_frequency": "ANNUAL"}] * 40,
        [{"product_id": TOKENS, "partial_pricing_group_values": {"a": str(number)}} for number in range(40)],
    ],
)
def test_so_many_selectors_are_held_against_so_many_rates(
    selectors: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate_selectors, "MOST_COMPARED", 1_000)
    with an_engine() as engine:
        asked: Any = {"rate_card_id": CARD, "starting_at": BEGAN, "selectors": selectors}
        assert as_object(engine.call("rates.schedule", asked))["data"] == []
        rates: Any = [{**RATE, "starting_at": hour(number)} for number in range(1_000)]
        engine.call("rates.add_many", {"rate_card_id": CARD, "rates": rates})
        with pytest.raises(EngineError, match="selectors are too many") as raised:
            engine.call("rates.schedule", asked)
        assert raised.value.status == 400


def test_selectors_of_other_products_cost_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_selectors, "MOST_COMPARED", 50)
    with an_engine() as engine:
        selectors: list[Any] = [{"product_id": str(number)} for number in range(1_000)]
        selectors.append({"product_id": TOKENS})
        asked: Any = {"rate_card_id": CARD, "starting_at": BEGAN, "selectors": selectors}
        found: Any = engine.call("rates.schedule", asked)["data"]
        assert [each["product_id"] for each in found] == [TOKENS]


def test_parameters_of_a_query() -> None:
    def asked(count: int) -> Request:
        query = "&".join(f"k{number}={number}&limit={number}" for number in range(count)).encode()
        return Request({"type": "http", "query_string": query, "headers": []})

    few, many = (opcodes_of(partial(_query, asked(count))) for count in (200, 400))
    assert many <= LINEAR * few
    assert _query(asked(3)) == {"k0": "0", "k1": "1", "k2": "2", "limit": "0,1,2"}
