"""Whether a create has the reason and the ancestor that it says it has, as far as recorded state can tell.

Comes in: one create, what is known of its key before it, and who loses an alias to it. Goes out: discrepancies.
Never here: whether the catalog says what the payload says. A payload that is altered together with its digest, its
uniqueness key and its changes is another plan, and a right one; only planning the catalog again shows that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pkgplan.checker.discrepancy import Discrepancy, Kind, about, told
from pkgplan.checker.identifiers import same_by_name
from pkgplan.model.compiled import terms_to_json
from pkgplan.model.plan import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pkgplan.checker.ledger import Known, Ledger
    from pkgplan.model.names import PackageRef
    from pkgplan.model.plan import Action


@dataclass(frozen=True, slots=True)
class Origin:
    """Why a create is there, and the version that it is told against."""

    reason: Reason
    previous: PackageRef | None


def check_origin(action: Action, ledger: Ledger, followed: Mapping[str, PackageRef]) -> Iterator[Discrepancy]:
    """Compare reason, previous version, the mark of carried ones, and whether metadata is recorded.

    Args:
        action: a create.
        ledger: what is known before it.
        followed: for each create the version that, by the effects, loses an alias where the new one begins.
    """
    repeated = ledger.recorded(action.ref.key, action.digest)
    if action.carried:
        yield from _carried(action, repeated)
    elif action.metadata is None:
        yield about(Kind.METADATA, action.id, "the action records no metadata and is not carried")
    expected = _origin(action, ledger, repeated, followed.get(action.id))
    if action.reason is not expected.reason:
        yield about(
            Kind.REASON, action.id, f'the reason is "{expected.reason}", the action says "{action.reason}"'
        )
    if action.previous != expected.previous:
        yield about(
            Kind.PREVIOUS,
            action.id,
            f"the version before is {expected.previous}, the action says {action.previous}",
        )


def _origin(action: Action, ledger: Ledger, repeated: Known | None, followed: PackageRef | None) -> Origin:
    if action.carried:
        return Origin(Reason.ALIAS_WINDOW_CHANGED, None if repeated is None else repeated.ref)
    declared = ledger.declared(action.ref.key)
    if declared is None:
        return Origin(Reason.NEW, followed)
    if declared.digest == action.digest:
        return Origin(Reason.ALIAS_WINDOW_CHANGED, declared.ref)
    if declared.sent is not None and same_by_name(declared.sent, action.as_sent):
        return Origin(Reason.REFERENCE_CHANGED, declared.ref)
    return Origin(Reason.TERMS_CHANGED, declared.ref)


def _carried(action: Action, repeated: Known | None) -> Iterator[Discrepancy]:
    if action.metadata is not None:
        yield about(
            Kind.METADATA, action.id, f"a carried version records no metadata, not {told(action.metadata)}"
        )
    if repeated is None:
        yield about(
            Kind.CARRIED,
            action.id,
            f'no recorded version of "{action.ref.key}" has digest "{action.digest}", and the action is carried',
        )
        return
    if repeated.sent is None:
        yield about(Kind.CARRIED, action.id, f"what {repeated.ref} was sent as is not recorded")
        return
    if dict(repeated.sent.references) != dict(action.references):
        yield about(
            Kind.REFERENCES,
            action.id,
            f"{repeated.ref} has references {told(dict(repeated.sent.references))}, the carried version "
            f"{told(dict(action.references))}",
        )
    if dict(repeated.sent.terms) != dict(action.terms or {}):
        yield about(
            Kind.TERMS,
            action.id,
            f"{repeated.ref} has terms {told(terms_to_json(repeated.sent.terms))}, the carried version "
            f"{told(terms_to_json(action.terms or {}))}",
        )
