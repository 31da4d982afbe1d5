"""Whatever is wrong with the value of any field of a package, the field itself is named, in words, with a hint."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from support.breaks import breaks
from support.every_field import TERMS

from pkgplan.model import rules
from pkgplan.model.schemas import schema_for
from pkgplan.model.source import SourceFile
from pkgplan.stages.load import read_document
from pkgplan.stages.validate import validate

if TYPE_CHECKING:
    from support.breaks import Break

    from pkgplan.model.diagnostics import Diagnostic

# How jsonschema, pydantic and regular expressions speak.
FOREIGN = re.compile(
    r"anyOf|oneOf|is not valid under|is not of type|does not match|Input should|\[a-z|\\S|None|Decimal"
)


@cache
def _spec() -> dict[str, Any]:
    source, found = read_document("spec.yaml", TERMS.encode())
    assert source is not None, found
    spec: Any = source.data
    return dict(spec)


def _faults(broken: Break) -> tuple[Diagnostic, ...]:
    """Of the break alone: fields that are sound are left out where they may be, which takes a tenth of the time."""
    sound = _spec().keys() - {broken.route[0], *schema_for("Package")["properties"]["spec"]["required"]}
    spec = {name: value for name, value in broken.spec.items() if name not in sound}
    document: Any = {
        "apiVersion": "pkgplan/v1",
        "kind": "Package",
        "metadata": {"key": "random"},
        "spec": spec,
    }
    return validate([SourceFile("packages/random.yaml", "", document)])[1]


@pytest.mark.parametrize("kind", ["retype", "misspell", "bare"])
def test_a_wrong_value_is_told_at_its_field_and_nowhere_else(kind: str) -> None:
    tried = [each for each in breaks(_spec()) if each.kind == kind]
    assert len(tried) > 20
    for broken in tried:
        found = _faults(broken)
        assert found, f"{broken} passes"
        for finding in found:
            assert finding.at.route[1 : len(broken.route) + 1] == broken.route, f"{broken}: {finding}"
            assert finding.hint, f"{broken}: {finding}"
            assert not FOREIGN.search(finding.message + finding.hint), f"{broken}: {finding}"


def test_every_name_is_typed_as_it_looks() -> None:
    tried = [each for each in breaks(_spec()) if each.kind == "untidy"]
    assert len({each.route for each in tried}) > 20
    for broken in tried:
        (finding,) = _faults(broken)
        assert finding.rule is rules.UNTIDY_NAME, f"{broken}: {finding}"
        assert finding.at.route[1:] == broken.route
        assert finding.hint.startswith('write "')


def test_a_missing_value_is_told_where_it_belongs() -> None:
    missing = 0
    for broken in breaks(_spec()):
        if broken.kind != "drop":
            continue
        # Without `access_type` an amount has to be money, which is told at the amount.
        for finding in (fault for fault in _faults(broken) if fault.rule is rules.MISSING_KEY):
            missing += 1
            assert f'"{broken.route[-1]}"' in finding.message or isinstance(broken.route[-1], int), finding
            assert finding.at.route[1:] == broken.route[:-1], f"{broken}: {finding}"
            assert finding.hint
            assert not FOREIGN.search(finding.message + finding.hint), finding
    assert missing > 50
