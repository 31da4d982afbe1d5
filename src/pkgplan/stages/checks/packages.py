"""A package as a whole: rate card, billing, term keys, custom fields (PKG212, PKG215, PKG218, PKG219).

Comes in: the index. Goes out: findings. Never here: rules of one kind of term, times, or aliases.
Source: field descriptions of POST /v1/packages/create.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from pkgplan.model import rules
from pkgplan.model.diagnostics import Diagnostic, Related
from pkgplan.stages.checks.index import terms_of
from pkgplan.stages.checks.words import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.stages.checks.index import Index, Term

# The entity of the custom fields of each kind of term that has them.
ENTITIES: Final = {
    "commits": "package_commit",
    "credits": "package_credit",
    "subscriptions": "package_subscription",
    "scheduled_charges": "package_scheduled_charge",
}
# The kinds of terms whose keys are sent as temporary ids, and what could be added to a key that is taken.
_KEYED: Final = {
    "commits": "commit",
    "recurring_commits": "commit",
    "recurring_credits": "credit",
    "subscriptions": "fee",
}
_PRICED: Final = ("subscriptions", "overrides")


def check_rate_card_choice(index: Index) -> Iterator[Diagnostic]:
    """PKG215 for a package with both a rate card and an alias of one, or with neither to price it."""
    for package in index.packages:
        spec = package.document.spec
        if spec.rate_card is not None and spec.rate_card_alias is not None:
            yield Diagnostic(
                rules.RATE_CARD_CHOICE,
                f"package {quote(package.key)} has both rate_card {quote(spec.rate_card)} "
                f"and rate_card_alias {quote(spec.rate_card_alias)}",
                package.at("spec", "rate_card_alias"),
                'keep "rate_card_alias" to follow the alias, or "rate_card" to stay with one card',
                (Related(package.at("spec", "rate_card"), "the other one is here"),),
            )
        elif spec.rate_card is None and spec.rate_card_alias is None:
            for term in islice(terms_of(package, *_PRICED), 1):
                yield Diagnostic(
                    rules.RATE_CARD_CHOICE,
                    f"package {quote(package.key)} has {term}, but no rate card",
                    package.at("spec", term.field),
                    'add "rate_card" or "rate_card_alias"',
                )


def check_billing_delivery(index: Index) -> Iterator[Diagnostic]:
    """PKG212 for a billing provider without a delivery method, or the other way round."""
    for package in index.packages:
        spec = package.document.spec
        if (spec.billing_provider is None) == (spec.delivery_method is None):
            continue
        given = "billing_provider" if spec.delivery_method is None else "delivery_method"
        missing = "delivery_method" if spec.delivery_method is None else "billing_provider"
        value = spec.billing_provider or spec.delivery_method
        message = f"package {quote(package.key)} has {given} {quote(value)}, but no {missing}"
        at = package.at("spec", given)
        yield Diagnostic(rules.BILLING_DELIVERY, message, at, f'add "{missing}", or remove "{given}"')


def check_custom_fields(index: Index) -> Iterator[Diagnostic]:
    """PKG218 for a custom field whose key is not declared for its kind of term."""
    declared: dict[str, set[str]] = {}
    for each in index.catalog.custom_field_keys.values():
        declared.setdefault(each.document.spec.entity, set()).add(each.document.spec.key)
    for term in index.terms(*ENTITIES):
        entity = ENTITIES[term.field]
        known = declared.get(entity, set())
        for name in term.value.custom_fields:
            if name not in known:
                hint = index.hint(f"custom field of {entity}", name, known)
                yield Diagnostic(
                    rules.UNKNOWN_CUSTOM_FIELD,
                    f"custom field {quote(name)} is not declared for the entity {quote(entity)}",
                    term.at.child("custom_fields", name).at_key(),
                    hint or f"declare a CustomFieldKey with this key and entity: {entity}",
                )


def check_term_keys(index: Index) -> Iterator[Diagnostic]:
    """PKG219 for each term whose key an earlier mapping has; within one mapping YAML already forbids it."""
    for package in index.packages:
        first: dict[str, Term] = {}
        for term in terms_of(package, *_KEYED):
            earlier = first.setdefault(term.key, term)
            if earlier is not term:
                yield Diagnostic(
                    rules.DUPLICATE_TERM,
                    f"term key {quote(term.key)} is used in both {earlier.field} and {term.field}",
                    term.at.at_key(),
                    f'give one of them another key, such as "{_another(term)}"',
                    (Related(earlier.at.at_key(), "the other one is here"),),
                )


def _another(term: Term) -> str:
    """A key that says what the term is, or the next number if it says so already."""
    ending = f"-{_KEYED[term.field]}"
    return f"{term.key}-2" if term.key.endswith(ending) else f"{term.key}{ending}"
