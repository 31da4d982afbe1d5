"""A package is recognised in what was sent for it, however it is spelled now, and only there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from support.every_field import packages
from support.recorded import CREATED_AT, recorded_state
from support.specs import catalog_with

from pkgplan.model.canonical import digest_of
from pkgplan.model.meaning import canonical_form
from pkgplan.model.names import PackageRef
from pkgplan.model.plan import Change, ChangeKind, Reason
from pkgplan.model.timeline import SAFEST
from pkgplan.pipeline import Basis, CheckedCatalog, Target, make_plan
from pkgplan.pipeline.recognising import recognised
from pkgplan.stages.compile import compile_packages, embedded_ids

if TYPE_CHECKING:
    import pytest

    from pkgplan.model.canonical import JsonObject
    from pkgplan.model.compiled import CompiledPackage
    from pkgplan.model.record import State

MONTHS, YEAR, DAYS = (
    "name: Plan\nduration: 24 months",
    "name: Plan\nduration: 2 years",
    "name: Plan\nduration: 30 days",
)
CHARGES = """
name: Plan
scheduled_charges:
  {0}: {{product: fee, schedule: {{schedule_items: [{{unit_price: 5.00 USD, quantity: 1, date_offset: 0 days}}]}}}}
  {1}: {{product: fee, schedule: {{schedule_items: [{{unit_price: 7.00 USD, quantity: 1, date_offset: 0 days}}]}}}}
"""


def spelled(*specs: str) -> list[CompiledPackage]:
    """One package as several people write it."""
    return [replace(package, key="plan") for package in packages(*specs)]


def the_one(package: CompiledPackage, state: State) -> CompiledPackage:
    (found,) = recognised([package], state)
    return found


def test_another_spelling_is_sent_as_it_was_sent() -> None:
    months, year = spelled(MONTHS, YEAR)
    found = the_one(year, recorded_state([months]))
    assert (found.payload, found.digest) == (months.payload, months.digest)
    assert found.digest == digest_of(found.payload)
    assert replace(found, payload=year.payload, digest=year.digest) == year


def test_what_says_something_else_is_left_as_it_is() -> None:
    months, days = spelled(MONTHS, DAYS)
    assert the_one(days, recorded_state([months])) is days


def test_the_newest_version_that_says_the_same_counts() -> None:
    """A log of an older pkgplan may have the same terms twice."""
    months, year, other = spelled(
        MONTHS, YEAR, "name: Plan\nduration: {value: 24, unit: months}\ncontract_name: X"
    )
    payload: JsonObject = {**months.payload, "credits": []}
    third = replace(months, payload=payload, digest=digest_of(payload))
    assert the_one(third, recorded_state([months, year])).digest == year.digest
    assert the_one(months, recorded_state([months, year])).digest == year.digest
    assert the_one(third, recorded_state([months, year, other])).digest == year.digest
    # What is recorded as it is needs no other spelling.
    assert the_one(months, recorded_state([months, year, other])) is months


def test_the_older_terms_may_come_back_in_another_spelling() -> None:
    months, year, days = spelled(MONTHS, YEAR, DAYS)
    assert the_one(year, recorded_state([months, days])).digest == months.digest


def test_versions_of_other_keys_are_others() -> None:
    months, year = spelled(MONTHS, YEAR)
    assert the_one(replace(year, key="other"), recorded_state([months])).digest == year.digest


def test_what_was_sent_and_is_not_recorded_says_nothing() -> None:
    months, year = spelled(MONTHS, YEAR)
    state = recorded_state([months])
    ref = PackageRef("plan", 1)
    rebuilt = replace(state, versions={ref: replace(state.versions[ref], payload=None)})
    assert the_one(year, rebuilt) is year
    assert the_one(months, rebuilt) is months


def test_terms_that_nobody_recorded_are_a_line_of_their_own() -> None:
    """A plan that says "terms changed" and lists nothing would be taken for one in which nothing changed."""
    catalog, _ = catalog_with({"name": "Plan", "duration": "1 year"}, "USD")
    target = Target("local", "gnome", SAFEST, embedded_ids(catalog, "gnome", "local"))
    (package,) = compile_packages(catalog, target.ids)
    state = recorded_state([replace(package, digest="sha256:0123456789abcdef")])
    ref = PackageRef(package.key, 1)
    rebuilt = replace(state, versions={ref: replace(state.versions[ref], payload=None)})
    plan = make_plan(CheckedCatalog((), catalog, ()), target, Basis(rebuilt), CREATED_AT).plan
    assert plan is not None
    (action,) = plan.actions
    assert action.reason is Reason.TERMS_CHANGED
    assert action.changes == (Change(ChangeKind.CHANGED, "terms", "not recorded", "as declared"),)


def test_a_bridge_is_not_what_the_catalog_last_said() -> None:
    months, year, days = spelled(MONTHS, YEAR, DAYS)
    state = recorded_state([days, months, days])
    ref = PackageRef("plan", 3)
    bridged = replace(state, versions={**state.versions, ref: replace(state.versions[ref], carried=True)})
    assert the_one(year, bridged).digest == months.digest


def test_the_keys_of_terms_go_with_the_payload() -> None:
    """Charges have no names in a payload; `terms` has them in its order."""
    before, renamed = spelled(CHARGES.format("a", "b"), CHARGES.format("z", "c"))
    assert before.digest != renamed.digest
    found = the_one(renamed, recorded_state([before]))
    assert (found.payload, found.terms) == (before.payload, {"scheduled_charges": ("a", "b")})


CREDITS = """
name: Plan
credits:
  {0}: {{product: fee, access_schedule: {{schedule_items: [{1}]}}}}
  {2}: {{product: fee, access_schedule: {{schedule_items: [{3}]}}}}
