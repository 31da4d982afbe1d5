"""Which overrides the engine takes and refuses; cases begin with the rule they are about."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from support.offline import CLOUD, COINS, FEE, TOKENS, UNPRICED, a_credit, a_subscription, without
from support.offline_terms import (
    a_commit,
    a_fee,
    a_flat_rate,
    a_multiplier,
    a_recurring_commit,
    an_overwrite,
    overrides,
    rate,
    refusal,
    with_terms,
)

if TYPE_CHECKING:
    from pkgplan.engine import Engine
    from pkgplan.model.canonical import JsonObject, JsonValue

ALL_VALUES: JsonObject = {"product_id": CLOUD, "pricing_group_values": {"region": "eu", "cloud": "gnome"}}
EXPLICIT: JsonObject = {"multiplier_override_prioritization": "EXPLICIT"}


def commit_specific(*specifiers: JsonValue, **terms: JsonValue) -> JsonObject:
    return overrides(
        a_multiplier(*specifiers, is_commit_specific=True),
        commits=[a_commit()],
        recurring_commits=[a_recurring_commit()],
        recurring_credits=[a_credit()],
        subscriptions=[a_subscription()],
        **terms,
    )


def tiered(**changes: JsonValue) -> JsonObject:
    tiers: JsonValue = [{"size": 10, "multiplier": 1}, {"multiplier": Decimal("0.5")}]
    term = without(a_multiplier(), "multiplier")
    return {**term, "type": "TIERED", "tiers": tiers, "priority": 1, **changes}


def nested(depth: int) -> JsonValue:
    value: JsonValue = 1
    for _ in range(depth):
        value = [value]
    return value


TAKEN: dict[str, JsonObject] = {
    "V21 custom rate of some depth": rate(rate_type="CUSTOM", custom_rate={"a": nested(50)}),
    "V12 free": overrides(a_multiplier(multiplier=0)),
    "V12 entitlement alone": overrides(without(a_multiplier(), "type", "multiplier") | {"entitled": False}),
    "V12 tiered": overrides(tiered(), **EXPLICIT),
    "V13 priorities": overrides(a_multiplier(priority=Decimal("0.5")), a_multiplier(priority=2), **EXPLICIT),
    "V13 overwrites need no priority": overrides(an_overwrite(a_flat_rate()), **EXPLICIT),
    "V13 lowest multiplier needs no priority": overrides(a_multiplier(), a_multiplier()),
    "V14 target": overrides(a_multiplier(is_commit_specific=True, target="commit_rate")),
    "V14 any commit": overrides(a_multiplier({"product_tags": ["compute"]}, is_commit_specific=True)),
    "V14 commits of a product": commit_specific({"product_id": TOKENS, "commit_ids": ["main"]}),
    "V14 commits of tags": commit_specific({"product_tags": ["t"], "recurring_commit_ids": ["monthly"]}),
    "V14 commits of group values": commit_specific(
        {
            "pricing_group_values": {"region": "eu"},
            "commit_ids": ["main"],
            "recurring_commit_ids": ["monthly"],
        },
        {"presentation_group_values": {"project": "p"}, "commit_ids": ["main"]},
    ),
    "V14 empty lists are none": overrides(
        a_multiplier({"commit_ids": [], "product_tags": ["t"]}, is_commit_specific=False)
    ),
    "V15 any kind of balance": commit_specific(
        {"product_id": TOKENS, "any_commit_or_credit_ids": ["main", "monthly", "signup-credit"]}
    ),
    "V16 overwrite of all group values": overrides(an_overwrite(a_flat_rate(), ALL_VALUES)),
    "V16 multiplier of some group values": overrides(
        a_multiplier({"product_id": CLOUD, "pricing_group_values": {"region": "eu"}})
    ),
    "V16 entitlement of a product with group keys": overrides(
        without(a_multiplier({"product_id": CLOUD}), "type", "multiplier") | {"entitled": True}
    ),
    "V17 fee": overrides(an_overwrite(a_flat_rate(), a_fee()), a_multiplier(a_fee())),
    "V17 entitlement of a fee": overrides(
        without(a_multiplier({"product_id": FEE}), "type", "multiplier") | {"entitled": True}
    ),
    "V18 tags that no product has": overrides(a_multiplier({"product_tags": ["nobody"]})),
    "V21 price of nothing": rate(rate_type="FLAT", price=0),
    "V21 all of it": rate(rate_type="percentage", price=1, minimum_config={"minimum": 5}),
    "V21 tiers": rate(rate_type="TIERED", tiers=[{"size": 5, "price": 0}, {"price": Decimal("1.5")}]),
    "V21 tiers of shares": rate(rate_type="TIERED_PERCENTAGE", tiers=[{"price": 2}]),
    "V21 legacy": rate(rate_type="SUBSCRIPTION", price=1, quantity=0, is_prorated=True),
    "V21 custom": rate(rate_type="custom", custom_rate={"a": [1, None, {"b": Decimal("0.5")}]}),
    "V21 in coins": rate(rate_type="FLAT", price=2, credit_type_id=COINS),
}

REFUSED: dict[str, tuple[JsonObject, str]] = {
    "V12 multiplier without multiplier": (
        overrides(without(a_multiplier(), "multiplier")),
        "must specify multiplier for an override of type MULTIPLIER",
    ),
    "V12 multiplier below zero": (
        overrides(a_multiplier(multiplier=-1)),
        "body/overrides/0/multiplier must be >= 0",
    ),
    "V12 overwrite without rate": (
        overrides(without(an_overwrite({}), "overwrite_rate")),
        "must specify overwrite_rate for an override of type OVERWRITE",
    ),
    "V12 tiered without tiers": (
        overrides(without(tiered(), "tiers"), **EXPLICIT),
        "must specify tiers for an override of type TIERED",
    ),
    "V12 tiered with no tier": (
        overrides(tiered(tiers=[]), **EXPLICIT),
        "body/overrides/0/tiers must have at least 1 item",
    ),
    "V12 tiered without scheme": (overrides(tiered()), "must be EXPLICIT if there are TIERED overrides"),
    "V12 tiered with the other scheme": (
        overrides(tiered(), multiplier_override_prioritization="lowest_multiplier"),
        "must be EXPLICIT if there are TIERED overrides",
    ),
    "V12 tiered without priority": (
        overrides(without(tiered(), "priority"), **EXPLICIT),
        "must specify priority for a TIERED override",
    ),
    "V13 one multiplier without priority": (
        overrides(a_multiplier(priority=1), a_multiplier(), **EXPLICIT),
        "must specify priority for a MULTIPLIER override",
    ),
    "V13 priority of zero": (
        overrides(a_multiplier(priority=0), **EXPLICIT),
        "body/overrides/0/priority must be > 0",
    ),
    "V14 target for all": (
        overrides(a_multiplier(target="LIST_RATE")),
        "target can only be used for overrides with is_commit_specific true",
    ),
    "V14 commits for all": (
        overrides(a_multiplier({"product_id": TOKENS, "commit_ids": ["main"]}), commits=[a_commit()]),
        "commit_ids can only be used for overrides with is_commit_specific true",
    ),
    "V14 commits of nothing": (
        commit_specific({"commit_ids": ["main"], "product_tags": [], "billing_frequency": "MONTHLY"}),
        "commit_ids must be used in conjunction with one of",
    ),
    "V14 any commit and some commits": (
        commit_specific(
            {"product_id": TOKENS, "commit_ids": ["main"], "any_commit_or_credit_ids": ["monthly"]}
        ),
        "must be used instead of commit_ids and recurring_commit_ids",
    ),
    "V15 unknown commit": (
        commit_specific({"product_id": TOKENS, "commit_ids": ["mane"]}),
        'commit_ids "mane" is not the temporary_id of a commit',
    ),
    "V15 recurring commit as commit": (
        commit_specific({"product_id": TOKENS, "commit_ids": ["monthly"]}),
        'commit_ids "monthly" is not the temporary_id of a commit',
    ),
    "V15 recurring credit as recurring commit": (
        commit_specific({"product_id": TOKENS, "recurring_commit_ids": ["signup-credit"]}),
        'recurring_commit_ids "signup-credit" is not the temporary_id of a recurring commit',
    ),
    "V15 subscription as a balance": (
        commit_specific({"product_id": TOKENS, "any_commit_or_credit_ids": ["starter-fee"]}),
        "is not the temporary_id of a commit or recurring commit or recurring credit",
    ),
    "V16 overwrite of tags": (
        overrides(an_overwrite(a_flat_rate(), {"product_id": TOKENS, "product_tags": ["compute"]})),
        "must not specify product_tags for an OVERWRITE",
    ),
    "V16 overwrite of no product": (
        overrides(an_overwrite(a_flat_rate(), {"pricing_group_values": {"region": "eu"}})),
        "must specify product_id for an OVERWRITE",
    ),
    "V16 overwrite of some group values": (
        overrides(
            an_overwrite(a_flat_rate(), {"product_id": CLOUD, "pricing_group_values": {"region": "eu"}})
        ),
        "cloud missing",
    ),
    "V16 overwrite of no group values": (
        overrides(an_overwrite(a_flat_rate(), {"product_id": CLOUD})),
        "region, cloud missing",
    ),
    "V17 fee without frequency": (
        overrides(an_overwrite(a_flat_rate(), {"product_id": FEE})),
        "must specify billing_frequency",
    ),
    "V17 multiplier of a fee without frequency": (
        overrides(a_multiplier({"product_id": FEE})),
        "must specify billing_frequency",
    ),
    "V17 frequency without product": (
        overrides(a_multiplier({"product_tags": ["seats"], "billing_frequency": "MONTHLY"})),
        "must specify product_id together with billing_frequency",
    ),
    "V18 no rate": (overrides(a_multiplier({"product_id": UNPRICED})), "No such product in rate card"),
    "V18 no rate for an entitlement": (
        overrides(without(a_multiplier({"product_id": UNPRICED}), "type", "multiplier") | {"entitled": True}),
        "No such product in rate card",
    ),
    "V03 overrides of no rate card": (
        without(overrides(a_multiplier()), "rate_card_id"),
        "must specify rate_card_id or rate_card_alias if there are overrides",
    ),
    "V21 flat below zero": (rate(rate_type="flat", price=-1), "price must be >= 0"),
    "V21 flat without price": (rate(rate_type="FLAT"), "must specify price for rate_type FLAT"),
    "V21 percentage in percent": (rate(rate_type="PERCENTAGE", price=10), "price must be between 0 and 1"),
    "V21 tiers without tiers": (rate(rate_type="TIERED", price=1), "must specify tiers"),
    "V21 no tiers": (rate(rate_type="TIERED_PERCENTAGE", tiers=[]), "must specify tiers"),
    "V21 minimum of a price": (
        rate(rate_type="FLAT", price=1, minimum_config={"minimum": 5}),
        "minimum_config is only valid for rate_type PERCENTAGE or TIERED_PERCENTAGE",
    ),
    "V21 prorated price": (
        rate(rate_type="FLAT", price=1, is_prorated=True),
        "is_prorated is only valid for rate_type SUBSCRIPTION",
    ),
    "V21 legacy without proration": (
        rate(rate_type="SUBSCRIPTION", price=1, is_prorated=False),
        "is_prorated must be true",
    ),
    "V21 legacy of less than nothing": (
        rate(rate_type="SUBSCRIPTION", price=1, quantity=-1),
        "quantity must be >= 0",
    ),
    "V21 custom rate that is not JSON": (
        rate(rate_type="CUSTOM", custom_rate={"a": [Decimal("NaN")]}),
        "custom_rate must be a number that a double can hold",
    ),
    "V21 custom rate of endless depth": (
        rate(rate_type="CUSTOM", custom_rate={"a": nested(60)}),
        "not be nested deeper than 64 levels",
    ),
    "V21 mixed case": (rate(rate_type="Flat", price=1), "overwrite_rate/rate_type must be"),
    "offset before the contract": (
        overrides(a_multiplier(starting_at_offset={"value": -1, "unit": "DAYS"})),
        "body/overrides/0/starting_at_offset/value must be >= 0",
    ),
    "override of nothing": (
        overrides(without(a_multiplier(), "override_specifiers")),
        "must have required property 'override_specifiers'",
    ),
    "term that is no object": (with_terms(overrides=[[]]), "body/overrides/0 must be object"),
}


@pytest.mark.parametrize("body", TAKEN.values(), ids=TAKEN)
def test_takes(engine: Engine, body: JsonObject) -> None:
    assert "data" in engine.call("packages.create", body)


@pytest.mark.parametrize(("body", "message"), REFUSED.values(), ids=REFUSED)
def test_refuses_and_stores_nothing(engine: Engine, body: JsonObject, message: str) -> None:
    assert message in refusal(engine, body)
