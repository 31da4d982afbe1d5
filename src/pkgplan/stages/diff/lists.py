"""Lists of mappings as one text each: schedules, tiers, filters.

Comes in: the name of a field and its items, each in the words of the catalog. Goes out: text that differs whenever the
items do. Never here: cutting; `shorten.py` does that, with an eye on what a change is about.
"""

from __future__ import annotations

from contextlib import suppress
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from pkgplan.model.units import RelativeDate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Readable = dict[str, "Readable | str"]

# As many dates of one amount are written out; of more, the first two and the last tell the rest.
_WRITTEN_OUT: Final = 3
PAID_BY: Final = "paid by"


def listed(field: str, items: Sequence[Readable]) -> str:
    """One line for a list; what is not as expected is shown field by field."""
    for fields, describe in _LISTS.get(field, ()):
        if all(fields >= item.keys() for item in items):
            with suppress(ValueError):
                return describe(items)
    return "; ".join(flat(item) for item in items)


def flat(term: Readable) -> str:
    """Every field of a mapping in one line."""
    return ", ".join(
        f"{name} {item}" if isinstance(item, str) else f"{name} ({flat(item)})" for name, item in term.items()
    )


def text(item: Readable, field: str, otherwise: str = "?") -> str:
    """A field that should be text."""
    value = item.get(field, otherwise)
    return value if isinstance(value, str) else flat(value)


def from_when(offset: str, duration: str | None = None) -> str:
    """` from 1 year for 2 years`; nothing for the start of the contract."""
    begins = "" if offset.startswith("0 ") else f" from {offset}"
    return begins if duration is None else f"{begins} for {duration}"


def _segments(items: Sequence[Readable]) -> str:
    """`50000.00 USD for 1 year, 200000.00 USD from 1 year for 1 year`."""
    return ", ".join(_segment(item) for item in items)


def _segment(item: Readable) -> str:
    return text(item, "amount") + from_when(
        *(text(item, field) for field in ("starting_at_offset", "duration"))
    )


class _Run(NamedTuple):
    """One amount on dates that follow each other in equal steps of one unit."""

    amount: str
    unit: str
    dates: list[int]


def _dated(items: Sequence[Readable]) -> str:
    """`500.00 USD at 0, 1, .. 11 months (12 times), 900.00 USD at 12 months`."""
    return ", ".join(_run(run) for run in _runs(items))


def _runs(items: Sequence[Readable]) -> Iterator[_Run]:
    run: _Run | None = None
    for item in items:
        quantity = text(item, "quantity")
        amount = text(item, "unit_price") + ("" if quantity == "1" else f" x {quantity}")
        date = RelativeDate.parse(text(item, "date_offset"))
        if (
            run is not None
            and (run.amount, run.unit) == (amount, date.unit)
            and _in_step(run.dates, date.value)
        ):
            run.dates.append(date.value)
            continue
        if run is not None:
            yield run
        run = _Run(amount, date.unit, [date.value])
    if run is not None:
        yield run


def _in_step(dates: Sequence[int], date: int) -> bool:
    *_, last = dates
    return all(after - before == date - last for before, after in pairwise(dates[-2:]))


def _run(run: _Run) -> str:
    *_, last = run.dates
    many = len(run.dates) > _WRITTEN_OUT
    dates = [*run.dates[:2], f".. {last}"] if many else run.dates
    times = f" ({len(run.dates)} times)" if many else ""
    at = ", ".join(str(date) for date in dates)
    return f"{run.amount} at {at} {run.unit}{'' if run.dates == [1] else 's'}{times}"


def _tiers(items: Sequence[Readable]) -> str:
    """`0.50 USD for 1000, then 0.40 USD`."""
    return ", ".join(
        f"{_price(item)} for {text(item, 'size')}" if "size" in item else f"then {_price(item)}"
        for item in items
    )


def _price(tier: Readable) -> str:
    return f"x {text(tier, 'multiplier')}" if "multiplier" in tier else text(tier, "price")


def _specifiers(items: Sequence[Readable]) -> str:
    """`input-tokens with model gnome-large or tag storage`."""
    return " or ".join(_specifier(item) for item in items)


def _specifier(item: Readable) -> str:
    tags = text(item, "product_tags", "")
    parts = [text(item, field) for field in ("product", "billing_frequency") if field in item]
    parts += [f"tag{'s' if ', ' in tags else ''} {tags}"] if tags else []
    for field, word in (("pricing_group_values", "with"), ("presentation_group_values", "shown for")):
        values = item.get(field, {})
        parts += [f"{word} {flat(values)}"] if isinstance(values, dict) and values else []
    for field, words in _PAYERS:
        parts += [f"{words} {text(item, field)}"] if field in item else []
    return " ".join(parts) or "everything"


_PAYERS: Final = (
    ("commits", f"{PAID_BY} commit"),
    ("recurring_commits", f"{PAID_BY} recurring commit"),
    ("any_commits_or_credits", PAID_BY),
)


def _spend(items: Sequence[Readable]) -> str:
    """`commit_purchase by manual, threshold_recharge (discounted_only)`."""
    return " or ".join(
        f"{text(item, 'spend_type')} by {text(item, 'sources')}"
        + (f" ({text(item, 'discounted')})" if "discounted" in item else "")
        for item in items
    )


def _filters(items: Sequence[Readable]) -> str:
    """`contract_credit with credit_type = trial`."""
    return " and ".join(
        f"{text(item, 'entity')} with {text(item, 'key')} = {text(item, 'value')}" for item in items
    )


def _joined(field: str, word: str) -> Callable[[Sequence[Readable]], str]:
    return lambda items: word.join(text(item, field) for item in items)


# For each field, the shapes that its items can have and how each is told.
_LISTS: Final[dict[str, tuple[tuple[set[str], Callable[[Sequence[Readable]], str]], ...]]] = {
    "schedule_items": (
        ({"amount", "starting_at_offset", "duration"}, _segments),
        ({"unit_price", "quantity", "date_offset"}, _dated),
    ),
    "tiers": (({"size", "price"}, _tiers), ({"size", "multiplier"}, _tiers)),
    **dict.fromkeys(
        ("specifiers", "override_specifiers"),
        (
            (
                {
                    *("product", "product_tags", "billing_frequency"),
                    *("pricing_group_values", "presentation_group_values"),
                    *(field for field, _ in _PAYERS),
                },
                _specifiers,
            ),
        ),
    ),
    "applicable_spend_specifiers": (({"spend_type", "sources", "discounted"}, _spend),),
    "threshold_balance_specifiers": (({"exclude"}, _joined("exclude", "; ")),),
    "exclude": (({"custom_field_filters"}, _joined("custom_field_filters", " or ")),),
    "custom_field_filters": (({"entity", "key", "value"}, _filters),),
}
