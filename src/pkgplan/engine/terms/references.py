"""Temporary ids: each is given once, and what refers to one finds a term of the right kind.

Comes in: a parsed body. Goes out: a message for each fault. Never here: ids of things outside of the body.
Source: `temporary_id` of commits, recurring commits, recurring credits and subscriptions ("can be used to
reference ..."), `commit_ids`, `recurring_commit_ids`, `any_commit_or_credit_ids` of override specifiers,
`subscription_config.subscription_id`. That a dangling one is refused is not said; nothing could be made of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pkgplan.engine.terms.repeated import repeated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.engine.payloads import PackageCreate

_COMMIT: Final = "commit"
_RECURRING_COMMIT: Final = "recurring commit"
_RECURRING_CREDIT: Final = "recurring credit"
_SUBSCRIPTION: Final = "subscription"

# Credits without recurrence have no temporary id, so nothing can name them.
NAMED_BY: Final = {
    "commit_ids": (_COMMIT,),
    "recurring_commit_ids": (_RECURRING_COMMIT,),
    "any_commit_or_credit_ids": (_COMMIT, _RECURRING_COMMIT, _RECURRING_CREDIT),
}


def reference_faults(payload: PackageCreate) -> Iterator[str]:
    """Ids that are given twice, and references to none or to a term of another kind."""
    given = [
        *((term.temporary_id, _COMMIT) for term in payload.commits),
        *((term.temporary_id, _RECURRING_COMMIT) for term in payload.recurring_commits),
        *((term.temporary_id, _RECURRING_CREDIT) for term in payload.recurring_credits),
        *((term.temporary_id, _SUBSCRIPTION) for term in payload.subscriptions),
    ]
    kinds = {name: kind for name, kind in given if name is not None}
    yield from repeated("temporary_id", (name for name, _ in given if name is not None))
    for field, name, wanted in _references(payload):
        if kinds.get(name) not in wanted:
            yield f'{field} "{name}" is not the temporary_id of a {" or ".join(wanted)}'


def _references(payload: PackageCreate) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """The field, the id that it holds, and what that may stand for."""
    for term in payload.recurring:
        if term.subscription_config is not None:
            yield "subscription_id", term.subscription_config.subscription_id, (_SUBSCRIPTION,)
    for override in payload.overrides:
        for specifier in override.override_specifiers:
            for field, wanted in NAMED_BY.items():
                for name in getattr(specifier, field) or ():
                    yield field, name, wanted
