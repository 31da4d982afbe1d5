"""The drift stage: what record and environment say differently, and what recording the environment's side would be.

Comes in: state, the packages of the environment, the aliases that matter. Goes out: differences, and the body of the
log entry that takes them over. Pure.
Never here: calls, or choosing a side; the user says that the environment's is to be recorded.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pkgplan.model.compiled import content_of, terms_to_json
from pkgplan.model.drift import Difference, DriftKind
from pkgplan.model.names import ForeignRef, UniquenessKey, holder_order
from pkgplan.model.plan import Operation
from pkgplan.model.record import ForeignPackage, RecordedVersion
from pkgplan.model.timeline import AliasRow, AliasWindow, Timeline, Window
from pkgplan.model.units import format_instant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from pkgplan.model.canonical import JsonObject, JsonValue
    from pkgplan.model.compiled import CompiledPackage
    from pkgplan.model.names import Holder, PackageRef
    from pkgplan.model.plan import Action
    from pkgplan.model.record import State
    from pkgplan.model.timeline import TakeoverRule
    from pkgplan.model.units import Instant
    from pkgplan.ports import RemotePackage


@dataclass(frozen=True, slots=True)
class Ours:
    """What of an environment is a catalog's: packages by their uniqueness keys, and the aliases that it declares.

    `packages` gives those of the catalog, compiled, when there is a version whose payload nobody recorded.
    """

    namespace: str
    environment: str
    aliases: frozenset[str] = frozenset()
    packages: Callable[[], Sequence[CompiledPackage]] = field(default=tuple, repr=False)

    def ref(self, package: RemotePackage) -> PackageRef | None:
        """The version that a package is, or None for one that pkgplan did not make for this catalog."""
        key = UniquenessKey.parse(package.uniqueness_key or "")
        if key is None or (key.namespace, key.environment) != (self.namespace, self.environment):
            return None
        return key.ref


@dataclass(frozen=True, slots=True)
class Expected:
    """What a run that has not finished may have done by now without having said so: no drift, and looked at later."""

    keys: AbstractSet[str] = frozenset()
    refs: AbstractSet[PackageRef] = frozenset()
    aliases: AbstractSet[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Drift:
    """What differs, recorded versions that the environment does not hold, and the other side of it as a log entry.

    `body` is that of a `refreshed` entry, all but the name of the run.
    """

    differences: tuple[Difference, ...]
    missing: tuple[RecordedVersion, ...] = ()
    body: JsonObject = field(default_factory=dict, repr=False)


def compare(
    state: State,
    seen: Iterable[RemotePackage],
    ours: Ours,
    *,
    now: Instant,
    expected: Expected = Expected(),
) -> Drift:
    """Compare a record with an environment in all three facts: existence, windows, archival.

    Args:
        state: the fold of the log.
        seen: every package of the environment, archived ones too.
        ours: what of them belongs to this catalog.
        now: the present, for windows without a start, which are read in two ways.
        expected: what a run under way may have done.
    """
    by_id = {package.package_id: package for package in seen}
    recorded = {version.package_id: version for version in state.versions.values()}
    unrecorded, twins = _unrecorded(state, by_id, ours, expected)
    differences = [
        Difference(DriftKind.UNRECORDED, ref, package.package_id, package.name)
        for ref, package in unrecorded.items()
    ]
    differences += [
        Difference(DriftKind.TWIN, ForeignRef(package_id), package_id, str(ours.ref(by_id[package_id])))
        for package_id in sorted(twins - state.foreign.keys())
    ]
    for version in state.versions.values():
        package = by_id.get(version.package_id)
        if package is not None and version.ref not in expected.refs:
            differences += _of_version(version, package, expected, now)
    known = {*ours.aliases, *_aliases(state)} | {
        w.alias for each in unrecorded.values() for w in each.windows
    }
    foreign = _foreign(by_id.values(), ours, twins, known - expected.aliases)
    differences += _of_foreign(state, foreign)
    differences.sort(key=lambda each: (each.alias or "", holder_order(each.holder), str(each.kind)))
    contents = _contents(state, ours.packages()) if unrecorded else {}
    return Drift(
        tuple(differences),
        tuple(version for package_id, version in recorded.items() if package_id not in by_id),
        _body(differences, by_id, unrecorded.values(), foreign, contents),
    )


def _unrecorded(
    state: State, by_id: Mapping[str, RemotePackage], ours: Ours, expected: Expected
) -> tuple[dict[PackageRef, RemotePackage], frozenset[str]]:
    """The versions that are there and not recorded, oldest first; and the ids of those whose number is another's."""
    known = {version.package_id for version in state.versions.values()}
    found: dict[PackageRef, RemotePackage] = {}
    twins: set[str] = set()
    for package in sorted(by_id.values(), key=lambda each: (each.created_at, each.uniqueness_key or "")):
        ref = ours.ref(package)
        if ref is None or package.package_id in known or _bare(package.uniqueness_key) in expected.keys:
            continue
        if ref not in found and ref not in state.versions:
            found[ref] = package
        elif package.archived_at is None:
            twins.add(package.package_id)
    return found, frozenset(twins)


