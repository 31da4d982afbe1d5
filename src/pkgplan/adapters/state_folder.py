"""The folder of state logs: which logs there are, and whose each of them says that it is.

Comes in: a catalog folder. Goes out: a `KeptLog` for each log. Never here: more than the beginning of a file, or a
fault: what cannot be read has no owner, and whoever needs that log will hear why.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from pkgplan.adapters.disk import open_regular
from pkgplan.adapters.state_damage import parse_line
from pkgplan.errors import EnvironmentFault
from pkgplan.model.artefacts import MARK
from pkgplan.model.kept_log import KeptLog

if TYPE_CHECKING:
    from pathlib import Path

FOLDER: Final = "state"
SUFFIX: Final = ".jsonl"
# A genesis is a few hundred bytes long.
_BEGINNING: Final = 64 * 1024


def kept_logs(root: Path) -> tuple[KeptLog, ...]:
    """The logs of a catalog folder, by name."""
    try:
        names = os.listdir(root / FOLDER)  # noqa: PTH208 - names are all that is needed
    except OSError:
        return ()
    return tuple(_kept(root, name) for name in sorted(names) if name.endswith(SUFFIX) and name.isprintable())


def _kept(root: Path, file: str) -> KeptLog:
    path, name = f"{FOLDER}/{file}", file.removesuffix(SUFFIX)
    beginning = _beginning(root / path)
    genesis, _, rest = beginning.lstrip().partition(b"\n")
    with suppress(EnvironmentFault):
        entry = parse_line(genesis)
        if entry.kind == "genesis":
            environment, namespace = str(entry.body.get("environment")), str(entry.body.get("namespace"))
            return KeptLog(path, name, environment, namespace, is_begun=bool(rest.strip()))
    return KeptLog(path, name, is_begun=bool(beginning))


def _beginning(path: Path) -> bytes:
    with suppress(OSError, EnvironmentFault):
        descriptor = open_regular(path, os.O_RDONLY)
        try:
            return os.read(descriptor, _BEGINNING).removeprefix(MARK)
        finally:
            os.close(descriptor)
    return b""
