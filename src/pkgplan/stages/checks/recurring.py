"""Recurring commits and credits: quantity or seats, recurrence, priority (PKG205-207, 209, 213, 214).

Comes in: the index. Goes out: findings inside `recurring_commits` and `recurring_credits`, and at a one-off
balance that is drawn before a seat-based one. Never here: product types or money.
Source: field descriptions of POST /v1/packages/create; what is only observed is a warning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pkgplan.model import rules
from pkgplan.model.diagnostics import Diagnostic, Related
from pkgplan.stages.checks.index import terms_of
from pkgplan.stages.checks.spans import may_be_shorter
from pkgplan.stages.checks.words import quote

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from pkgplan.model.catalog.recurring import RecurringGrant
    from pkgplan.model.diagnostics import Location
    from pkgplan.stages.checks.index import Index, Term

RECURRING: Final = ("recurring_commits", "recurring_credits")
_BALANCES: Final = ("commits", "credits", *RECURRING)
# A grant without a frequency follows usage invoices, and these are monthly unless the package says more.
_DEFAULT_FREQUENCY: Final = "monthly"
# What Metronome takes for a commit or credit without a priority.
_DEFAULT_PRIORITY: Final = 100


def check_quantity_or_seats(index: Index) -> Iterator[Diagnostic]:
    """PKG205 for a grant with both or neither of a quantity and a subscription."""
    for term in index.terms(*RECURRING):
        grant: RecurringGrant = term.value
        quantity, link = grant.access_amount.quantity, grant.subscription_config
        if quantity is not None and link is not None:
            yield Diagnostic(
                rules.QUANTITY_OR_SEATS,
                f"{term} has both quantity {quote(quantity)} and subscription {quote(link.subscription)}",
                term.at.child("access_amount", "quantity"),
                "remove the quantity to grant it for each unit of the subscription, or the subscription_config",
                (Related(term.at.child("subscription_config"), "the subscription is here"),),
            )
        elif quantity is None and link is None:
            yield Diagnostic(
                rules.QUANTITY_OR_SEATS,
                f'{term} has neither "quantity" nor "subscription_config"',
                term.at.child("access_amount"),
                'add "quantity" with how often a period grants it, or "subscription_config" to grant it for each unit',
            )


def check_subscription_link(index: Index) -> Iterator[Diagnostic]:
    """PKG206 for a link to no subscription; PKG207 for single allocation on one without seats."""
    for term in index.terms(*RECURRING):
        grant: RecurringGrant = term.value
        link = grant.subscription_config
        if link is None:
            continue
        package, subscriptions = term.package, term.spec.subscriptions
        linked = subscriptions.get(link.subscription)
        if linked is None:
            message = f"package {quote(package.key)} has no subscription {quote(link.subscription)}"
            hint = index.hint(f"subscription of {package.key}", link.subscription, subscriptions)
            where = term.at.child("subscription_config", "subscription")
            yield Diagnostic(rules.UNKNOWN_TERM, message, where, hint or "use the key of a subscription")
        elif link.allocation == "individual" and linked.quantity_management_mode != "seat_based":
            mode = linked.quantity_management_mode or "quantity_only"
            at = package.at("spec", "subscriptions", link.subscription)
            yield Diagnostic(
                rules.INDIVIDUAL_NEEDS_SEATS,
                f'{term} has "allocation: individual", '
                f"but subscription {quote(link.subscription)} is {quote(mode)}",
                term.at.child("subscription_config", "allocation"),
                'use "allocation: pooled", or "quantity_management_mode: seat_based" on the subscription',
                (Related(at, "the subscription is here"),),
            )


def check_daily(index: Index) -> Iterator[Diagnostic]:
    """PKG209 for a second daily grant in a package, and for a daily one that is linked to seats."""
    first: dict[str, Term] = {}
    for term in index.terms(*RECURRING):
        if term.value.recurrence_frequency != "daily":
            continue
        where = term.at.child("recurrence_frequency")
        if _is_seat_based(term):
            yield Diagnostic(
                rules.DAILY_RECURRENCE,
                f'{term} is "daily", but linked to the seats of subscription '
                f"{quote(term.value.subscription_config.subscription)}",
                where,
                "use a longer frequency, and the amount that belongs to it",
            )
        earlier = first.setdefault(term.package.key, term)
        if earlier is not term:
            yield Diagnostic(
                rules.DAILY_RECURRENCE,
                f'{term} is "daily", and so is {earlier}; Metronome takes one a contract',
                where,
                "keep one daily grant, or use another frequency and the amount that belongs to it",
                (Related(earlier.at.child("recurrence_frequency"), "the other one is here"),),
            )


def check_short_recurrence(index: Index) -> Iterator[Diagnostic]:
    """PKG213 for a grant that may end within its first period and is prorated then."""
    for term in index.terms(*RECURRING):
        grant: RecurringGrant = term.value
        if grant.duration is None or grant.proration == "none":
            continue
        schedule = term.spec.usage_statement_schedule
        frequency = grant.recurrence_frequency or (schedule.frequency if schedule else _DEFAULT_FREQUENCY)
        if may_be_shorter(grant.duration, frequency):
            yield Diagnostic(
                rules.SHORT_RECURRENCE,
                f"{term} lasts {quote(grant.duration)}, "
                f"less than one {quote(frequency)} period, so its grant shrinks",
                term.at.child("duration"),
                'add "proration: none", or let it last a whole period',
            )


def check_seat_priority(index: Index) -> Iterator[Diagnostic]:
    """PKG214 for each shared balance with a lower priority number than a seat-based one of its package."""
    for package in index.packages:
        seats = [term for term in terms_of(package, *RECURRING) if _is_seat_based(term)]
        if not seats:
            continue
        last = max(seats, key=_priority)
        for term in terms_of(package, *_BALANCES):
            if _priority(term) < _priority(last) and not _is_seat_based(term):
                yield Diagnostic(
                    rules.SEAT_PRIORITY,
                    f"{term} {_ranked(term)} is drawn before the seat-based {quote(last.key)} "
                    f"with {quote(_priority(last))}",
                    _priority_at(term),
                    f"give {quote(last.key)} the lower number",
                    (Related(_priority_at(last), "the seat-based one is here"),),
                )


def _priority(term: Term) -> int | Decimal:
    priority: int | Decimal | None = term.value.priority
    return _DEFAULT_PRIORITY if priority is None else priority


def _ranked(term: Term) -> str:
    if term.value.priority is None:
        return f"without a priority, which counts as {quote(_DEFAULT_PRIORITY)},"
    return f"with priority {quote(term.value.priority)}"


def _priority_at(term: Term) -> Location:
    return term.at.at_key() if term.value.priority is None else term.at.child("priority")


def _is_seat_based(term: Term) -> bool:
    if term.field not in RECURRING or term.value.subscription_config is None:
        return False
    linked = term.spec.subscriptions.get(term.value.subscription_config.subscription)
    return linked is not None and linked.quantity_management_mode == "seat_based"
