"""The calls of the embedded engine: one method for each endpoint, one transaction for each call.

Comes in: request bodies as JSON values. Goes out: response bodies; a call that raised did nothing.
Never here: HTTP, SQL, or reading the real clock.
Source: POST /v1/packages/{create,get,list,archive}; there is no update and no way back from archive.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Final, Self

from pkgplan.engine import packages, paging, prerequisites
from pkgplan.engine.admission import admit
from pkgplan.engine.aliases import let_go, package_behind, take_alias
from pkgplan.engine.faults import EngineError, not_found, refused
from pkgplan.engine.payloads import parse_create
from pkgplan.engine.store import Store
from pkgplan.engine.templates import render
from pkgplan.engine.terms import check_terms
from pkgplan.model.timeline import SAFEST, AliasWindow, TakeoverRule, Window

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable
    from pathlib import Path
    from types import TracebackType

    from pkgplan.engine.admission import Names
    from pkgplan.engine.packages import StoredPackage
    from pkgplan.engine.payloads import PackageCreate
    from pkgplan.engine.prerequisites import SeededReference
    from pkgplan.model.canonical import JsonObject
    from pkgplan.model.units import Instant
    from pkgplan.ports import Clock

BUSY_SECONDS: Final = 30.0
KEY_USED: Final = "This uniqueness key has already been used."


def random_id() -> str:
    """A fresh id, as the API makes them."""
    return str(uuid.uuid4())


class Engine:
    """An offline Metronome environment in one file, or in memory with ":memory:".

    Args:
        path: the SQLite file; its folder is created at the first call.
        clock: gives `created_at`, `archived_at` and the instant of takeovers.
        rule: our reading of what the vendor does not document about aliases.
        new_id: makes ids; tests may make them predictable.
        busy_seconds: how long a call waits for another process before it answers 503.

    Every call raises EngineError, or EnvironmentFault if the file cannot be opened or is not ours.
    """

    def __init__(
        self,
        path: Path | str,
        clock: Clock,
        rule: TakeoverRule = SAFEST,
        *,
        new_id: Callable[[], str] = random_id,
        busy_seconds: float = BUSY_SECONDS,
    ) -> None:
        self._store = Store(path, busy_seconds=busy_seconds)
        self._clock = clock
        self._rule = rule
        self._new_id = new_id

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; the next call opens it again. What is in memory is gone."""
        self._store.close()

    def seed(self, references: Iterable[SeededReference]) -> None:
        """Make prerequisites exist as given; repeating it changes nothing."""
        with self._store.writing() as connection:
            prerequisites.seed(connection, references)

    def create_package(self, body: JsonObject) -> JsonObject:
        """POST /v1/packages/create: `{data: {id}}`; 400, 404, or 409 for a used uniqueness key."""
        payload = parse_create(body)
        check_terms(payload)
        with self._store.writing() as connection:
            if payload.uniqueness_key is not None and packages.is_key_used(
                connection, payload.uniqueness_key
            ):
                raise EngineError(409, KEY_USED)
            names = admit(connection, payload)
            return {"data": {"id": self._insert(connection, payload, names)}}

    def get_package(self, body: JsonObject) -> JsonObject:
        """POST /v1/packages/get: `{data: Package}`, archived or not; 404."""
        package_id = _package_id(body)
        with self._store.reading() as connection:
            return {"data": packages.shown(connection, _found(connection, package_id))}

    def list_packages(
        self, body: JsonObject, *, limit: int | None = None, next_page: str | None = None
    ) -> JsonObject:
        """POST /v1/packages/list: `{data: [Package], next_page}` in the order of creation; 400."""
        asked = paging.parse_list(body, limit, next_page)
        with self._store.reading() as connection:
            rows = packages.page(connection, asked.archive_filter, after=asked.after, limit=asked.limit + 1)
            answered = rows[: asked.limit]
            return {
                "data": [packages.shown(connection, stored) for stored in answered],
                "next_page": paging.cursor_after(answered[-1].seq) if len(rows) > asked.limit else None,
            }

    def archive_package(self, body: JsonObject) -> JsonObject:
        """POST /v1/packages/archive: `{data: {id}}`, for good; 404, or 422 if it already is."""
        paging.refuse_unknown(body, ("package_id",))
        package_id = _package_id(body)
        with self._store.writing() as connection:
            stored = _found(connection, package_id)
            if stored.archived_at is not None:
                raise EngineError(422, f'package "{package_id}" is already archived')
            packages.mark_archived(connection, stored.seq, self._now())
            let_go(connection, stored.seq)
        return {"data": {"id": package_id}}

    def resolve_alias(self, alias: str, at: Instant) -> str | None:
        """The id of the package that a contract starting at an instant would get; None if nobody is there."""
        with self._store.reading() as connection:
            return package_behind(connection, alias, at)

    def _insert(self, connection: sqlite3.Connection, payload: PackageCreate, names: Names) -> str:
        package_id, now = self._new_id(), self._now()
        new = packages.NewPackage(
            package_id=package_id,
            uniqueness_key=payload.uniqueness_key,
            created_at=now,
            request=payload.to_json(),
            body=render(payload, names, self._new_id),
        )
        seq = packages.insert(connection, new)
        for alias in payload.aliases:
            wanted = AliasWindow(alias.name, Window(alias.starting_at, alias.ending_before))
            take_alias(connection, seq, wanted, now=now, rule=self._rule)
        return package_id

    def _now(self) -> Instant:
        """The present to the millisecond, which is what answers can show."""
        now = self._clock.now()
        return now.replace(microsecond=now.microsecond // 1000 * 1000)


def _package_id(body: JsonObject) -> str:
    if "package_id" not in body:
        raise refused("body must have required property 'package_id'")
    package_id = body["package_id"]
    if not isinstance(package_id, str):
        raise refused("body/package_id must be string")
    return package_id


def _found(connection: sqlite3.Connection, package_id: str) -> StoredPackage:
    stored = packages.find(connection, package_id)
    if stored is None:
        raise not_found(f'package "{package_id}" not found')
    return stored
