"""A sequence of catalogs, written as files and applied by the command line, held against the oracle.

Comes in: a seed and a folder to work in. Goes out: what was compared, and the first mismatch.
Never here: opinions about aliases; those are in `files_oracle.py`.
"""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import wraps
from random import Random
from typing import TYPE_CHECKING, Any
from unittest import mock

from pkgplan.engine import EmbeddedPackages
from pkgplan.model.canonical import JsonObject, as_list
from pkgplan.model.diagnostics import Diagnostic, Location, Rule, Severity
from support.author import ALIASES, beginning, edited, later
from support.command import run
from support.file_history import Applied, Catalog, in_words, spelled, write
from support.files_oracle import HOUR, Era, next_full_hour
from support.following_files import ways_out

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pkgplan.model.units import Instant
    from pkgplan.ports import RemotePackage
    from support.command import Ran
    from support.edits import File

# Instants that lie before and after everything that is ever declared.
_FAR = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC))
_TICK = timedelta(microseconds=1)
_LATER = tuple(timedelta(minutes=minutes) for minutes in (1, 30, 60, 61, 300, 1440, 5 * 1440, 40 * 1440))
# How often the author does what a hint says; else the edit is undone.
_OBEDIENCE = 0.7


class Mismatch(Exception):
    """Something is not as the README says: a class, and the words for it."""

    def __init__(self, kind: str, words: str) -> None:
        super().__init__(f"{kind}: {words}")
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Seen:
    """The packages of the environment at one moment, as somebody who asks for an alias meets them."""

    packages: tuple[RemotePackage, ...] = ()

    def who(self, alias: str, at: Instant) -> str | None:
        """The content behind an alias. An archived package had it until then."""
        gone = None
        for package in self.packages:
            for window in package.windows:
                if window.alias == alias and window.window.covers(at):
                    if package.archived_at is None:
                        return package.name
                    if at < package.archived_at:
                        gone = package.name
        return gone

    def edges(self) -> set[Instant]:
        windows = [window.window for package in self.packages for window in package.windows]
        return {window.start for window in windows} | {window.end for window in windows}

    def touched_since(self, before: Seen) -> set[str]:
        """The keys of packages that were created or archived."""
        then = {package.package_id: package.archived_at for package in before.packages}
        return {
            str(package.name).partition(" ")[0]
            for package in self.packages
            if package.package_id not in then or then[package.package_id] != package.archived_at
        }


