"""Two packages side by side.

Comes in: packages as the catalog declares them, or versions as they were recorded. Goes out: a `Comparison`.
Never here: state, or which of the two is meant; the command decides.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pkgplan.model.comparison import Comparison, Side
from pkgplan.model.compiled import AsSent
from pkgplan.model.meaning import says_the_same
from pkgplan.model.units import USD, USD_CREDIT_TYPE_ID
from pkgplan.stages.compile import compile_packages, embedded_ids
from pkgplan.stages.diff import side_by_side

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pkgplan.model.record import RecordedVersion
    from pkgplan.pipeline.checking import CheckedCatalog
    from pkgplan.pipeline.planning import Target


def declared_side(checked: CheckedCatalog, key: str, target: Target, recorded: Mapping[str, str]) -> Side:
    """A package of a sound catalog as it is declared now, to be compared; raises KeyError if there is none.

    Args:
        checked: a sound catalog.
        key: the key of the package.
        target: the environment; a name that has no id there gets one that follows from the name.
        recorded: names with the ids that a recorded version was sent with, for those that have none now.
    """
    package = checked.catalog.packages[key]
    known = {f"pricing-unit/{USD}": USD_CREDIT_TYPE_ID, **recorded, **target.ids}
    ids = {**embedded_ids(checked.catalog, target.namespace, target.environment), **known}
    (compiled,) = compile_packages(replace(checked.catalog, packages={key: package}), ids)
    return Side(
        key=key,
        version=None,
        sent=AsSent(compiled.payload, compiled.references, compiled.terms),
        digest=compiled.digest,
        windows=tuple(alias.window for alias in compiled.aliases),
        path=package.path,
        unpinned=tuple(name for name in compiled.references if name not in known),
    )


def recorded_side(version: RecordedVersion, sent: AsSent) -> Side:
    """A recorded version, to be compared."""
    return Side(
        version.ref.key,
        version.ref.version,
        sent,
        version.digest,
        version.windows,
        archived_at=version.archived_at,
    )


def compare(before: Side, after: Side, environment: str) -> Comparison:
    """Two packages side by side, each in its own words; they are the same if a plan would take them for the same."""
    is_same = before.digest == after.digest or says_the_same(before.sent.payload, after.sent.payload)
    rows = side_by_side(before.sent, after.sent)
    if is_same and any(row.kind is not None for row in rows):
        # Names that are not sent: of terms without a temporary id, or of the references behind the ids.
        rows = side_by_side(before.sent, before.sent)
    return Comparison(environment, before, after, rows, is_same=is_same)
