"""The fields of one override go together, and name terms that exist (PKG206, PKG223, PKG224, PKG225).

Comes in: the index. Goes out: findings inside `spec.overrides`.
Never here: products, rate cards, or which override wins; `override_prices.py` has them.
Source: SDK `package_create_params.Override` and `OverrideOverrideSpecifier`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pkgplan.model import rules
from pkgplan.model.diagnostics import Diagnostic, Related
from pkgplan.stages.checks.words import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.model.catalog.catalog import Declared
    from pkgplan.model.catalog.overrides import Override, OverrideSpecifier, OverwriteRate
    from pkgplan.model.catalog.package import PackageDocument
    from pkgplan.model.diagnostics import Location
    from pkgplan.stages.checks.index import Index, Term

# The field that each type of override needs, and that no other type has.
_CHANGES: Final = {"overwrite": "overwrite_rate", "multiplier": "multiplier", "tiered": "tiers"}
# The types of rate that have a field of `overwrite_rate`; what a custom rate has is between you and Metronome.
_RATE_FIELDS: Final = {
    "price": ("flat", "percentage", "subscription", "custom"),
    "tiers": ("tiered", "tiered_percentage", "custom"),
    "quantity": ("subscription",),
    "is_prorated": ("subscription",),
    "custom_rate": ("custom",),
}
# The fields of a specifier that name terms, and the kinds of terms that each may name.
_NAMED: Final = {
    "commits": ("commits",),
    "recurring_commits": ("recurring_commits",),
    "any_commits_or_credits": ("commits", "recurring_commits", "recurring_credits"),
}
_COMPANIONS: Final = ("product", "product_tags", "pricing_group_values", "presentation_group_values")
_PRIORITIZATION: Final = "multiplier_override_prioritization"


def check_override_shape(index: Index) -> Iterator[Diagnostic]:
    """PKG223 for an override without what its type needs, with what another type has, or with no effect."""
    for term in index.terms("overrides"):
        override, at = term.value, term.at
        for field, problem, hint in _misfits(override):
            where = at.child(field) if field else at.at_key()
            yield Diagnostic(rules.OVERRIDE_SHAPE, f"{term} {problem}", where, hint)
        if override.overwrite_rate is not None:
            yield from _rate_shape(term, override.overwrite_rate, at.child("overwrite_rate"))


def _misfits(override: Override) -> Iterator[tuple[str, str, str]]:
    """The field at fault (none for the whole override), what is wrong, and the hint."""
    given = {kind: field for kind, field in _CHANGES.items() if _has(override, field)}
    if override.type is None:
        for kind, field in [*given.items()][:1]:
            yield field, f'has {quote(field)}, but no "type"', f'add "type: {kind}"'
        if not given and override.entitled is None:
            yield "", 'has neither "type" nor "entitled", so it changes nothing', 'add "type" or "entitled"'
        return
    needed = _CHANGES[override.type]
    is_of = f"is of type {quote(override.type)}, but has"
    if not given:
        yield "type", f"{is_of} no {quote(needed)}", f'add "{needed}"'
    for kind, field in given.items():
        if kind != override.type:
            keep = "remove it" if override.type in given else f'give "{needed}" instead'
            yield field, f"{is_of} {quote(field)}", f'{keep}, or use "type: {kind}"'


def _has(model: Override | OverwriteRate, field: str) -> bool:
    value = getattr(model, field)
    return value is not None and value not in ((), {})


def _rate_shape(term: Term, rate: OverwriteRate, at: Location) -> Iterator[Diagnostic]:
    subject = f"the rate of {term} is of type {quote(rate.rate_type)}"
    for field, kinds in _RATE_FIELDS.items():
        if rate.rate_type not in kinds and _has(rate, field):
            hint = f'remove it, or use "rate_type: {kinds[0]}"'
            message = f"{subject}, but has {quote(field)}"
            yield Diagnostic(rules.OVERRIDE_SHAPE, message, at.child(field), hint)
    if rate.rate_type == "subscription" and rate.is_prorated is False:
        message = f'{subject}, but has "is_prorated: false"'
        hint = 'write "is_prorated: true", or use "rate_type: flat"'
        yield Diagnostic(rules.OVERRIDE_SHAPE, message, at.child("is_prorated"), hint)
    if rate.rate_type == "custom" and not rate.custom_rate:
        message = f'{subject}, but has no "custom_rate"'
        yield Diagnostic(rules.OVERRIDE_SHAPE, message, at.child("rate_type"), 'add "custom_rate"')


def check_override_priority(index: Index) -> Iterator[Diagnostic]:
    """PKG224 for a missing priority, and for tiers in a package where priorities do not count."""
    for term in index.terms("overrides"):
        override, at = term.value, term.at
        chosen = term.spec.multiplier_override_prioritization
        explicit = chosen == "explicit"
        said = Related(term.package.at("spec", _PRIORITIZATION), "the prioritization is here")
        related = (said,) if chosen else ()
        if override.type == "tiered" and not explicit:
            yield Diagnostic(
                rules.OVERRIDE_PRIORITY,
                f'{term} is of type "tiered", but the package has '
                f"{_PRIORITIZATION} {quote(chosen or 'lowest_multiplier')}",
                at.child("type"),
                f'set "{_PRIORITIZATION}: explicit" on the package',
                related,
            )
        needed = override.type == "tiered" or (override.type == "multiplier" and explicit)
        if needed and override.priority is None:
            yield Diagnostic(
                rules.OVERRIDE_PRIORITY,
                f'{term} of type {quote(override.type)} has no "priority"',
                at.at_key(),
                'add "priority" with a number of its own; of several overrides the one with the lowest counts',
                related,
            )


def check_commit_specific(index: Index) -> Iterator[Diagnostic]:
    """PKG225 for commits or a target where they mean nothing, and for commits that do not go together."""
    for term in index.terms("overrides"):
        if not term.value.is_commit_specific:
            yield from _not_specific(term, term.value, term.at)
        for position, specifier in enumerate(term.value.override_specifiers):
            yield from _specifier(term, specifier, term.at.child("override_specifiers", position))


def _not_specific(term: Term, override: Override, at: Location) -> Iterator[Diagnostic]:
    """One finding for all of them, because one line mends them all."""
    routes = [("target",)] if override.target is not None else []
    places = [at.child(*route) for route in routes]
    for position, specifier in enumerate(override.override_specifiers):
        places += [at.child("override_specifiers", position, field) for field in _given(specifier)]
    if places:
        first, *others = places
        yield Diagnostic(
            rules.COMMIT_SPECIFIC,
            f"{term} has {quote(first.route[-1])}, but is not commit-specific",
            first,
            f'add "is_commit_specific: true", or remove "{first.route[-1]}"',
            tuple(Related(other, f"{quote(other.route[-1])} is here") for other in others),
        )


def _specifier(term: Term, specifier: OverrideSpecifier, at: Location) -> Iterator[Diagnostic]:
    given = _given(specifier)
    if not given:
        return
    if not any(getattr(specifier, field) for field in _COMPANIONS):
        yield Diagnostic(
            rules.COMMIT_SPECIFIC,
            f"{term} has {quote(given[0])} without a product, tags or group values beside it",
            at.child(given[0]),
            'add "product" or "product_tags" to the same specifier',
        )
    if "any_commits_or_credits" in given and len(given) > 1:
        yield Diagnostic(
            rules.COMMIT_SPECIFIC,
            f'{term} has both "any_commits_or_credits" and {quote(given[0])}',
            at.child("any_commits_or_credits"),
            'name all of them in "any_commits_or_credits"',
            (Related(at.child(given[0]), "the other one is here"),),
        )


def _given(specifier: OverrideSpecifier) -> list[str]:
    return [field for field in _NAMED if getattr(specifier, field)]


def check_override_terms(index: Index) -> Iterator[Diagnostic]:
    """PKG206 for a commit or credit that the package does not have, or that this field cannot name."""
    for term in index.terms("overrides"):
        for position, specifier in enumerate(term.value.override_specifiers):
            for field in _given(specifier):
                for place, name in enumerate(getattr(specifier, field)):
                    where = term.at.child("override_specifiers", position, field, place)
                    yield from _term(index, term.package, field, name, where)


def _term(
    index: Index, package: Declared[PackageDocument], field: str, name: str, at: Location
) -> Iterator[Diagnostic]:
    spec = package.document.spec
    wanted = _NAMED[field]
    if any(name in getattr(spec, kind) for kind in wanted):
        return
    kinds = " or ".join(wanted)
    elsewhere = next((kind for kind in _NAMED["any_commits_or_credits"] if name in getattr(spec, kind)), None)
    if elsewhere is not None:
        message = f"{quote(name)} is one of {elsewhere}, which {quote(field)} cannot name"
        better = elsewhere if elsewhere in _NAMED else "any_commits_or_credits"
        hint, related = (
            f'name it in "{better}"',
            (Related(package.at("spec", elsewhere, name), "it is here"),),
        )
        yield Diagnostic(rules.UNKNOWN_TERM, message, at, hint, related)
    elif name in spec.credits:
        message = f"{quote(name)} is one of credits, which no override can name"
        hint = (
            "leave the names out, so that the override applies to every commit and credit, "
            "or make it one of recurring_credits"
        )
        related = (Related(package.at("spec", "credits", name), "it is here"),)
        yield Diagnostic(rules.UNKNOWN_TERM, message, at, hint, related)
    else:
        known = sorted({key for kind in wanted for key in getattr(spec, kind)})
        hint = index.hint(f"{kinds} of {package.key}", name, known)
        message = f"package {quote(package.key)} has no {quote(name)} in {kinds}"
        yield Diagnostic(rules.UNKNOWN_TERM, message, at, hint or f"use the key of one of {kinds}")
