"""A plan: a value that says which calls will be made and what Metronome will then do to alias windows.

Comes in: what `stages/plan` decided. Goes out: canonical JSON with a digest; apply executes exactly this.
Never here: deciding, or anything that apply needs and the JSON does not hold.

A plan has two identities. `digest` is that of the file: it covers everything but itself, the diagnostics by a digest of
their own. `effect_digest` is that of what is done and what it causes (`outlook.py`).
Key order and names of the JSON are a promise to other programs: `format_version` "1", arrays never null.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from pkgplan.errors import StalePlan
from pkgplan.model.appearance import told_apart
from pkgplan.model.canonical import JsonObject, JsonValue, as_list, as_object, digest_of
from pkgplan.model.compiled import AsSent, terms_from_json, terms_to_json
from pkgplan.model.names import PackageRef, parse_holder
from pkgplan.model.outlook import Outlook
from pkgplan.model.timeline import AliasWindow, TakeoverRule, Window
from pkgplan.model.units import Instant, format_instant, parse_instant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pkgplan.model.names import Holder

FORMAT_VERSION = "1"


class Operation(StrEnum):
    """The kinds of call (or, for `record`, of log entry) that an action is."""

    CREATE = "create"
    ARCHIVE = "archive"
    ADOPT = "adopt"
    RECORD = "record"


class Reason(StrEnum):
    """Why an action is in the plan."""

    NEW = "new"
    TERMS_CHANGED = "terms-changed"
    REFERENCE_CHANGED = "reference-changed"
    ALIAS_WINDOW_CHANGED = "alias-window-changed"
    RETIRED = "retired"
    METADATA_CHANGED = "metadata-changed"


class EffectKind(StrEnum):
    """What happens to an alias window."""

    OPENED = "opened"
    SHORTENED = "shortened"
    REMOVED = "removed"


class ChangeKind(StrEnum):
    """What happened to a field or term; the value is the symbol that is shown."""

    ADDED = "+"
    REMOVED = "-"
    CHANGED = "~"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between a version and the one before it, in the words of the catalog."""

    kind: ChangeKind
    path: str
    before: str | None
    after: str | None

    def to_json(self) -> JsonObject:
        """`{change, path, before, after}`."""
        return {"change": str(self.kind), "path": self.path, "before": self.before, "after": self.after}


@dataclass(frozen=True, slots=True)
class Action:
    """One step of an apply.

    For a create, `payload` is byte for byte the body that is sent, `aliases` and `uniqueness_key` included.
    For an archive it is `{package_id}`; for a record it is the metadata. `digest` is that of the content.
    `carried` marks a re-issue of older content that bridges time until the declared content begins.
    `references` gives the ids that the payload of a create has, by what the catalog calls them; `terms` gives the
    keys of those of its terms that have no temporary id, in the order of the payload. It is None in plans of older
    logs, which have no such key; so their digests still fit, and a run that did not finish can be resumed.
    `previous` is the version that `changes` are told against: the one before, or for a new package the one of another
    key that it follows on an alias. `previous`, `changes` and `source` are for people; apply does not read them.
    """

    id: str
    operation: Operation
    ref: PackageRef
    reason: Reason
    uniqueness_key: str | None
    payload: JsonObject = field(repr=False)
    windows: tuple[AliasWindow, ...]
    digest: str
    references: Mapping[str, str] = field(default_factory=dict, repr=False)
    terms: Mapping[str, tuple[str, ...]] | None = field(default_factory=dict, repr=False)
    carried: bool = False
    metadata: JsonObject | None = None
    previous: PackageRef | None = None
    source: str | None = None
    changes: tuple[Change, ...] = ()

    @property
    def as_sent(self) -> AsSent:
        """The payload of a create with what is needed to read it."""
        return AsSent(self.payload, self.references, self.terms or {})

    def to_json(self) -> JsonObject:
        """The promised keys first, ours behind them."""
        return {
            "id": self.id,
            "action": str(self.operation),
            "ref": str(self.ref),
            "key": self.ref.key,
            "version": self.ref.version,
            "reason": str(self.reason),
            "uniqueness_key": self.uniqueness_key,
            "payload": self.payload,
            "windows": [window.to_json() for window in self.windows],
            "digest": self.digest,
            "references": dict(self.references),
            **({} if self.terms is None else {"terms": terms_to_json(self.terms)}),
            "carried": self.carried,
            "metadata": self.metadata,
            "previous": None if self.previous is None else str(self.previous),
            "source": self.source,
            "changes": [change.to_json() for change in self.changes],
        }


