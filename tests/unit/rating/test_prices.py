from __future__ import annotations

from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest
from support.example_catalog import Example, catalog_of, example

from pkgplan.model.units import parse_instant
from pkgplan.rating.prices import PricedLine, line_name, span_of
from pkgplan.rating.tables import PriceTable, price_tables
from pkgplan.report import prices as words

INPUT = [{"product": "input-tokens"}]


def tables(catalog: Example, as_of: str = "2026-01-01") -> tuple[PriceTable, ...]:
    typed = catalog_of(catalog)
    return price_tables(typed, typed.packages["starter"], parse_instant(as_of))


def line_of(catalog: Example, product: str = "input-tokens", as_of: str = "2026-01-01") -> PricedLine:
    (table,) = tables(catalog, as_of)
    return next(line for line in table.lines if line.line.product == product)


def overridden(**overrides: dict[str, Any]) -> Example:
    catalog = example()
    catalog.spec["overrides"] = {
        key: {"override_specifiers": INPUT, "starting_at_offset": "0 months", **fields}
        for key, fields in overrides.items()
    }
    return catalog


def flat(price: str) -> dict[str, Any]:
    return {"type": "overwrite", "overwrite_rate": {"rate_type": "flat", "price": price}}


def times(factor: str, **more: Any) -> dict[str, Any]:
    return {"type": "multiplier", "multiplier": Decimal(factor), **more}


def test_a_price_over_the_life_of_a_contract() -> None:
    catalog = overridden(
        first=times("0.5", duration="3 months"),
        then={**flat("0.80 USD"), "starting_at_offset": "2 months", "duration": "4 months"},
        last=times("0.9", starting_at_offset="1 year"),
    )
    assert words.over_time(line_of(catalog)) == ("0.50 USD, after 2 months 0.80 USD, after 6 months 1.00 USD")
    del catalog.spec["duration"]
    assert words.over_time(line_of(catalog)).endswith("after 6 months 1.00 USD, after 12 months 0.90 USD")


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        (flat("1.00 USD"), "pinned"),
        ({**flat("1.00 USD"), "duration": "12 months"}, "pinned"),
        ({**flat("1.00 USD"), "duration": "11 months"}, "floating"),
        (times("0"), "pinned"),
        (times("0.5"), "scaled"),
        ({"entitled": True}, "floating"),
    ],
)
def test_who_decides_a_price(fields: dict[str, Any], kind: str) -> None:
    assert line_of(overridden(offer=fields)).decided.kind == kind


def test_of_two_rates_the_one_that_began_last_counts() -> None:
    catalog = example()
    rates = catalog.card["rates"]
    rates.append(
        {**rates[0], "starting_at": "2026-02-01", "price": "2.00 USD", "ending_before": "2026-03-01"}
    )
    before, after = line_of(catalog), line_of(catalog, as_of="2026-02-01")
    assert (str(before.listed.amount), words.next_text(before)) == ("1.00 USD", "2.00 USD from 2026-02-01")
    assert (str(after.listed.amount), words.next_text(after)) == ("2.00 USD", "1.00 USD from 2026-03-01")


def test_a_price_that_begins_and_one_that_ends() -> None:
    catalog = example()
    rate = catalog.card["rates"][0]
    rate |= {"starting_at": "2026-02-01", "ending_before": "2026-03-01"}
    assert words.amount_text(line_of(catalog).listed.amount) == "no price"
    assert words.next_text(line_of(catalog)) == "1.00 USD and entitled from 2026-02-01"
    assert words.next_text(line_of(catalog, as_of="2026-02-01")) == "no price from 2026-03-01"


def test_tiers_are_scaled_step_by_step_and_make_steps() -> None:
    steps = {"type": "tiered", "priority": 1, "tiers": [{"size": 10, "multiplier": 1}, {"multiplier": 0}]}
    catalog = overridden(offer=steps)
    catalog.spec["multiplier_override_prioritization"] = "explicit"
    assert words.over_time(line_of(catalog)) == "1.00 USD for 10, then 0.00 USD"
    rate = catalog.card["rates"][0]
    del rate["price"]
    rate |= {"rate_type": "tiered", "tiers": [{"size": 5, "price": "4.00 USD"}, {"price": "2.00 USD"}]}
    assert words.over_time(line_of(catalog)) == "scaled in steps"
    catalog.spec["overrides"] = {"offer": {**times("0.5", priority=1), **_for_good()}}
    assert words.over_time(line_of(catalog)) == "2.00 USD for 5, then 1.00 USD"


def _for_good() -> dict[str, Any]:
    return {"override_specifiers": INPUT, "starting_at_offset": "0 months"}


def test_what_only_commits_pay_stands_apart() -> None:
    line = line_of(overridden(drawn=times("0.5", is_commit_specific=True)))
    assert words.over_time(line) == "1.00 USD"
    assert [(by, str(amount)) for by, amount in line.partly] == [("drawn", "0.50 USD")]


