"""What has to exist before a package can: metrics, products, pricing units, rate cards and rates, as the SDK sees them.

Facts: vendor reference of each endpoint; guides "Create products", "Create and manage rate cards".
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from support.offline import BEGAN, CARD, COINS, FEE, METRIC, NOW, TOKENS
from support.offline_metronome import FLAVOURS, Offline, exercises, offline_metronome

from pkgplan.model.units import USD_CREDIT_TYPE_ID

if TYPE_CHECKING:
    from collections.abc import Iterator

    from metronome.types.v1.contracts.rate_card_retrieve_rate_schedule_response import Data as Scheduled

MARCH = datetime(2025, 3, 1, tzinfo=UTC)
JUNE = datetime(2025, 6, 1, tzinfo=UTC)
LATER = datetime(2025, 12, 1, tzinfo=UTC)


@pytest.fixture(scope="module", params=FLAVOURS)
def offline(request: pytest.FixtureRequest) -> Iterator[Offline]:
    with offline_metronome(request.param) as it:
        yield it


@exercises(
    "metrics.create metrics.get metrics.update metrics.list metrics.archive", refuses="metrics.archive"
)
def test_a_metric_is_read_back_renamed_and_archived(offline: Offline) -> None:
    metrics = offline.v1.billable_metrics
    created = metrics.create(
        name="Characters",
        aggregation_type="SUM",
        aggregation_key="characters",
        event_type_filter={"in_values": ["speech"]},
        property_filters=[{"name": "characters", "exists": True}, {"name": "voice", "in_values": ["a", "b"]}],
        group_keys=[["voice"]],
    ).data.id
    metric = metrics.retrieve(billable_metric_id=created).data
    assert (metric.id, metric.name, metric.aggregation_type) == (created, "Characters", "SUM")
    assert (metric.aggregation_key, metric.group_keys) == ("characters", [["voice"]])
    assert metric.event_type_filter is not None
    assert metric.event_type_filter.in_values == ["speech"]
    assert [(each.name, each.exists, each.in_values) for each in metric.property_filters or []] == [
        ("characters", True, None),
        ("voice", None, ["a", "b"]),
    ]

    assert metrics.update(billable_metric_id=created, name="Spoken").data.id == created
    assert metrics.retrieve(billable_metric_id=created).data.name == "Spoken"
    assert created in {each.id for each in metrics.list()}
    assert metrics.archive(id=created).data.id == created
    assert created not in {each.id for each in metrics.list()}
    (listed,) = [each for each in metrics.list(include_archived=True) if each.id == created]
    assert listed.archived_at is not None, "an archived metric stays readable"
    offline.refusal(400, lambda: metrics.archive(id=created))


@exercises("metrics.create metrics.get")
def test_a_metric_can_be_sql_and_nothing_else(offline: Offline) -> None:
    metrics = offline.v1.billable_metrics
    sql = "SELECT count(distinct properties.user) AS value FROM events"
    created = metrics.create(name="Users", sql=sql).data.id
    assert metrics.retrieve(billable_metric_id=created).data.sql == sql
    offline.refusal(400, lambda: metrics.create(name="Both", sql=sql, aggregation_type="COUNT"))


@exercises("products.create products.get products.list products.archive", refuses="products.archive")
def test_a_product_is_read_back_and_archived(offline: Offline) -> None:
    products = offline.v1.contracts.products
    made = products.create(
        name="Speech",
        type="USAGE",
        billable_metric_id=METRIC,
        tags=["voice"],
        quantity_conversion={"conversion_factor": 1000, "operation": "DIVIDE", "name": "thousands"},
        quantity_rounding={"rounding_method": "ROUND_UP", "decimal_places": 2},
    ).data.id
    product = products.retrieve(id=made).data
    assert (product.id, product.type, product.updates, product.archived_at) == (made, "USAGE", [], None)
    assert (product.current.name, product.current.tags) == ("Speech", ["voice"])
    assert product.current.billable_metric_id == METRIC
    assert product.current == product.initial
    assert product.current.quantity_conversion is not None
    assert product.current.quantity_conversion.to_dict() == {
        "conversion_factor": 1000,
        "operation": "DIVIDE",
        "name": "thousands",
    }
    assert product.current.quantity_rounding is not None
    assert product.current.quantity_rounding.rounding_method == "ROUND_UP"

    assert made in {each.id for each in products.list(archive_filter="NOT_ARCHIVED")}
    assert made not in {each.id for each in products.list(archive_filter="ARCHIVED")}
    assert products.archive(product_id=made).data.id == made
    assert products.retrieve(id=made).data.archived_at is not None
    assert made not in {each.id for each in products.list()}
    assert {made} == {each.id for each in products.list(archive_filter="ARCHIVED")}
    assert made in {each.id for each in products.list(archive_filter="ALL")}
    offline.refusal(400, lambda: products.archive(product_id=made))


@exercises("products.update", refuses="products.update")
def test_a_product_changes_from_a_date_on_and_the_last_update_made_wins(offline: Offline) -> None:
    products = offline.v1.contracts.products
    made = products.create(name="Render", type="SUBSCRIPTION", tags=["gpu"]).data.id
    products.update(product_id=made, starting_at=JUNE, name="Render v2")
    products.update(product_id=made, starting_at=MARCH, name="Render v3")
    products.update(product_id=made, starting_at=LATER, tags=["gpu", "late"])
    product = products.retrieve(id=made).data
    assert (product.initial.name, product.current.name) == ("Render", "Render v3")
    assert product.current.tags == ["gpu"], "an update in the future does not touch the present"
    assert [(each.starting_at, each.name, each.tags) for each in product.updates] == [
        (JUNE, "Render v2", None),
        (MARCH, "Render v3", None),
        (LATER, None, ["gpu", "late"]),
    ]
    for unaligned in ("2025-03-01T00:30:00Z", "2025-03-01T00:00:00.000001Z"):
        body = offline.refusal(400, products.update, product_id=made, starting_at=unaligned, name="x")
        assert "hour boundary" in body["message"]


@exercises("pricing_units.create pricing_units.list pricing_units.archive", refuses="pricing_units.archive")
def test_pricing_units_are_currencies_and_our_own(offline: Offline) -> None:
    units = offline.v1.pricing_units
    made = units.create(name="Tokens of joy").data.id
    listed = {each.id: each for each in units.list()}
    assert listed[USD_CREDIT_TYPE_ID].is_currency
    assert listed[USD_CREDIT_TYPE_ID].name == "USD (cents)"
    assert (listed[made].name, listed[made].is_currency) == ("Tokens of joy", False)
    assert units.archive(id=made).data.id == made
    assert made not in {each.id for each in units.list()}
    offline.refusal(400, lambda: units.archive(id=made))


@exercises(
    "rate_cards.create rate_cards.get rate_cards.list rate_cards.update rate_cards.archive",
    refuses="rate_cards.archive rate_cards.update",
)
def test_a_rate_card_is_read_back_changed_and_archived(offline: Offline) -> None:
    cards, units = offline.v1.contracts.rate_cards, offline.v1.pricing_units
    points = units.create(name="Points").data.id
    alias = {"name": "Prices of 2025", "starting_at": "2025-01-01T00:00:00Z"}
    made = cards.create(
        name="List prices",
        description="for everybody",
        aliases=[alias],  # type: ignore[list-item]
        credit_type_conversions=[{"custom_credit_type_id": COINS, "fiat_per_custom_credit": 50}],
    ).data.id
    card = cards.retrieve(id=made).data
    assert (card.id, card.name, card.description) == (made, "List prices", "for everybody")
    assert [(each.name, each.starting_at) for each in card.aliases or []] == [
        ("Prices of 2025", datetime(2025, 1, 1, tzinfo=UTC))
    ]
    assert card.fiat_credit_type is not None
    assert card.fiat_credit_type.id == USD_CREDIT_TYPE_ID
    assert [
        (each.custom_credit_type.id, each.fiat_per_custom_credit)
        for each in card.credit_type_conversions or []
    ] == [(COINS, "50")], "a number goes in, text comes out"

    cards.update(
        rate_card_id=made,
        name="Prices",
        aliases=[{"name": "Other prices"}],
        add_credit_type_conversions=[{"custom_credit_type_id": points, "fiat_per_custom_credit": 2}],
    )
    changed = cards.retrieve(id=made).data
    assert (changed.name, changed.description) == ("Prices", "for everybody")
    assert [each.name for each in changed.aliases or []] == ["Other prices"], "the array replaces the other"
    assert {each.custom_credit_type.id for each in changed.credit_type_conversions or []} == {COINS, points}
    offline.refusal(
        400,
        lambda: cards.update(
            rate_card_id=made,
            add_credit_type_conversions=[{"custom_credit_type_id": points, "fiat_per_custom_credit": 3}],
        ),
    )
    assert made in {each.id for each in cards.list(body={})}
    assert cards.archive(id=made).data.id == made
    assert made not in {each.id for each in cards.list(body={})}
    offline.refusal(422, lambda: cards.archive(id=made))


@exercises("rate_cards.create rate_cards.get")
def test_an_alias_of_rate_cards_goes_to_the_card_made_last(offline: Offline) -> None:
    cards = offline.v1.contracts.rate_cards
    first = cards.create(
        name="First", aliases=[{"name": "The card", "starting_at": "2025-01-01T00:00:00Z"}]
    ).data.id
    cards.create(name="Second", aliases=[{"name": "The card", "starting_at": "2025-06-01T00:00:00Z"}])
    (window,) = cards.retrieve(id=first).data.aliases or []
    assert window.ending_before == JUNE


@pytest.fixture
def rated(offline: Offline) -> tuple[str, str]:
    """A card of its own, and a product with a price for each voice."""
    metric = offline.v1.billable_metrics.create(
        name=offline.name("metric"),
        aggregation_type="COUNT",
        property_filters=[{"name": "voice", "exists": True}],
        group_keys=[["voice"]],
    ).data.id
    product = offline.v1.contracts.products.create(
        name=offline.name("product"),
        type="USAGE",
        billable_metric_id=metric,
        pricing_group_key=["voice"],
        tags=["speech"],
    ).data.id
    return offline.v1.contracts.rate_cards.create(name=offline.name("card")).data.id, product


@exercises("rates.add rates.list", refuses="rates.add")
def test_a_rate_is_read_back_and_replaced(offline: Offline, rated: tuple[str, str]) -> None:
    card, product = rated
    rates = offline.v1.contracts.rate_cards.rates
    rate: dict[str, Any] = {
        "rate_card_id": card,
        "product_id": product,
        "starting_at": BEGAN,
        "entitled": True,
        "pricing_group_values": {"voice": "a"},
    }
    added = rates.add(
        **rate, rate_type="FLAT", price=7.25, commit_rate={"rate_type": "FLAT", "price": 5}
    ).data
    assert (added.rate_type, added.price) == ("FLAT", 7.25)
    (first,) = rates.list(rate_card_id=card, at=JUNE)
    assert (first.product_id, first.entitled, first.rate.price) == (product, True, 7.25)
    assert (first.product_tags, first.pricing_group_values) == (["speech"], {"voice": "a"})
    assert first.commit_rate is not None
    assert first.commit_rate.price == 5
    assert first.rate.credit_type is not None
    assert first.rate.credit_type.id == USD_CREDIT_TYPE_ID

    tiers = [{"size": 5, "price": 0}, {"size": 5, "price": 1}, {"price": 1.5}]
    rates.add(**rate, rate_type="TIERED", tiers=tiers)  # type: ignore[arg-type]
    (second,) = rates.list(rate_card_id=card, at=JUNE)
    assert second.rate.rate_type == "TIERED", "the same product, values and start replace the rate"
    assert [(each.size, each.price) for each in second.rate.tiers or []] == [(5, 0), (5, 1), (None, 1.5)]
    assert list(rates.list(rate_card_id=card, at="2024-12-31T23:00:00Z")) == []

    del rate["pricing_group_values"]
    offline.refusal(400, lambda: rates.add(**rate, rate_type="FLAT", price=1))
    offline.refusal(
        400, lambda: rates.add(**{**rate, "product_id": FEE}, rate_type="FLAT", price=1)
    )  # a subscription is priced for a frequency


@exercises("rates.add_many rates.list", refuses="rates.add_many rates.list")
def test_rates_are_selected_and_paged(offline: Offline, rated: tuple[str, str]) -> None:
    card, product = rated
    rates = offline.v1.contracts.rate_cards.rates
    many: list[Any] = [
        {
            "product_id": product,
            "starting_at": BEGAN,
            "entitled": number % 2 == 0,
            "rate_type": "FLAT",
            "price": number,
            "pricing_group_values": {"voice": f"v{number}"},
        }
        for number in range(25)
    ]
    monthly: Any = {
        "product_id": FEE,
        "starting_at": BEGAN,
        "entitled": True,
        "rate_type": "FLAT",
        "price": 99,
        "billing_frequency": "MONTHLY",
    }
    half: list[Any] = [monthly, {**many[0], "price": -1}]
    offline.refusal(400, rates.add_many, rate_card_id=card, rates=half)
    assert rates.add_many(rate_card_id=card, rates=[*many, monthly]).data.id == card

    found = list(rates.list(rate_card_id=card, at=JUNE, limit=7))
    assert sorted(each.rate.price or 0 for each in found) == [*range(25), 99]
    (fee,) = rates.list(rate_card_id=card, at=JUNE, selectors=[{"billing_frequency": "MONTHLY"}])
    assert (fee.product_id, fee.billing_frequency) == (FEE, "MONTHLY")
    chosen = rates.list(
        rate_card_id=card,
        at=JUNE,
        selectors=[{"pricing_group_values": {"voice": "v3"}}, {"product_id": FEE}],
    )
    assert sorted(each.rate.price or 0 for each in chosen) == [3, 99], "selectors are alternatives"
    assert len(list(rates.list(rate_card_id=card, at=JUNE, selectors=[{"product_tags": ["speech"]}]))) == 25
    assert list(rates.list(rate_card_id=card, at=JUNE, selectors=[{"product_id": TOKENS}])) == []
    offline.refusal(400, lambda: list(rates.list(rate_card_id=card, at=JUNE, limit=101)))


@exercises("rates.schedule", refuses="rates.schedule")
def test_a_rate_schedule_shows_what_follows_what(offline: Offline, rated: tuple[str, str]) -> None:
    card, product = rated
    cards = offline.v1.contracts.rate_cards
    for starting_at, price in ((BEGAN, 10), ("2025-03-01T00:00:00Z", 20), ("2025-12-01T00:00:00Z", 30)):
        cards.rates.add(
            rate_card_id=card,
            product_id=product,
            starting_at=starting_at,
            entitled=True,
            rate_type="FLAT",
            price=price,
            pricing_group_values={"voice": "a"},
        )

    def shown(segments: list[Scheduled]) -> list[tuple[float | None, datetime, datetime | None]]:
        return [(each.rate.price, each.starting_at, each.ending_before) for each in segments]

    everything = cards.retrieve_rate_schedule(rate_card_id=card, starting_at=BEGAN).data
    began = datetime(2025, 1, 1, tzinfo=UTC)
    assert shown(everything) == [(10, began, MARCH), (20, MARCH, LATER), (30, LATER, None)]
    some = cards.retrieve_rate_schedule(rate_card_id=card, starting_at=MARCH, ending_before=JUNE).data
    assert [each.rate.price for each in some] == [20]
    first = cards.retrieve_rate_schedule(rate_card_id=card, starting_at=BEGAN, limit=2)
    assert first.next_page is not None
    rest = cards.retrieve_rate_schedule(
        rate_card_id=card, starting_at=BEGAN, limit=2, next_page=first.next_page
    )
    assert shown([*first.data, *rest.data]) == shown(everything)
    assert rest.next_page is None
    assert not cards.retrieve_rate_schedule(
        rate_card_id=card, starting_at=BEGAN, selectors=[{"product_id": TOKENS}]
    ).data
    offline.refusal(
        400, lambda: cards.retrieve_rate_schedule(rate_card_id=card, starting_at=JUNE, ending_before=MARCH)
    )


@exercises("rate_cards.get products.get metrics.get")
def test_what_a_catalog_seeded_is_there(offline: Offline) -> None:
    assert offline.v1.contracts.rate_cards.retrieve(id=CARD).data.name == "Tokens"
    assert offline.v1.contracts.products.retrieve(id=TOKENS).data.current.name == "Input tokens"
    assert offline.v1.billable_metrics.retrieve(billable_metric_id=METRIC).data.name == "Input tokens"
    created = offline.v1.contracts.rate_cards.retrieve(id=CARD).data.created_at
    assert abs(created - NOW) < timedelta(seconds=1), "the engine's clock, not the machine's"


@pytest.mark.parametrize("archived", [True, False])
@exercises("metrics.create metrics.list")
def test_metrics_are_paged_once_each(offline: Offline, *, archived: bool) -> None:
    made = [
        offline.v1.billable_metrics.create(name=offline.name("paged"), aggregation_type="COUNT").data.id
        for _ in range(12)
    ]
    listed = [each.id for each in offline.v1.billable_metrics.list(limit=5, include_archived=archived)]
    assert len(listed) == len(set(listed))
    assert set(made) <= set(listed)
