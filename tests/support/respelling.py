"""One package in many spellings: what a person would call "the same file, written otherwise", and what it comes to.

Comes in: the spec of a valid package as data. Goes out: another spec that means the same, or the meaning as a value.
Never here: payloads, or the tables of `model/spellings.py`: this is the other opinion that they are held to, in the
words of the catalog, taken from the vendor's field descriptions once more.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from pkgplan.model.canonical import canonical
from pkgplan.model.catalog.package import TERMS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.random_values import Chance

FREE: Final = frozenset({
    "custom_fields", "custom_rate", "invoice_metadata", "pricing_group_values", "presentation_group_values",
})  # fmt: skip
SPANS: Final = frozenset({
    "duration", "starting_at_offset", "date_offset", "invoice_generation_starting_at_offset", "for",
})  # fmt: skip
PERIODS: Final = "commit_duration"
MONEY: Final = frozenset({
    "amount", "price", "recharge_to_amount", "tax_amount", "threshold_amount", "unit_price",
})  # fmt: skip
IN_ORDER: Final = "tiers"
# Sent once, however often they are written.
ONCE: Final = frozenset({
    "applicable_products", "applicable_product_tags", "product_tags", "commits", "recurring_commits",
    "any_commits_or_credits", "sources",
})  # fmt: skip
# What leaving a field out says, by the field that it is in; in a list or a term, that of the list or of the terms.
DEFAULTS: Final[dict[str, dict[str, Any]]] = {
    "": {"multiplier_override_prioritization": "lowest_multiplier"},
    "usage_statement_schedule": {
        "day": "first_of_month",
        "invoice_generation_starting_at_offset": "0 days",
    },
    "access_schedule": {"access_type": "spend"},
    "invoice_schedule": {"do_not_invoice": False},
    "recurring_commits": {"proration": "first_and_last"},
    "recurring_credits": {"proration": "first_and_last"},
    "overrides": {"is_commit_specific": False, "target": "list_rate"},
    "subscriptions": {"starting_at_offset": "0 weeks", "quantity_management_mode": "quantity_only"},
    "seat_config": {"initial_unassigned_seats": 0},
    "billing_cycle_config": {"invoice_placement": "on_usage_invoice"},
    "commit": {"priority": 100},
    "payment_gate_config": {"tax_type": "none"},
    "applicable_spend_specifiers": {"discounted": "any"},
}
_MONTHLY: Final = {"frequency": "monthly"}
_EMPTY: Final = (
    "applicable_products",
    "applicable_product_tags",
    "specifiers",
    "custom_fields",
    "product_tags",
)
_NOT_CONTENT: Final = ("aliases", "retire", "from")
# Whole numbers that the language takes without a point only.
_WHOLE: Final = frozenset({"decimal_places", "net_payment_terms_days"})
_UNITS: Final = {"day": (0, 1), "week": (0, 7), "month": (1, 0), "quarter": (3, 0), "year": (12, 0)}


def respelled(chance: Chance, spec: dict[str, Any]) -> dict[str, Any]:
    """The same package: other orders, units, digits, and defaults that are written out or left out."""
    return _Speller(chance).spec(spec)


def meaning(spec: dict[str, Any]) -> Any:
    """What is left of a spec if nothing depends on how it is written; equal for two specs that mean the same."""
    plain = _mapping({name: item for name, item in spec.items() if name not in (*_NOT_CONTENT, *TERMS)}, "")
    for field in TERMS:
        terms = {key: _mapping(term, field) for key, term in spec.get(field, {}).items()}
        for key, term in terms.items():
            term.pop("complimentary", None)
            if field == "spend_trackers":
                term.setdefault("alias", key)
        # Nothing names a charge, so that its key says nothing either.
        plain[field] = sorted(terms.values(), key=canonical) if field == "scheduled_charges" else terms
    if plain.get("usage_statement_schedule") == _MONTHLY:
        del plain["usage_statement_schedule"]
    commit = plain.get("prepaid_balance_threshold_configuration", {}).get("commit", {})
    if commit.get("duration") == [12, 0]:
        del commit["duration"]
    return canonical({name: item for name, item in plain.items() if item})


class _Speller:
    """Writes a spec once more, every choice drawn."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance

    def spec(self, spec: dict[str, Any]) -> dict[str, Any]:
        again = self._mapping({name: item for name, item in spec.items() if name not in TERMS}, "")
        for field in TERMS:
            if spec.get(field) or (field in spec and self._chance.flip()):
                again[field] = self._shuffled(
                    {key: self._mapping(term, field) for key, term in spec[field].items()}
                )
        if "usage_statement_schedule" not in again and self._chance.flip():
            again["usage_statement_schedule"] = _MONTHLY
        elif again.get("usage_statement_schedule") == _MONTHLY and self._chance.flip():
            del again["usage_statement_schedule"]
        balance = again.get("prepaid_balance_threshold_configuration")
        if balance is not None and "duration" not in balance["commit"] and self._chance.flip():
            balance["commit"]["duration"] = self._chance.pick("1 year", "12 months")
        return self._shuffled(again)

    def _mapping(self, value: dict[str, Any], holder: str) -> dict[str, Any]:
        again = {name: self._value(item, name) for name, item in value.items()}
        for name, default in DEFAULTS.get(holder, {}).items():
            if name not in again and _may_say(name, value) and self._chance.flip():
                again[name] = self._value(default, name)
            elif name in again and _value(again[name], name) == _value(default, name) and self._chance.flip():
                del again[name]
        for name in _EMPTY:
            if again.get(name) in ([], {}) and self._chance.flip():
                del again[name]
        if holder == "subscriptions" and "billing_cycle_config" not in again and self._chance.flip():
            again["billing_cycle_config"] = {}
        return self._shuffled(again)

    def _value(self, value: Any, field: str) -> Any:
        if field in {*SPANS, PERIODS}:
            return self._span(value)
        if isinstance(value, dict):
            return self._shuffled(value) if field in FREE else self._mapping(value, field)
        if isinstance(value, list):
            items = [self._mapping(item, field) if isinstance(item, dict) else item for item in value]
            return items if field == IN_ORDER else self._some(items)
        if isinstance(value, str) and field in MONEY:
            return self._money(value)
        if isinstance(value, bool | str) or field in _WHOLE:
            return value
        return Decimal(f"{value}{'' if '.' in str(value) else '.'}{'0' * self._chance.whole(1, 3)}")

    def _span(self, value: Any) -> Any:
        periods = _count(value)
        count, unit = periods if periods[1] == "period" else self._chance.pick(*_spans(*_time(value)))
        if self._chance.flip():
            return {"value": count, "unit": f"{unit}s".upper()}
        return f"{count} {unit}{'' if count == 1 and self._chance.flip() else 's'}"

    def _money(self, value: str) -> str:
        number, _, unit = value.partition(" ")
        more = "0" * self._chance.whole(0, 2)
        return f"{number}{'.' if more and '.' not in number else ''}{more} {unit}"

    def _shuffled(self, value: dict[str, Any]) -> dict[str, Any]:
        return dict(self._some([*value.items()]))

    def _some(self, items: list[Any]) -> list[Any]:
        return self._chance.some(items, len(items), len(items))


