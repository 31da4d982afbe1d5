"""Rules of commits, credits, recurring commits and recurring credits.

Comes in: a parsed body. Goes out: a message for each fault. Never here: products or tags that do not exist.
Source: `commits`, `credits`, `recurring_commits`, `recurring_credits` of POST /v1/packages/create.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from pkgplan.engine.payloads.balances import DatedItem
from pkgplan.engine.payloads.shared import DrawnDown
from pkgplan.model.canonical import fits_double
from pkgplan.rating import exact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.engine.payloads import PackageCreate
    from pkgplan.engine.payloads.balances import Commit
    from pkgplan.engine.payloads.recurring import AccessAmount, InvoiceAmount, Recurring
    from pkgplan.engine.payloads.subscriptions import Subscription
    from pkgplan.rating.exact import Number


def balance_faults(payload: PackageCreate) -> Iterator[str]:
    """`specifiers`: "cannot be used together with `applicable_product_ids` or `applicable_product_tags`"."""
    for part in payload.parts():
        if (
            isinstance(part, DrawnDown)
            and part.specifiers
            and (part.applicable_product_ids or part.applicable_product_tags)
        ):
            yield "must not specify specifiers together with applicable_product_ids or applicable_product_tags"
        if isinstance(part, DatedItem):
            yield from _amount("a schedule item", part.unit_price, part.quantity)
    for commit in payload.commits:
        if commit.type == "POSTPAID":
            yield from _postpaid(commit)


def _postpaid(commit: Commit) -> Iterator[str]:
    """`invoice_schedule`: required for POSTPAID, "only one schedule item is allowed; the total must match"."""
    if commit.invoice_schedule is None:
        yield "must specify invoice_schedule for a POSTPAID commit"
        return
    access, invoice = commit.access_schedule.schedule_items, commit.invoice_schedule.schedule_items
    for name, items in (("access_schedule", access), ("invoice_schedule", invoice)):
        if len(items) != 1:
            yield f"{name} of a POSTPAID commit must have exactly one schedule item, not {len(items)}"
            return
    # Fractions, because a product of two Decimals is rounded.
    if Fraction(invoice[0].unit_price) * Fraction(invoice[0].quantity) != access[0].amount:
        yield (
            "unit_price x quantity in invoice_schedule of a POSTPAID commit must match the amount "
            f"{access[0].amount} in access_schedule"
        )


def recurring_faults(payload: PackageCreate) -> Iterator[str]:
    """`access_amount.quantity`, `subscription_config`, and `recurrence_frequency`: at most one DAILY."""
    subscriptions = {each.temporary_id: each for each in payload.subscriptions}
    for term in payload.recurring:
        link = term.subscription_config
        if link is not None:
            yield from _linked(term, link.allocation, subscriptions.get(link.subscription_id))
        elif term.access_amount.quantity is None:
            yield "must specify a quantity if no subscription is configured"
        seats = None if link is None else _first_quantity(subscriptions.get(link.subscription_id))
        for name in ("access_amount", "invoice_amount"):
            price: AccessAmount | InvoiceAmount | None = getattr(term, name, None)
            if price is not None:
                yield from _amount(name, price.unit_price, price.quantity, seats)
    if sum(term.recurrence_frequency == "DAILY" for term in payload.recurring) > 1:
        yield "at most one recurring commit or credit may have recurrence_frequency DAILY"


def _amount(name: str, *factors: Number | None) -> Iterator[str]:
    """Each factor is a number that a double can hold, but answers show the product (assumed to be refused)."""
    if not fits_double(exact.product(*(factor for factor in factors if factor is not None))):
        yield f"unit_price x quantity of {name} must be a number that a double can hold"


def _first_quantity(subscription: Subscription | None) -> Number | None:
    """By which the amounts of what is linked to a subscription are multiplied."""
    if subscription is None or not subscription.is_seat_based:
        return None if subscription is None else subscription.initial_quantity
    return None if subscription.seat_config is None else subscription.seat_config.initial_unassigned_seats


def _linked(term: Recurring, allocation: str | None, subscription: Subscription | None) -> Iterator[str]:
    if term.access_amount.quantity is not None:
        yield "must not specify a quantity if a subscription is configured"  # observed
    if subscription is None or not subscription.is_seat_based:
        if allocation == "INDIVIDUAL":
            yield "allocation INDIVIDUAL requires a subscription with quantity_management_mode SEAT_BASED"
    elif term.recurrence_frequency == "DAILY":
        yield "recurrence_frequency DAILY must not be linked to a SEAT_BASED subscription"
