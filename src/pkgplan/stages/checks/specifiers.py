"""Specifiers say what they select (PKG238).

Comes in: the index. Goes out: findings at the specifier. Never here: whether something matches; PKG240 and 241 ask.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.model import rules
from pkgplan.model.diagnostics import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pkgplan.model.catalog.applicability import Specifier
    from pkgplan.model.catalog.overrides import OverrideSpecifier
    from pkgplan.model.diagnostics import Location
    from pkgplan.stages.checks.index import Index

_PAYING = ("commits", "credits", "recurring_commits", "recurring_credits")


def check_empty_specifiers(index: Index) -> Iterator[Diagnostic]:
    """PKG238 for each specifier of a term that has no field."""
    for term in index.terms("overrides"):
        yield from _empty(term.value.override_specifiers, f"{term} overrides", term.at, "override_specifiers")
    for term in index.terms(*_PAYING):
        yield from _empty(term.value.specifiers, f"{term} pays for", term.at, "specifiers")
    for package in index.packages:
        config = package.document.spec.prepaid_balance_threshold_configuration
        if config is not None:
            at = package.at("spec", "prepaid_balance_threshold_configuration", "commit")
            yield from _empty(config.commit.specifiers, "the top-up pays for", at, "specifiers")


def _empty(
    specifiers: Iterable[Specifier | OverrideSpecifier], does: str, at: Location, field: str
) -> Iterator[Diagnostic]:
    for position, specifier in enumerate(specifiers):
        if not any(value for value in specifier.__dict__.values()):
            yield Diagnostic(
                rules.EMPTY_SPECIFIER,
                f"{does} everything, because its specifier {position + 1} has no field",
                at.child(field, position),
                'name what is meant, such as "product: input-tokens"',
            )