def _may_say(name: str, value: dict[str, Any]) -> bool:
    """Whether a default may be written here; some only go with other fields."""
    return name != "target" or value.get("is_commit_specific") is True


def _spans(months: int, days: int) -> Iterator[tuple[int, str]]:
    """Every way to write a span; no time at all is the same in every unit."""
    for unit, size in (("day", 1), ("week", 7)):
        if not months and not days % size:
            yield days // size, unit
    for unit, size in (("month", 1), ("year", 12)):
        if not days and not months % size:
            yield months // size, unit


def _mapping(value: dict[str, Any], holder: str) -> dict[str, Any]:
    plain = {name: _value(item, name) for name, item in value.items()}
    defaults = {name: _value(item, name) for name, item in DEFAULTS.get(holder, {}).items()}
    return {
        name: item
        for name, item in plain.items()
        if item not in ({}, []) and not (name in defaults and canonical(item) == canonical(defaults[name]))
    }


def _value(value: Any, field: str) -> Any:
    if field in SPANS:
        return [*_time(value)]
    if field == PERIODS:
        return _count(value)[0]
    if isinstance(value, dict):
        return value if field in FREE else _mapping(value, field)
    if isinstance(value, list):
        singles = [single for item in value for single in _singles(item)]
        items = [_mapping(item, field) if isinstance(item, dict) else item for item in singles]
        if field in ONCE:
            items = [*set(items)]
        return items if field == IN_ORDER else sorted(items, key=canonical)
    if isinstance(value, str) and field in MONEY:
        number, _, unit = value.partition(" ")
        return [Decimal(number), unit]
    return value


def _singles(item: Any) -> Iterator[Any]:
    """The items that a repeated one stands for; any other as it is."""
    if not isinstance(item, dict) or "every" not in item:
        yield item
        return
    rest = {name: value for name, value in item.items() if name not in {"every", "for", "date_offset"}}
    (months, days), first, length = _UNITS[item["every"]], _time(item["date_offset"]), _time(item["for"])
    for number in range(length[0] // months if months else length[1] // days):
        at = (first[0] + months * number, first[1] + days * number)
        yield {**rest, "date_offset": {"value": sum(at), "unit": "MONTHS" if months else "DAYS"}}


def _time(value: Any) -> tuple[int, int]:
    """Months and days."""
    count, unit = _count(value)
    months, days = _UNITS[unit]
    return count * months, count * days


def _count(value: Any) -> tuple[int, str]:
    if isinstance(value, dict):
        return value["value"], value["unit"].lower().removesuffix("s")
    number, _, unit = value.partition(" ")
    return int(number), unit.removesuffix("s")