def test_a_commit_that_draws_at_the_commit_rate() -> None:
    negotiated = times("0.9", is_commit_specific=True, target="commit_rate")
    catalog = overridden(negotiated=negotiated, fixed=flat("1.00 USD"))
    assert line_of(catalog).partly == (("negotiated", None),)
    catalog.card["rates"][0]["commit_rate"] = {"rate_type": "flat", "price": "0.80 USD"}
    line = line_of(catalog)
    assert [(by, str(amount)) for by, amount in line.partly] == [("negotiated", "0.72 USD")]
    assert (str(line.listed.commit_rate), line.at_commit_rate) == ("0.80 USD", ())
    catalog.spec["recurring_credits"]["signup-credit"]["rate_type"] = "commit_rate"
    assert line_of(catalog).at_commit_rate == ("signup-credit",)
    assert line_of(catalog, "output-tokens").at_commit_rate == ()


def test_a_fixed_list_price_does_not_pin_the_commit_rate() -> None:
    catalog = overridden(fixed=flat("1.00 USD"))
    catalog.card["rates"][0]["commit_rate"] = {"rate_type": "flat", "price": "0.80 USD"}
    assert line_of(catalog).decided.kind == "pinned"
    catalog.spec["recurring_credits"]["signup-credit"]["rate_type"] = "commit_rate"
    assert line_of(catalog).decided.kind == "floating"
    catalog.spec["overrides"]["drawn"] = {
        "override_specifiers": INPUT,
        "starting_at_offset": "0 months",
        "is_commit_specific": True,
        "target": "commit_rate",
        **flat("0.70 USD"),
    }
    assert line_of(catalog).decided.kind == "pinned"


def test_a_subscription_is_sold_by_its_term() -> None:
    catalog = example()
    assert line_of(catalog, "starter-fee").is_sold
    del catalog.spec["subscriptions"]
    assert not line_of(catalog, "starter-fee").is_sold


def test_the_cards_behind_an_alias_in_order_of_time() -> None:
    catalog = example()
    alias = "Tokens rate card"
    catalog.card["aliases"] = [{"name": alias}]
    later = {**catalog.card, "name": "Later", "aliases": [{"name": alias, "starting_at": "2026-06-01"}]}
    catalog.add("RateCard", "later", later)
    assert [(table.card, table.window.to_json()) for table in tables(catalog)] == [
        ("tokens", {"starting_at": None, "ending_before": "2026-06-01T00:00:00Z"}),
        ("later", {"starting_at": "2026-06-01T00:00:00Z", "ending_before": None}),
    ]
    assert [str(table.as_of.date()) for table in tables(catalog)] == ["2026-01-01", "2026-06-01"]
    assert [table.card for table in tables(catalog, "2026-06-01")] == ["later"]
    del catalog.spec["rate_card_alias"]
    catalog.spec["rate_card"] = "tokens"
    (table,) = tables(catalog)
    assert (table.card, table.alias) == ("tokens", None)


def test_a_card_of_later_has_the_prices_of_then() -> None:
    catalog = overridden(half=times("0.5"))
    later = deepcopy({**catalog.card, "name": "Later"})
    later["aliases"] = [{"name": "Tokens rate card", "starting_at": "2026-06-01"}]
    later["rates"][0] |= {"starting_at": "2026-06-01", "price": "4.00 USD"}
    catalog.add("RateCard", "later", later)
    _, table = tables(catalog)
    assert words.over_time(table.lines[0]) == "2.00 USD"
    later["rates"][0]["starting_at"] = "2026-07-01"
    _, table = tables(catalog)
    assert words.over_time(table.lines[0]) == "no price"


def test_names_of_lines_and_moments() -> None:
    catalog = overridden(offer={**flat("1.00 USD"), "starting_at_offset": "14 days"})
    line = line_of(catalog)
    assert line_name(line.line) == "input-tokens"
    assert line_name(line_of(catalog, "starter-fee").line) == "starter-fee monthly"
    assert words.over_time(line) == "1.00 USD"
    assert [span_of(segment.start) for segment in line.segments] == ["", "14 days"]
    catalog.spec["overrides"]["offer"]["overwrite_rate"]["price"] = "2.00 USD"
    assert words.over_time(line_of(catalog)) == "1.00 USD, after 14 days 2.00 USD"
    catalog.spec_of("references/product-input-tokens.yaml")["pricing_group_key"] = ["model", "cloud"]
    catalog.card["rates"][0]["pricing_group_values"] = {"model": "large", "cloud": "aws"}
    catalog.spec["overrides"] = {}
    assert line_name(line_of(catalog).line) == "input-tokens (cloud aws, model large)"
