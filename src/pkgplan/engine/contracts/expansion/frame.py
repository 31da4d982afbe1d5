"""What all terms of one contract share: its start and end, the reading of what lies beyond the end, the new ids.

Comes in: templates of a stored package, with offsets counted from a start that they do not know. Goes out: the same
fields with instants, and new ids. Never here: the fields of a kind of term.
Source: POST /v1/packages/create, `RelativeDate`; ids of templates are not reused on contracts (assumed).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pkgplan.engine.instants import to_api_text
from pkgplan.model.canonical import JsonObject, JsonValue, as_object
from pkgplan.model.units import FIRST_YEAR, LAST_YEAR, RelativeDate
from pkgplan.rating.calendar import after, window

if TYPE_CHECKING:
    from collections.abc import Callable

    from pkgplan.engine.assumptions import Assumptions
    from pkgplan.model.units import Instant

# Counted from the start of the contract, or kept in a table of their own.
_NOT_COPIED: Final = ("id", "starting_at_offset", "duration", "custom_fields")


@dataclass(frozen=True, slots=True)
class Frame:
    """One contract on its way to being stored.

    Args:
        start: of the contract.
        end: of the contract; None if it is open.
        usage_anchor: what its usage statements are anchored to.
        usage_frequency: of these statements.
        readings: of what the vendor does not document.
        new_id: makes the ids of terms and of their schedule items.
        ids: of the terms that the contract gets, by the id of their template.
    """

    start: Instant
    end: Instant | None
    usage_anchor: Instant
    usage_frequency: str
    readings: Assumptions
    new_id: Callable[[], str]
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def is_capped(self) -> bool:
        """Whether terms end with the contract at the latest."""
        return self.readings.term_after_contract_end == "capped"

    def begun(self, template: JsonObject, *left_out: str) -> JsonObject:
        """A term with an id of its own and the template's fields, but for dates, custom fields and those left out."""
        term_id = self.ids[str(template["id"])] = self.new_id()
        return {"id": term_id, **_without(template, (*_NOT_COPIED, *left_out))}

    def dates(self, template: JsonObject) -> JsonObject | None:
        """`starting_at` and, unless it is open, `ending_before`; None if there would be no time in it."""
        between = window(
            self.start, _span(template, "starting_at_offset"), _span(template, "duration"), self.end,
            capped=self.is_capped,
        )  # fmt: skip
        if between is None:
            return None
        starting_at, ending_before = between
        dates: JsonObject = {"starting_at": dated(starting_at)}
        if ending_before is not None:
            dates["ending_before"] = dated(ending_before)
        return dates

    def after_start(self, offset: JsonValue) -> Instant:
        """The instant that lies an offset of the API after the start."""
        return after(self.start, _given(offset))

    def is_beyond(self, instant: Instant) -> bool:
        """Whether what falls due then is dropped: it is after the end of the contract, and terms are capped.

        What falls due at the very end is kept: it belongs on the last statement.
        """
        return self.is_capped and self.end is not None and instant > self.end


def dated(instant: Instant) -> str:
    """An instant as terms hold it; raises OverflowError for years that nothing here can read back."""
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise OverflowError(f"the year {instant.year} is not between {FIRST_YEAR} and {LAST_YEAR}")
    return to_api_text(instant)


def _span(template: JsonObject, name: str) -> RelativeDate | None:
    return _given(template[name]) if name in template else None


def _given(value: JsonValue) -> RelativeDate:
    span = RelativeDate.from_api(as_object(value))
    if span is None:
        raise TypeError(f"{value!r} is not a span")
    return span


def _without(given: JsonObject, names: tuple[str, ...]) -> JsonObject:
    return {name: value for name, value in given.items() if name not in names}
