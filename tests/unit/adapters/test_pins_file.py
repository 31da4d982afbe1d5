from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pkgplan.adapters.pins_file import write_pins
from pkgplan.errors import EnvironmentFault
from pkgplan.pipeline import pinned

if TYPE_CHECKING:
    from pathlib import Path

FEE, TOKENS = "1d0e3c52-0000-4000-8000-00000000000a", "2d0e3c52-0000-4000-8000-00000000000b"
PINS = {"product/input-tokens": TOKENS, "billable-metric/tokens": FEE.upper()}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "environments" / "production.lock.json"


def test_pins_are_written_sorted_and_in_lower_case(path: Path) -> None:
    write_pins(path, "production", PINS)
    assert path.read_text() == (
        "{\n"
        '  "format_version": "1",\n'
        '  "environment": "production",\n'
        '  "ids": {\n'
        f'    "billable-metric/tokens": "{FEE}",\n'
        f'    "product/input-tokens": "{TOKENS}"\n'
        "  }\n"
        "}\n"
    )


def test_what_is_written_is_read_without_a_finding(path: Path) -> None:
    write_pins(path, "production", PINS)
    read = pinned(path.parents[1], "production")
    assert read.diagnostics == ()
    assert read.ids == {"billable-metric/tokens": FEE, "product/input-tokens": TOKENS}


def test_the_order_of_pins_does_not_matter(path: Path) -> None:
    write_pins(path, "production", PINS)
    before = path.read_bytes()
    write_pins(path, "production", dict(reversed(PINS.items())))
    assert path.read_bytes() == before


def test_a_folder_in_its_place(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(EnvironmentFault):
        write_pins(path, "production", PINS)
