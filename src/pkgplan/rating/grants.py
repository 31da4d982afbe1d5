"""The commits and credits of a package: when each can be used, in which unit, and which lines it pays for.

Comes in: the spec of a package, lines of a rate card. Goes out: `Grant`s and whether one may pay for a line.
Never here: amounts, drawdown order, or findings.
Source: vendor guides "Target credits and commits", "Create a prepaid commit"; the API's field descriptions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pkgplan.model.units import Money
from pkgplan.rating.lines import Drawn
from pkgplan.rating.moments import Between

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pkgplan.model.catalog.applicability import Applicability, Specifier
    from pkgplan.model.catalog.package import PackageSpec
    from pkgplan.rating.lines import Line, Lines


@dataclass(frozen=True, slots=True)
class Grant:
    """A balance of a package."""

    term: Drawn
    pays: Applicability
    windows: tuple[Between, ...]
    """When it can be used; recurring ones at the longest: from the first grant until the contract ends."""
    unit: str | None
    """A currency or pricing unit; None for units of usage."""


def grants_of(spec: PackageSpec) -> Iterator[Grant]:
    """Every commit and credit of a package, in the order in which a person reads them."""
    life = Between.life(spec.duration)
    for kind in ("commits", "credits"):
        for key, term in getattr(spec, kind).items():
            items = term.access_schedule.schedule_items
            windows = (Between.of(item.starting_at_offset, item.duration, within=life) for item in items)
            unit = next((item.amount.unit for item in items if isinstance(item.amount, Money)), None)
            yield Grant(Drawn(kind, key), term, tuple(windows), unit)
    for kind in ("recurring_commits", "recurring_credits"):
        for key, term in getattr(spec, kind).items():
            window = Between.of(term.starting_at_offset, None, within=life)
            price = term.access_amount.unit_price
            yield Grant(Drawn(kind, key), term, (window,), price.unit if isinstance(price, Money) else None)


def payers_of(spec: PackageSpec) -> Iterator[Grant]:
    """Every balance that may pay for usage: the grants, and what a balance threshold tops up by."""
    yield from grants_of(spec)
    config = spec.prepaid_balance_threshold_configuration
    if config is not None:
        term = Drawn("prepaid_balance_threshold_configuration", "top-up")
        yield Grant(term, config.commit, (Between.life(spec.duration),), config.threshold_amount.unit)


def drawing_at_commit_rate(grants: Iterable[Grant], line: Line) -> Iterator[Drawn]:
    """The balances that may pay for usage of a line at its commit rate, where the rate card has one."""
    return (
        grant.term for grant in grants if grant.pays.rate_type == "commit_rate" and may_pay(grant.pays, line)
    )


def may_pay(pays: Applicability, line: Line) -> bool:
    """Whether a balance may pay for usage of a line, whatever its unit; it never pays for fixed products.

    Products and tags are alternatives, and so are specifiers; within a specifier all fields must match. Group
    values only ever match usage that has these keys.
    """
    if line.type == "fixed":
        return False
    if pays.specifiers:
        return any(_matches(specifier, line) for specifier in pays.specifiers)
    if pays.applicable_products or pays.applicable_product_tags:
        tagged = not line.tags.isdisjoint(pays.applicable_product_tags)
        return tagged or line.product in pays.applicable_products
    return True


def paid_by(pays: Applicability, lines: Lines) -> Iterator[Line]:
    """The lines that a balance may pay for; those of named products and tags are looked up."""
    handles = [
        *({"product": product} for product in pays.applicable_products),
        *({"tag": tag} for tag in pays.applicable_product_tags),
    ]
    for specifier in pays.specifiers:
        if specifier.product is None and not specifier.product_tags:
            handles = []
            break
        handles.append(
            {"product": specifier.product} if specifier.product else {"tag": specifier.product_tags[0]}
        )
    named = (line for handle in handles for line in lines.named(**handle))
    return (line for line in (dict.fromkeys(named) if handles else lines.all) if may_pay(pays, line))


def _matches(specifier: Specifier, line: Line) -> bool:
    return (
        specifier.product in {None, line.product}
        and line.tags.issuperset(specifier.product_tags)
        and line.pricing_group_values.issuperset(specifier.pricing_group_values.items())
        and line.presentation_group_keys.issuperset(specifier.presentation_group_values)
    )
