"""Rules that one create body must keep by itself, as the API enforces them with a 400.

Comes in: a parsed body. Goes out: nothing, or EngineError 400 for the first rule that is broken.
Never here: what is in the store; whether a product or rate exists is asked in `admission.py`.
Source: field descriptions of POST /v1/packages/create. Messages marked as observed are the API's own words.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from pkgplan.engine.faults import refused

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pkgplan.engine.payloads import PackageAlias, PackageCreate, RecurringCredit, Subscription
    from pkgplan.model.canonical import JsonObject

# Known to the API, not yet to this engine: refusing is better than dropping a term in silence.
UNSUPPORTED: Final = (
    "commits",
    "credits",
    "overrides",
    "prepaid_balance_threshold_configuration",
    "recurring_commits",
    "scheduled_charges",
    "spend_threshold_configuration",
    "spend_trackers",
)


def refuse_unsupported(body: JsonObject) -> None:
    """400 for a kind of term that this engine does not know yet; an empty list of it asks for nothing."""
    for name in UNSUPPORTED:
        if name in body and body[name] != []:
            raise refused(f"{name} is not supported by the embedded engine yet")


def check_terms(payload: PackageCreate) -> None:
    """400 for the first rule inside the body that is broken."""
    if payload.rate_card_id is not None and payload.rate_card_alias is not None:
        raise refused("must not specify both rate_card_id and rate_card_alias")
    _check_aliases(payload.aliases)
    _check_temporary_ids(payload)
    subscriptions = {
        each.temporary_id: each for each in payload.subscriptions if each.temporary_id is not None
    }
    for subscription in payload.subscriptions:
        _check_subscription(subscription)
    for credit in payload.recurring_credits:
        _check_recurring_credit(credit, subscriptions)
    if sum(credit.recurrence_frequency == "DAILY" for credit in payload.recurring_credits) > 1:
        raise refused("at most one recurring commit or credit may have recurrence_frequency DAILY")


def _check_aliases(aliases: Iterable[PackageAlias]) -> None:
    for alias in aliases:
        start, end = alias.starting_at, alias.ending_before
        if start is not None and end is not None and start >= end:
            raise refused(f'alias "{alias.name}": starting_at must be before ending_before')
    _refuse_repeated("alias", (alias.name for alias in aliases))


def _check_temporary_ids(payload: PackageCreate) -> None:
    terms: list[RecurringCredit | Subscription] = [*payload.recurring_credits, *payload.subscriptions]
    _refuse_repeated("temporary_id", (term.temporary_id for term in terms if term.temporary_id is not None))


def _refuse_repeated(what: str, names: Iterable[str]) -> None:
    for name, count in Counter(names).items():
        if count > 1:
            raise refused(f'{what} "{name}" is used {count} times')


def _check_subscription(subscription: Subscription) -> None:
    if (
        subscription.proration.invoice_behavior == "BILL_IMMEDIATELY"
        and subscription.collection_schedule != "ADVANCE"
    ):
        raise refused("invoice_behavior BILL_IMMEDIATELY is only available with collection_schedule ADVANCE")
    if is_seat_based(subscription):
        if subscription.seat_config is None:
            raise refused("must specify seat_config when quantity_management_mode is SEAT_BASED")
    elif subscription.initial_quantity is None:
        raise refused("must specify initial_quantity when quantity_management_mode is QUANTITY_ONLY")


def is_seat_based(subscription: Subscription) -> bool:
    """Whether seats, not a number, say how much of the subscription there is."""
    return subscription.quantity_management_mode == "SEAT_BASED"


def _check_recurring_credit(credit: RecurringCredit, subscriptions: dict[str, Subscription]) -> None:
    if credit.specifiers and (credit.applicable_product_ids or credit.applicable_product_tags):
        raise refused(
            "must not specify specifiers together with applicable_product_ids or applicable_product_tags"
        )
    link = credit.subscription_config
    if link is None:
        if credit.access_amount.quantity is None:
            raise refused("must specify a quantity if no subscription is configured")
        return
    if credit.access_amount.quantity is not None:
        raise refused("must not specify a quantity if a subscription is configured")  # observed
    subscription = subscriptions.get(link.subscription_id)
    if subscription is None:
        raise refused(f'subscription_id "{link.subscription_id}" is not the temporary_id of a subscription')
    if link.allocation == "INDIVIDUAL" and not is_seat_based(subscription):
        raise refused(
            "allocation INDIVIDUAL requires a subscription with quantity_management_mode SEAT_BASED"
        )
    if credit.recurrence_frequency == "DAILY" and is_seat_based(subscription):
        raise refused("recurrence_frequency DAILY must not be linked to a SEAT_BASED subscription")
