"""A small world for planner tests: contents, windows and state without files, engine or log."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from pkgplan.apply import entries
from pkgplan.model.canonical import as_list, digest_of
from pkgplan.model.compiled import CompiledPackage, Content, DeclaredAlias
from pkgplan.model.diagnostics import Location
from pkgplan.model.log import LogEntry
from pkgplan.model.names import PackageRef
from pkgplan.model.plan import Action, Operation
from pkgplan.model.record import Folding, RecordedVersion, State
from pkgplan.model.timeline import SAFEST, AliasRow, AliasWindow, TakeoverRule, Window, take_over
from pkgplan.stages.plan import Decided, Emission, Reach, plan

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pkgplan.model.canonical import JsonObject, JsonValue
    from pkgplan.model.names import Holder
    from pkgplan.model.units import Instant

EVERYTHING = Reach(frozenset(), frozenset(), Location("pkgplan.yaml"))
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


def day(number: int, hour: int = 0) -> Instant:
    """Day `number` of 2026, counted from zero."""
    return EPOCH + timedelta(days=number, hours=hour)


def a_package(
    key: str,
    content: str,
    *windows: tuple[str, Instant | None, Instant | None],
    retire_at: Instant | None = None,
    description: str = "",
) -> CompiledPackage:
    """A compiled package whose payload is a name, with windows given as (alias, start, end)."""
    return CompiledPackage(
        key=key,
        payload={"name": content},
        digest=digest_of({"name": content}),
        aliases=tuple(
            DeclaredAlias(
                AliasWindow(alias, Window(start, end)),
                Location(f"packages/{key}.yaml", ("spec", "aliases", i)),
            )
            for i, (alias, start, end) in enumerate(windows)
        ),
        references={},
        metadata={"description": description},
        retire_at=retire_at,
        at=Location(f"packages/{key}.yaml"),
    )


@dataclass
class World:
    """An environment and the log of it; when a plan is applied, both move by the same takeover rule."""

    rule: TakeoverRule
    folding: Folding = field(default_factory=Folding)
    rows: dict[str, tuple[AliasRow, ...]] = field(default_factory=dict)

    @property
    def state(self) -> State:
        return self.folding.state()

    @property
    def versions(self) -> Mapping[PackageRef, RecordedVersion]:
        return self.folding.versions

    def plan(self, packages: list[CompiledPackage], as_of: Instant, reach: Reach = EVERYTHING) -> Decided:
        return plan_on(self.state, packages, as_of, rule=self.rule, reach=reach)

    def apply(self, action: Action, at: Instant) -> None:
        """Do one action, see what it did to the windows, and write both down as an apply does."""
        match action.operation:
            case Operation.ARCHIVE:
                self._write("archived", entries.archived("run", action, f"id-{action.ref}"), at)
                self.rows = {
                    alias: tuple(row for row in rows if row.ref != action.ref)
                    for alias, rows in self.rows.items()
                }
            case Operation.RECORD:
                self._write("recorded", entries.recorded("run", action), at)
            case Operation.CREATE:
                self._write("created", entries.created("run", action, f"id-{action.ref}"), at)
                for window in action.windows:
                    before = self.rows.get(window.alias, ())
                    new = AliasRow(action.ref, window.window)
                    self.rows[window.alias] = take_over(before, new, at=at, rule=self.rule)
                self._observe(at)

    def content(self, ref: Holder | None) -> Content | None:
        return self.versions[ref].content if isinstance(ref, PackageRef) else None

    def _observe(self, at: Instant) -> None:
        seen: dict[str, JsonValue] = {str(ref): [] for ref in self.versions}
        for alias in sorted(self.rows):
            for row in self.rows[alias]:
                as_list(seen.setdefault(str(row.ref), [])).append(AliasWindow(alias, row.window).to_json())
        self._write("windows_observed", {"run": "run", "windows": seen, "different": []}, at)

    def _write(self, kind: str, body: JsonObject, at: Instant) -> None:
        head = self.folding.head
        if head.serial == 0:
            genesis: JsonObject = {"lineage": "lineage", "environment": "local", "namespace": "test"}
            self.folding.take(LogEntry.following(head, kind="genesis", body=genesis, at=at, actor="tester"))
        self.folding.take(LogEntry.following(self.folding.head, kind=kind, body=body, at=at, actor="tester"))


def plan_on(
    state: State,
    packages: Sequence[CompiledPackage],
    as_of: Instant,
    *,
    rule: TakeoverRule = SAFEST,
    reach: Reach = EVERYTHING,
) -> Decided:
    """What the plan stage decides."""
    return plan(packages, state, as_of=as_of, rule=rule, reach=reach, emission=Emission("test", "local"))
