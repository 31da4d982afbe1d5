"""`kind: Project`: the environments of a catalog and what pkgplan should forget.

Comes in: pkgplan.yaml. Goes out: `ProjectDocument`. Never here: credentials or ids of an environment.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pkgplan.model.catalog.document import Document
from pkgplan.model.catalog.fields import (
    CatalogModel,
    EnvironmentName,
    Key,
    Namespace,
    PackageId,
    RuleCode,
    Several,
    Text,
)
from pkgplan.model.timeline import TakeoverRule


class Takeover(CatalogModel):
    """How an environment is read where the vendor does not document it; the safest reading by default."""

    later_windows: Literal["removed", "kept"] | None = Field(
        default=None,
        description="What creating a package on an alias does to windows of that alias that start later. "
        "Assumed `removed`: pkgplan then creates the later versions again.",
        examples=["removed"],
    )
    after_bounded_end: Literal["nobody", "predecessor"] | None = Field(
        default=None,
        description="Who has the alias after a window with an end was laid over a longer one. Assumed "
        "`nobody`.",
        examples=["nobody"],
    )
    dateless_takeover: Literal["removes", "cuts-at-now"] | None = Field(
        default=None,
        description="What a package created without `starting_at` does to the windows that are there. "
        "Assumed `removes`.",
        examples=["removes"],
    )
    dateless_start: Literal["always", "created-at"] | None = Field(
        default=None,
        description="Where a window without `starting_at` begins: `always`, or when the package was "
        "created. Assumed `always`.",
        examples=["always"],
    )

    def rule(self) -> TakeoverRule:
        """The reading as the planner and the embedded engine take it."""
        return TakeoverRule.of(self.model_dump(exclude_none=True))


class Environment(CatalogModel):
    """One place that the catalog can be applied to."""

    engine: Literal["embedded", "metronome"] = Field(
        description="`embedded` is the offline engine in a local file; `metronome` is the real API.",
        examples=["embedded"],
    )
    description: str | None = Field(
        default=None,
        description="What the environment is for.",
        examples=["The offline engine, for trying things out"],
    )
    takeover: Takeover | None = Field(
        default=None,
        description="Readings of what the vendor does not document about alias windows; leave it out unless "
        "you have checked them in a sandbox.",
        examples=[{"later_windows": "removed"}],
    )


class Forget(CatalogModel):
    """What pkgplan stops managing; Metronome keeps it."""

    packages: Several[Key] = Field(
        default=(),
        description="Keys of packages whose files were removed on purpose while an alias still sells them.",
        examples=[["legacy-pro"]],
    )
    aliases: Several[Text] = Field(
        default=(),
        description="Names of aliases that were taken out of the catalog on purpose while a package still "
        "holds them.",
        examples=[["Pro Plan"]],
    )


class ProjectSpec(CatalogModel):
    """The settings of a whole catalog."""

    namespace: Namespace = Field(
        description="The first part of every uniqueness key that pkgplan sends, so that two catalogs never "
        "collide in one Metronome account. At most 24 characters; never change it once "
        "something was applied.",
        examples=["gnome-ai"],
    )
    default_environment: EnvironmentName | None = Field(
        default=None,
        description="The environment that commands use without `--env`. Without it, the first one listed.",
        examples=["local"],
    )
    environments: dict[EnvironmentName, Environment] = Field(
        min_length=1,
        description="The places that the catalog can be applied to, by name (at most 24 characters). The name is part "
        "of every uniqueness key: never change it once something was applied.",
        examples=[{"local": {"engine": "embedded"}, "production": {"engine": "metronome"}}],
    )
    severities: dict[RuleCode, Literal["error", "warning", "note", "ignore"]] = Field(
        default_factory=dict,
        description="How bad findings of a rule are, by its code: for rules that are warnings or notes. "
        "`ignore` silences a rule in the whole catalog; a comment `# pkgplan: ignore[PKG214] reason` "
        "silences one finding.",
        examples=[{"PKG214": "error", "PKG244": "ignore"}],
    )
    forget: Forget = Field(
        default_factory=Forget,
        description="Packages and aliases that pkgplan stops managing, although they stay in Metronome.",
        examples=[{"packages": ["legacy-pro"]}],
    )

    takes_over: Several[PackageId] = Field(
        default=(),
        description="Ids of packages that pkgplan did not make and that stand behind an alias of the catalog. Those "
        "that are named here may be pushed off it; all others are left alone.",
        examples=[["5c6ea0fc-5fba-4d8a-8c1b-df5b45294abc"]],
    )

    @property
    def default_environment_name(self) -> str:
        """The environment that a command without `--env` means."""
        return self.default_environment or next(iter(self.environments))


class ProjectDocument(Document[ProjectSpec]):
    """The settings of the catalog: environments, namespace, what to forget. One a catalog."""

    kind: Literal["Project"] = Field(description="This file is the catalog's Project.", examples=["Project"])
    spec: ProjectSpec = Field(
        description="The settings of the whole catalog.",
        examples=[{"namespace": "gnome-ai", "environments": {"local": {"engine": "embedded"}}}],
    )
