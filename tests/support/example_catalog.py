"""The example catalog as data that a test edits, and what the checks say about it then.

The edited documents go through validation and parsing first, so that no test rests on a document which could
never get as far as the checks.
"""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pkgplan.model.source import SourceFile
from pkgplan.stages.checks import check
from pkgplan.stages.load import load
from pkgplan.stages.parse import parse
from pkgplan.stages.validate import validate

if TYPE_CHECKING:
    from pkgplan.model.canonical import JsonValue
    from pkgplan.model.catalog.catalog import Catalog
    from pkgplan.model.diagnostics import Diagnostic, Location, Rule

ROOT = Path(__file__).parents[1] / "golden" / "base"
STARTER = "packages/starter.yaml"
CARD = "references/rate-card-tokens.yaml"
PROJECT = "pkgplan.yaml"


class Example(dict[str, Any]):
    """Documents by path, with short ways to the parts that tests edit."""

    @property
    def spec(self) -> dict[str, Any]:
        """The spec of the package `starter`."""
        return self.spec_of(STARTER)

    @property
    def credit(self) -> dict[str, Any]:
        """The recurring credit `signup-credit`."""
        credit: dict[str, Any] = self.spec["recurring_credits"]["signup-credit"]
        return credit

    @property
    def fee(self) -> dict[str, Any]:
        """The subscription `starter-fee`."""
        fee: dict[str, Any] = self.spec["subscriptions"]["starter-fee"]
        return fee

    @property
    def card(self) -> dict[str, Any]:
        """The spec of the rate card `tokens`; its rates are input, output and the monthly fee."""
        return self.spec_of(CARD)

    def spec_of(self, path: str) -> dict[str, Any]:
        """The spec of any document."""
        spec: dict[str, Any] = self[path]["spec"]
        return spec

    def add(self, kind: str, key: str, spec: dict[str, Any]) -> str:
        """Another document; the path is that of its kind and key."""
        folder = "packages" if kind == "Package" else "references"
        path = f"{folder}/{kind.lower()}-{key}.yaml"
        self[path] = {"apiVersion": "pkgplan/v1", "kind": kind, "metadata": {"key": key}, "spec": spec}
        return path

    def split_up(self, field: str, *keys: str) -> None:
        """Give input tokens a group key, and their metric what that takes."""
        self.spec_of("references/product-input-tokens.yaml")[field] = [*keys]
        metric = self.spec_of("references/metric-input-tokens.yaml")
        metric["group_keys"] = [[*keys]]
        metric["property_filters"] += [{"name": key, "exists": True} for key in keys]

    def add_seats(self, key: str = "seats", **more: Any) -> dict[str, Any]:
        """A seat-based subscription in `starter`, priced like the fee."""
        seats = deepcopy(self.fee)
        del seats["initial_quantity"]
        seats |= {
            "quantity_management_mode": "seat_based",
            "seat_config": {"seat_group_key": "user_id"},
            **more,
        }
        self.spec["subscriptions"][key] = seats
        return seats

    def add_seat_credit(self, key: str = "seat-credit", **more: Any) -> dict[str, Any]:
        """A recurring credit in `starter` that is linked to the subscription `seats`."""
        credit = deepcopy(self.credit)
        del credit["access_amount"]["quantity"]
        link = {"subscription": "seats", "apply_seat_increase_config": {"is_prorated": True}}
        credit |= {"subscription_config": link, **more}
        self.spec["recurring_credits"][key] = credit
        return credit

    def add_commit(self, key: str = "main", **more: Any) -> dict[str, Any]:
        """A prepaid commit in `starter`: 1000 dollars for the year, paid at its start."""
        commit: dict[str, Any] = {
            "type": "prepaid",
            "product": "signup-credit",
            "access_schedule": {"schedule_items": [segment()]},
            "invoice_schedule": {"schedule_items": [dated()]},
            **more,
        }
        self.spec.setdefault("commits", {})[key] = commit
        return commit

    def add_credit(self, key: str = "trial", **more: Any) -> dict[str, Any]:
        """A one-off credit in `starter`: 1000 dollars for the year."""
        credit: dict[str, Any] = {
            "product": "signup-credit",
            "access_schedule": {"schedule_items": [segment()]},
            **more,
        }
        self.spec.setdefault("credits", {})[key] = credit
        return credit

    def add_charge(self, *items: dict[str, Any], key: str = "support", **more: Any) -> dict[str, Any]:
        """A scheduled charge in `starter`; 1000 dollars at the start unless other items are given."""
        schedule = {"schedule_items": list(items) or [dated()]}
        charge: dict[str, Any] = {"product": "signup-credit", "schedule": schedule, **more}
        self.spec.setdefault("scheduled_charges", {})[key] = charge
        return charge

    def add_monthly_commit(self, key: str = "monthly", **more: Any) -> dict[str, Any]:
        """A recurring commit in `starter`: the sign-up credit, paid for with 8 dollars a month."""
        paid = {"invoice_amount": {"unit_price": "8.00 USD", "quantity": 1}}
        commit = deepcopy(self.credit) | paid | more
        self.spec.setdefault("recurring_commits", {})[key] = commit
        return commit

    def add_package(self, key: str, *aliases: dict[str, Any], **more: Any) -> str:
        """Another package with a name and aliases only."""
        return self.add("Package", key, {"name": key, "aliases": list(aliases), **more})


