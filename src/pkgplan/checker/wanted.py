"""Who should have each alias after a plan, by the rules that README gives to authors; written without the planner.

Comes in: the packages of the catalog, the state, what the replay moved. Goes out: discrepancies.
Never here: how to get there, or times before the next full hour, which no call can change (`promises.py` keeps them).

For each instant there is a set of answers, because two rules leave room: a file that was edited in place may let its
package go on until its new window begins, and a retirement lets the last window end. Everything else has one answer.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pkgplan.checker.discrepancy import Discrepancy, Kind, told_instant
from pkgplan.checker.holders import Holders, behind
from pkgplan.model.compiled import Content
from pkgplan.model.names import ForeignRef, PackageRef
from pkgplan.model.plan import Operation
from pkgplan.model.timeline import BEGINNING, END
from pkgplan.model.units import next_full_hour

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pkgplan.checker.asked import Asked
    from pkgplan.checker.replay import Replay
    from pkgplan.model.compiled import CompiledPackage
    from pkgplan.model.names import Holder
    from pkgplan.model.plan import Plan
    from pkgplan.model.record import ForeignPackage, RecordedVersion, State
    from pkgplan.model.timeline import Window
    from pkgplan.model.units import Instant

# A retired package that may be gone, an alias that nobody has.
NOBODY = None
Answer = Content | None


@dataclass(frozen=True, slots=True)
class _Declared:
    """One window of one file, and whether it counts: one that is retired does while its package has the alias still."""

    package: CompiledPackage
    window: Window
    counts: bool


def check_wanted(plan: Plan, state: State, asked: Asked, replayed: Replay) -> Iterator[Discrepancy]:
    """Look at every alias that the catalog declares, at every instant at which anything changes."""
    rows = _recorded(state)
    declared = _declared(plan, state, asked)
    for alias in replayed.keys() - declared.keys():
        if any(step.action.operation is Operation.CREATE for step in replayed[alias].steps):
            yield Discrepancy(Kind.WANTED, None, f'no file declares alias "{alias}", which the plan moves')
    contents: dict[Holder, Content] = {ref: version.content for ref, version in state.versions.items()}
    contents |= {a.ref: Content(a.ref.key, a.digest) for a in plan.actions}
    for alias, windows in sorted(declared.items()):
        before = Holders.of(rows.get(alias, ()))
        after = replayed[alias].after if alias in replayed else before
        found = _Alias(alias, windows, before, plan.as_of, state, asked).first_wrong(after, contents)
        if found is not None:
            yield found


def _recorded(state: State) -> dict[str, list[tuple[Holder, Window]]]:
    """The windows on each alias of whoever is not archived, in order of creation."""
    packages: list[RecordedVersion | ForeignPackage] = [*state.versions.values(), *state.foreign.values()]
    rows: dict[str, list[tuple[Holder, Window]]] = {}
    for each in sorted(packages, key=lambda package: package.order):
        if each.archived_at is None:
            for window in each.windows:
                rows.setdefault(window.alias, []).append((each.ref, window.window))
    return rows


def _declared(plan: Plan, state: State, asked: Asked) -> dict[str, list[_Declared]]:
    """The declared windows of each alias, in order of start."""
    declared: dict[str, list[_Declared]] = {}
    for package in asked.heeded.values():
        retired = package.retire_at is not None and package.retire_at <= plan.as_of
        for each in package.aliases:
            counts = not retired or _sells(package.key, each.window.alias, state, plan.as_of)
            entry = _Declared(package, each.window.window, counts)
            declared.setdefault(each.window.alias, []).append(entry)
    for entries in declared.values():
        entries.sort(key=lambda entry: (entry.window.start, entry.package.key))
    return declared


def _sells(key: str, alias: str, state: State, as_of: Instant) -> bool:
    return any(
        window.alias == alias and window.window.end > as_of
        for version in state.versions.values()
        if version.ref.key == key and version.archived_at is None
        for window in version.windows
    )


class _Alias:
    """What the files and the record say about one alias."""

    def __init__(
        self,
        name: str,
        declared: Sequence[_Declared],
        before: Holders,
        as_of: Instant,
        state: State,
        asked: Asked,
    ) -> None:
        self._name = name
        self._declared = declared
        self._starts = [each.window.start for each in declared]
        self._as_of = as_of
        self._soon = next_full_hour(as_of)
        self._state = state
        self._asked = asked
        self._before = before
        self._present = behind(before.at(as_of))
        self._present_content = self._content(self._present)

    def _content(self, holder: Holder | None) -> Answer:
        if isinstance(holder, PackageRef):
            return self._state.versions[holder].content
        return NOBODY if holder is None else Content("", holder.package_id)

    def first_wrong(self, after: Holders, contents: Mapping[Holder, Content]) -> Discrepancy | None:
        """The first instant from the next full hour on at which somebody else has the alias than should."""
        edges = {self._soon}
        edges.update(max(piece.start, self._soon) for piece in after.pieces(self._soon))
        for each in self._declared:
            retire = each.package.retire_at or END
            edges.update(max(edge, self._soon) for edge in (each.window.start, each.window.end, retire))
        edges.update(max(piece.start, self._soon) for piece in self._before.pieces(self._soon))
        for at in sorted(edges - {END}):
            holder = behind(after.at(at))
            has = contents.get(holder, Content("", str(holder))) if holder is not None else NOBODY
            allowed = self._allowed(at)
            if has in allowed or (NOBODY in allowed and self._is_left_alone(holder)):
                continue
            who = " or ".join(sorted(map(_told, allowed)))
            return Discrepancy(
                Kind.WANTED,
                None,
                f'alias "{self._name}" has {holder or "nobody"} at {told_instant(at)} after the plan, by the files '
                f"it is {who}",
            )
        return None

    def _is_left_alone(self, holder: Holder | None) -> bool:
        """Whether somebody stays although nobody is wanted: no action touches what is left alone."""
        if isinstance(holder, ForeignRef):
            return self._asked.takes_over is not None and holder.package_id not in self._asked.takes_over
        return holder is not None and holder.key in self._asked.forgotten_packages

    def _allowed(self, at: Instant) -> set[Answer]:
        """Who may have the alias at an instant that is still to come."""
        declared = self._covering(at)
        present: set[Answer] = {self._present_content} if self._may_go_on(at, declared) else set()
        if declared is None:
            return {NOBODY} | present
        retire_at, content = declared.package.retire_at, declared.package.content
        if retire_at is not None and retire_at <= at and self._is_last(declared):
            return {content, NOBODY} | present
        return {content} | present

    def _covering(self, at: Instant) -> _Declared | None:
        """The declared window that counts at an instant: each ends where the next one begins."""
        place = bisect_right(self._starts, at) - 1
        if place < 0:
            return None
        declared = self._declared[place]
        return declared if declared.counts and at < declared.window.end else None

    def _is_last(self, declared: _Declared) -> bool:
        return declared.window.end == END and declared is self._declared[-1]

    def _may_go_on(self, at: Instant, declared: _Declared | None) -> bool:
        """Whether the present holder may have the alias still, although another file says that it has it now.

        Until the next declared window begins, if its own file declares a later one; or if no file covers the present,
        and its own does not say that its time is over.
        """
        if self._present is None or (declared is not None and declared.window.start > self._as_of):
            return False
        if any(self._as_of < start <= at for start in self._starts):
            return False
        own = [
            each.window
            for each in self._declared
            if isinstance(self._present, PackageRef) and each.package.key == self._present.key and each.counts
        ]
        if own and all(window.end <= self._as_of for window in own):
            return False
        edited = any(window.start > self._as_of for window in own)
        return at < self._end_as_declared() and (edited or self._covering(self._as_of) is None)

    def _end_as_declared(self) -> Instant:
        """The end that the catalog gave the present holder, at the latest that of its row."""
        present = self._present
        if not isinstance(present, PackageRef):
            return END
        rows = [each.window.end for each in self._state.versions[present].windows if each.alias == self._name]
        same = [
            version.declared_on(self._name)
            for version in self._state.versions.values()
            if version.ref.key == present.key
        ]
        return max([BEGINNING, *rows, *(window.end for window in same if window is not None)])


def _told(answer: Answer) -> str:
    if answer is NOBODY:
        return "nobody"
    return f'"{answer.key}" ({answer.digest[7:15]})' if answer.key else f'package "{answer.digest}"'
