from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pkgplan.adapters.pins_file import read_pins, write_pins
from pkgplan.errors import EnvironmentFault

if TYPE_CHECKING:
    from pathlib import Path

PINS = {"product/input-tokens": "id-2", "billable-metric/tokens": "id-1"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "environments" / "production.lock.json"


def test_no_file_is_no_pins(path: Path) -> None:
    assert read_pins(path, "production") == {}


def test_pins_are_read_as_written_and_sorted(path: Path) -> None:
    write_pins(path, "production", PINS)
    assert read_pins(path, "production") == PINS
    assert path.read_text() == (
        "{\n"
        '  "format_version": "1",\n'
        '  "environment": "production",\n'
        '  "ids": {\n'
        '    "billable-metric/tokens": "id-1",\n'
        '    "product/input-tokens": "id-2"\n'
        "  }\n"
        "}\n"
    )


def test_the_order_of_pins_does_not_matter(path: Path) -> None:
    write_pins(path, "production", PINS)
    before = path.read_bytes()
    write_pins(path, "production", dict(reversed(PINS.items())))
    assert path.read_bytes() == before


def test_the_pins_of_another_environment_are_refused(path: Path) -> None:
    write_pins(path, "sandbox", PINS)
    with pytest.raises(EnvironmentFault, match='pins environment "sandbox", not "production"'):
        read_pins(path, "production")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b"[" * 100_000,
        b'{"format_version": "1", "environment": "production"}',
        b'{"format_version": "2", "environment": "production", "ids": {}}',
        b'{"format_version": "1", "environment": "production", "ids": []}',
        b'{"format_version": "1", "environment": "production", "ids": {"product/x": 1}}',
        b'{"format_version": "1", "environment": "production", "ids": {"product/x": ""}}',
        b'{"format_version": "1", "environment": "production", "ids": {"product/x": "a", "product/x": "b"}}',
    ],
)
def test_what_is_no_lock_file_is_refused(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(EnvironmentFault) as caught:
        read_pins(path, "production")
    assert str(path) in caught.value.message
    assert "\n" not in caught.value.message


def test_a_folder_in_its_place(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(EnvironmentFault):
        read_pins(path, "production")
    with pytest.raises(EnvironmentFault):
        write_pins(path, "production", PINS)
