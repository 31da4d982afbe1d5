"""What is wrong with one value of a field that has a type of ours: money, span, instant, key, name, text.

Comes in: the `x-pkgplan` word of a field's schema and the value. Goes out: a `Fault`, or None if all is well.
Never here: jsonschema, or places in a file. Each function accepts what the field's parser in
`model/catalog/fields.py` accepts, and says of the rest what to write instead.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from pkgplan.model import rules
from pkgplan.model.appearance import apart, is_tidy, tidied
from pkgplan.model.catalog.fields import MAX_CUSTOM_FIELD
from pkgplan.model.names import KEY_PATTERN, WHERE_IDS_BELONG, looks_like_id
from pkgplan.stages.validate.amounts import money_fault, money_or_number_fault
from pkgplan.stages.validate.fault import Fault
from pkgplan.stages.validate.instants import instant_fault
from pkgplan.stages.validate.spans import duration_fault, periods_fault, span_fault
from pkgplan.stages.validate.words import as_key, look_alike, show

if TYPE_CHECKING:
    from collections.abc import Callable

    from pkgplan.model.canonical import JsonValue

_OF_AN_ID: Final = f"write the key of what has this id: {WHERE_IDS_BELONG}"


def scalar_fault(kind: str, value: JsonValue, *, longest: int, written: str | None = None) -> Fault | None:
    """What is wrong with a value of this kind.

    Args:
        kind: the `x-pkgplan` word.
        value: what stands there.
        longest: the limit of a key.
        written: how a value that is no text is written in its file, if anybody knows.
    """
    if value is None:
        return Fault(rules.WRONG_TYPE, "has no value", "write a value or remove the key")
    if kind == "key":
        return _key_fault(value, longest, written)
    return _FAULTS[kind](value, written)


def _key_fault(value: JsonValue, longest: int, written: str | None) -> Fault | None:
    if not isinstance(value, str):
        return not_text(value, written, lambda text: _key_fault(text, longest, None))
    if len(value) > longest:
        problem = f"is {show(value)}, {len(value)} characters long"
        return Fault(rules.MALFORMED_NAME, problem, f"use at most {longest} characters")
    if re.search(KEY_PATTERN, value):
        return None
    meant = as_key(value)
    hints = [
        look_alike(value),
        f'write "{meant}"' if meant else "use lower-case letters, digits and single hyphens",
    ]
    if looks_like_id(value):
        hints = [_OF_AN_ID]
    return Fault(rules.MALFORMED_NAME, f"is {show(value)}, not a key", "; ".join(filter(None, hints)))


def _name_fault(value: JsonValue, written: str | None) -> Fault | None:
    if not isinstance(value, str):
        return not_text(value, written, lambda text: _name_fault(text, None))
    return _untidy(value) if value.strip() else _text_fault(value, written)


def _value_fault(value: JsonValue, written: str | None) -> Fault | None:
    if not isinstance(value, str):
        return not_text(value, written, lambda text: _value_fault(text, None))
    if len(value) > MAX_CUSTOM_FIELD:
        problem = f"is {show(value)}, {len(value)} characters long"
        return Fault(rules.OUT_OF_RANGE, problem, f"use at most {MAX_CUSTOM_FIELD} characters")
    return _untidy(value)


def _text_fault(value: JsonValue, written: str | None) -> Fault | None:
    if not isinstance(value, str):
        return not_text(value, written, lambda text: _text_fault(text, None))
    if not value.strip():
        return Fault(rules.OUT_OF_RANGE, f"is {show(value)}, blank text", "write a name or remove the key")
    return None


def _untidy(value: str) -> Fault | None:
    if is_tidy(value):
        return None
    meant = tidied(value)
    unseen, _ = apart(value, meant)
    hint = f'write "{meant}"' if meant else "write a name or remove the key"
    return Fault(rules.UNTIDY_NAME, f"is {unseen}, which looks like {show(meant)} but is another name", hint)


def not_text(value: JsonValue, written: str | None, judge: Callable[[str], Fault | None]) -> Fault:
    """The fault of a value that should be text; what is written may do in quotes, if it would pass then."""
    hint = "write text"
    if isinstance(value, bool | int | Decimal):
        text = written or show(value)
        in_quotes = judge(text)
        hint = f"quote it: '{text}'" if in_quotes is None else in_quotes.hint
    return Fault(rules.WRONG_TYPE, f"is {show(value, written)}, not text", hint)


_FAULTS: Final[dict[str, Callable[[JsonValue, str | None], Fault | None]]] = {
    "money": money_fault,
    "money-or-number": money_or_number_fault,
    "span": span_fault,
    "duration": duration_fault,
    "periods": periods_fault,
    "instant": instant_fault,
    "name": _name_fault,
    "text": _text_fault,
    "value": _value_fault,
}
