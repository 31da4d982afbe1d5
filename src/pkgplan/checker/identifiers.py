"""The ids in a payload: whether they are those that a plan gives names to, and what two payloads say by name.

Comes in: payloads as they are sent, with the names of their ids. Goes out: problems, in words.
Never here: whether a name stands for the right id, which only the catalog and the lock file of the environment know.
Source: POST /v1/packages/create; ids of the account are under keys in `_id` and `_ids`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pkgplan.checker.discrepancy import told
from pkgplan.model.canonical import canonical
from pkgplan.model.compiled import content_of
from pkgplan.model.units import USD, USD_CREDIT_TYPE_ID

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.model.canonical import JsonObject, JsonValue
    from pkgplan.model.compiled import AsSent

_USD: Final = f"pricing-unit/{USD}"
_TEMPORARY: Final = "temporary_id"
# Terms of the same payload, by their temporary ids.
_OF_TERMS: Final = frozenset(
    {"subscription_id", "commit_ids", "recurring_commit_ids", "any_commit_or_credit_ids"}
)
# Under these the author of the catalog chooses the names; a custom field `erp_id` holds no id of Metronome.
_FREE: Final = frozenset(
    {"custom_fields", "custom_rate", "pricing_group_values", "presentation_group_values", "invoice_metadata"}
)
# Amounts in here are in the currency of the rate card: its unit is not sent, and named for people.
_WITHOUT_UNIT: Final = ("spend_threshold_configuration", "prepaid_balance_threshold_configuration")


def problems_of_references(sent: AsSent) -> Iterator[str]:
    """What is wrong with the names of the ids that a payload has."""
    fields = [*_fields(content_of(sent.payload))]
    terms = {value for key, _, value in fields if key == _TEMPORARY and isinstance(value, str)}
    ids = [(route, value) for key, route, value in fields if key not in _OF_TERMS and key != _TEMPORARY]
    named, used = {USD_CREDIT_TYPE_ID, *sent.references.values()}, set[str]()
    for key, route, value in fields:
        if key in _OF_TERMS and not (isinstance(value, str) and value in terms):
            yield f"{route} is {told(value)}, which is the temporary id of no term"
    for route, value in ids:
        if not isinstance(value, str) or value not in named:
            yield f"{route} is {told(value)}, which the references do not name"
        else:
            used.add(value)
    unit_is_not_sent = any(name in sent.payload for name in _WITHOUT_UNIT)
    for name, id_ in sent.references.items():
        if name == _USD and id_ != USD_CREDIT_TYPE_ID:
            yield f'the references give "{name}" as "{id_}", it is "{USD_CREDIT_TYPE_ID}" everywhere'
        elif id_ not in used and not (unit_is_not_sent and name.startswith("pricing-unit/")):
            yield f'the references name "{name}" as "{id_}", which the payload does not have'


def same_by_name(before: AsSent, after: AsSent) -> bool:
    """Whether two payloads say the same once each id stands for its name."""
    known = set(before.references.values())
    pairs = {(id_, after.references.get(name)) for name, id_ in before.references.items()}
    open_: list[tuple[JsonValue, JsonValue]] = [(content_of(before.payload), content_of(after.payload))]
    while open_:
        old, new = open_.pop()
        if isinstance(old, dict) and isinstance(new, dict):
            if old.keys() != new.keys():
                return False
            open_ += [(old[key], new[key]) for key in old]
        elif isinstance(old, list) and isinstance(new, list):
            if len(old) != len(new):
                return False
            open_ += zip(old, new, strict=True)
        elif isinstance(old, str) and isinstance(new, str) and old in known:
            if (old, new) not in pairs:
                return False
        elif isinstance(old, dict | list) or isinstance(new, dict | list) or canonical(old) != canonical(new):
            return False
    return True


def _fields(payload: JsonObject) -> Iterator[tuple[str, str, JsonValue]]:
    """Each id of a payload: the key that it is under, where it is, and what it is; without recursion."""
    open_: list[tuple[str, str, JsonValue]] = [("", "payload", payload)]
    while open_:
        key, route, value = open_.pop()
        if isinstance(value, dict):
            inside = [(name, f"{route}.{name}", value[name]) for name in value if name not in _FREE]
        elif isinstance(value, list):
            inside = [(key, f"{route}.{place}", item) for place, item in enumerate(value)]
        else:
            inside = []
            if key.endswith(("_id", "_ids")):
                yield key, route, value
        open_ += reversed(inside)
