"""Making one contract from a recorded version, and seeing that it is what was promised.

Comes in: a recorded version, a promise, the environment's ports. Goes out: the contract's id, or a fault that says
what is known. Never here: choosing the version, asking anybody, or the state log: contracts are not recorded there.
"""

from __future__ import annotations

from contextlib import contextmanager
from shlex import quote
from typing import TYPE_CHECKING

from pkgplan.errors import (
    ApiConflict,
    ApiError,
    ApiRejected,
    ApiUnavailable,
    EnvironmentFault,
    StateCorrupt,
    UsageFault,
)
from pkgplan.model.timeline import Window
from pkgplan.model.units import format_instant, short_instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pkgplan.model.record import RecordedVersion
    from pkgplan.model.timeline import AliasWindow
    from pkgplan.model.units import Instant
    from pkgplan.pipeline.promising import Promise
    from pkgplan.ports import ContractApi, PackageApi, RemotePackage

# What is answered for the id of a package that is not there, depending on the call.
_UNKNOWN = frozenset({400, 404})


def live_version(
    version: RecordedVersion, packages: PackageApi, *, alias: str | None, at: Instant
) -> RemotePackage:
    """The package of a version as the environment shows it, if contracts can be made from it as recorded.

    Args:
        version: as recorded.
        packages: of the environment.
        alias: that the version was chosen by, if it was.
        at: when the contract starts; the environment, too, must have the version behind the alias then.

    Raises:
        StateCorrupt: the environment does not hold the package, has archived it, or gives it other windows.
    """
    with held(version):
        live = packages.get(version.package_id)
    if live.archived_at is not None:
        raise StateCorrupt(
            f"{version.ref} is archived in the environment since {short_instant(live.archived_at)}, which the "
            "state log does not record",
            hint="choose another version; see `pkgplan alias list --live`",
        )
    if alias is not None and not _covers(live.windows, alias, at):
        raise StateCorrupt(
            f'for alias "{alias}" the state log and the environment disagree about {version.ref}: recorded is '
            f"{_words(version.windows, alias)}, the environment has {_words(live.windows, alias)}",
            hint="see `pkgplan alias list --live`; to have this version all the same, name it with --package",
        )
    return live


@contextmanager
def held(version: RecordedVersion) -> Iterator[None]:
    """Call for the package of a version; raises StateCorrupt if the environment knows of no such package."""
    try:
        yield
    except ApiRejected as fault:
        if fault.status not in _UNKNOWN:
            raise
        raise StateCorrupt(
            f'the state log records {version.ref} as package "{version.package_id}", which the environment '
            "does not hold",
            hint="use the log of this environment; see `pkgplan alias list --live`",
        ) from None


def provision(promise: Promise, contracts: ContractApi) -> str:
    """Make the contract, read it back and compare; gives its id.

    Raises:
        UsageFault: the environment refused what was asked for, and did nothing.
        EnvironmentFault: the contract was made, but differs from the promise or cannot be read back; or nobody
            knows whether it was made.
    """
    asked = promise.asked
    look = f"`pkgplan contracts list --package {promise.ref}`"
    try:
        contract_id = contracts.provision(promise.request())
    except ApiConflict as fault:
        raise UsageFault(
            f"the contract was not made: {fault.message}", hint=f"it may exist already; see {look}"
        ) from None
    except ApiUnavailable as fault:
        again = "run the same command again, which cannot make a second one"
        raise ApiUnavailable(
            f"the contract may or may not have been made: {fault.message}",
            hint=again if asked.uniqueness_key else f"see {look} before you try again",
        ) from None
    try:
        body = contracts.get(asked.customer_id, contract_id)
    except ApiError as fault:
        raise EnvironmentFault(
            f'contract "{contract_id}" was made, but cannot be read back: {fault.message}',
            hint=f"see `pkgplan contracts show {quote(contract_id)} --customer {quote(asked.customer_id)}`",
        ) from None
    differences = [
        f"{name} is {actual} instead of {wanted}"
        for name, wanted, actual in (
            ("its package", f'"{promise.package_id}"', f'"{body.get("package_id") or "unknown"}"'),
            ("its window", _window(promise.window), _window(Window.from_json(body))),
        )
        if wanted != actual
    ]
    if differences:
        raise EnvironmentFault(
            f'contract "{contract_id}" of customer "{asked.customer_id}" was made, but is not what was '
            f"promised: {'; '.join(differences)}",
            hint="nothing was undone: end or archive the contract in the environment if it must not stand",
        )
    return contract_id


def _covers(windows: Iterable[AliasWindow], alias: str, at: Instant) -> bool:
    return any(held.alias == alias and held.window.covers(at) for held in windows)


def _words(windows: Iterable[AliasWindow], alias: str) -> str:
    return ", ".join(_window(held.window) for held in windows if held.alias == alias) or "no window"


def _window(window: Window) -> str:
    sides = (window.starting_at, window.ending_before)
    return " .. ".join("" if side is None else format_instant(side) for side in sides).strip()
