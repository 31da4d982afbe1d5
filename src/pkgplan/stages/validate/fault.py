"""A finding about one value, before anybody has said where the value is.

Comes in: a rule and words. Goes out: `Fault`. Never here: places.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pkgplan.model.diagnostics import Rule


class Fault(NamedTuple):
    """A finding without its place: the message follows the name of the field."""

    rule: Rule
    problem: str
    hint: str = ""
