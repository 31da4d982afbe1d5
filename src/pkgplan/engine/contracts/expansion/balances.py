"""Commits, credits and scheduled charges of a contract.

Comes in: templates of a stored package. Goes out: terms with dated segments and dated invoice items.
Never here: balances and ledgers; those depend on the present. Units: amounts are the API's, cents for USD.
Source: SDK 4.12 `shared.ContractV2` (`Commit`, `Credit`), `shared.ScheduledCharge`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from pkgplan.engine.contracts.expansion.frame import dated
from pkgplan.model.canonical import JsonObject, JsonValue, as_list, as_object
from pkgplan.rating import exact

if TYPE_CHECKING:
    from decimal import Decimal

    from pkgplan.engine.contracts.expansion.frame import Frame


def commit(template: JsonObject, frame: Frame) -> JsonObject:
    """`Commit`. The true-up of a postpaid one remains due after the contract."""
    term = _balance(template, frame)
    if "invoice_schedule" in template:
        term["invoice_schedule"] = _dated(
            as_object(template["invoice_schedule"]), frame, remains=template["type"] == "POSTPAID"
        )
    return term


def credit(template: JsonObject, frame: Frame) -> JsonObject:
    """`Credit`."""
    return {**_balance(template, frame), "type": "CREDIT"}


def charge(template: JsonObject, frame: Frame) -> JsonObject:
    """`ScheduledCharge`."""
    term = frame.begun(template)
    term["schedule"] = _dated(as_object(template["schedule"]), frame)
    return term


def _balance(template: JsonObject, frame: Frame) -> JsonObject:
    """The term stays even if all its segments lie beyond the contract: overrides name it, invoices may be due."""
    term = frame.begun(template)
    schedule = as_object(template["access_schedule"])
    term["access_schedule"] = {
        **schedule,
        "schedule_items": [
            {"id": frame.new_id(), "amount": item["amount"], **dates}
            for item in _items(schedule)
            if (dates := frame.dates(item)) is not None
        ],
    }
    return term


def _dated(schedule: JsonObject, frame: Frame, *, remains: bool = False) -> JsonObject:
    items: list[JsonValue] = []
    for item in _items(schedule):
        due = frame.after_start(item["date_offset"])
        if remains or not frame.is_beyond(due):
            items.append(
                {
                    "id": frame.new_id(),
                    "timestamp": dated(due),
                    "unit_price": item["unit_price"],
                    "quantity": item["quantity"],
                    "amount": _amount(item),
                }
            )
    return {**schedule, "schedule_items": items}


def _amount(item: JsonObject) -> Decimal:
    """unit_price x quantity with every digit."""
    return exact.product(*(cast("Decimal", item[name]) for name in ("unit_price", "quantity")))


def _items(schedule: JsonObject) -> list[JsonObject]:
    return [as_object(item) for item in as_list(schedule["schedule_items"])]
