"""`overrides` of a package, as the API takes them.

Comes in: the mapping of terms. Goes out: the list, ordered by term key; an override has no `temporary_id`.
Never here: which override wins, or which fields go together. Commits are named by their term keys, which are
their temporary ids. Source: SDK `package_create_params.Override`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.stages.compile.values import (
    amount,
    by_name,
    capitals,
    credit_type,
    number,
    present,
    span,
    tags,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pkgplan.model.canonical import JsonObject, JsonValue
    from pkgplan.model.catalog.overrides import Override, OverrideSpecifier, OverwriteRate
    from pkgplan.stages.compile.references import Ids


def overrides(terms: Mapping[str, Override], ids: Ids) -> list[JsonValue]:
    """The payload list. Units: prices in cents for USD, whole units for all else; percentages from 0 to 1."""
    return [_override(terms[key], ids) for key in sorted(terms)]


def _override(term: Override, ids: Ids) -> JsonObject:
    return present(
        override_specifiers=[_specifier(item, ids) for item in term.override_specifiers],
        starting_at_offset=span(term.starting_at_offset),
        duration=span(term.duration),
        entitled=term.entitled,
        type=capitals(term.type),
        multiplier=number(term.multiplier),
        overwrite_rate=None if term.overwrite_rate is None else _overwrite_rate(term.overwrite_rate, ids),
        tiers=[present(size=number(tier.size), multiplier=number(tier.multiplier)) for tier in term.tiers],
        priority=number(term.priority),
        is_commit_specific=term.is_commit_specific,
        target=capitals(term.target),
    )


def _specifier(item: OverrideSpecifier, ids: Ids) -> JsonObject:
    return present(
        product_id=None if item.product is None else ids.product(item.product),
        product_tags=tags(item.product_tags),
        pricing_group_values=by_name(item.pricing_group_values),
        presentation_group_values=by_name(item.presentation_group_values),
        billing_frequency=capitals(item.billing_frequency),
        commit_ids=tags(item.commits),
        recurring_commit_ids=tags(item.recurring_commits),
        any_commit_or_credit_ids=tags(item.any_commits_or_credits),
    )


def _overwrite_rate(rate: OverwriteRate, ids: Ids) -> JsonObject:
    return present(
        rate_type=capitals(rate.rate_type),
        price=amount(rate.price),
        tiers=[present(size=number(tier.size), price=amount(tier.price)) for tier in rate.tiers],
        credit_type_id=credit_type([rate.price, *(tier.price for tier in rate.tiers)], ids),
        quantity=number(rate.quantity),
        is_prorated=rate.is_prorated,
        custom_rate=rate.custom_rate,
    )
