"""Lists of aliases, packages and history; explanations."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from support.command import run

from pkgplan.apply import ApplyOutcome
from pkgplan.model.rules import RULES
from pkgplan.model.timeline import AliasWindow, Window
from pkgplan.ports import RemotePackage
from pkgplan.report.text import lists
from pkgplan.report.views import aliases_live

FEBRUARY = datetime(2026, 2, 1, tzinfo=UTC)
OURS = "package:pkgplan:n:local:pro@2:0000000000000000"


def a_remote(
    package_id: str, window: Window, *, key: str | None = OURS, archived: bool = False
) -> RemotePackage:
    return RemotePackage(
        package_id=package_id,
        name="Pro",
        uniqueness_key=key,
        windows=(AliasWindow("Pro", window),),
        created_at=FEBRUARY,
        archived_at=FEBRUARY if archived else None,
        body={},
    )


def test_live_aliases_name_our_versions_show_strangers_and_leave_out_the_archived() -> None:
    (view,) = aliases_live(
        [
            a_remote("ours", Window(FEBRUARY)),
            a_remote("by-hand", Window(None, FEBRUARY), key=None),
            a_remote("gone", Window(), archived=True),
        ],
        namespace="n",
        environment="local",
    )
    assert [(holder.package_id, str(holder.ref)) for holder in view.holders] == [
        ("by-hand", "None"),
        ("ours", "pro@2"),
    ]
    assert "(not of this catalog)" in lists.aliases([view])
    other = aliases_live([a_remote("theirs", Window())], namespace="m", environment="local")
    assert other[0].holders[0].ref is None


def test_an_apply_that_stopped_says_what_it_did() -> None:
    done = ApplyOutcome(
        "sha256:0",
        "stopped",
        (
            {
                "id": "create:pro@2",
                "action": "create",
                "ref": "pro@2",
                "package_id": "id-2",
                "outcome": "done",
            },
        ),
        9,
    )
    assert lists.outcome(done, environment="local") == (
        'pro@2 created   id-2\nStopped after 1 action on "local"; the state log is at entry 9.\n'
    )


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_rule_is_explained_by_code_and_by_slug(rule: object) -> None:
    code, slug = rule.code, rule.slug  # type: ignore[attr-defined]  # a Rule
    ran = run("explain", code.lower())
    assert (ran.code, ran.out.splitlines()[0].split()[:2]) == (0, [code, slug])
    assert run("explain", slug).out == ran.out
    assert json.loads(run("explain", code, "--format", "json").out)["slug"] == slug


def test_a_field_is_explained_with_its_type_and_an_example() -> None:
    ran = run("explain", "spec.recurring_credits.*.priority")
    assert ran.code == 0
    assert ran.out.startswith("spec.recurring_credits.*.priority (Package, required): ")
    assert "example: 1" in ran.out
    whole = run("explain", "RateCard.spec.rates")
    assert "billing_frequency" in whole.out
    assert json.loads(run("explain", "RateCard.spec.rates", "--format", "json").out)["kind"] == "RateCard"


def test_rules_are_listed() -> None:
    listed = run("explain").out
    assert all(rule.code in listed for rule in RULES)
    assert len(json.loads(run("explain", "--format", "json").out)) == len(RULES)