"""
FIRST, SECOND = (
    f"{{amount: {price}.00 USD, starting_at_offset: 0 days, duration: 7 days}}" for price in (5, 7)
)


def test_the_order_of_terms_in_a_file_says_nothing_and_their_keys_only_if_the_order_may_decide() -> None:
    """As the author's guide has it: of two credits that tie in everything else, one is drawn first."""
    ab, ba, renamed, moved = spelled(
        CREDITS.format("a", FIRST, "b", SECOND),
        CREDITS.format("b", SECOND, "a", FIRST),
        CREDITS.format("a", FIRST, "z", SECOND),
        CREDITS.format("z", FIRST, "b", SECOND),
    )
    assert ab.digest == ba.digest == renamed.digest
    assert the_one(moved, recorded_state([ab])) is moved
    commits = CREDITS.replace("credits:", "commits:").replace("product: fee", "type: prepaid, product: fee")
    named, other = spelled(commits.format("a", FIRST, "b", SECOND), commits.format("a", FIRST, "z", SECOND))
    assert the_one(other, recorded_state([named])) is other


def test_another_id_is_new_and_nothing_else_of_it() -> None:
    written = (
        "name: Plan\nduration: {0}\nrate_card: tokens\nscheduled_charges: {{a: {{product: fee, schedule: "
    )
    written += "{{schedule_items: [{{unit_price: 5.00 USD, quantity: {1}, date_offset: 0 days}}]}}}}}}"
    before, now, dearer = spelled(
        written.format("1 year", "1"), written.format("12 months", "1.0"), written.format("12 months", "2")
    )
    state = recorded_state([before])

    def remade(package: CompiledPackage) -> CompiledPackage:
        payload: Any = package.payload
        charge = {**payload["scheduled_charges"][0], "product_id": "new"}
        remade = {**payload, "scheduled_charges": [charge]}
        ids = {**package.references, "product/fee": "new"}
        return replace(package, payload=remade, references=ids, digest=digest_of(remade))

    found = the_one(remade(now), state)
    assert found.payload == remade(before).payload
    assert found.digest == digest_of(found.payload) != before.digest
    assert the_one(remade(dearer), state) == remade(dearer)


def test_only_what_is_not_recorded_as_it_is_has_to_be_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten thousand packages that nobody touched must cost ten thousand comparisons of digests."""
    months, year, days = spelled(MONTHS, YEAR, DAYS)
    untouched = [replace(days, key=f"plan-{number}") for number in range(3)]
    asked: list[JsonObject] = []

    def form(payload: JsonObject) -> JsonObject:
        asked.append(payload)
        return canonical_form(payload)

    monkeypatch.setattr("pkgplan.pipeline.recognising.canonical_form", form)
    recognised(untouched, recorded_state([months, year, *untouched]))
    assert asked == []
    recognised([*untouched, year], recorded_state([months, *untouched]))
    assert asked == [year.payload, months.payload]
