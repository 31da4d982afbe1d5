"""Logs that belong to no environment of the Project, and what they mean for an environment that has none.

Comes in: the Project, the logs that lie in the catalog. Goes out: findings.
Never here: reading logs, or what is recorded in them.

Names are part of every uniqueness key. An environment or namespace that was renamed knows nothing of what was made
under the old name, and nothing in Metronome would keep it from making everything a second time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.model.diagnostics import START_OF_FILE, Diagnostic, Location, Related
from pkgplan.model.rules import NEW_BEGINNING, ORPHAN_LOG

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pkgplan.model.catalog.catalog import Declared
    from pkgplan.model.catalog.project import ProjectDocument
    from pkgplan.model.kept_log import KeptLog


def orphan_logs(project: Declared[ProjectDocument], logs: Sequence[KeptLog]) -> Iterator[Diagnostic]:
    """A finding for each log that no environment of the Project will read."""
    spec = project.document.spec
    present = {log.name for log in logs}
    for log in logs:
        known = log.name in spec.environments
        if known and (log.environment is None or log.owner == (log.name, spec.namespace)):
            continue
        if known:
            message = f'this is the log of {_owner(log)}, not of "{log.name}" of "{spec.namespace}"'
            hint = "undo the change of the name or namespace, or put the log of this environment here"
        elif log.environment in spec.environments and log.namespace == spec.namespace:
            message = f'a copy of the log of "{log.environment}": the Project has no environment "{log.name}"'
            hint = "move it out of state/"
            if log.environment not in present:
                hint = f"name it {log.environment}.jsonl, unless that shall be rebuilt; then {hint}"
        else:
            message = f'nobody reads this log: the Project has no environment "{log.name}"'
            if log.environment is not None:
                message = f"nobody reads the log of {_owner(log)}: the Project has no such environment"
            old = log.environment or log.name
            hint = (
                f'if it has another name now, write "{old}" again, as its packages are known by that; '
                "if it is gone for good, move the file out of state/"
            )
        yield Diagnostic(ORPHAN_LOG, message, Location(log.path, text_range=START_OF_FILE), hint)


def new_beginning(
    project: Declared[ProjectDocument], logs: Sequence[KeptLog], environment: str
) -> Diagnostic | None:
    """What speaks against making everything in an environment without a log: a log of one that is no longer there."""
    spec = project.document.spec
    if any(log.name == environment and log.is_begun for log in logs):
        return None
    known = {(name, spec.namespace) for name in spec.environments}
    left = [
        log
        for log in logs
        if log.is_begun
        and log.environment is not None
        and log.name not in spec.environments
        and log.owner not in known
    ]
    if not left:
        return None
    others = _listed(log.path for log in left)
    owners = _listed(f'"{log.environment}"' for log in left)
    return Diagnostic(
        NEW_BEGINNING,
        f'environment "{environment}" has no log, and {others} is that of {owners}, which the Project does not '
        "have: if that was renamed, every package would be created a second time",
        project.at("spec", "environments", environment).at_key(),
        f'write {owners} again if it is the same environment; if "{environment}" shall begin with nothing, move '
        f"{others} out of state/",
        tuple(
            Related(Location(log.path, text_range=START_OF_FILE), f"the log of {_owner(log)}") for log in left
        ),
    )


def _owner(log: KeptLog) -> str:
    return f'environment "{log.environment}" of namespace "{log.namespace}"'


def _listed(names: Iterable[str]) -> str:
    return " and ".join(names)
