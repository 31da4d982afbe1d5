"""What the schema cannot say is put right in a random package.

Comes in: a spec of the right shape. Goes out: the same object without errors. Never here: overrides, which are made
to fit in the first place.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from support.random_overrides import Overrides
from support.random_values import CUSTOM_FIELD, FEES, USAGE

if TYPE_CHECKING:
    from support.random_values import Chance


class Mender:
    """Puts right what the schema cannot say; every choice is drawn, so that nothing is always the same."""

    def __init__(self, chance: Chance, spec: dict[str, Any], currency: str, theme: tuple[str, ...]) -> None:
        self._chance = chance
        self._spec = spec
        self._currency = currency
        self._theme = theme
        self._has_daily = False

    def mend(self) -> None:
        """Change the spec until nothing is wrong with it."""
        spec = self._spec
        which = self._chance.pick("rate_card", "rate_card_alias")
        spec[which] = {"rate_card": "card", "rate_card_alias": "Card alias"}[which]
        if "duration" in spec:  # longer than any offset
            spec["duration"] = self._chance.pick("10 years", "120 months", {"value": 3652, "unit": "DAYS"})
        if ("billing_provider" in spec) != ("delivery_method" in spec):
            spec.pop("billing_provider", None)
            spec.pop("delivery_method", None)
        self._windows()
        self._distinct_keys()
        for subscription in spec["subscriptions"].values():
            self._subscription(subscription)
        for field in ("commits", "credits"):
            for term in spec.get(field, {}).values():
                self._balance(term, is_commit=field == "commits")
        for field in ("recurring_commits", "recurring_credits"):
            for term in spec.get(field, {}).values():
                self._recurring(term)
        for charge in spec.get("scheduled_charges", {}).values():
            self._dated(charge["schedule"])
        self._thresholds()
        if "overrides" in self._theme or self._chance.whole(0, 3) == 0:
            overrides = Overrides(self._chance, spec, self._currency)
            spec["overrides"] = {key: overrides.build() for key in self._chance.keys(most=3)}

    def _windows(self) -> None:
        if "aliases" not in self._theme:
            return
        windows: tuple[dict[str, str], ...] = (
            {},
            {"starting_at": "2026-01-01"},
            {"starting_at": "2026-02-01", "ending_before": "2027-01-01T05:00:00Z"},
        )
        self._spec["aliases"] = [
            {"name": name, **self._chance.pick(*windows)}
            for name in self._chance.pick((), ("A",), ("A", "B"))
        ]
        if self._chance.flip():
            self._spec["retire"] = {"at": "2030-01-01"}

    def _distinct_keys(self) -> None:
        """Terms that have a temporary id share one namespace."""
        for field in ("commits", "recurring_commits", "recurring_credits", "subscriptions"):
            terms = self._spec.get(field, {})
            self._spec[field] = {f"{field.replace('_', '-')}-{key}": term for key, term in terms.items()}

    def _subscription(self, term: dict[str, Any]) -> None:
        term["subscription_rate"]["product"] = self._chance.pick(*FEES)
        if (
            term["collection_schedule"] == "arrears"
            and term["proration"].get("invoice_behavior") == "bill_immediately"
        ):
            del term["proration"]["invoice_behavior"]
        if term.get("quantity_management_mode") == "seat_based":
            term.setdefault("seat_config", {"seat_group_key": "user_id"})
            term.pop("initial_quantity", None)
        else:
            term.pop("seat_config", None)
            term.setdefault("initial_quantity", 1)

    def _applicability(self, term: dict[str, Any]) -> None:
        for specifier in term.get("specifiers", []):
            if "product" in specifier:
                specifier["product"] = self._chance.pick(*USAGE)
        if term.get("specifiers"):
            if self._chance.flip():
                del term["specifiers"]
            else:
                term.pop("applicable_products", None)
                term.pop("applicable_product_tags", None)

    def _balance(self, term: dict[str, Any], *, is_commit: bool) -> None:
        self._applicability(term)
        access = term["access_schedule"]
        by_quantity = access.get("access_type") == "quantity"
        unit = self._chance.pick(self._currency, "ai-credits")
        for item in access["schedule_items"]:
            number = item["amount"].split()[0]
            item["amount"] = Decimal(number) if by_quantity else f"{number} {unit}"
        if not is_commit:
            return
        if term["type"] == "postpaid":
            self._postpaid(term, access)
        elif "invoice_schedule" in term:
            term.pop("complimentary", None)
            self._dated(term["invoice_schedule"])

    def _postpaid(self, term: dict[str, Any], access: dict[str, Any]) -> None:
        term.pop("complimentary", None)
        access.pop("access_type", None)
        quantity = self._chance.pick(Decimal(1), Decimal(4), Decimal("0.5"))
        price = self._chance.pick(50, 500)
        del access["schedule_items"][1:]
        access["schedule_items"][0]["amount"] = f"{price * quantity:.2f} {self._currency}"
        once = {
            "unit_price": f"{price} {self._currency}",
            "quantity": quantity,
            "date_offset": self._chance.pick("1 year", "0 days"),
        }
        term["invoice_schedule"] = {**term.get("invoice_schedule", {}), "schedule_items": [once]}

    def _dated(self, schedule: dict[str, Any]) -> None:
        for item in schedule["schedule_items"]:
            item.pop("for", None)
            if "every" in item:
                family = ("days", "weeks") if item["every"] in {"day", "week"} else ("months", "years")
                item["for"] = {"day": "30 days", "week": "4 weeks"}.get(item["every"], "2 years")
                item["date_offset"] = f"{self._chance.pick(0, 1, 2)} {self._chance.pick(*family)}"

    def _recurring(self, term: dict[str, Any]) -> None:
        self._applicability(term)
        amount = term["access_amount"]
        number = amount["unit_price"].split()[0]
        by_quantity = amount.get("access_type") == "quantity"
        unit = self._chance.pick(self._currency, "ai-credits")
        amount["unit_price"] = Decimal(number) if by_quantity else f"{number} {unit}"
        linked = self._spec.get("subscriptions", {})
        link = term.get("subscription_config")
        if link is None or not linked:
            term.pop("subscription_config", None)
            amount.setdefault("quantity", 1)
        else:
            amount.pop("quantity", None)
            link["subscription"] = self._chance.pick(*linked)
        self._daily(term)
        if "subscription_config" in term:
            self._seats(term["subscription_config"])

    def _seats(self, link: dict[str, Any]) -> None:
        """Only seats can have balances of their own."""
        subscription = self._spec["subscriptions"][link["subscription"]]
        is_seat_based = subscription.get("quantity_management_mode") == "seat_based"
        if link.get("allocation") == "individual" and not is_seat_based:
            subscription["quantity_management_mode"] = "seat_based"
            self._subscription(subscription)

    def _daily(self, term: dict[str, Any]) -> None:
        if term.get("recurrence_frequency") != "daily":
            return
        if self._has_daily or "subscription_config" in term:
            del term["recurrence_frequency"]
        else:
            self._has_daily = True

    def _thresholds(self) -> None:
        spec = self._spec
        trackers = spec.get("spend_trackers", {})
        for key, tracker in trackers.items():
            if "alias" in tracker:
                tracker["alias"] = f"tracker {key}"
            tracker["credit_type"] = self._chance.pick(self._currency, "ai-credits")
        spend = spec.get("spend_threshold_configuration")
        balance = spec.get("prepaid_balance_threshold_configuration")
        if balance is not None:
            unit = self._chance.pick(self._currency, "ai-credits")
            low = self._chance.whole(50, 1000)
            balance["threshold_amount"] = f"{low} {unit}"
            balance["recharge_to_amount"] = f"{low + self._chance.whole(100, 1000)} {unit}"
            self._applicability(balance["commit"])
            for specifier in balance.get("threshold_balance_specifiers", []):
                for exclusion in specifier["exclude"]:
                    del exclusion["custom_field_filters"][1:]
                    exclusion["custom_field_filters"][0]["key"] = CUSTOM_FIELD
        for config in filter(None, (spend, balance)):
            self._gate(config["payment_gate_config"])
            cap = config.get("discount_configuration", {}).get("cap")
            if cap is not None and trackers:
                cap["spend_tracker"] = self._chance.pick(*trackers)
                cap["amount"] = (
                    f"{self._chance.whole(0, 999)} {trackers[cap['spend_tracker']]['credit_type']}"
                )
            elif cap is not None:
                del config["discount_configuration"]["cap"]

    def _gate(self, gate: dict[str, Any]) -> None:
        if gate["payment_gate_type"] == "stripe":
            stripe = gate.setdefault("stripe_config", {"payment_type": "invoice"})
            if stripe["payment_type"] != "invoice":
                stripe.pop("invoice_metadata", None)
        else:
            gate.pop("stripe_config", None)
            if gate.get("tax_type") == "stripe":
                del gate["tax_type"]
        if gate.get("tax_type") == "precalculated":
            gate.setdefault("precalculated_tax_config", {"tax_amount": f"1.00 {self._currency}"})
        else:
            gate.pop("precalculated_tax_config", None)
