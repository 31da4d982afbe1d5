"""Saved plans: the JSON of one plan in one file.

Comes in: a plan and a path. Goes out: the same bytes for the same plan, or the plan that a file holds.
Never here: whether the plan still fits the world (apply decides), or overwriting what is no plan file.

A plan file is known by its keys, not by `format_version`, which lock files and other programs' JSON have, too. So any
plan may be replaced, also one of another version, one that was edited, and one that was cut short behind its head.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pkgplan.adapters.disk import MEBIBYTE, read_file, replace_file
from pkgplan.errors import StalePlan, UsageFault
from pkgplan.model.artefacts import MARK, artefact_in
from pkgplan.model.broken_json import broken_json
from pkgplan.model.canonical import parse_json, pretty
from pkgplan.model.plan import Plan, plan_from_json

if TYPE_CHECKING:
    from pathlib import Path

MAX_PLAN_BYTES: Final = 64 * MEBIBYTE
AGAIN: Final = "make the plan again with `pkgplan plan --out FILE`"
# What a plan has had since the first format, and nothing else has together.
_KEYS: Final = frozenset(
    {"format_version", "environment", "as_of", "catalog_digest", "base", "actions", "effects"}
)
_HEAD: Final = re.compile(
    rb"""\{\s*"format_version":\s*"[^"]*",\s*"tool_version":\s*"[^"]*",\s*"environment":\s*"[^"]*","""
)


def save_plan(plan: Plan, path: Path) -> None:
    """Write a plan as indented JSON, durably and as a whole.

    Raises:
        UsageFault: something that is not a plan file is there already.
        EnvironmentFault: the file cannot be written; what was there is untouched.
    """
    present = read_file(path, limit=MAX_PLAN_BYTES)
    if present and not _looks_like_plan(present):
        raise UsageFault(
            f'"{path}" exists and is not a plan file', hint="give --out a name that is not taken"
        )
    replace_file(path, pretty(plan.to_json()).encode())


def read_plan(path: Path) -> Plan:
    """Read a saved plan.

    Raises:
        UsageFault: there is no such file.
        StalePlan: the file is not a plan, or was changed after it was made.
        EnvironmentFault: the file cannot be read or is too large.
    """
    content = read_file(path, limit=MAX_PLAN_BYTES)
    if content is None:
        raise UsageFault(f'plan file "{path}" does not exist', hint=AGAIN)
    try:
        return plan_from_json(parse_json(content.decode("utf-8-sig")))
    except StalePlan as error:
        raise StalePlan(f'"{path}": {error.message}', hint=error.hint or AGAIN) from None
    except (ValueError, RecursionError, ArithmeticError) as error:
        raise _no_plan(path, content, error) from None


def _no_plan(path: Path, content: bytes, error: Exception) -> StalePlan:
    """Why a file is no plan: what git left in it, or where it stops being JSON."""
    artefact = artefact_in(content)
    if artefact is not None:
        hint = AGAIN if artefact.is_conflict else artefact.hint
        return StalePlan(
            f'"{path}" is not a plan file: line {artefact.at.line}: {artefact.problem}', hint=hint
        )
    try:
        broken = broken_json(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return StalePlan(f'"{path}" is not a plan file: it is not UTF-8 text', hint=AGAIN)
    reason = str(error) if broken is None else f"line {broken.line}, column {broken.column}: {broken.problem}"
    return StalePlan(f'"{path}" is not a plan file: {reason}', hint=AGAIN)


def _looks_like_plan(content: bytes) -> bool:
    content = content.removeprefix(MARK)
    try:
        value = parse_json(content.decode())
    except (ValueError, RecursionError, ArithmeticError):
        return _HEAD.match(content) is not None
    return isinstance(value, dict) and value.keys() >= _KEYS
