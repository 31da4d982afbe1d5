"""A hint that names what to write is followed in every golden catalog that breaks a rule, and the finding goes away."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING, Final

import pytest
from support.golden import BASE, RULES, Case, overlay

from pkgplan.pipeline import check_catalog

if TYPE_CHECKING:
    from pathlib import Path

    from pkgplan.model.diagnostics import Diagnostic

# What is to be written, in the words of the hints: `write "X"`, `quote it: 'X'`, `write 15`, `did you mean "X"?`.
_WRITE: Final = re.compile(
    r"""(?:^|; )(?:write "([^"]+)"(?! at| and| with)|quote it: ('[^']+')|write ([0-9.]+)(?! or)"""
    r"""|did you mean "([^"]+)"\?)"""
)
_CASES: Final = sorted(
    str(path.relative_to(RULES))
    for path in RULES.glob("*/fails*")
    if path.is_dir() and not (path / "1").is_dir()
)


def test_some_hints_are_followed() -> None:
    """Otherwise the test below would say nothing."""
    followed = [name for name in _CASES if '"hint": "write' in (RULES / name / "expected.json").read_text()]
    assert len(followed) > 15


@pytest.mark.parametrize("name", _CASES)
def test_what_a_hint_says_to_write_mends_the_finding(name: str, tmp_path: Path) -> None:
    case = Case(RULES / name)
    for number, finding in enumerate(_findings(case, tmp_path / "asked")):
        written = _to_write(finding)
        if written is None:
            continue
        root = tmp_path / str(number)
        _lay(case, root)
        _replace(root / finding.at.path, finding, written)
        again = [
            (other.rule.code, other.message)
            for other in check_catalog(root).diagnostics
            if (other.at.path, other.at.route) == (finding.at.path, finding.at.route)
        ]
        assert again == [], f"{finding.message}; hint: {finding.hint}"


def _findings(case: Case, root: Path) -> tuple[Diagnostic, ...]:
    _lay(case, root)
    return check_catalog(root).diagnostics


def _lay(case: Case, root: Path) -> None:
    shutil.copytree(BASE, root)
    overlay(case.folder, root)


def _to_write(finding: Diagnostic) -> str | None:
    """What stands in the file once the hint is followed; the first of several things that can be meant."""
    match = _WRITE.search(finding.hint)
    at = finding.at.text_range
    if match is None or at is None or at.line != at.end_line:
        return None
    text, quoted, number, near = match.groups()
    return quoted or number or "'{}'".format((text or near).replace("'", "''"))


def _replace(file: Path, finding: Diagnostic, written: str) -> None:
    at = finding.at.text_range
    assert at is not None
    lines = file.read_bytes().decode().splitlines(keepends=True)
    line = lines[at.line - 1]
    lines[at.line - 1] = f"{line[: at.column - 1]}{written}{line[at.end_column - 1 :]}"
    file.write_bytes("".join(lines).encode())
