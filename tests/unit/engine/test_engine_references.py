"""What every kind of term refers to has to be there: products of the right type, pricing units, custom field keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.offline import CREDIT, TOKENS
from support.offline_terms import (
    a_charge,
    a_commit,
    a_multiplier,
    a_recurring_commit,
    a_single_credit,
    a_spend_threshold,
    a_tracker,
    access,
    commits,
    dated,
    overrides,
    rate,
    refusal,
    topped_up,
    with_terms,
)

if TYPE_CHECKING:
    from pkgplan.engine import Engine
    from pkgplan.model.canonical import JsonObject


WRONG_PRODUCT: dict[str, JsonObject] = {
    "a commit": commits(a_commit(product_id=TOKENS)),
    "a credit": with_terms(credits=[a_single_credit(product_id=TOKENS)]),
    "a recurring commit": with_terms(recurring_commits=[a_recurring_commit(product_id=TOKENS)]),
    "a scheduled charge": with_terms(scheduled_charges=[a_charge(product_id=TOKENS)]),
    "a threshold commit": topped_up(commit={"product_id": TOKENS}),
}
UNREGISTERED: dict[str, JsonObject] = {
    "package_commit": commits(a_commit(custom_fields={"tier": "x"})),
    "package_credit": with_terms(credits=[a_single_credit(custom_fields={"tier": "x"})]),
    "package_scheduled_charge": with_terms(scheduled_charges=[a_charge(custom_fields={"tier": "x"})]),
}
MISSING_PRODUCT: dict[str, JsonObject] = {
    "of a commit": commits(a_commit(product_id="nope")),
    "of a charge": with_terms(scheduled_charges=[a_charge(product_id="nope")]),
    "of a spend threshold": with_terms(
        spend_threshold_configuration=a_spend_threshold(commit={"product_id": "nope"})
    ),
    "that a commit applies to": commits(a_commit(applicable_product_ids=[TOKENS, "nope"])),
    "in a specifier of a credit": with_terms(credits=[a_single_credit(specifiers=[{"product_id": "nope"}])]),
    "in a specifier of a top-up": topped_up(
        commit={"product_id": CREDIT, "specifiers": [{"product_id": "nope"}]}
    ),
    "of an override": overrides(a_multiplier({"product_id": "nope"})),
}
MISSING_UNIT: dict[str, JsonObject] = {
    "of access": commits(a_commit(access_schedule=access(credit_type_id="nope"))),
    "of an invoice": commits(a_commit(invoice_schedule=dated(1000, credit_type_id="nope"))),
    "of a charge": with_terms(scheduled_charges=[a_charge(schedule=dated(1, credit_type_id="nope"))]),
    "of a grant": with_terms(
        recurring_commits=[
            a_recurring_commit(access_amount={"unit_price": 1, "quantity": 1, "credit_type_id": "nope"})
        ]
    ),
    "of what a grant costs": with_terms(
        recurring_commits=[
            a_recurring_commit(invoice_amount={"unit_price": 1, "quantity": 1, "credit_type_id": "nope"})
        ]
    ),
    "of an overwrite": rate(rate_type="FLAT", price=1, credit_type_id="nope"),
    "of a tracker": with_terms(spend_trackers=[a_tracker(credit_type_id="nope")]),
    "of a threshold": topped_up(custom_credit_type_id="nope"),
}


@pytest.mark.parametrize(("user", "body"), WRONG_PRODUCT.items(), ids=WRONG_PRODUCT)
def test_balances_and_charges_need_fixed_products(engine: Engine, user: str, body: JsonObject) -> None:
    assert refusal(engine, body) == f'product "{TOKENS}" has type USAGE, {user} needs FIXED'


@pytest.mark.parametrize(("entity", "body"), UNREGISTERED.items(), ids=UNREGISTERED)
def test_custom_field_keys_are_registered_for_each_entity(
    engine: Engine, entity: str, body: JsonObject
) -> None:
    assert refusal(engine, body) == f'custom field key "tier" is not registered for {entity}'


@pytest.mark.parametrize("body", MISSING_PRODUCT.values(), ids=MISSING_PRODUCT)
def test_a_product_that_is_not_there_is_404(engine: Engine, body: JsonObject) -> None:
    assert refusal(engine, body, status=404) == 'product "nope" not found'


@pytest.mark.parametrize("body", MISSING_UNIT.values(), ids=MISSING_UNIT)
def test_a_pricing_unit_that_is_not_there_is_404(engine: Engine, body: JsonObject) -> None:
    assert refusal(engine, body, status=404) == 'credit type "nope" not found'
