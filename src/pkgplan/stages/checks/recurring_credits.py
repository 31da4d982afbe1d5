"""Recurring credits: quantity or seats, recurrence, priority, applicability (PKG205-207, 209, 213, 214, 216).

Comes in: the index. Goes out: findings inside `spec.recurring_credits`. Never here: product types or money.
Source: field descriptions of POST /v1/packages/create; what is only observed is a warning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pkgplan.model import rules
from pkgplan.model.diagnostics import Diagnostic, Related
from pkgplan.stages.checks.spans import may_be_shorter
from pkgplan.stages.checks.words import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.model.catalog.catalog import Declared
    from pkgplan.model.catalog.package import PackageDocument, PackageSpec
    from pkgplan.model.catalog.recurring_credits import RecurringCredit
    from pkgplan.model.diagnostics import Location
    from pkgplan.stages.checks.index import Index

# A credit without a frequency follows usage invoices, and these are monthly unless the package says more.
_DEFAULT_FREQUENCY: Final = "monthly"


def _credits(index: Index) -> Iterator[tuple[Declared[PackageDocument], str, RecurringCredit, Location]]:
    for package in index.packages:
        for key, credit in package.document.spec.recurring_credits.items():
            yield package, key, credit, package.at("spec", "recurring_credits", key)


def check_quantity_or_seats(index: Index) -> Iterator[Diagnostic]:
    """PKG205 for a grant with both or neither of a quantity and a subscription."""
    for _, key, credit, at in _credits(index):
        quantity, link = credit.access_amount.quantity, credit.subscription_config
        if quantity is not None and link is not None:
            yield Diagnostic(
                rules.QUANTITY_OR_SEATS,
                f"recurring credit {quote(key)} has both quantity {quote(quantity)} "
                f"and subscription {quote(link.subscription)}",
                at.child("access_amount", "quantity"),
                "remove the quantity; the subscription's quantity counts",
                (Related(at.child("subscription_config"), "the subscription is here"),),
            )
        elif quantity is None and link is None:
            yield Diagnostic(
                rules.QUANTITY_OR_SEATS,
                f'recurring credit {quote(key)} has neither "quantity" nor "subscription_config"',
                at.child("access_amount"),
                'add "quantity: 1"',
            )


def check_subscription_link(index: Index) -> Iterator[Diagnostic]:
    """PKG206 for a link to no subscription; PKG207 for single allocation on one without seats."""
    for package, key, credit, at in _credits(index):
        link = credit.subscription_config
        if link is None:
            continue
        subscriptions = package.document.spec.subscriptions
        linked = subscriptions.get(link.subscription)
        if linked is None:
            message = f"package {quote(package.key)} has no subscription {quote(link.subscription)}"
            hint = index.hint(f"subscription of {package.key}", link.subscription, subscriptions)
            where = at.child("subscription_config", "subscription")
            yield Diagnostic(rules.UNKNOWN_TERM, message, where, hint or "use the key of a subscription")
        elif link.allocation == "individual" and linked.quantity_management_mode != "seat_based":
            mode = linked.quantity_management_mode or "quantity_only"
            yield Diagnostic(
                rules.INDIVIDUAL_NEEDS_SEATS,
                f'recurring credit {quote(key)} has "allocation: individual", '
                f"but subscription {quote(link.subscription)} is {quote(mode)}",
                at.child("subscription_config", "allocation"),
                'use "allocation: pooled", or "quantity_management_mode: seat_based" on the subscription',
                (
                    Related(
                        package.at("spec", "subscriptions", link.subscription), "the subscription is here"
                    ),
                ),
            )


def check_daily(index: Index) -> Iterator[Diagnostic]:
    """PKG209 for a second daily credit in a package, and for a daily one that is linked to seats."""
    first: dict[str, tuple[str, Location]] = {}
    for package, key, credit, at in _credits(index):
        if credit.recurrence_frequency != "daily":
            continue
        where = at.child("recurrence_frequency")
        if _is_seat_based(package.document.spec, credit) and credit.subscription_config is not None:
            yield Diagnostic(
                rules.DAILY_RECURRENCE,
                f'recurring credit {quote(key)} is "daily", but linked to the seats of subscription '
                f"{quote(credit.subscription_config.subscription)}",
                where,
                'use "recurrence_frequency: weekly" or longer',
                (Related(at.child("subscription_config"), "the link is here"),),
            )
        earlier = first.setdefault(package.key, (key, where))
        if earlier[0] != key:
            yield Diagnostic(
                rules.DAILY_RECURRENCE,
                f'recurring credit {quote(key)} is "daily", and so is {quote(earlier[0])}; '
                "Metronome takes one a contract",
                where,
                "keep one daily credit, or use another frequency",
                (Related(earlier[1], "the other one is here"),),
            )


def check_short_recurrence(index: Index) -> Iterator[Diagnostic]:
    """PKG213 for a credit that may end within its first period and is prorated then."""
    for package, key, credit, at in _credits(index):
        if credit.duration is None or credit.proration == "none":
            continue
        schedule = package.document.spec.usage_statement_schedule
        frequency = credit.recurrence_frequency or (schedule.frequency if schedule else _DEFAULT_FREQUENCY)
        if may_be_shorter(credit.duration, frequency):
            yield Diagnostic(
                rules.SHORT_RECURRENCE,
                f"recurring credit {quote(key)} lasts {quote(credit.duration)}, "
                f"less than one {quote(frequency)} period, so its grant shrinks",
                at.child("duration"),
                'add "proration: none", or let it last a whole period',
            )


def check_seat_priority(index: Index) -> Iterator[Diagnostic]:
    """PKG214 for each shared credit with a lower priority number than a seat-based one of its package."""
    for package in index.packages:
        spec = package.document.spec
        seats = [(key, each) for key, each in spec.recurring_credits.items() if _is_seat_based(spec, each)]
        if not seats:
            continue
        last, behind = max(seats, key=lambda entry: entry[1].priority)
        for key, credit in spec.recurring_credits.items():
            if credit.priority < behind.priority and not _is_seat_based(spec, credit):
                other = package.at("spec", "recurring_credits", last, "priority")
                yield Diagnostic(
                    rules.SEAT_PRIORITY,
                    f"recurring credit {quote(key)} with priority {quote(credit.priority)} is drawn before "
                    f"the seat-based {quote(last)} with {quote(behind.priority)}",
                    package.at("spec", "recurring_credits", key, "priority"),
                    f"give {quote(last)} the lower number",
                    (Related(other, "the seat-based one is here"),),
                )


def check_applicability_choice(index: Index) -> Iterator[Diagnostic]:
    """PKG216 for specifiers next to applicable products or tags."""
    for _, key, credit, at in _credits(index):
        if not credit.specifiers:
            continue
        for field in ("applicable_products", "applicable_product_tags"):
            if getattr(credit, field):
                yield Diagnostic(
                    rules.APPLICABILITY_CHOICE,
                    f'recurring credit {quote(key)} has both "specifiers" and {quote(field)}',
                    at.child("specifiers"),
                    f'keep one of the two; a specifier with "product" can say what "{field}" says',
                    (Related(at.child(field), "the other one is here"),),
                )


def _is_seat_based(spec: PackageSpec, credit: RecurringCredit) -> bool:
    link = credit.subscription_config
    linked = spec.subscriptions.get(link.subscription) if link else None
    return linked is not None and linked.quantity_management_mode == "seat_based"
