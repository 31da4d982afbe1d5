"""From jsonschema's errors to diagnostics with our rules, our words and exact places.

Comes in: a document and the schema of its kind. Goes out: diagnostics. Never here: text made by jsonschema.
The faults of single values are in values.py; here are those of keys, and the walk.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from pkgplan.model import rules
from pkgplan.model.catalog.fragment import FRAGMENT, NEVER_TAKEN_OVER
from pkgplan.model.catalog.package import TERMS
from pkgplan.model.diagnostics import Diagnostic, Location, Route
from pkgplan.model.money_readings import money_in
from pkgplan.model.names import MAX_KEY, nearest
from pkgplan.model.readings import advice
from pkgplan.model.schemas import partial_schema_for, schema_for
from pkgplan.model.source import origin_of
from pkgplan.stages.validate.scalars import scalar_fault
from pkgplan.stages.validate.values import Given, such_as, value_fault
from pkgplan.stages.validate.words import digits, show, subject, suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jsonschema import ValidationError

    from pkgplan.model.source import SourceFile


WrittenAt = Callable[[Location], "str | None"]
"""How a plain scalar is written in its file, which the parsed value does not tell: `0815`, `1e5`, `0x1F`."""

_REST_OF_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?( [A-Za-z][A-Za-z0-9-]*)?")


_NO_COMMA = "write the number without a comma: within braces a comma ends the value"


class Miss(NamedTuple):
    """One keyword of a schema that one value, or one key of it, does not meet."""

    route: Route
    keyword: str
    limit: Any
    value: Any
    schema: dict[str, Any]
    of_key: bool


def shape_faults(source: SourceFile, kind: str, written_at: WrittenAt) -> Iterator[Diagnostic]:
    """Every fault of a document of a known kind; a value has at most one."""
    values: set[Route] = set()
    for miss in _misses(source, kind):
        at = source.location.child(*miss.route)
        if miss.of_key:
            yield _malformed_key(miss, at)
        elif miss.keyword == "required":
            yield from _missing(miss, at, source)
        elif miss.keyword == "additionalProperties":
            yield from _unknown(miss, at, source, kind)
        elif miss.route not in values:
            values.add(miss.route)
            given = _given(miss, source, written_at)
            fault = value_fault(miss.keyword, miss.limit, given, miss.schema)
            hint = (_with_rest(miss, source) or fault.hint) + _about_null(miss, kind)
            yield Diagnostic(fault.rule, f"{subject(miss.route)} {fault.problem}", at, hint)


def _given(miss: Miss, source: SourceFile, written_at: WrittenAt) -> Given:
    field = next((part for part in reversed(miss.route) if isinstance(part, str)), "")
    if not isinstance(miss.value, bool | int | Decimal):
        return Given(miss.value, field)
    path = origin_of(miss.route, source.origins, source.path)
    return Given(miss.value, field, written_at(Location(path, miss.route)))


def _with_rest(miss: Miss, source: SourceFile) -> str:
    """What to write for `{price: 1,000.00 USD}`, where YAML takes the end of the amount for a key."""
    if not isinstance(miss.value, int) or not miss.route:
        return ""
    beside: Any = source.data
    for part in miss.route[:-1]:
        beside = beside[part]
    keys = [*beside] if isinstance(beside, dict) else []
    behind = keys[keys.index(miss.route[-1]) + 1 :][:1] if miss.route[-1] in keys else []
    if not behind or not _is_rest(behind[0], beside[behind[0]]):
        return ""
    amount = f"{digits(miss.value)},{behind[0]}"
    return advice(amount, money_in(amount), _NO_COMMA)


def _about_null(miss: Miss, kind: str) -> str:
    """For whoever knows that `null` takes something out, and wrote it where there is nothing to take it from."""
    in_spec = kind in {"Package", FRAGMENT} and miss.route[:1] == ("spec",)
    return (
        "; `null` only takes out what the `from` of the same file brings in"
        if in_spec and miss.value is None
        else ""
    )


def _misses(source: SourceFile, kind: str) -> Iterator[Miss]:
    for error in validator_for(kind, whole=source.is_complete).iter_errors(source.data):
        yield Miss(
            route=tuple(error.absolute_path),
            keyword=error.validator,
            limit=error.validator_value,
            value=error.instance,
            schema=error.schema,
            of_key="propertyNames" in error.absolute_schema_path,
        )


@cache
def validator_for(kind: str, *, whole: bool = True) -> Any:
    """The validator of a kind, built once for the process; not `whole` if parts of the spec may be missing."""
    from jsonschema import Draft202012Validator, validators

    extend: Any = validators.extend
    schema = schema_for(kind) if whole else partial_schema_for(kind)
    return extend(Draft202012Validator, {"x-pkgplan": _check_scalar})(_without_twins(schema))


def _check_scalar(_: Any, kind: str, instance: Any, schema: dict[str, Any]) -> Iterator[ValidationError]:
    """The keyword `x-pkgplan`: a type of ours, checked by the words that explain it."""
    from jsonschema import ValidationError

    fault = scalar_fault(kind, instance, longest=schema.get("maxLength", MAX_KEY))
    if fault is not None:
        yield ValidationError(fault.problem)


def _without_twins(schema: Any) -> Any:
    """The schema without what `x-pkgplan` checks anyway: patterns and unions are for editors."""
    if isinstance(schema, list):
        return [_without_twins(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if isinstance(schema.get("x-pkgplan"), str):
        return {key: schema[key] for key in ("x-pkgplan", "maxLength", "examples") if key in schema}
    twins = {"type"} if "const" in schema else set()
    return {
        key: value if key == "examples" else _without_twins(value)
        for key, value in schema.items()
        if key not in twins
    }


def _missing(miss: Miss, at: Location, source: SourceFile) -> Iterator[Diagnostic]:
    present: dict[str, Any] = miss.value
    meant = _meant_term(at.route, source)
    for key in set(miss.limit) - present.keys() - _misspelt(present, miss.schema["properties"]):
        if key == "apiVersion":
            yield Diagnostic(
                rules.UNKNOWN_API_VERSION,
                'the document has no "apiVersion"',
                at,
                'add "apiVersion: pkgplan/v1"',
            )
            continue
        place = at.at_key() if at.route and isinstance(at.route[-1], str) else at
        hint = meant + f'add "{key}"' + such_as(key, miss.schema["properties"].get(key, {}))
        yield Diagnostic(rules.MISSING_KEY, f'{subject(at.route)} has no "{key}"', place, hint)


def _meant_term(route: Route, source: SourceFile) -> str:
    """The start of a hint where a term of a base was probably to be changed, but has another key."""
    match route:
        case ("spec", str(terms), str(key)) if terms in TERMS and source.origins:
            data: Any = source.data
            said_in = {
                other: origin_of(("spec", terms, other), source.origins, source.path)
                for other in data["spec"][terms]
            }
            near = nearest(key, [other for other in said_in if said_in[other] != said_in[key]])
            return f'did you mean "{near}", which is taken over? Otherwise ' if near else ""
        case _:
            return ""


def _misspelt(present: dict[str, Any], known: dict[str, Any]) -> set[str | None]:
    """The keys that are there under a name which is not quite theirs: they are unknown, not missing."""
    absent = sorted(known.keys() - present.keys())
    return {nearest(key, absent) for key in present if key not in known}


def _unknown(miss: Miss, at: Location, source: SourceFile, kind: str) -> Iterator[Diagnostic]:
    present: dict[str, Any] = miss.value
    known = miss.schema["properties"]
    # A key that a base says may well be the one that is misspelt here.
    said_in = {key: origin_of((*at.route, key), source.origins, source.path) for key in present}
    for key, value in present.items():
        if key not in known:
            taken = {other for other in present if said_in[other] == said_in[key]}
            near = suggestion(key, set(known) - taken)
            hint = _cut_off(key, value) or _moved(key, at.route, kind) or near
            hint = hint or _explained(at.route, kind)
            message = f"{subject(at.route)} has no key {show(key)}"
            yield Diagnostic(rules.UNKNOWN_KEY, message, at.child(key).at_key(), hint)


def _cut_off(key: str, value: Any) -> str:
    """What to do about `{price: 1,000.00 USD}`, where YAML takes the end of the number for a key."""
    return _NO_COMMA if _is_rest(key, value) else ""


def _is_rest(key: str, value: Any) -> bool:
    return value is None and _REST_OF_NUMBER.fullmatch(key) is not None


def _moved(key: str, route: Route, kind: str) -> str:
    """Where a key belongs that was written at the wrong one of the two upper levels, or in a fragment."""
    if kind == FRAGMENT and route in {(), ("spec",)} and key in NEVER_TAKEN_OVER:
        return "put it into each package: it is never taken over from a fragment"
    levels = schema_for(kind)["properties"]
    for level in ("spec", "metadata"):
        if (
            route in {(), ("spec",), ("metadata",)}
            and route != (level,)
            and key in levels[level]["properties"]
        ):
            return f'put it under "{level}"'
    return ""


def _explained(route: Route, kind: str) -> str:
    """Where the known keys of a place are listed, when there are too many for a hint."""
    parts = [kind, *("*" if isinstance(part, int) else part for part in route)]
    return f"remove it, or see `pkgplan explain {shlex.quote('.'.join(parts))}`"


def _malformed_key(miss: Miss, at: Location) -> Diagnostic:
    key: str = miss.value
    rule = rules.MALFORMED_NAME
    if "x-pkgplan" in miss.schema:
        kind = miss.schema["x-pkgplan"]
        fault = scalar_fault(kind, key, longest=miss.schema.get("maxLength", MAX_KEY))
        rule = fault.rule if fault else rule
        problem, hint = (fault.problem, fault.hint) if fault else (f"is {show(key)}, not a key", "")
    else:
        problem, hint = f"is {show(key)}, not the code of a rule", 'write it like "PKG214"'
    place = at.child(key).at_key()
    return Diagnostic(rule, f"a key of {subject(at.route)} {problem}", place, hint)
