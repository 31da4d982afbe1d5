"""From the templates of a package to the dated terms of one contract.

Comes in: a stored package (what reads show, and the body that created it) and the frame of a contract.
Goes out: the lists of terms that `rows.py` describes; `frame.ids` tells which template became which term.
Never here: the contract's own fields, custom fields, the store.
Source: METRONOME's guide "Launch a package": offsets are counted from the contract's start; dates in UTC.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.engine.contracts.expansion import balances
from pkgplan.engine.contracts.expansion.frame import Frame, dated
from pkgplan.engine.contracts.expansion.overrides import override
from pkgplan.engine.contracts.expansion.recurring import recurring
from pkgplan.engine.contracts.expansion.subscriptions import subscription
from pkgplan.model.canonical import JsonObject, as_list, as_object

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pkgplan.model.canonical import JsonValue

__all__ = ["Frame", "dated", "expanded"]


def expanded(package: JsonObject, asked: JsonObject, frame: Frame) -> JsonObject:
    """The terms of a contract by kind.

    Args:
        package: what reads show of it.
        asked: the body that created it, of which reads show less.
        frame: of the contract.

    Raises:
        OverflowError: a date lies beyond the calendar.
    """
    pairs = zip(_objects(package, "subscriptions"), _objects(asked, "subscriptions"), strict=True)

    def each(kind: str, expand: Callable[[JsonObject, Frame], JsonObject | None]) -> list[JsonValue]:
        return _present(expand(template, frame) for template in _objects(package, kind))

    # Overrides refer to commits, recurring terms to subscriptions: each after what it refers to.
    return {
        "commits": each("commits", balances.commit),
        "credits": each("credits", balances.credit),
        "subscriptions": _present(subscription(template, given, frame) for template, given in pairs),
        "recurring_commits": each("recurring_commits", recurring),
        "recurring_credits": each("recurring_credits", recurring),
        "scheduled_charges": each("scheduled_charges", balances.charge),
        "overrides": each("overrides", override),
    }


def _present(terms: Iterable[JsonObject | None]) -> list[JsonValue]:
    return [term for term in terms if term is not None]


def _objects(package: JsonObject, kind: str) -> list[JsonObject]:
    return [as_object(item) for item in as_list(package.get(kind, []))]
