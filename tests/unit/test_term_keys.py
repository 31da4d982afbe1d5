"""Keys of terms that the API knows no names of stay with a version: from the catalog to the log and back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from support.applying import Site, planned
from support.entries import a_genesis, an_entry
from support.through import Through
from support.worlds import a_package, day

from pkgplan.apply.entries import created
from pkgplan.model.canonical import JsonObject, as_object, digest_of, parse_json, pretty
from pkgplan.model.compiled import AsSent
from pkgplan.model.names import PackageRef
from pkgplan.model.plan import Reason, plan_from_json
from pkgplan.model.record import State, fold

if TYPE_CHECKING:
    from pkgplan.model.compiled import CompiledPackage, TermKeys
    from pkgplan.model.plan import Plan
    from pkgplan.model.units import Instant

TERMS: TermKeys = {"overrides": ("cheaper", "entitled")}


class Overlooked(Through):
    """An environment that does not look at overrides, which would need a rate card with products."""

    def create(self, payload: JsonObject) -> str:
        return self.api.create({name: value for name, value in payload.items() if name != "overrides"})


def with_terms(content: str, start: Instant) -> CompiledPackage:
    package = a_package("a", content, ("X", start, None))
    if content != "one":
        return package
    payload: JsonObject = {**package.payload, "overrides": [{"multiplier": 2}, {"multiplier": 3}]}
    return replace(package, payload=payload, digest=digest_of(payload), terms=TERMS)


def the_plan(*packages: CompiledPackage, at: Instant, state: State | None = None) -> Plan:
    made = planned(packages, state or State(), at)
    assert made is not None
    return made


def test_a_saved_plan_keeps_them() -> None:
    made = the_plan(with_terms("one", day(1)), at=day(0))
    assert made.actions[0].terms == TERMS
    again = plan_from_json(parse_json(pretty(made.to_json())))
    assert again == made
    assert again.actions[0].as_sent == AsSent(made.actions[0].payload, {}, TERMS)


def test_the_log_keeps_them_and_older_versions_take_them_along_when_they_come_again() -> None:
    site = Site()
    for package, at in (
        (with_terms("one", day(1)), 0),
        (with_terms("two", day(10)), 2),
        (with_terms("two", day(20)), 3),
    ):
        done = site.apply([package], day(at), wrap=Overlooked)
        assert done is not None
        assert done.fault is None
    versions = site.state.versions
    assert [version.carried for version in versions.values()] == [False, False, True, False]
    assert [dict(version.terms) for version in versions.values()] == [TERMS, {}, TERMS, {}]


def test_an_entry_without_them_is_read_all_the_same() -> None:
    (action,) = the_plan(with_terms("one", day(1)), at=day(0)).actions
    body = created("r", action, "id-1")
    assert as_object(body["terms"]) == {"overrides": ["cheaper", "entitled"]}
    del body["terms"]
    genesis = a_genesis()
    state = fold([genesis, an_entry(genesis.head, kind="created", body=body)])
    assert state.versions[PackageRef("a", 1)].terms == {}


def test_a_new_package_is_compared_with_the_one_that_it_follows_on_an_alias() -> None:
    site = Site()
    site.apply([a_package("a", "one", ("X", day(1), None))], day(0))
    packages = [a_package("a", "one", ("X", day(1), None)), a_package("b", "two", ("X", day(9), None))]
    (action,) = the_plan(*packages, at=day(2), state=site.state).actions
    assert (action.reason, action.previous) == (Reason.NEW, PackageRef("a", 1))


def test_a_new_package_that_follows_nobody_is_compared_with_nothing() -> None:
    site = Site()
    site.apply([a_package("a", "one", ("X", day(1), day(5)))], day(0))
    packages = [
        a_package("a", "one", ("X", day(1), day(5))),
        a_package("b", "two", ("X", day(5), None)),
        a_package("c", "three", ("Y", None, None)),
    ]
    actions = the_plan(*packages, at=day(2), state=site.state).actions
    assert [action.previous for action in actions] == [None, None]
