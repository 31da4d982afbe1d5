"""Documents become one catalog; what two files say at once is reported with both places."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from pkgplan.model.source import SourceFile
from pkgplan.model.units import Money, RelativeDate
from pkgplan.stages.load import load
from pkgplan.stages.parse import parse
from pkgplan.stages.validate import validate

EXAMPLE = Path(__file__).parents[2] / "golden" / "base"


def project(path: str = "pkgplan.yaml", key: str = "p") -> SourceFile:
    spec = {"namespace": "gnome", "environments": {"local": {"engine": "embedded"}}}
    return declared(path, "Project", key, spec)


def declared(path: str, kind: str, key: str, spec: Any) -> SourceFile:
    data = {"apiVersion": "pkgplan/v1", "kind": kind, "metadata": {"key": key}, "spec": spec}
    return SourceFile(path, "", data)


def package(path: str, key: str, name: str = "Plan") -> SourceFile:
    return declared(path, "Package", key, {"name": name})


def test_declarations_by_key_in_the_order_of_their_keys() -> None:
    catalog, found = parse([package("b.yaml", "b"), project(), package("z.yaml", "a")])
    assert found == ()
    assert list(catalog.packages) == ["a", "b"]
    assert catalog.packages["a"].path == "z.yaml"
    assert catalog.project is not None
    assert catalog.project.document.spec.default_environment_name == "local"


def test_two_files_that_declare_one_key() -> None:
    catalog, found = parse([project(), package("b.yaml", "k", "second"), package("a.yaml", "k", "first")])
    (duplicate,) = found
    assert duplicate.rule.code == "PKG210"
    assert duplicate.message == 'Package "k" is declared twice'
    assert (duplicate.at.path, duplicate.at.route) == ("b.yaml", ("metadata", "key"))
    assert [related.at.path for related in duplicate.related] == ["a.yaml"]
    assert catalog.packages["k"].document.spec.name == "first"


def test_one_key_in_two_kinds_is_fine() -> None:
    _, found = parse(
        [project(), package("a.yaml", "k"), declared("b.yaml", "PricingUnit", "k", {"name": "K"})]
    )
    assert found == ()


def test_packages_and_fragments_share_their_keys() -> None:
    both = [declared("a.yaml", "PackageFragment", "k", {}), package("b.yaml", "k")]
    catalog, (clash,) = parse([project(), *both])
    assert (clash.rule.code, clash.message) == ("PKG210", 'Package "k" has the key of a PackageFragment')
    assert (clash.at.path, clash.related[0].at.path) == ("b.yaml", "a.yaml")
    assert catalog.packages == {}
    _, (twice,) = parse([project(), both[0], declared("c.yaml", "PackageFragment", "k", {})])
    assert twice.message == 'PackageFragment "k" is declared twice'


def test_fragments_are_no_packages() -> None:
    catalog, found = parse([project(), declared("a.yaml", "PackageFragment", "k", {})])
    assert (catalog.packages, found) == ({}, ())


def test_exactly_one_project() -> None:
    _, missing = parse([package("a.yaml", "a")])
    assert [(d.rule.code, d.at.path) for d in missing] == [("PKG217", "pkgplan.yaml")]
    _, excused = parse([package("a.yaml", "a")], complete=False)
    assert excused == ()
    _, second = parse([project("a.yaml"), project("b.yaml", "other")])
    assert [(d.rule.code, d.at.path, d.related[0].at.path) for d in second] == [
        ("PKG217", "b.yaml", "a.yaml")
    ]


def test_what_pydantic_refuses_is_reported_and_never_raised() -> None:
    catalog, (found,) = parse([project(), declared("a.yaml", "Package", "a", {"name": "x", "duration": "x"})])
    assert (found.rule.code, found.at.route) == ("PKG103", ("spec", "duration"))
    assert catalog.packages == {}
    assert parse([SourceFile("a.yaml", "", [])], complete=False)[1][0].rule.code == "PKG105"


def test_the_example_catalog_is_the_starter_plan_of_the_vendors_guide() -> None:
    sources, unreadable = load(EXAMPLE)
    clean, misshapen = validate(sources)
    catalog, found = parse(clean)
    assert (unreadable, misshapen, found) == ((), (), ())
    starter = catalog.packages["starter"].document.spec
    assert starter.duration == RelativeDate(12, "month")
    assert starter.net_payment_terms_days == 15
    credit = starter.recurring_credits["signup-credit"]
    assert credit.access_amount.unit_price == Money(Decimal("10.00"), "USD")
    assert (credit.duration, credit.commit_duration) == (RelativeDate(3, "month"), RelativeDate(1, "period"))
    fee = starter.subscriptions["starter-fee"]
    assert (fee.collection_schedule, fee.proration.invoice_behavior) == ("advance", "bill_immediately")
    assert sorted(catalog.metrics) == ["input-tokens", "output-tokens"]
    assert sorted(catalog.products) == ["input-tokens", "output-tokens", "signup-credit", "starter-fee"]
    assert catalog.rate_cards["tokens"].document.spec.aliases[0].name == starter.rate_card_alias
