"""Rules of the package itself and of its subscriptions.

Comes in: a parsed body. Goes out: a message for each fault. Never here: ids that terms give each other.
Source: `rate_card_alias`, `aliases`, `subscriptions` of POST /v1/packages/create.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.engine.terms.repeated import repeated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.engine.payloads import PackageCreate


def package_faults(payload: PackageCreate) -> Iterator[str]:
    """One rate card at most; windows of aliases that hold an instant, one for each alias."""
    if payload.rate_card_id is not None and payload.rate_card_alias is not None:
        yield "must not specify both rate_card_id and rate_card_alias"
    for alias in payload.aliases:
        start, end = alias.starting_at, alias.ending_before
        if start is not None and end is not None and start >= end:
            yield f'alias "{alias.name}": starting_at must be before ending_before'
    yield from repeated("alias", (alias.name for alias in payload.aliases))


def subscription_faults(payload: PackageCreate) -> Iterator[str]:
    """`invoice_behavior`: BILL_IMMEDIATELY "Only available when collection schedule is `ADVANCE`".

    `quantity_management_mode`: SEAT_BASED comes with `seat_config`, QUANTITY_ONLY with `initial_quantity`.
    """
    for subscription in payload.subscriptions:
        immediately = subscription.proration.invoice_behavior == "BILL_IMMEDIATELY"
        if immediately and subscription.collection_schedule != "ADVANCE":
            yield "invoice_behavior BILL_IMMEDIATELY is only available with collection_schedule ADVANCE"
        if subscription.is_seat_based:
            if subscription.seat_config is None:
                yield "must specify seat_config when quantity_management_mode is SEAT_BASED"
        elif subscription.initial_quantity is None:
            yield "must specify initial_quantity when quantity_management_mode is QUANTITY_ONLY"
