"""`pkgplan explain <route>`: finding a field and saying what is known of it."""

from __future__ import annotations

import pytest

from pkgplan.errors import UsageFault
from pkgplan.model.catalog.catalog import KINDS
from pkgplan.model.documentation import field_documentation


def test_a_leaf() -> None:
    field = field_documentation("spec.recurring_credits.*.priority")
    assert (field.kind, field.route) == ("Package", "spec.recurring_credits.*.priority")
    assert (field.type, field.required, field.examples) == ("a number", True, (1,))
    assert "lowest number first" in field.description
    assert field.children == ()


@pytest.mark.parametrize(
    "route",
    ["spec.aliases.*.starting_at", "spec.aliases[0].starting_at", "spec.aliases.starting_at"],
)
def test_entries_may_be_named_in_any_way(route: str) -> None:
    assert field_documentation(route).route == "spec.aliases.*.starting_at"


def test_a_mapping_of_terms_shows_the_fields_of_a_term() -> None:
    children = {child.name: child for child in field_documentation("spec.subscriptions").children}
    assert children["collection_schedule"].required
    assert not children["duration"].required
    assert children["collection_schedule"].type == "one of: advance, arrears"


def test_allowed_values() -> None:
    assert field_documentation("Project.spec.environments.local.engine").allowed == ("embedded", "metronome")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_alone(kind: str) -> None:
    assert [child.name for child in field_documentation(kind).children] == [
        "apiVersion",
        "kind",
        "metadata",
        "spec",
    ]


def test_a_fragment_has_the_fields_of_a_package_and_needs_none_of_them() -> None:
    field = field_documentation("PackageFragment.spec.credits.*.product")
    assert (field.kind, field.required) == ("PackageFragment", False)
    assert field.description == field_documentation("Package.spec.credits.*.product").description
    assert not any(child.required for child in field_documentation("PackageFragment.spec").children)
    with pytest.raises(UsageFault, match=r'"PackageFragment\.spec" has no field "aliases"'):
        field_documentation("PackageFragment.spec.aliases")


def test_unknown_field_names_the_nearest() -> None:
    with pytest.raises(UsageFault, match=r'"Package.spec.recurring_credits.\*" has no field') as caught:
        field_documentation("spec.recurring_credits.*.prioritty")
    assert caught.value.hint == 'did you mean "priority"?'
    with pytest.raises(UsageFault, match="has no fields"):
        field_documentation("spec.name.first")


@pytest.mark.parametrize(
    ("route", "hint"),
    [
        ("commits", 'write "spec.commits"'),
        ("RateCard.rates", 'write "RateCard.spec.rates"'),
        ("package", 'did you mean "Package"?'),
        ("sepc", 'did you mean "spec"?'),
    ],
)
def test_a_route_that_starts_too_low_or_with_a_misspelt_kind_is_mended(route: str, hint: str) -> None:
    with pytest.raises(UsageFault) as caught:
        field_documentation(route)
    assert caught.value.hint == hint