def as_if_done(
    state: State, actions: Iterable[Action], seen: Iterable[RemotePackage], *, rule: TakeoverRule
) -> State:
    """The record as it would be if a plan's creates that are there already had been recorded when they were made.

    A log that lost its end is no other story: the plan makes what was made. Windows are as the plan foresees them.
    """
    by_key = {_bare(package.uniqueness_key): package for package in seen}
    versions = dict(state.versions)
    timelines = {alias: Timeline(rows) for alias, rows in state.timelines().items()}
    order = max((version.order for version in versions.values()), default=0)
    for action in actions:
        package = by_key.get(action.uniqueness_key or "")
        if action.operation is not Operation.CREATE or package is None or action.ref in versions:
            continue
        order += 1
        versions[action.ref] = RecordedVersion(
            ref=action.ref,
            package_id=package.package_id,
            uniqueness_key=action.uniqueness_key or "",
            digest=action.digest,
            payload=action.payload,
            references=action.references,
            sent=action.windows,
            windows=(),
            created_at=package.created_at,
            carried=action.carried,
            order=order,
        )
        for window in action.windows:
            timeline = timelines.setdefault(window.alias, Timeline())
            timeline.create(AliasRow(action.ref, window.window), at=package.created_at, rule=rule)
    windows: dict[Holder, list[AliasWindow]] = {}
    for alias, timeline in timelines.items():
        for row in timeline:
            windows.setdefault(row.ref, []).append(AliasWindow(alias, row.window))
    moved = {
        ref: version if version.archived_at else replace(version, windows=tuple(windows.get(ref, ())))
        for ref, version in versions.items()
    }
    return replace(state, versions=moved)


def _aliases(state: State) -> Iterator[str]:
    for version in state.versions.values():
        for window in (*version.sent, *version.windows):
            yield window.alias


def _of_version(
    version: RecordedVersion, package: RemotePackage, expected: Expected, now: Instant
) -> Iterator[Difference]:
    if (version.archived_at is None) != (package.archived_at is None):
        kind = DriftKind.LIVE if package.archived_at is None else DriftKind.ARCHIVED
        yield Difference(kind, version.ref, package.package_id, package.name)
    if package.archived_at is not None:
        # It stands behind nothing, whatever windows it shows.
        return
    for alias in sorted({window.alias for window in (*version.windows, *package.windows)} - expected.aliases):
        wanted, found = _on(alias, version.windows), _on(alias, package.windows)
        if not _alike(wanted, found, now):
            yield Difference(
                DriftKind.WINDOWS, version.ref, package.package_id, package.name, alias, wanted, found
            )


def _on(alias: str, windows: Iterable[AliasWindow]) -> tuple[Window, ...]:
    shown = [item.window for item in windows if item.alias == alias and item.window.start < item.window.end]
    return tuple(sorted(shown, key=lambda window: (window.start, window.end)))


def _alike(wanted: Sequence[Window], found: Sequence[Window], now: Instant) -> bool:
    """Equal, but for starts that have passed and that one side does not show."""
    return len(wanted) == len(found) and all(
        one.end == other.end
        and (
            one.start == other.start
            or ((one.starting_at is None or other.starting_at is None) and max(one.start, other.start) <= now)
        )
        for one, other in zip(wanted, found, strict=True)
    )


