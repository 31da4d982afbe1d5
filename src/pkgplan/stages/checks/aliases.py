"""The declared windows of each alias fit together, and no two aliases look like one (PKG401, 402, 405-407, 409, 411).

Comes in: the index. Goes out: findings at the start or end that does not fit.
Never here: the present, or who has the alias now; a takeover in the past is the planner's to find.

The windows of one alias are read together, across files. An open window ends where the next one begins, so
only a window with an end of its own can overlap a later one or leave a gap before it. Packages and rate cards
have aliases of their own, under the same rules.
"""

from __future__ import annotations

from itertools import groupby, pairwise
from typing import TYPE_CHECKING, NamedTuple

from pkgplan.model import rules
from pkgplan.model.appearance import taken_for, told_apart
from pkgplan.model.diagnostics import Diagnostic, Location, Related
from pkgplan.model.timeline import Window
from pkgplan.model.units import on_the_hour, short_instant
from pkgplan.stages.checks.words import full_hours, quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pkgplan.model.catalog.catalog import Declared
    from pkgplan.model.catalog.package import PackageDocument
    from pkgplan.model.catalog.rate_cards import RateCardDocument
    from pkgplan.stages.checks.index import Index


class Claim(NamedTuple):
    """One window of an alias, and what declares it where; `what` is a package or a rate card."""

    alias: str
    what: str
    owner: str
    window: Window
    at: Location

    @property
    def start_at(self) -> Location:
        """Where the start is written, or the whole entry if it has none."""
        return self.at if self.window.starting_at is None else self.at.child("starting_at")

    @property
    def end_at(self) -> Location:
        """Where the end is written."""
        return self.at.child("ending_before")

    def __str__(self) -> str:
        return f"{quote(self.owner)} ({_shown(self.window)})"


def check_package_aliases(index: Index) -> Iterator[Diagnostic]:
    """Every rule about windows, for the aliases of packages."""
    yield from _check(index.packages, "package")
    for package in index.packages:
        yield from _after_retirement(package)


def check_rate_card_aliases(index: Index) -> Iterator[Diagnostic]:
    """Every rule about windows, for the aliases of rate cards."""
    yield from _check(index.catalog.rate_cards.values(), "rate card")


def _check(
    owners: Iterable[Declared[PackageDocument]] | Iterable[Declared[RateCardDocument]], what: str
) -> Iterator[Diagnostic]:
    by_alias: dict[str, list[Claim]] = {}
    for owner in owners:
        seen: dict[str, Location] = {}
        for position, alias in enumerate(owner.document.spec.aliases):
            window = Window(alias.starting_at, alias.ending_before)
            claim = Claim(alias.name, what, owner.key, window, owner.at("spec", "aliases", position))
            yield from _by_itself(claim)
            if alias.name in seen:
                yield _twice(claim, seen[alias.name])
                continue
            seen[alias.name] = claim.at
            if claim.window.start < claim.window.end:
                by_alias.setdefault(alias.name, []).append(claim)
    yield from _look_alikes(by_alias)
    for claims in by_alias.values():
        yield from _together(sorted(claims, key=lambda claim: (claim.window.start, claim.owner)))


def _look_alikes(by_alias: Mapping[str, Sequence[Claim]]) -> Iterator[Diagnostic]:
    """Aliases that people take for one: the one that is declared most often is held to be right."""
    groups: dict[str, list[str]] = {}
    for alias in by_alias:
        groups.setdefault(taken_for(alias), []).append(alias)
    for names in groups.values():
        if len(names) > 1:
            right = max(names, key=lambda name: (len(by_alias[name]), name.isascii()))
            for name in names:
                if name != right:
                    yield from (_looks_like(claim, by_alias[right][0]) for claim in by_alias[name])


def _looks_like(claim: Claim, other: Claim) -> Diagnostic:
    name, right = told_apart(claim.alias, other.alias)
    return Diagnostic(
        rules.ALIAS_LOOK_ALIKE,
        f"alias {name} of {claim.what} {quote(claim.owner)} looks like alias {right} of {quote(other.owner)}, "
        "but is another one",
        claim.at.child("name"),
        f"did you mean {quote(other.alias)}? If two aliases are meant, rename one, so that people can tell them apart",
        (Related(other.at.child("name"), f"alias {right} is here"),),
    )


