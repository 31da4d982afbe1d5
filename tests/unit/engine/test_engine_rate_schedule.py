"""Reading rates: at an instant, over time, by selectors, page by page."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from support.offline import BEGAN, CARD, CLOUD, FEE, TOKENS, UNPRICED
from support.sdk_client import in_process

from pkgplan.engine import Engine, EngineError

if TYPE_CHECKING:
    from pkgplan.model.canonical import JsonObject, JsonValue

JUNE = "2025-06-01T00:00:00Z"
OCTOBER = "2025-10-01T00:00:00Z"
FEBRUARY = "2026-02-01T00:00:00Z"
NOWHERE = "99999999-0000-4000-8000-000000000000"


def usage(**changes: JsonValue) -> JsonObject:
    return {
        "product_id": UNPRICED,
        "starting_at": BEGAN,
        "entitled": True,
        "rate_type": "FLAT",
        "price": 3,
        **changes,
    }


def add(engine: Engine, *rates: JsonObject, card: str = CARD) -> None:
    engine.call("rates.add_many", {"rate_card_id": card, "rates": [*rates]})


def at(engine: Engine, instant: str, *selectors: JsonObject) -> list[dict[str, Any]]:
    answer: Any = engine.call("rates.list", {"rate_card_id": CARD, "at": instant, "selectors": [*selectors]})
    rates: list[dict[str, Any]] = answer["data"]
    return rates


def schedule(engine: Engine, start: str, end: str | None = None, *selectors: JsonObject) -> list[Any]:
    answer: Any = engine.call(
        "rates.schedule",
        {
            "rate_card_id": CARD,
            "starting_at": start,
            "selectors": [*(selectors or ({"product_id": UNPRICED},))],
            **({} if end is None else {"ending_before": end}),
        },
    )
    return [
        (each["rate"]["price"], each["starting_at"][:10], each.get("ending_before", "")[:10])
        for each in answer["data"]
    ]


def test_rates_are_shown_as_the_sdk_knows_them(engine: Engine) -> None:
    engine.call(
        "custom_fields.add_key", {"entity": "contract_product", "key": "erp", "enforce_uniqueness": False}
    )
    engine.call(
        "custom_fields.set_values",
        {"entity": "contract_product", "entity_id": CLOUD, "custom_fields": {"erp": "7"}},
    )
    add(
        engine,
        usage(
            product_id=CLOUD,
            ending_before=OCTOBER,
            pricing_group_values={"region": "eu", "cloud": "gnome"},
            commit_rate={"rate_type": "FLAT", "price": 1},
        ),
    )
    sdk = in_process(engine).v1.contracts.rate_cards
    listed = [*sdk.rates.list(rate_card_id=CARD, at=JUNE)]
    assert {rate.product_id: rate.billing_frequency for rate in listed} == {
        FEE: "MONTHLY",
        TOKENS: None,
        CLOUD: None,
    }
    compute = next(rate for rate in listed if rate.product_id == CLOUD)
    assert (compute.product_name, compute.product_tags) == ("Compute", ["compute"])
    assert compute.product_custom_fields == {"erp": "7"}
    assert compute.pricing_group_values == compute.rate.pricing_group_values
    assert compute.pricing_group_values == {"region": "eu", "cloud": "gnome"}
    assert (compute.starting_at, compute.ending_before) == (
        datetime.fromisoformat(BEGAN),
        datetime.fromisoformat(OCTOBER),
    )
    assert compute.entitled
    assert compute.rate.credit_type is not None
    assert (compute.rate.price, compute.rate.credit_type.name) == (3, "USD (cents)")
    assert compute.commit_rate is not None
    assert compute.commit_rate.price == 1
    planned = sdk.retrieve_rate_schedule(rate_card_id=CARD, starting_at=JUNE)
    assert [each.to_dict() for each in planned.data] == [each.to_dict() for each in listed]


def test_the_rate_that_began_last_counts(engine: Engine) -> None:
    add(engine, usage(price=2, starting_at=JUNE), usage(price=1), usage(price=3, starting_at=OCTOBER))
    prices = {
        instant: [each["rate"]["price"] for each in at(engine, instant, {"product_id": UNPRICED})]
        for instant in ("2024-12-31T23:59:59.999Z", BEGAN, "2025-05-31T23:59:59.999Z", JUNE, OCTOBER)
    }
    assert [*prices.values()] == [[], [1], [1], [2], [3]]


def test_a_later_rate_ends_the_one_before_for_good(engine: Engine) -> None:
    add(engine, usage(price=1), usage(price=2, starting_at=JUNE, ending_before=OCTOBER))
    assert schedule(engine, BEGAN) == [
        (1, "2025-01-01", "2025-06-01"),
        (2, "2025-06-01", "2025-10-01"),
    ]
    assert at(engine, OCTOBER, {"product_id": UNPRICED}) == []


def test_a_rate_that_ends_before_the_next_leaves_a_gap(engine: Engine) -> None:
    add(engine, usage(price=1, ending_before=JUNE), usage(price=2, starting_at=OCTOBER))
    assert schedule(engine, BEGAN) == [(1, "2025-01-01", "2025-06-01"), (2, "2025-10-01", "")]
    assert at(engine, JUNE, {"product_id": UNPRICED}) == []


def test_a_schedule_has_what_reaches_into_its_window(engine: Engine) -> None:
    add(engine, *(usage(price=n, starting_at=start) for n, start in enumerate([BEGAN, JUNE, OCTOBER])))
    first, second, third = (
        (0, "2025-01-01", "2025-06-01"),
        (1, "2025-06-01", "2025-10-01"),
        (2, "2025-10-01", ""),
    )
    assert schedule(engine, BEGAN) == [first, second, third]
    assert schedule(engine, JUNE) == [second, third]
    assert schedule(engine, "2025-05-31T23:00:00Z", JUNE) == [first]
    assert schedule(engine, BEGAN, "2025-06-01T01:00:00Z") == [first, second]
    assert schedule(engine, FEBRUARY) == [third]
    assert schedule(engine, "2024-01-01T00:00:00Z", BEGAN) == []


@pytest.fixture
def priced(engine: Engine) -> Engine:
    """Compute for four places, two of them with two prices; the fee also by year."""
    add(
        engine,
        usage(product_id=FEE, billing_frequency="ANNUAL"),
        *(
            usage(
                product_id=CLOUD,
                pricing_group_values={"region": region, "cloud": cloud},
                starting_at=start,
            )
            for region in ("eu", "us")
            for cloud in ("gnome", "kde")
            for start in (BEGAN, JUNE)
        ),
    )
    return engine


@pytest.mark.parametrize(
    ("selectors", "count"),
    [
        ([], 7),
        ([{}], 7),
        ([{"product_id": CLOUD}], 4),
        ([{"product_id": NOWHERE}], 0),
        ([{"product_id": FEE, "billing_frequency": "ANNUAL"}], 1),
        ([{"billing_frequency": "Monthly"}], 1),
        ([{"product_id": TOKENS, "billing_frequency": "ANNUAL"}], 0),
        ([{"product_tags": ["compute"]}], 4),
        ([{"product_tags": ["other", "compute"]}], 4),
        ([{"product_tags": ["other"]}], 0),
        ([{"pricing_group_values": {"region": "eu", "cloud": "kde"}}], 1),
        ([{"pricing_group_values": {"region": "eu"}}], 0),
        ([{"partial_pricing_group_values": {"region": "eu"}}], 2),
        ([{"partial_pricing_group_values": {"region": "mars"}}], 0),
        ([{"product_id": FEE}, {"product_id": TOKENS}], 3),
        ([{"product_id": CLOUD}, {"partial_pricing_group_values": {"region": "eu"}}], 4),
        ([{"product_id": TOKENS}, {"product_tags": ["compute"]}], 5),
    ],
    ids=str,
)
def test_selectors_add_up_and_their_fields_narrow(
    priced: Engine, selectors: list[JsonObject], count: int
) -> None:
    assert len(at(priced, OCTOBER, *selectors)) == count
    if not any("product_tags" in each for each in selectors):
        assert len(schedule(priced, OCTOBER, None, *(selectors or [{}]))) == count


def test_pages_give_each_rate_once(priced: Engine) -> None:
    sdk = in_process(priced).v1.contracts.rate_cards
    whole = [each.to_dict() for each in sdk.rates.list(rate_card_id=CARD, at=OCTOBER, limit=100)]
    paged = [each.to_dict() for each in sdk.rates.list(rate_card_id=CARD, at=OCTOBER, limit=2)]
    assert paged == whole
    tagged = sdk.rates.list(
        rate_card_id=CARD, at=OCTOBER, limit=1, selectors=[{"product_tags": ["compute"]}, {"product_id": FEE}]
    )
    assert [each.product_id for each in tagged].count(CLOUD) == 4


@pytest.mark.parametrize("selectors", [[], [{"product_id": CLOUD}, {"product_id": FEE}]], ids=str)
def test_pages_of_a_schedule_give_each_segment_once(priced: Engine, selectors: list[Any]) -> None:
    sdk = in_process(priced).v1.contracts.rate_cards

    def page(limit: int, cursor: str | None) -> Any:
        more = {} if cursor is None else {"next_page": cursor}
        return sdk.retrieve_rate_schedule(
            rate_card_id=CARD, starting_at=BEGAN, selectors=selectors, limit=limit, extra_query=more
        )

    whole = page(100, None)
    assert whole.next_page is None
    collected, cursor = [], None
    for _ in range(len(whole.data)):
        answer = page(3, cursor)
        collected += answer.data
        cursor = answer.next_page
        if cursor is None:
            break
    assert [each.to_dict() for each in collected] == [each.to_dict() for each in whole.data]


def test_a_rate_that_is_added_meanwhile_shifts_no_page(priced: Engine) -> None:
    body: JsonObject = {"rate_card_id": CARD, "at": OCTOBER}
    first: Any = priced.call("rates.list", body, query={"limit": 3})
    add(priced, usage(product_id=FEE, billing_frequency="WEEKLY"), usage(product_id=TOKENS, price=9))
    rest: Any = priced.call("rates.list", body, query={"limit": 100, "next_page": first["next_page"]})
    lines = [
        (each["product_id"], each.get("billing_frequency"), str(each.get("pricing_group_values")))
        for each in first["data"] + rest["data"]
    ]
    assert len(lines) == len(set(lines))
    assert (TOKENS, None, "None") in lines


def test_a_cursor_of_another_card_is_refused(priced: Engine) -> None:
    body: JsonObject = {"rate_card_id": CARD, "at": OCTOBER}
    first: Any = priced.call("rates.list", body, query={"limit": 1})
    created: Any = priced.call("rate_cards.create", {"name": "x"})
    with pytest.raises(EngineError, match="not a cursor of this list") as refusal:
        priced.call(
            "rates.list",
            {**body, "rate_card_id": created["data"]["id"]},
            query={"next_page": first["next_page"]},
        )
    assert refusal.value.status == 400


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        ("rates.list", {"rate_card_id": NOWHERE, "at": JUNE}, 404),
        ("rates.schedule", {"rate_card_id": NOWHERE, "starting_at": JUNE}, 404),
        ("rates.list", {"rate_card_id": CARD}, 400),
        ("rates.list", {"rate_card_id": CARD, "at": "soon"}, 400),
        ("rates.list", {"rate_card_id": CARD, "at": "2025-06-01"}, 400),
        ("rates.schedule", {"rate_card_id": CARD, "starting_at": JUNE, "ending_before": JUNE}, 400),
        ("rates.list", {"rate_card_id": CARD, "at": JUNE, "selectors": [{"billing_frequency": "x"}]}, 400),
    ],
)
def test_bad_questions_are_refused(engine: Engine, name: str, body: JsonObject, status: int) -> None:
    with pytest.raises(EngineError) as refusal:
        engine.call(name, body)
    assert refusal.value.status == status


def test_what_an_archived_card_costs_can_still_be_read(engine: Engine) -> None:
    before = at(engine, OCTOBER)
    engine.call("rate_cards.archive", {"id": CARD})
    assert at(engine, OCTOBER) == before
    assert Decimal("0.5") in [each["rate"]["price"] for each in before]
