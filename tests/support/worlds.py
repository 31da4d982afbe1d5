"""A small world for planner tests: contents, windows and state without files, engine or log."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from pkgplan.model.canonical import digest_of
from pkgplan.model.compiled import CompiledPackage, Content, DeclaredAlias
from pkgplan.model.diagnostics import Location
from pkgplan.model.log import Head
from pkgplan.model.plan import Action, Operation
from pkgplan.model.record import RecordedVersion, State
from pkgplan.model.timeline import AliasRow, AliasWindow, TakeoverRule, Window, take_over
from pkgplan.stages.plan import Decided, Forget, plan
from pkgplan.stages.plan.number import Emission

if TYPE_CHECKING:
    from pkgplan.model.names import PackageRef
    from pkgplan.model.units import Instant

NOTHING_FORGOTTEN = Forget(frozenset(), frozenset(), Location("pkgplan.yaml"))
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
    """State that moves when a plan is applied, by the same takeover rule as the environment."""

    rule: TakeoverRule
    versions: dict[PackageRef, RecordedVersion] = field(default_factory=dict)
    metadata: dict[str, dict[str, object]] = field(default_factory=dict)
    rows: dict[str, tuple[AliasRow, ...]] = field(default_factory=dict)
    serial: int = 0

    @property
    def state(self) -> State:
        reserved: dict[str, int] = {}
        for ref in self.versions:
            reserved[ref.key] = max(ref.version, reserved.get(ref.key, 0))
        return State(
            environment="local",
            namespace="test",
            lineage="lineage",
            head=Head(self.serial, "head"),
            versions=dict(self.versions),
            metadata=self.metadata,  # type: ignore[arg-type]  # JSON objects by construction
            reserved=reserved,
        )

    def plan(
        self, packages: list[CompiledPackage], as_of: Instant, forget: Forget = NOTHING_FORGOTTEN
    ) -> Decided:
        return plan(
            packages,
            self.state,
            as_of=as_of,
            rule=self.rule,
            forget=forget,
            emission=Emission("test", "local"),
        )

    def apply(self, action: Action, at: Instant) -> None:
        """Do one action and see what it did to the windows."""
        self.serial += 1
        if action.operation is Operation.ARCHIVE:
            self.versions[action.ref] = _replace(self.versions[action.ref], archived_at=at)
            self.rows = {
                alias: tuple(row for row in rows if row.ref != action.ref)
                for alias, rows in self.rows.items()
            }
        if action.metadata is not None:
            self.metadata[action.ref.key] = action.metadata  # type: ignore[assignment]  # as above
        if action.operation is not Operation.CREATE:
            return
        self.versions[action.ref] = RecordedVersion(
            ref=action.ref,
            package_id=f"id-{action.ref}",
            uniqueness_key=action.uniqueness_key or "",
            digest=action.digest,
            payload=action.payload,
            references={},
            sent=action.windows,
            windows=action.windows,
            created_at=at,
            carried=action.carried,
            order=self.serial,
        )
        for window in action.windows:
            before = self.rows.get(window.alias, ())
            self.rows[window.alias] = take_over(
                before, AliasRow(action.ref, window.window), at=at, rule=self.rule
            )
        self._observe()

    def content(self, ref: PackageRef | None) -> Content | None:
        return None if ref is None else self.versions[ref].content

    def _observe(self) -> None:
        for ref, version in self.versions.items():
            seen = tuple(
                AliasWindow(alias, row.window)
                for alias in sorted(self.rows)
                for row in self.rows[alias]
                if row.ref == ref
            )
            self.versions[ref] = _replace(version, windows=seen)


def _replace(version: RecordedVersion, **changes: object) -> RecordedVersion:
    from dataclasses import replace

    return replace(version, **changes)  # type: ignore[arg-type]  # test code names real fields
