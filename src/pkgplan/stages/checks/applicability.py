"""What commits and credits pay for: one way of saying it, and things that can be paid for (PKG202, 216, 232).

Comes in: the index. Goes out: findings at the products, tags and specifiers of a balance.
Never here: whether anything is left that the balance can pay for; `dead` terms have a check of their own.
Source: field descriptions of POST /v1/packages/create; what balances of units draw down is inferred, so a
warning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from pkgplan.model import rules
from pkgplan.model.diagnostics import Diagnostic, Related
from pkgplan.stages.checks.products import wrong_type
from pkgplan.stages.checks.words import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.model.catalog.applicability import Applicability
    from pkgplan.model.catalog.catalog import Declared
    from pkgplan.model.catalog.package import PackageDocument
    from pkgplan.model.catalog.references import ProductDocument
    from pkgplan.model.diagnostics import Location, Route
    from pkgplan.stages.checks.index import Index

# The kinds of terms that pay for something, and the field that says how much.
_AMOUNTS: Final = {
    "commits": "access_schedule",
    "credits": "access_schedule",
    "recurring_commits": "access_amount",
    "recurring_credits": "access_amount",
}


class _Balance(NamedTuple):
    """A balance by whatever names it, and the route to where it says that it counts units of usage, if it does."""

    subject: object
    paid_for: Applicability
    package: Declared[PackageDocument]
    route: Route
    in_units: Route = ()

    @property
    def at(self) -> Location:
        return self.package.at(*self.route)

    @property
    def in_units_at(self) -> Location:
        return self.at.child(*self.in_units)


def _balances(index: Index) -> Iterator[_Balance]:
    for term in index.terms(*_AMOUNTS):
        amount = _AMOUNTS[term.field]
        in_units = (amount, "access_type") if getattr(term.value, amount).access_type == "quantity" else ()
        yield _Balance(term, term.value, term.package, ("spec", term.field, term.key), in_units)
    for package in index.packages:
        config = package.document.spec.prepaid_balance_threshold_configuration
        if config is not None:
            route = ("spec", "prepaid_balance_threshold_configuration", "commit")
            yield _Balance("the commit of the balance threshold", config.commit, package, route)


def check_applicability_choice(index: Index) -> Iterator[Diagnostic]:
    """PKG216 for specifiers next to applicable products or tags."""
    for balance in _balances(index):
        if not balance.paid_for.specifiers:
            continue
        at = balance.at
        for field in ("applicable_products", "applicable_product_tags"):
            if getattr(balance.paid_for, field):
                yield Diagnostic(
                    rules.APPLICABILITY_CHOICE,
                    f'{balance.subject} has both "specifiers" and {quote(field)}',
                    at.child("specifiers"),
                    f'keep one of the two; a specifier with "product" can say what "{field}" says',
                    (Related(at.child(field), "the other one is here"),),
                )


def check_applicability(index: Index) -> Iterator[Diagnostic]:
    """PKG202 for a balance that should pay for a fixed product, which no credit or commit ever pays for."""
    for balance in _balances(index):
        for product, route in _named(index, balance):
            if product.document.spec.type == "fixed":
                yield wrong_type(
                    product,
                    balance.at.child(*route),
                    "credits pay for usage, subscriptions and composites only",
                    "name a product that is charged for",
                )


def check_quantity_access(index: Index) -> Iterator[Diagnostic]:
    """PKG232 for units of usage that pay for what has none, or for all products at once.

    A fixed product is left to `check_applicability`; what is only named by tags is trusted to be usage.
    """
    for balance in _balances(index):
        if not balance.in_units:
            continue
        if not _says_what_it_pays_for(balance.paid_for):
            yield Diagnostic(
                rules.QUANTITY_ACCESS,
                f"{balance.subject} grants units of usage, but pays for all products",
                balance.in_units_at,
                'name the usage in "applicable_products", or use "access_type: spend"',
            )
        for product, route in _named(index, balance):
            kind = product.document.spec.type
            if kind not in {"usage", "fixed"}:
                yield Diagnostic(
                    rules.QUANTITY_ACCESS,
                    f"{balance.subject} grants units of usage, but product {quote(product.key)} has type "
                    f"{quote(kind)}, which has no units",
                    balance.at.child(*route),
                    'name usage products only, or use "access_type: spend"',
                    (Related(balance.in_units_at, "the grant is counted in units here"),),
                )


def _says_what_it_pays_for(paid_for: Applicability) -> bool:
    return bool(paid_for.applicable_products or paid_for.applicable_product_tags or paid_for.specifiers)


def _named(index: Index, balance: _Balance) -> Iterator[tuple[Declared[ProductDocument], Route]]:
    """The declared products that a balance names by their keys, and where."""
    products = index.catalog.products
    for position, key in enumerate(balance.paid_for.applicable_products):
        if key in products:
            yield products[key], ("applicable_products", position)
    for position, specifier in enumerate(balance.paid_for.specifiers):
        if specifier.product in products:
            yield products[specifier.product], ("specifiers", position, "product")
