"""Adding rates: what is stored, what is refused, what takes the place of what."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from support.offline import BEGAN, CARD, CLOUD, COINS, CREDIT, EURO, EURO_CARD, FEE, TOKENS, UNPRICED
from support.sdk_client import in_process

from pkgplan.engine import Engine, EngineError, SeededReference
from pkgplan.model.units import USD_CREDIT_TYPE_ID

if TYPE_CHECKING:
    from pkgplan.model.canonical import JsonObject, JsonValue

JUNE = "2025-06-01T00:00:00Z"
OCTOBER = "2025-10-01T00:00:00Z"
SHARE = "11111111-0000-4000-8000-000000000009"
NOWHERE = "99999999-0000-4000-8000-000000000000"
EU_GNOME = {"region": "eu", "cloud": "gnome"}


def usage(**changes: JsonValue) -> JsonObject:
    return {
        "product_id": UNPRICED,
        "starting_at": BEGAN,
        "entitled": True,
        "rate_type": "FLAT",
        "price": 3,
        **changes,
    }


def fee(**changes: JsonValue) -> JsonObject:
    return usage(**{"product_id": FEE, "billing_frequency": "ANNUAL", **changes})


def share(**changes: JsonValue) -> JsonObject:
    return usage(**{"product_id": SHARE, "rate_type": "PERCENTAGE", "price": Decimal("0.1"), **changes})


def add(engine: Engine, rate: JsonObject, card: str = CARD) -> dict[str, Any]:
    answer: Any = engine.call("rates.add", {"rate_card_id": card, **rate})
    shown: dict[str, Any] = answer["data"]
    return shown


def rates(engine: Engine, at: str = OCTOBER, card: str = CARD, **selector: JsonValue) -> list[dict[str, Any]]:
    body: JsonObject = {"rate_card_id": card, "at": at, "selectors": [selector]}
    answer: Any = engine.call("rates.list", body, query={"limit": 100})
    shown: list[dict[str, Any]] = answer["data"]
    return shown


@pytest.fixture
def engine(engine: Engine) -> Engine:
    """The seeded engine with a composite product."""
    body: JsonObject = {"type": "COMPOSITE", "composite_product_ids": [TOKENS]}
    engine.seed([SeededReference("product", SHARE, "Support", body)])
    return engine


def test_the_answer_is_the_rate_as_the_sdk_knows_it(engine: Engine) -> None:
    added = in_process(engine).v1.contracts.rate_cards.rates.add(
        rate_card_id=CARD,
        product_id=UNPRICED,
        starting_at=BEGAN,
        entitled=True,
        rate_type="TIERED",
        tiers=[{"size": 5, "price": 0}, {"price": 1.5}],
        credit_type_id=COINS,
        commit_rate={"rate_type": "FLAT", "price": 1},
    )
    assert added.data.rate_type == "TIERED"
    assert [(tier.size, tier.price) for tier in added.data.tiers or []] == [(5, 0), (None, 1.5)]
    assert added.data.credit_type is not None
    assert (added.data.credit_type.id, added.data.credit_type.name) == (COINS, "Coins")
    assert added.data.commit_rate is not None
    assert (added.data.commit_rate.rate_type, added.data.commit_rate.price) == ("FLAT", 1)


def test_a_rate_is_in_dollars_unless_it_says_otherwise(engine: Engine) -> None:
    assert add(engine, usage())["credit_type"] == {"id": USD_CREDIT_TYPE_ID, "name": "USD (cents)"}


def test_a_percentage_has_no_unit(engine: Engine) -> None:
    assert add(engine, share(minimum_config={"minimum": 100})) == {
        "rate_type": "PERCENTAGE",
        "price": Decimal("0.1"),
        "minimum_config": {"minimum": 100},
    }


def test_group_values_are_shown_in_the_rate(engine: Engine) -> None:
    values: JsonObject = {"region": "us", "cloud": "kde"}
    assert add(engine, usage(product_id=CLOUD, pricing_group_values=values))["pricing_group_values"] == values


@pytest.mark.parametrize(
    "rate",
    [
        usage(price=0),
        usage(rate_type="flat"),
        usage(ending_before=OCTOBER),
        usage(rate_type="TIERED", tiers=[{"price": 1}]),
        usage(rate_type="CUSTOM", custom_rate={"a": 1}),
        usage(credit_type_id=COINS),
        fee(),
        fee(entitled=False, billing_frequency="weekly"),
        fee(rate_type="SUBSCRIPTION", quantity=1, is_prorated=True),
        share(price=1),
        share(rate_type="TIERED_PERCENTAGE", tiers=[{"size": 10, "price": Decimal("0.2")}, {"price": 0}]),
    ],
    ids=str,
)
def test_a_rate_that_fits_is_there_afterwards(engine: Engine, rate: JsonObject) -> None:
    add(engine, rate)
    frequency = str(rate.get("billing_frequency", "")).upper() or None
    shown = [
        each
        for each in rates(engine, JUNE, product_id=rate["product_id"])
        if each.get("billing_frequency") == frequency
    ]
    assert [each["entitled"] for each in shown] == [rate["entitled"]]


REFUSED: dict[str, tuple[JsonObject, str]] = {
    "half an hour": (usage(starting_at="2025-01-01T00:30:00Z"), "must be a full hour"),
    "end off the hour": (usage(ending_before="2025-02-01T00:00:01Z"), "must be a full hour"),
    "end before start": (usage(ending_before=BEGAN), "starting_at must be before ending_before"),
    "no start": ({**usage(), "starting_at": ""}, "starting_at"),
    "unknown type": (usage(rate_type="FREE"), "rate_type"),
    "flat below zero": (usage(price=-1), "price must be >= 0"),
    "flat without price": (usage(rate_type="TIERED"), "must specify tiers"),
    "percentage in percent": (share(price=10), "price must be between 0 and 1"),
    "flat with tiers": (usage(tiers=[{"price": 1}]), "tiers is only valid for rate_type TIERED"),
    "last tier with size": (
        usage(rate_type="TIERED", tiers=[{"size": 5, "price": 1}]),
        "the last tier must not have a size",
    ),
    "first tier without size": (
        usage(rate_type="TIERED", tiers=[{"price": 1}, {"price": 2}]),
        "every tier but the last must have a size > 0",
    ),
    "empty tier": (
        usage(rate_type="TIERED", tiers=[{"size": 0, "price": 1}, {"price": 2}]),
        "every tier but the last must have a size > 0",
    ),
    "tier below zero": (usage(rate_type="TIERED", tiers=[{"price": -1}]), "price of a tier must be >= 0"),
    "minimum of a price": (usage(minimum_config={"minimum": 5}), "minimum_config is only valid for"),
    "custom rate of a price": (usage(custom_rate={}), "custom_rate is only valid for rate_type CUSTOM"),
    "fee without frequency": (usage(product_id=FEE), "must specify billing_frequency"),
    "tiered fee": (fee(rate_type="TIERED", tiers=[{"price": 1}]), "rate_type can be FLAT"),
    "usage with frequency": (usage(billing_frequency="MONTHLY"), "billing_frequency is only valid"),
    "percentage of usage": (usage(rate_type="PERCENTAGE", price=1), "rate_type can be FLAT or TIERED"),
    "fixed product": (usage(product_id=CREDIT), "has type FIXED, which has no rates"),
    "half a group": (
        usage(product_id=CLOUD, pricing_group_values={"region": "eu"}),
        "must have all keys of the pricing group key",
    ),
    "group of another product": (usage(pricing_group_values={"region": "eu"}), "must have all keys"),
    "unit of another card": (usage(credit_type_id=EURO), "neither the fiat of the rate card nor converted"),
    "another unit": (
        usage(product_id=TOKENS, starting_at=JUNE, credit_type_id=COINS),
        "cannot change",
    ),
    "commit rate of a fee": (
        fee(commit_rate={"rate_type": "FLAT", "price": 1}),
        "commit_rate is only valid for USAGE products",
    ),
    "commit rate below zero": (
        usage(commit_rate={"rate_type": "FLAT", "price": -1}),
        "commit_rate: price must be >= 0",
    ),
    "commit rate in percent": (
        usage(commit_rate={"rate_type": "PERCENTAGE", "price": 1}),
        "commit_rate: .* rate_type can be FLAT",
    ),
    "commit rate without last tier": (
        usage(commit_rate={"rate_type": "TIERED", "tiers": [{"size": 1, "price": 1}]}),
        "commit_rate: the last tier",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_rate_that_does_not_fit_is_refused(engine: Engine, case: str) -> None:
    rate, message = REFUSED[case]
    before = rates(engine, JUNE)
    with pytest.raises(EngineError, match=message) as refusal:
        add(engine, rate)
    assert refusal.value.status == 400
    assert rates(engine, JUNE) == before


@pytest.mark.parametrize(("card", "rate"), [(NOWHERE, usage()), (CARD, usage(product_id=NOWHERE))])
def test_an_unknown_card_or_product_is_not_found(engine: Engine, card: str, rate: JsonObject) -> None:
    with pytest.raises(EngineError, match="not found") as refusal:
        add(engine, rate, card)
    assert refusal.value.status == 404


def test_a_card_in_euros_has_rates_in_euros_and_what_converts_into_them(engine: Engine) -> None:
    with pytest.raises(EngineError, match="neither the fiat"):
        add(engine, usage(), EURO_CARD)
    assert add(engine, usage(credit_type_id=EURO), EURO_CARD)["credit_type"]["name"] == "EUR"
    tokens = usage(product_id=TOKENS, credit_type_id=COINS)
    assert add(engine, tokens, EURO_CARD)["credit_type"]["name"] == "Coins"


def test_a_conversion_that_is_added_later_allows_its_unit(engine: Engine) -> None:
    created: Any = engine.call("rate_cards.create", {"name": "x"})
    card = created["data"]["id"]
    with pytest.raises(EngineError, match="neither the fiat"):
        add(engine, usage(credit_type_id=COINS), card)
    conversion: JsonObject = {"custom_credit_type_id": COINS, "fiat_per_custom_credit": 1}
    engine.call("rate_cards.update", {"rate_card_id": card, "add_credit_type_conversions": [conversion]})
    assert add(engine, usage(credit_type_id=COINS), card)["credit_type"]["name"] == "Coins"


def test_an_archived_card_or_product_gets_no_rates(engine: Engine) -> None:
    engine.call("products.archive", {"product_id": UNPRICED})
    with pytest.raises(EngineError, match="is archived"):
        add(engine, usage())
    engine.call("rate_cards.archive", {"id": CARD})
    with pytest.raises(EngineError, match="is archived") as refusal:
        add(engine, fee())
    assert refusal.value.status == 400
    assert rates(engine, product_id=TOKENS)


def test_the_group_key_counts_that_the_product_has_when_the_rate_begins(engine: Engine) -> None:
    engine.call(
        "products.update",
        {
            "product_id": CLOUD,
            "starting_at": OCTOBER,
            "pricing_group_key": ["region"],
            "presentation_group_key": ["cloud"],
        },
    )
    with pytest.raises(EngineError, match="must have all keys"):
        add(engine, usage(product_id=CLOUD, starting_at=JUNE, pricing_group_values={"region": "eu"}))
    add(engine, usage(product_id=CLOUD, starting_at=OCTOBER, pricing_group_values={"region": "eu"}))


def test_the_same_line_and_start_is_replaced(engine: Engine) -> None:
    add(engine, usage(price=1, ending_before=OCTOBER))
    add(engine, usage(price=2, entitled=False))
    (shown,) = rates(engine, product_id=UNPRICED)
    assert (shown["rate"]["price"], shown["entitled"], "ending_before" in shown) == (2, False, False)


def test_another_frequency_or_group_value_is_another_line(engine: Engine) -> None:
    add(engine, fee(price=9))
    assert {each["billing_frequency"]: each["rate"]["price"] for each in rates(engine, product_id=FEE)} == {
        "MONTHLY": 1000,
        "ANNUAL": 9,
    }
    add(engine, usage(product_id=CLOUD, pricing_group_values={"region": "us", "cloud": "gnome"}))
    assert {each["pricing_group_values"]["region"] for each in rates(engine, product_id=CLOUD)} == {
        "us",
        "eu",
    }


def test_the_order_of_group_values_does_not_make_a_line(engine: Engine) -> None:
    add(engine, usage(product_id=CLOUD, pricing_group_values={"cloud": "gnome", "region": "eu"}, price=7))
    assert [each["rate"]["price"] for each in rates(engine, product_id=CLOUD)] == [7]


def test_many_rates_are_added_at_once_or_not_at_all(engine: Engine) -> None:
    before = rates(engine)
    with pytest.raises(EngineError, match="price must be >= 0"):
        engine.call("rates.add_many", {"rate_card_id": CARD, "rates": [usage(), fee(), usage(price=-1)]})
    assert rates(engine) == before
    answer = in_process(engine).v1.contracts.rate_cards.rates.add_many(
        rate_card_id=CARD,
        rates=[
            {
                "product_id": UNPRICED,
                "starting_at": datetime.fromisoformat(start),
                "entitled": True,
                "rate_type": "FLAT",
                "price": price,
            }
            for start, price in ((BEGAN, 1), (JUNE, 2))
        ],
    )
    assert answer.data.id == CARD
    assert [each["rate"]["price"] for each in rates(engine, BEGAN, product_id=UNPRICED)] == [1]
    assert [each["rate"]["price"] for each in rates(engine, JUNE, product_id=UNPRICED)] == [2]


def test_the_unit_of_a_product_counts_within_one_call(engine: Engine) -> None:
    with pytest.raises(EngineError, match="cannot change"):
        engine.call(
            "rates.add_many",
            {"rate_card_id": CARD, "rates": [usage(), usage(starting_at=JUNE, credit_type_id=COINS)]},
        )


def test_group_values_of_the_seeded_rate_can_be_selected(engine: Engine) -> None:
    assert [each["product_name"] for each in rates(engine, pricing_group_values={**EU_GNOME})] == ["Compute"]
