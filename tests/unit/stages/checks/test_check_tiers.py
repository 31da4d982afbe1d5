from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from support.example_catalog import CARD, Example, checked, example, expect

from pkgplan.model import rules

Steps = list[dict[str, Any]]


def _rate(tiers: Steps) -> tuple[Example, str]:
    catalog = example()
    rate = catalog.card["rates"][0]
    del rate["price"]
    rate |= {"rate_type": "tiered", "tiers": [{"price": "1.00 USD", **tier} for tier in tiers]}
    return catalog, "rates.0.tiers"


def _commit_rate(tiers: Steps) -> tuple[Example, str]:
    catalog = example()
    steps = [{"price": "1.00 USD", **tier} for tier in tiers]
    catalog.card["rates"][0]["commit_rate"] = {"rate_type": "tiered", "tiers": steps}
    return catalog, "rates.0.commit_rate.tiers"


def _override(tiers: Steps) -> tuple[Example, str]:
    catalog = example()
    catalog.spec["multiplier_override_prioritization"] = "explicit"
    catalog.spec["overrides"] = {
        "deal": {
            "override_specifiers": [{"product": "input-tokens"}],
            "starting_at_offset": "0 months",
            "type": "tiered",
            "priority": 1,
            "tiers": [{"multiplier": Decimal("0.5"), **tier} for tier in tiers],
        }
    }
    return catalog, "overrides.deal.tiers"


def _overwrite(tiers: Steps) -> tuple[Example, str]:
    catalog = example()
    steps = [{"price": "1.00 USD", **tier} for tier in tiers]
    catalog.spec["overrides"] = {
        "deal": {
            "override_specifiers": [{"product": "input-tokens"}],
            "starting_at_offset": "0 months",
            "type": "overwrite",
            "overwrite_rate": {"rate_type": "tiered", "tiers": steps},
        }
    }
    return catalog, "overrides.deal.overwrite_rate.tiers"


@pytest.mark.parametrize("place", [_rate, _commit_rate, _override, _overwrite])
def test_steps_hold_all_usage(place: Any) -> None:
    assert checked(place([{"size": 10}, {"size": 5}, {}])[0]) == ()
    for tiers, rule, where in (
        ([{}, {"size": 10}, {}], rules.MISSING_KEY, "0"),
        ([{"size": 10}, {"size": 5}], rules.OUT_OF_RANGE, "1.size"),
        ([{"size": 10}], rules.OUT_OF_RANGE, "0.size"),
        ([{"size": 0}, {}], rules.OUT_OF_RANGE, "0.size"),
    ):
        catalog, at = place(tiers)
        path = CARD if at.startswith("rates") else None
        more = {} if path is None else {"path": path}
        expect(catalog, rule, f"{at}.{where}", **more)


def test_the_steps_of_a_custom_rate_are_left_alone() -> None:
    catalog, _ = _rate([{"size": 10}])
    catalog.card["rates"][0]["rate_type"] = "custom"
    assert checked(catalog) == ()