@dataclass
class Tally:
    """What was done and compared, in a process or in all of them."""

    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    stuck: Counter[str] = field(default_factory=Counter)
    mismatches: Counter[str] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        self.done += other.done
        self.refused += other.refused
        self.stuck += other.stuck
        self.mismatches += other.mismatches

    def in_words(self) -> str:
        lines = [f"{count:>9,} {what}" for what, count in self.done.items()]
        for title, counts in (
            ("refused with", self.refused),
            ("of those without a way out", self.stuck),
            ("mismatches", self.mismatches),
        ):
            lines.append(f"{counts.total():>9,} {title}")
            lines += [f"{count:>17,} {what}" for what, count in counts.most_common()]
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one sequence, with reproductions in words."""

    mismatch: str | None
    stuck: tuple[str, ...]


def run_sequence(seed: int, folder: Path, tally: Tally) -> Outcome:
    """Run the sequence of a seed in an empty folder."""
    chance = Random(seed)
    aliases = ALIASES[: chance.choice((1, 1, 1, 2, 2, 3))]
    sequence = _Sequence(folder, chance, tally, beginning(chance), aliases)
    tally.done["sequences"] += 1
    told = None
    try:
        for _ in range(chance.randint(3, 8)):
            last = sequence.history[-1].catalog if sequence.history else Catalog()
            sequence.apply(edited(chance, last, aliases, sequence.now))
            sequence.now = later(chance, sequence.now)
    except Mismatch as mismatch:
        tally.mismatches[mismatch.kind] += 1
        told = f"seed {seed}: {mismatch}\n{in_words(sequence.history)}" + "\n".join(sequence.compared) + "\n"
    return Outcome(told, tuple(f"seed {seed}: {words}" for words in sequence.stuck))


def run_history(history: Sequence[Applied], folder: Path) -> Tally:
    """Apply catalogs one after the other; gives what was done, raises Mismatch where anything is not as it should."""
    tally = Tally()
    aliases = sorted({slot.alias for each in history for file in each.catalog.files for slot in file.slots})
    sequence = _Sequence(folder, Random(0), tally, history[0].now, tuple(aliases))
    for each in history:
        sequence.now = each.now
        sequence.apply(each.catalog)
    return tally


@dataclass
class _Sequence:
    """One catalog folder, its clock, and what was applied in it."""

    folder: Path
    chance: Random
    tally: Tally
    now: Instant
    aliases: tuple[str, ...]
    era: Era | None = None
    seen: Seen = field(default_factory=Seen)
    history: list[Applied] = field(default_factory=list)
    known: dict[str, File] = field(default_factory=dict)
    stuck: list[str] = field(default_factory=list)
    # The alias of a mismatch, from one change to the next.
    compared: list[str] = field(default_factory=list)

    def apply(self, catalog: Catalog) -> None:
        """Apply a catalog and compare; if it is refused, what its hints say, or nothing."""
        write(catalog, self.folder)
        self.history.append(Applied(self.now, catalog))
        prefixes: list[Seen] = []
        with _watched(prefixes):
            ran = self._run("apply", "--yes")
        if ran.code != 0:
            if ran.code != 1 or prefixes:
                raise Mismatch(
                    f"exit-{ran.code}", f"after {len(prefixes)} calls: {ran.out[-600:]}{ran.err[-2000:]}"
                )
            self._refused(self.history.pop().catalog)
            return
        era = Era(self.now, catalog, self.era)
        self.tally.done["applies"] += 1
        self.tally.done["calls"] += len(prefixes)
        for alias, at, content in era.claims_past_of_others():
            raise Mismatch(
                "not-refused", f"{content} claims {alias} at {at.isoformat()}, which was somebody else's"
            )
        after = prefixes[-1] if prefixes else self.seen
        if touched := after.touched_since(self.seen) & catalog.forgotten_packages:
            raise Mismatch("forgotten", f"{sorted(touched)} created or archived")
        self._compare(era, after, prefixes[:-1])
        self.era, self.seen = era, after
        self.known |= {file.key: file for file in catalog.files}
        self._nothing_more(catalog)

    def _compare(self, era: Era, after: Seen, prefixes: Sequence[Seen]) -> None:
        for alias in self.aliases:
            grid = self._grid(era, alias, (self.seen, after, *prefixes))
            for at in grid:
                try:
                    self._compare_at(era, alias, at, after, prefixes)
                except Mismatch:
                    self.compared = self._side_by_side(era, alias, grid, after)
                    raise

    def _compare_at(self, era: Era, alias: str, at: Instant, after: Seen, prefixes: Sequence[Seen]) -> None:
        self.tally.done["instants compared"] += 1
        where = f"{alias} at {at.isoformat()}, as of {self.now.isoformat()}"
        had, was, has = era.who(alias, at), self.seen.who(alias, at), after.who(alias, at)
        should = None if had is None else had.content
        is_past = at < self.now
        if is_past and was is not None and has != was:
            raise Mismatch("past-changed", f"{where}: had {was}, now {has}")
        if has != should:
            kind = "past" if is_past else "this-hour" if at < next_full_hour(self.now) else "future"
            raise Mismatch(kind, f"{where}: should {should}, has {has}; had {was}")
        for number, prefix in enumerate(prefixes, 1):
            self.tally.done["instants compared between calls"] += 1
            between = prefix.who(alias, at)
            if is_past and was is not None and between != was:
                raise Mismatch("past-between", f"{where}: had {was}, after call {number} {between}")
            if not is_past and was is not None and has is not None and between is None:
                raise Mismatch("hole", f"{where}: {was}, nobody after call {number}, then {has}")

    def _nothing_more(self, catalog: Catalog) -> None:
        """A plan at the same instant says no changes, a later one nothing but a retirement that is due."""
        again = self._run("plan")
        if again.code != 0 or _actions(again):
            raise Mismatch("again", f"at the same instant: {_actions(again) or _messages(again)}")
        then = self.now + self.chance.choice(_LATER)
        planned = self._run("plan", now=then)
        self.tally.done["later plans"] += 1
        retired = {f"archive:{file.key}" for file in catalog.files if file.retire is not None}
        undue = [action for action in _actions(planned) if action.partition("@")[0] not in retired]
        if planned.code != 0 or undue:
            raise Mismatch("later", f"as of {then.isoformat()}: {undue or _messages(planned)}")

    def _refused(self, catalog: Catalog) -> None:
        """Do what each hint says, and go on with that, or undo the edit."""
        findings = _errors(self._run("plan"))
        codes = ",".join(sorted({finding.rule.code for finding in findings}))
        last = self.history[-1].catalog if self.history else None
        self.tally.refused[codes] += 1
        ways, troubles = [], []
        for way in ways_out(catalog, findings, applied=last, known=self.known):
            trouble = way.trouble
            if way.catalog is not None:
                write(way.catalog, self.folder)
                again = self._run("plan")
                if again.code == 0:
                    ways.append(way.catalog)
                    continue
                trouble = "; ".join(_messages(again))
            troubles.append(trouble)
        if troubles:
            self._is_stuck(catalog, findings, codes, troubles[0])
        if ways and self.chance.random() < _OBEDIENCE:
            self.apply(self.chance.choice(ways))
        elif last is not None:
            write(last, self.folder)

    def _is_stuck(self, catalog: Catalog, findings: Sequence[Diagnostic], codes: str, trouble: str) -> None:
        self.tally.stuck[f"{codes} -> {trouble[:6]}"] += 1
        told = [
            f"{found.rule.code} {found.at.path}: {found.message}\n  hint: {found.hint}" for found in findings
        ]
        history = in_words([*self.history, Applied(self.now, catalog)])
        self.stuck.append("\n".join(("no way out", f"{history}== refused", *told, f"== then {trouble}\n")))

    def _grid(self, era: Era, alias: str, seen: Sequence[Seen]) -> list[Instant]:
        """Every instant at which something may change, a moment before, and the full hours around it."""
        edges = era.points(alias) | {step.now for step in self.history}
        for each in seen:
            edges |= each.edges()
        points = set(_FAR)
        for edge in edges:
            if _FAR[0] < edge < _FAR[1]:
                hour = next_full_hour(edge) - HOUR
                points |= {edge - _TICK, edge, hour, hour + HOUR}
        return sorted(points)

    def _side_by_side(self, era: Era, alias: str, grid: Sequence[Instant], after: Seen) -> list[str]:
        lines: list[str] = []
        last: tuple[str | None, ...] = ()
        for at in grid:
            had = era.who(alias, at)
            should = None if had is None else had.content
            row = (should, after.who(alias, at), self.seen.who(alias, at))
            if row != last:
                lines.append(f"{alias} from {at.isoformat()}: should {row[0]}, has {row[1]}, had {row[2]}")
            last = row
        return lines

    def _run(self, *arguments: str, now: Instant | None = None) -> Ran:
        ran = run("-C", self.folder, "--format", "json", *arguments, "--as-of", spelled(now or self.now))
        if ran.code not in {0, 1}:
            raise Mismatch(f"exit-{ran.code}", f"{arguments[0]}: {ran.out[-600:]}{ran.err[-3000:]}")
        return ran


@contextmanager
def _watched(prefixes: list[Seen]) -> Iterator[None]:
    """Look at the environment after each call that changes it."""

    def around(real: Any) -> Any:
        @wraps(real)
        def wrapped(api: EmbeddedPackages, argument: Any) -> Any:
            answer = real(api, argument)
            prefixes.append(Seen(tuple(api.list())))
            return answer

        return wrapped

    with (
        mock.patch.object(EmbeddedPackages, "create", around(EmbeddedPackages.create)),
        mock.patch.object(EmbeddedPackages, "archive", around(EmbeddedPackages.archive)),
    ):
        yield


def _objects(ran: Ran, field_name: str) -> list[JsonObject]:
    told = ran.json
    assert isinstance(told, dict)
    return [each for each in as_list(told.get(field_name, [])) if isinstance(each, dict)]


def _actions(ran: Ran) -> list[str]:
    return [str(action["id"]) for action in _objects(ran, "actions")]


def _messages(ran: Ran) -> list[str]:
    return [f"{found.rule.code} {found.message}" for found in _errors(ran)]


def _errors(ran: Ran) -> list[Diagnostic]:
    return [
        Diagnostic(
            Rule(str(found["code"]), str(found["slug"]), Severity.ERROR, "", "", ""),
            str(found["message"]),
            Location(str(found["path"])),
            str(found["hint"]),
        )
        for found in _objects(ran, "diagnostics")
        if found["severity"] == "error"
    ]
