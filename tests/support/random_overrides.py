"""Random overrides that fit the other terms of a random package.

Comes in: the spec without its overrides. Goes out: one override after the other, each of a shape that Metronome
takes; whether it ever applies is left to chance. Never here: the other terms.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from support.random_values import FEES, FREQUENCIES, GROUPS, SHARES, USAGE

if TYPE_CHECKING:
    from support.random_values import Chance

    Made = dict[str, Any]

TAGS = (["basic"], ["premium"], ["basic", "premium"])
NAMED = ("commits", "recurring_commits", "recurring_credits")


class Overrides:
    """Overrides for one package."""

    def __init__(self, chance: Chance, spec: Made, currency: str) -> None:
        self._chance = chance
        self._spec = spec
        self._currency = currency
        self._explicit = spec.get("multiplier_override_prioritization") == "explicit"

    def build(self) -> Made:
        """One more override."""
        kind = self._chance.pick("entitled", "multiplier", "overwrite", *["tiered"] * self._explicit)
        term: Made = {"starting_at_offset": self._chance.span(0, 2)}
        if self._chance.flip():
            term["duration"] = self._chance.span(1, 9)
        if kind == "entitled":
            term["entitled"] = self._chance.flip()
            term["override_specifiers"] = [{"product": self._chance.pick(*USAGE, *FEES, *SHARES)}]
            return term
        term["type"] = kind
        self._maybe(term, "entitled", True, False)
        if kind == "overwrite":
            specifiers, term["overwrite_rate"] = self._overwrite()
        else:
            specifiers = [self._filter() for _ in range(self._chance.pick(1, 1, 2))]
            self._scale(term, kind)
        term["override_specifiers"] = specifiers
        self._maybe(term, "is_commit_specific", True, True, False)
        if term.get("is_commit_specific"):
            self._maybe(term, "target", "list_rate", "commit_rate")
            for specifier in specifiers:
                self._for_commits(specifier)
        return term

    def _maybe(self, target: Made, name: str, *choices: Any) -> None:
        if self._chance.flip():
            target[name] = self._chance.pick(*choices)

    def _scale(self, term: Made, kind: str) -> None:
        if self._explicit:
            term["priority"] = self._chance.whole(1, 9)
        if kind == "multiplier":
            term["multiplier"] = self._chance.multiplier()
        else:
            sizes = self._chance.pick((), (5,), (5, Decimal("0.5")))
            term["tiers"] = [{"size": size, "multiplier": self._chance.multiplier()} for size in sizes]
            term["tiers"].append({"multiplier": self._chance.multiplier()})

    def _filter(self) -> Made:
        """What a multiplier may be for."""
        product = self._chance.pick(*USAGE, *FEES, "tags", "groups")
        if product == "tags":
            return {"product_tags": self._chance.pick(*TAGS)}
        if product == "groups":
            return {"pricing_group_values": {"model": "large"}}
        specifier: Made = {"product": product}
        if product in FEES:
            specifier["billing_frequency"] = self._chance.pick(*FREQUENCIES)
        else:
            self._maybe(specifier, "presentation_group_values", {"project": "x"})
        if product == "grouped":
            self._maybe(
                specifier, "pricing_group_values", {"model": "large"}, {"region": "eu", "model": "small"}
            )
        return specifier

    def _overwrite(self) -> tuple[list[Made], Made]:
        """A price, and what it takes the place of: one product, with all that its price depends on."""
        product = self._chance.pick(*USAGE, *FEES, *SHARES)
        if product in SHARES:
            share = self._chance.pick(0, Decimal("0.2"), 1)
            steps = [{"size": 100, "price": share}, {"price": 0}]
            percentage = {"rate_type": "percentage", "price": share}
            return [{"product": product}], self._chance.pick(
                percentage, {"rate_type": "tiered_percentage", "tiers": steps}
            )
        unit = "ai-credits" if product == "in-credits" else self._currency
        price = self._chance.money(unit)
        flat = {"rate_type": "flat", "price": price}
        custom = {"rate_type": "custom", "custom_rate": {"processor": "gnome", "steps": [1, "a", None]}}
        if product in FEES:
            old = {"rate_type": "subscription", "price": price, "quantity": 2, "is_prorated": True}
            filters = [{"product": product, "billing_frequency": self._chance.pick(*FREQUENCIES)}]
            return filters, self._chance.pick(flat, old)
        tiered = {"rate_type": "tiered", "tiers": [{"size": 10, "price": price}, {"price": f"0.50 {unit}"}]}
        if product != "grouped":
            return [{"product": product}], self._chance.pick(flat, tiered, custom)
        priced: list[Made] = [
            {
                "product": product,
                "pricing_group_values": {"model": model, "region": self._chance.pick(*GROUPS["region"])},
            }
            for model in GROUPS["model"]
        ]
        return priced[: self._chance.pick(1, 2)], self._chance.pick(flat, tiered, custom)

    def _for_commits(self, specifier: Made) -> None:
        """Only for what some terms pay for, as far as there are any."""
        terms = {field: list(self._spec.get(field, {})) for field in NAMED}
        for field in ("commits", "recurring_commits"):
            if terms[field] and self._chance.flip():
                specifier[field] = terms[field]
        together = [key for keys in terms.values() for key in keys]
        if together and not specifier.keys() & {"commits", "recurring_commits"}:
            self._maybe(specifier, "any_commits_or_credits", together, together[:1])
