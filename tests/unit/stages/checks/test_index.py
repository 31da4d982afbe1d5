from __future__ import annotations

from support.example_catalog import catalog_of, example

from pkgplan.stages.checks.index import Index


def test_routes_are_those_of_the_file() -> None:
    catalog = example()
    catalog.spec["from"] = ["seats"]
    catalog.add_charge()
    leaves = Index.of(catalog_of(catalog)).leaves
    routes = {leaf.route: leaf.field for leaf in leaves if leaf.declared.key == "starter"}
    assert routes["spec", "from", 0] == "from"
    price = ("spec", "scheduled_charges", "support", "schedule", "schedule_items", 0, "unit_price")
    assert routes[price] == "unit_price"


def test_terms_come_with_their_kind_in_words() -> None:
    catalog = example()
    catalog.add_commit()
    catalog.add_charge()
    index = Index.of(catalog_of(catalog))
    assert [str(term) for term in index.terms()] == [
        'commit "main"',
        'recurring credit "signup-credit"',
        'subscription "starter-fee"',
        'scheduled charge "support"',
    ]
    assert [term.key for term in index.terms("subscriptions", "commits")] == ["starter-fee", "main"]
    assert [term.at.route for term in index.terms("commits")] == [("spec", "commits", "main")]
