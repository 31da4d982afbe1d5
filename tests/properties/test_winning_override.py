"""Which override wins against the rules read word by word, and moments against real dates."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import Literal

from hypothesis import given
from hypothesis import strategies as st

from pkgplan.model.catalog.overrides import MultiplierTier, Override, OverrideSpecifier, OverwriteRate
from pkgplan.model.units import Money, RelativeDate
from pkgplan.rating.choice import winner
from pkgplan.rating.lines import Drawn, Touch
from pkgplan.rating.moments import START, Between, Moment, surely_cover

KEYS = ("a", "b")
names = st.lists(st.sampled_from(KEYS), max_size=2, unique=True).map(tuple)
specifiers = st.builds(
    OverrideSpecifier,
    product=st.just("tokens"),
    commits=names,
    recurring_commits=names,
    any_commits_or_credits=names,
)


@st.composite
def overrides(draw: st.DrawFn) -> Override:
    kind: Literal["overwrite", "multiplier", "tiered"] | None = draw(
        st.sampled_from(["overwrite", "overwrite", "multiplier", "multiplier", "tiered", None])
    )
    specific = draw(st.booleans())
    base: Literal["commit_rate", "list_rate"] = draw(st.sampled_from(["commit_rate", "list_rate"]))
    return Override(
        override_specifiers=draw(st.lists(specifiers, min_size=1, max_size=2).map(tuple)),
        starting_at_offset=RelativeDate(0, "month"),
        type=kind,
        entitled=True,
        multiplier=draw(st.integers(0, 3)) if kind == "multiplier" else None,
        overwrite_rate=OverwriteRate(rate_type="flat", price=Money.parse("1.00 USD"))
        if kind == "overwrite"
        else None,
        tiers=(MultiplierTier(multiplier=1),) if kind == "tiered" else (),
        priority=draw(st.integers(1, 3)),
        is_commit_specific=specific,
        target=draw(st.sampled_from([None, base])) if specific else None,
    )


def _pays(override: Override, kind: str, key: str) -> bool:
    """Whether an override is for usage that this commit pays for, specifier by specifier."""
    for each in override.override_specifiers:
        if each.any_commits_or_credits:
            if kind != "credits" and key in each.any_commits_or_credits:
                return True
        elif each.commits or each.recurring_commits:
            if kind == "commits" and key in each.commits:
                return True
            if kind == "recurring_commits" and key in each.recurring_commits:
                return True
        else:
            return True
    return False


def _by_the_book(sent: list[Override], drawn: Drawn | None, base: str, *, explicit: bool) -> int | None:
    """Steps a to d of choosing one override, one after the other."""
    here = [
        index
        for index, each in enumerate(sent)
        if (each.target == base or (each.target is None and base == "list_rate"))
    ]
    specific = [
        index
        for index in here
        if sent[index].is_commit_specific and drawn is not None and _pays(sent[index], *drawn)
    ]
    general = [index for index in here if not sent[index].is_commit_specific]
    for level in (specific, general):
        last = None
        for index in level:
            if sent[index].type == "overwrite":
                last = index
        if last is not None:
            return last
        best = None
        for index in level:
            each = sent[index]
            if each.type not in {"multiplier", "tiered"}:
                continue
            number = each.priority if explicit else each.multiplier
            rank = float("inf") if number is None else float(number)
            if best is None or rank < best[0]:
                best = (rank, index)
        if best is not None:
            return best[1]
    return None


@given(
    st.lists(overrides(), max_size=6),
    st.none()
    | st.builds(
        Drawn,
        st.sampled_from(["commits", "credits", "recurring_commits", "recurring_credits"]),
        st.sampled_from(KEYS),
    ),
    st.sampled_from(["commit_rate", "list_rate"]),
    st.booleans(),
)
def test_the_override_that_wins(
    sent: list[Override],
    drawn: Drawn | None,
    base: Literal["commit_rate", "list_rate"],
    explicit: bool,  # noqa: FBT001 - hypothesis gives it
) -> None:
    touches = [
        Touch(str(index), each, Between(), tuple(range(len(each.override_specifiers))))
        for index, each in enumerate(sent)
    ]
    won = winner(touches, explicit=explicit, drawn=drawn, base=base)
    expected = _by_the_book(sent, drawn, base, explicit=explicit)
    assert (None if won is None else int(won.key)) == expected


spans = st.builds(RelativeDate, st.integers(0, 40), st.sampled_from(["day", "week", "month", "year"]))
paths = st.lists(spans, max_size=3)
dates = st.dates(date(2020, 1, 1), date(2105, 1, 1))


def _moment(path: list[RelativeDate]) -> Moment:
    moment = START
    for span in path:
        moment = moment.after(span)
    return moment


def _reached(moment: Moment, start: date) -> date:
    for months, size in moment.steps:
        if months:
            year, month = divmod(start.month - 1 + size, 12)
            length = monthrange(start.year + year, month + 1)[1]
            start = date(start.year + year, month + 1, min(start.day, length))
        else:
            start += timedelta(days=size)
    return start


@given(paths, paths, dates)
def test_what_is_sure_holds_for_every_date(
    one: list[RelativeDate], other: list[RelativeDate], start: date
) -> None:
    first, second = _moment(one), _moment(other)
    if first.surely_by(second):
        assert _reached(first, start) <= _reached(second, start)
    if first.surely_before(second):
        assert _reached(first, start) < _reached(second, start)


@given(spans, spans)
def test_spans_of_one_kind_always_compare(one: RelativeDate, other: RelativeDate) -> None:
    first, second = START.after(one), START.after(other)
    if (one.unit in {"day", "week"}) == (other.unit in {"day", "week"}):
        assert first.surely_by(second) or second.surely_before(first)


windows = st.builds(
    lambda start, length: Between(START.after(start), length and START.after(start).after(length)),
    spans,
    st.none() | spans.filter(lambda span: span.value > 0),
)


@given(st.lists(windows, max_size=4), windows, dates)
def test_what_is_covered_is_covered_every_day(parts: list[Between], whole: Between, start: date) -> None:
    if not surely_cover(parts, whole):
        return
    last = date(2500, 1, 1)

    def days(window: Between) -> tuple[date, date]:
        return _reached(window.start, start), last if window.end is None else _reached(window.end, start)

    reached, end = days(whole)
    for begin, until in sorted(days(part) for part in parts):
        if begin <= reached:
            reached = max(reached, until)
    assert reached >= end


@given(windows, windows, dates)
def test_windows_that_meet(one: Between, other: Between, start: date) -> None:
    last = date(2500, 1, 1)
    (first, until), (second, end) = (
        (_reached(each.start, start), last if each.end is None else _reached(each.end, start))
        for each in (one, other)
    )
    meet = max(first, second) < min(until, end)
    assert not one.surely_meets(other) or meet
    assert one.may_meet(other) or not meet
