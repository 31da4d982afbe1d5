"""What a contract pays for each line that it is entitled to: list, commit and override rates, at an instant."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from metronome import NotFoundError
from support.offline import CARD, CLOUD, COINS, FEE, TOKENS, HandClock, a_subscription, an_engine
from support.offline_terms import a_fee, a_flat_rate, a_multiplier, an_overwrite
from support.provisioned import NOBODY, an_engine_that_reads, provision, provisioned, the_package
from support.sdk_client import in_process

from pkgplan.engine import EngineError
from pkgplan.engine.paging import cursor_after

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.engine import Engine
    from pkgplan.engine.contracts.rows import StoredContract
    from pkgplan.model.canonical import JsonObject, JsonValue

CLOUD_EU: JsonObject = {"product_id": CLOUD, "pricing_group_values": {"region": "eu", "cloud": "gnome"}}
EXPLICIT: JsonObject = {"multiplier_override_prioritization": "EXPLICIT"}


@pytest.fixture
def clock() -> HandClock:
    return HandClock(utc(2025, 12))


@pytest.fixture
def engine(clock: HandClock) -> Iterator[Engine]:
    with an_engine(clock=clock) as engine:
        yield engine


def utc(year: int, month: int, day: int = 1) -> datetime:
    return datetime(year, month, day, tzinfo=UTC)


def months(value: int) -> JsonObject:
    return {"value": value, "unit": "MONTHS"}


def lines(engine: Engine, stored: StoredContract, **options: Any) -> dict[str, Any]:
    """By product."""
    shown = in_process(engine).v1.contracts.retrieve_rate_schedule(
        customer_id=stored.customer_id, contract_id=stored.contract_id, **options
    )
    return {each.product_id: each for each in shown.data}


def on(engine: Engine, *overrides: JsonValue, **package: JsonValue) -> StoredContract:
    return provision(engine, package_id=the_package(engine, overrides=list(overrides), **package))


def price(line: Any) -> Any:
    return None if line.override_rate is None else line.override_rate.price


def add_rate(engine: Engine, product_id: str = TOKENS, **rate: JsonValue) -> None:
    body: JsonObject = {
        "rate_card_id": CARD,
        "product_id": product_id,
        "entitled": True,
        "rate_type": "FLAT",
        **rate,
    }
    engine.call("rates.add", body)


def test_without_overrides_the_entitled_lines_cost_what_the_card_says(engine: Engine) -> None:
    shown = lines(engine, on(engine))
    assert set(shown) == {FEE, TOKENS}, "compute is not entitled"
    fee = shown[FEE]
    assert (fee.product_name, fee.billing_frequency, fee.rate_card_id) == ("Platform fee", "MONTHLY", CARD)
    assert (fee.list_rate.price, fee.override_rate, fee.commit_rate) == (1000, None, None)
    assert fee.list_rate.credit_type.name == "USD (cents)"
    assert (fee.starting_at, fee.ending_before) == (utc(2025, 10), utc(2026, 10))


def test_an_override_entitles_and_denies(engine: Engine) -> None:
    entitling: JsonObject = {
        "override_specifiers": [CLOUD_EU],
        "starting_at_offset": months(1),
        "duration": months(2),
        "entitled": True,
    }
    stored = on(
        engine, entitling, {**entitling, "override_specifiers": [{"product_id": TOKENS}], "entitled": False}
    )
    shown = lines(engine, stored)
    assert set(shown) == {FEE, CLOUD}
    assert shown[CLOUD].pricing_group_values == {"region": "eu", "cloud": "gnome"}
    assert shown[CLOUD].product_tags == ["compute"]
    assert (shown[CLOUD].starting_at, shown[CLOUD].ending_before) == (utc(2025, 11), utc(2026, 1))
    after = lines(engine, stored, at=utc(2026, 1))
    assert set(after) == {FEE, TOKENS}
    assert (after[TOKENS].starting_at, after[TOKENS].ending_before) == (utc(2026, 1), utc(2026, 10))


@pytest.mark.parametrize(
    ("overrides", "explicit", "expected"),
    [
        ((a_multiplier(),), False, 0.45),
        ((a_multiplier(), a_multiplier(multiplier=Decimal("0.5"))), False, 0.25),
        (
            (a_multiplier(priority=1), a_multiplier(multiplier=Decimal("0.5"), priority=2)),
            True,
            0.45,
        ),
        ((an_overwrite(a_flat_rate(7)), a_multiplier(multiplier=0)), False, 7),
        ((an_overwrite(a_flat_rate(7)), an_overwrite(a_flat_rate(9))), False, 9),
        ((an_overwrite(a_flat_rate(7)), an_overwrite(a_flat_rate(9), is_commit_specific=True)), False, 7),
        ((a_multiplier(starting_at_offset=months(3)),), False, None),
        ((a_multiplier(a_fee()),), False, None),
    ],
)
def test_the_override_that_counts_sets_the_price(
    engine: Engine, overrides: tuple[JsonObject, ...], *, explicit: bool, expected: float | None
) -> None:
    assert price(lines(engine, on(engine, *overrides, **(EXPLICIT if explicit else {})))[TOKENS]) == expected


@pytest.mark.parametrize(("reading", "expected"), [("first", 0.45), ("last", 0.25)])
def test_of_equal_priorities_one_counts(reading: str, expected: float) -> None:
    clock = HandClock(utc(2025, 12))
    equal = (a_multiplier(priority=1), a_multiplier(multiplier=Decimal("0.5"), priority=1))
    with an_engine_that_reads(clock, equal_priorities=reading) as engine:
        later = a_multiplier(multiplier=0, priority=2)
        assert price(lines(engine, on(engine, *equal, later, **EXPLICIT))[TOKENS]) == expected


def test_what_was_cut_with_the_contract_prices_nothing_once_it_is_longer_again(engine: Engine) -> None:
    stored = on(engine, a_multiplier())
    for end in ("2025-11-01T00:00:00Z", "2026-10-01T00:00:00Z"):
        engine.call(
            "contracts.update_end_date",
            {"customer_id": stored.customer_id, "contract_id": stored.contract_id, "ending_before": end},
        )
    assert price(lines(engine, stored)[TOKENS]) is None
    assert price(lines(engine, stored, at=utc(2025, 10))[TOKENS]) == 0.45


def test_a_multiplier_scales_each_step_and_steps_make_steps(engine: Engine) -> None:
    add_rate(
        engine,
        starting_at="2025-11-01T00:00:00Z",
        rate_type="TIERED",
        tiers=[{"size": 10, "price": 8}, {"price": 4}],
    )
    line = lines(engine, on(engine, a_multiplier(multiplier=Decimal("0.5"))))[TOKENS]
    assert [(tier.size, tier.price) for tier in line.override_rate.tiers] == [(10, 4), (None, 2)]
    assert (line.override_rate.rate_type, line.starting_at) == ("TIERED", utc(2025, 11))
    steps: JsonValue = [{"size": 5, "multiplier": 1}, {"multiplier": 0}]
    tiered = a_multiplier(type="TIERED", tiers=steps, priority=1)
    del tiered["multiplier"]
    line = lines(engine, on(engine, tiered, **EXPLICIT))[TOKENS]
    assert [(tier.size, tier.price) for tier in line.override_rate.tiers] == [(5, 8), (5, 0), (None, 0)]


def test_steps_make_a_flat_price_a_tiered_one(engine: Engine) -> None:
    steps: JsonValue = [{"size": 100, "multiplier": 1}, {"multiplier": Decimal("0.8")}]
    tiered = a_multiplier(type="TIERED", tiers=steps, priority=1)
    del tiered["multiplier"]
    rate = lines(engine, on(engine, tiered, **EXPLICIT))[TOKENS].override_rate
    assert (rate.rate_type, rate.price) == ("TIERED", None)
    assert [(tier.size, tier.price) for tier in rate.tiers] == [(100, 0.5), (None, 0.4)]


def test_an_overwrite_may_price_in_another_unit(engine: Engine) -> None:
    shown = lines(engine, on(engine, an_overwrite(a_flat_rate(3, credit_type_id=COINS))))
    assert shown[TOKENS].override_rate.credit_type.name == "Coins"
    assert shown[TOKENS].list_rate.credit_type.name == "USD (cents)"
    shown = lines(engine, on(engine, an_overwrite(a_flat_rate(3))))
    assert shown[TOKENS].override_rate.credit_type.name == "USD (cents)"


def test_a_fee_is_overridden_by_its_frequency(engine: Engine) -> None:
    shown = lines(engine, on(engine, an_overwrite(a_flat_rate(800), a_fee())))
    assert (price(shown[FEE]), price(shown[TOKENS])) == (800, None)


def test_the_card_may_change_and_has_a_rate_for_commits(engine: Engine) -> None:
    add_rate(
        engine,
        starting_at="2026-01-01T00:00:00Z",
        price=Decimal("0.7"),
        commit_rate={"rate_type": "FLAT", "price": Decimal("0.6")},
    )
    stored = on(engine, a_multiplier())
    now, later = lines(engine, stored)[TOKENS], lines(engine, stored, at=utc(2026, 5))[TOKENS]
    assert (now.list_rate.price, now.commit_rate, now.ending_before) == (0.5, None, utc(2026, 1))
    assert (later.list_rate.price, later.commit_rate.price, later.starting_at) == (0.7, 0.6, utc(2026, 1))
    assert price(later) == 0.63


def test_outside_of_the_contract_there_are_no_lines(engine: Engine) -> None:
    stored = on(engine)
    assert lines(engine, stored, at=utc(2025, 9, 30)) == {}
    assert lines(engine, stored, at=utc(2026, 10)) == {}
    assert set(lines(engine, stored, at=utc(2025, 10))) == {FEE, TOKENS}


def test_a_contract_without_a_rate_card_has_no_lines(engine: Engine) -> None:
    client = in_process(engine)
    package = client.v1.packages.create(name="Bare").data.id
    assert lines(engine, provision(engine, package_id=package)) == {}


@pytest.mark.parametrize(
    ("selectors", "expected"),
    [
        ([], {FEE, TOKENS, CLOUD}),
        ([{"product_id": TOKENS}], {TOKENS}),
        ([{"product_id": TOKENS}, {"billing_frequency": "MONTHLY"}], {TOKENS, FEE}),
        ([{"product_id": TOKENS, "billing_frequency": "MONTHLY"}], set()),
        ([{"product_tags": ["compute", "unknown"]}], {CLOUD}),
        ([{"partial_pricing_group_values": {"region": "eu"}}], {CLOUD}),
        ([{"pricing_group_values": {"region": "eu"}}], set()),
        ([{"pricing_group_values": {"region": "eu", "cloud": "gnome"}}], {CLOUD}),
    ],
)
def test_selectors_or_and_their_fields_and(engine: Engine, selectors: list[Any], expected: set[str]) -> None:
    entitling: JsonObject = {
        "override_specifiers": [CLOUD_EU],
        "starting_at_offset": months(0),
        "entitled": True,
    }
    assert set(lines(engine, on(engine, entitling), selectors=selectors)) == expected


def test_pages_show_each_line_once(engine: Engine) -> None:
    for number in range(25):
        values: JsonObject = {"region": f"r{number:02}", "cloud": "gnome"}
        add_rate(
            engine,
            CLOUD,
            starting_at="2025-01-01T00:00:00Z",
            price=number,
            pricing_group_values=values,
            entitled=number % 2 == 0,
        )
    stored = on(engine, subscriptions=[a_subscription()])
    asked: JsonObject = {"customer_id": stored.customer_id, "contract_id": stored.contract_id}
    prices: list[Any] = []
    cursor: JsonValue = None
    while True:
        query: JsonObject = {"limit": 4}
        if cursor is not None:
            query["next_page"] = cursor
        answer: Any = engine.call("contracts.rate_schedule", asked, query=query)
        assert 1 <= len(answer["data"]) <= 4
        prices += [line["list_rate"]["price"] for line in answer["data"] if line["product_id"] == CLOUD]
        cursor = answer["next_page"]
        if cursor is None:
            break
    assert prices == [*range(0, 25, 2)]


def test_who_or_what_is_not_there_is_not_found(engine: Engine) -> None:
    stored = on(engine)
    client = in_process(engine).v1.contracts
    for customer, contract in ((NOBODY, stored.contract_id), (stored.customer_id, NOBODY)):
        with pytest.raises(NotFoundError):
            client.retrieve_rate_schedule(customer_id=customer, contract_id=contract)
    with pytest.raises(NotFoundError):
        client.retrieve_rate_schedule(
            customer_id=provisioned(engine).customer_id, contract_id=stored.contract_id
        )


@pytest.mark.parametrize("cursor", ["nonsense", cursor_after(99_999)])
def test_a_cursor_that_is_none_is_refused(engine: Engine, cursor: str) -> None:
    stored = on(engine)
    asked: JsonObject = {"customer_id": stored.customer_id, "contract_id": stored.contract_id}
    with pytest.raises(EngineError, match="next_page") as refused:
        engine.call("contracts.rate_schedule", asked, query={"next_page": cursor})
    assert refused.value.status == 400
