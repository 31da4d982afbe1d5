"""What differs between record and environment, for people: each package with both sides.

Comes in: differences. Goes out: text. Never here: what to do about it; the command says that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.model.drift import Difference, DriftKind
from pkgplan.model.names import ForeignRef
from pkgplan.report.text.words import visible, window

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pkgplan.model.timeline import Window


def drift_text(differences: Iterable[Difference], *, environment: str, serial: int) -> str:
    """A heading, and a line or two for each difference; empty if there is none."""
    lines = [line for each in differences for line in _difference(each)]
    if not lines:
        return ""
    heading = (
        f'Environment "{visible(environment)}" differs from the record (entry {serial} of the state log):'
    )
    return "".join(f"{line}\n" for line in (heading, *lines))


def _difference(each: Difference) -> Iterable[str]:
    holder = visible(str(each.holder))
    match each.kind:
        case DriftKind.ARCHIVED:
            yield f"  {holder}   archived there, live in the record"
        case DriftKind.LIVE:
            yield f"  {holder}   live there, archived in the record"
        case DriftKind.UNRECORDED:
            yield f"  {holder}   there, not in the record"
        case DriftKind.TWIN:
            version = visible(each.name or "")
            yield f"  {holder}   another {version} than the recorded one; left alone like a foreign package"
        case DriftKind.WINDOWS | DriftKind.FOREIGN:
            named = f' "{visible(each.name)}"' if isinstance(each.holder, ForeignRef) and each.name else ""
            whose = " (not of this catalog)" if isinstance(each.holder, ForeignRef) else ""
            yield f'  {holder}{named} on alias "{visible(each.alias or "")}"{whose}'
            yield f"    there    {_windows(each.live)}"
            yield f"    record   {_windows(each.recorded)}"


def _windows(windows: Sequence[Window]) -> str:
    return ", ".join(window(each) for each in windows) or "no window"