def _foreign(
    seen: Iterable[RemotePackage], ours: Ours, twins: AbstractSet[str], aliases: AbstractSet[str]
) -> dict[str, ForeignPackage]:
    """The packages of others that stand on our aliases, by id, with their windows there; and all twins."""
    found: dict[str, ForeignPackage] = {}
    for package in seen:
        windows = tuple(window for window in package.windows if window.alias in aliases)
        is_other = bool(windows) and package.archived_at is None and ours.ref(package) is None
        if is_other or package.package_id in twins:
            found[package.package_id] = ForeignPackage(ForeignRef(package.package_id), package.name, windows)
    return found


def _of_foreign(state: State, foreign: Mapping[str, ForeignPackage]) -> Iterator[Difference]:
    for package_id in sorted({*foreign, *state.foreign}):
        recorded, live = state.foreign.get(package_id), foreign.get(package_id)
        either = live or recorded
        aliases = {w.alias for side in (recorded, live) if side is not None for w in side.windows}
        for alias in sorted(aliases):
            wanted, found = (() if side is None else _on(alias, side.windows) for side in (recorded, live))
            if wanted != found and either is not None:
                yield Difference(DriftKind.FOREIGN, either.ref, package_id, either.name, alias, wanted, found)


def _body(
    differences: Iterable[Difference],
    by_id: Mapping[str, RemotePackage],
    unrecorded: Iterable[RemotePackage],
    foreign: Mapping[str, ForeignPackage],
    contents: Mapping[tuple[str, str], JsonObject],
) -> JsonObject:
    archived: JsonObject = {}
    windows: JsonObject = {}
    for each in differences:
        package = by_id.get(each.package_id)
        if package is None or each.kind in {DriftKind.FOREIGN, DriftKind.TWIN}:
            continue
        if each.kind is DriftKind.UNRECORDED and package.archived_at is None:
            windows[str(each.holder)] = [window.to_json() for window in package.windows]
            continue
        at = package.archived_at
        archived[str(each.holder)] = None if at is None else format_instant(at)
        windows[str(each.holder)] = [window.to_json() for window in package.windows]
    starts = {(w.alias, w.window.start) for package in by_id.values() for w in package.windows}
    return {
        "windows": windows,
        "archived": archived,
        "adopted": [_adopted(package, contents, starts) for package in unrecorded],
        "foreign": [foreign[package_id].to_json() for package_id in sorted(foreign)],
    }


def _contents(state: State, packages: Iterable[CompiledPackage]) -> dict[tuple[str, str], JsonObject]:
    """What is known of contents, by key and the digits of the digest that a uniqueness key has.

    What the catalog says is what was sent for it. What an older version was sent with may have been sent again, to
    bridge time; such a version is none that the catalog stands for.
    """
    known: dict[tuple[str, str], JsonObject] = {}
    for version in state.versions.values():
        if version.payload is not None:
            known[version.ref.key, version.digest[7:23]] = {
                "digest": version.digest,
                "carried": True,
                "payload": content_of(version.payload),
                "references": dict(version.references),
                "terms": terms_to_json(version.terms),
                "metadata": None,
            }
    for package in packages:
        known[package.key, package.digest[7:23]] = {
            "digest": package.digest,
            "carried": False,
            "payload": package.payload,
            "references": dict(package.references),
            "terms": terms_to_json(package.terms),
            "metadata": package.record,
        }
    return known


def _adopted(
    remote: RemotePackage,
    contents: Mapping[tuple[str, str], JsonObject],
    starts: AbstractSet[tuple[str, Instant]],
) -> JsonObject:
    """What can be recorded of a package that is there. What was sent cannot be read back, but may be known."""
    key = UniquenessKey.parse(remote.uniqueness_key or "")
    if key is None:
        raise ValueError(f"package {remote.package_id} has no uniqueness key of ours")
    unknown: JsonObject = {
        "digest": f"sha256:{key.digest16}",
        "carried": False,
        "payload": None,
        "references": {},
        "terms": {},
        "metadata": None,
    }
    # A window that ends where another begins was most likely sent without an end, and cut.
    sent: list[JsonValue] = [
        AliasWindow(
            w.alias, Window(w.window.starting_at) if (w.alias, w.window.end) in starts else w.window
        ).to_json()
        for w in remote.windows
    ]
    return {
        "action": f"adopt:{key.ref}",
        "ref": str(key.ref),
        "package_id": remote.package_id,
        "uniqueness_key": str(key),
        **contents.get((key.ref.key, key.digest16), unknown),
        "windows": sent,
    }


def _bare(uniqueness_key: str | None) -> str:
    return (uniqueness_key or "").removeprefix("package:")
