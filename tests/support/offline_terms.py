"""Terms that the offline environment takes, one builder for each kind, with changes laid over; and its refusals."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from pkgplan.engine import EngineError
from pkgplan.model.units import USD_CREDIT_TYPE_ID
from support.offline import CARD, COINS, CREDIT, FEE, TOKENS

if TYPE_CHECKING:
    from pkgplan.engine import Engine
    from pkgplan.model.canonical import JsonObject, JsonValue

START: JsonObject = {"value": 0, "unit": "MONTHS"}
YEAR: JsonObject = {"value": 1, "unit": "YEARS"}
STRIPE: JsonObject = {"payment_gate_type": "STRIPE", "stripe_config": {"payment_type": "PAYMENT_INTENT"}}


def with_terms(**terms: JsonValue) -> JsonObject:
    """A package that has a rate card and these terms only."""
    return {"name": "x", "rate_card_id": CARD, **terms}


def refusal(engine: Engine, body: JsonObject, *, status: int = 400) -> str:
    """What the engine says when it refuses a body; it has to have this status, and to have stored nothing."""
    with pytest.raises(EngineError) as raised:
        engine.call("packages.create", body)
    assert raised.value.status == status
    assert "\n" not in raised.value.message
    assert engine.call("packages.list", {"archive_filter": "ALL"}) == {"data": [], "next_page": None}
    return raised.value.message


def access(amount: JsonValue = 1000, **changes: JsonValue) -> JsonObject:
    """One amount for a year."""
    return {
        "schedule_items": [{"amount": amount, "starting_at_offset": START, "duration": YEAR}],
        **changes,
    }


def dated(*unit_prices: JsonValue, **changes: JsonValue) -> JsonObject:
    """Amounts that fall due at the start."""
    items: JsonValue = [{"unit_price": each, "quantity": 1, "date_offset": START} for each in unit_prices]
    return {"schedule_items": items, **changes}


def a_commit(**changes: JsonValue) -> JsonObject:
    """A prepaid commit, paid at once."""
    return {
        "type": "PREPAID",
        "temporary_id": "main",
        "product_id": CREDIT,
        "access_schedule": access(),
        "invoice_schedule": dated(1000),
        **changes,
    }


def a_postpaid_commit(**changes: JsonValue) -> JsonObject:
    """What is missing of 1000 is invoiced at one date."""
    return a_commit(type="POSTPAID", **changes)


def a_single_credit(**changes: JsonValue) -> JsonObject:
    """A credit that is granted once."""
    return {"product_id": CREDIT, "access_schedule": access(), **changes}


def a_recurring_commit(**changes: JsonValue) -> JsonObject:
    """A commit of each month."""
    return {
        "temporary_id": "monthly",
        "product_id": CREDIT,
        "access_amount": {"unit_price": 1000, "quantity": 1},
        "invoice_amount": {"unit_price": 900, "quantity": 1, "credit_type_id": USD_CREDIT_TYPE_ID},
        "priority": 1,
        "commit_duration": {"value": 1},
        "starting_at_offset": START,
        "recurrence_frequency": "MONTHLY",
        **changes,
    }


def a_charge(**changes: JsonValue) -> JsonObject:
    """A scheduled charge."""
    return {"product_id": CREDIT, "schedule": dated(500), **changes}


def a_multiplier(*specifiers: JsonValue, **changes: JsonValue) -> JsonObject:
    """Ten percent off, for input tokens if nothing else is said."""
    return {
        "override_specifiers": list(specifiers) or [{"product_id": TOKENS}],
        "starting_at_offset": START,
        "type": "MULTIPLIER",
        "multiplier": Decimal("0.9"),
        **changes,
    }


def an_overwrite(rate: JsonValue, *specifiers: JsonValue, **changes: JsonValue) -> JsonObject:
    """Another price, for input tokens if nothing else is said."""
    return {
        "override_specifiers": list(specifiers) or [{"product_id": TOKENS}],
        "starting_at_offset": START,
        "type": "OVERWRITE",
        "overwrite_rate": rate,
        **changes,
    }


def a_flat_rate(price: JsonValue = 5, **changes: JsonValue) -> JsonObject:
    """A price for each unit."""
    return {"rate_type": "FLAT", "price": price, **changes}


def a_fee(frequency: str = "MONTHLY") -> JsonObject:
    """The specifier of the platform fee."""
    return {"product_id": FEE, "billing_frequency": frequency}


def a_spend_threshold(**changes: JsonValue) -> JsonObject:
    """An invoice for each 200 dollars."""
    return {
        "is_enabled": True,
        "threshold_amount": 20000,
        "commit": {"product_id": CREDIT},
        "payment_gate_config": STRIPE,
        **changes,
    }


def a_balance_threshold(**changes: JsonValue) -> JsonObject:
    """Recharged to 20 dollars when 5 are left."""
    return {
        "is_enabled": True,
        "threshold_amount": 500,
        "recharge_to_amount": 2000,
        "commit": {"product_id": CREDIT},
        "payment_gate_config": STRIPE,
        **changes,
    }


def a_tracker(**changes: JsonValue) -> JsonObject:
    """What is bought with a discount."""
    return {
        "alias": "promo-cap",
        "credit_type_id": COINS,
        "reset_frequency": "BILLING_PERIOD",
        "applicable_spend_specifiers": [
            {"spend_type": "COMMIT_PURCHASE", "sources": ["THRESHOLD_RECHARGE", "MANUAL"]}
        ],
        **changes,
    }


def overrides(*terms: JsonValue, **changes: JsonValue) -> JsonObject:
    """A package with these overrides."""
    return with_terms(overrides=list(terms), **changes)


def rate(**fields: JsonValue) -> JsonObject:
    """A package that overwrites a price with this rate."""
    return overrides(an_overwrite(fields))


def commits(*terms: JsonValue) -> JsonObject:
    """A package with these commits."""
    return with_terms(commits=list(terms))


def topped_up(**changes: JsonValue) -> JsonObject:
    """A package whose balance is recharged, with changes to how."""
    return with_terms(prepaid_balance_threshold_configuration=a_balance_threshold(**changes))
