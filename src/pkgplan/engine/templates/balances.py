"""How commits, credits and scheduled charges are shown.

Comes in: terms of an admitted body. Goes out: their templates. Never here: temporary ids.
Source: SDK 4.12 `package_retrieve_response.DataCommit`, `DataCredit`, `DataScheduledCharge`: pricing units with
their names, ids of schedule items, `do_not_invoice` always there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pkgplan.engine.templates.scope import copied

if TYPE_CHECKING:
    from pkgplan.engine.payloads.balances import Balance, Commit, Credit, DatedSchedule, ScheduledCharge
    from pkgplan.engine.templates.scope import Scope
    from pkgplan.model.canonical import JsonObject

_COPIED: Final = (
    "applicable_product_ids",
    "applicable_product_tags",
    "custom_fields",
    "description",
    "name",
    "priority",
    "rollover_fraction",
    "specifiers",
    "type",
)


def shown_commit(commit: Commit, scope: Scope) -> JsonObject:
    """`CommitTemplate`."""
    body = _balance(commit, scope.template_id(commit.temporary_id), scope)
    schedule = commit.invoice_schedule
    if schedule is not None:
        body["invoice_schedule"] = {
            "do_not_invoice": schedule.do_not_invoice or False,
            **_dated(schedule, scope),
        }
    return body


def shown_credit(credit: Credit, scope: Scope) -> JsonObject:
    """`CreditTemplate`; it has no type, although the vendor's description lists one as required."""
    return _balance(credit, scope.new_id(), scope)


def shown_charge(charge: ScheduledCharge, scope: Scope) -> JsonObject:
    """`ScheduledChargeTemplate`."""
    return {
        "id": scope.new_id(),
        "product": scope.product(charge.product_id),
        "schedule": _dated(charge.schedule, scope),
        **copied(charge.to_json(), ("custom_fields", "name")),
    }


def _balance(balance: Balance, template_id: str, scope: Scope) -> JsonObject:
    schedule = balance.access_schedule
    return {
        "id": template_id,
        "product": scope.product(balance.product_id),
        "access_schedule": {
            "credit_type": scope.credit_type(schedule, schedule.access_type),
            **scope.items(schedule.to_json()),
            **copied(schedule.to_json(), ("access_type",)),
        },
        "rate_type": balance.rate_type or "LIST_RATE",  # (assumed)
        **copied(balance.to_json(), _COPIED),
    }


def _dated(schedule: DatedSchedule, scope: Scope) -> JsonObject:
    return {"credit_type": scope.credit_type(schedule), **scope.items(schedule.to_json())}
