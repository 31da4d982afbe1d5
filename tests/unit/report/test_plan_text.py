"""Plans as text: every kind of action and effect."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator

from pkgplan.model.names import PackageRef
from pkgplan.model.outlook import Compared, Outlook
from pkgplan.model.plan import Action, Base, Change, ChangeKind, Effect, EffectKind, Operation, Plan, Reason
from pkgplan.model.timeline import SAFEST, AliasWindow, TakeoverRule, Window
from pkgplan.report.schemas import plan_schema
from pkgplan.report.text.palette import Palette
from pkgplan.report.text.plan import plan_text

if TYPE_CHECKING:
    from pkgplan.model.units import Instant

DIGEST = "sha256:" + "0" * 64


def month(number: int) -> Instant:
    return datetime(2026, number, 1, tzinfo=UTC)


def ref(version: int, key: str = "pro") -> PackageRef:
    return PackageRef(key, version)


def a_create(
    version: int, *windows: Window, alias: str = "Pro", key: str = "pro", **changes: object
) -> Action:
    action = Action(
        id=f"create:{key}@{version}",
        operation=Operation.CREATE,
        ref=ref(version, key),
        reason=Reason.TERMS_CHANGED,
        uniqueness_key=f"pkgplan:n:e:{key}@{version}:0000000000000000",
        payload={"name": "Pro"},
        windows=tuple(AliasWindow(alias, window) for window in windows),
        digest=DIGEST,
        previous=ref(version - 1, key),
        source=f"packages/{key}.yaml",
    )
    return replace(action, **changes)  # type: ignore[arg-type]  # tests name real fields


def a_plan(actions: tuple[Action, ...], effects: tuple[Effect, ...] = ()) -> Plan:
    return Plan(
        tool_version="0.1.0",
        environment="local",
        namespace="n",
        as_of=month(1),
        catalog_digest=DIGEST,
        base=Base("lineage", 7, DIGEST),
        assumptions={name: str(getattr(SAFEST, name)) for name in TakeoverRule.__slots__},
        actions=actions,
        effects=effects,
    )


def lines(plan: Plan) -> list[str]:
    Draft202012Validator(plan_schema()).validate(plan.to_json())
    return plan_text(plan, catalog="catalog").splitlines()


@pytest.mark.parametrize(
    ("compared", "said"),
    [
        ("environment", 'No changes. Environment "local" is as the catalog says.'),
        ("record", 'No changes since entry 7 of the record. Environment "local" was not looked at.'),
    ],
)
def test_nothing_to_do_is_said_in_one_line_and_no_wider_than_it_was_compared(
    compared: str, said: str
) -> None:
    outlook = Outlook(compared_with=Compared(compared))
    assert lines(replace(a_plan(()), outlook=outlook)) == [said]


def test_a_removed_window_is_shown_as_it_was_and_created_again_below() -> None:
    second, again = (
        a_create(3, Window(month(2)), digest="sha256:" + "1" * 64),
        a_create(4, Window(month(5)), reason=Reason.ALIAS_WINDOW_CHANGED, previous=ref(2)),
    )
    plan = a_plan(
        (second, again),
        (
            Effect(
                "Pro", ref(1), EffectKind.SHORTENED, Window(None, month(5)), Window(None, month(2)), second.id
            ),
            Effect("Pro", ref(3), EffectKind.OPENED, None, Window(month(2), month(5)), again.id),
            Effect("Pro", ref(2), EffectKind.REMOVED, Window(month(5)), None, second.id),
            Effect("Pro", ref(4), EffectKind.OPENED, None, Window(month(5)), again.id),
        ),
    )
    shown = lines(plan)
    assert shown[1:6] == [
        '  follows pro@1 on alias "Pro"',
        '  alias "Pro"',
        "    pro@1   .. 2026-02-01              was until 2026-05-01; cut by this create",
        "    pro@3   2026-02-01 .. 2026-05-01   then pro@4 below takes over",
        "    pro@2   2026-05-01 ..              removed by this create; pro@4 below has the same terms",
    ]
    assert shown[7].startswith("pro@2 -> pro@4   created again with the same terms: alias window changed")
    assert shown[-1].startswith("Plan: 2 to create, 0 to archive, 2 alias windows moved.")


def test_a_window_that_a_later_action_cuts_says_so() -> None:
    first, later = (
        a_create(2, Window(month(2))),
        a_create(1, Window(month(4)), key="promo", reason=Reason.NEW, previous=None),
    )
    plan = a_plan(
        (first, later),
        (
            Effect("Pro", ref(2), EffectKind.OPENED, None, Window(month(2), month(4)), "create:promo@1"),
            Effect("Pro", ref(1, "promo"), EffectKind.OPENED, None, Window(month(4)), "create:promo@1"),
        ),
    )
    shown = lines(plan)
    assert shown[2] == "    pro@2   2026-02-01 .. 2026-04-01   then promo@1 below takes over"
    assert [line for line in shown if line.startswith("    ")][1:] == ["    promo@1   2026-04-01 .."]


def test_a_cut_that_the_opened_window_already_shows_still_names_who_takes_over() -> None:
    first = a_create(2, Window(month(2)))
    later = a_create(1, Window(month(4)), key="promo", reason=Reason.NEW, previous=None)
    opened = Effect("Pro", ref(2), EffectKind.OPENED, None, Window(month(2), month(4)), first.id)
    assert lines(a_plan((first, later), (opened,)))[2].endswith("   then promo@1 below takes over")


def test_a_window_that_ends_as_it_was_declared_names_nobody() -> None:
    create = a_create(2, Window(month(2), month(4)))
    opened = Effect("Pro", ref(2), EffectKind.OPENED, None, Window(month(2), month(4)), create.id)
    assert lines(a_plan((create,), (opened,)))[2] == "    pro@2   2026-02-01 .. 2026-04-01"


def test_a_create_names_another_version_that_it_follows_on_an_alias() -> None:
    create = a_create(1, Window(month(4)), key="promo", reason=Reason.NEW, previous=None)
    cut = Effect("Pro", ref(1), EffectKind.SHORTENED, Window(), Window(None, month(4)), create.id)
    assert lines(a_plan((create,), (cut,)))[1] == '  follows pro@1 on alias "Pro"'


def test_a_create_that_follows_its_own_previous_version_does_not_repeat_it() -> None:
    create = a_create(2, Window(month(4)))
    cut = Effect("Pro", ref(1), EffectKind.SHORTENED, Window(), Window(None, month(4)), create.id)
    assert not any("follows" in line for line in lines(a_plan((create,), (cut,))))


def test_a_scheduled_version_that_never_begins_is_cancelled() -> None:
    create = a_create(3, Window(month(2)))
    gone = Effect("Pro", ref(2), EffectKind.REMOVED, Window(month(3)), None, create.id)
    shown = lines(a_plan((create,), (gone,)))
    assert "    pro@2   2026-03-01 ..   scheduled version is cancelled by this create" in shown


def test_a_window_that_had_begun_is_removed_and_not_cancelled() -> None:
    create = a_create(3, Window())
    gone = Effect("Pro", ref(2), EffectKind.REMOVED, Window(month(1)), None, create.id)
    assert "    pro@2   2026-01-01 ..   removed by this create" in lines(a_plan((create,), (gone,)))


def test_a_scheduled_version_that_comes_again_is_not_called_cancelled() -> None:
    create = a_create(
        1, Window(month(2)), key="promo", reason=Reason.NEW, previous=None, digest="sha256:" + "1" * 64
    )
    again = a_create(3, Window(month(3)), reason=Reason.ALIAS_WINDOW_CHANGED, previous=ref(2))
    gone = Effect("Pro", ref(2), EffectKind.REMOVED, Window(month(3)), None, create.id)
    shown = lines(a_plan((create, again), (gone,)))
    assert any(line.endswith("removed by this create; pro@3 below has the same terms") for line in shown)
    assert not any("cancelled" in line for line in shown)


def test_carried_versions_say_that_they_bridge_time() -> None:
    assert "older terms created again" in lines(a_plan((a_create(3, carried=True),)))[0]


def test_an_archive_says_what_it_does_to_aliases() -> None:
    archive = a_create(
        2,
        id="archive:pro@2",
        operation=Operation.ARCHIVE,
        reason=Reason.RETIRED,
        uniqueness_key=None,
        previous=ref(2),
    )
    effect = Effect("Pro", ref(2), EffectKind.REMOVED, Window(month(2)), None, archive.id)
    shown = lines(a_plan((archive,), (effect,)))
    assert shown[0].startswith("pro@2   archive: retired; ")
    assert shown[2] == "    pro@2   2026-02-01 ..   scheduled version is cancelled by this archive"
    assert shown[-1].startswith("Plan: 0 to create, 1 to archive, 1 alias window moved.")


def test_changes_of_description_are_recorded_and_counted() -> None:
    record = a_create(
        2, id="record:pro", operation=Operation.RECORD, reason=Reason.METADATA_CHANGED, metadata={}
    )
    shown = lines(a_plan((record,)))
    assert shown[0].startswith("pro@2   record: ")
    assert "1 to record" in shown[-1]


def test_changes_are_lined_up_and_safe_to_print() -> None:
    changes = (
        Change(ChangeKind.CHANGED, "name", "a", "b\x1b[0m"),
        Change(ChangeKind.ADDED, "subscriptions.fee", None, "fee monthly"),
        Change(ChangeKind.REMOVED, "duration", "1 month", None),
    )
    plan = a_plan((a_create(2, changes=changes),))
    assert lines(plan)[1:4] == [
        r"  ~ name                a -> b\x1b[0m",
        "  + subscriptions.fee   fee monthly",
        "  - duration            1 month",
    ]
    assert "\x1b[33m~\x1b[0m" in plan_text(plan, catalog="c", palette=Palette(colour=True))


def test_more_is_shown_when_asked() -> None:
    plan = a_plan((a_create(2, Window(month(2))),))
    shown = plan_text(plan, catalog="catalog", verbose=True)
    assert "uniqueness key pkgplan:n:e:pro@2:0000000000000000" in shown
    assert plan.digest in shown
    assert "later_windows = removed" in shown
    assert plan.digest not in plan_text(plan, catalog="catalog")


def test_a_new_package_is_told_against_the_one_that_it_follows() -> None:
    dearer = Change(ChangeKind.CHANGED, "name", "Starter", "Pro")
    create = a_create(1, Window(month(2)), reason=Reason.NEW, previous=ref(3, "starter"), changes=(dearer,))
    cut = Effect("Pro", ref(3, "starter"), EffectKind.SHORTENED, Window(), Window(None, month(2)), create.id)
    shown = lines(a_plan((create,), (cut,)))
    assert shown[0].startswith("pro@1   new package")
    assert shown[1:3] == [
        '  follows starter@3 on alias "Pro"; what is different:',
        "  ~ name   Starter -> Pro",
    ]
    same = lines(a_plan((replace(create, changes=()),), (cut,)))
    assert same[1:3] == ['  follows starter@3 on alias "Pro"; the terms are the same', '  alias "Pro"']
