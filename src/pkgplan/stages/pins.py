"""A lock file that was written by hand becomes pins, or findings: what each name stands for in an environment.

Comes in: the document, the environment that its file is named for, the names that the catalog declares. Goes out: ids
by name, in lower case, and everything that is wrong. Never here: files, lines, or looking an id up in Metronome.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from pkgplan.model import rules
from pkgplan.model.appearance import told_apart
from pkgplan.model.canonical import compact
from pkgplan.model.catalog.lock_file import (
    FORMAT_VERSION,
    NO_ID,
    PINNED_KINDS,
    LockFile,
    is_id,
    is_name,
)
from pkgplan.model.diagnostics import Diagnostic, Related, has_errors
from pkgplan.model.names import nearest
from pkgplan.model.units import USD, USD_CREDIT_TYPE_ID

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from pkgplan.model.canonical import JsonObject, JsonValue
    from pkgplan.model.source import SourceFile

_KEYS: Final = ("format_version", "environment", "ids")
_SCHEMA: Final = "$schema"
_USD: Final = f"pricing-unit/{USD}"
_SHOWN: Final = 60
_GUESSED: Final = 10
_LOOSE_ID: Final = re.compile(
    r"\s*(?:urn:uuid:)?\{?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})\}?\s*",
    re.IGNORECASE,
)


def read_pins(
    source: SourceFile, environment: str, names: Collection[str] | None
) -> tuple[dict[str, str], tuple[Diagnostic, ...]]:
    """The pins of an environment, sorted; none if there are errors.

    Args:
        source: the lock file.
        environment: the one that it is named for.
        names: what the catalog declares; None if that is not known.
    """
    found = tuple(_faults(source, environment, names))
    if has_errors(found):
        return {}, found
    ids = LockFile.model_validate(source.data).ids
    return dict(sorted(ids.items())), found


def _faults(source: SourceFile, environment: str, names: Collection[str] | None) -> Iterator[Diagnostic]:
    data = source.data
    if not isinstance(data, dict):
        message = f"the lock file is {_kind(data)}, not a mapping"
        yield Diagnostic(rules.LOCK_SHAPE, message, source.location, f"write the keys {_listed(_KEYS)}")
        return
    yield from _keys(source, data)
    if "format_version" in data and data["format_version"] != FORMAT_VERSION:
        yield _version(source, data["format_version"])
    if "environment" in data and data["environment"] != environment:
        yield _environment(source, data["environment"], environment)
    schema = data.get(_SCHEMA, "")
    if not isinstance(schema, str):
        yield _not_text(source, _SCHEMA, schema)
    ids = data.get("ids")
    if isinstance(ids, dict):
        yield from _names(source, ids, names)
        yield from _ids(source, ids)
    elif "ids" in data:
        message = f'"ids" is {_kind(ids)}, not a mapping of names to ids'
        hint = 'write `"ids": {"product/KEY": "ID"}`'
        yield Diagnostic(rules.LOCK_SHAPE, message, source.location.child("ids"), hint)


def _keys(source: SourceFile, data: JsonObject) -> Iterator[Diagnostic]:
    absent = {key for key in _KEYS if key not in data}
    for key, value in data.items():
        if key in (*_KEYS, _SCHEMA):
            continue
        # There are no other mappings in a lock file.
        meant = nearest(key, absent) or ("ids" if "ids" in absent and isinstance(value, dict) else None)
        absent.discard(meant or "")
        hint = "remove it, or see `pkgplan schema lock`" if meant is None else f'did you mean "{meant}"?'
        at = source.location.child(key).at_key()
        yield Diagnostic(rules.LOCK_SHAPE, f'the lock file has no key "{_cut(key)}"', at, hint)
    for key in sorted(absent):
        hint = f'add `"{key}": {{}}`' if key == "ids" else f"add it; a lock file has {_listed(_KEYS)}"
        yield Diagnostic(rules.LOCK_SHAPE, f'the lock file does not say "{key}"', source.location, hint)


def _version(source: SourceFile, version: JsonValue) -> Diagnostic:
    at = source.location.child("format_version")
    if isinstance(version, str):
        has, reads = told_apart(_cut(version), FORMAT_VERSION)
        message = f'"format_version" is {has}, and this pkgplan reads {reads}'
        return Diagnostic(rules.LOCK_SHAPE, message, at, "use the pkgplan that wrote it, or a newer one")
    message = f'"format_version" is {_shown(version)}, should be "{FORMAT_VERSION}" (text)'
    return Diagnostic(rules.LOCK_SHAPE, message, at, f'write `"format_version": "{FORMAT_VERSION}"`')


def _environment(source: SourceFile, named: JsonValue, environment: str) -> Diagnostic:
    at = source.location.child("environment")
    if not isinstance(named, str):
        return _not_text(source, "environment", named)
    given, wanted = told_apart(_cut(named), environment)
    message = f"the ids are of environment {given}, and the file is named for {wanted}"
    hint = (
        f'write "{environment}" if it was only renamed; otherwise put its own ids here, as those of one environment '
        "mean nothing in another"
    )
    return Diagnostic(rules.LOCK_SHAPE, message, at, hint)


def _names(source: SourceFile, ids: JsonObject, declared: Collection[str] | None) -> Iterator[Diagnostic]:
    missed = 0
    for name in ids:
        if is_name(name) and (declared is None or name in declared):
            continue
        # Guessing takes long in a large catalog, and a file of another catalog has hundreds of names to guess.
        candidates = declared if declared is not None and missed < _GUESSED else ()
        missed += 1
        at = source.location.child("ids", name).at_key()
        if not is_name(name):
            message = f'nothing in a catalog can have the name "{_cut(name)}"'
            yield Diagnostic(rules.LOCK_NAME, message, at, _meant_name(name, candidates))
            continue
        kind, _, key = name.partition("/")
        near = nearest(name, (known for known in candidates if known.startswith(f"{kind}/")))
        hint = f'did you mean "{near}"? ' if near is not None else ""
        message = f'the catalog declares no {PINNED_KINDS[kind]} "{_cut(key)}"'
        yield Diagnostic(rules.UNKNOWN_PIN, message, at, f"{hint}Remove the line if it is gone for good")


def _meant_name(name: str, names: Collection[str]) -> str:
    kind, slash, key = name.partition("/")
    if not slash:
        whole = sorted(known for known in names if known.partition("/")[2] == name)
        return f'did you mean "{whole[0]}"?' if whole else 'write the kind in front, such as "product/KEY"'
    if kind not in PINNED_KINDS:
        near = nearest(kind, PINNED_KINDS)
        return f'did you mean "{near}/{_cut(key)}"?' if near else f"the kinds are {_listed(PINNED_KINDS)}"
    known = nearest(name, names)
    return f'did you mean "{known}"?' if known else "write the key as the catalog declares it"


def _ids(source: SourceFile, ids: JsonObject) -> Iterator[Diagnostic]:
    owners = {USD_CREDIT_TYPE_ID: _USD}
    for name, id_ in ids.items():
        at = source.location.child("ids", name)
        if not (isinstance(id_, str) and is_id(id_)):
            yield _no_id(source, name, id_)
            continue
        if name == _USD and id_.lower() != USD_CREDIT_TYPE_ID:
            message = f'USD has the id "{USD_CREDIT_TYPE_ID}" everywhere, not "{id_}"'
            yield Diagnostic(rules.LOCK_ID, message, at, "remove the line: nobody needs to pin USD")
            continue
        owner = owners.setdefault(id_.lower(), name)
        if owner != name:
            others = (Related(source.location.child("ids", owner).at_key(), "it stands for this here"),)
            message = f'"{_cut(name)}" has the id of "{_cut(owner)}": one id stands for two names'
            hint = "write the id of each: what is sold as one would be billed as the other"
            yield Diagnostic(rules.SHARED_ID, message, at, hint, others if owner in ids else ())


def _no_id(source: SourceFile, name: str, id_: JsonValue) -> Diagnostic:
    loose = _LOOSE_ID.fullmatch(id_) if isinstance(id_, str) else None
    meant = "" if loose is None else "-".join(loose.groups()).lower()
    kind = PINNED_KINDS.get(name.partition("/")[0], "thing")
    hint = f"write the id that the {kind} has in Metronome, a UUID in double quotes"
    if meant not in {"", NO_ID}:
        hint = f'write "{meant}"'
    what = "which stands for nothing" if meant == NO_ID else "not an id"
    at = source.location.child("ids", name)
    return Diagnostic(rules.LOCK_ID, f'the id of "{_cut(name)}" is {_shown(id_)}, {what}', at, hint)


def _not_text(source: SourceFile, key: str, value: JsonValue) -> Diagnostic:
    message = f'"{key}" is {_shown(value)}, not text'
    return Diagnostic(rules.LOCK_SHAPE, message, source.location.child(key), "write text in double quotes")


def _shown(value: JsonValue) -> str:
    """A value with its kind, as text and numbers look alike in prose."""
    if isinstance(value, str):
        return f'"{_cut(value)}"'
    scalar = isinstance(value, bool) or not isinstance(value, dict | list | None)
    return f"{_cut(compact(value))} ({_kind(value)})" if scalar else _kind(value)


def _kind(value: JsonValue) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "a truth value"
        case int() | Decimal():
            return "a number"
        case str():
            return "text"
        case dict():
            return "a mapping"
        case _:
            return "a list"


def _cut(text: str) -> str:
    """A piece of the file in a message: on one line, printable, and not too long."""
    short = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in short)


def _listed(names: Collection[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}"
