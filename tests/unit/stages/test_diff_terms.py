"""Every kind of term in a plan: named by its key, with units, in one line, and every difference told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.every_field import TERMS, packages, specs

from pkgplan.model.compiled import AsSent
from pkgplan.model.plan import Change, ChangeKind
from pkgplan.stages.diff import diff
from pkgplan.stages.diff.lists import listed
from pkgplan.stages.diff.readable import readable
from pkgplan.stages.diff.shorten import LONGEST, shortened, shortened_pair

if TYPE_CHECKING:
    from pkgplan.model.canonical import JsonObject
    from pkgplan.model.compiled import CompiledPackage
    from pkgplan.stages.diff.lists import Readable


def as_sent(package: CompiledPackage) -> AsSent:
    return AsSent(package.payload, package.references, package.terms)


def changes(old: str, new: str) -> tuple[Change, ...]:
    before, after = packages(old, new)
    return diff(as_sent(before), as_sent(after))


def new_terms(spec: str) -> dict[str, str | None]:
    (package,) = packages(spec)
    return {change.path: change.after for change in diff(AsSent(), as_sent(package))}


def test_a_line_for_each_term_as_a_person_would_say_it() -> None:
    lines = new_terms(TERMS)
    assert {path: line for path, line in lines.items() if "." in path} == {
        "commits.free": "prepaid 1000 units for 1 month, complimentary",
        "commits.postpaid": "postpaid 100.00 USD for 1 year; invoiced 100.00 USD at 12 months",
        "commits.prepaid": "prepaid 50000.00 USD for 1 year, 200000.00 USD from 12 months for 12 months, .. 2 more; "
        "paid 62500.00 USD at 0, 3, .. 9 months (4 times), .. 2 more",
        "credits.trial": "100 ai-credits for 7 days, 100 ai-credits from 1 week for 1 week, .. 2 more",
        "credits.units": "2.5 units for 1 month",
        "overrides.agreed": "custom rate on tokens",
        "overrides.entitled": "not entitled on tokens from 1 year for 1 month",
        "overrides.flat": "entitled, 8.00 USD on seat monthly",
        "overrides.for-commits": "x 0 on tokens paid by commit postpaid, .. 2 more from 1 day for 30 days, "
        "priority 2.5",
        "overrides.multiplier": "x 0.9 on tokens with model large shown for project research or tag tokens for 1 year, "
        "priority 1",
        "overrides.old-fee": "80.00 EUR on seat annual",
        "overrides.share": "percentage 0.2 on seat weekly",
        "overrides.share-steps": "tiered_percentage 0.2 for 1000, then 0 on tokens",
        "overrides.steps": "2 ai-credits for 1000, then 1 ai-credits on seat quarterly",
        "overrides.tiered": "x 1 for 1000, then x 0.8 on tokens from 1 week for 4 weeks, "
        "for usage that a commit or credit pays for, priority 3",
        "recurring_commits.daily": "1.00 USD per day, complimentary",
        "recurring_commits.monthly": "100.00 USD per month for 12 months, paid 75.00 USD",
        "recurring_commits.pooled": "20 units per quarter and seat from 1 week for 8 weeks, complimentary",
        "recurring_commits.welcome": "5.00 USD per week and seat from 7 days for 90 days, complimentary",
        "recurring_commits.yearly": "20 units per year from 1 year for 2 years, complimentary",
        "recurring_credits.daily": "1.00 USD per day",
        "recurring_credits.greeting": "5.00 USD per week and seat from 7 days for 90 days",
        "recurring_credits.monthly": "100.00 USD per month for 12 months",
        "recurring_credits.pooled": "20 units per quarter and seat from 1 week for 8 weeks",
        "recurring_credits.yearly": "20 units per year from 1 year for 2 years",
        "scheduled_charges.onboarding": "500.00 USD at 0, 1, .. 11 months (12 times), "
        "10.00 USD x 3 at 3 days, .. 2 more",
        "spend_trackers.other": "counts ai-credits of commit_purchase by manual (any), anew each billing_period",
        "spend_trackers.promo": "counts USD of commit_purchase by manual, .. 1 more, anew each billing_period",
        "subscriptions.quarterly": "seat quarterly x 0 from 1 month for 6 months, collected in arrears",
        "subscriptions.support": "seat annual from 1 week for 4 weeks, collected in arrears",
        "subscriptions.team": "seat monthly for 30 days, collected in advance",
        "subscriptions.weekly": "seat weekly from 1 year for 1 year, collected in arrears",
    }


def test_thresholds_in_their_own_units() -> None:
    lines = new_terms(specs()[1])
    assert lines["prepaid_balance_threshold_configuration"] == (
        "at 5 ai-credits recharge to 20 ai-credits, not enabled"
    )
    assert (
        lines["spend_threshold_configuration"]
        == "invoice each 200.00 USD of spend, 0.9 of it is paid, not enabled"
    )


CHARGE = """
name: Plan
scheduled_charges:
  {key}:
    product: fee
    schedule:
      schedule_items: [{{unit_price: {price}, quantity: 1, date_offset: 0 months, every: month, for: {length}}}]
