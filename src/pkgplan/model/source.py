"""One catalog file after reading: its path, its text and its data.

Comes in: what `stages/load.py` built. Goes out: data for validation, text for carets.
Never here: opening files. `data` holds only dict, list, str, int, Decimal, bool and None, so that two files
which differ in comments, quoting or key order have the same data.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pkgplan.model.canonical import JsonValue, digest_of
from pkgplan.model.catalog.layout import canonical_data, layout_of
from pkgplan.model.diagnostics import Location, Route

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Origins = dict[Route, str]
"""Which file says a part of a document that the document's own file does not say: the topmost routes of such
parts, and below them those that a third file says."""


def origin_of(route: Route, origins: Mapping[Route, str], path: str) -> str:
    """The file that a part of a document comes from; `path` is that of the document itself."""
    if origins:
        for length in range(len(route), 0, -1):
            if route[:length] in origins:
                return origins[route[:length]]
    return path


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One readable YAML document. `path` is relative to the catalog folder.

    Once `from` is resolved, `data` also holds what other files say, and `origins` tells which. It is not
    complete if one of those files is missing or faulty; then only what is there can be judged.
    """

    path: str
    text: str = field(repr=False)
    data: JsonValue = field(repr=False)
    origins: Origins = field(default_factory=dict, repr=False)
    is_complete: bool = True

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
    return digest_of({source.path: meaning_of(source) for source in sources})


def meaning_of(source: SourceFile) -> str:
    """The identity of what one file says: `10 USD` and `10.00 USD` are one amount."""
    return digest_of(canonical_data(layout_of(source.kind or ""), source.data))
