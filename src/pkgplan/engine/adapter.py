"""The embedded engine behind the `PackageApi` port.

Comes in: calls of the port. Goes out: values of the port, or ApiError's children and nothing else.
Never here: rules of the engine. The real API's adapter answers the same contract tests.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from pkgplan.engine.faults import EngineError
from pkgplan.errors import ApiConflict, ApiError, ApiRejected, ApiUnavailable, EnvironmentFault
from pkgplan.model.canonical import JsonObject, JsonValue, as_list, as_object
from pkgplan.model.timeline import AliasWindow, Window
from pkgplan.model.units import Instant, parse_instant
from pkgplan.ports import RemotePackage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.engine.engine import Engine

_PAGE_SIZE: Final = 100


class EmbeddedPackages:
    """`PackageApi` on an `Engine`; a fault of the file is an ApiUnavailable, which is an EnvironmentFault."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def create(self, payload: JsonObject) -> str:
        """Create a package; gives its id."""
        with _translated():
            answer = as_object(self._engine.call("packages.create", payload))
        return _text(as_object(answer["data"]), "id")

    def get(self, package_id: str) -> RemotePackage:
        """Read one package, archived or not."""
        with _translated():
            answer = as_object(self._engine.call("packages.get", {"package_id": package_id}))
        return remote_package(as_object(answer["data"]))

    def list(self) -> Iterator[RemotePackage]:
        """Every package in the order of creation, archived ones too."""
        next_page: str | None = None
        while True:
            with _translated():
                query: JsonObject = {"limit": _PAGE_SIZE}
                if next_page is not None:
                    query["next_page"] = next_page
                answer = as_object(self._engine.call("packages.list", {"archive_filter": "ALL"}, query=query))
            for item in as_list(answer["data"]):
                yield remote_package(as_object(item))
            next_page = _optional_text(answer.get("next_page"))
            if next_page is None:
                return

    def archive(self, package_id: str) -> None:
        """Archive a package for good."""
        with _translated():
            self._engine.call("packages.archive", {"package_id": package_id})


def remote_package(body: JsonObject) -> RemotePackage:
    """The API's `Package` object as a value of the port."""
    archived_at = body.get("archived_at")
    return RemotePackage(
        package_id=_text(body, "id"),
        name=_optional_text(body.get("name")),
        uniqueness_key=_optional_text(body.get("uniqueness_key")),
        windows=tuple(_alias_window(as_object(alias)) for alias in as_list(body.get("aliases", []))),
        created_at=parse_instant(_text(body, "created_at")),
        archived_at=_optional_instant(archived_at),
        body=body,
    )


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except EngineError as error:
        raise _api_error(error) from error
    except EnvironmentFault as fault:
        raise ApiUnavailable(fault.message, hint=fault.hint) from fault


def _api_error(error: EngineError) -> ApiError:
    if error.status == 409:
        return ApiConflict(error.message, status=error.status)
    if error.status >= 500:
        return ApiUnavailable(error.message, status=error.status)
    return ApiRejected(error.message, status=error.status)


def _alias_window(alias: JsonObject) -> AliasWindow:
    window = Window(
        _optional_instant(alias.get("starting_at")), _optional_instant(alias.get("ending_before"))
    )
    return AliasWindow(_text(alias, "name"), window)


def _optional_instant(value: JsonValue) -> Instant | None:
    text = _optional_text(value)
    return None if text is None else parse_instant(text)


def _optional_text(value: JsonValue) -> str | None:
    if value is not None and not isinstance(value, str):
        raise TypeError(f"{value!r} is not text")
    return value


def _text(body: JsonObject, name: str) -> str:
    value = body[name]
    if not isinstance(value, str):
        raise TypeError(f"{name} of an answer is not text: {value!r}")
    return value
