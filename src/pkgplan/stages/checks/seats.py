"""Credits for single seats reach usage that names a seat (PKG237).

Comes in: the index. Goes out: findings at `seat_group_key`. Never here: how many seats there are.
Source: `seat_config.seat_group_key` of POST /v1/packages/create; the vendor's guide "Manage seats".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.model import rules
from pkgplan.model.diagnostics import Diagnostic, Related
from pkgplan.stages.checks.index import terms_of
from pkgplan.stages.checks.sales import sales
from pkgplan.stages.checks.words import listed, quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.rating.lines import Line
    from pkgplan.stages.checks.index import Index, Term
    from pkgplan.stages.checks.sales import Sale


def check_seat_group_keys(index: Index) -> Iterator[Diagnostic]:
    """PKG237 for an individual allocation where no product that it pays for is split by the seat."""
    for sale in sales(index):
        for term in terms_of(sale.package, "recurring_commits", "recurring_credits"):
            link = term.value.subscription_config
            if link is not None and link.allocation == "individual":
                yield from _unseated(sale, term, link.subscription)


def _unseated(sale: Sale, term: Term, subscription: str) -> Iterator[Diagnostic]:
    linked = sale.spec.subscriptions.get(subscription)
    if linked is None or linked.seat_config is None:
        return
    key = linked.seat_config.seat_group_key
    usage = [line for _, line in sale.paid_by(term.value) if line.type == "usage"]
    if not usage or any(key in _group_keys(line) for line in usage):
        return
    known = {name for line in usage for name in _group_keys(line)}
    yield Diagnostic(
        rules.SEAT_GROUP_KEY,
        f"{term} is for single seats, told by {quote(key)}, which is a group key of no product that it pays for",
        sale.package.at("spec", "subscriptions", subscription, "seat_config", "seat_group_key"),
        f"use one of their group keys, {listed(known)}, or add the key to them"
        if known
        else f"add {quote(key)} to presentation_group_key of the products",
        (Related(term.at.child("subscription_config"), "the credits are linked here"),),
    )


def _group_keys(line: Line) -> set[str]:
    return {*line.presentation_group_keys, *(name for name, _ in line.pricing_group_values)}
