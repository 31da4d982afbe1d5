"""One catalog file after reading: its path, its text and its data.

Comes in: what `stages/load.py` built. Goes out: data for validation, text for carets.
Never here: opening files. `data` holds only dict, list, str, int, Decimal, bool and None, so that two files
which differ in comments, quoting or key order have the same digest.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pkgplan.model.canonical import JsonValue, digest_of
from pkgplan.model.diagnostics import Location

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One readable YAML document. `path` is relative to the catalog folder."""

    path: str
    text: str = field(repr=False)
    data: JsonValue = field(repr=False)

    @property
    def kind(self) -> str | None:
        """The declared kind, if the document is a mapping that says one."""
        kind = self.data.get("kind") if isinstance(self.data, dict) else None
        return kind if isinstance(kind, str) else None

    @property
    def key(self) -> str | None:
        """The declared key, if the document says one."""
        metadata = self.data.get("metadata") if isinstance(self.data, dict) else None
        key = metadata.get("key") if isinstance(metadata, dict) else None
        return key if isinstance(key, str) else None

    @property
    def location(self) -> Location:
        """The document as a whole."""
        return Location(self.path)


def catalog_digest(sources: Iterable[SourceFile]) -> str:
    """The identity of a catalog: what its files say, whatever they look like."""
    return digest_of({source.path: digest_of(source.data) for source in sources})
