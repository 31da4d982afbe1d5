"""Versions of recorded state, as the command line names them: `key`, `key@N`, or an alias.

Comes in: text of the command line, recorded state. Goes out: versions, or UsageFault with what may have been meant.
Never here: the environment itself; what is recorded of it may be out of date.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pkgplan.errors import UsageFault
from pkgplan.model.names import KEY_PATTERN, PackageRef, did_you_mean, nearest
from pkgplan.model.record import current_version
from pkgplan.model.timeline import resolve
from pkgplan.model.units import short_instant

if TYPE_CHECKING:
    from pkgplan.model.record import RecordedVersion, State
    from pkgplan.model.units import Instant

# As many versions of a key are named in a hint.
_NEWEST = 8


def package_named(text: str) -> PackageRef | str:
    """A version or a key; raises UsageFault for what can be neither."""
    try:
        return PackageRef.parse(text)
    except ValueError:
        if re.fullmatch(KEY_PATTERN, text):
            return text
    raise UsageFault(
        f'"{text}" is neither the key of a package nor a version of one',
        hint='write a key such as "starter", or a version such as "starter@2"; see `pkgplan packages list`',
    )


def version_named(ref: PackageRef, state: State, environment: str) -> RecordedVersion:
    """A recorded version; raises UsageFault if there is none of that number."""
    version = state.versions.get(ref)
    if version is None:
        raise UsageFault(
            f'package version "{ref}" is not recorded in environment "{environment}"',
            hint=_known(ref.key, state),
        )
    return version


def versions_named(name: PackageRef | str, state: State, environment: str) -> tuple[RecordedVersion, ...]:
    """One version, or every version of a key, oldest first; raises UsageFault if there is none."""
    if isinstance(name, PackageRef):
        return (version_named(name, state, environment),)
    versions = state.versions_by_key().get(name)
    if versions is None:
        raise UsageFault(
            f'no version of package "{name}" is recorded in environment "{environment}"',
            hint=_known(name, state),
        )
    return tuple(versions)


def version_to_provision(name: PackageRef | str, state: State, environment: str) -> RecordedVersion:
    """A version that contracts can be made from: the one named, or the newest of a key.

    Raises:
        UsageFault: there is none, or it is archived.
    """
    versions = versions_named(name, state, environment)
    version = versions[-1] if isinstance(name, PackageRef) else current_version(versions)
    if version is None or version.archived_at is not None:
        what = f"package {name}" if version is not None else f'every version of package "{name}"'
        raise UsageFault(
            f"{what} is archived; no new contracts can be made from it",
            hint="choose another version; see `pkgplan packages list`",
        )
    return version


def version_behind(alias: str, at: Instant, state: State) -> RecordedVersion:
    """Who is behind an alias at an instant; raises UsageFault if nobody is."""
    rows = state.timelines()
    ref = resolve(rows.get(alias, ()), at)
    if ref is None:
        raise UsageFault(
            f'nobody is behind alias "{alias}" at {short_instant(at)}',
            hint=("" if alias in rows else did_you_mean(alias, rows)) or "see `pkgplan alias list`",
        )
    if not isinstance(ref, PackageRef):
        raise UsageFault(
            f'behind alias "{alias}" at {short_instant(at)} is package "{ref}", which pkgplan did not make',
            hint="see `pkgplan alias list`",
        )
    return state.versions[ref]


def versions_behind(alias: str, state: State) -> tuple[RecordedVersion, ...]:
    """Every version that has, had or was given an alias, archived ones too; raises UsageFault if there is none."""
    by_alias: dict[str, list[RecordedVersion]] = {}
    for ref in sorted(state.versions):
        version = state.versions[ref]
        for each in {held.alias for held in (*version.sent, *version.windows)}:
            by_alias.setdefault(each, []).append(version)
    if alias not in by_alias:
        raise UsageFault(
            f'no package that is recorded was ever behind alias "{alias}"',
            hint=did_you_mean(alias, by_alias) or "see `pkgplan alias list`",
        )
    return tuple(by_alias[alias])


def _known(key: str, state: State) -> str:
    """What might have been meant: the newest versions of this key, or of another."""
    versions = state.versions_by_key()
    if not versions:
        return (
            "nothing is recorded there; `pkgplan apply` records versions, --env chooses another environment"
        )
    close = nearest(key, versions)
    if close is None:
        return did_you_mean(key, versions) or "see `pkgplan packages list`"
    meant = "" if close == key else f'did you mean "{close}"? '
    return f"{meant}recorded: {', '.join(str(version.ref) for version in versions[close][-_NEWEST:])}"
