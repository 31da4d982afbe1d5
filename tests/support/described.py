"""Cases that a published description gives rise to, brought closer to what a served engine holds.

Comes in: what schemathesis generated, answers. Goes out: the same cases with ids that exist, starts on full hours, or
parts of a body that is taken. Never here: judging answers. Generated values alone meet 400 and 404; what is behind
those is reached because a part of the cases differ from a good call in one place only.
"""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Any, Final

from support.offline import CREDIT, FEE, METRIC
from support.populated import OCTOBER, id_of

if TYPE_CHECKING:
    from random import Random

    from schemathesis import Case

_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT")
_HOURS: Final = (
    "2025-08-31T23:00:00Z",
    "2025-09-01T09:00:00Z",
    OCTOBER,
    "2026-01-31T00:00:00Z",
    "2028-02-29T12:00:00+02:00",
    "1900-01-01T00:00:00Z",
    "8999-12-31T23:00:00Z",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:00:00Z",
)
_AWKWARD: Final[tuple[Any, ...]] = (
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
                _add(self._good[name], {"package_id": id_of(answer)})
            customer_id = self._good["contracts.create"][0]["customer_id"]
            new = {"customer_id": customer_id, "package_id": id_of(answer), "starting_at": OCTOBER}
            _add(self._good["contracts.create"], new)
        if operation == "contracts.create":
            for name in _OF_A_CONTRACT:
                which = {"customer_id": body["customer_id"], "contract_id": id_of(answer)}
                _add(self._good[name], {**self._good[name][0], **which})

    def put_good(self, case: Case[Any], operation: str) -> None:
        """Make a case the good call of its operation."""
        if case.headers:
            case.headers.pop("Idempotency-Key", None)
        case.query = {}
        for name in case.path_parameters or {}:
            case.path_parameters[name] = self._known[name][0]
        if operation in self._good:
            case.body = copy.deepcopy(self._good[operation][0])

    def bring(self, case: Case[Any], operation: str, chance: Random) -> None:
        """Change a case in place: not at all, ids only, or into a good call with some of its parts."""
        # A key that was used before gives the first answer again; a few of those are enough.
        if chance.random() < 0.9 and case.headers:
            case.headers.pop("Idempotency-Key", None)
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
        known = [
            one for key, ids in self._known.items() if name.removesuffix("s").endswith(key) for one in ids
        ]
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
