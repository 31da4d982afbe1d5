"""What is shown, before it is text or JSON: findings, alias windows, packages, who is behind an alias.

Comes in: diagnostics, state, packages of the environment. Goes out: views, in a fixed order.
Never here: words, symbols, or paths of the caller's machine; paths stay relative to the catalog folder.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from pkgplan.errors import StalePlan
from pkgplan.model.canonical import JsonObject, JsonValue, as_list, as_object
from pkgplan.model.diagnostics import START_OF_FILE, Diagnostic, Location, Route, Severity, TextRange
from pkgplan.model.names import PackageRef, UniquenessKey

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pkgplan.model.record import RecordedVersion, State
    from pkgplan.model.timeline import AliasRow, AliasWindow, Window
    from pkgplan.model.units import Instant
    from pkgplan.ports import RemotePackage


@dataclass(frozen=True, slots=True)
class PlaceView:
    """A piece of a catalog file; lines and columns from 1, in code points, the end exclusive."""

    path: str
    text_range: TextRange
    route: Route

    @classmethod
    def of(cls, at: Location) -> Self:
        """The place of a location; the start of the file where no line was found."""
        return cls(at.path, at.text_range or START_OF_FILE, at.route)

    def to_json(self) -> JsonObject:
        """`{path, line, column, end_line, end_column, route}`."""
        return {
            "path": self.path,
            "line": self.text_range.line,
            "column": self.text_range.column,
            "end_line": self.text_range.end_line,
            "end_column": self.text_range.end_column,
            "route": list(self.route),
        }

    @classmethod
    def from_json(cls, value: JsonObject) -> Self:
        """The inverse of `to_json`; raises KeyError, TypeError or ValueError."""
        ranges = (_number(value[name]) for name in ("line", "column", "end_line", "end_column"))
        route = tuple(step if isinstance(step, int) else _text(step) for step in as_list(value["route"]))
        return cls(_text(value["path"]), TextRange(*ranges), route)


@dataclass(frozen=True, slots=True)
class RelatedView:
    """A second place that a finding is about."""

    message: str
    place: PlaceView


@dataclass(frozen=True, slots=True)
class FindingView:
    """One finding, as the formats show it."""

    code: str
    slug: str
    severity: Severity
    message: str
    hint: str
    place: PlaceView
    related: tuple[RelatedView, ...]

    @classmethod
    def of(cls, diagnostic: Diagnostic) -> Self:
        """The view of a finding of the pipeline."""
        rule = diagnostic.rule
        return cls(
            rule.code,
            rule.slug,
            diagnostic.severity,
            diagnostic.message,
            diagnostic.hint,
            PlaceView.of(diagnostic.at),
            tuple(RelatedView(other.message, PlaceView.of(other.at)) for other in diagnostic.related),
        )

    def to_json(self) -> JsonObject:
        """The promised shape, the same in `validate` and in a plan."""
        return {
            "code": self.code,
            "slug": self.slug,
            "severity": str(self.severity),
            "message": self.message,
            "hint": self.hint,
            **self.place.to_json(),
            "related": [{"message": other.message, **other.place.to_json()} for other in self.related],
        }

    @classmethod
    def from_json(cls, value: JsonObject) -> Self:
        """Read a finding of a saved plan; raises StalePlan, as its digest does not cover findings."""
        try:
            return cls(
                _text(value["code"]),
                _text(value["slug"]),
                Severity(_text(value["severity"])),
                _text(value["message"]),
                _text(value["hint"]),
                PlaceView.from_json(value),
                tuple(_related(as_object(item)) for item in as_list(value["related"])),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise StalePlan(
                f"the findings of the plan file are damaged: {error}", hint="make the plan again"
            ) from None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many findings there are of each severity."""

    errors: int
    warnings: int
    notes: int

    @classmethod
    def of(cls, findings: Iterable[FindingView]) -> Self:
        """Count findings."""
        severities = [finding.severity for finding in findings]
        return cls(*(severities.count(severity) for severity in Severity))


@dataclass(frozen=True, slots=True)
class Holder:
    """A package behind an alias; `ref` is None for a package that pkgplan did not make."""

    ref: PackageRef | None
    package_id: str
    window: Window


@dataclass(frozen=True, slots=True)
class AliasView:
    """An alias with everybody behind it, in the order of time."""

    alias: str
    holders: tuple[Holder, ...]

    def at(self, instant: Instant) -> Holder | None:
        """Who is behind the alias at an instant, or nobody."""
        return next((holder for holder in self.holders if holder.window.covers(instant)), None)


@dataclass(frozen=True, slots=True)
class PackageView:
    """One emitted version of a package, as recorded."""

    version: RecordedVersion

    @property
    def name(self) -> str | None:
        """The name that was sent; None for a version that was rebuilt from the environment."""
        name = None if self.version.payload is None else self.version.payload.get("name")
        return name if isinstance(name, str) else None


def aliases_recorded(state: State) -> tuple[AliasView, ...]:
    """Every alias of recorded state, by name."""
    return tuple(
        _alias(name, [_holder(row, state) for row in rows]) for name, rows in state.timelines().items()
    )


def aliases_live(
    packages: Iterable[RemotePackage], *, namespace: str, environment: str
) -> tuple[AliasView, ...]:
    """Every alias of the environment, by name; archived packages stand behind nothing."""
    holders: dict[str, list[Holder]] = {}
    for package in packages:
        if package.archived_at is None:
            ref = _ours(package, namespace, environment)
            for window in package.windows:
                holder = Holder(ref, package.package_id, window.window)
                holders.setdefault(window.alias, []).append(holder)
    return tuple(_alias(name, holders[name]) for name in sorted(holders))


def packages_recorded(state: State) -> tuple[PackageView, ...]:
    """Every recorded version, by key and number."""
    return tuple(PackageView(state.versions[ref]) for ref in sorted(state.versions))


def in_time_order(windows: Iterable[AliasWindow]) -> list[AliasWindow]:
    """Windows by alias and start."""
    return sorted(windows, key=lambda window: (window.alias, window.window.start))


def _alias(name: str, holders: list[Holder]) -> AliasView:
    return AliasView(
        name, tuple(sorted(holders, key=lambda holder: (holder.window.start, holder.package_id)))
    )


def _holder(row: AliasRow, state: State) -> Holder:
    ref = row.ref if isinstance(row.ref, PackageRef) else None
    return Holder(ref, state.package_id(row.ref), row.window)


def _ours(package: RemotePackage, namespace: str, environment: str) -> PackageRef | None:
    key = UniquenessKey.parse(package.uniqueness_key or "")
    return None if key is None or (key.namespace, key.environment) != (namespace, environment) else key.ref


def _related(value: JsonObject) -> RelatedView:
    return RelatedView(_text(value["message"]), PlaceView.from_json(value))


def _text(value: JsonValue) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not text")
    return value


def _number(value: JsonValue) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{value!r} is not a whole number")
    return value
