"""A contract as each of the three kinds of answers shows it.

Comes in: a row and a `View`. Goes out: `ContractV2`, v1's `Contract`, the contract of a create answer.
Never here: what one kind of term looks like.
Source: SDK types `shared.contract_v2`, `shared.contract`, `shared.contract_without_amendments`,
`v1.contract_create_response`; `package_id` on v2 is in the vendor's description only.
"""

from __future__ import annotations

from functools import partial
from heapq import merge
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from pkgplan.engine.contracts.shown.balances import shown_balance
from pkgplan.engine.contracts.shown.children import Balance, created, taken_over
from pkgplan.engine.contracts.shown.subscriptions import shown_subscription
from pkgplan.engine.contracts.shown.terms import cut_terms, due_until, latest_end, terms_of
from pkgplan.engine.instants import from_text, to_api_text
from pkgplan.engine.length import length
from pkgplan.engine.templates.scope import copied
from pkgplan.model.canonical import JsonObject, JsonValue, as_object

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.engine.contracts.rows import StoredContract
    from pkgplan.engine.contracts.shown.view import View
    from pkgplan.model.units import Instant

    _Rank = tuple[Instant, int, int]

LIMIT: Final = 1000
"""Of commits, and of credits, in one contract of an answer; the latest are shown (assumed: the vendor does not say).

v1 has no `has_more` and shows as many all the same (assumed): what recurs daily may have created 36,500 of them.
"""
LENGTH: Final = 5_000_000
"""Characters of them, apart from the latest: each grant repeats what its term names (assumed, as above)."""

_PLAIN: Final = (
    "created_by",
    "name",
    "net_payment_terms_days",
    "prepaid_balance_threshold_configuration",
    "rate_card_id",
    "scheduled_charges_on_usage_invoices",
    "spend_threshold_configuration",
    "spend_trackers",
)
# What v1 keeps outside of `initial` and `current`, too.
_OUTER: Final = (
    "prepaid_balance_threshold_configuration",
    "scheduled_charges_on_usage_invoices",
    "spend_threshold_configuration",
    "spend_trackers",
    "subscriptions",
)
_BALANCES: Final = ("commits", "credits")


class Latest(NamedTuple):
    """The commits or the credits of a contract that an answer shows."""

    shown: list[JsonValue]
    has_more: bool


def shown_v2(stored: StoredContract, view: View) -> JsonObject:
    """`ContractV2`."""
    shown = shown_created(stored, view)
    if view.billing_configuration is not None:
        shown["billing_provider_configuration_schedule"] = [
            {
                "billing_provider_configuration": view.billing_configuration,
                "effective_at": to_api_text(stored.starting_at),
            }
        ]
    if stored.archived_at is not None:
        shown["archived_at"] = stored.archived_at
    return shown


def shown_created(stored: StoredContract, view: View) -> JsonObject:
    """The contract that the answer of a create shows."""
    balances = {family: latest(stored, family, view) for family in _BALANCES}
    shown: JsonObject = {
        **_of_contract(stored),
        **_dates(stored, view),
        **{family: found.shown for family, found in balances.items()},
        **_terms(stored, view),
        "has_more": {family: found.has_more for family, found in balances.items()},
        "multiplier_override_prioritization": stored.body["multiplier_override_prioritization"],
        "usage_filter": [],
        "custom_fields": view.fields_of(stored.contract_id),
    }
    if view.billing_configuration is not None:
        shown["customer_billing_provider_configuration"] = view.billing_configuration
    return shown


def latest(stored: StoredContract, family: str, view: View, limit: int = LIMIT) -> Latest:
    """Those that were created last, in their order; of the others at most one for each recurring term is computed.

    Args:
        stored: the contract.
        family: `commits` or `credits`.
        view: of the contract.
        limit: how many are shown.
    """
    # In the order in which they are shown, each from its last one back.
    sources = (
        _own(stored, family),
        *created(stored, family, view),
        taken_over(stored, family, view),
    )
    ranked = (_ranked(place, source) for place, source in enumerate(sources))
    found = [*islice(merge(*ranked, key=lambda pair: pair[0], reverse=True), limit + 1)]
    made = [*_fitting((rank, shown_balance(each.made(), stored, view)) for rank, each in found[:limit])]
    in_order = sorted(made, key=lambda pair: pair[0][1:])
    return Latest([shown for _, shown in in_order], len(found) > len(made))


