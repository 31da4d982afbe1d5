"""The author's guide: tables of fields and pieces of files, between markers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pkgplan.errors import UsageFault
from pkgplan.model.catalog.catalog import KINDS
from pkgplan.model.catalog.fragment import FRAGMENT
from pkgplan.model.catalog.package import TERMS
from pkgplan.model.schemas import schema_for
from pkgplan.report.guide import cutting, filled_guide

if TYPE_CHECKING:
    from collections.abc import Iterator

CATALOG = Path(__file__).parents[3] / "catalog"
FILE = """\
kind: Package
metadata: {key: pro}
spec:
  # The fee.
  subscriptions:
    fee:
      proration: {is_prorated: true}

      name: Fee
    seats:
      name: Seats
  name: Pro
"""


def read(path: str) -> str:
    assert path == "packages/pro.yaml"
    return FILE


def filled(*markers: str) -> str:
    return filled_guide("".join(f"<!-- pkgplan: {each} -->\n<!-- /pkgplan -->\n" for each in markers), read)


def test_a_table_has_each_field_with_its_type_and_the_required_ones_first() -> None:
    rows = filled("fields CustomFieldKey.spec").splitlines()
    assert rows[2:4] == ["| field | type | required | what it is |", "|---|---|---|---|"]
    assert [row.split(" | ")[0] for row in rows[4:7]] == ["| `entity`", "| `key`", "| `enforce_uniqueness`"]
    assert "| one of: alert, " in rows[4]
    assert "package_subscription" in rows[4]
    assert rows[5].endswith(" | text | yes | The name of the field. |")
    spec = filled("fields Package.spec").splitlines()
    assert spec[4].startswith("| `name` | text | yes |")
    assert "| `duration` | calendar time" in spec[[row[:12] for row in spec].index("| `duration`")]


def test_what_is_inside_of_a_field_follows_it() -> None:
    rows = [row.split(" | ")[0] for row in filled("fields Package.spec.commits").splitlines()]
    at = rows.index("| `access_schedule`")
    assert rows[at + 1 : at + 3] == ["| · `schedule_items`", "| · · `amount`"]


def test_what_has_a_table_of_its_own_is_not_inside_another() -> None:
    assert "· `override_specifiers`" in filled("fields Package.spec")
    apart = filled("fields Package.spec", "fields Package.spec.overrides")
    assert "· `override_specifiers`" not in apart
    assert "| `override_specifiers`" in apart


def test_a_piece_of_a_file_stands_below_its_key() -> None:
    assert filled("example packages/pro.yaml spec.subscriptions.fee") == (
        "<!-- pkgplan: example packages/pro.yaml spec.subscriptions.fee -->\n"
        "\n"
        "From [packages/pro.yaml](packages/pro.yaml):\n"
        "\n"
        "```yaml\n"
        "subscriptions:\n"
        "  fee:\n"
        "    proration: {is_prorated: true}\n"
        "\n"
        "    name: Fee\n"
        "```\n"
        "\n"
        "<!-- /pkgplan -->\n"
    )
    assert cutting(FILE, "spec.name", "pro.yaml") == "spec:\n  name: Pro\n"
    assert cutting(FILE, "metadata", "pro.yaml") == "metadata: {key: pro}\n"


def test_filling_in_again_changes_nothing() -> None:
    once = (
        "before\n" + filled("fields Project.spec", "example packages/pro.yaml spec.subscriptions") + "after\n"
    )
    assert filled_guide(once, read) == once


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("<!-- pkgplan: fields Package.spec -->\n", "no end"),
        ("<!-- /pkgplan -->\n", "no end"),
        ("<!-- pkgplan: fields Package.spec.creditz -->\n<!-- /pkgplan -->\n", "creditz"),
        ("<!-- pkgplan: example packages/pro.yaml spec.fee -->\n<!-- /pkgplan -->\n", "spec.fee"),
        (
            "<!-- pkgplan: example packages/pro.yaml spec.subscriptions.fe -->\n<!-- /pkgplan -->\n",
            "spec.subscriptions.fe",
        ),
        (
            "<!-- pkgplan: example packages/pro.yaml spec.subscriptions.seats.proration -->\n<!-- /pkgplan -->\n",
            "seats",
        ),
        ("<!-- pkgplan: example packages/pro.yaml -->\n<!-- /pkgplan -->\n", "example packages/pro.yaml"),
        ("<!-- pkgplan: poem spec -->\n<!-- /pkgplan -->\n", "poem"),
    ],
)
def test_a_marker_that_means_nothing_is_refused(text: str, word: str) -> None:
    with pytest.raises(UsageFault, match=word):
        filled_guide(text, read)


def the_guide() -> str:
    return (CATALOG / "README.md").read_text(encoding="utf-8")


def test_the_guide_of_the_catalog_is_fresh() -> None:
    real = filled_guide(the_guide(), lambda path: (CATALOG / path).read_text(encoding="utf-8"))
    assert real == the_guide(), "catalog/README.md is stale: write it with `make schemas`"


def fields(node: Any) -> Iterator[str]:
    for name, child in node.get("properties", {}).items():
        yield name
        yield from fields(child)
    for keyword in ("items", "additionalProperties"):
        if isinstance(node.get(keyword), dict):
            yield from fields(node[keyword])


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != FRAGMENT])
def test_the_guide_has_a_row_for_each_field_of_each_kind(kind: str) -> None:
    guide = the_guide()
    named = [name for part in ("spec", "metadata") for name in fields(schema_for(kind)["properties"][part])]
    assert [name for name in named if f"`{name}` | " not in guide] == []


def test_the_guide_has_an_example_for_each_kind_of_term() -> None:
    shown = [line for line in the_guide().splitlines() if line.startswith("<!-- pkgplan: example ")]
    missing = [term for term in TERMS if not any(f" spec.{term}" in line for line in shown)]
    assert missing == []
