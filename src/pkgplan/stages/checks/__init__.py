"""Stage 4: does the catalog mean something that Metronome can do, and that a team can want?

Comes in: a typed catalog. Goes out: every finding of every rule, in order of file and message.
Never here: the time, recorded state, or the shape of one field; so nothing that depends on when it is asked.

One module a family. A check is a function from the index to findings; all of them are listed below and
nowhere else. Every check stays silent about what another one reports: a product that does not exist has no
wrong type and no missing price.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.model import rules
from pkgplan.model.diagnostics import Diagnostic, in_order
from pkgplan.stages.checks.aliases import check_package_aliases, check_rate_card_aliases
from pkgplan.stages.checks.applicability import (
    check_applicability,
    check_applicability_choice,
    check_quantity_access,
)
from pkgplan.stages.checks.balances import check_complimentary, check_postpaid
from pkgplan.stages.checks.dead_overrides import check_dead_overrides
from pkgplan.stages.checks.dead_terms import check_dead_grants, check_dead_subscriptions
from pkgplan.stages.checks.dominated import check_dominated
from pkgplan.stages.checks.gates import check_balance_filters, check_payment_gates
from pkgplan.stages.checks.index import Index, Unsound
from pkgplan.stages.checks.look_alikes import check_look_alike_text, check_names_taken
from pkgplan.stages.checks.metrics import check_group_keys, check_metrics
from pkgplan.stages.checks.money import check_exact, check_units
from pkgplan.stages.checks.override_prices import check_ambiguous_overrides, check_overwrite_units
from pkgplan.stages.checks.override_targets import (
    check_override_products,
    check_override_rates,
    check_overwrite_targets,
    check_subscription_overrides,
)
from pkgplan.stages.checks.overrides import (
    check_commit_specific,
    check_override_priority,
    check_override_shape,
    check_override_terms,
)
from pkgplan.stages.checks.packages import (
    check_billing_delivery,
    check_custom_fields,
    check_rate_card_choice,
    check_term_keys,
)
from pkgplan.stages.checks.pinned import check_pinned_prices, check_price_labels
from pkgplan.stages.checks.products import check_product_specs, check_term_products
from pkgplan.stages.checks.project import check_default_environment
from pkgplan.stages.checks.rate_cards import check_rate_kinds, check_rate_units
from pkgplan.stages.checks.rates import check_one_unit, check_rate_group_values, check_rate_times
from pkgplan.stages.checks.recurring import (
    check_daily,
    check_quantity_or_seats,
    check_seat_priority,
    check_short_recurrence,
    check_subscription_link,
)
from pkgplan.stages.checks.references import check_references
from pkgplan.stages.checks.schedules import check_repetition, check_segments, check_starts_within
from pkgplan.stages.checks.seats import check_seat_group_keys
from pkgplan.stages.checks.specifiers import check_empty_specifiers
from pkgplan.stages.checks.subscriptions import check_immediate_billing, check_prices, check_seats
from pkgplan.stages.checks.term_units import check_quantities, check_term_units
from pkgplan.stages.checks.thresholds import (
    check_discount_caps,
    check_spend_trackers,
    check_threshold_amounts,
    check_threshold_units,
)
from pkgplan.stages.checks.tiers import check_tiers

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from pkgplan.model.catalog.catalog import Catalog

CHECKS: tuple[Callable[[Index], Iterator[Diagnostic]], ...] = (
    check_references,
    check_default_environment,
    check_look_alike_text,
    check_names_taken,
    check_metrics,
    check_group_keys,
    check_product_specs,
    check_term_products,
    check_applicability_choice,
    check_applicability,
    check_quantity_access,
    check_rate_kinds,
    check_rate_units,
    check_rate_times,
    check_rate_group_values,
    check_one_unit,
    check_tiers,
    check_units,
    check_exact,
    check_quantities,
    check_term_units,
    check_rate_card_choice,
    check_billing_delivery,
    check_custom_fields,
    check_term_keys,
    check_postpaid,
    check_complimentary,
    check_repetition,
    check_segments,
    check_starts_within,
    check_quantity_or_seats,
    check_subscription_link,
    check_daily,
    check_short_recurrence,
    check_seat_priority,
    check_prices,
    check_immediate_billing,
    check_seats,
    check_seat_group_keys,
    check_empty_specifiers,
    check_override_shape,
    check_override_priority,
    check_commit_specific,
    check_override_terms,
    check_override_products,
    check_overwrite_targets,
    check_subscription_overrides,
    check_override_rates,
    check_overwrite_units,
    check_ambiguous_overrides,
    check_threshold_amounts,
    check_threshold_units,
    check_spend_trackers,
    check_discount_caps,
    check_payment_gates,
    check_balance_filters,
    check_dead_overrides,
    check_dead_grants,
    check_dead_subscriptions,
    check_pinned_prices,
    check_price_labels,
    check_dominated,
    check_package_aliases,
    check_rate_card_aliases,
)

# What is called missing may be in a file with another fault, of this kind.
_MISSING_FROM = {
    rules.UNKNOWN_CUSTOM_FIELD: "CustomFieldKey",
    rules.UNPRICED_SUBSCRIPTION: "RateCard",
    rules.OVERRIDE_UNPRICED: "RateCard",
    rules.ALIAS_GAP: "Package",
}


def check(catalog: Catalog, unsound: Collection[Unsound] = ()) -> tuple[Diagnostic, ...]:
    """All findings about a catalog, each once.

    Args:
        catalog: what the parser built.
        unsound: the files that are not in it because they have other faults; nothing is called missing that
            one of them may declare.
    """
    index = Index.of(catalog, unsound)
    found = in_order(finding for each in CHECKS for finding in each(index))
    return tuple(finding for finding in found if not index.may_declare(_MISSING_FROM.get(finding.rule, "")))


__all__ = ["CHECKS", "Unsound", "check"]
