"""What a catalog declares exists afterwards, as if it had been created with the same ids, and can be read back."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from support.command import REPOSITORY, SEPTEMBER, run
from support.offline import (
    CARD,
    CLOUD,
    CREDIT,
    FEE,
    NOW,
    REFERENCES,
    TOKENS,
    HandClock,
    a_package,
    an_engine,
)
from support.sdk_client import in_process

from pkgplan.engine import Engine, EngineError, SeededReference
from pkgplan.engine.resources.rate_cards import card_behind
from pkgplan.engine.schema import MIGRATIONS
from pkgplan.engine.store import APPLICATION_ID
from pkgplan.model.canonical import as_list, as_object
from pkgplan.model.units import OTHER_CURRENCIES, USD_CREDIT_TYPE_ID
from pkgplan.pipeline import check_catalog, embedded_ids
from pkgplan.wiring import prerequisites

if TYPE_CHECKING:
    from pathlib import Path

    from pkgplan.model.canonical import JsonObject

JANUARY = "2026-01-01T00:00:00.000Z"
JULY = "2026-07-01T00:00:00.000Z"


def a_card(number: int, *aliases: JsonObject, **body: Any) -> SeededReference:
    return SeededReference("rate_card", f"c{number}", f"Card {number}", {"aliases": [*aliases], **body})


def windows(engine: Engine, number: int) -> list[tuple[str | None, str | None]]:
    """The windows of a card of one alias, as the API shows them."""
    shown = as_object(engine.call("rate_cards.get", {"id": f"c{number}"})["data"])
    return [
        (each.get("starting_at"), each.get("ending_before"))  # type: ignore[misc] # text if it is there
        for each in map(as_object, as_list(shown["aliases"]))
    ]


def writes(engine: Engine) -> int:
    with engine.reading() as connection:
        return connection.total_changes


def names_of(engine: Engine, operation: str) -> list[str]:
    return [str(as_object(each)["id"]) for each in as_list(engine.call(operation, {})["data"])]


def test_a_seed_that_has_not_changed_writes_nothing(engine: Engine) -> None:
    before = writes(engine)
    engine.seed(REFERENCES)
    assert writes(engine) == before
    engine.seed([a_card(1)])
    assert writes(engine) > before


def test_references_may_come_in_any_order() -> None:
    with Engine(":memory:", HandClock()) as engine:
        engine.seed(reversed(REFERENCES))
        rates = in_process(engine).v1.contracts.rate_cards.rates.list(rate_card_id=CARD, at=NOW)
        assert {each.product_id for each in rates} == {FEE, TOKENS, CLOUD}


def test_a_changed_product_takes_the_place_of_the_old_one_and_of_its_updates(engine: Engine) -> None:
    client = in_process(engine).v1.contracts.products
    client.update(product_id=CREDIT, starting_at="2025-01-01T00:00:00Z", name="Renamed")
    neighbours = names_of(engine, "products.list")
    engine.seed([SeededReference("product", CREDIT, "New name", {"type": "FIXED", "tags": ["t"]})])
    shown = client.retrieve(id=CREDIT).data
    assert (shown.current.name, shown.current.tags, shown.updates) == ("New name", ["t"], [])
    assert names_of(engine, "products.list") == neighbours


def test_what_is_made_by_hand_between_two_equal_seeds_stays(engine: Engine) -> None:
    client = in_process(engine).v1.contracts
    client.products.update(product_id=CREDIT, starting_at="2025-01-01T00:00:00Z", name="By hand")
    made = client.rate_cards.create(name="By hand", aliases=[{"name": "mine"}]).data.id
    engine.seed(REFERENCES)
    assert client.products.retrieve(id=CREDIT).data.current.name == "By hand"
    assert [each.name for each in client.rate_cards.retrieve(id=made).data.aliases or ()] == ["mine"]


def test_a_changed_card_has_the_rates_that_it_says_and_no_others(engine: Engine) -> None:
    rate: JsonObject = {
        "product_id": FEE,
        "starting_at": "2025-01-01T00:00:00Z",
        "entitled": False,
        "rate_type": "flat",
        "price": 2000,
        "billing_frequency": "annual",
    }
    engine.seed([SeededReference("rate_card", CARD, "Tokens", {"rates": [rate]})])
    (shown,) = in_process(engine).v1.contracts.rate_cards.rates.list(rate_card_id=CARD, at=NOW)
    assert (shown.product_id, shown.billing_frequency, shown.entitled) == (FEE, "ANNUAL", False)
    assert shown.rate.price == 2000


def test_an_open_window_ends_where_the_next_card_begins(engine: Engine) -> None:
    later: JsonObject = {"name": "list", "starting_at": JULY}
    first: JsonObject = {"name": "list"}
    between: JsonObject = {"name": "list", "starting_at": JANUARY, "ending_before": "2026-04-01T00:00:00Z"}
    engine.seed([a_card(3, later), a_card(1, first), a_card(2, between)])
    assert windows(engine, 1) == [(None, JANUARY)]
    assert windows(engine, 2) == [(JANUARY, "2026-04-01T00:00:00.000Z")]
    assert windows(engine, 3) == [(JULY, None)]


def test_moving_one_card_moves_the_end_of_the_one_before(engine: Engine) -> None:
    first = a_card(1, {"name": "list"})
    engine.seed([first, a_card(2, {"name": "list", "starting_at": JANUARY})])
    engine.seed([first, a_card(2, {"name": "list", "starting_at": JULY})])
    assert windows(engine, 1) == [(None, JULY)]
    engine.seed([first, a_card(2)])
    assert windows(engine, 1) == [(None, None)]


def test_a_card_that_no_catalog_mentions_keeps_what_is_left_of_its_window(engine: Engine) -> None:
    client = in_process(engine).v1.contracts.rate_cards
    made = client.create(name="By hand", aliases=[{"name": "list"}]).data.id
    piece: JsonObject = {"name": "list", "starting_at": JANUARY, "ending_before": JULY}
    engine.seed([a_card(1, piece)])
    left = [(each.starting_at, each.ending_before) for each in client.retrieve(id=made).data.aliases or ()]
    assert left == [(None, datetime(2026, 1, 1, tzinfo=UTC)), (datetime(2026, 7, 1, tzinfo=UTC), None)]


def test_a_window_without_an_instant_disturbs_nobody(engine: Engine) -> None:
    made = (
        in_process(engine).v1.contracts.rate_cards.create(name="By hand", aliases=[{"name": "list"}]).data.id
    )
    engine.seed([a_card(1, {"name": "list", "starting_at": JULY, "ending_before": JANUARY})])
    assert windows(engine, 1) == []
    shown = as_object(engine.call("rate_cards.get", {"id": made})["data"])
    assert shown["aliases"] == [{"name": "list"}]


def test_an_archived_card_gets_no_alias_back_while_it_has_not_changed(engine: Engine) -> None:
    engine.seed([a_card(1, {"name": "list"})])
    engine.call("rate_cards.archive", {"id": "c1"})
    engine.seed([a_card(1, {"name": "list"}), a_card(2, {"name": "list", "starting_at": JULY})])
    with engine.reading() as connection:
        assert card_behind(connection, "list", NOW) is None
        assert card_behind(connection, "list", datetime(2026, 7, 1, tzinfo=UTC)) == "c2"


def test_keys_say_whether_values_are_unique() -> None:
    with Engine(":memory:", HandClock()) as engine:
        body: JsonObject = {"entity": "contract", "key": "erp"}
        engine.seed([SeededReference("custom_field_key", "k", "erp", body)])
        engine.seed([SeededReference("custom_field_key", "k", "erp", {**body, "enforce_uniqueness": True})])
        (key,) = in_process(engine).v1.custom_fields.list_keys().data
        assert (key.entity, key.key, key.enforce_uniqueness) == ("contract", "erp", True)


def test_a_file_of_version_1_keeps_packages_and_aliases_and_is_seeded_again(tmp_path: Path) -> None:
    path = tmp_path / "engine.db"
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript(MIGRATIONS[0])
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute("PRAGMA user_version = 1")
    connection.execute(
        "INSERT INTO packages (seq, id, created_at, request, body)"
        """ VALUES (1, 'p1', '2025-09-01T00:00:00.000Z', '{"name":"Old"}', '{"name":"Old"}')"""
    )
    connection.execute(
        "INSERT INTO alias_windows (alias, package_seq, starting_at, ending_before)"
        " VALUES ('Old Plan', 1, '0001-01-01T00:00:00.000000+00:00', '9999-12-31T23:59:59.999999+00:00')"
    )
    connection.execute("INSERT INTO prerequisites VALUES ('product', 'x', 'X', '{}')")
    connection.execute("INSERT INTO custom_field_keys VALUES ('package_commit', 'erp')")
    connection.close()
    with an_engine(path) as engine:
        assert engine.resolve_alias("Old Plan", NOW) == "p1"
        assert as_object(engine.call("packages.get", {"package_id": "p1"})["data"])["name"] == "Old"
        engine.call("packages.create", a_package())
        assert "x" not in names_of(engine, "products.list")


def test_the_example_catalog_can_be_read_back() -> None:
    catalog = check_catalog(REPOSITORY / "catalog").catalog
    ids = embedded_ids(catalog, "gnome-ai", "local")
    with Engine(":memory:", HandClock()) as engine:
        engine.seed(prerequisites(catalog, ids))
        client = in_process(engine).v1
        metrics = {each.id: each for each in client.billable_metrics.list(limit=100)}
        assert {each.name for each in metrics.values()} == {
            each.document.spec.name for each in catalog.metrics.values()
        }
        products = {each.id: each for each in client.contracts.products.list(limit=100)}
        for key, product in catalog.products.items():
            spec, shown = product.document.spec, products[ids[f"product/{key}"]]
            assert (shown.initial.name, shown.type) == (spec.name, spec.type.upper())
            assert (shown.initial.billable_metric_id in metrics) == (spec.billable_metric is not None)
            assert tuple(shown.initial.tags or ()) == spec.tags
        units = {each.name for each in client.pricing_units.list(limit=100)}
        assert units == {
            "USD (cents)",
            *OTHER_CURRENCIES,
            *(each.document.spec.name for each in catalog.pricing_units.values()),
        }
        keys = {(each.entity, each.key) for each in client.custom_fields.list_keys().data}
        assert len(keys) == len(catalog.custom_field_keys)
        cards = {each.id: each for each in client.contracts.rate_cards.list(body={}, limit=100)}
        for key, card in catalog.rate_cards.items():
            card_id, prices = ids[f"rate-card/{key}"], card.document.spec
            assert {each.name for each in cards[card_id].aliases or ()} == {
                each.name for each in prices.aliases
            }
            schedule = client.contracts.rate_cards.retrieve_rate_schedule(
                rate_card_id=card_id, starting_at="2020-01-01T00:00:00Z", limit=100
            )
            assert len(schedule.data) == min(len(prices.rates), 100)


def test_the_starter_fee_of_the_example_costs_ten_dollars_in_cents() -> None:
    catalog = check_catalog(REPOSITORY / "catalog").catalog
    ids = embedded_ids(catalog, "gnome-ai", "local")
    with Engine(":memory:", HandClock()) as engine:
        engine.seed(prerequisites(catalog, ids))
        (fee,) = in_process(engine).v1.contracts.rate_cards.rates.list(
            rate_card_id=ids["rate-card/tokens"],
            at=NOW,
            selectors=[{"product_id": ids["product/starter-fee"]}],
        )
        assert fee.rate.credit_type is not None
        assert (fee.rate.price, fee.rate.credit_type.id, fee.billing_frequency) == (
            1000,
            USD_CREDIT_TYPE_ID,
            "MONTHLY",
        )


def test_a_body_that_is_none_of_its_kind_seeds_nothing(engine: Engine) -> None:
    body: JsonObject = {"type": "USAGE", "quantity_conversion": {"operation": "DIVIDE"}}
    with pytest.raises(EngineError, match='product "P": body/quantity_conversion must have'):
        engine.seed(
            [SeededReference("credit_type", "gems", "Gems", {}), SeededReference("product", "p", "P", body)]
        )
    assert "gems" not in [each.id for each in in_process(engine).v1.pricing_units.list()]


def test_a_catalog_that_the_engine_does_not_take_is_no_crash(
    catalog: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> NoReturn:
        raise EngineError(400, "a rule that no check of the catalog knows")

    monkeypatch.setattr("pkgplan.engine.resources.rates.put", refuse)
    ran = run("-C", catalog, "apply", "--yes", *SEPTEMBER)
    assert ran.code == 4, ran.err
    assert 'rate card "Tokens rate card": a rule that no check of the catalog knows' in ran.err
