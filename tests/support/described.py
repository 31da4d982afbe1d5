"""Cases that a published description gives rise to, brought closer to what a served engine holds.

Comes in: what schemathesis generated, answers. Goes out: the same cases with ids that exist, starts on full hours, or
parts of a body that is taken. Never here: judging answers. Generated values alone meet 400 and 404; what is behind
those is reached because a part of the cases differ from a good call in one place only.
"""

from __future__ import annotations

import copy
import re
from itertools import count
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from pkgplan.engine import Assumptions, Engine
from support.offline import (
    CARD,
    CLOUD,
    COINS,
    CREDIT,
    FEE,
    METRIC,
    REFERENCES,
    TOKENS,
    HandClock,
    a_package,
    an_alias,
)
from support.offline_terms import (
    STRIPE,
    a_commit,
    a_fee,
    a_recurring_commit,
    a_single_credit,
    a_spend_threshold,
    an_overwrite,
)

if TYPE_CHECKING:
    from random import Random

    from schemathesis import Case

    from pkgplan.model.canonical import JsonObject

OCTOBER: Final = "2025-10-01T00:00:00Z"
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT")
_HOURS: Final = (
    "2025-08-31T23:00:00Z",
    "2025-09-01T09:00:00Z",
    OCTOBER,
    "2026-01-31T00:00:00Z",
    "2028-02-29T12:00:00+02:00",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:00:00Z",
)
_AWKWARD: Final = (
    *(None, True, [], {}, "", [[]], [None], {"": None}),
    *(0, -1, 1, 12, 119_988, 2**63, -(2**63) - 1, 10**400, 0.1, -1.5e-7, 1e308),
    *("\x00", "x" * 10_000, "\u202e", "NaN", "1", "DAYS", "0000-00-00T00:00:00Z"),
    *("9999-12-31T23:59:59.999999Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:00:00-14:00"),
)
# What the `id` of an answer, or of a body, stands for.
_KINDS: Final = {
    "metrics": "billable_metric_id",
    "products": "product_id",
    "pricing_units": "credit_type_id",
    "rate_cards": "rate_card_id",
    "packages": "package_id",
    "customers": "customer_id",
    "contracts": "contract_id",
    "billing_configurations": "billing_provider_configuration_id",
}
_MOST_KNOWN: Final = 12
_OF_A_CONTRACT: Final = (
    "contracts.get",
    "contracts_v2.get",
    "contracts.rate_schedule",
    "contracts.update_end_date",
    "contracts.archive",
)


