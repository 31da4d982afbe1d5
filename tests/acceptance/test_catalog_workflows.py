"""The packages of catalog/ validate, are sent as the golden files say, and are what the workflows they model need.

`--update-golden` writes tests/golden/workflows/<key>.json: what reaches the API when the whole catalog is applied to an
empty environment, with the names of references instead of their ids and without the uniqueness key.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from support.command import REPOSITORY, Ran, run
from support.golden import BASE, GOLDEN, compare
from support.processes import LOG
from support.sdk_types import refuse_foreign

from pkgplan.adapters.state_file import FileStateLog
from pkgplan.model.canonical import pretty
from pkgplan.model.catalog.package import TERMS
from pkgplan.model.schemas import schema_for
from pkgplan.pipeline import CheckedCatalog, check_catalog, embedded_ids
from pkgplan.stages.load import load

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

CATALOG = REPOSITORY / "catalog"
WORKFLOWS = GOLDEN / "workflows"
KEYS = sorted(path.stem for path in (CATALOG / "packages").glob("*.yaml"))
AS_OF = ("--as-of", "2025-09-15")
# Fields of packages that no workflow of the vendor's documentation needs.
NOT_SHOWN = {
    "custom_rate": "agreed between Metronome and one customer",
    "ending_before": "an alias that ends leaves nobody behind it",
}

Term = dict[str, Any]


@dataclass
class Applied:
    """The catalog, applied to an empty environment."""

    folder: Path
    ran: Ran
    sent: dict[str, Any] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def text(self, key: str) -> str:
        """What was sent for a package, with names for ids."""
        return pretty(named(self.sent[key], self.names))

    def payload(self, key: str) -> Any:
        """The same as data; numbers are those of the standard library."""
        return json.loads(self.text(key))


@cache
def checked() -> CheckedCatalog:
    return check_catalog(CATALOG)


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Applied:
    folder = tmp_path_factory.mktemp("workflows") / "catalog"
    shutil.copytree(CATALOG, folder, ignore=shutil.ignore_patterns("state", ".pkgplan"))
    done = Applied(folder, run("-C", folder, "apply", "--yes", *AS_OF))
    assert done.ran.code == 0, done.ran.err
    ids = embedded_ids(check_catalog(folder).catalog, "gnome-ai", "local")
    done.names = {number: name for name, number in ids.items()}
    for entry in FileStateLog(folder / LOG).read():
        if entry.kind == "created":
            payload: Any = entry.body["payload"]
            key = payload.pop("uniqueness_key").split(":")[3].partition("@")[0]
            assert key not in done.sent
            done.sent[key] = payload
    return done


def named(value: Any, names: Mapping[str, str]) -> Any:
    """A payload that people can read: `product/chat` instead of the id that stands for it."""
    if isinstance(value, dict):
        return {key: named(inner, names) for key, inner in value.items()}
    if isinstance(value, list):
        return [named(inner, names) for inner in value]
    return names.get(value, value) if isinstance(value, str) else value


def test_the_catalog_is_sound_without_a_word() -> None:
    assert [f"{found.at.path} {found.rule.code} {found.message}" for found in checked().diagnostics] == []


def test_the_catalog_is_in_canonical_order_and_spelling() -> None:
    ran = run("-C", CATALOG, "fmt", "--check")
    assert ran.code == 0, ran.out


def test_the_starter_package_is_that_of_the_golden_base() -> None:
    for path in ("packages/starter.yaml", "references/rate-card-tokens.yaml"):
        ours, theirs = ((root / path).read_text(encoding="utf-8") for root in (CATALOG, BASE))
        assert "".join(line for line in ours.splitlines(keepends=True) if not line.startswith("#")) == theirs


def test_each_file_says_at_its_top_what_it_models() -> None:
    for folder in ("packages", "fragments"):
        for path in sorted((CATALOG / folder).glob("*.yaml")):
            modeline, comment, *_ = path.read_text(encoding="utf-8").splitlines()
            assert modeline.startswith("# yaml-language-server: $schema=../../schemas/package"), path
            assert comment.startswith("# "), path


def test_each_package_is_applied_and_nothing_is_left_to_do(applied: Applied) -> None:
    assert sorted(applied.sent) == KEYS == sorted(checked().catalog.packages)
    again = run("-C", applied.folder, "plan", *AS_OF, "--detailed-exitcode")
    assert (again.code, again.out) == (0, 'No changes. Environment "local" is as the catalog says.\n')


def test_what_forty_aliases_rest_on_is_said_once(applied: Applied) -> None:
    notes = [line for line in applied.ran.err.splitlines() if " PKG506 " in line]
    assert len(notes) == len({note.partition(": whether")[2] for note in notes}) == 1
    assert '" and ' in notes[0]
    assert " more: " in notes[0]


@pytest.mark.parametrize("key", KEYS)
def test_what_is_sent_is_what_was_reviewed(applied: Applied, key: str, *, update_golden: bool) -> None:
    compare(WORKFLOWS / f"{key}.json", applied.text(key), update=update_golden)
    refuse_foreign(applied.sent[key])


def test_no_golden_file_is_left_over() -> None:
    assert sorted(path.stem for path in WORKFLOWS.glob("*.json")) == KEYS


def fields_of(node: Any) -> Iterator[str]:
    """The name of every field that a spec can have."""
    for name, child in node.get("properties", {}).items():
        yield name
        yield from fields_of(child)
    for keyword in ("items", "additionalProperties"):
        if isinstance(node.get(keyword), dict):
            yield from fields_of(node[keyword])


def keys_of(value: Any) -> Iterator[str]:
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from keys_of(inner)
    if isinstance(value, dict):
        yield from value


def test_every_kind_of_term_and_every_field_is_shown_somewhere() -> None:
    sources, _ = load(CATALOG)
    written = {
        name
        for source in sources
        if source.kind in {"Package", "PackageFragment"}
        for name in keys_of(source.data)
    }
    assert set(TERMS) <= written
    assert set(fields_of(schema_for("Package"))) - written == set(NOT_SHOWN)


# What the vendor's documentation says about a workflow, in the API's numbers: USD in cents.


def of(applied: Applied, key: str, terms: str, name: str | None = None) -> Term:
    """A term of what was sent, by its temporary id; the only one, if it has none."""
    found = [each for each in applied.payload(key)[terms] if name is None or each.get("temporary_id") == name]
    assert len(found) == 1
    term: Term = found[0]
    return term


def span(value: int, unit: str) -> Term:
    return {"value": value, "unit": unit}


def test_1_and_2_the_next_version_lacks_the_credit_only(applied: Applied) -> None:
    first, second = (applied.payload(key) for key in ("starter", "starter-2026-02"))
    assert first.pop("recurring_credits")[0]["access_amount"]["unit_price"] == 1000
    assert second["aliases"] == [{"name": "Starter Plan", "starting_at": "2026-02-01T00:00:00Z"}]
    assert {key for key in first if first[key] != second[key]} == {"name", "aliases"}


def test_3_entitlement_alone_makes_good_better_best(applied: Applied) -> None:
    basic, better = (of(applied, key, "overrides") for key in ("basic", "better"))
    assert (basic["entitled"], basic["override_specifiers"]) == (False, [{"product_tags": ["premium"]}])
    assert (better["entitled"], better["override_specifiers"]) == (False, [{"product_tags": ["add-on"]}])
    best = applied.payload("best")
    assert "overrides" not in best
    assert best["duration"] == span(6, "MONTHS")
    assert of(applied, "best", "subscriptions")["collection_schedule"] == "ADVANCE"


def test_4_a_week_with_a_limit(applied: Applied) -> None:
    (item,) = of(applied, "trial-capped", "credits")["access_schedule"]["schedule_items"]
    assert item == {"amount": 10000, "starting_at_offset": span(0, "DAYS"), "duration": span(7, "DAYS")}
    override = of(applied, "trial-capped", "overrides")
    assert override["override_specifiers"] == [
        {"product_tags": ["fine-tuning"]},
        {"product_tags": ["images"]},
    ]
    assert "type" not in override


def test_5_free_is_times_zero(applied: Applied) -> None:
    free, unsold = sorted(applied.payload("trial-uncapped")["overrides"], key=lambda each: "type" not in each)
    assert (free["type"], free["multiplier"], free["duration"]) == ("MULTIPLIER", 0, span(7, "DAYS"))
    assert (unsold["entitled"], unsold["duration"]) == (False, span(7, "DAYS"))


def test_6_the_fee_is_overwritten_for_as_long_as_the_trial_lasts(applied: Applied) -> None:
    month, fortnight = (of(applied, f"subscription-trial-{key}", "overrides") for key in ("month", "14-days"))
    assert month["overwrite_rate"]["price"] == fortnight["overwrite_rate"]["price"] == 0
    assert month["duration"] == span(1, "MONTHS")
    trial = of(applied, "subscription-trial-14-days", "subscriptions", "trial")
    paid = of(applied, "subscription-trial-14-days", "subscriptions", "platform-fee")
    assert fortnight["duration"] == trial["duration"] == paid["starting_at_offset"] == span(14, "DAYS")


def test_7_the_new_price_is_entitled_too(applied: Applied) -> None:
    old, new = (of(applied, key, "overrides") for key in ("compute-2026", "compute-2027"))
    assert "overwrite_rate" not in old
    assert (new["entitled"], new["overwrite_rate"]["price"]) == (True, 120)
    group = {"region": "us-west-2", "cloud": "aws"}
    assert old["override_specifiers"] == new["override_specifiers"]
    assert new["override_specifiers"] == [{"product_id": "product/gpu-hours", "pricing_group_values": group}]


def test_8_thresholds_in_dollars_and_in_credits(applied: Applied) -> None:
    def threshold(key: str) -> Term:
        found: Term = applied.payload(key)["prepaid_balance_threshold_configuration"]
        return found

    plain, promo, units = (threshold(key) for key in ("prepaid", "prepaid-promo", "prepaid-ai-credits"))
    assert (plain["threshold_amount"], plain["recharge_to_amount"]) == (500, 2000)
    assert "custom_credit_type_id" not in plain
    assert plain["commit"]["duration"] == span(1, "YEARS")
    cap = {"spend_tracker_alias": "promo-cap", "amount": 20000}
    assert promo["discount_configuration"] == {"payment_fraction": 0.9, "cap": cap}
    assert of(applied, "prepaid-promo", "credits")["custom_fields"] == {"credit_type": "ai_trial"}
    assert (units["threshold_amount"], units["recharge_to_amount"]) == (50, 500)
    assert units["custom_credit_type_id"] == "pricing-unit/ai-credits"
    assert units["payment_gate_config"]["precalculated_tax_config"]["tax_amount"] == 855


@pytest.mark.parametrize(("key", "frequency"), [("team-monthly", "MONTHLY"), ("team-annual", "ANNUAL")])
def test_9_a_hundred_credits_for_each_seat_and_month(applied: Applied, key: str, frequency: str) -> None:
    grant, seats = of(applied, key, "recurring_credits"), of(applied, key, "subscriptions")
    amount = {"unit_price": 100, "credit_type_id": "pricing-unit/ai-credits"}
    assert grant["access_amount"] == amount, "the seats are the quantity"
    assert grant["recurrence_frequency"] == "MONTHLY"
    assert grant["subscription_config"]["subscription_id"] == seats["temporary_id"]
    assert grant["subscription_config"]["allocation"] == "POOLED"
    assert (seats["initial_quantity"], seats["subscription_rate"]["billing_frequency"]) == (4, frequency)


def test_10_each_seat_has_its_own_before_the_pool(applied: Applied) -> None:
    own, pool = (
        of(applied, "business", "recurring_credits", key) for key in ("seat-credits", "shared-credits")
    )
    assert own["subscription_config"]["allocation"] == "INDIVIDUAL"
    assert own["priority"] < pool["priority"]
    seats = of(applied, "business", "subscriptions")
    assert seats["quantity_management_mode"] == "SEAT_BASED"
    assert seats["seat_config"] == {"seat_group_key": "seat_id", "initial_unassigned_seats": 0}
    assert "initial_quantity" not in seats


def test_11_twelve_plans_share_their_seats_and_differ_in_price(applied: Applied) -> None:
    plans = {key: applied.payload(key) for key in KEYS if key.startswith("seats-")}
    assert len(plans) == 12
    assert len({pretty(plan["subscriptions"]) for plan in plans.values()}) == 1
    cards = {key.rpartition("-")[2]: plan["rate_card_id"] for key, plan in plans.items()}
    assert cards == {"usd": "rate-card/gnome-usd", "eur": "rate-card/gnome-eur"}

    def prices(key: str) -> list[int]:
        overrides = plans[key]["overrides"]
        assert all(each["entitled"] for each in overrides)
        return sorted(each["overwrite_rate"]["price"] for each in overrides)

    assert prices("seats-growth-usd") == [200, 2400, 6000]
    assert prices("seats-growth-eur") == [2, 22, 55], "euros are whole"
    assert len({tuple(prices(key)) for key in plans}) == 12


def test_12_the_ramp_of_500_000_dollars(applied: Applied) -> None:
    main = of(applied, "enterprise-ramp", "commits")
    years = [
        {"amount": amount, "starting_at_offset": span(year, "YEARS"), "duration": span(1, "YEARS")}
        for year, amount in enumerate((5_000_000, 20_000_000, 25_000_000))
    ]
    assert main["access_schedule"]["schedule_items"] == years
    assert main["invoice_schedule"]["schedule_items"] == [
        {"unit_price": 25_000_000, "quantity": 1, "date_offset": span(0, "MONTHS")},
        {"unit_price": 25_000_000, "quantity": 1, "date_offset": span(24, "MONTHS")},
    ]
    assert (main["type"], main["rollover_fraction"], main["priority"]) == ("PREPAID", 0.25, 100)
    assert sorted(each["multiplier"] for each in applied.payload("enterprise-ramp")["overrides"]) == [
        0.8,
        0.9,
    ]
    (support,) = of(applied, "enterprise-ramp", "scheduled_charges")["schedule"]["schedule_items"]
    assert support == {"unit_price": 500_000, "quantity": 1, "date_offset": span(2, "MONTHS")}


def test_12_repeated_items_are_written_out(applied: Applied) -> None:
    def months(schedule: Term) -> list[int]:
        dates = [item["date_offset"] for item in schedule["schedule_items"]]
        assert {date["unit"] for date in dates} == {"MONTHS"}
        return [date["value"] for date in dates]

    charges = applied.payload("enterprise-custom")["scheduled_charges"]
    (support,) = (each for each in charges if each["product_id"] == "product/premium-support")
    assert months(support["schedule"]) == [0, 3, 6, 9]
    invoices = of(applied, "enterprise-custom", "commits")["invoice_schedule"]
    assert months(invoices) == [0, 3, 6, 9]
    assert invoices["do_not_invoice"] is True


def test_13_cheaper_only_from_the_commit(applied: Applied) -> None:
    general, special = sorted(
        applied.payload("commit-better-price")["overrides"], key=lambda each: "is_commit_specific" in each
    )
    assert (general["multiplier"], special["multiplier"]) == (0.95, 0.8)
    assert special["is_commit_specific"] is True
    assert special["override_specifiers"] == [{"product_tags": ["audio"], "commit_ids": ["prepaid"]}]
    assert of(applied, "commit-better-price", "commits")["temporary_id"] == "prepaid"
    negotiated = of(applied, "commit-rate", "overrides")
    assert (negotiated["target"], negotiated["multiplier"]) == ("COMMIT_RATE", 0.9)
    assert of(applied, "commit-rate", "commits")["rate_type"] == "COMMIT_RATE"
    discounted = of(applied, "commit-discount", "commits")
    assert discounted["access_schedule"]["schedule_items"][0]["amount"] == 1_000_000
    assert discounted["invoice_schedule"]["schedule_items"][0]["unit_price"] == 800_000


def test_14_the_price_counts_while_a_balance_is_drawn(applied: Applied) -> None:
    by_card = of(applied, "zero-overage", "commits")
    assert by_card["rate_type"] == "COMMIT_RATE"
    assert by_card["access_schedule"]["schedule_items"][0]["amount"] == 10000
    overrides = applied.payload("zero-overage-override")["overrides"]
    (priced,) = (each for each in overrides if each.get("is_commit_specific"))
    assert priced["overwrite_rate"]["price"] == 100
    assert priced["override_specifiers"] == [{"product_id": "product/speech", "commit_ids": ["bought"]}]


def test_15_the_true_up_is_the_minimum(applied: Applied) -> None:
    minimum = of(applied, "annual-minimum", "commits")
    (access,), (invoice,) = (
        minimum[schedule]["schedule_items"] for schedule in ("access_schedule", "invoice_schedule")
    )
    assert minimum["type"] == "POSTPAID"
    assert access["amount"] == invoice["unit_price"] * invoice["quantity"] == 1_000_000
    assert invoice["date_offset"] == span(12, "MONTHS")


def test_16_a_hundred_dollars_for_75_on_the_usage_invoice(applied: Applied) -> None:
    plan = applied.payload("monthly-plan")
    fee = of(applied, "monthly-plan", "recurring_commits")
    assert (fee["access_amount"]["unit_price"], fee["invoice_amount"]["unit_price"]) == (10000, 7500)
    assert plan["scheduled_charges_on_usage_invoices"] == "ALL"
    assert plan["usage_statement_schedule"] == {"frequency": "MONTHLY", "day": "CONTRACT_START"}


def test_17_what_is_left_moves_along(applied: Applied) -> None:
    free, paid = (
        of(applied, "allotment-free", "recurring_credits"),
        of(applied, "allotment-paid", "recurring_commits"),
    )
    assert free["access_amount"]["unit_price"] == 1000
    assert (paid["access_amount"]["unit_price"], paid["invoice_amount"]["unit_price"]) == (3000, 2000)
    assert free["rollover_fraction"] == paid["rollover_fraction"] == 1
    assert paid["commit_duration"] == span(2, "PERIODS")
    assert "recurrence_frequency" not in paid


def test_17_what_is_counted_has_no_unit(applied: Applied) -> None:
    images = of(applied, "consumer", "credits")["access_schedule"]
    assert (images["access_type"], images["schedule_items"][0]["amount"]) == ("QUANTITY", 100)
    assert "credit_type_id" not in images


def test_18_two_hundred_credits_a_month(applied: Applied) -> None:
    grant = of(applied, "model-tokens-pro", "recurring_credits", "monthly-credits")
    amount = {"unit_price": 200, "quantity": 1, "credit_type_id": "pricing-unit/ai-credits"}
    assert grant["access_amount"] == amount
    assert applied.payload("model-tokens-pro")["aliases"] == [{"name": "designr_pro"}]


def test_19_an_invoice_every_200_dollars(applied: Applied) -> None:
    threshold = applied.payload("spend-capped")["spend_threshold_configuration"]
    assert threshold["threshold_amount"] == 20000
    assert threshold["payment_gate_config"]["payment_gate_type"] == "STRIPE"
    assert threshold["payment_gate_config"]["stripe_config"]["payment_type"] == "INVOICE"
    commit = of(applied, "spend-capped", "commits")
    assert commit.keys().isdisjoint({"complimentary", "invoice_schedule"})


def test_golden_files_are_json_and_nothing_else() -> None:
    for path in WORKFLOWS.iterdir():
        assert path.suffix == ".json"
        assert isinstance(json.loads(path.read_text(encoding="utf-8")), dict)
