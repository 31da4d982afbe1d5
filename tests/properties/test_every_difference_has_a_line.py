"""Whatever differs in two payloads is told, in one line at least, and what only is spelled otherwise is not."""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.every_field import packages
from support.specs import a_spec, catalog_with

from pkgplan.model.compiled import AsSent
from pkgplan.model.meaning import says_the_same
from pkgplan.model.plan import Change, ChangeKind
from pkgplan.stages.compile import compile_packages, embedded_ids
from pkgplan.stages.diff import diff, side_by_side

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.model.canonical import JsonObject

    Route = tuple[str | int, ...]

SEEDS: Final = st.integers(0, 2**32)
# Texts that look like the words in which something else is told.
WORDS: Final = (
    *("Commit", "commit", "a, b", "a", "basic", "basic or tag premium", "basic, premium", "1", "true", ""),
    *("0 months", "10.00 USD", "plain", "plain with model large", "ContractCredit", "contract_credit"),
)
TAGS: Final = "name: Plan\ncredits: {{trial: {{product: fee, access_schedule: {{schedule_items: "
TAGS_TERM: Final = (
    TAGS + "[{{amount: 5.00 USD, starting_at_offset: 0 days, duration: 7 days}}]}}, specifiers: [{0}]}}}}"
)


@settings(max_examples=30)
@given(st.data(), SEEDS)
def test_whatever_is_changed_in_a_payload_there_is_a_line(data: st.DataObject, seed: int) -> None:
    catalog, _ = catalog_with(data.draw(a_spec()), "USD")
    (package,) = compile_packages(catalog, embedded_ids(catalog, "random", "local"))
    random, one = Random(seed), package.payload
    for _ in range(10):
        other = _changed(random, one)
        same = says_the_same(one, other)
        sides = (
            AsSent(one, package.references, package.terms),
            AsSent(other, package.references, package.terms),
        )
        changes = diff(*sides)
        assert bool(changes) != same, (one, other)
        assert all(change.before != change.after for change in changes)
        rows = [row for row in side_by_side(*sides) if row.kind is not None]
        assert not (same and rows)
        assert all(row.before != row.after or row.changes for row in rows)
        one = random.choice((one, other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("{{product_tags: [{0}, {1}]}}", "{{product_tags: ['{0}, {1}']}}"),
        (
            "{{product_tags: [{0}], pricing_group_values: {{{1}: x}}}}",
            "{{product_tags: ['{0} with {1} x']}}",
        ),
        ("{{product_tags: [{0}]}}, {{product_tags: [{1}]}}", "{{product_tags: ['{0} or tag {1}']}}"),
        ("{{product_tags: [Commit, {0}{1}]}}", "{{product_tags: [commit, {0}{1}]}}"),
    ],
)
def test_two_texts_that_read_alike_are_told_as_they_are_sent(one: str, other: str) -> None:
    """Found in the words of a plan, which left the line out and said "terms changed" all the same."""
    before, after = (
        AsSent(package.payload, package.references, package.terms)
        for package in packages(*(TAGS_TERM.format(each.format("a", "b")) for each in (one, other)))
    )
    (change,) = diff(before, after)
    assert (change.kind, change.path) == (ChangeKind.CHANGED, "credits.trial.specifiers")
    assert change.before != change.after


def test_next_to_another_change_a_text_that_reads_alike_is_told_too() -> None:
    old = TAGS_TERM.format("{product_tags: [a, b]}")
    new = TAGS_TERM.format("{product_tags: ['a, b']}").replace("5.00", "6.00")
    before, after = (AsSent(each.payload, each.references, each.terms) for each in packages(old, new))
    assert [change.path for change in diff(before, after)] == [
        "credits.trial.access_schedule.schedule_items",
        "credits.trial.specifiers",
    ]


def test_lines_are_about_what_changed_and_not_about_how_it_is_written() -> None:
    term = "name: Plan\ncommits: {{main: {{type: prepaid, product: fee, priority: {0}, access_schedule: "
    term += "{{schedule_items: [{1}, {2}]}}, complimentary: true}}}}"
    first = "{amount: 5.00 USD, starting_at_offset: 0 days, duration: 12 months}"
    again = "{amount: 5 USD, starting_at_offset: 0 months, duration: 1 year}"
    second = "{amount: 7 USD, starting_at_offset: 12 months, duration: 7 days}"
    dearer = "{amount: 8 USD, starting_at_offset: 1 year, duration: 1 week}"
    before, spelled, changed = (
        AsSent(each.payload, each.references, each.terms)
        for each in packages(
            term.format(1, first, second), term.format(2, second, again), term.format(1, dearer, again)
        )
    )
    assert diff(before, spelled) == (Change(ChangeKind.CHANGED, "commits.main.priority", "1", "2"),)
    (change,) = diff(before, changed)
    assert change.path == "commits.main.access_schedule.schedule_items"
    assert change.before == "5.00 USD for 12 months, 7.00 USD from 12 months for 7 days"
    assert change.after == "5.00 USD for 12 months, 8.00 USD from 12 months for 7 days"


def test_a_product_that_only_has_another_key_is_no_line() -> None:
    charge: JsonObject = {
        "product_id": "id",
        "schedule": {"schedule_items": [{"unit_price": 1, "quantity": 1}]},
    }
    terms = {"scheduled_charges": ("fee",)}
    before = AsSent({"name": "One", "scheduled_charges": [charge]}, {"product/old": "id"}, terms)
    after = AsSent({"name": "Two", "scheduled_charges": [charge]}, {"product/new": "id"}, terms)
    assert diff(before, after) == (Change(ChangeKind.CHANGED, "name", "One", "Two"),)


def _changed(random: Random, payload: Any) -> Any:
    """A copy with one place changed: taken out, put in twice, replaced, or put elsewhere."""
    copy = deepcopy(payload)
    *above, last = random.choice([*_routes(copy)])
    holder = copy
    for step in above:
        holder = holder[step]
    value = holder[last]
    match random.randint(0, 3):
        case 0:
            del holder[last]
        case 1 if isinstance(holder, list):
            holder.insert(random.randint(0, len(holder)), deepcopy(value))
        case 1:
            holder[random.choice(("new", "name", "priority", "credit_type_id"))] = random.choice(
                (*WORDS, 5, True, [], {}, ["a", "b"], ["a, b"], {"x": 1}, {"x": "1"})
            )
        case 2 if isinstance(value, list):
            random.shuffle(value)
        case _:
            holder[last] = _another(random, value)
    return copy


def _another(random: Random, value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | Decimal):
        return random.choice((value + 1, str(value), 0))
    return random.choice(WORDS)


def _routes(value: Any, route: Route = ()) -> Iterator[Route]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, item in inner:
        yield (*route, step)
        yield from _routes(item, (*route, step))
