"""Products have what their type needs, and stand where their type may stand (PKG102, PKG202).

Comes in: the index. Goes out: findings at the reference, with the product's declaration as the second place.
Never here: prices (`rate_cards.py`, `subscriptions.py`), or what a balance pays for (`applicability.py`).
Source: field descriptions of POST /v1/packages/create and POST /v1/contract-pricing/products/create.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pkgplan.model import rules
from pkgplan.model.diagnostics import Diagnostic, Related
from pkgplan.stages.checks.words import dotted, quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.model.catalog.catalog import Declared
    from pkgplan.model.catalog.references import ProductDocument
    from pkgplan.model.diagnostics import Location, Route
    from pkgplan.stages.checks.index import Index

# The field of the package, the route within a term, and the type that a product has to have there. The
# commit of a threshold stands where other fields have the key of a term.
_TERM_PRODUCTS: Final[dict[Route, str]] = {
    ("commits", "product"): "fixed",
    ("credits", "product"): "fixed",
    ("recurring_commits", "product"): "fixed",
    ("recurring_credits", "product"): "fixed",
    ("scheduled_charges", "product"): "fixed",
    ("spend_threshold_configuration", "product"): "fixed",
    ("prepaid_balance_threshold_configuration", "product"): "fixed",
    ("subscriptions", "subscription_rate", "product"): "subscription",
}
# Which fields of a product only one type has.
_ONLY_FOR: Final = {
    "billable_metric": "usage",
    "pricing_group_key": "usage",
    "presentation_group_key": "usage",
    "quantity_conversion": "usage",
    "quantity_rounding": "usage",
    "composite_products": "composite",
    "composite_tags": "composite",
}


def check_product_specs(index: Index) -> Iterator[Diagnostic]:
    """PKG102 and PKG202 for a product that lacks what its type needs, or has what another type needs."""
    for product in index.catalog.products.values():
        spec = product.document.spec
        at = product.at("spec", "type")
        if spec.type == "usage" and spec.billable_metric is None:
            message = f'product {quote(product.key)} of type "usage" has no "billable_metric"'
            yield Diagnostic(
                rules.MISSING_KEY, message, at, 'add "billable_metric"; without it nothing is billed'
            )
        if spec.type == "composite" and not (spec.composite_products or spec.composite_tags):
            message = f'product {quote(product.key)} of type "composite" has no "composite_products"'
            yield Diagnostic(rules.MISSING_KEY, message, at, 'add "composite_products" or "composite_tags"')
        for field, wanted in _ONLY_FOR.items():
            if spec.type != wanted and getattr(spec, field):
                message = f"product {quote(product.key)} of type {quote(spec.type)} has {quote(field)}"
                hint = f'remove it, or use "type: {wanted}"'
                yield Diagnostic(rules.WRONG_PRODUCT_TYPE, message, product.at("spec", field), hint)


def check_term_products(index: Index) -> Iterator[Diagnostic]:
    """PKG202 for a term whose product has another type than the term needs."""
    for leaf in index.leaves:
        if leaf.field != "product":
            continue
        wanted = _TERM_PRODUCTS.get((leaf.route[1], *leaf.route[3:]))
        product = index.catalog.products.get(str(leaf.value)) if wanted else None
        if product is not None and product.document.spec.type != wanted:
            needs = f"{quote(dotted(leaf.route[:3]))} needs {quote(wanted)}"
            yield wrong_type(product, leaf.at, needs, f'use a product of "type: {wanted}"')


def wrong_type(product: Declared[ProductDocument], at: Location, problem: str, hint: str) -> Diagnostic:
    """PKG202 at a reference to a product, with the declaration of its type as the second place."""
    spec = product.document.spec
    message = f"product {quote(product.key)} has type {quote(spec.type)}, but {problem}"
    related = Related(product.at("spec", "type"), f"the type of {quote(product.key)} is given here")
    return Diagnostic(rules.WRONG_PRODUCT_TYPE, message, at, hint, (related,))