@dataclass(frozen=True, slots=True)
class Effect:
    """What the actions do to one alias window of one package: a version of ours, or one that pkgplan did not make."""

    alias: str
    ref: Holder
    kind: EffectKind
    before: Window | None
    after: Window | None
    caused_by: str

    def to_json(self) -> JsonObject:
        """`{alias, ref, effect, before, after, caused_by}`."""
        return {
            "alias": self.alias,
            "ref": str(self.ref),
            "effect": str(self.kind),
            "before": None if self.before is None else self.before.to_json(),
            "after": None if self.after is None else self.after.to_json(),
            "caused_by": self.caused_by,
        }


@dataclass(frozen=True, slots=True)
class Base:
    """The state that a plan was made on; all empty for a log that does not exist yet."""

    lineage: str | None
    serial: int
    head: str | None

    def to_json(self) -> JsonObject:
        """`{lineage, serial, head}`."""
        return {"lineage": self.lineage, "serial": self.serial, "head": self.head}


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that an apply needs, and nothing that it may decide.

    `outlook` is None in plans of older logs, which have none of its keys; so their digests still fit, and a run that
    did not finish can be resumed.
    """

    tool_version: str
    environment: str
    namespace: str
    as_of: Instant
    catalog_digest: str
    base: Base
    assumptions: dict[str, str]
    actions: tuple[Action, ...]
    effects: tuple[Effect, ...]
    diagnostics: tuple[JsonObject, ...] = ()
    outlook: Outlook | None = field(default_factory=Outlook)

    @property
    def summary(self) -> dict[str, int]:
        """Counts of actions, and of recorded windows that will move."""
        counts = {str(operation): 0 for operation in Operation}
        for action in self.actions:
            counts[action.operation] += 1
        moved = sum(effect.kind is not EffectKind.OPENED for effect in self.effects)
        return {**counts, "windows_moved": moved}

    @property
    def digest(self) -> str:
        """The identity of the plan."""
        body = self._body("")
        del body["digest"], body["diagnostics"]
        return digest_of(body)

    @property
    def effect_digest(self) -> str:
        """The identity of what is done and what that causes, whenever and by whichever version it was planned."""
        calls: list[JsonObject] = [
            {"call": str(action.operation), "payload": digest_of(action.payload)}
            for action in self.actions
            if action.operation in {Operation.CREATE, Operation.ARCHIVE}
        ]
        outlook = self.outlook or Outlook()
        return outlook.effect_digest(self.environment, self.namespace, calls, self.assumptions)

    def to_json(self) -> JsonObject:
        """The whole plan, keys in their promised order."""
        return self._body(self.digest)

    def _body(self, digest: str) -> JsonObject:
        later: JsonObject = {}
        if self.outlook is not None:
            later = {
                **self.outlook.to_json(),
                "effect_digest": self.effect_digest,
                "diagnostics_digest": digest_of([*self.diagnostics]),
            }
        return {
            "format_version": FORMAT_VERSION,
            "tool_version": self.tool_version,
            "environment": self.environment,
            "as_of": format_instant(self.as_of),
            "catalog_digest": self.catalog_digest,
            "base": self.base.to_json(),
            "digest": digest,
            "actions": [action.to_json() for action in self.actions],
            "effects": [effect.to_json() for effect in self.effects],
            "diagnostics": list(self.diagnostics),
            "summary": dict(self.summary),
            "namespace": self.namespace,
            "assumptions": dict(self.assumptions),
            **later,
        }


def plan_from_json(value: JsonValue, *, stored: bool = False) -> Plan:
    """Read a plan.

    Args:
        value: the JSON of a plan file, or of a plan in a state log.
        stored: whether it comes from a log, which may be older than what plans say today.

    Raises:
        StalePlan: it is of another format, or was edited by hand.
    """
    if not isinstance(value, dict) or "format_version" not in value:
        raise StalePlan("this is not a plan file")
    if value["format_version"] != FORMAT_VERSION:
        has, reads = told_apart(value["format_version"], FORMAT_VERSION)
        raise StalePlan(
            f"the plan has format_version {has}; this pkgplan reads {reads}",
            hint="make the plan again",
        )
    if "effect_digest" not in value and not stored:
        raise StalePlan(
            "the plan file was made by an older pkgplan, or was altered", hint="make the plan again"
        )
    try:
        plan = _plan(value)
        same = plan.to_json() == value and plan.digest == value["digest"]
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise StalePlan(f"the plan file is damaged: {error!r}", hint="make the plan again") from None
    if not same:
        raise StalePlan(
            "this plan file was altered after it was made: its digest does not fit",
            hint="make the plan again",
        )
    return plan


def _plan(value: JsonObject) -> Plan:
    base = as_object(value["base"])
    readings = {key: str(reading) for key, reading in as_object(value["assumptions"]).items()}
    if TakeoverRule.of(readings).readings() != readings:
        raise ValueError("assumptions must say how each open question is read")
    return Plan(
        tool_version=str(value["tool_version"]),
        environment=str(value["environment"]),
        namespace=str(value["namespace"]),
        as_of=parse_instant(str(value["as_of"])),
        catalog_digest=str(value["catalog_digest"]),
        base=Base(_optional_text(base["lineage"]), int(str(base["serial"])), _optional_text(base["head"])),
        assumptions=readings,
        actions=tuple(_action(as_object(item)) for item in as_list(value["actions"])),
        effects=tuple(_effect(as_object(item)) for item in as_list(value["effects"])),
        diagnostics=tuple(as_object(item) for item in as_list(value["diagnostics"])),
        outlook=Outlook.from_json(value) if "effect_digest" in value else None,
    )


def _action(value: JsonObject) -> Action:
    metadata, previous = value["metadata"], value["previous"]
    return Action(
        id=str(value["id"]),
        operation=Operation(str(value["action"])),
        ref=PackageRef.parse(str(value["ref"])),
        reason=Reason(str(value["reason"])),
        uniqueness_key=_optional_text(value["uniqueness_key"]),
        payload=as_object(value["payload"]),
        windows=tuple(AliasWindow.from_json(as_object(item)) for item in as_list(value["windows"])),
        digest=str(value["digest"]),
        references={name: str(id_) for name, id_ in as_object(value["references"]).items()},
        terms=terms_from_json(value["terms"]) if "terms" in value else None,
        carried=value["carried"] is True,
        metadata=None if metadata is None else as_object(metadata),
        previous=None if previous is None else PackageRef.parse(str(previous)),
        source=_optional_text(value["source"]),
        changes=tuple(_change(as_object(item)) for item in as_list(value["changes"])),
    )


def _change(value: JsonObject) -> Change:
    return Change(
        ChangeKind(str(value["change"])),
        str(value["path"]),
        _optional_text(value["before"]),
        _optional_text(value["after"]),
    )


def _effect(value: JsonObject) -> Effect:
    before, after = value["before"], value["after"]
    return Effect(
        alias=str(value["alias"]),
        ref=parse_holder(str(value["ref"])),
        kind=EffectKind(str(value["effect"])),
        before=None if before is None else Window.from_json(as_object(before)),
        after=None if after is None else Window.from_json(as_object(after)),
        caused_by=str(value["caused_by"]),
    )


def _optional_text(value: JsonValue) -> str | None:
    return None if value is None else str(value)
