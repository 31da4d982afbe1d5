"""Pins: which id each declared reference stands for in one environment, in a committed lock file.

Comes in: a path, the name of an environment, and ids by name. Goes out: the file.
Never here: looking ids up or inventing them, or reading: that is the loader's, as people write lock files by hand. The
bytes depend on the pins alone, so that a review shows changes only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.adapters.disk import replace_file
from pkgplan.model.canonical import JsonValue, pretty
from pkgplan.model.catalog.lock_file import FORMAT_VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def write_pins(path: Path, environment: str, ids: Mapping[str, str]) -> None:
    """Write the pins of an environment, durably and as a whole; raises EnvironmentFault."""
    body: JsonValue = {
        "format_version": FORMAT_VERSION,
        "environment": environment,
        "ids": {name: ids[name].lower() for name in sorted(ids)},
    }
    replace_file(path, pretty(body).encode())
