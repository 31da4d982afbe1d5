"""`kind: PackageFragment`: terms that packages start from, never emitted by themselves.

Comes in: packages/<key>.yaml, or any other catalog file. Goes out: the shape of a fragment, for its schema; no
fragment is ever made an object, because only the packages that start from it are whole.
Never here: merging; `stages/inherit` does that.
"""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from pkgplan.model.catalog.document import Document
from pkgplan.model.catalog.package import PackageSpec

FRAGMENT: Final = "PackageFragment"
NEVER_TAKEN_OVER: Final = frozenset({"aliases", "retire"})
"""The fields of a spec that belong to one package; a fragment does not have them."""


class PackageFragmentDocument(Document[PackageSpec]):
    """Terms that packages start from; any of them may be left out."""

    kind: Literal["PackageFragment"] = Field(
        description="This file declares terms that packages name in `from`.",
        examples=["PackageFragment"],
    )
    spec: PackageSpec = Field(
        description="The terms, whole or in parts: what is left out here, each package says itself.",
        examples=[{"net_payment_terms_days": 30}],
    )