"""


def test_a_repeated_item_is_shown_as_what_it_becomes() -> None:
    old = CHARGE.format(key="support", price="500.00 USD", length="12 months")
    new = CHARGE.format(key="support", price="600.00 USD", length="2 years")
    assert changes(old, new) == (
        Change(
            ChangeKind.CHANGED,
            "scheduled_charges.support.schedule.schedule_items",
            "500.00 USD at 0, 1, .. 11 months (12 times)",
            "600.00 USD at 0, 1, .. 23 months (24 times)",
        ),
    )


def test_terms_without_a_temporary_id_go_by_the_keys_that_were_recorded() -> None:
    old = CHARGE.format(key="old", price="5.00 USD", length="1 month")
    assert changes(old, CHARGE.format(key="new", price="6.00 USD", length="1 month")) == (
        Change(ChangeKind.ADDED, "scheduled_charges.new", None, "6.00 USD at 0 months"),
        Change(ChangeKind.REMOVED, "scheduled_charges.old", "5.00 USD at 0 months", None),
    )
    # The key of a charge is not sent; on its own it is no change.
    assert changes(old, old.replace("old:", "new:")) == ()


def test_terms_of_which_no_keys_were_recorded_go_by_number() -> None:
    (package,) = packages(CHARGE.format(key="support", price="5.00 USD", length="1 month"))
    paths = [change.path for change in diff(AsSent(), AsSent(package.payload, package.references))]
    assert paths == ["name", "scheduled_charges.0"]


TAX = "payment_gate_config.precalculated_tax_config"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "amount: 150.00",
            "amount: 175.50",
            ("discount_configuration.cap.amount", "150.00 USD", "175.50 USD"),
        ),
        (
            "tracker: promo,",
            "tracker: other,",
            ("discount_configuration.cap.spend_tracker", "promo", "other"),
        ),
        ("amount: 200.00", "amount: 250.00", ("threshold_amount", "200.00 USD", "250.00 USD")),
        ("_amount: 1.90", "_amount: 2.00", (f"{TAX}.tax_amount", "1.90 USD", "2.00 USD")),
    ],
)
def test_money_of_thresholds_has_its_unit(old: str, new: str, told: tuple[str, str, str]) -> None:
    spec = specs()[4]
    tracker = spec[spec.index("  promo:") : spec.index("spend_threshold")]
    spec = spec.replace(tracker, tracker + tracker.replace("promo", "other"))
    assert old in spec
    field = "spend_threshold_configuration"
    inside = [
        change for change in changes(spec, spec.replace(old, new)) if change.path.startswith(f"{field}.")
    ]
    path, before, after = told
    assert inside == [Change(ChangeKind.CHANGED, f"{field}.{path}", before, after)]


def test_a_cap_counts_in_the_unit_of_its_tracker_and_tax_is_in_the_currency() -> None:
    (package,) = packages("""
name: Plan
spend_trackers:
  promo:
    alias: promo-cap
    credit_type: ai-credits
    reset_frequency: billing_period
    applicable_spend_specifiers: [{spend_type: commit_purchase, sources: [manual]}]
prepaid_balance_threshold_configuration:
  is_enabled: true
  threshold_amount: 50 ai-credits
  recharge_to_amount: 500 ai-credits
  commit: {product: fee}
  payment_gate_config:
    {payment_gate_type: external, tax_type: precalculated, precalculated_tax_config: {tax_amount: 1.90 USD}}
  discount_configuration: {payment_fraction: 0.9, cap: {spend_tracker: promo, amount: 200 ai-credits}}
spend_threshold_configuration:
  is_enabled: true
  threshold_amount: 20.00 USD
  commit: {product: fee}
  payment_gate_config: {payment_gate_type: none}
  discount_configuration: {payment_fraction: 0.9, cap: {spend_tracker: promo, amount: 300 ai-credits}}
