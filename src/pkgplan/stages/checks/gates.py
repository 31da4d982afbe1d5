"""Payment gates and balance filters of the two thresholds: settings that go together (PKG107, PKG218, PKG230).

Comes in: the index. Goes out: findings at the setting that has no effect, or that is missing.
Never here: amounts and units (`thresholds.py`).
Source: `payment_gate_config` and `threshold_balance_specifiers` of POST /v1/packages/create. A Stripe gate without
`stripe_config` is taken: the vendor has a default for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pkgplan.model import rules
from pkgplan.model.diagnostics import Diagnostic, Related
from pkgplan.stages.checks.thresholds import PREPAID, SPEND
from pkgplan.stages.checks.words import listed, quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.model.catalog.thresholds import PaymentGate
    from pkgplan.model.diagnostics import Location
    from pkgplan.stages.checks.index import Index

# For whose custom fields a key has to be declared; those of a package's terms are passed on to the contract's.
_COMMIT: Final = frozenset({"commit", "package_commit"})
_CREDIT: Final = frozenset({"contract_credit", "package_credit"})
_ENTITIES: Final = {
    "commit": _COMMIT,
    "contract_credit": _CREDIT,
    "contract_credit_or_commit": _COMMIT | _CREDIT,
}


def check_payment_gates(index: Index) -> Iterator[Diagnostic]:
    """PKG230 for Stripe or tax settings next to a gate or tax that has no use for them, and the other way round."""
    for package in index.packages:
        for name in (PREPAID, SPEND):
            config = getattr(package.document.spec, name)
            if config is not None:
                at = package.at("spec", name, "payment_gate_config")
                yield from _gate(config.payment_gate_config, at)


def _gate(gate: PaymentGate, at: Location) -> Iterator[Diagnostic]:
    stripe, tax = gate.stripe_config, gate.precalculated_tax_config
    not_stripe = gate.payment_gate_type != "stripe"
    if not_stripe and stripe is not None:
        yield _misfit(
            at, "stripe_config", "payment_gate_type", gate, 'remove it, or use "payment_gate_type: stripe"'
        )
    if not_stripe and gate.tax_type == "stripe":
        yield Diagnostic(
            rules.PAYMENT_GATE,
            f'"tax_type: stripe" does not go with "payment_gate_type: {gate.payment_gate_type}"',
            at.child("tax_type"),
            'use another tax type, or "payment_gate_type: stripe"',
            (Related(at.child("payment_gate_type"), "the gate is given here"),),
        )
    if stripe is not None and stripe.invoice_metadata and stripe.payment_type != "invoice":
        where = at.child("stripe_config")
        yield Diagnostic(
            rules.PAYMENT_GATE,
            f'"invoice_metadata" does not go with "payment_type: {stripe.payment_type}", which makes no invoice',
            where.child("invoice_metadata"),
            'remove it, or use "payment_type: invoice"',
            (Related(where.child("payment_type"), "the payment type is given here"),),
        )
    if tax is not None and gate.tax_type != "precalculated":
        hint = 'remove it, or use "tax_type: precalculated"'
        yield _misfit(at, "precalculated_tax_config", "tax_type", gate, hint)
    if tax is None and gate.tax_type == "precalculated":
        yield Diagnostic(
            rules.PAYMENT_GATE,
            '"tax_type: precalculated" has no "precalculated_tax_config"',
            at.child("tax_type"),
            'add "precalculated_tax_config" with the tax, or use another tax type',
        )


def _misfit(at: Location, setting: str, chooser: str, gate: PaymentGate, hint: str) -> Diagnostic:
    chosen = getattr(gate, chooser)
    related = () if chosen is None else (Related(at.child(chooser), "the choice is made here"),)
    return Diagnostic(
        rules.PAYMENT_GATE,
        f'"{setting}" does not go with "{chooser}: {chosen or "none"}"',
        at.child(setting).at_key(),
        hint,
        related,
    )


def check_balance_filters(index: Index) -> Iterator[Diagnostic]:
    """PKG107 for a key that one list of filters has twice; PKG218 for one that no balance can carry."""
    declared: dict[str, set[str]] = {}
    for field in index.catalog.custom_field_keys.values():
        declared.setdefault(field.document.spec.entity, set()).add(field.document.spec.key)
    for package in index.packages:
        config = package.document.spec.prepaid_balance_threshold_configuration
        for number, specifier in enumerate(config.threshold_balance_specifiers if config else ()):
            at = package.at("spec", PREPAID, "threshold_balance_specifiers", number, "exclude")
            for position, exclusion in enumerate(specifier.exclude):
                first: dict[str, Location] = {}
                for place, each in enumerate(exclusion.custom_field_filters):
                    where = at.child(position, "custom_field_filters", place, "key")
                    known = {key for entity in _ENTITIES[each.entity] for key in declared.get(entity, ())}
                    if each.key in first:
                        yield Diagnostic(
                            rules.OUT_OF_RANGE,
                            f"key {quote(each.key)} is in one list of filters twice",
                            where,
                            "keep one of them, or exclude the other in an item of its own",
                            (Related(first[each.key], "the first one is here"),),
                        )
                    elif each.key not in known:
                        entities = listed(_ENTITIES[each.entity])
                        yield Diagnostic(
                            rules.UNKNOWN_CUSTOM_FIELD,
                            f"custom field {quote(each.key)} is not declared for any of the entities {entities}",
                            where,
                            index.hint("custom field", each.key, known)
                            or f"declare a CustomFieldKey with this key and one of the entities {entities}",
                        )
                    first.setdefault(each.key, where)
