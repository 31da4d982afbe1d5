"""Random families of specs: `from` gives what a naive reader would write out, and says which file said it."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st
from support.golden import BASE

from pkgplan.model.source import SourceFile, origin_of
from pkgplan.pipeline import embedded_ids
from pkgplan.stages.compile import compile_packages
from pkgplan.stages.inherit import inherit
from pkgplan.stages.load import load
from pkgplan.stages.parse import parse
from pkgplan.stages.validate import validate

if TYPE_CHECKING:
    from pkgplan.model.diagnostics import Route

Specs = dict[str, dict[str, Any]]

NEVER = {"aliases", "retire"}
names = st.sampled_from(["x", "y", "z", "aliases"])
scalars = st.integers(0, 3) | st.sampled_from(["a", True])
own_values = st.recursive(
    scalars | st.none() | st.lists(scalars, max_size=2),
    lambda inner: st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)


@st.composite
def families(draw: st.DrawFn) -> Specs:
    """Specs by key, each starting from some of those before it."""
    specs: Specs = {}
    for key in ["a", "b", "c", "d", "e"]:
        spec = draw(st.dictionaries(names, own_values, max_size=3))
        bases = draw(st.lists(st.sampled_from(sorted(specs)), max_size=3)) if specs else []
        specs[key] = {"from": bases, **spec} if bases else spec
    return specs


def source(key: str, spec: Any) -> SourceFile:
    data = {
        "apiVersion": "pkgplan/v1",
        "kind": "Package" if "name" in spec or "from" in spec else "PackageFragment",
        "metadata": {"key": key},
        "spec": spec,
    }
    return SourceFile(f"{key}.yaml", "", data)


def resolve(specs: Specs) -> dict[str, SourceFile]:
    given = [source(key, spec) for key, spec in specs.items()]
    return {each.key or "": each for each in inherit(reversed(given)).sources}


def spec_of(resolved: SourceFile) -> Any:
    assert isinstance(resolved.data, dict)
    return resolved.data["spec"]


def naive(key: str, specs: Specs) -> dict[str, Any]:
    """The spec as somebody would write it out by hand, reading every base again each time."""
    whole: dict[str, Any] = {}
    for base in specs[key].get("from", ()):
        heritage = {name: value for name, value in naive(base, specs).items() if name not in NEVER}
        lay_over(whole, heritage)
    lay_over(whole, {name: value for name, value in specs[key].items() if name != "from"})
    return whole


def lay_over(under: dict[str, Any], over: dict[str, Any]) -> None:
    for name, value in over.items():
        if value is None:
            under.pop(name, None)
        elif isinstance(value, dict):
            if not isinstance(under.get(name), dict):
                under[name] = {}
            lay_over(under[name], value)
        else:
            under[name] = copy.deepcopy(value)


def routes(node: Any, route: Route = ()) -> list[Route]:
    """Every route to an entry of a mapping; lists are one value."""
    children = node.items() if isinstance(node, dict) else ()
    return [
        *([route] if route else []),
        *(r for name, child in children for r in routes(child, (*route, name))),
    ]


def at(node: Any, route: Route) -> Any:
    for part in route:
        node = node[part] if isinstance(node, dict) and part in node else None
    return node


def leaves(node: Any) -> dict[Route, Any]:
    return {route: at(node, route) for route in routes(node) if not isinstance(at(node, route), dict)}


@settings(max_examples=150, deadline=None)
@given(families())
def test_resolution_is_what_a_naive_reader_writes_out(specs: Specs) -> None:
    for key, resolved in resolve(specs).items():
        if "from" not in specs[key]:
            assert spec_of(resolved) is specs[key]
            continue
        assert spec_of(resolved) == {"from": specs[key]["from"], **naive(key, specs)}
        assert resolved.is_complete


@settings(max_examples=150, deadline=None)
@given(families())
def test_each_value_is_in_the_file_that_is_said_to_say_it(specs: Specs) -> None:
    for key, resolved in resolve(specs).items():
        for route in routes(spec_of(resolved)):
            file = origin_of(("spec", *route), resolved.origins, resolved.path).removesuffix(".yaml")
            value, said = at(spec_of(resolved), route), at(specs[file], route)
            assert said == value or (isinstance(said, dict) and isinstance(value, dict))
            # What the file says itself is never ascribed to another.
            assert file == key or at(specs[key], route) is None


@settings(max_examples=150, deadline=None)
@given(families())
def test_the_order_of_bases_matters_only_where_they_disagree(specs: Specs) -> None:
    first, second = naive("d", specs), naive("e", specs)
    both = {**specs, "f": {"from": ["d", "e"]}, "g": {"from": ["e", "d"]}}
    resolved = resolve(both)
    one, other = (leaves({**spec_of(resolved[key]), "from": 0}) for key in ("f", "g"))
    for route in {*one, *other}:
        if one.get(route) != other.get(route):
            assert any(
                at(first, route[:depth]) is not None
                and at(second, route[:depth]) is not None
                and at(first, route[:depth]) != at(second, route[:depth])
                for depth in range(1, len(route) + 1)
            )
    if first == second:
        assert one == other


REFERENCES = load(BASE)[0]
STARTER = next(each for each in REFERENCES if each.key == "starter")
WHOLE: dict[str, Any] = STARTER.data["spec"]  # type: ignore[index,call-overload,assignment]


def digest(*specs: tuple[str, Any]) -> str:
    """The content digest of package "starter", made from these files in place of its own."""
    sources = [each for each in REFERENCES if each.key != "starter"]
    sources += [
        SourceFile(f"{key}.yaml", "", {**STARTER.data, "kind": kind, "metadata": {"key": key}, "spec": spec})  # type: ignore[dict-item]
        for key, spec in specs
        for kind in ["Package" if key == "starter" else "PackageFragment"]
    ]
    inherited = inherit(sources)
    clean, faults = validate(inherited.sources)
    catalog, clashes = parse(clean)
    assert (inherited.diagnostics, faults, clashes) == ((), (), ())
    (package,) = compile_packages(catalog, embedded_ids(catalog, "gnome-ai", "local"))
    return package.digest


@st.composite
def scattered(draw: st.DrawFn) -> list[tuple[str, Any]]:
    """The starter package in pieces: some in bases, some overwritten on the way, some to be taken out again."""
    pieces: dict[str, dict[str, Any]] = {"one": {}, "two": {}, "starter": {"from": ["one", "two"]}}
    for route, value in leaves(WHOLE).items():
        home = draw(st.sampled_from(["one", "two", "starter"])) if route[0] not in NEVER else "starter"
        put(pieces[home], route, value)
        if home == "starter" and route[0] not in NEVER and draw(st.booleans()):
            put(pieces["two"], route, value if isinstance(value, dict | list) else draw(near(value)))
    if draw(st.booleans()):
        put(pieces["one"], ("subscriptions", "support"), WHOLE["subscriptions"]["starter-fee"])
        put(pieces["starter"], ("subscriptions", "support"), None)
    return list(pieces.items())


def near(value: Any) -> st.SearchStrategy[Any]:
    """Another value of the same shape, which must not survive."""
    if isinstance(value, bool):
        return st.just(not value)
    if isinstance(value, int):
        return st.integers(0, 9)
    return st.just(value)


def put(spec: dict[str, Any], route: Route, value: Any) -> None:
    for part in route[:-1]:
        spec = spec.setdefault(part, {})  # type: ignore[arg-type]
    spec[route[-1]] = value  # type: ignore[index]


@settings(max_examples=60, deadline=None)
@given(scattered())
def test_a_package_in_pieces_has_the_digest_of_the_one_written_out(pieces: list[tuple[str, Any]]) -> None:
    assert digest(*pieces) == digest(("starter", WHOLE))


shapes = st.recursive(
    scalars | st.none() | st.sampled_from(["a", "b", "Package", "PackageFragment"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["spec", "from", "kind", "metadata", "key", "x"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(shapes | st.builds(lambda k, s: source(k, {"from": s}).data, st.sampled_from("abc"), shapes)))
def test_no_input_is_too_odd_and_what_is_left_incomplete_is_always_reported(documents: list[Any]) -> None:
    sources = [SourceFile(f"{number}.yaml", "", data) for number, data in enumerate(documents)]
    inherited = inherit(sources)
    assert [each.path for each in inherited.sources] == [each.path for each in sources]
    clean, faults = validate(inherited.sources)
    assert all(each.is_complete for each in clean)
    if not all(each.is_complete for each in inherited.sources):
        assert inherited.diagnostics or faults
