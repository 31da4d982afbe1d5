"""What the Project says about itself (PKG201).

Comes in: the index. Goes out: findings. Never here: whether a catalog has exactly one Project; the parser
reports that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.model import rules
from pkgplan.model.diagnostics import Diagnostic
from pkgplan.stages.checks.words import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.stages.checks.index import Index


def check_default_environment(index: Index) -> Iterator[Diagnostic]:
    """PKG201 for a default environment that is not one of the environments."""
    project = index.catalog.project
    if project is None:
        return
    spec = project.document.spec
    name = spec.default_environment
    if name is not None and name not in spec.environments:
        yield Diagnostic(
            rules.UNKNOWN_REFERENCE,
            f"environment {quote(name)} is not declared",
            project.at("spec", "default_environment"),
            index.hint("environment", name, spec.environments) or "declare it under environments",
        )
