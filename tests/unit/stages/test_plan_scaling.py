"""How the work of planning grows: four times the input may be four times the work, not sixteen.

Work is counted in steps of the interpreter, so a busy machine cannot make these tests fail.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from support.worlds import a_package, day, plan_on

from pkgplan.model.canonical import digest_of
from pkgplan.model.log import Head
from pkgplan.model.names import PackageRef
from pkgplan.model.record import RecordedVersion, State
from pkgplan.model.timeline import AliasWindow, Window

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from _typeshed import TraceFunction

    from pkgplan.model.canonical import JsonObject
    from pkgplan.model.compiled import CompiledPackage

    Work = Callable[[], object]

FEW = 40
# Exactly proportional work is 4 times; n log n and fixed costs stay below this, n * n is 16.
LINEAR = 8


def steps(work: Work) -> int:
    """How many byte codes the interpreter runs for this."""
    counted = 0

    def trace(frame: FrameType, event: str, _: object) -> TraceFunction:
        nonlocal counted
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        counted += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return counted


def many_packages(count: int) -> tuple[State, list[CompiledPackage]]:
    """Packages that are applied, each with an alias of its own."""
    packages = [a_package(f"p{number}", "1", (f"A{number}", day(0), None)) for number in range(count)]
    versions = {}
    for number, package in enumerate(packages, start=1):
        ref = PackageRef(package.key, 1)
        windows = tuple(declared.window for declared in package.aliases)
        versions[ref] = recorded(ref, package.digest, windows, order=number, name="1")
    return a_state(versions, {package.key: package.record for package in packages}), packages


def one_alias_with_a_past(windows: int) -> State:
    """One package, edited in place every hour."""
    versions = {}
    for number in range(windows):
        end = day(0, number + 1) if number < windows - 1 else None
        window = (AliasWindow("X", Window(day(0, number), end)),)
        ref, name = PackageRef("p", number + 1), str(number)
        versions[ref] = recorded(ref, digest_of({"name": name}), window, order=number + 1, name=name)
    return a_state(versions, {"p": {"description": "", "windows": {"X": {}}}})


def a_state(versions: dict[PackageRef, RecordedVersion], metadata: dict[str, JsonObject]) -> State:
    reserved: dict[str, int] = {}
    for ref in versions:
        reserved[ref.key] = max(ref.version, reserved.get(ref.key, 0))
    return State("local", "test", "lineage", Head(9, "head"), versions, metadata, reserved)


def recorded(
    ref: PackageRef, digest: str, windows: tuple[AliasWindow, ...], *, order: int, name: str
) -> RecordedVersion:
    return RecordedVersion(
        ref,
        f"id-{ref}",
        "",
        digest,
        {"name": name},
        {},
        windows,
        windows,
        day(0),
        order=order,
        declared={window.alias: window.window for window in windows},
    )


def nothing_changed(count: int) -> Work:
    state, packages = many_packages(count)
    assert plan_on(state, packages, day(2)).actions == ()
    return lambda: plan_on(state, packages, day(2))


def all_new(count: int) -> Work:
    _, packages = many_packages(count)
    assert len(plan_on(State(), packages, day(0)).actions) == count
    return lambda: plan_on(State(), packages, day(0))


def all_edited(count: int) -> Work:
    state, packages = many_packages(count)
    edited = [a_package(package.key, "2", (f"A{n}", day(9), None)) for n, package in enumerate(packages)]
    assert len(plan_on(state, edited, day(2)).actions) == count
    return lambda: plan_on(state, edited, day(2))


def all_retired(count: int) -> Work:
    state, packages = many_packages(count)
    retired = [replace(package, retire_at=day(1)) for package in packages]
    assert len(plan_on(state, retired, day(2)).actions) == count
    return lambda: plan_on(state, retired, day(2))


def long_past_nothing_changed(windows: int) -> Work:
    state = one_alias_with_a_past(windows)
    package = a_package("p", str(windows - 1), ("X", None, None))
    assert plan_on(state, [package], day(200)).actions == ()
    return lambda: plan_on(state, [package], day(200))


def long_past_one_edit(windows: int) -> Work:
    state = one_alias_with_a_past(windows)
    package = a_package("p", "edited", ("X", None, None))
    assert len(plan_on(state, [package], day(200)).actions) == 1
    return lambda: plan_on(state, [package], day(200))


def scheduled_ahead(count: int) -> Work:
    packages = [a_package(f"p{number}", "1", ("X", day(number), None)) for number in range(count)]
    assert len(plan_on(State(), packages, day(0)).actions) == count
    return lambda: plan_on(State(), packages, day(0))


@pytest.mark.parametrize(
    "case",
    [nothing_changed, all_new, all_edited, all_retired, long_past_nothing_changed, long_past_one_edit],
)
def test_work_grows_with_the_input_and_not_with_its_square(case: Callable[[int], Work]) -> None:
    few, many = steps(case(FEW)), steps(case(4 * FEW))
    assert many < LINEAR * few, f"{few} steps for {FEW}, {many} for {4 * FEW}"


def test_many_windows_scheduled_on_one_alias_cost_no_more_than_their_square() -> None:
    """Each create changes what comes after it, and the walk looks at the whole alias again after each."""
    few, many = steps(scheduled_ahead(FEW // 2)), steps(scheduled_ahead(2 * FEW))
    assert many < 20 * few, f"{few} steps for {FEW // 2}, {many} for {2 * FEW}"