def segment(
    amount: object = "1000.00 USD", start: str = "0 months", duration: str = "12 months"
) -> dict[str, Any]:
    """One item of an access schedule."""
    return {"amount": amount, "starting_at_offset": start, "duration": duration}


def dated(unit_price: str = "1000.00 USD", date: str = "0 months", **more: Any) -> dict[str, Any]:
    """One item of an invoice schedule or a scheduled charge."""
    return {"unit_price": unit_price, "quantity": 1, "date_offset": date, **more}


def example() -> Example:
    """A fresh copy of the example catalog."""
    return Example(deepcopy(_loaded()))


def catalog_of(documents: Example) -> Catalog:
    """The typed catalog; fails if a document would have been refused before the checks."""
    sources = [SourceFile(path, "", data) for path, data in documents.items()]
    clean, faults = validate(sources)
    assert not faults
    catalog, refusals = parse(clean)
    assert not refusals
    return catalog


def checked(documents: Example) -> tuple[Diagnostic, ...]:
    """What the checks find; fails if a finding points at a place that no document has."""
    found = check(catalog_of(documents))
    for finding in found:
        for at in [finding.at, *(related.at for related in finding.related)]:
            _assert_exists(documents, at)
        assert "\n" not in finding.message
        assert finding.hint
    return found


def found_in(documents: Example) -> tuple[Diagnostic, ...]:
    """What validation finds, and the checks of what passes it."""
    clean, faults = validate([SourceFile(path, "", data) for path, data in documents.items()])
    catalog, refusals = parse(clean, complete=not faults)
    return (*faults, *refusals, *check(catalog))


def expect(documents: Example, rule: Rule, at: str, *words: str, path: str = STARTER) -> Diagnostic:
    """The one finding there is: its rule, its dotted route below `spec`, and words of its message."""
    found = checked(documents)
    places = [(finding.rule.code, finding.at.path, _dotted(finding.at)) for finding in found]
    assert places == [(rule.code, path, at)]
    assert [word for word in words if word not in found[0].message] == []
    return found[0]


def _dotted(at: Location) -> str:
    return ".".join(str(part) for part in at.route[1:])


def _assert_exists(documents: Example, at: Location) -> None:
    here: Any = documents[at.path]
    for part in at.route:
        assert isinstance(part, int) or part in here, f"{at.path} has no {at.route}"
        here = here[part]


@cache
def _loaded() -> dict[str, JsonValue]:
    sources, faults = load(ROOT)
    assert not faults
    return {source.path: source.data for source in sources}
