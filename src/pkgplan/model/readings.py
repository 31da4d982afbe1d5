"""What somebody can have meant by a value that is not written as the catalog wants it, and how to say so.

Comes in: text as it was written. Goes out: every number that it can stand for, and hints that name what to write.
Never here: picking one of several meanings. Whoever follows a hint to the letter must get what the author meant, so
that two meanings are both named, and none is suggested.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

from pkgplan.model.appearance import apart, tidied

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST_DIGITS: Final = 20
_GROUP_MARKS: Final = " '_"
_MARKS: Final = f"{_GROUP_MARKS}.,"
_EXPONENT: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?[eE][+-]?[0-9]{1,2}")
_NO_CENTS: Final = re.compile(r"([0-9.,' _]*[0-9])[.,]-{1,2}")
# Digits in groups of three, or as in India: of two, and the last of three.
_GROUPS: Final = r"[0-9]{{1,3}}(?:{0}[0-9]{{3}})+|[0-9]{{1,2}}(?:{0}[0-9]{{2}})+{0}[0-9]{{3}}"


class Reading(NamedTuple):
    """One thing that can have been meant: what to write for it, and when; certain if no condition is named."""

    text: str
    condition: str = ""

    def __str__(self) -> str:
        return f'"{self.text}" {self.condition}'.rstrip()


def advice(given: str, readings: Sequence[Reading], otherwise: str) -> str:
    """A hint: the one thing to write, or all that can be meant; `otherwise` if nobody can tell."""
    if not readings:
        return otherwise
    named = [str(reading) for reading in readings]
    if len(named) > 1:
        return f"write the one that is meant: {', '.join(named[:-1])}, or {named[-1]}"
    (reading,) = readings
    tidy = tidied(given)
    unseen, _ = apart(given, reading.text if tidy == given else tidy)
    return f"write {named[0]}" + (f"; what stands there is {unseen}" if unseen != given else "")


def numbers_in(text: str) -> tuple[tuple[Decimal, str], ...]:
    """Every number that digits with points, commas and blanks can stand for, with its condition if there are two.

    A point or comma before three digits groups thousands for some and begins a fraction for others.
    """
    text = text.strip().removeprefix("+")
    if whole := _NO_CENTS.fullmatch(text):
        text = whole[1]
    if _EXPONENT.fullmatch(text):
        return _certain(Decimal(text))
    marks = [mark for mark in _MARKS if mark in text]
    if marks[1:] or (marks and (marks[0] in _GROUP_MARKS or text.count(marks[0]) > 1)):
        # The last of several marks begins the fraction; before it thousands are grouped.
        *others, last = sorted(marks, key=text.rfind)
        grouping = others[0] if others else last
        return _grouped(text, grouping, last) if len(marks) < 3 else ()
    return _with_one_mark(text)


def _with_one_mark(text: str) -> tuple[tuple[Decimal, str], ...]:
    if not re.fullmatch(r"[0-9]*[.,]?[0-9]*", text) or not re.search("[0-9]", text):
        return ()
    fraction = _certain(Decimal(text.replace(",", ".").rstrip(".")))
    if not re.fullmatch(r"[1-9][0-9]{0,2}[.,][0-9]{3}", text):
        return fraction
    mark = "comma" if "," in text else "point"
    thousands = Decimal(re.sub("[.,]", "", text))
    ((number, _),) = fraction
    return (thousands, f"if the {mark} groups thousands"), (number, "if it begins a fraction")


def plain(number: Decimal) -> str:
    """The digits of a number, without an exponent and without zeros behind a fraction."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _grouped(text: str, mark: str, last: str) -> tuple[tuple[Decimal, str], ...]:
    """A number whose thousands are grouped by a mark; the last mark begins the fraction if it is another one."""
    groups = _GROUPS.format(re.escape(mark))
    fraction = f"(?:[{last}]([0-9]+))?" if last != mark and last not in _GROUP_MARKS else "()"
    match = re.fullmatch(f"({groups}){fraction}", text)
    if match is None:
        return ()
    return _certain(Decimal(f"{match[1].replace(mark, '')}.{match[2] or 0}"))


def is_handy(number: Decimal) -> bool:
    """Whether a number is short enough to be computed with exactly, and written out."""
    _, digits, exponent = number.as_tuple()
    return isinstance(exponent, int) and len(digits) + abs(exponent) <= _MOST_DIGITS


def _certain(number: Decimal) -> tuple[tuple[Decimal, str], ...]:
    return ((number, ""),) if is_handy(number) else ()