""")
    shown = str(readable(package.payload, package.references, package.terms))
    for amount in (
        "50 ai-credits",
        "500 ai-credits",
        "1.90 USD",
        "200 ai-credits",
        "20.00 USD",
        "300 ai-credits",
    ):
        assert f"'{amount}'" in shown


def test_fields_and_values_are_those_of_the_catalog() -> None:
    texts = str([readable(p.payload, p.references, p.terms) for p in packages(*specs())])
    for of_the_api in ("_id':", "_ids':", "spend_tracker_alias", "MULTIPLIER", "MONTHS", "ContractCredit"):
        assert of_the_api not in texts


def test_what_authors_write_freely_is_shown_as_it_is() -> None:
    spec = "name: Plan\nsubscriptions: {fee: {subscription_rate: {product: seat, billing_frequency: annual}, "
    spec += "collection_schedule: advance, proration: {}, initial_quantity: 1, custom_fields: {type: VALUE}}}"
    (change,) = changes(spec.replace("VALUE", "PREPAID"), spec.replace("VALUE", "Commit"))
    assert (change.before, change.after) == ("PREPAID", "Commit")


def test_a_payload_that_is_not_understood_is_shown_all_the_same() -> None:
    odd: JsonObject = {
        "commits": [{"access_schedule": {"schedule_items": [{"amount": True, "new": {"deep": [1, None]}}]}}],
        "scheduled_charges": [{"schedule": {"schedule_items": [{"date_offset": "soon"}]}}],
        "spend_trackers": "none",
        "overrides": [1],
    }
    paths = [change.path for change in diff(AsSent(), AsSent(odd))]
    assert paths == ["commits.0", "overrides", "scheduled_charges.0", "spend_trackers"]


dates = st.builds(
    lambda value, unit: f"{value} {unit}", st.integers(0, 6), st.sampled_from(["months", "days"])
)
prices = st.sampled_from(["1.00 USD", "2.00 USD"])
dated = st.fixed_dictionaries(
    {"unit_price": prices, "quantity": st.sampled_from(["1", "2"]), "date_offset": dates}
)


@given(st.lists(dated, min_size=1, max_size=6), dated, st.integers(0, 5))
def test_different_schedules_read_differently(one: list[Readable], item: Readable, index: int) -> None:
    changed = [item if number == index else each for number, each in enumerate(one)]
    for other in (changed, [*one, item], one[1:]):
        assert (listed("schedule_items", one) == listed("schedule_items", other)) == (one == other)


pieces = st.lists(st.sampled_from(["a" * 60, "b" * 60, "c" * 60]), min_size=1, max_size=8).map(", ".join)


@given(pieces, pieces)
def test_two_texts_that_differ_still_differ_when_they_are_short(before: str, after: str) -> None:
    old, new = shortened_pair(before, after)
    assert (old == new) == (before == after)
    assert max(len(old), len(new)) < LONGEST + 40


def test_a_long_text_is_cut_where_a_reader_would() -> None:
    items = [f"{number}.00 USD at {number} months" for number in range(1, 40)]
    assert shortened(", ".join(items), 60) == "1.00 USD at 1 months, 2.00 USD at 2 months, .. 37 more"
    other = [*items[:20], "9.99 USD at 1 day", *items[21:]]
    assert shortened_pair(", ".join(items), ", ".join(other)) == (
        ".., 21.00 USD at 21 months, ..",
        ".., 9.99 USD at 1 day, ..",
    )


def test_each_change_of_a_long_text_is_shown() -> None:
    items = [f"{number}.00 USD at {number} months" for number in range(1, 40)]
    other = [*items[:3], "9.99 USD at 4 months", *items[4:20], *items[21:]]
    assert shortened_pair(", ".join(items), ", ".join(other)) == (
        ".., 4.00 USD at 4 months, .., 21.00 USD at 21 months, ..",
        ".., 9.99 USD at 4 months, .., ..",
    )


def test_the_dates_of_an_amount_stay_with_it() -> None:
    first, second = "1.00 USD at 1, 2, .. 36 months (36 times)", "2.00 USD at 3, 4, .. 50 weeks (48 times)"
    longer = f"{first}, 7.00 USD at 1, 2 days, {second}"
    assert shortened(longer, 60) == f"{first}, .. 2 more"
    assert shortened_pair(longer, longer.replace("36", "35")) == (
        f"{first}, ..",
        f"{first.replace('36', '35')}, ..",
    )


def test_no_offset_goes_without_saying_in_every_unit() -> None:
    for offset in ("0 days", "0 weeks", "0 months", "0 years"):
        segment: Readable = {"amount": "5.00 USD", "starting_at_offset": offset, "duration": "7 days"}
        assert listed("schedule_items", [segment]) == "5.00 USD for 7 days"
