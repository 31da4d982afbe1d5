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
from pkgplan.model.names import ForeignRef, Holder, PackageRef, parse_holder
from pkgplan.model.timeline import AliasRow, AliasWindow, Window
from pkgplan.model.units import parse_instant

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
    `sent` are the windows of the create, which may end sooner or later than the catalog says: a create that comes
    next cuts them. `declared` is what the catalog said of these terms when it last said it; None in older logs.
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
    declared: Mapping[str, Window] | None = field(default=None, repr=False)

    def declared_on(self, alias: str) -> Window | None:
        """The window that the catalog gave these terms on an alias; as sent where that was not recorded."""
        if self.declared is not None and alias in self.declared:
            return self.declared[alias]
        return next((sent.window for sent in self.sent if sent.alias == alias), None)

    @property
    def content(self) -> Content:
        """What this version is."""
        return Content(self.ref.key, self.digest)

    @property
    def as_sent(self) -> AsSent | None:
        """The payload with what is needed to read it; None where it was not recorded."""
        return None if self.payload is None else AsSent(self.payload, self.references, self.terms)


@dataclass(frozen=True, slots=True)
class ForeignPackage:
    """A package that pkgplan did not make and that was seen behind an alias of the catalog; with all its windows."""

    ref: ForeignRef
    name: str | None
    windows: tuple[AliasWindow, ...]
    order: int = 0

    @property
    def archived_at(self) -> None:
        """One that is archived stands behind nothing and is not recorded."""
        return

    @classmethod
    def from_json(cls, value: JsonObject, order: int) -> ForeignPackage:
        """The inverse of `to_json`; raises KeyError, TypeError or ValueError."""
        windows = tuple(AliasWindow.from_json(as_object(item)) for item in as_list(value["windows"]))
        return cls(ForeignRef(str(value["package_id"])), _optional_text(value["name"]), windows, order)

    def to_json(self) -> JsonObject:
        """`{package_id, name, windows}`."""
        return {
            "package_id": self.ref.package_id,
            "name": self.name,
            "windows": [window.to_json() for window in self.windows],
        }


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
    """What the log says: every emitted version, its windows, and the run that is under way.

    `foreign` are packages that pkgplan did not make, by id, as they were seen. `unsettled` are versions that a call of
    a run which was taken over may still archive.
    """

    environment: str | None = None
    namespace: str | None = None
    lineage: str | None = None
    head: Head = EMPTY
    versions: Mapping[PackageRef, RecordedVersion] = field(default_factory=dict)
    metadata: Mapping[str, JsonObject] = field(default_factory=dict)
    reserved: Mapping[str, int] = field(default_factory=dict)
    unfinished: UnfinishedRun | None = None
    foreign: Mapping[str, ForeignPackage] = field(default_factory=dict)
    unsettled: frozenset[PackageRef] = frozenset()

    @property
    def pristine(self) -> bool:
        """Whether nothing has been recorded beyond the opening of the log."""
        return self.head.serial <= 1

    def package_id(self, holder: Holder) -> str:
        """The id, in the environment, of whoever stands behind an alias."""
        return self.versions[holder].package_id if isinstance(holder, PackageRef) else holder.package_id

    def versions_by_key(self) -> dict[str, list[RecordedVersion]]:
        """The versions of each key, oldest first."""
        grouped: dict[str, list[RecordedVersion]] = {}
        for version in sorted(self.versions.values(), key=lambda version: version.ref):
            grouped.setdefault(version.ref.key, []).append(version)
        return grouped

    def timelines(self) -> dict[str, tuple[AliasRow, ...]]:
        """The live rows of each alias in order of creation; archived packages stand behind nothing.

        Neither does a window without an instant in it, as an environment may show one that was taken over whole.
        """
        rows: dict[str, list[AliasRow]] = {}
        for each in _live((*self.versions.values(), *self.foreign.values())):
            for window in each.windows:
                if window.window.start < window.window.end:
                    rows.setdefault(window.alias, []).append(AliasRow(each.ref, window.window))
        return {alias: tuple(rows[alias]) for alias in sorted(rows)}

    def gone(self) -> dict[str, tuple[AliasRow, ...]]:
        """The rows of archived packages on each alias, until they were archived."""
        rows: dict[str, list[AliasRow]] = {}
        for version in sorted(self.versions.values(), key=lambda version: version.order):
            if version.archived_at is None:
                continue
            for window in version.windows:
                end = min(window.window.end, version.archived_at)
                if window.window.start < end:
                    row = AliasRow(version.ref, Window.between(window.window.start, end))
                    rows.setdefault(window.alias, []).append(row)
        return {alias: tuple(rows[alias]) for alias in rows}


