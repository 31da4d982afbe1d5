"""Pins: which id each declared reference stands for in one environment, in a committed lock file.

Comes in: a path and the name of an environment. Goes out: `{"product/input-tokens": "<id>", ...}`.
Never here: looking ids up, or inventing them. The bytes depend on the pins alone, so that
a review shows changes only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pkgplan.adapters.disk import MEBIBYTE, read_file, replace_file
from pkgplan.errors import EnvironmentFault
from pkgplan.model.canonical import JsonValue, parse_json, pretty

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FORMAT_VERSION: Final = "1"
MAX_PINS_BYTES: Final = 16 * MEBIBYTE


def read_pins(path: Path, environment: str) -> dict[str, str]:
    """The pins of an environment, sorted; empty if there is no file yet.

    Raises:
        EnvironmentFault: the file cannot be read, is damaged, or pins another environment.
    """
    content = read_file(path, limit=MAX_PINS_BYTES)
    if content is None:
        return {}
    try:
        value = parse_json(content.decode())
    except UnicodeDecodeError:
        raise _damaged(path, "it is not UTF-8 text") from None
    except ValueError as error:
        raise _damaged(path, str(error)) from None
    return _ids(value, path, environment)


def write_pins(path: Path, environment: str, ids: Mapping[str, str]) -> None:
    """Write the pins of an environment, durably and as a whole; raises EnvironmentFault."""
    body: JsonValue = {
        "format_version": FORMAT_VERSION,
        "environment": environment,
        "ids": {name: ids[name] for name in sorted(ids)},
    }
    replace_file(path, pretty(body).encode())


def _ids(value: JsonValue, path: Path, environment: str) -> dict[str, str]:
    if not isinstance(value, dict) or set(value) != {"format_version", "environment", "ids"}:
        raise _damaged(path, "a lock file has the keys format_version, environment and ids")
    version, owner, ids = value["format_version"], value["environment"], value["ids"]
    if version != FORMAT_VERSION:
        raise EnvironmentFault(
            f'"{path}" has format_version "{version}"; this pkgplan reads "{FORMAT_VERSION}"',
            hint="use the pkgplan that wrote it, or a newer one",
        )
    if owner != environment:
        raise EnvironmentFault(
            f'"{path}" pins environment "{owner}", not "{environment}"',
            hint=f'restore the lock file of "{environment}"; ids of one environment mean nothing in another',
        )
    if not isinstance(ids, dict):
        raise _damaged(path, "ids is not a mapping")
    pins: dict[str, str] = {}
    for name in sorted(ids):
        id_ = ids[name]
        if not isinstance(id_, str) or not id_:
            raise _damaged(path, f'the id of "{name}" is not text')
        pins[name] = id_
    return pins


def _damaged(path: Path, reason: str) -> EnvironmentFault:
    return EnvironmentFault(
        f'lock file "{path}" is damaged: {reason}', hint="restore it from version control"
    )
