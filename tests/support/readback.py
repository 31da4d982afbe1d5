"""A package as it is read back, held against the payload that made it.

Comes in: a create payload and the body of a read. Goes out: the places where the two do not say the same.
What the API never gives back is left out; what it fills in must be a default that is listed here.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

NOT_READ_BACK = frozenset({
    "temporary_id", "rate_card_alias", "uniqueness_key", "aliases", "invoice_generation_starting_at_offset",
    "initial_unassigned_seats",
})  # fmt: skip
FILLED_IN: dict[str, Any] = {
    "proration": "FIRST_AND_LAST",
    "is_prorated": False,
    "invoice_behavior": "BILL_ON_NEXT_COLLECTION_DATE",
    "quantity_management_mode": "QUANTITY_ONLY",
    "allocation": "POOLED",
    "rate_type": "LIST_RATE",
    "do_not_invoice": False,
    "multiplier_override_prioritization": "LOWEST_MULTIPLIER",
    "usage_statement_schedule": {"frequency": "MONTHLY", "day": "FIRST_OF_MONTH"},
    "day": "FIRST_OF_MONTH",
    "credit_type_id": "00000000-0000-0000-0000-000000000000",  # a balance in units of usage
    "is_commit_specific": False,
}
# Always there, whatever was sent.
ADDED = frozenset({"id", "created_at", "created_by", "archived_at"})
_RENAMED = {
    "override_tiers": "tiers",
    "commit_template_ids": "commit_ids",
    "recurring_commit_template_ids": "recurring_commit_ids",
    "any_commit_or_credit_template_ids": "any_commit_or_credit_ids",
    "subscription_template_id": "subscription_id",
}
_WITH_TEMPORARY_IDS = ("commits", "recurring_commits", "recurring_credits", "subscriptions")


def differences(payload: Any, read: Any) -> list[str]:
    """Where a read says something else than was sent."""
    names = {
        there["id"]: here["temporary_id"]
        for field in _WITH_TEMPORARY_IDS
        for here, there in zip(payload.get(field, []), read.get(field, []), strict=False)
    }
    return list(_differences(payload, _as_sent(read, names), ""))


def _as_sent(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, list):
        return [_as_sent(item, names) for item in value]
    if isinstance(value, str):
        return names.get(value, value)
    if not isinstance(value, dict):
        return value
    told: dict[str, Any] = {}
    for key, item in value.items():
        if key in {"product", "credit_type"} and isinstance(item, dict):
            told[f"{key}_id"] = item["id"]
        else:
            told[_RENAMED.get(str(key), str(key))] = _as_sent(item, names)
    return told


def _differences(sent: Any, read: Any, where: str) -> Iterator[str]:
    if isinstance(sent, dict) and isinstance(read, dict):
        for key in sent.keys() - NOT_READ_BACK:
            if key in read:
                yield from _differences(sent[key], read[key], f"{where}.{key}")
            else:
                yield f"{where}.{key} is gone"
        for key in read.keys() - sent.keys() - ADDED:
            if read[key] not in ([], {}, FILLED_IN.get(key)):
                yield f"{where}.{key} came in: {read[key]!r}"
    elif isinstance(sent, list) and isinstance(read, list) and len(sent) == len(read):
        for position, (one, other) in enumerate(zip(sent, read, strict=True)):
            yield from _differences(one, other, f"{where}[{position}]")
    elif _plain(sent) != _plain(read) or isinstance(sent, bool) != isinstance(read, bool):
        yield f"{where}: sent {sent!r}, read {read!r}"


def _plain(value: Any) -> Any:
    return Decimal(value) if isinstance(value, int) else value
