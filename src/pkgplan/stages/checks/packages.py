"""A package as a whole: rate card, billing, term keys, custom fields, length (PKG212, 215, 218, 219, 306).

Comes in: the index. Goes out: findings. Never here: rules of one kind of term, or aliases.
Source: field descriptions of POST /v1/packages/create.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pkgplan.model import rules
from pkgplan.model.diagnostics import Diagnostic, Related
from pkgplan.stages.checks.spans import surely_at_least
from pkgplan.stages.checks.words import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.model.catalog.catalog import Declared
    from pkgplan.model.catalog.package import PackageDocument
    from pkgplan.model.units import RelativeDate
    from pkgplan.stages.checks.index import Index

SUBSCRIPTION_ENTITY: Final = "package_subscription"


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
        elif spec.rate_card is None and spec.rate_card_alias is None and spec.subscriptions:
            first = next(iter(spec.subscriptions))
            yield Diagnostic(
                rules.RATE_CARD_CHOICE,
                f"package {quote(package.key)} has subscription {quote(first)}, but no rate card",
                package.at("spec", "subscriptions"),
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
    """PKG218 for a custom field whose key is not declared for package subscriptions."""
    entities: dict[str, set[str]] = {}
    for declared in index.catalog.custom_field_keys.values():
        entities.setdefault(declared.document.spec.entity, set()).add(declared.document.spec.key)
    known = entities.get(SUBSCRIPTION_ENTITY, set())
    for package in index.packages:
        for key, subscription in package.document.spec.subscriptions.items():
            for name in subscription.custom_fields:
                if name in known:
                    continue
                message = (
                    f"custom field {quote(name)} is not declared for the entity {quote(SUBSCRIPTION_ENTITY)}"
                )
                hint = index.hint("custom field", name, known)
                yield Diagnostic(
                    rules.UNKNOWN_CUSTOM_FIELD,
                    message,
                    package.at("spec", "subscriptions", key, "custom_fields", name).at_key(),
                    hint or f"declare a CustomFieldKey with this key and entity: {SUBSCRIPTION_ENTITY}",
                )


def check_term_keys(index: Index) -> Iterator[Diagnostic]:
    """PKG219 for two terms of one package with the same key; within one mapping YAML already forbids it."""
    for package in index.packages:
        spec = package.document.spec
        for key in spec.subscriptions:
            if key in spec.recurring_credits:
                first = package.at("spec", "recurring_credits", key).at_key()
                yield Diagnostic(
                    rules.DUPLICATE_TERM,
                    f"term key {quote(key)} is used in both recurring_credits and subscriptions",
                    package.at("spec", "subscriptions", key).at_key(),
                    f'give one of them another key, such as "{key}-fee"',
                    (Related(first, "the other one is here"),),
                )


def check_starts_within(index: Index) -> Iterator[Diagnostic]:
    """PKG306 for a term that starts when the package is over, or later."""
    for package in index.packages:
        spec = package.document.spec
        if spec.duration is None:
            continue
        for key, credit in spec.recurring_credits.items():
            yield from _start(package, spec.duration, ("recurring_credits", key), credit.starting_at_offset)
        for key, subscription in spec.subscriptions.items():
            offset = subscription.starting_at_offset
            if offset is not None:
                yield from _start(package, spec.duration, ("subscriptions", key), offset)


def _start(
    package: Declared[PackageDocument], duration: RelativeDate, term: tuple[str, str], offset: RelativeDate
) -> Iterator[Diagnostic]:
    if not surely_at_least(offset, duration):
        return
    kind, key = term
    yield Diagnostic(
        rules.SPAN_RANGE,
        f"{quote(key)} of {kind} starts after {quote(offset)}, when the package of {quote(duration)} is over",
        package.at("spec", *term, "starting_at_offset"),
        f'start it before "{duration}", or lengthen the package',
        (Related(package.at("spec", "duration"), "the package ends here"),),
    )
