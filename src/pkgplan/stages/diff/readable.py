"""A payload in the words of the catalog: money with its unit, spans, term keys, names instead of ids.

Comes in: a payload as sent (by this version or an older one) and the names of the ids in it.
Goes out: a tree of mappings and text. Never here: comparing, or a payload that is not the one sent.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from pkgplan.model.canonical import JsonObject, JsonValue, compact
from pkgplan.model.compiled import content_of
from pkgplan.model.units import Money, RelativeDate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Readable = dict[str, "Readable | str"]

_ENUMS = frozenset({
    "access_type", "allocation", "billing_frequency", "collection_schedule", "day", "frequency",
    "invoice_behavior", "invoice_placement", "proration", "quantity_management_mode", "rate_type",
    "recurrence_frequency", "rounding_method",
})  # fmt: skip
_PERIODS = {"daily": "day", "weekly": "week", "monthly": "month", "quarterly": "quarter", "annual": "year"}


def readable(payload: JsonObject, references: Mapping[str, str]) -> Readable:
    """The content of a payload as people write it.

    Args:
        payload: the body of a create; windows and uniqueness key are left out.
        references: names such as `product/input-tokens`, each with its id.
    """
    names = {id_: name.partition("/")[2] for name, id_ in references.items()}
    return _mapping(content_of(payload), names)


def summary(kind: str, term: Readable | str) -> str:
    """One line that says what a whole term is."""
    if isinstance(term, str):
        return term
    describe = _SUMMARIES.get(kind)
    return describe(term) if describe is not None else _flat(term)


def _mapping(value: JsonObject, names: Mapping[str, str]) -> Readable:
    shown: Readable = {}
    unit = names.get(str(value.get("credit_type_id")))
    for field, item in value.items():
        if field == "temporary_id" or (field == "credit_type_id" and unit is not None):
            continue
        if field == "unit_price" and unit is not None and isinstance(item, int | Decimal):
            shown[field] = str(Money.from_api(item, unit))
        else:
            name, text = _field(field, item, names)
            shown[name] = text
    return shown


def _field(field: str, value: JsonValue, names: Mapping[str, str]) -> tuple[str, Readable | str]:
    if isinstance(value, str) and value in names:
        return field.removesuffix("_id"), names[value]
    if isinstance(value, list):
        return _list(field, value, names)
    span = RelativeDate.from_api(value)
    if span is None and isinstance(value, dict):
        return field, _mapping(value, names)
    return field, str(span) if span is not None else _scalar(field, value)


def _scalar(field: str, value: JsonValue) -> str:
    if isinstance(value, str):
        return value.lower() if field in _ENUMS else value
    return compact(value)


def _list(field: str, items: list[JsonValue], names: Mapping[str, str]) -> tuple[str, Readable | str]:
    if all(isinstance(item, dict) for item in items):
        keyed: Readable = {}
        for index, item in enumerate(items):
            if isinstance(item, dict):
                keyed[str(item.get("temporary_id", index))] = _mapping(item, names)
        return field, keyed
    texts = [names.get(item, item) if isinstance(item, str) else compact(item) for item in items]
    plural = field.removesuffix("_ids") + "s" if field.endswith("_ids") else field
    return plural, ", ".join(texts)


def _recurring_credit(term: Readable) -> str:
    amount = term.get("access_amount")
    price, quantity = (
        ("?", "1")
        if not isinstance(amount, dict)
        else (amount.get("unit_price", "?"), amount.get("quantity", "1"))
    )
    each = "" if quantity == "1" else f" x {quantity}"
    period = _PERIODS.get(str(term.get("recurrence_frequency")), "period")
    seats = " and seat" if "subscription_config" in term else ""
    duration = f" for {term['duration']}" if "duration" in term else ""
    return f"{price}{each} per {period}{seats}{duration}"


def _subscription(term: Readable) -> str:
    rate = term.get("subscription_rate")
    what = (
        f"{rate.get('product', '?')} {rate.get('billing_frequency', '')}" if isinstance(rate, dict) else "?"
    )
    quantity = term.get("initial_quantity", "1")
    each = "" if quantity == "1" else f" x {quantity}"
    return f"{what}{each}, collected in {term.get('collection_schedule', '?')}"


_SUMMARIES: dict[str, Callable[[Readable], str]] = {
    "recurring_credits": _recurring_credit,
    "subscriptions": _subscription,
}


def _flat(term: Readable) -> str:
    return ", ".join(
        f"{name} {item}" if isinstance(item, str) else f"{name} ({_flat(item)})"
        for name, item in term.items()
    )