def _live(
    packages: Iterable[RecordedVersion | ForeignPackage],
) -> list[RecordedVersion | ForeignPackage]:
    """What can stand behind an alias, in order of creation: a package that is archived cannot."""
    return sorted((each for each in packages if each.archived_at is None), key=lambda each: each.order)


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
        self._foreign: dict[str, ForeignPackage] = {}
        self._unsettled: set[PackageRef] = set()
        self._refs_by_alias: dict[str, dict[Holder, None]] = {}
        # The newest version of each key that stands for what the catalog said, and of each content.
        self._newest: dict[str, PackageRef] = {}
        self._newest_of: dict[Content, PackageRef] = {}

    @property
    def versions(self) -> Mapping[PackageRef, RecordedVersion]:
        """Every version so far; a view that moves with the log."""
        return MappingProxyType(self._versions)

    def rows(self, alias: str) -> tuple[AliasRow, ...]:
        """The live rows of one alias in order of creation; archived packages stand behind nothing."""
        live = _live(
            self._versions[ref] if isinstance(ref, PackageRef) else self._foreign[ref.package_id]
            for ref in self._refs_by_alias.get(alias, ())
            if isinstance(ref, PackageRef) or ref.package_id in self._foreign
        )
        windows = ((v.ref, w.window) for v in live for w in v.windows if w.alias == alias)
        return tuple(AliasRow(ref, window) for ref, window in windows if window.start < window.end)

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

    def is_unobserved(self, ref: Holder) -> bool:
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
            case "run_started" | "intent" | "run_finished":
                self._run_on(entry)
            case "created" | "adopted":
                self._create(entry)
            case "windows_observed":
                self._observe(body)
            case "archived":
                self._archive(entry)
            case "recorded":
                self._record(str(body["key"]), as_object(body["metadata"]))
                self._done.add(str(body["action"]))
            case "refreshed":
                self._refresh(entry)

    def _run_on(self, entry: LogEntry) -> None:
        body = entry.body
        if entry.kind == "run_finished":
            self._finish(body)
        elif entry.kind == "intent":
            self._intents[str(body["action"])] = body
            if body["operation"] == "create":
                self._reserved.add(PackageRef.parse(str(body["ref"])))
        elif not body.get("resumed"):
            self._intents, self._done, self._unobserved = {}, set(), {}
            self._run = _run_of(entry)

    def _create(self, entry: LogEntry) -> None:
        body = entry.body
        ref = PackageRef.parse(str(body["ref"]))
        known = self._versions.get(ref)
        if known is not None and known.package_id != body["package_id"]:
            raise ValueError(f'{ref} is package "{known.package_id}" already')
        windows = tuple(AliasWindow.from_json(as_object(window)) for window in as_list(body["windows"]))
        payload = body["payload"]
        same = self._newest_of.get(Content(ref.key, str(body["digest"])))
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
            # What repeats older terms has them as they were declared.
            declared=self._versions[same].declared if body["carried"] and same is not None else None,
        )
        self._newest_of[self._versions[ref].content] = ref
        if not body["carried"]:
            self._newest[ref.key] = max(ref, self._newest.get(ref.key, ref))
        if body["metadata"] is not None:
            self._record(ref.key, as_object(body["metadata"]))
        self._reserved.add(ref)
        self._unobserved[ref] = None
        self._index(ref, windows)
        self._done.add(str(body["action"]))

    def _archive(self, entry: LogEntry) -> None:
        ref = PackageRef.parse(str(entry.body["ref"]))
        self._versions[ref] = replace(self._versions[ref], archived_at=entry.at)
        # Older entries have no such key.
        metadata = entry.body.get("metadata")
        if metadata is not None:
            self._record(ref.key, as_object(metadata))
        self._done.add(str(entry.body["action"]))

    def _record(self, key: str, metadata: JsonObject) -> None:
        """What the catalog says of a package now, besides its terms; its windows are those of its newest version."""
        self._metadata[key] = metadata
        if key not in self._newest or "windows" not in metadata:
            return
        newest = self._versions[self._newest[key]]
        declared = {
            alias: Window.from_json(as_object(window))
            for alias, window in as_object(metadata["windows"]).items()
        }
        # What is no longer declared was declared all the same: whoever has the alias still has it on those terms.
        merged = MappingProxyType({**(newest.declared or {}), **declared})
        self._versions[newest.ref] = replace(newest, declared=merged)

    def _finish(self, body: JsonObject) -> None:
        self._run = None
        self._unobserved = {}
        # Older entries have no such key.
        self._unsettled |= {PackageRef.parse(str(text)) for text in as_list(body.get("unsettled", []))}
        if body.get("rejected") is not None:
            self._reserved.discard(PackageRef.parse(str(body["rejected"])))

    def _observe(self, body: JsonObject) -> None:
        for text, items in as_object(body["windows"]).items():
            ref = parse_holder(text)
            seen = tuple(AliasWindow.from_json(as_object(item)) for item in as_list(items))
            if isinstance(ref, PackageRef):
                self._versions[ref] = replace(self._versions[ref], windows=seen)
                self._unobserved.pop(ref, None)
            else:
                self._foreign[ref.package_id] = replace(self._foreign[ref.package_id], windows=seen)
            self._index(ref, seen)
        if body.get("different"):
            self._finish(body)

    def _refresh(self, entry: LogEntry) -> None:
        """Take over what was seen in the environment; the foreign packages are all that stand on our aliases."""
        body = entry.body
        for item in as_list(body["adopted"]):
            self._create(replace(entry, body=as_object(item)))
        for text, archived_at in as_object(body["archived"]).items():
            ref = PackageRef.parse(text)
            at = None if archived_at is None else parse_instant(str(archived_at))
            self._versions[ref] = replace(self._versions[ref], archived_at=at)
        self._foreign = {}
        for item in as_list(body["foreign"]):
            package = ForeignPackage.from_json(as_object(item), entry.serial)
            self._foreign[package.ref.package_id] = package
            self._index(package.ref, package.windows)
        self._observe({"windows": body["windows"]})
        self._unsettled = set()

    def _index(self, ref: Holder, windows: Iterable[AliasWindow]) -> None:
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
            foreign=MappingProxyType(dict(self._foreign)),
            unsettled=frozenset(self._unsettled),
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
