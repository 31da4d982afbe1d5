"""Rules of threshold billing: gates and taxes that go together, trackers that caps can count on.

Comes in: a parsed body. Goes out: a message for each fault. Never here: the least amounts, which depend on
the currency of the rate card (`admission.py`).
Source: `payment_gate_config` ("Only applicable if using ..."), `discount_configuration.cap`, `spend_trackers`
("unique per contract") of POST /v1/packages/create; the guide "Prepaid balance thresholds" for filters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pkgplan.engine.payloads.thresholds import ExcludedBalance
from pkgplan.engine.terms.repeated import repeated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.engine.payloads import PackageCreate
    from pkgplan.engine.payloads.thresholds import PaymentGateConfig

_ONLY_WITH: Final = (
    ("stripe_config", "payment_gate_type", "STRIPE"),
    ("precalculated_tax_config", "tax_type", "PRECALCULATED"),
)


def threshold_faults(payload: PackageCreate) -> Iterator[str]:
    """Every rule of thresholds and trackers that needs nothing but the body."""
    aliases = [tracker.alias for tracker in payload.spend_trackers]
    yield from repeated("spend tracker alias", aliases)
    for threshold in payload.thresholds:
        yield from _gate(threshold.payment_gate_config)
        discount = threshold.discount_configuration
        cap = None if discount is None else discount.cap
        if cap is not None and cap.spend_tracker_alias not in aliases:
            yield f'spend_tracker_alias "{cap.spend_tracker_alias}" is not the alias of a spend tracker'
        for part in threshold.parts():
            if isinstance(part, ExcludedBalance):
                keys = (each.key for each in part.custom_field_filters)
                yield from repeated("custom field filter key", keys)


def _gate(gate: PaymentGateConfig) -> Iterator[str]:
    for setting, chooser, wanted in _ONLY_WITH:
        if getattr(gate, setting) is not None and getattr(gate, chooser) != wanted:
            yield f"{setting} is only applicable with {chooser} {wanted}"
    if gate.tax_type == "STRIPE" and gate.payment_gate_type != "STRIPE":
        yield "tax_type STRIPE is only supported with payment_gate_type STRIPE"
    stripe = gate.stripe_config
    if stripe is not None and stripe.invoice_metadata and stripe.payment_type != "INVOICE":
        yield "invoice_metadata is only applicable with payment_type INVOICE"
