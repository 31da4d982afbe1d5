"""Every key that names another declaration names one that exists (PKG201).

Comes in: the index. Goes out: findings at the reference itself.
Never here: a list of places. A field is recognised by its name, wherever it is, so that a new term with a
`product` is covered from the day it exists. References to terms of the same package are checked with them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pkgplan.model import rules
from pkgplan.model.diagnostics import Diagnostic
from pkgplan.model.names import WHERE_IDS_BELONG, looks_like_id
from pkgplan.stages.checks.words import quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pkgplan.stages.checks.index import Index, Leaf

# The field, what it names, and the kind of file that would declare it.
_FIELDS: Final = {
    "product": ("product", "Product"),
    "applicable_products": ("product", "Product"),
    "composite_products": ("product", "Product"),
    "billable_metric": ("billable metric", "BillableMetric"),
    "rate_card": ("rate card", "RateCard"),
    "rate_card_alias": ("rate card alias", "RateCard"),
    "custom_credit_type": ("pricing unit", "PricingUnit"),
}


def check_references(index: Index) -> Iterator[Diagnostic]:
    """PKG201 for each reference to something that no file declares."""
    declared = _declared(index)
    for leaf in index.leaves:
        if leaf.field not in _FIELDS:
            continue
        what, kind = _FIELDS[leaf.field]
        name = str(leaf.value)
        # An alias of a rate card is not its key, so any rate card with faults may have it.
        key = None if leaf.field == "rate_card_alias" else name
        if name not in declared[what] and not index.may_declare(kind, key):
            hint = _hint(index, leaf, name, declared[what])
            yield Diagnostic(rules.UNKNOWN_REFERENCE, f"{what} {quote(name)} is not declared", leaf.at, hint)


def _hint(index: Index, leaf: Leaf, name: str, known: Mapping[str, object]) -> str:
    """A name that resembles another one is only one of two ways on: it may as well be a new one."""
    what, kind = _FIELDS[leaf.field]
    if looks_like_id(name):
        named = "an alias" if leaf.field == "rate_card_alias" else "the key"
        return f"write {named} of the {kind} that has this id: {WHERE_IDS_BELONG}"
    declare = f"declare a {kind} with this {'alias' if leaf.field == 'rate_card_alias' else 'key'} under references/"
    near = index.hint(what, name, known)
    return f"{near}{' Otherwise' if '?' in near else '; or'} {declare}" if near else declare


def _declared(index: Index) -> dict[str, Mapping[str, object]]:
    catalog = index.catalog
    return {
        "product": catalog.products,
        "billable metric": catalog.metrics,
        "rate card": catalog.rate_cards,
        "rate card alias": index.cards_by_alias,
        "pricing unit": catalog.pricing_units,
    }
