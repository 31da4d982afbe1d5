"""What a read of a contract needs besides its row.

Comes in: what the store holds elsewhere at the instant of the read. Goes out: one value for the pure functions.
Never here: SQL, shapes of answers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from pkgplan.engine.assumptions import DEFAULTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pkgplan.engine.assumptions import Assumptions
    from pkgplan.engine.contracts.rows import StoredContract
    from pkgplan.model.canonical import JsonObject
    from pkgplan.model.units import Instant


class Transition(NamedTuple):
    """One contract follows another at an instant."""

    from_contract_id: str
    to_contract_id: str
    type: str
    at: Instant


@dataclass(frozen=True, slots=True)
class View:
    """The surroundings of one contract at one instant.

    Args:
        at: the instant that counts as now: of balances, billing periods, what recurs.
        custom_fields: by the id of the contract, its terms, the products of its subscriptions, and perhaps others.
        unit_names: of pricing units by id.
        transitions: those that the contract is part of, older ones first.
        predecessor: the contract that this one renews.
        billing_configuration: the customer's, as the API shows it, if the contract bills through one.
        readings: of what the vendor does not document.
        with_balances: whether commits and credits show what is left of them.
        with_ledgers: whether they show how it came to that.
    """

    at: Instant
    custom_fields: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    unit_names: Mapping[str, str] = field(default_factory=dict)
    transitions: tuple[Transition, ...] = ()
    predecessor: StoredContract | None = None
    billing_configuration: JsonObject | None = None
    readings: Assumptions = DEFAULTS
    with_balances: bool = False
    with_ledgers: bool = False

    def fields_of(self, thing_id: str) -> JsonObject:
        """The custom fields of one thing, none if it has none."""
        return dict(self.custom_fields.get(thing_id, {}))