def a_populated_engine() -> tuple[Engine, dict[str, JsonObject]]:
    """An engine with a bit of everything, whose ids are the same each time; and one good call of each operation."""
    numbers = count(1)
    engine = Engine(":memory:", HandClock(), Assumptions(), new_id=lambda: str(UUID(int=next(numbers))))
    engine.seed(REFERENCES)
    package = a_package(
        aliases=[an_alias("Starter")],
        commits=[a_commit(custom_fields={"erp": "1"})],
        credits=[a_single_credit()],
        recurring_commits=[a_recurring_commit()],
        overrides=[an_overwrite({"rate_type": "FLAT", "price": 1}, a_fee())],
        spend_threshold_configuration=a_spend_threshold(),
        billing_provider="stripe",
        delivery_method="direct_to_billing_provider",
    )
    provider: JsonObject = {"billing_provider": "stripe", "delivery_method": "direct_to_billing_provider"}
    customer: JsonObject = {
        "name": "Acme",
        "ingest_aliases": ["acme"],
        "customer_billing_provider_configurations": [provider],
    }
    for entity, name in (("contract", "note"), ("commit", "erp")):
        engine.call("custom_fields.add_key", {"entity": entity, "key": name, "enforce_uniqueness": False})
    customer_id = _id(engine.call("customers.create", customer))
    configured: Any = engine.call("billing_configurations.get", {"customer_id": customer_id})
    package_id = _id(engine.call("packages.create", package))
    contract: JsonObject = {"customer_id": customer_id, "package_alias": "Starter", "starting_at": OCTOBER}
    contract_id = _id(engine.call("contracts.create", contract))
    whose: JsonObject = {"customer_id": customer_id}
    which: JsonObject = {**whose, "contract_id": contract_id}
    rate: JsonObject = {
        "product_id": TOKENS,
        "starting_at": OCTOBER,
        "entitled": True,
        "rate_type": "FLAT",
        "price": 2,
    }
    bodies: dict[str, Any] = {
        "metrics.create": {
            "name": "Tokens",
            "aggregation_type": "SUM",
            "aggregation_key": "tokens",
            "event_type_filter": {"in_values": ["call"]},
            "property_filters": [{"name": "tokens", "exists": True}],
        },
        "metrics.update": {"name": "Other tokens"},
        "metrics.archive": {"id": METRIC},
        "products.create": {"name": "Calls", "type": "USAGE", "billable_metric_id": METRIC},
        "products.get": {"id": TOKENS},
        "products.list": {"archive_filter": "ALL"},
        "products.update": {"product_id": TOKENS, "starting_at": OCTOBER, "name": "Tokens in"},
        "products.archive": {"product_id": CLOUD},
        "pricing_units.create": {"name": "Stars"},
        "pricing_units.archive": {"id": COINS},
        "rate_cards.create": {"name": "Card", "aliases": [an_alias("Card", OCTOBER)]},
        "rate_cards.get": {"id": CARD},
        "rate_cards.list": {},
        "rate_cards.update": {"rate_card_id": CARD, "description": "All that there is"},
        "rate_cards.archive": {"id": CARD},
        "rates.add": {"rate_card_id": CARD, **rate},
        "rates.add_many": {"rate_card_id": CARD, "rates": [rate, {**rate, "starting_at": _HOURS[-1]}]},
        "rates.list": {"rate_card_id": CARD, "at": OCTOBER, "selectors": [{"product_id": FEE}]},
        "rates.schedule": {"rate_card_id": CARD, "starting_at": OCTOBER},
        "packages.create": package,
        "packages.get": {"package_id": package_id},
        "packages.list": {"archive_filter": "ALL"},
        "packages.archive": {"package_id": package_id},
        "customers.create": {"name": "Other", "ingest_aliases": ["other"]},
        "customers.archive": {"id": customer_id},
        "customers.set_name": {"name": "Acme, Inc."},
        "customers.set_ingest_aliases": {"ingest_aliases": ["acme", "acme-2"]},
        "billing_configurations.set": {"data": [{**whose, **provider, "configuration": {}}]},
        "billing_configurations.get": {**whose, "include_archived": True},
        "billing_configurations.archive": {
            **whose,
            "customer_billing_provider_configuration_ids": [configured["data"][0]["id"]],
        },
        "custom_fields.add_key": {"entity": "customer", "key": "size", "enforce_uniqueness": True},
        "custom_fields.list_keys": {},
        "custom_fields.remove_key": {"entity": "customer", "key": "size"},
        "custom_fields.set_values": {
            "entity": "contract",
            "entity_id": contract_id,
            "custom_fields": {"note": "1"},
        },
        "custom_fields.delete_values": {"entity": "contract", "entity_id": contract_id, "keys": ["note"]},
        "usage.ingest": [
            {
                "transaction_id": "1",
                "customer_id": customer_id,
                "event_type": "call",
                "timestamp": "2025-09-01T09:00:00Z",
            }
        ],
        "contracts.create": contract,
        "composite.create_customer_with_contract": {
            "customer": {"name": "Third"},
            "contract": {"starting_at": OCTOBER, "rate_card_id": CARD},
        },
        "contracts.get": {**which, "include_balance": True, "include_ledgers": True},
        "contracts.list": {**whose, "covering_date": "2026-01-01T00:00:00Z"},
        "contracts_v2.get": {**which, "include_balance": True, "as_of_date": "2026-07-01T00:00:00Z"},
        "contracts_v2.list": {**whose, "include_ledgers": True},
        "contracts.update_end_date": {**which, "ending_before": "2027-01-01T00:00:00Z"},
        "contracts.archive": {**which, "void_invoices": False},
        "packages.list_contracts": {"package_id": package_id},
        "contracts.rate_schedule": {**which, "at": OCTOBER},
    }
    return engine, bodies


