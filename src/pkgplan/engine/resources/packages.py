"""Packages: create, get, list, archive; there is no update and no way back from archive.

Comes in: create bodies and ids. Goes out: the API's `Package` objects.
Never here: the rules of a create body (`terms/`, `admission.py`), what a read shows of it (`templates/`), contracts.
Source: POST /v1/packages/{create,get,list,archive}; 409 and 422 were observed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal

from pkgplan.engine import packages
from pkgplan.engine.admission import admit
from pkgplan.engine.aliases import PACKAGES, let_go, take_alias
from pkgplan.engine.faults import KEY_USED, EngineError, not_found
from pkgplan.engine.fields import AnyCase, Body, ClosedBody, EntityId
from pkgplan.engine.operation import Operation
from pkgplan.engine.paging import page_of
from pkgplan.engine.payloads import PackageCreate
from pkgplan.engine.payloads.query import PageQuery
from pkgplan.engine.resources import audit, term_fields
from pkgplan.engine.templates import render
from pkgplan.engine.terms import check_terms
from pkgplan.model.timeline import AliasWindow, Window

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pkgplan.engine.operation import Request, Transaction
    from pkgplan.engine.packages import StoredPackage
    from pkgplan.model.canonical import JsonObject


class PackageGet(Body):
    """The package to read."""

    package_id: EntityId


class PackageArchive(ClosedBody):
    """The package to archive."""

    package_id: EntityId


class PackageList(ClosedBody):
    """Which packages to list."""

    archive_filter: Annotated[Literal["ARCHIVED", "NOT_ARCHIVED", "ALL"], AnyCase] = "NOT_ARCHIVED"


def found(tx: Transaction, package_id: str) -> StoredPackage:
    """The package with this id; raises EngineError 404."""
    stored = packages.find(tx.connection, package_id)
    if stored is None:
        raise not_found(f'package "{package_id}" not found')
    return stored


def _create(tx: Transaction, request: Request) -> JsonObject:
    payload: PackageCreate = request.body
    check_terms(payload)
    key = payload.uniqueness_key
    if key is not None and packages.is_key_used(tx.connection, key):
        raise EngineError(409, KEY_USED)
    names = admit(tx, payload)
    new = packages.NewPackage(
        package_id=tx.new_id(),
        uniqueness_key=key,
        created_at=tx.now,
        request=payload.to_json(),
        body=render(payload, names, tx.new_id),
    )
    seq = packages.insert(tx.connection, new)
    term_fields.write(tx, new.body)
    for alias in payload.aliases:
        wanted = AliasWindow(alias.name, Window(alias.starting_at, alias.ending_before))
        take_alias(tx.connection, PACKAGES, seq, wanted, now=tx.now, rule=tx.assumptions.takeover)
    audit.record(tx, "create", "package", new.package_id, payload.name)
    return {"data": {"id": new.package_id}}


def _get(tx: Transaction, request: Request) -> JsonObject:
    body: PackageGet = request.body
    return {"data": _shown(tx, [found(tx, body.package_id)])[0]}


def _list(tx: Transaction, request: Request) -> JsonObject:
    body: PackageList = request.body
    page = page_of(request.query.limit, request.query.next_page)
    found = packages.page(tx.connection, body.archive_filter, after=page.after, limit=page.fetched)
    page, rows = page.filled(found, lambda stored: len(stored.body))
    shown = dict(zip((stored.seq for stored in rows), _shown(tx, rows), strict=True))
    return page.answer(rows, lambda stored: shown[stored.seq])


def _shown(tx: Transaction, rows: Sequence[StoredPackage]) -> list[JsonObject]:
    return term_fields.visible(tx.connection, packages.shown(tx.connection, rows))


def _archive(tx: Transaction, request: Request) -> JsonObject:
    body: PackageArchive = request.body
    stored = found(tx, body.package_id)
    if stored.archived_at is not None:
        raise EngineError(422, f'package "{body.package_id}" is already archived')
    packages.mark_archived(tx.connection, stored.seq, tx.now)
    if tx.assumptions.archived_alias == "nobody":
        let_go(tx.connection, PACKAGES, stored.seq)
    audit.record(tx, "archive", "package", body.package_id)
    return {"data": {"id": body.package_id}}


OPERATIONS: Final = (
    Operation(
        "packages.create", "POST", "/v1/packages/create", "Create a package", _create,
        body=PackageCreate, writes=True, refusals=(404, 409),
    ),
    Operation(
        "packages.get", "POST", "/v1/packages/get", "Get a package", _get, body=PackageGet, refusals=(404,)
    ),
    Operation(
        "packages.list", "POST", "/v1/packages/list", "List packages", _list,
        body=PackageList, query=PageQuery,
    ),
    Operation(
        "packages.archive", "POST", "/v1/packages/archive", "Archive a package", _archive,
        body=PackageArchive, writes=True, refusals=(404, 422),
    ),
)  # fmt: skip
