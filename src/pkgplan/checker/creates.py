"""Whether a create is whole: its payload, its digest, its windows, its uniqueness key and its number fit each other.

Comes in: one create, and what is known of its key before it. Goes out: discrepancies.
Never here: why the create is in the plan (`origin.py`), or what it does to others (`replay.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pkgplan.checker.discrepancy import Discrepancy, Kind, about, told, told_window
from pkgplan.checker.identifiers import problems_of_references
from pkgplan.model.canonical import digest_of
from pkgplan.model.compiled import UNNAMED_TERMS, content_of
from pkgplan.model.names import MAX_UNIQUENESS_KEY
from pkgplan.model.units import format_instant, on_the_hour

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.checker.ledger import Ledger
    from pkgplan.model.canonical import JsonObject, JsonValue
    from pkgplan.model.plan import Action, Plan
    from pkgplan.model.timeline import AliasWindow

# The lists of a payload whose terms carry their keys with them.
_NAMED_TERMS: Final = ("commits", "recurring_commits", "recurring_credits", "subscriptions")
_DIGITS: Final = slice(len("sha256:"), len("sha256:") + 16)


def check_create(action: Action, plan: Plan, ledger: Ledger) -> Iterator[Discrepancy]:
    """Everything that a create says of itself."""
    yield from _number(action, ledger)
    yield from _digest(action)
    yield from _uniqueness_key(action, plan)
    yield from _aliases(action)
    yield from _windows(action)
    if not action.carried:
        # A carried version repeats what was recorded, in whatever shape it was sent then.
        for problem in problems_of_references(action.as_sent):
            yield about(Kind.REFERENCES, action.id, problem)
        yield from _terms(action)


def _number(action: Action, ledger: Ledger) -> Iterator[Discrepancy]:
    expected = ledger.next_number(action.ref.key)
    if action.ref.version != expected:
        yield about(
            Kind.NUMBER,
            action.id,
            f'the next version of "{action.ref.key}" is {expected}, the action says {action.ref.version}',
        )


def _digest(action: Action) -> Iterator[Discrepancy]:
    content = digest_of(content_of(action.payload))
    if content != action.digest:
        yield about(
            Kind.DIGEST, action.id, f'the payload has digest "{content}", the action says "{action.digest}"'
        )


def _uniqueness_key(action: Action, plan: Plan) -> Iterator[Discrepancy]:
    expected = f"pkgplan:{plan.namespace}:{plan.environment}:{action.ref}:{action.digest[_DIGITS]}"
    for where, key in (("the action", action.uniqueness_key), ("the payload", _sent_key(action.payload))):
        if key != expected:
            yield about(
                Kind.UNIQUENESS_KEY,
                action.id,
                f'the uniqueness key is "{expected}", {where} says {told(key)}',
            )
    if len(expected) > MAX_UNIQUENESS_KEY:
        yield about(
            Kind.UNIQUENESS_KEY,
            action.id,
            f'the uniqueness key "{expected}" has {len(expected)} characters, the API takes {MAX_UNIQUENESS_KEY}',
        )


def _sent_key(payload: JsonObject) -> str | None:
    key = payload.get("uniqueness_key")
    return key if key is None or isinstance(key, str) else told(key)


def _aliases(action: Action) -> Iterator[Discrepancy]:
    expected: JsonObject = {"aliases": [_as_sent(window) for window in action.windows]}
    sent: JsonObject = {"aliases": action.payload.get("aliases", [])}
    if digest_of(sent) != digest_of(expected) or action.payload.get("aliases", "none") == []:
        yield about(
            Kind.ALIASES,
            action.id,
            f"the payload sends {told(sent)}, the action says {told(expected)}",
        )


def _as_sent(window: AliasWindow) -> JsonObject:
    bounds = {"starting_at": window.window.starting_at, "ending_before": window.window.ending_before}
    sent: JsonObject = {"name": window.alias}
    sent |= {name: format_instant(bound) for name, bound in bounds.items() if bound is not None}
    return sent


def _windows(action: Action) -> Iterator[Discrepancy]:
    aliases: set[str] = set()
    for window in action.windows:
        shown = f'the window {told_window(window.window)} on alias "{window.alias}"'
        if window.alias in aliases:
            yield about(
                Kind.WINDOW, action.id, f"{shown} is not the only one, a package has one for an alias"
            )
        aliases.add(window.alias)
        if window.window.start >= window.window.end:
            yield about(Kind.WINDOW, action.id, f"{shown} is over before it begins")
        for bound in (window.window.starting_at, window.window.ending_before):
            if bound is not None and not on_the_hour(bound):
                yield about(
                    Kind.WINDOW, action.id, f'{shown} has "{format_instant(bound)}", which is not a full hour'
                )


def _terms(action: Action) -> Iterator[Discrepancy]:
    """Each term has a key of its own, in the payload or beside it, and they are in the order of their keys.

    The changes are told by key, so of two terms with one key people would see one.
    """
    terms = action.terms or {}
    for kind in _NAMED_TERMS:
        named = [
            item.get("temporary_id") if isinstance(item, dict) else None
            for item in _items(action.payload.get(kind, []))
        ]
        texts = [name for name in named if isinstance(name, str)]
        if named != sorted({*texts}):
            yield about(
                Kind.TERMS,
                action.id,
                f'the temporary ids of "{kind}" are {told(named)}, not each once and in order',
            )
    for kind in sorted({*terms} - {*UNNAMED_TERMS}):
        yield about(Kind.TERMS, action.id, f'keys are given for "{kind}", whose terms have ids of their own')
    for kind in UNNAMED_TERMS:
        count, keys = len(_items(action.payload.get(kind, []))), terms.get(kind, ())
        if count != len(keys):
            yield about(
                Kind.TERMS,
                action.id,
                f'the payload has {count} items under "{kind}", the action has {len(keys)} keys for them',
            )
        if list(keys) != sorted({*keys}):
            yield about(
                Kind.TERMS,
                action.id,
                f'the keys for "{kind}" are {told([*keys])}, not each once and in order',
            )
        elif not keys and kind in terms:
            yield about(Kind.TERMS, action.id, f'the action has a list for "{kind}" without a key in it')


def _items(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else [value]
