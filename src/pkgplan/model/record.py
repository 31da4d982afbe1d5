"""Recorded state: what the entries of the state log amount to.

Comes in: entries, which `log.py` describes. Goes out: `State`, for the planner, apply and the queries.
Never here: files, clocks, or deciding anything.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from pkgplan.errors import StateCorrupt
from pkgplan.model.canonical import JsonObject, JsonValue, as_list, as_object
from pkgplan.model.compiled import AsSent, Content, terms_from_json
from pkgplan.model.log import EMPTY, Head
from pkgplan.model.names import PackageRef
from pkgplan.model.timeline import AliasRow, AliasWindow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pkgplan.model.log import LogEntry
    from pkgplan.model.units import Instant


@dataclass(frozen=True, slots=True)
class RecordedVersion:
    """One package that we emitted, as sent and as last seen.

    `carried` marks a re-issue of older content that only bridges time until the declared content begins;
    such a version never counts as what the catalog last said. `payload` is None only for a version that was
    rebuilt from the environment, where what was sent can't be read back.
    """

    ref: PackageRef
    package_id: str
    uniqueness_key: str
    digest: str
    payload: JsonObject | None = field(repr=False)
    references: Mapping[str, str] = field(repr=False)
    sent: tuple[AliasWindow, ...]
    windows: tuple[AliasWindow, ...]
    created_at: Instant
    carried: bool = False
    archived_at: Instant | None = None
    order: int = 0
    terms: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)

    @property
    def content(self) -> Content:
        """What this version is."""
        return Content(self.ref.key, self.digest)

    @property
    def as_sent(self) -> AsSent | None:
        """The payload with what is needed to read it; None where it was not recorded."""
        return None if self.payload is None else AsSent(self.payload, self.references, self.terms)


@dataclass(frozen=True, slots=True)
class UnfinishedRun:
    """An apply that started and has not said that it ended."""

    run: str
    plan: JsonObject = field(repr=False)
    plan_digest: str
    started_at: Instant
    actor: str
    intents: Mapping[str, JsonObject]
    done: frozenset[str]
    unobserved: tuple[PackageRef, ...] = ()


@dataclass(frozen=True, slots=True)
class State:
    """What the log says: every emitted version, its windows, and the run that is under way."""

    environment: str | None = None
    namespace: str | None = None
    lineage: str | None = None
    head: Head = EMPTY
    versions: Mapping[PackageRef, RecordedVersion] = field(default_factory=dict)
    metadata: Mapping[str, JsonObject] = field(default_factory=dict)
    reserved: Mapping[str, int] = field(default_factory=dict)
    unfinished: UnfinishedRun | None = None

    @property
    def pristine(self) -> bool:
        """Whether nothing has been recorded beyond the opening of the log."""
        return self.head.serial <= 1

    def versions_by_key(self) -> dict[str, list[RecordedVersion]]:
        """The versions of each key, oldest first."""
        grouped: dict[str, list[RecordedVersion]] = {}
        for version in sorted(self.versions.values(), key=lambda version: version.ref):
            grouped.setdefault(version.ref.key, []).append(version)
        return grouped

    def timelines(self) -> dict[str, tuple[AliasRow, ...]]:
        """The live rows of each alias in order of creation; archived packages stand behind nothing."""
        rows: dict[str, list[AliasRow]] = {}
        for version in _live(self.versions.values()):
            for window in version.windows:
                rows.setdefault(window.alias, []).append(AliasRow(version.ref, window.window))
        return {alias: tuple(rows[alias]) for alias in sorted(rows)}


def _live(versions: Iterable[RecordedVersion]) -> list[RecordedVersion]:
    """What can stand behind an alias, in order of creation: a package that is archived cannot."""
    return sorted((v for v in versions if v.archived_at is None), key=lambda version: version.order)


def declared_version(versions: Iterable[RecordedVersion]) -> RecordedVersion | None:
    """The newest version of one key that stands for what the catalog said, archived or not."""
    declared = (version for version in versions if not version.carried)
    return max(declared, key=lambda version: version.ref.version, default=None)


def current_version(versions: Iterable[RecordedVersion]) -> RecordedVersion | None:
    """The newest version of one key that stands for what the catalog said and can still be provisioned."""
    return declared_version(version for version in versions if version.archived_at is None)


def fold(entries: Iterable[LogEntry]) -> State:
    """State as of the last entry; raises StateCorrupt where entries contradict each other."""
    folding = Folding()
    for entry in entries:
        folding.take(entry)
    return folding.state()


class Folding:
    """State under construction: takes entries one by one, gives the state after the last.

    An apply asks after every entry, so the questions it asks are answered without building a `State`.
    """

    def __init__(self) -> None:
        self._genesis: JsonObject = {}
        self._head = EMPTY
        self._versions: dict[PackageRef, RecordedVersion] = {}
        self._metadata: dict[str, JsonObject] = {}
        self._reserved: set[PackageRef] = set()
        self._run: UnfinishedRun | None = None
        self._intents: dict[str, JsonObject] = {}
        self._done: set[str] = set()
        self._unobserved: dict[PackageRef, None] = {}
        self._refs_by_alias: dict[str, dict[PackageRef, None]] = {}

    @property
    def versions(self) -> Mapping[PackageRef, RecordedVersion]:
        """Every version so far; a view that moves with the log."""
        return MappingProxyType(self._versions)

    def rows(self, alias: str) -> tuple[AliasRow, ...]:
        """The live rows of one alias in order of creation; archived packages stand behind nothing."""
        live = _live(self._versions[ref] for ref in self._refs_by_alias.get(alias, ()))
        return tuple(AliasRow(v.ref, w.window) for v in live for w in v.windows if w.alias == alias)

    @property
    def is_running(self) -> bool:
        """Whether a run has started and not finished."""
        return self._run is not None

    def is_intended(self, action: str) -> bool:
        """Whether the run that is under way has said that it would do this."""
        return self.is_running and action in self._intents

    def is_done(self, action: str) -> bool:
        """Whether the run that is under way has recorded that it did this."""
        return self.is_running and action in self._done

    def is_unobserved(self, ref: PackageRef) -> bool:
        """Whether the windows of a version created by this run have not been read back yet."""
        return self.is_running and ref in self._unobserved

    @property
    def head(self) -> Head:
        """The last entry taken."""
        return self._head

    def take(self, entry: LogEntry) -> None:
        """Fold one entry in; raises StateCorrupt if it contradicts what came before."""
        try:
            self._take(entry)
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise StateCorrupt(
                f"entry {entry.serial} ({entry.kind}) cannot be understood: {error!r}"
            ) from None
        self._head = entry.head

    def _take(self, entry: LogEntry) -> None:
        body = entry.body
        match entry.kind:
            case "genesis":
                self._genesis = body
            case "run_started" if not body.get("resumed"):
                self._intents, self._done, self._unobserved = {}, set(), {}
                self._run = _run_of(entry)
            case "intent":
                self._intents[str(body["action"])] = body
                if body["operation"] == "create":
                    self._reserved.add(PackageRef.parse(str(body["ref"])))
            case "created" | "adopted":
                self._create(entry)
            case "windows_observed":
                self._observe(body)
            case "archived":
                ref = PackageRef.parse(str(body["ref"]))
                self._versions[ref] = replace(self._versions[ref], archived_at=entry.at)
                self._done.add(str(body["action"]))
            case "recorded":
                self._metadata[str(body["key"])] = as_object(body["metadata"])
                self._done.add(str(body["action"]))
            case "run_finished":
                self._finish(body)

    def _create(self, entry: LogEntry) -> None:
        body = entry.body
        ref = PackageRef.parse(str(body["ref"]))
        known = self._versions.get(ref)
        if known is not None and known.package_id != body["package_id"]:
            raise ValueError(f'{ref} is package "{known.package_id}" already')
        windows = tuple(AliasWindow.from_json(as_object(window)) for window in as_list(body["windows"]))
        payload = body["payload"]
        self._versions[ref] = RecordedVersion(
            ref=ref,
            package_id=str(body["package_id"]),
            uniqueness_key=str(body["uniqueness_key"]),
            digest=str(body["digest"]),
            payload=None if payload is None else as_object(payload),
            references=MappingProxyType(
                {key: str(id_) for key, id_ in as_object(body["references"]).items()}
            ),
            sent=windows,
            windows=windows,
            created_at=entry.at,
            carried=bool(body["carried"]),
            order=entry.serial,
            # Older entries have no such key; their payloads had no such terms.
            terms=MappingProxyType(terms_from_json(body.get("terms", {}))),
        )
        if body["metadata"] is not None:
            self._metadata[ref.key] = as_object(body["metadata"])
        self._reserved.add(ref)
        self._unobserved[ref] = None
        self._index(ref, windows)
        self._done.add(str(body["action"]))

    def _finish(self, body: JsonObject) -> None:
        self._run = None
        self._unobserved = {}
        if body.get("rejected") is not None:
            self._reserved.discard(PackageRef.parse(str(body["rejected"])))

    def _observe(self, body: JsonObject) -> None:
        for text, items in as_object(body["windows"]).items():
            ref = PackageRef.parse(text)
            seen = tuple(AliasWindow.from_json(as_object(item)) for item in as_list(items))
            self._versions[ref] = replace(self._versions[ref], windows=seen)
            self._unobserved.pop(ref, None)
            self._index(ref, seen)
        if body.get("different"):
            self._finish(body)

    def _index(self, ref: PackageRef, windows: Iterable[AliasWindow]) -> None:
        for window in windows:
            self._refs_by_alias.setdefault(window.alias, {})[ref] = None

    def state(self) -> State:
        """The state after the last entry taken."""
        reserved: dict[str, int] = {}
        for ref in self._reserved:
            reserved[ref.key] = max(ref.version, reserved.get(ref.key, 0))
        return State(
            environment=_optional_text(self._genesis.get("environment")),
            namespace=_optional_text(self._genesis.get("namespace")),
            lineage=_optional_text(self._genesis.get("lineage")),
            head=self._head,
            versions=MappingProxyType(dict(self._versions)),
            metadata=MappingProxyType(dict(self._metadata)),
            reserved=MappingProxyType(reserved),
            unfinished=self._unfinished(),
        )

    def _unfinished(self) -> UnfinishedRun | None:
        if self._run is None:
            return None
        return replace(
            self._run,
            intents=MappingProxyType(dict(self._intents)),
            done=frozenset(self._done),
            unobserved=tuple(self._unobserved),
        )


def _run_of(entry: LogEntry) -> UnfinishedRun:
    return UnfinishedRun(
        run=str(entry.body["run"]),
        plan=as_object(entry.body["plan"]),
        plan_digest=str(entry.body["plan_digest"]),
        started_at=entry.at,
        actor=entry.actor,
        intents={},
        done=frozenset(),
    )


def _optional_text(value: JsonValue) -> str | None:
    return None if value is None else str(value)
