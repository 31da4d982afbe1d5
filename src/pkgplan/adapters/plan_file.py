"""Saved plans: the JSON of one plan in one file.

Comes in: a plan and a path. Goes out: the same bytes for the same plan, or the plan that a file holds.
Never here: whether the plan still fits the world (apply decides), or overwriting what is no plan file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pkgplan.adapters.disk import MEBIBYTE, read_file, replace_file
from pkgplan.errors import StalePlan, UsageFault
from pkgplan.model.canonical import parse_json, pretty
from pkgplan.model.plan import Plan, plan_from_json

if TYPE_CHECKING:
    from pathlib import Path

MAX_PLAN_BYTES: Final = 64 * MEBIBYTE
AGAIN: Final = "make the plan again with `pkgplan plan --out FILE`"


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
        return plan_from_json(parse_json(content.decode()))
    except StalePlan as error:
        raise StalePlan(f'"{path}": {error.message}', hint=error.hint or AGAIN) from None
    except UnicodeDecodeError:
        raise StalePlan(f'"{path}" is not a plan file: it is not UTF-8 text', hint=AGAIN) from None
    except (ValueError, RecursionError, ArithmeticError) as error:
        raise StalePlan(f'"{path}" is not a plan file: {error}', hint=AGAIN) from None


def _looks_like_plan(content: bytes) -> bool:
    # A plan that was cut short or edited may be replaced; a catalog file or a state log may not.
    return content.lstrip()[:1] == b"{" and b'"format_version"' in content[:64]
