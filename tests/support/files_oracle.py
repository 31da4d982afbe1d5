"""Who should have an alias when, from the files that were applied and the instants of the applies alone.

Comes in: catalogs in the order in which they were applied. Goes out: the key and terms behind an alias at an instant.
Never here: state, the engine, a planner, or anything of theirs. It is told from the words of the README, "Who has
an alias when", an instant at a time, and remembers nothing but its own answers. It is slow, and meant to be.

What the README leaves open is read as follows, and marked READING below:

- What rule 3 says of an edit in place counts before rule 2; otherwise it would say nothing. A window that starts at the
  very instant of the apply is the "next declared window".
- Who gets an alias back in the present, by a window that was there before, gets it on a full hour: the next one if the
  window has no start, else the first one that is not past.
- Without `starting_at`, a window is "always" if nobody ever had the alias, else from the next full hour;
  with another end it is another one. In the order of windows it is the first, whenever it began to count.
- A window is refused (rule 1) if it says of past time what none with the same terms said at the last apply.
- An alias that a package had until it was archived is past like any other.
- "Another window follows" also means the end of the package's own window. It is archived as a whole, after the last
  window on any of its aliases. Once retired it keeps what it has, and gets nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from support.edits import instant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.model.units import Instant
    from support.edits import File, Slot
    from support.file_history import Catalog

ALWAYS = datetime(1, 1, 1, tzinfo=UTC)
NEVER = datetime(9999, 12, 31, tzinfo=UTC)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Had:
    """Who has an alias, with the end that the catalog gave it."""

    key: str
    terms: str
    until: Instant = NEVER

    @property
    def content(self) -> str:
        return f"{self.key} {self.terms}"


@dataclass(frozen=True, slots=True)
class Claim:
    """A declared window, read together with the others of its alias."""

    had: Had
    start: Instant
    end: Instant
    declared: Slot

    def covers(self, at: Instant) -> bool:
        return self.start <= at < self.end


def _written(slot: Slot) -> Instant:
    return instant(slot.start) or ALWAYS


def _end(slot: Slot) -> Instant:
    return instant(slot.end) or NEVER


def next_full_hour(now: Instant) -> Instant:
    return now.replace(minute=0, second=0, microsecond=0) + HOUR


def full_hour(now: Instant) -> Instant:
    """The first full hour that is not past."""
    return next_full_hour(now - timedelta(microseconds=1))


@dataclass
class Era:
    """What holds after an apply, until the next one."""

    now: Instant
    catalog: Catalog
    before: Era | None = None
    archived: frozenset[str] = frozenset()
    _known: dict[tuple[str, Instant], Had | None] = field(default_factory=dict)
    _claims: dict[str, list[Claim]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        archived = frozenset() if self.before is None else self.before.archived
        self.archived = frozenset(key for key in archived if self._is_retired(key))
        due = {file.key for file in self.catalog.files if self._is_due(file)}
        if due:
            self._known.clear()
            self._claims.clear()
            self.archived |= due

    def who(self, alias: str, at: Instant) -> Had | None:
        asked = (alias, at)
        if asked not in self._known:
            self._known[asked] = self._past(alias, at) if at < self.now else self._future(alias, at)
        return self._known[asked]

    def points(self, alias: str) -> set[Instant]:
        """All instants at which somebody new may have an alias."""
        found = {self.now, next_full_hour(self.now)}
        for claim in self.claims(alias):
            found |= {claim.start, claim.end, claim.had.until}
        return found if self.before is None else found | self.before.points(alias)

    def aliases(self) -> set[str]:
        """Every alias that was ever declared."""
        named = {slot.alias for file in self.catalog.files for slot in file.slots}
        return named if self.before is None else named | self.before.aliases()

    def claims_past_of_others(self) -> Iterator[tuple[str, Instant, str]]:
        """Where a new window claims past time that somebody else had: what is refused as PKG403 (rule 1)."""
        for alias in sorted(self.aliases() - self.catalog.forgotten_aliases):
            for at in sorted(self.points(alias)):
                was, claim = self._was(alias, at), self._claim_at(alias, at)
                if at >= self.now or was is None or claim is None or claim.had.key in self.archived:
                    continue
                if self._claims_anew(claim, at) and claim.had.content != was.content:
                    yield alias, at, claim.had.content

    # The rules.

    def _past(self, alias: str, at: Instant) -> Had | None:
        """Rule 1: as it was; a window that is new may claim what nobody had."""
        was = self._was(alias, at)
        if was is not None or alias in self.catalog.forgotten_aliases:
            return was
        claim = self._claim_at(alias, at)
        if claim is None or self._is_retired(claim.had.key):
            return None
        return claim.had if self._is_new(claim) else None

    def _future(self, alias: str, at: Instant) -> Had | None:
        was = self._was(alias, at)
        if alias in self.catalog.forgotten_aliases:
            return was
        if was is not None and was.key in self.catalog.forgotten_packages:
            return was
        present = self._was(alias, self.now)
        if present is not None and present.key in self.archived:
            present = None
        claims = self.claims(alias)
        # READING: also a window that starts now is the next one.
        ahead = (claim for claim in claims if claim.start >= self.now and self._counts(claim, present))
        following = min((claim.start for claim in ahead), default=NEVER)
        if present is not None and present.key not in self.catalog.forgotten_packages:
            in_place = any(claim.had.key == present.key and claim.start > self.now for claim in claims)
            covered = any(claim.covers(self.now) and self._counts(claim, present) for claim in claims)
            # Rule 3. READING: of an edit in place it counts although a declared window (rule 2) covers the present.
            if (in_place or not covered) and at < min(following, present.until):
                return present
        claim = self._claim_at(alias, at)
        if claim is None or not (self._counts(claim, was) or self._counts(claim, present)):
            return None
        # READING: who gets an alias back in the present gets it on a full hour.
        is_back = claim.start < self.now and not self._is_new(claim)
        hour = next_full_hour(self.now) if claim.declared.start is None else full_hour(self.now)
        if is_back and at < hour and (present is None or claim.had.content != present.content):
            return present
        return claim.had

    def _is_due(self, file: File) -> bool:
        """Rule 4: whether this apply archives a package."""
        if not self._is_retired(file.key) or file.key in self.archived | self.catalog.forgotten_packages:
            return False
        if self.before is None or not self.before.knows(file.key):
            return True
        for alias in self.aliases():
            points = sorted(at for at in self.points(alias) if self.now <= at < NEVER)
            holders = [self.who(alias, at) for at in points]
            holds = [had is not None and had.key == file.key for had in holders]
            # READING: another window follows, or its own has an end.
            if any(holds) and (not holds[-1] or alias in self.catalog.forgotten_aliases):
                return False
            if self._moved_since(file.key, alias, next_full_hour(self.now) - HOUR):
                return False
        return True

    # What the rules speak of.

    def claims(self, alias: str) -> list[Claim]:
        """The declared windows of an alias, in order: each ends where it says, or where the next one begins."""
        if alias not in self._claims:
            # READING: without a start, a window is the first one, whenever it began to count.
            found = sorted(self._declared(alias), key=lambda each: _written(each[2]))
            starts = [_written(slot) for _, _, slot in found[1:]] + [NEVER]
            claims = (
                Claim(had, start, min(had.until, following), slot)
                for (start, had, slot), following in zip(found, starts, strict=False)
            )
            self._claims[alias] = [claim for claim in claims if claim.start < claim.end]
        return self._claims[alias]

    def knows(self, key: str) -> bool:
        """Whether a package was ever applied."""
        if self.catalog.file(key) is not None and key not in self.catalog.forgotten_packages:
            return True
        return self.before is not None and self.before.knows(key)

    def was_held(self, alias: str) -> bool:
        """Whether anybody ever had an alias or was to have it."""
        return any(self.who(alias, at) is not None for at in self.points(alias)) or (
            self.before is not None and self.before.was_held(alias)
        )

    def start_of(self, file: File, slot: Slot) -> Instant:
        """When a declared window begins."""
        start = instant(slot.start)
        if start is not None:
            return start
        if self.before is None:
            return ALWAYS
        same = self.before._same(file, slot)
        if same is not None:
            return self.before.start_of(file, same)
        # READING: the first version is the first one on the alias.
        return next_full_hour(self.now) if self.before.was_held(slot.alias) else ALWAYS

    def _declared(self, alias: str) -> Iterator[tuple[Instant, Had, Slot]]:
        for file in self.catalog.files:
            if file.key in self.catalog.forgotten_packages:
                continue
            for slot in file.slots:
                if slot.alias == alias:
                    yield self.start_of(file, slot), Had(file.key, file.terms, _end(slot)), slot

    def _same(self, file: File, slot: Slot) -> Slot | None:
        """The very window, of the same package with the same terms, in this catalog. READING: with the same end."""
        mine = self.catalog.file(file.key)
        if mine is None or mine.terms != file.terms:
            return None
        return slot if slot in mine.slots else None

    def _is_new(self, claim: Claim) -> bool:
        """Whether a window was not there at the last apply."""
        mine = self.catalog.file(claim.had.key)
        return self.before is None or mine is None or self.before._same(mine, claim.declared) is None

    def _claims_anew(self, claim: Claim, at: Instant) -> bool:
        """READING: whether no window of the same terms said anything about an instant at the last apply."""
        mine = None if self.before is None else self.before.catalog.file(claim.had.key)
        if self.before is None or mine is None or mine.terms != claim.had.terms:
            return True
        return not any(
            slot.alias == claim.declared.alias and self.before.start_of(mine, slot) <= at < _end(slot)
            for slot in mine.slots
        )

    def _counts(self, claim: Claim, was: Had | None) -> bool:
        """Whether a window can give its package an alias. READING: one that is retired gets nothing that it had not."""
        if claim.had.key in self.archived:
            return False
        return not self._is_retired(claim.had.key) or (was is not None and was.content == claim.had.content)

    def _claim_at(self, alias: str, at: Instant) -> Claim | None:
        return next((claim for claim in self.claims(alias) if claim.covers(at)), None)

    def _was(self, alias: str, at: Instant) -> Had | None:
        """Who had or would have had an alias before this apply."""
        return None if self.before is None else self.before.who(alias, at)

    def _is_retired(self, key: str) -> bool:
        file = self.catalog.file(key)
        retired = None if file is None else instant(file.retire)
        # Whose file is gone stays as it was.
        return file is None or (retired is not None and retired <= self.now)

    def _moved_since(self, key: str, alias: str, since: Instant) -> bool:
        """Whether an apply since then, this one included, gave an alias to a package or took it away."""
        if self.now < since:
            return False
        for at in self.points(alias):
            was, now = self._was(alias, at), self.who(alias, at)
            if (was and was.content) != (now and now.content) and key in {was and was.key, now and now.key}:
                return True
        return self.before is not None and self.before._moved_since(key, alias, since)
