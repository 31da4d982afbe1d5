"""What does not hold about a plan, as a value.

Comes in: what was found. Goes out: a kind that stays the same for programs, and a sentence with both values.
Never here: finding anything, or saying whose fault it is. That depends on when it is asked: a plan that was just made
is wrong because of a bug of ours, a saved one because somebody altered the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from pkgplan.model.canonical import compact
from pkgplan.model.units import short_instant

if TYPE_CHECKING:
    from pkgplan.model.canonical import JsonValue
    from pkgplan.model.timeline import Window
    from pkgplan.model.units import Instant

_SHOWN: Final = 160


class Kind(StrEnum):
    """The kinds of discrepancy; the values are a promise to other programs."""

    # The plan as a whole
    BASE = "base"
    ENVIRONMENT = "environment"
    ASSUMPTIONS = "assumptions"
    # Any action
    ACTION_ID = "action-id"
    ACTION_ORDER = "action-order"
    ACTION_TWICE = "action-twice"
    OPERATION = "operation"
    FIELDS = "fields"
    DIGEST = "digest"
    REASON = "reason"
    PREVIOUS = "previous"
    CHANGES = "changes"
    METADATA = "metadata"
    # A create
    NUMBER = "number"
    UNIQUENESS_KEY = "uniqueness-key"
    ALIASES = "aliases"
    WINDOW = "window"
    REFERENCES = "references"
    TERMS = "terms"
    CARRIED = "carried"
    # An archive, a record
    ARCHIVE_TARGET = "archive-target"
    ARCHIVE_TOO_EARLY = "archive-too-early"
    RECORD_TARGET = "record-target"
    # What the actions cause
    EFFECT_MISSING = "effect-missing"
    EFFECT_UNFOUNDED = "effect-unfounded"
    EFFECT_DIFFERENT = "effect-different"
    EFFECT_ORDER = "effect-order"
    # What it was compared with, depends on and comes to
    DRIFT = "drift"
    RESOLUTION = "resolution"
    READINGS = "readings"
    INSTANTS = "instants"
    APPLICABLE_UNTIL = "applicable-until"
    # What the catalog asks for
    ASKED = "asked"
    WANTED = "wanted"
    # What no plan may do
    GAP = "gap"
    PAST = "past"
    TOO_SOON = "too-soon"
    # After the last action
    OUTCOME_LOG = "outcome-log"
    OUTCOME_VERSION = "outcome-version"
    OUTCOME_WINDOWS = "outcome-windows"
    OUTCOME_ARCHIVED = "outcome-archived"
    OUTCOME_METADATA = "outcome-metadata"


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """One thing that does not hold: its kind, the id of the action that it is about (or None), and a sentence."""

    kind: Kind
    action: str | None
    sentence: str

    def __str__(self) -> str:
        return self.sentence


def about(kind: Kind, action: str, problem: str) -> Discrepancy:
    """A discrepancy of one action; its id begins the sentence."""
    return Discrepancy(kind, action, f"{action}: {problem}")


def told(value: JsonValue) -> str:
    """A value for a sentence: one line of JSON, cut off where it gets long."""
    text = compact(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]} (cut off)"


def told_instant(instant: Instant | None) -> str:
    """An instant for a sentence; nothing for an open side of a window."""
    return "" if instant is None else short_instant(instant)


def told_window(window: Window | None) -> str:
    """A window for a sentence: `2026-01-01 .. 2026-03-01`, open where it is open, `nothing` for none."""
    if window is None:
        return "nothing"
    return f"{told_instant(window.starting_at)} .. {told_instant(window.ending_before)}".strip()
