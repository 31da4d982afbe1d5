"""Dates and lengths of terms fit together and into the package (PKG231, PKG233, PKG239, PKG306).

Comes in: the index. Goes out: findings at the offset, the duration or the repetition.
Never here: amounts, or what depends on the day a contract starts: only what is wrong from every day is reported.
Source: `RelativeDate` of POST /v1/packages/create; that segments should not overlap, and
that nothing should be invoiced after the end, is inferred, so a warning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from pkgplan.model import rules
from pkgplan.model.canonical import plain_number
from pkgplan.model.diagnostics import Diagnostic, Related
from pkgplan.model.units import Money
from pkgplan.rating.moments import START
from pkgplan.rating.schedules import MAX_ITEMS, count_of, repeated
from pkgplan.stages.checks.index import terms_of
from pkgplan.stages.checks.words import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.model.catalog.schedules import AccessItem, DatedItem
    from pkgplan.model.diagnostics import Location, Route
    from pkgplan.model.units import RelativeDate
    from pkgplan.rating.moments import Moment
    from pkgplan.stages.checks.index import Index, Term

_GRANTED: Final = ("commits", "credits")
_ALL_AT_ONCE: Final = ("recurring_commits", "recurring_credits", "subscriptions", "overrides")


class _Event(NamedTuple):
    """When something of a term happens, in words, and where in the term that is written.

    What is invoiced may still be invoiced at the very end of the contract; what is granted then is of no use.
    """

    what: str
    offset: RelativeDate
    route: Route
    may_be_at_the_end: bool = False

    def is_too_late(self, end: Moment) -> bool:
        """Whether it happens when the contract is over, from whatever date it is counted."""
        at = START.after(self.offset)
        return end.surely_before(at) if self.may_be_at_the_end else end.surely_by(at)


class _Segment(NamedTuple):
    """One item of an access schedule, with its place."""

    item: AccessItem
    at: Location

    @property
    def start(self) -> Moment:
        return START.after(self.item.starting_at_offset)

    @property
    def end(self) -> Moment:
        return self.start.after(self.item.duration)

    def __str__(self) -> str:
        amount = self.item.amount
        return quote(amount if isinstance(amount, Money) else plain_number(amount))


def dated_items(term: Term) -> Iterator[tuple[DatedItem, Route]]:
    """What a commit or a scheduled charge invoices, item by item, with the route within the term."""
    field = "schedule" if term.field == "scheduled_charges" else "invoice_schedule"
    schedule = getattr(term.value, field)
    for position, item in enumerate(schedule.schedule_items if schedule else ()):
        yield item, (field, "schedule_items", position)


def dates_of(item: DatedItem) -> tuple[RelativeDate, ...]:
    """The dates that an item is invoiced on; none if it is repeated in a way that PKG233 reports."""
    if item.every is None and item.for_ is None:
        return (item.date_offset,)
    if item.every is None or item.for_ is None or (count_of(item.every, item.for_) or 0) > MAX_ITEMS:
        return ()
    return repeated(item.date_offset, item.every, item.for_) or ()


def check_repetition(index: Index) -> Iterator[Diagnostic]:
    """PKG233 for `every` without `for` or the other way round, and for two that give no whole dates."""
    for term in index.terms("commits", "scheduled_charges"):
        for item, route in dated_items(term):
            if not dates_of(item):
                yield _unrepeatable(term, item, term.at.child(*route))


def _unrepeatable(term: Term, item: DatedItem, at: Location) -> Diagnostic:
    every, for_ = item.every, item.for_
    if every is None or for_ is None:
        given, missing = ("every", "for") if for_ is None else ("for", "every")
        message = f"an item of {term} has {quote(given)}, but no {quote(missing)}"
        hint = f'add "{missing}", or remove "{given}"'
        return Diagnostic(rules.REPEATED_ITEM, message, at.child(given), hint)
    subject = f"an item of {term} is repeated every {quote(every)} for {quote(for_)}"
    count = count_of(every, for_)
    if count is None:
        months = " of 3 months" if every == "quarter" else ""
        message = f"{subject}, which is no whole number of {every}s"
        hint = f'let "for" hold a whole number of {every}s{months}'
        return Diagnostic(rules.REPEATED_ITEM, message, at.child("for"), hint)
    if count > MAX_ITEMS:
        message = f"{subject}, which makes {quote(count)} items; {quote(MAX_ITEMS)} is the most"
        return Diagnostic(rules.REPEATED_ITEM, message, at.child("for"), "repeat it less often")
    return Diagnostic(
        rules.REPEATED_ITEM,
        f"{subject} from {quote(item.date_offset)} on, and days do not add up with months",
        at.child("date_offset"),
        f"count the offset in units that {every}s are made of, or write the items out",
    )


def check_segments(index: Index) -> Iterator[Diagnostic]:
    """PKG231 for segments of one balance that overlap, and for a segment that outlasts the package."""
    for term in index.terms(*_GRANTED):
        segments = [
            _Segment(item, term.at.child("access_schedule", "schedule_items", position))
            for position, item in enumerate(term.value.access_schedule.schedule_items)
        ]
        yield from _overlaps(term, segments)
        if term.spec.duration is not None:
            for segment in segments:
                yield from _outlasts(term, segment, term.spec.duration)


def _overlaps(term: Term, segments: list[_Segment]) -> Iterator[Diagnostic]:
    """Each segment is compared with the one that reaches furthest of those before it."""
    in_time = sorted(segments, key=lambda segment: segment.start.about)
    for number, segment in enumerate(in_time[1:], start=1):
        before = in_time[number - 1]
        if segment.start.surely_before(before.end):
            yield Diagnostic(
                rules.ACCESS_SEGMENTS,
                f"{segment} of {term} starts after {quote(segment.item.starting_at_offset)}, while {before} "
                f"from {quote(before.item.starting_at_offset)} on still lasts {quote(before.item.duration)}",
                segment.at.child("starting_at_offset"),
                "let it start when the other one ends, or make one segment of the two",
                (Related(before.at, "the other segment is here"),),
            )
        if before.end.about > segment.end.about:
            in_time[number] = before


def _outlasts(term: Term, segment: _Segment, duration: RelativeDate) -> Iterator[Diagnostic]:
    """What starts when the package is over is left to `check_starts_within`."""
    over = START.after(duration)
    if over.surely_before(segment.end) and not over.surely_by(segment.start):
        yield Diagnostic(
            rules.ACCESS_SEGMENTS,
            f"{segment} of {term} lasts {quote(segment.item.duration)} from "
            f"{quote(segment.item.starting_at_offset)} on, but the package only {quote(duration)}",
            segment.at.child("duration"),
            f'let it end with the package, after "{duration}"',
            (Related(term.package.at("spec", "duration"), "the package ends here"),),
        )


def check_starts_within(index: Index) -> Iterator[Diagnostic]:
    """PKG306 for a term, or an item of one, that starts when the package is over; PKG239 for what is invoiced later."""
    for package in index.packages:
        duration = package.document.spec.duration
        if duration is None:
            continue
        over = START.after(duration)
        for term in terms_of(package):
            for event in _events(term):
                if event.is_too_late(over):
                    yield Diagnostic(
                        rules.AFTER_THE_END if event.may_be_at_the_end else rules.SPAN_RANGE,
                        f"{term} {event.what} after {quote(event.offset)}, "
                        f"when the package of {quote(duration)} is over",
                        term.at.child(*event.route),
                        f'make it before "{duration}", or lengthen the package',
                        (Related(package.at("spec", "duration"), "the package ends here"),),
                    )


def _events(term: Term) -> Iterator[_Event]:
    """Every start of a term. What is missing of a postpaid commit may well be invoiced when all is over."""
    if term.field in _ALL_AT_ONCE and term.value.starting_at_offset is not None:
        yield _Event("starts", term.value.starting_at_offset, ("starting_at_offset",))
    if term.field in _GRANTED:
        for position, item in enumerate(term.value.access_schedule.schedule_items):
            start: Route = ("access_schedule", "schedule_items", position, "starting_at_offset")
            yield _Event("grants an amount", item.starting_at_offset, start)
    if term.field == "scheduled_charges" or (term.field == "commits" and term.value.type == "prepaid"):
        for dated, route in dated_items(term):
            yield _Event("is invoiced", dated.date_offset, (*route, "date_offset"), may_be_at_the_end=True)
            dates = dates_of(dated)
            if len(dates) > 1:
                yield _Event("is still invoiced", dates[-1], (*route, "for"), may_be_at_the_end=True)