def _fitting(ranked: Iterator[tuple[_Rank, JsonObject]]) -> Iterator[tuple[_Rank, JsonObject]]:
    """The first of them, and the others as long as there is room."""
    room = LENGTH
    for rank, shown in ranked:
        taken = length(shown, LENGTH)
        if taken > room < LENGTH:
            return
        room -= taken
        yield rank, shown


def _ranked(place: int, newest_first: Iterator[Balance]) -> Iterator[tuple[_Rank, Balance]]:
    """Each with its age and its place in the answer, the greatest first."""
    return (((balance.created_at, place, -back), balance) for back, balance in enumerate(newest_first))


def _own(stored: StoredContract, family: str) -> Iterator[Balance]:
    """The commits or credits that provisioning made, the last one first."""
    made = from_text(stored.created_at)
    return (Balance(made, partial(as_object, term)) for term in reversed([*terms_of(stored, family)]))


def shown_v1(stored: StoredContract, view: View) -> JsonObject:
    """`Contract`: nothing is ever amended here, so that `initial` is `current` with the end that it had at first.

    Its terms are those of `current` all the same: grants of a time that was cut off were never made (assumed).
    """
    state: JsonObject = {
        **_dates(stored, view),
        **{family: latest(stored, family, view).shown for family in _BALANCES},
        **_terms(stored, view),
    }
    subscriptions = state.pop("subscriptions")
    initial = {name: value for name, value in state.items() if name != "ending_before"}
    shown: JsonObject = {
        **_of_contract(stored),
        "initial": {**initial, **copied(stored.body, ("ending_before",))},
        "current": state,
        "amendments": [],
        "subscriptions": subscriptions,
        **copied(state, _OUTER),
        "custom_fields": view.fields_of(stored.contract_id),
    }
    if view.billing_configuration is not None:
        shown["customer_billing_provider_configuration"] = view.billing_configuration
    if stored.archived_at is not None:
        shown["archived_at"] = stored.archived_at
    return shown


def _of_contract(stored: StoredContract) -> JsonObject:
    """What says which contract it is."""
    shown: JsonObject = {"id": stored.contract_id, "customer_id": stored.customer_id}
    if stored.package_id is not None:
        shown["package_id"] = stored.package_id
    if stored.uniqueness_key is not None:
        shown["uniqueness_key"] = stored.uniqueness_key
    return shown


def _dates(stored: StoredContract, view: View) -> JsonObject:
    """The contract without its terms, as far as v1 and v2 agree."""
    shown: JsonObject = {
        "created_at": stored.created_at,
        "starting_at": to_api_text(stored.starting_at),
        **copied(stored.body, _PLAIN),
        "usage_statement_schedule": copied(
            as_object(stored.body["usage_statement_schedule"]), ("billing_anchor_date", "frequency")
        ),
        "transitions": [
            copied(each._asdict(), ("from_contract_id", "to_contract_id", "type"))
            for each in view.transitions
        ],
    }
    if stored.ending_before is not None:
        shown["ending_before"] = to_api_text(stored.ending_before)
    return shown


def _terms(stored: StoredContract, view: View) -> JsonObject:
    """All terms but commits and credits."""
    owned: JsonObject = {"contract": {"id": stored.contract_id}}
    return {
        **{
            family: [{**term, **owned} for term in cut_terms(stored, family, view)]
            for family in ("recurring_commits", "recurring_credits")
        },
        "subscriptions": [
            shown_subscription(term, stored, view) for term in cut_terms(stored, "subscriptions", view)
        ],
        "overrides": [
            {"created_at": stored.created_at, **term} for term in cut_terms(stored, "overrides", view)
        ],
        "scheduled_charges": [
            {
                **term,
                "schedule": due_until(as_object(term["schedule"]), latest_end(stored, view.readings)),
                "custom_fields": view.fields_of(str(term["id"])),
            }
            for term in terms_of(stored, "scheduled_charges")
        ],
    }