def _by_itself(claim: Claim) -> Iterator[Diagnostic]:
    start, end = claim.window.starting_at, claim.window.ending_before
    for bound, instant, verb in (("starting_at", start, "starts"), ("ending_before", end, "ends")):
        if instant is not None and not on_the_hour(instant):
            yield Diagnostic(
                rules.ALIAS_UNALIGNED,
                f"alias {quote(claim.alias)} of {claim.what} {quote(claim.owner)} {verb} at "
                f"{quote(short_instant(instant))}, not on a full hour of UTC",
                claim.at.child(bound),
                full_hours(instant),
            )
    if start is not None and end is not None and end <= start:
        yield Diagnostic(
            rules.ALIAS_BACKWARDS,
            f"alias {quote(claim.alias)} of {claim.what} {quote(claim.owner)} "
            f"ends at {quote(short_instant(end))}, not after its start at {quote(short_instant(start))}",
            claim.end_at,
            "write a later end, or leave it out",
            (Related(claim.start_at, "the start is here"),),
        )


def _twice(claim: Claim, first: Location) -> Diagnostic:
    return Diagnostic(
        rules.ALIAS_TWICE,
        f"{claim.what} {quote(claim.owner)} names alias {quote(claim.alias)} twice",
        claim.at.child("name"),
        f"keep one of the two; a second window needs a second {claim.what}",
        (Related(first.child("name"), "the first one is here"),),
    )


def _after_retirement(package: Declared[PackageDocument]) -> Iterator[Diagnostic]:
    """A window that starts when its package is retired would never be in effect."""
    retire = package.document.spec.retire
    if retire is None:
        return
    for position, alias in enumerate(package.document.spec.aliases):
        if alias.starting_at is not None and alias.starting_at >= retire.at:
            yield Diagnostic(
                rules.ALIAS_BACKWARDS,
                f"alias {quote(alias.name)} of package {quote(package.key)} starts at "
                f"{quote(short_instant(alias.starting_at))}, when the package is retired, at "
                f"{quote(short_instant(retire.at))}",
                package.at("spec", "aliases", position, "starting_at"),
                "retire the package later, or write the start of what it is sold under now",
                (Related(package.at("spec", "retire", "at"), "the retirement is here"),),
            )


def _together(claims: Sequence[Claim]) -> Iterator[Diagnostic]:
    """Findings about the windows of one alias, in order of start.

    Each window is compared with the next later start only: what overlaps any later window overlaps that one.
    """
    starts = [list(group) for _, group in groupby(claims, key=lambda claim: claim.window.start)]
    for group in starts:
        for other in group[1:]:
            yield _equal(group[0], other)
    reached, last = claims[0].window.start, claims[0]
    for group, following in pairwise(starts):
        then = following[0]
        for claim in group:
            if claim.window.ending_before is not None and claim.window.end > then.window.start:
                yield _overlap(claim, then)
            end = then.window.start if claim.window.ending_before is None else claim.window.end
            if end >= reached:
                reached, last = end, claim
        if reached < then.window.start:
            yield _gap(last, then)


def _equal(first: Claim, other: Claim) -> Diagnostic:
    start = other.window.starting_at
    when = "both without a start" if start is None else f"both start at {quote(short_instant(start))}"
    return Diagnostic(
        rules.ALIAS_EQUAL_INSTANTS,
        f"alias {quote(other.alias)} has {quote(first.owner)} and {quote(other.owner)}, {when}",
        other.start_at,
        'add a "starting_at" to one of them' if start is None else "move one of the starts",
        (Related(first.start_at, f"{quote(first.owner)} starts here"),),
    )


def _overlap(claim: Claim, then: Claim) -> Diagnostic:
    instant = short_instant(then.window.start)
    return Diagnostic(
        rules.ALIAS_OVERLAP,
        f"alias {quote(claim.alias)} has two {claim.what}s from {quote(instant)}: {claim} and {then}",
        claim.end_at,
        f'end it at "{instant}", or leave "ending_before" out',
        (Related(then.start_at, f"{quote(then.owner)} starts here"),),
    )


def _gap(claim: Claim, then: Claim) -> Diagnostic:
    gap = Window(claim.window.ending_before, then.window.starting_at)
    return Diagnostic(
        rules.ALIAS_GAP,
        f"alias {quote(claim.alias)} has nobody behind it in {_shown(gap)}, between {claim} and {then}",
        claim.end_at,
        'leave "ending_before" out, so that the window lasts until the next one begins',
        (Related(then.start_at, f"{quote(then.owner)} starts here"),),
    )


def _shown(window: Window) -> str:
    start = "" if window.starting_at is None else f"{short_instant(window.starting_at)} "
    end = "" if window.ending_before is None else f" {short_instant(window.ending_before)}"
    return f"{start}..{end}" if start or end else "always"
