"""A payload in the words of the catalog: money with its unit, spans, term keys, names instead of ids.

Comes in: a payload as sent (by this version or an older one), the names of the ids in it, the keys of its terms.
Goes out: a tree of mappings and text, its fields named as in a catalog file; a list of mappings is one text.
Never here: comparing, or a payload that is not the one sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from pkgplan.model.canonical import JsonObject, JsonValue, as_object, compact
from pkgplan.model.catalog.package import TERMS
from pkgplan.model.compiled import content_of
from pkgplan.model.units import CURRENCIES, Money, RelativeDate
from pkgplan.stages.diff.lists import Readable, listed

if TYPE_CHECKING:
    from collections.abc import Mapping

# Where the catalog has another name than the API.
_FIELDS: Final = {
    "any_commit_or_credit_ids": "any_commits_or_credits",
    "applicable_product_ids": "applicable_products",
    "commit_ids": "commits",
    "credit_type_id": "credit_type",
    "custom_credit_type_id": "credit_type",
    "product_id": "product",
    "rate_card_id": "rate_card",
    "recurring_commit_ids": "recurring_commits",
    "spend_tracker_alias": "spend_tracker",
    "subscription_id": "subscription",
}
_ENUMS: Final = frozenset({
    "access_type", "allocation", "billing_frequency", "collection_schedule", "day", "discounted", "frequency",
    "invoice_behavior", "invoice_placement", "multiplier_override_prioritization", "payment_gate_type",
    "payment_type", "proration", "quantity_management_mode", "rate_type", "recurrence_frequency", "reset_frequency",
    "rounding_method", "scheduled_charges_on_usage_invoices", "sources", "spend_type", "target", "tax_type", "type",
})  # fmt: skip
_ENTITIES: Final = {
    "Commit": "commit",
    "ContractCredit": "contract_credit",
    "ContractCreditOrCommit": "contract_credit_or_commit",
}
# Mappings whose keys and values are the author's own.
_FREE: Final = frozenset({
    "custom_fields", "custom_rate", "invoice_metadata", "labels", "presentation_group_values", "pricing_group_values",
})  # fmt: skip
UNITS: Final = ("credit_type_id", "custom_credit_type_id")
_AMOUNTS: Final = frozenset({"amount", "price", "recharge_to_amount", "threshold_amount", "unit_price"})
# What stands next to the unit where each amount says it, so that the unit need not be told apart.
_PRICED: Final = _AMOUNTS | {"schedule_items", "tiers"}
_OF_USAGE: Final = "units"
_THRESHOLDS: Final = ("spend_threshold_configuration", "prepaid_balance_threshold_configuration")


def catalog_field(field: str) -> str:
    """The name in a catalog file of a field of the API."""
    return _FIELDS.get(field, field)


def readable(
    payload: JsonObject, references: Mapping[str, str], terms: Mapping[str, tuple[str, ...]] | None = None
) -> Readable:
    """The content of a payload as people write it.

    Args:
        payload: the body of a create; windows and uniqueness key are left out.
        references: names such as `product/input-tokens`, each with its id.
        terms: the keys of terms that have no temporary id, by field, in the order of the payload; terms of which no
            key is known are numbered.
    """
    return _Reader.of(payload, references, terms or {}).top(content_of(payload))


@dataclass(frozen=True, slots=True)
class _Reader:
    """What is needed to read any part of one payload.

    `currency` is that of thresholds and taxes, which the API takes without a unit; `trackers` gives the term key and
    the unit of a spend tracker by its alias.
    """

    names: Mapping[str, str]
    currency: str | None
    trackers: Mapping[str, tuple[str, str | None]]
    terms: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(
        cls, payload: JsonObject, references: Mapping[str, str], terms: Mapping[str, tuple[str, ...]]
    ) -> _Reader:
        names = {id_: name.partition("/")[2] for name, id_ in references.items()}
        currencies = [unit for unit in CURRENCIES if f"pricing-unit/{unit}" in references]
        trackers = {
            str(item.get("alias")): (key, names.get(str(item.get("credit_type_id"))))
            for key, item in keyed_terms("spend_trackers", payload.get("spend_trackers"), terms)
        }
        return cls(names, currencies[0] if len(currencies) == 1 else None, trackers, terms)

    def top(self, payload: JsonObject) -> Readable:
        """The whole payload, terms by their keys."""
        shown: Readable = {}
        for field, value in payload.items():
            if field in TERMS:
                shown[field] = {
                    key: self._mapping(item, None) for key, item in keyed_terms(field, value, self.terms)
                }
            else:
                unit = self.currency if field in _THRESHOLDS else None
                shown[catalog_field(field)] = self._value(field, value, unit)
        return shown

    def _mapping(self, value: JsonObject, unit: str | None) -> Readable:
        shown: Readable = {}
        own = next((self.names.get(str(value[field])) for field in UNITS if field in value), None)
        if value.get("access_type") == "QUANTITY":
            own = _OF_USAGE
        for field, item in value.items():
            if field == "temporary_id" or (own is not None and field in UNITS and _PRICED & value.keys()):
                continue
            shown[catalog_field(field)] = self._value(field, item, own or unit)
        return shown

    def _value(self, field: str, value: JsonValue, unit: str | None) -> Readable | str:
        match value:
            case dict() if field in _FREE:
                return {name: _free(field, item) for name, item in value.items()}
            case dict():
                span = RelativeDate.from_api(value)
                return str(span) if span is not None else self._mapping(value, self._unit(field, value, unit))
            case list() if value and all(isinstance(item, dict) for item in value):
                return listed(field, [self._mapping(as_object(item), unit) for item in value])
            case list():
                return ", ".join(self._scalar(field, item, unit) for item in value)
        return self._scalar(field, value, unit)

    def _unit(self, field: str, value: JsonObject, unit: str | None) -> str | None:
        """The unit of what is inside: a cap counts in that of its tracker, a tax in the currency."""
        if field == "cap":
            return self.trackers.get(str(value.get("spend_tracker_alias")), ("", None))[1]
        return self.currency if field == "precalculated_tax_config" else unit

    def _scalar(self, field: str, value: JsonValue, unit: str | None) -> str:
        if isinstance(value, str):
            if field == "spend_tracker_alias" and value in self.trackers:
                return self.trackers[value][0]
            return value.lower() if field in _ENUMS else _ENTITIES.get(value, self.names.get(value, value))
        money = field in _AMOUNTS or field == "tax_amount"
        if money and unit is not None and isinstance(value, int | Decimal) and not isinstance(value, bool):
            return str(Money.from_api(value, unit))
        return compact(value)


def _free(field: str, item: JsonValue) -> str:
    """A value of the author's own; only a custom rate has others than text, from which text is told by its quotes."""
    return item if isinstance(item, str) and field != "custom_rate" else compact(item)


def keyed_terms(
    field: str, value: JsonValue, terms: Mapping[str, tuple[str, ...]]
) -> list[tuple[str, JsonObject]]:
    """The terms of a payload's list with their keys; numbers where no keys were recorded."""
    items = [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
    keys = terms.get(field, ())
    if len(keys) != len(items):
        keys = tuple(str(index) for index in range(len(items)))
    return [(str(item.get("temporary_id", key)), item) for key, item in zip(keys, items, strict=True)]
