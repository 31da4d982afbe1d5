"""Pages of things that are long: they end early, and nothing is left out or shown twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.offline import BEGAN, CARD, METRIC, TOKENS, a_package
from support.provisioned import START, a_customer, the_package

from pkgplan.engine import paging
from pkgplan.model.canonical import as_object

if TYPE_CHECKING:
    from collections.abc import Callable

    from pkgplan.engine import Engine
    from pkgplan.model.canonical import JsonObject

LONG = "x" * 400
HOURS = [f"2026-01-01T{hour:02}:00:00Z" for hour in range(24)]


def packages(engine: Engine) -> JsonObject:
    for number in range(7):
        engine.call("packages.create", a_package(name=f"{number} {LONG * (number % 3)}"))
    return {"name": "packages.list", "body": {}}


def products(engine: Engine) -> JsonObject:
    for number in range(7):
        body: JsonObject = {"name": f"{number} {LONG}", "type": "USAGE", "billable_metric_id": METRIC}
        engine.call("products.create", body)
    return {"name": "products.list", "body": {}}


def rate_cards(engine: Engine) -> JsonObject:
    for number in range(7):
        engine.call("rate_cards.create", {"name": f"{number} {LONG}"})
    return {"name": "rate_cards.list", "body": {}}


def metrics(engine: Engine) -> JsonObject:
    for number in range(7):
        engine.call("metrics.create", {"name": f"{number} {LONG}", "aggregation_type": "COUNT"})
    return {"name": "metrics.list", "body": None}


def customers(engine: Engine) -> JsonObject:
    for number in range(7):
        a_customer(engine, ingest_aliases=[f"{number} {each} {'x' * 100}" for each in range(5)])
    return {"name": "customers.list", "body": None}


def rates(engine: Engine) -> JsonObject:
    added: list[Any] = [
        {
            "product_id": TOKENS,
            "starting_at": hour,
            "entitled": True,
            "rate_type": "CUSTOM",
            "custom_rate": {"x": LONG},
        }
        for hour in HOURS
    ]
    engine.call("rates.add_many", {"rate_card_id": CARD, "rates": added})
    return {"name": "rates.schedule", "body": {"rate_card_id": CARD, "starting_at": BEGAN}}


LISTS: list[Callable[[Engine], JsonObject]] = [packages, products, rate_cards, metrics, customers, rates]


def shown(engine: Engine, asked: JsonObject) -> tuple[list[Any], int]:
    """All that a list shows, page by page, and on how many pages."""
    found: list[Any] = []
    query: JsonObject = {"limit": "100"}
    for pages in range(1, 100):
        page: Any = engine.call(str(asked["name"]), asked["body"], query=query)
        assert page["data"]
        found += page["data"]
        if page["next_page"] is None:
            return found, pages
        query = {**query, "next_page": page["next_page"]}
    raise AssertionError("the list does not end")


@pytest.mark.parametrize("make", LISTS, ids=lambda make: make.__name__)
@pytest.mark.parametrize("longest", [10, 900, 2_500])
def test_long_things_are_shown_on_more_pages(
    engine: Engine, make: Callable[[Engine], JsonObject], longest: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = make(engine)
    everything, pages = shown(engine, asked)
    assert pages == 1
    monkeypatch.setattr(paging, "LONGEST", longest)
    again, pages = shown(engine, asked)
    assert again == everything
    assert pages > 1
    assert longest > 10 or pages == len(everything)


@pytest.mark.parametrize("longest", [10, 5_000])
def test_so_are_contracts(engine: Engine, longest: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "LONGEST", longest)
    customer, package = a_customer(engine), the_package(engine)
    body: JsonObject = {"customer_id": customer, "package_id": package, "starting_at": START}
    made = [as_object(engine.call("contracts.create", body)["data"])["id"] for _ in range(5)]
    for name in ("contracts.list", "contracts_v2.list"):
        found, pages, asked = [], 0, {"customer_id": customer}
        while "cursor" not in asked or asked["cursor"] is not None:
            page: Any = engine.call(name, {**asked})
            found += [each["id"] for each in page["data"]]
            asked["cursor"], pages = page["cursor"], pages + 1
        assert found == made
        assert pages > 1


def test_no_more_is_read_than_is_shown(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "LONGEST", 10)
    read = []

    def row(number: int) -> int:
        read.append(number)
        return number

    page, rows = paging.page_of(100, None).filled(map(row, range(100)), lambda _: 8)  # type: ignore[type-var]
    assert (page.limit, rows, read) == (1, [0, 1], [0, 1])
