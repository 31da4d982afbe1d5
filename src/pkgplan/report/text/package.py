"""A package as people read it: its spec like a catalog file, with the places of what other files say.

Comes in: a resolved spec and the places of its values; or the readable terms of a recorded version. Goes out: text.
Never here: finding the places. The text is meant to be read; `show --format json` is for programs.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from pkgplan.model.canonical import compact
from pkgplan.report.text.words import padded, visible, width

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pkgplan.model.canonical import JsonValue
    from pkgplan.model.diagnostics import Route

_PLAIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._/@+()-]*")
_NUMBER: Final = re.compile(r"[+-]?[0-9.]+(e[+-]?[0-9]+)?|0[ox].*", re.IGNORECASE)
_WORDS: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off"})
_LONGEST_FLOW: Final = 70
_SHALLOWEST_FLOW: Final = 3
_INDENT: Final = "  "
_WIDEST: Final = 80


def spec_text(spec: Mapping[str, JsonValue], said: Mapping[Route, str]) -> str:
    """A spec, with a comment behind each value that another file says.

    Args:
        spec: the spec of a package with `from` written out.
        said: `fragments/team.yaml:12` by the route below `spec` of each value that another file says.
    """
    lines = [*_mapping(spec, (), said)]
    sizes = [width(text) for text, place in lines if place and width(text) <= _WIDEST]
    column = max(sizes, default=0)
    return "".join(f"{padded(text, column)}  # {place}\n" if place else f"{text}\n" for text, place in lines)


def terms_text(terms: Mapping[str, object], depth: int = 0) -> str:
    """Readable terms: nested names with texts, as `pkgplan diff` has them."""
    text = ""
    for name, value in terms.items():
        start = f"{_INDENT * depth}{visible(name)}:"
        if isinstance(value, dict):
            text += f"{start}\n{terms_text(value, depth + 1)}"
        else:
            text += f"{start} {visible(str(value))}\n"
    return text


def _mapping(
    value: Mapping[str, JsonValue], route: Route, said: Mapping[Route, str]
) -> Iterator[tuple[str, str]]:
    for key, inner in value.items():
        start = f"{_scalar(key)}:"
        yield from _entry(start, inner, (*route, key), said)


def _entry(
    start: str, value: JsonValue, route: Route, said: Mapping[Route, str]
) -> Iterator[tuple[str, str]]:
    flow = _flow(value)
    if not isinstance(value, dict | list) or not value:
        yield f"{start} {flow}", said.get(route, "")
    elif _fits(value, flow, route, said):
        yield f"{start} {flow}", next((said[each] for each in _leaves(value, route) if each in said), "")
    else:
        yield start, ""
        yield from ((f"{_INDENT}{text}", place) for text, place in _block(value, route, said))


def _block(
    value: dict[str, JsonValue] | list[JsonValue], route: Route, said: Mapping[Route, str]
) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        yield from _mapping(value, route, said)
        return
    for position, item in enumerate(value):
        place = (*route, position)
        if not isinstance(item, dict | list) or not item or _fits(item, _flow(item), place, said):
            yield from _entry("-", item, place, said)
        else:
            for number, (text, comment) in enumerate(_block(item, place, said)):
                yield f"{_INDENT if number else '- '}{text}", comment


def _fits(
    value: dict[str, JsonValue] | list[JsonValue], flow: str, route: Route, said: Mapping[Route, str]
) -> bool:
    """Whether a value fits on one line: short, not one of the first levels, and all of one file."""
    if len(flow) > _LONGEST_FLOW or (isinstance(value, dict) and len(route) < _SHALLOWEST_FLOW):
        return False
    inner: Sequence[JsonValue] = [*value.values()] if isinstance(value, dict) else value
    if any(isinstance(each, dict | list) and each for each in inner):
        return False
    files = {said.get(leaf, "").rpartition(":")[0] for leaf in _leaves(value, route)}
    return len(files) == 1


def _leaves(value: JsonValue, route: Route) -> Iterator[Route]:
    entries = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    if not entries or not value:
        yield route
    for key, inner in entries:
        yield from _leaves(inner, (*route, key))


def leaves(spec: Mapping[str, JsonValue]) -> tuple[Route, ...]:
    """The route of each value of a spec."""
    return tuple(route for key, value in spec.items() for route in _leaves(value, (key,)))


def _flow(value: JsonValue) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_scalar(key)}: {_flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(inner) for inner in value) + "]"
    return _scalar(value)


def _scalar(value: JsonValue) -> str:
    if not isinstance(value, str):
        return compact(value)
    is_plain = _PLAIN.fullmatch(value) and not _NUMBER.fullmatch(value) and value.lower() not in _WORDS
    return value if is_plain and value == value.strip() else visible(json.dumps(value, ensure_ascii=False))
