"""What `from` takes over, what it leaves, and what is said about it when it cannot be followed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.work import lines_of

from pkgplan.model.diagnostics import Diagnostic, Location, Related, Route
from pkgplan.model.rules import MISSING_KEY, UNKNOWN_KEY
from pkgplan.model.source import SourceFile, origin_of
from pkgplan.stages.inherit import at_origins, inherit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pkgplan.model.canonical import JsonValue


def package(key: str, kind: str = "Package", **spec: Any) -> SourceFile:
    """`from_` stands for `from`."""
    said = {"from" if name == "from_" else name: value for name, value in spec.items()}
    data: JsonValue = {"apiVersion": "pkgplan/v1", "kind": kind, "metadata": {"key": key}, "spec": said}
    return SourceFile(f"{key}.yaml", "", data)


def fragment(key: str, **spec: Any) -> SourceFile:
    return package(key, "PackageFragment", **spec)


def resolved(key: str, *sources: SourceFile) -> SourceFile:
    return next(source for source in inherit(sources).sources if source.key == key)


def spec(source: SourceFile) -> Any:
    assert isinstance(source.data, dict)
    return source.data["spec"]


def said(*sources: SourceFile, unread: Iterable[str | None] = ()) -> list[tuple[str, str, Route, str]]:
    found = inherit(sources, set(unread)).diagnostics
    return [(each.rule.code, each.at.path, each.at.route, each.hint) for each in found]


SEATS = fragment(
    "seats",
    net_payment_terms_days=30,
    credits={"trial": {"product": "trial", "priority": 1, "applicable_products": ["a", "b"]}},
    subscriptions={"seat": {"duration": "1 year"}},
)


# What is taken over


def test_a_span_is_one_value_however_it_is_written() -> None:
    """Else `fmt`, which writes `3 months`, would change what a package that starts from it says."""
    base = fragment("base", duration={"value": 3, "unit": "MONTHS"})
    assert spec(resolved("team", base, package("team", from_=["base"], duration={"unit": "YEARS"})))[
        "duration"
    ] == {"unit": "YEARS"}
    whole = {"value": 1, "unit": "YEARS"}
    assert spec(resolved("team", base, package("team", from_=["base"], duration=whole)))["duration"] == whole


def test_mappings_merge_and_all_else_is_replaced() -> None:
    credit = {"trial": {"priority": 2, "applicable_products": ["c"]}, "extra": {"product": "x"}}
    assert spec(resolved("team", SEATS, package("team", from_=["seats"], name="Team", credits=credit))) == {
        "from": ["seats"],
        "name": "Team",
        "net_payment_terms_days": 30,
        "credits": {
            "trial": {"product": "trial", "priority": 2, "applicable_products": ["c"]},
            "extra": {"product": "x"},
        },
        "subscriptions": {"seat": {"duration": "1 year"}},
    }


def test_a_later_base_counts_more_and_the_file_itself_most() -> None:
    bases = [fragment("a", x=1, y=1, z=1), fragment("b", y=2, z=2)]
    team = spec(resolved("team", *bases, package("team", from_=["a", "b"], z=3)))
    assert (team["x"], team["y"], team["z"]) == (1, 2, 3)
    turned = spec(resolved("team", *bases, package("team", from_=["b", "a"], z=3)))
    assert (turned["x"], turned["y"], turned["z"]) == (1, 1, 3)


@pytest.mark.parametrize(
    ("base", "own"),
    [({"a": 1}, "text"), ("text", {"a": 1}), ([1, 2], [3]), ({"a": 1}, ["a"]), (True, 0)],
)
def test_values_of_different_shapes_replace_each_other(base: JsonValue, own: JsonValue) -> None:
    team = spec(resolved("team", fragment("f", field=base), package("team", from_=["f"], field=own)))
    assert team["field"] == own


def test_null_removes_a_field_or_a_term_and_is_gone() -> None:
    own = package("team", from_=["seats"], net_payment_terms_days=None, credits={"trial": {"priority": None}})
    team = spec(resolved("team", SEATS, own))
    assert "net_payment_terms_days" not in team
    assert team["credits"] == {"trial": {"product": "trial", "applicable_products": ["a", "b"]}}
    assert said(SEATS, own, package("x", from_=["seats"], credits={"trial": None})) == []


def test_what_a_base_removed_stays_away_until_another_says_it() -> None:
    without = fragment("without", from_=["seats"], credits=None)
    assert "credits" not in spec(resolved("team", SEATS, without, package("team", from_=["without"])))
    # The base without says nothing about credits, so it takes none away from another base.
    both = spec(resolved("team", SEATS, without, package("team", from_=["seats", "without"])))
    assert "trial" in both["credits"]


def test_null_in_a_list_is_left_for_validation() -> None:
    own = package("team", from_=["seats"], credits={"trial": {"applicable_products": [None]}})
    team = spec(resolved("team", SEATS, own))
    assert team["credits"]["trial"]["applicable_products"] == [None]


def test_aliases_retirement_and_metadata_are_never_taken_over() -> None:
    base = package("base", name="Base", aliases=[{"name": "Base"}], retire={"at": "2027-01-01"})
    team = resolved("team", base, package("team", from_=["base"]))
    assert spec(team) == {"from": ["base"], "name": "Base"}
    assert team.key == "team"
    own = resolved("team", base, package("team", from_=["base"], aliases=[{"name": "Team"}]))
    assert spec(own)["aliases"] == [{"name": "Team"}]


def test_a_file_without_from_passes_through_as_it_is() -> None:
    values: list[Any] = [None, [], "x", {"kind": "Package", "spec": []}]
    odd = [SourceFile("a.yaml", "", value) for value in values]
    sources = (SEATS, package("team", name="Team"), *odd)
    given = inherit(sources)
    assert all(one is other for one, other in zip(given.sources, sources, strict=True))
    assert given.diagnostics == ()


def test_a_diamond_is_no_circle() -> None:
    left, right = fragment("left", from_=["seats"], x=1), fragment("right", from_=["seats"], y=2)
    team = resolved("team", right, package("team", from_=["left", "right"]), left, SEATS)
    assert (spec(team)["x"], spec(team)["y"], spec(team)["net_payment_terms_days"]) == (1, 2, 30)
    assert said(left, right, SEATS, package("team", from_=["left", "right"])) == []


def test_a_chain_of_thousands_is_followed() -> None:
    chain = [fragment("k0", x=0)]
    chain += [fragment(f"k{n}", from_=[f"k{n - 1}"], **{f"f{n % 7}": n}) for n in range(1, 5000)]
    assert spec(resolved("k4999", *reversed(chain)))["x"] == 0


def test_diamonds_upon_diamonds_take_no_longer() -> None:
    layers = [fragment("a0", x=1), fragment("b0", y=1)]
    for n in range(1, 60):
        layers += [fragment(f"{side}{n}", from_=[f"a{n - 1}", f"b{n - 1}"]) for side in "ab"]
    made: list[SourceFile] = []
    lines_of(
        lambda: made.append(resolved("a59", *layers)), most=200_000
    )  # each way on its own would be 2 to the 60th
    assert set(spec(made[0])) == {"from", "x", "y"}


# Which file says what


def says(source: SourceFile, *route: str | int) -> str:
    return origin_of(route, source.origins, source.path)


def test_each_part_knows_the_file_that_says_it() -> None:
    own = package("team", from_=["seats"], name="Team", credits={"trial": {"priority": 2}})
    team = resolved("team", SEATS, own)
    assert says(team, "spec", "name") == "team.yaml"
    assert says(team, "spec", "credits", "trial") == "team.yaml"
    assert says(team, "spec", "credits", "trial", "priority") == "team.yaml"
    assert says(team, "spec", "credits", "trial", "product") == "seats.yaml"
    assert says(team, "spec", "credits", "trial", "applicable_products", 1) == "seats.yaml"
    assert says(team, "spec", "subscriptions", "seat", "duration") == "seats.yaml"
    assert says(team, "metadata", "key") == "team.yaml"
    assert team.origins[("spec", "subscriptions")] == "seats.yaml"
    assert ("spec", "subscriptions", "seat") not in team.origins


def test_a_mapping_of_two_bases_belongs_to_the_later_one_and_its_parts_to_each() -> None:
    bases = [fragment("a", credits={"x": {"p": 1, "q": 1}}), fragment("b", credits={"x": {"q": 2}})]
    team = resolved("team", *bases, package("team", from_=["a", "b"]))
    assert says(team, "spec", "credits", "x") == "b.yaml"
    assert says(team, "spec", "credits", "x", "p") == "a.yaml"
    assert says(team, "spec", "credits", "x", "q") == "b.yaml"


def test_origins_reach_through_a_fragment_to_its_base() -> None:
    middle = fragment("middle", from_=["seats"], credits={"trial": {"priority": 5}})
    team = resolved("team", SEATS, middle, package("team", from_=["middle"]))
    assert says(team, "spec", "net_payment_terms_days") == "seats.yaml"
    assert says(team, "spec", "credits", "trial", "priority") == "middle.yaml"
    assert says(team, "spec", "credits", "trial", "product") == "seats.yaml"


# What is wrong with `from`


def test_an_unknown_base() -> None:
    team = package("team", from_=["seets", "nothing-like-it"], name="Team")
    others = [fragment(f"other-{n}") for n in range(9)]
    assert said(SEATS, team, *others) == [
        ("PKG201", "team.yaml", ("spec", "from", 0), 'did you mean "seats"?'),
        ("PKG201", "team.yaml", ("spec", "from", 1), "declare a PackageFragment with this key"),
    ]
    assert not resolved("team", SEATS, team).is_complete


@pytest.mark.parametrize(
    "other",
    [
        SourceFile("x.yaml", "", {"kind": "PackageFragmnet", "metadata": {"key": "gone"}}),
        SourceFile("x.yaml", "", {"kind": "PackageFragment", "metadata": {}}),
        SourceFile("x.yaml", "", {"kind": "PackageFragment", "metadata": {"key": "Gone"}}),
        SourceFile("x.yaml", "", ["gone"]),
    ],
)
def test_a_base_that_a_file_with_another_fault_may_declare_is_not_called_missing(other: SourceFile) -> None:
    team = package("team", from_=["gone"], duration=None)
    assert said(team, other) == []
    assert not resolved("team", team, other).is_complete


def test_a_base_in_a_file_that_cannot_be_read_is_not_called_missing() -> None:
    team = package("team", from_=["gone"])
    assert said(team, unread=["gone"]) == said(team, unread=[None]) == []
    assert len(said(team, unread=["other"])) == 1


@pytest.mark.parametrize("names", ["seats", {"seats": 1}, None, 7, [None], [7], [["seats"]], ["Team Seats"]])
def test_a_from_of_the_wrong_shape_is_left_for_validation(names: Any) -> None:
    team = package("team", from_=names, duration=None)
    assert said(SEATS, team) == []
    assert spec(resolved("team", SEATS, team))["from"] == names
    assert not resolved("team", SEATS, team).is_complete


def test_a_circle_is_reported_once_and_its_heirs_keep_silent() -> None:
    circle = [fragment("a", from_=["b"]), fragment("b", from_=["seats", "c"]), fragment("c", from_=["a"])]
    heir = package("team", from_=["c"], duration=None)
    (found,) = inherit([*circle, heir, SEATS]).diagnostics
    assert (found.rule.code, found.at) == ("PKG250", Location("a.yaml", ("spec", "from", 0)))
    assert found.message == '"a" starts from itself: "a" -> "b" -> "c" -> "a"'
    every = inherit([*circle, heir, SEATS]).sources
    assert [each.key for each in every if not each.is_complete] == ["a", "b", "c", "team"]


def test_a_circle_is_reported_at_its_first_file_however_it_is_entered() -> None:
    circle = [fragment("a", from_=["b"]), fragment("b", from_=["a"])]
    for entry in ("a", "b"):
        ((_, path, _, hint),) = said(*circle, package("0", from_=[entry]))
        assert (path, hint) == ("a.yaml", 'remove "b" from "from", or break the circle elsewhere')


def test_of_two_declarations_of_a_base_the_first_file_counts() -> None:
    first, second = fragment("a", x=1), SourceFile("z.yaml", "", fragment("a", x=2).data)
    assert spec(resolved("team", second, first, package("team", from_=["a"])))["x"] == 1


def test_a_circle_of_one_and_two_circles() -> None:
    found = said(
        package("me", from_=["me"]),
        package("x", from_=["me", "y"]),
        package("y", from_=["seats", "x"]),
        SEATS,
    )
    assert [(code, path, route[-1]) for code, path, route, _ in found] == [
        ("PKG250", "me.yaml", 0),
        ("PKG250", "x.yaml", 1),
    ]


@pytest.mark.parametrize("broken", ["text", [], None, 7])
def test_a_base_whose_spec_is_no_mapping_is_reported_by_validation_only(broken: Any) -> None:
    base = SourceFile("base.yaml", "", {"kind": "Package", "metadata": {"key": "base"}, "spec": broken})
    team = package("team", from_=["base"], duration=None)
    assert said(base, team) == []
    assert not resolved("team", base, team).is_complete


@pytest.mark.parametrize(
    ("own", "route", "hint"),
    [
        ({"credits": {"trail": None}}, ("credits", "trail"), 'did you mean "trial"?'),
        ({"credits": {"trial": {"prio": None}}}, ("credits", "trial", "prio"), "; or remove the line"),
        ({"credits": {"new": {"priority": None}}}, ("credits", "new", "priority"), "remove the line"),
        ({"aliases": None}, ("aliases",), '"aliases" is never taken over'),
    ],
)
def test_a_null_that_removes_nothing(own: dict[str, Any], route: Route, hint: str) -> None:
    ((code, path, at, found_hint),) = said(SEATS, package("team", from_=["seats"], **own))
    assert (code, path, at) == ("PKG251", "team.yaml", ("spec", *route))
    assert hint in found_hint


def test_fragments_that_no_package_reaches() -> None:
    sources = [
        SEATS,
        fragment("used", from_=["seats"]),
        fragment("alone", from_=["seats"]),
        fragment("lost"),
        package("team", from_=["used"]),
    ]
    assert [each.at.path for each in inherit(sources).unused] == ["alone.yaml", "lost.yaml"]


# Where findings about inherited parts are shown

TRIAL = ("spec", "credits", "trial")


def heirs(*keys: str) -> tuple[SourceFile, ...]:
    return inherit([SEATS, *(package(key, from_=["seats"]) for key in keys)]).sources


def finding(path: str, message: str, route: Route = TRIAL) -> Diagnostic:
    return Diagnostic(UNKNOWN_KEY, message, Location(path, route))


def test_one_fault_of_several_packages_is_shown_once_where_it_is_said() -> None:
    found = [finding(f"{key}.yaml", f'package "{key}" is wrong') for key in ("pro", "max", "team")]
    (one,) = at_origins(found, heirs("pro", "team", "max"))
    assert (one.at.path, one.message) == ("seats.yaml", 'package "max" is wrong')
    assert one.related == (
        Related(Location("max.yaml", ("spec", "from")).at_key(), 'taken over by "max" and 2 other files'),
    )


def test_a_fault_that_the_base_has_itself_is_not_taken_over() -> None:
    found = [finding("pro.yaml", "is wrong"), finding("seats.yaml", "is wrong")]
    (one,) = at_origins(found, heirs("pro"))
    assert (one.at.path, one.related) == ("seats.yaml", ())


def test_different_faults_stay_apart() -> None:
    found = [
        finding("pro.yaml", "is too much"),
        finding("team.yaml", "is too little"),
        Diagnostic(MISSING_KEY, "is too much", Location("pro.yaml", TRIAL)),
        finding("pro.yaml", "is too much", (*TRIAL, "priority")),
    ]
    assert len(at_origins(found, heirs("pro", "team"))) == 4


def test_second_places_move_and_own_parts_stay() -> None:
    here = finding("pro.yaml", "is wrong", ("spec", "name"))
    there = Related(Location("pro.yaml", TRIAL), "because of this")
    elsewhere = Related(Location("other.yaml", TRIAL), "and this")
    both = Diagnostic(here.rule, here.message, here.at, related=(there, elsewhere))
    (moved,) = at_origins([both], heirs("pro"))
    assert moved.at == here.at
    assert [other.at.path for other in moved.related] == ["seats.yaml", "other.yaml"]
