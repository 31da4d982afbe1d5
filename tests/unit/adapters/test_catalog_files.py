from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pkgplan.adapters.catalog_files import rewrite
from pkgplan.errors import EnvironmentFault

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.yaml"
    path.write_bytes("\ufeffé: 1\r\n".encode())
    return path


def test_the_text_that_was_read_is_replaced(file: Path) -> None:
    rewrite(file, "é: 1\r\n", "é: 1\n")
    assert file.read_bytes() == "é: 1\n".encode()


def test_what_somebody_saved_meanwhile_is_not_lost(file: Path) -> None:
    file.write_text("é: 2\n")
    with pytest.raises(EnvironmentFault, match="was changed while it was formatted"):
        rewrite(file, "é: 1\r\n", "é: 1\n")
    assert file.read_text() == "é: 2\n"


def test_a_file_that_is_gone_does_not_come_back(file: Path) -> None:
    file.unlink()
    with pytest.raises(EnvironmentFault):
        rewrite(file, "é: 1\r\n", "é: 1\n")
    assert not file.exists()