class Closer:
    """Brings cases closer to what the store holds, which it learns from answers."""

    def __init__(self, bodies: dict[str, Any]) -> None:
        self._good = {name: [body] for name, body in bodies.items()}
        self._known: dict[str, list[str]] = {
            "package_alias": ["Starter"],
            "rate_card_alias": ["Tokens rate card"],
            "product_id": [CREDIT, FEE],
            "billable_metric_id": [METRIC],
        }
        for body in bodies.values():
            self._learn(body)

    def learn(self, operation: str, body: Any, answer: Any) -> None:
        """Remember a call that was taken, the ids and cursors of its answer, and calls that it makes possible."""
        data = answer.get("data")
        kind = _KINDS.get(operation.partition(".")[0])
        for each in data if isinstance(data, list) else [data]:
            if kind and isinstance(each, dict):
                self._remember(kind, each.get("id"))
        self._learn(answer)
        if operation in self._good:
            _add(self._good[operation], body)
        if operation == "packages.create":
            for name in ("packages.get", "packages.list_contracts", "packages.archive"):
                _add(self._good[name], {"package_id": _id(answer)})
            customer_id = self._good["contracts.create"][0]["customer_id"]
            new = {"customer_id": customer_id, "package_id": _id(answer), "starting_at": OCTOBER}
            _add(self._good["contracts.create"], new)
        if operation == "contracts.create":
            for name in _OF_A_CONTRACT:
                which = {"customer_id": body["customer_id"], "contract_id": _id(answer)}
                _add(self._good[name], {**self._good[name][0], **which})

    def bring(self, case: Case, operation: str, chance: Random) -> None:
        """Change a case in place: not at all, ids only, or into a good call with some of its parts."""
        # A key that was used before gives the first answer again; a few of those are enough.
        if chance.random() < 0.9 and case.headers:
            case.headers = {name: value for name, value in case.headers.items() if name != "Idempotency-Key"}
        way = chance.random()
        if way < 0.15:
            return
        kind = _KINDS.get(operation.partition(".")[0], "")
        for place in (case.path_parameters, case.query):
            for name in [*(place or {})]:
                if place is case.query and chance.random() < 0.5:
                    del place[name]
                elif name.endswith("_id") or name in {"next_page", "cursor"}:
                    place[name] = self._of(name, chance) or place[name]
        if operation not in self._good:
            return
        body = case.body if isinstance(case.body, dict | list) else {}
        body = self._with_known(body, kind, chance)
        if way > 0.35:
            body = _laid_over(chance.choice(self._good[operation]), body, chance)
        case.body = _damaged(body, chance) if way > 0.8 else body

    def _with_known(self, value: Any, kind: str, chance: Random, name: str = "") -> Any:
        if isinstance(value, dict):
            return {key: self._with_known(inner, kind, chance, key) for key, inner in value.items()}
        if isinstance(value, list):
            return [self._with_known(inner, kind, chance, name) for inner in value]
        if isinstance(value, str) and chance.random() < 0.5:
            if _INSTANT.match(value):
                return chance.choice(_HOURS)
            return self._of(kind if name == "id" else name, chance) or value
        return value

    def _of(self, name: str, chance: Random) -> str | None:
        """Something that a field of this name can stand for: `from_contract_id` for a `contract_id`."""
        if name == "entity_id":
            name = chance.choice(sorted(_KINDS.values()))
        known = [one for key, ids in self._known.items() if name.removesuffix("s").endswith(key) for one in ids]
        return chance.choice(known) if known else None

    def _learn(self, value: Any) -> None:
        for name, inner in value.items() if isinstance(value, dict) else ():
            if name.endswith("_id") or name in {"next_page", "cursor"}:
                self._remember(name, inner)
            self._learn(inner)
        for inner in value if isinstance(value, list) else ():
            self._learn(inner)

    def _remember(self, name: str, value: Any) -> None:
        if isinstance(value, str):
            _add(self._known.setdefault(name, []), value)


def _add(known: list[Any], value: Any) -> None:
    """The first ones stay, of the later ones the latest."""
    if value not in known:
        del known[_MOST_KNOWN - 1 :]
        known.append(value)


def _laid_over(good: Any, generated: Any, chance: Random) -> Any:
    """A good body with up to two fields of a generated one."""
    if not isinstance(good, dict) or not isinstance(generated, dict):
        return copy.deepcopy(good)
    names = chance.sample(sorted(generated), min(len(generated), chance.randint(0, 2)))
    return {**copy.deepcopy(good), **{name: generated[name] for name in names}}


def _damaged(body: Any, chance: Random) -> Any:
    """The same with an awkward value somewhere, as often at the top as deep inside."""
    names = [*(body if isinstance(body, dict) else range(len(body)) if isinstance(body, list) else ())]
    if not names or chance.random() < 0.15:
        return chance.choice(_AWKWARD)
    name = chance.choice(names)
    if isinstance(body, dict):
        return {**body, name: _damaged(body[name], chance)}
    return [*body[:name], _damaged(body[name], chance), *body[name + 1 :]]


def _id(answer: Any) -> str:
    return str(answer["data"]["id"])
