"""`pkgplan schema --guide`: a Markdown file whose tables and examples are written or checked with the schemas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.command import run

if TYPE_CHECKING:
    from pathlib import Path

TEXT = """\
# Fees

<!-- pkgplan: example fee.yaml spec.fee -->
<!-- /pkgplan -->

<!-- pkgplan: fields PricingUnit.spec -->
<!-- /pkgplan -->
"""


@pytest.fixture
def guide(tmp_path: Path) -> Path:
    (tmp_path / "fee.yaml").write_text("spec:\n  fee:\n    name: Fee\n")
    path = tmp_path / "GUIDE.md"
    path.write_text(TEXT)
    return path


def test_the_guide_is_written_and_then_found_fresh(guide: Path) -> None:
    schemas = guide.parent / "schemas"
    assert run("schema", "--write", schemas, "--guide", guide).code == 0
    text = guide.read_text()
    assert "```yaml\nspec:\n  fee:\n    name: Fee\n```\n" in text
    assert "| `name` | text | yes |" in text
    assert run("schema", "--check", schemas, "--guide", guide).code == 0
    (guide.parent / "fee.yaml").write_text("spec:\n  fee:\n    name: Other\n")
    stale = run("schema", "--check", schemas, "--guide", guide)
    assert (stale.code, stale.out) == (1, f"{guide}: differs from what this pkgplan writes\n")
    assert f"--guide {guide}" in stale.err


@pytest.mark.parametrize(
    ("before", "after", "word"),
    [
        ("fee.yaml", "fees.yaml", "fees.yaml"),
        ("spec.fee ", "spec.fees ", "spec.fees"),
        ("Unit.spec", "Unit.sepc", "sepc"),
    ],
)
def test_a_guide_that_shows_what_is_not_there_is_refused(
    guide: Path, before: str, after: str, word: str
) -> None:
    guide.write_text(TEXT.replace(before, after))
    ran = run("schema", "--write", guide.parent / "schemas", "--guide", guide)
    assert ran.code == 2
    assert word in ran.err
    assert guide.read_text() == TEXT.replace(before, after)


def test_a_guide_alone_is_a_question_back(guide: Path) -> None:
    ran = run("schema", "--guide", guide)
    assert ran.code == 2
    assert "--write or --check" in ran.err


def test_a_guide_that_is_not_there_is_said_to_be_missing(guide: Path) -> None:
    ran = run("schema", "--write", guide.parent / "schemas", "--guide", guide.with_name("nowhere.md"))
    assert ran.code == 2
    assert 'nowhere.md" does not exist' in ran.err
