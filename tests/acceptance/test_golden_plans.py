"""What `pkgplan plan` prints in every situation of the issue, and that an apply does just that.

See tests/golden/README.md. `expected/plan.txt` is the terminal: findings first, then the plan.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator
from support.golden import PLANS, TOOL_VERSION, Case, Outcome, Workshop, compare, read_json

from pkgplan.cli.entry import main
from pkgplan.model.canonical import pretty
from pkgplan.model.plan import plan_from_json
from pkgplan.model.rules import RETIREMENT_WAITS
from pkgplan.model.timeline import AliasRow, resolve
from pkgplan.model.units import format_instant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pkgplan.model.names import Holder
    from pkgplan.model.plan import Plan
    from pkgplan.model.record import State
    from pkgplan.model.timeline import Window

SCHEMA = PLANS.parents[2] / "schemas" / "plan.schema.json"
FIRST, LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
Rows = dict[str, tuple[AliasRow, ...]]


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workshop]:
    """A workshop whose plans do not change with the version of the tool."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "pkgplan" and hasattr(module, "__version__"):
            monkeypatch.setattr(module, "__version__", TOOL_VERSION)
    monkeypatch.chdir(tmp_path)
    shop = Workshop(tmp_path)
    yield shop
    shop.close()


def cases() -> list[str]:
    return sorted(each.name for each in PLANS.iterdir() if each.is_dir())


@pytest.mark.parametrize("name", cases())
def test_a_plan_is_what_was_reviewed(
    name: str, workshop: Workshop, capsys: pytest.CaptureFixture[str], *, update_golden: bool
) -> None:
    case = Case(PLANS / name)

    outcome = workshop.run(case)

    compare(
        case.folder / "expected" / "plan.json", pretty(_settled(outcome.plan).to_json()), update=update_golden
    )
    printed = _printed(outcome, capsys)
    compare(case.folder / "expected" / "plan.txt", printed, update=update_golden)


@pytest.mark.parametrize("name", cases())
def test_the_json_on_stdout_is_the_plan(
    name: str, workshop: Workshop, capsys: pytest.CaptureFixture[str]
) -> None:
    outcome = workshop.run(Case(PLANS / name))

    assert main(["plan", "--as-of", format_instant(outcome.as_of), "--format", "json"]) == 0

    assert capsys.readouterr().out == pretty(outcome.plan.to_json())


@pytest.mark.parametrize("name", cases())
def test_a_plan_has_the_shape_that_is_promised(name: str) -> None:
    saved = read_json(PLANS / name / "expected" / "plan.json")

    Draft202012Validator(parse_schema()).validate(saved)
    assert plan_from_json(saved).to_json() == saved


@pytest.mark.parametrize("name", cases())
def test_an_apply_does_what_the_plan_says(name: str, workshop: Workshop) -> None:
    outcome = workshop.run(Case(PLANS / name))
    before = workshop.live_windows()

    done = workshop.apply(outcome)

    assert done.outcome == ("applied" if outcome.plan.actions else "nothing"), done.fault
    foreseen = rows_after(outcome.before, outcome.plan)
    after = workshop.again()
    seen = live_rows(workshop, after.before)
    assert resolutions(seen, edges(foreseen, seen)) == resolutions(foreseen, edges(foreseen, seen))
    assert after.before.timelines().keys() == {alias for alias, rows in seen.items() if rows}
    if outcome.plan.summary["create"] + outcome.plan.summary["archive"] == 0:
        assert workshop.live_windows() == before
    if not any(found.rule is RETIREMENT_WAITS for found in outcome.diagnostics):
        assert after.plan.actions == ()
        return
    assert after.plan.summary["create"] == 0
    workshop.clock.instant = last_edge(foreseen)
    assert workshop.again().plan.summary["archive"] > 0


@pytest.mark.parametrize("name", cases())
def test_nothing_that_has_passed_is_changed(name: str, workshop: Workshop) -> None:
    outcome = workshop.run(Case(PLANS / name))
    archived = {action.ref for action in outcome.plan.actions if action.operation == "archive"}
    recorded = outcome.before.timelines()
    foreseen = rows_after(outcome.before, outcome.plan)

    for alias, instant in edges(recorded, foreseen):
        was = resolve(recorded.get(alias, ()), instant)
        if instant < outcome.as_of and was is not None and was not in archived:
            assert resolve(foreseen.get(alias, ()), instant) == was


def rows_after(state: State, plan: Plan) -> Rows:
    """Who has each alias after the plan, by its effects alone."""
    windows: dict[str, Counter[AliasRow]] = {
        alias: Counter(rows) for alias, rows in state.timelines().items()
    }
    for effect in plan.effects:
        rows = windows.setdefault(effect.alias, Counter())
        if effect.before is not None:
            assert rows[_row(effect.ref, effect.before)] == 1, "an effect on a window that nobody has"
            rows[_row(effect.ref, effect.before)] -= 1
        if effect.after is not None:
            rows[_row(effect.ref, effect.after)] += 1
    return {alias: tuple(rows.elements()) for alias, rows in windows.items()}


def live_rows(workshop: Workshop, state: State) -> Rows:
    """Who has each alias in the environment."""
    refs = {version.package_id: version.ref for version in state.versions.values()}
    rows: dict[str, list[AliasRow]] = {}
    for package_id, windows in workshop.live_windows().items():
        for window in windows:
            rows.setdefault(window.alias, []).append(_row(refs[package_id], window.window))
    return {alias: tuple(held) for alias, held in rows.items()}


def edges(*timelines: Rows) -> list[tuple[str, datetime]]:
    """Each instant at which a window begins or ends, and the second before."""
    found = set()
    for alias, rows in (item for timeline in timelines for item in timeline.items()):
        for bound in {bound for row in rows for bound in (row.window.starting_at, row.window.ending_before)}:
            if bound is not None:
                found |= {(alias, bound), (alias, bound - timedelta(seconds=1))}
        found |= {(alias, FIRST), (alias, LAST)}
    return sorted(found)


def last_edge(timelines: Rows) -> datetime:
    """When the last window with an end is over."""
    ends = (row.window.ending_before for rows in timelines.values() for row in rows)
    return max(end for end in ends if end is not None)


def resolutions(rows: Rows, at: list[tuple[str, datetime]]) -> dict[tuple[str, str], str | None]:
    found = {}
    for alias, instant in at:
        holders = [row.ref for row in rows.get(alias, ()) if row.window.covers(instant)]
        assert len(holders) <= 1
        found[alias, format_instant(instant)] = str(holders[0]) if holders else None
    return found


def parse_schema() -> dict[str, object]:
    schema: dict[str, object] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return schema


def _settled(plan: Plan) -> Plan:
    """The plan without the digest of the log, which covers entries that say nothing about the plan."""
    if plan.base.head is None:
        return plan
    return replace(plan, base=replace(plan.base, head="sha256:" + "0" * 64))


def _printed(outcome: Outcome, capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["plan", "--as-of", format_instant(outcome.as_of)]) == 0
    terminal = capsys.readouterr()
    return terminal.err + terminal.out


def _row(ref: Holder, window: Window) -> AliasRow:
    return AliasRow(ref, window)
