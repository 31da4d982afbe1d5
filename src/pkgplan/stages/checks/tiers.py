"""The steps of a tiered price hold all usage, each some of it (PKG102, PKG107).

Comes in: the index. Goes out: findings at the step, in rate cards and in overrides.
Never here: prices, or which types of rate have steps. Custom rates are between the author and Metronome.
Source: vendor guides "Create a rate card" and "Edit or override a contract": sizes are widths, and the last step,
which holds the rest, has none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pkgplan.model import rules
from pkgplan.model.canonical import plain_number
from pkgplan.model.diagnostics import Diagnostic
from pkgplan.stages.checks.words import quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pkgplan.model.catalog.overrides import MultiplierTier
    from pkgplan.model.catalog.prices import Tier
    from pkgplan.model.diagnostics import Location
    from pkgplan.stages.checks.index import Index


class _Steps(NamedTuple):
    """The steps of one price, what has them in words, and where they are."""

    subject: str
    tiers: Sequence[Tier | MultiplierTier]
    at: Location


def check_tiers(index: Index) -> Iterator[Diagnostic]:
    """PKG102 for a step before the last one without a size; PKG107 for a size of 0, and for one of the last step."""
    for subject, tiers, at in _steps(index):
        for position, tier in enumerate(tiers):
            where, step = at.child(position), f"step {position + 1} of {subject}"
            is_last = position == len(tiers) - 1
            if tier.size is None:
                if not is_last:
                    message = f'{step} has no "size", so nothing is left for the steps behind it'
                    yield Diagnostic(
                        rules.MISSING_KEY, message, where, 'add "size", or make it the last step'
                    )
            elif tier.size == 0:
                message = f'{step} has "size" 0, so it holds nothing'
                hint = "give it the number of units that it holds, or remove the step"
                yield Diagnostic(rules.OUT_OF_RANGE, message, where.child("size"), hint)
            elif is_last:
                size = quote(plain_number(tier.size))
                message = f'{step}, the last one, has "size" {size}, so nothing says what more units cost'
                hint = 'remove "size", so that the step holds the rest'
                yield Diagnostic(rules.OUT_OF_RANGE, message, where.child("size"), hint)


def _steps(index: Index) -> Iterator[_Steps]:
    for card in index.catalog.rate_cards.values():
        for position, rate in enumerate(card.document.spec.rates):
            at = card.at("spec", "rates", position)
            subject = f"the rate of product {quote(rate.product)}"
            if rate.rate_type != "custom":
                yield _Steps(subject, rate.tiers, at.child("tiers"))
            if rate.commit_rate is not None and rate.commit_rate.rate_type != "custom":
                commit_at = at.child("commit_rate", "tiers")
                yield _Steps(f"the commit {subject.removeprefix('the ')}", rate.commit_rate.tiers, commit_at)
    for term in index.terms("overrides"):
        yield _Steps(str(term), term.value.tiers, term.at.child("tiers"))
        overwrite = term.value.overwrite_rate
        if overwrite is not None and overwrite.rate_type != "custom":
            yield _Steps(str(term), overwrite.tiers, term.at.child("overwrite_rate", "tiers"))
