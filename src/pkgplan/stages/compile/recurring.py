"""`recurring_commits` and `recurring_credits` of a package, as the API takes them.

Comes in: the mappings of terms. Goes out: lists, ordered by term key; the key is the `temporary_id`.
Never here: checks; a term that arrives here is sound.
Source: SDK `package_create_params.RecurringCommit`, `RecurringCredit`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.model.catalog.recurring import CommitRounding, RecurringCommit
from pkgplan.stages.compile.values import (
    amount,
    applicability,
    capitals,
    credit_type,
    number,
    present,
    rounding,
    span,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pkgplan.model.canonical import JsonObject, JsonValue
    from pkgplan.model.catalog.recurring import (
        AccessAmount,
        CreditRounding,
        InvoiceAmount,
        RecurringCredit,
        SubscriptionLink,
    )
    from pkgplan.stages.compile.references import Ids


def recurring(
    terms: Mapping[str, RecurringCommit] | Mapping[str, RecurringCredit], ids: Ids
) -> list[JsonValue]:
    """The payload list of either kind. Units: amounts in cents for USD, whole units for all else."""
    return [_grant(key, terms[key], ids) for key in sorted(terms)]


def _grant(key: str, term: RecurringCommit | RecurringCredit, ids: Ids) -> JsonObject:
    return present(
        temporary_id=key,
        product_id=ids.product(term.product),
        name=term.name,
        description=term.description,
        access_amount=_access_amount(term.access_amount, ids),
        invoice_amount=_invoice_amount(term.invoice_amount, ids)
        if isinstance(term, RecurringCommit)
        else None,
        priority=number(term.priority),
        commit_duration=span(term.commit_duration),
        starting_at_offset=span(term.starting_at_offset),
        duration=span(term.duration),
        recurrence_frequency=capitals(term.recurrence_frequency),
        proration=capitals(term.proration),
        proration_rounding=_proration_rounding(term.proration_rounding),
        rollover_fraction=number(term.rollover_fraction),
        **applicability(term, ids),
        subscription_config=_subscription_config(term.subscription_config),
    )


def _access_amount(granted: AccessAmount, ids: Ids) -> JsonObject:
    """Money carries its credit type; a quantity grant counts units and has none."""
    return present(
        unit_price=amount(granted.unit_price),
        quantity=number(granted.quantity),
        credit_type_id=credit_type([granted.unit_price], ids),
        access_type=capitals(granted.access_type),
    )


def _invoice_amount(invoiced: InvoiceAmount | None, ids: Ids) -> JsonObject | None:
    if invoiced is None:
        return None
    return present(
        unit_price=amount(invoiced.unit_price),
        quantity=number(invoiced.quantity),
        credit_type_id=credit_type([invoiced.unit_price], ids),
    )


def _proration_rounding(value: CreditRounding | None) -> JsonObject | None:
    if value is None:
        return None
    invoice = rounding(value.invoice) if isinstance(value, CommitRounding) else None
    return present(access=rounding(value.access), invoice=invoice)


def _subscription_config(link: SubscriptionLink | None) -> JsonObject | None:
    if link is None:
        return None
    return present(
        subscription_id=link.subscription,
        apply_seat_increase_config={"is_prorated": link.apply_seat_increase_config.is_prorated},
        allocation=capitals(link.allocation),
    )
