"""One line that says what a whole term is, as a person would.

Comes in: the kind of a term and the term in the words of the catalog. Goes out: text.
Never here: every field; a line says what a reader of a plan asks first, and a change inside a term is shown apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pkgplan.stages.diff.lists import PAID_BY, Readable, flat, from_when, text
from pkgplan.stages.diff.shorten import shortened

if TYPE_CHECKING:
    from collections.abc import Callable

_PERIODS: Final = {
    "daily": "day", "weekly": "week", "monthly": "month", "quarterly": "quarter", "annual": "year",
}  # fmt: skip

_LONGEST_LIST: Final = 90


def summary(kind: str, term: Readable | str) -> str:
    """One line that says what a whole term is."""
    if isinstance(term, str):
        return term
    return _SUMMARIES.get(kind, flat)(term)


def _part(term: Readable, field: str) -> Readable:
    value = term.get(field)
    return value if isinstance(value, dict) else {}


def _items(schedule: Readable) -> str:
    return shortened(text(schedule, "schedule_items"), _LONGEST_LIST)


def _access(term: Readable) -> str:
    return _items(_part(term, "access_schedule"))


def _commit(term: Readable) -> str:
    granted = f"{text(term, 'type')} {_access(term)}"
    invoiced = _part(term, "invoice_schedule")
    if not invoiced:
        return f"{granted}, complimentary"
    verb = "paid" if text(term, "type") == "prepaid" else "invoiced"
    silent = ", without an invoice" if invoiced.get("do_not_invoice") == "true" else ""
    return f"{granted}; {verb} {_items(invoiced)}{silent}"


def _when(term: Readable) -> str:
    offset = text(term, "starting_at_offset", "0 months")
    return from_when(offset, text(term, "duration") if "duration" in term else None)


def _each(amount: Readable) -> str:
    quantity = text(amount, "quantity", "1")
    return text(amount, "unit_price") + ("" if quantity == "1" else f" x {quantity}")


def _recurring(term: Readable) -> str:
    amount = _part(term, "access_amount")
    period = _PERIODS.get(text(term, "recurrence_frequency"), "period")
    seats = " and seat" if "subscription_config" in term else ""
    return f"{_each(amount)} per {period}{seats}{_when(term)}"


def _recurring_commit(term: Readable) -> str:
    invoiced = _part(term, "invoice_amount")
    return f"{_recurring(term)}, {f'paid {_each(invoiced)}' if invoiced else 'complimentary'}"


def _subscription(term: Readable) -> str:
    rate = _part(term, "subscription_rate")
    quantity = text(term, "initial_quantity", "1")
    each = "" if quantity == "1" else f" x {quantity}"
    fee = f"{text(rate, 'product')} {text(rate, 'billing_frequency', '')}{each}"
    return f"{fee}{_when(term)}, collected in {text(term, 'collection_schedule')}"


def _charge(term: Readable) -> str:
    return _items(_part(term, "schedule"))


def _override(term: Readable) -> str:
    entitled = {"true": "entitled", "false": "not entitled"}.get(text(term, "entitled", ""), "")
    what = ", ".join(filter(None, [entitled, _new_price(term)]))
    specifiers = text(term, "override_specifiers")
    line = f"{what} on {shortened(specifiers, _LONGEST_LIST)}{_when(term)}"
    if term.get("is_commit_specific") == "true" and PAID_BY not in specifiers:
        line += ", for usage that a commit or credit pays for"
    return line + (f", priority {text(term, 'priority')}" if "priority" in term else "")


def _new_price(term: Readable) -> str:
    if "multiplier" in term:
        return f"x {text(term, 'multiplier')}"
    if "tiers" in term:
        return text(term, "tiers")
    rate = _part(term, "overwrite_rate")
    price = text(rate, "price", text(rate, "tiers", ""))
    rate_type = text(rate, "rate_type", "")
    if rate_type in {"percentage", "tiered_percentage"}:
        return f"{rate_type} {price}"
    return price or (f"{rate_type} rate" if rate_type else "")


def _tracker(term: Readable) -> str:
    counted = shortened(text(term, "applicable_spend_specifiers"), _LONGEST_LIST)
    return f"counts {text(term, 'credit_type')} of {counted}, anew each {text(term, 'reset_frequency')}"


def _spend_threshold(config: Readable) -> str:
    return f"invoice each {text(config, 'threshold_amount')} of spend{_gate(config)}"


def _balance_threshold(config: Readable) -> str:
    recharge = f"at {text(config, 'threshold_amount')} recharge to {text(config, 'recharge_to_amount')}"
    return recharge + _gate(config)


def _gate(config: Readable) -> str:
    gate = text(_part(config, "payment_gate_config"), "payment_gate_type", "none")
    fraction = text(_part(config, "discount_configuration"), "payment_fraction", "")
    paid = "" if gate == "none" else f", once paid through {gate}"
    discount = f", {fraction} of it is paid" if fraction not in {"", "1"} else ""
    return paid + discount + (", not enabled" if config.get("is_enabled") == "false" else "")


_SUMMARIES: Final[dict[str, Callable[[Readable], str]]] = {
    "commits": _commit,
    "credits": _access,
    "overrides": _override,
    "prepaid_balance_threshold_configuration": _balance_threshold,
    "recurring_commits": _recurring_commit,
    "recurring_credits": _recurring,
    "scheduled_charges": _charge,
    "spend_threshold_configuration": _spend_threshold,
    "spend_trackers": _tracker,
    "subscriptions": _subscription,
}
