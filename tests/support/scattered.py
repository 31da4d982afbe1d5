"""One spec in several files: fragments that each say a part, with what is overwritten or removed again on the way.

Comes in: the spec of a package. Goes out: the specs of the fragments and of the package that starts from them, by
key; written out, they say what came in. Never here: resolving `from`.
"""

from __future__ import annotations

from copy import deepcopy
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from pkgplan.model.catalog.package import TERMS
from support.specs import another, fields_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.random_values import Chance

    Layers = list[dict[str, Any]]
    Route = tuple[str, ...]

PACKAGE: Final = "random"
_OF_THE_PACKAGE: Final = frozenset({"from", "aliases", "retire"})
# Another value of these makes the value next to it one of the wrong type, in the fragment already.
_DECIDE: Final = frozenset({"access_type", "rate_type", "overwrite_rate"})


def scattered(chance: Chance, spec: dict[str, Any], currency: str) -> dict[str, dict[str, Any]]:
    """Fragments and the package, each after what it starts from."""
    layers: Layers = [{} for _ in range(chance.whole(2, 4))]
    is_chain = chance.flip()  # each file starts from the one before, or the package from all of them
    top = len(layers) - 1
    for route, value in _leaves(spec, ()):
        own = route[0] in _OF_THE_PACKAGE
        home = top if own else chance.whole(0, top)
        _put(layers[home], route, value)
        if (
            home
            and not own
            and not isinstance(value, dict)
            and not _DECIDE.intersection(route)
            and chance.flip()
        ):
            _put(layers[chance.whole(0, home - 1)], route, another(chance, currency, route))
    for route in _not_there(chance, spec):
        earlier = chance.whole(0, top - 1)
        _put(layers[earlier], route, another(chance, currency, route))
        # A fragment can only take out what it starts from.
        _put(layers[chance.whole(earlier + 1, top) if is_chain else top], route, None)
    names = [*(f"fragment-{number}" for number in range(top)), PACKAGE]
    files = dict(zip(names, layers, strict=True))
    if is_chain:
        for before, name in pairwise(names):
            files[name]["from"] = [before]
    else:
        files[PACKAGE]["from"] = names[:-1]
    return files


def _leaves(value: Any, route: Route) -> Iterator[tuple[Route, Any]]:
    """Every value that is no mapping, or a span, or an empty mapping."""
    if isinstance(value, dict) and value and value.keys() != {"value", "unit"}:
        for key, child in value.items():
            yield from _leaves(child, (*route, key))
    else:
        yield route, value


def _not_there(chance: Chance, spec: dict[str, Any]) -> Iterator[Route]:
    """A term, a field of a term, and a field of the package that the spec does not have."""
    field = chance.pick(*(name for name in TERMS if name != "overrides"))
    yield field, "not-there"
    for key, term in spec.get(field, {}).items():
        yield from ((field, key, name) for name in chance.some(_absent(term, (field, "*"))))
    yield from ((name,) for name in chance.some(_absent(spec, ())))


def _absent(mapping: dict[str, Any], route: Route) -> list[str]:
    there = mapping.keys() | _OF_THE_PACKAGE | _DECIDE | {"rate_card", *TERMS}
    return [name for name in fields_of(route) if name not in there]


def _put(layer: dict[str, Any], route: Route, value: Any) -> None:
    """Set a value, with the mappings around it."""
    for part in route[:-1]:
        layer = layer.setdefault(part, {})
    layer[route[-1]] = deepcopy(value)
